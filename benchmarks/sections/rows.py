"""Single rows: one unit after the other, as a service gets them."""

from __future__ import annotations

from options import Options
from report import Section
from sections.peers import as_rows, measured

ROWS = 300
MODULES = ("plain", "ours", "zen", "durable", "openfisca")


def sections(options: Options) -> list[Section]:
    """Compare on a few hundred rows, in processes of their own."""
    rows = options.scaled(ROWS)
    found = measured("ROWS", MODULES, rows, options)
    title = f"Single rows: {rows:,} units × 30 rules, one call a unit"
    notes = (
        []
        if any("evaluator" in line["contender"] for line in found)
        else ["commscore.evaluator is skipped: this version does not have it."]
    )
    return [Section(title, as_rows(found, rows, "µs per unit"), notes)]
