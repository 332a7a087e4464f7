"""Tally -> findings: what every rule comes to in every area of a level, with its numbers, as shown and as scored."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._area_outcomes import area_outcome
from commscore._engine._area_prices import price
from commscore._engine._codes import ANY, Codes, MaybeLater, Verdicts, reason_code
from commscore._engine._kernel import judge
from commscore._engine._outcomes import Outcome, filled
from commscore._engine._plan import RulePlan, rank
from commscore._engine._prices import scored_credit, unit_credit, unit_numbers
from commscore._engine._run import Run, of_scope
from commscore._engine._scoring import Quotients, Results
from commscore._engine._units import Units
from commscore._status import NO_REASON, STATUSES, E, F, I, K, N, P, Reason, S, U

if TYPE_CHECKING:
    from collections.abc import Callable

NO_OUTLOOK = len(STATUSES)
_JUDGED = (1 << P) | (1 << F) | (1 << U) | (1 << E)


@attrs.define(eq=False)
class Shown:
    """Statuses as they are shown: what is not due or informational is not scored, but has an outlook.

    Attributes:
        status: One byte per subject.
        may: The statuses that may occur, as bits.
    """

    status: Codes
    _reason: MaybeLater
    _outlook: MaybeLater
    may: int = ANY

    @property
    def reason(self) -> Codes:
        """Return one byte per subject."""
        if callable(self._reason):
            self._reason = self._reason()
        return self._reason

    @property
    def outlook(self) -> Codes:
        """Return the statuses that subjects would have; ``NO_OUTLOOK`` for none."""
        if callable(self._outlook):
            self._outlook = self._outlook()
        return self._outlook


def as_shown(plan: RulePlan, verdicts: Verdicts) -> Shown:
    """Apply dues and force to the outcome of a rule."""
    status = verdicts.status
    if plan.deferred is None and not verdicts.may & (1 << I):
        return Shown(status, lambda: verdicts.reason, lambda: _no_outlook(status), verdicts.may)
    unjudged = (status == I) & (verdicts.reason == NO_REASON)
    deferred = np.isin(status, (P, F, U, E)) if plan.deferred is not None else np.zeros(len(status), dtype=bool)
    if not (deferred.any() or unjudged.any()):
        return Shown(status, lambda: verdicts.reason, lambda: _no_outlook(status), verdicts.may)
    why = reason_code(plan.deferred or Reason.INFORMATIONAL)
    outlook = _no_outlook(status)
    outlook[deferred] = status[deferred]
    changed = deferred | unjudged
    return Shown(
        np.where(changed, I, status).astype(np.uint8),
        np.where(changed, why, verdicts.reason).astype(np.uint8),
        outlook,
        (verdicts.may & ~_JUDGED if plan.deferred is not None else verdicts.may) | 1 << I,
    )


def _no_outlook(status: Codes) -> Codes:
    return np.full(len(status), NO_OUTLOOK, dtype=np.uint8)


@attrs.frozen(eq=False)
class AreaNumbers:
    """The numbers of findings in areas, NaN where there is none; see `AreaFindings`."""

    value: ints.Floats
    low: ints.Floats
    high: ints.Floats
    gap: ints.Floats
    attainment: ints.Floats
    credit: Quotients


@attrs.frozen(eq=False, slots=False)
class AreaFindings:
    """One rule's findings in all areas of a level, for one scope; numbers are made when first asked for.

    Attributes:
        plan: The rule.
        scope: ``all``, ``urban`` or ``rural``.
        shown: Statuses.
        counts_missing: Whether a missing column counts against the coverage of these areas.
    """

    plan: RulePlan
    scope: str
    shown: Shown
    counts_missing: bool
    _made: Callable[[], AreaNumbers]

    @cached_property
    def numbers(self) -> AreaNumbers:
        """Return value, low, high, gap and attainment, and what counts in that model before it is held to 0..1."""
        return self._made()


def area_findings(run: Run, level: str) -> list[AreaFindings]:
    """Return every rule's findings in the areas of a level, rules in file order, urban before rural."""
    return [_finding(run, plan, scope, level) for plan in run.plan.rules for scope in plan.scopes]


def _finding(run: Run, plan: RulePlan, scope: str, level: str) -> AreaFindings:
    places = _own_places(run, plan, level)
    if places:
        return _finding_of_places(run, plan, scope, level, places)
    return finding_of(run, plan, (scope, level), area_outcome(run, plan, scope, level))


def finding_of(run: Run, plan: RulePlan, where: tuple[str, str], outcome: Outcome) -> AreaFindings:
    """Return what an outcome in the areas of a scope and level shows, and what it is worth."""
    scope, level = where
    shown = as_shown(plan, outcome.verdicts)
    counts = rank(plan.judged) <= rank(level) and plan.deferred is None

    def numbers() -> AreaNumbers:
        gaps, quotients = price(run, plan, scope, level, outcome)
        status = outcome.verdicts.status
        decided = (status == P) | (status == F)
        attainment = np.where(decided, ints.quotient(quotients.num, quotients.den), np.nan)
        return AreaNumbers(*_ends(outcome, len(status)), np.where(status == F, gaps, np.nan), attainment, quotients)

    return AreaFindings(plan, scope, shown, counts, numbers)


