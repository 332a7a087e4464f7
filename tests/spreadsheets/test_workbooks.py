"""Workbooks full of dirt: what is read, what is an error at its cell, and what is refused with what to do."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

import commscore
from commscore.errors import DataError, DataWarning, UsageError

HEAD = ["统计用区划代码", "社会组织\n数量（个）"]
A, B, C = "210202001001", "210202001002", "210202001003"


class error:  # noqa: N801 - a cell like any other
    """An error that a formula has given."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def __call__(self, _: Any, sheet: Any, row: int, column: int) -> None:
        sheet.write_formula(row, column, "=1/0", None, self.text)


def day(book: Any, sheet: Any, row: int, column: int) -> None:
    sheet.write_datetime(row, column, date(2024, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))


def test_codes_stored_as_numbers_keep_all_their_digits(book: Any, ruleset: Any) -> None:
    units = commscore.evaluate(book([HEAD, [210202001001, 1], [B, 2], ["２１０２０２００１００３ ", 3]]), ruleset).units

    assert units["key"].to_pylist() == [A, B, C]


def test_a_column_of_nothing_but_number_codes_is_text_too(book: Any, ruleset: Any) -> None:
    assert commscore.evaluate(book([HEAD, [210202001001, 1]]), ruleset).units["key"].to_pylist() == [A]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (12, 12),
        (" 12 ", 12),
        ("1,234", 1234),
        ("1，234，567", 1234567),
        ("１２", 12),
        ("1,23", "error"),
        ("0,123", "error"),
        ("12,34", "error"),
        ("1 234", "error"),
        ("②", "error"),
        ("12个", "error"),
        ("46%", "error"),
        (12.5, "error"),
        (-1, "error"),
        (True, "error"),
        (day, "error"),
        (error("#DIV/0!"), "error"),
        (error("#N/A"), "error"),
        ("", "unknown"),
        ("　", "unknown"),
        (None, "unknown"),
    ],
    ids=lambda value: value.__name__ if callable(value) and hasattr(value, "__name__") else repr(value),
)
def test_a_cell_of_a_count(book: Any, values: Any, cell: Any, found: Any) -> None:
    # Alone in its column, and among numbers: Excel's types differ.
    assert values(book([HEAD, [A, cell]]))["orgs"] == [found]
    assert values(book([HEAD, [A, 3], [B, cell]]))["orgs"] == [3, found]


@pytest.mark.parametrize(
    ("cell", "signed", "answered"),
    [
        ("46%", 0.46, 0.46),
        ("４６．５％", 0.465, 0.465),
        ("460‰", 0.46, 0.46),
        ("0.46", 0.46, 0.0046),
        (46, "error", 0.46),
    ],
)
def test_a_sign_says_what_a_rate_is_whatever_it_is_stored_as(
    book: Any, values: Any, cell: Any, signed: Any, answered: Any
) -> None:
    found = values(book([["代码", "签约率", "办结率"], [A, cell, cell]]))

    assert (found["signed"], found["answered"]) == ([signed], [answered])


def test_numbers_are_read_exactly(book: Any, ruleset: Any) -> None:
    rows = [["代码", "面积（㎡）", "户数"], [A, 0.1 + 0.2, 1], [B, 1382.4, 4608]]

    area = commscore.evaluate(book(rows), ruleset).findings(level="area").to_pylist()

    assert [each["status"] for each in area if each["rule"] == "area"] == ["pass"]  # 1382.70 over 4,609


def test_a_formula_that_nothing_has_computed_is_an_error(tmp_path: Path, values: Any) -> None:
    made = openpyxl.Workbook()
    for row in (HEAD, [A, "=1+1"], [B, 4]):
        made.active.append(row)
    made.save(tmp_path / "raw.xlsx")

    assert values(tmp_path / "raw.xlsx")["orgs"] == ["error", 4]


def test_an_error_in_a_later_sheet_is_found_by_the_sheets_name(book: Any, values: Any) -> None:
    path = book([["x"]], 数据=[HEAD, [A, error("#REF!")]])

    assert values(path, sheet="数据")["orgs"] == ["error"] == values(path, sheet=2)["orgs"]


def test_a_title_above_the_names_is_refused_with_the_row_that_fits(book: Any, values: Any) -> None:
    path = book([["2024年统计表"], [], HEAD, [A, 5]], merged=[(0, 0, 0, 1, "2024年统计表")])

    with pytest.raises(DataError, match=r"row 1 \('2024年统计表'\).*--header-row 3"):
        values(path)
    assert values(path, header_row=3)["orgs"] == [5]


def test_a_row_of_units_is_refused_with_its_number(book: Any, values: Any) -> None:
    path = book([HEAD, ["", "（个）"], [A, 5]])

    with pytest.raises(DataError, match=r"row 2, .*'（个）'.*--skip-rows 1"):
        values(path)
    assert values(path, skip_rows=1)["orgs"] == [5]


@pytest.mark.parametrize("text", ["合计", "合　计", "总 计", "填表人：张三", "注: 未审核", "Total"])
def test_totals_and_notes_are_refused(book: Any, values: Any, text: str) -> None:
    with pytest.raises(DataError, match=r"is no unit: take such rows out.*rows 1"):
        values(book([HEAD, [A, 5], [text, 5]]))


def test_totals_are_refused_without_codes_too(book: Any, values: Any) -> None:
    with pytest.raises(DataError, match="'合计' is no unit"):
        values(book([["名称", "社会组织数量"], ["甲", 5], ["乙", 6], ["合计", 11]]))


