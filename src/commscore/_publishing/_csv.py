"""Tables as CSV files that a spreadsheet opens without harm.

A text that begins with a character which spreadsheets take for a formula gets an apostrophe before it (OWASP, CSV
injection); numbers stay as they are.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commscore._publishing._cells import header, rows
from commscore._publishing._published import TABLES
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._publishing._published import Published

ENCODINGS = ("utf-8-sig", "utf-8", "gb18030")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(published: Published, folder: Path, *, lang: str = "zh", encoding: str = "utf-8-sig") -> list[Path]:
    """Write units, areas, rules and findings as CSV files.

    Args:
        published: The run.
        folder: Where the files go; it is made where it does not exist, and files of these names in it are replaced.
        lang: The language of the headers, ``zh`` or ``en``.
        encoding: ``utf-8-sig`` (with the mark that spreadsheets look for), ``utf-8`` or ``gb18030``.

    Returns:
        The files.

    Raises:
        UsageError: There is no such encoding, or nothing can be written there.
    """
    if encoding not in ENCODINGS:
        raise UsageError(f"encoding: there is no {encoding!r}; there are {', '.join(ENCODINGS)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(published, name, folder / f"{name}.csv", lang, encoding) for name in TABLES]
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror or error}") from None


def _write(published: Published, name: str, path: Path, lang: str, encoding: str) -> Path:
    beside = path.with_name(f".{path.name}.part")
    with beside.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        for number, batch in enumerate(published.batches(name)):
            if not number:
                writer.writerow([header(column, lang) for column in batch.schema.names])
            writer.writerows([harmless(cell) for cell in row] for row in rows(batch))
    return beside.replace(path)


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_DANGEROUS) else cell
