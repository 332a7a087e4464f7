"""Read the tables: match columns to inputs, read every cell, find key and areas of every row (spec 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._ruleset import AREA_LEVELS, CODE_LENGTHS, LEVELS, NATION
from commscore.errors import DataError, DataFault, UsageError
from commscore.reference._values import Cell, Hole, read_cell, read_code, read_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from commscore._ruleset import Input, Ruleset

BY_NAME = ("kind", "code", *LEVELS)  # built-in columns: they have no titles


@attrs.frozen
class Reading:
    """How the caller wants the tables read: the options of ``evaluate`` that concern columns and cells."""

    key: str | None = None
    columns: Mapping[str, str] = attrs.field(factory=dict)
    level: str | None = None
    missing: tuple[str, ...] = ("",)


@attrs.frozen(eq=False)
class Row:
    """One row, read.

    Attributes:
        level: The level of its table.
        position: Its place in the table, counted from 0.
        key: What results call it.
        cells: By input; ``kind`` and ``code`` too where the table has them.
        areas: By level, from its own upwards, the place it is or lies in; null where that is not known.
    """

    level: str
    position: int
    key: Hashable
    cells: Mapping[str, Cell]
    areas: Mapping[str, str | None]


@attrs.frozen(eq=False)
class Table:
    """The rows of one level, and the names of the inputs and built-ins it has columns for."""

    level: str
    rows: tuple[Row, ...]
    names: frozenset[str]
    places: Mapping[str | None, tuple[Row, ...]]


@attrs.frozen(eq=False)
class Data:
    """All tables of one evaluation, by level.

    Attributes:
        ruleset: What they are judged by.
        main: The level of the scored rows.
        tables: The scored table and those given by ``more``.
    """

    ruleset: Ruleset
    main: str
    tables: Mapping[str, Table]


def read_tables(
    rows: Sequence[Mapping[str, object]],
    more: Mapping[str, Sequence[Mapping[str, object]]],
    ruleset: Ruleset,
    reading: Reading,
) -> Data:
    """Read the scored table and those of other levels.

    Args:
        rows: The scored rows.
        more: Rows of other levels, by level.
        ruleset: Whose inputs are looked for.
        reading: Key, column names, level and missing texts.

    Returns:
        The tables, read.

    Raises:
        DataError: When keys are null or not unique within a table; every such row is named.
        UsageError: When a level or a column named by the caller does not exist.
    """
    main = reading.level or _level_of(rows, reading)
    given = {main: rows, **more}
    _check_levels(main, more)
    _check_columns(given.values(), reading)
    raws = {level: _Raw(level, table, ruleset, reading, scored=level == main) for level, table in given.items()}
    faults = [fault for level, raw in raws.items() for fault in raw.key_faults("data" if level == main else level)]
    if faults:
        raise DataError(faults)
    return Data(ruleset, main, {level: raw.read() for level, raw in raws.items()})


def finer(level: str, other: str) -> bool:
    """Say whether a level lies below another: a community below a county."""
    return AREA_LEVELS.index(level) < AREA_LEVELS.index(other)


def _level_of(rows: Sequence[Mapping[str, object]], reading: Reading) -> str:
    """Tell from the codes what the rows are, when all agree; else they are communities."""
    column = next((theirs for theirs, ours in reading.columns.items() if ours == "code"), "code")
    lengths = {len(read_code(row.get(column), reading.missing) or "") for row in rows}
    fitting = [level for level, length in CODE_LENGTHS.items() if lengths == {length}]
    return fitting[0] if fitting else "community"


def _check_levels(main: str, more: Mapping[str, object]) -> None:
    for level in (main, *more):
        if level not in LEVELS:
            raise UsageError(f"there is no level {level!r}; the levels are {', '.join(LEVELS)}")
    if main in more:
        raise UsageError(f"`more` brings tables of other levels, but the rows themselves are of level {main!r}")


def _check_columns(tables: Iterable[Sequence[Mapping[str, object]]], reading: Reading) -> None:
    present = {column for table in tables for row in table for column in row}
    absent = sorted(set(reading.columns) - present)
    if present and absent:
        raise UsageError(f"`columns` names {', '.join(map(repr, absent))}, which no table has")


class _Raw:
    """One table on its way to being read."""

    def __init__(
        self,
        level: str,
        rows: Sequence[Mapping[str, object]],
        ruleset: Ruleset,
        reading: Reading,
        *,
        scored: bool,
    ) -> None:
        self.level = level
        self.rows = rows
        self.ruleset = ruleset
        self.missing = reading.missing
        present = list(dict.fromkeys(column for row in rows for column in row))
        self.columns = match_columns(present, ruleset.inputs, reading.columns)
        self.key_column = _key_column(present, self.columns, reading.key, scored=scored)

    def key(self, position: int) -> Hashable:
        """Return the key of a row: of the key column, else its code, else its number."""
        if self.key_column is None:
            return position
        raw = self.rows[position].get(self.key_column)
        if self.key_column == self.columns.get("code"):
            return read_code(raw, self.missing)
        is_blank = (isinstance(raw, str) and not raw.strip()) or raw != raw  # noqa: PLR0124 - NaN is not itself
        return raw if isinstance(raw, Hashable) and not is_blank else None

    def key_faults(self, name: str) -> list[DataFault]:
        """Find the rows whose key is null, or that of another row."""
        keys = [self.key(position) for position in range(len(self.rows))]
        null = [position for position, key in enumerate(keys) if key is None]
        counts = Counter(keys)
        repeated = [position for position, key in enumerate(keys) if key is not None and counts[key] > 1]
        texts = (
            (null, "a key is null; every row needs one"),
            (repeated, "keys are not unique; each row needs its own"),
        )
        return [DataFault(text, name, self.key_column, tuple(rows[:10]), len(rows)) for rows, text in texts if rows]

    def read(self) -> Table:
        """Read every row."""
        rows = tuple(
            Row(self.level, position, self.key(position), self._cells(raw), self._areas(raw, position))
            for position, raw in enumerate(self.rows)
        )
        places: dict[str | None, tuple[Row, ...]] = {}
        for row in rows:
            place = row.areas[self.level]
            places[place] = (*places.get(place, ()), row)
        return Table(self.level, rows, frozenset(self.columns), places)

    def _cells(self, raw: Mapping[str, object]) -> dict[str, Cell]:
        """Read the row's inputs; a part that is greater than its whole is invalid (spec 2, error)."""
        inputs = self.ruleset.inputs
        cells: dict[str, Cell] = {
            name: read_cell(inputs[name], raw.get(column), self.missing)
            for name, column in self.columns.items()
            if name in inputs
        }
        for name in sorted(cells, key=lambda name: _depth(name, inputs)):
            part, whole = cells[name], cells.get(inputs[name].part_of or "")
            if isinstance(part, Fraction) and isinstance(whole, Fraction) and part > whole:
                cells[name] = Hole.INVALID
        if "kind" in self.columns:
            cells["kind"] = read_kind(raw.get(self.columns["kind"]), self.missing)
        if "code" in self.columns:
            cells["code"] = self._code(raw, "code") or Hole.MISSING
        return cells

    def _areas(self, raw: Mapping[str, object], position: int) -> dict[str, str | None]:
        """Find the place that the row is, and those it lies in."""
        above = LEVELS[LEVELS.index(self.level) + 1 :]
        around = {level: self._area(raw, level) for level in above}
        home = self.ruleset.jurisdiction
        if home.level == NATION:  # all there is lies in it
            around[NATION] = home.code
        return {self.level: self._own_place(raw, position), **around}

    def _area(self, raw: Mapping[str, object], level: str) -> str | None:
        """Find the area above: its own column wins, then the code's prefix; without either, the jurisdiction."""
        return self._code(raw, level) or _prefix(self._code(raw, "code"), level) or _jurisdiction(self.ruleset, level)

    def _own_place(self, raw: Mapping[str, object], position: int) -> str:
        """Find the place that the row itself is: by code, by the column of its level, by key, else the jurisdiction."""
        named = None if self.key_column is None else str(self.key(position))
        return (
            _prefix(self._code(raw, "code"), self.level)
            or self._code(raw, self.level)
            or named
            or _jurisdiction(self.ruleset, self.level)
            or str(position)
        )

    def _code(self, raw: Mapping[str, object], name: str) -> str | None:
        column = self.columns.get(name)
        return None if column is None else read_code(raw.get(column), self.missing)


