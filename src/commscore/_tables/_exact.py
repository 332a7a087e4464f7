"""Read columns exactly: Arrow arrays of any type as integers at an input's places, with a state per row."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from commscore._tables._buffers import booleans, decimals, decoded, fixed, is_text, plain, positions, valid_rows
from commscore._tables._numerals import INVALID, MISSING, OK, read_flag, read_numerals, read_words
from commscore._tables._rounding import (
    SHORT_SINGLE,
    Integers,
    integers,
    narrowed,
    rescale,
    round_floats,
    short_singles,
    whole_floats,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from fractions import Fraction

    from commscore._ruleset import Input

__all__ = ["INVALID", "MISSING", "OK", "Column", "Scale", "cap_part", "read_column", "read_labels", "scale_of"]

Array = Any  # pyarrow ships no types
States = npt.NDArray[np.uint8]

# Powers of ten by which a stored rate exceeds its fraction.
STORED = {"fraction": 0, "percent": 2, "permille": 3}


@attrs.frozen(eq=False)
class Column:
    """One input over one block of rows.

    Attributes:
        values: int64, the value times ten to the input's places (object dtype with Python integers where
            int64 could overflow); 0 and 1 for flags; int8 or int32 positions in ``labels`` for categories and
            kinds. 0 where not OK.
        state: uint8 per row, 0 OK, 1 MISSING, 2 INVALID; null when every row is OK.
        labels: What the values of a category or kind stand for.
    """

    values: Integers
    state: States | None
    labels: tuple[str, ...] = ()


def taken(column: Column, rows: Integers) -> Column:
    """Return some rows of a column."""
    return attrs.evolve(column, values=column.values[rows], state=None if column.state is None else column.state[rows])


@attrs.frozen
class Scale:
    """How the numbers of an input are read.

    Attributes:
        exponent: Power of ten from the number as stored to its integer.
        whole: Whether a fraction is invalid.
        lower: Least integer allowed; null without bound.
        upper: Greatest integer allowed; null without bound.
    """

    exponent: int = 0
    whole: bool = False
    lower: int | None = None
    upper: int | None = None


_FEW = 8  # entries of a dictionary that are looked up one by one
_WHOLE = Scale(whole=True)
_FLAG = Scale(whole=True, lower=0, upper=1)


def read_column(array: Array, input: Input, *, missing: Collection[str] = ("",)) -> Column:  # noqa: A002
    """Read one input's values.

    Args:
        array: Arrow array or chunked array of numbers, decimals, bools, text or a dictionary of them; of any
            other type every value is invalid.
        input: Gives type, places, bounds and how rates are stored.
        missing: Texts that stand for no value; blanks always do.

    Returns:
        Integers at the input's places and a state per row: nulls are missing; NaN, infinities, fractions of
        counts, text that is no numeral and values outside the bounds are invalid.
    """
    if input.type == "category":
        return read_labels(array, _codes(input.values), input.values, missing=missing)
    array = plain(array)
    if input.type == "flag":
        values, state = _read_flags(array, missing)
    else:
        values, state = _read_numbers(array, scale_of(input), missing)
    return Column(values, state if state is None or state.any() else None)


def scale_of(input: Input) -> Scale:  # noqa: A002
    """Return how the numbers of an input are read; flags are whole numbers that are 0 or 1."""
    if input.type == "flag":
        return _FLAG
    return _scale(input.type, input.places, input.min, input.max, input.stored_as)


@lru_cache(maxsize=4096)
def _scale(kind: str, places: int, least: Fraction | None, most: Fraction | None, stored_as: str) -> Scale:
    """Derive how the numbers of an input are read."""
    if least is None:
        least = 0  # type: ignore[assignment]
    if most is None and kind == "rate":
        most = 1  # type: ignore[assignment]
    unit = 10**places
    return Scale(
        exponent=places - (STORED[stored_as] if kind == "rate" else 0),
        whole=kind == "count",
        lower=None if least is None else (least * unit).__ceil__(),
        upper=None if most is None else (most * unit).__floor__(),
    )


@lru_cache(maxsize=1024)
def _codes(values: tuple[str, ...]) -> Mapping[str, int]:
    """Number the values of a category."""
    return {value: code for code, value in enumerate(values)}


# --- numbers ----------------------------------------------------------------------------------------------


def _read_numbers(array: Array, scale: Scale, missing: Collection[str]) -> tuple[Integers, States | None]:
    """Read an array of any plain type as numbers within bounds."""
    if pa.types.is_dictionary(array.type):
        return _by_dictionary(array, lambda words: _read_numbers(words, scale, missing))
    if is_text(array.type):
        values, state = read_numerals(array, scale.exponent, whole=scale.whole, missing=missing)
        return _bounded(values, state, scale)
    kind = array.type
    gaps = _missing_where(valid_rows(array))
    if pa.types.is_floating(kind):
        values, bad = _read_floats(array, gaps, scale, missing)
    elif pa.types.is_integer(kind):
        values, bad = rescale(_signed(_blanked(fixed(array), gaps)), scale.exponent)
    elif pa.types.is_decimal(kind):
        values, bad = rescale(decimals(array), scale.exponent - kind.scale)
    else:
        return np.zeros(len(array), dtype=np.int64), _unreadable(array, gaps)
    # Decimals and integers may be rounded, unless they are to be whole; bad floats are always bad.
    if bad is not None and (scale.whole or pa.types.is_floating(kind)):
        values, gaps = _marked(values, gaps, bad)
    return _bounded(values, gaps, scale)


def _by_dictionary(array: Array, read: Any) -> tuple[Integers, States | None]:
    """Read a dictionary array by its distinct values, or decoded where these outnumber the rows."""
    if len(array.dictionary) > len(array):
        values, state = read(decoded(array))
        return values, state
    values, state = read(plain(array.dictionary))
    if 0 < len(values) <= _FEW and not array.indices.null_count and values.dtype != object:
        indices = fixed(array.indices)
        return _chosen(values, indices), None if state is None else _chosen(state, indices)
    rows = positions(array.indices)
    states = np.zeros(len(values), dtype=np.uint8) if state is None else state
    # Index -1 of a null takes the appended entry.
    return np.append(values, 0)[rows], np.append(states, np.uint8(MISSING))[rows]


def _chosen(values: npt.NDArray[Any], indices: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Look up values of which there are few: one comparison for each is faster than many random reads."""
    if values.dtype == np.int8 and np.array_equal(values, np.arange(len(values))):
        return indices.astype(np.int8, copy=False)  # the dictionary lists the labels in their own order
    found = np.full(len(indices), values[0])
    for place in range(1, len(values)):
        if values[place] != values[0]:
            np.putmask(found, np.equal(indices, place), values[place])
    return found


