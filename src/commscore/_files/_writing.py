"""Tables -> Parquet, gathered into row groups of sensible size; a file can be cut short and carried on.

A Parquet file tells at its end where its row groups are. To carry one on, its end is taken off and remembered; further
row groups follow, and at last an end that tells of all of them. So what was written is never written again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

from commscore._files._staging import writing

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

# A row group is written when it has this many rows, or takes this many bytes in memory: some 200,000 units of 30 rules.
# More would compress no better, and what waits is memory that everything else cannot have.
GROUP_ROWS = 1 << 20
GROUP_BYTES = 3 << 23
# All files that are written at a time, as those of many rulesets are, hold about this many bytes together.
TOGETHER_BYTES = 3 << 24

_MAGIC = b"PAR1"
_NOTHING = pa.py_buffer(bytes(1 << 20))


class _Held:
    """What the files under way hold in memory, until their row groups are written."""

    def __init__(self) -> None:
        self._sizes: WeakKeyDictionary[ParquetFile, int] = WeakKeyDictionary()
        self._lock = Lock()

    def is_too_much(self, file: ParquetFile, size: int) -> bool:
        """Say whether a file that holds so much should write it: alone, or as one of those that hold the most."""
        with self._lock:
            self._sizes[file] = size
            sizes = [held for held in self._sizes.values() if held]
        together = sum(sizes)
        return size >= GROUP_BYTES or (together > TOGETHER_BYTES and size * len(sizes) >= together)

    def forget(self, file: ParquetFile) -> None:
        """Count a file as holding nothing."""
        with self._lock:
            self._sizes[file] = 0


_held = _Held()


@attrs.frozen
class Written:
    """What a file holds so far.

    Attributes:
        rows: Rows.
        size: Bytes, without the end.
        end: What tells where its row groups are, as a Parquet file of its own; empty when there are none.
    """

    rows: int = 0
    size: int = 0
    end: bytes = b""


class ParquetFile:
    """A Parquet file of the output that grows by tables of one schema.

    Attributes:
        rows: Rows given so far.
    """

    def __init__(self, path: Path, schema: Any, *, out: Path, written: Written | None = None) -> None:
        self.rows = 0 if written is None else written.rows
        self._path = path
        self._schema = schema
        self._out = out
        self._end = None if written is None or not written.end else pq.read_metadata(pa.BufferReader(written.end))
        self._waiting: list[Any] = []
        self._size = [0, 0]
        self._writer: Any = None
        self._sink: _Sink | None = None
        with writing(out):
            if written is not None:
                os.truncate(path, written.size)
            elif path.exists():
                path.unlink()

    def write(self, table: Any) -> None:
        """Add rows."""
        if not table.num_rows:
            return
        self.rows += table.num_rows
        self._waiting.append(table.select(self._schema.names).cast(self._schema))
        self._size = [self._size[0] + table.num_rows, self._size[1] + table.nbytes]
        if _held.is_too_much(self, self._size[1]) or self._size[0] >= GROUP_ROWS:
            self._flush()

    def save(self) -> Written:
        """Bring all rows to the disk, so that the file can be carried on from here after whatever may happen."""
        self._flush()
        if self._writer is not None:
            with writing(self._out):
                self._close_writer()
                self._take_end_off()
        with writing(self._out):
            size = _on_disk(self._path)
        return Written(self.rows, size, b"" if self._end is None else _written_out(self._end))

    def _flush(self) -> None:
        if self._waiting:
            table = pa.concat_tables(self._waiting).unify_dictionaries()
            self._waiting, self._size = [], [0, 0]
            _held.forget(self)
            with writing(self._out):
                self._open_writer()
                self._writer.write_table(table, row_group_size=GROUP_ROWS)
            del table
            pa.default_memory_pool().release_unused()

    def _open_writer(self) -> None:
        if self._writer is None:
            self._sink = _Sink(self._path)
            self._writer = pq.ParquetWriter(self._sink.stream, self._schema, **_options(self._schema))
            self._sink.seek()

    def _close_writer(self) -> None:
        self._writer.close()
        self._writer = None
        if self._sink is not None:
            self._sink.close()

    def _take_end_off(self) -> None:
        size = self._path.stat().st_size
        with self._path.open("rb") as file:
            file.seek(size - 8)
            length = int.from_bytes(file.read(4), "little")
            file.seek(size - 8 - length)
            end = pq.read_metadata(pa.BufferReader(_MAGIC + file.read()))
        os.truncate(self._path, size - 8 - length)
        if self._end is None:
            self._end = end
        else:
            self._end.append_row_groups(end)

    def close(self) -> None:
        """Write what is left, and the end."""
        self._flush()
        with writing(self._out):
            if self._end is None:
                self._open_writer()
                self._close_writer()
                return
            if self._writer is not None:
                self._close_writer()
                self._take_end_off()
            with self._path.open("ab") as file:
                file.write(_written_out(self._end)[len(_MAGIC) :])

    def __enter__(self) -> Self:
        """Give the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file, as it should be where nothing failed."""
        if kind is None:
            self.close()
        elif self._writer is not None:
            with suppress(OSError, pa.ArrowException):
                self._close_writer()


class _Sink:
    """The end of a file, as a stream that says how far it is from the beginning.

    Arrow begins a Parquet file where its stream says 0, and from then on tells places as the stream does. So the
    stream says 0 until the writer has begun; then it is taken to where the file really ends.
    """

    def __init__(self, path: Path) -> None:
        self.closed = False
        self._file = path.open("ab")
        self._offset = self._file.seek(0, os.SEEK_END)
        self._dropping = self._offset > 0
        self._raw = pa.PythonFile(self, mode="w")
        self.stream = pa.BufferedOutputStream(self._raw, 1 << 20)

    def seek(self) -> None:
        """Go to the end of the file, once the writer has begun."""
        self.stream.flush()
        while (left := self._offset - self._raw.tell()) > 0:
            self._raw.write(_NOTHING.slice(0, min(left, _NOTHING.size)))
        self._dropping = False

    def write(self, data: bytes) -> int:
        """Write to the file, but nothing of what only takes the stream to its end."""
        return len(data) if self._dropping else self._file.write(data)

    def flush(self) -> None:
        """Hand on what is written."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self.closed = True  # closing the stream comes back here
            try:
                self.stream.flush()
            finally:
                self._file.close()


def _options(schema: Any) -> dict[str, Any]:
    """Choose how columns are written.

    Words and scores repeat, so all but keys become dictionaries; keys share their beginnings. Statistics of words tell
    a reader nothing (a row group holds most of them) and take a third of the time; those of keys, rules and the score
    let it pass over row groups.
    """
    names = schema.names
    long = "rule" in names
    return {
        "compression": "zstd",
        "use_dictionary": [name for name in names if name != "key" or long],
        "column_encoding": {} if long or "key" not in names else {"key": "DELTA_BYTE_ARRAY"},
        "write_statistics": [name for name in names if name in {"key", "rule", "score"}],
        "write_page_index": long,
    }


def _written_out(end: Any) -> bytes:
    buffer = pa.BufferOutputStream()
    end.write_metadata_file(buffer)
    return bytes(buffer.getvalue().to_pybytes())


def _on_disk(path: Path) -> int:
    """Have the system write a file to the disk; return its size."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        os.fsync(handle)
        return os.fstat(handle).st_size
    finally:
        os.close(handle)


def write_table(path: Path, table: Any, *, out: Path) -> None:
    """Write a whole table."""
    with ParquetFile(path, table.schema, out=out) as file:
        file.write(table)
