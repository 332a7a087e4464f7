"""``commscore ruleset sql``: a ruleset as one SQL query, to run where the data lives."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._streams import say, say_json
from commscore.errors import UsageError

EXAMPLES = """Examples:

  commscore ruleset sql dalian-2023 > dalian.sql
  commscore ruleset sql dalian-2023 --dialect postgres --table public.communities
  commscore ruleset sql dalian-2023 --dialect spark --level areas
  commscore ruleset sql taian-2023 --column code:TEXT --column kind:TEXT --column "home_tariff:DECIMAL(9, 4)"
  commscore ruleset sql taian-2023 --like communities.parquet --reasons"""


def sql(
    ruleset: Annotated[str, Parameter(name="ID", help="Id of a ruleset, or the path of a YAML file.")],
    /,
    *,
    dialect: Annotated[Literal["duckdb", "spark", "postgres"], Parameter(help="The SQL to write.")] = "duckdb",
    level: Annotated[
        Literal["unit", "areas"], Parameter(help="One row per unit, or one per rule, scope and area.")
    ] = "unit",
    table: Annotated[str, Parameter(metavar="TABLE", help="The table of units, as SQL names it.")] = "units",
    column: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            metavar="NAME:TYPE",
            help="A column of the table and its SQL type; may be repeated. Rules whose column is not named are "
            "`notchecked`. Without any, all inputs of the rows' level have their natural type.",
        ),
    ] = None,
    like: Annotated[
        str | None, Parameter(metavar="FILE", help="Take the columns and their types from this Parquet file.")
    ] = None,
    key: Annotated[str | None, Parameter(metavar="COLUMN", help="Column that names the rows, else `code`.")] = None,
    rows: Annotated[str, Parameter(metavar="LEVEL", help="What the rows are.")] = "community",
    rollup: Annotated[
        list[str] | None, Parameter(negative="", metavar="LEVELS", help="Levels of the areas, such as `county,city`.")
    ] = None,
    as_of: Annotated[
        str | None,
        Parameter(metavar="DATE", help="Day on which dues are looked at; else 31 December of the ruleset's year."),
    ] = None,
    reasons: Annotated[bool, Parameter(negative="", show_default=False, help="Write why, beside each status.")] = False,
    scores: Annotated[bool, Parameter(help="Write the scores, for units.")] = True,
    json: Annotated[
        bool, Parameter(name="--json", negative="", show_default=False, help="Write the query as one JSON text.")
    ] = False,
) -> int:
    """Write a ruleset as one SQL query: statuses, scores and areas as `score` finds them."""
    from commscore._sql import ruleset_sql

    schema = _schema(column, like)
    levels = [one for text in rollup or () for one in text.split(",")] or None
    text = ruleset_sql(
        ruleset,
        dialect=dialect,
        table=table,
        level=level,
        schema=schema,
        key=key,
        rows=rows,
        as_of=as_of,
        reasons=reasons,
        scores=scores,
        rollup=levels,
    )
    if json:
        say_json({"ruleset": ruleset, "dialect": dialect, "level": level, "sql": text})
    else:
        say(text.rstrip("\n"))
    return Exit.DONE


def _schema(columns: list[str] | None, like: str | None) -> object:
    """Return the table's columns, as the options say."""
    if columns and like:
        raise UsageError("give the columns by --column or by --like, not both")
    if like is not None:
        return _schema_of(like)
    pairs = [text.partition(":") for text in columns or ()]
    odd = [name for name, colon, kind in pairs if not (name and colon and kind)]
    if odd:
        raise UsageError(f"--column {odd[0]!r}: write the name and its SQL type, such as social_orgs:BIGINT")
    return {name: kind for name, _, kind in pairs} or None


def _schema_of(file: str) -> object:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(file)
    except (OSError, pa.ArrowInvalid) as error:
        raise UsageError(f"--like {file}: {error}") from None
