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
from commscore._engine._area_index import AreaIndex, sized, span_of
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

    def add(self, name: str, areas: ints.Ints | slice, sums: ints.Ints, size: int) -> None:
        """Add sums to the areas given, none of which is given twice; see `_area_index.span_of`."""
        field = self.fields.get(name)
        if field is None or len(field) < size:
            field = sized(field, max(size, 0 if field is None else 2 * len(field)))
        total = ints.plus(field[areas], sums)
        if total.dtype == object and field.dtype != object:
            field = ints.wide(field)
        field[areas] = total
        self.fields[name] = field

    def field(self, name: str, size: int) -> ints.Ints:
        """Return a field for all areas; 0 where nothing was added."""
        return sized(self.fields.get(name), size)[:size]

    def add_loose(self, area: int, entry: Any, count: int) -> None:
        """Add rows that may or may not count to an area."""
        entries = self.loose.setdefault(area, {})
        entries[entry] = entries.get(entry, 0) + count


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
        size = self.index(level).size
        counts = self.counts.get(level)
        return np.zeros(size, dtype=np.uint8) if counts is None else counts.of(leaf, letter, size)

    def add(self, leaf: Leaf, level: str, ids: ints.Ints, sums: Mapping[str, ints.Ints]) -> None:
        """Add sums of a block's areas, whose positions are given."""
        target, size, there = self.at(leaf, level), self.index(level).size, span_of(ids)
        for name, values in sums.items():
            target.add(name, there, values, size)

    def add_scores(self, level: str, ids: ints.Ints, scores: ScoreSums) -> None:
        """Add sums of the units' scores by area."""
        target, size = self.scores.setdefault(level, Sums()), self.index(level).size
        for name, values in scores.fields.items():
            target.add(name, ids, values, size)
        for area, total in scores.others.items():
            target.add_loose(int(ids[area]), "sum", total)  # type: ignore[arg-type]

    def mean_score(self, level: str) -> ints.Floats:
        """Return the mean of the scores of the units of each area, as the nearest double; NaN where none has one."""
        size = self.index(level).size
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
    count = parcels.lengths * int(uniform > 0) if uniform is not None else parcels.sums(den != 0)
    if len(denominators) > _FEW:
        return {
            level: ScoreSums({"count": layer.fold(count)}, _sum_fractions(parcels, layer, num, den))
            for level, layer in parcels.layers.items()
        }
    fields = {"count": count}
    for each in denominators:
        fields[str(each)] = parcels.sums(num if uniform is not None else ints.choose(den == each, num, 0))
    return {
        level: ScoreSums({name: layer.fold(found) for name, found in fields.items()}, {})
        for level, layer in parcels.layers.items()
    }


def _sum_fractions(parcels: Parcels, layer: Layer, num: ints.Ints, den: ints.Ints) -> dict[int, Fraction]:
    totals: dict[int, Fraction] = {}
    areas = layer.of_parcels()[parcels.of_rows]
    for area, top, bottom in zip(areas.tolist(), num.tolist(), den.tolist(), strict=True):
        if bottom:
            totals[area] = totals.get(area, Fraction(0)) + Fraction(top, bottom)
    return totals


def note_parents(tally: Tally, parcels: Parcels, ids: Mapping[str, ints.Ints], levels: tuple[str, str]) -> list[str]:
    """Note which coarser area each area of some rows lies in; return those found in two.

    Args:
        tally: The areas met so far.
        parcels: The rows by area.
        ids: By level, the positions of the areas.
        levels: The finer level and the coarser one.
    """
    index, above = (tally.index(level) for level in levels)
    area, parent = (ids[level][parcels.layers[level].of_parcels()] for level in levels)
    known = index.parents(levels[1])
    unknown, nowhere = (-1 if found is None else found for found in (index.nowhere, above.nowhere))
    open_ = (known[area] < 0) | (known[area] == nowhere)
    # A known parent goes before an unknown one, whichever comes first.
    for wanted in (parent == nowhere, parent != nowhere):
        known[area[open_ & wanted]] = parent[open_ & wanted]
    index.homeless(levels[1]).update(parent[area == unknown].tolist())
    torn = (known[area] != parent) & (parent != nowhere) & (area != unknown)
    return [str(index.labels[found]) for found in dict.fromkeys(area[torn].tolist())]


def merged(tallies: Sequence[Tally]) -> Tally:
    """Add tallies up; the order does not matter beyond the order in which areas appear."""
    result = Tally()
    for tally in tallies:
        maps = {level: _adopt(result.index(level), index) for level, index in tally.levels.items()}
        for level, index in tally.levels.items():
            _adopt_parents(result.index(level), index, maps, level)
        for (leaf, level), sums in tally.sums.items():
            _add_sums(result.at(leaf, level), sums, maps[level], result.index(level).size)
        for level, sums in tally.scores.items():
            target = result.scores.setdefault(level, Sums())
            _add_sums(target, sums, maps[level], result.index(level).size)
        for level, counts in tally.counts.items():
            found = {letter: counts.matrix(letter, len(maps[level])) for letter in counts.letters}
            rows = sized(counts.rows, len(maps[level]))
            result.statuses(level, counts.slots).add(maps[level], found, rows, result.index(level).size)
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
    ids = target.adopt(source)
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
        target.add(name, ids[: len(values)], values[: len(ids)], size)
    for area, entries in source.loose.items():
        for entry, count in entries.items():
            target.add_loose(int(ids[area]), entry, count)
