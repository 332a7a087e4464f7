"""Plan + block -> one status and reason per unit, for everything that is judged unit by unit.

All work is on whole columns of a block. A status is a byte (``_status.STATUSES``), a reason is a byte
(``_status.REASONS``, ``NO_REASON`` for none). Statuses here are those of the requirement itself; that a rule is not yet
due or informational is applied when results are shown and scored.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore import _integers as ints
from commscore._exact import INVALID, MISSING, OK, Column
from commscore._plan import UNITS, Node, rank
from commscore._requirement import InputRef, Interval, interval
from commscore._ruleset import ALL, CODE_LENGTHS, SCOPES
from commscore._status import AND_TABLE, NO_REASON, OR_TABLE, REASONS, E, F, I, K, N, P, Reason, U
from commscore._tables import Areas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._ruleset import Filter, Input
    from commscore._tables import Block

Codes = np.ndarray[Any, np.dtype[np.uint8]]

# Whether a unit is in scope; where several filters meet, the greatest wins: out of one is out of all.
IN, MAYBE_MISSING, MAYBE_INVALID, OUT = 0, 1, 2, 3

_AND_CODES = np.array(["PFUENKSI".index(x) for x in AND_TABLE.replace(" ", "")], dtype=np.uint8)
_OR_CODES = np.array(["PFUENKSI".index(x) for x in OR_TABLE.replace(" ", "")], dtype=np.uint8)
_REASON_CODES = {reason: np.uint8(code) for code, reason in enumerate(REASONS)}


def reason_code(reason: Reason | None) -> np.uint8:
    """Return the byte of a reason."""
    return np.uint8(NO_REASON) if reason is None else _REASON_CODES[reason]


@attrs.frozen(eq=False)
class Units:
    """The units of one block: their own columns, and those of the areas they lie in.

    Attributes:
        block: The rows.
        level: Their level.
        inputs: The catalogue entries of the ruleset's inputs.
        coarser: By level, tables of coarser levels, each as one block.
    """

    block: Block
    level: str
    inputs: Mapping[str, Input]
    coarser: Mapping[str, Block]

    @property
    def rows(self) -> int:
        """Return the number of units."""
        return self.block.rows

    def areas(self, level: str) -> Areas:
        """Return which area of a level each unit lies in; none where the table does not say."""
        found = self.block.areas.get(level)
        return Areas((), np.full(self.rows, -1, dtype=np.int32)) if found is None else found

    def column(self, name: str) -> Column:
        """Return an input's column: the unit's own, or the value of the area that the unit lies in."""
        if name == UNITS:
            return Column(np.ones(self.rows, dtype=np.int64), None)
        level = self.inputs[name].level
        table = self.coarser.get(level)
        if rank(level) > rank(self.level) and table is not None and name in table.columns:
            return _joined(self.areas(level), table, level, table.columns[name])
        return self.block.columns[name]


def _joined(areas: Areas, table: Block, level: str, column: Column) -> Column:
    """Give each unit the value of its area; an area that the other table lacks is a missing value."""
    row_of = {label: row for row, label in enumerate(_own_labels(table, level))}
    by_label = np.array([row_of.get(label, -1) for label in areas.labels] + [-1], dtype=np.int64)
    rows = by_label[areas.codes]
    state = np.zeros(len(rows), dtype=np.uint8) if column.state is None else column.state[rows]
    found = rows >= 0
    values = ints.choose(found, column.values[rows], 0) if len(column.values) else np.zeros(len(rows), dtype=np.int64)
    return Column(values, np.where(found, state, MISSING).astype(np.uint8), column.labels)


def _own_labels(table: Block, level: str) -> list[str | None]:
    areas = table.areas[level]
    labels = [*areas.labels, None]
    return [labels[code] for code in areas.codes.tolist()]


@attrs.frozen(eq=False)
class Verdicts:
    """The outcome of one part for the units of a block.

    Attributes:
        status: One byte per unit.
        reason: One byte per unit.
        maybe: Where it is open whether the unit is in scope at all; null where it never is.
    """

    status: Codes
    reason: Codes
    maybe: ints.Bools | None = None


def constant(rows: int, status: int, reason: Reason | None) -> Verdicts:
    """Return the same outcome for every unit."""
    return Verdicts(np.full(rows, status, dtype=np.uint8), np.full(rows, reason_code(reason), dtype=np.uint8))


def judge(node: Node, units: Units) -> Verdicts:
    """Judge a part unit by unit."""
    if node.absent is not None:
        return constant(units.rows, K, node.absent)
    if node.form == "each":
        return _judge_each(node, units)
    return _judge_compound(node, units)


# ---- SCOPE ----


def membership(node: Node, units: Units, scope: str | None = None) -> Codes | None:
    """Say which units are in scope: IN, OUT, or open; null when all are in.

    Args:
        node: The part whose ``where`` and requirement say whom it concerns.
        units: The units.
        scope: Only those of this scope; by default those of any scope that the requirement distinguishes.
    """
    codes = [_filtered(key, units) for key in node.part.where]
    kinds = (scope,) if scope is not None else tuple(node.part.requirements)
    if kinds and ALL not in kinds:
        codes.append(_kind_among(kinds, units))
    if not codes:
        return None
    result = codes[0]
    for more in codes[1:]:
        result = np.maximum(result, more)
    return result if result.any() else None


def _filtered(key: Filter, units: Units) -> Codes:
    if key.input == "kind":
        return _kind_among(key.values, units)
    if key.input == "code" or key.input in CODE_LENGTHS:
        areas = units.areas(units.level if key.input == "code" else key.input)
        wanted = np.array([label in key.values for label in areas.labels] + [False], dtype=bool)
        inside = np.where(wanted[areas.codes], IN, OUT)
        return np.where(areas.codes < 0, MAYBE_MISSING, inside).astype(np.uint8)
    column = units.column(key.input)
    if key.requirement is None:
        wanted = np.array([label in key.values for label in column.labels] + [False], dtype=bool)
        holds = wanted[column.values]
    else:
        declared = units.inputs[key.input]
        holds = within(column.values, None, interval(key.requirement), factor=Fraction(1, 10**declared.places))
    return _opened(np.where(holds, IN, OUT).astype(np.uint8), column.state)


def _kind_among(kinds: tuple[str, ...], units: Units) -> Codes:
    column = units.block.kind
    assert column is not None  # the plan leaves the rule out where the table has no kinds  # noqa: S101
    holds = np.isin(column.values, [SCOPES.index(kind) for kind in kinds])
    return _opened(np.where(holds, IN, OUT).astype(np.uint8), column.state)


def _opened(codes: Codes, state: Codes | None) -> Codes:
    """Put "open" where the deciding value is missing or invalid (the two share their numbers)."""
    return codes if state is None else np.where(state == OK, codes, state)


# ---- ONE REQUIREMENT ----


def within(num: ints.Ints, den: ints.Ints | None, wanted: Interval, *, factor: Fraction) -> ints.Bools:
    """Say where ``num / den * factor`` lies in an interval."""
    result = None
    if wanted.lower is not None:
        result = ints.at_or_above(num, den, wanted.lower, factor=factor, strict=wanted.lower_open)
    if wanted.upper is not None:
        below = ints.at_or_below(num, den, wanted.upper, factor=factor, strict=wanted.upper_open)
        result = below if result is None else result & below
    return np.ones(num.shape, dtype=bool) if result is None else result


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
            ref_state = None if ref_state is None else np.where(of_scope, ref_state, OK).astype(np.uint8)
        status[met] = P
        state = worst_state(state, ref_state)
    reason = np.full(units.rows, NO_REASON, dtype=np.uint8)
    if value.den is not None:
        _mark_zero_denominators(status, reason, value)
    _mark(status, reason, state, ((MISSING, U, Reason.MISSING_VALUE), (INVALID, E, Reason.INVALID_VALUE)))
    return _in_scope(Verdicts(status, reason), membership(node, units))


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


def _mark(
    status: Codes, reason: Codes, codes: Codes | None, marks: tuple[tuple[int, int, Reason], ...]
) -> None:
    """Overwrite the outcome where a code stands."""
    if codes is None:
        return
    for code, outcome, why in marks:
        hit = codes == code
        status[hit] = outcome
        reason[hit] = reason_code(why)


def _in_scope(verdicts: Verdicts, members: Codes | None) -> Verdicts:
    """Overwrite the outcome of units that are out of scope, or may be."""
    if members is None:
        return verdicts
    marks = (
        (MAYBE_MISSING, U, Reason.MISSING_SCOPE),
        (MAYBE_INVALID, E, Reason.INVALID_VALUE),
        (OUT, N, Reason.OUT_OF_SCOPE),
    )
    _mark(verdicts.status, verdicts.reason, members, marks)
    maybe = (members == MAYBE_MISSING) | (members == MAYBE_INVALID)
    if verdicts.maybe is not None:
        maybe |= verdicts.maybe & (members == IN)
    return attrs.evolve(verdicts, maybe=maybe)


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


def combine(form: str, n: int | None, parts: list[Verdicts]) -> Verdicts:
    """Combine the parts of a compound by the tables of XCCDF."""
    if form == "atleast":
        status = _at_least(n or 0, [part.status for part in parts])
    else:
        table = _AND_CODES if form == "all" else _OR_CODES
        status = parts[0].status
        for part in parts[1:]:
            status = table[status * np.uint8(8) + part.status]
    reason = np.full(len(status), NO_REASON, dtype=np.uint8)
    for part in reversed(parts):  # the first part in file order that has the outcome names the reason
        same = part.status == status
        reason[same] = part.reason[same]
    return Verdicts(status.copy(), reason, _maybe_out(parts))


def _maybe_out(parts: list[Verdicts]) -> ints.Bools | None:
    """Say where no part certainly applies but some may."""
    if all(part.maybe is None for part in parts):
        return None
    outside = [part.status == N if part.maybe is None else (part.status == N) | part.maybe for part in parts]
    result: ints.Bools = np.logical_and.reduce(outside) & ~np.logical_and.reduce([part.status == N for part in parts])
    return result


def _at_least(n: int, statuses: list[Codes]) -> Codes:
    passes = sum((status == P).astype(np.int64) for status in statuses)
    unknowns = sum((status == U).astype(np.int64) for status in statuses)
    errors = sum((status == E).astype(np.int64) for status in statuses)
    inapplicable = np.logical_and.reduce([status == N for status in statuses])
    result = np.where(unknowns > 0, U, E)
    result = np.where(passes + unknowns + errors < n, F, result)
    result = np.where(passes >= n, P, result)
    return np.where(inapplicable, N, result).astype(np.uint8)
