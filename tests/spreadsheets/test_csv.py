"""CSV files of every encoding that offices use."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._ruleset import Input, InputType, Text
from commscore._tables._numerals import numeral
from commscore._tables._spellings import as_number
from commscore.errors import DataError, UsageError

A, B = "210202001001", "210202001002"
TEXT = f'统计用区划代码,社会组织数量（个）\n{A},12\n{B},"1,234"\n'


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "gb18030"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_are_found_out(tmp_path: Path, values: Any, mark: bytes, encoding: str, end: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(mark + TEXT.replace("\n", end).encode(encoding))

    assert values(path)["orgs"] == [12, 1234]


def test_an_encoding_late_in_a_large_file_counts(tmp_path: Path, values: Any) -> None:
    rows = "".join(f"{210202000000 + row},{row},a\n" for row in range(5000))
    path = tmp_path / "d.csv"
    path.write_bytes(b"code,orgs,name\n" + rows.encode() + f"{A[:6]}999999,7,社区\n".encode("gb18030"))

    assert values(path)["orgs"][-1] == 7


def test_an_encoding_that_is_said_must_be_that(tmp_path: Path, values: Any) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(TEXT.encode("gb18030"))

    assert values(path, encoding="GBK")["orgs"] == [12, 1234]
    with pytest.raises(DataError, match="is not utf-8, as encoding= says"):
        values(path, encoding="utf8")


def test_compressed_files_have_encodings_too(tmp_path: Path, values: Any) -> None:
    path = tmp_path / "d.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode("gb18030")))

    assert values(path)["orgs"] == [12, 1234]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_names_below_titles_and_above_units(tmp_path: Path, values: Any, encoding: str) -> None:
    lines = TEXT.splitlines()
    path = tmp_path / "d.csv"
    path.write_bytes("\n".join(['"2024年\n统计表",', "", lines[0], ",（个）", *lines[1:], ",", " ,"]).encode(encoding))

    assert values(path, header_row=3, skip_rows=1)["orgs"] == [12, 1234]
    with pytest.raises(DataError, match="--header-row 3"):
        values(path)
    with pytest.raises(DataError, match=r"row 4, .*--skip-rows 1"):
        values(path, header_row=3)
    with pytest.raises(DataError, match="no row 30"):
        values(path, header_row=30)


def test_rows_of_nothing_but_separators_are_no_rows(tmp_path: Path, values: Any) -> None:
    path = tmp_path / "d.csv"
    path.write_text("orgs,name\n1,a\n,\n2,\n ,　\n,b\n,\r\n,", encoding="utf-8")

    assert values(path)["orgs"] == [1, 2, "unknown"]


def test_sheets_are_for_workbooks(tmp_path: Path, values: Any) -> None:
    (tmp_path / "d.csv").write_text(TEXT, encoding="utf-8")

    with pytest.raises(UsageError, match="sheet: that is for workbooks"):
        values(tmp_path / "d.csv", sheet="Sheet1")


def test_signs_and_separators_of_tables_in_memory_are_errors_as_ever(values: Any) -> None:
    assert values({"orgs": ["1,234", "12"]})["orgs"] == ["error", 12]


RATES = [Input("r", Text("r"), InputType.RATE, places=9, stored_as=how) for how in ("fraction", "percent", "permille")]


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_grouped_numbers_are_the_numbers_without_groups(number: int, places: int) -> None:
    plain = f"{number}.{'5' * places}".rstrip(".")
    grouped = f"{number:,}.{'5' * places}".rstrip(".")
    read = as_number(Input("n", Text("n"), InputType.QUANTITY, places=4))

    assert numeral(read(grouped)) == numeral(plain)
    assert numeral(read(grouped.translate({ord(","): "，", ord("-"): "－"}))) == numeral(plain)


@given(st.text("0123456789,.-%１，", min_size=1, max_size=12))
def test_what_is_respelled_means_the_same_or_stays(text: str) -> None:
    for entry in RATES:
        found = as_number(entry)(text)
        if found != text:
            assert numeral(found) is not None
