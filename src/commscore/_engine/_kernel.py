"""Plan + units -> one status and reason per unit, for everything that is judged unit by unit.

All work is on whole columns of a block. Statuses here are those of the requirement itself; that a rule is not yet
due or
informational is applied when results are shown and scored.
"""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._codes import CAN_BE_OUT, Codes, Verdicts, constant, outcomes, reason_code, select
from commscore._engine._compounds import combine
from commscore._engine._plan import Node, scopes_of
from commscore._engine._units import IN, MAYBE_INVALID, MAYBE_MISSING, OUT, Units, membership, within
from commscore._requirement import InputRef, interval
from commscore._ruleset import ALL, SCOPES
from commscore._status import NO_REASON, E, F, I, K, N, P, Reason, U
from commscore._tables._exact import INVALID, MISSING, OK, Column


def judge(node: Node, units: Units) -> Verdicts:
    """Judge a part unit by unit."""
    if node.absent is not None:
        return constant(units.rows, K, node.absent)
    if node.form == "each":
        return _judge_each(node, units)
    return _judge_compound(node, units)


# ---- ONE REQUIREMENT ----


@attrs.frozen(eq=False)
class Measure:
    """A value per unit, as ``num / den * factor`` in integers.

    Attributes:
        num: Numerators.
        den: Denominators; null for 1.
        factor: What the quotient is multiplied by.
        state: OK, MISSING or INVALID per unit; null when all are OK.
    """

    num: ints.Ints
    den: ints.Ints | None
    factor: Fraction
    state: Codes | None


def measure(node: Node, units: Units) -> Measure:
    """Return the value of each unit: its input, or the ratio of two."""
    columns = [units.column(operand.name) for operand in node.operands]
    state = worst_state(*(column.state for column in columns))
    factor = node.part.per / 10 ** node.operands[0].places
    if len(columns) == 1:
        return Measure(columns[0].values, None, factor, state)
    factor *= 10 ** node.operands[1].places
    return Measure(columns[0].values, columns[1].values, factor, state)


def worst_state(*states: Codes | None) -> Codes | None:
    """Combine the states of several operands: an invalid one names the status, then a missing one."""
    present = [state for state in states if state is not None]
    if not present:
        return None
    result = present[0]
    for state in present[1:]:
        result = np.maximum(result, state)
    return result


def _judge_each(node: Node, units: Units) -> Verdicts:
    value = measure(node, units)
    status = np.full(units.rows, F, dtype=np.uint8)
    state = value.state
    if not node.part.requirements:
        status[:] = I
    for scope in node.part.requirements:
        met, ref_state = _meets(node, units, value, scope)
        if scope != ALL:
            assert units.block.kind is not None  # noqa: S101
            of_scope = units.block.kind.values == SCOPES.index(scope)
            met &= of_scope
            ref_state = None if ref_state is None else select(of_scope, ref_state, np.full_like(ref_state, OK))
        status = select(met, np.uint8(P), status)
        state = worst_state(state, ref_state)
    reason = np.full(units.rows, NO_REASON, dtype=np.uint8)
    if value.den is not None:
        _mark_zero_denominators(status, reason, value)
    _mark(status, reason, state, ((MISSING, U, Reason.MISSING_VALUE), (INVALID, E, Reason.INVALID_VALUE)))
    return _in_scope(Verdicts(status, reason, _may_be_nothing(status, value)), membership(node, units))


def _may_be_nothing(status: Codes, value: Measure) -> Codes | None:
    """Say of ratios that lack an operand where they may turn out to be nothing over nothing; null where none do."""
    if value.den is None or value.state is None:
        return None
    zeros = np.asarray((value.num == 0) & (value.den == 0), dtype=bool)  # what is not there reads as 0, too
    bits = outcomes(Verdicts(status, status))
    return np.where(zeros & (value.state != OK), bits | CAN_BE_OUT, bits).astype(np.uint8)


def _meets(node: Node, units: Units, value: Measure, scope: str) -> tuple[ints.Bools, Codes | None]:
    """Say which units meet the requirement of a scope, and the state of what it refers to."""
    requirement = node.part.requirements[scope]
    wanted = interval(requirement)
    if not isinstance(requirement.value, InputRef):
        return within(value.num, value.den, wanted, factor=value.factor), None
    ref = dict(node.refs)[scope]
    column = units.column(ref.name)
    den = column.values if value.den is None else ints.product(column.values, value.den)
    return within(value.num, den, wanted, factor=value.factor * 10**ref.places), column.state


def _mark_zero_denominators(status: Codes, reason: Codes, value: Measure) -> None:
    zero = np.asarray(value.den == 0, dtype=bool)
    if zero.any():
        nothing = zero & np.asarray(value.num == 0, dtype=bool)
        status[zero], status[nothing] = U, N
        reason[zero] = reason_code(Reason.ZERO_DENOMINATOR)


def _mark(status: Codes, reason: Codes, codes: Codes | None, marks: tuple[tuple[int, int, Reason], ...]) -> None:
    """Overwrite the outcome where a code stands."""
    if codes is None:
        return
    for code, outcome, why in marks:
        hit = codes == code
        if hit.any():
            status[:] = select(hit, np.uint8(outcome), status)
            reason[:] = select(hit, reason_code(why), reason)


def _in_scope(verdicts: Verdicts, members: Codes | None) -> Verdicts:
    """Overwrite the outcome of units that are out of scope, or may be."""
    if members is None:
        return verdicts
    before = outcomes(verdicts)
    marks = (
        (MAYBE_MISSING, U, Reason.MISSING_SCOPE),
        (MAYBE_INVALID, E, Reason.INVALID_VALUE),
        (OUT, N, Reason.OUT_OF_SCOPE),
    )
    _mark(verdicts.status, verdicts.reason, members, marks)
    maybe = select(members == IN, before, before | np.uint8(CAN_BE_OUT))
    return attrs.evolve(verdicts, possible=select(members == OUT, np.uint8(CAN_BE_OUT), maybe))


def judge_condition(node: Node, units: Units) -> Verdicts:
    """Judge a share's condition, and tell of units of an open kind what they may be as urban and as rural."""
    found, kind = judge(node, units), units.block.kind
    if node.absent is not None or scopes_of(node.part) == (ALL,) or kind is None or kind.state is None:
        return found
    possible = outcomes(found)
    for scope in range(len(SCOPES)):
        column = Column(np.full(units.rows, scope), None)
        supposed = attrs.evolve(units, block=attrs.evolve(units.block, kind=column))
        more = possible | outcomes(judge(node, supposed)) if scope else outcomes(judge(node, supposed))
        possible = np.where(kind.state == OK, possible, more | CAN_BE_OUT).astype(np.uint8)
    return attrs.evolve(found, possible=possible)


# ---- COMPOUNDS ----


def _judge_compound(node: Node, units: Units) -> Verdicts:
    parts = [_part_verdicts(child, units) for child in node.children]
    combined = combine(node.form, node.part.n, parts)
    return _in_scope(combined, membership(node, units))


def _part_verdicts(node: Node, units: Units) -> Verdicts:
    """Judge one part of a compound: what cannot be checked is unknown there, never neutral."""
    if node.absent is not None:
        return constant(units.rows, U, Reason.MISSING_COLUMN)
    return judge(node, units)
