"""Tables of results: for the terminal, for the README, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from tabulate import tabulate

RESULTS = "## Last result"


@attrs.frozen
class Section:
    """One table.

    Attributes:
        title: What was measured, with its sizes.
        rows: One mapping a line, header to value; numbers as measured. A header that a line lacks is left blank.
        notes: What a reader has to know.
    """

    title: str
    rows: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()


def as_text(section: Section) -> str:
    """Return a section for the terminal."""
    lines = [section.title, _table(section, "simple"), *(f"  {note}" for note in section.notes)]
    return "\n".join(lines) + "\n"


def as_markdown(sections: Sequence[Section], machine: Mapping[str, str]) -> str:
    """Return the section of the README that holds the results."""
    facts = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    parts = [facts, *(_markdown(section) for section in sections)]
    return "\n\n".join(parts) + "\n"


def into_page(page: str, results: str) -> str:
    """Return a page of Markdown with the results below its heading `RESULTS`, in place of those that stood there.

    A page without that heading is replaced whole.
    """
    above, heading, _ = page.partition(RESULTS)
    return f"{above}{heading}\n\n{results}" if heading else results


def as_json(sections: Sequence[Section], machine: Mapping[str, str]) -> dict[str, Any]:
    """Return everything as plain data, numbers unrounded."""
    return {"machine": dict(machine), "sections": [attrs.asdict(section) for section in sections]}


def _markdown(section: Section) -> str:
    notes = "\n".join(f"- {note}" for note in section.notes)
    return "\n\n".join(part for part in (f"### {section.title}", _table(section, "github"), notes) if part)


def _table(section: Section, style: str) -> str:
    headers = list(dict.fromkeys(header for row in section.rows for header in row))
    cells = [[_cell(header, row.get(header)) for header in headers] for row in section.rows]
    numeric = [all(not isinstance(row.get(header, 0.0), str) for row in section.rows) for header in headers]
    align = ["right" if each else "left" for each in numeric]
    return tabulate(cells, headers, tablefmt=style, colalign=align if cells else None, disable_numparse=True)


def _cell(header: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)
    if header == "spread":
        return f"+{value:.0%}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits are shown
