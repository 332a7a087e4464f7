"""DuckDB: SQL written by hand for these rules, out to Arrow."""

from __future__ import annotations

from typing import Any

import attrs
import duckdb

from contenders import Contender
from province import DIGITS, Rule
from work import Work

THREADS = 2


@attrs.frozen(eq=False)
class Query:
    """A connection that holds the units, and the statement."""

    connection: Any
    sql: str


def scored(work: Work, source: str) -> str:
    """Return SQL for codes, kinds, verdicts and scores."""
    ids = [rule.id for rule in work.province.rules]
    verdicts = ", ".join(
        f"{rule.column} {rule.op} {_threshold(work, rule)} AS {rule.id}" for rule in work.province.rules
    )
    passed = " + ".join(f"CASE WHEN {rule.id} THEN {rule.weight} ELSE 0 END" for rule in work.province.rules)
    return (
        f"SELECT code, kind, {', '.join(ids)}, 100.0::DOUBLE * ({passed}) / {work.province.weight} AS score "  # noqa: S608
        f"FROM (SELECT code, kind, {verdicts} FROM {source})"
    )


def _threshold(work: Work, rule: Rule) -> str:
    rural = f"ELSE {rule.rural}::DOUBLE" if work.closed else f"WHEN kind = 'rural' THEN {rule.rural}::DOUBLE"
    return f"CASE WHEN kind = 'urban' THEN {rule.urban}::DOUBLE {rural} END"


def connected() -> Any:
    """Return a connection that uses two threads."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    connection.execute("SET enable_progress_bar = false")
    return connection


def _scoring(work: Work) -> Query:
    return _query(work, f"SELECT * EXCLUDE (code, kind) FROM ({scored(work, 'units')})")  # noqa: S608


def _areas(work: Work) -> Query:
    rules = work.province.rules
    counts = ", ".join(f"count(*) FILTER ({r.id}) AS {r.id}_pass, count({r.id}) AS {r.id}_known" for r in rules)
    failed = " + ".join(f"({r.id}_pass < {r.id}_known)::INT" for r in rules)
    unknown = " + ".join(f"({r.id}_pass = {r.id}_known AND {r.id}_known < n)::INT" for r in rules)
    passed = " + ".join(f"({r.id}_pass = n)::INT" for r in rules)
    weighed = " + ".join(f"({r.id}_pass = n)::INT * {r.weight}" for r in rules)
    by_scope = (
        f"SELECT code[1:{DIGITS[work.province.level]}] AS key, kind, count(*) AS n, sum(score) AS total, {counts} "  # noqa: S608
        f"FROM ({scored(work, 'units')}) GROUP BY ALL"
    )
    judged = f"SELECT key, n, total, {passed} AS p, {failed} AS f, {unknown} AS u, {weighed} AS w FROM ({by_scope})"  # noqa: S608
    columns = (
        "key, sum(n)::BIGINT AS n_units, sum(p)::BIGINT AS n_pass, sum(f)::BIGINT AS n_fail, "
        f"sum(u)::BIGINT AS n_unknown, 100.0::DOUBLE * sum(w) / (count(*) * {work.province.weight}) AS score, "
        "sum(total) / sum(n) AS units_score"
    )
    return _query(work, f"SELECT {columns} FROM ({judged}) GROUP BY key")  # noqa: S608


def _query(work: Work, sql: str) -> Query:
    connection = connected()
    connection.register("units", work.units)
    return Query(connection, sql)


def _fetch(query: Query) -> Any:
    return query.connection.sql(query.sql).to_arrow_table()


def _read_areas(areas: Any) -> Any:
    return areas.sort_by("key")


def files(work: Work, source: str, out: str) -> None:
    """Score a Parquet file into another by COPY."""
    parquet = f"read_parquet('{source}')"
    sql = f"SELECT * EXCLUDE (kind) FROM ({scored(work, parquet)})"  # noqa: S608
    connected().execute(f"COPY ({sql}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")


SCORING = [Contender("DuckDB, SQL to Arrow", "duckdb", _scoring, _fetch, lambda table: table)]
AREAS = [Contender("DuckDB, SQL to Arrow", "duckdb", _areas, _fetch, _read_areas)]
