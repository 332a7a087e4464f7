"""From tokens to one figure: its numbers, unit and tolerance, and what the words around it say together."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

import attrs

from commscore._phrases._amounts import NUMERALS, Amount, Unreadable
from commscore._phrases._vocabulary import (
    AT_LEAST,
    AT_MOST,
    FINER,
    LENGTHS,
    LESS_THAN,
    LOWER_BOUNDS,
    MORE_THAN,
    UPPER_BOUNDS,
    Inclusion,
    Marker,
    Symbol,
    longest_measure,
    measure_of,
    same_measure,
)
from commscore._requirement import PERCENT, PERMILLE, PLAIN, Comparator
from commscore.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._phrases._tokens import Token
    from commscore._phrases._vocabulary import Meaning

M = TypeVar("M", Amount, Inclusion, Marker, Unreadable)

LONGEST_UNIT = 12
POINTS = {"个百分点": PERCENT, "百分点": PERCENT, "个千分点": PERMILLE, "千分点": PERMILLE}
PER_SCALE = {PERCENT: 100, PERMILLE: 1000}

SAYS = {
    Comparator.AT_LEAST: "at least",
    Comparator.MORE_THAN: "more than",
    Comparator.AT_MOST: "at most",
    Comparator.LESS_THAN: "less than",
    Comparator.IS: "equal to",
    Comparator.ABOUT: "about",
}
INCLUDING = {AT_LEAST: AT_LEAST, MORE_THAN: AT_LEAST, AT_MOST: AT_MOST, LESS_THAN: AT_MOST}
EXCLUDING = {AT_LEAST: MORE_THAN, MORE_THAN: MORE_THAN, AT_MOST: LESS_THAN, LESS_THAN: LESS_THAN}


@attrs.define
class Cursor:
    """A place in a row of tokens.

    Attributes:
        text: What the tokens were cut from.
        tokens: All tokens.
        at: The token to be read next.
    """

    text: str
    tokens: tuple[Token, ...]
    at: int = 0

    def peek(self, ahead: int = 0) -> Meaning | None:
        """Return what a token means; null past the end."""
        place = self.at + ahead
        return self.tokens[place].meaning if place < len(self.tokens) else None

    def take(self, kind: type[M]) -> M | None:
        """Step over the next token if it is of a kind, and return what it means."""
        meaning = self.peek()
        if not isinstance(meaning, kind):
            return None
        self.at += 1
        return meaning

    def skip(self, symbol: Symbol) -> bool:
        """Step over the next token if it is a symbol."""
        found = self.peek() is symbol
        self.at += found
        return found

    def refuse(self, reason: str) -> RequirementError:
        """Return the error that says why the text cannot be read."""
        return RequirementError(self.text, reason)


@attrs.frozen
class Figure:
    """A number or a range as written, and the words that bound it.

    Attributes:
        value: The number, or the lower end of the range.
        upper: The upper end of a range, else null.
        scale: ``plain``, ``percent`` or ``permille``.
        unit: The measure word as written.
        tolerance: What ± allows, in the unit of ``value``; null when not stated.
        markers: The comparators before and after it.
        inclusions: （含） and （不含） before and after it.
    """

    value: Fraction
    upper: Fraction | None = attrs.field(default=None, kw_only=True)
    scale: str = attrs.field(default=PLAIN, kw_only=True)
    unit: str | None = attrs.field(default=None, kw_only=True)
    tolerance: Fraction | None = attrs.field(default=None, kw_only=True)
    markers: tuple[Marker, ...] = attrs.field(default=(), kw_only=True)
    inclusions: tuple[Inclusion, ...] = attrs.field(default=(), kw_only=True)


Bound = Marker | Inclusion


def read_figure(cursor: Cursor, leading: Sequence[Bound], *, any_unit: bool) -> Figure:
    """Read a figure that begins at the cursor, and the words after it that belong to it.

    Args:
        cursor: At a number.
        leading: The comparators before it.
        any_unit: Whether any word right after the number is its unit, or listed measure words only.

    Returns:
        The figure; the cursor stands after it.

    Raises:
        RequirementError: When its numbers or units contradict each other.
    """
    first = _amount(cursor)
    unit = _unit(cursor, first, any_unit=any_unit)
    numbers = Figure(first.value, scale=first.scale, unit=unit)
    if cursor.peek() is Symbol.RANGE and isinstance(cursor.peek(1), Amount):
        cursor.at += 1
        second = _amount(cursor)
        value, upper, scale = _range(cursor, first, second, unit)
        unit = _one_unit(cursor, unit, _unit(cursor, second, any_unit=any_unit))
        numbers = Figure(value, upper=upper, scale=scale, unit=unit)
    return bounded(cursor, numbers, leading)


def bounded(cursor: Cursor, numbers: Figure, leading: Sequence[Bound]) -> Figure:
    """Read the comparators and the tolerance after a figure's numbers, and add those before it."""
    bounds = [*leading, *_trailing(cursor)]
    return with_bounds(attrs.evolve(numbers, tolerance=_tolerance(cursor, numbers)), bounds)


