"""Cells as people write them in spreadsheets, told in plain numerals: 1,234 and 46% and １２."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from commscore._ruleset import InputType
from commscore._tables._buffers import is_text, plain, texts
from commscore._tables._numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Callable

    from commscore._ruleset import Input

Array = Any  # pyarrow ships no types

# Full-width digits and signs; what merely resembles a digit, such as ①, is none.
_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *map(ord, "＋－．，％"))} | {ord("−"): "-"}
# Groups of three; 0,123 may be a decimal comma, and 1,23 is something else.
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_SIGNS = {"%": -2, "‰": -3}
_STORED = {"fraction": 0, "percent": 2, "permille": 3}
_WHOLE_FLOAT = re.compile(r"([0-9]{2,12})\.0+")


def respelled(array: Array, respell: Callable[[str], str]) -> Array:
    """Respell the texts of a column; most columns need none of that, which their bytes tell.

    Args:
        array: Any Arrow array; one of numbers stays as it is.
        respell: Gives a text as it is to be read.
    """
    if not is_text(array.type):
        return array
    array = plain(array)
    if _is_plain(array):
        return array
    encoded = array.dictionary_encode()
    words = [None if word is None else respell(word) for word in texts(encoded.dictionary)]
    return pa.array(words, pa.string()).take(encoded.indices)


def _is_plain(array: Array) -> bool:
    """Tell whether there is nothing but ASCII without separators and signs, and no float in place of a code."""
    data = array.buffers()[2]
    if data is None:
        return True
    letters = data.to_pybytes()
    return letters.isascii() and not any(mark in letters for mark in (b",", b"%", b".0"))


def as_number(entry: Input) -> Callable[[str], str]:
    """Make the function that respells the numbers of an input; what it does not know it leaves as it is."""

    def respell(text: str) -> str:
        found = text.strip().translate(_NARROW)
        sign = found[-1:] if entry.type is InputType.RATE else ""
        if sign in _SIGNS:
            found = found[:-1].rstrip()
        if _GROUPED.fullmatch(found):
            found = found.replace(",", "")
        number = numeral(found)
        if number is None:
            return text
        if sign in _SIGNS:  # said by the cell, so how the column is stored does not matter
            return f"{number[0]}e{number[1] + _SIGNS[sign] + _STORED[entry.stored_as]}"
        return found

    return respell


def as_code(text: str) -> str:
    """Respell a code: full-width digits, blanks around it, and the decimals that a program added."""
    found = text.strip().translate(_NARROW)
    match = _WHOLE_FLOAT.fullmatch(found)
    return match[1] if match else found


def as_flag(text: str) -> str:
    """Respell a flag's number."""
    return text.translate(_NARROW)
