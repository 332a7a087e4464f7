"""The extremes of a quotient, held against trying every choice."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore.reference._demands import Demand, credit, step_over, verdict
from commscore.reference._intervals import NOTHING, Contribution, extremes, greatest_sum, region

F = Fraction
numbers = st.integers(0, 12).map(lambda tenths: Fraction(tenths, 3))
points = st.tuples(st.integers(-6, 12).map(Fraction), numbers)
contributions = st.frozensets(points, min_size=1, max_size=3).map(Contribution)


def every_quotient(rows: list[Contribution], fixed: Fraction) -> list[Fraction]:
    choices = product(*(sorted(row.points) for row in rows))
    sums = [(sum(n for n, _ in choice), fixed + sum(d for _, d in choice)) for choice in choices]
    return [Fraction(num) / den for num, den in sums if den > 0]


@given(st.lists(contributions, min_size=1, max_size=5), st.sampled_from([F(0), F(1)]))
def test_extremes_are_those_of_every_choice(rows: list[Contribution], fixed: Fraction) -> None:
    # With a certain denominator no choice is endless, so that trying them all finds both ends.
    rows.append(Contribution(frozenset({(F(1), F(1, 3))})))
    found = every_quotient(rows, fixed)

    assert extremes(rows, fixed) == (min(found), max(found))


def contribution(*pairs: tuple[int, int], rays: tuple[tuple[int, int], ...] = ()) -> Contribution:
    return Contribution(frozenset((F(n), F(d)) for n, d in pairs), frozenset(rays))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([contribution((1, 2)), contribution((0, 3), rays=((1, 0),))], (F(1, 5), None)),
        ([contribution((1, 2)), contribution((3, 0), rays=((0, 1),))], (0, 2)),
        ([contribution((1, 2)), contribution((0, 0), rays=((0, 1), (1, 1)))], (0, 1)),
        ([contribution((1, 0)), contribution((0, 0), rays=((0, 1),))], (0, None)),
        ([contribution((0, 0)), contribution((0, 0), rays=((0, 1),))], (0, 0)),
        ([contribution((5, 1)), contribution((0, 0), rays=((-1, 0),))], (None, 5)),
    ],
)
def test_what_has_no_end_is_null_and_limits_count(rows: Any, expected: Any) -> None:
    assert extremes(rows, F(0)) == expected


def test_the_greatest_sum_takes_every_row_at_its_best() -> None:
    rows = [contribution((1, 2), (3, 5)), contribution((0, 0), (4, 1))]

    assert greatest_sum(rows, F(1), F(0)) == 7
    assert greatest_sum(rows, F(1), F(-1)) == 2
    assert greatest_sum([*rows, contribution((0, 0), rays=((1, 0),))], F(1), F(0)) is None


spans = st.tuples(st.integers(0, 5).map(Fraction), st.integers(0, 5).map(Fraction)).map(
    lambda pair: (min(pair), max(pair))
)


@given(spans, spans, st.integers(-3, 3).map(Fraction), st.integers(-3, 3).map(Fraction))
def test_the_corners_of_a_part_and_its_whole_hold_every_extreme(num: Any, den: Any, weight: Any, other: Any) -> None:
    corners, _ = region(num, den, is_part=True)
    grid = [F(step, 2) for step in range(11)]
    inside = [(n, d) for n, d in product(grid, grid) if n <= d and num[0] <= n <= num[1] and den[0] <= d <= den[1]]

    if inside:
        assert max(weight * n + other * d for n, d in corners) == max(weight * n + other * d for n, d in inside)


@pytest.mark.parametrize(
    ("num", "den", "expected"),
    [
        (((0, None)), ((0, None)), ({(0, 0)}, {(0, 1), (1, 1)})),
        (((5, 5)), ((0, None)), ({(5, 5)}, {(0, 1)})),
        (((0, None)), ((7, 7)), ({(0, 7), (7, 7)}, set())),
        (((5, 5)), ((0, 3)), ({(5, 0), (5, 3)}, set())),
    ],
)
def test_a_part_never_exceeds_its_whole(num: Any, den: Any, expected: Any) -> None:
    assert region(num, den, is_part=True) == expected


def test_being_left_out_adds_nothing() -> None:
    rows = [contribution((6, 1)), Contribution(frozenset({(F(0), F(1)), NOTHING}))]

    assert extremes(rows, F(0)) == (F(3), F(6))


@pytest.mark.parametrize(
    ("low", "high", "demand", "expected"),
    [
        (3, 5, Demand(lower=F(3)), True),
        (3, 5, Demand(lower=F(3), lower_included=False), None),
        (3, 5, Demand(lower=F(5), lower_included=False), False),
        (3, None, Demand(lower=F(3)), True),
        (3, None, Demand(lower=F(9)), None),
        (3, None, Demand(upper=F(9)), None),
        (3, None, Demand(upper=F(3), upper_included=False), False),
        (None, 5, Demand(upper=F(5)), True),
        (None, 5, Demand(lower=F(6)), False),
        (3, 5, Demand(lower=F(3), upper=F(5)), True),
        (3, 6, Demand(lower=F(3), upper=F(5)), None),
        (2, 6, Demand(lower=F(3), upper=F(5)), None),
        (6, 7, Demand(lower=F(3), upper=F(5)), False),
        (None, None, Demand(lower=F(3), upper=F(5)), None),
    ],
)
def test_an_interval_is_decided_when_all_or_none_of_it_meets_the_demand(
    low: Any, high: Any, demand: Demand, expected: Any
) -> None:
    assert verdict(low, high, demand) is expected


@pytest.mark.parametrize(
    ("low", "high", "demand", "passed", "expected"),
    [
        (3, 9, Demand(lower=F(10)), False, F(3, 10)),
        (20, None, Demand(lower=F(10)), True, 2),
        (20, None, Demand(upper=F(10)), False, 0),
        (20, 40, Demand(upper=F(10)), False, F(1, 4)),
        (2, 3, Demand(lower=F(4), upper=F(6)), False, F(1, 2)),
        (8, 12, Demand(lower=F(0), upper=F(6)), False, F(1, 2)),
        (4, 6, Demand(lower=F(4), upper=F(6)), True, 1),
        (-3, -3, Demand(lower=F(4)), False, 0),
        (-3, -3, Demand(lower=F(-2)), False, 0),
        (-1, -1, Demand(lower=F(-2)), True, 1),
    ],
)
def test_of_an_interval_the_worse_end_earns_the_credit(
    low: Any, high: Any, demand: Demand, passed: bool, expected: Any
) -> None:
    least, most = (None if end is None else F(end) for end in (low, high))

    assert credit(least, most, demand, passed=passed) == expected


@pytest.mark.parametrize(
    ("shortfall", "places", "included", "expected"),
    [
        (F(3, 2), 0, True, 2),
        (F(2), 0, True, 2),
        (F(2), 0, False, 3),
        (F(1, 3), 2, True, F(34, 100)),
        (F(0), 1, False, F(1, 10)),
    ],
)
def test_a_gap_is_made_up_in_steps(shortfall: Any, places: int, included: bool, expected: Any) -> None:
    assert step_over(shortfall, places, included=included) == expected
