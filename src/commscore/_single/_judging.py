"""Node -> closure: a part of a rule compiled to a function from a row's cells to its outcome.

Cells are read once per row (`_forms`); whatever does not depend on them is worked out here, at compile time: slots,
thresholds as plain integers at the input's places, and which requirement each scope has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import gcd
from typing import Any, TypeVar

import attrs

from commscore._engine._plan import COMPOUNDS, UNITS, Node, scopes_of
from commscore._requirement import InputRef, Interval, Requirement, interval
from commscore._ruleset import ALL, CODE_LENGTHS, SCOPES, Filter, Input
from commscore._single import _outcomes as out
from commscore._single._cells import Cell
from commscore._single._outcomes import FAIL, INVALID_VALUE, MISSING_VALUE, PASS, Outcome

T = TypeVar("T")
Cells = Sequence[Any]
Judge = Callable[[Cells], Outcome]
Member = Callable[[Cells], int]
Holds = Callable[[int, int], bool]

KIND = 0  # the slot of urban and rural


@attrs.frozen(eq=False)
class Slots:
    """Where a row's cells stand: the kind first, then inputs by name, then areas by level, then the constant 1.

    Attributes:
        inputs: The slot of each input.
        areas: The slot of each area that a filter asks for, by level; ``code`` is the row's own.
        entries: The catalogue entries of the inputs.
    """

    inputs: Mapping[str, int]
    areas: Mapping[str, int]
    entries: Mapping[str, Input]

    def of(self, name: str) -> int:
        """Return an input's slot; that of ``units`` always holds 1."""
        return self.inputs[name]

    def places(self, name: str) -> int:
        """Return at how many places an input is read."""
        return 0 if name == UNITS else self.entries[name].places


def judge_of(node: Node, slots: Slots) -> Judge:
    """Compile a part that is judged unit by unit."""
    if node.absent is not None:
        constant = out.not_checked(node.absent)
        return lambda _: constant
    inner = _compound(node, slots) if node.form in COMPOUNDS else _each(node, slots)
    return _within_scope(inner, member_of(node, slots))


def _within_scope(inner: Judge, member: Member | None) -> Judge:
    if member is None:
        return inner

    def judge(cells: Cells) -> Outcome:
        code = member(cells)
        return out.in_scope(inner(cells), code) if code else inner(cells)

    return judge


# ---- SCOPE ----


def member_of(node: Node, slots: Slots, scope: str | None = None) -> Member | None:
    """Compile whether a row is in scope of a part; null when every row is.

    Args:
        node: The part whose ``where`` and requirement say whom it concerns.
        slots: Where cells stand.
        scope: Only rows of this scope; by default those of any scope that the requirement distinguishes.
    """
    checks = [_filtered(key, slots) for key in node.part.where]
    kinds = (scope,) if scope is not None else scopes_of(node.part)
    if ALL not in kinds:
        checks.append(_among(KIND, {SCOPES.index(kind) for kind in kinds}))
    return worst_of(checks)


def worst_of(checks: Sequence[Member]) -> Member | None:
    """Combine checks: out of one is out of all."""
    if len(checks) < 2:  # noqa: PLR2004 - nothing to combine
        return checks[0] if checks else None
    return lambda cells: max(check(cells) for check in checks)


def _filtered(key: Filter, slots: Slots) -> Member:
    if key.input == "kind":
        return _among(KIND, {SCOPES.index(kind) for kind in key.values})
    if key.input == "code" or key.input in CODE_LENGTHS:
        return _inside(slots.areas[key.input], frozenset(key.values))
    slot, entry = slots.of(key.input), slots.entries[key.input]
    if key.requirement is None:
        return _among(slot, {entry.values.index(value) for value in key.values if value in entry.values})
    holds = holds_of(interval(key.requirement), Fraction(1, 10**entry.places))

    def member(cells: Cells) -> int:
        cell = cells[slot]
        if type(cell) is int:
            return out.IN if holds(cell, 1) else out.OUT
        return out.MAYBE_MISSING if cell is None else out.MAYBE_INVALID

    return member


