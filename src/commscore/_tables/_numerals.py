"""Numbers, flags and words written as text, read exactly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from commscore._tables._buffers import Bits, positions, text, texts, valid_rows
from commscore._tables._rounding import Integers, integers, rescale

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Array = Any  # pyarrow ships no types
States = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

OK, MISSING, INVALID = 0, 1, 2

# Longer texts and greater exponents are no measurement; every double fits.
LONGEST = 400
GREATEST_EXPONENT = 400
# So many characters hold at most as many digits, which int64 holds.
LONGEST_PLAIN = 18
# Below this many rows a loop over the distinct texts is quicker than the vectorised reading.
FEW = 64

_NUMERAL = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]+)(?:\.(?P<part>[0-9]+))?(?:[eE](?P<exponent>[+-]?[0-9]+))?")
_FLAGS = {
    **dict.fromkeys(("true", "yes", "是", "有", "1"), 1),
    **dict.fromkeys(("false", "no", "否", "无", "0"), 0),
}


def numeral(written: str) -> tuple[int, int] | None:
    """Read a plain decimal numeral.

    Args:
        written: Text without blanks around it.

    Returns:
        Digits and exponent, so that the number is ``digits * 10**exponent``; null when it is no numeral, is
        longer than 400 characters or has an exponent beyond 400.
    """
    match = _NUMERAL.fullmatch(written) if len(written) <= LONGEST else None
    if match is None:
        return None
    exponent = int(match["exponent"] or 0)
    if abs(exponent) > GREATEST_EXPONENT:
        return None
    part = match["part"] or ""
    return int(match["sign"] + match["whole"] + part), exponent - len(part)


def read_numerals(array: Array, exponent: int, *, whole: bool, missing: Collection[str]) -> tuple[Integers, States]:
    """Read a string array of numerals as integers at decimal places.

    Args:
        array: Strings.
        exponent: Power of ten by which the numbers are multiplied before they are rounded, halves up.
        whole: Whether a number that has to be rounded is invalid.
        missing: Texts that stand for no value, besides blanks.

    Returns:
        The integers, 0 where there is none, and the state of each row.
    """

    def classify(written: str) -> tuple[int, int]:
        number = numeral(written)
        if number is None:
            return 0, INVALID
        scaled, inexact = rescale(np.array([number[0]], dtype=object), number[1] + exponent)
        return (0, INVALID) if whole and inexact is not None else (int(scaled[0]), OK)

    if len(array) < FEW:
        return read_words(array, classify, missing=missing)
    values, state = _read_plain(array, exponent, whole=whole)
    rest = np.flatnonzero(state == MISSING)
    if rest.size:
        rest_values, rest_state = read_words(array.take(pa.array(rest)), classify, missing=missing)
        if rest_values.dtype == object:
            values = values.astype(object)
        values[rest], state[rest] = rest_values, rest_state
    return values, state


def _read_plain(array: Array, exponent: int, *, whole: bool) -> tuple[Integers, States]:
    """Read what is plain (a sign, up to 18 digits, a dot) column by character; leave the rest missing."""
    start, length, letters = text(array)
    valid = valid_rows(array)
    # What stands under a null is not read, though it may have a length.
    digits, places, good = _scan(start, length if valid is None else length * valid, letters)
    state = np.where(good, OK, MISSING).astype(np.uint8)
    values: Integers = np.zeros(len(array), dtype=np.int64)
    for count in _distinct(places[good]):
        rows = np.flatnonzero(good & (places == count))
        scaled, inexact = rescale(digits[rows], exponent - count)
        if scaled.dtype == object:
            values = values.astype(object)
        if whole and inexact is not None:
            state[rows[inexact]] = INVALID
            scaled = np.where(inexact, 0, scaled)
        values[rows] = scaled
    return values, state


def _scan(start: Rows, length: Rows, letters: Bits) -> tuple[Rows, Rows, Bools]:
    """Read digits, the number of decimals, and whether each text is a plain numeral at all."""
    digits = np.zeros(len(start), dtype=np.int64)
    places = np.zeros(len(start), dtype=np.int64)
    good = np.zeros(len(start), dtype=bool)
    for width in _distinct(np.minimum(length, LONGEST_PLAIN + 1)):
        if 0 < width <= LONGEST_PLAIN:
            rows = np.flatnonzero(length == width)
            cells = letters[start[rows, None] + np.arange(width)]
            digits[rows], places[rows], good[rows] = _scan_even(cells)
    return digits, places, good


def _distinct(small: Rows) -> list[int]:
    """Return the distinct numbers among small ones."""
    found: list[int] = np.flatnonzero(np.bincount(small)).tolist()
    return found


def _scan_even(cells: Bits) -> tuple[Rows, Rows, Bools]:
    """Read texts of one length, a row each."""
    digits = cells - np.uint8(ord("0"))
    width = cells.shape[1]
    places = np.zeros(len(cells), dtype=np.int64)
    if digits.max() <= 9:  # noqa: PLR2004
        return _joined_digits(digits), places, np.ones(len(cells), dtype=bool)
    negative = cells[:, 0] == ord("-")
    signed = negative | (cells[:, 0] == ord("+"))
    digits[signed, 0] = 0
    odd = digits > 9  # noqa: PLR2004
    oddities = np.zeros(len(cells), dtype=np.uint8)
    for column in range(width):
        oddities += odd[:, column]
    good = (oddities == 0) & ~signed if width == 1 else oddities == 0
    values = np.zeros(len(cells), dtype=np.int64)
    values[good] = _joined_digits(digits[good])
    # One dot, with a digit on either side.
    for dot in range(1, width - 1):
        rows = np.flatnonzero((oddities == 1) & (cells[:, dot] == ord(".")) & ~(signed & (dot == 1)))
        if rows.size:
            values[rows] = _joined_digits(np.delete(digits[rows], dot, axis=1))
            places[rows] = width - 1 - dot
            good[rows] = True
    np.negative(values, out=values, where=negative)
    return values, places, good


def _joined_digits(digits: Bits) -> Rows:
    """Return the number that each row of digits writes."""
    values = np.zeros(len(digits), dtype=np.int64)
    for column in range(digits.shape[1]):
        values *= 10
        values += digits[:, column]
    return values


def read_words(
    array: Array, classify: Callable[[str], tuple[int, int]], *, missing: Collection[str]
) -> tuple[Integers, States]:
    """Read a string array text by distinct text.

    Args:
        array: Strings.
        classify: Gives the value and state of one text, stripped of blanks.
        missing: Texts that stand for no value, besides blanks.

    Returns:
        The value and state of each row; nulls and blanks are missing.
    """
    encoded = array.dictionary_encode()
    values, state = [], []
    for word in texts(encoded.dictionary):
        stripped = (word or "").strip()
        value, outcome = (0, MISSING) if not stripped or stripped in missing else classify(stripped)
        values.append(value)
        state.append(outcome)
    # Index -1 of a null takes the last entry.
    rows = positions(encoded.indices)
    return integers([*values, 0])[rows], np.array([*state, MISSING], dtype=np.uint8)[rows]


def read_flag(written: str) -> tuple[int, int]:
    """Read a flag's text: true, yes, 是, 有 or 1; false, no, 否, 无 or 0; or a numeral that equals 1 or 0."""
    value = _FLAGS.get(written.casefold())
    if value is not None:
        return value, OK
    number = numeral(written)
    if number is None:
        return 0, INVALID
    scaled, inexact = rescale(np.array([number[0]], dtype=object), number[1])
    return (int(scaled[0]), OK) if inexact is None and int(scaled[0]) in {0, 1} else (0, INVALID)
