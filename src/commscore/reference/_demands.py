"""What a requirement asks of a number, how near a value comes, and when an interval decides it (spec 4 and 6)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._requirement import Comparator, InputRef

if TYPE_CHECKING:
    from commscore._requirement import Requirement


@attrs.frozen
class Demand:
    """The numbers that meet a requirement: those between two ends, each included or not; null is no end."""

    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_included: bool = True
    upper_included: bool = True


def demand_of(requirement: Requirement, reference: Fraction = Fraction(0)) -> Demand:
    """Return what a requirement asks, by the table of spec 4.

    Args:
        requirement: Any requirement.
        reference: The value of the input that it is relative to, where it is.

    Returns:
        The numbers that meet it; a flag counts as 1 or 0.
    """
    stated = requirement.value
    number = stated.factor * reference if isinstance(stated, InputRef) else Fraction(stated)
    match requirement.comparator:
        case Comparator.AT_LEAST | Comparator.MORE_THAN as comparator:
            return Demand(lower=number, lower_included=comparator is Comparator.AT_LEAST)
        case Comparator.AT_MOST | Comparator.LESS_THAN as comparator:
            return Demand(upper=number, upper_included=comparator is Comparator.AT_MOST)
        case Comparator.BETWEEN:
            return Demand(lower=number, upper=requirement.upper)
        case Comparator.ABOUT:
            tolerance = requirement.tolerance or Fraction(0)
            return Demand(lower=number - tolerance, upper=number + tolerance)
        case Comparator.ALL | Comparator.IS:
            return Demand(lower=number, upper=number)


def meets(value: Fraction, demand: Demand) -> bool:
    """Say whether a number meets a demand."""
    return not _too_small(value, demand) and not _too_great(value, demand)


def _too_small(value: Fraction, demand: Demand) -> bool:
    if demand.lower is None:
        return False
    return value < demand.lower or (value == demand.lower and not demand.lower_included)


def _too_great(value: Fraction, demand: Demand) -> bool:
    if demand.upper is None:
        return False
    return value > demand.upper or (value == demand.upper and not demand.upper_included)


def verdict(low: Fraction | None, high: Fraction | None, demand: Demand) -> bool | None:
    """Judge an interval: true when all of it meets the demand, false when none does, else null (spec 3).

    Args:
        low: Its least value; null when it has none.
        high: Its greatest value; null when it has none.
        demand: What is asked.
    """
    if (high is not None and _too_small(high, demand)) or (low is not None and _too_great(low, demand)):
        return False
    low_meets = demand.lower is None if low is None else meets(low, demand)
    high_meets = demand.upper is None if high is None else meets(high, demand)
    return True if low_meets and high_meets else None


def lies_below(high: Fraction | None, demand: Demand) -> bool:
    """Say whether all that is not above ``high`` is too small for the demand."""
    return high is not None and _too_small(high, demand)


def credit(low: Fraction | None, high: Fraction | None, demand: Demand, *, passed: bool) -> Fraction:
    """Return how much of the target is reached (spec 6, attainment), not held to 1.

    Value over target for at least and more than, target over value for at most and less than, the nearer bound for
    ranges. Of an interval, the worse end counts. Where a quotient says nothing (the target is zero or less), it is 1
    when passed and 0 when not.

    Args:
        low: The least the value may be; null when unbounded.
        high: The greatest the value may be; null when unbounded.
        demand: What is asked.
        passed: Whether the demand is met.
    """
    if demand.lower is not None and (demand.upper is None or lies_below(high, demand)):
        return _quotient(low, demand.lower, passed=passed)
    if demand.lower is not None and passed:
        return Fraction(1)
    return _quotient(demand.upper, high, passed=passed)


def _quotient(part: Fraction | None, whole: Fraction | None, *, passed: bool) -> Fraction:
    if part is None or whole is None:
        return Fraction(0)
    if whole <= 0:
        return Fraction(passed)
    return max(part / whole, Fraction(0))


def step_over(shortfall: Fraction, places: int, *, included: bool) -> Fraction:
    """Return the least number with so many decimal places that makes up a shortfall, or exceeds it."""
    scale = 10**places
    steps = math.ceil(shortfall * scale)
    if steps == shortfall * scale and not included:
        steps += 1
    return Fraction(steps, scale)
