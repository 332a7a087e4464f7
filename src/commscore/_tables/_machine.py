"""Numbers judged where they lie: machine numbers, and the least of them that is read as a wanted integer or more.

Reading rounds: a number ``x`` is read as ``floor(x * 10**exponent + 1/2)``. Rounding never changes the order of
numbers, so whether the reading reaches an integer ``T`` is told by one comparison with the least machine number of
that type for which it does. That number is found once, by exact arithmetic; the data itself is not converted at all.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from commscore._ruleset import Input
from commscore._tables._buffers import booleans, fixed, gaps_of
from commscore._tables._exact import Scale, scale_of

Array = Any  # pyarrow ships no types
Numbers = npt.NDArray[Any]
Bits = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

# Singles are read as the shortest decimals that denote them, halves (which have no SIMD) are not judged in place.
_TYPES = (np.float64, np.float32)
_UNSIGNED = {np.dtype(np.float64): np.uint64, np.dtype(np.float32): np.uint32}


@lru_cache(maxsize=4096)
def least_reading(dtype: np.dtype[Any], exponent: int, wanted: int) -> Any:
    """Return the least number of a type that is read as ``wanted`` or more.

    Args:
        dtype: float64, float32 or any integer type.
        exponent: Power of ten from the number as stored to its reading.
        wanted: The reading.

    Returns:
        A number of that type; the least of all where every number will do; null where none does.
    """
    bound = (wanted - Fraction(1, 2)) / Fraction(10) ** exponent
    if dtype == np.float64:
        return _least_double(bound)
    if dtype == np.float32:
        return _least_single(bound)
    limits = np.iinfo(dtype)
    least = max(math.ceil(bound), int(limits.min))
    return dtype.type(least) if least <= limits.max else None


def _least_double(bound: Fraction) -> np.float64 | None:
    try:
        nearest = float(bound)
    except OverflowError:
        return np.float64(-math.inf) if bound < 0 else None
    found = nearest if Fraction(nearest) >= bound else math.nextafter(nearest, math.inf)
    return np.float64(found) if found < math.inf else None


def _least_single(bound: Fraction) -> np.float32 | None:
    top = np.finfo(np.float32).max
    if abs(bound) > Fraction(float(top)):
        return np.float32(-math.inf) if bound < 0 else None
    found = np.float32(float(bound))
    up, down = np.float32(math.inf), np.float32(-math.inf)
    with np.errstate(over="ignore"):
        # Neighbours have different shortest decimals, so this is a step or two.
        while np.isfinite(found) and _written(found) < bound:
            found = np.nextafter(found, up)
        while np.isfinite(below := np.nextafter(found, down)) and _written(below) >= bound:
            found = below
    return found if np.isfinite(found) else None


def _written(value: np.float32) -> Fraction:
    """Return the shortest decimal that denotes a single."""
    return Fraction(Decimal(str(value)))


@attrs.frozen
class Limits:
    """What machine numbers of one type must lie within to be read as they are.

    Attributes:
        dtype: The type.
        scale: How they are read.
        low: The least number within the bounds; null where all are great enough.
        high: The least number beyond them; null where none is.
        bits: For floats from 0 up: the greatest bit pattern within the bounds, which those of negative numbers, NaN
            and infinities exceed; null where the bounds are others.
    """

    dtype: np.dtype[Any]
    scale: Scale
    low: Any
    high: Any
    bits: int | None


@lru_cache(maxsize=4096)
def limits_of(dtype: np.dtype[Any], scale: Scale) -> Limits | None:
    """Return the limits of an input in a type; null where nothing of that type is within them."""
    low = None if scale.lower is None else least_reading(dtype, scale.exponent, scale.lower)
    high = None if scale.upper is None else least_reading(dtype, scale.exponent, scale.upper + 1)
    if scale.lower is not None and low is None:
        return None
    if dtype.kind != "f":
        least = None if low is None or low <= np.iinfo(dtype).min else low
        return Limits(dtype, scale, least, high, None)
    if scale.lower != 0:
        return Limits(dtype, scale, low, high, None)
    top = np.finfo(dtype).max if high is None else np.nextafter(high, dtype.type(0))
    return Limits(dtype, scale, low, high, int(top.view(_UNSIGNED[dtype])))


@attrs.frozen(eq=False)
class Machine:
    """An input over some rows, as it lies in memory.

    Attributes:
        array: The Arrow array.
        numbers: Floats or integers; flags given as bools are bytes.
        limits: What the numbers lie within, save odd ones.
        whole: What the input is a part of, and not to exceed: numbers that are read alike. Null where it is no part.
    """

    array: Array
    numbers: Numbers
    limits: Limits
    whole: Machine | None = None

    @property
    def gaps(self) -> Bits | None:
        """Return 1 where there is no value, whatever stands in ``numbers``; null when every row has one.

        The bytes are made anew each time and the caller may write to them.
        """
        return gaps_of(self.array)

    def odd(self, start: int, stop: int) -> Rows | None:
        """Find the rows, among some, that have a value which is not simply that number: what is invalid, or may be.

        Null when there are none.
        """
        numbers = self.numbers[start:stop]
        odd = _odd(numbers, self.limits)
        if self.whole is not None:
            more = np.greater(numbers, self.whole.numbers[start:stop])
            # Where the whole has no value nothing can be said: read exactly, it is no reason.
            odd = more if odd is None else odd | more
        if odd is None or not np.count_nonzero(odd):
            return None
        gaps = gaps_of(self.array.slice(start, stop - start))
        rows = np.flatnonzero(odd if gaps is None else np.greater(odd.view(np.uint8), gaps))
        return rows + start if len(rows) else None


def machine_type(array: Array, input: Input) -> np.dtype[Any] | None:  # noqa: A002
    """Return the machine type that an array of an input is judged in; null where only exact reading will do."""
    if input.type == "category":
        return None
    if pa.types.is_boolean(array.type):
        return np.dtype(np.uint8) if input.type == "flag" else None
    # Not by to_pandas_dtype, for which pyarrow before 26 wants pandas.
    if pa.types.is_integer(array.type):
        return np.dtype(str(array.type))
    if pa.types.is_float64(array.type):
        return np.dtype(np.float64)
    return np.dtype(np.float32) if pa.types.is_float32(array.type) else None


def limits_in(array: Array, input: Input) -> Limits | None:  # noqa: A002
    """Return what an input's numbers must lie within in an array; null where only exact reading will do."""
    dtype = machine_type(array, input)
    return None if dtype is None else limits_of(dtype, scale_of(input))


