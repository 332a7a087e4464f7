"""Every kind of data gives the same table."""

from __future__ import annotations

import array
import math
from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from commscore._tables import blocks
from commscore._tables._sources import open_source
from commscore.errors import DataError, UsageError


class Sample:
    """The same rows in whatever form."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.numbers = [None if row % 50 == 7 else row % 40 for row in range(rows)]
        self.kinds = [None if row % 60 == 5 else ("urban", "rural")[row % 2] for row in range(rows)]
        self.codes = [f"2102{row // 100:02d}{row // 10 % 10:03d}{row:03d}" for row in range(rows)]
        self.table = pa.table(
            {
                "code": pa.array(self.codes, pa.string()),
                "name": pa.array(["社区"] * rows, pa.string()),
                "social_orgs": pa.array(self.numbers, pa.int64()),
                "area": pa.array([None if n is None else n / 4 for n in self.numbers], pa.float64()),
                "kind": pa.array(self.kinds, pa.string()),
            }
        )

    def batch(self) -> pa.RecordBatch:
        return pa.record_batch({name: self.table[name].combine_chunks() for name in self.table.schema.names})

    def spelt(self, name: str) -> list[Any]:
        if name == "kind":
            return [kind or "missing" for kind in self.kinds]
        unit = 1 if name == "social_orgs" else 4
        return ["missing" if n is None else Fraction(n, unit) for n in self.numbers]


class StreamOnly:
    """Something that speaks the protocol and nothing else."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


