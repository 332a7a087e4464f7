"""What each unit adds to an area: for every row of a block, the least and greatest it may contribute.

An area form compares ``Σ num`` with ``Σ den``. A known row contributes one pair; a missing or invalid value may be
anything
within its bounds, so the row contributes a pair to the area's lowest result and another to its highest. Rows do not
depend on each other, which is what makes tallies of them mergeable.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._codes import CAN_BE_OUT, CAN_FAIL, CAN_PASS, Codes, Verdicts, outcomes
from commscore._engine._kernel import judge_condition
from commscore._engine._plan import UNITS, Node, Operand
from commscore._engine._units import IN, MAYBE_INVALID, MAYBE_MISSING, OUT, Units
from commscore._status import U
from commscore._tables._exact import INVALID, MISSING, OK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._ruleset import Input


@attrs.frozen(eq=False)
class Bounds:
    """The least and greatest value that each unit's operand may have.

    Attributes:
        low: Least values; the value itself where it is known.
        high: Greatest values; meaningless where ``unbounded``.
        unbounded: Where there is no greatest value.
        state: OK, MISSING or INVALID.
    """

    low: ints.Ints
    high: ints.Ints
    unbounded: ints.Bools
    state: Codes


@attrs.frozen(eq=False)
class Terms:
    """The contributions of a block's units to one leaf of a rule, for one scope.

    Attributes:
        fields: Per unit, summands by name; see ``_areas.Sums`` for what their sums mean.
        loose: Rows that may be out of scope and would then change both sides of a mean or ratio; null when there
            are none.
    """

    fields: Mapping[str, ints.Ints]
    loose: Loose | None = None


ELSEWHERE = 9  # the state of an operand that another table holds

# How a loose row's end is open: not at all, without limit, or a part and its whole growing together towards one.
BOUNDED, UNBOUNDED, TOGETHER = 0, 1, 2


@attrs.frozen(eq=False)
class Loose:
    """Rows that may or may not count: the pair each would add to the lowest and to the highest result.

    Attributes:
        rows: Positions in the block.
        low: Pairs ``(num, den)`` for the lowest result, and whether the denominator is unbounded.
        high: Pairs for the highest result, and how the numerator is open.
    """

    rows: ints.Ints
    low: tuple[ints.Ints, ints.Ints, ints.Ints]
    high: tuple[ints.Ints, ints.Ints, ints.Ints]


def terms(node: Node, units: Units, *, table: str, members: Codes | None) -> Terms:
    """Return what the units of one table contribute to a leaf.

    Args:
        node: A mean, ratio, share, total or change.
        units: The units of a block of that table.
        table: The level of the table; operands of other tables contribute nothing here.
        members: Who is in scope; null when all are.
    """
    codes = np.zeros(units.rows, dtype=np.uint8) if members is None else members
    if node.form == "share":
        return _share_terms(judge_condition(node.children[0], units), codes)
    if node.form == "mean":
        return _mean_terms(bounds(node.operands[0], units), codes)
    here = [operand if operand.table == table else None for operand in node.operands]
    if node.form == "ratio":
        return _ratio_terms(node, here, units, codes)
    return _total_terms(node, table, units, codes)


def share_of_areas(status: Codes) -> Mapping[str, ints.Ints]:
    """Return the contributions of areas to the share of areas that satisfy a condition."""
    return _share_terms(Verdicts(status, status), np.zeros(len(status), dtype=np.uint8)).fields


# ---- BOUNDS ----


def bounds(operand: Operand | None, units: Units) -> Bounds:
    """Return what each unit's operand may be; an operand of another table is 0 here."""
    rows = units.rows
    if operand is None:
        zero = np.zeros(rows, dtype=np.int64)
        return Bounds(zero, zero, np.zeros(rows, dtype=bool), np.full(rows, ELSEWHERE, dtype=np.uint8))
    column = units.own(operand.name)
    values = ints.integers(column.values)
    if column.state is None:
        return Bounds(values, values, np.zeros(rows, dtype=bool), np.zeros(rows, dtype=np.uint8))
    unknown = column.state != OK
    least, greatest = (0, None) if operand.name == UNITS else _declared_bounds(units.inputs[operand.name])
    # What is not there reads as 0.
    low = values if least == 0 else ints.choose(unknown, least, values)
    high = values if not greatest else ints.choose(unknown, greatest, values)
    unbounded = unknown & (greatest is None)
    return _capped(Bounds(low, high, unbounded, column.state), operand, units)


