"""What units add to an area form, the plain ones apart from those of which something is open.

Nearly every unit is in scope and has its values. What such a unit adds is the same at both ends of the interval: few
columns say it for all of them. `_terms` says exactly what the others add, which are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._codes import CAN_FAIL, CAN_PASS, Codes, outcomes
from commscore._engine._kernel import judge_condition
from commscore._engine._terms import Loose, terms
from commscore._engine._units import IN, Units
from commscore._status import U
from commscore._tables._exact import OK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._engine._plan import Node

# Summands by the names of the fields that they all are.
Plain: TypeAlias = "dict[tuple[str, ...], ints.Ints]"

_ENDS = ("low_num", "high_num")
_DENS = ("low_den", "high_den", "least_den")


@attrs.frozen(eq=False)
class Split:
    """The contributions of a block's units to one leaf of a rule, for one scope.

    Attributes:
        plain: Per unit, the summands of plain units, 0 for others; by the fields that each column stands for.
        rows: The other units.
        others: Their summands, by field.
        loose: See `_terms.Terms`; rows are those of the block.
    """

    plain: Plain
    rows: ints.Ints
    others: Mapping[str, ints.Ints]
    loose: Loose | None


def split_terms(node: Node, units: Units, *, table: str, members: Codes | None) -> Split:
    """Return what the units of one table contribute to a leaf; see `_terms.terms`.

    Args:
        node: A mean, ratio, share, total or change.
        units: The units of a block of that table.
        table: The level of the table; operands of other tables contribute nothing here.
        members: Who is in scope; null when all are.
    """
    plain = _plain(node, units, table, members)
    if plain is None:
        found = terms(node, units, table=table, members=members)
        return Split({}, np.arange(units.rows), found.fields, found.loose)
    rows = np.flatnonzero(~next(iter(plain.values())))
    if not len(rows):
        return Split(plain, rows, {}, None)
    found = terms(node, units.at(rows), table=table, members=None if members is None else members[rows])
    loose = None if found.loose is None else attrs.evolve(found.loose, rows=rows[found.loose.rows])
    return Split(plain, rows, found.fields, loose)


def _plain(node: Node, units: Units, table: str, members: Codes | None) -> Plain | None:
    """Return the summands of plain units, first of all which units those are; null where none is that simple."""
    if node.form == "share":
        return _plain_share(node, units, members)
    if node.refs or any(operand is None or operand.table != table for operand in node.operands):
        return None
    columns = [units.own(operand.name) for operand in node.operands]
    plain = np.ones(units.rows, dtype=bool) if members is None else members == IN
    for column in columns:
        if column.state is not None:
            plain &= column.state == OK
    names = [name for i in range(len(columns)) for name in (f"present{i}", f"rows{i}")]
    # What is not there is 0 already.
    alone = members is None and len(columns) == 1
    values = [column.values if alone else _only(plain, column.values) for column in columns]
    if node.form == "mean":
        return {("inside", *names, *_DENS): plain, _ENDS: values[0]}
    if node.form == "ratio":
        num, den = values
        there = {("may_have_num", "has_num"): num > 0, ("may_have_den",): den > 0}
        return {("inside", *names): plain, _ENDS: num, _DENS: den} | there
    scale = max(operand.places for operand in node.operands)
    scaled = [
        ints.times(found, 10 ** (scale - operand.places)) for found, operand in zip(values, node.operands, strict=True)
    ]
    return {("inside", *names): plain, _ENDS: scaled[0] if len(scaled) == 1 else ints.minus(*scaled)}


def _plain_share(node: Node, units: Units, members: Codes | None) -> Plain:
    """Return the summands of units that certainly count, and certainly pass or fail."""
    condition = judge_condition(node.children[0], units)
    possible = outcomes(condition)
    passed = possible == CAN_PASS
    plain = (passed | (possible == CAN_FAIL)) & (condition.status != U)
    if members is not None:
        plain &= members == IN
    return {("inside", "present0", "rows0", *_DENS): plain, _ENDS: passed & plain}


def _only(mask: ints.Bools, values: ints.Ints) -> ints.Ints:
    if values.dtype == object:
        return ints.choose(mask, values, 0)
    return np.multiply(values, mask, dtype=values.dtype)
