"""Bound Σ NUM / Σ DEN where values are missing: every row may choose among its possible points (spec 3, interval).

All area forms are this one quotient. A mean has DEN 1 for every unit, a share has NUM 1 for those that comply, a total
and a change have the fixed denominator 1 beside their rows.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from commscore.reference._places import Span

Point = tuple[Fraction, Fraction]  # what a row adds to Σ NUM and to Σ DEN

ZERO = Fraction(0)
NOTHING: Point = (ZERO, ZERO)


@attrs.frozen
class Contribution:
    """What one row may add to the two sums.

    Attributes:
        points: The corners of what is possible; one where everything is known. Being left out is the point (0, 0).
        rays: The directions in which what is possible has no end.
        certain: Whether the row is certainly looked at.
        missing: Whether something missing (not only invalid values) leaves it open.
    """

    points: frozenset[Point]
    rays: frozenset[tuple[int, int]] = frozenset()
    certain: bool = True
    missing: bool = False

    def is_open(self) -> bool:
        """Say whether more than one thing is possible."""
        return len(self.points) > 1 or bool(self.rays)


def region(num: Span, den: Span, *, is_part: bool = False) -> tuple[frozenset[Point], frozenset[tuple[int, int]]]:
    """Return the corners and the endless directions of all pairs within two spans.

    Args:
        num: What the numerator may be.
        den: What the denominator may be, at least 0.
        is_part: Whether the numerator is a part of the denominator, so never greater.

    Returns:
        The corners and directions; a contradiction between the spans and the part is as if it were no part.
    """
    nums = [end for end in num if end is not None] or [ZERO]
    dens = [end for end in den if end is not None]
    if not is_part:
        rays = {(1, 0)} if num[1] is None else set()
        rays |= {(-1, 0)} if num[0] is None else set()
        return frozenset(product(nums, dens)), frozenset(rays | ({(0, 1)} if den[1] is None else set()))
    ends = {*nums, *dens}  # the corners of the cut-off region lie on its edges or on NUM = DEN
    corners = {(n, d) for n, d in product(ends, ends) if _within(n, num) and _within(d, den) and n <= d}
    if not corners:
        return region(num, den)
    upwards = {(0, 1)} if den[1] is None else set()
    both = {(1, 1)} if den[1] is None and num[1] is None else set()
    return frozenset(corners), frozenset(upwards | both)


def _within(number: Fraction, ends: Span) -> bool:
    return (ends[0] is None or number >= ends[0]) and (ends[1] is None or number <= ends[1])


def weighted_sum(spans: Iterable[tuple[Fraction, Span]]) -> Span:
    """Add up spans, each times its weight."""
    low: Fraction | None = ZERO
    high: Fraction | None = ZERO
    for weight, (least, greatest) in spans:
        if weight < 0:
            least, greatest = greatest, least  # noqa: PLW2901 - a negative weight turns the span round
        low = None if low is None or least is None else low + weight * least
        high = None if high is None or greatest is None else high + weight * greatest
    return low, high


def greatest_sum(contributions: Iterable[Contribution], num: Fraction, den: Fraction) -> Fraction | None:
    """Return the greatest Σ (num × NUM + den × DEN) over everything possible; null when it has no end."""
    total = ZERO
    for contribution in contributions:
        if any(num * up + den * right > 0 for up, right in contribution.rays):
            return None
        total += max(num * n + den * d for n, d in contribution.points)
    return total


def extremes(contributions: Sequence[Contribution], fixed: Fraction) -> Span:
    """Return the least and the greatest Σ NUM / Σ DEN over everything possible with Σ DEN > 0.

    Args:
        contributions: The rows; some choice must have Σ DEN > 0.
        fixed: What Σ DEN holds beside the rows.

    Returns:
        Both ends, limits included; null where there is none.
    """
    rows = [*contributions, Contribution(frozenset({(ZERO, fixed)}))]
    if not any(row.is_open() for row in rows):
        return (_quotient([point for row in rows for point in row.points]),) * 2
    mirrored = [
        attrs.evolve(
            row,
            points=frozenset((-n, d) for n, d in row.points),
            rays=frozenset((-up, right) for up, right in row.rays),
        )
        for row in rows
    ]
    least = _greatest(mirrored)
    return None if least is None else -least, _greatest(rows)


def _greatest(rows: Sequence[Contribution]) -> Fraction | None:
    """Raise the quotient until no row can raise it further.

    A choice improves on a quotient q exactly when its Σ (NUM − q × DEN) is above 0, and there every row's best does not
    depend on the others. So take every row's best for q, compute the new quotient, and repeat: it only rises, and there
    are finitely many choices.
    """
    rays = {ray for row in rows for ray in row.rays}
    if any(right == 0 and up > 0 for up, right in rays):
        return None
    reachable = [row.points | _along_rays(row) for row in rows]
    chosen = [max(points, key=lambda point: point[1]) for points in reachable]
    while True:
        quotient = _quotient(chosen)
        if quotient is None:
            return None
        better = [_best(points, quotient) for points in reachable]
        if sum(n - quotient * d for n, d in better) == 0:
            return max([quotient, *(Fraction(up, right) for up, right in rays if right)])
        chosen = better


def _quotient(chosen: Iterable[Point]) -> Fraction | None:
    """Divide the sums of what was chosen; over nothing there is no quotient."""
    num = den = ZERO
    for n, d in chosen:
        num, den = num + n, den + d
    return num / den if den else None


def _along_rays(row: Contribution) -> frozenset[Point]:
    """Take one step in each endless direction that adds to the denominator, so that it can be above 0."""
    n, d = max(row.points)
    return frozenset((n + up, d + right) for up, right in row.rays if right)


def _best(points: Iterable[Point], quotient: Fraction) -> Point:
    return max(points, key=lambda point: point[0] - quotient * point[1])
