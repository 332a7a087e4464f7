"""What is wrong with a DataFrame is told in the words of `evaluate`, without a trace of the cluster."""

from __future__ import annotations

import warnings
from typing import Any

import attrs
import pyarrow as pa
import pytest
from tests.spark.spreading import communities

import commscore
import commscore.spark
from commscore.spark import _api, _opening


def _refused(spark: Any, table: Any, rules: commscore.Ruleset, **options: Any) -> str:
    with pytest.raises(commscore.DataError) as refused:
        commscore.spark.evaluate(spark.createDataFrame(table).repartition(3), rules, **options)
    return str(refused.value)


def test_keys_that_are_not_unique_are_found_across_partitions(spark: Any, rules: commscore.Ruleset) -> None:
    table = communities(9)
    twice = pa.concat_tables([table, table.slice(0, 2), table.slice(0, 1)])
    first, second = sorted(table["code"].to_pylist()[:2])

    assert _refused(spark, twice, rules) == (
        f"data, column 'code': 2 keys are not unique: '{first}', '{second}' (5 rows)"
    )


def test_rows_without_a_key_are_counted(spark: Any, rules: commscore.Ruleset) -> None:
    table = communities(9).append_column("id", pa.array([None, *"abcdefg", None]))

    assert _refused(spark, table, rules, key="id") == (
        "data, column 'id': every row needs a key: fill in the missing ones or choose another key column (2 rows)"
    )


def test_keys_and_places_are_told_together(spark: Any, rules: commscore.Ruleset) -> None:
    table = communities(2).append_column("id", pa.array(["a", "a"]))
    table = table.drop_columns(["code"]).append_column("township", pa.array(["t", "t"]))
    table = table.append_column("county", pa.array(["one", "other"]))

    told = _refused(spark, table, rules, key="id", rollup=["township", "county"])

    assert told.splitlines()[0] == "2 faults in the data"
    assert "1 key is not unique: 'a' (2 rows)" in told
    assert "township 't' lies in more than one county" in told


def test_places_are_found_torn_across_partitions(spark: Any, rules: commscore.Ruleset) -> None:
    parts = [
        pa.table({"id": [name], "orgs": [3], "township": ["t"], "county": [county]})
        for name, county in (("a", "one"), ("b", "other"))
    ]
    frame = spark.createDataFrame(parts[0]).unionAll(spark.createDataFrame(parts[1]))

    with pytest.raises(commscore.DataError) as there:
        commscore.spark.evaluate(frame, rules, key="id", rollup=["township", "county"])
    with pytest.raises(commscore.DataError) as local:
        commscore.evaluate(pa.concat_tables(parts), rules, key="id", rollup=["township", "county"])

    assert str(there.value) == str(local.value)


def test_codes_must_bear_out_the_level_of_the_first_ones(spark: Any, rules: commscore.Ruleset) -> None:
    counties = pa.table({"code": ["210202", "210203"], "plan": [True, False]})
    strange = pa.table({"code": ["210204001"], "plan": [True]})
    frame = spark.createDataFrame(counties).unionAll(spark.createDataFrame(strange))
    opened = _opening.open_frame(frame.limit(2), rules, dict.fromkeys(_OPTIONS) | {"missing": ()})
    everything = attrs.evolve(opened, frame=frame.toDF("c0", "c1"))

    with pytest.raises(commscore.DataError, match="the first codes are those of a county, these are not"):
        _api._added_up(everything)


_OPTIONS = ("key", "rollup", "as_of", "columns", "level", "more")


def test_codes_that_place_rows_nowhere_are_warned_of(spark: Any, rules: commscore.Ruleset) -> None:
    table = communities(9)
    table = table.set_column(0, "code", pa.array([*table["code"].to_pylist()[:7], "x", "12345"]))

    with warnings.catch_warnings(record=True, action="always") as told:
        commscore.spark.evaluate(spark.createDataFrame(table).repartition(2), rules)

    # Sail's executors are in this process, and warn here too.
    own = [str(each.message) for each in told if each.filename == __file__]
    assert own == [
        "data, column 'code': 2 are no area codes (of 12, 9, 6, 4 or 2 digits), so their rows count as having none"
    ]


def test_a_frame_without_a_key_is_refused(spark: Any, rules: commscore.Ruleset) -> None:
    frame = spark.createDataFrame(communities(3).drop_columns(["code"]))

    with pytest.raises(commscore.UsageError, match="key: the rows of a DataFrame have no numbers"):
        commscore.spark.evaluate(frame, rules)


@pytest.mark.parametrize(
    "options",
    [
        {"key": "kod"},
        {"columns": {"x": "orgs"}},
        {"columns": {"orgs": "organs"}},
        {"level": "hamlet"},
        {"rollup": ["site"]},
        {"rollup": "county"},
        {"missing": "-"},
        {"more": {"hamlet": []}},
        {"more": 3},
        {"as_of": "tomorrow"},
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused_as_elsewhere(
    spark: Any, rules: commscore.Ruleset, options: dict[str, Any]
) -> None:
    with pytest.raises(commscore.UsageError) as local:
        commscore.evaluate(communities(3), rules, **options)
    with pytest.raises(commscore.UsageError) as there:
        commscore.spark.evaluate(spark.createDataFrame(communities(3)), rules, **options)

    assert str(there.value) == str(local.value)


def test_a_table_without_a_column_for_any_rule_is_refused(spark: Any, rules: commscore.Ruleset) -> None:
    assert "no column for any rule of spread-2025" in _refused(spark, communities(3).select(["code", "kind"]), rules)


def test_a_column_of_lists_is_refused(spark: Any, rules: commscore.Ruleset) -> None:
    table = communities(3).drop_columns(["orgs"]).append_column("orgs", pa.array([[1], [2], [3]]))

    assert _refused(spark, table, rules).startswith("data, column 'orgs': type list<")


def test_what_is_no_frame_is_refused(rules: commscore.Ruleset) -> None:
    with pytest.raises(commscore.UsageError, match=r"df: give a Spark DataFrame \(3.3 or later\), not Table"):
        commscore.spark.evaluate(communities(3), rules)


def test_another_version_on_the_executors_is_told_in_a_line(spark: Any, rules: commscore.Ruleset) -> None:
    opened = _opening.open_frame(
        spark.createDataFrame(communities(3)), rules, dict.fromkeys(_OPTIONS) | {"missing": ("",)}
    )
    older = attrs.evolve(opened, job=attrs.evolve(opened.job, version="0.0.1"))

    with pytest.raises(commscore.UsageError) as refused:
        _api._added_up(older)

    assert str(refused.value) == (
        f"the executors have commscore {commscore.__version__}, the driver 0.0.1: install the same on both"
    )


class _Failing:
    """A frame whose job fails."""

    def __init__(self, told: str) -> None:
        self.told = told

    def collect(self) -> Any:
        raise RuntimeError(self.told)


def test_executors_without_commscore_are_told_in_a_line() -> None:
    trace = "Job aborted.\n\tat org.apache.Spark\nModuleNotFoundError: No module named 'commscore'\n\tat java.lang"

    with pytest.raises(commscore.UsageError) as refused:
        _api._collected(_Failing(trace))

    assert str(refused.value) == (
        "the executors cannot import commscore: install commscore, in the driver's version, where they run"
    )


def test_other_failures_of_a_job_are_left_as_they_are() -> None:
    with pytest.raises(RuntimeError, match="disk full"):
        _api._collected(_Failing("disk full"))
