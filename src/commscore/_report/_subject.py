"""A key -> the unit or area that it names, with its row of scores and its findings."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, TypeVar

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commscore._findings import UnitPart, unit_findings
from commscore._results import Result, area_scores
from commscore._ruleset import LEVELS
from commscore._subjects import taken
from commscore._tables import Areas, Block
from commscore._units import Units
from commscore.errors import UsageError

_FEW = 2000  # so many keys are compared letter by letter
_SHOWN = 3

Sliced = TypeVar("Sliced")


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
    if rest and level in LEVELS:
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
    block = part.units.block
    here = slice(row, row + 1)
    alone = Block(
        rows=1,
        first_row=block.first_row + row,
        columns={name: _cut(column, here) for name, column in block.columns.items()},
        kind=None if block.kind is None else _cut(block.kind, here),
        areas={level: _own_area(areas, row) for level, areas in block.areas.items()},
        keys=block.keys.slice(row, 1),
        codes=None if block.codes is None else block.codes.slice(row, 1),
    )
    units = Units(alone, part.units.level, part.units.inputs, part.units.coarser)
    verdicts = tuple(_cut(verdict, here) for verdict in part.verdicts)
    results = tuple(taken(part.results, np.array([row])))
    return attrs.evolve(part, units=units, verdicts=verdicts, results=results)


def _cut(value: Sliced, here: slice) -> Sliced:
    """Cut every array of a value that holds some, all of which have one element per row."""
    held = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}  # type: ignore[arg-type]
    arrays = {name: array[here] for name, array in held.items() if isinstance(array, np.ndarray)}
    return attrs.evolve(value, **arrays)  # type: ignore[type-var]


def _own_area(areas: Areas, row: int) -> Areas:
    code = int(areas.codes[row])
    known = code >= 0
    labels = np.array([areas.labels[code]] if known else [], dtype=object)
    return Areas(labels, np.array([0 if known else -1], dtype=np.int32))


# ---- AREAS ----


def _area(result: Result, key: str, levels: list[str] | tuple[str, ...]) -> Subject | None:
    for level in levels:
        if level in result.plan.area_levels and key in result.run.tally.index(level).ids:
            table = area_scores(result.context, result.run, level)
            scores = table.filter(pc.equal(table["key"], key)).to_pylist()[0]
            return Subject(key, level, scores, result.findings(level=level, key=key).to_pylist(), None)
    return None


def _not_found(result: Result, key: str) -> str:
    near = near_keys(result, key)
    message = f"key: there is no unit or area {key!r}"
    return f"{message}; did you mean {', '.join(map(repr, near))}?" if near else f"{message} in this result"


def near_keys(result: Result, key: str) -> list[str]:
    """Return the keys nearest to one that does not exist: of all of them, or of those that begin alike where they are many."""
    areas = {label for level in result.plan.area_levels for label in result.run.tally.index(level).labels if label}
    found = list(areas)
    columns = [part.units.block.keys for part in result.parts]
    for length in range(len(key), -1, -1):
        alike = [keys.filter(pc.starts_with(keys, key[:length])) for keys in columns]
        count = sum(map(len, alike))
        if sum(map(len, columns)) <= _FEW or count or not length:
            chosen = columns if sum(map(len, columns)) <= _FEW else alike
            found += [name for keys in chosen for name in keys.slice(0, _FEW).to_pylist() if name]
            break
    return get_close_matches(key, sorted(set(found)), n=_SHOWN)