def _missing_where(valid: States | None) -> States | None:
    """Turn validity, 1 where there is a value, into states."""
    return None if valid is None else np.bitwise_xor(valid, np.uint8(MISSING))


def _unreadable(array: Array, state: States | None) -> States:
    """Return the states of an array whose values cannot be numbers."""
    if state is None:
        return np.full(len(array), INVALID, dtype=np.uint8)
    return np.where(state == MISSING, MISSING, INVALID).astype(np.uint8)


def _blanked(values: npt.NDArray[Any], state: States | None) -> npt.NDArray[Any]:
    """Put 0 in place of whatever stands under nulls."""
    if state is None:
        return values
    values = values.copy()
    values[state.view(bool)] = 0
    return values


def _signed(values: npt.NDArray[Any]) -> Integers:
    """Widen integers of any width to int64, or to Python integers where they exceed it."""
    if values.dtype == np.uint64 and values.size and values.max() > np.iinfo(np.int64).max:
        return values.astype(object)
    return values.astype(np.int64, copy=False)


def _read_floats(
    array: Array, state: States | None, scale: Scale, missing: Collection[str]
) -> tuple[Integers, npt.NDArray[np.bool_] | None]:
    """Read floats; single and half precision as the shortest decimal that denotes each."""
    if scale.whole and pa.types.is_float64(array.type):
        return whole_floats(fixed(array), gaps=None if state is None else state.view(bool))
    values = _blanked(fixed(array), state)
    if values.dtype == np.float64:
        return round_floats(values, scale.exponent)
    if values.dtype == np.float32:
        return _read_singles(values, scale, missing)
    distinct, rows = np.unique(values.view(np.uint16), return_inverse=True)
    written = pa.array([str(value) for value in distinct.view(np.float16)], pa.string())
    integers_, states = read_numerals(written, scale.exponent, whole=scale.whole, missing=missing)
    return integers_[rows], states[rows] != OK


def _read_singles(
    values: npt.NDArray[np.float32], scale: Scale, missing: Collection[str]
) -> tuple[Integers, npt.NDArray[np.bool_] | None]:
    """Read single precision: most by arithmetic, the rest through the text of their shortest decimals."""
    doubles = values.astype(np.float64)
    if (doubles == np.rint(doubles)).all() and np.abs(doubles).max(initial=0.0) < SHORT_SINGLE:
        return rescale(doubles.astype(np.int64), scale.exponent)
    numbers, inexact, left = short_singles(values, scale.exponent)
    bad = inexact if scale.whole else np.zeros(len(values), dtype=bool)
    if left.any():
        written = pa.array(values[left]).cast(pa.string())
        read, states = read_numerals(written, scale.exponent, whole=scale.whole, missing=missing)
        numbers = numbers.astype(object) if read.dtype == object else numbers
        numbers[left] = read
        bad[left] = states != OK
    return numbers, bad if bad.any() else None


