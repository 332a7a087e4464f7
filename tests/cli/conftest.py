"""The command line in this process, and in one of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen, run

import attrs
import pytest

import commscore
from commscore._cli import main

RULESET = """
commscore: 1
id: mini-2024
title: {zh: 小城, en: Mini}
jurisdiction: {code: "2102", level: city, zh: 大连市, en: Dalian}
year: 2024
scoring: {grades: [[good, 80], [poor, 0]]}
inputs:
  orgs: {zh: 组织数, type: count, unit: 个}
  plan: {zh: 有方案, type: flag, level: county}
rules:
  - {id: orgs, title: {zh: 组织, en: Organisations}, clause: 一, each: orgs, require: ">= 10 个", phrase: 不少于10个}
  - {id: plan, title: 方案, each: plan, require: "== true"}
cases:
  - {name: at the boundary, rows: [{orgs: 10}, {orgs: 9}], expect: {orgs: [pass, fail]}}
"""
UNITS = """code,orgs
210202001001,12
210202001002,10
210203001001,9
210203001002,
"""

# The library of this process, wherever the other one is started.
ENVIRONMENT = {"PYTHONPATH": str(Path(commscore.__file__).parents[1])}


@attrs.frozen
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process."""

    def run_(*arguments: object) -> Ended:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return run_


@pytest.fixture
def process() -> Callable[..., CompletedProcess[str]]:
    """Run a command in a process of its own."""

    def run_(*arguments: object, **options: object) -> CompletedProcess[str]:
        given = [sys.executable, "-m", "commscore", *map(str, arguments)]
        env = {**os.environ, **ENVIRONMENT, **options.pop("env", {})}  # type: ignore[dict-item]
        return run(given, check=False, capture_output=True, encoding="utf-8", env=env, **options)  # type: ignore[call-overload]  # noqa: S603

    return run_


@pytest.fixture
def started() -> Callable[..., Popen[str]]:
    """Start a command in a process of its own."""

    def start(*arguments: object) -> Popen[str]:
        given = [sys.executable, "-m", "commscore", *map(str, arguments)]
        return Popen(given, stdout=PIPE, stderr=PIPE, encoding="utf-8", env={**os.environ, **ENVIRONMENT})  # noqa: S603

    return start


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in a folder with a ruleset and a table."""
    (tmp_path / "mini-2024.yaml").write_text(RULESET, encoding="utf-8")
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
