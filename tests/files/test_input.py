"""What is read, and what is refused with every file listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import commscore

Save = Callable[[pa.Table, Path], Path]


def refused(src: object, ruleset: commscore.Ruleset, tmp_path: Path, **options: object) -> str:
    """The message of the error, once it is sure that nothing was left behind."""
    with pytest.raises(commscore.DataError) as caught:
        commscore.evaluate_files(src, ruleset, tmp_path / "out", **options)  # type: ignore[arg-type]
    assert not [path.name for path in tmp_path.iterdir() if "out" in path.name]
    return str(caught.value)


def test_a_truncated_parquet_file_is_named(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    path = saved(table, tmp_path / "a.parquet")
    path.write_bytes(path.read_bytes()[:-50])

    assert refused(path, ruleset, tmp_path).startswith(f"data: {path} cannot be read: ")


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.arrow"])
def test_an_empty_file_is_named(name: str, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")

    assert f"{tmp_path / name} cannot be read: " in refused(tmp_path / name, ruleset, tmp_path)


def test_a_file_damaged_in_the_middle_leaves_nothing(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    path = saved(table, tmp_path / "a.parquet")
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 3)
    path.write_bytes(content)

    assert f"{path} cannot be read" in refused(path, ruleset, tmp_path)


def test_every_file_that_lacks_a_column_is_listed(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    saved(table.slice(0, 9), tmp_path / "in/a.parquet")
    saved(table.slice(9, 9).drop_columns(["orgs"]), tmp_path / "in/b.csv")
    saved(table.slice(18, 9).drop_columns(["kind", "area", "note"]), tmp_path / "in/c.arrow")
    (tmp_path / "in/d.parquet").write_bytes(b"no Parquet")

    message = refused(tmp_path / "in", ruleset, tmp_path)
    assert "d.parquet cannot be read" in message

    (tmp_path / "in/d.parquet").unlink()
    lines = refused(tmp_path / "in", ruleset, tmp_path).splitlines()
    assert lines[0] == "2 faults in the data"
    assert lines[1].startswith(
        f"- {tmp_path / 'in/b.csv'}: has no column for 'orgs', which {tmp_path / 'in/a.parquet'} has"
    )
    assert lines[2].startswith(f"- {tmp_path / 'in/c.arrow'}: has no column for 'kind', 'area', which")


def test_a_column_that_only_a_later_file_has_is_missing_in_the_first(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    src = [
        saved(table.slice(0, 9).drop_columns(["orgs"]), tmp_path / "a.parquet"),
        saved(table.slice(9, 9), tmp_path / "b.parquet"),
    ]

    assert "a.parquet: has no column for 'orgs', which" in refused(src, ruleset, tmp_path)


def test_columns_of_no_interest_may_differ(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    src = [
        saved(table.slice(0, 9).drop_columns(["note"]), tmp_path / "a.parquet"),
        saved(table.slice(9, 9), tmp_path / "b.parquet"),
    ]

    assert commscore.evaluate_files(src, ruleset, tmp_path / "out").rows == 18


def test_keys_are_unique_over_all_files(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    src = [saved(table.slice(0, 9), tmp_path / "a.parquet"), saved(table.slice(7, 9), tmp_path / "b.csv")]

    message = refused(src, ruleset, tmp_path)

    assert "2 keys are not unique" in message
    assert f"row 7 is row 7 of {src[0]}, row 8 is row 8 of {src[0]}, row 9 is row 0 of {src[1]}" in message


def test_a_file_without_the_key_column_is_named(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    src = [
        saved(table.slice(0, 9), tmp_path / "a.csv"),
        saved(table.slice(9, 9).drop_columns(["note"]), tmp_path / "b.csv"),
    ]

    assert f"{src[1]}: key: the table has no column 'note'" in refused(src, ruleset, tmp_path, key="note")


def test_nested_columns_of_later_files_are_named(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    nested = table.slice(9, 2)
    nested = nested.set_column(2, "orgs", pa.array([[1], [2]]))
    src = [saved(table.slice(0, 9), tmp_path / "a.parquet"), saved(nested, tmp_path / "b.parquet")]

    assert f"{src[1]}, column 'orgs'" in refused(src, ruleset, tmp_path)


def test_ragged_rows_are_counted(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,orgs\n210202001001,3\n210202001002\n", encoding="utf-8")

    assert "rows need 2 cells" in refused(path, ruleset, tmp_path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "none.csv", "there is no file or folder"),
        (lambda folder: f"{folder}/*.csv", "matches no Parquet, CSV, XLSX or Arrow file"),
        (lambda folder: folder, "holds no Parquet, CSV, XLSX or Arrow file"),
        (lambda _: [], "give the path of a file or folder, a glob, or a list of these"),
        (lambda _: {"code": []}, "dict is for evaluate"),
        (lambda _: "", "an empty text is no path"),
    ],
)
def test_what_is_not_there_is_said(
    make: Callable[[Path], object], message: str, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()

    with pytest.raises(commscore.UsageError, match=message):
        commscore.evaluate_files(make(folder), ruleset, tmp_path / "out")  # type: ignore[arg-type]


def test_a_file_given_twice_is_said(table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save) -> None:
    path = saved(table, tmp_path / "in/a.parquet")

    with pytest.raises(commscore.UsageError, match=r"a\.parquet is there twice"):
        commscore.evaluate_files([path, tmp_path / "in"], ruleset, tmp_path / "out")


def test_hidden_files_are_passed_over_and_spreadsheets_not_without_a_word(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    saved(table.slice(0, 9), tmp_path / "in/b/a.parquet")
    saved(table.slice(0, 9), tmp_path / "in/.hidden/a.parquet")
    saved(table.slice(0, 9), tmp_path / "in/_delta/a.parquet")
    (tmp_path / "in/README.md").write_text("nothing")
    (tmp_path / "in/ring").symlink_to(tmp_path / "in")
    (tmp_path / "in/more.xls").write_bytes(b"")

    with pytest.warns(commscore.DataWarning, match=r"passed over: \S+more\.xls$"):
        output = commscore.evaluate_files(tmp_path / "in", ruleset, tmp_path / "out")

    assert output.rows == 9


def test_a_name_with_signs_of_a_glob_is_still_a_name(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    path = saved(table.slice(0, 5), tmp_path / "units [2024]*.csv")

    assert commscore.evaluate_files(str(path), ruleset, tmp_path / "out").rows == 5


def test_a_choice_of_findings_that_there_is_not_is_said(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    with pytest.raises(commscore.UsageError, match="there is no 'some'; there are all, failing, none"):
        commscore.evaluate_files(tmp_path, ruleset, tmp_path / "out", findings="some")


def test_a_misspelt_column_is_told_once(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    names = ["home" if name == "homes" else name for name in table.column_names]
    src = [
        saved(table.slice(0, 5).rename_columns(names), tmp_path / "a.csv"),
        saved(table.slice(5, 5).rename_columns(names), tmp_path / "b.csv"),
    ]

    with pytest.warns(commscore.DataWarning, match="did you mean .homes.") as caught:
        commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert len(caught) == 1
