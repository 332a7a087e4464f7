"""Judge one unit: its own value, or several combined inside it (spec 3, each and compounds)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._ruleset import ALL, SCOPES, InputType
from commscore._status import Reason, Status
from commscore.reference._demands import demand_of
from commscore.reference._intervals import Contribution
from commscore.reference._places import value
from commscore.reference._reach import reach
from commscore.reference._scope import COMPOUNDS, Lens, admits, passes_by, references, requirement_for, scopes_of
from commscore.reference._tallies import Tally
from commscore.reference._values import Hole
from commscore.reference._verdict import EITHER, Verdict, compound
from commscore.reference._weighing import weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._ruleset import Part
    from commscore.reference._rows import Data, Row
    from commscore.reference._values import Cell

OUT_OF_SCOPE = Verdict(Status.NOTAPPLICABLE, Reason.OUT_OF_SCOPE)


def judge_row(data: Data, part: Part, row: Row, lens: Lens) -> Verdict:
    """Judge one row by an ``each`` or a compound of them.

    The order is: not checked, out of scope, scope unknown, operands, zero denominator, requirement.

    Args:
        data: All tables.
        part: What is judged.
        row: A row of the level that the part's inputs describe.
        lens: The kinds and filters that come from outside the part, and whose requirement applies.
    """
    level = reach(data, part, lens)
    if isinstance(level, Reason):
        return Verdict(Status.NOTCHECKED, level)
    admitted = admits(data, row, lens.within(part))
    if admitted is False or passes_by(part, lens.scope):
        return OUT_OF_SCOPE
    if isinstance(admitted, Hole):
        inside = EITHER if lens.scope is None else _judge_inside(data, part, row, lens).outcomes
        return of_hole(admitted, Reason.MISSING_SCOPE, outcomes=inside | OUT_OF_SCOPE.outcomes)
    return _judge_inside(data, part, row, lens)


def judge_condition(data: Data, condition: Part, row: Row) -> Verdict:
    """Judge one row by the condition of a share, whose requirement the row's own kind picks."""
    if scopes_of(condition) == (ALL,):
        return judge_row(data, condition, row, Lens())
    kind = value(data, row, "kind")
    if isinstance(kind, str):
        return judge_row(data, condition, row, Lens(kind))
    verdicts = [judge_row(data, condition, row, Lens(scope)) for scope in SCOPES]
    outcomes = OUT_OF_SCOPE.outcomes.union(*(verdict.outcomes for verdict in verdicts))
    named = judge_row(data, condition, row, Lens(None, scopes_of(condition)))  # an invalid filter goes before it
    hole = Hole.INVALID if named.status is Status.ERROR else Hole.MISSING
    return of_hole(hole, Reason.MISSING_SCOPE, outcomes=outcomes)


def of_hole(hole: Hole, reason: Reason, *, outcomes: frozenset[Status] = EITHER) -> Verdict:
    """Return what a hole leads to: an error when the value is invalid, else unknown for the reason given."""
    if hole is Hole.INVALID:
        return Verdict(Status.ERROR, Reason.INVALID_VALUE, outcomes=outcomes)
    return Verdict(Status.UNKNOWN, reason, outcomes=outcomes)


def _judge_inside(data: Data, part: Part, row: Row, lens: Lens) -> Verdict:
    """Judge a row that is in scope."""
    if part.assessment in COMPOUNDS:
        return compound(part, [judge_row(data, inner, row, Lens(lens.scope)) for inner in part.parts])
    requirement = requirement_for(part, lens.scope)
    cells = [value(data, row, name) for name in (*part.inputs, *references(requirement))]
    for hole in (Hole.INVALID, Hole.MISSING):  # of the two, the invalid one names the status
        if hole in cells:
            shown = _own_value(part, cells)
            found = of_hole(hole, Reason.MISSING_VALUE, outcomes=EITHER | _perhaps_nothing(part, cells))
            return attrs.evolve(found, value=shown, low=shown, high=shown)
    numbers = [cell for cell in cells if isinstance(cell, Fraction)]
    point = (numbers[0], numbers[1] if len(part.inputs) > 1 else Fraction(1))
    if point[1] == 0:
        return _over_nothing(point[0])
    counted = data.ruleset.inputs.get(part.inputs[0])
    tally = Tally(
        (Contribution(frozenset({point})),),
        per=part.per if len(part.inputs) > 1 else Fraction(1),
        places=0 if counted is None else counted.places,
    )
    demand = None if requirement is None else demand_of(requirement, numbers[-1])
    is_flag = isinstance(getattr(requirement, "value", None), bool) or (
        counted is not None and counted.type is InputType.FLAG and len(part.inputs) == 1
    )
    return weigh(tally, demand, is_flag=is_flag)


def _perhaps_nothing(part: Part, cells: Sequence[Cell]) -> frozenset[Status]:
    """Tell whether a ratio that lacks an operand may turn out to be nothing over nothing."""
    open_ = len(part.inputs) > 1 and all(cell == 0 or isinstance(cell, Hole) for cell in cells[:2])
    return OUT_OF_SCOPE.outcomes if open_ and any(isinstance(cell, Hole) for cell in cells[:2]) else frozenset()


def _own_value(part: Part, cells: Sequence[Cell]) -> Fraction | None:
    """Return a unit's value where only what it is held against is lacking."""
    own = [cell for cell in cells[: len(part.inputs)] if isinstance(cell, Fraction)]
    if len(own) < len(part.inputs) or own[1:] == [0]:
        return None
    return own[0] / own[1] * part.per if len(own) > 1 else own[0]


def _over_nothing(number: Fraction) -> Verdict:
    """Nothing over nothing has nothing to judge; something over nothing is not known."""
    status = Status.UNKNOWN if number else Status.NOTAPPLICABLE
    return Verdict(status, Reason.ZERO_DENOMINATOR)
