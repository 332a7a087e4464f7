"""Read one cell: what a table holds becomes an exact number, a text, or a hole (spec 4, exactness)."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from commscore._ruleset import InputType

if TYPE_CHECKING:
    from collections.abc import Collection

    from commscore._ruleset import Input


class Hole(Enum):
    """A cell without a usable value: nothing was given, or what was given cannot be right."""

    MISSING = "missing"
    INVALID = "invalid"


Cell: TypeAlias = Fraction | str | Hole

_NUMERAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DIGITS = 400  # beyond it no number measures a community, and 1e999999999 would fill the memory
_TRUE = frozenset({"true", "1", "yes", "是", "有"})
_FALSE = frozenset({"false", "0", "no", "否", "无"})
_DIVISORS = {"fraction": 1, "percent": 100, "permille": 1000}
_KINDS = {
    **dict.fromkeys(("urban", "城市", "111", "112", "121", "122", "123"), "urban"),
    **dict.fromkeys(("rural", "农村", "210", "220"), "rural"),
}


def read_cell(source: Input, raw: object, missing: Collection[str]) -> Cell:
    """Read the value of one input, as its declaration says.

    Args:
        source: The input's declaration.
        raw: What the table holds.
        missing: Texts that mean "no value".

    Returns:
        A number at the input's places and within its bounds, the text of a category, or a hole.
    """
    if _is_missing(raw, missing):
        return Hole.MISSING
    match source.type:
        case InputType.CATEGORY:
            text = raw.strip() if isinstance(raw, str) else None
            return text if text is not None and text in source.values else Hole.INVALID
        case InputType.FLAG:
            return _flag(raw)
        case InputType.COUNT | InputType.QUANTITY | InputType.RATE:
            return _measure(source, raw)


def read_kind(raw: object, missing: Collection[str] = ()) -> str | Hole:
    """Read ``kind``: ``urban``, ``rural`` or a hole; NBS class codes may come as numbers (spec 7)."""
    if _is_missing(raw, missing):
        return Hole.MISSING
    return _KINDS.get(_whole_text(raw) or "", Hole.INVALID)


def read_code(raw: object, missing: Collection[str] = ()) -> str | None:
    """Read the code or name of a place; null when there is none."""
    return None if _is_missing(raw, missing) else _whole_text(raw)


def bounds(source: Input) -> tuple[Fraction, Fraction | None]:
    """Return the least and the greatest value an input may have; null is unbounded (spec 3)."""
    greatest = Fraction(1) if source.type in {InputType.FLAG, InputType.RATE} else None
    return (
        Fraction(0) if source.min is None else source.min,
        greatest if source.max is None else source.max,
    )


def _is_missing(raw: object, missing: Collection[str]) -> bool:
    """Say whether a cell is blank: null, white space, or one of the texts that mean so."""
    if isinstance(raw, str):
        return not raw.strip() or raw.strip() in {text.strip() for text in missing}
    return raw is None


def _flag(raw: object) -> Cell:
    """Read yes or no as 1 or 0."""
    if isinstance(raw, bool):
        return Fraction(raw)
    if isinstance(raw, str):
        word = raw.strip().lower()
        return Fraction(1) if word in _TRUE else Fraction(0) if word in _FALSE else Hole.INVALID
    number = read_number(raw)
    return number if number in {Fraction(0), Fraction(1)} else Hole.INVALID


def _measure(source: Input, raw: object) -> Cell:
    """Read a count, quantity or rate: first to the declared places, then against its bounds."""
    number = read_number(raw)
    if isinstance(number, Hole):
        return number
    if source.type is InputType.RATE:
        number /= _DIVISORS[source.stored_as]
    if source.type is InputType.COUNT and number.denominator != 1:
        return Hole.INVALID
    number = round_half_up(number, source.places)
    least, greatest = bounds(source)
    return number if least <= number and (greatest is None or number <= greatest) else Hole.INVALID


def round_half_up(number: Fraction, places: int) -> Fraction:
    """Return the nearest number with so many decimal places, halves up."""
    scale = 10**places
    return Fraction(math.floor(number * scale + Fraction(1, 2)), scale)


def read_number(raw: object) -> Fraction | Hole:
    """Read a number exactly: the decimal that a text denotes, the binary value of a float."""
    if isinstance(raw, str):
        return _numeral(raw.strip())
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | Fraction):
        return Hole.INVALID
    if isinstance(raw, Decimal):
        return Fraction(raw) if raw.is_finite() and abs(raw.adjusted()) <= _DIGITS else Hole.INVALID
    if isinstance(raw, float) and not math.isfinite(raw):
        return Hole.INVALID
    return Fraction(raw)


def _numeral(text: str) -> Fraction | Hole:
    """Read a plain decimal numeral; no other text is a number."""
    if len(text) > _DIGITS or not _NUMERAL.fullmatch(text):
        return Hole.INVALID
    exponent = text.lower().partition("e")[2]
    return Fraction(text) if not exponent or abs(int(exponent)) <= _DIGITS else Hole.INVALID


def _whole_text(raw: object) -> str | None:
    """Write a code as text; tables deliver codes as text, integers and (beside nulls) whole floats."""
    if isinstance(raw, str):
        return raw.strip()
    number = read_number(raw)
    return str(number.numerator) if isinstance(number, Fraction) and number.denominator == 1 else None
