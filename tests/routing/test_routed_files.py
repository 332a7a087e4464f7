"""Files with ``"auto"``: a folder for each ruleset, in one pass; all of it or nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import commscore
from commscore._cli._main import main

Rulesets = list[commscore.Ruleset]
Made = Callable[..., pa.Table]


def rows_of(path: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(path).to_pylist())


def scored(src: Any, rulesets: Any, out: Path, **options: Any) -> commscore.RoutedOutput:
    return commscore.evaluate_files(src, "auto", out, rulesets=rulesets, **options)


@pytest.fixture
def file(table: pa.Table, tmp_path: Path) -> Path:
    pq.write_table(table, tmp_path / "units.parquet", row_group_size=2)
    return tmp_path / "units.parquet"


def test_each_folder_holds_what_its_rows_alone_give(
    file: Path, table: pa.Table, rulesets: Rulesets, tmp_path: Path
) -> None:
    memory = commscore.evaluate(table, "auto", rulesets=rulesets, year=2023)

    output = scored(file, rulesets, tmp_path / "out", year=2023)

    assert sorted(path.name for path in output.path.iterdir()) == [
        "alpha-2023",
        "beta-2023",
        "gamma-2023",
        "manifest.json",
        "unrouted.parquet",
    ]
    for id_, result in memory.results.items():
        folder = output.path / id_
        found = pq.read_table(folder / "units.parquet").select(result.units.column_names)
        assert found.to_pylist() == result.units.to_pylist()
        for name in ("areas", "rules"):
            assert rows_of(folder / f"{name}.parquet") == getattr(result, name).to_pylist()
    assert output.unrouted.to_pylist() == memory.unrouted.to_pylist()
    assert output.summary() == memory.summary()


def test_the_manifest_counts_every_row(file: Path, rulesets: Rulesets, tmp_path: Path) -> None:
    output = scored(file, rulesets, tmp_path / "out", year=2023)

    manifest = json.loads((output.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["totals"] == {"units": 6, "routed": 5, "unrouted": {"no_ruleset": 1}}
    assert [(entry["id"], entry["units"]) for entry in manifest["rulesets"]] == [
        ("alpha-2023", 2),
        ("beta-2023", 2),
        ("gamma-2023", 1),
    ]
    assert [entry["rows"] for entry in manifest["inputs"]] == [6]


def test_files_of_several_kinds_and_tables_of_counties_are_routed(
    table: pa.Table, rulesets: Rulesets, tmp_path: Path
) -> None:
    counties = {"code": ["210203", "210101", "210399"], "plan": [True, False, True]}
    (tmp_path / "in").mkdir()
    pacsv.write_csv(table.slice(0, 3), tmp_path / "in" / "a.csv")
    pq.write_table(table.slice(3), tmp_path / "in" / "b.parquet")
    pacsv.write_csv(pa.table(counties), tmp_path / "counties.csv")
    memory = commscore.evaluate(table, "auto", rulesets=rulesets, year=2023, more={"county": counties})

    more = {"county": tmp_path / "counties.csv"}
    output = scored(tmp_path / "in", rulesets, tmp_path / "out", year=2023, more=more)

    for id_, result in memory.results.items():
        assert rows_of(output.path / id_ / "areas.parquet") == result.areas.to_pylist()
    assert output.unrouted.to_pylist() == memory.unrouted.to_pylist()


def test_a_stream_is_routed(table: pa.Table, rulesets: Rulesets, tmp_path: Path) -> None:
    output = scored(table.to_reader(max_chunksize=1), rulesets, tmp_path / "out", year=2023)

    assert output.totals["routed"] == 5


def test_rows_without_keys_keep_their_numbers(table: pa.Table, rulesets: Rulesets, tmp_path: Path) -> None:
    codes = pa.array([code[:6] for code in table["code"].to_pylist()])
    pq.write_table(table.drop(["code"]).append_column("county", codes), tmp_path / "units.parquet")

    output = scored(tmp_path / "units.parquet", rulesets, tmp_path / "out", year=2023)

    assert [row["key"] for row in rows_of(output.path / "beta-2023" / "units.parquet")] == ["1", "5"]
    assert output.unrouted["key"].to_pylist() == ["4"]


@pytest.mark.parametrize("spoil", ["twins", "no column"])
def test_when_anything_fails_nothing_is_left(spoil: str, rulesets: Rulesets, made: Made, tmp_path: Path) -> None:
    table = made(id=["a", "b", "a", "c", "d", "e"]) if spoil == "twins" else made(orgs=None, area=None, homes=None)
    pq.write_table(table, tmp_path / "units.parquet")
    options = {"key": "id"} if spoil == "twins" else {}

    with pytest.raises(commscore.DataError, match=r"'a' \(rows 0, 2\)" if spoil == "twins" else "no column for any"):
        scored(tmp_path / "units.parquet", rulesets, tmp_path / "out", year=2023, **options)

    assert [path.name for path in tmp_path.iterdir()] == ["units.parquet"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("commscore")]


class StoppedError(Exception):
    """What a caller raises to end a run."""


def test_a_caller_may_end_the_run_and_nothing_is_left(file: Path, rulesets: Rulesets, tmp_path: Path) -> None:
    def stop(_: commscore.Progress) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        scored(file, rulesets, tmp_path / "out", year=2023, progress=stop)

    assert [path.name for path in tmp_path.iterdir()] == ["units.parquet"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("commscore")]


def test_an_output_is_replaced_only_when_told(file: Path, rulesets: Rulesets, tmp_path: Path) -> None:
    scored(file, rulesets, tmp_path / "out", year=2023)

    with pytest.raises(commscore.UsageError, match="is there already"):
        scored(file, rulesets, tmp_path / "out", year=2023)
    again = scored(file, rulesets, tmp_path / "out", year=2023, fallback=True, overwrite=True)
    assert again.totals["unrouted"] == {}

    (tmp_path / "out" / "beta-2023" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(commscore.UsageError, match=r"not replaced: mine\.txt"):
        scored(file, rulesets, tmp_path / "out", year=2023, overwrite=True)


def test_such_a_run_is_not_resumed(file: Path, rulesets: Rulesets, tmp_path: Path) -> None:
    with pytest.raises(commscore.UsageError, match="cannot be carried on"):
        scored(file, rulesets, tmp_path / "out", year=2023, resume=True)


def test_the_command_line_routes(file: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["score", str(file), "-r", "auto", "--rulesets", str(folder), "--year", "2023", "--quiet"]

    assert main([*arguments, "-o", str(tmp_path / "out")]) == 0
    assert "no ruleset of its place" in capsys.readouterr().out
    assert main([*arguments, "--fallback", "--json", "--fail-on", "fail"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["totals"]["routed"] == 6
    assert main(["score", str(file), "-r", "alpha-2023", "--fallback"]) == 2
    assert "goes with -r auto only" in capsys.readouterr().err
