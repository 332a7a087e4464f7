"""Anything Arrow-like as a table of inputs: opened, its columns matched, read in blocks of exact values."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, cast

import attrs
import numpy as np
import pyarrow as pa

from commscore._ruleset import CODE_LENGTHS, LEVELS, Input, Jurisdiction
from commscore._tables._area_codes import Codes, level_of, read_codes
from commscore._tables._columns import Columns
from commscore._tables._exact import Column
from commscore._tables._headings import read_as_written, refuse_other_names, roles_of
from commscore._tables._keys import SHOWN, KeySet, Rows, as_text, fault
from commscore._tables._matching import find_key, match_columns, warn_of_slips
from commscore._tables._places import Areas, Known, Places, read_kind
from commscore._tables._sources import open_source
from commscore._tables._streams import Source, cut
from commscore.errors import DataError, DataFault, DataWarning, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

__all__ = ["Areas", "Block", "Column", "Columns", "KeySet", "Table", "blocks", "open_table"]

Array = Any  # pyarrow ships no types

BLOCK_ROWS = 65536
# Stands for the caller's key column among the names of what is read.
_KEY = ""


@attrs.frozen(eq=False)
class Table:
    """A table whose columns are known: which inputs it has, and how its rows are told apart.

    Attributes:
        level: What its rows are.
        name: What faults call it.
        source: The columns.
        positions: Position of the column of each input and built-in that it has.
        key_position: Position of the column of the keys; null when rows are told apart by number.
        own_key: Whether the caller chose the key column.
        inferred: Whether the level follows from the first codes, which later ones must bear out.
        inputs: What its columns may be.
        jurisdiction: Where rows without a code belong.
        missing: Texts that stand for no value.
        block_rows: Rows per block at most.
    """

    level: str
    name: str
    source: Source
    positions: Mapping[str, int]
    key_position: int | None
    own_key: bool
    inferred: bool
    inputs: Mapping[str, Input]
    jurisdiction: Jurisdiction
    missing: tuple[str, ...]
    block_rows: int

    @property
    def matched(self) -> Mapping[str, str]:
        """Return the column of each input that it has."""
        return {target: self.source.names[index] for target, index in self.positions.items() if target in self.inputs}

    @property
    def has_kind(self) -> bool:
        """Return whether it has a column of urban and rural."""
        return "kind" in self.positions

    @property
    def rows(self) -> int | None:
        """Return how many rows there are; null for streams, which tell at their end."""
        return self.source.rows

    @property
    def key_column(self) -> str | None:
        """Return the column of the keys; null when rows are told apart by number."""
        return None if self.key_position is None else self.source.names[self.key_position]

    @property
    def code_column(self) -> str | None:
        """Return the column of the codes; null when there is none."""
        return self.source.names[self.positions["code"]] if "code" in self.positions else None


@attrs.frozen(eq=False)
class Block:
    """Some consecutive rows of a table.

    Attributes:
        rows: How many.
        first_row: Number of the first, counted from 0.
        columns: The inputs wanted, and the wholes that they are parts of, read when first asked for.
        kind: 0 urban, 1 rural; null when the table has no column for it.
        areas: Areas by level, from the table's own level to the province.
        keys: Strings; null where a row has none.
        codes: Strings, null where a row has none; null when the table has no code column.
    """

    rows: int
    first_row: int
    columns: Columns
    kind: Column | None
    areas: Mapping[str, Areas]
    keys: Array
    codes: Array | None

    def forget(self) -> None:
        """Let go of what was read of the arrays, which stay; it is read again when asked for."""
        self.columns.forget()
        if isinstance(self.areas, Places):
            self.areas.forget()


# --- opening ----------------------------------------------------------------------------------------------


def open_table(
    data: Any,
    *,
    inputs: Mapping[str, Input],
    jurisdiction: Jurisdiction,
    key: str | None = None,
    columns: Mapping[str, str] | None = None,
    level: str | None = None,
    name: str = "data",
    missing: Collection[str] = ("",),
    block_rows: int = BLOCK_ROWS,
) -> Table:
    """Open data as a table of inputs; no input is read yet.

    Args:
        data: Anything that ``commscore.evaluate`` takes.
        inputs: What its columns may be, beside the built-ins.
        jurisdiction: Where rows without a code belong.
        key: Column of the keys; without it ``code`` if there is one, else the row number.
        columns: The caller's own mapping of column to input; it goes before names, titles and aliases.
        level: What its rows are; without it the level that the length of all codes agrees on (of the first
            rows, in a stream or file), else community.
        name: What faults call the table.
        missing: Texts that stand for no value; blanks always do.
        block_rows: Rows per block at most.

    Returns:
        The table.

    Raises:
        UsageError: An argument names what there is not, or the data is nothing that can be read.
        DataError: Columns are ambiguous or of a type that holds no single values.
    """
    if level is not None and level not in LEVELS:
        raise UsageError(f"level: there is no level {level!r}; there are {', '.join(LEVELS)}")
    source = open_source(data, name=name, block_rows=block_rows)
    refuse_other_names(source, inputs, columns or (), table=name)
    positions, faults = match_columns(source.names, inputs, given=columns, table=name)
    own = None if key is None else find_key(key, source.names, positions)
    used = positions if own is None else {**positions, "": own}
    faults += _nested(source, used, table=name)
    if faults:
        raise DataError(faults)
    warn_of_slips(source.names, inputs, used, table=name)
    missing = tuple(dict.fromkeys(text.strip() for text in missing))
    key_position = positions.get("code") if own is None else own
    source = read_as_written(source, roles_of(positions, inputs, key=key_position, missing=missing), table=name)
    found = _level(source, positions, missing) if level is None else level
    return Table(
        level=found or "community",
        name=name,
        source=source,
        positions=positions,
        key_position=key_position,
        own_key=own is not None,
        inferred=found is not None and level is None,
        inputs=inputs,
        jurisdiction=jurisdiction,
        missing=missing,
        block_rows=block_rows,
    )


def _nested(source: Source, used: Mapping[str, int], *, table: str) -> list[DataFault]:
    """List the columns whose type holds no single values."""
    faults = []
    for index in dict.fromkeys(used.values()):
        kind = source.kind(index)
        while pa.types.is_dictionary(kind) or isinstance(kind, pa.BaseExtensionType):
            kind = kind.value_type if pa.types.is_dictionary(kind) else kind.storage_type
        if pa.types.is_nested(kind) or _is_binary(kind):
            message = f"type {kind} holds no numbers or words: give one plain value per row"
            faults.append(DataFault(message, table=table, column=source.names[index]))
    return faults


def _is_binary(kind: Array) -> bool:
    """Tell whether an Arrow type holds bytes."""
    types = pa.types
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    )


def _level(source: Source, positions: Mapping[str, int], missing: tuple[str, ...]) -> str | None:
    """Return the level that the length of all codes agrees on; null for communities, which it is without."""
    if "code" not in positions:
        return None
    found = level_of(source.head(positions["code"]), missing=missing)
    return None if found == "community" else found


# --- reading ----------------------------------------------------------------------------------------------


def blocks(table: Table, wanted: Collection[str], *, keys: KeySet | None = None, first_row: int = 0) -> Iterator[Block]:
    """Read a table block by block.

    Args:
        table: The table; one made from a stream can be read once.
        wanted: Inputs to read; those without a column are passed over.
        keys: Where to gather the keys, for the caller to look at when several tables share one space of keys;
            without it they are held to be unique within this table.
        first_row: Number of the table's first row.

    Yields:
        Blocks in row order; none for a table without rows.

    Raises:
        DataError: At the end, when all rows have been read: keys that are null or not unique; or at once,
            when the source cannot be read.
    """
    reading = Reading(table, wanted, keys=keys, first_row=first_row)
    for unread in reading.unread():
        block = reading.read(unread)
        reading.note(block)
        yield block
    reading.finish()


# The arrays of a block by what they are, and its row numbers.
Unread = tuple[dict[str, Array], range]


class Reading:
    """A table being read: blocks can be read side by side, but are to be noted in row order.

    ``blocks`` does one after the other.
    """

    def __init__(
        self, table: Table, wanted: Collection[str], *, keys: KeySet | None = None, first_row: int = 0
    ) -> None:
        """Say what to read; see ``blocks``."""
        self._table = table
        self._order = _closure(table, wanted)
        self._first_row = first_row
        self._own_keys = keys is None
        self._keys = KeySet() if keys is None else keys
        self._seen = _Seen(table, self._keys)

    def unread(self) -> Iterator[Unread]:
        """Yield the arrays of each block, in row order."""
        table, first = self._table, self._first_row
        needed = [*self._order, *(target for target in table.positions if target not in table.inputs)]
        indices = [table.positions[target] for target in needed]
        if table.own_key:
            needed.append(_KEY)
            indices.append(cast(int, table.key_position))
        for rows, arrays in cut(table.source.pieces(indices), table.block_rows):
            yield dict(zip(needed, arrays, strict=True)), range(first, first + rows)
            first += rows

    def read(self, unread: Unread) -> Block:
        """Read a block: who and where its rows are; inputs are read when asked for."""
        return _block(self._table, self._order, *unread)

    def note(self, block: Block) -> None:
        """Take note of a block's keys and codes."""
        self._seen.note(block)

    def finish(self) -> None:
        """Say what is wrong with the rows noted.

        Raises:
            DataError: Keys that are null or not unique, codes of other levels.
        """
        self._seen.warn()
        found = self._seen.faults()
        if self._own_keys:
            found += self._keys.faults(table=self._table.name, column=self._table.key_column)
        if found:
            raise DataError(found)


