"""Round exactly: floats, integers and fractions to integers at decimal places, halves up.

Everything here works on whole NumPy arrays. Integers stay int64 while they fit and become Python integers
(object dtype) where they do not, so nothing ever wraps.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[Any]  # int64, or object dtype holding Python integers
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

INT64_MAX = 2**63 - 1
# Above this a scaled float may leave int64, so it is counted in Python integers.
BIG = 2.0**62
# The products of `_settle` are exact up to here.
MOST_SETTLED = 15
# 2**27 + 1 splits a double into two halves of 26 bits (Dekker).
SPLITTER = 134217729.0
# Below 2**24 a single of up to 8 decimals is told from its neighbours by double arithmetic.
SHORT_SINGLE = 2.0**24
MOST_DECIMALS = 8
CLEARLY_NEAREST = 0.499


def narrowed(values: Integers) -> Integers:
    """Return Python integers as int64 where all of them fit, else as they are."""
    if values.dtype != object:
        return values
    try:
        return values.astype(np.int64)
    except OverflowError:
        return values


def integers(values: list[int]) -> Integers:
    """Make an array of Python integers: int64 where all fit, else object dtype."""
    try:
        return np.array(values, dtype=np.int64)
    except OverflowError:
        return np.array(values, dtype=object)


def rescale(values: Integers, exponent: int) -> tuple[Integers, Mask | None]:
    """Multiply integers by a power of ten, exactly, rounding halves up where it is negative.

    Args:
        values: int64 or Python integers.
        exponent: Of ten.

    Returns:
        The products, and which of them had to be rounded (null when none).
    """
    if exponent == 0 or not values.size:
        return values, None
    factor = 10 ** abs(exponent)
    if exponent > 0:
        if values.dtype == object or _extent(values) * factor > INT64_MAX:
            return narrowed(values.astype(object) * factor), None
        return values * factor, None
    # Twice a remainder below 10**18 still fits.
    if values.dtype != object and factor > 10**18:
        values = values.astype(object)
    quotient = values // factor
    remainder = values - quotient * factor
    inexact = np.asarray(remainder != 0, dtype=bool)
    if not inexact.any():
        return narrowed(quotient), None
    return narrowed(quotient + (2 * remainder >= factor)), inexact


def _extent(values: Integers) -> int:
    """Return the greatest magnitude in an int64 array."""
    return max(int(values.max()), -int(values.min()))


def round_fraction(value: Fraction, exponent: int) -> int:
    """Return ``value * 10**exponent`` to the nearest integer, halves up."""
    return (value * Fraction(10) ** exponent + Fraction(1, 2)).__floor__()


def whole_floats(values: Floats, *, gaps: Mask | None = None) -> tuple[Integers, Mask | None]:
    """Read floats that should be whole numbers.

    Args:
        values: Any doubles.
        gaps: Rows without a value, whatever stands there; null when there are none.

    Returns:
        The integers (0 where there is none), and which values are not whole: fractions, NaN and infinities
        (null when all are whole).
    """
    if not values.size:
        return values.astype(np.int64), None
    whole = np.rint(values)
    odd = whole != values
    if gaps is not None:
        whole[gaps] = 0.0
        odd &= ~gaps
    low, high = whole.min(), whole.max()
    # Comparisons with NaN are false, so `not` catches it.
    if not (low > -BIG and high < BIG):
        odd |= ~np.isfinite(whole)
    if odd.any():
        whole[odd] = 0.0
        return _as_integers(whole), odd
    return _as_integers(whole), None


def _as_integers(whole: Floats) -> Integers:
    """Convert finite whole doubles to integers."""
    if whole.min() > -BIG and whole.max() < BIG:
        return whole.astype(np.int64)
    return integers([int(value) for value in whole.tolist()])


def round_floats(values: Floats, exponent: int) -> tuple[Integers, Mask | None]:
    """Return ``values * 10**exponent`` to the nearest integer, halves up, of the exact binary values.

    Args:
        values: Any doubles.
        exponent: Of ten.

    Returns:
        The integers (0 where there is none), and which values are NaN or infinite (null when none).
    """
    if not values.size:
        return values.astype(np.int64), None
    bad = None
    if not (np.isfinite(values.min()) and np.isfinite(values.max())):
        bad = ~np.isfinite(values)
        values = np.where(bad, 0.0, values)
    return _round_finite(values, exponent), bad


def _round_finite(values: Floats, exponent: int) -> Integers:
    """Round finite doubles: by floating point where that is certain, else by exact products or fractions."""
    if not 0 <= exponent <= MOST_SETTLED:
        return integers([round_fraction(Fraction(value), exponent) for value in values.tolist()])
    with np.errstate(over="ignore"):
        scaled = values * 10.0**exponent
    nearest = np.rint(scaled)
    extent = float(max(nearest.max(), -nearest.min()))
    if not extent < BIG:
        return _round_big(values, scaled, exponent)
    rounded = nearest.astype(np.int64)
    # The product is off by half a unit of its last place: what lies so near to a half needs a second look.
    scaled -= nearest
    np.abs(scaled, out=scaled)
    certain = 0.5 - extent * 2.0**-51
    if not scaled.max() < certain:
        close = np.flatnonzero(scaled >= certain)
        rounded[close] = _settle(values[close], exponent)
    return rounded


def _settle(values: Floats, exponent: int) -> Integers:
    """Round doubles whose products are too near to a half to trust, from the exact product in two parts."""
    factor = 10.0**exponent
    part, whole = np.modf(values)
    product = part * factor
    part_high, part_low = _split(part)
    factor_high, factor_low = _split(np.float64(factor))
    # Dekker: product + error is part * factor without any rounding.
    error = part_high * factor_high - product
    error = ((error + part_high * factor_low) + part_low * factor_high) + part_low * factor_low
    below = np.floor(product)
    up = (product - (below + 0.5)) + error >= 0.0
    return whole.astype(np.int64) * 10**exponent + below.astype(np.int64) + up


def _split(value: Any) -> tuple[Any, Any]:  # a double or an array of them
    """Split doubles into a high and a low half whose products are exact."""
    shifted = value * SPLITTER
    high = shifted - (shifted - value)
    return high, value - high


def _round_big(values: Floats, scaled: Floats, exponent: int) -> Integers:
    """Round doubles of which some leave int64 when scaled."""
    big = np.abs(scaled) >= BIG
    rounded = _round_finite(np.where(big, 0.0, values), exponent).astype(object)
    factor = 10**exponent
    rounded[big] = [
        int(value) * factor if value.is_integer() else round_fraction(Fraction(value), exponent)
        for value in values[big].tolist()
    ]
    return narrowed(rounded)


def short_singles(values: npt.NDArray[np.float32], exponent: int) -> tuple[Integers, Mask, Mask]:
    """Round singles as the shortest decimals that denote them, where these have few decimals.

    Args:
        values: Singles.
        exponent: Power of ten by which they are multiplied before they are rounded, halves up.

    Returns:
        The integers (0 where there is none), which of them had to be rounded, and which values were not read: those
        that are not finite, from 2**24 up, or of more than 8 decimals.
    """
    doubles = values.astype(np.float64)
    results: Integers = np.zeros(len(values), dtype=np.int64)
    inexact = np.zeros(len(values), dtype=bool)
    left = np.flatnonzero(np.abs(doubles) < SHORT_SINGLE)
    rest = np.ones(len(values), dtype=bool)
    for decimals in range(MOST_DECIMALS + 1):
        scaled = doubles[left] * 10.0**decimals
        nearest = np.rint(scaled)
        # The first number of decimals at which the nearest one denotes the single is the shortest. Where two are
        # about as near, it is left to who writes singles.
        denotes = (nearest / 10.0**decimals).astype(np.float32) == values[left]
        found = denotes & (np.abs(scaled - nearest) < CLEARLY_NEAREST)
        rows = left[found]
        rounded, odd = rescale(nearest[found].astype(np.int64), exponent - decimals)
        if rounded.dtype == object:
            results = results.astype(object)
        results[rows] = rounded
        if odd is not None:
            inexact[rows] = odd
        rest[rows] = False
        left = left[~denotes]
        if not left.size:
            break
    return results, inexact, rest
