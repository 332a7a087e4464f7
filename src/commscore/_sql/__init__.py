"""Ruleset -> SQL: one sqlglot tree of what the evaluator does, written for DuckDB, Spark or PostgreSQL.

``_columns`` matches the schema, ``_cells`` reads every input as a whole number at its places, ``_members`` says who is
in scope, ``_units`` and ``_rules`` judge rows, ``_scores`` scores them. What cannot be checked is decided by the same
plan as in ``_engine``.
"""

from commscore._sql._api import ruleset_sql

__all__ = ["ruleset_sql"]
