"""Judge a few rows by a rule or two written in place, through the loader and the reference evaluator.

The bulk evaluator judges the same rows, and must come to the same findings.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.equality.agreeing import agree

import commscore
from commscore import DataWarning, reference
from commscore._loading import load_ruleset
from commscore._ruleset import Ruleset

CATALOGUE = """
social_orgs: {zh: 社区社会组织数量, en: Social organisations, type: count, unit: 个, aliases: [orgs]}
halls: {zh: 活动室数量, type: count, unit: 个, level: community}
posts: {zh: 岗位数, type: count, unit: 个}
workers: {zh: 社区工作者人数, type: count, unit: 人}
residents: {zh: 常住人口数, type: count, unit: 人}
households: {zh: 居民户数, type: count, unit: 户}
area: {zh: 设施面积, type: quantity, unit: ㎡}
whole: {zh: 总数, type: count, unit: 件}
part: {zh: 其中已办结, type: count, unit: 件, part_of: whole}
start: {zh: 年初数, type: count, unit: 个}
end: {zh: 年末数, type: count, unit: 个}
capped: {zh: 有上限的数, type: count, unit: 个, max: 10}
satisfaction: {zh: 满意率, type: rate}
percentage: {zh: 百分比, type: rate, stored_as: percent}
certified: {zh: 已认证, type: flag}
served: {zh: 有服务, type: flag, counts: [covered, streets]}
covered: {zh: 已覆盖街道数, type: count, unit: 个, level: township}
streets: {zh: 街道数, type: count, unit: 个, level: township}
grade: {zh: 智慧等级, type: category, values: [基础型, 成长型, 标杆型]}
plan: {zh: 已印发方案, type: flag, level: county}
bases: {zh: 基地数, type: count, unit: 个, level: county}
counties: {zh: 县区数, type: count, unit: 个, level: city}
wage: {zh: 平均工资, type: quantity, unit: 元}
local_wage: {zh: 当地平均工资, type: quantity, unit: 元, level: county}
beds: {zh: 床位数, type: count, unit: 张, level: site}
"""
HEADER = {
    "commscore": 1,
    "id": "here-2023",
    "title": "示例",
    "jurisdiction": {"code": "2102", "level": "city", "zh": "某市"},
    "year": 2023,
}
Record = dict[str, Any]


@attrs.frozen
class Judged:
    """An outcome, with a way to look one finding up."""

    outcome: reference.Outcome

    def at(self, level: str, key: object = ..., *, rule: str = "r", scope: str | None = ...) -> Record:  # type: ignore[assignment]
        """Return the only finding that fits."""
        wanted = {"level": level, "rule": rule, "key": key, "scope": scope}
        found = [
            finding
            for finding in self.outcome.findings
            if all(value is ... or finding[name] == value for name, value in wanted.items())
        ]
        assert len(found) == 1, found
        return found[0]

    def units(self, *fields: str, rule: str = "r") -> list[Any]:
        """Return some fields of the units' findings, in row order; bare values for one field."""
        found = [finding for finding in self.outcome.findings if finding["level"] == "unit" and finding["rule"] == rule]
        return [
            finding[fields[0]] if len(fields) == 1 else tuple(finding[name] for name in fields) for finding in found
        ]

    def city(self, *fields: str, rule: str = "r", scope: str | None = ...) -> Any:  # type: ignore[assignment]
        """Return some fields of the city's finding; a bare value for one field."""
        found = self.at("city", rule=rule, scope=scope)
        return found[fields[0]] if len(fields) == 1 else tuple(found[name] for name in fields)


Load = Callable[..., Ruleset]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load rules written as mappings; JSON is YAML."""
    (tmp_path / "inputs.yaml").write_text(CATALOGUE, encoding="utf-8")

    def load(*rules: Record, **header: Any) -> Ruleset:
        named = [{"id": "r", "title": "规则"} | rule for rule in rules]
        path = tmp_path / "here-2023.yaml"
        path.write_text(json.dumps({**HEADER, **header, "rules": named}, ensure_ascii=False), encoding="utf-8")
        return load_ruleset(path)

    return load


@pytest.fixture
def judge(load: Load) -> Callable[..., Judged]:
    """Judge rows by one rule (or several) with the options of ``reference.evaluate``."""

    def judge(rules: Record | list[Record], rows: list[Record], header: Record | None = None, **options: Any) -> Judged:
        ruleset = load(*([rules] if isinstance(rules, dict) else rules), **(header or {}))
        found = reference.evaluate(rows, ruleset, **options)
        with warnings.catch_warnings(action="ignore", category=DataWarning):
            bulk = commscore.evaluate(rows, ruleset, **options)
        agree(bulk, found)
        return Judged(found)

    return judge
