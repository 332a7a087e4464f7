"""Mergeable tallies: what the units of an area add up to, in integers, whatever the order and the batches.

A `Tally` is a state with `+` and an empty element: any split of the data gives the same sums. Division comes last, in
`_verdicts`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore._engine import _integers as ints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from commscore._engine._terms import Loose

# A leaf of a rule: the rule's index, the path of part numbers below it, and the scope.
Leaf = tuple[int, tuple[int, ...], str]

_FEW = 64  # denominators of scores that are summed apart


@attrs.frozen(eq=False)
class Groups:
    """The rows of a block sorted by area, once for all sums.

    Attributes:
        order: Row numbers sorted by area; null when they already are.
        starts: Where each area's run begins.
        areas: The area of each run, as an index into the tally's areas of that level.
        row_areas: The area of each row, in row order.
        positions: The run of each row, in row order.
    """

    order: ints.Ints | None
    starts: ints.Ints
    areas: ints.Ints
    row_areas: ints.Ints
    positions: ints.Ints

    def sums(self, values: ints.Ints) -> ints.Ints:
        """Sum by area, exactly."""
        return ints.group_sums(values if self.order is None else values[self.order], self.starts)

    def counts(self, codes: ints.Ints, kinds: int) -> ints.Ints:
        """Count by area how often each code below ``kinds`` occurs: one row per area."""
        keys = self.positions * kinds + codes
        return np.bincount(keys, minlength=len(self.areas) * kinds).reshape(len(self.areas), kinds).astype(np.int64)


@attrs.define(eq=False)
class Sums:
    """Named sums by area for one leaf at one level, growing as areas appear.

    Fields of a verdict count (`each`): one per status letter. Fields of an area form: ``inside`` and ``maybe``
    rows, ``present0`` and
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
        parents: By coarser level, the position there of the area that each lies in.
        units: How many units of the main table lie in each.
    """

    labels: list[str | None] = attrs.Factory(list)
    ids: dict[str | None, int] = attrs.Factory(dict)
    parents: dict[str, dict[int, int]] = attrs.Factory(dict)
    units: dict[int, int] = attrs.Factory(dict)

    def id_of(self, label: str | None) -> int:
        """Return an area's position, new or not."""
        found = self.ids.get(label)
        if found is None:
            found = self.ids[label] = len(self.labels)
            self.labels.append(label)
        return found

    def count_units(self, groups: Groups) -> None:
        """Count a block's units."""
        areas, counts = np.unique(groups.row_areas, return_counts=True)
        for area, count in zip(areas.tolist(), counts.tolist(), strict=True):
            self.units[area] = self.units.get(area, 0) + count


@attrs.define(eq=False)
class Tally:
    """Everything that areas need, summed up over any number of blocks and tables."""

    levels: dict[str, AreaIndex] = attrs.Factory(dict)
    sums: dict[tuple[Leaf, str], Sums] = attrs.Factory(dict)
    scores: dict[str, Sums] = attrs.Factory(dict)

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

    def add_scores(self, level: str, groups: Groups, num: ints.Ints, den: ints.Ints) -> None:
        """Add the units' scores, given as quotients; a zero ``den`` is no score.

        Sums are kept by denominator, of which there are few; each stays an integer, so the mean is exact.
        """
        sums, size = self.scores.setdefault(level, Sums()), len(self.index(level).labels)
        sums.add("count", groups.areas, groups.sums((den != 0).astype(np.int64)), size)
        denominators = ints.distinct(den)
        if len(denominators) <= _FEW:
            for each in denominators:
                sums.add(str(each), groups.areas, groups.sums(ints.choose(den == each, num, 0)), size)
            return
        for area, top, bottom in zip(groups.row_areas.tolist(), num.tolist(), den.tolist(), strict=True):
            if bottom:
                sums.add_loose(area, "sum", Fraction(top, bottom))  # type: ignore[arg-type]

    def mean_score(self, level: str) -> ints.Floats:
        """Return the mean of the scores of the units of each area, as the nearest double; NaN where none has one."""
        size = len(self.index(level).labels)
        sums = self.scores.get(level, Sums())
        result = np.full(size, np.nan)
        counts = sums.field("count", size).tolist()
        fields = {int(name): sums.field(name, size).tolist() for name in sums.fields if name != "count"}
        for area, count in enumerate(counts):
            if count:
                total = sum((Fraction(values[area], den) for den, values in fields.items()), Fraction(0))
                total += Fraction(sums.loose.get(area, {}).get("sum", 0))
                result[area] = float(total / count)
        return result


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
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    positions = np.cumsum(first) - 1
    if order is not None:
        unsorted = np.empty_like(positions)
        unsorted[order] = positions
        positions = unsorted
    starts = np.flatnonzero(first)
    return Groups(order, starts, ordered[starts], row_areas, positions)


def note_parents(tally: Tally, groups: Mapping[str, Groups], level: str, coarser: str) -> list[str]:
    """Note which coarser area each area of a block lies in; return those found in two.

    Args:
        tally: The areas met so far.
        groups: The block's rows by area.
        level: The finer level.
        coarser: The coarser level.
    """
    index, above = tally.index(level), tally.index(coarser)
    known = index.parents.setdefault(coarser, {})
    torn = []
    pairs = np.unique(np.stack([groups[level].row_areas, groups[coarser].row_areas]), axis=1)
    for area, parent in pairs.T.tolist():
        label, before = index.labels[area], known.get(area)
        if before is None or above.labels[before] is None:
            known[area] = parent
        elif before != parent and above.labels[parent] is not None and label is not None:
            torn.append(label)
    return torn


def merged(tallies: Sequence[Tally]) -> Tally:
    """Add tallies up; the order does not matter beyond the order in which areas appear."""
    result = Tally()
    for tally in tallies:
        maps = {level: _adopt(result.index(level), index) for level, index in tally.levels.items()}
        for level, index in tally.levels.items():
            _adopt_parents(result.index(level), index, maps, level)
        for (leaf, level), sums in tally.sums.items():
            _add_sums(result.at(leaf, level), sums, maps[level], len(result.index(level).labels))
        for level, sums in tally.scores.items():
            target = result.scores.setdefault(level, Sums())
            _add_sums(target, sums, maps[level], len(result.index(level).labels))
    return result


def same_areas(tally: Tally) -> Tally:
    """Return an empty tally that numbers its areas like another."""
    result = Tally()
    maps = {level: _adopt(result.index(level), index) for level, index in tally.levels.items()}
    for level, index in tally.levels.items():
        result.index(level).units.clear()
        _adopt_parents(result.index(level), index, maps, level)
    return result


def _adopt(target: AreaIndex, source: AreaIndex) -> ints.Ints:
    ids = np.array([target.id_of(label) for label in source.labels], dtype=np.int64)
    for area, count in source.units.items():
        target.units[int(ids[area])] = target.units.get(int(ids[area]), 0) + count
    return ids


def _adopt_parents(target: AreaIndex, source: AreaIndex, maps: Mapping[str, ints.Ints], level: str) -> None:
    for coarser, parents in source.parents.items():
        known = target.parents.setdefault(coarser, {})
        for area, parent in parents.items():
            known.setdefault(int(maps[level][area]), int(maps[coarser][parent]))


def _add_sums(target: Sums, source: Sums, ids: ints.Ints, size: int) -> None:
    for name, values in source.fields.items():
        target.add(name, ids[: len(values)], values, size)
    for area, entries in source.loose.items():
        for entry, count in entries.items():
            target.add_loose(int(ids[area]), entry, count)
