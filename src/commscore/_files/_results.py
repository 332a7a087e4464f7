"""What an evaluation of files tells: while it runs, and at its end."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow.compute as pc
import pyarrow.parquet as pq

from commscore._arguments import TableOptions
from commscore._files._spreads import spread_of
from commscore._results import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from commscore._engine import _integers as ints
    from commscore._files._totals import Totals
    from commscore._report import Spread

# What a summary is made from.
SUMMARY_COLUMNS = ("score", "score_low", "score_high", "coverage", "maximum", "grade", "grade_low", "grade_high")


@attrs.frozen
class Progress:
    """How far an evaluation of files has come.

    Attributes:
        rows: Units scored so far, those of an interrupted run that this one carries on included.
        total: Units in all; null where the files do not tell beforehand.
        file: The file whose units were scored last; null where they come as a stream.
        seconds: Time since the start.
        resumed: Units that an interrupted run had scored.

    Example:
        >>> from commscore import Progress
        >>> step = Progress(rows=30, total=90, file=None, seconds=2.0, resumed=10)
        >>> step.rows_per_second, step.seconds_left
        (10.0, 6.0)
    """

    rows: int
    total: int | None
    file: Path | None
    seconds: float
    resumed: int = 0

    @property
    def rows_per_second(self) -> float | None:
        """Return how many units are scored per second; null at the very start."""
        return (self.rows - self.resumed) / self.seconds if self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Return how many seconds the rest takes at that rate; null where that cannot be told."""
        rate = self.rows_per_second
        return (self.total - self.rows) / rate if rate and self.total is not None else None


class FileOptions(TableOptions, total=False):
    """What a caller may say of a run over files; ``commscore.evaluate_files`` tells what each means."""

    findings: str
    overwrite: bool
    resume: bool
    progress: Callable[[Progress], None] | None


class StreamedResult(Result):
    """A result whose units were written to a file, not kept; what was counted of them is at hand."""

    def __init__(self, result: Result, totals: Totals, path: Path) -> None:
        super().__init__(result.context, (), result.run, result.own)
        self._totals = totals
        self._path = path

    def moved(self, path: Path) -> StreamedResult:
        """Return the same result where the file has been given another place."""
        return StreamedResult(self, self._totals, path)

    @cached_property
    def unit_counts(self) -> ints.Ints:
        """Return the counts that were made while the units streamed by."""
        return self._totals.counts

    def following(self, column: str) -> Mapping[str, int]:
        """Return what was counted while the units streamed by."""
        return self._totals.following(column)

    @property
    def streamed_cells(self) -> Mapping[tuple[str, str], Sequence[int]]:
        """Return how many cells were missing, invalid, and there."""
        return self._totals.cells

    def spread(self, name: str) -> Spread | None:
        """Return how a column of scores spreads over the units; the file is read, but never held."""
        return spread_of(lambda: self._column(name), mean=self._totals.means.get(name.removeprefix("score_")))

    def counts(self, name: str) -> Counter[str | None]:
        """Return how many units have each word of a column."""
        found: Counter[str | None] = Counter()
        for chunk in self._column(name):
            found.update({entry["values"]: entry["counts"] for entry in pc.value_counts(chunk).to_pylist()})
        return found

    def _column(self, name: str) -> Iterator[Any]:
        with pq.ParquetFile(self._path, pre_buffer=False, buffer_size=1 << 20) as file:
            for batch in file.iter_batches(1 << 18, columns=[name]):
                yield batch.column(0)


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
    def result(self) -> StreamedResult:
        """Return what the tables and the summary are made from."""
        return self._result

    def moved(self, path: Path) -> Output:
        """Return the same output where its folder has been given another place."""
        return attrs.evolve(self, path=path, result=self._result.moved(path / "units.parquet"))

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