def _closure(table: Table, wanted: Collection[str]) -> list[str]:
    """Return the inputs to read: those wanted and the wholes they are parts of, wholes first."""
    order: dict[str, None] = {}

    def visit(target: str, parts: tuple[str, ...]) -> None:
        if target in order or target in parts or target not in table.positions:
            return
        whole = table.inputs[target].part_of
        if whole is not None:
            visit(whole, (*parts, target))
        order[target] = None

    for target in wanted:
        visit(target, ())
    return list(order)


def _block(table: Table, order: Sequence[str], arrays: Mapping[str, Array], span: range) -> Block:
    """Read one block's arrays."""
    codes = read_codes(arrays["code"], missing=table.missing) if "code" in arrays else None
    keys = _keys(arrays.get(_KEY), codes, span)
    own_columns = {level: arrays[level] for level in LEVELS if level in arrays}
    known = Known(codes, own_columns, keys, own_keys=table.key_position is not None, missing=table.missing)
    return Block(
        rows=len(span),
        first_row=span.start,
        columns=Columns({name: arrays[name] for name in order}, table.inputs, table.missing),
        kind=read_kind(arrays["kind"], missing=table.missing) if "kind" in arrays else None,
        areas=Places(table.level, table.jurisdiction, known),
        keys=keys,
        codes=None if codes is None else codes.text,
    )