def with_bounds(figure: Figure, bounds: Sequence[Bound]) -> Figure:
    """Put further comparators before those of a figure."""
    markers = [bound for bound in bounds if isinstance(bound, Marker)]
    inclusions = [bound for bound in bounds if isinstance(bound, Inclusion)]
    return attrs.evolve(
        figure,
        markers=(*markers, *figure.markers),
        inclusions=(*inclusions, *figure.inclusions),
    )


def _amount(cursor: Cursor) -> Amount:
    amount = cursor.take(Amount)
    if amount is None:
        raise cursor.refuse("a number is missing; write one after the comparator, such as >= 10")
    unreadable = cursor.take(Unreadable)
    if unreadable is not None:
        raise cursor.refuse(unreadable.reason)
    return amount


def _trailing(cursor: Cursor) -> list[Bound]:
    bounds: list[Bound] = []
    while True:
        match cursor.peek():
            case (Marker(leads=False) | Inclusion()) as bound:
                bounds.append(bound)
            case _:
                return bounds
        cursor.at += 1


# ---- UNITS ----


def _unit(cursor: Cursor, amount: Amount, *, any_unit: bool) -> str | None:
    """Read the unit as written: a measure word, with the noun that touches it where any word will do."""
    if amount.scale != PLAIN:
        return None
    start = end = cursor.at
    allowed = {Symbol.UNIT, Symbol.WORD} if any_unit else {Symbol.UNIT}
    tokens = cursor.tokens
    while end < len(tokens) and tokens[end].meaning in allowed:
        if end > start and tokens[end].start != tokens[end - 1].end:
            break
        end += 1
    if end == start:
        return None
    unit = cursor.text[tokens[start].start : tokens[end - 1].end]
    _check_unit(cursor, unit)
    cursor.at = end
    return unit


def _check_unit(cursor: Cursor, unit: str) -> None:
    noun = unit.removeprefix(longest_measure(unit, 0) or "")
    if len(unit) > LONGEST_UNIT:
        raise cursor.refuse(f"{unit!r} is too long for a unit; leave only the measure word, such as 个")
    if not all(char.isalpha() and not char.isascii() for char in noun):
        raise cursor.refuse(f"{unit!r} is no known unit; write a measure word such as 个 or ㎡, or leave it out")
    if noun == unit and unit[0] in NUMERALS:
        raise cursor.refuse(f"{unit!r} after a number makes a second one; write the number in digits")
    if unit[-1] in "半多余几":
        raise cursor.refuse(f"{unit!r} leaves the number open; write it exactly, such as 3.5年")


def _one_unit(cursor: Cursor, first: str | None, second: str | None) -> str | None:
    if first is not None and second is not None and not same_measure(first, second):
        raise cursor.refuse(f"the range has two units, {first} and {second}; write one after the second number")
    return first if second is None else second


# ---- RANGES AND TOLERANCES ----


def _range(cursor: Cursor, low: Amount, high: Amount, unit: str | None) -> tuple[Fraction, Fraction, str]:
    value = low.value
    if low.scale == PLAIN and high.scale != PLAIN and unit is None:
        value /= PER_SCALE[high.scale]  # 10—15% are both percentages
    elif low.scale != high.scale:
        raise cursor.refuse("one end of the range is a percentage and the other is not; write the same sign at both")
    if high.multiplier > 1 and low.multiplier == 1 and 0 < value * high.multiplier <= high.value:
        raise cursor.refuse("万 or 亿 may belong to one end of the range or to both; write it at both")
    if value > high.value:
        raise cursor.refuse("the range runs backwards; write the smaller number first")
    return value, high.value, high.scale


