"""What Spark comes to is what `evaluate` comes to, bit for bit, however rows are spread over partitions."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.spark.spreading import COUNTIES, ROLLUP, as_set, communities

import commscore
import commscore.spark


def _check(found: commscore.spark.SparkResult, expected: commscore.Result) -> None:
    names = expected.units.column_names
    assert as_set(found.units.select(*names)) == as_set(expected.units)
    statuses = found.units.drop(*[name for name in names if name != "key"]).toArrow()
    assert as_set(statuses.rename_columns(expected.wide().column_names)) == as_set(expected.wide())
    assert as_set(found.areas) == as_set(expected.areas)
    assert as_set(found.rules) == as_set(expected.rules)
    assert as_set(found.findings()) == as_set(expected.findings())
    assert found.rows == expected.units.num_rows


@pytest.fixture(scope="module")
def both(spark: Any, rules: commscore.Ruleset) -> tuple[commscore.spark.SparkResult, commscore.Result]:
    options: dict[str, Any] = {"rollup": ROLLUP, "more": {"county": COUNTIES}}
    found = commscore.spark.evaluate(spark.createDataFrame(communities(300)).repartition(5), rules, **options)
    return found, commscore.evaluate(communities(300), rules, **options)


def test_rows_spread_over_partitions_come_to_the_same(
    both: tuple[commscore.spark.SparkResult, commscore.Result],
) -> None:
    _check(*both)
    assert repr(both[0]) == "<commscore.spark.SparkResult of spread-2025: 300 units, 6 rules>"


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "fail"},
        {"status": ["unknown", "error"], "level": "unit"},
        {"level": "area"},
        {"level": "county", "rule": "mean"},
        {"level": "community", "rule": ["orgs", "rooms"]},
        {"key": ["210202", "2102"]},
    ],
    ids=str,
)
def test_findings_are_filtered_as_those_of_a_local_result(
    both: tuple[commscore.spark.SparkResult, commscore.Result], wanted: dict[str, Any]
) -> None:
    found, expected = both

    assert as_set(found.findings(**wanted)) == as_set(expected.findings(**wanted))


@pytest.mark.parametrize("wanted", [{"status": "failed"}, {"level": "hamlet"}, {"rule": "none"}], ids=str)
def test_a_finding_that_cannot_be_is_refused_at_once(
    both: tuple[commscore.spark.SparkResult, commscore.Result], wanted: dict[str, Any]
) -> None:
    with pytest.raises(commscore.UsageError) as local:
        both[1].findings(**wanted)
    with pytest.raises(commscore.UsageError) as there:
        both[0].findings(**wanted)

    assert str(there.value) == str(local.value)


def test_a_column_holds_what_it_is_said_to(both: tuple[commscore.spark.SparkResult, commscore.Result]) -> None:
    types = dict(both[0].units.dtypes)

    assert types["score"] == "double"
    assert types["grade"] == types["status.orgs"] == types["key"] == "string"
    assert {types[f"n_{status}"] for status in ("pass", "fail")} == {"int"}
    assert types["conclusions"] == "array<string>"
    assert both[0].units.where("`status.orgs` = 'pass'").count() > 0


def test_skewed_and_empty_partitions_come_to_the_same(spark: Any, rules: commscore.Ruleset) -> None:
    few = communities(40)
    codes = [f"210202{code[6:]}" for code in few["code"].to_pylist()]
    table = few.set_column(0, "code", [codes])
    # One county: one of the partitions holds all rows, the others none.
    frame = spark.createDataFrame(table).selectExpr("*", "substr(code, 1, 6) AS place").repartition(7, "place")

    _check(commscore.spark.evaluate(frame, rules), commscore.evaluate(table, rules))


def test_a_partition_of_nulls_alone_is_judged_by_the_same_plan(spark: Any, rules: commscore.Ruleset) -> None:
    blank = pa.table(
        {
            "code": ["210205001001", "210205001002"],
            "kind": pa.nulls(2, pa.string()),
            "orgs": pa.nulls(2, pa.int32()),
            "rooms": pa.nulls(2, pa.float64()),
            "certified": pa.nulls(2, pa.int16()),
            "staff": pa.nulls(2, pa.int16()),
            "homes": pa.nulls(2, pa.int64()),
        }
    )
    frame = spark.createDataFrame(blank).unionAll(spark.createDataFrame(communities(9)))

    _check(
        commscore.spark.evaluate(frame, rules, rollup=ROLLUP),
        commscore.evaluate(pa.concat_tables([blank, communities(9)]), rules, rollup=ROLLUP),
    )


def test_a_frame_without_rows_is_a_table_without_rows(spark: Any, rules: commscore.Ruleset) -> None:
    frame = spark.createDataFrame(communities(3)).where("orgs > 100")

    _check(commscore.spark.evaluate(frame, rules), commscore.evaluate(communities(3).slice(0, 0), rules))


def test_columns_are_matched_as_in_any_table(spark: Any, rules: commscore.Ruleset) -> None:
    table = communities(12).rename_columns(["id.no", "城乡", "组织", "m2", "持证人员", "Staff", "户数"])
    table = table.append_column("Rooms?", pa.array(range(12))).append_column("tags", pa.array([["x"]] * 12))
    options: dict[str, Any] = {"key": "id.no", "columns": {"m2": "rooms", "id.no": "code"}}

    _check(
        commscore.spark.evaluate(spark.createDataFrame(table), rules, **options),
        commscore.evaluate(table, rules, **options),
    )


def test_further_tables_may_be_frames(spark: Any, rules: commscore.Ruleset) -> None:
    counties = spark.createDataFrame(pa.Table.from_pylist(COUNTIES))
    found = commscore.spark.evaluate(spark.createDataFrame(communities(12)), rules, more={"county": counties})
    expected = commscore.evaluate(communities(12), rules, more={"county": COUNTIES})

    _check(found, expected)


def test_units_that_are_areas_of_the_rollup_are_both(spark: Any, rules: commscore.Ruleset) -> None:
    options: dict[str, Any] = {"rollup": ("community", "county")}

    _check(
        commscore.spark.evaluate(spark.createDataFrame(communities(12)), rules, **options),
        commscore.evaluate(communities(12), rules, **options),
    )


def test_the_level_follows_from_the_codes(spark: Any, rules: commscore.Ruleset) -> None:
    counties = pa.Table.from_pylist(COUNTIES)

    _check(commscore.spark.evaluate(spark.createDataFrame(counties), rules), commscore.evaluate(counties, rules))
