"""Tables -> Parquet, gathered into row groups of sensible size."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from commscore._files._staging import writing

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

# A row group is written when it has this many rows, or takes this many bytes in memory.
GROUP_ROWS = 1 << 20
GROUP_BYTES = 1 << 26


class ParquetFile:
    """A Parquet file of the output that grows by tables of one schema.

    Attributes:
        rows: Rows given so far.
    """

    def __init__(self, path: Path, schema: Any, *, out: Path) -> None:
        words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        plain = [field.name for field in schema if not pa.types.is_dictionary(field.type)]
        self.rows = 0
        self._schema = schema
        self._out = out
        self._waiting: list[Any] = []
        self._size = [0, 0]
        with writing(self._out):
            # Statistics of words tell a reader nothing; keys repeat in the long table alone.
            self._writer = pq.ParquetWriter(
                path,
                schema,
                compression="zstd",
                use_dictionary=[*words, *(["key"] if "rule" in words else [])],
                write_statistics=plain,
            )

    def write(self, table: Any) -> None:
        """Add rows."""
        if not table.num_rows:
            return
        self.rows += table.num_rows
        self._waiting.append(table.select(self._schema.names).cast(self._schema))
        self._size = [self._size[0] + table.num_rows, self._size[1] + table.nbytes]
        if self._size[0] >= GROUP_ROWS or self._size[1] >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pa.concat_tables(self._waiting).unify_dictionaries()
            self._waiting, self._size = [], [0, 0]
            with writing(self._out):
                self._writer.write_table(table, row_group_size=GROUP_ROWS)

    def __enter__(self) -> Self:
        """Give the file itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left, unless something failed, and close the file."""
        if kind is None:
            self._flush()
            with writing(self._out):
                self._writer.close()
        else:
            with suppress(OSError):
                self._writer.close()


def write_table(path: Path, table: Any, *, out: Path) -> None:
    """Write a whole table."""
    with ParquetFile(path, table.schema, out=out) as file:
        file.write(table)
