"""Files as sources: Parquet, CSV and Arrow IPC, by suffix."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pacsv

from commscore._tables._keys import SHOWN, fault
from commscore._tables._streams import Piece, Source, first_of, guarded
from commscore.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Array = Any  # pyarrow ships no types, here or for its options

SUFFIXES = (".parquet", ".csv", ".tsv", ".arrow", ".arrows", ".feather", ".ipc")
_COMPRESSED = (".gz", ".bz2", ".zst")


def open_path(path: Path, *, name: str, block_rows: int) -> Source:
    """Open a file by its suffix.

    Raises:
        UsageError: There is no such file, or its suffix is none of those known.
        DataError: It cannot be read.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in _COMPRESSED]
    if path.is_dir():
        raise UsageError(f"data: {path} is a folder: use evaluate_files, or open it as a pyarrow Dataset")
    if not path.is_file():
        raise UsageError(f"data: there is no file {path}")
    with guarded(name, f"{path} cannot be read"):
        match suffixes[-1:]:
            case [".parquet"]:
                return _parquet(path, name, block_rows)
            case [".csv"]:
                return _csv(path, name, ",")
            case [".tsv"]:
                return _csv(path, name, "\t")
            case [".arrow" | ".arrows" | ".feather" | ".ipc"]:
                return _ipc(path, name)
            case _:
                raise UsageError(f"data: {path} is none of the known kinds of file: {', '.join(SUFFIXES)}")


# --- Parquet ----------------------------------------------------------------------------------------------


def _parquet(path: Path, name: str, block_rows: int) -> Source:
    """Open a Parquet file; only the columns wanted are read."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # slow to import, and not every caller has a Parquet file

    # Not mapped into memory: what was read of a large file would count as ours for as long as we read.
    file = pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False)
    schema = file.schema_arrow

    def read(wanted: Sequence[int], groups: Sequence[int]) -> Iterator[Piece]:
        # Rows are counted by a column, so one is read at least.
        names = [schema.names[index] for index in wanted] or schema.names[:1]
        with guarded(name, f"{path} cannot be read"):
            for batch in file.iter_batches(block_rows, row_groups=groups, columns=list(dict.fromkeys(names))):
                yield batch.num_rows, [batch.column(schema.names[index]) for index in wanted]

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        return read(wanted, range(file.num_row_groups))

    def after(wanted: Sequence[int], rows: int) -> tuple[int, Iterator[Piece]]:
        group = passed = 0
        while group < file.num_row_groups and passed + file.metadata.row_group(group).num_rows <= rows:
            passed += file.metadata.row_group(group).num_rows
            group += 1
        return passed, read(wanted, range(group, file.num_row_groups))

    rows = file.metadata.num_rows
    return Source(
        tuple(schema.names), lambda index: schema.field(index).type, first_of(pieces), pieces, rows, after=after
    )


# --- CSV --------------------------------------------------------------------------------------------------


def _csv(path: Path, name: str, delimiter: str) -> Source:
    """Open a CSV file; every cell is text, so that the leading zeros of codes and odd cells survive."""
    names = _header(path, delimiter)
    unique = len(set(names)) == len(names)

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        ragged: list[Any] = []
        columns = list(dict.fromkeys(names[index] for index in wanted)) or list(names[:1])
        options = pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), include_columns=columns if unique else []
        )
        with guarded(name, f"{path} cannot be read"):
            for batch in _batches(path, delimiter, options, ragged):
                arrays = [batch.column(names[index] if unique else index) for index in wanted]
                yield batch.num_rows, arrays
            if ragged:
                raise _ragged(path, delimiter, name)

    return Source(names, lambda _: pa.string(), first_of(pieces), pieces, None)


def _batches(path: Path, delimiter: str, options: Array, ragged: list[Any], *, threads: bool = True) -> Iterator[Array]:
    """Read a CSV file, gathering the rows that have too few or too many cells."""

    def skip(row: Any) -> str:
        ragged.append(row)
        return "skip"

    try:
        yield from pacsv.open_csv(
            path,
            read_options=pacsv.ReadOptions(use_threads=threads, block_size=1 << 22),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
            convert_options=options,
        )
    except pa.ArrowInvalid as error:
        # Arrow refuses a file that has a header and nothing else.
        if "cannot infer number of columns" not in str(error):
            raise


def _header(path: Path, delimiter: str) -> tuple[str, ...]:
    """Read the column names."""
    if path.suffix.lower() in _COMPRESSED:
        return tuple(pacsv.open_csv(path, parse_options=pacsv.ParseOptions(delimiter=delimiter)).schema.names)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for cells in csv.reader(file, delimiter=delimiter):
            if cells:
                return tuple(cells)
    raise pa.ArrowInvalid("it is empty, without even a row of column names")


def _ragged(path: Path, delimiter: str, name: str) -> DataError:
    """List the rows that have too few or too many cells; only reading one by one numbers them."""
    ragged: list[Any] = []
    for _ in _batches(path, delimiter, pacsv.ConvertOptions(), ragged, threads=False):
        pass
    # Counted from 1, and the header is the first.
    rows = [row.number - 2 for row in ragged[:SHOWN] if row.number is not None]
    first = ragged[0]
    message = f"{path}: rows need {first.expected_columns} cells, the first of these has {first.actual_columns}"
    return DataError([fault(message, rows, len(ragged), table=name, column=None)])


# --- Arrow IPC --------------------------------------------------------------------------------------------


def _ipc(path: Path, name: str) -> Source:
    """Open an Arrow IPC file or stream."""
    with _opened(path) as reader:
        schema = reader.schema

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        with guarded(name, f"{path} cannot be read"), _opened(path) as reader:
            batches = reader if isinstance(reader, pa.RecordBatchReader) else _numbered(reader)
            for batch in batches:
                yield batch.num_rows, [batch.column(index) for index in wanted]

    return Source(tuple(schema.names), lambda index: schema.field(index).type, first_of(pieces), pieces, None)


def _opened(path: Path) -> Any:
    """Open an IPC file, or the stream that it may be instead."""
    mapped = pa.memory_map(str(path))
    try:
        return pa.ipc.open_file(mapped)
    except pa.ArrowInvalid:
        mapped.seek(0)
        return pa.ipc.open_stream(mapped)


def _numbered(reader: Any) -> Iterator[Array]:
    """Give the batches of an IPC file in order."""
    return (reader.get_batch(number) for number in range(reader.num_record_batches))
