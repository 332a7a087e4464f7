"""Workbooks for suppliers of data: a sheet for each level, cells that take only what can be meant, and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from commscore._ruleset import Input, InputType
from commscore._sampling._notes import HEADINGS, KINDS, NO, YES, Note, bounds
from commscore._tables._workbooks import SHEETS
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

NOTES_SHEET = "填写说明"
# Rows below the names that are made ready to be filled in.
_READY = 5000
_LONGEST_LIST = 255
_WIDTHS = (36, 24, 36, 10, 10, 44, 8, 48)


@attrs.frozen(eq=False)
class Sheet:
    """One sheet: its columns, and the rows that are filled in already."""

    level: str
    notes: Sequence[Note]
    rows: Sequence[Sequence[Any]] = ()


def write_book(path: Path, sheets: Sequence[Sheet], *, about: Sequence[str]) -> None:
    """Write a workbook to be filled in, or with made-up rows.

    Args:
        path: The file; one that is there is replaced.
        sheets: Its sheets.
        about: Lines above the notes.

    Raises:
        UsageError: XlsxWriter is not installed, or the file cannot be written.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
        from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415
    except ImportError:
        raise UsageError("workbooks need XlsxWriter; install it with: pip install 'commscore[excel]'") from None
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file, xlsxwriter.Workbook(file, plain) as book:
            looks = _looks(book)
            _write_notes(book, looks, sheets, about)
            written = [_write_sheet(book, looks, sheet) for sheet in sheets]
            written[0].activate()
        beside.replace(path)
    except (OSError, XlsxWriterException) as error:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error}") from None


def _looks(book: Any) -> dict[str, Any]:
    head = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDEBF7", "border": 1}
    return {
        "head": book.add_format(head),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        "whole": book.add_format({"num_format": "0"}),
        "share": book.add_format({"num_format": "0.00%"}),
    }


def _write_notes(book: Any, looks: Mapping[str, Any], sheets: Sequence[Sheet], about: Sequence[str]) -> None:
    """Write how to fill in, and a line for each column of each sheet."""
    sheet = book.add_worksheet(NOTES_SHEET)
    for column, width in enumerate((12, *_WIDTHS)):
        sheet.set_column(column, column, width)
    row = 0
    for line in about:
        sheet.write_string(row, 0, line)
        row += 1
    row += 1
    for column, title in enumerate(("工作表", *HEADINGS)):
        sheet.write_string(row, column, title, looks["head"])
    for each in sheets:
        for note in each.notes:
            row += 1
            for column, cell in enumerate((SHEETS[each.level], *note.cells)):
                sheet.write_string(row, column, cell, looks["wrap"])


def _write_sheet(book: Any, looks: Mapping[str, Any], sheet: Sheet) -> Any:
    found = book.add_worksheet(SHEETS[sheet.level])
    found.freeze_panes(1, 2)
    found.set_row(0, 60)
    last = max(_READY, len(sheet.rows))
    for column, note in enumerate(sheet.notes):
        found.set_column(column, column, 18, looks.get(_look(note)))
        found.write_string(0, column, note.heading, looks["head"])
        found.write_comment(0, column, note.text, {"x_scale": 2, "y_scale": 1.5})
        for rule in _validation(note):
            found.data_validation(1, column, last, column, rule)
    for row, cells in enumerate(sheet.rows, 1):
        for column, cell in enumerate(cells):
            _write_cell(found, (row, column), cell, looks.get(_look(sheet.notes[column])))
    return found


def _write_cell(sheet: Any, place: tuple[int, int], cell: Any, look: Any) -> None:
    if isinstance(cell, bool):
        sheet.write_string(*place, YES if cell else NO, look)
    elif isinstance(cell, str):
        sheet.write_string(*place, cell, look)
    elif cell is not None:
        sheet.write_number(*place, cell, look)


def _look(note: Note) -> str:
    """Name the look of a column: codes are text, so that no digit of theirs is lost."""
    if note.input is None:
        return "text"
    if note.input.type is InputType.RATE and note.input.stored_as == "fraction":
        return "share"
    return "whole" if note.input.type is InputType.COUNT else ""


def _validation(note: Note) -> Iterator[dict[str, Any]]:
    """Yield what the cells of a column are held to."""
    about = {"ignore_blank": True, "error_title": note.heading[:32], "error_message": note.cells[5][:255]}
    values = _values(note)
    if values:
        if len(",".join(values)) <= _LONGEST_LIST:
            yield {"validate": "list", "source": list(values), **about}
    elif note.input is not None:
        yield {
            "validate": "integer" if note.input.type is InputType.COUNT else "decimal",
            **_range(note.input),
            **about,
        }


def _values(note: Note) -> tuple[str, ...]:
    if note.name == "kind":
        return KINDS
    if note.input is None:
        return ()
    return (YES, NO) if note.input.type is InputType.FLAG else note.input.values


def _range(entry: Input) -> dict[str, Any]:
    least, most = bounds(entry)
    if most is None:
        return {"criteria": ">=", "value": float(least)}
    return {"criteria": "between", "minimum": float(least), "maximum": float(most)}