def _declared_bounds(declared: Input) -> tuple[int, int | None]:
    """Return the least and greatest value of an input at its places; null when there is no greatest."""
    scale = 10**declared.places
    low = 0 if declared.min is None else declared.min * scale
    high = declared.max * scale if declared.max is not None else None
    if high is None and declared.type in ("rate", "flag"):
        high = scale
    return int(low), None if high is None else int(high)


def _capped(free: Bounds, operand: Operand, units: Units) -> Bounds:
    """Cap a missing part at the whole of the same row, where that is known."""
    whole = units.inputs[operand.name].part_of if operand.name in units.inputs else None
    if whole is None or whole not in units.block.columns:
        return free
    column = units.block.columns[whole]
    cap, open_ = _rescaled_down(column.values, units.inputs[whole].places - operand.places), free.state != OK
    if column.state is not None:
        open_ = open_ & (column.state == OK)
    capped = open_ & (free.unbounded | np.asarray(free.high > cap, dtype=bool))
    return attrs.evolve(free, high=ints.choose(capped, cap, free.high), unbounded=free.unbounded & ~open_)


def _rescaled_down(values: ints.Ints, places: int) -> ints.Ints:
    """Drop decimal places, rounding down; add them when negative."""
    return ints.integers(values) // 10**places if places > 0 else ints.times(values, 10**-places)


# ---- FIELDS ----


def _scope_fields(codes: Codes, states: list[Codes], *, open_rows: ints.Bools) -> dict[str, ints.Ints]:
    """Count who is in, who may be, whose operands are there, and why rows are open."""
    counted = codes != OUT
    missing = codes == MAYBE_MISSING
    fields: dict[str, ints.Ints] = {
        "inside": codes == IN,
        "maybe": counted & (codes != IN),
    }
    for i, state in enumerate(states):
        fields[f"present{i}"] = counted & (state == OK)
        fields[f"rows{i}"] = counted & (state != ELSEWHERE)
        missing = missing | (state == MISSING)
    fields["missing"] = counted & missing
    open_rows = open_rows & counted
    fields["open_missing"] = open_rows & missing
    fields["open_invalid"] = open_rows & ~missing
    return fields


def _varies(operand: Bounds) -> ints.Bools:
    if operand.low is operand.high:
        return operand.unbounded
    return operand.unbounded | np.asarray(operand.low != operand.high, dtype=bool)


def _only(mask: ints.Bools, values: ints.Ints) -> ints.Ints:
    return ints.choose(mask, values, 0)


def _mean_terms(value: Bounds, codes: Codes) -> Terms:
    inside = codes == IN
    loose_rows = (codes == MAYBE_MISSING) | (codes == MAYBE_INVALID)
    fields = _scope_fields(codes, [value.state], open_rows=_varies(value) | loose_rows)
    one = inside.astype(np.int64)
    fields |= {
        "low_num": _only(inside, value.low),
        "low_den": one,
        "high_num": _only(inside & ~value.unbounded, value.high),
        "high_den": one,
        "high_unbounded": inside & value.unbounded,
        "least_den": one,
    }
    ones = np.ones(len(codes), dtype=np.int64)
    never = np.zeros(len(codes), dtype=bool)
    return Terms(fields, _loose(loose_rows, (value.low, ones, never), (value.high, ones, value.unbounded)))


def _loose(
    rows: ints.Bools,
    low: tuple[ints.Ints, ints.Ints, ints.Ints],
    high: tuple[ints.Ints, ints.Ints, ints.Ints],
) -> Loose | None:
    found = np.flatnonzero(rows)
    if not len(found):
        return None
    return Loose(found, (low[0][found], low[1][found], low[2][found]), (high[0][found], high[1][found], high[2][found]))


