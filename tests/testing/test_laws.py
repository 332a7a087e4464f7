"""The laws hold of every bundled ruleset and of drawn ones, and what a broken one says."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import commscore
from commscore import Ruleset, UsageError
from commscore._loading import dump_ruleset
from commscore.testing import LAWS, Law, LawError, check_laws, rulesets

IDS = [record.id for record in commscore.list_rulesets()]
QUICK = [law for law in LAWS if law.name != "written-and-read"]
UNHURRIED = settings(suppress_health_check=list(HealthCheck))
by_name = {"ids": lambda law: law.name if isinstance(law, Law) else str(law)}


@pytest.mark.parametrize("ruleset", IDS)
def test_every_bundled_ruleset_obeys_the_laws(ruleset: str) -> None:
    report = check_laws(ruleset, laws=[law.number for law in QUICK], max_examples=2, derandomize=True)

    assert len(report.runs) == len(QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS, **by_name)
@pytest.mark.parametrize("ruleset", IDS)
def test_every_bundled_ruleset_obeys_every_law_many_times(ruleset: str, law: Law) -> None:
    check_laws(ruleset, laws=[law.number], max_examples=max(50, settings.default.max_examples // 5))


@pytest.mark.parametrize("law", QUICK, **by_name)
@settings(UNHURRIED, max_examples=max(5, settings.default.max_examples // 10))
@given(ruleset=rulesets(), data=st.data())
def test_drawn_rulesets_obey_the_laws(law: Law, ruleset: Ruleset, data: st.DataObject) -> None:
    law.check(ruleset, data)


@pytest.mark.slow
@UNHURRIED
@given(ruleset=rulesets(), data=st.data())
def test_drawn_rulesets_are_read_as_they_are_written(ruleset: Ruleset, data: st.DataObject) -> None:
    next(law for law in LAWS if law.name == "written-and-read").check(ruleset, data)


def test_there_are_ten_laws_each_with_a_sentence_of_its_own() -> None:
    assert [law.number for law in LAWS] == list(range(1, 11))
    assert len({law.sentence for law in LAWS}) == len({law.name for law in LAWS}) == 10
    assert all((law.check.__doc__ or "").startswith(f"Law {law.number}: ") for law in LAWS)


def test_the_report_says_what_was_tried_and_what_was_left_out() -> None:
    report = check_laws("taian-2023", laws=[5, "thresholds"], max_examples=2, derandomize=True)

    assert [run.law.number for run in report.runs] == [5, 7]
    assert "taian-2023: 2 of 2 laws tried, all hold" in str(report)
    assert "filters, ranges and exact amounts of" in str(report)


def test_a_ruleset_of_one_short_rule_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "short-2023.yaml"
    rule = '{id: r, clause: 一, each: staff, require: ">= 1"}'
    path.write_text(
        'commscore: 1\nid: short-2023\njurisdiction: {code: "2102", level: city}\nyear: 2023\n'
        f"inputs: {{staff: {{zh: 人员数, type: count}}}}\nrules: [{rule}]\n",
        encoding="utf-8",
    )
    ruleset = commscore.load_ruleset(path)

    assert "\nrules: [" in dump_ruleset(ruleset)
    assert check_laws(ruleset, laws=[10], max_examples=2, derandomize=True).runs[0].examples > 0


def test_a_plan_is_not_evaluated_and_the_report_says_so() -> None:
    report = check_laws("dalian-2023-2025", laws=[1], max_examples=1)

    assert [(run.examples, run.note) for run in report.runs] == [(0, "a plan of several years is not evaluated itself")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"laws": [11]}, "there is no 11; there are 1 parts-and-whole"),
        ({"laws": "thresholds"}, "give a list"),
        ({"max_examples": 0}, "give a whole number from 1"),
    ],
)
def test_wrong_arguments_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        check_laws("taian-2023", **options)


def test_a_vote_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commscore.testing._laws_votes.importlib.util.find_spec", lambda _: None)

    report = check_laws("taian-2023", laws=[9], max_examples=1, derandomize=True)

    assert "SQL had no vote on law 9: sqlglot and duckdb not installed" in str(report)


def test_an_error_can_be_pickled() -> None:
    error = LawError(None, "a-2023", "this is not that", data={"x": [1]}, results=({"a": 1}, {"a": 2}))

    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own
