"""A small ruleset with every form of rule, and rows with every kind of trouble."""

from __future__ import annotations

import pytest

import commscore

RULESET = """
commscore: 1
id: mini-2023
title: {zh: 小城, en: Mini}
jurisdiction: {code: "2102", level: city, zh: 小城, en: Mini}
year: 2023
scoring: {grades: [[good, 80], [poor, 0]]}
inputs:
  orgs: {zh: 组织数, type: count, unit: 个}
  area: {zh: 面积, type: quantity, unit: ㎡}
  homes: {zh: 户, type: count, unit: 户}
  plan: {zh: 有方案, type: flag, level: county}
rules:
  - {id: orgs, title: 组织, each: orgs, require: {urban: ">= 5", rural: ">= 2"}}
  - {id: area, title: 面积, ratio: [area, homes], per: 100, require: ">= 30", over: county}
  - {id: mean, title: 平均, mean: orgs, require: ">= 3", weight: 2}
  - {id: many, title: 多数, share: {each: orgs, require: ">= 4"}, require: ">= 50%", over: township}
  - {id: total, title: 总数, total: homes, require: ">= 100"}
  - {id: plan, title: 方案, each: plan, require: "== true"}
"""


@pytest.fixture(scope="session")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path = tmp_path_factory.mktemp("rulesets") / "mini-2023.yaml"
    path.write_text(RULESET, encoding="utf-8")
    return commscore.load_ruleset(path)
