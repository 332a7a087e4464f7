"""Numbers as text: short, but never rounded to the other side of what they are held against."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from commscore._report._words import GROUPED
from commscore._requirement import InputRef, Requirement, decimal, interval

_MOST = 40  # digits behind the point at most; a double has no more that matter
_EXACT = Context(prec=400)

ZERO, ONE = Fraction(0), Fraction(1)


def number(
    value: float, *, apart: Iterable[Fraction] = (), places: int = 4, times: int = 1, fixed: bool = False
) -> str:
    """Write a number with as few decimals as will do.

    A number below 1 keeps ``places`` significant decimals, others ``places`` decimals; more where fewer would put it on
    the other side of, or on, one of the numbers given.

    Args:
        value: The number.
        apart: What it must not be mistaken for, on the number's own scale.
        places: Decimals that will do.
        times: Write so many times the number: 100 for percent.
        fixed: Keep trailing zeros, for columns.

    Example:
        >>> number(0.99996, apart=[Fraction(1)], places=2, times=100)
        '99.996'
    """
    exact = _EXACT.multiply(Decimal(repr(value)), Decimal(times))
    bounds = list(apart)
    digits = _start(exact, places)
    rounded = _rounded(exact, digits)
    while digits < _MOST and any(_side(Fraction(rounded) / times, b) != _true_side(value, b) for b in bounds):
        digits += 1
        rounded = _rounded(exact, digits)
    text = f"{rounded:,f}" if abs(rounded) >= GROUPED else f"{rounded:f}"
    if "." in text and not fixed:
        text = text.rstrip("0").rstrip(".")
    return text.removeprefix("-") if not rounded else text


def grouped(value: Fraction) -> str:
    """Write an exact number in full, thousands set apart where it is long."""
    text = decimal(value)
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if abs(value) >= GROUPED and "/" not in text else text


def _start(exact: Decimal, places: int) -> int:
    """Return how many decimals to begin with: for numbers below 1 the leading zeros do not count."""
    leading = -exact.adjusted() - 1 if exact and exact.adjusted() < 0 else 0
    return min(places + leading, _MOST)


def _rounded(exact: Decimal, digits: int) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN, context=_EXACT)


def _side(value: Fraction, bound: Fraction) -> int:
    return (value > bound) - (value < bound)


def _true_side(value: float, bound: Fraction) -> int:
    """Say on which side of a bound a double lies; a double that is nearest to the bound stands for it."""
    nearest = float(bound)
    return (value > nearest) - (value < nearest)


def percent(value: float, *, apart: Iterable[Fraction] = (ZERO, ONE), places: int = 2) -> str:
    """Write a fraction of one as a percentage, never rounding to 0% or 100% what is neither."""
    return f"{number(value, apart=apart, places=places, times=100)}%"


def ends_of(requirement: Requirement | None) -> list[Fraction]:
    """Return the numbers that a value must not be mistaken for: the ends of what meets the requirement."""
    if requirement is None or isinstance(requirement.value, InputRef):
        return []
    wanted = interval(requirement)
    return [end for end in (wanted.lower, wanted.upper) if end is not None]


def regrouped(text: str) -> str:
    """Set the thousands of long numbers in a text apart."""
    return re.sub(r"(?<![\w.,])\d{4,}", lambda found: f"{int(found[0]):,}", text)
