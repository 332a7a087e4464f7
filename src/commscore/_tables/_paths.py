"""Files as sources: Parquet, CSV, workbooks and Arrow IPC, by suffix."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from commscore._tables._delimited import COMPRESSED, open_delimited
from commscore._tables._layouts import PLAIN, Layout, refuse_said
from commscore._tables._streams import Piece, Source, first_of, guarded
from commscore._tables._workbooks import OLDER, WORKBOOKS, open_workbook
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Array = Any  # pyarrow ships no types, here or for its options

SUFFIXES = (".parquet", ".csv", ".tsv", ".arrow", ".arrows", ".feather", ".ipc", *WORKBOOKS)
_CSV_AND_EXCEL = dict.fromkeys(("header_row", "skip_rows"), "CSV files and workbooks")


def open_path(path: Path, *, name: str, block_rows: int, layout: Layout = PLAIN) -> Source:
    """Open a file by its suffix.

    Args:
        path: The file.
        name: What faults call the table.
        block_rows: Rows to read at a time, where that can be chosen.
        layout: How its rows lie, where its kind leaves that open.

    Raises:
        UsageError: There is no such file, its suffix is none of those known, or ``layout`` says what makes no sense
            for it.
        DataError: It cannot be read.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in COMPRESSED]
    if path.is_dir():
        raise UsageError(f"data: {path} is a folder: use evaluate_files, or open it as a pyarrow Dataset")
    if not path.is_file():
        raise UsageError(f"data: there is no file {path}")
    kind = next(iter(suffixes[-1:]), "")
    _refuse_said(layout, path, kind)
    with guarded(name, f"{path} cannot be read"):
        match kind:
            case ".parquet":
                return _parquet(path, name, block_rows)
            case ".csv" | ".tsv":
                return open_delimited(path, name, delimiter="," if kind == ".csv" else "\t", layout=layout)
            case ".arrow" | ".arrows" | ".feather" | ".ipc":
                return _ipc(path, name)
            case _ if kind in WORKBOOKS:
                return open_workbook(path, name, layout=layout)
            case _ if kind in OLDER:
                # What reads these takes an error such as #DIV/0! for a blank cell.
                raise UsageError(f"data: {path} is a workbook of another kind; save it as .xlsx")
            case _:
                raise UsageError(f"data: {path} is none of the known kinds of file: {', '.join(SUFFIXES)}")


def _refuse_said(layout: Layout, path: Path, kind: str) -> None:
    """Refuse what makes no sense for a kind of file."""
    if kind not in WORKBOOKS:
        refuse_said(layout, path, {"sheet": "workbooks"})
    if kind not in {".csv", ".tsv"}:
        refuse_said(layout, path, {"encoding": "CSV files"})
        if kind not in WORKBOOKS:
            refuse_said(layout, path, _CSV_AND_EXCEL)


# --- Parquet ----------------------------------------------------------------------------------------------


def _parquet(path: Path, name: str, block_rows: int) -> Source:
    """Open a Parquet file; only the columns wanted are read."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # slow to import, and not every caller has a Parquet file

    # Not mapped into memory: what was read of a large file would count as ours for as long as we read.
    file = pq.ParquetFile(path, buffer_size=1 << 17, pre_buffer=False)
    schema = file.schema_arrow
    runs = _runs([file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)], block_rows)

    def read(wanted: Sequence[int], runs: Sequence[tuple[int, range]]) -> Iterator[Piece]:
        # Rows are counted by a column, so one is read at least.
        names = [schema.names[index] for index in wanted] or schema.names[:1]
        with guarded(name, f"{path} cannot be read"):
            for _, groups in runs:
                for batch in file.iter_batches(block_rows, row_groups=groups, columns=list(dict.fromkeys(names))):
                    yield batch.num_rows, [batch.column(schema.names[index]) for index in wanted]

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        return read(wanted, runs)

    def after(wanted: Sequence[int], rows: int) -> tuple[int, Iterator[Piece]]:
        first = passed = 0
        while first < len(runs) and passed + runs[first][0] <= rows:
            passed += runs[first][0]
            first += 1
        return passed, read(wanted, runs[first:])

    rows = file.metadata.num_rows
    return Source(
        tuple(schema.names), lambda index: schema.field(index).type, first_of(pieces), pieces, rows, after=after
    )


def _runs(sizes: Sequence[int], least: int) -> list[tuple[int, range]]:
    """Put row groups that follow each other together, until they have so many rows: how many, and which groups.

    Each run is read by itself, so that batches begin at the same rows wherever in the file reading begins.
    """
    runs: list[tuple[int, range]] = []
    start = rows = 0
    for group, size in enumerate(sizes, 1):
        rows += size
        if rows >= least or group == len(sizes):
            runs.append((rows, range(start, group)))
            start, rows = group, 0
    return runs


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