def _ratio_terms(node: Node, here: list[Operand | None], units: Units, codes: Codes) -> Terms:
    num, den = bounds(here[0], units), bounds(here[1], units)
    together = all(operand is not None for operand in here)
    nested = together and _is_part(node, units)
    joint = np.zeros(len(codes), dtype=bool)
    if nested:
        num, den, joint = _nested(node, num, den)
    inside = codes == IN
    loose_rows = (codes != IN) & (codes != OUT)
    something = num.unbounded | den.unbounded | np.asarray((num.high != 0) | (den.high != 0), dtype=bool)
    open_rows = _varies(num) | _varies(den) | (loose_rows & something)
    fields = _scope_fields(codes, [num.state, den.state], open_rows=open_rows)
    high_den = ints.choose(joint & ~den.unbounded, den.high, den.low)
    high_num = ints.choose(joint, ints.choose(den.unbounded, num.low, _as_places(node, den.high)), num.high)
    unbounded = num.unbounded & ~joint
    fields |= {
        "low_num": _only(inside, num.low),
        "low_den": _only(inside & ~den.unbounded, den.high),
        "low_den_unbounded": inside & den.unbounded,
        "high_num": _only(inside & ~unbounded, high_num),
        "high_den": _only(inside, high_den),
        "high_unbounded": inside & unbounded,
        "joint_unbounded": inside & joint & den.unbounded,
        "least_den": _only(inside, den.low),
        "may_have_den": (codes != OUT) & (den.unbounded | np.asarray(den.high > 0, dtype=bool)),
        "may_have_num": (codes != OUT) & (num.unbounded | np.asarray(num.high > 0, dtype=bool)),
        "has_num": inside & np.asarray(num.low > 0, dtype=bool),
    }
    low = (num.low, den.high, den.unbounded)
    opening = np.where(unbounded, UNBOUNDED, np.where(joint & den.unbounded, TOGETHER, BOUNDED))
    return Terms(fields, _loose(loose_rows, low, (high_num, high_den, opening)))


def _is_part(node: Node, units: Units) -> bool:
    num, den = node.operands[0].name, node.operands[1].name
    return num in units.inputs and units.inputs[num].part_of == den


def _as_places(node: Node, den: ints.Ints) -> ints.Ints:
    """Express a denominator at the numerator's places."""
    return _rescaled_down(den, node.operands[1].places - node.operands[0].places)


def _nested(node: Node, num: Bounds, den: Bounds) -> tuple[Bounds, Bounds, ints.Bools]:
    """Keep a missing whole at or above its known part; mark rows where both are missing and move together."""
    num_open, den_open = num.state != OK, den.state != OK
    joint = num_open & den_open
    floor = _rescaled_up(num.low, node.operands[0].places - node.operands[1].places)
    # A part above all that its whole may be says nothing of it: the figures go against each other.
    possible = den.unbounded | np.asarray(floor <= den.high, dtype=bool)
    raised = den_open & possible & np.asarray(floor > den.low, dtype=bool)
    return num, attrs.evolve(den, low=ints.choose(raised, floor, den.low)), joint


def _rescaled_up(values: ints.Ints, places: int) -> ints.Ints:
    """Drop decimal places, rounding up; add them when negative."""
    return -_rescaled_down(-ints.integers(values), places)


def _total_terms(node: Node, table: str, units: Units, codes: Codes) -> Terms:
    """Return the terms of a total, or of a change: the first operand less the second."""
    here = [operand if operand.table == table else None for operand in node.operands]
    operands = [bounds(operand, units) for operand in here]
    scale = max(operand.places for operand in node.operands)
    low, high, low_open, high_open = _difference(node.operands, operands, scale)
    maybe = (codes != IN) & (codes != OUT)
    open_rows = low_open | high_open | np.asarray(low != high, dtype=bool)
    open_rows = open_rows | (maybe & np.asarray(low != 0, dtype=bool))
    fields = _scope_fields(codes, [operand.state for operand in operands], open_rows=open_rows)
    fields |= _sum_fields("", (low, high, low_open, high_open), codes)
    for scope, ref in node.refs:
        read = ref if ref.table == table else None
        factor = node.part.requirements[scope].value.factor  # type: ignore[union-attr]
        span = _margin(node, operands, Reference(ref, bounds(read, units), factor))
        fields |= _margin_fields(scope, span, bounds(read, units), codes)
    return Terms(fields)


def _difference(
    operands: tuple[Operand, ...], values: list[Bounds], scale: int
) -> tuple[ints.Ints, ints.Ints, ints.Bools, ints.Bools]:
    """Return the bounds of the first value less the others, as integers at ``scale`` places."""
    shifts = [10 ** (scale - operand.places) for operand in operands]
    low, high = (ints.times(side, shifts[0]) for side in (values[0].low, values[0].high))
    low_open, high_open = np.zeros(len(low), dtype=bool), values[0].unbounded
    for value, shift in zip(values[1:], shifts[1:], strict=True):
        low = ints.minus(low, ints.times(value.high, shift))
        high = ints.minus(high, ints.times(value.low, shift))
        low_open = low_open | value.unbounded
    return low, high, low_open, high_open


