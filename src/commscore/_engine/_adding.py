"""Rows -> sums by area: what the rows of a block add to areas, added up at once or with those of other blocks.

Where the rows of an area stand together, or areas are few, a block is added up by itself. Where rows are in no order,
many areas come back in every block, and to add to all of them each time would cost more than the rows do: such blocks
wait until there are many rows, which are then sorted together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._areas import Leaf, ScoreSums, Tally, note_parents, sum_scores
from commscore._engine._counts import Packed, Slots, count_flags, count_statuses
from commscore._engine._parcels import Parcels, Where, areas_are_few, cut_parcels, gathered, in_order
from commscore._engine._plain_terms import Plain
from commscore._engine._plan import rank
from commscore._engine._scoring import Quotients, one_denominator
from commscore._engine._tearing import torn
from commscore._engine._terms import Loose
from commscore.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from commscore._engine._codes import Codes

_Key = TypeVar("_Key")

# Some rows, and by field what each of them adds.
Others: TypeAlias = "tuple[ints.Ints, Mapping[str, ints.Ints]]"


@attrs.frozen(eq=False)
class Summands:
    """What the rows of a table add to the areas that they lie in.

    Attributes:
        level: The level of the table.
        rows: How many rows there are.
        where: By level of areas, finest first, where the rows lie.
        rules: The rules that were judged for them.
        packed: Their statuses, as `_counts` packs them.
        scopes: By scope, 0xFF for the rows that it concerns and 0 for others; null for all of them.
        plain: By leaf, the summands of plain rows, by the fields that each column stands for.
        others: By leaf, the other rows and their summands by field.
        loose: By leaf, rows that may or may not count.
        levels: By leaf, the levels that it is added up at.
        scores: The rows' scores; null where nobody asks for them.
        rollup: The levels that scores are added up at.
    """

    level: str
    rows: int
    where: Mapping[str, Where]
    rules: frozenset[int]
    packed: Packed
    scopes: Mapping[str, Codes | None]
    plain: Mapping[Leaf, Plain]
    others: Mapping[Leaf, Others]
    loose: Mapping[Leaf, Loose]
    levels: Mapping[Leaf, Sequence[str]]
    scores: Quotients | None = None
    rollup: tuple[str, ...] = ()

    @property
    def in_order(self) -> bool:
        """Say whether the rows of an area stand together."""
        return in_order(self.where, self.rows)

    @property
    def areas_are_few(self) -> bool:
        """Say whether there are far fewer areas than rows."""
        return areas_are_few(self.where)

    @property
    def bytes(self) -> int:
        """Return how much room they take."""
        arrays: list[ints.Ints | None] = [found.codes for found in self.where.values()]
        arrays += [*self.packed.values(), *self.scopes.values()]
        arrays += [values for fields in self.plain.values() for values in fields.values()]
        arrays += [values for _, fields in self.others.values() for values in fields.values()]
        arrays += [] if self.scores is None else [self.scores.num, self.scores.den]
        # What is one number for all rows takes no room.
        return sum(array.nbytes for array in arrays if array is not None and array.strides != (0,))


@attrs.frozen(eq=False)
class AreaSums:
    """Rows added up by area, apart from those of other blocks.

    Attributes:
        level: The level of the table.
        parcels: The rows by area.
        counts: How many rows of each parcel have which status, by letter; see `_counts`.
        fields: By leaf, sums of each parcel.
        loose: By leaf, rows that may or may not count.
        levels: By leaf, the levels that it is added up at.
        scores: By level, sums of the rows' scores.
    """

    level: str
    parcels: Parcels
    counts: Mapping[str, ints.Ints]
    fields: Mapping[Leaf, Mapping[str, ints.Ints]]
    loose: Mapping[Leaf, Loose]
    levels: Mapping[Leaf, Sequence[str]]
    scores: Mapping[str, ScoreSums]


def added_up(rows: Summands, slots: Slots, *, sort: bool = False) -> AreaSums:
    """Add rows up by area.

    Args:
        rows: What they add.
        slots: The columns of counts.
        sort: Whether the rows are in no order.
    """
    parcels = cut_parcels(rows.where, rows.rows, sort=sort)
    counts = count_statuses(slots, rows.packed, rows.rules, rows.scopes, parcels) if rows.rules else {}
    fields = _plain_sums(rows.plain, parcels)
    for leaf, (some, summands) in rows.others.items():
        if len(some):
            _add_others(fields[leaf], parcels, some, summands)
    shown = attrs.evolve(parcels, layers={level: parcels.layers[level] for level in rows.rollup})
    scores = {} if rows.scores is None else sum_scores(shown, rows.scores)
    return AreaSums(rows.level, parcels, counts, fields, rows.loose, rows.levels, scores)


def add_to(tally: Tally, sums: AreaSums, slots: Slots, *, main: bool) -> None:
    """Add the sums of some rows to a tally.

    Args:
        tally: What was added up so far.
        sums: The sums.
        slots: The columns of counts.
        main: Whether the rows are units, which are counted.

    Raises:
        DataError: An area lies in two coarser ones.
    """
    layers = sums.parcels.layers
    ids = {level: tally.index(level).ids_of(layer.names) for level, layer in layers.items()}
    _note_parents(tally, sums.parcels, ids)
    for level, layer in layers.items():
        rows = layer.fold(sums.parcels.lengths)
        if main:
            tally.index(level).units[ids[level]] += rows
        if sums.counts:
            counts = {letter: layer.fold(found) for letter, found in sums.counts.items()}
            tally.statuses(level, slots).add(ids[level], counts, rows, tally.index(level).size)
    for leaf, fields in sums.fields.items():
        for level in sums.levels[leaf]:
            tally.add(leaf, level, ids[level], {name: layers[level].fold(found) for name, found in fields.items()})
    for leaf, loose in sums.loose.items():
        for level in sums.levels[leaf]:
            areas = ids[level][layers[level].of_parcels()[sums.parcels.of_rows[loose.rows]]]
            _add_loose(tally, (leaf, level), areas, loose)
    for level, scores in sums.scores.items():
        tally.add_scores(level, ids[level], scores)


def _note_parents(tally: Tally, parcels: Parcels, ids: Mapping[str, ints.Ints]) -> None:
    found = [
        torn(level, coarser, name)
        for level in parcels.layers
        for coarser in parcels.layers
        if rank(coarser) > rank(level)
        for name in note_parents(tally, parcels, ids, (level, coarser))
    ]
    if found:
        raise DataError(found)


def _add_loose(tally: Tally, where: tuple[Leaf, str], areas: ints.Ints, loose: Loose) -> None:
    """Add rows that may or may not count."""
    target = tally.at(*where)
    columns = [areas, *loose.low, *loose.high]
    for area, *entry in zip(*(column.tolist() for column in columns), strict=True):
        target.add_loose(area, tuple(entry), 1)


# ---- FIELDS ----


def _plain_sums(rows: Mapping[Leaf, Plain], parcels: Parcels) -> dict[Leaf, dict[str, ints.Ints]]:
    """Sum the columns of plain rows by parcel; flags are counted eight at a time."""
    columns = {(leaf, names): column for leaf, found in rows.items() for names, column in found.items()}
    flags = {key: column for key, column in columns.items() if column.dtype == bool}
    sums = dict(zip(flags, count_flags(list(flags.values()), parcels), strict=True))
    sums |= {key: parcels.sums(column) for key, column in columns.items() if key not in flags}
    fields: dict[Leaf, dict[str, ints.Ints]] = {leaf: {} for leaf in rows}
    for (leaf, names), found in sums.items():
        fields[leaf].update(dict.fromkeys(names, found))
    return fields


def _add_others(
    fields: dict[str, ints.Ints], parcels: Parcels, rows: ints.Ints, summands: Mapping[str, ints.Ints]
) -> None:
    """Add to sums by parcel what some rows add."""
    of = parcels.of_rows[rows]
    order = np.argsort(of, kind="stable") if (of[1:] < of[:-1]).any() else slice(None)
    of = of[order]
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    for name, values in summands.items():
        if values.any():
            more = np.zeros(len(parcels.starts), dtype=np.int64)
            found = ints.group_sums(values[order], starts)
            more = more if found.dtype == np.int64 else ints.wide(more)
            more[of[starts]] = found
            fields[name] = ints.plus(fields[name], more) if name in fields else more


# ---- ROWS OF SEVERAL BLOCKS ----


def narrowed(rows: Summands) -> Summands:
    """Return rows in as little room as their numbers ask for, to wait in."""
    scores = rows.scores
    if scores is not None:
        uniform = one_denominator(scores) is not None
        scores = Quotients(_narrow(scores.num), scores.den if uniform else _narrow(scores.den))
    plain = {
        leaf: {names: _narrow(column) for names, column in columns.items()} for leaf, columns in rows.plain.items()
    }
    return attrs.evolve(rows, plain=plain, scores=scores)


def _narrow(column: ints.Ints) -> ints.Ints:
    fits = column.dtype == np.int64 and ints.magnitude(column) <= np.iinfo(np.int32).max
    return column.astype(np.int32) if fits else column


def joined(blocks: Sequence[Summands]) -> Summands:
    """Put the rows of several blocks of one table together."""
    first = blocks[0]
    if len(blocks) == 1:
        return first
    sizes = [block.rows for block in blocks]
    offsets = np.cumsum([0, *sizes[:-1]]).tolist()
    shifted = [
        {leaf: attrs.evolve(loose, rows=loose.rows + offset) for leaf, loose in block.loose.items()}
        for block, offset in zip(blocks, offsets, strict=True)
    ]
    return attrs.evolve(
        first,
        rows=sum(sizes),
        where=gathered([block.where for block in blocks]),
        packed=_columns([block.packed for block in blocks], sizes, _no_bits),
        scopes={
            scope: None if mask is None else _strung(block.scopes[scope] for block in blocks)
            for scope, mask in first.scopes.items()
        },
        plain={leaf: _columns([block.plain[leaf] for block in blocks], sizes, _zeros) for leaf in first.plain},
        others={leaf: _all_others([block.others[leaf] for block in blocks], offsets) for leaf in first.others},
        loose={leaf: _all_loose([found[leaf] for found in shifted if leaf in found]) for leaf in _keys(shifted)},
        levels={leaf: levels for block in blocks for leaf, levels in block.levels.items()},
        scores=None if first.scores is None else _all_scores([block.scores for block in blocks]),
    )


def _keys(mappings: Iterable[Mapping[_Key, object]]) -> list[_Key]:
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))


def _strung(arrays: Iterable[ints.Ints | None]) -> ints.Ints:
    return np.concatenate([array for array in arrays if array is not None])


def _zeros(rows: int) -> ints.Ints:
    return np.zeros(rows, dtype=bool)


def _no_bits(rows: int) -> ints.Ints:
    return np.zeros(rows, dtype=np.uint8)


def _columns(
    blocks: Sequence[Mapping[_Key, ints.Ints]], sizes: Sequence[int], nothing: Callable[[int], ints.Ints]
) -> dict[_Key, ints.Ints]:
    """String columns together; a block that lacks one has nothing to add to it."""
    return {
        name: np.concatenate(
            [block[name] if name in block else nothing(rows) for block, rows in zip(blocks, sizes, strict=True)]
        )
        for name in _keys(blocks)
    }


def _all_others(some: Sequence[Others], offsets: Sequence[int]) -> Others:
    rows = [found + offset for (found, _), offset in zip(some, offsets, strict=True)]
    return np.concatenate(rows), _columns([fields for _, fields in some], [len(found) for found in rows], _zeros)


def _all_loose(some: Sequence[Loose]) -> Loose:
    return Loose(
        np.concatenate([one.rows for one in some]),
        tuple(np.concatenate(parts) for parts in zip(*(one.low for one in some), strict=True)),  # type: ignore[arg-type]
        tuple(np.concatenate(parts) for parts in zip(*(one.high for one in some), strict=True)),  # type: ignore[arg-type]
    )


def _all_scores(some: Sequence[Quotients | None]) -> Quotients:
    found = [scores for scores in some if scores is not None]
    num = np.concatenate([scores.num for scores in found])
    denominators = {one_denominator(scores) for scores in found}
    if len(denominators) == 1 and None not in denominators:
        return Quotients(num, np.broadcast_to(found[0].den[:1], num.shape))
    return Quotients(num, np.concatenate([scores.den for scores in found]))