def _own_places(run: Run, plan: RulePlan, level: str) -> list[Units]:
    """Return the rows that are the areas of a level themselves, for a rule that judges each of them."""
    if not plan.at_units or plan.node.table != level or plan.node.absent is not None or not plan.rule.selected:
        return []
    if level == run.plan.level:
        return run.own
    return [Units(run.coarser[level], level, run.inputs, run.coarser)] if level in run.coarser else []


def _finding_of_places(run: Run, plan: RulePlan, scope: str, level: str, places: list[Units]) -> AreaFindings:
    """Return a rule's findings for areas that are rows of a table: those of the rows."""
    index = run.tally.index(level)
    size = index.size
    verdicts = filled(size, N, Reason.EMPTY_SCOPE)
    columns = {name: np.full(size, np.nan) for name in ("value", "gap", "attainment")}
    found = Quotients(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
    for units in places:
        areas = units.areas(level)
        rows = np.array([index.ids[label] for label in areas.labels], dtype=np.int64)[areas.codes]
        judged = of_scope(judge(plan.node, units), units, scope)
        numbers = unit_numbers(plan.node, units, judged)
        verdicts.status[rows], verdicts.reason[rows] = judged.status, judged.reason
        for name, column in columns.items():
            column[rows] = getattr(numbers, name)
        credit_ = unit_credit(plan.node, units, judged)
        found = Quotients(_put(found.num, rows, credit_.num), _put(found.den, rows, credit_.den))
    counts = rank(plan.judged) <= rank(level) and plan.deferred is None
    value = columns["value"]
    shown = as_shown(plan, verdicts)
    made = AreaNumbers(value, value, value, columns["gap"], columns["attainment"], found)
    return AreaFindings(plan, scope, shown, counts, lambda: made)


def _put(array: ints.Ints, rows: ints.Ints, values: ints.Ints) -> ints.Ints:
    if values.dtype == object:
        array = ints.wide(array)
    array = array.copy()
    array[rows] = values
    return array


def _ends(outcome: Outcome, size: int) -> tuple[ints.Floats, ints.Floats, ints.Floats]:
    nothing = np.full(size, np.nan)
    if outcome.span is None:
        return nothing, nothing, nothing
    shown = ~np.isin(outcome.verdicts.status, (N, K, S))
    low, high = (np.where(shown, end, np.nan) for end in (outcome.span.low(), outcome.span.high()))
    if outcome.counts is not None:  # an AND: what passes of what is judged
        return low, low, high
    return np.where(outcome.span.known(), low, np.nan), low, high


def conjunction_numbers(outcome: Outcome) -> dict[str, ints.Floats]:
    """Return the numbers of an AND: what passes of what is judged, and how many fail."""
    status = outcome.verdicts.status
    value, low, high = _ends(outcome, len(status))
    failed = outcome.counts[1] if outcome.counts is not None else np.zeros(len(status), dtype=np.int64)
    decided = (status == P) | (status == F)
    return {
        "value": value,
        "low": low,
        "high": high,
        "gap": np.where(status == F, failed.astype(float), np.nan),
        "attainment": np.where(decided, value, np.nan),
    }


# ---- SCORING ----


def results_of(findings: list[AreaFindings], rules: int, *, attainment: bool) -> list[Results]:
    """Count each rule's findings for every area of a level."""
    by_rule: dict[int, list[AreaFindings]] = {}
    for finding in findings:
        by_rule.setdefault(finding.plan.index, []).append(finding)
    return [_counted(by_rule[i], attainment=attainment) for i in range(rules)]


def _counted(findings: list[AreaFindings], *, attainment: bool) -> Results:
    size = len(findings[0].shown.status)
    # There are no more findings than scopes.
    passed, failed, undecided, unchecked = (np.zeros(size, dtype=np.uint8) for _ in range(4))
    for one in findings:
        status, may = one.shown.status, one.shown.may
        for total, code in ((passed, P), (failed, F), (undecided, U), (undecided, E)):
            if may >> code & 1:
                np.add(total, status == code, out=total)
        if one.counts_missing and may >> K & 1 and (missing := status == K).any():
            unchecked += missing & (one.shown.reason == reason_code(Reason.MISSING_COLUMN))
    credit: Quotients | None = None
    if attainment:
        for one in findings:
            found = scored_credit(one.numbers.credit, one.shown.status)
            if credit is None:
                credit = found
            else:
                num = ints.plus(ints.product(credit.num, found.den), ints.product(found.num, credit.den))
                credit = Quotients(*ints.reduced(num, ints.product(credit.den, found.den)))
    return Results(passed, failed, undecided, unchecked, None if credit is None else (credit.num, credit.den))
