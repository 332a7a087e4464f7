"""Read single cells exactly as tables read columns: an integer at the input's places, or why there is none.

The types that services deliver (bool, int, float, Decimal, text, None and NumPy's numbers) are read here; any other is
left to the reader of tables, a column of one cell.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

import attrs
import numpy as np

from commscore._ruleset import SCOPES, Input
from commscore._tables._cells import column_of
from commscore._tables._exact import INVALID as INVALID_STATE
from commscore._tables._exact import OK, STORED, Column, read_column
from commscore._tables._numerals import numeral, read_flag
from commscore._tables._places import KINDS, read_kind


class Hole(Enum):
    """What stands for a value that cannot be right; None stands for one that is missing."""

    INVALID = "invalid"


INVALID: Final = Hole.INVALID
Cell = int | None | Hole
Read = Callable[[Any], Cell]

_SURE = 2.0**52  # below it a double's distance to the nearest integer says on which side of a half it lies
_WORD = 2**63  # Arrow reads integers beyond 64 bits as text
_LONGEST_PLAIN = 18
_DIGITS = 38  # a decimal of Arrow holds as many


@attrs.frozen
class _Scale:
    """How the numbers of an input are read: times ``10**exponent``, whole or rounded, within bounds."""

    exponent: int
    whole: bool
    lower: int | None
    upper: int | None


def reader(entry: Input, missing: Collection[str]) -> Read:
    """Return what reads one input's cells.

    Args:
        entry: Gives type, places, bounds and how rates are stored.
        missing: Texts that stand for no value; blanks always do.

    Returns:
        A function from a cell to an integer at the input's places (the position of a category's value), None where it
        is missing, ``INVALID`` where it cannot be right.
    """

    def slow(value: Any) -> Cell:
        return _first(read_column(column_of([value]), entry, missing=missing))

    if entry.type == "category":
        return _labels({label: code for code, label in enumerate(entry.values)}, missing, slow)
    if entry.type == "flag":
        return _flags(missing, slow)
    return _numbers(_scale(entry), missing, slow)


def kind_reader(missing: tuple[str, ...]) -> Read:
    """Return what reads urban (0) and rural (1)."""
    return _labels(KINDS, missing, lambda value: _first(read_kind(column_of([value]), missing=missing)))


def kind_name(cell: Cell) -> str | None:
    """Return the scope that a kind's cell names."""
    return SCOPES[cell] if isinstance(cell, int) else None


def _first(column: Column) -> Cell:
    state = OK if column.state is None else column.state[0]
    if state == OK:
        return int(column.values[0])
    return INVALID if state == INVALID_STATE else None


def _scale(entry: Input) -> _Scale:
    unit, is_rate = 10**entry.places, entry.type == "rate"
    greatest = Fraction(1) if entry.max is None and is_rate else entry.max
    return _Scale(
        exponent=entry.places - (STORED[entry.stored_as] if is_rate else 0),
        whole=entry.type == "count",
        lower=ceil((entry.min or Fraction(0)) * unit),
        upper=None if greatest is None else floor(greatest * unit),
    )


# ---- NUMBERS ----


def _numbers(scale: _Scale, missing: Collection[str], slow: Read) -> Read:
    exponent, whole, lower, upper = scale.exponent, scale.whole, scale.lower, scale.upper
    by_type = _number_readers(exponent, whole=whole)
    read_text = _text_reader(exponent, whole=whole, missing=missing)
    unit = 10**exponent if exponent >= 0 else 0

    def read(value: Any) -> Cell:
        kind = type(value)
        if kind is int and unit and -_WORD <= value < _WORD:
            found: Cell = value * unit
        elif value is None:
            return None
        elif kind is str:
            found = read_text(value)
        elif kind in by_type:
            found = by_type[kind](value)
        elif isinstance(value, np.generic) and kind in _NUMPY:
            return read(value.item())
        else:
            return slow(value)
        if type(found) is not int:
            return slow(value) if found is _SLOW else found
        outside = (lower is not None and found < lower) or (upper is not None and found > upper)
        return INVALID if outside else found

    return read


# Stands for "not read here": what is too odd to be worth a second reading of its own.
_SLOW: Any = object()
_NUMPY = frozenset({np.bool_, np.float64, *(np.dtype(code).type for code in "bhilqBHILQ")})


def _number_readers(exponent: int, *, whole: bool) -> Mapping[type, Read]:
    return {
        bool: lambda _: INVALID,
        int: lambda value: _scaled(value, exponent, whole=whole) if -_WORD <= value < _WORD else _SLOW,
        float: _whole_float if whole else _float_reader(exponent),
        Decimal: lambda value: _decimal(value, exponent, whole=whole),
    }


def _scaled(digits: int, exponent: int, *, whole: bool) -> Cell:
    """Return ``digits * 10**exponent`` rounded, halves up; what must be whole and is not is invalid."""
    if exponent >= 0:
        return digits * 10**exponent
    factor = 10**-exponent
    quotient, rest = divmod(digits, factor)
    if rest and whole:
        return INVALID
    return quotient + (2 * rest >= factor)


def _whole_float(value: float) -> Cell:
    return int(value) if value.is_integer() else INVALID


def _float_reader(exponent: int) -> Read:
    factor, exact = 10.0**exponent, Fraction(10) ** exponent

    def read(value: float) -> Cell:
        scaled = value * factor
        if -_SURE < scaled < _SURE and exponent >= 0:
            nearest = round(scaled)
            if abs(scaled - nearest) < 0.5 - abs(scaled) * 2.0**-50:
                return nearest
        elif value - value != 0:  # NaN and the infinities
            return INVALID
        return floor(Fraction(value) * exact + Fraction(1, 2))

    return read


def _decimal(value: Decimal, exponent: int, *, whole: bool) -> Cell:
    sign, digits, places = value.as_tuple()
    if not isinstance(places, int) or len(digits) > _DIGITS or abs(places) > _DIGITS:
        return _SLOW
    number = int("".join(map(str, digits)) or "0")
    return _scaled(-number if sign else number, places + exponent, whole=whole)


def _text_reader(exponent: int, *, whole: bool, missing: Collection[str]) -> Read:
    def read(value: str) -> Cell:
        written = value.strip()
        if not written or written in missing:
            return None
        if len(written) <= _LONGEST_PLAIN and written.isascii() and written.isdigit():
            return _scaled(int(written), exponent, whole=whole)
        number = numeral(written)
        return INVALID if number is None else _scaled(number[0], number[1] + exponent, whole=whole)

    return read


# ---- FLAGS AND WORDS ----


def _flags(missing: Collection[str], slow: Read) -> Read:
    def read(value: Any) -> Cell:
        kind = type(value)
        if kind is bool or kind is np.bool_:
            return int(value)
        if value is None:
            return None
        if kind is int or kind is float:
            return int(value) if value in {0, 1} else INVALID
        if kind is not str:
            return slow(value)
        written = value.strip()
        if not written or written in missing:
            return None
        found, state = read_flag(written)
        return found if state == OK else INVALID

    return read


def _labels(codes: Mapping[str, int], missing: Collection[str], slow: Read) -> Read:
    def read(value: Any) -> Cell:
        kind = type(value)
        if kind is str:
            code = codes.get(value)
            if code is not None and value not in missing:
                return code
            written = value.strip()
            return None if not written or written in missing else codes.get(written, INVALID)
        if value is None:
            return None
        if kind is int and -_WORD <= value < _WORD:
            return codes.get(str(value), INVALID)
        return slow(value)

    return read
