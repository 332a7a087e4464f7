"""Tally -> findings: what every rule comes to in every area of a level, with its numbers, as shown and as scored."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore import _integers as ints
from commscore._areas import Sums, group_rows
from commscore._codes import Codes, Verdicts, constant, reason_code
from commscore._compounds import combine
from commscore._kernel import judge
from commscore._plan import COMPOUNDS, Node, RulePlan, floor, has_absent, rank, scopes_of
from commscore._prices import Target, credit, gap, nth_greatest, scored_credit, unit_credit, unit_numbers
from commscore._requirement import InputRef, Interval, interval
from commscore._ruleset import ALL
from commscore._run import Run, area_leaves, is_nested_share, of_scope
from commscore._scoring import Quotients, Results
from commscore._status import NO_REASON, STATUSES, E, F, I, K, N, P, Reason, S, U
from commscore._terms import share_of_areas
from commscore._units import Units
from commscore._verdicts import (
    Outcome,
    Span,
    compound,
    conjunction,
    nothing_checked,
    requirement_for,
    rolled_up,
    verdict,
)

if TYPE_CHECKING:
    from commscore._requirement import Requirement

NO_OUTLOOK = len(STATUSES)


@attrs.frozen(eq=False)
class Shown:
    """Statuses as they are shown: what is not due or informational is not scored, but has an outlook.

    Attributes:
        status: One byte per subject.
        reason: One byte per subject.
        outlook: The status it would have; ``NO_OUTLOOK`` for none.
    """

    status: Codes
    reason: Codes
    outlook: Codes


def as_shown(plan: RulePlan, verdicts: Verdicts) -> Shown:
    """Apply dues and force to the outcome of a rule."""
    status, reason = verdicts.status, verdicts.reason
    outlook = np.full(len(status), NO_OUTLOOK, dtype=np.uint8)
    unjudged = (status == I) & (reason == NO_REASON)
    deferred = np.isin(status, (P, F, U, E)) if plan.deferred is not None else np.zeros(len(status), dtype=bool)
    if not (deferred.any() or unjudged.any()):
        return Shown(status, reason, outlook)
    why = reason_code(plan.deferred or Reason.INFORMATIONAL)
    outlook[deferred] = status[deferred]
    changed = deferred | unjudged
    return Shown(
        np.where(changed, I, status).astype(np.uint8), np.where(changed, why, reason).astype(np.uint8), outlook
    )


@attrs.frozen(eq=False)
class AreaFindings:
    """One rule's findings in all areas of a level, for one scope.

    Attributes:
        plan: The rule.
        scope: ``all``, ``urban`` or ``rural``.
        shown: Statuses.
        value, low, high, gap, attainment: Numbers, NaN where there is none.
        credit: What counts in the attainment model before it is held to 0..1.
        counts_missing: Whether a missing column counts against the coverage of these areas.
    """

    plan: RulePlan
    scope: str
    shown: Shown
    value: ints.Floats
    low: ints.Floats
    high: ints.Floats
    gap: ints.Floats
    attainment: ints.Floats
    credit: Quotients
    counts_missing: bool


def area_findings(run: Run, level: str) -> list[AreaFindings]:
    """Return every rule's findings in the areas of a level, rules in file order, urban before rural."""
    return [_finding(run, plan, scope, level) for plan in run.plan.rules for scope in plan.scopes]


def _finding(run: Run, plan: RulePlan, scope: str, level: str) -> AreaFindings:
    size = len(run.tally.index(level).labels)
    places = _own_places(run, plan, level)
    if places:
        return _finding_of_places(run, plan, scope, level, places)
    outcome = area_outcome(run, plan, scope, level)
    shown = as_shown(plan, outcome.verdicts)
    value, low, high = _ends(outcome, size)
    gaps, quotients = _price(run, plan, scope, level, outcome)
    status = outcome.verdicts.status
    decided = (status == P) | (status == F)
    attainment = np.where(decided, ints.quotient(quotients.num, quotients.den), np.nan)
    counts = rank(plan.judged) <= rank(level) and plan.deferred is None
    failing = np.where(status == F, gaps, np.nan)
    return AreaFindings(plan, scope, shown, value, low, high, failing, attainment, quotients, counts)


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
    size = len(index.labels)
    verdicts = constant(size, N, Reason.EMPTY_SCOPE)
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
    return AreaFindings(plan, scope, shown, value, value, value, columns["gap"], columns["attainment"], found, counts)


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


