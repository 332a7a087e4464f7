"""The public function: a ruleset as one SQL query."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from commscore import _arguments as arguments
from commscore._loading import load_ruleset
from commscore._ruleset import LEVELS, Ruleset
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

DIALECTS = ("duckdb", "spark", "postgres")
RESULTS = ("unit", "areas")


def ruleset_sql(
    ruleset: str | Path | Ruleset,
    *,
    dialect: str = "duckdb",
    table: str = "units",
    level: str = "unit",
    schema: Any = None,
    columns: Mapping[str, str] | None = None,
    key: str | None = None,
    rows: str = "community",
    as_of: date | str | None = None,
    missing: Collection[str] = ("",),
    reasons: bool = False,
    scores: bool = True,
    rollup: Sequence[str] | None = None,
) -> str:
    """Write a ruleset as one SQL query, to run where the data lives; statuses and scores are those of ``evaluate``.

    Args:
        ruleset: An id such as ``"dalian-2023"``, a path, or a loaded ruleset.
        dialect: ``duckdb``, ``spark`` or ``postgres``.
        table: The table of units, as SQL names it: ``units`` or ``warehouse.public.units``.
        level: ``unit`` for one row per unit, or ``areas`` for one row per rule, scope and area.
        schema: The table's columns: a mapping of name to SQL type, such as ``{"social_orgs": "DOUBLE"}``, or an Arrow
            schema. A rule without its column is ``notchecked``. By default every input of the rows' level, with
            ``code`` and ``kind``: counts as BIGINT, quantities and rates as DOUBLE, flags as BOOLEAN, the rest as text.
        columns: The table's own column names, ``{"theirs": "input"}``.
        key: The column that names the rows; ``code`` unless given.
        rows: What the rows are: ``community`` unless given.
        as_of: The day on which dues are looked at; by default 31 December of the ruleset's year.
        missing: Texts that stand for a missing value, beside blank cells.
        reasons: Whether reasons are wanted, in a column ``RULE__reason`` beside each rule's.
        scores: Whether the score columns are wanted (units only).
        rollup: The levels of the areas; by default the jurisdiction's and those that rules are judged at.

    Returns:
        The query. Units: the key, ``score``, ``score_low``, ``score_high``, ``coverage``, ``grade``, ``grade_low``,
        ``grade_high``, and one column per rule with its status, called by its id; null scores where nothing was
        evaluated; rows in no order. Areas: ``level``, ``key`` (null where rows do not say their area), ``rule``,
        ``scope``, ``status``, ``reason``, and the tallies ``n_pass``, ``n_fail``, ``n_unknown``, ``n_error``,
        ``n_open``, ``num`` and ``den``.

    Raises:
        UsageError: An argument makes no sense, sqlglot is not installed, a column's type cannot be read exactly, or
            the ruleset needs what SQL cannot express; the message names it.
        RulesetError: The ruleset cannot be used.

    Example:
        >>> import commscore
        >>> sql = commscore.ruleset_sql("taian-2023", schema={"code": "TEXT", "kind": "TEXT"}, scores=False)
        >>> sql.splitlines()[0]
        'WITH step0 AS ('
    """
    loaded = load_ruleset(arguments.ruleset_name(ruleset))
    _check_choice("dialect", dialect, DIALECTS)
    _check_choice("level", level, RESULTS)
    _check_choice("rows", rows, LEVELS)
    query = _module()
    wish = query.Wish(
        dialect=dialect,
        table=table,
        schema=schema,
        columns=arguments.mapping_or_none("columns", columns, "{'theirs': 'input'}"),
        key=arguments.text_or_none("key", key),
        rows=rows,
        as_of=_as_of(loaded, as_of),
        missing=arguments.texts("missing", missing),
        reasons=reasons,
        scores=scores,
        rollup=arguments.levels("rollup", rollup, ruleset=loaded),
    )
    build = query.unit_query if level == "unit" else query.area_query
    return str(build(loaded, wish).sql(dialect=dialect, pretty=True)) + "\n"


def _check_choice(argument: str, value: object, choices: Sequence[str]) -> None:
    if value not in choices:
        raise UsageError(f"{argument}: {value!r} is none of {', '.join(choices)}")


def _as_of(ruleset: Ruleset, as_of: date | str | None) -> date:
    if ruleset.year is None:
        raise UsageError(f"{ruleset.id} is a plan of several years: write the SQL of a year, which extends it")
    return arguments.day("as_of", as_of) or date(ruleset.year, 12, 31)


def _module() -> Any:
    try:
        return import_module("commscore._sql._query")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sqlglot":
            raise
        raise UsageError("writing SQL needs sqlglot; install it with: pip install 'commscore[sql]'") from None
