"""Keys of any number of rows, held to be unique in bounded memory: they wait in files, 8 bytes each."""

from __future__ import annotations

import os
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from commscore._files._staging import writing
from commscore._tables._buffers import text, valid_rows
from commscore._tables._keys import SHOWN, Rows, digit_values, fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commscore.errors import DataFault

Numbers = npt.NDArray[np.int64]

# So many keys are looked at together.
PART = 1 << 22
# So many stretches of rising keys are remembered.
_STRETCHES = 10_000
_NAMES = 3  # so many keys a fault names
_NULL = 0  # stands for the key of a row that has none; digits make numbers from 10 on, other texts negative ones
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@attrs.define
class KeysSoFar:
    """What is known of the keys beside what the files hold.

    Attributes:
        rows: How many there are.
        words: How many of them are no digits.
        letters: Bytes that those take.
        nulls: Rows without a key: the first ones.
        n_nulls: How many rows have none.
        stretches: First and last of each stretch of rising keys of digits; null where keys are in no such order.
        first_row: Number of the first row.
    """

    rows: int = 0
    words: int = 0
    letters: int = 0
    nulls: list[int] = attrs.Factory(list)
    n_nulls: int = 0
    stretches: list[tuple[int, int]] | None = attrs.Factory(list)
    first_row: int = 0


