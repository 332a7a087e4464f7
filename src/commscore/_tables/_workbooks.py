"""Workbooks as sources: one sheet, its cells as they are, and what a reader of values alone would take for blank."""

from __future__ import annotations

import warnings
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa

from commscore._ruleset import LEVELS
from commscore._tables._cells import column_of, written
from commscore._tables._delimited import TOP
from commscore._tables._layouts import PLAIN, Laid, Layout, laid
from commscore._tables._sheets import unseen_cells
from commscore._tables._streams import Source, of_columns
from commscore.errors import DataError, DataFault, DataWarning, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORKBOOKS = (".xlsx", ".xlsm")
OLDER = (".xls", ".xlsb", ".ods", ".et")
# What sheets are called that hold the places of a level.
SHEETS = {
    "site": "点位",
    "community": "社区",
    "township": "乡镇街道",
    "county": "区县",
    "city": "市",
    "province": "省",
}

Cell = Any  # text, a number, a bool, a date or a time; "" where there is nothing
Rows = list[list[Cell]]


def open_workbook(path: Path, name: str, *, layout: Layout) -> Source:
    """Open a sheet of a workbook.

    Args:
        path: The file.
        name: What faults call the table.
        layout: The sheet and the row of the names.

    Returns:
        The source: numbers as Excel holds them, text as text, errors and merged numbers as texts that are no numbers.
        Rows and columns that are hidden are read, rows without any cell are not.

    Raises:
        UsageError: python-calamine is not installed, or there is no such sheet.
        DataError: It cannot be read, or has no names where they should be.
    """
    book = _book(path, name)
    chosen = _chosen(book, layout, path)
    if layout.sheet is None:
        _warn_of_others(book, chosen, path, name)
    rows = book.rows(chosen)
    number = layout.header_row or next((i for i, row in enumerate(rows, 1) if any(map(_filled, row))), 1)
    names = _names(rows, number)
    if not names:
        message = f"{path}: sheet {chosen!r} has no column names in row {number}"
        raise DataError([DataFault(message, table=name)])
    data = [row for row in rows[number + layout.skip_rows :] if any(map(_filled, row))]

    @cache
    def column(index: int) -> Any:
        return _column([_value(row, index) for row in data])

    top = tuple(tuple(_text(cell) for cell in row) for row in rows[: max(TOP, number)])
    found = of_columns(names, column, len(data))
    return attrs.evolve(found, spelled=True, top=top, header_row=number)


def _column(cells: list[Cell | None]) -> Any:
    """Make a column of cells; where they are of several types, text, for Arrow would take a bool for a number."""
    kinds = {type(cell) for cell in cells} - {type(None)}
    return column_of(cells) if len(kinds) < 2 else pa.array([written(cell) for cell in cells], pa.string())  # noqa: PLR2004


def _value(row: Sequence[Cell], index: int) -> Cell | None:
    return row[index] if index < len(row) and _filled(row[index]) else None


def _filled(cell: Cell) -> bool:
    return cell != "" and not (isinstance(cell, str) and not cell.strip())


def _text(cell: Cell) -> str:
    return "" if cell == "" else written(cell) or ""


def _names(rows: Rows, number: int) -> list[str]:
    """Return the names in a row, without line breaks and without what is blank at the right."""
    names = ["".join(_text(cell).split("\n")).strip() for cell in rows[number - 1]] if number <= len(rows) else []
    while names and not names[-1]:
        names.pop()
    return names


# --- books ------------------------------------------------------------------------------------------------


class _Book:
    """A workbook: its sheets, and the rows of each, read when first asked for."""

    def __init__(self, path: Path, book: Any) -> None:
        self._path = path
        self._book = book
        worksheets = [each for each in book.sheets_metadata if str(each.typ).endswith(".WorkSheet")]
        self.names = [each.name for each in worksheets]
        self.visible = [each.name for each in worksheets if str(each.visible).endswith(".Visible")] or self.names
        self._rows: dict[str, Rows] = {}

    def rows(self, name: str) -> Rows:
        """Return all rows of a sheet, from its first row and column on."""
        if name not in self._rows:
            sheet = self._book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            for (row, column), text in unseen_cells(self._path, name).items():
                _put(rows, row, column, text)
            for corner, end in sheet.merged_cell_ranges or ():
                _unmerge(rows, corner, end)
            self._rows[name] = rows
        return self._rows[name]

    def is_empty(self, name: str) -> bool:
        """Tell whether a sheet has nothing in it."""
        return self._book.get_sheet_by_name(name).height == 0


def _put(rows: Rows, row: int, column: int, cell: Cell) -> None:
    """Put a cell where the sheet may not reach to."""
    while len(rows) <= row:
        rows.append([])
    rows[row].extend([""] * (column + 1 - len(rows[row])))
    rows[row][column] = cell


