"""Rows by area: runs of rows that lie in the same area at every level, so that one pass over the rows serves all.

A parcel is such a run; areas of any level are made of whole parcels. Sums go from rows to parcels once, and from there,
where there are few of them, to the areas of each level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._tables._area_codes import Numbered

# Rows are in order enough where there are at most so many runs for each area.
_TORN = 2
# Runs are looked at for that where they are this long, at least, on average.
_LONG = 4
# So many rows tell whether it is worth looking at all, and whether areas are few.
_HEAD = 8192
_FEW = 0.75
_SIGNED = 63

# Names of areas: codes as numbers, or texts, of which null stands for rows whose area is not known.
Names: TypeAlias = "Numbered | Sequence[str | None]"


@attrs.frozen(eq=False)
class Where:
    """Where rows lie at one level.

    Attributes:
        codes: By row, what tells its area: the number of the area's code; or a position in ``labels``, -1 where the
            area is not known.
        labels: The names that positions stand for; null where there are codes.
        width: How many digits the codes have; 0 where there are labels.
        above: Coarser levels whose areas' codes these codes begin with, and how many digits those have.
    """

    codes: ints.Ints
    labels: Sequence[str] | None = None
    width: int = 0
    above: Mapping[str, int] = attrs.Factory(dict)

    def names(self, codes: ints.Ints) -> Names:
        """Return the names of some areas."""
        if self.labels is None:
            return Numbered(ints.integers(codes), self.width)
        labels = (*self.labels, None)
        return [labels[code] for code in codes.tolist()]


@attrs.frozen(eq=False)
class Layer:
    """The areas of one level that the parcels make up.

    Attributes:
        names: The areas that occur, each once.
        order: Parcels sorted by area; null when they already are.
        starts: Where each area's parcels begin in that order.
        parcels: How many parcels there are.
    """

    names: Names
    order: ints.Ints | None
    starts: ints.Ints
    parcels: int

    def fold(self, sums: ints.Ints) -> ints.Ints:
        """Add up the sums of parcels by area, exactly: a vector, or a row of parcels for each of several."""
        in_order = sums if self.order is None else sums[..., self.order]
        return in_order if len(self.starts) == self.parcels else ints.group_sums(in_order, self.starts)

    def of_parcels(self) -> ints.Ints:
        """Return, by parcel, the position of its area among ``names``."""
        in_order = np.repeat(np.arange(len(self.starts)), np.diff(self.starts, append=self.parcels))
        if self.order is None:
            return in_order
        found = np.empty(self.parcels, dtype=np.int64)
        found[self.order] = in_order
        return found


@attrs.frozen(eq=False, slots=False)
class Parcels:
    """Rows cut into parcels.

    Attributes:
        rows: How many rows there are.
        order: Row numbers sorted so that parcels are together; null when they already are.
        starts: Where each parcel begins in that order.
        layers: By level, the areas that the parcels make up.
    """

    rows: int
    order: ints.Ints | None
    starts: ints.Ints
    layers: Mapping[str, Layer]

    def sorted(self, values: ints.Ints) -> ints.Ints:
        """Put values of rows in the order of parcels."""
        return values if self.order is None else values.take(self.order)

    def sums(self, values: ints.Ints) -> ints.Ints:
        """Sum values of rows by parcel, exactly."""
        return ints.group_sums(self.sorted(values), self.starts)

    @cached_property
    def lengths(self) -> ints.Ints:
        """Return how many rows each parcel has."""
        return np.diff(self.starts, append=self.rows)

    @cached_property
    def of_rows(self) -> ints.Ints:
        """Return the parcel that each row lies in."""
        in_order = np.repeat(np.arange(len(self.starts)), self.lengths)
        if self.order is None:
            return in_order
        found = np.empty(self.rows, dtype=np.int64)
        found[self.order] = in_order
        return found


def in_order(where: Mapping[str, Where], rows: int) -> bool:
    """Say whether the rows of an area stand together, or nearly so, at every level."""
    codes = [found.codes for found in where.values()]
    if not codes or rows <= 1:
        return True
    return (rows <= _HEAD or _runs_are_few([found[:_HEAD] for found in codes])) and _runs_are_few(codes)


def _runs_are_few(codes: Sequence[ints.Ints]) -> bool:
    starts, finest = _starts(codes, len(codes[0])), codes[0]
    if np.all(finest[1:] >= finest[:-1]):
        distinct = int(np.count_nonzero(finest[1:] != finest[:-1])) + 1
    elif len(starts) * _LONG <= len(finest):
        distinct = len(np.unique(finest[starts]))
    else:
        return False
    return len(starts) <= _TORN * distinct


def areas_are_few(where: Mapping[str, Where]) -> bool:
    """Say whether each area has several of the rows, so that there is much less to add than there are rows."""
    head = next(iter(where.values())).codes[:_HEAD]
    return len(np.unique(head)) <= _FEW * len(head)


def cut_parcels(where: Mapping[str, Where], rows: int, *, sort: bool = False) -> Parcels:
    """Cut rows into parcels.

    Args:
        where: By level, finest first, where the rows lie.
        rows: How many rows there are.
        sort: Whether to sort the rows first, because those of an area do not stand together.
    """
    codes = [found.codes for found in where.values()]
    order = None
    if sort and codes:
        # Finer areas lie within coarser ones, so sorting by the finest sorts by all, or nearly so.
        order, finest = _sorted(codes[0])
        codes = [finest, *(found.take(order) for found in codes[1:])]
    starts = _starts(codes, rows)
    layers = {}
    for (level, found), here in zip(where.items(), codes, strict=True):
        first = here[starts]
        layers[level] = _layer(found, first)
        for coarser, width in found.above.items():
            layers[coarser] = _layer(attrs.evolve(found, width=width), first // 10 ** (found.width - width))
    return Parcels(rows, order, starts, layers)


def _sorted(codes: ints.Ints) -> tuple[ints.Ints, ints.Ints]:
    """Return the order of rows by code, and the codes in that order.

    Numbers that hold code and row are sorted as they are: that is several times as fast as sorting the rows by code.
    """
    least, bits = int(codes.min(initial=0)), len(codes).bit_length()
    if (int(codes.max(initial=0)) - least).bit_length() + bits > _SIGNED:
        order = np.argsort(codes, kind="stable")
        return order, codes[order]
    keys = codes.astype(np.int64)
    keys -= least
    keys <<= bits
    keys += np.arange(len(codes))
    keys.sort()
    in_order = keys >> bits
    in_order += least
    keys &= (1 << bits) - 1
    return keys, in_order


def _starts(codes: Sequence[ints.Ints], rows: int) -> ints.Ints:
    """Find where runs begin that have the same codes."""
    first = np.zeros(rows, dtype=bool)
    first[:1] = True
    for found in codes:
        first[1:] |= found[1:] != found[:-1]
    return np.flatnonzero(first)


def _layer(where: Where, parcels: ints.Ints) -> Layer:
    order = None if np.all(parcels[1:] >= parcels[:-1]) else np.argsort(parcels, kind="stable")
    found = parcels if order is None else parcels[order]
    starts = _starts([found], len(found))
    return Layer(where.names(found[starts]), order, starts, len(parcels))


def gathered(blocks: Sequence[Mapping[str, Where]]) -> dict[str, Where]:
    """Put together where the rows of several blocks of one table lie."""
    if len({tuple(where) for where in blocks}) > 1:  # in some of them every code tells all, in others not
        blocks = [_each_level(where) for where in blocks]
    return {level: _strung([where[level] for where in blocks]) for level in blocks[0]}


def _each_level(where: Mapping[str, Where]) -> dict[str, Where]:
    """Say of each level by itself where rows lie."""
    result = {}
    for level, found in where.items():
        result[level] = attrs.evolve(found, above={})
        for coarser, width in found.above.items():
            result[coarser] = Where(found.codes // 10 ** (found.width - width), width=width)
    return result


def _strung(blocks: Sequence[Where]) -> Where:
    first = blocks[0]
    if all(found.labels is None for found in blocks):
        return attrs.evolve(first, codes=np.concatenate([found.codes for found in blocks]))
    places: dict[str, int] = {}
    codes = []
    for found in blocks:
        if found.labels is None:  # codes beside texts
            distinct, inside = np.unique(found.codes, return_inverse=True)
            found = Where(inside, Numbered(distinct, found.width))  # noqa: PLW2901
        assert found.labels is not None  # noqa: S101 - just made
        number = np.array([places.setdefault(name, len(places)) for name in found.labels] + [-1], dtype=np.int32)
        codes.append(number[found.codes])
    return Where(np.concatenate(codes), tuple(places))


def one_layer(codes: ints.Ints) -> tuple[Parcels, ints.Ints, Layer]:
    """Cut rows into parcels by the areas of one level, which are numbered; return those that occur as well."""
    where = {"": Where(codes, width=1)}
    parcels = cut_parcels(where, len(codes), sort=True)
    layer = parcels.layers[""]
    assert isinstance(layer.names, Numbered)  # noqa: S101 - the areas are told by numbers
    return parcels, layer.names.numbers, layer
