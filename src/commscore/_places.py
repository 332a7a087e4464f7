"""Where rows lie: area codes, area columns, and urban or rural."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from commscore._buffers import fixed, positions, texts, valid_rows
from commscore._exact import Column, read_labels
from commscore._keys import as_text, digit_values
from commscore._ruleset import CODE_LENGTHS, LEVELS, SCOPES, Jurisdiction

Array = Any  # pyarrow ships no types
Rows = npt.NDArray[np.int64]

# The declared words, and the classes of the statistical bureau's urban and rural code.
KINDS = MappingProxyType(
    {
        **dict.fromkeys(("urban", "城市", "111", "112", "121", "122", "123"), 0),
        **dict.fromkeys(("rural", "农村", "210", "220"), 1),
    }
)
_LEVEL_OF_LENGTH = MappingProxyType({length: level for level, length in CODE_LENGTHS.items()})
_LONGEST = max(CODE_LENGTHS.values())


def read_kind(array: Array, *, missing: tuple[str, ...]) -> Column:
    """Read urban and rural: 0 and 1; blanks are missing, anything undeclared is invalid."""
    return read_labels(array, KINDS, SCOPES, missing=missing)


@attrs.frozen(eq=False)
class Codes:
    """The area codes of a block.

    Attributes:
        text: Strings; null where a row has no code or a malformed one.
        values: The number that each code writes; 0 without one.
        length: Digits of each code; 0 without one.
        malformed: Rows whose code is not 12, 9, 6, 4 or 2 digits, counted from the block's first row.
    """

    text: Array
    values: Rows
    length: Rows
    malformed: Rows


def read_codes(array: Array, *, missing: tuple[str, ...]) -> Codes:
    """Read area codes from text or whole numbers.

    Args:
        array: Arrow array or chunked array.
        missing: Texts that stand for no code; blanks always do.

    Returns:
        The codes, blanks around them removed.
    """
    written = as_text(array)
    values, length = digit_values(written, most=_LONGEST)
    good = np.isin(length, list(_LEVEL_OF_LENGTH))
    valid = valid_rows(written)
    odd = np.flatnonzero(~good if valid is None else ~good & (valid == 1))
    if not odd.size:
        return Codes(written, values, length, odd)
    cleaned = [_cleaned(cell, missing) for cell in texts(written.take(pa.array(odd)))]
    mended = pa.array([cell or None for cell in cleaned], pa.string())
    odd_rows = np.zeros(len(written), dtype=bool)
    odd_rows[odd] = True
    written = pc.replace_with_mask(written, pa.array(odd_rows), mended)
    malformed = odd[np.array([cell == "" for cell in cleaned], dtype=bool)]
    return Codes(written, *digit_values(written, most=_LONGEST), malformed)


def _cleaned(cell: str | None, missing: tuple[str, ...]) -> str | None:
    """Return a code without blanks around it, null where there is none, and "" where it is malformed."""
    stripped = (cell or "").strip()
    if not stripped or stripped in missing:
        return None
    return stripped if stripped.isascii() and stripped.isdigit() and len(stripped) in _LEVEL_OF_LENGTH else ""


def level_of(codes: Codes) -> str | None:
    """Return the level that all codes of a block agree on, or null."""
    lengths = np.unique(codes.length)
    return _LEVEL_OF_LENGTH.get(int(lengths[0])) if len(lengths) == 1 and not codes.malformed.size else None


@attrs.frozen(eq=False)
class Areas:
    """The areas of one level in which the rows of a block lie.

    Attributes:
        labels: The key of each area (object array of str), without repetition: its code or the text of its own column.
        codes: int32 per row: position in ``labels``, or -1 where the area is not known.
    """

    labels: npt.NDArray[Any]
    codes: npt.NDArray[np.int32]


class Places(Mapping[str, Areas]):
    """The areas of a block by level, from the table's own level to the province, found when first asked for."""

    def __init__(
        self,
        level: str,
        jurisdiction: Jurisdiction,
        codes: Codes | None,
        columns: Mapping[str, Array],
        keys: Array,
    ) -> None:
        self._level = level
        self._jurisdiction = jurisdiction
        self._codes = codes
        self._columns = columns
        self._keys = keys
        self._found: dict[str, Areas] = {}
        self._grouped: tuple[Rows, Rows, npt.NDArray[np.int32]] | None = None

    def __getitem__(self, level: str) -> Areas:
        """Return the areas of a level."""
        if level not in self._found:
            if level not in set(self):
                raise KeyError(level)
            self._found[level] = self._find(level)
        return self._found[level]

    def __iter__(self) -> Iterator[str]:
        """Give the levels, finest first."""
        return iter(LEVELS[LEVELS.index(self._level) :])

    def __len__(self) -> int:
        """Count the levels."""
        return len(LEVELS) - LEVELS.index(self._level)

    def _find(self, level: str) -> Areas:
        """Find each row's area: its own column first, then the prefix of its code, then the jurisdiction."""
        labels: dict[str, int] = {}
        codes = np.full(len(self._keys), -1, dtype=np.int32)
        if level in self._columns:
            _fill(codes, _by_text(self._columns[level]), labels)
        if self._codes is not None and level in CODE_LENGTHS and (codes < 0).any():
            _fill(codes, self._by_prefix(level, self._codes), labels)
        if (codes < 0).any() and LEVELS.index(level) >= LEVELS.index(self._jurisdiction.level):
            name = self._jurisdiction.code[: CODE_LENGTHS[level]]
            _fill(codes, (np.array([name], dtype=object), np.zeros(len(codes), dtype=np.int32)), labels)
        if level == self._level and (codes < 0).any():
            # A place of the table's own level that has no code is told by its key.
            _fill(codes, _by_text(self._keys), labels)
        return Areas(np.array(list(labels), dtype=object), codes)

    def _by_prefix(self, level: str, codes: Codes) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
        """Find areas by the first digits of the code; those of coarser levels from those of the finest."""
        if self._grouped is None:
            finest = max(
                (CODE_LENGTHS[name] for name in self if name in CODE_LENGTHS and name != self._level),
                default=2,
            )
            self._grouped = _grouped(codes, max(finest, CODE_LENGTHS[level]))
        values, length, rows = self._grouped
        width = CODE_LENGTHS[level]
        if level == self._level:
            values, length, rows = _grouped(codes, width)
        known = length >= width
        names = np.array(
            [
                f"{value // 10 ** (digits - width):0{width}d}" if digits >= width else ""
                for value, digits in zip(values.tolist(), length.tolist(), strict=True)
            ],
            dtype=object,
        )
        return names, np.where(known, np.arange(len(values), dtype=np.int32), np.int32(-1))[rows]


