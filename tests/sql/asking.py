"""Tables whose columns have one type each, and the answers that SQL gives on them."""

from __future__ import annotations

import random
import warnings
from typing import Any

import duckdb
import pyarrow as pa

import commscore
from commscore import Ruleset
from commscore._ruleset import Input, InputType

UNIT_NUMBERS = ("score", "score_low", "score_high", "coverage")
GRADES = ("grade", "grade_low", "grade_high")
# What a column may be in a database, by Arrow type.
SQL_TYPES = {"int64": "BIGINT", "double": "DOUBLE PRECISION", "bool": "BOOLEAN", "string": "TEXT"}
CODES = tuple(
    f"{city}{county:02}{town:03}{number:03}"
    for city in ("2102", "6523")
    for county in (2, 27)
    for town in (1, 2, 3)
    for number in range(1, 200)
)


def typed(rows: list[dict[str, Any]], inputs: dict[str, Input]) -> Any:
    """Make a table as a database would hold the rows: what a column's type cannot hold is null."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: _column([row.get(name) for row in rows], inputs.get(name)) for name in names})


def _column(values: list[Any], entry: Input | None) -> Any:
    if entry is None or entry.type is InputType.CATEGORY:
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    if entry.type is InputType.FLAG and all(isinstance(value, bool | None) for value in values):
        return pa.array(values, pa.bool_())
    return pa.array(
        [None if value is None or isinstance(value, str) else float(value) for value in values], pa.float64()
    )


def answers(sql: str, table: Any, *, name: str = "units") -> list[dict[str, Any]]:
    """Run a query in DuckDB on one table."""
    with duckdb.connect() as connection:
        connection.register(name, table)
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def expected(table: Any, ruleset: Ruleset | str, **options: Any) -> commscore.Result:
    """Evaluate a table, whatever it warns of."""
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        return commscore.evaluate(table, ruleset, level="community", **options)


def check_units(
    result: commscore.Result, rows: list[dict[str, Any]], *, key: str = "code", scores: bool = True
) -> None:
    """Hold the answer for units against the evaluator's."""
    found = {row[key]: row for row in rows}
    for finding in result.findings(level="unit").to_pylist():
        row, rule = found[finding["key"]], finding["rule"]
        got = (row[rule], row.get(f"{rule}__reason", finding["reason"]))
        assert got == (finding["status"], finding["reason"]), (finding["key"], rule)
    for unit in result.units.to_pylist() if scores else ():
        row = found[unit["key"]]
        assert {one: row[one] for one in GRADES} == {one: unit[one] for one in GRADES}, unit["key"]
        for one in UNIT_NUMBERS:
            assert near(row[one], unit[one]), (unit["key"], one, row[one], unit[one])


def near(one: float | None, other: float | None) -> bool:
    """Say that two doubles are the same, or neighbours: quotients beyond 2**53 are divided as doubles."""
    return one == other or (one is not None and other is not None and abs(one - other) <= 3e-16 * abs(other))


def check_areas(findings: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Hold the answer for areas against findings."""
    names = ("level", "key", "rule", "scope")
    found = {tuple(row[name] for name in names): (row["status"], row["reason"]) for row in rows}
    wanted = {
        tuple(row[name] for name in names): (row["status"], row["reason"]) for row in findings if row["level"] != "unit"
    }
    assert len(rows) == len(found)
    assert set(found) == set(wanted)
    assert [(name, found[name], wanted[name]) for name in found if found[name] != wanted[name]] == []


def province(ruleset: Ruleset, *, rows: int, seed: int) -> Any:
    """Make up communities with every input of theirs: mostly ordinary, some missing, some impossible."""
    draw = random.Random(seed)
    inputs = [entry for entry in ruleset.inputs.values() if entry.level == "community"]
    codes = draw.sample(CODES, rows) if rows <= len(CODES) else [f"{2102_00_000_000 + i:012}" for i in range(rows)]
    kinds = ("urban", "rural", "城市", " 111", "220", "", None, "town")
    columns: dict[str, Any] = {
        "code": pa.array(codes, pa.string()),
        "kind": pa.array(draw.choices(kinds, (40, 40, 5, 5, 5, 1, 2, 2), k=rows), pa.string()),
    }
    for entry in inputs:
        columns[entry.name] = _made_up(entry, draw, rows)
    return pa.table(columns)


def _made_up(entry: Input, draw: random.Random, rows: int) -> Any:
    def some(value: Any) -> Any:
        return None if draw.random() < 0.06 else value

    if entry.type is InputType.FLAG:
        return pa.array([some(draw.random() < 0.8) for _ in range(rows)], pa.bool_())
    if entry.type is InputType.CATEGORY:
        return pa.array([some(draw.choice((*entry.values, "?"))) for _ in range(rows)], pa.string())
    if entry.type is InputType.COUNT:
        return pa.array([some(-1 if draw.random() < 0.02 else draw.randrange(30)) for _ in range(rows)], pa.int64())
    odd = (float("nan"), float("inf"), -0.5)
    return pa.array(
        [some(draw.choice(odd) if draw.random() < 0.02 else draw.randrange(60_000) / 100) for _ in range(rows)],
        pa.float64(),
    )
