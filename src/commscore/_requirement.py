"""What a value must meet: comparator and number. Data, the interval it stands for, and how it is written."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

import attrs

PLAIN, PERCENT, PERMILLE = "plain", "percent", "permille"
SIGNS = {PLAIN: (1, ""), PERCENT: (100, "%"), PERMILLE: (1000, "‰")}


class Comparator(StrEnum):
    """How a value is held against the number.

    民法典 article 1259: 以上, 以下 and 以内 include the number; 超过, 不满 and 以外 do not. 高于, 多于, 大于,
    低于, 少于, 小于 and 不足 are not in the article: that they exclude it rests on their plain wording.
    """

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    BETWEEN = "between"
    ABOUT = "about"
    ALL = "all"
    IS = "is"


SYMBOLS = {
    Comparator.AT_LEAST: "≥",
    Comparator.MORE_THAN: ">",
    Comparator.AT_MOST: "≤",
    Comparator.LESS_THAN: "<",
    Comparator.IS: "==",
}


@attrs.frozen
class InputRef:
    """Another input that a requirement refers to, and how many times its value is asked.

    Attributes:
        name: Name of the input.
        factor: What its value is multiplied by.
    """

    name: str
    factor: Fraction = Fraction(1)


def _typed(value: object) -> tuple[bool, object]:
    """Tell ``true`` from 1, which Python holds equal."""
    return isinstance(value, bool), value


@attrs.frozen
class Requirement:
    """Comparator and number, as a ruleset or a policy states them.

    Attributes:
        comparator: How the value is held against the number.
        value: The number (46% is 46/100), the lower end of a range, the centre of ``about``, a flag, or
            another input.
        upper: The upper end of a range, else null.
        unit: The measure word as written, such as 个 or ㎡; null when none was.
        tolerance: Of ``about``: how far from the centre still meets it, as a number like ``value``; null when
            the text states none.
        phrase: The policy's words; null where it was written with an operator. Equality ignores it.
        scale: How the number was written: ``plain``, ``percent`` or ``permille``.
    """

    comparator: Comparator
    value: Fraction | bool | InputRef = attrs.field(eq=_typed)
    upper: Fraction | None = None
    unit: str | None = None
    tolerance: Fraction | None = None
    phrase: str | None = attrs.field(default=None, eq=False)
    scale: str = PLAIN


@attrs.frozen
class Interval:
    """The values that meet a requirement; a null end is unbounded, an open end excludes its number."""

    lower: Fraction | None
    lower_open: bool
    upper: Fraction | None
    upper_open: bool

    def __contains__(self, value: Fraction | int) -> bool:
        """Say whether a value meets the requirement."""
        above = self.lower is None or value > self.lower or (value == self.lower and not self.lower_open)
        below = self.upper is None or value < self.upper or (value == self.upper and not self.upper_open)
        return above and below


def interval(requirement: Requirement) -> Interval:
    """Return the values that meet a requirement, exactly.

    A flag stands for 1 (true) or 0 (false). A relative requirement gives the interval of the quotient:
    ``>= 2 × posts`` is what is at least 2 when divided by ``posts``. ``about`` without a tolerance promises
    nothing but its own number.

    Args:
        requirement: Any requirement.

    Returns:
        The interval, with null for an unbounded end.

    Example:
        >>> Fraction(180) in interval(Requirement(Comparator.MORE_THAN, Fraction(180)))
        False
    """
    value = requirement.value.factor if isinstance(requirement.value, InputRef) else Fraction(requirement.value)
    match requirement.comparator:
        case Comparator.AT_LEAST | Comparator.MORE_THAN as comparator:
            return Interval(value, comparator is Comparator.MORE_THAN, None, upper_open=False)
        case Comparator.AT_MOST | Comparator.LESS_THAN as comparator:
            strict = comparator is Comparator.LESS_THAN
            return Interval(None, lower_open=False, upper=value, upper_open=strict)
        case Comparator.BETWEEN:
            return _closed(value, value if requirement.upper is None else requirement.upper)
        case Comparator.ABOUT:
            tolerance = requirement.tolerance or Fraction(0)
            return _closed(value - tolerance, value + tolerance)
        case Comparator.ALL | Comparator.IS:
            return _closed(value, value)


def _closed(lower: Fraction, upper: Fraction) -> Interval:
    return Interval(lower, lower_open=False, upper=upper, upper_open=False)


def describe(requirement: Requirement) -> str:
    """Write a requirement in its canonical short form, which reads back as an equal requirement.

    Args:
        requirement: Any requirement whose numbers are decimals, as those of every ruleset are.

    Returns:
        Text such as ``≥ 10 个``, ``> 180``, ``≤ 2.8‰``, ``10..15``, ``= 100%``, ``≥ 2 × posts`` or ``true``.

    Example:
        >>> describe(Requirement(Comparator.AT_MOST, Fraction(28, 10_000), scale=PERMILLE))
        '≤ 2.8‰'
    """
    value, scale = requirement.value, requirement.scale
    unit = "" if requirement.unit is None else f" {requirement.unit}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, InputRef):
        return f"{SYMBOLS[requirement.comparator]} {_multiple(value, scale)}"
    number = _number(value, scale)
    match requirement.comparator:
        case Comparator.ALL:
            return f"= {number}"
        case Comparator.BETWEEN:
            return f"{number}..{_number(requirement.upper or Fraction(0), scale)}{unit}"
        case Comparator.ABOUT:
            return f"约 {number}{unit}{_spread(requirement)}"
        case comparator:
            return f"{SYMBOLS[comparator]} {number}{unit}"


def _multiple(reference: InputRef, scale: str) -> str:
    if scale != PLAIN:
        return f"{_number(reference.factor, scale)} of {reference.name}"
    return reference.name if reference.factor == 1 else f"{decimal(reference.factor)} × {reference.name}"


def _spread(requirement: Requirement) -> str:
    if requirement.tolerance is None:
        return ""
    # A plain % would be one of the number, not points of it.
    points = {PLAIN: "", PERCENT: "个百分点", PERMILLE: "个千分点"}[requirement.scale]
    return f" ± {decimal(requirement.tolerance * SIGNS[requirement.scale][0])}{points}"


def _number(value: Fraction, scale: str) -> str:
    times, sign = SIGNS[scale]
    return decimal(value * times) + sign


def decimal(value: Fraction) -> str:
    """Write a number exactly: as a decimal where it is one, else as a fraction such as ``1/3``."""
    places, rest = 0, value.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        places = max(places, power)
    if rest != 1:
        return str(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
