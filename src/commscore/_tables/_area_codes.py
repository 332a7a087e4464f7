"""Area codes: texts of digits, read as the numbers that they write."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from commscore._ruleset import CODE_LENGTHS
from commscore._tables._buffers import booleans, nulled, patched, valid_rows
from commscore._tables._keys import as_text, digit_values, even_digits, is_even, width_of

Array = Any  # pyarrow ships no types
Rows = npt.NDArray[np.int64]

_LEVEL_OF_LENGTH = MappingProxyType({length: level for level, length in CODE_LENGTHS.items()})
_LONGEST = max(CODE_LENGTHS.values())


@attrs.define(eq=False)
class Codes:
    """The codes of a block.

    Attributes:
        text: Strings without blanks around them; null where a row has none.
    """

    text: Array
    _digits: tuple[Rows, Rows] | None = None

    @property
    def values(self) -> Rows:
        """Return the number that each area code writes; 0 where the text is none."""
        return self._read()[0]

    @property
    def length(self) -> Rows:
        """Return how many digits each area code has; 0 where the text is none."""
        return self._read()[1]

    @property
    def everywhere(self) -> bool:
        """Say whether every row has an area code."""
        return is_even(self.length) or bool(self.length.min() > 0)

    def forget(self) -> None:
        """Let go of the numbers; they can be read again."""
        self._digits = None

    def strange(self) -> Rows:
        """Return the rows whose code is no area code."""
        if is_even(self.length):
            return np.empty(0, dtype=np.int64)
        valid = valid_rows(self.text)
        return np.flatnonzero(self.length == 0 if valid is None else (self.length == 0) & (valid == 1))

    def unlike(self, width: int) -> Rows:
        """Return the rows whose code has not so many digits."""
        if is_even(self.length) and int(self.length[0]) == width:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.length != width)

    def _read(self) -> tuple[Rows, Rows]:
        found = self._digits
        if found is None:
            found = self._digits = _area_digits(self.text)
        return found


def read_codes(array: Array, *, missing: tuple[str, ...]) -> Codes:
    """Read codes from text or whole numbers.

    Area codes have 12, 9, 6, 4 or 2 digits, or more than 12 for places within a community. Other codes tell rows
    apart but not where they lie.

    Args:
        array: Arrow array or chunked array.
        missing: Texts that stand for no code; blanks always do.

    Returns:
        The codes.
    """
    even = _even_area_digits(array)
    if even is not None:
        return Codes(array, even)
    written = as_text(array)
    values, length = digit_values(written)
    good = _area_lengths(length)
    if good.all():
        return Codes(written, (values, length))
    return Codes(patched(written, ~good, stripped(written.filter(pa.array(~good)), missing)))


def _area_digits(written: Array) -> tuple[Rows, Rows]:
    """Read the numbers and lengths of area codes, 0 and 0 for other texts."""
    even = _even_area_digits(written)
    if even is not None:
        return even
    values, length = digit_values(written)
    area = _area_lengths(length)
    return np.where(area, values, 0), np.where(area, length, 0)


def _even_area_digits(array: Array) -> tuple[Rows, Rows] | None:
    """Read area codes that all have the same number of digits; null where any does not."""
    even = even_digits(array)
    if even is None or not (even[1] > _LONGEST or even[1] in _LEVEL_OF_LENGTH):
        return None
    return even[0], np.broadcast_to(np.int64(even[1]), even[0].shape)


def _area_lengths(length: Rows) -> npt.NDArray[np.bool_]:
    return (length > _LONGEST) | np.isin(length, list(_LEVEL_OF_LENGTH))


def stripped(array: Array, missing: tuple[str, ...]) -> Array:
    """Remove blanks around texts; null where nothing is left or it stands for no value."""
    array = pc.utf8_trim_whitespace(array)
    return nulled(array, booleans(pc.is_in(array, pa.array(["", *missing], pa.string()))) == 1)


def level_of(array: Array, *, missing: tuple[str, ...]) -> str | None:
    """Return the level that the codes of all rows agree on, or null."""
    lengths: set[int] = set()
    for chunk in array.chunks if isinstance(array, pa.ChunkedArray) else [array]:
        lengths.update(_lengths(chunk, missing))
        if len(lengths) > 1:
            return None
    return _LEVEL_OF_LENGTH.get(lengths.pop()) if lengths else None


def _lengths(array: Array, missing: tuple[str, ...]) -> list[int]:
    """Return the lengths of the codes of an array, 0 for what is none."""
    # Texts of 12 letters make communities, or nothing, which makes communities too.
    if pa.types.is_string(array.type) and array.null_count == 0 and width_of(array) == _LONGEST:
        return [_LONGEST]
    found: list[int] = np.unique(read_codes(array, missing=missing).length).tolist()
    return found


@attrs.frozen(eq=False, slots=False)
class Numbered(Sequence[str]):
    """Codes that all have the same number of digits, kept as the numbers that they write.

    Attributes:
        numbers: The numbers.
        width: How many digits each code has.
    """

    numbers: Rows
    width: int

    @cached_property
    def written(self) -> list[str]:
        """Return the codes."""
        found: list[str] = self.array().to_pylist()
        return found

    def array(self) -> Array:
        """Return the codes as an Arrow array of strings."""
        found = pa.array(self.numbers).cast(pa.string())
        # Only numbers that are too short begin with zeros.
        short = self.numbers.size and self.numbers.min() < 10 ** (self.width - 1)
        return pc.utf8_lpad(found, width=self.width, padding="0") if short else found

    def __getitem__(self, place: Any) -> Any:
        """Return a code, or some of them."""
        return self.written[place]

    def __len__(self) -> int:
        """Count the codes."""
        return len(self.numbers)
