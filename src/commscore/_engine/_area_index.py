"""The areas of one level met so far: numbered as they come, and which lies in which coarser one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._engine import _integers as ints
from commscore._tables._area_codes import Numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._engine._parcels import Names


def _none() -> ints.Ints:
    return np.zeros(0, dtype=np.int64)


def sized(field: ints.Ints | None, size: int, *, filling: int = 0) -> ints.Ints:
    """Return a field with room for so many areas."""
    if field is None:
        return np.full(size, filling, dtype=np.int64)
    if len(field) >= size:
        return field
    return np.concatenate([field, np.full(size - len(field), filling, dtype=field.dtype)])


def span_of(areas: ints.Ints) -> slice | ints.Ints:
    """Return positions as a slice where they follow on each other, as they do where rows are sorted."""
    together = len(areas) > 0 and bool(np.all(np.diff(areas) == 1))
    return slice(int(areas[0]), int(areas[0]) + len(areas)) if together else areas


@attrs.define(eq=False, slots=False)
class AreaIndex:
    """The areas of one level met so far.

    Codes of as many digits as the first had are kept as sorted numbers, so that a hundred thousand of them are found
    at one stroke; other names, and null for units whose area is not known, one by one.

    Attributes:
        size: How many areas there are.
    """

    size: int = 0
    _width: int = 0
    _numbers: ints.Ints = attrs.Factory(_none)
    _positions: ints.Ints = attrs.Factory(_none)
    _words: dict[str | None, int] = attrs.Factory(dict)
    _parents: dict[str, ints.Ints] = attrs.Factory(dict)
    _homeless: dict[str, set[int]] = attrs.Factory(dict)
    _units: ints.Ints = attrs.Factory(_none)

    # ---- NAMES ----

    @property
    def labels(self) -> list[str | None]:
        """Return the areas' codes, by position; null for units whose area is not known."""
        kept: list[str | None] = vars(self).get("kept_labels", [])
        if len(kept) != self.size:
            kept = [None] * self.size
            for position, name in zip(self._positions.tolist(), Numbered(self._numbers, self._width), strict=True):
                kept[position] = name
            for word, position in self._words.items():
                kept[position] = word
            vars(self)["kept_labels"] = kept
        return kept

    @property
    def ids(self) -> dict[str | None, int]:
        """Return the position of each area by code."""
        kept: dict[str | None, int] = vars(self).get("kept_ids", {})
        if len(kept) != self.size:
            kept = vars(self)["kept_ids"] = {label: position for position, label in enumerate(self.labels)}
        return kept

    @property
    def nowhere(self) -> int | None:
        """Return the position that stands for units whose area is not known; null where there are none."""
        return self._words.get(None)

    def keys(self) -> Any:
        """Return the areas' codes, in order, as an Arrow column; null comes last."""
        if not self._words:
            return Numbered(self._numbers, self._width).array()
        labels = self.labels
        return pa.array([labels[position] for position in self.in_order().tolist()], pa.string())

    def in_order(self) -> ints.Ints:
        """Return the areas' positions in the order of their codes; null comes last."""
        if not self._words:
            return self._positions
        labels = self.labels
        order = sorted(range(self.size), key=lambda position: (labels[position] is None, labels[position] or ""))
        return np.array(order, dtype=np.int64)

    def id_of(self, label: str | None) -> int:
        """Return an area's position, new or not."""
        return int(self.ids_of([label])[0])

    def ids_of(self, names: Names) -> ints.Ints:
        """Return the positions of some areas, none of which is given twice, new or not."""
        if not isinstance(names, Numbered):
            return self._ids_of_words(names)
        if not self._width and len(names):
            self._width = names.width
            self._renumber()
        if names.width != self._width:
            return self._ids_of_words(names.written)
        return self._ids_of_numbers(names.numbers)

    def _ids_of_numbers(self, numbers: ints.Ints) -> ints.Ints:
        places = np.searchsorted(self._numbers, numbers)
        there = np.zeros(len(numbers), dtype=bool)
        inside = places < len(self._numbers)
        there[inside] = self._numbers[places[inside]] == numbers[inside]
        result = np.empty(len(numbers), dtype=np.int64)
        result[there] = self._positions[places[there]]
        new = np.flatnonzero(~there)
        if len(new):
            result[new] = np.arange(self.size, self.size + len(new))
            self.size += len(new)
            order = new[np.argsort(numbers[new])]
            self._numbers = np.insert(self._numbers, places[order], numbers[order])
            self._positions = np.insert(self._positions, places[order], result[order])
        return result

    def _ids_of_words(self, names: Sequence[str | None]) -> ints.Ints:
        found = [self._is_code(name) for name in names]
        result = np.empty(len(names), dtype=np.int64)
        codes = [int(name or 0) for name, is_code in zip(names, found, strict=True) if is_code]
        result[np.array(found, dtype=bool)] = self._ids_of_numbers(np.array(codes, dtype=np.int64))
        for place, name in enumerate(names):
            if not found[place]:
                position = self._words.setdefault(name, self.size)
                self.size += position == self.size
                result[place] = position
        return result

    def _is_code(self, name: str | None) -> bool:
        return name is not None and self._width == len(name) and name.isascii() and name.isdigit()

    def _renumber(self) -> None:
        """Move names that came before the first number, and are codes too, to where codes are."""
        codes = {name: position for name, position in self._words.items() if self._is_code(name)}
        for name in codes:
            del self._words[name]
        numbers, positions = (np.array(list(some), dtype=np.int64) for some in (map(int, codes), codes.values()))  # type: ignore[arg-type]
        order = np.argsort(numbers)
        self._numbers, self._positions = numbers[order], positions[order]

    # ---- UNITS, AND WHAT LIES IN WHAT ----

    @property
    def units(self) -> ints.Ints:
        """Return how many units of the main table lie in each."""
        self._units = sized(self._units, self.size)
        return self._units

    def parents(self, coarser: str) -> ints.Ints:
        """Return the positions of the coarser areas that each lies in; -1 where not known."""
        found = self._parents[coarser] = sized(self._parents.get(coarser), self.size, filling=-1)
        return found

    def homeless(self, coarser: str) -> set[int]:
        """Return the positions of the coarser areas in which units lie whose area is not known here."""
        return self._homeless.setdefault(coarser, set())

    def pairs(self, coarser: str) -> tuple[ints.Ints, ints.Ints]:
        """Return which area lies in which coarser one: pairs of positions; the unknown area may lie in several."""
        areas, parents = np.arange(self.size), self.parents(coarser)
        nowhere = self.nowhere
        if nowhere is None:
            return areas, parents
        several = np.array(sorted(self.homeless(coarser)), dtype=np.int64)
        named = areas != nowhere
        return (
            np.concatenate([areas[named], np.full(len(several), nowhere)]),
            np.concatenate([parents[named], several]),
        )

    @property
    def coarser(self) -> tuple[str, ...]:
        """Return the coarser levels that parents are known at."""
        return tuple(self._parents)

    def adopt(self, other: AreaIndex) -> ints.Ints:
        """Take in the areas of another index, in its order; return the position here of each there."""
        if other._words:
            return self.ids_of(other.labels)
        by_position = np.empty_like(other._numbers)
        by_position[other._positions] = other._numbers
        return self.ids_of(Numbered(by_position, other._width))
