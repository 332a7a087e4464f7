"""What those who fill in a table need to know of each column, in words."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._requirement import decimal
from commscore._ruleset import Input, InputType
from commscore._sampling._asked import NAME, heading, needed_by, place_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from commscore._ruleset import Ruleset

YES, NO = "是", "否"
KINDS = ("城市", "农村")
_TYPES = {
    InputType.COUNT: "整数",
    InputType.QUANTITY: "数值",
    InputType.RATE: "比率",
    InputType.FLAG: "是/否",
    InputType.CATEGORY: "类别",
}
_RATES = {
    "fraction": "填百分数（46%）或小数（0.46）",
    "percent": "按百分数填，46 表示 46%",
    "permille": "按千分数填，2.8 表示 2.8‰",
}
_PLACES = {
    "code": ("文本", "12 位统计用区划代码；县区 6 位、乡镇 9 位；不得重复，不得为空"),
    NAME: ("文本", "便于核对，不参与评价"),
    "kind": ("类别", "城市、农村，或城乡分类代码（111—123、210—220）"),
    "community": ("文本", "所在社区的 12 位代码"),
}
HEADINGS = ("列名", "输入名", "英文名", "类型", "单位", "填写要求", "小数位", "用于规则")


@attrs.frozen
class Note:
    """What is said of one column.

    Attributes:
        name: The input, or the column that says what a row is.
        heading: What the column is called.
        cells: Under `HEADINGS`.
        input: The input; null for columns that say what a row is.
    """

    name: str
    heading: str
    cells: tuple[str, ...]
    input: Input | None

    @property
    def text(self) -> str:
        """Return it as one text of a few lines."""
        pairs = zip(HEADINGS[1:], self.cells[1:], strict=True)
        return "\n".join(f"{title}：{cell}" for title, cell in pairs if cell)


def notes_of(ruleset: Ruleset, level: str, entries: Sequence[Input]) -> list[Note]:
    """Return what is said of each column of a level's table."""
    rules = needed_by(ruleset)
    places = [_of_place(name, ruleset.inputs) for name in place_columns(level)]
    return [*places, *(_of_input(entry, ruleset.inputs, rules[entry.name]) for entry in entries)]


def _of_place(name: str, inputs: Mapping[str, Input]) -> Note:
    kind, how = _PLACES[name]
    title = heading(name, inputs)
    return Note(name, title, (title, name, "", kind, "", how, "", ""), None)


def _of_input(entry: Input, inputs: Mapping[str, Input], rules: Sequence[str]) -> Note:
    title = heading(entry.name, inputs)
    places = str(entry.places) if entry.type in (InputType.QUANTITY, InputType.RATE) else ""
    cells = (title, entry.name, entry.title.en or "", _TYPES[entry.type], entry.unit or "", _how(entry, inputs), places)
    return Note(entry.name, title, (*cells, ", ".join(rules)), entry)


def _how(entry: Input, inputs: Mapping[str, Input]) -> str:
    """Say what may stand in a cell."""
    if entry.type is InputType.FLAG:
        return f"{YES} 或 {NO}"
    if entry.type is InputType.CATEGORY:
        return "、".join(entry.values)
    said = [_RATES[entry.stored_as]] if entry.type is InputType.RATE else []
    least, most = bounds(entry)
    if most is not None:
        said.append(f"{decimal(least)} 至 {decimal(most)}")
    else:
        said.append(f"不小于 {decimal(least)}")
    if entry.part_of is not None:
        said.append(f"不超过“{inputs[entry.part_of].title.zh}”")
    return "；".join(said)


def bounds(entry: Input) -> tuple[Fraction, Fraction | None]:
    """Return the least and the greatest value as tables hold them; null where there is no greatest."""
    factor = {"percent": 100, "permille": 1000}.get(entry.stored_as, 1) if entry.type is InputType.RATE else 1
    greatest = Fraction(1) if entry.type is InputType.RATE and entry.max is None else entry.max
    least = Fraction(0) if entry.min is None else entry.min
    return least * factor, None if greatest is None else greatest * factor