def _among(slot: int, wanted: set[int]) -> Member:
    def member(cells: Cells) -> int:
        cell = cells[slot]
        if type(cell) is int:
            return out.IN if cell in wanted else out.OUT
        return out.MAYBE_MISSING if cell is None else out.MAYBE_INVALID

    return member


def _inside(slot: int, wanted: frozenset[str]) -> Member:
    def member(cells: Cells) -> int:
        area = cells[slot]
        if area is None:
            return out.MAYBE_MISSING
        return out.IN if area in wanted else out.OUT

    return member


# ---- ONE REQUIREMENT ----


@attrs.frozen(eq=False)
class Target:
    """What a value is held against: ``num / den * factor``, wanted within an interval.

    Attributes:
        wanted: The interval.
        factor: What the quotient of integers is multiplied by.
        ref: The slot of the input that the requirement refers to, which joins the denominator; null without one.
    """

    wanted: Interval
    factor: Fraction
    ref: int | None


def factor_of(node: Node) -> Fraction:
    """Return what turns the quotient of a row's integers into its value."""
    factor = node.part.per / 10 ** node.operands[0].places
    return factor if len(node.operands) == 1 else factor * 10 ** node.operands[1].places


def targets_of(node: Node, slots: Slots) -> dict[str, Target]:
    """Return what each scope must meet."""
    refs = dict(node.refs)
    return {
        scope: _target(requirement, factor_of(node), refs.get(scope), slots)
        for scope, requirement in node.part.requirements.items()
    }


def _target(requirement: Requirement, factor: Fraction, ref: Any, slots: Slots) -> Target:
    if not isinstance(requirement.value, InputRef):
        return Target(interval(requirement), factor, None)
    return Target(interval(requirement), factor * 10**ref.places, slots.of(ref.name))


def by_kind(of_scopes: Mapping[str, T]) -> tuple[T | None, T | None]:
    """Return what is given for urban and for rural rows; null where nothing is."""
    both = of_scopes.get(ALL)
    urban, rural = (of_scopes.get(scope, both) for scope in SCOPES)
    return urban, rural


def limits(wanted: Interval, factor: Fraction) -> tuple[int | None, int | None]:
    """Return the least and the greatest integer ``num`` for which ``num * factor`` is within an interval."""
    least = greatest = None
    if wanted.lower is not None:
        quotient, rest = divmod(wanted.lower / factor, 1)
        least = quotient + (1 if rest or wanted.lower_open else 0)
    if wanted.upper is not None:
        quotient, rest = divmod(wanted.upper / factor, 1)
        greatest = quotient - (1 if wanted.upper_open and not rest else 0)
    return least, greatest


def holds_of(wanted: Interval, factor: Fraction) -> Holds:
    """Compile whether ``num / den * factor`` lies in an interval, by cross-multiplication."""
    lower = _side(wanted.lower, factor)
    upper = _side(wanted.upper, factor)
    lower_open, upper_open = wanted.lower_open, wanted.upper_open

    def holds(num: int, den: int) -> bool:
        if lower is not None:
            left, right = num * lower[0], den * lower[1]
            if left < right or (lower_open and left == right):
                return False
        if upper is not None:
            left, right = num * upper[0], den * upper[1]
            return left < right or (left == right and not upper_open)
        return True

    return holds


def _side(bound: Fraction | None, factor: Fraction) -> tuple[int, int] | None:
    if bound is None:
        return None
    left, right = factor.numerator * bound.denominator, bound.numerator * factor.denominator
    shared = gcd(left, right) or 1
    return left // shared, right // shared


def _each(node: Node, slots: Slots) -> Judge:
    targets = targets_of(node, slots)
    if len(node.operands) == 1 and targets and all(target.ref is None for target in targets.values()):
        return _plain(slots.of(node.operands[0].name), targets)
    return _quotient(node, slots, targets)


