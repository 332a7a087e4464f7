"""Results as workbooks and CSV files: whole, readable, and harmless."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

import commscore
from commscore import UsageError
from commscore._publishing import of_folder, of_result, write_csv, write_workbook
from commscore._publishing._csv import harmless

RULESET = """
commscore: 1
id: mini-2024
title: {zh: "=小城", en: Mini}
jurisdiction: {code: "2102", level: city, zh: 大连}
year: 2024
scoring: {grades: [[good, 80], [poor, 0]]}
inputs: {orgs: {zh: 组织数, type: count}}
rules: [{id: orgs, title: 组织, clause: "@一", each: orgs, require: ">= 10"}]
"""
HOSTILE = '=HYPERLINK("http://x","<script>alert(1)</script>")'


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path = tmp_path_factory.mktemp("ruleset") / "mini-2024.yaml"
    path.write_text(RULESET, encoding="utf-8")
    return commscore.load_ruleset(path)


def result_of(ruleset: commscore.Ruleset, rows: list[dict[str, Any]]) -> commscore.Result:
    return commscore.evaluate(pa.Table.from_pylist(rows), ruleset, key="name")


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def test_a_workbook_has_a_sheet_per_table_and_a_summary(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    result = result_of(ruleset, [{"name": "001", "orgs": 9}, {"name": "002", "orgs": 10}])

    write_workbook(of_result(result), tmp_path / "r.xlsx", lang="en")

    found = sheets(tmp_path / "r.xlsx")
    assert list(found) == ["Summary", "Areas", "Rules", "Findings", "Units"]
    assert [row[0] for row in found["Units"]] == ["key", "001", "002"]
    assert [row[found["Findings"][0].index("status")] for row in found["Findings"][1:]] == ["fail", "fail"]
    assert ["Units", 2] in found["Summary"]


def test_codes_stay_text(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    result = result_of(ruleset, [{"name": "210202001001", "orgs": 9}])

    write_workbook(of_result(result), tmp_path / "r.xlsx")

    assert sheets(tmp_path / "r.xlsx")["评价对象"][1][0] == "210202001001"


def test_no_text_becomes_a_formula_or_a_link(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    result = result_of(ruleset, [{"name": HOSTILE, "orgs": 9}, {"name": "http://x.org", "orgs": 9}])

    write_workbook(of_result(result), tmp_path / "r.xlsx")
    write_csv(of_result(result), tmp_path / "tables", lang="en")

    assert sheets(tmp_path / "r.xlsx")["评价对象"][1][0] == HOSTILE
    raw = (tmp_path / "r.xlsx").read_bytes()
    assert b"hyperlink" not in raw
    with (tmp_path / "tables" / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["key"] == f"'{HOSTILE}"
    with (tmp_path / "tables" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["clause"] == "'@一"


@settings(max_examples=50)
@given(st.one_of(st.text(), st.floats(), st.none(), st.integers()))
def test_a_harmless_cell_never_begins_like_a_formula(cell: Any) -> None:
    safe = harmless(cell)

    assert not (isinstance(safe, str) and safe[:1] in tuple("=+-@\t\r\n"))
    assert safe == cell or safe == f"'{cell}" or safe != safe  # noqa: PLR0124 - not a number


def test_a_table_longer_than_a_sheet_is_cut_and_the_summary_says_so(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    result = result_of(ruleset, [{"name": str(i), "orgs": 10} for i in range(9)])
    published = attrs.evolve(of_result(result), source=tmp_path)

    write_workbook(published, tmp_path / "r.xlsx", lang="en", most_rows=5)

    found = sheets(tmp_path / "r.xlsx")
    assert len(found["Units"]) == 5
    assert ["Cut short", "Units: 4 of 9 rows; all are in units.parquet"] in found["Summary"]


def test_strange_characters_survive_a_workbook(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    names = ["a\x01b", "𠮷野", "a\u202eb", "x" * 40_000]

    write_workbook(of_result(result_of(ruleset, [{"name": name, "orgs": 9} for name in names])), tmp_path / "r.xlsx")

    assert [row[0] for row in sheets(tmp_path / "r.xlsx")["评价对象"][2:4]] == names[1:3]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_files_read_back(ruleset: commscore.Ruleset, tmp_path: Path, encoding: str) -> None:
    result = result_of(ruleset, [{"name": "新村𠮷", "orgs": 9}])

    write_csv(of_result(result), tmp_path, lang="zh", encoding=encoding)

    with (tmp_path / "units.csv").open(encoding=encoding, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["编码"], row["得分"], row["等级"]) for row in rows] == [("新村𠮷", "0.0", "poor")]


def test_a_folder_publishes_what_the_result_does(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("name,orgs\na,9\nb,\n", encoding="utf-8")
    commscore.evaluate_files(tmp_path / "units.csv", ruleset, tmp_path / "out", key="name")

    write_csv(of_folder(tmp_path / "out"), tmp_path / "one")
    result = commscore.evaluate(tmp_path / "units.csv", ruleset, key="name")
    write_csv(of_result(result), tmp_path / "other")

    for name in ("units", "areas", "rules", "findings"):
        texts = [(tmp_path / side / f"{name}.csv").read_text(encoding="utf-8-sig") for side in ("one", "other")]
        lines = [text.splitlines()[1][:12] for text in texts]
        assert lines[0] == lines[1]


def test_an_empty_result_makes_empty_tables(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    empty = commscore.evaluate(pa.table({"name": pa.array([], pa.string()), "orgs": pa.array([], pa.int64())}), ruleset)

    write_workbook(of_result(empty), tmp_path / "r.xlsx")
    write_csv(of_result(empty), tmp_path / "tables")

    assert len(sheets(tmp_path / "r.xlsx")["评价对象"]) == 1


def test_a_folder_that_is_no_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no output of commscore"):
        of_folder(tmp_path)


def test_a_place_that_cannot_be_written_is_named(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    published = of_result(result_of(ruleset, [{"name": "a", "orgs": 9}]))

    with pytest.raises(UsageError, match="cannot be written"):
        write_workbook(published, tmp_path / "none" / "r.xlsx")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        write_csv(published, tmp_path / "file" / "inside")
    with pytest.raises(UsageError, match="there is no 'latin-1'"):
        write_csv(published, tmp_path, encoding="latin-1")
