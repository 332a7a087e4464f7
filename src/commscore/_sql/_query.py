"""Ruleset + schema -> the tree of one query."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
from sqlglot import exp

from commscore._engine._plan import Plan, TableShape, make_plan, rank
from commscore._ruleset import LEVELS, Ruleset
from commscore._sql._areas import Areas
from commscore._sql._cells import Cells
from commscore._sql._columns import Source, source_of
from commscore._sql._rules import Shown, shown
from commscore._sql._scores import Scores
from commscore._sql._syntax import Sql, Steps, cast, name, named, with_ctes
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

POSTGRES_NAME = 63  # bytes; PostgreSQL cuts longer names off without a word


@attrs.frozen(kw_only=True)
class Wish:
    """What the caller asks for.

    Attributes:
        dialect: ``duckdb``, ``spark`` or ``postgres``.
        table: The table's name, as SQL writes it.
        schema: Its columns and their types; null for every input of the rows' level with its natural type.
        columns: The input of each column whose name says it otherwise.
        key: The column that names the rows.
        rows: The level of the rows.
        as_of: The day on which dues are looked at.
        missing: Texts that mean "no value".
        reasons: Whether reasons are wanted.
        scores: Whether scores are wanted.
        rollup: The levels of the areas wanted.
    """

    dialect: str
    table: str
    schema: Any
    columns: Mapping[str, str] | None
    key: str | None
    rows: str
    as_of: date
    missing: tuple[str, ...]
    reasons: bool
    scores: bool
    rollup: tuple[str, ...] | None


def prepared(ruleset: Ruleset, wish: Wish) -> tuple[Plan, Cells]:
    """Match the schema, resolve every rule against it, and get ready to read cells."""
    source = source_of(ruleset, wish.rows, schema=wish.schema, columns=wish.columns, key=wish.key, dialect=wish.dialect)
    plan = make_plan(
        ruleset, {source.level: _shape(ruleset, source)}, level=source.level, as_of=wish.as_of, rollup=wish.rollup
    )
    steps = Steps({"key": name(source.key.name)})
    return plan, Cells(ruleset, source, steps, wish.missing)


def _shape(ruleset: Ruleset, source: Source) -> TableShape:
    """Say what the table offers, as the evaluator does of tables that it has opened."""
    home = rank(ruleset.jurisdiction.level)
    areas = {level for level in LEVELS if "code" in source.found or level in source.found or rank(level) >= home}
    inputs = frozenset(column for column in source.found if column in ruleset.inputs)
    return TableShape(source.level, inputs, "kind" in source.found, frozenset(areas))


def unit_query(ruleset: Ruleset, wish: Wish) -> exp.Query:
    """Return the query for one row per unit: its key, scores, and the status of every rule."""
    plan, cells = prepared(ruleset, wish)
    rules = [shown(one, cells, reasons=wish.reasons) for one in plan.rules]
    stated = [attrs.evolve(one, status=_put(cells, one)) for one in rules]
    columns: dict[str, Sql] = {cells.source.key.name: name("key")}
    if wish.scores:
        columns |= Scores(ruleset, stated, cells.steps).columns()
    for one in stated:
        columns |= _rule_columns(one, columns, reasons=wish.reasons)
    ctes = cells.steps.ctes(cells.steps.first(exp.to_table(wish.table, dialect=wish.dialect)), "step")
    check_names([*columns, *(one for _, query in ctes for one in query.named_selects)], wish)
    wanted = [named(value, column) for column, value in columns.items()]
    return with_ctes(exp.select(*wanted).from_(ctes[-1][0]), ctes)


def area_query(ruleset: Ruleset, wish: Wish) -> exp.Query:
    """Return the query for one row per rule, scope and area."""
    plan, cells = prepared(ruleset, wish)
    levels = tuple(level for level in plan.rollup if rank(level) > rank(cells.source.level))
    if not levels:
        raise UsageError(f"the rows are of level {cells.source.level!r}: name levels above it in `rollup`")
    areas = Areas(plan, cells, reasons=wish.reasons)
    rows = [
        one
        for rule in plan.rules
        for scope in rule.scopes
        for level in levels
        for one in areas.rows(rule, scope, level)
    ]
    listed = [areas.places(level) for level in levels]
    own = cells.steps.ctes(cells.steps.first(exp.to_table(wish.table, dialect=wish.dialect)), "step")
    ctes = [*own, *((alias, query.from_(own[-1][0])) for alias, query in listed), *areas.relations.ctes(own[-1][0])]
    check_names([one for _, query in ctes for one in query.named_selects], wish)
    return with_ctes(united(rows), ctes, kept=None if wish.dialect == "spark" else own[-1][0])


def united(queries: list[exp.Select]) -> exp.Query:
    """Put the rows of several queries one after another."""
    result: exp.Query = queries[0]
    for query in queries[1:]:
        result = exp.union(result, query, distinct=False, copy=False)
    return result


def _put(cells: Cells, one: Shown) -> Sql:
    """Give a status that is more than a word a column of its own, as scores read it several times."""
    return cells.steps.put(f"{one.plan.rule.id}__shown", one.status) if one.scored else one.status


def _rule_columns(one: Shown, taken: Mapping[str, Any], *, reasons: bool) -> dict[str, Sql]:
    found = {one.plan.rule.id: one.status}
    if reasons:
        found[f"{one.plan.rule.id}__reason"] = cast(one.reason, "TEXT")
    doubled = sorted(set(found) & set(taken))
    if doubled:
        raise UsageError(f"rule {one.plan.rule.id!r} is called like the column {doubled[0]!r}: rename the key column")
    return found


def check_names(names: list[str], wish: Wish) -> None:
    """Refuse names that PostgreSQL would cut off."""
    long = [one for one in names if len(one.encode()) > POSTGRES_NAME]
    if wish.dialect == "postgres" and long:
        raise UsageError(f"PostgreSQL cuts names at {POSTGRES_NAME} bytes, and {', '.join(map(repr, long))} are longer")
