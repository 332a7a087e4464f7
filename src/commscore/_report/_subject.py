"""A key -> the unit or area that it names, with its row of scores and its findings."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commscore._engine._codes import Verdicts
from commscore._engine._findings import unit_findings
from commscore._engine._parts import UnitPart
from commscore._engine._units import Units
from commscore._result_tables import area_scores
from commscore._ruleset import AREA_LEVELS
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._results import Result

_FEW = 2000  # so many keys are compared letter by letter
_SHOWN = 3


@attrs.frozen(eq=False)
class Subject:
    """One unit or area.

    Attributes:
        key: Its key.
        level: Its level.
        scores: Its row of `Result.units` or `Result.areas`.
        findings: Its rows of `Result.findings`, rules in file order.
        part: For a unit, itself as a block of one row; null for an area.
    """

    key: str
    level: str
    scores: dict[str, Any]
    findings: list[dict[str, Any]]
    part: UnitPart | None


def subject_of(result: Result, key: str) -> Subject:
    """Find the unit, or else the area, of a key; ``level:key`` means an area of that level.

    Raises:
        UsageError: There is none; the message names near ones.
    """
    level, _, rest = key.partition(":")
    if rest and level in AREA_LEVELS:
        found = _unit(result, key) or _area(result, rest, [level])
    else:
        found = _unit(result, key) or _area(result, key, result.plan.area_levels)
    if found is None:
        raise UsageError(_not_found(result, key))
    return found


# ---- UNITS ----


def _unit(result: Result, key: str) -> Subject | None:
    first = 0
    for part in result.parts:
        keys = part.units.block.keys
        row = pc.index(keys, pa.scalar(key, keys.type)).as_py()
        if row >= 0:
            one = single(part, row)
            table = unit_findings(one, result.context.scorer, lambda shown: shown.status >= 0)
            scores = result.units.slice(first + row, 1).to_pylist()[0]
            return Subject(key, result.plan.level, scores, table.to_pylist(), one)
        first += part.units.rows
    return None


def single(part: UnitPart, row: int) -> UnitPart:
    """Return one unit of a block as a block of its own, so that looking at it costs no more than that."""
    rows = np.array([row])
    verdicts = tuple(Verdicts(found.status[rows], found.reason[rows]) for found in part.verdicts)
    areas = None if part.areas is None else part.areas[rows]
    own = {index: found.at(rows) for index, found in part.own.items()}
    return attrs.evolve(
        part, units=part.units.at(rows), verdicts=verdicts, statuses=part.statuses[:, rows], areas=areas, own=own
    )


# ---- AREAS ----


def _area(result: Result, key: str, levels: list[str] | tuple[str, ...]) -> Subject | None:
    for level in levels:
        if level in result.plan.area_levels and key in result.run.tally.index(level).ids:
            table = area_scores(result.context, result.run, level)
            scores = table.filter(pc.equal(table["key"], key)).to_pylist()[0]
            return Subject(key, level, scores, result.findings(level=level, key=key).to_pylist(), None)
    return None


def row_of_area(result: Result, level: str, key: str) -> Units | None:
    """Return the row of a further table that is an area itself; null where no table has one."""
    block = result.run.coarser.get(level)
    if block is None:
        return None
    units = Units(block, level, result.run.inputs, result.run.coarser)
    areas = units.areas(level)
    rows = np.flatnonzero(np.isin(areas.codes, [i for i, label in enumerate(areas.labels) if label == key]))
    return units.at(rows[:1]) if len(rows) else None


def holds_all_units(result: Result) -> bool:
    """Say whether all units are at hand; of streamed files only some, or none, are kept."""
    held = sum(part.units.rows for part in result.parts)
    return all(held == unit_count(result, level) for level in result.plan.area_levels)


def unit_count(result: Result, level: str) -> int:
    """Count the units that went into the areas of a level."""
    return int(result.run.tally.index(level).units.sum())


def _not_found(result: Result, key: str) -> str:
    near = near_keys(result, key)
    message = f"key: there is no unit or area {key!r}"
    return f"{message}; did you mean {', '.join(map(repr, near))}?" if near else f"{message} in this result"


def near_keys(result: Result, key: str) -> list[str]:
    """Return the keys nearest to one that does not exist; where they are many, of those that begin alike."""
    found = {label for level in result.plan.area_levels for label in result.run.tally.index(level).labels if label}
    columns = [part.units.block.keys for part in result.parts]
    for keys in columns if sum(map(len, columns)) <= _FEW else _alike(columns, key):
        found |= {name for name in keys.slice(0, _FEW).to_pylist() if name}
    return get_close_matches(key, sorted(found), n=_SHOWN)


def _alike(columns: list[Any], key: str) -> list[Any]:
    """Return the keys that have the longest beginning in common with one."""
    for length in range(len(key), 0, -1):
        alike = [keys.filter(pc.starts_with(keys, key[:length])) for keys in columns]
        if any(map(len, alike)):
            return alike
    return columns
