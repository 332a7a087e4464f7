"""What is proved holds for every table that can be drawn; what is refuted is refuted by its witness."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st
from tests.checking.claims import broken, by_place, evaluated, subjects
from tests.equality.drawing import rulesets, tables

import commscore
from commscore._checking._linear import Constraint, solve
from commscore._checking._questions import decisions
from commscore.errors import Proof


@given(ruleset=rulesets(max_rules=3))
def test_a_witness_shows_that_a_claim_is_wrong(ruleset: commscore.Ruleset) -> None:
    for decision in decisions(ruleset):
        assert (decision.witness is not None) == (decision.proof is Proof.REFUTED)
        if decision.witness is None:
            continue
        note(repr(decision))
        rules = tuple(obligation.rule.id for obligation in decision.about)
        with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
            found = evaluated(ruleset, decision.witness, rules)

        assert any(broken(decision.claim, statuses) for statuses in subjects(ruleset, decision, found))


@given(ruleset=rulesets(max_rules=3), drawn=st.lists(tables(), min_size=1, max_size=4))
def test_no_table_goes_against_a_proof(ruleset: commscore.Ruleset, drawn: list[Any]) -> None:
    proved = [decision for decision in decisions(ruleset) if decision.proof is Proof.PROVED]
    if not proved:
        return
    levels = tuple({rule.over for rule in ruleset.rules if rule.over} | {"city"})
    for rows, more in drawn:
        with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
            try:
                options = {"key": "id", "more": more, "as_of": "2099-12-31", "rollup": levels}
                result = commscore.evaluate(rows, ruleset, **options)
            except commscore.DataError:
                continue
        found = by_place(result.findings().to_pylist())
        for decision in proved:
            note(repr(decision))
            note(repr((rows, more)))

            assert not any(broken(decision.claim, statuses) for statuses in subjects(ruleset, decision, found))


@given(
    st.lists(
        st.tuples(st.tuples(*(st.integers(-3, 3),) * 3), st.integers(-6, 6)),
        min_size=1,
        max_size=4,
    )
)
def test_systems_are_solved_as_trying_everything_would(drawn: list[tuple[tuple[int, int, int], int]]) -> None:
    names, reach = "xyz", range(-4, 5)
    box = [Constraint(((name, sign),), 4) for name in names for sign in (1, -1)]
    asked = [
        Constraint(tuple((name, factor) for name, factor in zip(names, factors, strict=True) if factor), constant)
        for factors, constant in drawn
    ]

    def holds(values: dict[str, int], constraint: Constraint) -> bool:
        return sum(values[name] * factor for name, factor in constraint.terms) + constraint.constant >= 0

    expected = any(
        all(holds(dict(zip(names, point, strict=True)), constraint) for constraint in asked)
        for point in product(reach, repeat=3)
    )
    answer = solve([*box, *asked])

    assert not answer.open
    assert (answer.values is not None) == expected
    if answer.values is not None:
        assert all(holds(dict(answer.values), constraint) for constraint in (*box, *asked))
    else:
        assert solve(answer.clash).values is None


def test_the_search_for_whole_numbers_is_given_up_at_last() -> None:
    # x is half of an odd number, without bounds: no fraction is in the way, and no whole number will do.
    twice = [Constraint((("x", 2), ("y", -2)), -1), Constraint((("x", -2), ("y", 2)), 1)]

    assert solve(twice).open
