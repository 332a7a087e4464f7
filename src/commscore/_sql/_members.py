"""Which rows a part concerns: its ``where``, and urban or rural where its requirement asks it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from commscore._engine._plan import Node, scopes_of
from commscore._requirement import interval
from commscore._ruleset import ALL, CODE_LENGTHS, Filter
from commscore._sql._comparing import within
from commscore._sql._syntax import (
    FALSE,
    TRUE,
    Sql,
    absent,
    among,
    both,
    called,
    either,
    negated,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._sql._cells import Cells


@attrs.frozen(eq=False)
class Members:
    """Who is in scope, as conditions that are never null: out, else in doubt by an invalid or by a missing value."""

    out: Sql = FALSE
    invalid: Sql = FALSE
    missing: Sql = FALSE

    def all_in(self) -> bool:
        """Say whether every row is in scope, whatever it holds."""
        return self.out == FALSE and self.invalid == FALSE and self.missing == FALSE

    def maybe(self) -> Sql:
        """Say where a row may or may not be in scope."""
        return both(negated(self.out), either(self.invalid, self.missing))

    def inside(self) -> Sql:
        """Say where a row is in scope."""
        return both(negated(self.out), negated(self.invalid), negated(self.missing))


def membership(nodes: Sequence[Node], cells: Cells, scope: str | None = None) -> Members:
    """Say which rows are in scope of nodes within each other.

    Args:
        nodes: The nodes, whose filters must all hold.
        cells: The table's cells.
        scope: Only rows of this scope; by default those of any scope that the requirements distinguish.
    """
    keys: list[tuple[Sql, Sql, Sql]] = []
    for node in nodes:
        kinds = (scope,) if scope not in {None, ALL} else scopes_of(node.part)
        if ALL not in kinds:
            keys.append(_kind_among([str(kind) for kind in kinds], cells))
        keys += [_filtered(key, cells) for key in node.part.where]
    unique = {tuple(part.sql() for part in key): key for key in keys}
    if not unique:
        return Members()
    label = cells.numbered("scope", tuple(unique))
    sides = zip(("out", "invalid", "missing"), zip(*unique.values(), strict=True), strict=True)
    return Members(*(cells.steps.put(f"{label}__{side}", either(*parts)) for side, parts in sides))


def _filtered(key: Filter, cells: Cells) -> tuple[Sql, Sql, Sql]:
    """Say where one key does not hold, where its value cannot be right, and where there is none."""
    if key.input == "kind":
        return _kind_among(key.values, cells)
    if key.input == "code" or key.input in CODE_LENGTHS:
        area = cells.area(cells.source.level if key.input == "code" else key.input)
        return _never_null(negated(among(area, texts_of(key.values)))), FALSE, absent(area)
    value, bad = cells.value(key.input), cells.bad(key.input)
    if key.requirement is None:
        holds = among(value, texts_of(key.values))
    else:
        declared = cells.ruleset.inputs[key.input]
        holds = within(value, None, interval(key.requirement), factor=Fraction(1, 10**declared.places))
    return _never_null(negated(holds)), bad, cells.missing_at(key.input)


def _kind_among(kinds: Sequence[str], cells: Cells) -> tuple[Sql, Sql, Sql]:
    holds = among(cells.value("kind"), texts_of(kinds))
    return _never_null(negated(holds)), cells.bad("kind"), cells.missing_at("kind")


def _never_null(condition: Sql) -> Sql:
    return condition if condition in (TRUE, FALSE) else called("COALESCE", condition, FALSE)


def of_kind(cells: Cells, scope: str) -> Sql:
    """Say where a row is of a scope; null where its kind is not known."""
    return exp.EQ(this=cells.value("kind"), expression=exp.Literal.string(scope))
