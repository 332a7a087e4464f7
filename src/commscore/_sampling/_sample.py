"""Ruleset -> tables of made-up units that could be real."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa

from commscore import _arguments as arguments
from commscore._loading import load_ruleset
from commscore._ruleset import Input, InputType, Ruleset
from commscore._sampling._asked import NAME, asked_by_level, main_level, place_columns
from commscore._sampling._figures import Aim, Row, aims_of
from commscore._sampling._places import codes
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MADE_UP = "made up by commscore; these places and figures do not exist"
_RURAL = 0.4
_TYPES = {InputType.COUNT: pa.int64(), InputType.FLAG: pa.bool_(), InputType.CATEGORY: pa.string()}
_DIRT = ("-", "约10", "1,23", "#DIV/0!", "-5")


@attrs.frozen(eq=False)
class Sample:
    """Made-up data: ``evaluate(sample.table, ruleset, level=sample.level, more=sample.more)``.

    Attributes:
        table: The units; its columns are named by input.
        level: Their level.
        more: The tables of other levels that rules need.
        ruleset: For which ruleset it is.
    """

    table: pa.Table
    level: str
    more: Mapping[str, pa.Table]
    ruleset: Ruleset


def sample(
    ruleset: str | Path | Ruleset, rows: int = 1000, *, seed: int = 0, level: str | None = None, dirt: float = 0.0
) -> Sample:
    """Make up data for a ruleset: plausible figures below, at and above what it asks, and some missing ones.

    Codes lie in the ruleset's jurisdiction, names begin with 虚构 (made up), and the tables' metadata says the same.
    Every value can be read: without ``dirt`` no finding is ``error``.

    Args:
        ruleset: An id, a path or a loaded ruleset.
        rows: How many units.
        seed: The same seed gives the same data, with the same version of commscore.
        level: The level of the units; by default communities, or the finest that any input describes.
        dirt: The share of cells, 0 to 1, that hold what people leave in spreadsheets: marks, words, errors.

    Returns:
        The units and the tables of other levels. Columns: ``code`` (text), ``name``, ``kind`` (communities only), then
        an input each: counts are int64, quantities and rates doubles, flags bools, categories text; null where missing.
        With ``dirt``, columns of numbers are text. Sites have ``community``, the code of theirs, in place of ``code``.

    Raises:
        RulesetError: The ruleset cannot be used.
        UsageError: An argument makes no sense, or there are not so many codes.

    Example:
        >>> import commscore
        >>> made = commscore.sample("taian-2023", 200, seed=7)
        >>> result = commscore.evaluate(made.table, "taian-2023", level=made.level, more=made.more)
        >>> result.units.num_rows
        200
    """
    loaded = load_ruleset(arguments.ruleset_name(ruleset))
    asked = asked_by_level(loaded)
    main = level or main_level(asked)
    _check(rows, seed, dirt)
    if main not in asked:
        raise UsageError(f"level: {loaded.id} asks nothing of {main!r}; there are {', '.join(asked)}")
    places = codes(loaded, rows if main in {"community", "site"} else max(rows, 20))
    places["site"] = places["community"]
    places[main] = (places[main] * -(-rows // len(places[main])))[:rows] if main == "site" else places[main][:rows]
    if len(places[main]) < rows:
        raise UsageError(f"rows: {loaded.id} has no more than {len(places[main])} of level {main!r}")
    aims = aims_of(loaded)
    tables = {
        at: _table(at, places[at], entries, aims, Random(f"{seed} {at}"), dirt=dirt)  # noqa: S311 - no secret
        for at, entries in asked.items()
        if at in places
    }
    return Sample(tables.pop(main), main, tables, loaded)


def _check(rows: Any, seed: Any, dirt: Any) -> None:
    for name, value, least in (("rows", rows, 1), ("seed", seed, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise UsageError(f"{name}: give a whole number from {least}, not {value!r}")
    if isinstance(dirt, bool) or not isinstance(dirt, int | float) or not 0 <= dirt <= 1:
        raise UsageError(f"dirt: give a share of cells from 0 to 1, not {dirt!r}")


def _table(
    level: str, places: Sequence[str], entries: Sequence[Input], aims: Mapping[str, Aim], draw: Random, *, dirt: float
) -> pa.Table:
    columns: dict[str, list[Any]] = {name: _place_column(name, places, draw) for name in place_columns(level)}
    inputs = {entry.name: entry for entry in entries}
    rows = [Row(inputs, aims, draw, len(places)) for _ in places]
    found = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    for entry in entries:
        cells = [row.cell(entry.name) for row in rows]
        found[entry.name] = _dirty(cells, draw, dirt) if dirt else pa.array(cells, _TYPES.get(entry.type, pa.float64()))
    return pa.table(found, metadata={"commscore": MADE_UP})


def _place_column(name: str, places: Sequence[str], draw: Random) -> list[Any]:
    if name == NAME:
        return [f"虚构{number:05d}" for number in range(1, len(places) + 1)]
    if name == "kind":
        return ["rural" if draw.random() < _RURAL else "urban" for _ in places]
    return list(places)


def _dirty(cells: list[Any], draw: Random, dirt: float) -> pa.Array:
    """Write cells as text, some of them as people leave them in spreadsheets."""
    written = [None if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell) for cell in cells]
    return pa.array([draw.choice(_DIRT) if draw.random() < dirt else cell for cell in written], pa.string())
