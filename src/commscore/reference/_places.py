"""Find the rows inside a place, and where a row's value of an input comes from (spec 3, levels)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._ruleset import LEVELS
from commscore._status import Reason
from commscore.errors import DataError, DataFault
from commscore.reference._rows import finer
from commscore.reference._values import Cell, Hole, bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from commscore.reference._rows import Data, Row

UNITS = "units"  # built in: 1 for every place
Span = tuple[Fraction | None, Fraction | None]  # least and greatest possible value; null is unbounded


@attrs.frozen(eq=False)
class Place:
    """A unit or an area, with the rows that lie in it.

    Attributes:
        level: Its level.
        key: Its code; null for the rows whose place at this level is not known.
        rows: By level of their table, the place's own level included.
        unit: The scored row that it is; null for areas.
    """

    level: str
    key: str | None
    rows: Mapping[str, tuple[Row, ...]]
    unit: Row | None = None


def units(data: Data) -> list[Place]:
    """Return every scored row as a place, with the rows of finer tables that lie in it."""
    inside = {place.key: place for place in areas(data, data.main)}
    scored = data.tables[data.main].rows
    return [
        Place(
            data.main,
            row.areas[data.main],
            {**inside[row.areas[data.main]].rows, data.main: (row,)},
            unit=row,
        )
        for row in scored
    ]


def areas(data: Data, level: str) -> list[Place]:
    """Return every place of a level that some row is or lies in."""
    return _group(level, (row for table in data.tables.values() for row in table.rows))


def inside(data: Data, place: Place, level: str) -> list[Place]:
    """Return the places of a finer level inside a place, each whole.

    A place whose rows say in part only where it lies is inside what they do say. The rows whose place at the finer
    level is not known make one group, which is inside every place that one of them lies in.
    """
    rows = [row for rows in place.rows.values() for row in rows if not finer(level, row.level)]
    keys = {row.areas[level] for row in rows}
    found = [one for one in areas(data, level) if one.key in keys]
    if place.key is not None:
        return found
    return [one for one in found if one.key is None or not _is_placed(one, place.level)]


def _is_placed(place: Place, level: str) -> bool:
    """Say whether some row of a place says in which coarser one it lies."""
    return any(row.areas[level] is not None for rows in place.rows.values() for row in rows)


def _group(level: str, rows: Iterable[Row]) -> list[Place]:
    found: dict[str | None, dict[str, tuple[Row, ...]]] = {}
    for row in rows:
        if not finer(level, row.level):
            tables = found.setdefault(row.areas[level], {})
            tables[row.level] = (*tables.get(row.level, ()), row)
    return [Place(level, key, tables) for key, tables in found.items()]


def source(data: Data, name: str, level: str) -> str | Reason:
    """Find the table that gives rows of one level their value of an input.

    A coarser input is that of the area a row lies in, where a further table has it (the units themselves are not looked
    up in); failing that, and for all others, the row's own table has it.

    Args:
        data: All tables.
        name: An input or built-in.
        level: The level of the rows that ask.

    Returns:
        The level of the table, or why the input cannot be checked: no table has it, or only tables of other levels.
    """
    if name == UNITS:
        return level if level in data.tables else Reason.OTHER_LEVEL
    if name in LEVELS:
        return _area_source(data, name, level)
    declared = data.ruleset.inputs[name].level if name in data.ruleset.inputs else level
    if finer(level, declared) and declared != data.main and has(data, declared, name):
        return declared
    if has(data, level, name):
        return level
    return Reason.OTHER_LEVEL if any(has(data, other, name) for other in data.tables) else Reason.MISSING_COLUMN


def _area_source(data: Data, name: str, level: str) -> str | Reason:
    """Say whether rows of a level know the area they lie in: by column, by code, or because all are in one."""
    if finer(name, level):
        return Reason.OTHER_LEVEL
    known = has(data, level, name) or has(data, level, "code") or not finer(name, data.ruleset.jurisdiction.level)
    return level if known else Reason.MISSING_COLUMN


def has(data: Data, level: str, name: str) -> bool:
    """Say whether the table of a level has a column for an input or built-in."""
    return level in data.tables and name in data.tables[level].names


def finest_table(data: Data, name: str) -> str | Reason:
    """Return the level of the finest table that has an input, whatever level it describes (``total`` and its kin)."""
    found = [level for level in LEVELS if has(data, level, name)]
    return found[0] if found else Reason.MISSING_COLUMN


def value(data: Data, row: Row, name: str) -> Cell:
    """Return a row's value of an input: its own, or that of the area it lies in."""
    if name == UNITS:
        return Fraction(1)
    if name in LEVELS:
        return row.areas[name] or Hole.MISSING
    level = source(data, name, row.level)
    if level == row.level or isinstance(level, Reason):
        return row.cells.get(name, Hole.MISSING)
    holders = data.tables[level].places.get(row.areas[level], ())
    if len(holders) > 1:
        text = f"several rows are the {level} {row.areas[level]!r}, so its {name!r} is not known; keep one"
        raise DataError([DataFault(text, level, None, tuple(holder.position for holder in holders), len(holders))])
    return holders[0].cells[name] if holders and row.areas[level] is not None else Hole.MISSING


def own_value(row: Row, name: str) -> Cell:
    """Return what a row itself holds of an input, as what is added up must be."""
    return Fraction(1) if name == UNITS else row.cells.get(name, Hole.MISSING)


def span(data: Data, row: Row, name: str) -> Span:
    """Return what a row's own value may be: itself, or anything within the bounds where there is none."""
    cell = own_value(row, name)
    if isinstance(cell, Fraction):
        return cell, cell
    declared = data.ruleset.inputs[name]
    least, greatest = bounds(declared)
    whole = row.cells.get(declared.part_of or "")
    if isinstance(whole, Fraction):
        whole = max(whole, least)
        greatest = whole if greatest is None else min(whole, greatest)
    return least, greatest
