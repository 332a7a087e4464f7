"""Wrong arguments are said to be wrong, never stumbled over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import commscore

TABLE = {"code": ["210202001001", "210202001002"], "kind": ["urban", "rural"], "social_orgs": [12, None]}


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path = Path(tmp_path_factory.mktemp("arguments")) / "mini-2023.yaml"
    path.write_text(
        """
commscore: 1
id: mini-2023
jurisdiction: {code: "2102", level: city, zh: 大连市}
year: 2023
rules:
  - {id: orgs, clause: 一, each: social_orgs, require: {urban: 不少于10个, rural: 不少于3个}, due: 2023-06-30}
  - {id: all-orgs, clause: 二, total: social_orgs, require: 不少于10个}
""",
        encoding="utf-8",
    )
    return commscore.load_ruleset(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rollup": "county"}, r"rollup: give a list of texts, such as \['county'\]"),
        ({"rollup": ["village"]}, "rollup: there is no level 'village'"),
        ({"rollup": ["site"]}, "rollup: the rows are of level 'community'"),
        ({"missing": "NA"}, "missing: give a list of texts"),
        ({"missing": [None]}, r"missing: \[None\] is no list of texts"),
        ({"missing": 5}, "missing: 5 is no list of texts"),
        ({"columns": ["a"]}, "columns: give a mapping such as"),
        ({"columns": {"a": "social_orgs"}}, "columns: the table has no column 'a'"),
        ({"key": 3}, "key: give the name of one column"),
        ({"key": "nothing"}, "key: the table has no column 'nothing'"),
        ({"level": "village"}, "level: there is no level 'village'"),
        ({"more": {"village": TABLE}}, "more: there is no level 'village'"),
        ({"more": {"community": TABLE}}, "more: the data is of level 'community' itself"),
        ({"as_of": "2023"}, "as_of: '2023' is not a date"),
        ({"as_of": 5}, "as_of: 5 is not a date"),
    ],
)
def test_a_wrong_option_of_evaluate_names_what_is_allowed(
    ruleset: commscore.Ruleset, options: Any, message: str
) -> None:
    with pytest.raises(commscore.UsageError, match=message):
        commscore.evaluate(TABLE, ruleset, **options)


@pytest.mark.parametrize("ruleset", [None, 5, ["dalian-2023"]])
def test_what_names_no_ruleset_is_refused(ruleset: Any) -> None:
    with pytest.raises(commscore.UsageError, match="ruleset: give an id, a path or a loaded ruleset"):
        commscore.evaluate(TABLE, ruleset)


def test_a_plan_of_several_years_is_not_evaluated() -> None:
    with pytest.raises(commscore.UsageError, match="is a plan of several years"):
        commscore.evaluate(TABLE, "dalian-2023-2025")


def test_a_datetime_is_the_day_it_lies_in(ruleset: commscore.Ruleset) -> None:
    early = commscore.evaluate(TABLE, ruleset, as_of=dt.datetime(2023, 6, 29, 23, 59))  # noqa: DTZ001

    assert early.findings(rule="orgs", level="unit")["reason"].to_pylist() == ["not_due", "not_due"]


def test_a_rollup_may_be_any_iterable(ruleset: commscore.Ruleset) -> None:
    result = commscore.evaluate(TABLE, ruleset, rollup=(level for level in ("county", "city")))  # type: ignore[arg-type]

    assert result.areas["level"].to_pylist() == ["county", "city"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"status": "failed"}, "status: there is no 'failed'"),
        ({"status": 5}, "status: 5 is no list of texts"),
        ({"level": "village"}, "level: there is no 'village'"),
        ({"level": "county"}, r"evaluate with rollup=\['county'\]"),
        ({"rule": "other"}, "rule: mini-2023 has no 'other'"),
        ({"key": 7}, "key: 7 is no list of texts"),
    ],
)
def test_a_wrong_filter_of_findings_names_what_is_allowed(
    ruleset: commscore.Ruleset, options: Any, message: str
) -> None:
    with pytest.raises(commscore.UsageError, match=message):
        commscore.evaluate(TABLE, ruleset).findings(**options)


def test_the_units_are_found_by_their_level_too(ruleset: commscore.Ruleset) -> None:
    result = commscore.evaluate(TABLE, ruleset)

    assert result.findings(level="community").equals(result.findings(level="unit"))


def test_merge_takes_results_only(ruleset: commscore.Ruleset) -> None:
    with pytest.raises(commscore.UsageError, match="merge: give results of evaluate"):
        commscore.merge([commscore.evaluate(TABLE, ruleset)])  # type: ignore[arg-type]


def test_merging_results_that_share_a_unit_is_refused_with_its_rows(ruleset: commscore.Ruleset) -> None:
    result = commscore.evaluate(TABLE, ruleset)

    with pytest.raises(commscore.DataError, match="not unique"):
        commscore.merge(result, result)


def test_merging_results_of_different_days_is_refused(ruleset: commscore.Ruleset) -> None:
    one, two = (commscore.evaluate(TABLE, ruleset, as_of=day) for day in ("2023-01-01", "2023-12-31"))

    with pytest.raises(commscore.UsageError, match="another as_of"):
        commscore.merge(one, two)


def test_failures_are_raised_on_request_with_their_findings(ruleset: commscore.Ruleset) -> None:
    result = commscore.evaluate({**TABLE, "social_orgs": [9, 3]}, ruleset)

    with pytest.raises(commscore.FailuresError, match="most often: orgs") as raised:
        result.raise_for_failures()
    assert raised.value.findings["key"].to_pylist()[0] == "210202001001"


def test_merged_parts_whose_rows_are_areas_keep_each_rows_own_value(tmp_path: Path) -> None:
    path = tmp_path / "counties-2023.yaml"
    path.write_text(
        """
commscore: 1
id: counties-2023
jurisdiction: {code: "2102", level: city, zh: 大连市}
year: 2023
inputs: {bases: {zh: 基地, type: count, level: county}}
rules: [{id: bases, clause: 一, each: bases, require: 不少于3个}]
""",
        encoding="utf-8",
    )
    parts = [
        commscore.evaluate({"code": [code], "bases": [bases]}, path, rollup=["county", "city"])
        for code, bases in (("210202", 5), ("210203", 2))
    ]

    merged = commscore.merge(*parts)

    assert merged.findings(level="county")["value"].to_pylist() == [5, 2]
    assert merged.findings(level="city")["status"].to_pylist() == ["fail"]
