"""Blocks worked on side by side; what comes of them in the order in which they came."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Given = TypeVar("Given")
Made = TypeVar("Made")

# NumPy leaves the interpreter to others while it works on a block; beyond a few threads memory is what all wait for.
_MOST = 4


def threads() -> int:
    """Return how many blocks are worked on at a time: as many as pyarrow has threads, which users can set, up to 4."""
    return min(_MOST, int(pa.cpu_count()))


def side_by_side(work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """Work on some items at a time, no further ahead than keeps processors busy; yield in order."""
    items, count = iter(given), threads()
    first = list(islice(items, 2))
    if len(first) < 2 or count < 2:  # noqa: PLR2004 - nothing to share
        yield from map(work, chain(first, items))
        return
    with ThreadPoolExecutor(count, thread_name_prefix="commscore") as pool:
        waiting: deque[Future[Made]] = deque()
        for item in chain(first, items):
            waiting.append(pool.submit(work, item))
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
