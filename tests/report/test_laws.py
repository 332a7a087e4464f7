"""Whatever is evaluated can be told: drawn rulesets and tables have a summary and a note on everybody."""

from __future__ import annotations

import re
import warnings
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from tests.equality.drawing import rulesets, tables

import commscore
from commscore._report._measures import measure_of, requirement_of, value_text
from commscore._report._words import LANGS, words
from commscore._requirement import SIGNS, InputRef, interval

LEVELS = ("township", "county", "city", "province")


def evaluated(ruleset: commscore.Ruleset, table: Any) -> commscore.Result | None:
    rows, more = table
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", commscore.DataWarning)
        try:
            return commscore.evaluate(rows, ruleset, key="id", rollup=LEVELS, more=more)
        except commscore.DataError:  # no column for any rule
            return None


@pytest.mark.parametrize("lang", LANGS)
@given(ruleset=rulesets(), table=tables())
@settings(max_examples=max(1, settings.default.max_examples // 4))
def test_everybody_has_a_note_with_every_finding(lang: str, ruleset: commscore.Ruleset, table: Any) -> None:
    result = evaluated(ruleset, table)
    if result is None:
        return

    w = words(lang)
    assert w.places(result.units.num_rows, "community") in result.summary(lang=lang)
    units = [(key, "unit", key) for key in result.units["key"].to_pylist()]
    areas = [(f"{row['level']}:{row['key']}", row["level"], row["key"]) for row in result.areas.to_pylist()]
    for asked, level, key in units + [area for area in areas if area[2] is not None]:
        heads = [line for line in result.explain(asked, lang=lang).splitlines() if line.startswith("[")]
        findings = result.findings(level=level, key=key).to_pylist()
        expected = sorted(f"[{w.status(row['status'])}]" for row in findings)
        assert sorted(head.partition("]")[0] + "]" for head in heads) == expected


@given(ruleset=rulesets(), table=tables())
@settings(max_examples=max(1, settings.default.max_examples // 4))
def test_no_value_contradicts_its_status(ruleset: commscore.Ruleset, table: Any) -> None:
    result = evaluated(ruleset, table)
    if result is None:
        return

    judged = {plan.rule.id: plan for plan in result.plan.rules}
    for row in result.findings(status=("pass", "fail")).to_pylist():
        plan = judged[row["rule"]]
        requirement = requirement_of(plan.rule, row["scope"])
        own = row["level"] == plan.judged or (row["level"] == "unit" and plan.judged == "community")
        if row["value"] is None or requirement is None or isinstance(requirement.value, InputRef | bool) or not own:
            continue
        measure = measure_of(plan.rule, ruleset.inputs, requirement)
        text = value_text(row["value"], measure, requirement, row["status"], words("en"))
        number = re.match(r"-?[\d,.]+", text)
        if number and "less than can be shown" not in text:
            shown = Fraction(number[0].replace(",", "")) / SIGNS[measure.scale][0]
            assert (shown in interval(requirement)) == (row["status"] == "pass"), (row, text)
