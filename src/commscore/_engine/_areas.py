"""Mergeable tallies: what the units of an area add up to, in integers, whatever the order and the batches.

A `Tally` is a state with `+` and an empty element: any split of the data gives the same sums. Division comes last, in
`_verdicts`.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._counts import Counts
from commscore._engine._scoring import Quotients, one_denominator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from commscore._engine._counts import Slots
    from commscore._engine._parcels import Layer, Parcels

# A leaf of a rule: the rule's index, the path of part numbers below it, and the scope.
Leaf = tuple[int, tuple[int, ...], str]

_FEW = 64  # denominators of scores that are summed apart


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


def _sized(field: ints.Ints | None, size: int, *, filling: int = 0) -> ints.Ints:
    if field is None:
        return np.full(size, filling, dtype=np.int64)
    if len(field) >= size:
        return field
    return np.concatenate([field, np.full(size - len(field), filling, dtype=field.dtype)])


@attrs.define(eq=False)
class AreaIndex:
    """The areas of one level met so far.

    Attributes:
        labels: Their codes; null for units whose area is not known.
        ids: Position by code.
    """

    labels: list[str | None] = attrs.Factory(list)
    ids: dict[str | None, int] = attrs.Factory(dict)
    _parents: dict[str, ints.Ints] = attrs.Factory(dict)
    _homeless: dict[str, set[int]] = attrs.Factory(dict)
    _units: ints.Ints = attrs.Factory(lambda: np.zeros(0, dtype=np.int64))

    @property
    def units(self) -> ints.Ints:
        """Return how many units of the main table lie in each."""
        self._units = _sized(self._units, len(self.labels))
        return self._units

    def parents(self, coarser: str) -> ints.Ints:
        """Return the positions of the coarser areas that each lies in; -1 where not known."""
        found = self._parents[coarser] = _sized(self._parents.get(coarser), len(self.labels), filling=-1)
        return found

    def homeless(self, coarser: str) -> set[int]:
        """Return the positions of the coarser areas in which units lie whose area is not known here."""
        return self._homeless.setdefault(coarser, set())

    def pairs(self, coarser: str) -> tuple[ints.Ints, ints.Ints]:
        """Return which area lies in which coarser one: pairs of positions; the unknown area may lie in several."""
        areas, parents = np.arange(len(self.labels)), self.parents(coarser)
        nowhere = self.ids.get(None)
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

    def id_of(self, label: str | None) -> int:
        """Return an area's position, new or not."""
        found = self.ids.get(label)
        if found is None:
            found = self.ids[label] = len(self.labels)
            self.labels.append(label)
        return found

    def ids_of(self, labels: Sequence[str | None]) -> ints.Ints:
        """Return the positions of some areas, none of which is given twice, new or not."""
        new = [label for label in labels if label not in self.ids]
        self.ids.update(zip(new, range(len(self.labels), len(self.labels) + len(new)), strict=True))
        self.labels.extend(new)
        return np.array([self.ids[label] for label in labels], dtype=np.int64)


