"""What conclusions put into results: columns, capped grades, explanations, summaries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.conclusions.conftest import Written

import commscore

GOOD = {"a": 1, "b": 1, "c": 1, "d": 1, "kind": "urban"}


def row(**cells: Any) -> dict[str, Any]:
    return GOOD | cells


def lists(result: commscore.Result, column: str = "conclusions") -> list[list[str]]:
    found: list[list[str]] = result.units[column].to_pylist()
    return found


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("fail_any: [ra, rb]", [{"a": 0}, {"b": 0}]),
        ("fail_any: ra", [{"a": 0}]),
        ("fail_all: [ra, rb]", [{"a": 0, "b": 0}]),
        ("unknown_any: [ra, rc]", [{"a": None}, {"a": -1}, {"c": 1.5}, {"kind": None}]),
        ("failed_in: {group: g, at_least: 2}", [{"a": 0, "b": 0}]),
        ("failed_in: {group: h}", [{"b": 0}]),
        ("failed_in: {at_least: 2}", [{"a": 0, "c": 0}, {"a": 0, "b": 0, "c": 0}]),
        ('failed_in: {group: "*", at_least: 2}', [{"a": 0, "b": 0}]),
        ("unknown_in: {group: g, at_least: 2}", [{"a": None, "b": -1}]),
        ("unknown_in: {group: i}", [{"c": None}, {"c": 1.5}, {"kind": None}]),
        ("grade_in: [达标, 不达标]", [{"a": 0, "b": 0}]),
        ("kind: rural", [{"kind": "rural"}]),
        ("kind: [urban, rural]", [{}, {"kind": "rural"}]),
        ("fail_any: [ra], kind: rural", [{"a": 0, "kind": "rural"}]),
    ],
)
def test_each_key_holds_where_it_should(load: Written, when: str, holds: list[dict[str, Any]]) -> None:
    ruleset = load(f"{{id: x, when: {{{when}}}, then: {{conclude: it}}, basis: advice}}")
    tried = [
        *({}, {"a": 0}, {"b": 0}, {"c": 0}, {"a": 0, "b": 0}, {"a": 0, "c": 0}, {"a": 0, "b": 0, "c": 0}),
        *({"a": None}, {"a": -1}, {"c": 1.5}, {"c": None}, {"a": None, "b": -1}, {"d": 0}),
        *({"kind": None}, {"kind": "rural"}, {"a": 0, "kind": "rural"}),
    ]

    result = commscore.evaluate([row(**cells) for cells in tried], ruleset)

    found = [cells for cells, names in zip(tried, lists(result), strict=True) if names]
    for cells in holds:
        assert cells in found
    if len(holds) == 1:
        assert all(set(holds[0].items()) <= set(cells.items()) for cells in found if "grade" not in when)


def test_what_is_not_due_neither_fails_nor_is_unknown(load: Written) -> None:
    ruleset = load(
        "{id: x, when: {fail_any: [rd]}, then: {conclude: failed}, basis: advice}",
        "{id: y, when: {unknown_any: [rd]}, then: {conclude: unknown}, basis: advice}",
    )

    now = commscore.evaluate([row(d=0), row(d=None)], ruleset)
    later = commscore.evaluate([row(d=0), row(d=None)], ruleset, as_of="2026-01-01")

    assert (lists(now), lists(later)) == ([[], []], [["failed"], ["unknown"]])


def test_conclusions_chain_whatever_their_order_in_the_file(load: Written) -> None:
    ruleset = load(
        "{id: z, when: {concluded: [two]}, then: {conclude: three, action: 三}, basis: advice}",
        "{id: y, when: {concluded: [one], fail_any: [rb]}, then: {conclude: two, action: 二}, basis: advice}",
        "{id: x, when: {fail_any: [ra]}, then: {conclude: one, action: 一}, basis: advice}",
    )

    result = commscore.evaluate([row(a=0, b=0), row(a=0), row(b=0)], ruleset)

    assert lists(result) == [["three", "two", "one"], ["one"], []]
    assert lists(result, "actions") == [["三", "二", "一"], ["一"], []]


def test_conditions_see_the_grade_before_any_cap_and_the_lowest_cap_counts(load: Written) -> None:
    ruleset = load(
        "{id: x, when: {fail_any: [ra]}, then: {cap: 达标}, basis: advice}",
        "{id: y, when: {fail_any: [ra, rb]}, then: {cap: 良好}, basis: advice}",
        "{id: z, when: {grade_in: [达标]}, then: {conclude: seen}, basis: advice}",
    )

    result = commscore.evaluate([row(), row(b=0), row(a=0), row(a=0, b=0, c=0)], ruleset)

    assert result.units["grade"].to_pylist() == ["优秀", "良好", "达标", "不达标"]
    assert result.units["score"].to_pylist() == [100, 75, 75, 0]
    assert lists(result) == [[], [], [], []]


def test_the_range_of_grades_is_capped_by_what_might_follow(load: Written) -> None:
    ruleset = load(
        "{id: x, when: {fail_any: [ra]}, then: {cap: 不达标}, basis: advice}",
        "{id: y, when: {unknown_any: [rb]}, then: {cap: 达标}, basis: advice}",
    )

    result = commscore.evaluate([row(a=None), row(b=None)], ruleset)

    grades = result.units.select(["grade_low", "grade", "grade_high"]).to_pylist()
    assert [tuple(found.values()) for found in grades] == [("不达标", "良好", "优秀"), ("达标", "达标", "优秀")]


def test_areas_are_judged_by_their_own_findings_and_have_no_kind(load: Written) -> None:
    ruleset = load(
        "{id: x, when: {fail_any: [rc]}, then: {conclude: failed}, basis: advice}",
        "{id: y, when: {unknown_any: [rc]}, then: {conclude: unknown}, basis: advice}",
        "{id: z, when: {kind: [urban, rural]}, then: {conclude: kind}, basis: advice}",
    )

    both = commscore.evaluate([row(c=0), row(c=None, kind="rural")], ruleset)
    open_ = commscore.evaluate([row(), row(c=None, kind="rural")], ruleset)

    assert (both.areas["conclusions"].to_pylist(), open_.areas["conclusions"].to_pylist()) == (
        [["failed"]],
        [["unknown"]],
    )
    assert lists(both) == [["failed", "kind"], ["unknown", "kind"]]


def test_a_ruleset_without_conclusions_has_no_such_columns(load: Written) -> None:
    none, off = load(), load("{id: x, when: {fail_any: [ra]}, then: {conclude: it}, basis: advice}")
    off = commscore.load_ruleset(_child(off, "drop: [{id: x, because: 不用}]"))

    for ruleset in (none, off):
        result = commscore.evaluate([row(a=0)], ruleset)
        assert not {"conclusions", "actions"} & {*result.units.column_names, *result.areas.column_names}
        assert "Conclusions" not in result.summary()
        assert "研判" not in result.explain("0")


def _child(parent: commscore.Ruleset, text: str) -> Any:
    assert parent.path is not None
    path = Path(parent.path).with_name("child-2024.yaml")
    path.write_text(f"commscore: 1\nid: child-2024\nextends: {parent.id}\n{text}\n", encoding="utf-8")
    return path


def test_an_empty_table_has_empty_lists(load: Written) -> None:
    result = commscore.evaluate([], load("{id: x, when: {fail_any: [ra]}, then: {conclude: it}, basis: advice}"))

    assert result.units["conclusions"].to_pylist() == []
    assert str(result.units.schema.field("conclusions").type) == str(result.units.schema.field("actions").type)


def test_explain_says_what_follows_why_and_what_it_rests_on(load: Written) -> None:
    ruleset = load(
        "{id: x, title: {zh: 缺口, en: Gap}, when: {fail_any: [ra, rb]}, "
        "then: {conclude: gap, action: {zh: 补, en: Mend}}, clause: 一, phrase: 补齐}",
        "{id: y, when: {failed_in: {group: g, at_least: 2}, concluded: [gap]}, then: {cap: 不达标}, basis: advice}",
    )
    result = commscore.evaluate([row(a=0, b=0), row()], ruleset)

    zh, en, none = result.explain("0"), result.explain("0", lang="en"), result.explain("1")

    assert [line for line in zh.splitlines() if line.startswith(("- ", "    依据：条款 一", "    原因", "等级封顶"))][
        :5
    ] == [
        "- gap（缺口）",
        "    依据：条款 一，原文“补齐”",
        "    原因：未通过 甲数（ra）、乙数（rb）",
        "- y",
        "    原因：一章中 2 项未通过（≥ 2）：甲数（ra）、乙数（rb）；已有研判 gap",
    ]
    assert "    依据：建议（文件未作规定）" in zh
    assert "等级封顶为 不达标（按得分为 达标）" in zh
    assert "Because: 2 failed in Chapter one (≥ 2): Number of a (ra), Number of b (rb); concluded before: gap" in en
    assert "Basis: advice (no document says so)" in en
    assert "研判与措施\n==========\n无" in none


def test_explain_tells_of_areas_too(load: Written) -> None:
    ruleset = load("{id: x, when: {unknown_in: {at_least: 1}}, then: {conclude: gaps}, basis: advice}")

    text = commscore.evaluate([row(a=None)], ruleset).explain("2102", lang="en")

    assert "Because: 1 undecided in the whole ruleset (≥ 1): Number of a (ra)" in text


def test_the_summary_counts_conclusions_and_actions(load: Written) -> None:
    ruleset = load(
        "{id: x, when: {fail_any: [ra]}, then: {conclude: gap, action: {zh: 补, en: Mend}}, clause: 一}",
        "{id: y, when: {fail_any: [rb]}, then: {conclude: never, action: 再补}, basis: advice}",
    )

    text = commscore.evaluate([row(a=0), row(a=0), row()], ruleset).summary()

    lines = [line.split() for line in text.splitlines() if line.startswith(("conclusion ", "action "))]
    assert lines == [["conclusion", "gap", "clause", "一", "2", "1"], ["action", "Mend", "clause", "一", "2", "1"]]


def test_the_columns_can_be_written_and_read(load: Written, tmp_path: Any) -> None:
    ruleset = load("{id: x, when: {fail_any: [ra]}, then: {conclude: gap, action: 补}, basis: advice}")
    units = commscore.evaluate([row(a=0), row()], ruleset).units

    pq.write_table(units, tmp_path / "units.parquet")

    assert pq.read_table(tmp_path / "units.parquet")["actions"].to_pylist() == [["补"], []]
