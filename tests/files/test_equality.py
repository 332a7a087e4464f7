"""Files give what tables in memory give, however they are cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import commscore
from commscore._files import _job, _writing

Save = Callable[[pa.Table, Path], Path]
Read = Callable[[commscore.Output, str], pa.Table]
Plain = Callable[[pa.Table], pa.Table]
Counties = dict[str, list[str | bool | None]]
ROLLUP = ["township", "county", "city"]


def in_order(findings: pa.Table) -> pa.Table:
    """Findings in an order that does not depend on the size of blocks, as that of the file does."""
    return findings.sort_by([(name, "ascending") for name in ("level", "key", "rule", "scope")]).combine_chunks()


def in_one(table: pa.Table, folder: Path, save: Save) -> object:
    return save(table, folder / "all.parquet")


def in_csv(table: pa.Table, folder: Path, save: Save) -> object:
    return str(save(table, folder / "all.csv"))


def in_arrow(table: pa.Table, folder: Path, save: Save) -> object:
    return [save(table, folder / "all.arrow")]


def in_a_folder(table: pa.Table, folder: Path, save: Save) -> object:
    save(table.slice(0, 100), folder / "a.parquet")
    save(table.slice(100, 3), folder / "b" / "a.parquet")
    save(table.slice(103), folder / "b" / "b.parquet")
    return folder


def in_a_glob(table: pa.Table, folder: Path, save: Save) -> object:
    for i in range(5):
        save(table.slice(i * 60, 60), folder / f"part-{i}.csv")
    save(table, folder / "other.csv")
    return str(folder / "part-*.csv")


def in_kinds_of_files(table: pa.Table, folder: Path, save: Save) -> object:
    """One column as text, integer and float, in another order, with a title for a name."""
    turned = (
        table.slice(120, 80)
        .select(table.column_names[::-1])
        .rename_columns(["组织数" if name == "orgs" else name for name in table.column_names[::-1]])
    )
    rest = table.slice(200)
    rest = rest.set_column(rest.column_names.index("orgs"), "orgs", rest["orgs"].cast(pa.float64()))
    return [
        save(table.slice(0, 120), folder / "1.csv"),
        save(turned, folder / "2.parquet"),
        save(rest, folder / "3.arrow"),
    ]


@pytest.mark.parametrize(
    "lay_out", [in_one, in_csv, in_arrow, in_a_folder, in_a_glob, in_kinds_of_files], ids=lambda found: found.__name__
)
def test_files_give_what_the_table_gives(
    lay_out: Callable[[pa.Table, Path, Save], object],
    table: pa.Table,
    ruleset: commscore.Ruleset,
    counties: Counties,
    expected: commscore.Result,
    tmp_path: Path,
    saved: Save,
    read: Read,
    plainly: Plain,
) -> None:
    src = lay_out(table, tmp_path / "data", saved)

    output = commscore.evaluate_files(
        src, ruleset, tmp_path / "out", rollup=ROLLUP, more={"county": counties}, findings="all"
    )

    units = read(output, "units")
    assert units.select(expected.units.column_names) == plainly(expected.units)
    statuses = units.select([name for name in units.column_names if name.startswith("status.")])
    assert statuses.columns == plainly(expected.wide()).columns[1:]
    assert in_order(read(output, "findings")) == in_order(plainly(expected.findings()))
    assert read(output, "areas") == plainly(expected.areas)
    assert read(output, "rules") == plainly(expected.rules)
    assert output.rows == 300


@pytest.mark.parametrize("block_rows", [17, 64, 300])
def test_batches_do_not_matter(
    block_rows: int,
    table: pa.Table,
    ruleset: commscore.Ruleset,
    counties: Counties,
    expected: commscore.Result,
    tmp_path: Path,
    saved: Save,
    read: Read,
    plainly: Plain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_job, "BLOCK_ROWS", block_rows)
    monkeypatch.setattr(_writing, "GROUP_ROWS", 50)
    src = saved(table, tmp_path / "data.parquet")

    output = commscore.evaluate_files(
        src, ruleset, tmp_path / "out", rollup=ROLLUP, more={"county": counties}, findings="all"
    )

    assert read(output, "units").select(expected.units.column_names) == plainly(expected.units)
    assert in_order(read(output, "findings")) == in_order(plainly(expected.findings()))
    assert read(output, "areas") == plainly(expected.areas)
    assert read(output, "rules") == plainly(expected.rules)


def test_totals_do_not_depend_on_batches(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    src = saved(table, tmp_path / "data.parquet")
    whole = commscore.evaluate_files(src, ruleset, tmp_path / "whole")
    monkeypatch.setattr(_job, "BLOCK_ROWS", 13)
    cut = commscore.evaluate_files(src, ruleset, tmp_path / "cut")

    assert cut.totals == whole.totals


def test_totals_are_those_of_the_tables(
    table: pa.Table,
    ruleset: commscore.Ruleset,
    counties: Counties,
    expected: commscore.Result,
    tmp_path: Path,
    saved: Save,
) -> None:
    src = saved(table, tmp_path / "data.parquet")
    output = commscore.evaluate_files(src, ruleset, tmp_path / "out", rollup=ROLLUP, more={"county": counties})

    totals = output.totals
    scores = expected.units["score"]
    assert totals["units"] == 300
    assert totals["areas"] == {"township": 12, "county": 3, "city": 1}
    assert totals["unit_scores"]["mean"] == pytest.approx(pc.mean(scores).as_py())
    assert totals["unit_scores"]["least"] == pc.min(scores).as_py()
    assert totals["unit_scores"]["greatest"] == pc.max(scores).as_py()
    grades = {each["values"]: each["counts"] for each in pc.value_counts(expected.units["grade"]).to_pylist()}
    assert totals["grades"] == {
        (name or "none"): grades[name] for name in ("good", "fair", "poor", None) if name in grades
    }
    for kind in ("unit", "area"):
        found = pc.value_counts(expected.findings(level=kind)["status"].cast(pa.string())).to_pylist()
        assert {k: v for k, v in totals["findings"][kind].items() if v} == {e["values"]: e["counts"] for e in found}


def test_failing_findings_are_those_to_mend_and_all_of_areas(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save, read: Read, plainly: Plain
) -> None:
    src = saved(table, tmp_path / "data.parquet")
    result = commscore.evaluate(table, ruleset)

    output = commscore.evaluate_files(src, ruleset, tmp_path / "out", findings="failing")

    units = result.findings(status=["fail", "unknown", "error"], level="unit")
    assert in_order(read(output, "findings")) == in_order(
        plainly(pa.concat_tables([units, result.findings(level="area")]))
    )


def test_no_findings_are_those_of_areas(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save, read: Read, plainly: Plain
) -> None:
    src = saved(table, tmp_path / "data.parquet")

    output = commscore.evaluate_files(src, ruleset, tmp_path / "out", findings="none")

    assert read(output, "findings") == plainly(commscore.evaluate(table, ruleset).findings(level="area"))


def test_further_tables_may_be_files(
    table: pa.Table,
    ruleset: commscore.Ruleset,
    counties: Counties,
    expected: commscore.Result,
    tmp_path: Path,
    saved: Save,
    read: Read,
    plainly: Plain,
) -> None:
    whole = pa.table(counties)
    more = {
        "county": [saved(whole.slice(0, 2), tmp_path / "c1.parquet"), saved(whole.slice(2), tmp_path / "c2.parquet")]
    }
    src = saved(table, tmp_path / "data.parquet")

    output = commscore.evaluate_files(src, ruleset, tmp_path / "out", rollup=ROLLUP, more=more)

    assert read(output, "areas") == plainly(expected.areas)
    assert [(entry["level"], entry["rows"]) for entry in output.manifest["inputs"]] == [
        ("community", 300),
        ("county", 2),
        ("county", 1),
    ]


def test_folders_named_like_columns_give_them(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save, read: Read, plainly: Plain
) -> None:
    table = table.set_column(1, "kind", pa.array(["urban"] * 100 + ["rural"] * 150 + [None] * 50))
    bare = table.drop_columns(["kind"])
    saved(bare.slice(0, 100), tmp_path / "data/kind=urban/x.parquet")
    saved(bare.slice(100, 150), tmp_path / "data/kind=%72ural/x.parquet")
    saved(bare.slice(250), tmp_path / "data/kind=__HIVE_DEFAULT_PARTITION__/x.csv")
    whole = commscore.evaluate(table, ruleset)

    output = commscore.evaluate_files(tmp_path / "data", ruleset, tmp_path / "out")

    found = read(output, "units").select(whole.units.column_names).sort_by("key")
    assert found == plainly(whole.units).sort_by("key")
    assert read(output, "areas") == plainly(whole.areas)


def test_rows_without_keys_are_numbered_through_all_files(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save, read: Read
) -> None:
    table = table.drop_columns(["code"])
    src = [saved(table.slice(0, 4), tmp_path / "a.csv"), saved(table.slice(4, 3), tmp_path / "b.csv")]

    output = commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert read(output, "units")["key"].to_pylist() == ["0", "1", "2", "3", "4", "5", "6"]


def test_an_empty_table_gives_empty_tables(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save, read: Read, plainly: Plain
) -> None:
    src = [saved(table.slice(0, 0), tmp_path / "a.parquet"), saved(table.slice(0, 0), tmp_path / "b.csv")]
    result = commscore.evaluate(table.slice(0, 0), ruleset)

    output = commscore.evaluate_files(src, ruleset, tmp_path / "out")

    units = read(output, "units")
    assert units.select(result.units.column_names).schema == plainly(result.units).schema
    assert units.num_rows == output.rows == 0
    for name, one in (("areas", result.areas), ("rules", result.rules), ("findings", result.findings())):
        assert read(output, name) == plainly(one)
    assert output.totals["unit_scores"]["mean"] is None


def test_types_do_not_change_when_there_is_nothing_to_write(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    full = commscore.evaluate_files(saved(table, tmp_path / "a.parquet"), ruleset, tmp_path / "full")
    empty = commscore.evaluate_files(saved(table.slice(0, 0), tmp_path / "b.parquet"), ruleset, tmp_path / "empty")

    for name in ("units", "findings", "areas", "rules"):
        one, other = (pq.read_schema(output.path / f"{name}.parquet") for output in (full, empty))
        assert one == other


def test_progress_tells_rows_and_files(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_job, "BLOCK_ROWS", 100)
    src = [saved(table.slice(0, 150), tmp_path / "a.parquet"), saved(table.slice(150), tmp_path / "b.parquet")]
    steps: list[commscore.Progress] = []

    commscore.evaluate_files(src, ruleset, tmp_path / "out", progress=steps.append)

    assert [step.rows for step in steps] == [100, 150, 250, 300]
    assert {step.total for step in steps} == {300}
    assert [step.file.name for step in steps] == ["a.parquet", "a.parquet", "b.parquet", "b.parquet"]
