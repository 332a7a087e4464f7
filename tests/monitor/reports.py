"""Small rulesets and streams of reports that the tests of the monitor share."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CATALOGUE = """
staff: {zh: 工作者数, en: Staff, type: count, unit: 名}
trained: {zh: 持证人数, en: Trained, type: count, part_of: staff, unit: 名}
homes: {zh: 户数, type: count, unit: 户}
cover: {zh: 覆盖率, type: rate, stored_as: percent}
open: {zh: 是否开放, type: flag}
"""
RULESET = """
commscore: 1
id: watched-2025
jurisdiction: {code: "3799", level: city}
year: 2025
rules:
  - {id: staff, title: 工作者, clause: 一, each: staff, require: {urban: ">= 5", rural: ">= 3"}}
  - {id: trained, title: 持证, clause: 一, each: {ratio: [trained, staff]}, require: ">= 50%"}
  - {id: cover, title: 覆盖, clause: 二, each: cover, require: ">= 80%", where: {open: true}}
  - {id: either, title: 其一, clause: 二, any: [{each: homes, require: ">= 10"}, open]}
  - {id: near, title: 本县, clause: 三, each: homes, require: "<= 15", where: {county: ["379901"]}}
  - {id: later, title: 未到期, clause: 三, each: homes, require: ">= 1", due: 2026-12-31}
  - {id: mean, title: 平均, clause: 三, mean: homes, require: ">= 1"}
"""
_VALUES = {
    "staff": (0, 2, 3, 4, 5, 6, 9),
    "trained": (0, 1, 2, 3, 5),
    "homes": (0, 9, 10, 15, 16),
    "cover": (0, 79.9, 80, 80.1, 100),
    "open": (True, False),
    "kind": ("urban", "rural"),
}
START = datetime(2025, 1, 1)  # noqa: DTZ001 - reports without an offset


def write_ruleset(folder: Path) -> Path:
    (folder / "inputs.yaml").write_text(CATALOGUE, encoding="utf-8")
    path = folder / "watched.yaml"
    path.write_text(RULESET, encoding="utf-8")
    return path


def event(key: str, second: int, **inputs: Any) -> dict[str, Any]:
    """Make a report of some second."""
    return {"key": key, "time": (START + timedelta(seconds=second)).isoformat(), "inputs": inputs}


def lines_of(seed: int, count: int, units: int = 5) -> list[str]:
    """Make a stream with everything in it: good reports, missing and wrong values, late ones, duplicates, nonsense."""
    rng = random.Random(seed)
    lines: list[str] = []
    for second in range(count):
        key = f"3799{rng.randint(1, 2):02}001{rng.randrange(units):03}"
        names = rng.sample(tuple(_VALUES), rng.randint(1, 3))
        inputs = {name: rng.choice((*_VALUES[name], None, "x")) for name in names}
        made = json.dumps(event(key, second - (50 if rng.random() < 0.05 else 0), **inputs), ensure_ascii=False)
        lines.append(made)
        if rng.random() < 0.05:
            lines.append(
                rng.choice((made, "{", '{"key": 1}', "[]", "", '{"key":"a","time":"x","inputs":{"staff":NaN}}'))
            )
    return lines
