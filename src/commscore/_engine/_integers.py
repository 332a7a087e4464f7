"""Exact arithmetic on integer arrays: int64 while it is certain to fit, Python integers where it may not.

Nothing here wraps around: each function bounds its result first and moves to an object array when 64 bits might not do.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[Any]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

_LIMIT = 2**62
_EXACT_DOUBLE = 2**53
_COUNTABLE = 2**16
_BYTES = 64


def magnitude(array: Ints) -> int:
    """Return the greatest absolute value of an array, 0 when it is empty."""
    return max(abs(int(array.max())), abs(int(array.min()))) if array.size else 0


def wide(array: Ints) -> Ints:
    """Return the array as Python integers."""
    return array if array.dtype == object else array.astype(object)


def integers(array: Ints) -> Ints:
    """Return the array as int64 if it is of another fixed width, unchanged if it holds Python integers."""
    return array if array.dtype in (np.int64, object) else array.astype(np.int64)


def times(array: Ints, factor: int) -> Ints:
    """Multiply by one integer."""
    if factor == 1:
        return array
    array = integers(array)
    if array.dtype != object and max(magnitude(array), 1) * max(abs(factor), 1) < _LIMIT:
        return array * np.int64(factor)
    return wide(array) * factor


def product(a: Ints, b: Ints) -> Ints:
    """Multiply element by element."""
    a, b = integers(a), integers(b)
    if a.dtype != object and b.dtype != object and magnitude(a) * magnitude(b) < _LIMIT:
        return a * b
    return wide(a) * wide(b)


def plus(a: Ints, b: Ints) -> Ints:
    """Add element by element."""
    a, b = integers(a), integers(b)
    if a.dtype != object and b.dtype != object and magnitude(a) + magnitude(b) < _LIMIT:
        return a + b
    return wide(a) + wide(b)


def minus(a: Ints, b: Ints) -> Ints:
    """Subtract element by element."""
    return plus(a, -integers(b))


def choose(condition: Bools, a: Ints | int, b: Ints | int) -> Ints:
    """Take ``a`` where the condition holds, else ``b``; Python integers if either side has them.

    Where all are of one side that very array may be returned.
    """
    if isinstance(b, np.ndarray) and b.shape == condition.shape and not condition.any():
        return integers(b)
    if isinstance(a, np.ndarray) and a.shape == condition.shape and condition.all():
        return integers(a)
    if isinstance(b, int) and b == 0 and isinstance(a, np.ndarray) and a.dtype != object:
        # A product does not branch: where conditions alternate, `where` takes six times as long.
        return integers(a) * condition
    parts = [part if isinstance(part, np.ndarray) else np.array(part, dtype=_dtype_of(part)) for part in (a, b)]
    if any(part.dtype == object for part in parts):
        parts = [part.astype(object) for part in parts]
    result: Ints = np.where(condition, parts[0], parts[1])
    return result


def _dtype_of(value: int) -> type:
    return np.int64 if abs(value) < _LIMIT else object


def group_sums(array: Ints, starts: Ints) -> Ints:
    """Sum runs of a sorted array, or of each row of it, that begin at ``starts``, exactly."""
    # Less than 64 bits cannot exceed them, however many there are.
    if array.dtype == np.int64 and magnitude(array) * max(array.shape[-1], 1) >= _LIMIT:
        array = wide(array)
    kind = object if array.dtype == object else np.int64
    if not len(starts):
        return array[..., :0].astype(kind)
    sums: Ints = np.add.reduceat(array, starts, axis=-1, dtype=kind)
    return sums


def ceil_div(a: int, b: int) -> int:
    """Divide two integers, rounding up."""
    return -(-a // b)


def at_or_above(num: Ints, den: Ints | None, bound: Fraction, *, factor: Fraction, strict: bool) -> Bools:
    """Say where ``num / den * factor`` is at least ``bound`` (more than, when strict), by cross-multiplication.

    ``den`` is positive, or null for 1. With a zero ``den`` the answer is that of the linear comparison.
    """
    left, right = factor.numerator * bound.denominator, bound.numerator * factor.denominator
    shared = gcd(left, right) or 1
    left, right = left // shared, right // shared
    if den is None:  # one scalar threshold, no product at all
        threshold = right // left + 1 if strict else ceil_div(right, left)
        return _reach(num, threshold)
    scaled, scaled_den = times(num, left), times(den, right)
    return _as_bools(scaled > scaled_den if strict else scaled >= scaled_den)


def at_or_below(num: Ints, den: Ints | None, bound: Fraction, *, factor: Fraction, strict: bool) -> Bools:
    """Say where ``num / den * factor`` is at most ``bound`` (less than, when strict)."""
    return ~at_or_above(num, den, bound, factor=factor, strict=not strict)


def _reach(array: Ints, threshold: int) -> Bools:
    """Compare with one integer; beyond 64 bits every int64 lies on one side of it."""
    if array.dtype == object or -(2**63) <= threshold < 2**63:
        return _as_bools(array >= threshold)
    return np.full(array.shape, threshold < 0)


def _as_bools(array: Any) -> Bools:
    result: Bools = np.asarray(array, dtype=bool)
    return result


def quotient(num: Ints, den: Ints | int, factor: Fraction = Fraction(1)) -> Floats:
    """Divide for display: the double nearest to ``num / den * factor``; NaN where ``den`` is 0."""
    num, den_array = times(num, factor.numerator), times(np.asarray(den), factor.denominator)
    num, den_array = np.broadcast_arrays(num, den_array)
    zero = _as_bools(den_array == 0)
    exact = num.dtype != object and den_array.dtype != object
    if exact and magnitude(num) < _EXACT_DOUBLE and magnitude(den_array) < _EXACT_DOUBLE:
        with np.errstate(divide="ignore", invalid="ignore"):
            result: Floats = num / den_array
        result[zero] = np.nan
        return result
    result = np.full(num.shape, np.nan)
    for i in np.flatnonzero(~zero):
        result[i] = _nearest(int(num[i]), int(den_array[i]))
    return result


def _nearest(num: int, den: int) -> float:
    try:
        return num / den
    except OverflowError:
        return float("inf") if (num > 0) == (den > 0) else float("-inf")


def distinct(values: Ints) -> list[int]:
    """Return the distinct positive values."""
    if values.dtype == np.uint8 and values.size and (most := int(values.max())) <= _BYTES:
        return [value for value in range(1, most + 1) if (values == value).any()]  # bytes are compared fast
    if values.dtype != object and values.size and values.min() >= 0 and values.max() < _COUNTABLE:
        found: list[int] = np.flatnonzero(np.bincount(values)).tolist()
    else:
        found = np.unique(values).tolist()
    return [value for value in found if value > 0]


def reduced(num: Ints, den: Ints) -> tuple[Ints, Ints]:
    """Cancel what numerator and denominator share, where they have outgrown 64 bits."""
    if num.dtype != object and den.dtype != object:
        return num, den
    shared = np.gcd(wide(num), wide(den))
    return wide(num) // shared, wide(den) // shared