# ---- OUTCOMES ----


@attrs.frozen
class Spot:
    """Where the sums of a node are: its rule, the part numbers below it, the scope, and the level of the areas."""

    rule: int
    path: tuple[int, ...]
    scope: str
    level: str

    def below(self, part: int) -> Spot:
        """Return the spot of one of its parts."""
        return attrs.evolve(self, path=(*self.path, part))

    @property
    def leaf(self) -> tuple[int, tuple[int, ...], str]:
        """Return the name under which sums are kept."""
        return (self.rule, self.path, self.scope)


def area_outcome(run: Run, plan: RulePlan, scope: str, level: str) -> Outcome:
    """Return what a rule comes to in the areas of a level: a verdict, a contribution, or why there is none."""
    size = len(run.tally.index(level).labels)
    if not plan.rule.selected:
        return Outcome(constant(size, S, Reason.TAILORED))
    if plan.node.absent is not None:
        return nothing_checked(size, plan.node.absent)
    below = rank(level) < rank(plan.judged)
    if plan.at_units:
        if below:
            return nothing_checked(size, Reason.OTHER_LEVEL)
        sums = run.tally.at((plan.index, (), scope), level)
        return conjunction(lambda letter: sums.field(letter, size))
    return _contributions(run, plan, scope, level) if below else _verdicts(run, plan, scope, level)


def _verdicts(run: Run, plan: RulePlan, scope: str, level: str) -> Outcome:
    """Return an area form's verdicts at the judged level, or above it those of all areas inside."""
    judged = _judge(run, plan.node, Spot(plan.index, (), scope, plan.judged))
    if level == plan.judged:
        return judged
    return rolled_up(judged, _parents(run, plan.judged, level), len(run.tally.index(level).labels))


def _judge(run: Run, node: Node, spot: Spot) -> Outcome:
    """Judge a node in every area of a level; of an area that is not known nothing is said."""
    outcome = _judge_known(run, node, spot)
    nowhere = run.tally.index(spot.level).ids.get(None)
    if nowhere is not None and outcome.verdicts.status[nowhere] in (P, F, U, E):
        outcome.verdicts.status[nowhere] = U
        outcome.verdicts.reason[nowhere] = reason_code(Reason.MISSING_SCOPE)
        if outcome.span is not None:
            outcome.span.low_open[nowhere] = outcome.span.high_open[nowhere] = True
    return outcome


def _judge_known(run: Run, node: Node, spot: Spot) -> Outcome:
    size = len(run.tally.index(spot.level).labels)
    if node.absent is not None:
        return nothing_checked(size, node.absent)
    if rank(floor(node)) > rank(spot.level):
        return nothing_checked(size, Reason.OTHER_LEVEL)
    if node.form in COMPOUNDS:
        return compound(node, [_judge(run, child, spot.below(i)) for i, child in enumerate(node.children)])
    nested = is_nested_share(node)
    sums = _counted_areas(run, node, spot) if nested else run.tally.at(spot.leaf, spot.level)
    return verdict(node, sums, size, spot.scope)


def _counted_areas(run: Run, node: Node, spot: Spot) -> Sums:
    """Count the areas that satisfy a share's own area form."""
    child = node.children[0]
    below = attrs.evolve(spot.below(0), level=str(child.part.over))
    scopes = (spot.scope,) if spot.scope != ALL else scopes_of(child.part)
    verdicts = [_judge(run, child, attrs.evolve(below, scope=scope)).verdicts for scope in scopes]
    status = combine("all", None, verdicts).status
    parents = _parents(run, below.level, spot.level)
    known = parents >= 0
    index = run.tally.index(spot.level)
    groups = group_rows(index.labels, parents[known], index)
    sums = Sums()
    for name, values in share_of_areas(status[known]).items():
        sums.add(name, groups.areas, groups.sums(values), len(index.labels))
    return sums


def _parents(run: Run, level: str, coarser: str) -> ints.Ints:
    """Return, for each area of a level, the position of the coarser area that it lies in; -1 where unknown."""
    index = run.tally.index(level)
    if level == coarser:
        return np.arange(len(index.labels))
    parents = index.parents.get(coarser, {})
    return np.array([parents.get(i, -1) for i in range(len(index.labels))], dtype=np.int64)


