"""How many units of each area have which status, for many rules at once.

One comparison says which units have a status. Eight of those answers fit in one byte per unit; unpacked, they are eight
counters side by side in 64 bits, so that one addition adds for eight rules. No counter overflows, because runs are
cut at 255 rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._codes import Codes
from commscore._ruleset import ALL
from commscore._status import F

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from commscore._engine._parcels import Parcels

LETTERS = "PFUENKSI"
# The statuses whose numbers decide what an area comes to; F is what is left of the rows where nothing else may occur.
_COUNTED = sum(1 << LETTERS.index(letter) for letter in "PFUEI")
_TOGETHER = 8
_MOST = 255
_INT32 = 2**31 - 1

# A rule's statuses over a block, and which of them may occur.
Judged = tuple[Codes, int]


@attrs.frozen
class Slots:
    """The columns of counts: rules that are judged at units, each with a column for every scope.

    Attributes:
        columns: Rule and scope of each column.
        places: The column of each.
        groups: Rules by the scopes that they have.
    """

    columns: tuple[tuple[int, str], ...]
    places: Mapping[tuple[int, str], int] = attrs.field(eq=False)
    groups: Mapping[tuple[str, ...], Sequence[int]] = attrs.field(eq=False)


def slots_of(rules: Mapping[int, tuple[str, ...]]) -> Slots:
    """Lay out columns for rules, whose scopes are given."""
    columns = tuple((rule, scope) for rule, scopes in rules.items() for scope in scopes)
    groups: dict[tuple[str, ...], list[int]] = {}
    for rule, scopes in rules.items():
        groups.setdefault(scopes, []).append(rule)
    return Slots(columns, {column: place for place, column in enumerate(columns)}, groups)


class Counts:
    """Counts by status, area and column, growing as areas appear."""

    def __init__(self, slots: Slots) -> None:
        """Start with none."""
        self.slots = slots
        self._found: dict[str, ints.Ints] = {}
        self._rows = 0

    @property
    def letters(self) -> tuple[str, ...]:
        """Return the statuses that occurred."""
        return tuple(self._found)

    def add(self, letter: str, areas: ints.Ints, counts: ints.Ints, size: int) -> None:
        """Add counts to the areas given, none of which is given twice."""
        found = self._grown(letter, size)
        self._rows += int(counts.max(initial=0))  # no counter can be greater than that
        if self._rows > _INT32 and found.dtype != np.int64:
            found = self._found[letter] = found.astype(np.int64)
        found[areas] += counts.astype(found.dtype, copy=False)

    def _grown(self, letter: str, size: int) -> ints.Ints:
        found = self._found.get(letter)
        if found is None or len(found) < size:
            room = np.zeros((max(size, 2 * (0 if found is None else len(found))), len(self.slots.columns)), np.int32)
            if found is not None:
                room = room.astype(found.dtype)
                room[: len(found)] = found
            found = self._found[letter] = room
        return found

    def matrix(self, letter: str, size: int) -> ints.Ints:
        """Return the counts of a status: a row for each area, a column for each rule and scope."""
        return self._grown(letter, size)[:size]

    def has(self, rule: int, scope: str) -> bool:
        """Say whether a rule is counted here."""
        return (rule, scope) in self.slots.places

    def of(self, leaf: tuple[int, tuple[int, ...], str], letter: str, size: int) -> ints.Ints:
        """Return how many units of each area have a status under a rule, in a scope."""
        place = self.slots.places.get((leaf[0], leaf[2]))
        if place is None or letter not in self._found:
            return np.zeros(size, dtype=np.int64)
        return self._grown(letter, size)[:size, place].astype(np.int64)


def count_statuses(
    slots: Slots, judged: Mapping[int, Judged], scopes: Mapping[str, Codes | None], parcels: Parcels
) -> dict[str, ints.Ints]:
    """Count by parcel how many units have which status.

    Args:
        slots: The columns wanted.
        judged: By rule, the units' statuses; those of rules that are not judged here count none.
        scopes: By scope, 0xFF for the units that it concerns and 0 for others; null for all of them.
        parcels: The units by area.

    Returns:
        By letter of a status that occurs, a row for each parcel and a column for each slot.
    """
    rows = len(next(iter(judged.values()))[0])
    runs = _runs(parcels.starts, rows)
    found: dict[str, ints.Ints] = {}
    for of, rules in slots.groups.items():
        here = [rule for rule in rules if rule in judged]
        for letter in "PUEIF":
            code = LETTERS.index(letter)
            asked = [
                rule for rule in here if judged[rule][1] >> code & 1 and not (code == F and _by_rest(judged[rule]))
            ]
            for first in range(0, len(asked), _TOGETHER):
                some = asked[first : first + _TOGETHER]
                packed = _packed([judged[rule][0] for rule in some], code)
                for scope in of:
                    counts = _added(packed, scopes[scope], parcels, runs)
                    _room(found, letter, parcels, slots)[:, _columns(slots, some, scope)] = counts[:, : len(some)]
        rest = [rule for rule in here if _by_rest(judged[rule])]
        for scope in of if rest else ():
            columns = _columns(slots, rest, scope)
            everybody = _row_counts(rows, scopes[scope], parcels, runs)
            others = sum(part[:, columns] for letter, part in found.items() if letter != "F")
            _room(found, "F", parcels, slots)[:, columns] = everybody[:, None] - others
    return found


def _by_rest(judged: Judged) -> bool:
    """Say whether every unit has one of the statuses that are counted, so that those that fail are the rest."""
    return judged[1] & ~_COUNTED == 0 and judged[1] >> F & 1 == 1


def _columns(slots: Slots, rules: Sequence[int], scope: str) -> list[int]:
    return [slots.places[rule, scope] for rule in rules]


def _room(found: dict[str, ints.Ints], letter: str, parcels: Parcels, slots: Slots) -> ints.Ints:
    if letter not in found:
        found[letter] = np.zeros((len(parcels.starts), len(slots.columns)), dtype=np.int32)
    return found[letter]


def _packed(statuses: Sequence[Codes], code: int) -> Codes:
    """Put up to eight answers, whether a unit has a status, in the bits of one byte."""
    has = np.empty(len(statuses[0]), dtype=bool)
    packed = np.zeros(len(has), dtype=np.uint8)
    for status in reversed(statuses):
        np.equal(status, code, out=has)
        np.add(packed, packed, out=packed)
        np.bitwise_or(packed, has.view(np.uint8), out=packed)
    return packed


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


def _added(packed: Codes, mask: Codes | None, parcels: Parcels, runs: _Runs) -> ints.Ints:
    """Count the bits of the units of each parcel that a mask leaves: a row of eight counts, the lowest bit first."""
    if not len(runs.starts):
        return np.zeros((0, _TOGETHER), dtype=np.int32)
    if mask is not None:
        packed = np.bitwise_and(packed, mask)
    if parcels.order is not None:
        packed = packed.take(parcels.order)
    counters = np.unpackbits(packed, bitorder="little").view(np.uint64)
    counts: Any = np.add.reduceat(counters, runs.starts).view(np.uint8).reshape(-1, _TOGETHER)
    return counts if runs.first is None else np.add.reduceat(counts, runs.first, axis=0, dtype=np.int32)


def _row_counts(rows: int, mask: Codes | None, parcels: Parcels, runs: _Runs) -> ints.Ints:
    """Count the rows of each parcel, or those of a scope."""
    if mask is None:
        return np.diff(parcels.starts, append=rows).astype(np.int32)
    return _added(mask & np.uint8(1), None, parcels, runs)[:, 0].astype(np.int32)


def masks_of(concerned: Mapping[str, ints.Bools]) -> dict[str, Codes | None]:
    """Turn, by scope, which units it concerns into bytes: 0xFF for those and 0 for others; null where it is all."""
    return {
        scope: None if scope == ALL else np.multiply(units, np.uint8(_MOST), dtype=np.uint8)
        for scope, units in concerned.items()
    }