def _keys(own: Array | None, codes: Codes | None, span: range) -> Array:
    """Return the keys of a block: the caller's column, else codes, else row numbers."""
    if own is not None:
        return as_text(own)
    if codes is not None:
        return codes.text
    return pa.array(np.arange(span.start, span.stop)).cast(pa.string())


class _Some:
    """Some rows: how many, and the first of them."""

    def __init__(self) -> None:
        self.first: list[int] = []
        self.count = 0

    def add(self, rows: Rows) -> None:
        """Take in further rows."""
        self.count += len(rows)
        self.first += rows[: SHOWN - len(self.first)].tolist()


class _Seen:
    """What is told of a table's rows only once all of them have been read."""

    def __init__(self, table: Table, keys: KeySet) -> None:
        self._table = table
        self._keys = keys
        self._strange = _Some()
        self._others = _Some()
        self._usual = False

    def note(self, block: Block) -> None:
        """Take note of a block's keys and codes."""
        codes = cast(Places, block.areas).codes
        if codes is None and not self._table.own_key:
            return
        by_code = codes is not None and not self._table.own_key and codes.everywhere
        digits = (codes.values, codes.length) if codes and by_code else None
        self._keys.add(block.keys, block.first_row, digits=digits)
        if codes is None:
            return
        self._strange.add(codes.strange() + block.first_row)
        self._usual = self._usual or bool(codes.length.any())
        if self._table.inferred:
            self._others.add(codes.unlike(CODE_LENGTHS[self._table.level]) + block.first_row)

    def warn(self) -> None:
        """Warn of codes that place their rows nowhere, in a table whose other codes do."""
        if self._strange.count and self._usual:
            message = "no area codes (of 12, 9, 6, 4 or 2 digits), so their rows count as having none"
            warnings.warn(str(self._fault(message, self._strange)), DataWarning, stacklevel=3)

    def faults(self) -> list[DataFault]:
        """List the rows whose codes belie the level that the first ones told."""
        if not self._others.count:
            return []
        level = self._table.level
        message = f"the first codes are those of a {level}, these are not: say by level= what the rows are"
        return [self._fault(message, self._others)]

    def _fault(self, message: str, rows: _Some) -> DataFault:
        return fault(message, rows.first, rows.count, table=self._table.name, column=self._table.code_column)