def _plain(slot: int, targets: Mapping[str, Target]) -> Judge:
    """Compile one input against constants: two comparisons of integers."""
    ends = [None if target is None else limits(target.wanted, target.factor) for target in by_kind(targets)]
    if set(targets) == {ALL}:
        ((least, greatest), _) = (ends[0] or (None, None), None)
        return _between(slot, least, greatest)

    def judge(cells: Cells) -> Outcome:
        cell, kind = cells[slot], cells[KIND]
        if type(cell) is not int:
            return MISSING_VALUE if cell is None else INVALID_VALUE
        asked = ends[kind] if type(kind) is int else ends[0]
        if asked is None:
            return FAIL  # of a scope that the rule does not concern, which overrules this
        least, greatest = asked
        met = (least is None or cell >= least) and (greatest is None or cell <= greatest)
        return PASS if met else FAIL

    return judge


def _between(slot: int, least: int | None, greatest: int | None) -> Judge:
    if least is not None and greatest is None:

        def reach(cells: Cells) -> Outcome:
            cell = cells[slot]
            if type(cell) is int:
                return PASS if cell >= least else FAIL
            return MISSING_VALUE if cell is None else INVALID_VALUE

        return reach

    def judge(cells: Cells) -> Outcome:
        cell = cells[slot]
        if type(cell) is not int:
            return MISSING_VALUE if cell is None else INVALID_VALUE
        return PASS if (least is None or cell >= least) and (greatest is None or cell <= greatest) else FAIL

    return judge


def _quotient(node: Node, slots: Slots, targets: Mapping[str, Target]) -> Judge:
    """Compile a ratio within the row, a relative requirement, or a value that nothing is asked of."""
    own = [slots.of(operand.name) for operand in node.operands]
    asked = [
        None if target is None else (holds_of(target.wanted, target.factor), target.ref) for target in by_kind(targets)
    ]
    scoped = bool(targets) and set(targets) != {ALL}

    def judge(cells: Cells) -> Outcome:
        values = [cells[slot] for slot in own]
        kind = cells[KIND] if scoped else 0
        demand = asked[kind if type(kind) is int else 0]
        ref = None if demand is None or demand[1] is None else cells[demand[1]]
        needed = values if demand is None or demand[1] is None else [*values, ref]
        hole = _hole(needed)
        if hole is not None:
            return _open(hole, values)
        den = values[1] if len(values) > 1 else 1
        if den == 0:
            return out.NOTHING if values[0] == 0 else out.OVER_NOTHING
        if demand is None:
            return FAIL if targets else out.SHOWN
        return PASS if demand[0](values[0], den if ref is None else den * ref) else FAIL

    return judge


def _hole(values: Sequence[Cell]) -> Outcome | None:
    """Say what stands in the way of a value: an invalid operand names the status, then a missing one."""
    found = None
    for value in values:
        if type(value) is not int:
            if value is not None:
                return INVALID_VALUE
            found = MISSING_VALUE
    return found


def _open(hole: Outcome, values: Sequence[Cell]) -> Outcome:
    """Return the outcome of a row with a hole; a ratio that lacks an operand may turn out nothing over nothing."""
    if len(values) == 1 or all(type(value) is int for value in values):
        return hole
    zeros = not any(type(value) is int and value != 0 for value in values)
    return out.maybe_nothing(hole) if zeros else out.open_ratio(hole)


# ---- COMPOUNDS AND CONDITIONS ----


def _compound(node: Node, slots: Slots) -> Judge:
    parts = [part_of(child, slots) for child in node.children]
    form, n = node.form, node.part.n or 0
    return lambda cells: out.combine(form, n, [part(cells) for part in parts])


def part_of(node: Node, slots: Slots) -> Judge:
    """Compile one part of a compound: what cannot be checked is unknown there, never neutral."""
    return judge_of(node, slots) if node.absent is None else lambda _: out.NO_COLUMN


def condition_of(node: Node, slots: Slots) -> Judge:
    """Compile a share's condition; a row of an open kind may be what it would be as urban or as rural."""
    judge = judge_of(node, slots)
    if node.absent is not None or scopes_of(node.part) == (ALL,):
        return judge

    def supposed(cells: Cells) -> Outcome:
        found = judge(cells)
        if type(cells[KIND]) is int:
            return found
        possible = out.CAN_BE_OUT
        for kind in range(len(SCOPES)):
            possible |= out.bits(judge([kind, *cells[1:]]))
        return found[0], found[1], possible

    return supposed