def _sum_fields(prefix: str, span: tuple[ints.Ints, ints.Ints, ints.Bools, ints.Bools], codes: Codes) -> dict[str, Any]:
    """Return the summands of an interval's ends; a row that may be out can always contribute nothing instead."""
    low, high, low_open, high_open = span
    inside, counted = codes == IN, codes != OUT
    zero = np.zeros(len(codes), dtype=np.int64)
    low = ints.choose(inside | np.asarray(low < 0, dtype=bool), low, zero)
    high = ints.choose(inside | np.asarray(high > 0, dtype=bool), high, zero)
    return {
        f"{prefix}low_num": _only(counted & ~low_open, low),
        f"{prefix}high_num": _only(counted & ~high_open, high),
        f"{prefix}low_unbounded": counted & low_open,
        f"{prefix}high_unbounded": counted & high_open,
    }


# ---- SHARE ----


def _share_terms(condition: Verdicts, codes: Codes) -> Terms:
    """Return the terms of a share from what its condition may come to for each unit.

    A unit that passes adds (1, 1), one that fails (0, 1), one that the share does not count (0, 0); the lowest
    share takes
    the first of fail, out, pass that is possible, the highest the first of pass, out, fail.
    """
    possible = np.where(codes == OUT, CAN_BE_OUT, outcomes(condition))
    possible = np.where((codes != IN) & (codes != OUT), possible | CAN_BE_OUT, possible)
    counted = possible != CAN_BE_OUT
    can_pass, can_fail, can_be_out = ((possible & bit) > 0 for bit in (CAN_PASS, CAN_FAIL, CAN_BE_OUT))
    verdict = possible & (CAN_PASS | CAN_FAIL)
    open_rows = counted & ((possible & (possible - 1)) > 0)  # more than one bit
    missing = (condition.status == U) | (codes == MAYBE_MISSING)
    one = np.int64(1)
    fields: dict[str, ints.Ints] = {
        "inside": counted & (codes == IN),
        "maybe": counted & (codes != IN),
        "missing": counted & missing,
        "rows0": counted,
        "present0": counted & ((verdict == CAN_PASS) | (verdict == CAN_FAIL)),
        "open_missing": open_rows & missing,
        "open_invalid": open_rows & ~missing,
        "low_num": (counted & ~can_fail & ~can_be_out) * one,
        "low_den": (counted & (can_fail | ~can_be_out)) * one,
        "high_num": (counted & can_pass) * one,
        "high_den": (counted & (can_pass | ~can_be_out)) * one,
        "least_den": (counted & ~can_be_out) * one,
    }
    return Terms(fields)


# ---- MARGINS ----


@attrs.frozen(eq=False)
class Reference:
    """What a relative requirement refers to, and how many times it is asked."""

    operand: Operand
    bounds: Bounds
    factor: Fraction


def _margin(node: Node, operands: list[Bounds], ref: Reference) -> tuple[ints.Ints, ints.Ints, ints.Bools, ints.Bools]:
    """Return the bounds of ``value − factor × reference`` of each unit, as integers."""
    scale = max(operand.places for operand in (*node.operands, ref.operand))
    low, high, low_open, high_open = _difference(node.operands, operands, scale)
    up, down = ref.factor.denominator, ref.factor.numerator * 10 ** (scale - ref.operand.places)
    low = ints.minus(ints.times(low, up), ints.times(ref.bounds.high, down))
    high = ints.minus(ints.times(high, up), ints.times(ref.bounds.low, down))
    return low, high, low_open | ref.bounds.unbounded, high_open


def _margin_fields(
    scope: str, span: tuple[ints.Ints, ints.Ints, ints.Bools, ints.Bools], ref: Bounds, codes: Codes
) -> dict[str, Any]:
    """Return the summands that decide a relative requirement, and those of the reference itself."""
    counted = codes != OUT
    fields = _sum_fields(f"{scope}:", span, codes)
    fields[f"{scope}:present"] = counted & (ref.state == OK)
    fields[f"{scope}:rows"] = counted & (ref.state != ELSEWHERE)
    fields[f"{scope}:missing"] = fields[f"{scope}:open_missing"] = counted & (ref.state == MISSING)
    fields[f"{scope}:open_invalid"] = counted & (ref.state == INVALID)
    closed = np.zeros(len(codes), dtype=bool)
    return fields | _sum_fields(f"{scope}:ref_", (ref.low, ref.high, closed, ref.unbounded), codes)
