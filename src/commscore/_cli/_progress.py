"""How far a long run has come, on stderr, where that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from commscore._files import Progress

_UNITS = "{task.completed:,.0f} units"


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Show a line that is rewritten while units are scored, and removed at the end.

    Yields:
        What to call with each step; null where nothing is shown.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.TextColumn(f"{_UNITS}, {{task.fields[rate]}}", markup=False),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring", total=None, rate="")

        def step(found: Progress) -> None:
            rate = f"{found.rows / found.seconds:,.0f}/s" if found.seconds else ""
            bar.update(task, description=found.file.name, completed=found.rows, total=found.total, rate=rate)

        yield step
