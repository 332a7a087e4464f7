"""A small ruleset, a table with every kind of trouble, and the table's files."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import commscore

RULESET = """
commscore: 1
id: mini-2024
title: {zh: 小城, en: Mini}
jurisdiction: {code: "2102", level: city, zh: 大连市, en: Dalian}
year: 2024
scoring: {grades: [[good, 80], [fair, 50], [poor, 0]]}
inputs:
  orgs: {zh: 组织数, type: count, unit: 个}
  area: {zh: 面积, type: quantity, unit: ㎡}
  homes: {zh: 户, type: count, unit: 户}
  centre: {zh: 有中心, type: flag}
  signed: {zh: 签约率, type: rate, stored_as: percent}
  plan: {zh: 有方案, type: flag, level: county}
  absent: {zh: 未报, type: count}
rules:
  - {id: orgs, title: 组织, each: orgs, require: {urban: ">= 10", rural: ">= 3"}, weight: 2}
  - {id: area, title: 面积, ratio: [area, homes], per: 100, require: ">= 30"}
  - {id: centre, title: 中心, share: centre, over: township, require: ">= 50%"}
  - {id: signed, title: 签约, each: signed, require: ">= 46%", where: {kind: urban}}
  - {id: later, title: 以后, mean: orgs, require: ">= 5", due: 2025-12-31}
  - {id: plan, title: 方案, each: plan, require: "== true"}
  - {id: absent, title: 未报, total: absent, require: ">= 1"}
"""
COUNTIES = {"code": ["210202", "210203", "210204"], "plan": [True, False, None]}


@pytest.fixture(scope="session")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path = tmp_path_factory.mktemp("rulesets") / "mini-2024.yaml"
    path.write_text(RULESET, encoding="utf-8")
    return commscore.load_ruleset(path)


@pytest.fixture(scope="session")
def counties() -> dict[str, list[Any]]:
    return COUNTIES


def make_table(rows: int = 300) -> pa.Table:
    draw = random.Random(1)

    def column(make: Callable[[], Any]) -> list[Any]:
        return [None if draw.random() < 0.05 else make() for _ in range(rows)]

    codes = [f"2102{2 + i * 3 // rows:02}{1 + i % 4:03}{i:03}" for i in range(rows)]
    return pa.table(
        {
            "code": codes,
            "kind": column(lambda: draw.choice(["urban", "rural", "城市", "121"])),
            "orgs": pa.array(column(lambda: draw.randint(-1, 20)), pa.int64()),
            "area": pa.array(column(lambda: draw.randint(0, 40_000) / 100), pa.float64()),
            "homes": pa.array(column(lambda: draw.randint(0, 900)), pa.int32()),
            "centre": pa.array(column(lambda: draw.random() < 0.6), pa.bool_()),
            "signed": pa.array(column(lambda: draw.choice([45.9, 46, 100, 101])), pa.float64()),
            "note": column(lambda: "nobody's input"),
        }
    )


@pytest.fixture(scope="session")
def table() -> pa.Table:
    return make_table()


@pytest.fixture(scope="session")
def expected(table: pa.Table, ruleset: commscore.Ruleset) -> commscore.Result:
    return commscore.evaluate(table, ruleset, rollup=["township", "county", "city"], more={"county": COUNTIES})


def save(table: pa.Table, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix:
        case ".parquet":
            pq.write_table(table, path, row_group_size=50)
        case ".csv":
            pacsv.write_csv(table, path)
        case _:
            with pa.ipc.new_file(path, table.schema) as file:
                file.write_table(table, 40)
    return path


@pytest.fixture
def saved() -> Callable[[pa.Table, Path], Path]:
    return save


def plain(table: pa.Table) -> pa.Table:
    """A table whose words are plain text, so that only what they say is compared."""
    columns = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names).combine_chunks()


@pytest.fixture
def read() -> Callable[[commscore.Output, str], pa.Table]:
    def read_(output: commscore.Output, name: str) -> pa.Table:
        return plain(pq.read_table(output.path / f"{name}.parquet"))

    return read_


@pytest.fixture
def plainly() -> Callable[[pa.Table], pa.Table]:
    return plain
