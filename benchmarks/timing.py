"""Taking times: contenders in turn, the best of several rounds, the spread beside it."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import attrs


@attrs.frozen
class Timing:
    """The times of one contender, in seconds, in the order of the rounds."""

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        """Return the shortest."""
        return min(self.seconds)

    @property
    def spread(self) -> float | None:
        """Return how far the median lies above the best, as a share of the best; nothing for a single run."""
        return None if len(self.seconds) == 1 else statistics.median(self.seconds) / self.best - 1


@attrs.frozen
class Effort:
    """How hard to measure.

    Attributes:
        rounds: How often each contender runs, after its warm-up.
        budget: Seconds after which a slow contender runs no further rounds; it always runs one.
    """

    rounds: int = 7
    budget: float = 10.0


def interleaved(jobs: Mapping[str, Callable[[], Any]], effort: Effort) -> dict[str, Timing]:
    """Run the jobs in turn, A B C A B C …, so that what slows the machine for a while slows all of them.

    Each was run once before, by the check of its output, so caches are warm. Garbage is collected before each run and
    not during it; what a run returns is freed outside the clock.
    """
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(effort.rounds):
        for name, job in jobs.items():
            if sum(taken[name]) <= effort.budget:
                taken[name].append(timed(job))
    return {name: Timing(tuple(seconds)) for name, seconds in taken.items()}


def timed(job: Callable[[], Any]) -> float:
    """Return the seconds of one run."""
    gc.collect()
    gc.disable()
    try:
        start = perf_counter()
        output = job()
        seconds = perf_counter() - start
    finally:
        gc.enable()
    del output
    return seconds
