"""What is proved holds for every table that can be drawn; what is refuted is refuted by its witness."""

from __future__ import annotations

import warnings
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.checking.claims import HOLES, broken, by_place, evaluated, subjects
from tests.equality.drawing import rulesets, tables

import commscore
from commscore._checking._linear import Constraint, solve
from commscore._checking._model import Claim, Decision
from commscore._checking._questions import decisions
from commscore.errors import Proof

FEWER = settings(max_examples=settings.default.max_examples * 2 // 5)  # one example asks many questions
TWO_COUNTIES = """\
commscore: 1
id: two-counties-2023
jurisdiction: {code: "2102", level: city}
year: 2023
inputs:
  staff: {zh: 人员数, type: count}
  wage: {zh: 工资数, type: quantity, places: 1, level: county}
rules:
  - {id: rich, total: staff, where: {wage: "> 5"}, require: ">= 3", clause: 一}
  - {id: poor, total: staff, where: {wage: "< 2"}, require: ">= 3", clause: 二}
"""

HEAD_OF_TWO = """\
commscore: 1
id: two-2023
jurisdiction: {{code: {code}, level: {level}}}
year: 2023
inputs:
  staff: {{zh: 人员数, type: count}}
  homes: {{zh: 户数, type: count}}
  grade: {{zh: 等次, type: category, values: [a, b]}}
rules:
"""


@FEWER
@given(ruleset=rulesets(max_rules=3))
def test_a_witness_shows_that_a_claim_is_wrong(ruleset: commscore.Ruleset) -> None:
    for decision in decisions(ruleset):
        assert (decision.witness is not None) == (decision.proof is Proof.REFUTED)
        if decision.witness is None:
            continue
        note(repr(decision))
        rules = tuple(obligation.rule.id for obligation in decision.about)
        with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
            findings = evaluated(ruleset, decision.witness, rules)

        # Claims are about tables whose values are all there.
        assert not HOLES & {row["reason"] for row in findings}
        found = subjects(ruleset, decision, by_place(findings))
        assert any(broken(decision.claim, statuses, complete=True) for statuses in found)


def test_each_county_of_a_witness_has_its_own_row(tmp_path: Path) -> None:
    path = tmp_path / "two-counties-2023.yaml"
    path.write_text(TWO_COUNTIES, encoding="utf-8")
    (together,) = (one for one in decisions(commscore.load_ruleset(path)) if one.claim is Claim.NEVER_TOGETHER)

    assert together.witness is not None
    assert [row["code"] for row in together.witness.more["county"]] == ["210201", "210202"]
    assert together.witness.statuses == {"rich": "pass", "poor": "pass"}


def decided(folder: Path, rules: str, *, code: str = '"2102"', level: str = "city") -> list[Decision]:
    """Decide everything about a ruleset of these rules."""
    path = folder / "two-2023.yaml"
    path.write_text(HEAD_OF_TWO.format(code=code, level=level) + rules, encoding="utf-8")
    return list(decisions(commscore.load_ruleset(path)))


def implied(found: list[Decision], rule: str) -> Decision:
    """Give the decision whether a rule adds nothing to the other."""
    (one,) = (each for each in found if each.claim is Claim.IMPLIED and each.about[0].rule.id == rule)
    return one


def test_a_witness_has_every_column_that_its_rules_name(tmp_path: Path) -> None:
    part = "each: staff, where: {kind: urban, grade: a}, require: '>= 1'"
    rules = f"""\
  - {{id: one, each: staff, require: "<= 0", clause: 一}}
  - {{id: other, all: [{{each: staff, require: ">= 1"}}, {{{part}}}], clause: 二}}
"""
    one = implied(decided(tmp_path, rules), "one")

    # Without a grade the second part could not be checked, though the kind alone keeps the row out of it.
    assert one.witness is not None
    assert one.witness.rows == ({"grade": "a", "kind": "rural", "staff": 1},)
    assert one.witness.statuses == {"one": ["fail"], "other": ["pass"]}


@pytest.mark.parametrize(
    ("code", "level", "elsewhere"),
    [('"2102"', "city", "210202"), ('"156"', "nation", "110101")],
    ids=["city", "nation"],
)
def test_the_rows_of_a_witness_lie_where_their_codes_say(tmp_path: Path, code: str, level: str, elsewhere: str) -> None:
    rules = """\
  - {id: one, total: staff, require: ">= 3", clause: 一}
  - {id: other, total: staff, where: {county: ["210201"]}, require: "<= 1", clause: 二}
"""
    found = decided(tmp_path, rules, code=code, level=level)
    (together,) = (one for one in found if one.claim is Claim.NEVER_TOGETHER)

    assert together.witness is not None
    assert {row["code"][:6] for row in together.witness.rows} == {"210201", elsewhere}
    assert not any("county" in row for row in together.witness.rows)


def test_a_witness_shows_it_all_in_one_area(tmp_path: Path) -> None:
    rules = """\
  - {id: urban, each: staff, where: {kind: urban}, require: "> 0", clause: 一}
  - {id: named, total: homes, over: county, where: {county: ["210201"]}, require: ">= staff", clause: 二}
"""
    (together,) = (one for one in decided(tmp_path, rules) if one.claim is Claim.NEVER_TOGETHER)

    # An urban row in another county would pass the first rule, but not where the second is judged.
    assert together.witness is not None
    assert {row["code"][:6] for row in together.witness.rows} == {"210201"}
    assert "urban" in {row["kind"] for row in together.witness.rows}


def test_a_rule_adds_something_where_the_other_is_unknown(tmp_path: Path) -> None:
    rules = """\
  - {id: ratio, ratio: [homes, staff], where: {homes: ">= 1"}, require: "<= 5", clause: 一}
  - {id: some, total: staff, where: {homes: ">= 1"}, require: ">= 1", clause: 二}
"""
    some = implied(decided(tmp_path, rules), "some")

    assert some.witness is not None
    assert some.witness.statuses == {"some": "fail", "ratio": "unknown"}


@FEWER
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
