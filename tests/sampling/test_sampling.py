"""Made-up data and empty tables, written and read back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import commscore
from commscore._cli._main import main
from commscore._sampling import write_sample
from commscore._sampling._notes import YES
from commscore._tables._workbooks import SHEETS
from commscore.errors import UsageError

YEARS = [each.id for each in map(commscore.load_ruleset, ("dalian-2025", "taian-2023", "tonghua-2023", "jimsar-2025"))]


def scored(made: commscore.Sample) -> commscore.Result:
    return commscore.evaluate(made.table, made.ruleset, level=made.level, more=made.more)


def outcome(result: commscore.Result) -> list[Any]:
    return sorted(map(str, result.findings().to_pylist()))


@pytest.mark.parametrize("name", [*YEARS, "qingdao-2022"])
def test_samples_have_no_errors_and_meet_some_rules_but_not_all(name: str) -> None:
    made = commscore.sample(name, 60, seed=3)

    statuses = Counter(scored(made).findings()["status"].to_pylist())

    assert made.table.num_rows == 60
    assert statuses["error"] == 0
    assert min(statuses["pass"], statuses["fail"], statuses["unknown"]) > 0


def test_a_seed_gives_the_same_data_and_another_one_other_data() -> None:
    one, same, other = (commscore.sample("taian-2023", 30, seed=seed) for seed in (1, 1, 2))

    assert one.table == same.table
    assert one.more == same.more
    assert one.table != other.table


def test_codes_lie_in_the_jurisdiction_and_are_unique() -> None:
    codes = commscore.sample("tonghua-2023", 500).table["code"].to_pylist()

    assert len(set(codes)) == 500
    assert all(len(code) == 12 and code.isdigit() and code.startswith("2205") for code in codes)
    assert {"220524", "220582"} <= {code[:6] for code in codes}  # the counties that rules name


def test_some_figures_lie_below_what_is_asked_some_at_it_and_some_above() -> None:
    figures = commscore.sample("taian-2023", 400).table["social_orgs"].drop_null().to_pylist()

    assert min(figures) < 12 < max(figures)
    assert 12 in figures or 6 in figures


def test_dirt_makes_errors() -> None:
    statuses = scored(commscore.sample("taian-2023", 60, dirt=0.1)).findings()["status"].to_pylist()

    assert 0 < statuses.count("error") < len(statuses) / 2


def test_it_says_that_it_is_made_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.parquet"

    assert main(["sample", "-r", "taian-2023", "-n", "5", "-o", str(out)]) == 0

    assert "made up, none of it real: 5 rows" in capsys.readouterr().err
    assert b"made up" in pq.read_schema(out).metadata[b"commscore"]
    assert all(name.startswith("虚构") for name in pq.read_table(out)["name"].to_pylist())


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "parquet"])
@pytest.mark.parametrize("name", ["taian-2023", "dalian-2025"])
def test_a_sample_read_back_is_scored_alike(name: str, suffix: str, tmp_path: Path) -> None:
    made = commscore.sample(name, 40, seed=5)

    files = write_sample(made, tmp_path / f"x.{suffix}")

    more = {} if suffix == "xlsx" else {level: path for level, path in files.items() if level != made.level}
    read = commscore.evaluate(files[made.level], name, more=more)
    assert outcome(read) == outcome(scored(made))
    streamed = commscore.evaluate_files(files[made.level], name, tmp_path / "out", more=more, findings="all")
    assert pq.read_table(streamed.path / "units.parquet")["score"] == read.units["score"]


@pytest.mark.parametrize("name", [*YEARS, "qingdao-2022"])
def test_a_template_filled_in_is_read_back_without_options(name: str, tmp_path: Path) -> None:
    made = commscore.sample(name, 12, seed=9)
    (path,) = commscore.template(name, tmp_path / "t.xlsx")
    fill(path, {made.level: made.table, **made.more})

    assert outcome(commscore.evaluate(path, name)) == outcome(scored(made))


def fill(path: Path, tables: dict[str, pa.Table]) -> None:
    """Fill in a template by the names of its columns, as its notes give them."""
    book = openpyxl.load_workbook(path)
    titles = {(row[0], row[1]): row[2] for row in book["填写说明"].iter_rows(min_row=6, values_only=True) if row[1]}
    for level, table in tables.items():
        sheet = book[SHEETS[level]]
        for column, cell in enumerate(sheet[1], 1):
            name = titles[sheet.title, cell.value]
            for row, value in enumerate(table[name].to_pylist(), 2):
                shown = {True: YES, False: "否"}.get(value) if isinstance(value, bool) else value
                sheet.cell(row, column, shown)
    book.save(path)


def test_an_empty_template_is_read_as_no_rows(tmp_path: Path) -> None:
    (path,) = commscore.template("taian-2023", tmp_path / "t.xlsx")

    assert commscore.evaluate(path, "taian-2023").units.num_rows == 0


def test_a_template_says_what_may_stand_in_its_cells(tmp_path: Path) -> None:
    (path,) = commscore.template("taian-2023", tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["社区"]
    heads = {cell.value: cell for cell in sheet[1]}

    assert sheet.freeze_panes == "C2"
    assert "社区社会组织数量（个）" in heads
    assert "整数" in heads["社区社会组织数量（个）"].comment.text
    assert "social-orgs" in heads["社区社会组织数量（个）"].comment.text
    assert sheet.column_dimensions["A"].number_format == "@"
    assert {rule.type for rule in sheet.data_validations.dataValidation} >= {"list", "whole"}
    assert {"填写说明", "区县", "市"} <= set(book.sheetnames)


def test_a_template_in_csv_has_a_file_for_each_level(tmp_path: Path) -> None:
    files = commscore.template("taian-2023", tmp_path / "t.csv")

    assert [path.name for path in files] == ["t.csv", "t-county.csv", "t-city.csv", "t-notes.csv"]
    more = {"county": files[1], "city": files[2]}
    assert commscore.evaluate(files[0], "taian-2023", more=more).units.num_rows == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": 0}, "rows: give a whole number from 1"),
        ({"seed": -1}, "seed"),
        ({"dirt": 2}, "dirt"),
        ({"level": "site"}, "asks nothing of 'site'; there are community, county, city"),
        ({"level": "city", "rows": 5}, "no more than 1 of level 'city'"),
    ],
)
def test_what_cannot_be_made_up_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        commscore.sample("taian-2023", **options)


@pytest.mark.parametrize("out", ["x.txt", "none/x.csv", "none/x.parquet", "none/x.xlsx"])
def test_files_that_cannot_be_written_are_refused(out: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written|is none of \.parquet"):
        write_sample(commscore.sample("taian-2023", 2), tmp_path / out)


def test_the_command_writes_templates_and_tells_how_to_score_samples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", "-r", "taian-2023", "--template", "-o", str(tmp_path / "t.xlsx")]) == 0
    assert main(["sample", "-r", "taian-2023", "-n", "9", "-o", str(tmp_path / "x.csv")]) == 0

    told = capsys.readouterr().err
    assert "written:" in told
    command = next(line for line in told.splitlines() if line.startswith("score it: commscore "))
    assert main(command.removeprefix("score it: commscore ").split()) == 0
