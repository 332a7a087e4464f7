"""Weigh what may be against what is asked: status, value, low, high, gap and credit (spec 3, interval; spec 6)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._status import Reason, Status
from commscore.reference._demands import Demand, credit, demand_of, lies_below, step_over, verdict
from commscore.reference._intervals import ZERO, extremes, greatest_sum
from commscore.reference._verdict import DECIDED, EITHER, Verdict

if TYPE_CHECKING:
    from commscore._requirement import Requirement
    from commscore.reference._places import Span
    from commscore.reference._tallies import Tally


def weigh(tally: Tally, demand: Demand | None, *, is_flag: bool = False) -> Verdict:
    """Judge one quotient, Σ NUM / Σ DEN × per.

    Args:
        tally: What the rows may add to both sums.
        demand: What is asked; null where the rule has no requirement.
        is_flag: Whether it is a yes or no, whose credit is 1 or 0.

    Returns:
        Pass or fail where everything possible does, else unknown or error; informational without a requirement.
    """
    numberless = without_numbers(tally)
    if numberless is not None:
        return numberless
    low, high = span_of(tally)
    verdict_ = _undecided(tally) if may_be_nothing(tally) else _decide(tally, demand, (low, high))
    verdict_ = attrs.evolve(verdict_, value=low if low == high else None, low=low, high=high)
    if demand is None or verdict_.status not in DECIDED:
        return verdict_
    passed = verdict_.status is Status.PASS
    return attrs.evolve(
        verdict_,
        gap=None
        if passed or low != high or any(row.is_open() for row in tally.rows)
        else _gap(tally, demand, below=lies_below(high, demand)),
        credit=Fraction(passed) if is_flag else credit(low, high, demand, passed=passed),
    )


def weigh_relative(shown: Tally, margin: Tally, target: Tally, requirement: Requirement) -> Verdict:
    """Judge Σ X by Σ (X − factor × reference), held against 0 (spec 4, relative requirements).

    Args:
        shown: Σ X, the value shown.
        margin: What decides: status and gap are its.
        target: Σ factor × reference, by which the credit is told.
        requirement: The requirement.
    """
    judged = weigh(margin, demand_of(requirement))
    if without_numbers(margin) is not None:
        return judged
    low, high = span_of(shown)
    least, greatest = span_of(target)
    judged = attrs.evolve(judged, value=low if low == high else None, low=low, high=high)
    if judged.status not in DECIDED:
        return judged
    # Of the target, too, the worse end counts: the greatest that must be reached, the least that must be kept.
    margin_asked = demand_of(requirement)
    asked = attrs.evolve(
        margin_asked, lower=_moved(margin_asked.lower, greatest), upper=_moved(margin_asked.upper, least)
    )
    endless = margin_asked.lower is not None and greatest is None
    return attrs.evolve(
        judged, credit=ZERO if endless else credit(low, high, asked, passed=judged.status is Status.PASS)
    )


def _moved(bound: Fraction | None, target: Fraction | None) -> Fraction | None:
    """Move what is asked of the margin by the target, which makes it what is asked of the sum."""
    return None if bound is None or target is None else bound + target


def without_numbers(tally: Tally) -> Verdict | None:
    """Return the verdict where there is nothing to compute: no unit, no value at all, or a denominator of zero."""
    if not tally.rows:
        return Verdict(Status.NOTAPPLICABLE, Reason.EMPTY_SCOPE)
    if tally.blank:
        is_invalid = not tally.absent and not any(row.missing for row in tally.rows)
        return _open(tally, is_invalid=is_invalid, reason=Reason.MISSING_VALUE)
    most = greatest_sum(tally.rows, ZERO, Fraction(1))
    if tally.fixed or most != 0:
        return None
    if greatest_sum(tally.rows, Fraction(1), ZERO) == 0:
        return Verdict(Status.NOTAPPLICABLE, Reason.ZERO_DENOMINATOR)
    least = greatest_sum(tally.rows, Fraction(-1), ZERO)
    if least is not None and least < 0:
        return Verdict(Status.UNKNOWN, Reason.ZERO_DENOMINATOR)
    return _undecided(tally)


def may_be_nothing(tally: Tally) -> bool:
    """Say whether the area may turn out empty, or its denominator zero: then nothing is decided."""
    nothing_certain = not any(row.certain for row in tally.rows)
    return nothing_certain or (not tally.fixed and greatest_sum(tally.rows, ZERO, Fraction(-1)) == 0)


def span_of(tally: Tally) -> Span:
    """Return the least and the greatest value."""
    low, high = extremes(tally.rows, tally.fixed)
    return None if low is None else low * tally.per, None if high is None else high * tally.per


def _decide(tally: Tally, demand: Demand | None, ends: Span) -> Verdict:
    if demand is None:
        return Verdict(Status.INFORMATIONAL) if ends[0] == ends[1] is not None else _undecided(tally)
    met = verdict(*ends, demand)
    if met is None:
        return _undecided(tally)
    return Verdict(Status.PASS if met else Status.FAIL)


def _undecided(tally: Tally) -> Verdict:
    """Return unknown, or error when every row that leaves it open does so by invalid values alone."""
    certain = any(row.certain for row in tally.rows)
    causes = [row for row in tally.rows if row.is_open()] if certain else tally.rows
    return _open(tally, is_invalid=not any(row.missing for row in causes), reason=Reason.INCOMPLETE_AREA)


def _open(tally: Tally, *, is_invalid: bool, reason: Reason) -> Verdict:
    certain = any(row.certain for row in tally.rows)
    outcomes = EITHER if certain else EITHER | {Status.NOTAPPLICABLE}
    if is_invalid:
        return Verdict(Status.ERROR, Reason.INVALID_VALUE, outcomes=outcomes)
    return Verdict(Status.UNKNOWN, reason, outcomes=outcomes)


def _gap(tally: Tally, demand: Demand, *, below: bool) -> Fraction | None:
    """Return the least change of Σ NUM, with Σ DEN as it is, that surely meets the demand (spec 6).

    Args:
        tally: The rows; where something is open that does not show in the value, the worst case counts.
        demand: What is asked.
        below: Whether the value is too small; else it is too great.

    Returns:
        The change without its sign; null where it has no end or no number at these places meets the demand.
    """
    lacking = None if demand.lower is None else _shortfall(tally, demand.lower, 1)
    exceeding = None if demand.upper is None else _shortfall(tally, demand.upper, -1)
    worst, room = (lacking, exceeding) if below else (exceeding, lacking)
    if worst is None:
        return None
    gap = step_over(worst, tally.places, included=demand.lower_included if below else demand.upper_included)
    overshoots = demand.lower is not None and demand.upper is not None and (room is None or gap > -room)
    return None if overshoots else gap


def _shortfall(tally: Tally, bound: Fraction, sign: int) -> Fraction | None:
    """Return the greatest Σ (bound / per × DEN − NUM), or its opposite; null when it has no end."""
    factor = bound / tally.per
    rows = greatest_sum(tally.rows, Fraction(-sign), sign * factor)
    return None if rows is None else rows + sign * factor * tally.fixed
