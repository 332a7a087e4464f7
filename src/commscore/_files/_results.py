"""What an evaluation of files tells: while it runs, and at its end."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow.parquet as pq

from commscore._results import Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from commscore._engine import _integers as ints
    from commscore._files._totals import Totals


@attrs.frozen
class Progress:
    """How far an evaluation of files has come.

    Attributes:
        rows: Units scored so far.
        total: Units in all; null where the files do not tell beforehand.
        file: The file being read.
        seconds: Time since the start.
    """

    rows: int
    total: int | None
    file: Path
    seconds: float


class StreamedResult(Result):
    """A result whose units were written to a file, not kept; what was counted of them is at hand."""

    def __init__(self, result: Result, totals: Totals, path: Path) -> None:
        super().__init__(result.context, (), result.run, result.own)
        self._totals = totals
        self._path = path

    @cached_property
    def unit_counts(self) -> ints.Ints:
        """Return the counts that were made while the units streamed by."""
        return self._totals.counts

    @property
    def streamed_cells(self) -> Mapping[tuple[str, str], Sequence[int]]:
        """Return how many cells were missing, invalid, and there."""
        return self._totals.cells

    @cached_property
    def units(self) -> Any:
        """Return the units' scores and grades, without keys."""
        names = ["score", "score_low", "score_high", "coverage", "maximum", "grade", "grade_low", "grade_high"]
        return pq.read_table(self._path, columns=names)


@attrs.frozen(eq=False)
class Output:
    """What `evaluate_files` has left in its output folder.

    Attributes:
        path: The folder.
        rows: Units scored.
        totals: Counts of units, areas and findings, and the mean scores: the manifest's ``totals``.
        manifest: Everything that ``manifest.json`` holds.
    """

    path: Path
    rows: int
    totals: Mapping[str, Any]
    manifest: Mapping[str, Any]
    _result: StreamedResult = attrs.field(repr=False)

    @property
    def areas(self) -> Any:
        """Return what `Result.areas` is."""
        return self._result.areas

    @property
    def rules(self) -> Any:
        """Return what `Result.rules` is."""
        return self._result.rules

    def summary(self, *, lang: str = "en") -> str:
        """Return what `Result.summary` says; the scores of units are read from the folder."""
        return self._result.summary(lang=lang)
