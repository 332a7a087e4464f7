"""A part is held against its whole as both are read, each at its own places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import commscore

RULESET = """
commscore: 1
id: mini-2023
jurisdiction: {code: "2102", level: city, zh: 大连}
year: 2023
inputs:
  rooms: {zh: 室面积, type: quantity, places: 2}
  halls: {zh: 厅面积, type: quantity, places: 1, part_of: rooms}
rules: [{id: halls, title: 规, clause: 一, each: halls, require: 不少于2}]
"""


@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal128(10, 4)])
def test_a_part_of_fewer_places_than_its_whole_may_be_read_as_more_than_it(tmp_path: Path, kind: Any) -> None:
    path = tmp_path / "mini-2023.yaml"
    path.write_text(RULESET, encoding="utf-8")
    cells = {"halls": ["2.5", "2.44", "2.45", "3"], "rooms": ["2.5", "2.44", "2.45", "2.99"]}
    table = pa.table({name: pa.array(texts).cast(pa.decimal128(10, 4)).cast(kind) for name, texts in cells.items()})

    found = commscore.evaluate(table, path).findings(level="unit")["status"].to_pylist()

    assert found == ["pass", "pass", "error", "error"]  # 2.45 is read as 2.5, which is more than 2.45


@pytest.mark.parametrize(("part", "status", "high"), [(8, "unknown", 1.4), (30, "fail", 3.6)])
def test_a_part_beyond_all_that_its_missing_whole_may_be_does_not_bound_it(part: int, status: str, high: float) -> None:
    table = {
        "code": ["210202001001", "210202001002"],
        "kind": ["urban", "urban"],
        "community_workers": [5, 10],
        "full_time_workers": [None, 10],
        "generalist_workers": [part, 6],
    }

    (found,) = commscore.evaluate(table, "dalian-2025").findings(rule="generalist-workers", level="city").to_pylist()

    assert (found["status"], found["high"]) == (status, high)
