"""The units of a block: their own columns, those of the areas they lie in, and which of them a rule concerns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs
import numpy as np
import pyarrow as pa

from commscore._engine import _integers as ints
from commscore._engine._codes import Codes, select
from commscore._engine._plan import UNITS, Node, rank, scopes_of
from commscore._requirement import Interval, interval
from commscore._ruleset import ALL, CODE_LENGTHS, SCOPES, Filter, Input
from commscore._tables import Areas, Block
from commscore._tables._area_codes import Numbered
from commscore._tables._exact import MISSING, OK, Column, taken
from commscore._tables._places import Places

# Whether a unit is in scope; where several filters meet, the greatest wins: out of one is out of all.
IN, MAYBE_MISSING, MAYBE_INVALID, OUT = 0, 1, 2, 3


@attrs.frozen(eq=False)
class Units:
    """The units of one block: their own columns, and those of the areas they lie in.

    Attributes:
        block: The rows.
        level: Their level.
        inputs: The catalogue entries of the ruleset's inputs.
        coarser: By level, tables of coarser levels, each as one block.
    """

    block: Block
    level: str
    inputs: Mapping[str, Input]
    coarser: Mapping[str, Block]

    @property
    def rows(self) -> int:
        """Return the number of units."""
        return self.block.rows

    def areas(self, level: str) -> Areas:
        """Return which area of a level each unit lies in; none where the table does not say."""
        found = self.block.areas.get(level)
        return Areas((), np.full(self.rows, -1, dtype=np.int32)) if found is None else found

    def numbers(self, level: str) -> Numbered | None:
        """Return the code of each unit's area of a level, as numbers; null where the units' codes do not tell it."""
        areas = self.block.areas
        return areas.numbers(level) if isinstance(areas, Places) else None

    def is_told_by_code(self, level: str) -> bool:
        """Say whether each unit's code alone tells its area of a level."""
        areas = self.block.areas
        return isinstance(areas, Places) and areas.width(level) > 0

    def column(self, name: str) -> Column:
        """Return an input's column: the unit's own, or the value of the area that the unit lies in."""
        if name == UNITS:
            return Column(np.ones(self.rows, dtype=np.int64), None)
        if self.is_joined(name):
            level = self.inputs[name].level
            table = self.coarser[level]
            return _joined(self.areas(level), table, level, table.columns[name])
        return self.block.columns[name]

    def is_joined(self, name: str) -> bool:
        """Say whether an input is that of the area that the unit lies in, in a table of its own."""
        if name == UNITS:
            return False
        level = self.inputs[name].level
        table = self.coarser.get(level)
        return rank(level) > rank(self.level) and table is not None and name in table.columns

    def at(self, rows: ints.Ints) -> Units:
        """Return some of the units, as a block of their own."""
        block = self.block
        wanted = pa.array(rows)
        found = Block(
            rows=len(rows),
            first_row=block.first_row,
            columns=block.columns.at(rows),
            kind=None if block.kind is None else taken(block.kind, rows),
            areas=_AreasAt(block.areas, rows),
            keys=block.keys.take(wanted),
            codes=None if block.codes is None else block.codes.take(wanted),
        )
        return attrs.evolve(self, block=found)

    def own(self, name: str) -> Column:
        """Return an input's column in this very table."""
        return self.column(name) if name == UNITS else self.block.columns[name]


class _AreasAt(Mapping[str, Areas]):
    """The areas of some rows of a block, looked up when asked for."""

    def __init__(self, areas: Mapping[str, Areas], rows: ints.Ints) -> None:
        self._areas = areas
        self._rows = rows

    def __getitem__(self, level: str) -> Areas:
        found = self._areas[level]
        return attrs.evolve(found, codes=found.codes[self._rows])

    def __iter__(self) -> Iterator[str]:
        return iter(self._areas)

    def __len__(self) -> int:
        return len(self._areas)


