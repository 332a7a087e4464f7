"""Workbooks as people fill them in, built cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import commscore

RULESET = """
commscore: 1
id: dirt-2024
title: 脏表
jurisdiction: {code: "2102", level: city, zh: 大连市}
year: 2024
inputs:
  orgs: {zh: 社会组织数量, en: Organisations, type: count, unit: 个}
  area: {zh: 面积, type: quantity, unit: ㎡}
  homes: {zh: 户数, type: count, unit: 户}
  signed: {zh: 签约率, type: rate}
  answered: {zh: 办结率, type: rate, stored_as: percent}
  centre: {zh: 有中心, type: flag}
  plan: {zh: 有方案, type: flag, level: county}
rules:
  - {id: orgs, title: 组织, each: orgs, require: ">= 10"}
  - {id: area, title: 面积, ratio: [area, homes], per: 100, require: ">= 30"}
  - {id: signed, title: 签约, each: signed, require: ">= 46%"}
  - {id: answered, title: 办结, each: answered, require: ">= 90%"}
  - {id: centre, title: 中心, each: centre, require: "== true"}
  - {id: plan, title: 方案, each: plan, require: "== true"}
"""

Rows = Sequence[Sequence[Any]]


@pytest.fixture(scope="session")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path = tmp_path_factory.mktemp("dirt") / "dirt-2024.yaml"
    path.write_text(RULESET, encoding="utf-8")
    return commscore.load_ruleset(path)


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Write sheets; a cell that is a function writes itself."""

    def write(rows: Rows, *, merged: Sequence[tuple[Any, ...]] = (), **further: Rows) -> Path:
        path = tmp_path / "dirt.xlsx"
        with xlsxwriter.Workbook(path) as made:
            for name, cells in {"Sheet1": rows, **further}.items():
                sheet = made.add_worksheet(name)
                for row, line in enumerate(cells):
                    for column, cell in enumerate(line):
                        if callable(cell):
                            cell(made, sheet, row, column)
                        else:
                            sheet.write(row, column, cell)
                for place in merged if name == "Sheet1" else ():
                    sheet.merge_range(*place)
        return path

    return write


@pytest.fixture
def values(ruleset: commscore.Ruleset) -> Callable[..., dict[str, list[Any]]]:
    """Score, and return of each unit and rule the value, or else the status."""

    def score(path: Any, **options: Any) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for each in commscore.evaluate(path, ruleset, **options).findings(level="unit").to_pylist():
            found.setdefault(each["rule"], []).append(each["status"] if each["value"] is None else each["value"])
        return found

    return score
