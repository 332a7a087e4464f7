"""Where rows come from: tables, streams, frames, mappings, lists of rows and files, opened as sources."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from commscore._tables._cells import column_of
from commscore._tables._layouts import Laid
from commscore._tables._paths import open_path
from commscore._tables._streams import Piece, Source, guarded, of_batches, of_columns, of_reader
from commscore.errors import DataError, DataFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Array = Any  # pyarrow ships no types

# How far a Dataset is read ahead; by default pyarrow holds dozens of batches and several files.
_AHEAD = {"batch_readahead": 2, "fragment_readahead": 1}

ACCEPTED = (
    "a table, frame or stream that speaks the Arrow PyCapsule protocol (pyarrow, polars, pandas, duckdb, …), "
    "a pyarrow Dataset or Scanner, a polars LazyFrame, a mapping of columns, a list of row mappings, "
    "or the path of a Parquet, CSV, XLSX or Arrow file"
)


def open_source(data: Any, *, name: str, block_rows: int) -> Source:
    """Open data as columns that can be read.

    Args:
        data: Anything that ``commscore.evaluate`` takes.
        name: What faults call the table.
        block_rows: Rows to read at a time, where that can be chosen.

    Returns:
        The source; nothing is read yet but what its column names need.

    Raises:
        UsageError: It is nothing that can be read as a table.
        DataError: It cannot be read.
    """
    what = type(data).__name__
    with guarded(name, f"{what} cannot be read"):
        match data:
            case Source():
                return data
            case str() | Path():
                return open_path(Path(data), name=name, block_rows=block_rows)
            case Laid():
                return open_path(data.path, name=name, block_rows=block_rows, layout=data.layout)
            case pa.Table() | pa.RecordBatch():
                return _table(data)
            case pa.RecordBatchReader():
                return of_reader(data, name=name, what=what)
            case _:
                return _of_library(data, name, block_rows) or _by_protocol(data, name)


def flows(data: Any) -> bool:
    """Tell whether data comes as batches of its own making, and not from files that we open."""
    return isinstance(data, Source | pa.RecordBatchReader) or any(
        _is(data, "pyarrow.dataset", kind) for kind in ("Dataset", "Scanner")
    )


def files_of(data: Any) -> list[tuple[str, int]]:
    """List the files of a pyarrow Dataset in the order in which they are read, with their rows; none of other data."""
    if not _is(data, "pyarrow.dataset", "FileSystemDataset"):
        return []
    return [(fragment.path, fragment.count_rows()) for fragment in data.get_fragments()]


def _of_library(data: Any, name: str, block_rows: int) -> Source | None:
    """Open what a library has a better way to read than the protocol, where it is of such a library."""
    if _is(data, "pyarrow.dataset", "Dataset"):
        return _dataset(data, name, block_rows)
    if _is(data, "pyarrow.dataset", "Scanner"):
        return of_batches(data.projected_schema, data.to_reader, name=name, what="the scanner")
    if _is(data, "pandas", "DataFrame"):
        return _pandas(data)
    return _lazy(data, name) if _is(data, "polars", "LazyFrame") else None


def _is(data: Any, module: str, kind: str) -> bool:
    """Tell whether data is of a class of a module, without importing the module."""
    return module in sys.modules and isinstance(data, getattr(sys.modules[module], kind))


def _by_protocol(data: Any, name: str) -> Source:
    """Open what speaks the Arrow PyCapsule protocol, or Python's own mappings and sequences."""
    what = type(data).__name__
    if hasattr(data, "__arrow_c_stream__"):
        try:
            reader = pa.RecordBatchReader.from_stream(data)
        except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError) as error:
            raise UsageError(f"data: {what} is no table ({error}); give {ACCEPTED}") from error
        # A frame is in memory as it is; only streams are read piece by piece.
        return (
            _table(reader.read_all()) if _is(data, "polars", "DataFrame") else of_reader(reader, name=name, what=what)
        )
    if hasattr(data, "__arrow_c_array__"):
        try:
            return _table(pa.record_batch(data))
        except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError) as error:
            raise UsageError(f"data: {what} is no table ({error}); give {ACCEPTED}") from error
    if isinstance(data, Mapping):
        return _mapping(data, name)
    if isinstance(data, Sequence) and not isinstance(data, bytes | bytearray | memoryview):
        return _rows(data)
    raise UsageError(f"data: cannot read {what} as a table; give {ACCEPTED}")


def _table(data: Array) -> Source:
    """Open a table or record batch."""
    return of_columns(data.schema.names, data.column, data.num_rows)


