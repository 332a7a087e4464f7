"""How many units of each area have which status, for many rules at once.

One comparison says which units have a status. Eight of those answers fit in one byte per unit; unpacked, they are eight
counters side by side in 64 bits, so that one addition adds for eight rules. No counter overflows, because runs are
cut at 255 rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._area_index import sized, span_of
from commscore._engine._codes import Codes
from commscore._ruleset import ALL
from commscore._status import E, I, K, N, P, S, U

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from commscore._engine._parcels import Parcels

LETTERS = "PFUENKSI"
# What is counted of the statuses besides those that fail, which are the rest of the rows; ``-`` stands for the three
# that say that there was nothing to judge.
_COUNTED = {"P": (P,), "U": (U,), "E": (E,), "I": (I,), "-": (N, K, S)}
_TOGETHER = 8
_MOST = 255

# A rule's statuses over a block, and which of them may occur.
Judged = tuple[Codes, int]
# By what is counted and number of the pack: whether each unit has it, a bit for each rule of the pack.
Packed: TypeAlias = "Mapping[tuple[str, int], Codes]"


@attrs.frozen
class Slots:
    """The columns of counts: rules that are judged at units, each with a column for every scope.

    Attributes:
        columns: Rule and scope of each column.
        places: The column of each.
        packs: The rules in packs of eight at the most, those of a pack with the same scopes: scopes and rules of each.
    """

    columns: tuple[tuple[int, str], ...]
    places: Mapping[tuple[int, str], int] = attrs.field(eq=False)
    packs: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = attrs.field(eq=False)


def slots_of(rules: Mapping[int, tuple[str, ...]]) -> Slots:
    """Lay out columns for rules, whose scopes are given."""
    columns = tuple((rule, scope) for rule, scopes in rules.items() for scope in scopes)
    alike: dict[tuple[str, ...], list[int]] = {}
    for rule, scopes in rules.items():
        alike.setdefault(scopes, []).append(rule)
    packs = tuple(
        (scopes, tuple(some[first : first + _TOGETHER]))
        for scopes, some in alike.items()
        for first in range(0, len(some), _TOGETHER)
    )
    return Slots(columns, {column: place for place, column in enumerate(columns)}, packs)


class Counts:
    """Counts by status, column and area, growing as areas appear.

    A counter is as wide as the area with the most units asks for: one byte where there are many small areas.
    """

    def __init__(self, slots: Slots) -> None:
        """Start with none."""
        self.slots = slots
        self._found: dict[str, ints.Ints] = {}
        self._rows = np.zeros(0, dtype=np.int64)

    @property
    def letters(self) -> tuple[str, ...]:
        """Return the statuses that occurred."""
        return tuple(self._found)

    @property
    def rows(self) -> ints.Ints:
        """Return how many units were counted in each area: no counter is greater than that."""
        return self._rows

    def add(self, areas: ints.Ints, counts: Mapping[str, ints.Ints], rows: ints.Ints, size: int) -> None:
        """Add counts to areas.

        Args:
            areas: Positions, none of which is given twice.
            counts: By status, a row for each column, in it a count for each of the areas.
            rows: How many units each of the areas has here.
            size: How many areas there are.
        """
        self._rows = sized(self._rows, size)
        self._rows[areas] += rows
        kind = np.min_scalar_type(int(self._rows.max(initial=0)))
        there = span_of(areas)
        for letter, found in counts.items():
            room = self._grown(letter, size, kind)
            # Nothing outgrows its type: see `rows`.
            room[:, there] += found.astype(room.dtype, copy=False)

    def _grown(self, letter: str, size: int, kind: Any = np.uint8) -> ints.Ints:
        found = self._found.get(letter)
        if found is None:
            found = np.zeros((len(self.slots.columns), size), dtype=kind)
        if found.dtype.itemsize < np.dtype(kind).itemsize:
            found = found.astype(kind)
        if found.shape[1] < size:
            room = np.zeros((len(found), max(size, 2 * found.shape[1])), found.dtype)
            room[:, : found.shape[1]] = found
            found = room
        self._found[letter] = found
        return found

    def matrix(self, letter: str, size: int) -> ints.Ints:
        """Return the counts of a status: a row for each rule and scope, a column for each area."""
        return self._grown(letter, size)[:, :size]

    def of(self, leaf: tuple[int, tuple[int, ...], str], letter: str, size: int) -> ints.Ints:
        """Return how many units of each area have a status under a rule, in a scope; not to be written to."""
        place = self.slots.places.get((leaf[0], leaf[2]))
        if place is None or letter not in self._found:
            return np.broadcast_to(np.uint8(0), (size,))
        return self._grown(letter, size)[place, :size]


def pack_statuses(slots: Slots, judged: Mapping[int, Judged]) -> Packed:
    """Put statuses into bits, a byte of a unit for eight rules.

    Args:
        slots: The columns wanted.
        judged: By rule, the units' statuses; those of rules that are not judged here count none.

    Returns:
        The bits of whatever may occur.
    """
    found = {}
    for letter, codes in _COUNTED.items():
        wanted = sum(1 << code for code in codes)
        for number, (_, rules) in enumerate(slots.packs):
            asked = [judged[rule][0] if rule in judged and judged[rule][1] & wanted else None for rule in rules]
            if any(status is not None for status in asked):
                found[letter, number] = _packed(asked, codes)
    return found


def _packed(statuses: Sequence[Codes | None], codes: tuple[int, ...]) -> Codes:
    """Put up to eight answers, whether a unit has one of some statuses, in the bits of one byte, the first lowest."""
    rows = next(len(status) for status in statuses if status is not None)
    has, packed = np.empty(rows, dtype=bool), np.zeros(rows, dtype=np.uint8)
    for status in reversed(statuses):
        np.add(packed, packed, out=packed)
        if status is None:
            continue
        if len(codes) == 1:
            np.equal(status, codes[0], out=has)
        else:  # they follow on each other
            np.less(np.subtract(status, np.uint8(codes[0])), len(codes), out=has)
        np.bitwise_or(packed, has.view(np.uint8), out=packed)
    return packed


def count_statuses(
    slots: Slots, packed: Packed, rules: Collection[int], scopes: Mapping[str, Codes | None], parcels: Parcels
) -> dict[str, ints.Ints]:
    """Count by parcel how many units have which status.

    Args:
        slots: The columns wanted.
        packed: The units' statuses, as `pack_statuses` gives them.
        rules: The rules that were judged.
        scopes: By scope, 0xFF for the units that it concerns and 0 for others; null for all of them.
        parcels: The units by area.

    Returns:
        By letter of a status that occurs, a row for each slot, in it a count for each parcel.
    """
    runs = _runs(parcels.starts, parcels.rows)
    kind = np.uint8 if runs.first is None else np.int32
    masks = {scope: None if mask is None else parcels.sorted(mask) for scope, mask in scopes.items()}
    found: dict[str, ints.Ints] = {}
    for (letter, number), bits in packed.items():
        in_order = parcels.sorted(bits)
        of, some = slots.packs[number]
        if letter not in found:
            found[letter] = np.zeros((len(slots.columns), len(parcels.starts)), dtype=kind)
        for scope in of:
            counts = _added(in_order, masks[scope], runs)
            for place, rule in enumerate(some):
                found[letter][slots.places[rule, scope]] = counts[:, place]
    rest = np.zeros((len(slots.columns), len(parcels.starts)), dtype=kind)
    everybody = {scope: _row_counts(mask, parcels, runs).astype(kind) for scope, mask in masks.items()}
    for column, (rule, scope) in enumerate(slots.columns):
        if rule in rules:
            rest[column] = everybody[scope]
            for counts in found.values():
                rest[column] -= counts[column]
    found.pop("-", None)
    return found | {"F": rest}


def count_flags(flags: Sequence[ints.Bools], parcels: Parcels) -> list[ints.Ints]:
    """Count by parcel the rows of which each of some flags is true."""
    runs = _runs(parcels.starts, parcels.rows)
    found: list[ints.Ints] = []
    for first in range(0, len(flags), _TOGETHER):
        some = flags[first : first + _TOGETHER]
        bits = np.zeros(parcels.rows, dtype=np.uint8)
        for flag in reversed(some):
            np.add(bits, bits, out=bits)
            np.bitwise_or(bits, flag.view(np.uint8), out=bits)
        counts = _added(parcels.sorted(bits), None, runs)
        found += [counts[:, place].astype(np.int64) for place in range(len(some))]
    return found


@attrs.frozen(eq=False)
class _Runs:
    """Parcels cut into runs of at most 255 rows: where each begins, and the first run of each parcel."""

    starts: ints.Ints
    first: ints.Ints | None


def _runs(starts: ints.Ints, rows: int) -> _Runs:
    if not len(starts) or np.diff(starts, append=rows).max() <= _MOST:
        return _Runs(starts, None)
    cut = np.union1d(starts, np.arange(0, rows, _MOST))
    return _Runs(cut, np.searchsorted(cut, starts))


def _added(bits: Codes, mask: Codes | None, runs: _Runs) -> ints.Ints:
    """Count the bits of the units of each parcel that a mask leaves: a row of eight counts, the lowest bit first."""
    if not len(runs.starts):
        return np.zeros((0, _TOGETHER), dtype=np.int32)
    if mask is not None:
        bits = np.bitwise_and(bits, mask)
    counters = np.unpackbits(bits, bitorder="little").view(np.uint64)
    counts: Any = np.add.reduceat(counters, runs.starts).view(np.uint8).reshape(-1, _TOGETHER)
    return counts if runs.first is None else np.add.reduceat(counts, runs.first, axis=0, dtype=np.int32)


def _row_counts(mask: Codes | None, parcels: Parcels, runs: _Runs) -> ints.Ints:
    """Count the rows of each parcel, or those of a scope, whose mask is in the order of parcels."""
    if mask is None:
        return parcels.lengths
    return _added(mask & np.uint8(1), None, runs)[:, 0]


def masks_of(concerned: Mapping[str, ints.Bools]) -> dict[str, Codes | None]:
    """Turn, by scope, which units it concerns into bytes: 0xFF for those and 0 for others; null where it is all."""
    return {
        scope: None if scope == ALL else np.multiply(units, np.uint8(_MOST), dtype=np.uint8)
        for scope, units in concerned.items()
    }
