"""What all sources of rows share: columns by position, read piece by piece, failures told as the data's."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa

from commscore._tables._buffers import plain
from commscore.errors import DataError, DataFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Array = Any  # pyarrow ships no types
Piece = tuple[int, list[Array]]


@attrs.frozen(eq=False)
class Source:
    """Columns that can be read.

    Attributes:
        names: Column names, in order; one may stand twice.
        kind: Gives the Arrow type of a column.
        head: Gives the first rows of a column (all rows where they are in memory), to decide the level by.
        pieces: Reads columns: number of rows and the arrays, piece by piece, in row order.
        rows: How many rows there are; null when that is not known before reading.
        once: Whether the pieces can be read only once.
        after: Reads columns but for so many rows at the beginning, at least, where it need not read those: how many
            it has passed over, and the pieces.
    """

    names: tuple[str, ...]
    kind: Callable[[int], Array]
    head: Callable[[int], Array]
    pieces: Callable[[Sequence[int]], Iterator[Piece]]
    rows: int | None
    once: bool = False
    after: Callable[[Sequence[int], int], tuple[int, Iterator[Piece]]] | None = None


def of_columns(names: Sequence[str], column: Callable[[int], Array], rows: int) -> Source:
    """Make a source of columns that are in memory."""

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        yield rows, [column(index) for index in wanted]

    return Source(tuple(names), lambda index: column(index).type, column, pieces, rows)


def of_batches(schema: Array, batches: Callable[[], Iterator[Array]], *, name: str, what: str) -> Source:
    """Make a source of record batches that can be had again and again."""

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        with guarded(name, f"{what} cannot be read"):
            for batch in batches():
                yield batch.num_rows, [batch.column(index) for index in wanted]

    return Source(tuple(schema.names), lambda index: schema.field(index).type, first_of(pieces), pieces, None)


def of_reader(reader: Array, *, name: str, what: str) -> Source:
    """Make a source of a stream of record batches, which flows once."""
    schema = reader.schema
    waiting: list[Array] = []
    flowing = [True]

    def head(index: int) -> Array:
        with guarded(name, f"{what} cannot be read"):
            while not any(batch.num_rows for batch in waiting):
                batch = next(reader, None)
                if batch is None:
                    return pa.array([], schema.field(index).type)
                waiting.append(batch)
        return waiting[-1].column(index)

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        if not flowing:
            message = "the stream has been read already: give a table, or open the stream anew"
            raise DataError([DataFault(message, table=name)])
        flowing.clear()
        with guarded(name, f"{what} cannot be read"):
            while waiting:
                batch = waiting.pop(0)
                yield batch.num_rows, [batch.column(index) for index in wanted]
            for batch in reader:
                yield batch.num_rows, [batch.column(index) for index in wanted]

    return Source(tuple(schema.names), lambda index: schema.field(index).type, head, pieces, None, once=True)


def first_of(pieces: Callable[[Sequence[int]], Iterator[Piece]]) -> Callable[[int], Array]:
    """Make the function that gives the first rows of a column."""

    def head(index: int) -> Array:
        arrays: list[Array] = []
        for rows, (array,) in pieces([index]):
            arrays.append(array)
            if rows:
                break
        return arrays[-1] if arrays else pa.nulls(0)

    return head


def cut(pieces: Iterator[Piece], block_rows: int) -> Iterator[Piece]:
    """Cut large pieces and gather small ones, to about the rows wanted."""
    gathered: list[Piece] = []
    total = 0
    for rows, arrays in pieces:
        if total and (total + rows > block_rows or not _alike(gathered[0][1], arrays)):
            yield _joined(gathered)
            gathered, total = [], 0
        if rows > block_rows:
            for start in range(0, rows, block_rows):
                size = min(block_rows, rows - start)
                yield size, [_piece(array, start, size) for array in arrays]
        elif rows:
            gathered.append((rows, arrays))
            total += rows
    if gathered:
        yield _joined(gathered)


def _alike(one: Sequence[Array], other: Sequence[Array]) -> bool:
    """Tell whether pieces can be joined: those of different files may hold a column as different types."""
    return all(mine.type == its.type for mine, its in zip(one, other, strict=True))


def _piece(array: Array, start: int, rows: int) -> Array:
    """Return some rows of an array in one chunk."""
    part = array.slice(start, rows)
    if isinstance(part, pa.ChunkedArray):
        return part.chunk(0) if part.num_chunks == 1 else plain(part)
    return part


def _joined(pieces: Sequence[Piece]) -> Piece:
    """Join pieces into one."""
    if len(pieces) == 1:
        rows, arrays = pieces[0]
        return rows, [_piece(array, 0, rows) for array in arrays]
    columns = zip(*(arrays for _, arrays in pieces), strict=True)
    return sum(rows for rows, _ in pieces), [_concatenated(column) for column in columns]


def _concatenated(arrays: Sequence[Array]) -> Array:
    """Join the arrays of a column."""
    chunks = [chunk for array in arrays for chunk in (array.chunks if isinstance(array, pa.ChunkedArray) else [array])]
    return plain(pa.chunked_array(chunks, arrays[0].type))


@contextmanager
def guarded(name: str, what: str) -> Iterator[None]:
    """Tell what a library raises while it reads as a fault of the table.

    Raises:
        DataError: Naming the table and what could not be read.
    """
    try:
        yield
    except _failures() as error:
        reason = str(error).strip().splitlines()
        message = f"{what}: {reason[0] if reason else type(error).__name__}"
        raise DataError([DataFault(message, table=name)]) from error


def _failures() -> tuple[type[Exception], ...]:
    """Return what reading may raise, by the libraries that are there."""
    found: list[type[Exception]] = [pa.ArrowException, OSError, UnicodeError]
    for module, error in (("polars.exceptions", "PolarsError"), ("duckdb", "Error")):
        if module in sys.modules:
            found.append(getattr(sys.modules[module], error))
    return tuple(found)
