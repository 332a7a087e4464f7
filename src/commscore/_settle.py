"""Tally -> findings: what every rule comes to in every area of a level, with its numbers, as shown and as scored."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore import _integers as ints
from commscore._areas import Sums, group_rows
from commscore._kernel import Codes, Verdicts, combine, constant, reason_code
from commscore._plan import COMPOUNDS, Node, RulePlan, rank, scopes_of
from commscore._prices import Target, credit, gap, held, nth_greatest, scored_credit
from commscore._requirement import InputRef, Interval, interval
from commscore._run import Run, area_leaves, is_nested_share
from commscore._ruleset import ALL
from commscore._scoring import Quotients, Results
from commscore._status import NO_REASON, STATUSES, E, F, I, K, N, P, Reason, S, U
from commscore._terms import share_of_areas
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
    outcome = area_outcome(run, plan, scope, level)
    shown = as_shown(plan, outcome.verdicts)
    value, low, high = _ends(outcome, size)
    gaps, quotients = _price(run, plan, scope, level, outcome)
    status = outcome.verdicts.status
    decided = (status == P) | (status == F)
    attainment = np.where(decided, ints.quotient(quotients.num, quotients.den), np.nan)
    counts = rank(plan.judged) <= rank(level)
    failing = np.where(status == F, gaps, np.nan)
    return AreaFindings(plan, scope, shown, value, low, high, failing, attainment, quotients, counts)


def _ends(outcome: Outcome, size: int) -> tuple[ints.Floats, ints.Floats, ints.Floats]:
    nothing = np.full(size, np.nan)
    if outcome.span is None:
        return nothing, nothing, nothing
    shown = ~np.isin(outcome.verdicts.status, (N, K, S))
    low, high = (np.where(shown, end, np.nan) for end in (outcome.span.low(), outcome.span.high()))
    if outcome.counts is not None:  # an AND: what passes of what is judged
        return low, low, high
    return np.where(outcome.span.known(), low, np.nan), low, high


# ---- OUTCOMES ----


def area_outcome(run: Run, plan: RulePlan, scope: str, level: str) -> Outcome:
    """Return what a rule comes to in the areas of a level: a verdict, a contribution, or why there is none."""
    size = len(run.tally.index(level).labels)
    if not plan.rule.selected:
        return Outcome(constant(size, S, Reason.TAILORED))
    if plan.at_units and rank(level) < rank(plan.judged):
        return nothing_checked(size, Reason.OTHER_LEVEL)
    if plan.node.absent is not None:
        return nothing_checked(size, plan.node.absent)
    if plan.at_units:
        sums = run.tally.at((plan.index, (), scope), level)
        return conjunction(lambda letter: sums.field(letter, size))
    if rank(level) < rank(plan.judged):
        return _contributions(run, plan, scope, level)
    judged = _judge(run, (plan.index, ()), plan.node, scope, plan.judged)
    if level == plan.judged:
        return judged
    return rolled_up(judged, _parents(run, plan.judged, level), size)


def _judge(run: Run, place: tuple[int, tuple[int, ...]], node: Node, scope: str, level: str) -> Outcome:
    """Judge a node in every area of a level; units of an unknown area may belong to any, so nothing is said of theirs."""
    outcome = _judge_known(run, place, node, scope, level)
    nowhere = run.tally.index(level).ids.get(None)
    if nowhere is not None and outcome.verdicts.status[nowhere] in (P, F, U, E):
        outcome.verdicts.status[nowhere] = U
        outcome.verdicts.reason[nowhere] = reason_code(Reason.MISSING_SCOPE)
    return outcome


def _judge_known(run: Run, place: tuple[int, tuple[int, ...]], node: Node, scope: str, level: str) -> Outcome:
    """Judge a node in every area of a level; ``place`` says where its sums are."""
    rule, path = place
    size = len(run.tally.index(level).labels)
    if node.absent is not None:
        return nothing_checked(size, node.absent)
    if node.form in COMPOUNDS:
        return compound(node, [_judge(run, (rule, (*path, i)), child, scope, level) for i, child in enumerate(node.children)])
    sums = run.tally.at((rule, path, scope), level)
    if is_nested_share(node):
        sums = _counted_areas(run, (rule, (*path, 0)), node, scope, level)
    return verdict(node, sums, size, scope)


def _counted_areas(run: Run, place: tuple[int, tuple[int, ...]], node: Node, scope: str, level: str) -> Sums:
    """Count the areas that satisfy a share's own area form."""
    child = node.children[0]
    inner_level = str(child.part.over)
    scopes = (scope,) if scope != ALL else scopes_of(child.part)
    outcomes = [_judge(run, place, child, inner, inner_level) for inner in scopes]
    status = outcomes[0].verdicts.status if len(outcomes) == 1 else _all_scopes(outcomes)
    parents = _parents(run, inner_level, level)
    known = parents >= 0
    index = run.tally.index(level)
    groups = group_rows(index.labels, parents[known], index)
    sums = Sums()
    for name, values in share_of_areas(status[known]).items():
        sums.add(name, groups.areas, groups.sums(values), len(index.labels))
    return sums


