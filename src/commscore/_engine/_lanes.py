"""Plan + units -> statuses alone, as fast as memory allows.

Most rules of a ruleset ask every unit for one number, and most numbers are what they seem. Such a rule takes the
*direct lane*: the numbers are compared where they lie with machine thresholds (`commscore._tables._machine`), one
comparison per scope, and the rest is logic on bytes. Rows that are not what they seem, and parts of any other form,
take the *exact lane* of ``_kernel``, which gives the same statuses; so do reasons, which are found when asked for.
Which lane a part takes follows from the plan and the types of the batch, never from the values.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore._engine._codes import ANY, Codes, Verdicts, reason_code, select
from commscore._engine._compounds import combined_status
from commscore._engine._kernel import judge
from commscore._engine._plan import COMPOUNDS, UNITS, Node, scopes_of
from commscore._engine._units import IN, MAYBE_MISSING, Units, membership
from commscore._requirement import InputRef, Requirement, interval
from commscore._ruleset import SCOPES
from commscore._status import NO_REASON, STATUSES, E, F, K, N, P, Reason, U
from commscore._tables._machine import Limits, Machine, least_reading, limits_in, read_machine

if TYPE_CHECKING:
    from commscore._engine import _integers as ints

_P, _F, _U, _E, _N = (1 << status for status in (P, F, U, E, N))
# By status, the reason of a unit whose scope is known.
_REASONS_OF_ONE = np.full(len(STATUSES), NO_REASON, dtype=np.uint8)
for _status, _why in ((U, Reason.MISSING_VALUE), (E, Reason.INVALID_VALUE), (N, Reason.OUT_OF_SCOPE)):
    _REASONS_OF_ONE[_status] = reason_code(_why)

# Rows whose numbers are looked at together: few enough to stay near the processor, which looks at them up to three
# times, once for what is odd and once for each scope. What is made of them are bytes, which take less room.
_TILE = 65536


@attrs.frozen
class Test:
    """When a machine number meets a requirement: from ``low`` up to, but not at, ``high``.

    Attributes:
        low: Null where all numbers within the input's bounds are great enough.
        high: Null where all are small enough.
        never: Whether none meets it.
    """

    low: Any
    high: Any
    never: bool = False

    def within(self, other: Test) -> bool:
        """Say whether whatever meets this meets the other, too."""
        if self.never or other.never:
            return self.never
        low = other.low is None or (self.low is not None and self.low >= other.low)
        return low and (other.high is None or (self.high is not None and self.high <= other.high))


def test_of(requirement: Requirement, factor: Fraction, limits: Limits) -> Test:
    """Turn a requirement on ``reading * factor`` into one on the numbers as they are stored."""
    wanted, scale = interval(requirement), limits.scale
    low = high = None
    if wanted.lower is not None:
        bound = wanted.lower / factor
        least = bound.__floor__() + 1 if wanted.lower_open else bound.__ceil__()
        if scale.lower is None or least > scale.lower:
            low = least_reading(limits.dtype, scale.exponent, least)
            if low is None:
                return Test(None, None, never=True)
    if wanted.upper is not None:
        bound = wanted.upper / factor
        beyond = bound.__ceil__() if wanted.upper_open else bound.__floor__() + 1
        if scale.upper is None or beyond <= scale.upper:
            high = least_reading(limits.dtype, scale.exponent, beyond)
    return Test(low, high)


@attrs.frozen
class Question:
    """A test, and the scope whose units it is for; null where it may be asked of all of them."""

    test: Test
    scope: str | None


def questions_of(tests: dict[str, Test]) -> tuple[Question, ...]:
    """Return what to ask so that who misses any of it is who misses the test of their own scope."""
    if len(tests) == 1 or tests[SCOPES[0]] == tests[SCOPES[1]]:
        return (Question(next(iter(tests.values())), None),)
    urban, rural = (tests[scope] for scope in SCOPES)
    # Where the one asks for more than the other, who misses the lesser misses both.
    return (
        Question(urban, None if rural.within(urban) else SCOPES[0]),
        Question(rural, None if urban.within(rural) else SCOPES[1]),
    )


class Lanes:
    """What follows from the plan and the types of columns, found once: who takes the direct lane, with which tests."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._direct: dict[tuple[Node, str], bool] = {}
        self._scopes: dict[Node, Any] = {}
        self._limits: dict[tuple[str, Any], Limits | None] = {}
        self._questions: dict[tuple[Node, Any], tuple[Question, ...]] = {}

    def is_direct(self, node: Node, units: Units) -> bool:
        """Say whether a part asks units for one number of their own, and compares it with fixed ones."""
        key = (node, units.level)
        if key not in self._direct:
            self._direct[key] = _is_direct(node, units)
        return self._direct[key]

    def concerned(self, node: Node) -> Any:
        """Return by what a part chooses its units, the same object for parts that choose alike."""
        if node not in self._scopes:
            choice = (node.part.where, scopes_of(node.part))
            self._scopes[node] = next((other for other in self._scopes.values() if other == choice), choice)
        return self._scopes[node]

    def limits(self, name: str, array: Any, units: Units) -> Limits | None:
        """Return the limits of an input's numbers in an array; null where only exact reading will do."""
        key = (name, array.type)
        if key not in self._limits:
            self._limits[key] = limits_in(array, units.inputs[name])
        return self._limits[key]

    def questions(self, node: Node, limits: Limits) -> tuple[Question, ...]:
        """Return what is asked of the numbers of a part."""
        key = (node, limits.dtype)
        found = self._questions.get(key)
        if found is None:
            factor = node.part.per / 10 ** node.operands[0].places
            tests = {scope: test_of(one, factor, limits) for scope, one in node.part.requirements.items()}
            found = self._questions[key] = questions_of(tests)
        return found