def read_machine(array: Array, limits: Limits, whole: Machine | None = None) -> Machine:
    """See an array's numbers in place.

    Args:
        array: An array of a plain type.
        limits: What the numbers lie within, as ``limits_in`` gives them for it.
        whole: What they are not to exceed.
    """
    numbers = booleans(array) if pa.types.is_boolean(array.type) else fixed(array, limits.dtype)
    return Machine(array, numbers, limits, whole)


def _odd(numbers: Numbers, limits: Limits) -> Mask | None:
    """Find the numbers that lie beyond the limits, or are fractions where only whole numbers can be."""
    if not len(numbers):
        return None
    odd = None if _all_within(numbers, limits) else _beyond(numbers, limits)
    if limits.scale.whole and limits.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            broken = np.not_equal(np.rint(numbers), numbers)
        odd = broken if odd is None else odd | broken
    return odd


def _all_within(numbers: Numbers, limits: Limits) -> bool:
    """Tell by one look at all numbers, those under gaps too, whether any may lie beyond the limits."""
    if limits.bits is not None:
        return int(numbers.view(_UNSIGNED[limits.dtype]).max()) <= limits.bits
    if limits.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            low, high = numbers.min(), numbers.max()  # NaN if there is one, and then no comparison holds
        above = low > -math.inf if limits.low is None else low >= limits.low
        return bool(above and (high < math.inf if limits.high is None else high < limits.high))
    if limits.low is not None and numbers.min() < limits.low:
        return False
    return limits.high is None or bool(numbers.max() < limits.high)


def _beyond(numbers: Numbers, limits: Limits) -> Mask:
    within: Mask = np.isfinite(numbers) if limits.dtype.kind == "f" else np.ones(len(numbers), dtype=bool)
    if limits.low is not None:
        within &= numbers >= limits.low
    if limits.high is not None:
        within &= numbers < limits.high
    return ~within
