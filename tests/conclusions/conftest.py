"""A small ruleset with conclusions, written anew for each test that changes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import commscore

HEAD = """
commscore: 1
id: small-2024
title: {zh: 小城, en: Small}
jurisdiction: {code: "2102", level: city, zh: 大连市, en: Dalian}
year: 2024
source: {document: 小城〔2024〕1号}
scoring: {grades: [[优秀, 90], [良好, 70], [达标, 40], [不达标, 0]]}
inputs:
  a: {zh: 甲, type: count}
  b: {zh: 乙, type: count}
  c: {zh: 丙, type: count}
  d: {zh: 丁, type: count}
groups:
  - {id: g, title: {zh: 一章, en: Chapter one}, clause: 一}
  - {id: h, title: {zh: 一章之内, en: Inside it}, parent: g}
  - {id: i, title: {zh: 二章, en: Chapter two}, clause: 二}
rules:
  - {id: ra, group: g, title: {zh: 甲数, en: Number of a}, clause: 一, each: a, require: 不少于1个}
  - {id: rb, group: h, title: {zh: 乙数, en: Number of b}, clause: 一, each: b, require: 不少于1个}
  - {id: rc, group: i, title: 丙数, clause: 二, each: c, require: {urban: 不少于1个, rural: 不少于1个}}
  - {id: rd, group: i, title: 丁数, clause: 二, each: d, require: 不少于1个, due: 2025-12-31}
conclusions:
"""

Written = Callable[..., commscore.Ruleset]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the small ruleset with some conclusions, one per line of YAML."""

    def write_(*conclusions: str, rest: str = "", name: str = "small-2024") -> Path:
        path = tmp_path / f"{name}.yaml"
        lines = "".join(f"  - {line}\n" for line in conclusions)
        path.write_text(HEAD + (lines or "  []\n") + rest, encoding="utf-8")
        return path

    return write_


@pytest.fixture
def load(write: Callable[..., Path]) -> Written:
    def load_(*conclusions: str, rest: str = "") -> commscore.Ruleset:
        return commscore.load_ruleset(write(*conclusions, rest=rest))

    return load_
