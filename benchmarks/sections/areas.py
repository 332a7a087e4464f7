"""Areas: verdicts, counts and scores of few large and of many small areas."""

from __future__ import annotations

import attrs

from comparing import compare
from contenders import contenders
from figures import generated, shuffled
from options import Options
from province import make_province
from report import Section
from work import Work

ROUNDS = 3  # four tables of contenders that take seconds each


def sections(options: Options) -> list[Section]:
    """Compare for 3,000 and 100,000 areas, with the units sorted by code and in no order."""
    found = []
    for groups, level in ((options.scaled(3000), "county"), (options.scaled(100_000), "township")):
        province = make_province(options.rows, groups=min(groups, options.rows), level=level)
        work = generated(province)
        found.append(_compared(work, options, "sorted by code"))
        found.append(_compared(attrs.evolve(work, units=shuffled(work.units)), options, "in random order"))
    return found


def _compared(work: Work, options: Options, order: str) -> Section:
    scoring, _ = contenders("SCORING", "ours")
    entrants, absent = contenders("AREAS", "ours", "polars", "duckdb")
    alone = [attrs.evolve(scoring[0], name="commscore, units instead of areas", read=None)]
    title = f"Areas: {work.province.groups:,} of {work.province.rows:,} units, {order}"
    notes = [
        "The first line scores the same units without areas (statuses and scores out, as in memory above).",
        "All count by area, scope and rule, and come to verdicts, scores and mean scores of units.",
        *(f"Not installed: {name}." for name in absent),
    ]
    return compare(
        title,
        work,
        [*alone, *entrants],
        attrs.evolve(options.effort, rounds=min(options.effort.rounds, ROUNDS), budget=5.0),
        base="units",
        notes=notes,
    )