def match_columns(present: Sequence[str], inputs: Mapping[str, Input], columns: Mapping[str, str]) -> dict[str, str]:
    """Find the column of every input and built-in: as the caller says, else by name, zh title, en title or alias."""
    free = [column for column in present if column not in columns]
    wanted = {name: (name,) for name in BY_NAME} | {name: _names(source) for name, source in inputs.items()}
    found = {}
    for name, names in wanted.items():
        said = [column for column in present if columns.get(column) == name]
        candidates = said + [text for text in names if text in free]
        if candidates:
            found[name] = candidates[0]
    return found


def _names(source: Input) -> tuple[str, ...]:
    titles = (source.title.zh,) if source.title.en is None else (source.title.zh, source.title.en)
    return (source.name, *titles, *source.aliases)


def _key_column(present: Sequence[str], columns: Mapping[str, str], key: str | None, *, scored: bool) -> str | None:
    """Choose the key column: what the caller names, else the code; a table of another level may lack the former."""
    if key is not None:
        column = key if key in present else columns.get(key)
        if column is not None:
            return column
        if scored and present:
            raise UsageError(f"the key column {key!r} is not in the table; it has {', '.join(map(repr, present))}")
    return columns.get("code")


def _prefix(code: str | None, level: str) -> str | None:
    """Cut a level's code out of an area code; what is no area code has no areas (spec 7)."""
    length = CODE_LENGTHS.get(level)
    if code is None or length is None or not (code.isascii() and code.isdigit()):
        return None
    is_area_code = len(code) in CODE_LENGTHS.values() or len(code) > CODE_LENGTHS["community"]
    return code[:length] if is_area_code and len(code) >= length else None


def _jurisdiction(ruleset: Ruleset, level: str) -> str | None:
    """Rows without a code belong to the jurisdiction, and to what it lies in; within it their place is not known."""
    if finer(level, ruleset.jurisdiction.level):
        return None
    code = ruleset.jurisdiction.code
    return code if level == ruleset.jurisdiction.level else code[: CODE_LENGTHS[level]]


def _depth(name: str, inputs: Mapping[str, Input]) -> int:
    """Count the wholes above a part, so that wholes are judged before their parts."""
    depth, whole = 0, inputs[name].part_of
    while whole is not None and whole in inputs and depth < len(inputs):
        depth, whole = depth + 1, inputs[whole].part_of
    return depth
