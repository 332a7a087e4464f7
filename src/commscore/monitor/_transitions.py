"""A finding's phase + what a report makes of its rule -> what changed, and the next phase.

Decided by durable-rules, one event at a time and without joins, where it can be imported, and by a plain function where
it cannot; the two say the same. There are few enough cases for each to be decided once, when a monitor is made.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Final

import attrs

from commscore import _rete as rete
from commscore._rete import Engine, Fact, Rule, Test
from commscore._status import E, F, P, U

CLEAR, OPEN, ESCALATED = range(3)
SURE, UNDECIDED, INVALID = range(3)
PASSES, FAILS, UNKNOWN, ERROR, OTHER = range(5)
# What a shown status means here: all that is not judged concerns no finding.
CLASS_OF: Final = tuple({P: PASSES, F: FAILS, U: UNKNOWN, E: ERROR}.get(status, OTHER) for status in range(8))

CHANGES: Final = ("opened", "confirmed", "escalated", "recovered", "lapsed", "undecided", "error", "corrected")
RESET, KEEP, COUNT = range(3)


@attrs.frozen
class Case:
    """A finding before a report, and what the report makes of its rule.

    Attributes:
        phase: ``CLEAR``, ``OPEN`` or ``ESCALATED``.
        doubt: ``SURE``, ``UNDECIDED`` (the last report left it unknown) or ``INVALID`` (in error).
        reached: Whether one more failing report makes enough in a row to escalate.
        now: What the rule comes to: ``PASSES``, ``FAILS``, ``UNKNOWN``, ``ERROR`` or ``OTHER``.
    """

    phase: int
    doubt: int
    reached: bool
    now: int


@attrs.frozen
class Step:
    """What follows: changes in the order in which they are told, the next phase and doubt, and the count of reports."""

    changes: tuple[str, ...]
    phase: int
    doubt: int
    count: int


Decide = Callable[[Case], Step]


def steps_of(decide: Decide) -> dict[tuple[int, int, bool, int], Step]:
    """Decide every case there is."""
    cases = product((CLEAR, OPEN, ESCALATED), (SURE, UNDECIDED, INVALID), (False, True), range(5))
    return {case: decide(Case(*case)) for case in cases}


# ---- PLAIN ----


def plain(case: Case) -> Step:
    """Decide a case in plain Python.

    A finding opens when its rule fails and closes when it passes or no longer applies. Missing is neither pass nor
    fail: what is open stays open, and its count of failing reports stands still.
    """
    match case.now:
        case now if now == FAILS:
            return _failing(case)
        case now if now == UNKNOWN:
            changes = ("undecided",) if case.phase != CLEAR and case.doubt != UNDECIDED else ()
            return Step((*changes, *_corrected(case)), case.phase, UNDECIDED, KEEP)
        case now if now == ERROR:
            changes = ("error",) if case.doubt != INVALID else ()
            return Step(changes, case.phase, INVALID, KEEP)
        case now:
            closed = ("recovered" if now == PASSES else "lapsed",) if case.phase != CLEAR else ()
            return Step((*closed, *_corrected(case)), CLEAR, SURE, RESET)


def _failing(case: Case) -> Step:
    changes = []
    if case.phase == CLEAR:
        changes.append("opened")
    elif case.doubt != SURE:
        changes.append("confirmed")
    if case.reached and case.phase != ESCALATED:
        changes.append("escalated")
    phase = ESCALATED if case.reached or case.phase == ESCALATED else OPEN
    return Step(tuple(changes), phase, SURE, COUNT)


def _corrected(case: Case) -> tuple[str, ...]:
    return ("corrected",) if case.phase == CLEAR and case.doubt == INVALID else ()


# ---- BY THE ENGINE ----


def by_engine() -> dict[tuple[int, int, bool, int], Step]:
    """Let durable-rules decide every case, each one event whose rules fire by themselves."""
    changes: list[str] = []
    after: dict[str, int] = {}

    def tell(change: str) -> Callable[[Fact], None]:
        return lambda _: changes.append(change)

    def become(**state: int) -> Callable[[Fact], None]:
        return lambda _: after.update(state)

    failing, closed = Test("now", "==", FAILS), Test("phase", "==", CLEAR)
    standing = Test("phase", "!=", CLEAR)
    rules = {
        "opened": Rule([failing, closed], tell("opened"), 1),
        "confirmed": Rule([failing, standing, Test("doubt", "!=", SURE)], tell("confirmed"), 2),
        "escalated": Rule([failing, Test("phase", "!=", ESCALATED), Test("reached", "==", 1)], tell("escalated"), 3),
        "recovered": Rule([Test("now", "==", PASSES), standing], tell("recovered"), 4),
        "lapsed": Rule([Test("now", "==", OTHER), standing], tell("lapsed"), 5),
        "undecided": Rule([Test("now", "==", UNKNOWN), standing, Test("doubt", "!=", UNDECIDED)], tell("undecided"), 6),
        "error": Rule([Test("now", "==", ERROR), Test("doubt", "!=", INVALID)], tell("error"), 7),
        "corrected": Rule(
            [closed, Test("doubt", "==", INVALID), Test("now", "!=", FAILS), Test("now", "!=", ERROR)],
            tell("corrected"),
            8,
        ),
        "fails": Rule([failing], become(doubt=SURE, count=COUNT), 9),
        "is open": Rule([failing, closed], become(phase=OPEN), 10),
        "is escalated": Rule([failing, Test("reached", "==", 1)], become(phase=ESCALATED), 11),
        "is unknown": Rule([Test("now", "==", UNKNOWN)], become(doubt=UNDECIDED, count=KEEP), 12),
        "is in error": Rule([Test("now", "==", ERROR)], become(doubt=INVALID, count=KEEP), 13),
        "passes": Rule([Test("now", "==", PASSES)], become(phase=CLEAR, doubt=SURE, count=RESET), 14),
        "is out": Rule([Test("now", "==", OTHER)], become(phase=CLEAR, doubt=SURE, count=RESET), 15),
    }
    with Engine(rules) as engine:

        def decide(case: Case) -> Step:
            changes.clear()
            after.clear()
            after.update(phase=case.phase)
            engine.put(attrs.asdict(case))
            return Step(tuple(changes), after["phase"], after["doubt"], after["count"])

        return steps_of(decide)


def decided() -> tuple[dict[tuple[int, int, bool, int], Step], str]:
    """Return what follows from every case, and who decided it: ``durable-rules`` or ``plain``."""
    if rete.available():
        return by_engine(), "durable-rules"
    return steps_of(plain), "plain"
