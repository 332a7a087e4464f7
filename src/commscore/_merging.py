"""Parts -> the whole: results of parts of the data, merged exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine._areas import merged
from commscore._engine._tearing import torn_across
from commscore._results import Result, settled
from commscore._tables import KeySet
from commscore.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._tables import Block, Column


def merge(*results: Result) -> Result:
    """Merge the results of parts of the data into the result of the whole, bit for bit.

    Args:
        *results: Results of the same ruleset, level, rollup and day; their units come in the order given. Further
            tables (``more``) must have been the same for all.

    Returns:
        The result that ``evaluate`` gives for all units together.

    Raises:
        UsageError: Nothing to merge, or results that do not belong together.
        DataError: Units that are in more than one part, or areas that lie in one place in the one part and elsewhere in
            the other.

    Example:
        >>> import commscore
        >>> table = {"code": ["210202001001", "210202001002"], "kind": ["urban", "urban"], "social_orgs": [12, 3]}
        >>> parts = [commscore.evaluate({k: v[i : i + 1] for k, v in table.items()}, "dalian-2023") for i in (0, 1)]
        >>> commscore.merge(*parts).units.equals(commscore.evaluate(table, "dalian-2023").units)
        True
    """
    if not all(isinstance(result, Result) for result in results):
        raise UsageError("merge: give results of evaluate, one after the other: merge(*results)")
    if not results:
        raise UsageError("merge: give at least one result")
    _check_alike(results)
    _check_units(results)
    first = results[0]
    own = merged([result.own for result in results])
    run = attrs.evolve(first.run, own=[units for result in results for units in result.run.own])
    return settled(first.context, tuple(part for result in results for part in result.parts), run, own)


def _check_alike(results: tuple[Result, ...]) -> None:
    """Refuse results of other rulesets, days, levels or columns: their parts would not mean the same."""
    first = results[0]
    for number, other in enumerate(results[1:], start=2):
        for name, one, two in (
            ("ruleset", (first.ruleset.id, first.ruleset.hash), (other.ruleset.id, other.ruleset.hash)),
            ("level", first.plan.level, other.plan.level),
            ("as_of", str(first.plan.as_of), str(other.plan.as_of)),
            ("rollup", first.plan.rollup, other.plan.rollup),
            ("columns", _columns(first), _columns(other)),
        ):
            if one != two:
                raise UsageError(f"merge: result {number} has another {name} than result 1: {two}, not {one}")
        if not _same_further(first.run.coarser, other.run.coarser):
            raise UsageError(f"merge: result {number} was made with other further tables (more=) than result 1")


def _columns(result: Result) -> dict[str, list[str]]:
    shapes = result.plan.shapes.values()
    return {shape.level: [*sorted(shape.inputs), *(["kind"] if shape.has_kind else [])] for shape in shapes}


def _same_further(one: Mapping[str, Block], two: Mapping[str, Block]) -> bool:
    return one.keys() == two.keys() and all(_same_block(one[level], two[level]) for level in one)


def _same_block(one: Block, two: Block) -> bool:
    if not one.keys.equals(two.keys) or one.columns.keys() != two.columns.keys():
        return False
    return all(_same_column(one.columns[name], two.columns[name]) for name in one.columns)


def _same_column(one: Column, two: Column) -> bool:
    first, second = (np.zeros(len(side.values), np.uint8) if side.state is None else side.state for side in (one, two))
    return np.array_equal(one.values, two.values) and np.array_equal(first, second) and one.labels == two.labels


def _check_units(results: tuple[Result, ...]) -> None:
    """Refuse units that are in more than one part, and areas that lie in one place here and in another there."""
    faults = torn_across(result.own for result in results)
    if all(result.keyed for result in results):  # rows told apart by number have no key of their own
        seen, row = KeySet(), 0
        for result in results:
            for part in result.parts:
                seen.add(part.units.block.keys, row)
                row += part.units.rows
        faults += seen.faults(table="merged data", column="key")
    if faults:
        raise DataError(faults)
