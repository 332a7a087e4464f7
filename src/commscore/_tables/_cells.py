"""Columns of Python values as Arrow arrays, whatever stands in their cells."""

from __future__ import annotations

import math
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any

import numpy as np
import pyarrow as pa

from commscore._tables._numerals import LONGEST

Array = Any  # pyarrow ships no types

# What Arrow raises when the cells of a column are not of one type, or of none that it knows.
_MIXED = (pa.ArrowException, OverflowError, TypeError, UnicodeError, ValueError)
# More decimals than any input has places.
_DECIMALS = 40


def column_of(values: Any, *, nan_is_null: bool = False) -> Array:
    """Turn a column's values into an Arrow array.

    Args:
        values: A sequence, NumPy array, or anything that Arrow takes for an array.
        nan_is_null: Whether NaN stands for no value, as in pandas.

    Returns:
        An array or chunked array. Where cells are of several types it holds text: numbers as exact numerals,
        so that only the cells that are no numbers are invalid.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if isinstance(values, np.ndarray) and not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    try:
        array = _array(values, nan_is_null=nan_is_null)
    except _MIXED:
        return _as_text(list(values.tolist() if hasattr(values, "tolist") else values), nan_is_null=nan_is_null)
    # Arrow takes numbers among dates for days, and text among bytes for bytes.
    if isinstance(values, list) and (pa.types.is_temporal(array.type) or pa.types.is_binary(array.type)):
        kinds = {type(value) for value in values if value is not None}
        if len(kinds) > 1:
            return _as_text(values, nan_is_null=nan_is_null)
    return array


def _array(values: Any, *, nan_is_null: bool) -> Array:
    """Let Arrow make an array."""
    if hasattr(values, "__arrow_c_stream__") and not nan_is_null:
        return pa.chunked_array(values)
    return pa.array(values, from_pandas=nan_is_null)


def _as_text(values: list[Any], *, nan_is_null: bool) -> Array:
    """Write cells of several types as text."""
    return pa.array([written(value, nan_is_null=nan_is_null) for value in values], pa.string())


def written(value: Any, *, nan_is_null: bool = False) -> str | None:  # noqa: PLR0911  # one line per type of cell
    """Write one cell: numbers as exact numerals, what is no number as text that is none."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, pa.Scalar):
        return written(value.as_py(), nan_is_null=nan_is_null)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Integral):
        return _digits(int(value))
    if isinstance(value, float) and value.is_integer():
        return _digits(int(value))
    if isinstance(value, Rational) or (isinstance(value, float) and math.isfinite(value)):
        return _decimals(Fraction(value))
    if isinstance(value, Real):
        return None if nan_is_null and math.isnan(value) else str(value)
    return value.isoformat() if isinstance(value, date | time) else f"<{type(value).__name__}>"


def _digits(value: int) -> str:
    """Write an integer, unless it is too long for any measurement."""
    return str(value) if abs(value) < 10**LONGEST else "<too long>"


def _decimals(value: Fraction) -> str:
    """Write a fraction with so many decimals that it rounds to fewer places as the fraction itself does."""
    scaled, left = divmod(value.numerator * 10**_DECIMALS, value.denominator)
    # Whatever is left over is told by one more digit, so that the numeral stays on the fraction's side of every half.
    return f"{_digits(scaled * 10 + bool(left))}e-{_DECIMALS + 1}"
