"""SQL and the evaluator agree, status by status, reason by reason, score by score."""

from __future__ import annotations

from typing import Any

import attrs
import duckdb
import pytest
from hypothesis import given, note, settings
from tests.equality.drawing import INPUTS, rulesets, tables
from tests.sql.asking import answers, check_areas, check_units, expected, province, typed

import commscore
from commscore import Ruleset, UsageError, reference, ruleset_sql

LEVELS = ("township", "county", "city", "province")
BUNDLED = [one.id for one in commscore.list_rulesets() if one.year is not None and one.jurisdiction.code != "00"]


@given(ruleset=rulesets(), table=tables())
def test_units_have_the_statuses_and_scores_of_the_evaluator(ruleset: Ruleset, table: Any) -> None:
    data = typed(table[0], INPUTS)
    try:
        result = expected(data, ruleset, key="id")
    except commscore.DataError:
        return
    scores = ruleset.scoring.model != "attainment"
    sql = ruleset_sql(ruleset, schema=data.schema, key="id", reasons=True, scores=scores)
    note(sql)
    check_units(result, answers(sql, data), key="id", scores=scores)


@settings(max_examples=10)
@given(ruleset=rulesets(max_rules=2), table=tables())
def test_areas_have_the_statuses_of_the_plain_evaluator(ruleset: Ruleset, table: Any) -> None:
    areas_agree(ruleset, table)


@pytest.mark.slow
@settings(max_examples=400)
@given(ruleset=rulesets(max_rules=2), table=tables())
def test_many_areas_have_the_statuses_of_the_plain_evaluator(ruleset: Ruleset, table: Any) -> None:
    areas_agree(ruleset, table)


def areas_agree(ruleset: Ruleset, table: Any) -> None:
    levels = (*LEVELS, "nation") if ruleset.jurisdiction.level == "nation" else LEVELS
    data = typed(table[0], INPUTS)
    try:
        expected(data, ruleset, key="id", rollup=levels)
        slow = reference.evaluate(data.to_pylist(), ruleset, key="id", level="community", rollup=levels)
    except commscore.DataError:
        return
    sql = ruleset_sql(ruleset, schema=data.schema, key="id", reasons=True, level="areas", rollup=levels)
    note(sql)
    check_areas(slow.findings, answers(sql, data))


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_ruleset_says_the_same_of_units(name: str) -> None:
    ruleset = commscore.load_ruleset(name)
    data = province(ruleset, rows=200, seed=len(name))
    rows = answers(ruleset_sql(ruleset, schema=data.schema, reasons=True), data)
    check_units(expected(data, ruleset), rows)
    decided = {row[rule.id] for row in rows for rule in ruleset.rules}
    # Jimsar asks nothing of single communities: there every rule is judged above them.
    assert {"pass", "fail", "unknown"} <= decided or ruleset.jurisdiction.code == "652327"


@pytest.mark.parametrize("name", ["jimsar-2023"])
def test_a_bundled_ruleset_says_the_same_of_areas(name: str) -> None:
    areas_of(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_ruleset_says_the_same_of_areas(name: str) -> None:
    areas_of(name)


def areas_of(name: str) -> None:
    ruleset = commscore.load_ruleset(name)
    data = province(ruleset, rows=120, seed=len(name))
    levels = [level for level in LEVELS if level != "township"]
    rows = answers(ruleset_sql(ruleset, schema=data.schema, level="areas", reasons=True, rollup=levels), data)
    check_areas(expected(data, ruleset, rollup=levels).findings(level="area").to_pylist(), rows)


def test_the_default_schema_is_that_of_a_table_with_every_input() -> None:
    ruleset = commscore.load_ruleset("taian-2023")
    data = province(ruleset, rows=50, seed=1)
    assert ruleset_sql(ruleset) == ruleset_sql(ruleset, schema=data.schema)


@pytest.mark.slow
def test_a_million_rows_agree() -> None:
    ruleset = commscore.load_ruleset("dalian-2023")
    data = province(ruleset, rows=1_000_000, seed=2023)
    result = expected(data, ruleset)
    sql = ruleset_sql(ruleset, schema=data.schema)
    with duckdb.connect() as connection:
        connection.register("units", data)
        connection.register("ours", result.wide())
        connection.register("scored", result.units)
        connection.execute(f"CREATE TABLE theirs AS {sql}")
        for rule in ruleset.rules:
            unlike = connection.execute(
                f"SELECT count(*) FROM theirs JOIN ours ON theirs.code = ours.key "  # noqa: S608 - ids of a ruleset
                f'WHERE theirs."{rule.id}" IS DISTINCT FROM CAST(ours."{rule.id}" AS VARCHAR)'
            ).fetchall()
            assert unlike == [(0,)], rule.id
        for one in ("score", "score_low", "score_high", "coverage"):
            unlike = connection.execute(
                f"SELECT count(*) FROM theirs JOIN scored ON theirs.code = scored.key "  # noqa: S608 - our own names
                f"WHERE (theirs.{one} IS NULL) <> (scored.{one} IS NULL) "
                f"OR abs(theirs.{one} - scored.{one}) > 3e-16 * scored.{one}"
            ).fetchall()
            assert unlike == [(0,)], one
        assert connection.execute("SELECT count(*) FROM theirs").fetchall() == [(1_000_000,)]


def test_a_model_that_sql_cannot_compute_is_refused_with_its_name() -> None:
    ruleset = commscore.load_ruleset("taian-2023")
    ruleset = attrs.evolve(ruleset, scoring=attrs.evolve(ruleset.scoring, model="attainment"))
    with pytest.raises(UsageError, match="taian-2023 scores by attainment"):
        ruleset_sql(ruleset)
    assert "score_low" not in ruleset_sql(ruleset, scores=False)


def test_grades_that_conclusions_cap_are_refused() -> None:
    ruleset = commscore.load_ruleset("taian-2023")
    capping = attrs.evolve(ruleset.conclusions[0], cap=ruleset.scoring.grades[-1].name)
    with pytest.raises(UsageError, match="conclusions that cap grades"):
        ruleset_sql(attrs.evolve(ruleset, conclusions=(capping,)))


def test_units_that_are_judged_as_areas_are_refused(tmp_path: Any) -> None:
    path = tmp_path / "counties-2025.yaml"
    path.write_text(
        """\
commscore: 1
id: counties-2025
jurisdiction: {code: "2102", level: city}
year: 2025
inputs: {bases: {zh: 基地数, type: count, level: county}}
rules: [{id: bases, total: bases, over: county, require: ">= 2"}]
""",
        encoding="utf-8",
    )
    schema = {"code": "TEXT", "bases": "BIGINT"}

    with pytest.raises(UsageError, match="judges each county as an area of its own"):
        ruleset_sql(path, schema=schema, rows="county")
    found = commscore.evaluate([{"code": "210201", "bases": 2}, {"code": "210202", "bases": 1}], path)
    assert [row["status"] for row in found.findings(level="unit").to_pylist()] == ["pass", "fail"]
