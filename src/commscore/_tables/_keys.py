"""Keys of rows: read as text, and held to be unique across any number of blocks."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from commscore._tables._buffers import (
    Bits,
    decimals,
    decoded,
    fixed,
    is_text,
    nulled,
    patched,
    plain,
    text,
    texts,
    valid_rows,
)
from commscore._tables._rounding import rescale, whole_floats
from commscore.errors import DataFault

if TYPE_CHECKING:
    from collections.abc import Iterable

Array = Any  # pyarrow ships no types
Rows = npt.NDArray[np.int64]

# So many rows a fault shows.
SHOWN = 10
# Texts of up to so many digits are told apart by an int64.
MOST_DIGITS = 18
_FOUR = 4
# So many rows of a few bytes fit into the processor's second cache, whatever is made of them on the way.
_NEAR = 16384


def fault(message: str, rows: Iterable[int], count: int, *, table: str, column: str | None) -> DataFault:
    """Make a fault that shows the first rows concerned."""
    return DataFault(
        message, table=table, column=column, rows=tuple(int(row) for row in islice(rows, SHOWN)), count=count
    )


def as_text(array: Array) -> Array:
    """Read any column as text: whole numbers as their digits, whatever type holds them; blanks are null.

    Args:
        array: Arrow array or chunked array.

    Returns:
        A string array; text is kept as it is, blanks aside.
    """
    array = plain(array)
    if pa.types.is_dictionary(array.type):
        array = decoded(array)
    kind = array.type
    if pa.types.is_null(kind):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_decimal(kind):
        numbers, inexact = rescale(decimals(array), -kind.scale)
        return _digits(array, numbers, inexact)
    if pa.types.is_floating(kind):
        return _float_text(array)
    if not is_text(kind):
        return array.cast(pa.string())
    if pa.types.is_large_string(kind):
        array = array.cast(pa.string())
    return _without_blanks(array) if _may_be_blank(array) else array


def _float_text(array: Array) -> Array:
    """Write floats, whole ones as their digits; NaN is null, as it stands for no key at all."""
    array = array.cast(pa.float64()) if not pa.types.is_float32(array.type) else array
    values = fixed(array).astype(np.float64)
    valid = valid_rows(array)
    gaps = np.isnan(values) if valid is None else np.isnan(values) | (valid == 0)
    numbers, bad = whole_floats(values, gaps=gaps)
    return nulled(_digits(array, numbers, bad), gaps)


def _digits(array: Array, numbers: npt.NDArray[Any], others: npt.NDArray[np.bool_] | None) -> Array:
    """Write whole numbers as their digits and the others as Arrow does; null where the array is."""
    if numbers.dtype == object:
        written = pa.array([str(number) for number in numbers.tolist()], pa.string())
    else:
        written = pa.array(numbers).cast(pa.string())
    if others is not None:
        written = patched(written, others, array.filter(pa.array(others)).cast(pa.string()))
    valid = valid_rows(array)
    return written if valid is None else nulled(written, valid == 0)


def _may_be_blank(array: Array) -> bool:
    """Tell whether a text starts with a blank or is empty; the usual column need not be read further."""
    start, length, letters = text(array)
    valid = valid_rows(array)
    if valid is not None:
        start, length = start[valid == 1], length[valid == 1]
    if not length.all():
        return True
    first = letters[start]
    # Any letter beyond ASCII may be a full-width blank.
    return bool(((first <= ord(" ")) | (first >= 0x80)).any())  # noqa: PLR2004


def _without_blanks(array: Array) -> Array:
    """Put null in place of texts that are only blanks."""
    lengths = pc.utf8_length(pc.utf8_trim_whitespace(array)).fill_null(1)
    return nulled(array, fixed(lengths) == 0)


def digit_values(array: Array) -> tuple[Rows, Rows]:
    """Read texts that consist of digits.

    Args:
        array: Strings.

    Returns:
        The number that the digits write, and how many there are: 0 for nulls, other texts and more than 18.
    """
    start, length, letters = text(array)
    length = np.where(length > MOST_DIGITS, 0, length)
    valid = valid_rows(array)
    if valid is not None:
        length = np.where(valid == 1, length, 0)
    if length.size and length[0] and length.min() == length.max():
        values, good = _even_digits(letters[int(start[0]) :], len(length), int(length[0]))
    else:
        values, good = _uneven_digits(start, length, letters)
    if good.all():
        return values, length
    return np.where(good, values, 0), np.where(good, length, 0)


def width_of(array: Array) -> int | None:
    """Return how many bytes every text of a string array has; null where they differ or there is none.

    Args:
        array: Strings with offsets of 32 bits, none of them null.
    """
    if not len(array):
        return None
    ends = np.frombuffer(array.buffers()[1], dtype=np.int32)[array.offset : array.offset + len(array) + 1]
    width = int(ends[1] - ends[0])
    # In pieces that stay near the processor: this is asked of whole tables.
    pieces = (ends[first : first + _NEAR + 1] for first in range(0, len(array), _NEAR))
    return width if all((piece[1:] - piece[:-1] == width).all() for piece in pieces) else None


def even_digits(array: Array) -> tuple[Rows, int] | None:
    """Read texts that all consist of the same number of digits, as area codes do; null where any does not.

    Args:
        array: Strings.

    Returns:
        The numbers, and how many digits each has.
    """
    if not pa.types.is_string(array.type) or array.null_count:
        return None
    width = width_of(array)
    if width is None or not 0 < width <= MOST_DIGITS:
        return None
    _, offsets, data = array.buffers()
    first = int(np.frombuffer(offsets, dtype=np.int32, count=1, offset=4 * array.offset)[0])
    letters = np.frombuffer(data, dtype=np.uint8)[first : first + width * len(array)]
    even = _fours(letters, width) if width % _FOUR == 0 else _even_digits(letters, len(array), width)
    return (even[0], width) if even[1].all() else None


def _fours(letters: Bits, width: int) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Read texts whose length is a multiple of four: four digits at a time, side by side in 32 bits."""
    values = np.empty(len(letters) // width, dtype=np.int64)
    zero, room = np.uint8(ord("0")), np.empty(min(len(values), _NEAR) * width, dtype=np.uint8)
    for first in range(0, len(values), _NEAR):
        out = values[first : first + _NEAR]
        digits = np.subtract(letters[first * width :][: len(out) * width], zero, out=room[: len(out) * width])
        if digits.max() > 9:  # noqa: PLR2004
            return values, np.zeros(1, dtype=bool)
        fours = digits.view("<u4")
        # Each digit's ten times is added to its right neighbour, which makes pairs; likewise pairs make fours.
        fours *= np.uint32(1 + (10 << 8))
        fours >>= np.uint32(8)
        fours &= np.uint32(0x00FF00FF)
        fours *= np.uint32(1 + (100 << 16))
        fours >>= np.uint32(16)
        fours = fours.reshape(-1, width // _FOUR)
        out[:] = fours[:, 0]
        for column in range(1, width // _FOUR):
            out *= 10**_FOUR
            out += fours[:, column]
    return values, np.ones(1, dtype=bool)


def _even_digits(letters: Bits, rows: int, width: int) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Read texts of one length, which stand side by side."""
    digits = letters[: rows * width].reshape(rows, width) - np.uint8(ord("0"))
    values = np.zeros(rows, dtype=np.int64)
    for column in range(width):
        values *= 10
        values += digits[:, column]
    good = np.ones(rows, dtype=bool)
    if digits.max() > 9:  # noqa: PLR2004
        good = np.asarray((digits <= 9).all(axis=1), dtype=bool)  # noqa: PLR2004
    return values, good


def _uneven_digits(start: Rows, length: Rows, letters: Bits) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Read texts of several lengths; those of length 0 are not good."""
    values = np.zeros(len(length), dtype=np.int64)
    good = length > 0
    for column in range(int(length.max(initial=0))):
        inside = column < length
        digit = letters[np.where(inside, start + column, 0)] - np.uint8(ord("0"))
        np.multiply(values, 10, out=values, where=inside)
        np.add(values, digit, out=values, where=inside)
        good &= (digit <= 9) | ~inside  # noqa: PLR2004
    return values, good


@attrs.frozen(eq=False)
class _Run:
    """The numbers of one block, kept small.

    Attributes:
        first: The first number.
        last: The last number.
        rising: Whether each is greater than the one before it.
        held: The steps from each to the next where they rise by little, else the numbers.
    """

    first: int
    last: int
    rising: bool
    held: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.held) if self.held.dtype == np.int64 else len(self.held) + 1

    def values(self) -> Rows:
        """Return the numbers."""
        if self.held.dtype == np.int64:
            return self.held
        return self.first + np.concatenate([[0], np.cumsum(self.held, dtype=np.int64)])


def _run(values: Rows, length: Rows) -> _Run:
    """Keep the numbers of a block, which has some, each with a 1 before its digits, so that leading zeros count."""
    even = is_even(length) or bool(length.min() == length.max())
    numbers = values if even else values + 10**length
    more = 10 ** int(length[0]) if even else 0  # what every number lacks yet, and steps do not show
    first, last = int(numbers[0]) + more, int(numbers[-1]) + more
    steps = numbers[1:] - numbers[:-1]
    # As unsigned numbers those below 0 are the greatest of all.
    small = np.min_scalar_type(int(steps.view(np.uint64).max(initial=0)))
    if small.itemsize < numbers.itemsize:
        held = steps.astype(small)
        if held.all():
            return _Run(first, last, rising=True, held=held)
    return _Run(first, last, rising=bool((steps > 0).all()), held=numbers + more)


def is_even(length: Rows) -> bool:
    """Say whether all rows have codes of one length, which then takes no room."""
    return length.size > 0 and length.strides == (0,)


class KeySet:
    """All keys seen so far, from one table or several, to tell at the end which are not unique or null.

    Keys of digits cost 8 bytes each, or 1 to 4 where they rise, as codes usually do; other keys cost their text.
    Nothing is compared before :meth:`faults`.

    Example:
        >>> seen = KeySet()
        >>> seen.add(pa.array(["a", "b", "a"]), 0)
        >>> [str(fault) for fault in seen.faults(table="data", column="id")]
        ["data, column 'id': 1 key is not unique: 'a' (rows 0, 2)"]
    """

    def __init__(self) -> None:
        self._numbers: list[_Run] = []
        self._number_rows: list[Rows] = []
        self._words: list[Array] = []
        self._word_rows: list[Rows] = []
        self._nulls: list[Rows] = []

    def add(self, keys: Array, first_row: int, *, digits: tuple[Rows, Rows] | None = None) -> None:
        """Take in the keys of a block.

        Args:
            keys: Strings.
            first_row: Number of the block's first row.
            digits: What ``digit_values`` gives for the keys, where the caller has it.
        """
        values, length = digit_values(keys) if digits is None else digits
        if is_even(length) or (length.size and length.min() > 0):
            self._numbers.append(_run(values, length))
            self._number_rows.append(np.array([first_row], dtype=np.int64))
            return
        numeric = np.flatnonzero(length)
        if numeric.size:
            self._numbers.append(_run(values[numeric], length[numeric]))
            self._number_rows.append(numeric + first_row)
        valid = valid_rows(keys)
        rest = np.flatnonzero(length == 0) if valid is None else np.flatnonzero((length == 0) & (valid == 1))
        self._words.append(keys.take(pa.array(rest)))
        self._word_rows.append(rest + first_row)
        if valid is not None:
            self._nulls.append(np.flatnonzero(valid == 0) + first_row)

    def faults(self, *, table: str, column: str | None) -> list[DataFault]:
        """List what is wrong with the keys: which are null, which are not unique.

        Args:
            table: Table to name.
            column: Key column to name.

        Returns:
            Up to two faults, each with the first rows concerned and how many there are.
        """
        found = []
        nulls = sum(len(rows) for rows in self._nulls)
        if nulls:
            message = "every row needs a key: fill in the missing ones or choose another key column"
            found.append(fault(message, np.concatenate(self._nulls), nulls, table=table, column=column))
        twins = [*self._twin_numbers(), *self._twin_words()]
        if twins:
            names = dict.fromkeys(name for _, name in sorted(twins))
            rows = sorted(row for row, _ in twins)
            shown = ", ".join(repr(name) for name in list(names)[:3]) + (", …" if len(names) > 3 else "")  # noqa: PLR2004
            many = f"{len(names)} keys are" if len(names) > 1 else "1 key is"
            found.append(fault(f"{many} not unique: {shown}", rows, len(rows), table=table, column=column))
        return found

    def _twin_numbers(self) -> list[tuple[int, str]]:
        """Give row and key of each key of digits that is there more than once."""
        runs = self._numbers
        if all(run.rising for run in runs) and all(one.last < other.first for one, other in pairwise(runs)):
            return []
        numbers = np.concatenate([run.values() for run in runs])
        ordered = np.sort(numbers)
        repeated = ordered[1:][ordered[1:] == ordered[:-1]]
        if not repeated.size:
            return []
        places = np.flatnonzero(np.isin(numbers, repeated))
        rows = self._rows_of_numbers()[places]
        return [(row, str(number)[1:]) for row, number in zip(rows.tolist(), numbers[places].tolist(), strict=True)]

    def _rows_of_numbers(self) -> Rows:
        """Give the row of each key of digits; whole blocks keep only their first row."""
        return np.concatenate(
            [
                rows if len(rows) == len(run) else rows[0] + np.arange(len(run))
                for run, rows in zip(self._numbers, self._number_rows, strict=True)
            ]
        )

    def _twin_words(self) -> list[tuple[int, str]]:
        """Give row and key of each other key that is there more than once."""
        if not self._words:
            return []
        encoded = pa.chunked_array(self._words, pa.string()).combine_chunks().dictionary_encode()
        codes = fixed(encoded.indices)
        places = np.flatnonzero(np.bincount(codes, minlength=1)[codes] > 1)
        rows = np.concatenate(self._word_rows)[places]
        names = texts(encoded.dictionary.take(pa.array(codes[places])))
        return list(zip(rows.tolist(), map(str, names), strict=True))
