"""Where rows lie: area codes, area columns, and urban or rural."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from commscore._ruleset import AREA_LEVELS, CODE_LENGTHS, LEVELS, NATION, SCOPES, Jurisdiction
from commscore._tables._area_codes import Codes, Numbered, stripped
from commscore._tables._buffers import fixed, positions, texts
from commscore._tables._exact import Column, read_labels
from commscore._tables._keys import as_text, is_even

Array = Any  # pyarrow ships no types
Rows = npt.NDArray[np.int64]
# Names of areas, and for each row the position of its own or -1.
Found: TypeAlias = tuple[npt.NDArray[Any], npt.NDArray[np.int32]]
Way: TypeAlias = Callable[[str], Found | None]

# The declared words, and the classes of the statistical bureau's urban and rural code.
KINDS = MappingProxyType(
    {
        **dict.fromkeys(("urban", "城市", "111", "112", "121", "122", "123"), 0),
        **dict.fromkeys(("rural", "农村", "210", "220"), 1),
    }
)
_RUN = 4  # rows in a row, at least, where it pays to look at runs


def read_kind(array: Array, *, missing: tuple[str, ...]) -> Column:
    """Read urban and rural: 0 and 1; blanks are missing, anything undeclared is invalid."""
    return read_labels(array, KINDS, SCOPES, missing=missing)


@attrs.frozen(eq=False)
class Areas:
    """The areas of one level in which the rows of a block lie.

    Attributes:
        labels: The key of each area, without repetition: its code or the text of its column.
        codes: int32 per row: position in ``labels``, or -1 where the area is not known.
    """

    labels: Sequence[str]
    codes: npt.NDArray[np.int32]


@attrs.frozen(eq=False)
class Known:
    """What a block says of where its rows lie.

    Attributes:
        codes: Its area codes; null without such a column.
        columns: Its area columns, by level.
        keys: Its keys, as strings.
        own_keys: Whether the keys stand in a column, so that they name rows rather than number them.
        missing: Texts that stand for no area.
    """

    codes: Codes | None
    columns: Mapping[str, Array]
    keys: Array
    own_keys: bool
    missing: tuple[str, ...]


def levels_around(level: str, home: Jurisdiction) -> tuple[str, ...]:
    """Return the levels of the areas that rows lie in, their own first; the nation only for rulesets of a nation."""
    return (AREA_LEVELS if home.level == NATION else LEVELS)[LEVELS.index(level) :]


class Places(Mapping[str, Areas]):
    """The areas of a block, from the table's own level to the province or nation, found when first asked for."""

    def __init__(
        self,
        level: str,
        jurisdiction: Jurisdiction,
        known: Known,
    ) -> None:
        self._level = level
        self._jurisdiction = jurisdiction
        self._levels = levels_around(level, jurisdiction)
        self._known = known
        self._found: dict[str, Areas] = {}
        self._above: tuple[Rows, Rows, npt.NDArray[np.int32]] | None = None

    @property
    def codes(self) -> Codes | None:
        """Return the codes that areas are told by; null without such a column."""
        return self._known.codes

    def forget(self) -> None:
        """Let go of what the codes were read as; areas found stay, others can be found again."""
        self._above = None
        if self._known.codes is not None:
            self._known.codes.forget()

    def width(self, level: str) -> int:
        """Return how many digits of each row's code make the area of a level; 0 unless they tell it for all rows."""
        known = self._known
        # A row's own code goes before an area column only where the row is the area.
        if known.codes is None or level not in CODE_LENGTHS or (level != self._level and level in known.columns):
            return 0
        length, width = known.codes.length, CODE_LENGTHS[level]
        return width if length.size and length.strides == (0,) and length[0] >= width else 0

    def numbers(self, level: str) -> Numbered | None:
        """Return the code of each row's area of a level; null unless the rows' own codes tell it for all."""
        codes, width = self._known.codes, self.width(level)
        if codes is None or not width:
            return None
        divisor = 10 ** (int(codes.length[0]) - width)
        return Numbered(codes.values if divisor == 1 else codes.values // divisor, width)

    def __getitem__(self, level: str) -> Areas:
        """Return the areas of a level."""
        if level not in self._found:
            if level not in self._levels:
                raise KeyError(level)
            self._found[level] = self._find(level)
        return self._found[level]

    def __iter__(self) -> Iterator[str]:
        """Give the levels, finest first."""
        return iter(self._levels)

    def __len__(self) -> int:
        """Count the levels."""
        return len(self._levels)

    def _find(self, level: str) -> Areas:
        """Find each row's area, the surest way first."""
        labels: dict[str, int] = {}
        codes: npt.NDArray[np.int32] | None = None
        ways: list[Way] = [self._by_column, self._by_prefix, self._by_jurisdiction]
        if level == self._level:
            # The row itself is the area: told by its code, its column, a key of its own, at the worst its number.
            named = [self._by_key] if self._known.own_keys else []
            ways = [self._by_prefix, self._by_column, *named, self._by_jurisdiction, self._by_key]
        for way in ways:
            found = way(level) if codes is None or (codes < 0).any() else None
            if found is None:
                continue
            if codes is None and len(found[1]) and found[1].min() >= 0:
                return _all_found(found)
            codes = np.full(len(self._known.keys), -1, dtype=np.int32) if codes is None else codes
            _fill(codes, found, labels)
        return Areas(tuple(labels), np.full(len(self._known.keys), -1, dtype=np.int32) if codes is None else codes)

    def _by_column(self, level: str) -> Found | None:
        """Find areas by the column of the level."""
        return (
            _by_text(stripped(as_text(self._known.columns[level]), self._known.missing))
            if level in self._known.columns
            else None
        )

    def _by_jurisdiction(self, level: str) -> Found | None:
        """Place rows in the jurisdiction, at its level and above."""
        home = self._jurisdiction
        if AREA_LEVELS.index(level) < AREA_LEVELS.index(home.level):
            return None
        name = home.code if level == home.level else home.code[: CODE_LENGTHS[level]]
        return np.array([name], dtype=object), np.zeros(len(self._known.keys), dtype=np.int32)

    def _by_key(self, _: str) -> Found | None:
        """Take each row for an area of its own."""
        return _by_text(self._known.keys)

    def _by_prefix(self, level: str) -> Found | None:
        """Find areas by the first digits of the code."""
        if self._known.codes is None or level not in CODE_LENGTHS:
            return None
        width = CODE_LENGTHS[level]
        if level == self._level:
            values, length, rows = _grouped(self._known.codes, width)
        else:
            # Coarser areas are made of finer ones, of which there are fewer than rows.
            if self._above is None:
                self._above = _grouped(self._known.codes, CODE_LENGTHS[LEVELS[LEVELS.index(self._level) + 1]])
            finer, digits, places = self._above
            values, length, inside = _grouped(Codes(self._known.codes.text, (finer, digits)), width)
            rows = places if len(values) == len(finer) else inside[places]
        known = length >= width
        if known.all():
            return _written(values, width), rows
        names = _written(np.where(known, values, 0), width)
        return names, np.where(known, np.arange(len(values), dtype=np.int32), np.int32(-1))[rows]


def _written(values: Rows, width: int) -> npt.NDArray[Any]:
    """Write numbers with a fixed count of digits."""
    if values.size and values.min() >= 10 ** (width - 1):
        return np.array(pa.array(values).cast(pa.string()).to_pylist(), dtype=object)
    return np.array([f"{value:0{width}d}" for value in values.tolist()], dtype=object)


def _grouped(codes: Codes, width: int) -> tuple[Rows, Rows, npt.NDArray[np.int32]]:
    """Reduce codes to their first digits: the distinct ones, their lengths, and which of them a row has."""
    if is_even(codes.length):
        digits = int(codes.length[0])
        distinct, rows = _encoded(codes.values // 10 ** max(digits - width, 0))
        return distinct, np.full(len(distinct), min(digits, width)), rows
    excess = np.maximum(codes.length - width, 0)
    # The length goes along, so that codes of several lengths stay apart.
    distinct, rows = _encoded(codes.values // 10**excess * 16 + (codes.length - excess))
    return distinct // 16, distinct % 16, rows


def _encoded(values: Rows) -> tuple[Rows, npt.NDArray[np.int32]]:
    """Number distinct values: which there are, and which of them a row has."""
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    starts = np.flatnonzero(first)
    if len(starts) * _RUN > len(values):
        encoded = pa.array(values).dictionary_encode()
        return fixed(encoded.dictionary), fixed(encoded.indices)
    # In order, or nearly so: what is to be told apart are runs, not rows.
    encoded = pa.array(values[starts]).dictionary_encode()
    return fixed(encoded.dictionary), np.repeat(fixed(encoded.indices), np.diff(starts, append=len(values)))


def _by_text(array: Array) -> Found:
    """Find areas by text."""
    encoded = array.dictionary_encode()
    names = np.array(texts(encoded.dictionary), dtype=object)
    return names, positions(encoded.indices).astype(np.int32)


def _all_found(found: Found) -> Areas:
    """Number the names of areas where every row has one, and each is that of some row."""
    names, rows = found
    labels = {name: place for place, name in enumerate(dict.fromkeys(names.tolist()))}
    if len(labels) == len(names):
        return Areas(tuple(labels), rows)
    number = np.array([labels[name] for name in names.tolist()], dtype=np.int32)
    return Areas(tuple(labels), number[rows])


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