def _contributions(run: Run, plan: RulePlan, scope: str, level: str) -> Outcome:
    """Return what areas below the judged level add to it: their own value, never a verdict."""
    size = len(run.tally.index(level).labels)
    if rank(floor(plan.node)) > rank(level):
        return nothing_checked(size, Reason.OTHER_LEVEL)
    result = constant(size, I, Reason.CONTRIBUTION)
    own = _sums_below(run, plan, scope, level)
    if own and not has_absent(plan.node, level):
        outside = reduce(np.logical_and, [_nobody(sums, size) for sums in own])
        result.status[outside], result.reason[outside] = N, reason_code(Reason.EMPTY_SCOPE)
    span = verdict(plan.node, own[0], size, scope).span if plan.node.form not in COMPOUNDS else None
    return Outcome(result, span)


def _sums_below(run: Run, plan: RulePlan, scope: str, level: str) -> list[Sums]:
    """Return the sums of a rule's parts in the areas of a level below the judged one."""
    if is_nested_share(plan.node):
        return [_counted_areas(run, plan.node, Spot(plan.index, (), scope, level))]
    leaves = area_leaves(plan, run.plan.area_levels)
    return [run.tally.at((plan.index, leaf.path, scope), level) for leaf in leaves if scope in leaf.scopes]


def _nobody(sums: Sums, size: int) -> ints.Bools:
    return np.asarray((sums.field("inside", size) == 0) & (sums.field("maybe", size) == 0), dtype=bool)


# ---- PRICES ----


