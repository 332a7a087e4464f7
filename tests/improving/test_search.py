"""The cheapest set of fixes, held against every set there is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._improving import _search
from commscore._improving._search import Choice, Fix, cheapest

SMALL = st.fractions(min_value=0, max_value=4, max_denominator=6)
FIXES = st.lists(st.builds(Fix, cost=SMALL, gain=SMALL, needed=st.booleans()), max_size=7)
Accepted = Callable[[tuple[int, ...]], bool]


def brute_force(fixes: list[Fix], need: Fraction, accepted: Accepted = lambda _: True) -> Choice | None:
    """The cheapest of all sets that do, with the fewest fixes."""
    needed = {i for i, fix in enumerate(fixes) if fix.needed}
    found = [
        (sum((fixes[i].cost for i in chosen), Fraction(0)), size, chosen)
        for size in range(len(fixes) + 1)
        for chosen in combinations(range(len(fixes)), size)
        if needed <= set(chosen) and sum(fixes[i].gain for i in chosen) >= need and accepted(chosen)
    ]
    return Choice(min(found)[2], min(found)[0]) if found else None


@given(FIXES, SMALL)
def test_no_set_is_cheaper_and_none_as_cheap_is_smaller(fixes: list[Fix], need: Fraction) -> None:
    best, found = brute_force(fixes, need), cheapest(fixes, need)

    assert (best is None) == (found is None)
    if best is not None and found is not None:
        assert (found.cost, len(found.chosen), found.proven) == (best.cost, len(best.chosen), True)
        assert sum(fixes[i].gain for i in found.chosen) >= need


@given(FIXES, SMALL, st.sets(st.integers(0, 6), max_size=3))
def test_a_set_that_is_not_accepted_gives_way_to_the_next_cheapest(
    fixes: list[Fix], need: Fraction, caps: set[int]
) -> None:
    def accepted(chosen: tuple[int, ...]) -> bool:
        return caps & set(range(len(fixes))) <= set(chosen)

    best, found = brute_force(fixes, need, accepted), cheapest(fixes, need, accepted)

    assert (best is None) == (found is None)
    if best is not None and found is not None:
        assert (found.cost, len(found.chosen)) == (best.cost, len(best.chosen))
        assert accepted(found.chosen)


def test_equal_costs_take_the_greatest_gains_of_a_hundred_fixes() -> None:
    fixes = [Fix(Fraction(1), Fraction(1, 100 + i)) for i in range(100)]

    found = cheapest(fixes, sum((fix.gain for fix in fixes[:40]), Fraction(0)))

    assert found == Choice(tuple(range(40)), Fraction(40))


def test_costs_that_equal_the_gains_are_solved_too() -> None:
    fixes = [Fix(Fraction(gain, 97), Fraction(gain, 97)) for gain in range(31, 61)]

    found = cheapest(fixes, Fraction(400, 97))

    assert found is not None
    assert found.cost == Fraction(400, 97)


def test_a_search_that_gives_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_search, "_STATES", 3)

    found = cheapest([Fix(Fraction(1), Fraction(1))] * 6, Fraction(2), lambda chosen: len(chosen) >= 5)

    assert found is not None
    assert not found.proven
    assert len(found.chosen) == 5
