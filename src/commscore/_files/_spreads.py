"""A column of scores -> how it spreads, read in chunks as often as it takes and never held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from commscore._report import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BITS = 16  # of a number that one reading settles
_DIGITS = 64 // _BITS
_MOST = 1 << 16  # different numbers that are counted one by one


def spread_of(chunks: Callable[[], Iterator[Any]], *, mean: float | None) -> Spread | None:
    """Return the ends and the middle of a column; null where it holds no number.

    Args:
        chunks: Reads the column.
        mean: Its mean, where that is known.
    """
    few = _few(chunks)
    count, nothing, least, greatest = _ends(chunks) if few is None else few.ends()
    if not count:
        return None
    places = {(count - 1) // 2, count // 2}
    found = [_at(chunks, place) if few is None else few.at(place) for place in places]
    middle = sum(found) / len(found)
    return Spread(middle if mean is None else mean, least, middle, greatest, nothing)


@attrs.frozen(eq=False)
class _Few:
    """A column that holds few different numbers.

    Attributes:
        values: The numbers, from the least on.
        counts: How often each is there.
        nothing: Rows without one.
    """

    values: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]
    nothing: int

    def ends(self) -> tuple[int, int, float, float]:
        """Return how many rows have a number and how many have none, the least number and the greatest."""
        if not len(self.values):
            return 0, self.nothing, np.nan, np.nan
        return int(self.counts.sum()), self.nothing, float(self.values[0]), float(self.values[-1])

    def at(self, place: int) -> float:
        """Return the number at a place in order."""
        return float(self.values[np.searchsorted(np.cumsum(self.counts), place, side="right")])


def _few(chunks: Callable[[], Iterator[Any]]) -> _Few | None:
    """Count the different numbers of a column, as scores usually are few; null where they are not."""
    values, counts, nothing = np.zeros(0), np.zeros(0, dtype=np.int64), 0
    for chunk in chunks():
        nothing += chunk.null_count
        more, times = np.unique(chunk.drop_null().to_numpy(), return_counts=True)
        values, place = np.unique(np.concatenate([values, more]), return_inverse=True)
        counts = np.bincount(place, np.concatenate([counts, times]), len(values)).astype(np.int64)
        if len(values) > _MOST:
            return None
    return _Few(values, counts, nothing)


def _ends(chunks: Callable[[], Iterator[Any]]) -> tuple[int, int, float, float]:
    count = nothing = 0
    least, greatest = np.inf, -np.inf
    for chunk in chunks():
        nothing += chunk.null_count
        values = chunk.drop_null().to_numpy()
        if len(values):
            count += len(values)
            least, greatest = min(least, float(values.min())), max(greatest, float(values.max()))
    return count, nothing, least, greatest


def _at(chunks: Callable[[], Iterator[Any]], place: int) -> float:
    """Return the number at a place in order, found digit by digit, with few counts however many numbers there are."""
    start = np.uint64(0)
    for digit in reversed(range(_DIGITS)):
        shift = np.uint64(digit * _BITS)
        counts = np.zeros(1 << _BITS, dtype=np.int64)
        for chunk in chunks():
            ranks = _ranks(chunk.drop_null().to_numpy())
            if digit < _DIGITS - 1:
                above = np.uint64((digit + 1) * _BITS)
                ranks = ranks[ranks >> above == start >> above]
            found = (ranks >> shift & np.uint64((1 << _BITS) - 1)).astype(np.int64)
            counts += np.bincount(found, minlength=1 << _BITS)
        ends = np.cumsum(counts)
        bucket = int(np.searchsorted(ends, place, side="right"))
        place -= int(ends[bucket] - counts[bucket])
        start |= np.uint64(bucket) << shift
    return float(_numbers(np.array([start]))[0])


def _ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """Turn numbers into integers of the same order."""
    bits = (values + 0.0).view(np.uint64)
    return np.where(bits >> np.uint64(63), ~bits, bits | np.uint64(1 << 63))


def _numbers(ranks: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    bits = np.where(ranks >> np.uint64(63), ranks & np.uint64((1 << 63) - 1), ~ranks)
    return np.asarray(bits.view(np.float64))
