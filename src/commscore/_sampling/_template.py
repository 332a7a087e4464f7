"""Ruleset -> an empty table for those who are to supply its data."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from commscore import _arguments as arguments
from commscore._loading import load_ruleset
from commscore._sampling._asked import asked_by_level, main_level
from commscore._sampling._books import Sheet, write_book
from commscore._sampling._notes import HEADINGS, notes_of
from commscore._tables._workbooks import SHEETS
from commscore.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from commscore._ruleset import Ruleset

_HOW = (
    "每行一个单位，每个工作表一个层级；第一行是列名，请勿改动、合并或插入标题行。",
    "区划代码是文本，不要存成数字；没有数据的单元格留空：空白表示不知道，不表示零。",
    "不要加合计行、单位行和备注行；数字后不要写单位。",
)


def template(
    ruleset: str | Path | Ruleset, path: str | os.PathLike[str], *, level: str | None = None
) -> tuple[Path, ...]:
    """Write an empty table for suppliers of data to fill in, which `evaluate` reads back as it is.

    Args:
        ruleset: An id, a path or a loaded ruleset.
        path: A ``.xlsx`` file: a sheet for each level that rules need, cells that take only what can be meant, notes on
            each column, and a sheet on how to fill in. Or a ``.csv`` file: the names only, with a file for each further
            level beside it, and one with the notes. What is there is replaced.
        level: The only level wanted; by default all.

    Returns:
        The files written, that of the units first.

    Raises:
        RulesetError: The ruleset cannot be used.
        UsageError: There is nothing asked at that level, or nothing can be written there.

    Example:
        >>> import commscore, tempfile, pathlib
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> [path.name for path in commscore.template("taian-2023", folder / "taian.csv")]
        ['taian.csv', 'taian-county.csv', 'taian-city.csv', 'taian-notes.csv']
    """
    loaded, path = load_ruleset(arguments.ruleset_name(ruleset)), Path(path)
    asked = asked_by_level(loaded)
    if level is not None and level not in asked:
        raise UsageError(f"level: {loaded.id} asks nothing of {level!r}; there are {', '.join(asked) or 'none'}")
    main = level or main_level(asked)
    levels = [main, *(at for at in asked if at != main and level is None)]
    sheets = [Sheet(at, notes_of(loaded, at, asked.get(at, ()))) for at in levels]
    match path.suffix.lower():
        case ".xlsx":
            write_book(path, sheets, about=(f"{loaded.title.zh}（{loaded.id}）数据填报表", *_HOW))
            return (path,)
        case ".csv":
            return _write_csv(path, sheets)
        case _:
            raise UsageError(f"template: {path} is neither .xlsx nor .csv")


def _write_csv(path: Path, sheets: Sequence[Sheet]) -> tuple[Path, ...]:
    files = [path if not number else beside(path, sheet.level) for number, sheet in enumerate(sheets)]
    for file, sheet in zip(files, sheets, strict=True):
        write_rows(file, [[note.heading for note in sheet.notes], *sheet.rows])
    notes = beside(path, "notes")
    lines = [(SHEETS[sheet.level], *note.cells) for sheet in sheets for note in sheet.notes]
    write_rows(notes, [("工作表", *HEADINGS), *lines])
    return (*files, notes)


def beside(path: Path, what: str) -> Path:
    """Return the name of a file that belongs to another."""
    return path.with_name(f"{path.stem}-{what}{path.suffix}")


def write_rows(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write a CSV file with the mark that spreadsheets look for.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