class FiledKeys:
    """What `KeySet` is, for more keys than memory should hold.

    Keys of digits stand for themselves, as numbers; of other texts there is a hash, and the texts themselves are looked
    at only where hashes are equal. Rising keys, as codes usually are, need not be looked at again at all.
    """

    def __init__(self, folder: Path, *, out: Path, so_far: KeysSoFar | None = None) -> None:
        self._out = out
        self.so_far = KeysSoFar() if so_far is None else so_far
        self._folder = folder
        known = self.so_far
        sizes = {"numbers": 8 * known.rows, "lengths": 4 * known.words, "letters": known.letters}
        with writing(out):
            self._files = {name: (folder / name).open("a+b") for name in sizes}
            for name, size in sizes.items():
                self._files[name].truncate(size)

    def add(self, keys: Any, first_row: int, *, digits: tuple[Rows, Rows] | None = None) -> None:
        """Take in the keys of a block, as `KeySet.add` does; blocks come in row order."""
        values, length = digit_values(keys) if digits is None else digits
        known = self.so_far
        if not known.rows:
            known.first_row = first_row
        numbers = _tagged(values, length)
        if not length.all():
            self._add_others(keys, length, numbers, first_row)
        self._note_order(numbers)
        known.rows += len(numbers)
        with writing(self._out):
            self._files["numbers"].write(np.ascontiguousarray(numbers).data)

    def _add_others(self, keys: Any, length: Rows, numbers: Numbers, first_row: int) -> None:
        known = self.so_far
        valid = valid_rows(keys)
        absent = np.zeros(len(numbers), dtype=bool) if valid is None else np.asarray(valid == 0)
        known.n_nulls += int(absent.sum())
        known.nulls = [*known.nulls, *(np.flatnonzero(absent) + first_row).tolist()][:SHOWN]
        places = np.flatnonzero((length == 0) & ~absent)
        if not len(places):
            return
        start, sizes, letters = text(keys.take(pa.array(places)))
        used = letters[int(start[0]) : int(start[-1] + sizes[-1])]
        numbers[places] = _hashed(start - start[0], sizes, used)
        known.words += len(places)
        known.letters += len(used)
        with writing(self._out):
            self._files["lengths"].write(sizes.astype(np.int32).data)
            self._files["letters"].write(np.ascontiguousarray(used).data)

    def _note_order(self, numbers: Numbers) -> None:
        known = self.so_far
        if known.stretches is None or not len(numbers):
            return
        if numbers.min() <= 0 or not (numbers[1:] > numbers[:-1]).all():
            known.stretches = None
            return
        known.stretches.append((int(numbers[0]), int(numbers[-1])))
        if len(known.stretches) > _STRETCHES:
            known.stretches = _fewer(known.stretches)

    def sync(self) -> None:
        """Bring what was written to the disk."""
        with writing(self._out):
            for file in self._files.values():
                file.flush()
                os.fsync(file.fileno())

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    # --- at the end -----------------------------------------------------------------------------------------

    def faults(self, *, table: str, column: str | None) -> list[DataFault]:
        """List what is wrong with the keys, as `KeySet.faults` does."""
        known = self.so_far
        found = []
        if known.n_nulls:
            message = "every row needs a key: fill in the missing ones or choose another key column"
            found.append(fault(message, known.nulls, known.n_nulls, table=table, column=column))
        with writing(self._out):
            for file in self._files.values():
                file.flush()
        twins, names, rows = self._twins()
        if names:
            many = f"{names} keys are" if names > 1 else "1 key is"
            distinct = list(dict.fromkeys(name for _, name in twins))
            shown = ", ".join(map(repr, distinct[:_NAMES])) + (", …" if names > _NAMES else "")
            places = [row for row, _ in twins]
            found.append(fault(f"{many} not unique: {shown}", places, rows, table=table, column=column))
        return found

    def _twins(self) -> tuple[list[tuple[int, str]], int, int]:
        """Give rows whose key is there more than once, how many such keys there are, and how many rows.

        The rows given are the first ones, and those where the first keys occur first.
        """
        if self.so_far.stretches is not None and _are_apart(sorted(self.so_far.stretches)):
            return [], 0, 0
        first: list[tuple[int, str]] = []
        names = rows = 0
        for values in self._parted():
            repeated = _repeated(values)
            for found, count, total in (self._twin_numbers(values, repeated), self._twin_words(repeated)):
                first, names, rows = [*first, *found], names + count, rows + total
        return sorted(set(first)), names, rows

    def _twin_numbers(self, values: Path, repeated: Numbers) -> tuple[list[tuple[int, str]], int, int]:
        digits = repeated[repeated > 0]
        if not len(digits):
            return [], 0, 0
        rows = sum(int(np.isin(chunk, digits).sum()) for chunk in _chunks(values))
        found = [(row, str(number)[1:]) for row, number in _first(self._places(digits), len(digits))]
        return found, len(digits), rows

    def _places(self, wanted: Numbers) -> Iterator[tuple[Rows, Any]]:
        """Yield the rows whose number is wanted, in order, with the numbers."""
        row = self.so_far.first_row
        for chunk in _chunks(self._folder / "numbers"):
            places = np.flatnonzero(np.isin(chunk, wanted))
            yield places + row, pa.array(chunk[places])
            row += len(chunk)

    def _twin_words(self, repeated: Numbers) -> tuple[list[tuple[int, str]], int, int]:
        """Look at the texts themselves where hashes are equal: different texts may have the same."""
        hashes = repeated[repeated < 0]
        if not len(hashes):
            return [], 0, 0
        counts: Counter[str] = Counter()
        for _, words in self._words(hashes):
            for entry in pc.value_counts(words).to_pylist():
                counts[entry["values"]] += entry["counts"]
        twins = {word: count for word, count in counts.items() if count > 1}
        wanted = pa.array(list(twins), pa.large_string())
        masks = ((rows, words, pc.is_in(words, wanted)) for rows, words in self._words(hashes))
        found = ((rows[np.asarray(mask)], words.filter(mask)) for rows, words, mask in masks)
        return _first(found, len(twins)), len(twins), sum(twins.values())

    def _words(self, hashes: Numbers) -> Iterator[tuple[Rows, Any]]:
        """Yield the rows whose text has one of some hashes, with the texts."""
        row = self.so_far.first_row
        with (self._folder / "lengths").open("rb") as lengths, (self._folder / "letters").open("rb") as letters:
            for chunk in _chunks(self._folder / "numbers"):
                places = np.flatnonzero(chunk < 0)
                sizes = np.frombuffer(lengths.read(4 * len(places)), dtype=np.int32)
                ends = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
                data = pa.py_buffer(letters.read(int(ends[-1])))
                words = pa.LargeStringArray.from_buffers(len(sizes), pa.py_buffer(ends), data)
                wanted = np.flatnonzero(np.isin(chunk[places], hashes))
                yield places[wanted] + row, words.take(pa.array(wanted))
                row += len(chunk)

    def _parted(self) -> Iterator[Path]:
        """Yield the numbers in parts that fit into memory, equal ones in one part: as files."""
        numbers = self._folder / "numbers"
        parts = -(-self.so_far.rows // PART)
        if parts <= 1:
            yield numbers
            return
        every = max(1, self.so_far.rows // (1 << 16))
        sample = np.sort(np.concatenate([chunk[::every] for chunk in _chunks(numbers)]))
        bounds = sample[np.linspace(0, len(sample) - 1, parts + 1).astype(np.int64)][1:-1]
        paths = [self._folder / f"numbers-{part}" for part in range(parts)]
        with writing(self._out):
            files = [path.open("wb") for path in paths]
            try:
                for chunk in _chunks(numbers):
                    part = np.searchsorted(bounds, chunk, side="right")
                    for index in np.unique(part).tolist():
                        files[index].write(chunk[part == index].data)
            finally:
                for file in files:
                    file.close()
        for path in paths:
            yield path
            path.unlink()


def _tagged(values: Rows, length: Rows) -> Numbers:
    """Put a 1 before the digits, so that leading zeros count; other texts become nothing for now."""
    if length.size and length.min() == length.max() > 0:
        return values + 10 ** int(length[0])
    return np.where(length > 0, values + 10**length, _NULL)


def _hashed(start: Rows, sizes: Rows, letters: npt.NDArray[np.uint8]) -> Numbers:
    """Turn texts that stand side by side into negative numbers, equal ones into equal ones."""
    place = np.arange(len(letters), dtype=np.uint64) - np.repeat(start, sizes).astype(np.uint64)
    mixed = (letters.astype(np.uint64) + np.uint64(1)) * ((place + np.uint64(1)) * _FACTOR | np.uint64(1))
    mixed ^= mixed >> np.uint64(29)
    mixed *= _FACTOR
    sums = np.add.reduceat(mixed, start.astype(np.int64))
    sums ^= sums >> np.uint64(32)
    return (sums | np.uint64(1 << 63)).view(np.int64)


def _repeated(path: Path) -> Numbers:
    """Return the numbers that are there more than once; however often, memory holds each once."""
    seen = again = np.zeros(0, dtype=np.int64)
    for chunk in _chunks(path):
        values, counts = np.unique(chunk, return_counts=True)
        twice = values[(counts > 1) | np.isin(values, seen, assume_unique=True)]
        again = np.union1d(again, twice) if len(twice) else again
        seen = np.union1d(seen, values) if len(seen) else values
    return again[again != _NULL]


def _chunks(path: Path) -> Iterator[Numbers]:
    """Yield the numbers of a file, some at a time."""
    with path.open("rb") as file:
        while len(chunk := np.frombuffer(file.read(8 * PART), dtype=np.int64)):
            yield chunk


def _first(found: Iterator[tuple[Rows, Any]], distinct: int) -> list[tuple[int, Any]]:
    """Return the first rows with their keys, and the first row of each of the first keys."""
    rows: list[tuple[int, Any]] = []
    names: dict[Any, int] = {}
    for places, keys in found:
        rows += zip(places.tolist(), keys[: SHOWN - len(rows)].to_pylist(), strict=False)
        encoded = keys.dictionary_encode()
        _, starts = np.unique(np.asarray(encoded.indices), return_index=True)
        for start, name in zip(starts.tolist(), encoded.dictionary[:].to_pylist(), strict=True):
            names.setdefault(name, int(places[start]))
        if len(rows) >= SHOWN and len(names) >= min(_NAMES, distinct):
            break
    shown = sorted(names.items(), key=lambda entry: entry[1])[:_NAMES]
    return [*rows, *((row, name) for name, row in shown)]


def _are_apart(stretches: list[tuple[int, int]]) -> bool:
    return all(one[1] < other[0] for one, other in pairwise(stretches))


def _fewer(stretches: list[tuple[int, int]]) -> list[tuple[int, int]] | None:
    """Join each stretch to its neighbour, between which there is no other; null where some overlap."""
    ordered = sorted(stretches)
    if not _are_apart(ordered):
        return None
    return [(pair[0][0], pair[-1][1]) for pair in (ordered[start : start + 2] for start in range(0, len(ordered), 2))]