def _price(run: Run, plan: RulePlan, scope: str, level: str, outcome: Outcome) -> tuple[ints.Floats, Quotients]:
    """Return gaps and credits of a rule's outcome."""
    size = len(outcome.verdicts.status)
    nothing = Quotients(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
    if outcome.counts is not None:
        passed, failed, undecided = outcome.counts
        judged = ints.plus(ints.plus(passed, failed), undecided)
        none = np.asarray(judged == 0, dtype=bool)
        quotients = Quotients(ints.choose(none, 0, passed), ints.choose(none, 1, judged))
        return failed.astype(float), quotients
    if not np.isin(outcome.verdicts.status, (P, F)).any() or level != plan.judged:
        return np.full(size, np.nan), nothing
    return node_price(run, plan.node, Spot(plan.index, (), scope, level), outcome)


def node_price(run: Run, node: Node, spot: Spot, outcome: Outcome) -> tuple[ints.Floats, Quotients]:
    """Return gaps and credits of a node judged at areas."""
    size = len(outcome.verdicts.status)
    if node.form in COMPOUNDS:
        return np.full(size, np.nan), _compound_credit(run, node, spot)
    requirement = requirement_for(node, spot.scope)
    span = outcome.span
    if requirement is None or span is None or node.absent is not None:
        return np.full(size, np.nan), Quotients(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
    if isinstance(requirement.value, InputRef):
        return _relative_price(run, node, spot, requirement)
    wanted = interval(requirement)
    quotients = _worse_credit(span, wanted)
    step = Fraction(1) if node.form == "share" else Fraction(1, 10 ** _num_places(node))
    steps = gap(Target(span.low_num, span.low_den, span.factor, wanted))
    sums = run.tally.at(spot.leaf, spot.level)
    settled = (sums.field("open_missing", size) == 0) & (sums.field("open_invalid", size) == 0)
    return _lengths(steps, step, span.known() & settled), quotients


def _lengths(steps: ints.Ints, step: Fraction, known: ints.Bools) -> ints.Floats:
    """Return gaps in the unit of what is counted; NaN where the value is not known or nothing would do."""
    return np.where(known & np.asarray(steps >= 0, dtype=bool), ints.quotient(steps, 1, step), np.nan)


def _compound_credit(run: Run, node: Node, spot: Spot) -> Quotients:
    parts, applies = [], []
    for i, child in enumerate(node.children):
        found = _judge(run, child, spot.below(i))
        part = node_price(run, child, spot.below(i), found)[1]
        sure = np.isin(found.verdicts.status, (P, F))
        parts.append(Quotients(ints.choose(sure, part.num, 0), ints.choose(sure, part.den, 1)))
        applies.append(found.verdicts.status != N)
    return nth_greatest(parts, applies, node)


def _worse_credit(span: Span, wanted: Interval) -> Quotients:
    """Return the credit of the end of an interval that is further from the target."""
    low = _end_credit(Target(span.low_num, span.low_den, span.factor, wanted), span.low_open)
    high = _end_credit(Target(span.high_num, span.high_den, span.factor, wanted), span.high_open)
    if wanted.upper is None:
        return low
    if wanted.lower is None:
        return high
    worse = np.asarray(ints.product(low.num, high.den) <= ints.product(high.num, low.den), dtype=bool)
    return Quotients(ints.choose(worse, low.num, high.num), ints.choose(worse, low.den, high.den))


def _num_places(node: Node) -> int:
    if node.form in ("total", "change"):
        return max(operand.places for operand in node.operands)
    return node.operands[0].places


def _end_credit(target: Target, open_: ints.Bools) -> Quotients:
    return _unless_open(credit(target), open_ | np.asarray(target.den == 0, dtype=bool))


def _unless_open(found: Quotients, open_: ints.Bools) -> Quotients:
    return Quotients(ints.choose(open_, 0, found.num), ints.choose(open_, 1, found.den))


def _relative_price(run: Run, node: Node, spot: Spot, requirement: Requirement) -> tuple[ints.Floats, Quotients]:
    """Return gaps and credits of a total or change held against another input's total."""
    size, scope = len(run.tally.index(spot.level).labels), spot.scope
    sums = run.tally.at(spot.leaf, spot.level)
    key = scope if scope in node.part.requirements else ALL
    ref = next(operand for name, operand in node.refs if name == key)
    value, target = _sum_span(sums, "", size), _sum_span(sums, f"{key}:ref_", size)
    places = _num_places(node)
    factor, wanted = Fraction(10**ref.places, 10**places), interval(requirement)
    known = value.known() & target.known()
    gaps = _lengths(gap(Target(value.low_num, target.low_num, factor, wanted)), Fraction(1, 10**places), known)
    # Of the target, too, the worse end counts: the greatest that must be reached, the least that must be kept.
    reach = Target(value.low_num, target.high_num, factor, wanted)
    keep = Target(value.high_num, target.low_num, factor, wanted)
    low = _unless_open(credit(reach), value.low_open | target.high_open)
    high = _unless_open(credit(keep), value.high_open | target.low_open)
    if wanted.upper is None:
        return gaps, low
    if wanted.lower is None:
        return gaps, high
    most = attrs.evolve(reach, num=value.high_num)
    below = ~ints.at_or_above(most.num, most.den, wanted.lower, factor=factor, strict=False) & ~value.high_open
    return gaps, Quotients(ints.choose(below, low.num, high.num), ints.choose(below, low.den, high.den))


def _sum_span(sums: Sums, prefix: str, size: int) -> Span:
    low, high = sums.field(f"{prefix}low_num", size), sums.field(f"{prefix}high_num", size)
    one = np.ones(size, dtype=np.int64)
    low_open, high_open = (sums.field(f"{prefix}{end}_unbounded", size) > 0 for end in ("low", "high"))
    return Span(low, one, high, one, low_open, high_open, Fraction(1))


# ---- SCORING ----


def results_of(findings: list[AreaFindings], rules: int, *, attainment: bool) -> list[Results]:
    """Count each rule's findings for every area of a level."""
    by_rule: dict[int, list[AreaFindings]] = {}
    for finding in findings:
        by_rule.setdefault(finding.plan.index, []).append(finding)
    return [_counted(by_rule[i], attainment=attainment) for i in range(rules)]


def _counted(findings: list[AreaFindings], *, attainment: bool) -> Results:
    statuses = [finding.shown.status for finding in findings]
    passed, failed, undecided = (
        sum(np.isin(status, codes).astype(np.int64) for status in statuses) for codes in ((P,), (F,), (U, E))
    )
    missing = reason_code(Reason.MISSING_COLUMN)
    unchecked = sum(
        ((one.shown.status == K) & (one.shown.reason == missing) & one.counts_missing).astype(np.int64)
        for one in findings
    )
    total = None
    if attainment:
        for one in findings:
            found = scored_credit(one.credit, one.shown.status)
            if total is None:
                total = found
            else:
                num = ints.plus(ints.product(total.num, found.den), ints.product(found.num, total.den))
                total = Quotients(*ints.reduced(num, ints.product(total.den, found.den)))
    return Results(
        np.asarray(passed),
        np.asarray(failed),
        np.asarray(undecided),
        np.asarray(unchecked),
        None if total is None else (total.num, total.den),
    )
