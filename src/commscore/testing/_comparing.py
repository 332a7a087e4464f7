"""Results held against each other, record by record."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from commscore._results import Result

Record = dict[str, Any]
Difference = tuple[str, Any, Any]

# Which table of a result, how its records are told apart, and what a record is called in a sentence.
_KEYS = {
    "units": ("key",),
    "areas": ("level", "key"),
    "rules": ("rule",),
    "findings": ("level", "key", "rule", "scope"),
}


def records(result: Result) -> dict[str, list[Record]]:
    """Return the tables of a result as records."""
    tables = {"units": result.units, "areas": result.areas, "rules": result.rules, "findings": result.findings()}
    return {name: table.to_pylist() for name, table in tables.items()}


def difference(one: Result, two: Result, *, tables: Iterable[str] = tuple(_KEYS)) -> Difference | None:
    """Find the first difference between two results whose rows may stand in another order.

    Args:
        one: A result.
        two: Another.
        tables: Which of its tables count.

    Returns:
        What differs, in words, and the two records; null when nothing does.
    """
    first, second = records(one), records(two)
    for name in tables:
        found = unlike(name, _ordered(name, first[name]), _ordered(name, second[name]))
        if found is not None:
            return found
    return None


def _ordered(table: str, found: list[Record]) -> list[Record]:
    return sorted(found, key=lambda record: tuple(str(record[name]) for name in _KEYS[table]))


def unlike(
    table: str,
    one: list[Record],
    two: list[Record],
    *,
    names: Iterable[str] | None = None,
    same: Callable[[Any, Any], bool] = lambda mine, theirs: bool(mine == theirs),
) -> Difference | None:
    """Find the first difference between two lists of records.

    Args:
        table: Which table of a result they are.
        one: Records.
        two: Others, in the same order.
        names: The columns that count; by default all of the first.
        same: When two values are the same.

    Returns:
        What differs, in words, and the two records; null when nothing does.
    """
    if len(one) != len(two):
        return f"there are {len(one)} {table} on one side and {len(two)} on the other", None, None
    for mine, theirs in zip(one, two, strict=True):
        for name in names or mine:
            if not same(mine[name], theirs[name]):
                words = f"{called(table, mine)}: {name} is {_shown(mine[name])} and {_shown(theirs[name])}"
                return words, mine, theirs
    return None


def called(table: str, record: Record) -> str:
    """Say which record it is."""
    parts = [f"{name} {record[name]}" for name in _KEYS[table] if record.get(name) is not None]
    return f"{table[:-1]} ({', '.join(parts)})"


def _shown(value: Any) -> str:
    return "null" if value is None else str(value)


def near(one: Any, two: Any) -> bool:
    """Say whether two numbers are the same double, or the doubles beside it; null only equals null."""
    mine, theirs = (float(value) if isinstance(value, Fraction) else value for value in (one, two))
    if mine is None or theirs is None:
        return mine is theirs
    return math.isclose(mine, theirs, rel_tol=1e-15, abs_tol=0)


def alike(one: Any, two: Any) -> bool:
    """Say whether two texts, codes or counts are the same, however typed."""
    return one is two if one is None or two is None else str(one) == str(two)
