"""What single units add to a rule that is judged above them, for display."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from commscore import _integers as ints
from commscore._exact import OK
from commscore._kernel import Units, Verdicts, judge, measure, worst_state
from commscore._run import is_nested_share
from commscore._status import F, I, P

if TYPE_CHECKING:
    from commscore._plan import Node, RulePlan


def contribution_values(plan: RulePlan, units: Units, verdicts: Verdicts) -> ints.Floats:
    """Return each unit's own value of an area form: what it adds, NaN where that is not known."""
    values = _own_values(plan.node, units)
    return np.where(verdicts.status == I, values, np.nan)


def _own_values(node: Node, units: Units) -> ints.Floats:
    nothing = np.full(units.rows, np.nan)
    if node.form == "share":
        if is_nested_share(node):
            return nothing
        status = judge(node.children[0], units).status
        return np.where(status == P, 1.0, np.where(status == F, 0.0, np.nan))
    if not node.operands or any(operand.table != units.level for operand in node.operands):
        return nothing
    if node.form == "change":
        return _difference(node, units)
    value = measure(node, units)
    known = np.ones(units.rows, dtype=bool) if value.state is None else value.state == OK
    den = np.ones(units.rows, dtype=np.int64) if value.den is None else value.den
    return np.where(known, ints.quotient(value.num, den, value.factor), np.nan)


def _difference(node: Node, units: Units) -> ints.Floats:
    now, before = (units.column(operand.name) for operand in node.operands)
    places = max(operand.places for operand in node.operands)
    left, right = (
        ints.times(ints.integers(column.values), 10 ** (places - operand.places))
        for column, operand in zip((now, before), node.operands, strict=True)
    )
    state = worst_state(now.state, before.state)
    known = np.ones(units.rows, dtype=bool) if state is None else state == OK
    return np.where(known, ints.quotient(ints.minus(left, right), 1, Fraction(1, 10**places)), np.nan)