def _is_direct(node: Node, units: Units) -> bool:
    if node.form != "each" or len(node.operands) != 1 or not node.part.requirements:
        return False
    name = node.operands[0].name
    if name == UNITS or units.is_joined(name) or node.part.per <= 0:
        return False
    return not any(isinstance(one.value, InputRef) for one in node.part.requirements.values())


class Workspace:
    """What the parts judged over one block share: its machine numbers, who is in scope, and scratch arrays."""

    def __init__(self, units: Units, lanes: Lanes) -> None:
        """Make room for a block."""
        self.units = units
        self.lanes = lanes
        self.spare = np.empty(units.rows, dtype=bool)
        self._machines: dict[str, Machine | None] = {}
        self._members: dict[int, Codes | None] = {}
        self._kinds: dict[str, ints.Bools] = {}

    def machine(self, name: str) -> Machine | None:
        """Return an input's numbers in place; null where only exact reading will do."""
        if name not in self._machines:
            self._machines[name] = self._machine(name)
        return self._machines[name]

    def _machine(self, name: str) -> Machine | None:
        columns = self.units.block.columns
        array = columns.array(name)
        limits = self.lanes.limits(name, array, self.units)
        above = columns.whole_of(name)
        if limits is None or above is None:
            return None if limits is None else read_machine(array, limits)
        whole = self.machine(above)
        alike = whole is not None and whole.limits.dtype == limits.dtype and self._places(name) == self._places(above)
        return read_machine(array, limits, whole) if alike else None

    def _places(self, name: str) -> tuple[int, str]:
        entry = self.units.inputs[name]
        return entry.places, entry.stored_as

    def members(self, node: Node) -> Codes | None:
        """Return who is in scope of a part; null when all are."""
        key = id(self.lanes.concerned(node))
        if key not in self._members:
            self._members[key] = membership(node, self.units)
        return self._members[key]

    def of_kind(self, scope: str) -> ints.Bools:
        """Say which units are of a kind; those whose kind is open are settled by ``members``."""
        if scope not in self._kinds:
            kind = self.units.block.kind
            assert kind is not None  # the plan leaves the rule out where the table has no kinds  # noqa: S101
            self._kinds[scope] = np.asarray(kind.values == SCOPES.index(scope), dtype=bool)
        return self._kinds[scope]


def judge_statuses(node: Node, work: Workspace, out: Codes) -> int:
    """Judge a part unit by unit, as `_kernel.judge` does, for its statuses alone.

    Args:
        node: The part.
        work: The units.
        out: Where to put one byte per unit.

    Returns:
        The statuses that may be among them, as bits.
    """
    if node.absent is not None:
        out[:] = K
        return 1 << K
    if node.form in COMPOUNDS:
        return _judge_compound(node, work, out)
    machine = work.machine(node.operands[0].name) if work.lanes.is_direct(node, work.units) else None
    if machine is None:
        out[:] = judge(node, work.units).status
        return ANY
    return _judge_direct(node, machine, work, out)


