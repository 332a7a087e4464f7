"""Where in an area to begin: for each failing rule, the places inside that hold it back, the most useful first."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import isnan
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._engine._kernel import judge_condition
from commscore._engine._plan import Node, Operand, RulePlan, judged_at_units, rank
from commscore._engine._prices import unit_credit, unit_numbers
from commscore._engine._run import chain_membership
from commscore._engine._units import IN, Units
from commscore._improving._standing import Standing, standing_of
from commscore._requirement import Requirement, interval
from commscore._ruleset import ALL
from commscore._status import F, Status
from commscore._tables._exact import OK, Column
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._results import Result

SCHEMA = pa.schema(
    [
        ("rule", pa.string()),
        ("scope", pa.string()),
        ("level", pa.string()),
        ("key", pa.string()),
        ("value", pa.float64()),
        ("shortfall", pa.float64()),
        ("cumulative", pa.float64()),
        ("needed", pa.bool_()),
    ]
)


@attrs.frozen
class Place:
    """A place inside an area that holds a rule back.

    Attributes:
        key: Its key.
        value: Its own value.
        shortfall: What mending it adds to what is counted: places for shares and ``each``, else Σ of the numerator.
        order: By what places are sorted: the smallest first.
    """

    key: str | None
    value: float | None
    shortfall: Fraction
    order: Fraction


def fix_first(result: Result, key: str) -> Any:
    """Return the places to begin with, for each failing finding of an area: see `Result.fix_first`."""
    standing = standing_of(result, str(key))
    if standing.subject.part is not None:
        raise UsageError(f"key: {key!r} is a unit, with nothing inside; `improve` says what to mend in it")
    rows: list[dict[str, Any]] = []
    plans = {plan.rule.id: plan for plan in result.plan.rules}
    for position in standing.positions((Status.FAIL,)):
        finding = standing.subject.findings[position]
        plan, scope = plans[finding["rule"]], finding["scope"] or ALL
        level, places = _places(result, standing, plan, scope)
        rows += _ranked(places, finding, level)
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _ranked(places: list[Place], finding: dict[str, Any], level: str) -> Iterator[dict[str, Any]]:
    """Sort places, and say which of them are enough together."""
    total, gap = Fraction(0), finding["gap"]
    for place in sorted(places, key=lambda each: (each.order, each.key or "")):
        needed = gap is None or total < Fraction(gap)
        total += place.shortfall
        yield {
            "rule": finding["rule"],
            "scope": finding["scope"],
            "level": level,
            "key": place.key,
            "value": place.value,
            "shortfall": float(place.shortfall),
            "cumulative": float(total),
            "needed": needed,
        }


def _places(result: Result, standing: Standing, plan: RulePlan, scope: str) -> tuple[str, list[Place]]:
    """Return the places inside an area that hold a rule back, with their level."""
    level = standing.subject.level
    if not plan.at_units and rank(plan.judged) < rank(level):
        return plan.judged, _areas_inside(result, standing, plan, scope)
    table = _table_of(plan)
    found: list[Place] = []
    for units in _rows_of(result, table):
        rows = _inside(units, level, standing.subject.key)
        if len(rows):
            found += _counted(plan, scope, units, rows)
    return table or result.plan.level, found


def _table_of(plan: RulePlan) -> str | None:
    """Return the level of the rows that a rule counts; null where it adds up tables of several levels, or totals."""
    node = plan.node
    if plan.at_units:
        return node.table
    if _counts_units(node):
        return node.children[0].table
    tables = {operand.table for operand in node.operands}
    return tables.pop() if node.form in {"mean", "ratio"} and len(tables) == 1 else None


def _counts_units(node: Node) -> bool:
    """Say whether it is a share of units, not of areas judged by an assessment of their own."""
    return node.form == "share" and judged_at_units(node.children[0].part) and node.children[0].part.over is None


def _rows_of(result: Result, table: str | None) -> Iterator[Units]:
    """Yield the rows of the table of a level."""
    if table == result.plan.level:
        yield from (part.units for part in result.parts)
    elif table is not None and table in result.run.coarser:
        yield Units(result.run.coarser[table], table, result.run.inputs, result.run.coarser)


def _inside(units: Units, level: str, key: str) -> Any:
    """Return the rows that lie in an area."""
    areas = units.areas(level)
    codes = [i for i, label in enumerate(areas.labels) if label == key]
    return np.flatnonzero(np.isin(areas.codes, codes))


def _areas_inside(result: Result, standing: Standing, plan: RulePlan, scope: str) -> list[Place]:
    """Return the failing areas inside a coarser one, the nearest to their own target first."""
    index = result.run.tally.index(plan.judged)
    above = result.run.tally.index(standing.subject.level)
    parents = index.parents(standing.subject.level)
    home = above.ids[standing.subject.key]
    inside = {index.labels[i] for i, parent in enumerate(parents.tolist()) if parent == home}
    found = result.findings(level=plan.judged, rule=plan.rule.id, status="fail").to_pylist()
    return [
        Place(row["key"], row["value"], Fraction(1), -Fraction(row["attainment"] or 0))
        for row in found
        if row["key"] in inside and (row["scope"] or ALL) == scope
    ]


def _counted(plan: RulePlan, scope: str, units: Units, rows: Any) -> list[Place]:
    return (
        _failing(plan, scope, units, rows)
        if plan.at_units or _counts_units(plan.node)
        else _short(plan, scope, units, rows)
    )


def _failing(plan: RulePlan, scope: str, units: Units, rows: Any) -> list[Place]:
    """Return the units that fail, or that a share does not count, the nearest to their target first."""
    node = plan.node if plan.at_units else plan.node.children[0]
    verdicts = judge_condition(node, units)
    members = chain_membership((plan.node,), units, scope)
    status = verdicts.status if members is None else np.where(members == IN, verdicts.status, len("PFUENKSI"))
    credit, own = unit_credit(node, units, verdicts), unit_numbers(node, units, verdicts).value
    return [
        Place(_key(units, row), _known(own[row]), Fraction(1), -Fraction(int(credit.num[row]), int(credit.den[row])))
        for row in rows.tolist()
        if status[row] == F
    ]


def _short(plan: RulePlan, scope: str, units: Units, rows: Any) -> list[Place]:
    """Return the units on the wrong side of the target, the furthest first: mending them takes the fewest."""
    requirement = plan.rule.requirements.get(scope, plan.rule.requirements.get(ALL))
    if requirement is None:
        return []
    operands = plan.node.operands
    columns = [units.column(operand.name) for operand in operands]
    members = chain_membership((plan.node,), units, scope)
    inside = [row for row in rows.tolist() if members is None or members[row] == IN]
    found = []
    for row in inside:
        if any(column.state is not None and column.state[row] != OK for column in columns):
            continue
        num, *rest = (_exact(column, operand, row) for column, operand in zip(columns, operands, strict=True))
        den = rest[0] if rest else Fraction(1)
        lacking = _lacking(requirement, num, den, plan.node.part.per)
        if lacking > 0:
            value = float(num * plan.node.part.per / den) if den else None
            found.append(Place(_key(units, row), value, lacking, -lacking))
    return found


def _exact(column: Column, operand: Operand, row: int) -> Fraction:
    return Fraction(int(column.values[row]), 10**operand.places)


def _lacking(requirement: Requirement, num: Fraction, den: Fraction, per: Fraction) -> Fraction:
    """Return by how much a unit's own numerator misses the target, on whichever side."""
    wanted = interval(requirement)
    below = Fraction(0) if wanted.lower is None else wanted.lower * den / per - num
    above = Fraction(0) if wanted.upper is None else num - wanted.upper * den / per
    return max(below, above)


def _key(units: Units, row: int) -> str | None:
    return units.block.keys[row].as_py()


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)
