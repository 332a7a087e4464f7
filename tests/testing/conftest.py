"""A small ruleset that the tests of laws and of the pytest plugin share."""

from __future__ import annotations

from pathlib import Path

import pytest

import commscore
import commscore.testing  # numpy cannot be imported twice, so it must be there before pytester runs anything

pytest_plugins = ["pytester"]

TEXT = """\
commscore: 1
id: small-2023
jurisdiction: {code: "3709", level: city}
year: 2023
scoring: {grades: [[好, 80], [中, 50], [差, 0]]}
inputs:
  orgs: {zh: 试组织, type: count}
  floor: {zh: 试面积, type: quantity, places: 1}
  homes: {zh: 试户数, type: count}
  open: {zh: 试开放, type: flag}
rules:
  - {id: orgs, each: orgs, require: 不少于10个, clause: 一, weight: 2}
  - {id: floor, each: {ratio: [floor, homes], per: 100}, require: 不少于30平方米, phrase: 每百户不少于30平方米}
  - {id: area, ratio: [floor, homes], per: 100, require: 不少于30平方米, phrase: 每百户不少于30平方米, clause: 三}
  - {id: both, all: [open, {each: orgs, require: 不少于3个}], clause: 四}
  - {id: open, share: open, require: 全覆盖, clause: 五}
cases:
  - {name: ten is enough, rows: [{orgs: 10}, {orgs: 9}], expect: {orgs: [pass, fail]}}
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path = Path(tmp_path_factory.mktemp("small")) / "small-2023.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return commscore.load_ruleset(path)
