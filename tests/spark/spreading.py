"""A ruleset of every form, communities for it, and what tables are compared by."""

from __future__ import annotations

import random
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pyarrow as pa


def _is_full() -> bool:
    """Say whether the full pyspark is installed, and not its client alone."""
    try:
        return bool(version("pyspark"))
    except PackageNotFoundError:
        return False


CLASSIC = _is_full()
ROLLUP = ("township", "county", "city")

RULES = """\
commscore: 1
id: spread-2025
jurisdiction: {code: "2102", level: city}
year: 2025
scoring: {grades: [[good, 80], [fair, 40], [poor, 0]]}
inputs:
  orgs: {zh: 组织, type: count}
  rooms: {zh: 用房, type: quantity}
  homes: {zh: 户数, type: count}
  plan: {zh: 方案, type: flag, level: county}
  staff: {zh: 工作人员, type: count}
  certified: {zh: 持证人员, type: count, part_of: staff}
rules:
  - {id: orgs, each: orgs, require: {urban: ">= 12", rural: ">= 6"}, weight: 2}
  - {id: mean, mean: orgs, over: county, require: ">= 9"}
  - {id: rooms, ratio: [rooms, homes], per: 100, require: ">= 30"}
  - {id: half, share: {each: orgs, require: ">= 6"}, require: ">= 50%"}
  - {id: certified, each: certified, require: ">= 2"}
  - {id: plans, each: plan, require: "== true"}
conclusions:
  - {id: too-few, when: {fail_any: [orgs]}, then: {conclude: too-few, cap: fair, action: {zh: 补足, en: Add some}}}
"""

COUNTIES = [{"code": "210202", "plan": True}, {"code": "210203", "plan": None}, {"code": "210204", "plan": False}]


def communities(rows: int, *, seed: int = 5) -> Any:
    """Communities of three counties in no order, with gaps and figures that cannot be."""
    drawn = random.Random(seed)
    numbers = drawn.sample(range(1000), rows)
    return pa.table(
        {
            "code": [f"2102{2 + number % 3:02d}{number // 3 % 4:03d}{number:03d}" for number in numbers],
            "kind": [drawn.choice(["urban", "rural", "城市", None]) for _ in numbers],
            "orgs": pa.array([drawn.choice([None, 3, 6, 9, 12, 15, -1]) for _ in numbers], pa.int32()),
            "rooms": [drawn.choice([None, 0.0, 14.35, 120.2, float("nan")]) for _ in numbers],
            "certified": pa.array([drawn.choice([None, 0, 2, 4]) for _ in numbers], pa.int16()),
            "staff": pa.array([drawn.choice([None, 1, 3, 9]) for _ in numbers], pa.int16()),
            "homes": pa.array([drawn.choice([None, 0, 40, 300]) for _ in numbers], pa.int64()),
        }
    )


def as_set(table: Any) -> list[str]:
    """The rows of a table in an order of their own, every digit of their numbers told."""
    found = table if isinstance(table, pa.Table) else table.toArrow()
    return sorted(map(repr, found.to_pylist()))
