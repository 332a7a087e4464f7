"""What was asked for on the command line."""

from __future__ import annotations

from pathlib import Path

import attrs

from timing import Effort


@attrs.frozen
class Options:
    """Sizes of a run.

    Attributes:
        rows: Units in memory and in files.
        folder: Where files are written; emptied at the end.
        effort: How hard to measure.
        full: Go up to fifty million rows.
        quick: A few hundred rows, to see that everything runs; the times mean nothing.
        units: A Parquet file of real units, with `code` and `kind`.
    """

    rows: int
    folder: Path
    effort: Effort = attrs.field(factory=Effort)
    full: bool = False
    quick: bool = False
    units: Path | None = None

    def scaled(self, rows: int) -> int:
        """Return a row count as it is, or one small enough for a quick run."""
        return max(rows // 1000, 200) if self.quick else rows
