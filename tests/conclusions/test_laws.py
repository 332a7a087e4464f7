"""Laws of conclusions: durable-rules and the fixpoint agree, and no order of anything matters."""

from __future__ import annotations

import random
import warnings
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conclusions.drawing import GRADES, RULES, rulesets, tables

import commscore
from commscore import reference
from commscore._conclusions import Concluder, Subjects, trace
from commscore._conclusions import _concluding as concluding
from commscore._ruleset import SCOPES
from commscore._status import STATUSES

# Whole evaluations are slow, and what they are held to is drawn from few facts.
FEWER = settings(max_examples=max(10, settings.default.max_examples // 4))
COLUMNS = ("grade", "grade_low", "grade_high", "conclusions", "actions")


def evaluated(rows: list[dict[str, Any]], ruleset: commscore.Ruleset) -> commscore.Result:
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        return commscore.evaluate(rows, ruleset, key="id")


def followed(table: Any, columns: tuple[str, ...] = COLUMNS) -> list[dict[str, Any]]:
    """Return what follows; nothing where no conclusion is switched on."""
    rows = table.to_pylist()
    return [{name: row.get(name, []) for name in columns} for row in rows]


@FEWER
@given(ruleset=rulesets(), rows=tables())
def test_the_engine_concludes_what_the_reference_does(ruleset: commscore.Ruleset, rows: list[dict[str, Any]]) -> None:
    slow = reference.evaluate(rows, ruleset, key="id")

    result = evaluated(rows, ruleset)

    assert followed(result.units) == [{name: row[name] for name in COLUMNS} for row in slow.units]
    assert followed(result.areas) == [{name: row[name] for name in COLUMNS} for row in slow.areas]


@FEWER
@given(ruleset=rulesets(most=40), seed=st.integers(0, 2**32 - 1))
def test_engine_and_fixpoint_agree_on_every_signature_of_a_large_random_table(
    ruleset: commscore.Ruleset, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    size = 200
    codes = [[draw.integers(0, len(STATUSES), size, dtype=np.uint8) for _ in range(rule % 2 + 1)] for rule in range(8)]
    subjects = Subjects(size, codes, draw.integers(-1, len(GRADES), size), draw.integers(-1, 2, size))
    concluder = Concluder(ruleset)

    numbers = concluder._draw(subjects)

    for row, number in enumerate(numbers.tolist()):
        found = {rule: {STATUSES[code[row]] for code in of} for rule, of in zip(RULES, codes, strict=True)}
        grade, kind = int(subjects.grades[row]), int(subjects.kinds[row])  # type: ignore[index]
        verdict = reference.fixpoint(
            ruleset,
            found,
            grade=GRADES[grade] if grade >= 0 else None,
            kind=SCOPES[kind] if kind >= 0 else None,
        )
        fired = [ruleset.conclusions[one].id for one in concluder._outcomes[number].fired]
        assert (tuple(fired), concluder._outcomes[number].conclusions) == (verdict.fired, verdict.conclusions)
    if any(each.selected for each in ruleset.conclusions):
        assert concluder.choice.engine == concluding.DURABLE_RULES


@FEWER
@given(ruleset=rulesets(), rows=tables(), seed=st.randoms(use_true_random=False))
def test_the_order_in_which_conclusions_fire_does_not_matter(
    ruleset: commscore.Ruleset, rows: list[dict[str, Any]], seed: random.Random
) -> None:
    shuffled = list(ruleset.conclusions)
    seed.shuffle(shuffled)

    once, again = (
        followed(evaluated(rows, attrs.evolve(ruleset, conclusions=tuple(order))).units)
        for order in (ruleset.conclusions, shuffled)
    )

    assert [_unordered(row) for row in once] == [_unordered(row) for row in again]


def _unordered(row: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(value) if isinstance(value, list) else value for name, value in row.items()}


@FEWER
@given(ruleset=rulesets(), rows=tables())
def test_caps_only_lower_grades_and_the_range_stays_around_them(
    ruleset: commscore.Ruleset, rows: list[dict[str, Any]]
) -> None:
    plain = evaluated(rows, attrs.evolve(ruleset, conclusions=()))

    capped = evaluated(rows, ruleset)

    for before, after in zip(plain.units.to_pylist(), capped.units.to_pylist(), strict=True):
        for name in ("grade", "grade_low", "grade_high"):
            assert (before[name] is None) == (after[name] is None)
        if after["grade"] is not None:
            assert GRADES.index(after["grade"]) >= GRADES.index(before["grade"])
            ranks = [GRADES.index(after[name]) for name in ("grade_high", "grade", "grade_low")]
            assert ranks == sorted(ranks)
    scores = ["score", "score_low", "score_high", "coverage", "n_fail"]
    assert plain.units.select(scores).equals(capped.units.select(scores))


@FEWER
@given(ruleset=rulesets(), rows=tables(), cut=st.integers(1, 7))
def test_parts_merge_to_what_the_whole_gives(ruleset: commscore.Ruleset, rows: list[dict[str, Any]], cut: int) -> None:
    parts = [part for part in (rows[:cut], rows[cut:]) if part]

    merged = commscore.merge(*(evaluated(part, ruleset) for part in parts))

    whole = evaluated(rows, ruleset)
    assert followed(merged.units) == followed(whole.units)
    assert followed(merged.areas) == followed(whole.areas)


@FEWER
@given(ruleset=rulesets(), rows=tables())
def test_the_trace_has_a_step_for_every_conclusion_after_what_it_builds_on(
    ruleset: commscore.Ruleset, rows: list[dict[str, Any]]
) -> None:
    result = evaluated(rows, attrs.evolve(ruleset, conclusions=()))
    findings: dict[str, list[str]] = {}
    for row in result.findings(key="u0", level="unit").to_pylist():
        findings.setdefault(row["rule"], []).append(row["status"])

    steps = trace(ruleset, findings, grade="达标", kind="urban")

    verdict = reference.fixpoint(ruleset, findings, grade="达标", kind="urban")
    assert sorted(step.conclusion.id for step in steps) == sorted(verdict.fired)
    names: set[str | None] = set()
    for step in steps:
        assert names.issuperset(step.conclusion.when.concluded)
        assert all(reason.items for reason in step.reasons)
        names.add(step.conclusion.conclude)


def test_each_signature_is_run_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ruleset = _counted_ruleset(tmp_path)
    rows = [{name: bool(row >> number & 1) for number, name in enumerate(RULES)} | {"id": row} for row in range(256)]
    runs: list[int] = []
    by_engine = Concluder._by_engine
    monkeypatch.setattr(
        Concluder, "_by_engine", lambda self, facts: [*map(runs.append, facts)] and by_engine(self, facts)
    )

    result = commscore.evaluate([dict(row, id=f"{row['id']} {copy}") for copy in range(3) for row in rows], ruleset)

    assert result.units.num_rows == 768
    assert len(runs) == len(set(runs)) == 4  # 0, 1, 2, 3 or more of eight rules fail: more makes no difference
    assert result.context.concluder is not None
    assert result.context.concluder.runs == 4
    assert commscore.merge(result).units.equals(result.units)
    assert result.context.concluder.runs == 4  # what was seen before is not run again


COUNTED = """
commscore: 1
id: counted-2023
jurisdiction: {code: "2102", level: city}
year: 2023
inputs: {%s}
rules: [%s]
conclusions:
  - {id: c1, when: {failed_in: {at_least: 1}}, then: {conclude: one}, basis: advice}
  - {id: c3, when: {failed_in: {at_least: 3}, concluded: [one]}, then: {conclude: three}, basis: advice}
"""


def _counted_ruleset(folder: Path) -> commscore.Ruleset:
    inputs = ", ".join(f"{name}: {{zh: 题{name}, type: flag}}" for name in RULES)
    rules = ", ".join(f"{{id: rule-{name}, clause: 一, each: {name}, require: true}}" for name in RULES)
    path = folder / "counted-2023.yaml"
    path.write_text(COUNTED % (inputs, rules), encoding="utf-8")
    return commscore.load_ruleset(path)
