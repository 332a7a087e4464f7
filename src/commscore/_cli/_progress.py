"""How far a long run has come, on stderr: a line on a terminal, or lines of JSON for programs."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from commscore._files import Progress

    Step = Callable[[Progress], None]

_UNITS = "{task.completed:,.0f} units"
_EVERY = 1.0  # seconds between lines of JSON


@contextmanager
def shown_progress(kind: str) -> Iterator[Step | None]:
    """Show how far a run has come.

    Args:
        kind: ``auto`` for a line that is rewritten while units are scored and removed at the end, where stderr is a
            terminal; ``json`` for lines that a program reads; ``none``.

    Yields:
        What to call with each step; null where nothing is shown.
    """
    if kind == "json":
        with _lines() as step:
            yield step
    elif kind == "none" or not sys.stderr.isatty():
        yield None
    else:
        with _bar() as step:
            yield step


@contextmanager
def _bar() -> Iterator[Step]:
    from rich import progress
    from rich.console import Console

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.TextColumn(f"{_UNITS}, {{task.fields[rate]}}", markup=False),
        progress.TextColumn("{task.fields[left]}", markup=False),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring", total=None, rate="", left="")

        def step(found: Progress) -> None:
            rate = found.rows_per_second
            bar.update(
                task,
                description="scoring" if found.file is None else found.file.name,
                completed=found.rows,
                total=found.total,
                rate="" if rate is None else f"{rate:,.0f}/s",
                left=_clock(found.seconds_left),
            )

        yield step


def _clock(seconds: float | None) -> str:
    """Write a time as hours, minutes and seconds."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} left"


@contextmanager
def _lines() -> Iterator[Step]:
    """Write a line for the first step, one now and then, and one for the last."""
    last: list[Progress] = []
    written: list[float] = []

    def step(found: Progress) -> None:
        last[:] = [found]
        if not written or monotonic() - written[0] >= _EVERY:
            written[:] = [monotonic()]
            _write(found, "scoring")

    yield step
    for found in last:
        _write(found, "scored")


def _write(found: Progress, event: str) -> None:
    rate, left = found.rows_per_second, found.seconds_left
    line = {
        "event": event,
        "rows": found.rows,
        "total": found.total,
        "resumed": found.resumed,
        "seconds": round(found.seconds, 3),
        "rows_per_second": None if rate is None else round(rate, 1),
        "seconds_left": None if left is None else round(left, 1),
        "file": None if found.file is None else str(found.file),
    }
    sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stderr.flush()
