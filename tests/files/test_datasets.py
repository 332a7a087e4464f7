"""A pyarrow Dataset in place of paths: read as it comes, with its partitions and wherever its files are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

import commscore

Read = Callable[[commscore.Output, str], pa.Table]
Plainly = Callable[[pa.Table], pa.Table]


@pytest.fixture
def parted(table: pa.Table, tmp_path: Path) -> ds.Dataset:
    """Two folders that say where their rows lie, as the code does not say it elsewhere."""
    for part, rows in (("b=2", table.slice(0, 100)), ("b=3", table.slice(100))):
        (tmp_path / "in" / part).mkdir(parents=True)
        pq.write_table(rows, tmp_path / "in" / part / "units.parquet", row_group_size=30)
    return ds.dataset(tmp_path / "in", partitioning="hive")


def test_a_dataset_gives_what_its_table_gives(
    parted: ds.Dataset, table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, read: Read, plainly: Plainly
) -> None:
    output = commscore.evaluate_files(parted, ruleset, tmp_path / "out")

    expected = commscore.evaluate(table, ruleset)
    assert read(output, "units").select(expected.units.column_names) == plainly(expected.units)
    assert read(output, "areas") == plainly(expected.areas)


def test_a_scanner_gives_the_rows_it_lets_through(
    parted: ds.Dataset, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    scanner = parted.scanner(filter=ds.field("b") == 3)

    output = commscore.evaluate_files(scanner, ruleset, tmp_path / "out")

    assert output.rows == parted.count_rows() - 100


def test_a_partition_is_a_column(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    for kind in ("urban", "rural"):
        (tmp_path / "in" / f"kind={kind}").mkdir(parents=True)
        pq.write_table(
            pa.table({"name": [f"a {kind} one"], "orgs": [5]}), tmp_path / "in" / f"kind={kind}" / "u.parquet"
        )
    data = ds.dataset(tmp_path / "in", partitioning="hive")

    output = commscore.evaluate_files(data, ruleset, tmp_path / "out", key="name", findings="all")

    assert output.manifest["columns"]["community"]["kind"] is True
    assert (
        commscore.evaluate(data, ruleset, key="name").units["score"]
        == pq.read_table(tmp_path / "out" / "units.parquet", columns=["score"])["score"]
    )


def test_a_dataset_may_lie_on_any_filesystem(table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    pq.write_table(table, tmp_path / "bucket" / "units.parquet")
    bucket = fs.SubTreeFileSystem(str(tmp_path / "bucket"), fs.LocalFileSystem())

    output = commscore.evaluate_files(ds.dataset("units.parquet", filesystem=bucket), ruleset, tmp_path / "out")

    assert output.rows == table.num_rows


def test_a_fault_says_in_which_file_of_a_dataset_it_is(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    pq.write_table(table, tmp_path / "in" / "a.parquet")
    pq.write_table(table.slice(3, 1), tmp_path / "in" / "b.parquet")

    with pytest.raises(commscore.DataError, match=rf"row {table.num_rows} is row 0 of .*b\.parquet"):
        commscore.evaluate_files(ds.dataset(tmp_path / "in"), ruleset, tmp_path / "out")


def test_a_dataset_cannot_be_carried_on(parted: ds.Dataset, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    with pytest.raises(commscore.UsageError, match="cannot be read again from where a run was interrupted"):
        commscore.evaluate_files(parted, ruleset, tmp_path / "out", resume=True)


def test_the_rows_of_a_dataset_go_each_to_its_ruleset(
    parted: ds.Dataset, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    output = commscore.evaluate_files(parted, "auto", tmp_path / "out", rulesets=[ruleset], year=2024)

    assert output.rows == parted.count_rows()
    assert sorted(output.outputs) == [ruleset.id]
