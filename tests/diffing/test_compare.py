"""Two results held against each other: what changed, and why, with parts that add up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import commscore
from commscore import DataError, UsageError
from commscore._diffing import summary

RULES = """
  - {id: orgs, title: 甲, group: g, each: orgs, require: {urban: ">= 10", rural: ">= 3"}, weight: 2}
  - {id: staff, title: 乙, group: g, each: staff, require: ">= 5"}
  - {id: plan, title: 丙, each: plan}
"""
Load = Callable[..., commscore.Ruleset]


def text(rules: str = RULES, *, year: int = 2024, weight: int = 1) -> str:
    return f"""commscore: 1
id: mini-{year}
jurisdiction: {{code: "2102", level: city, zh: 大连}}
year: {year}
scoring: {{grades: [[good, 80], [fair, 50], [poor, 0]]}}
groups: [{{id: g, title: 一, weight: {weight}}}]
inputs:
  orgs: {{zh: 组织数, type: count}}
  staff: {{zh: 人数, type: count}}
  plan: {{zh: 有方案, type: flag}}
rules:{rules}"""


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    folder = tmp_path_factory.mktemp("diffing")

    @cache
    def loaded(*arguments: Any, **options: Any) -> commscore.Ruleset:
        (folder / "mini.yaml").write_text(text(*arguments, **options), encoding="utf-8")
        return commscore.load_ruleset(folder / "mini.yaml")

    return loaded


def unit(key: str, orgs: int | None, staff: int | None = 5, plan: Any = True, kind: str | None = "urban") -> Any:
    return {"key": key, "kind": kind, "orgs": orgs, "staff": staff, "plan": plan}


def scored(rows: list[Any], ruleset: commscore.Ruleset) -> commscore.Result:
    schema = [("key", pa.string()), ("kind", pa.string()), ("orgs", pa.int64()), ("staff", pa.int64())]
    return commscore.evaluate(
        pa.Table.from_pylist(rows, pa.schema([*schema, ("plan", pa.bool_())])), ruleset, key="key"
    )


ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from([2, 3, 9, 10])),
        st.one_of(st.none(), st.sampled_from([4, 5])),
        st.one_of(st.none(), st.booleans()),
        st.sampled_from(["urban", "rural", None]),
    ),
    min_size=1,
    max_size=4,
)


@given(before=ROWS, after=ROWS, year=st.sampled_from([2024, 2025]), weight=st.integers(0, 3))
def test_the_parts_of_all_causes_add_up_to_the_change(
    load: Load, before: list[Any], after: list[Any], year: int, weight: int
) -> None:
    one, other = load(), load(RULES.replace('">= 5"', '">= 4"'), year=year, weight=weight)
    left = scored([unit(str(i), *row) for i, row in enumerate(before)], one)
    right = scored([unit(str(i), *row) for i, row in enumerate(after)], other)

    effects = left.compare(right).effects

    assert effects.why_not is None
    if effects.before is not None and effects.after is not None:
        assert sum(part.change for part in effects.parts) == effects.after - effects.before
        means = [result.units["score"].to_pylist()[: min(len(before), len(after))] for result in (left, right)]
        if effects.units == len(means[0]) and None not in (*means[0], *means[1]):
            assert float(effects.before) == pytest.approx(sum(means[0]) / len(means[0]))
            assert float(effects.after) == pytest.approx(sum(means[1]) / len(means[1]))


@given(rows=ROWS)
def test_a_result_held_against_itself_shows_nothing(load: Load, rows: list[Any]) -> None:
    result = scored([unit(str(i), *row) for i, row in enumerate(rows)], load())

    found = result.compare(result)

    assert (found.findings.num_rows, found.rules.num_rows, found.area_findings.num_rows) == (0, 0, 0)
    assert {part.change for part in found.effects.parts} <= {0}


@pytest.mark.parametrize(
    ("before", "after", "change", "cause"),
    [
        (unit("a", 10), unit("a", 9), "newly failing", "data"),
        (unit("a", 9), unit("a", 10), "recovered", "data"),
        (unit("a", 10), unit("a", None), "newly unknown", "missingness"),
        (unit("a", None), unit("a", 10), "decided", "missingness"),
        (unit("a", None), unit("a", 9), "newly failing", "missingness"),
        (unit("a", -1), unit("a", 10), "decided", "missingness"),
    ],
)
def test_a_change_of_the_data_is_named(load: Load, before: Any, after: Any, change: str, cause: str) -> None:
    ruleset = load()

    (found,) = scored([before], ruleset).compare(scored([after], ruleset)).findings.to_pylist()

    assert (found["rule"], found["change"], found["cause"]) == ("orgs", change, cause)


def test_a_unit_that_leaves_the_scope_is_no_change_of_data(load: Load) -> None:
    ruleset = load(RULES.replace("each: staff", "each: staff, where: {kind: rural}"))
    before, after = scored([unit("a", 10, kind="rural")], ruleset), scored([unit("a", 10)], ruleset)

    (found,) = before.compare(after).findings.to_pylist()

    assert (found["rule"], found["before"], found["after"], found["cause"]) == (
        "staff",
        "pass",
        "notapplicable",
        "scope",
    )


def test_rules_and_data_that_both_changed_are_told_apart(load: Load) -> None:
    one, other = load(), load(RULES.replace('">= 5"', '">= 7"'))
    before = scored([unit("a", 10, 8), unit("b", 10, 5), unit("c", 10, 5)], one)
    after = scored([unit("a", 10, 4), unit("b", 10, 5), unit("c", 10, 6)], other)

    found = before.compare(after).findings.to_pylist()

    assert [(row["key"], row["cause"]) for row in found] == [("a", "data"), ("b", "rules"), ("c", "rules")]


def test_data_that_cannot_be_read_again_leaves_the_cause_open(load: Load) -> None:
    one, other = load(), load(RULES.replace('">= 5"', '">= 7"'))
    table = pa.Table.from_pylist([unit("a", 10, 6)])
    after = commscore.evaluate(table.to_reader(), other, key="key")

    found = scored([unit("a", 10, 5)], one).compare(after)

    assert [row["cause"] for row in found.findings.to_pylist()] == ["rules or data"]
    assert "rules and data both changed" in (found.effects.why_not or "")


def test_weights_alone_change_scores_and_no_finding(load: Load) -> None:
    rows = [unit("a", 9)]
    found = scored(rows, load()).compare(scored(rows, load(weight=3)))

    assert found.findings.num_rows == 0
    assert {part.cause for part in found.effects.parts if part.change} == {"weights"}


def test_units_of_one_run_only_are_listed(load: Load) -> None:
    ruleset = load()
    found = scored([unit("a", 10), unit("b", 10)], ruleset).compare(scored([unit("b", 9), unit("c", 10)], ruleset))

    assert (found.units["key"].to_pylist(), found.added.to_pylist(), found.removed.to_pylist()) == (["b"], ["c"], ["a"])


def test_runs_without_a_common_unit_are_refused(load: Load) -> None:
    ruleset = load()
    with pytest.raises(DataError, match="no unit in common"):
        scored([unit("a", 10)], ruleset).compare(scored([unit("b", 10)], ruleset))


def test_the_summary_names_grades_causes_and_areas(load: Load) -> None:
    ruleset = load()
    shown = summary(scored([unit("a", 10)], ruleset).compare(scored([unit("a", 9)], ruleset)))

    assert "good" in shown
    assert "fair" in shown
    assert "data" in shown
    assert "2102" in shown


# ---- WHAT IF ----


def test_a_threshold_moved_is_as_if_the_file_had_said_so(load: Load) -> None:
    rows = [unit("a", 10), unit("b", 12)]
    result = scored(rows, load())

    moved = result.under(changes={"orgs": {"urban": ">= 12"}})

    expected = scored(rows, load(RULES.replace('urban: ">= 10"', 'urban: ">= 12"')))
    assert moved.units.equals(expected.units)
    assert result.compare(moved).findings["key"].to_pylist() == ["a"]


def test_a_sweep_counts_what_would_pass(load: Load) -> None:
    result = scored([unit("a", 9), unit("b", 10), unit("c", None), unit("d", 3, kind="rural")], load())

    table = result.sweep("orgs", [9, "10", 11.0], scope="urban").to_pylist()

    assert [(row["n_pass"], row["n_fail"], row["n_unknown"]) for row in table] == [(2, 0, 1), (1, 1, 1), (0, 2, 1)]
    assert [row["required"] for row in table] == ["≥ 9", "≥ 10", "≥ 11"]


@settings(max_examples=20)
@given(at=st.lists(st.integers(0, 12), min_size=2, max_size=5), rows=ROWS)
def test_asking_for_more_never_passes_more(load: Load, at: list[int], rows: list[Any]) -> None:
    result = scored([unit(str(i), *row) for i, row in enumerate(rows)], load())

    passed = result.sweep("staff", sorted(at))["n_pass"].to_pylist()

    assert passed == sorted(passed, reverse=True)


@pytest.mark.parametrize(
    ("rule", "thresholds", "message"),
    [
        ("org", [1], "has no 'org'"),
        ("orgs", [1], "give one of urban, rural"),
        ("plan", [1], "no single figure"),
        ("staff", ["many"], "'many' is no number"),
        ("staff", [True], "True is no number"),
    ],
)
def test_a_sweep_that_makes_no_sense_is_refused(load: Load, rule: str, thresholds: list[Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        scored([unit("a", 9)], load()).sweep(rule, thresholds)


def test_a_stream_cannot_be_scored_twice(load: Load) -> None:
    result = commscore.evaluate(pa.Table.from_pylist([unit("a", 9)]).to_reader(), load(), key="key")

    with pytest.raises(UsageError, match="cannot be read again"):
        result.under(changes={"staff": ">= 7"})


def test_changes_are_checked_like_a_file(load: Load) -> None:
    result = scored([unit("a", 9)], load())

    with pytest.raises(commscore.RulesetError, match="mini-2024 with changes: error"):
        result.under(changes={"staff": ">= 46%"})
    with pytest.raises(UsageError, match="did you mean 'staff'"):
        result.under(changes={"staf": ">= 7"})


def test_a_ruleset_from_a_path_is_taken_too(load: Load, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(text(RULES.replace('">= 5"', '">= 6"')), encoding="utf-8")

    assert scored([unit("a", 10, 5)], load()).under(tmp_path / "other.yaml").units["n_fail"].to_pylist() == [1]
