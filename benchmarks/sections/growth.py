"""How time grows with rows, rules and areas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from contenders import contenders
from figures import generated
from options import Options
from province import make_province
from report import Section
from sections.files import RULES, measure, units_file
from timing import Effort, Timing, interleaved
from work import Work

ROWS = (200_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
MANY_ROWS = (20_000_000, 50_000_000)
RULE_COUNTS = (5, 10, 30, 100, 300)
AREAS = (10, 100, 1000, 10_000, 100_000)
EFFORT = Effort(rounds=3, budget=5.0)
_MOST_COUNTIES = 5000  # more areas than this are townships, whose codes leave room for 999 units each


def sections(options: Options) -> list[Section]:
    """Measure commscore alone; the in-memory tables hold its peers."""
    return [_by_rows(options), _by_rules(options), _by_areas(options)]


def _by_rows(options: Options) -> Section:
    rows = []
    for count in (*ROWS, *(MANY_ROWS if options.full else ())):
        size = options.scaled(count)
        source = units_file(options, size)
        found = measure(["commscore"], source, options.folder, rounds=1 if count > ROWS[2] or options.quick else 2)
        rows.append(
            _row("units", size, size * RULES, found["commscore"].timing) | {"peak MB": found["commscore"].peak_mb}
        )
        if count > ROWS[2]:
            source.unlink()
    return Section(
        f"Growth in rows: evaluate_files, {RULES} rules, a process each",
        rows,
        [_fit("units", rows), "Up to 50,000,000 units with --full." if not options.full else "The largest asked for."],
    )


def _by_rules(options: Options) -> Section:
    size = options.scaled(200_000)
    works = {count: generated(make_province(size, count)) for count in RULE_COUNTS}
    timings = _timings("SCORING", works)
    rows = [_row("rules", count, size * count, timings[str(count)]) for count in RULE_COUNTS]
    return Section(f"Growth in rules: statuses and scores of {size:,} units in memory", rows, [_fit("rules", rows)])


def _by_areas(options: Options) -> Section:
    size = options.scaled(500_000)
    counts = [count for count in AREAS if count <= size]
    levels = {count: "county" if count <= _MOST_COUNTIES else "township" for count in counts}
    works = {count: generated(make_province(size, groups=count, level=levels[count])) for count in counts}
    timings = _timings("AREAS", works)
    rows = [_row("areas", count, size * RULES, timings[str(count)]) for count in counts]
    return Section(
        f"Growth in areas: verdicts and scores of areas, {size:,} units × {RULES} rules", rows, [_fit("areas", rows)]
    )


def _timings(job: str, works: dict[int, Work]) -> dict[str, Timing]:
    ours = contenders(job, "ours")[0][0]
    jobs: dict[str, Callable[[], Any]] = {str(n): partial(ours.run, ours.prepare(work)) for n, work in works.items()}
    return interleaved(jobs, EFFORT)


def _row(what: str, count: int, row_rules: int, timing: Timing) -> dict[str, Any]:
    return {
        what: count,
        "best s": timing.best,
        "spread": timing.spread,
        "ns per unit and rule": 1e9 * timing.best / row_rules,
    }


def _fit(what: str, rows: Sequence[dict[str, Any]]) -> str:
    """Say how time grows: a line through the times, and the exponent of the last tenfold (or nearly so)."""
    sizes, seconds = np.array([row[what] for row in rows], float), np.array([row["best s"] for row in rows], float)
    slope, start = np.polyfit(sizes, seconds, 1)
    rest = seconds - (start + slope * sizes)
    explained = 1 - float((rest**2).sum() / max(((seconds - seconds.mean()) ** 2).sum(), 1e-300))
    per = 1_000_000 if what == "units" else 100
    first = int(np.argmin(np.abs(np.log(sizes[:-1] * 10 / sizes[-1]))))
    exponent = np.log(seconds[-1] / seconds[first]) / np.log(sizes[-1] / sizes[first])
    return (
        f"Line: {start:.3g} s + {per * slope:.3g} s per {per:,} {what}, R² {explained:.4f}; "
        f"from {int(sizes[first]):,} to {int(sizes[-1]):,} {what} time grows as {what} to the power of {exponent:.2f}."
    )
