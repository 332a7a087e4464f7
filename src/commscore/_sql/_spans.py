"""What a row may add to an area: the least and the greatest of each operand, as whole numbers."""

from __future__ import annotations

from itertools import product as pairs_of
from math import lcm
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from commscore._sql._cells import limits
from commscore._sql._syntax import (
    FALSE,
    Sql,
    absent,
    both,
    case,
    either,
    minus,
    negated,
    plus,
    times,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from commscore._sql._cells import Cells


@attrs.frozen(eq=False)
class Span:
    """The least and the greatest that a row's number may be.

    Attributes:
        low: The least.
        high: The greatest; 0 where there is none.
        endless: Where there is no greatest.
        bottomless: Where there is no least; ``low`` is 0 there.
    """

    low: Sql
    high: Sql
    endless: Sql = FALSE
    bottomless: Sql = FALSE

    def varies(self) -> Sql:
        """Say where more than one number is possible."""
        if self.low == self.high:
            return either(self.endless, self.bottomless)
        return either(self.endless, self.bottomless, exp.NEQ(this=self.low, expression=self.high))

    def is_zero(self) -> Sql:
        """Say where it is certainly 0."""
        ends = [exp.EQ(this=one, expression=whole(0)) for one in (self.low, self.high)]
        return both(negated(self.endless), negated(self.bottomless), *ends)


def places_of(cells: Cells, name: str) -> int:
    """Return the places at which an operand is added up: its own, or those of the whole that it is a part of."""
    if name == "units":
        return 0
    declared = cells.ruleset.inputs[name]
    cap = _cap(cells, name)
    return max(declared.places, cells.ruleset.inputs[cap].places) if cap else declared.places


def _cap(cells: Cells, name: str) -> str | None:
    whole_name = cells.ruleset.inputs[name].part_of
    return whole_name if whole_name is not None and cells.has(whole_name) else None


def span(cells: Cells, name: str, places: int) -> Span:
    """Return what a row's operand may be, at so many places: itself, or anything within its bounds."""
    if name == "units":
        return Span(whole(10**places), whole(10**places))
    declared = cells.ruleset.inputs[name]
    shift = 10 ** (places - declared.places)
    least, most = limits(declared)
    low, high = least * shift if least is not None else 0, None if most is None else most * shift
    value = cells.scaled(cells.value(name), name, places)
    known, cap = negated(absent(cells.value(name))), _cap(cells, name)
    tops: list[tuple[Sql, Sql]] = [(known, value)]
    unlimited = absent(cells.value(name))
    if cap is not None:
        most_there = cells.scaled(cells.value(cap), cap, places)
        is_known = negated(absent(cells.value(cap)))
        tops.append((both(is_known, exp.LT(this=most_there, expression=whole(low))), whole(low)))
        if high is not None:
            tops.append((both(is_known, exp.GT(this=most_there, expression=whole(high))), whole(high)))
        tops.append((is_known, most_there))
        unlimited = both(unlimited, absent(cells.value(cap)))
    put, label = cells.steps.put, f"{name}__at{places}"
    return Span(
        put(f"{label}__low", case([(known, value)], whole(low))),
        put(f"{label}__high", case(tops, whole(high or 0))),
        put(f"{label}__endless", unlimited) if high is None else FALSE,
    )


def weighted(cells: Cells, weights: Mapping[str, Fraction]) -> tuple[Span, int]:
    """Add up operands, each times its weight; return also by what the sum was multiplied to be whole."""
    units = {name: weight / 10 ** places_of(cells, name) for name, weight in weights.items()}
    scale = lcm(*(unit.denominator for unit in units.values()))
    lows, highs, endless, bottomless = [], [], [], []
    for name, unit in units.items():
        factor, one = int(unit * scale), span(cells, name, places_of(cells, name))
        if factor >= 0:
            lows.append(times(one.low, factor))
            highs.append(times(one.high, factor))
            endless.append(one.endless if factor else FALSE)
        else:
            lows.append(times(one.high, factor))
            highs.append(times(one.low, factor))
            bottomless.append(one.endless)
    return Span(plus(lows), plus(highs), either(*endless), either(*bottomless)), scale


def at_least_num(cells: Cells, names: tuple[str, str], places: int) -> tuple[Span, Span, Sql]:
    """Return a numerator and the denominator that it is a part of, and where both are open and move together."""
    num, den = (span(cells, name, places) for name in names)
    open_num, open_den = (absent(cells.value(name)) for name in names)
    _, most = limits(cells.ruleset.inputs[names[1]])
    raised = [(both(open_den, exp.GT(this=num.low, expression=den.low)), num.low)]
    if most is not None:
        shift = 10 ** (places - cells.ruleset.inputs[names[1]].places)
        raised.insert(0, (both(open_den, exp.GT(this=num.low, expression=whole(most * shift))), den.low))
    raised.insert(0, (open_num, den.low))
    return num, attrs.evolve(den, low=case(raised, den.low)), both(open_num, open_den)


@attrs.frozen
class Joint:
    """The pairs that a part and its whole may be where neither is known: corners, and whether both have no end."""

    corners: tuple[tuple[int, int], ...]
    num_endless: bool
    den_endless: bool


def joint_corners(cells: Cells, names: tuple[str, str], places: int) -> Joint:
    """Return the corners of ``part <= whole`` within the bounds of both."""
    ends = []
    for name in names:
        declared = cells.ruleset.inputs[name]
        shift = 10 ** (places - declared.places)
        least, most = limits(declared)
        ends.append(((least or 0) * shift, None if most is None else most * shift))
    (num_low, num_high), (den_low, den_high) = ends
    numbers = sorted({end for pair in ends for end in pair if end is not None})
    corners = tuple(
        (num, den)
        for num, den in pairs_of(numbers, numbers)
        if num_low <= num <= den
        and den >= den_low
        and (num_high is None or num <= num_high)
        and (den_high is None or den <= den_high)
    )
    return Joint(corners or ((num_low, den_low),), num_high is None, den_high is None)


def least_of(one: Sql, other: int) -> Sql:
    """Return the smaller of a number and a constant."""
    return case([(exp.LT(this=one, expression=whole(other)), one)], whole(other))


def greatest_of(one: Sql, other: int) -> Sql:
    """Return the greater of a number and a constant."""
    return case([(exp.GT(this=one, expression=whole(other)), one)], whole(other))


def difference(num: Sql, num_factor: int, den: Sql, den_factor: int) -> Sql:
    """Return ``num × its factor − den × its factor``."""
    if den_factor == 0:
        return times(num, num_factor)
    return minus(times(num, num_factor), times(den, den_factor))
