"""One row judged by itself is what it is in a table of one row, bit for bit."""

from __future__ import annotations

import gc
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from tests.equality.drawing import rulesets, tables

import commscore
from commscore._single import Verdict, evaluator


def _same(verdict: Verdict, result: commscore.Result) -> None:
    unit, mine = result.units.to_pylist()[0], verdict.as_dict()
    assert mine | {"key": None} == unit | {"key": None}
    findings = result.findings(level="unit").to_pylist()
    assert len(findings) == len(verdict.findings)
    for found, theirs in zip(verdict.findings, findings, strict=True):
        assert found.as_dict() | {"key": None} == theirs | {"key": None}
    assert list(verdict.statuses.items()) == [(one["rule"], one["status"]) for one in findings]


def _in_a_table(row: dict[str, Any], ruleset: Any, **options: Any) -> commscore.Result:
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        return commscore.evaluate([row], ruleset, **options)


def _alone(row: dict[str, Any], ruleset: Any, **options: Any) -> Verdict:
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        return evaluator(ruleset, **options)(row)


@given(ruleset=rulesets(max_rules=4), table=tables())
def test_a_row_alone_is_what_it_is_in_a_table(ruleset: commscore.Ruleset, table: Any) -> None:
    for row in table[0][:2]:
        note(repr(row))
        try:
            result = _in_a_table(row, ruleset, key="id")
        except commscore.DataError:
            with pytest.raises(commscore.DataError):
                _alone(row, ruleset)
            return
        _same(_alone(row, ruleset), result)


@given(ruleset=rulesets(max_rules=4), level=st.sampled_from(["county", "city"]), data=st.data())
def test_a_row_that_is_judged_as_an_area_is_what_it_is_in_a_table(
    ruleset: commscore.Ruleset, level: str, data: st.DataObject
) -> None:
    for row in data.draw(tables(level=level))[0][:2]:
        note(repr(row))
        try:
            result = _in_a_table(row, ruleset, key="id", level=level)
        except commscore.DataError:
            with pytest.raises(commscore.DataError):
                _alone(row, ruleset, level=level)
            return
        _same(_alone(row, ruleset, level=level), result)


@pytest.mark.parametrize("ruleset", ["dalian-2023", "dalian-2025", "taian-2023", "qingdao-2022", "tonghua-2023"])
def test_every_case_row_of_a_bundled_ruleset_alone_is_what_it_is_in_a_table(ruleset: str) -> None:
    loaded = commscore.load_ruleset(ruleset)
    rows = [dict(row) for case in loaded.cases for row in case.rows]
    names = {name for row in rows for name in row}
    assert rows
    for row in [*rows[:8], dict.fromkeys(names, 1) | {"kind": "rural"}, dict.fromkeys(names)]:
        row.setdefault("kind", "urban")
        row["id"] = "x"
        try:
            result = _in_a_table(row, loaded, key="id")
        except commscore.DataError:
            with pytest.raises(commscore.DataError):
                _alone(row, loaded)
            continue
        _same(_alone(row, loaded), result)


def test_rows_of_other_keys_are_judged_by_what_they_have() -> None:
    judge = evaluator("dalian-2023")

    assert judge({"kind": "urban", "social_orgs": 9})["social-orgs"].status is commscore.Status.FAIL
    assert judge({"social_orgs": 9, "x": 1})["social-orgs"].status is commscore.Status.NOTCHECKED
    assert judge({"城乡": "城市", "社区社会组织数量": "10"})["social-orgs"].status is commscore.Status.PASS
    assert judge({"kind": "urban", "social_orgs": None})["social-orgs"].reason is commscore.Reason.MISSING_VALUE
    assert judge({"kind": "urban", "social_orgs": [9]})["social-orgs"].status is commscore.Status.ERROR


def test_the_level_of_a_row_follows_from_its_code() -> None:
    judge = evaluator("dalian-2023")
    row = {"kind": "urban", "social_orgs": 9}

    assert judge(row | {"code": "210202001001"})["social-orgs"].status is commscore.Status.FAIL
    assert judge(row | {"code": "210202001"})["social-orgs"].reason is commscore.Reason.OTHER_LEVEL
    assert judge(row | {"code": "210202001001"}).key == "210202001001"


def test_names_of_the_caller_and_texts_for_missing_are_taken() -> None:
    judge = evaluator("dalian-2023", columns={"n": "social_orgs"}, missing=["-"])

    verdict = judge({"n": " - ", "kind": "urban"})
    assert verdict["social-orgs"].reason is commscore.Reason.MISSING_VALUE
    with pytest.raises(commscore.UsageError, match="no column 'n'"):
        judge({"kind": "urban"})


@pytest.mark.parametrize(
    ("row", "error", "message"),
    [
        ({"x": 1}, commscore.DataError, "no column for any rule"),
        ({"social_orgs": 1, "社区社会组织数量": 1}, commscore.DataError, "are both 'social_orgs'"),
        ([("kind", "urban")], commscore.UsageError, "mapping"),
        ("kind", commscore.UsageError, "mapping"),
    ],
)
def test_a_row_that_cannot_be_judged_is_refused_as_a_table_is(row: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        evaluator("dalian-2023")(row)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"level": "street"}, "no level"), ({"missing": "-"}, "list of texts"), ({"as_of": "soon"}, "not a date")],
)
def test_an_argument_that_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(commscore.UsageError, match=message):
        evaluator("dalian-2023", **options)({"social_orgs": 1})


def test_a_verdict_frees_itself_without_the_garbage_collector() -> None:
    verdict = evaluator("dalian-2023")({"kind": "urban", "social_orgs": 9})
    [finding.as_dict() for finding in verdict.findings]
    verdict.as_dict()
    gone: list[bool] = []
    weakref.finalize(verdict, gone.append, True)
    gc.disable()
    try:
        del verdict
        assert gone == [True]
    finally:
        gc.enable()


def test_one_evaluator_serves_many_threads() -> None:
    judge = evaluator("dalian-2023")
    rows = [{"kind": "urban", "social_orgs": n % 20, f"x{n % 7}": 1} for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda row: judge(row)["social-orgs"].status, rows))
    assert found == ["pass" if n % 20 >= 10 else "fail" for n in range(200)]


def test_forms_of_ever_new_keys_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commscore._single._api._MOST_FORMS", 3)
    judge = evaluator("dalian-2023")
    for n in range(10):
        assert judge({"kind": "urban", "social_orgs": 9, f"x{n}": 1})["social-orgs"].gap == 1
    assert len(judge._forms) <= 3
