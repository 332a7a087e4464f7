"""Files that cannot be used, and what is said of them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from commscore._tables import blocks
from commscore.errors import DataError, UsageError


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_csv_keeps_leading_zeros_and_odd_cells(tmp_path: Path, read: Any, cells: Any) -> None:
    text = 'code,social_orgs,area\n010203004005,12,1.5\n010203004006,x,\n010203004007,-,"2\n"\n'
    path = written(tmp_path, "d.csv", text)

    found = read(path, missing=("", "-"))

    assert found[0].codes.to_pylist() == ["010203004005", "010203004006", "010203004007"]
    assert cells(found, "social_orgs") == [12, "invalid", "missing"]
    assert cells(found, "area") == [1.5, "missing", 2]
    assert found[0].areas["county"].labels == ("010203",)


def test_blank_lines_before_the_names_are_passed_over(tmp_path: Path, read: Any, cells: Any) -> None:
    assert cells(read(written(tmp_path, "d.csv", "\n\nsocial_orgs,area\n1,2\n")), "social_orgs") == [1]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_csv_of_names_only_has_no_rows(tmp_path: Path, end: str, read: Any, opened: Any) -> None:
    path = written(tmp_path, "d.csv", f"code,social_orgs{end}")

    assert read(path) == []
    assert dict(opened(path).matched) == {"social_orgs": "social_orgs"}


def test_tabs_and_compression_are_read_by_suffix(tmp_path: Path, read: Any, cells: Any) -> None:
    tabbed = written(tmp_path, "d.tsv", "social_orgs\tarea\n1\t2\n")
    packed = written(tmp_path, "d.csv.gz", gzip.compress(b"social_orgs,area\n1,2\n"))

    assert [cells(read(path), "social_orgs") for path in (tabbed, packed)] == [[1], [1]]


def test_a_csv_with_twice_the_same_name_reads_the_others(tmp_path: Path, read: Any, cells: Any) -> None:
    path = written(tmp_path, "d.csv", "x,social_orgs,x\n1,2,3\n")

    assert cells(read(path), "social_orgs") == [2]


def test_ragged_rows_of_a_csv_are_listed(tmp_path: Path, opened: Any) -> None:
    path = written(tmp_path, "d.csv", "social_orgs,area\n1,2\n3\n4,5\n6,7,8\n")

    with pytest.raises(DataError, match="rows need 2 cells, the first of these has 1") as caught:
        list(blocks(opened(path), ["area"]))

    (fault,) = caught.value.faults
    assert (fault.rows, fault.count) == ((1, 3), 2)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "empty"),
        ("latin.csv", b"area,b\n1,\xff\xff\n", "neither UTF-8 nor GB18030"),
        ("late_latin.csv", b"social_orgs,area\n" + b"1,2\n" * 9999 + b"1,\xff", "neither UTF-8 nor GB18030"),
        ("empty.parquet", b"", "Parquet"),
        ("text.parquet", b"code,social_orgs\n", "Parquet"),
        ("empty.arrow", b"", "cannot be read"),
        ("text.arrow", b"code,social_orgs\n1,2,3", "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_files_that_are_broken_are_named_with_the_reason(
    tmp_path: Path, name: str, content: bytes, message: str, opened: Any
) -> None:
    path = written(tmp_path, name, content)

    with pytest.raises(DataError, match=message) as caught:
        list(blocks(opened(path), ["area"]))

    assert str(path) in str(caught.value)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_truncated_files_are_named(tmp_path: Path, suffix: str, keep: float, opened: Any) -> None:
    table = pa.table({"area": [float(row) for row in range(5000)]})
    path = tmp_path / f"d.{suffix}"
    if suffix == "parquet":
        pq.write_table(table, path)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=500)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])

    with pytest.raises(DataError, match="cannot be read"):
        list(blocks(opened(path), ["area"]))


def test_damage_inside_a_parquet_file_is_named(tmp_path: Path, opened: Any) -> None:
    path = tmp_path / "d.parquet"
    pq.write_table(pa.table({"area": [float(row) for row in range(5000)]}), path, compression="zstd")
    whole = bytearray(path.read_bytes())
    whole[100:2000] = b"\xff" * 1900
    path.write_bytes(bytes(whole))

    with pytest.raises(DataError, match="cannot be read"):
        list(blocks(opened(path), ["area"]))


def test_a_dataset_of_mixed_schemas_is_named(tmp_path: Path, opened: Any) -> None:
    pq.write_table(pa.table({"area": [1.0]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"area": ["x"]}), tmp_path / "b.parquet")

    with pytest.raises(DataError, match="dataset cannot be read"):
        list(blocks(opened(pads.dataset(tmp_path)), ["area"]))


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.parquet", "there is no file"), ("d.xyz", "known kinds of file: .parquet"), (".", "is a folder")],
)
def test_paths_that_cannot_be_files_are_refused(tmp_path: Path, name: str, message: str, opened: Any) -> None:
    written(tmp_path, "d.xyz", b"PK")

    with pytest.raises(UsageError, match=message):
        opened(tmp_path / name)
