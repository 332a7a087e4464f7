"""Scoring in memory: one nullable status a rule and a weighted score, for every unit."""

from __future__ import annotations

from comparing import compare
from contenders import contenders
from figures import generated
from options import Options
from province import make_province
from report import Section

OUTPUTS = (
    "commscore's time is `evaluate`, `wide()` and `units`: statuses with their reasons kept, the score with its "
    "limits, coverage and counts by status; the others give status and score only."
)


def sections(options: Options) -> list[Section]:
    """Compare on a generated province."""
    province = make_province(options.rows)
    ours = [*contenders("SCORING", "floor", "ours")[0], *contenders("EVALUATING", "ours")[0]]
    peers, absent = contenders("SCORING", "polars", "duckdb", "pyarrow")
    title = f"In memory: {options.rows:,} units × {len(province.rules)} rules"
    notes = [
        "The floor reads each figure once and computes nothing.",
        OUTPUTS,
        *(f"Not installed: {name}." for name in absent),
    ]
    return [compare(title, generated(province), [*ours, *peers], options.effort, notes=notes)]
