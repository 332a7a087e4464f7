"""How the rows of a file lie: on which sheet, below which row of names, in which encoding."""

from __future__ import annotations

import codecs
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


@attrs.frozen
class Layout:
    """Where a file has its names and rows; each is only for kinds of file that have it.

    Attributes:
        sheet: The sheet of a workbook, by name or by number from 1; without it the first one.
        header_row: The row of the column names, counted from 1 as a spreadsheet shows it; without it the first.
        skip_rows: How many rows below the names hold no data, such as one with units.
        encoding: The encoding of a CSV file; without it found out.
    """

    sheet: str | int | None = None
    header_row: int | None = None
    skip_rows: int = 0
    encoding: str | None = None


PLAIN = Layout()


@attrs.frozen
class Laid:
    """A file, and how its rows lie."""

    path: Path
    layout: Layout = PLAIN


def layout_of(sheet: Any, header_row: Any, skip_rows: Any, encoding: Any) -> Layout:
    """Check what a caller says of a file.

    Raises:
        UsageError: An argument that makes no sense.
    """
    if sheet is not None and (isinstance(sheet, bool) or not isinstance(sheet, str | int) or sheet in ("", 0)):
        raise UsageError(f"sheet: give the name of a sheet, or its number counted from 1, not {sheet!r}")
    if header_row is not None and not _is_count(header_row, least=1):
        raise UsageError(f"header_row: give the number of the row, counted from 1, not {header_row!r}")
    if not _is_count(skip_rows, least=0):
        raise UsageError(f"skip_rows: give how many rows below the names hold no data, not {skip_rows!r}")
    if encoding is not None:
        try:
            encoding = codecs.lookup(encoding).name
        except (LookupError, TypeError):
            raise UsageError(f"encoding: there is no {encoding!r}; say utf-8, gb18030 or utf-16") from None
    return Layout(sheet, header_row, skip_rows, encoding)


def parted(options: Mapping[str, Any]) -> tuple[dict[str, Any], Layout]:
    """Take what is said of how the rows of files lie out of the options.

    Raises:
        UsageError: An argument that makes no sense.
    """
    names = attrs.fields_dict(Layout)
    rest = {name: value for name, value in options.items() if name not in names}
    return rest, layout_of(*(options.get(name, field.default) for name, field in names.items()))


def _is_count(value: Any, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def laid(data: Any, layout: Layout, *, argument: str = "data") -> Any:
    """Put a path together with how its rows lie; data that is no path goes through as it is.

    Raises:
        UsageError: It is no path, but something is said of how its rows lie.
    """
    if isinstance(data, str | os.PathLike):
        return Laid(Path(data), layout)
    if layout != PLAIN:
        raise UsageError(f"{_said(layout)}: that is for files; {argument} is {type(data).__name__}")
    return data


def refuse_said(layout: Layout, path: Path, known: Mapping[str, str]) -> None:
    """Refuse what makes no sense for a kind of file.

    Args:
        layout: What the caller says.
        path: The file.
        known: What may not be said of such a file, and for which kind it is.

    Raises:
        UsageError: The argument, and the kinds of file that it is for.
    """
    for name, kind in known.items():
        if getattr(layout, name) != getattr(PLAIN, name):
            raise UsageError(f"{name}: that is for {kind}; {path} is none")


def _said(layout: Layout) -> str:
    """Name what differs from the usual."""
    return ", ".join(name for name in attrs.fields_dict(Layout) if getattr(layout, name) != getattr(PLAIN, name))