def _joined(areas: Areas, table: Block, level: str, column: Column) -> Column:
    """Give each unit the value of its area; an area that the other table lacks is a missing value."""
    row_of = {label: row for row, label in enumerate(_own_labels(table, level))}
    by_label = np.array([row_of.get(label, -1) for label in areas.labels] + [-1], dtype=np.int64)
    rows = by_label[areas.codes]
    state = np.zeros(len(rows), dtype=np.uint8) if column.state is None else column.state[rows]
    found = rows >= 0
    values = ints.choose(found, column.values[rows], 0) if len(column.values) else np.zeros(len(rows), dtype=np.int64)
    return Column(values, np.where(found, state, MISSING).astype(np.uint8), column.labels)


def _own_labels(table: Block, level: str) -> list[str | None]:
    areas = table.areas[level]
    labels = [*areas.labels, None]
    return [labels[code] for code in areas.codes.tolist()]


# ---- SCOPE ----


def membership(node: Node, units: Units, scope: str | None = None) -> Codes | None:
    """Say which units are in scope: IN, OUT, or open; null when all are in.

    Args:
        node: The part whose ``where`` and requirement say whom it concerns.
        units: The units.
        scope: Only those of this scope; by default those of any scope that the requirement distinguishes.
    """
    codes = [_filtered(key, units) for key in node.part.where]
    kinds = (scope,) if scope is not None else scopes_of(node.part)
    if ALL not in kinds and not _all_among(kinds, units):
        codes.append(_kind_among(kinds, units))
    if not codes:
        return None
    result = codes[0]
    for more in codes[1:]:
        result = np.maximum(result, more)
    return result if result.any() else None


def _filtered(key: Filter, units: Units) -> Codes:
    if key.input == "kind":
        return _kind_among(key.values, units)
    if key.input == "code" or key.input in CODE_LENGTHS:
        areas = units.areas(units.level if key.input == "code" else key.input)
        wanted = np.array([label in key.values for label in areas.labels] + [False], dtype=bool)
        inside = _in_or_out(wanted[areas.codes])
        return select(areas.codes < 0, np.uint8(MAYBE_MISSING), inside)
    column = units.column(key.input)
    if key.requirement is None:
        wanted = np.array([label in key.values for label in column.labels] + [False], dtype=bool)
        holds = wanted[column.values]
    else:
        declared = units.inputs[key.input]
        holds = within(column.values, None, interval(key.requirement), factor=Fraction(1, 10**declared.places))
    return _opened(_in_or_out(holds), column.state)


def _in_or_out(holds: ints.Bools) -> Codes:
    return np.multiply(np.logical_not(holds).view(np.uint8), np.uint8(OUT))


def _all_among(kinds: tuple[str, ...], units: Units) -> bool:
    """Say whether it follows from their being told at all that units are of some kinds."""
    kind = units.block.kind
    return kind is not None and kind.state is None and set(kinds) == set(SCOPES)


def _kind_among(kinds: tuple[str, ...], units: Units) -> Codes:
    column = units.block.kind
    assert column is not None  # the plan leaves the rule out where the table has no kinds  # noqa: S101
    holds = np.zeros(len(column.values), dtype=bool)
    for kind in set(kinds):
        holds |= np.asarray(column.values == SCOPES.index(kind), dtype=bool)
    return _opened(_in_or_out(holds), column.state)


def _opened(codes: Codes, state: Codes | None) -> Codes:
    """Put "open" where the deciding value is missing or invalid (the two share their numbers)."""
    return codes if state is None else select(state == OK, codes, state)


def within(num: ints.Ints, den: ints.Ints | None, wanted: Interval, *, factor: Fraction) -> ints.Bools:
    """Say where ``num / den * factor`` lies in an interval."""
    result = None
    if wanted.lower is not None:
        result = ints.at_or_above(num, den, wanted.lower, factor=factor, strict=wanted.lower_open)
    if wanted.upper is not None:
        below = ints.at_or_below(num, den, wanted.upper, factor=factor, strict=wanted.upper_open)
        result = below if result is None else result & below
    return np.ones(num.shape, dtype=bool) if result is None else result