def test_codes_that_excel_has_rounded_are_refused(book: Any, values: Any) -> None:
    with pytest.raises(DataError, match="have lost digits of the code"):
        values(book([HEAD, ["2.10202E+11", 5]]))


def test_blank_rows_and_columns_are_nothing(book: Any, values: Any) -> None:
    rows = [[], [*HEAD, "", " "], [A, 5], ["", "  "], [B, 6], [], ["", ""]]

    assert values(book(rows))["orgs"] == [5, 6]


def test_hidden_rows_and_columns_are_read(book: Any, values: Any) -> None:
    path = book([HEAD, [A, 5], [B, 6]])
    made = openpyxl.load_workbook(path)
    made.active.row_dimensions[3].hidden = True
    made.active.column_dimensions["B"].hidden = True
    made.save(path)

    assert values(path)["orgs"] == [5, 6]


def test_a_text_merged_over_rows_is_that_of_each(book: Any, ruleset: Any) -> None:
    rows = [["区县", *HEAD], ["", A, 5], ["", B, 6]]
    path = book(rows, merged=[(1, 0, 2, 0, "210299")])

    found = commscore.evaluate(path, ruleset, rollup=["county"]).areas

    assert found["key"].to_pylist() == ["210299"]


def test_a_number_merged_over_rows_is_that_of_none(book: Any, values: Any) -> None:
    assert values(book([HEAD, [A, ""], [B, ""], [C, 7]], merged=[(1, 1, 2, 1, 12)]))["orgs"] == ["error", "error", 7]


def test_names_merged_over_two_rows_are_found_in_the_lower(book: Any, values: Any) -> None:
    rows = [["", "组织", ""], ["", "社会组织数量", "户数"], [A, 5, 6]]
    path = book(rows, merged=[(0, 0, 1, 0, "代码"), (0, 1, 0, 2, "组织")])

    assert values(path, header_row=2)["orgs"] == [5]
    assert commscore.evaluate(path, "taian-2023", header_row=2).units["key"].to_pylist() == [A]


def test_marks_are_errors_until_they_are_declared(book: Any, values: Any) -> None:
    path = book([HEAD, [A, "-"], [B, "*"], [C, 5]])

    with pytest.warns(DataWarning, match=r"'-' is no number.*\(1\).*missing=\['-'\] \(--missing -\).*'\*'"):
        assert values(path)["orgs"] == ["error", "error", 5]
    assert values(path, missing=["-", "*"])["orgs"] == ["unknown", "unknown", 5]


def test_further_sheets_are_named(book: Any, values: Any) -> None:
    with pytest.warns(DataWarning, match="further sheets, which are not read: '说明'; this is 'Sheet1'"):
        assert values(book([HEAD, [A, 5]], 说明=[["x"]], 空=[]))["orgs"] == [5]


def test_sheets_named_by_level_come_along(book: Any, ruleset: Any) -> None:
    path = book([], 社区=[HEAD, [A, 5]], 区县=[["代码", "有方案"], ["210202", "是"]], 填写说明=[["如何填"]])

    result = commscore.evaluate(path, ruleset)

    assert result.units["key"].to_pylist() == [A]
    assert "pass" in {each["status"] for each in result.findings(level="area").to_pylist() if each["rule"] == "plan"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sheet": "没有"}, "has no sheet '没有'; there are 'Sheet1'"),
        ({"sheet": 3}, "has no sheet 3"),
        ({"sheet": 0}, "counted from 1"),
        ({"header_row": 0}, "counted from 1"),
        ({"skip_rows": -1}, "skip_rows"),
        ({"encoding": "utf-8"}, "encoding: that is for CSV files"),
        ({"encoding": "klingon"}, "there is no 'klingon'"),
    ],
)
def test_options_that_make_no_sense_are_refused(book: Any, values: Any, options: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        values(book([HEAD, [A, 5]]), **options)


def test_options_for_files_are_not_for_tables(ruleset: Any) -> None:
    with pytest.raises(UsageError, match="header_row: that is for files; data is dict"):
        commscore.evaluate({"orgs": [1]}, ruleset, header_row=2)


def test_other_workbooks_are_refused_with_what_to_do(tmp_path: Path, values: Any) -> None:
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0")

    with pytest.raises(UsageError, match=r"save it as \.xlsx"):
        values(tmp_path / "old.xls")


def test_a_file_that_is_no_workbook_is_named(tmp_path: Path, values: Any) -> None:
    (tmp_path / "no.xlsx").write_bytes(b"PK nothing")

    with pytest.raises(DataError, match=r"no\.xlsx cannot be read"):
        values(tmp_path / "no.xlsx")


def test_without_the_extra_it_is_said_how_to_get_it(book: Any, values: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)

    with pytest.raises(UsageError, match=r"pip install 'commscore\[excel\]'"):
        values(book([HEAD, [A, 5]]))


def test_folders_of_workbooks_and_csv_files_are_read_together(book: Any, ruleset: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    book([["title"], HEAD, [A, "1,005"]]).rename(tmp_path / "in/a.xlsx")
    (tmp_path / "in/b.csv").write_bytes('题\n代码,社会组织数量\n210202001002,"2,006"\n'.encode("gb18030"))

    output = commscore.evaluate_files(tmp_path / "in", ruleset, tmp_path / "out", header_row=2, findings="all")

    units = pq.read_table(output.path / "units.parquet")
    assert units["key"].to_pylist() == [A, B]
    assert units["status.orgs"].to_pylist() == ["pass", "pass"]
    assert output.manifest["options"]["header_row"] == 2
