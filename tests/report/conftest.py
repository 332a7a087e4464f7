"""A small city: one ruleset with every kind of rule, one table with every kind of trouble."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import commscore

HEAD = """
commscore: 1
id: mini-2023
title: {zh: 小城行动方案, en: Mini programme}
jurisdiction: {code: "2102", level: city, zh: 大连市, en: Dalian}
year: 2023
source: {document: 小民〔2023〕1号}
"""
GRADES = "scoring: {grades: [[优秀, 90], [良好, 80], [达标, 60], [不达标, 0]]}\n"
INPUTS = """
orgs: {zh: 社会组织数, en: Social organisations, type: count, unit: 个}
workers: {zh: 社区工作者数, en: Community workers, type: count, unit: 人}
residents: {zh: 居民数, en: Residents, type: count, unit: 人}
area: {zh: 设施面积, en: Floor area, type: quantity, unit: 平方米}
homes: {zh: 户数, en: Households, type: count, unit: 户}
centre: {zh: 有服务中心, en: Has a centre, type: flag}
deaths: {zh: 死亡率, en: Mortality, type: rate, stored_as: permille}
signed: {zh: 签约率, en: Signed up, type: rate, stored_as: percent}
posts: {zh: 职位数, en: Posts, type: count, unit: 个}
plan: {zh: 有方案, en: Has a plan, type: flag, level: county}
budget: {zh: 经费, en: Budget, type: quantity, unit: 元, level: city}
absent: {zh: 未报送的数, en: Never reported, type: count, unit: 个}
"""
EVERY_STATUS = """
  - {id: pass, each: orgs, require: '>= 1'}
  - {id: fail, each: orgs, require: '>= 100'}
  - {id: unknown, each: homes, require: '>= 1'}
  - {id: error, each: workers, require: '>= 1'}
  - {id: out, each: {ratio: [posts, residents]}, require: '>= 1%'}
  - {id: notchecked, each: absent, require: '>= 1'}
  - {id: later, each: orgs, require: '>= 9', due: 2024-12-31}
  - {id: shown, each: orgs, force: informational}
  - {id: dropped, each: orgs, require: '>= 1'}
"""
CELLS = {"orgs": [5], "homes": [None], "workers": [-1], "posts": [0], "residents": [0]}


@pytest.fixture
def evaluated(tmp_path: Path) -> Callable[..., commscore.Result]:
    """Evaluate a table against rules written in YAML."""

    def evaluate(rules: str, data: Any, *, extra: str = GRADES, **options: Any) -> commscore.Result:
        path = tmp_path / "mini-2023.yaml"
        (tmp_path / "inputs.yaml").write_text(INPUTS, encoding="utf-8")
        path.write_text(HEAD + extra + "rules:\n" + rules, encoding="utf-8")
        return commscore.evaluate(data, path, **options)

    return evaluate


@pytest.fixture
def noted(evaluated: Callable[..., commscore.Result]) -> Callable[..., str]:
    """Explain the unit or area of a table that has only few columns."""

    def note(rules: str, data: Any, key: str = "u", *, lang: str = "en", **options: Any) -> str:
        return evaluated(rules, {"id": ["u"], **data}, key="id", **options).explain(key, lang=lang)

    return note


@pytest.fixture
def everything(tmp_path: Path, evaluated: Callable[..., commscore.Result]) -> commscore.Result:
    """Evaluate a unit whose findings have every status: one rule is switched off by a child ruleset."""
    evaluated(EVERY_STATUS, {"orgs": [5]})
    child = "commscore: 1\nid: child-2023\nyear: 2023\nextends: mini-2023\ndrop: [{id: dropped, because: 另行考核}]\n"
    (tmp_path / "child-2023.yaml").write_text(child, encoding="utf-8")
    return commscore.evaluate({"id": ["u"], **CELLS}, tmp_path / "child-2023.yaml", key="id")