@attrs.define(eq=False)
class Tally:
    """Everything that areas need, summed up over any number of blocks and tables."""

    levels: dict[str, AreaIndex] = attrs.Factory(dict)
    sums: dict[tuple[Leaf, str], Sums] = attrs.Factory(dict)
    scores: dict[str, Sums] = attrs.Factory(dict)
    counts: dict[str, Counts] = attrs.Factory(dict)

    def index(self, level: str) -> AreaIndex:
        """Return the areas of a level."""
        return self.levels.setdefault(level, AreaIndex())

    def at(self, leaf: Leaf, level: str) -> Sums:
        """Return a leaf's sums at a level."""
        return self.sums.setdefault((leaf, level), Sums())

    def statuses(self, level: str, slots: Slots) -> Counts:
        """Return the counts of units' statuses at a level."""
        return self.counts.setdefault(level, Counts(slots))

    def count_of(self, leaf: Leaf, level: str, letter: str) -> ints.Ints:
        """Return how many units have a status in each area, for a rule that is judged at units."""
        size = len(self.index(level).labels)
        counts = self.counts.get(level)
        return np.zeros(size, dtype=np.int64) if counts is None else counts.of(leaf, letter, size)

    def add(self, leaf: Leaf, level: str, ids: ints.Ints, sums: Mapping[str, ints.Ints]) -> None:
        """Add sums of a block's areas, whose positions are given."""
        target, size = self.at(leaf, level), len(self.index(level).labels)
        for name, values in sums.items():
            target.add(name, ids, values, size)

    def add_scores(self, level: str, ids: ints.Ints, scores: ScoreSums) -> None:
        """Add sums of the units' scores by area."""
        target, size = self.scores.setdefault(level, Sums()), len(self.index(level).labels)
        for name, values in scores.fields.items():
            target.add(name, ids, values, size)
        for area, total in scores.others.items():
            target.add_loose(int(ids[area]), "sum", total)  # type: ignore[arg-type]

    def mean_score(self, level: str) -> ints.Floats:
        """Return the mean of the scores of the units of each area, as the nearest double; NaN where none has one."""
        size = len(self.index(level).labels)
        sums = self.scores.get(level, Sums())
        count = sums.field("count", size)
        fields = {int(name): sums.field(name, size) for name in sums.fields if name != "count"}
        common = lcm(*fields)
        num = np.zeros(size, dtype=np.int64)
        for den, values in fields.items():
            num = ints.plus(num, ints.times(values, common // den))
        result = ints.quotient(num, ints.times(count, common))
        for area, others in sums.loose.items():
            total = Fraction(int(num[area]), common) + Fraction(others.get("sum", 0))
            result[area] = float(total / int(count[area]))
        return result


@attrs.frozen(eq=False)
class ScoreSums:
    """The scores of a block's units added up by area: how many there are, and by denominator their numerators.

    Attributes:
        fields: By name, ``count`` or the denominator, the sums of each area.
        others: By area, sums of scores of too many denominators to keep apart.
    """

    fields: Mapping[str, ints.Ints]
    others: Mapping[int, Fraction]


def sum_scores(parcels: Parcels, scores: Quotients) -> Mapping[str, ScoreSums]:
    """Add up scores, given as quotients, by area, for each level; a zero ``den`` is no score.

    Sums are kept by denominator, of which there are few; each stays an integer, so the mean is exact.
    """
    num, den, uniform = scores.num, scores.den, one_denominator(scores)
    denominators = ints.distinct(den) if uniform is None else [uniform] * (uniform > 0)
    if len(denominators) > _FEW:
        count = parcels.sums(den != 0)
        return {
            level: ScoreSums({"count": layer.fold(count)}, _sum_fractions(layer, num, den))
            for level, layer in parcels.layers.items()
        }
    fields = {"count": parcels.sums(den != 0)}
    for each in denominators:
        fields[str(each)] = parcels.sums(num if uniform is not None else ints.choose(den == each, num, 0))
    return {
        level: ScoreSums({name: layer.fold(found) for name, found in fields.items()}, {})
        for level, layer in parcels.layers.items()
    }


def _sum_fractions(layer: Layer, num: ints.Ints, den: ints.Ints) -> dict[int, Fraction]:
    place = {code: position for position, code in enumerate(layer.areas.tolist())}
    totals: dict[int, Fraction] = {}
    for code, top, bottom in zip(layer.rows.tolist(), num.tolist(), den.tolist(), strict=True):
        if bottom:
            totals[place[code]] = totals.get(place[code], Fraction(0)) + Fraction(top, bottom)
    return totals


def note_parents(tally: Tally, parcels: Parcels, ids: Mapping[str, ints.Ints], levels: tuple[str, str]) -> list[str]:
    """Note which coarser area each area of a block lies in; return those found in two.

    Args:
        tally: The areas met so far.
        parcels: The block's rows by area.
        ids: By level, the positions of the block's areas.
        levels: The finer level and the coarser one.
    """
    (index, above), (area, parent) = ((tally.index(level) for level in levels), _pairs(parcels, ids, levels))
    known = index.parents(levels[1])
    nowhere = above.ids.get(None, -1)
    open_ = (known[area] < 0) | (known[area] == nowhere)
    # A known parent goes before an unknown one, whichever comes first.
    for wanted in (parent == nowhere, parent != nowhere):
        known[area[open_ & wanted]] = parent[open_ & wanted]
    index.homeless(levels[1]).update(parent[area == index.ids.get(None, -1)].tolist())
    torn = (known[area] != parent) & (parent != nowhere) & (area != index.ids.get(None, -1))
    return [str(index.labels[found]) for found in dict.fromkeys(area[torn].tolist())]


def _pairs(parcels: Parcels, ids: Mapping[str, ints.Ints], levels: tuple[str, str]) -> tuple[ints.Ints, ints.Ints]:
    """Return the areas of two levels that parcels lie in, once for each parcel that differs from the one before."""
    found = []
    first = parcels.starts if parcels.order is None else parcels.order[parcels.starts]
    for level in levels:
        layer = parcels.layers[level]
        place = np.zeros(len(layer.labels) + 1, dtype=np.int64)
        place[layer.areas] = ids[level]
        found.append(place[layer.rows[first]])
    return found[0], found[1]


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
        for level, counts in tally.counts.items():
            counted = result.statuses(level, counts.slots)
            for letter in counts.letters:
                part = counts.matrix(letter, len(maps[level]))
                counted.add(letter, maps[level], part, len(result.index(level).labels))
    return result


def same_areas(tally: Tally) -> Tally:
    """Return an empty tally that numbers its areas like another."""
    result = Tally()
    maps = {level: _adopt(result.index(level), index) for level, index in tally.levels.items()}
    for level, index in tally.levels.items():
        result.index(level).units[:] = 0
        _adopt_parents(result.index(level), index, maps, level)
    return result


def _adopt(target: AreaIndex, source: AreaIndex) -> ints.Ints:
    ids = target.ids_of(source.labels)
    target.units[ids] += source.units
    return ids


def _adopt_parents(target: AreaIndex, source: AreaIndex, maps: Mapping[str, ints.Ints], level: str) -> None:
    for coarser in source.coarser:
        parents, known = source.parents(coarser), target.parents(coarser)
        ids = maps[level]
        new = (parents >= 0) & (known[ids] < 0)
        known[ids[new]] = maps[coarser][parents[new]]
        target.homeless(coarser).update(maps[coarser][list(source.homeless(coarser))].tolist())


def _add_sums(target: Sums, source: Sums, ids: ints.Ints, size: int) -> None:
    for name, values in source.fields.items():
        target.add(name, ids[: len(values)], values, size)
    for area, entries in source.loose.items():
        for entry, count in entries.items():
            target.add_loose(int(ids[area]), entry, count)
