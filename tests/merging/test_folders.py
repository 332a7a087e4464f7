"""Output folders of parts merge into that of the whole: exactly, or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import commscore
from commscore._cli._main import main
from commscore._files._state import read_state, write_state

COUNTIES = {"code": ["210202", "210203"], "plan": [True, None]}
ROW = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["urban", "rural", None, "x"]),
        "orgs": st.one_of(st.none(), st.integers(-1, 8)),
        "area": st.one_of(st.none(), st.integers(0, 400)),
        "homes": st.one_of(st.none(), st.integers(0, 90)),
    }
)
SCHEMA = pa.schema(
    [("code", pa.string()), ("kind", pa.string()), ("orgs", pa.int64()), ("area", pa.float64()), ("homes", pa.int64())]
)


def table_of(rows: list[dict[str, Any]]) -> pa.Table:
    codes = [f"2102{2 + i % 2:02}{1 + i % 3:03}{i:03}" for i in range(len(rows))]
    return pa.Table.from_pylist([{"code": code, **row} for code, row in zip(codes, rows, strict=True)], schema=SCHEMA)


def score(table: pa.Table, ruleset: commscore.Ruleset, out: Path, **options: Any) -> Path:
    path = out.with_name(f"{out.name}.parquet")
    pq.write_table(table, path)
    options = {"findings": "all", "more": {"county": COUNTIES}, "rollup": ["township", "county", "city"], **options}
    return commscore.evaluate_files(path, ruleset, out, **options).path


def content(folder: Path) -> dict[str, Any]:
    """All that an output says, in an order of findings that does not depend on the size of blocks."""
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in ("units", "areas", "rules", "findings")}
    findings = sorted(map(str, tables["findings"].to_pylist()))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    rest = {name: manifest[name] for name in ("totals", "ruleset", "columns", "not_checked")}
    found = {name: repr(table.to_pylist()) for name, table in tables.items() if name != "findings"}
    return {**found, "findings": findings, **rest}


# Without shrinking: an example takes a second.
@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(rows=st.lists(ROW, min_size=1, max_size=9), data=st.data())
def test_merged_parts_are_the_whole_in_any_split_and_order(
    rows: list[dict[str, Any]], data: st.DataObject, ruleset: commscore.Ruleset
) -> None:
    order = data.draw(st.permutations(range(len(rows))))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows)), max_size=2)) | {0, len(rows)})
    table = table_of(rows).take(pa.array(order))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        parts = [
            score(table.slice(start, end - start), ruleset, place / f"part-{start}") for start, end in pairwise(cuts)
        ]
        whole = score(table, ruleset, place / "whole")

        output = commscore.merge_files(parts, place / "merged")

        assert content(output.path) == content(whole)
        assert pq.read_table(output.path / "units.parquet").equals(pq.read_table(whole / "units.parquet"))


ROWS = [{"kind": "urban", "orgs": i, "area": 90, "homes": 30} for i in range(6)]


@pytest.fixture
def parts(ruleset: commscore.Ruleset, tmp_path: Path) -> list[Path]:
    table = table_of(ROWS)
    return [score(table.slice(start, 2), ruleset, tmp_path / f"part-{start}") for start in (0, 2, 4)]


def test_merging_merged_parts_gives_the_same_again(parts: list[Path], tmp_path: Path) -> None:
    once = commscore.merge_files(parts, tmp_path / "once").path
    two = commscore.merge_files(parts[:2], tmp_path / "two").path

    twice = commscore.merge_files([two, parts[2]], tmp_path / "twice").path

    assert content(twice) == content(once)


def test_rows_without_keys_are_numbered_on(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    table = table_of(ROWS).drop(["code"])
    parts = [score(table.slice(start, 3), ruleset, tmp_path / f"part-{start}") for start in (0, 3)]
    whole = score(table, ruleset, tmp_path / "whole")

    merged = commscore.merge_files(parts, tmp_path / "merged").path

    assert content(merged) == content(whole)


def test_a_unit_in_two_parts_is_found(parts: list[Path], ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    twin = score(table_of(ROWS).slice(1, 1), ruleset, tmp_path / "twin")

    with pytest.raises(commscore.DataError, match=r"210203002001.*row 6 is row 0 of .*twin"):
        commscore.merge_files([*parts, twin], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"as_of": "2023-06-30"}, "another as_of"),
        ({"rollup": ["city"]}, "another rollup"),
        ({"missing": ["", "-"]}, "another missing"),
        ({"findings": "none"}, "other findings"),
        ({"more": {"county": {"code": ["210202"], "plan": [False]}}}, "another further tables"),
        ({"more": {}}, "another columns"),
    ],
)
def test_other_options_are_refused(
    options: dict[str, Any], said: str, parts: list[Path], ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    other = score(table_of(ROWS).slice(5, 1), ruleset, tmp_path / "other", **options)

    with pytest.raises(commscore.UsageError, match=said):
        commscore.merge_files([parts[0], other], tmp_path / "merged")


def test_another_ruleset_is_refused(parts: list[Path], ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    changed = commscore.with_changes(ruleset, {"total": {"require": ">= 101"}})
    other = score(table_of(ROWS).slice(5, 1), changed, tmp_path / "other")

    with pytest.raises(commscore.UsageError, match="another ruleset"):
        commscore.merge_files([parts[0], other], tmp_path / "merged")


def test_another_version_is_refused(parts: list[Path], tmp_path: Path) -> None:
    state = read_state(parts[0] / "sums.npz")
    state["setting"]["version of commscore"] = "0.0.1"
    write_state(parts[0] / "sums.npz", state)

    with pytest.raises(commscore.UsageError, match=r"written by commscore 0\.0\.1"):
        commscore.merge_files(parts, tmp_path / "merged")


def spoil_text(folder: Path) -> None:
    (folder / "sums.npz").write_bytes(b"nothing of the kind")


def spoil_kind(folder: Path) -> None:
    write_state(folder / "sums.npz", {**read_state(folder / "sums.npz"), "own": 5})


def spoil_sums(folder: Path) -> None:
    state = read_state(folder / "sums.npz")
    state["own"].levels = {"city": 7}
    write_state(folder / "sums.npz", state)


def spoil_totals(folder: Path) -> None:
    state = read_state(folder / "sums.npz")
    state["totals"] = {"rows": 2}
    write_state(folder / "sums.npz", state)


def spoil_units(folder: Path) -> None:
    table = pq.read_table(folder / "units.parquet")
    pq.write_table(table.slice(1), folder / "units.parquet")


def spoil_findings(folder: Path) -> None:
    (folder / "findings.parquet").unlink()


def spoil_ruleset(folder: Path) -> None:
    path = folder / "ruleset.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("100", "90"), encoding="utf-8")


@pytest.mark.parametrize(
    "spoil", [spoil_text, spoil_kind, spoil_sums, spoil_totals, spoil_units, spoil_findings, spoil_ruleset]
)
def test_what_was_changed_since_is_refused(spoil: Any, parts: list[Path], tmp_path: Path) -> None:
    spoil(parts[0])

    with pytest.raises(commscore.UsageError, match=r"damaged|was changed"):
        commscore.merge_files(parts, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_what_is_no_output_is_refused(parts: list[Path], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for folders, said in (
        ([], "at least one"),
        ([tmp_path / "other"], "no output folder"),
        ([parts[0], parts[0]], "there twice"),
        (str(parts[0]), "give a list"),
    ):
        with pytest.raises(commscore.UsageError, match=said):
            commscore.merge_files(folders, tmp_path / "merged")
    with pytest.raises(commscore.UsageError, match="overlap"):
        commscore.merge_files(parts, parts[0] / "inside")


def test_units_that_are_areas_of_the_rollup_are_refused(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    part = score(table_of(ROWS), ruleset, tmp_path / "part", rollup=["community", "city"])

    with pytest.raises(commscore.UsageError, match="areas of the rollup themselves"):
        commscore.merge_files([part], tmp_path / "merged")


def test_an_output_of_an_earlier_version_says_what_to_do(parts: list[Path], tmp_path: Path) -> None:
    (parts[1] / "sums.npz").unlink()

    with pytest.raises(commscore.UsageError, match="score it anew"):
        commscore.merge_files(parts, tmp_path / "merged")


def test_the_command_line_merges(parts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "merged"

    assert main(["merge", *map(str, parts), "-o", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["units"] == 6
    assert main(["merge", *map(str, parts), "-o", str(out)]) == 2
    assert main(["merge", *map(str, parts), "-o", str(out), "--overwrite", "--quiet"]) == 0
    assert "mini-2023" in capsys.readouterr().out
    shutil.rmtree(out)


def test_gates_look_at_the_whole_that_parts_make(
    parts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["merge", *map(str, parts), "-o", str(tmp_path / "merged"), "--overwrite", "--json"]

    assert main([*command, "--fail-under", "0", "--min-coverage", "0"]) == 0
    assert [gate["met"] for gate in json.loads(capsys.readouterr().out)["gates"]] == [True, True]
    assert main([*command, "--fail-under", "100", "--fail-on", "fail"]) == 1
    told = capsys.readouterr()
    assert [gate["met"] for gate in json.loads(told.out)["gates"]] == [False, False]
    assert "--fail-under 100 is not met: score of the city" in told.err
    assert main([*command, "--min-coverage", "95"]) == 2
