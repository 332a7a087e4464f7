"""Arithmetic of the values that meet a requirement: exact, on the grid of an input's places where there is one."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from commscore._comparing._comparison import Relation
from commscore._comparing._domains import Domain
from commscore._requirement import Interval

EVERYTHING = Interval(None, lower_open=False, upper=None, upper_open=False)
_MOST_PLACES = 60


def clipped(asked: Interval, domain: Domain) -> Interval | None:
    """Keep of an interval the values that can come up; null when there is none.

    On a grid the ends become values of it, so that equal sets are equal intervals: more than 24 of something counted
    is at least 25.
    """
    found = _meet(asked, Interval(domain.lower, lower_open=False, upper=domain.upper, upper_open=False))
    if domain.step is not None:
        found = _on_grid(found, domain.step)
    return None if _is_empty(found) else found


def _on_grid(found: Interval, step: Fraction) -> Interval:
    lower, upper = found.lower, found.upper
    if lower is not None:
        lower = (floor(lower / step) + 1 if found.lower_open else ceil(lower / step)) * step
    if upper is not None:
        upper = (ceil(upper / step) - 1 if found.upper_open else floor(upper / step)) * step
    return Interval(lower, lower_open=False, upper=upper, upper_open=False)


def _is_empty(found: Interval) -> bool:
    if found.lower is None or found.upper is None:
        return False
    return found.lower > found.upper or (found.lower == found.upper and (found.lower_open or found.upper_open))


def _meet(one: Interval, other: Interval) -> Interval:
    # Of two equal ends the open one excludes more, so it comes last among lower ends and first among upper ones.
    lowers = [(each.lower, each.lower_open) for each in (one, other) if each.lower is not None]
    uppers = [(each.upper, not each.upper_open) for each in (one, other) if each.upper is not None]
    lower, lower_open = max(lowers) if lowers else (None, False)
    upper, closed = min(uppers) if uppers else (None, True)
    return Interval(lower, lower_open, upper, not closed)


def related(parent: Interval | None, child: Interval | None) -> Relation:
    """Hold the values that meet the child's requirement against those that meet the parent's."""
    less, more = bool(_without(parent, child)), bool(_without(child, parent))
    if less and more:
        return Relation.INCOMPARABLE
    return Relation.STRICTER if less else Relation.LAXER if more else Relation.EQUAL


def witness_value(inside: Interval | None, outside: Interval | None, step: Fraction | None) -> Fraction | None:
    """Give a value of the first interval that the second does not have; null when there is none.

    The stated figure itself where it will do, else the nearest and shortest number.
    """
    pieces = _without(inside, outside)
    return _value_of(pieces[0], step) if pieces else None


def _without(inside: Interval | None, outside: Interval | None) -> list[Interval]:
    """Give what is left of one interval outside another: nothing, one piece, or one on either side."""
    if inside is None:
        return []
    if outside is None:
        return [inside]
    pieces = []
    if outside.lower is not None:
        below = Interval(None, lower_open=False, upper=outside.lower, upper_open=not outside.lower_open)
        pieces.append(_meet(inside, below))
    if outside.upper is not None:
        above = Interval(outside.upper, lower_open=not outside.upper_open, upper=None, upper_open=False)
        pieces.append(_meet(inside, above))
    return [piece for piece in pieces if not _is_empty(piece)]


def _value_of(piece: Interval, step: Fraction | None) -> Fraction:
    own = _closed_end(piece)
    if own is None and step is not None:
        own = _closed_end(_on_grid(piece, step))
    return _shortest_within(piece) if own is None else own


def _closed_end(piece: Interval) -> Fraction | None:
    if piece.lower is not None and not piece.lower_open:
        return piece.lower
    return piece.upper if piece.upper is not None and not piece.upper_open else None


def _shortest_within(piece: Interval) -> Fraction:
    """Give the decimal of the fewest places strictly between two ends, the one nearest to the lower end."""
    if piece.lower is None:
        return Fraction(0) if piece.upper is None else Fraction(ceil(piece.upper) - 1)
    for places in range(_MOST_PLACES):
        value = Fraction(floor(piece.lower * 10**places) + 1, 10**places)
        if piece.upper is None or value < piece.upper:
            return value
    return (piece.lower + (piece.upper or piece.lower)) / 2
