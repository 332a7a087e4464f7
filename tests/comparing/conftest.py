"""Rules from a few lines of YAML, compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent, indent

import pytest

from commscore._comparing import Comparison, compare
from commscore._loading import load_catalogue, load_ruleset
from commscore._ruleset import Input, Rule

CATALOGUE = """\
orgs: {zh: 社会组织, type: count, unit: 个}
area: {zh: 面积, type: quantity, unit: ㎡}
rooms: {zh: 用房, type: quantity, unit: ㎡, part_of: area}
homes: {zh: 户数, type: count, unit: 户}
posts: {zh: 编制, type: count, unit: 名}
heat: {zh: 温度, type: quantity, min: -50, max: 50, places: 1}
signed: {zh: 签约率, type: rate, stored_as: percent}
has_list: {zh: 有清单, type: flag}
has_plan: {zh: 有方案, type: flag}
grade: {zh: 等级, type: category, values: [甲, 乙, 丙]}
"""
HEAD = """\
commscore: 1
id: r
jurisdiction: {code: "3709", level: city}
rules:
  - id: a
    clause: 一
"""


class Book:
    """A catalogue, and rules on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "inputs.yaml").write_text(CATALOGUE, encoding="utf-8")

    @property
    def inputs(self) -> Mapping[str, Input]:
        return load_catalogue(self.path / "inputs.yaml")

    def rule(self, text: str) -> Rule:
        file = self.path / "r.yaml"
        file.write_text(HEAD + indent(dedent(text).strip(), "    ") + "\n", encoding="utf-8")
        return load_ruleset(file).rules[0]

    def compare(self, parent: str, child: str) -> Comparison:
        return compare(self.rule(parent), self.rule(child), inputs=self.inputs, level="city")


Compared = Callable[[str, str], Comparison]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


@pytest.fixture
def compared(book: Book) -> Compared:
    """Compare two rules written as YAML."""
    return book.compare