def _judge_direct(node: Node, machine: Machine, work: Workspace, out: Codes) -> int:
    may = _P | _F
    odd = _fail(work.lanes.questions(node, machine.limits), machine, work, out.view(bool))
    gaps = machine.gaps
    if gaps is not None:
        # P, F, U are 0, 1, 2, so the greater of failing and twice missing is the status.
        np.add(gaps, gaps, out=gaps)
        np.maximum(out, gaps, out=out)
        may |= _U
    if odd is not None:
        out[odd] = judge(node, work.units.at(odd)).status
        may |= _U | _E | _N
    members = work.members(node)
    if members is not None:
        # Open for want of a value, open by error, out: one less than U, E, N.
        out[:] = select(members == IN, out, members + np.uint8(1))
        may |= _U | _E | _N
    return may


def _fail(questions: tuple[Question, ...], machine: Machine, work: Workspace, out: ints.Bools) -> ints.Ints | None:
    """Find the units whose number does not meet what is asked of their kind; return the rows that this misjudges."""
    missed = (out, work.spare)
    odd = []
    for start in range(0, len(out), _TILE):
        numbers = machine.numbers[start : start + _TILE]
        more = machine.odd(start, start + len(numbers))
        if more is not None:
            odd.append(more)
        for question, found in zip(questions, missed, strict=False):
            _miss(question.test, numbers, found[start : start + _TILE])
    for question, found in zip(questions, missed, strict=False):
        if question.scope is not None:
            np.logical_and(found, work.of_kind(question.scope), out=found)
    if len(questions) > 1:
        np.logical_or(out, work.spare, out=out)
    return np.concatenate(odd) if odd else None


def _miss(test: Test, numbers: ints.Ints, out: ints.Bools) -> None:
    """Find the numbers that do not meet a test."""
    if test.never or (test.low is None and test.high is None):
        out[:] = test.never
    elif test.high is None:
        np.less(numbers, test.low, out=out)
    else:
        np.greater_equal(numbers, test.high, out=out)
        if test.low is not None:
            np.logical_or(out, np.less(numbers, test.low), out=out)


def _judge_compound(node: Node, work: Workspace, out: Codes) -> int:
    parts, may = [], 0
    for child in node.children:
        found = np.empty_like(out)
        if child.absent is not None:  # what cannot be checked is unknown in a compound, never neutral
            found[:] = U
            may |= _U
        else:
            may |= judge_statuses(child, work, found)
        parts.append(found)
    out[:] = combined_status(node.form, node.part.n or 0, parts)
    members = work.members(node)
    if members is not None:
        out[:] = select(members == IN, out, members + np.uint8(1))
    if members is not None or node.form == "atleast":
        may |= _P | _F | _U | _E | _N
    return may


def judged(node: Node, work: Workspace, out: Codes) -> Verdicts:
    """Judge a part unit by unit; reasons are found when somebody asks."""
    may = judge_statuses(node, work, out)
    units = work.units
    if node.absent is None and work.lanes.is_direct(node, units):
        members = work.members(node)
        return Verdicts(out, lambda: _reasons_of_one(members, out), may=may)
    return Verdicts(out, lambda: _reasons(node, units, out), may=may)


def _reasons_of_one(members: Codes | None, status: Codes) -> Codes:
    """Find out why units that are asked for one number neither pass nor fail: their statuses and their scope tell."""
    reason = np.full(len(status), NO_REASON, dtype=np.uint8)
    rows = np.flatnonzero(status > F)
    reason[rows] = _REASONS_OF_ONE[status[rows]]
    if members is not None:
        reason[members == MAYBE_MISSING] = reason_code(Reason.MISSING_SCOPE)
    return reason


def _reasons(node: Node, units: Units, status: Codes) -> Codes:
    """Find out why units neither pass nor fail."""
    reason = np.full(len(status), NO_REASON, dtype=np.uint8)
    rows = np.flatnonzero(status > F)
    if len(rows):
        reason[rows] = judge(node, units.at(rows)).reason
    return reason
