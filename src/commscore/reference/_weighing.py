"""Weigh what may be against what is asked: status, value, low, high, gap and credit (spec 3, interval; spec 6)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._status import Reason, Status
from commscore.reference._demands import credit, lies_below, step_over, verdict
from commscore.reference._intervals import extremes, greatest_sum
from commscore.reference._verdict import DECIDED, EITHER, Verdict

if TYPE_CHECKING:
    from commscore.reference._demands import Demand
    from commscore.reference._places import Span
    from commscore.reference._tallies import Tally

OUT = frozenset({Status.NOTAPPLICABLE})


@attrs.frozen
class Against:
    """What a relative requirement is judged by, beside the value shown.

    Attributes:
        margin: Σ (X − factor × reference), held against 0.
        target: Σ factor × reference.
        zero: What is asked of the margin.
        comparator: What is asked of X, given the least and the greatest target.
    """

    margin: Tally
    zero: Demand
    target: Span


def weigh(tally: Tally, demand: Demand | None, against: Against | None = None, *, is_flag: bool = False) -> Verdict:
    """Judge one quotient.

    Args:
        tally: What is shown as the value.
        demand: What is asked; null where the rule has no requirement.
        against: The margin and the target, where the requirement is relative to another input.
        is_flag: Whether it is a yes or no, whose credit is 1 or 0.

    Returns:
        Pass or fail where everything possible does, else unknown or error; informational without a requirement.
    """
    judged = tally if against is None else against.margin
    early = _without_numbers(judged)
    if early is not None:
        return early
    low, high = _times(extremes(tally.rows, tally.fixed), tally.per)
    value = low if low == high else None
    status = _status(judged, against.zero if against else demand, (low, high))
    shown = Verdict(status, _reason(status), value=value, low=low, high=high, outcomes=_outcomes(status, judged))
    if status not in DECIDED or demand is None:
        return shown
    passed = status is Status.PASS
    asked = _worst_target(demand, against) if against else demand
    return attrs.evolve(
        shown,
        gap=None if passed else _gap(judged, against.zero if against else demand, high if not against else None),
        credit=Fraction(passed) if is_flag else credit(low, high, asked, passed=passed),
    )
