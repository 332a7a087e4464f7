"""Contenders side by side on the same work: first their answers, then their times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from contenders import Contender, version_of
from outputs import check_equal
from report import Section
from timing import Effort, Timing, interleaved
from work import Work

REFERENCE = "commscore"


def compare(
    title: str,
    work: Work,
    entrants: Sequence[Contender],
    effort: Effort,
    *,
    base: str = "floor",
    notes: Sequence[str] = (),
) -> Section:
    """Check that all give the same answer, then time them in turn.

    Args:
        title: What the table is called.
        work: What each is given.
        entrants: The contenders; the first that has a `read` says what is expected.
        effort: How hard to measure.
        base: What the contenders without a `read`, the first of which all are divided by, are called.
        notes: Lines below the table.

    Raises:
        DifferentOutputError: One gave another answer; nothing is timed then.
    """
    jobs: dict[str, Callable[[], Any]] = {each.name: partial(each.run, each.prepare(work)) for each in entrants}
    same = check_answers(entrants, jobs)
    timings = interleaved(jobs, effort)
    floor = next((each.name for each in entrants if each.read is None), None)
    rows = [_row(each, timings) for each in entrants]
    if floor:
        rows = [row | {f"÷ {base}": row["best s"] / timings[floor].best} for row in rows]
    return Section(title, rows, [*same, *notes])


def check_answers(entrants: Sequence[Contender], jobs: dict[str, Callable[[], Any]]) -> list[str]:
    """Run each once, which also warms it up, and compare what they give; say what was found equal."""
    expected: Any = None
    equal: list[str] = []
    for each in entrants:
        output = jobs[each.name]()
        if each.read is None:
            continue
        found = each.read(output)
        del output
        if expected is None:
            expected = found
        else:
            check_equal(expected, found, who=each.name)
        equal.append(each.name)
    if expected is None:
        return []
    return [
        f"Equal before timing: {expected.num_rows:,} rows of {expected.num_columns} columns, from {'; '.join(equal)}."
    ]


def _row(each: Contender, timings: dict[str, Timing]) -> dict[str, Any]:
    timing = timings[each.name]
    row: dict[str, Any] = {
        "contender": each.name,
        "version": version_of(each.package),
        "best s": timing.best,
        "spread": timing.spread,
        "runs": len(timing.seconds),
    }
    if REFERENCE in timings:
        row[f"÷ {REFERENCE}"] = timing.best / timings[REFERENCE].best
    return row
