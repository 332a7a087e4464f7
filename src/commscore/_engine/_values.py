"""What single units add to a rule that is judged above them: each is an area of one, whose own value is shown."""

from __future__ import annotations

import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._areas import Sums
from commscore._engine._codes import Verdicts
from commscore._engine._plan import RulePlan
from commscore._engine._run import area_leaves, chain_membership
from commscore._engine._terms import terms
from commscore._engine._units import Units
from commscore._engine._verdicts import verdict
from commscore._ruleset import ALL
from commscore._status import I


def contribution_numbers(
    plan: RulePlan, units: Units, verdicts: Verdicts
) -> tuple[ints.Floats, ints.Floats, ints.Floats]:
    """Return value, low and high of each unit's own share in an area form; NaN where that is not known."""
    nothing = np.full(units.rows, np.nan)
    leaves = area_leaves(plan, (plan.judged,))
    if len(leaves) != 1 or leaves[0].path or leaves[0].tables != {units.level}:
        return nothing, nothing, nothing
    (leaf,) = leaves
    found = terms(leaf.node, units, table=units.level, members=chain_membership(leaf.chain, units, ALL))
    sums = Sums(dict(found.fields))
    if found.loose is not None:
        columns = [found.loose.rows, *found.loose.low, *found.loose.high]
        for row, *entry in zip(*(column.tolist() for column in columns), strict=True):
            sums.add_loose(row, tuple(entry), 1)
    span = verdict(leaf.node, sums, units.rows, plan.scopes[0]).span
    if span is None:
        return nothing, nothing, nothing
    shown = verdicts.status == I
    low, high = (np.where(shown, end, np.nan) for end in (span.low(), span.high()))
    return np.where(span.known(), low, np.nan), low, high
