"""Mergeable tallies: what the units of an area add up to, in integers, whatever the order and the batches.

A `Tally` is a state with `+` and an empty element: any split of the data gives the same sums. Division comes last, in
`_verdicts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore import _integers as ints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from commscore._terms import Loose

# A leaf of a rule: the rule's index, the path of part numbers below it, and the scope.
Leaf = tuple[int, tuple[int, ...], str]


@attrs.frozen(eq=False)
class Groups:
    """The rows of a block sorted by area, once for all sums.

    Attributes:
        order: Row numbers sorted by area; null when they already are.
        starts: Where each area's run begins.
        areas: The area of each run, as an index into the tally's areas of that level.
        row_areas: The area of each row, in row order.
    """

    order: ints.Ints | None
    starts: ints.Ints
    areas: ints.Ints
    row_areas: ints.Ints

    def sums(self, values: ints.Ints) -> ints.Ints:
        """Sum by area, exactly."""
        return ints.group_sums(values if self.order is None else values[self.order], self.starts)


@attrs.define(eq=False)
class Sums:
    """Named sums by area for one leaf at one level, growing as areas appear.

    Fields of a verdict count (`each`): one per status letter. Fields of an area form: ``inside`` and ``maybe`` rows, ``present0`` and
    ``present1`` (rows that have the operand), ``open_missing`` and ``open_invalid`` rows, and the ends of the result:
    ``low_num / low_den`` and ``high_num / high_den`` with counts of unbounded rows; see `_terms`.
    """

    fields: dict[str, ints.Ints] = attrs.Factory(dict)
    loose: dict[int, dict[Any, int]] = attrs.Factory(dict)

    def add(self, name: str, areas: ints.Ints, sums: ints.Ints, size: int) -> None:
        """Add sums to the areas given, none of which is given twice."""
        field = _sized(self.fields.get(name), size)
        total = ints.plus(field[areas], sums)
        if total.dtype == object and field.dtype != object:
            field = ints.wide(field)
        field[areas] = total
        self.fields[name] = field

    def field(self, name: str, size: int) -> ints.Ints:
        """Return a field for all areas; 0 where nothing was added."""
        return _sized(self.fields.get(name), size)

    def add_loose(self, area: int, entry: Any, count: int) -> None:
        """Add rows that may or may not count to an area."""
        entries = self.loose.setdefault(area, {})
        entries[entry] = entries.get(entry, 0) + count


def _sized(field: ints.Ints | None, size: int) -> ints.Ints:
    if field is None:
        return np.zeros(size, dtype=np.int64)
    if len(field) >= size:
        return field
    more = np.zeros(size - len(field), dtype=field.dtype)
    return np.concatenate([field, more])


@attrs.define(eq=False)
class AreaIndex:
    """The areas of one level met so far.

    Attributes:
        labels: Their codes; null for units whose area is not known.
        ids: Position by code.
        parents: By coarser level, the area there that each lies in.
        units: How many units of the main table lie in each.
    """

    labels: list[str | None] = attrs.Factory(list)
    ids: dict[str | None, int] = attrs.Factory(dict)
    parents: dict[str, dict[int, str | None]] = attrs.Factory(dict)
    units: dict[int, int] = attrs.Factory(dict)

    def id_of(self, label: str | None) -> int:
        """Return an area's position, new or not."""
        found = self.ids.get(label)
        if found is None:
            found = self.ids[label] = len(self.labels)
            self.labels.append(label)
        return found


@attrs.define(eq=False)
class Tally:
    """Everything that areas need, summed up over any number of blocks and tables."""

    levels: dict[str, AreaIndex] = attrs.Factory(dict)
    sums: dict[tuple[Leaf, str], Sums] = attrs.Factory(dict)

    def index(self, level: str) -> AreaIndex:
        """Return the areas of a level."""
        return self.levels.setdefault(level, AreaIndex())

    def at(self, leaf: Leaf, level: str) -> Sums:
        """Return a leaf's sums at a level."""
        return self.sums.setdefault((leaf, level), Sums())

    def add(self, leaf: Leaf, level: str, groups: Groups, fields: Mapping[str, ints.Ints]) -> None:
        """Add the summands of a block's units."""
        target, size = self.at(leaf, level), len(self.index(level).labels)
        for name, values in fields.items():
            target.add(name, groups.areas, groups.sums(values), size)

    def add_loose(self, leaf: Leaf, level: str, groups: Groups, loose: Loose) -> None:
        """Add the rows of a block that may or may not count."""
        target = self.at(leaf, level)
        columns = [groups.row_areas[loose.rows], *loose.low, *loose.high]
        for area, *entry in zip(*(column.tolist() for column in columns), strict=True):
            target.add_loose(area, tuple(entry), 1)


def group_rows(labels: Sequence[str | None], codes: ints.Ints, index: AreaIndex) -> Groups:
    """Sort a block's rows by area.

    Args:
        labels: The block's own areas.
        codes: By row, the position in ``labels``; -1 where the area is not known.
        index: The areas met so far; those new here are added.
    """
    present = np.unique(codes)
    ids = np.zeros(len(labels) + 1, dtype=np.int64)
    for code in present.tolist():
        ids[code] = index.id_of(None if code < 0 else labels[code])
    row_areas = ids[codes]
    order = None if np.all(row_areas[1:] >= row_areas[:-1]) else np.argsort(row_areas, kind="stable")
    ordered = row_areas if order is None else row_areas[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else ordered
    return Groups(order, starts, ordered[starts], row_areas)


def note_parents(index: AreaIndex, groups: Groups, level: str, parent_labels: Sequence[str | None]) -> list[str]:
    """Note which coarser area each area of a block lies in; return those found in two.

    Args:
        index: The finer level's areas.
        groups: The block's rows by finer area.
        level: The coarser level.
        parent_labels: By row, the coarser area.
    """
    known = index.parents.setdefault(level, {})
    torn = []
    pairs = {}
    for area, parent in zip(groups.row_areas.tolist(), parent_labels, strict=True):
        pairs[area, parent] = None
    for area, parent in pairs:
        label = index.labels[area]
        if known.setdefault(area, parent) != parent and label is not None:
            torn.append(str(label))
    return torn


def merged(tallies: Sequence[Tally]) -> Tally:
    """Add tallies up; the order does not matter beyond the order in which areas appear."""
    result = Tally()
    for tally in tallies:
        maps = {level: _adopt(result.index(level), index) for level, index in tally.levels.items()}
        for (leaf, level), sums in tally.sums.items():
            _add_sums(result.at(leaf, level), sums, maps[level], len(result.index(level).labels))
    return result


def _adopt(target: AreaIndex, source: AreaIndex) -> ints.Ints:
    ids = np.array([target.id_of(label) for label in source.labels], dtype=np.int64)
    for area, count in source.units.items():
        target.units[int(ids[area])] = target.units.get(int(ids[area]), 0) + count
    for level, parents in source.parents.items():
        known = target.parents.setdefault(level, {})
        for area, parent in parents.items():
            known.setdefault(int(ids[area]), parent)
    return ids


def _add_sums(target: Sums, source: Sums, ids: ints.Ints, size: int) -> None:
    for name, values in source.fields.items():
        target.add(name, ids[: len(values)], values, size)
    for area, entries in source.loose.items():
        for entry, count in entries.items():
            target.add_loose(int(ids[area]), entry, count)


def ordered_areas(index: AreaIndex) -> Iterator[int]:
    """Yield the areas of a level by code, those not known last."""
    yield from sorted(range(len(index.labels)), key=lambda i: (index.labels[i] is None, index.labels[i] or ""))
