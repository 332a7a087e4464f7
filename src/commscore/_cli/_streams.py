"""stdout carries data, stderr carries what people read meanwhile."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Control characters may come from the data; a terminal would obey them.
_VISIBLE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}

_WIDEST = 48  # columns of a cell in a table


def visible(text: str) -> str:
    """Return text with control characters written out, line ends and tabs apart."""
    return text.translate(_VISIBLE)


def say(text: str) -> None:
    """Write text to stdout."""
    sys.stdout.write(f"{visible(text)}\n")


def say_json(data: Any) -> None:
    """Write data to stdout as JSON."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def plain_data(data: Any) -> Any:
    """Turn what JSON has no form for, such as dates, into text."""
    return json.loads(json.dumps(data, ensure_ascii=False, default=str))


def tell(text: str) -> None:
    """Write a message for people to stderr."""
    sys.stdout.flush()
    sys.stderr.write(f"{visible(text)}\n")
    sys.stderr.flush()


def robust() -> None:
    """Make stdout and stderr write every character, as an escape where their encoding has none for it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def tabled(rows: Sequence[Mapping[str, Any]]) -> str:
    """Lay out rows as a table for people; wide characters are aligned, and long cells take several lines."""
    from tabulate import tabulate

    cells = [["" if cell is None else str(cell) for cell in row.values()] for row in rows]
    text = tabulate(
        cells, headers=list(rows[0]) if rows else (), maxcolwidths=_WIDEST, disable_numparse=True, tablefmt="simple"
    )
    return "\n".join(line.rstrip() for line in text.splitlines())