class ArrayOnly:
    """The same for a single batch."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.batch = batch

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return self.batch.__arrow_c_array__(requested_schema)


def frame(sample: Sample) -> pd.DataFrame:
    """As people have it: integers with gaps as floats, kinds as objects."""
    return pd.DataFrame(
        {
            "code": sample.codes,
            "social_orgs": [np.nan if n is None else float(n) for n in sample.numbers],
            "area": [np.nan if n is None else n / 4 for n in sample.numbers],
            "kind": pd.Series(sample.kinds, dtype=object),
        }
    )


def chunked(sample: Sample) -> pa.Table:
    """Chunks that differ from column to column."""
    ends = {"code": [0, 1, sample.rows], "social_orgs": [0, sample.rows // 3, sample.rows // 3, sample.rows]}
    columns = {}
    for name in sample.table.schema.names:
        column = sample.table[name]
        parts = [column.slice(a, b - a).combine_chunks() for a, b in pairwise(ends.get(name, [0, sample.rows]))]
        columns[name] = pa.chunked_array(parts, column.type)
    return pa.table(columns)


def sliced(sample: Sample) -> pa.Table:
    """A window into a longer table, so that every buffer has an offset."""
    padding = Sample(13).table
    return pa.concat_tables([padding, sample.table, padding]).combine_chunks().slice(13, sample.rows)


def viewed(sample: Sample) -> pa.Table:
    """Texts as string views, alone and inside dictionaries."""
    kinds = pa.array(sample.kinds, pa.string()).dictionary_encode()
    view = pa.DictionaryArray.from_arrays(kinds.indices, kinds.dictionary.cast(pa.string_view()))
    codes = pa.array(sample.codes, pa.string()).cast(pa.string_view())
    return sample.table.set_column(4, "kind", view).set_column(0, "code", codes)


def polars(sample: Sample, kind: Any = pl.String) -> pl.DataFrame:
    return pl.DataFrame(sample.table).with_columns(pl.col("kind").cast(kind))


def relation(sample: Sample) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.register("data", sample.table)
    return connection.sql("select code, social_orgs::decimal(18, 3) as social_orgs, area, kind from data")


def columns(sample: Sample) -> dict[str, Any]:
    """Each column another kind of sequence."""
    return OrderedDict(
        code=tuple(sample.codes),
        social_orgs=pl.Series(sample.numbers, dtype=pl.Int32),
        area=pd.Series([np.nan if n is None else n / 4 for n in sample.numbers], dtype=float),
        kind=np.array(sample.kinds, object),
    )


IN_MEMORY: dict[str, Callable[[Sample], Any]] = {
    "table": lambda sample: sample.table,
    "batch": Sample.batch,
    "reader": lambda sample: sample.table.to_reader(max_chunksize=77),
    "stream": lambda sample: StreamOnly(sample.table),
    "array": lambda sample: ArrayOnly(sample.batch()),
    "chunked": chunked,
    "sliced": sliced,
    "string views": viewed,
    "dataset": lambda sample: pads.dataset(sample.table),
    "scanner": lambda sample: pads.dataset(sample.table).scanner(),
    "polars": polars,
    "polars enum": lambda sample: polars(sample, pl.Enum(["rural", "urban"])),
    "polars categorical": lambda sample: polars(sample, pl.Categorical),
    "polars lazy": lambda sample: polars(sample).lazy().with_columns(pl.col("social_orgs") + 0),
    "pandas": frame,
    "pandas with codes as index": lambda sample: frame(sample).set_index("code"),
    "pandas with an index of its own": lambda sample: frame(sample).set_index(pd.Index(range(sample.rows, 0, -1))),
    "pandas categories": lambda sample: frame(sample).astype({"kind": "category"}),
    "pandas nullable": lambda sample: frame(sample).astype({"social_orgs": "Int64", "kind": "string"}),
    "pandas arrow": lambda sample: frame(sample).convert_dtypes(dtype_backend="pyarrow"),
    "duckdb": relation,
    "mapping": lambda sample: sample.table.to_pydict(),
    "mapping of sequences": columns,
    "rows": lambda sample: sample.table.to_pylist(),
    "rows without empty cells": lambda sample: [
        {name: cell for name, cell in row.items() if cell is not None} for row in sample.table.to_pylist()
    ],
}


def parquet(sample: Sample, folder: Path) -> Path:
    pq.write_table(sample.table, folder / "d.parquet", row_group_size=300)
    return folder / "d.parquet"


def comma_separated(sample: Sample, path: Path, *, mark: bytes = b"") -> Path:
    pacsv.write_csv(sample.table, path)
    path.write_bytes(mark + path.read_bytes())
    return path


def ipc(sample: Sample, path: Path, make: Callable[..., Any]) -> Path:
    with pa.OSFile(str(path), "wb") as sink, make(sink, sample.table.schema) as writer:
        writer.write_table(sample.table, max_chunksize=300)
    return path


FILES: dict[str, Callable[[Sample, Path], Any]] = {
    "parquet": parquet,
    "parquet by text": lambda sample, folder: str(parquet(sample, folder)),
    "csv": lambda sample, folder: comma_separated(sample, folder / "d.csv"),
    "csv with a mark": lambda sample, folder: comma_separated(sample, folder / "d.CSV", mark=b"\xef\xbb\xbf"),
    "arrow file": lambda sample, folder: ipc(sample, folder / "d.arrow", pa.ipc.new_file),
    "arrow stream": lambda sample, folder: ipc(sample, folder / "d.arrows", pa.ipc.new_stream),
    "feather": lambda sample, folder: ipc(sample, folder / "d.feather", pa.ipc.new_file),
    "dataset of a folder": lambda sample, folder: pads.dataset(parquet(sample, folder).parent),
    "polars scan": lambda sample, folder: pl.scan_parquet(parquet(sample, folder)),
}


def held(found: Any, sample: Sample, cells: Any) -> bool:
    """Whether the blocks hold the sample."""
    assert [key for block in found for key in block.keys.to_pylist()] == sample.codes
    assert [block.first_row for block in found] == [
        sum(block.rows for block in found[:number]) for number in range(len(found))
    ]
    return all(cells(found, name) == sample.spelt(name) for name in ("social_orgs", "area", "kind"))


@pytest.mark.parametrize("block_rows", [64, 65536])
@pytest.mark.parametrize("make", IN_MEMORY.values(), ids=IN_MEMORY)
def test_all_data_in_memory_reads_alike(make: Any, block_rows: int, read: Any, cells: Any) -> None:
    sample = Sample(1000)

    assert held(read(make(sample), block_rows=block_rows), sample, cells)


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_all_files_read_alike(make: Any, tmp_path: Path, read: Any, cells: Any) -> None:
    sample = Sample(1000)

    assert held(read(make(sample, tmp_path), block_rows=256), sample, cells)


@pytest.mark.parametrize("make", IN_MEMORY.values(), ids=IN_MEMORY)
def test_no_rows_in_memory_are_no_blocks(make: Any, read: Any) -> None:
    assert read(make(Sample(0))) == []


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_no_rows_in_a_file_are_no_blocks(make: Any, tmp_path: Path, read: Any) -> None:
    assert read(make(Sample(0), tmp_path)) == []


@pytest.mark.parametrize("data", [pa.table({}), [], {}, [{}], pl.DataFrame(), pd.DataFrame()])
def test_no_columns_are_no_inputs(data: Any, opened: Any) -> None:
    table = opened(data, key="code", columns={"theirs": "social_orgs"})

    assert (dict(table.matched), table.has_kind, table.key_column) == ({}, False, None)


def test_rows_without_columns_are_rows_still(read: Any) -> None:
    assert [(block.rows, block.keys.to_pylist()) for block in read([{}, {}])] == [(2, ["0", "1"])]
    assert [block.rows for block in read(pa.table({"other": [1, 2, 3]}))] == [3]


@pytest.mark.parametrize("make", [pl.DataFrame, pl.LazyFrame])
def test_nan_from_polars_stays_and_is_invalid(make: Any, read: Any, cells: Any) -> None:
    found = read(make({"area": [1.0, float("nan"), None]}))

    assert cells(found, "area") == [1, "invalid", "missing"]


def test_nan_from_pandas_is_missing(read: Any, cells: Any) -> None:
    assert cells(read(pd.DataFrame({"social_orgs": [1.0, np.nan]})), "social_orgs") == [1, "missing"]


MIXED = [12, "abc", None, 2.5, True, Decimal("3.0"), " 7 ", 2**70, Fraction(5), [1], float("nan"), np.int8(4), b"1"]
MIXED_COUNTS = [12, "invalid", "missing", "invalid", "invalid", 3, 7, 2**70, 5, "invalid", "invalid", 4, "invalid"]


@pytest.mark.parametrize(
    "make", [lambda c: {"social_orgs": c}, lambda c: [{"social_orgs": cell} for cell in c]], ids=["mapping", "rows"]
)
def test_a_column_of_mixed_cells_is_invalid_only_where_it_is(make: Any, read: Any, cells: Any) -> None:
    assert cells(read(make(MIXED)), "social_orgs") == MIXED_COUNTS


def test_a_mixed_column_of_pandas_is_invalid_only_where_it_is(read: Any, cells: Any) -> None:
    data = pd.DataFrame({"social_orgs": pd.Series([12, "abc", None, np.nan, pd.NA, True], dtype=object)})

    assert cells(read(data), "social_orgs") == [12, "invalid", "missing", "missing", "missing", "invalid"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([1, 2.5], [1, Fraction(5, 2)]),
        ([2**60 + 1, 0.5], [2**60 + 1, Fraction(1, 2)]),
        ([2**64], [2**64]),
        (["x", 2.0**60, 0.00005, math.nextafter(0.00005, 0)], ["invalid", 2**60, Fraction(1, 10**4), 0]),
        ([10**500], ["invalid"]),
        ([Decimal("1E+30"), Decimal("1E-30")], [10**30, 0]),
        ([Decimal("1E+100")], [10**100]),
        ([Decimal("NaN"), Decimal("1.5")], ["invalid", Fraction(3, 2)]),
        ([Fraction(1, 3), Fraction(1, 20000), Fraction(1, 20001)], [Fraction(3333, 10**4), Fraction(1, 10**4), 0]),
        ([1, pd.Timestamp("2023-01-01")], [1, "invalid"]),
        ([pd.Timestamp("2023-01-01"), None], ["invalid", "missing"]),
        ([pd.Timestamp("2023-01-01").date(), 1], ["invalid", 1]),
        (["a", b"b", "1"], ["invalid", "invalid", 1]),
        (["\ud800", "1"], ["invalid", 1]),
        ([object(), 1], ["invalid", 1]),
        ([1 + 2j, 1], ["invalid", 1]),
        ([{}, 1], ["invalid", 1]),
        ([pa.scalar(2), 1], [2, 1]),
        ([np.float32(0.1)], [Fraction(1, 10)]),
        (range(3), [0, 1, 2]),
        (array.array("d", [0.5]), [Fraction(1, 2)]),
        (np.array([1.5, 2.5], ">f8"), [Fraction(3, 2), Fraction(5, 2)]),
        (np.array([1, "x", None], object), [1, "invalid", "missing"]),
        (np.ma.array([1, 2], mask=[False, True]), [1, "missing"]),
        (pd.Series([1.0, np.nan]), [1, "missing"]),
        (pl.Series([1.0, float("nan"), None]), [1, "invalid", "missing"]),
        (pa.chunked_array([[1], [2]]), [1, 2]),
    ],
)
def test_columns_of_a_mapping_may_be_any_sequence(column: Any, expected: Any, read: Any, cells: Any) -> None:
    assert cells(read({"area": column}), "area") == expected


def test_the_least_double_is_no_count_even_among_texts(read: Any, cells: Any) -> None:
    found = read({"social_orgs": ["x", 5e-324, -0.0, 1e308], "area": ["x", 5e-324, -5e-324, 1e308]})

    assert cells(found, "social_orgs") == ["invalid", "invalid", 0, int(1e308)]
    assert cells(found, "area") == ["invalid", 0, 0, int(1e308)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (42, "cannot read int as a table"),
        (None, "cannot read NoneType as a table"),
        (object(), "cannot read object as a table"),
        (b"bytes", "cannot read bytes as a table"),
        ({1, 2}, "cannot read set as a table"),
        (iter([{}]), "cannot read list_iterator as a table"),
        ([1, 2], "item 0 is int, not a mapping"),
        ([{}, "x"], "item 1 is str, not a mapping"),
        ({"social_orgs": 3}, "'social_orgs' holds no sequence"),
        ({"social_orgs": "34"}, "'social_orgs' holds no sequence"),
        ({"social_orgs": np.ones((2, 2))}, "'social_orgs' holds no sequence"),
        (pa.array([1, 2]), "is no table"),
        (pa.chunked_array([[1]]), "is no table"),
        (pl.Series([1]), "is no table"),
        (pd.Series([1.5]), "is no table"),
        ("no/such/file.parquet", "there is no file"),
    ],
)
def test_what_is_no_table_is_refused_with_what_is_accepted(data: Any, message: str, opened: Any) -> None:
    with pytest.raises(UsageError, match=message):
        opened(data)


def test_columns_of_different_length_are_named(opened: Any) -> None:
    with pytest.raises(DataError, match="'area' has 1, 'households' has 2"):
        opened({"area": [1], "households": [1, 2]})


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pa.array([[1]]), "list"),
        (pa.array([{"a": 1}]), "struct"),
        (pa.array([b"1"]), "binary"),
        (pa.array([b"1"], pa.binary(1)), "fixed_size_binary"),
        (pa.array([b"1"]).dictionary_encode(), "binary"),
        (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int8())), "map"),
    ],
    ids=lambda value: str(getattr(value, "type", value)),
)
def test_columns_that_hold_no_single_values_are_named_with_their_type(column: Any, kind: str, opened: Any) -> None:
    with pytest.raises(DataError, match=f"column 'social_orgs': type .*{kind}"):
        opened(pa.table({"social_orgs": column, "area": [1]}))

    assert dict(opened(pa.table({"other": column, "area": [1]})).matched) == {"area": "area"}


def test_a_stream_is_read_once_and_says_so(opened: Any) -> None:
    table = opened(Sample(10).table.to_reader())
    assert sum(block.rows for block in blocks(table, ["area"])) == 10

    with pytest.raises(DataError, match="has been read already"):
        list(blocks(table, ["area"]))


def test_a_table_is_read_as_often_as_one_likes(opened: Any) -> None:
    table = opened(Sample(10).table)

    assert [sum(block.rows for block in blocks(table, [])) for _ in range(2)] == [10, 10]


def test_a_stream_that_breaks_is_the_data_s_fault(opened: Any) -> None:
    batch = Sample(10).batch()

    def batches() -> Any:
        yield batch
        raise pa.ArrowInvalid("the line went dead")

    table = opened(pa.RecordBatchReader.from_batches(batch.schema, batches()))

    with pytest.raises(DataError, match=r"RecordBatchReader cannot be read: .*the line went dead"):
        list(blocks(table, ["area"]))


def test_a_lazy_frame_that_fails_is_the_data_s_fault(opened: Any) -> None:
    lazy = pl.LazyFrame({"area": ["x"]}).with_columns(pl.col("area").cast(pl.Float64))

    with pytest.raises(DataError, match="LazyFrame cannot be computed: conversion from"):
        list(blocks(opened(lazy), ["area"]))


def test_a_lazy_frame_of_what_is_not_there_is_the_data_s_fault(opened: Any) -> None:
    with pytest.raises(DataError, match=r"cannot be read: .*No such file"):
        opened(pl.scan_parquet("no/such/file.parquet"))


def test_a_source_is_read_as_it_is(opened: Any) -> None:
    source = open_source(Sample(10).table, name="data", block_rows=5)

    assert sum(block.rows for block in blocks(opened(source), ["area"])) == 10


def test_only_wanted_columns_of_pandas_are_converted(opened: Any) -> None:
    data = pd.DataFrame({"area": [1.0], "junk": pd.Series([{1}], dtype=object)})

    assert opened(data).rows == 1
