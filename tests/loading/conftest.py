"""Small rulesets written to a folder of their own, with a catalogue that shuts the bundled one out."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

from commscore._loading import check_ruleset, load_ruleset

if TYPE_CHECKING:
    from pathlib import Path

    from commscore._ruleset import Ruleset
    from commscore.errors import Diagnostic

HEAD = """\
commscore: 1
id: r
title: 测试
jurisdiction: {code: "3709", level: city, zh: 泰安市}
year: 2023
"""
CATALOGUE = """\
orgs: {zh: 社会组织, type: count, unit: 个}
area: {zh: 面积, type: quantity, unit: ㎡}
rooms: {zh: 用房, type: quantity, unit: ㎡, part_of: area}
homes: {zh: 户数, type: count, unit: 户}
signed: {zh: 签约率, type: rate, stored_as: percent}
has_list: {zh: 有清单, type: flag, counts: [streets_with, streets]}
has_plan: {zh: 有方案, type: flag}
streets_with: {zh: 有清单街道数, type: count, level: county}
streets: {zh: 街道数, type: count, level: county, part_of: all_streets}
all_streets: {zh: 全部街道数, type: count, level: county}
grade: {zh: 等级, type: category, values: [甲, 乙, 丙]}
pay: {zh: 工资, type: quantity, unit: 元, level: county}
wage: {zh: 平均工资, type: quantity, unit: 元, level: city}
plan_issued: {zh: 已印发, type: flag, level: city}
project_ok: {zh: 项目合格, type: flag, level: site}
"""


class Folder:
    """A folder of rulesets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("inputs.yaml", CATALOGUE)

    def write(self, name: str, text: str) -> Path:
        path = self.path / name
        path.write_text(text, encoding="utf-8")
        return path

    def ruleset(self, rest: str, *, head: str = HEAD, name: str = "r.yaml") -> Path:
        return self.write(name, head + dedent(rest))

    def load(self, rest: str, *, head: str = HEAD) -> Ruleset:
        return load_ruleset(self.ruleset(rest, head=head))

    def load_rule(self, rule: str) -> Ruleset:
        return self.load("rules:\n  - id: a\n    clause: 一\n" + indent(dedent(rule).strip(), "    ") + "\n")

    def check(self, rest: str, *, head: str = HEAD) -> list[Diagnostic]:
        return check_ruleset(self.ruleset(rest, head=head))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