def _grouped(codes: Codes, width: int) -> tuple[Rows, Rows, npt.NDArray[np.int32]]:
    """Reduce codes to their first digits: the distinct ones, their lengths, and which of them each row has."""
    excess = np.maximum(codes.length - width, 0)
    uniform = bool(excess.size) and codes.length.min() == codes.length.max()
    cut = codes.values // (10 ** int(excess[0]) if uniform else 10**excess)
    # The length goes along, so that codes of several lengths stay apart.
    encoded = pa.array(cut * 16 + (codes.length - excess)).dictionary_encode()
    distinct = fixed(encoded.dictionary)
    return distinct // 16, distinct % 16, fixed(encoded.indices)


def _by_text(array: Array) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
    """Find areas by text, blanks around it removed."""
    encoded = as_text(array).dictionary_encode()
    names = np.array([(name or "").strip() for name in texts(encoded.dictionary)], dtype=object)
    return names, positions(encoded.indices).astype(np.int32)


def _fill(
    codes: npt.NDArray[np.int32],
    found: tuple[npt.NDArray[Any], npt.NDArray[np.int32]],
    labels: dict[str, int],
) -> None:
    """Put the areas found where none is known yet, and number their names."""
    names, rows = found
    open_rows = (codes < 0) & (rows >= 0)
    used = np.zeros(len(names), dtype=bool)
    used[rows[open_rows]] = True
    number = np.full(len(names), -1, dtype=np.int32)
    for place in np.flatnonzero(used).tolist():
        number[place] = labels.setdefault(names[place], len(labels))
    codes[open_rows] = number[rows[open_rows]]
