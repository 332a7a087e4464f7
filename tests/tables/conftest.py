"""A small catalogue, and tables read whole."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from commscore._ruleset import Input, InputType, Jurisdiction, Text
from commscore._tables import Block, Column, Table, blocks, open_table
from commscore._tables._exact import OK

INPUTS = {
    entry.name: entry
    for entry in (
        Input("social_orgs", Text("社区社会组织数量", "Social organisations"), InputType.COUNT, unit="个"),
        Input("households", Text("户数"), InputType.COUNT, unit="户", aliases=("总户数",)),
        Input("elderly", Text("老年户数"), InputType.COUNT, part_of="households"),
        Input("area", Text("面积"), InputType.QUANTITY, unit="㎡", places=4),
        Input("share_signed", Text("签约率"), InputType.RATE, places=9, stored_as="percent"),
        Input("canteen", Text("有食堂"), InputType.FLAG),
        Input("grade", Text("等级"), InputType.CATEGORY, values=("基础型", "成长型", "标杆型")),
    )
}
HOME = Jurisdiction("2102", "city", Text("大连市"))

State = str | Fraction | None


@pytest.fixture
def inputs() -> dict[str, Input]:
    return dict(INPUTS)


@pytest.fixture
def opened() -> Callable[..., Table]:
    def open_(data: Any, **options: Any) -> Table:
        return open_table(data, **{"inputs": INPUTS, "jurisdiction": HOME, **options})

    return open_


@pytest.fixture
def read(opened: Callable[..., Table]) -> Callable[..., list[Block]]:
    """Open a table and read all its inputs."""

    def read_(data: Any, **options: Any) -> list[Block]:
        table = opened(data, **options)
        return list(blocks(table, table.matched))

    return read_


@pytest.fixture
def cells() -> Callable[..., list[Any]]:
    """Spell out an input of some blocks: numbers, labels, "missing" and "invalid"."""

    def spelt(found: Column | None, places: int = 0) -> list[Any]:
        assert found is not None
        states = [OK] * len(found.values) if found.state is None else found.state.tolist()
        values = found.values.tolist()
        return [
            ("missing", "invalid")[state - 1]
            if state
            else found.labels[value]
            if found.labels
            else Fraction(value, 10**places)
            for value, state in zip(values, states, strict=True)
        ]

    def cells_(read_blocks: list[Block], name: str) -> list[Any]:
        return [
            cell
            for block in read_blocks
            for cell in spelt(
                block.kind if name == "kind" else block.columns[name],
                INPUTS[name].places if name in INPUTS else 0,
            )
        ]

    return cells_
