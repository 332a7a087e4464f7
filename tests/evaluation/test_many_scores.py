"""Units of many different scores: their mean stays exact, however the table is cut."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import commscore
from commscore import reference

RULESET = """
commscore: 1
id: mini-2023
jurisdiction: {code: "2102", level: city, zh: 大连}
year: 2023
scoring: {model: attainment}
inputs: {staff: {zh: 员, type: count}, homes: {zh: 户, type: count}}
rules: [{id: staffed, title: 规, each: {ratio: [staff, homes]}, require: ">= 1"}]
"""
# The credit of each unit is staff / homes: more denominators than are summed apart.
ROWS = [{"code": f"2102{1 + n % 2:02}{n:06}", "staff": 7, "homes": 8 + n if n % 9 else None} for n in range(150)]


@pytest.fixture
def ruleset(tmp_path: Path) -> commscore.Ruleset:
    path = tmp_path / "mini-2023.yaml"
    path.write_text(RULESET, encoding="utf-8")
    return commscore.load_ruleset(path)


def mean(rows: list[dict[str, Any]]) -> float:
    """The mean of the units' scores; a unit whose homes are not known has none of its points."""
    return float(sum(Fraction(7 * 100, row["homes"]) if row["homes"] else 0 for row in rows) / len(rows))


@pytest.mark.parametrize("cut", [0, 1, 75, 149])
def test_the_mean_of_many_scores_is_exact_in_any_split(ruleset: commscore.Ruleset, cut: int) -> None:
    options: dict[str, Any] = {"key": "code", "rollup": ["county", "city"]}
    parts = [part for part in (ROWS[:cut], ROWS[cut:]) if part]

    areas = commscore.merge(*(commscore.evaluate(part, ruleset, **options) for part in parts)).areas.to_pylist()

    expected = {code: mean([row for row in ROWS if row["code"].startswith(code)]) for code in ("210201", "210202")}
    expected["2102"] = mean(ROWS)
    assert {area["key"]: area["units_score"] for area in areas} == expected
    slow = {area["key"]: float(area["units_score"]) for area in reference.evaluate(ROWS, ruleset, **options).areas}
    assert slow == expected