# --- libraries --------------------------------------------------------------------------------------------


def _dataset(data: Any, name: str, block_rows: int) -> Source:
    """Open a pyarrow Dataset; only the columns wanted are read."""
    names = data.schema.names

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        columns = list(dict.fromkeys(names[index] for index in wanted)) or names[:1]
        with guarded(name, "the dataset cannot be read"):
            scanner = data.scanner(columns=columns, batch_size=block_rows, **_AHEAD)
            for batch in scanner.to_reader():
                yield batch.num_rows, [batch.column(names[index]) for index in wanted]

    def head(index: int) -> Array:
        with guarded(name, "the dataset cannot be read"):
            return data.head(block_rows, columns=[names[index]]).column(0)

    return Source(tuple(names), lambda index: data.schema.field(index).type, head, pieces, None)


def _pandas(data: Any) -> Source:
    """Open a pandas frame column by column, the named levels of its index first; NaN stands for no value."""
    names = [str(name) for name in data.columns]
    levels = [level for level in data.index.names if isinstance(level, str) and level not in names]

    @cache
    def column(index: int) -> Array:
        if index < len(levels):
            return column_of(data.index.get_level_values(levels[index]).to_series(), nan_is_null=True)
        return column_of(data.iloc[:, index - len(levels)], nan_is_null=True)

    return of_columns([*levels, *names], column, len(data))


def _lazy(data: Any, name: str) -> Source:
    """Open a polars LazyFrame; only the columns wanted are computed."""
    names = data.collect_schema().names()
    with guarded(name, "the LazyFrame cannot be computed"):
        schema = pa.table(data.head(0).collect()).schema

    def collected(wanted: Sequence[int]) -> Array:
        columns = list(dict.fromkeys(names[index] for index in wanted)) or names[:1]
        with guarded(name, "the LazyFrame cannot be computed"):
            return pa.table(data.select(columns).collect(engine="streaming"))

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        table = collected(wanted)
        yield table.num_rows, [table.column(names[index]) for index in wanted]

    def head(index: int) -> Array:
        return collected([index]).column(0)

    return Source(tuple(names), lambda index: schema.field(index).type, head, pieces, None)


# --- Python values ----------------------------------------------------------------------------------------


def _mapping(data: Mapping[Any, Any], name: str) -> Source:
    """Open a mapping of columns.

    Raises:
        UsageError: A value is no column.
        DataError: Columns are not of one length.
    """
    odd = [str(key) for key, values in data.items() if not _is_column(values)]
    if odd:
        shown = ", ".join(map(repr, odd[:10]))
        raise UsageError(f"data: a mapping gives columns, but {shown} holds no sequence; for one row give [row]")
    lengths = {str(key): len(values) for key, values in data.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{key!r} has {length}" for key, length in lengths.items())
        raise DataError([DataFault(f"columns differ in length: {shown}", table=name)])
    values = list(data.values())
    return of_columns(list(lengths), _columns(lambda index: values[index]), next(iter(lengths.values()), 0))


def _is_column(values: Any) -> bool:
    """Tell whether a value of a mapping is a column."""
    if isinstance(values, str | bytes | bytearray | memoryview | Mapping):
        return False
    if isinstance(values, np.ndarray):
        return bool(values.ndim == 1)
    speaks = hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__")
    return hasattr(values, "__len__") and (speaks or isinstance(values, Sequence) or hasattr(values, "__array__"))


def _rows(data: Sequence[Any]) -> Source:
    """Open a list of row mappings; a row that lacks a name has no value there.

    Raises:
        UsageError: An item is no mapping.
    """
    for number, row in enumerate(data):
        if not isinstance(row, Mapping):
            kind = type(row).__name__
            raise UsageError(f"data: item {number} is {kind}, not a mapping of column to value; give {ACCEPTED}")
    keys = list(dict.fromkeys(chain.from_iterable(data)))
    return of_columns(
        [str(key) for key in keys], _columns(lambda index: [row.get(keys[index]) for row in data]), len(data)
    )


def _columns(values: Callable[[int], Any]) -> Callable[[int], Array]:
    """Make the function that turns each column into an Arrow array when it is first asked for."""

    @cache
    def column(index: int) -> Array:
        found = values(index)
        if not isinstance(found, pa.Array | pa.ChunkedArray | np.ndarray) and isinstance(found, Sequence):
            found = list(found)
        return column_of(found, nan_is_null=_is(found, "pandas", "Series"))

    return column