def _all_scopes(outcomes: list[Outcome]) -> Codes:
    return combine("all", None, [outcome.verdicts for outcome in outcomes]).status


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
    leaves = area_leaves(plan, run.plan.area_levels)
    if any(rank(table) > rank(level) for leaf in leaves for table in leaf.tables):
        return nothing_checked(size, Reason.OTHER_LEVEL)
    result = constant(size, I, Reason.CONTRIBUTION)
    span = None
    own = [leaf for leaf in leaves if level in leaf.levels and scope in leaf.scopes]
    if own:
        empty = [_nobody(run.tally.at((plan.index, leaf.path, scope), level), size) for leaf in own]
        outside = reduce(np.logical_and, empty)
        result.status[outside], result.reason[outside] = N, reason_code(Reason.EMPTY_SCOPE)
    if len(own) == 1 and not own[0].path:
        judged = verdict(plan.node, run.tally.at((plan.index, (), scope), level), size, scope)
        span = judged.span
        missing = judged.verdicts.reason == reason_code(Reason.MISSING_VALUE)
        if span is not None and missing.any():
            span = attrs.evolve(span, low_open=span.low_open | missing, high_open=span.high_open | missing)
    return Outcome(result, span)


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
    return node_price(run, (plan.index, ()), plan.node, scope, level, outcome)


def node_price(
    run: Run, place: tuple[int, tuple[int, ...]], node: Node, scope: str, level: str, outcome: Outcome
) -> tuple[ints.Floats, Quotients]:
    """Return gaps and credits of a node judged at areas."""
    rule, path = place
    size = len(outcome.verdicts.status)
    if node.form in COMPOUNDS:
        parts, applies = [], []
        for i, child in enumerate(node.children):
            found = _judge(run, (rule, (*path, i)), child, scope, level)
            if child.absent is None:
                part = node_price(run, (rule, (*path, i)), child, scope, level, found)[1]
                sure = np.isin(found.verdicts.status, (P, F))
                parts.append(held(Quotients(ints.choose(sure, part.num, 0), ints.choose(sure, part.den, 1))))
                applies.append(found.verdicts.status != N)
        return np.full(size, np.nan), nth_greatest(parts, applies, node)
    requirement = requirement_for(node, scope)
    span = outcome.span
    if requirement is None or span is None:
        return np.full(size, np.nan), Quotients(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
    if isinstance(requirement.value, InputRef):
        return _relative_price(run, place, node, scope, level, requirement)
    wanted = interval(requirement)
    quotients = _worse_credit(span, wanted)
    step = Fraction(1) if node.form == "share" else Fraction(1, 10 ** _num_places(node))
    steps = gap(Target(span.low_num, span.low_den, span.factor, wanted))
    return np.where(span.known(), ints.quotient(steps, 1, step), np.nan), quotients


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
    found = credit(target)
    unusable = open_ | np.asarray(target.den == 0, dtype=bool)
    return Quotients(ints.choose(unusable, 0, found.num), ints.choose(unusable, 1, found.den))


def _relative_price(
    run: Run, place: tuple[int, tuple[int, ...]], node: Node, scope: str, level: str, requirement: Requirement
) -> tuple[ints.Floats, Quotients]:
    """Return gaps and credits of a total or change held against another input's total."""
    size = len(run.tally.index(level).labels)
    sums = run.tally.at((*place, scope), level)
    key = scope if scope in node.part.requirements else ALL
    ref = next(operand for name, operand in node.refs if name == key)
    low, high = sums.field(f"{key}:ref_low", size), sums.field(f"{key}:ref_high", size)
    known = np.asarray(low == high, dtype=bool) & (sums.field(f"{key}:ref_unbounded", size) == 0)
    known &= np.asarray(sums.field("low_num", size) == sums.field("high_num", size), dtype=bool)
    known &= (sums.field("low_unbounded", size) == 0) & (sums.field("high_unbounded", size) == 0)
    places = _num_places(node)
    target = Target(sums.field("low_num", size), low, Fraction(10**ref.places, 10**places), interval(requirement))
    found = credit(target)
    quotients = Quotients(ints.choose(known, found.num, 0), ints.choose(known, found.den, 1))
    return np.where(known, ints.quotient(gap(target), 1, Fraction(1, 10**places)), np.nan), quotients


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

