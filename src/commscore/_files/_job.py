"""What is to be done, settled before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from commscore._files._joining import Joined, Reading, join_files, join_stream
from commscore._files._manifest import now
from commscore._status import STATUSES, E, F, U

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from commscore._files._results import Progress
    from commscore._files._selection import Selection
    from commscore._ruleset import Ruleset

# Which findings of units the long table holds.
KEPT = {"all": tuple(range(len(STATUSES))), "failing": (F, U, E), "none": ()}
# Rows of a block, fewer where there are many rules: memory grows with rows times rules.
BLOCK_ROWS = 65536
_BLOCK_FINDINGS = 1 << 20


@attrs.frozen(eq=False)
class Job:
    """What is to be done.

    Attributes:
        ruleset: The ruleset.
        data: The units' files; null when they come as a stream.
        further: Files of other levels, by level.
        options: What the caller asked for, as ``open_session`` takes it.
        findings: Which findings of units are kept.
        out: The output folder.
        progress: What to call after each block.
        started: When it began.
        source: The stream of units; null when they are in files.
        sink: What units and statuses are written to as an Arrow stream, in place of the folder's ``units.parquet``.
        whole: Whether the folder is to hold all results; else only what a summary needs.
        resume: Whether the run may be one that carries on, and may be carried on.
    """

    ruleset: Ruleset
    data: Selection | None
    further: Mapping[str, Selection]
    options: Mapping[str, Any]
    findings: str
    out: Path
    progress: Callable[[Progress], None] | None
    started: datetime
    source: Any = None
    sink: Any = None
    whole: bool = True
    resume: bool = False

    @property
    def tables(self) -> dict[str, Selection]:
        """Return the files of every table that comes in files; those of the units have no level."""
        return ({} if self.data is None else {"": self.data}) | dict(self.further)

    @property
    def block_rows(self) -> int:
        """Return how many units are scored together."""
        return max(1, min(BLOCK_ROWS, _BLOCK_FINDINGS // max(1, len(self.ruleset.rules))))

    def seconds(self) -> float:
        """Return how long it has been at work."""
        return (now() - self.started).total_seconds()

    @property
    def paths(self) -> list[Path]:
        """Return every file that is read."""
        return [file.path for selection in self.tables.values() for file in selection.files]


def joined_tables(job: Job, *, skip: int = 0) -> dict[str, Joined]:
    """Open the files of all tables.

    Args:
        job: What is to be done.
        skip: How many units at the beginning are not wanted.
    """
    joined = {}
    for level, selection in job.tables.items():
        reading = _reading(job, level)
        joined[level] = join_files(selection.files, reading if level else attrs.evolve(reading, skip=skip))
    if job.data is None:
        joined[""] = join_stream(job.source, _reading(job, ""))
    return joined


def _reading(job: Job, level: str) -> Reading:
    own = {} if level else {"key": job.options["key"], "columns": job.options["columns"]}
    return Reading(job.ruleset, name=level or "data", missing=job.options["missing"], block_rows=job.block_rows, **own)
