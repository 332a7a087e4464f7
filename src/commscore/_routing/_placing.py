"""Columns of places and years -> for each row, the ruleset it goes to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from commscore._routing._collection import PLACES, Candidate, Found, Why
from commscore._ruleset import CODE_LENGTHS, Input, InputType, Text
from commscore._tables._area_codes import read_codes
from commscore._tables._buffers import plain
from commscore._tables._keys import as_text
from commscore._tables._matching import BUILT_IN, find_key, match_columns
from commscore.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from commscore._routing._collection import Collection

Array = Any  # pyarrow ships no types
Rows = npt.NDArray[np.int64]
Routes = npt.NDArray[np.int16]

YEAR = "year"
# Stands for no ruleset among the numbers of rulesets.
NOWHERE = -1
YEAR_INPUT = Input(YEAR, Text("年度", "Year"), InputType.COUNT, aliases=("年份",))
_YEAR = re.compile(r"([12]\d{3})年?")
_MISSING, _INVALID = -1, -2
_MOST = 1 << 15


@attrs.frozen(eq=False)
class Columns:
    """Which columns of a table say where its rows belong.

    Attributes:
        names: All columns.
        positions: Position of the code, of the areas and of the year, of those that there are.
        key: Position of the keys; null where rows are told apart by number.
        year: The year of all rows, where no column says it.
        missing: Texts that stand for no value.
    """

    names: tuple[str, ...]
    positions: Mapping[str, int]
    key: int | None
    year: int | None
    missing: tuple[str, ...]

    @property
    def by_year(self) -> bool:
        """Say whether rows are of different years, so that a key may stand once in each."""
        return YEAR in self.positions

    @property
    def needed(self) -> list[int]:
        """Return the positions of all columns that routing reads."""
        return sorted({*self.positions.values(), *([] if self.key is None else [self.key])})


@attrs.frozen
class Asked:
    """What the caller says of the table.

    Attributes:
        key: Column of the keys.
        columns: The caller's own mapping of column to input.
        year: The year of all rows; null where a column says it.
        as_of: The year of the day on which dues are looked at; null where there is no such day.
        missing: Texts that stand for no value.
    """

    key: str | None
    columns: Mapping[str, str]
    year: int | None
    as_of: int | None
    missing: tuple[str, ...]


def find_columns(names: Sequence[str], asked: Asked, *, table: str = "data") -> Columns:
    """Find the columns that say where rows belong, and hold what the caller says against them.

    Args:
        names: The columns of a table.
        asked: What the caller says.
        table: What faults call the table.

    Raises:
        DataError: A column that may be several.
        UsageError: No code and no area, no year, or a year that is said twice.
    """
    inputs = {YEAR: YEAR_INPUT}
    given = {theirs: target for theirs, target in asked.columns.items() if target in {*BUILT_IN, YEAR}}
    found, faults = match_columns(names, inputs, given=given, table=table)
    faults = [fault for fault in faults if fault.column in names]
    if faults:
        raise DataError(faults)
    key = None if asked.key is None else find_key(asked.key, names, found)
    positions = {target: place for target, place in found.items() if target in {"code", YEAR, *PLACES}}
    if names and not positions.keys() - {YEAR}:
        raise UsageError(
            f"ruleset='auto': {table} has no column that says where its rows lie: a code (统计用区划代码), or county, "
            "city or province with codes; or name the ruleset"
        )
    if asked.year is not None and YEAR in positions:
        column = names[positions[YEAR]]
        raise UsageError(f"year: {table} has a column of years, {column!r}; give one or the other")
    year = asked.as_of if asked.year is None else asked.year
    if names and year is None and YEAR not in positions:
        raise UsageError(
            f"ruleset='auto': nothing says of which year {table} is: add a column year (年度), or say year=2023 "
            "(--year 2023) or as_of"
        )
    return Columns(tuple(names), positions, positions.get("code") if key is None else key, year, asked.missing)


@attrs.define(eq=False)
class Router:
    """Sends rows to rulesets, and remembers which it has sent some to.

    Attributes:
        collection: The rulesets there are.
        columns: What of the table it reads.
        candidates: Those that rows have gone to, in order of their numbers.
    """

    collection: Collection
    columns: Columns
    candidates: list[Candidate] = attrs.Factory(list)
    _known: dict[tuple[str | None, ...], tuple[int, Found, int | None]] = attrs.Factory(dict)
    _numbers: dict[Candidate, int] = attrs.Factory(dict)

    def route(self, column: Callable[[int], Array], rows: int) -> Routed:
        """Find the ruleset of each row.

        Args:
            column: Gives a column of these rows by its position.
            rows: How many there are.
        """
        labels: list[tuple[str | None, ...]] = [()]
        codes = np.zeros(rows, dtype=np.int64)
        for target, place in self.columns.positions.items():
            words, found = self._encoded(target, column(place))
            labels, codes = _crossed(labels, codes, words, found)
        ways = [self._way(label) for label in labels]
        numbers = np.array([number for number, _, _ in ways], dtype=np.int16)
        return Routed(numbers[codes], codes, tuple(ways))

    def _encoded(self, target: str, array: Array) -> tuple[list[str | None], Rows]:
        """Reduce a column to the distinct values that matter, and which of them each row has."""
        missing = self.columns.missing
        if target == "code":
            return _prefixes(array, missing, self.collection.digits)
        text = pc.utf8_trim_whitespace(as_text(array))
        blank = pc.is_in(text, pa.array(["", *missing], pa.string()))
        encoded = pc.if_else(blank, pa.scalar(None, pa.string()), text).dictionary_encode(null_encoding="encode")
        return encoded.dictionary.to_pylist(), _positions(encoded.indices)

    def _way(self, label: tuple[str | None, ...]) -> tuple[int, Found, int | None]:
        """Find where a combination of values leads."""
        if label not in self._known:
            said = dict(zip(self.columns.positions, label, strict=True))
            year, bad_year = _year_of(said[YEAR]) if YEAR in said else (self.columns.year, None)
            codes, bad_code = _codes_of(said)
            if bad_code is not None or year is None:
                found = Found(None, bad_code or bad_year)
            else:
                found = self.collection.find(codes, year)
            self._known[label] = (self._number(found.candidate), found, year)
        return self._known[label]

    def _number(self, candidate: Candidate | None) -> int:
        if candidate is None:
            return NOWHERE
        if candidate not in self._numbers:
            if len(self.candidates) == _MOST:
                raise UsageError(f"ruleset='auto': the rows belong to more than {_MOST:,} rulesets; give fewer at once")
            self._numbers[candidate] = len(self.candidates)
            self.candidates.append(candidate)
        return self._numbers[candidate]


@attrs.frozen(eq=False)
class Routed:
    """Where some rows go.

    Attributes:
        routes: By row, the number of the ruleset, or ``NOWHERE``.
        codes: By row, the position of its way.
        ways: Number, what was found, and the year.
    """

    routes: Routes
    codes: Rows
    ways: tuple[tuple[int, Found, int | None], ...]

    def years(self) -> Rows:
        """Return the year of each row; 0 where none is known."""
        return np.array([year or 0 for _, _, year in self.ways], dtype=np.int64)[self.codes]


def _crossed(
    labels: list[tuple[str | None, ...]], codes: Rows, words: Sequence[str | None], found: Rows
) -> tuple[list[tuple[str | None, ...]], Rows]:
    """Combine what is known of rows with one more column."""
    encoded = pa.array(codes * len(words) + found).dictionary_encode()
    pairs = [divmod(pair, len(words)) for pair in encoded.dictionary.to_pylist()]
    return [(*labels[one], words[other]) for one, other in pairs], _positions(encoded.indices)


def _positions(indices: Array) -> Rows:
    return np.asarray(indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _prefixes(array: Array, missing: tuple[str, ...], digits: int) -> tuple[list[str | None], Rows]:
    """Reduce codes to their first digits: null where there is none, empty where it is none."""
    codes = read_codes(plain(array), missing=missing)
    length = np.minimum(codes.length, digits)
    excess = np.asarray(codes.length - length)
    uniform = bool(excess.size) and excess.min() == excess.max()
    cut = (codes.values // (10 ** int(excess[0]) if uniform else 10**excess)) * 16 + length
    strange = codes.length == 0
    if strange.any():
        null = np.asarray(codes.text.is_null().to_numpy(zero_copy_only=False), dtype=bool)
        cut = np.where(strange, np.where(null, _MISSING, _INVALID), cut)
    encoded = pa.array(cut).dictionary_encode()
    return [_prefix(value) for value in encoded.dictionary.to_pylist()], _positions(encoded.indices)


def _prefix(value: int) -> str | None:
    if value < 0:
        return None if value == _MISSING else ""
    return f"{value // 16:0{value % 16}d}"


def _codes_of(said: Mapping[str, str | None]) -> tuple[dict[str, str], Why | None]:
    """Return the codes of the areas that a row lies in, the columns of areas first; or why there are none."""
    code = said.get("code")
    codes: dict[str, str] = {}
    finer = code or ""
    for level in PLACES:
        length, own = CODE_LENGTHS[level], said.get(level) or ""
        finer = own if _is_code(own) and len(own) >= length else finer
        if len(finer) >= length:
            codes[level] = finer = finer[:length]
    if codes:
        return codes, None
    named = any(said.get(level) for level in PLACES)
    return {}, Why.INVALID_CODE if code is not None or named else Why.MISSING_CODE


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _year_of(text: str | None) -> tuple[int | None, Why | None]:
    if text is None:
        return None, Why.MISSING_YEAR
    found = _YEAR.fullmatch(text)
    return (None, Why.INVALID_YEAR) if found is None else (int(found[1]), None)
