"""What mending each finding costs: one, its weighted gap, or what the user says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._improving._standing import Standing

_ONE = Fraction(1)


def price(standing: Standing, positions: Sequence[int], by: str, costs: Any) -> tuple[dict[int, Fraction], list[str]]:
    """Return the cost of mending each finding, and the rules that have none.

    Args:
        standing: The unit or area.
        positions: The findings that may be mended.
        by: ``fixes``, ``gap`` or ``cost``.
        costs: For ``cost``: by rule, or a table with the columns rule and cost, and key where costs differ.

    Raises:
        UsageError: Costs that are missing, negative, no numbers, or those of rules that do not exist.
    """
    if by != "cost":
        if costs is not None:
            raise UsageError(f"costs: they are looked at with by='cost' only, not with by={by!r}")
        return {i: _ONE if by == "fixes" else _weighted_gap(standing, i) for i in positions}, []
    if costs is None:
        raise UsageError("costs: with by='cost' give a mapping of rules to costs, or a table with rule and cost")
    given = _given(standing, costs)
    found = {i: given[standing.rules[i].id] for i in positions if standing.rules[i].id in given}
    return found, [standing.rules[i].id for i in positions if i not in found]


def _weighted_gap(standing: Standing, position: int) -> Fraction:
    """Return the weight times what is lacking of the target: 1 where nothing of it is known."""
    attained = standing.subject.findings[position]["attainment"]
    lacking = _ONE if attained is None else max(Fraction(0), _ONE - Fraction(attained))
    return standing.rules[position].weight * lacking


def _given(standing: Standing, costs: Any) -> dict[str, Fraction]:
    """Read the user's costs, those of this very unit or area before those of all."""
    general: dict[str, Fraction] = {}
    own: dict[str, Fraction] = {}
    faults = []
    known = {rule.id for rule in standing.ruleset.rules}
    for row in _rows(costs):
        rule, cost = str(row["rule"]), _number(row["cost"])
        if rule not in known:
            near = get_close_matches(rule, sorted(known), n=1)
            faults.append(f"there is no rule {rule!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        elif cost is None:
            faults.append(f"{rule}: {row['cost']!r} is no cost; give a number of 0 or more")
        elif row.get("key") is None:
            general[rule] = cost
        elif str(row["key"]) == standing.subject.key:
            own[rule] = cost
    if faults:
        raise UsageError("costs: " + "\ncosts: ".join(faults))
    return general | own


def _rows(costs: Any) -> list[Mapping[str, Any]]:
    if isinstance(costs, Mapping) and not {"rule", "cost"} <= costs.keys():
        return [{"rule": rule, "cost": cost} for rule, cost in costs.items()]
    import pyarrow as pa  # noqa: PLC0415 - only where a table is given

    table = pa.table(dict(costs)) if isinstance(costs, Mapping) else pa.table(costs)
    if not {"rule", "cost"} <= set(table.column_names):
        raise UsageError(f"costs: the table needs the columns rule and cost; it has {', '.join(table.column_names)}")
    return table.to_pylist()


def _number(value: Any) -> Fraction | None:
    """Return a cost exactly, or null where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            return None
    if not isinstance(value, int | float | Decimal | Fraction) or not math.isfinite(value) or value < 0:
        return None
    return Fraction(value)
