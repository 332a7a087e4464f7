"""Rows by area: runs of rows that lie in the same area at every level, so that one pass over the rows serves all.

A parcel is such a run; areas of any level are made of whole parcels. Sums go from rows to parcels once, and from there,
where there are few of them, to the areas of each level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Rows are sorted where runs are shorter than this for want of order.
_SHORT = 2


@attrs.frozen(eq=False)
class Layer:
    """The areas of one level that a block's parcels make up.

    Attributes:
        labels: The block's names of areas.
        rows: By row, the position in ``labels``; -1 where the area is not known.
        areas: The areas that occur, as positions in ``labels``, each once.
        order: Parcels sorted by area; null when they already are.
        starts: Where each area's parcels begin in that order.
    """

    labels: Sequence[str | None]
    rows: ints.Ints
    areas: ints.Ints
    order: ints.Ints | None
    starts: ints.Ints

    @property
    def names(self) -> list[str | None]:
        """Return the names of the areas that occur; null for rows whose area is not known."""
        labels = (*self.labels, None)
        return [labels[code] for code in self.areas.tolist()]

    def fold(self, sums: ints.Ints) -> ints.Ints:
        """Add up the sums of parcels by area, exactly: a vector, or one row per parcel."""
        return ints.group_sums(sums if self.order is None else sums[self.order], self.starts)


@attrs.frozen(eq=False)
class Parcels:
    """A block's rows cut into parcels.

    Attributes:
        order: Row numbers sorted so that parcels are together; null when they already are.
        starts: Where each parcel begins in that order.
        layers: By level, the areas that the parcels make up.
    """

    order: ints.Ints | None
    starts: ints.Ints
    layers: Mapping[str, Layer]

    def of(self, levels: Sequence[str]) -> Parcels:
        """Return the same parcels with the areas of some levels only."""
        return attrs.evolve(self, layers={level: self.layers[level] for level in levels})

    def sorted(self, values: ints.Ints) -> ints.Ints:
        """Put values of rows in the order of parcels."""
        return values if self.order is None else values[self.order]

    def sums(self, values: ints.Ints) -> ints.Ints:
        """Sum values of rows by parcel, exactly."""
        return ints.group_sums(self.sorted(values), self.starts)


def cut_parcels(areas: Mapping[str, tuple[Sequence[str | None], ints.Ints]], rows: int) -> Parcels:
    """Cut rows into parcels.

    Args:
        areas: By level, finest first, names of areas, and by row the position among them; -1 where it is not known.
        rows: How many rows there are.
    """
    codes = [found for _, found in areas.values()]
    starts = _starts(codes, rows)
    order = None
    if codes and len(starts) > _SHORT * (len(next(iter(areas.values()))[0]) + 1):
        # Finer areas lie within coarser ones, so sorting by the finest sorts by all, or nearly so.
        order = np.argsort(codes[0])
        codes = [found[order] for found in codes]
        starts = _starts(codes, rows)
    layers = {}
    for (level, (labels, found)), in_order in zip(areas.items(), codes, strict=True):
        layers[level] = _layer(labels, found, in_order[starts])
    return Parcels(order, starts, layers)


def _starts(codes: Sequence[ints.Ints], rows: int) -> ints.Ints:
    """Find where runs begin that have the same codes."""
    first = np.zeros(rows, dtype=bool)
    first[:1] = True
    for found in codes:
        first[1:] |= found[1:] != found[:-1]
    return np.flatnonzero(first)


def _layer(labels: Sequence[str | None], rows: ints.Ints, parcels: ints.Ints) -> Layer:
    order = None if np.all(parcels[1:] >= parcels[:-1]) else np.argsort(parcels, kind="stable")
    in_order = parcels if order is None else parcels[order]
    starts = _starts([in_order], len(in_order))
    return Layer(labels, rows, in_order[starts], order, starts)


def one_layer(codes: ints.Ints) -> tuple[Parcels, Layer]:
    """Cut rows into parcels by the areas of one level, which are numbered."""
    parcels = cut_parcels({"": ((), codes)}, len(codes))
    return parcels, parcels.layers[""]