def _unmerge(rows: Rows, corner: tuple[int, int], end: tuple[int, int]) -> None:
    """Give the cells that were merged below each other the text that they share; a number is that of none of them."""
    (top, left), (bottom, right) = corner, end
    if top >= len(rows) or left >= len(rows[top]) or not _filled(rows[top][left]):
        return
    cell = rows[top][left]
    if isinstance(cell, str):
        for row in range(top + 1, bottom + 1):
            _put(rows, row, left, cell)
        return
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            _put(rows, row, column, f"<merged: {_text(cell)}>")


def _book(path: Path, name: str) -> _Book:
    about = path.stat()
    return _opened(path, name, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=1)
def _opened(path: Path, name: str, _size: int, _changed: int) -> _Book:
    """Open a workbook; the last one is kept, since files are opened more than once before they are read."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            f"{path}: reading workbooks needs python-calamine; install it with: pip install 'commscore[excel]'"
        ) from None
    try:
        return _Book(path, CalamineWorkbook.from_path(path))
    except CalamineError as error:
        what = "it is locked with a password" if "assword" in f"{type(error).__name__}{error}" else str(error)
        raise DataError([DataFault(f"{path} cannot be read: {what}", table=name)]) from error


def _chosen(book: _Book, layout: Layout, path: Path) -> str:
    """Return the sheet that is asked for; else the first that can be seen."""
    said = layout.sheet
    if said is None and book.visible:
        return next((name for name in book.visible if not book.is_empty(name)), book.visible[0])
    if said in book.names:
        return str(said)
    number = said if isinstance(said, int) else int(said) if said and said.isdecimal() else 0
    if 1 <= number <= len(book.names):
        return book.names[number - 1]
    shown = ", ".join(map(repr, book.names)) or "none"
    raise UsageError(f"sheet: {path} has no sheet {said!r}; there are {shown}")


def _warn_of_others(book: _Book, chosen: str, path: Path, table: str) -> None:
    """Warn that there is more than is read."""
    others = [name for name in book.names if name != chosen and not book.is_empty(name)]
    if others:
        shown = ", ".join(map(repr, others))
        message = (
            f"{table}: {path} has further sheets, which are not read: {shown}; this is {chosen!r} (sheet=, --sheet)"
        )
        warnings.warn(message, DataWarning, stacklevel=4)


# --- a sheet for each level -------------------------------------------------------------------------------


def sheets_by_level(data: Any, level: str | None) -> tuple[Any, str | None, dict[str, Laid]]:
    """Find the sheets of a workbook that are named by level, as in the templates for suppliers.

    Args:
        data: What the caller gave; only a workbook whose sheet is not said has such sheets.
        level: The level of the units where it is said; else communities, or where none is filled in the finest.

    Returns:
        The data, which is now one sheet; its level; and the sheets of the other levels that have rows.
    """
    if not isinstance(data, Laid) or data.layout.sheet is not None or data.path.suffix.lower() not in WORKBOOKS:
        return data, level, {}
    if not data.path.is_file():
        return data, level, {}
    book = _book(data.path, "data")
    words = {word: at for at in LEVELS for word in (at, SHEETS[at])}
    named = {words[name.strip().lower()]: name for name in book.names if name.strip().lower() in words}
    below = (data.layout.header_row or 1) + data.layout.skip_rows
    filled = {at: named[at] for at in LEVELS if at in named and _has_rows(book, named[at], below)}
    units = [at for at in ("community", *LEVELS) if at in (filled or named)]
    main = level if level in named else next(iter(units), None)
    if main is None or (level is not None and level not in named):
        return data, level, {}
    sheets = {at: Laid(data.path, attrs.evolve(data.layout, sheet=name)) for at, name in (filled | named).items()}
    return sheets[main], main, {at: sheets[at] for at in filled if at != main}


def lay_out(
    data: Any, more: Mapping[str, Any] | None, level: str | None, layout: Layout = PLAIN
) -> tuple[Any, Mapping[str, Any] | None, str | None]:
    """Put data together with what the caller says of how its rows lie.

    Args:
        data: What the caller gave.
        more: Tables of other levels; they go before sheets of the same workbook.
        level: The level of the units, where it is said.
        layout: How the rows of a file lie.

    Returns:
        Data, further tables and level, as `open_table` takes them.

    Raises:
        UsageError: Something is said of how the rows of a file lie, but the data is none.
    """
    data, level, sheets = sheets_by_level(laid(data, layout), level)
    return data, {**sheets, **(more or {})} if sheets else more, level


def _has_rows(book: _Book, name: str, below: int) -> bool:
    return any(any(map(_filled, row)) for row in book.rows(name)[below:])
