"""Five small rulesets: two cities in two years, a county and a province."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import commscore

RULESET = """
commscore: 1
id: {id}
title: {{zh: {id}, en: {id}}}
jurisdiction: {{code: "{code}", level: {level}, zh: 地{code}, en: Place {code}}}
year: {year}
scoring: {{grades: [[good, 80], [poor, 0]]}}
inputs:
  orgs: {{zh: 组织数, type: count, unit: 个}}
  area: {{zh: 面积, type: quantity, unit: ㎡}}
  homes: {{zh: 户, type: count, unit: 户}}
  plan: {{zh: 有方案, type: flag, level: county}}
rules:
  - {{id: orgs, title: 组织, each: orgs, require: ">= {orgs}"}}
  - {{id: area, title: 面积, ratio: [area, homes], per: 100, require: ">= 30"}}
{more}"""
PLAN = '  - {id: plan, title: 方案, each: plan, require: "== true"}\n'
CITIES = (
    ("alpha-2023", "2101", "city", 2023, 5, ""),
    ("alpha-2024", "2101", "city", 2024, 8, ""),
    ("beta-2023", "2102", "city", 2023, 3, PLAN),
    ("gamma-2023", "210202", "county", 2023, 1, ""),
    ("province-2023", "21", "province", 2023, 2, ""),
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rulesets")
    for id_, code, level, year, orgs, more in CITIES:
        text = RULESET.format(id=id_, code=code, level=level, year=year, orgs=orgs, more=more)
        (place / f"{id_}.yaml").write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="session")
def rulesets(folder: Path) -> list[commscore.Ruleset]:
    """The rulesets, loaded once."""
    return [commscore.load_ruleset(path) for path in sorted(folder.glob("*.yaml"))]


def make_table(**columns: Any) -> pa.Table:
    """Rows in all places, unsorted: one of them has no ruleset of its own."""
    codes = ["210101001001", "210203001001", "210101001002", "210202001001", "210301001001", "210203001002"]
    table = {
        "code": codes,
        "orgs": pa.array([5, 2, None, 1, 9, 3], pa.int64()),
        "area": pa.array([30.0, 31.5, 12.0, 8.0, 9.0, 1.0]),
        "homes": pa.array([100, 100, 30, 20, 10, 5], pa.int32()),
        "note": ["nobody's input"] * 6,
    }
    return pa.table({name: values for name, values in (table | columns).items() if values is not None})


@pytest.fixture(scope="session")
def table() -> pa.Table:
    return make_table()


@pytest.fixture(scope="session")
def made() -> Callable[..., pa.Table]:
    return make_table
