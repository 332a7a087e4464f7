"""Evaluations side by side, each on a thread of its own, fed with the rows of its ruleset as they come."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any, Self

import attrs
import pyarrow as pa

from commscore._files import evaluate_files
from commscore._tables._streams import Source
from commscore.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from commscore._files import Output
    from commscore._ruleset import Ruleset
    from commscore._tables._streams import Piece

_WAITING = 2  # pieces that wait for an evaluation
_PATIENCE = 0.1  # seconds after which it is looked whether the evaluation still lives


class _AbandonedError(Exception):
    """Ends an evaluation whose rows will not all come."""


@attrs.frozen(eq=False)
class Worker:
    """An evaluation to be fed.

    Attributes:
        ruleset: The ruleset.
        names: The columns of the rows.
        options: As `evaluate_files` takes them.
    """

    ruleset: Ruleset
    names: tuple[str, ...]
    options: Mapping[str, Any]


@attrs.frozen(eq=False)
class _Running:
    """An evaluation under way; null among what waits ends its rows, false ends it at once."""

    waiting: Queue[Piece | bool | None]
    thread: ThreadPoolExecutor
    output: Future[Output]


class Workers:
    """The evaluations under way, by ruleset; when anything fails, all end and leave nothing."""

    def __init__(self) -> None:
        self._running: dict[str, _Running] = {}

    def __contains__(self, ruleset: str) -> bool:
        """Say whether the evaluation of a ruleset is under way."""
        return ruleset in self._running

    def start(self, worker: Worker, out: Path, first: Piece) -> None:
        """Start an evaluation.

        Args:
            worker: What it is.
            out: Where its results go.
            first: Its first rows, which tell what its columns are like; they are put in later like all others.
        """
        waiting: Queue[Piece | bool | None] = Queue(_WAITING)
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"commscore-{worker.ruleset.id}")
        source = _source(worker.names, first, waiting)
        output = thread.submit(evaluate_files, source, worker.ruleset, out, **worker.options)
        self._running[worker.ruleset.id] = _Running(waiting, thread, output)

    def put(self, ruleset: str, rows: Piece | None) -> None:
        """Hand rows to an evaluation, or null after the last ones; wait when it falls behind.

        Raises:
            CommscoreError: It has failed.
        """
        running = self._running[ruleset]
        while True:
            if running.output.done():
                running.output.result()
            try:
                running.waiting.put(rows, timeout=_PATIENCE)
            except Full:
                continue
            return

    def finish(self) -> tuple[dict[str, Output], dict[str, DataError]]:
        """Let all evaluations end; return what came of them, and what was wrong with the data of some."""
        outputs, failed = {}, {}
        for ruleset, running in self._running.items():
            if not running.output.done():
                self.put(ruleset, None)
        for ruleset, running in self._running.items():
            try:
                outputs[ruleset] = running.output.result()
            except DataError as error:
                failed[ruleset] = error
        return outputs, failed

    def __enter__(self) -> Self:
        """Give the evaluations themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End those that still wait for rows."""
        for running in self._running.values():
            while not running.output.done():
                try:
                    running.waiting.put_nowait(False)  # noqa: FBT003
                    break
                except Full:
                    _drop_one(running.waiting)
        for running in self._running.values():
            running.thread.shutdown()


def _drop_one(waiting: Queue[Any]) -> None:
    try:
        waiting.get_nowait()
    except Empty:
        return


def _source(names: Sequence[str], first: Piece, waiting: Queue[Piece | bool | None]) -> Source:
    """Make a source of the rows that are put into a queue."""
    kinds = [array.type for array in first[1]]
    told = [first]

    def head(index: int) -> Any:
        return told[0][1][index] if told else pa.array([], kinds[index])

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        told.clear()  # nobody looks again; as long as the evaluation runs, they would be held beside those at work
        while (piece := waiting.get()) is not None:
            if isinstance(piece, bool):
                raise _AbandonedError
            yield piece[0], [piece[1][index] for index in wanted]

    return Source(tuple(names), kinds.__getitem__, head, pieces, None, once=True)
