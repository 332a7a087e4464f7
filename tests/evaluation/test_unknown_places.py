"""Units whose place is not known at some level: they leave open what lies above, wherever they are."""

from __future__ import annotations

from pathlib import Path

import pytest

import commscore
from commscore import reference

RULESET = """
commscore: 1
id: mini-2023
jurisdiction: {code: "2102", level: city, zh: 大连}
year: 2023
inputs: {staff: {zh: 员, type: count}}
rules: [{id: staffed, title: 规, total: staff, over: township, require: ">= 1"}]
"""
ROWS = [
    {"id": "a", "county": "210202", "staff": 1},
    {"id": "b", "county": "210203", "staff": 1},
    {"id": "c", "county": "210203", "township": "210203001", "staff": 1},
]


@pytest.fixture
def ruleset(tmp_path: Path) -> commscore.Ruleset:
    path = tmp_path / "mini-2023.yaml"
    path.write_text(RULESET, encoding="utf-8")
    return commscore.load_ruleset(path)


@pytest.mark.parametrize("parts", [[ROWS], [ROWS[:1], ROWS[1:]], [ROWS[1:], ROWS[:1]]])
def test_an_unknown_township_leaves_each_of_its_counties_open(
    ruleset: commscore.Ruleset, parts: list[list[dict[str, object]]]
) -> None:
    options = {"key": "id", "rollup": ["county", "city"]}
    results = [commscore.evaluate(rows, ruleset, **options) for rows in parts]  # type: ignore[arg-type]

    found = commscore.merge(*results).findings(level="area").to_pylist()

    expected = reference.evaluate(ROWS, ruleset, **options).findings  # type: ignore[arg-type]
    assert {(row["key"], row["status"], row["reason"]) for row in found} == {
        (row["key"], row["status"], row["reason"]) for row in expected if row["level"] != "unit"
    }
    assert [row["status"] for row in found] == ["unknown", "unknown", "unknown"]
