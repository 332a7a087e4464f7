"""The rows of a generated province.

They come in chunks, each from its own generator, so that a table in memory and a file of fifty million rows written
chunk by chunk hold the same cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from province import DIGITS, JURISDICTION, SCOPES, TOP, Province
from work import Work

CHUNK = 250_000  # rows from one generator
_GROUP = 1_000_000  # rows of a row group
_NULLS = 0.02
_RURAL = 0.55


def generated(province: Province, *, sort: bool = True) -> Work:
    """Return the work on generated units, in the order of their codes or in none."""
    units = table(province)
    return Work(province, units if sort else shuffled(units))


def chunks(province: Province) -> Iterator[pa.Table]:
    """Make the rows chunk by chunk, sorted by code."""
    for start in range(0, max(province.rows, 1), CHUNK):
        rows = np.arange(start, min(start + CHUNK, province.rows), dtype=np.int64)
        rng = np.random.default_rng([province.seed, start // CHUNK])
        kinds = pa.DictionaryArray.from_arrays(
            pa.array((rng.random(len(rows), dtype=np.float32) < _RURAL).astype(np.int8)), pa.array(list(SCOPES))
        )
        yield pa.table({"code": _codes(province, rows), "kind": kinds, **_figures(province, len(rows), rng)})


def table(province: Province) -> pa.Table:
    """Make all rows, one chunk a column."""
    return pa.concat_tables(chunks(province)).combine_chunks()


def shuffled(units: pa.Table, seed: int = 1) -> pa.Table:
    """Return the rows in a random order."""
    return units.take(pa.array(np.random.default_rng(seed).permutation(units.num_rows)))


def with_figures(units: pa.Table, province: Province) -> pa.Table:
    """Return the `code` and `kind` of real units beside generated figures."""
    rng = np.random.default_rng([province.seed, 0])
    named = units.select(["code", "kind"]).combine_chunks()
    figures = _figures(province, units.num_rows, rng)
    return pa.table({**{name: named[name].chunk(0) for name in named.column_names}, **figures})


def _figures(province: Province, rows: int, rng: np.random.Generator) -> dict[str, Any]:
    columns = {}
    for rule in province.rules:
        figures = rng.integers(0, TOP, rows, dtype=np.uint16) / 100
        columns[rule.column] = pa.array(figures, mask=rng.random(rows, dtype=np.float32) < _NULLS)
    return columns


def _codes(province: Province, rows: np.ndarray[Any, Any]) -> pa.Array:
    """Return 12-digit codes: the jurisdiction, the area's number, the unit's number within it."""
    below = 12 - DIGITS[province.level]
    areas = rows * province.groups // province.rows
    first = -(-areas * province.rows // province.groups)
    numbers = int(JURISDICTION) * 10**10 + (areas + 1) * 10**below + (rows - first + 1)
    return pc.cast(pa.array(numbers), pa.string())


def write(province: Province, path: Path) -> None:
    """Write the rows to a Parquet file without ever holding more than a million of them."""
    held: list[pa.Table] = []
    writer: pq.ParquetWriter | None = None
    for chunk in chunks(province):
        writer = writer or pq.ParquetWriter(path, chunk.schema, compression="zstd")
        held.append(chunk)
        if len(held) * CHUNK >= _GROUP:
            writer.write_table(pa.concat_tables(held).combine_chunks())
            held = []
    if writer is not None:
        if held:
            writer.write_table(pa.concat_tables(held).combine_chunks())
        writer.close()