def _tolerance(cursor: Cursor, figure: Figure) -> Fraction | None:
    """Read ± 10% (of the number), ± 5 (in its unit) or, for a percentage, ± 5个百分点."""
    if not cursor.skip(Symbol.SPREAD):
        return None
    if figure.upper is not None:
        raise cursor.refuse("a range has no tolerance; write its two ends")
    amount = _amount(cursor)
    unit = _unit(cursor, amount, any_unit=False)
    if amount.value < 0:
        raise cursor.refuse("the tolerance is negative; write ± 10% or ± 5")
    if amount.scale != PLAIN:
        return abs(figure.value) * amount.value
    points = PLAIN if unit is None else POINTS.get(unit, PLAIN)
    if points != figure.scale:
        raise cursor.refuse("the tolerance does not fit the number; write ± 10% (of the number), ± 5, or ± 5个百分点")
    if points != PLAIN:
        return amount.value / PER_SCALE[points]
    _one_unit(cursor, figure.unit, unit)
    return amount.value


# ---- WHAT THE WORDS SAY TOGETHER ----


def comparator_of(cursor: Cursor, figure: Figure) -> Comparator | None:
    """Settle what the words around a figure say together.

    A strong word goes before a weak one of the same direction (达到…以上, 控制在…以下); （含） and （不含）
    override both.

    Args:
        cursor: Where the figure was read.
        figure: The figure.

    Returns:
        The comparator; null for a number with no comparator at all.

    Raises:
        RequirementError: When the words contradict each other.
    """
    spoken = _agreed(cursor, figure.markers)
    shape = _shape(figure)
    if shape is not None:
        weak = all(marker.weak for marker in figure.markers)
        if not weak and spoken is not shape:
            raise cursor.refuse(f"a figure that is {shape} takes no other comparator; write one or the other")
        spoken = shape
    if any(marker.word == FINER for marker in figure.markers) and measure_of(figure.unit) not in LENGTHS:
        raise cursor.refuse("优于 says better, not whether more or less is; write 高于 or 低于")
    return _with_inclusion(cursor, figure, spoken)


def _shape(figure: Figure) -> Comparator | None:
    if figure.upper is not None:
        return Comparator.BETWEEN
    return Comparator.ABOUT if figure.tolerance is not None else None


def _agreed(cursor: Cursor, markers: tuple[Marker, ...]) -> Comparator | None:
    strong = [marker for marker in markers if not marker.weak]
    for marker in markers:
        other = strong[0] if strong else markers[0]
        if marker.comparator is not other.comparator and not (marker.weak and _yields(marker, other)):
            raise cursor.refuse(f"{_quoted(other)} and {_quoted(marker)}; leave one of them")
    return (strong or list(markers))[0].comparator if markers else None


def _quoted(marker: Marker) -> str:
    return f"{marker.word!r} says {SAYS[marker.comparator]}"


def _yields(weak: Marker, other: Marker) -> bool:
    sides = (LOWER_BOUNDS, UPPER_BOUNDS)
    if other.comparator in {Comparator.ABOUT, Comparator.IS}:
        return other.comparator is Comparator.ABOUT
    return any(weak.comparator in side and other.comparator in side for side in sides)


def _with_inclusion(cursor: Cursor, figure: Figure, spoken: Comparator | None) -> Comparator | None:
    stated = {inclusion.included for inclusion in figure.inclusions}
    repeated = {inclusion.amount.value for inclusion in figure.inclusions if inclusion.amount is not None}
    if len(stated) > 1 or repeated - {figure.value, figure.upper}:
        raise cursor.refuse("what is said of the number in brackets contradicts it; leave only （含） or （不含）")
    if not stated:
        return spoken
    override = INCLUDING if stated == {True} else EXCLUDING
    if spoken in override:
        return override[spoken]
    if spoken is None or stated == {False}:
        raise cursor.refuse("（含） and （不含） need a bound, such as 10个以上（不含）")
    return spoken
