"""Work beside the scoring: reading ahead of it and writing behind it, on threads that end with the run."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from types import TracebackType

T = TypeVar("T")

_AHEAD = 2  # pieces that wait to be taken; each is as large as a block
_BEHIND = 2  # tables that wait to be written


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Give what an iterator gives, fetched on a thread while the caller is busy with what came before.

    Order is kept, and so is what the iterator raises: it is raised where its item would have come.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="commscore-read") as thread:
        waiting = deque(thread.submit(next, items, None) for _ in range(_AHEAD))
        try:
            while (item := waiting.popleft().result()) is not None:
                waiting.append(thread.submit(next, items, None))
                yield item
        finally:
            thread.shutdown(cancel_futures=True)


class Behind:
    """One thread that does what it is told, in order; whoever tells it waits when it falls too far behind.

    What fails there is raised at the next call here.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"commscore-{name}")
        self._waiting: deque[Future[Any]] = deque()

    def do(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Have something done."""
        while self._waiting and (len(self._waiting) >= _BEHIND or self._waiting[0].done()):
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(work, *arguments))

    def wait(self) -> None:
        """Wait until all is done."""
        while self._waiting:
            self._waiting.popleft().result()

    def __enter__(self) -> Self:
        """Give the thread itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do what is left, unless something failed; end the thread either way."""
        try:
            if kind is None:
                self.wait()
        finally:
            self._thread.shutdown(cancel_futures=True)
