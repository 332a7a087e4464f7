"""Spark: what commscore on executors costs beside Spark SQL for the same rules."""

from __future__ import annotations

import attrs

from comparing import compare
from contenders import contenders
from figures import generated
from options import Options
from province import make_province
from report import Section

ROWS = 200_000  # ten times as many in a full run
ROUNDS = 3


def sections(options: Options) -> list[Section]:
    """Compare on a generated province, Parquet in and Parquet out."""
    rows = min(options.rows, 10 * ROWS if options.full else ROWS)
    province = make_province(rows)
    entrants, absent = contenders("SPARK", "spark")
    title = f"Spark, Parquet to Parquet: {rows:,} units × {len(province.rules)} rules"
    if not entrants:
        return [Section(title, [], [f"Not installed: {name}." for name in absent])]
    effort = attrs.evolve(options.effort, rounds=min(options.effort.rounds, ROUNDS), budget=30.0)
    notes = [
        "commscore reads the rows twice: to check keys and add up areas (the second line), then for the units.",
        "It writes statuses, scores with limits, coverage, grades and counts.",
        "The query by hand writes a truth per rule and the score, checks no keys and knows no areas.",
    ]
    return [compare(title, generated(province), entrants, effort, base="sums", notes=notes)]