def _marked(values: Integers, state: States | None, bad: npt.NDArray[np.bool_]) -> tuple[Integers, States]:
    """Mark rows as invalid, unless they are missing, and put 0 there."""
    state = np.zeros(len(values), dtype=np.uint8) if state is None else state
    bad = bad & (state == OK)
    values = values.copy()
    values[bad] = 0
    return values, np.where(bad, INVALID, state).astype(np.uint8)


def _bounded(values: Integers, state: States | None, scale: Scale) -> tuple[Integers, States | None]:
    """Mark what lies outside the bounds as invalid."""
    if not values.size:
        return values, state
    low = scale.lower is not None and values.min() < scale.lower
    high = scale.upper is not None and values.max() > scale.upper
    if not low and not high:
        return values, state
    bad = np.zeros(len(values), dtype=bool)
    if low:
        bad |= np.asarray(values < scale.lower, dtype=bool)
    if high:
        bad |= np.asarray(values > scale.upper, dtype=bool)
    values, state = _marked(values, state, bad)
    return narrowed(values), state


# --- flags, categories and kinds --------------------------------------------------------------------------


def _read_flags(array: Array, missing: Collection[str]) -> tuple[Integers, States | None]:
    """Read bools, numbers that are 0 or 1, and words for yes and no."""
    if pa.types.is_dictionary(array.type):
        return _by_dictionary(array, lambda words: _read_flags(words, missing))
    if is_text(array.type):
        return read_words(array, read_flag, missing=missing)
    if not pa.types.is_boolean(array.type):
        return _read_numbers(array, _FLAG, missing)
    state = _missing_where(valid_rows(array))
    return _blanked(booleans(array), state).astype(np.int64), state


def read_labels(
    array: Array, codes: Mapping[str, int], labels: tuple[str, ...], *, missing: Collection[str] = ("",)
) -> Column:
    """Read words that stand for codes, such as the values of a category or the kinds of communities.

    Args:
        array: Arrow array or chunked array of text, whole numbers (read as their digits) or a dictionary of
            them.
        codes: The code of each word.
        labels: What the codes stand for.
        missing: Texts that stand for no value; blanks always do.

    Returns:
        int8 codes, or int32 where there are many labels, and a state per row: nulls and blanks are missing, words
        without a code invalid.
    """
    kind = np.int8 if len(labels) <= np.iinfo(np.int8).max else np.int32

    def read(words: Array) -> tuple[npt.NDArray[Any], States | None]:
        values, state = _read_codes(words, codes, missing)
        return values.astype(kind), state

    array = plain(array)
    values, state = _by_dictionary(array, read) if pa.types.is_dictionary(array.type) else read(array)
    return Column(values.astype(kind, copy=False), state if state is None or state.any() else None, labels)


def _read_codes(array: Array, codes: Mapping[str, int], missing: Collection[str]) -> tuple[Integers, States | None]:
    """Read the codes of words or whole numbers."""
    if pa.types.is_dictionary(array.type):
        return _by_dictionary(array, lambda words: _read_codes(words, codes, missing))

    def classify(word: str) -> tuple[int, int]:
        code = codes.get(word)
        return (0, INVALID) if code is None else (code, OK)

    if is_text(array.type):
        return read_words(array, classify, missing=missing)
    numbers, state = _read_numbers(array, _WHOLE, missing)
    distinct, rows = np.unique(numbers, return_inverse=True)
    found = [classify(str(number)) for number in distinct.tolist()]
    values = integers([code for code, _ in found])[rows]
    unknown = np.array([outcome for _, outcome in found], dtype=np.uint8)[rows] != OK
    state = np.zeros(len(numbers), dtype=np.uint8) if state is None else state
    values[state != OK] = 0
    return _marked(values, state, unknown)


# --- parts of wholes --------------------------------------------------------------------------------------


def cap_part(part: Column, whole: Column, *, places: tuple[int, int]) -> Column:
    """Mark as invalid the values of a part that exceed their whole in the same row.

    Args:
        part: The part.
        whole: What it is a part of; where its value is missing or invalid nothing can be said.
        places: Decimal places of the part and of the whole.

    Returns:
        The part, with a greater value INVALID and 0.
    """
    common = max(places)
    left, _ = rescale(part.values, common - places[0])
    right, _ = rescale(whole.values, common - places[1])
    bad = np.asarray(left > right, dtype=bool)
    for column in (part, whole):
        if column.state is not None:
            bad &= column.state == OK
    if not bad.any():
        return part
    values, state = _marked(part.values, part.state, bad)
    return Column(values, state, part.labels)
