"""Outcomes of areas -> what they lack and how near they come: gaps and credits of everything judged at areas."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._area_outcomes import Spot, judge_areas
from commscore._engine._areas import Sums
from commscore._engine._outcomes import Outcome, Span
from commscore._engine._plan import COMPOUNDS, Node, RulePlan
from commscore._engine._prices import Target, credit, gap, nth_greatest
from commscore._engine._run import Run
from commscore._engine._scoring import Quotients
from commscore._engine._verdicts import requirement_for
from commscore._requirement import InputRef, Interval, interval
from commscore._ruleset import ALL
from commscore._status import F, N, P

if TYPE_CHECKING:
    from commscore._requirement import Requirement


def price(run: Run, plan: RulePlan, scope: str, level: str, outcome: Outcome) -> tuple[ints.Floats, Quotients]:
    """Return gaps and credits of a rule's outcome."""
    size = len(outcome.verdicts.status)
    nothing = Quotients(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
    if outcome.counts is not None:
        return outcome.counts[1].astype(float), Quotients(*quotients_of(outcome))
    if not np.isin(outcome.verdicts.status, (P, F)).any() or level != plan.judged:
        return np.full(size, np.nan), nothing
    return node_price(run, plan.node, Spot(plan.index, (), scope, level), outcome)


def quotients_of(outcome: Outcome) -> tuple[ints.Ints, ints.Ints]:
    """Return how many pass and are judged, of an AND; 0 of 1 where none is judged."""
    assert outcome.counts is not None  # noqa: S101 - an AND has counts
    passed, failed, undecided = outcome.counts
    judged = ints.plus(ints.plus(passed, failed), undecided)
    none = np.asarray(judged == 0, dtype=bool)
    return ints.choose(none, 0, passed), ints.choose(none, 1, judged)


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
        found = judge_areas(run, child, spot.below(i))
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
    size, scope = run.tally.index(spot.level).size, spot.scope
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
