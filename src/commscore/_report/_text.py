"""Plain text: cells made safe, long ones cut, tables aligned where characters are wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import tabulate
from wcwidth import wcswidth, wcwidth

LONGEST = 44  # columns that a cell takes at most
_UNSAFE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))  # controls, and what changes the direction of text


def clean(text: str) -> str:
    """Make text from data safe to print on one line: control characters show as their codes."""
    return "".join(_escaped(char) if unicodedata.category(char) in _UNSAFE else char for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004  # Latin-1


def width(text: str) -> int:
    """Return how many columns text takes."""
    return max(wcswidth(text), 0)


def clipped(text: str, most: int = LONGEST) -> str:
    """Cut text to so many columns, with an ellipsis where something was cut."""
    text = clean(text)
    if width(text) <= most:
        return text
    used, kept = 1, []
    for char in text:
        used += max(wcwidth(char), 0)
        if used > most:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], align: str) -> str:
    """Lay out a table; columns without any content are left out.

    Args:
        headers: One per column.
        rows: Cells as they shall be shown.
        align: One letter per column, ``l`` or ``r``.
    """
    cells = [[clean(cell) for cell in row] for row in rows]
    kept = [i for i in range(len(headers)) if not cells or any(row[i] for row in cells)]
    text = tabulate.tabulate(
        [[row[i] for i in kept] for row in cells],
        headers=[headers[i].lower() for i in kept],
        tablefmt="simple",
        colalign=["right" if align[i] == "r" else "left" for i in kept] if cells else None,
        disable_numparse=True,
    )
    return "\n".join(line.rstrip() for line in text.splitlines())


def headed(heading: str, body: Iterable[str]) -> list[str]:
    """Return lines under an underlined heading, with a blank line before."""
    return ["", heading, "=" * width(heading), *body]
