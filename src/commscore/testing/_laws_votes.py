"""Law 9: evaluators that share no code say the same."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import attrs
import pyarrow as pa
from hypothesis import assume
from hypothesis import strategies as st

from commscore import reference
from commscore._results import Result
from commscore._ruleset import Ruleset
from commscore._sql import ruleset_sql
from commscore._status import STATUSES
from commscore.errors import UsageError
from commscore.testing._comparing import Difference, Record, alike, near, unlike
from commscore.testing._law import broken
from commscore.testing._sampling import KEY, Sample, judge, samples

_SCORES = ("score", "score_low", "score_high", "coverage", "maximum")
_GRADES = ("grade", "grade_low", "grade_high", *(f"n_{status}" for status in STATUSES))
_NUMBERS = ("value", "low", "high", "gap", "attainment", "gain")
_CONCLUSIONS = ("conclusions", "actions")
_COLUMNS = {
    "units": (("key", *_GRADES), _SCORES),
    "areas": (("level", "key", "n_units", *_GRADES), (*_SCORES, "units_score")),
    "findings": (("level", "key", "rule", "scope", "status", "reason", "outlook", "required"), _NUMBERS),
}
_SQL_TEXTS, _SQL_NUMBERS = ("grade", "grade_low", "grade_high"), ("score", "score_low", "score_high", "coverage")


def evaluators_agree(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 9: the bulk evaluator, the plain one and SQL agree, finding by finding and score by score."""
    sample = data.draw(samples(ruleset))
    bulk, plain = judge(sample), _plain(sample)
    found = _unlike(bulk, plain, concluded=bool(sample.ruleset.conclusions))
    if found is not None:
        words = f"the bulk evaluator and `commscore.reference` disagree on {found[0]}"
        raise broken(sample, words, found[1], found[2])
    if not votes_missing() and data.draw(st.integers(0, 2)) == 2:  # noqa: PLR2004 - one in three: it takes long
        _ask_sql(attrs.evolve(sample, dataset=attrs.evolve(sample.dataset, more={})))


def _plain(sample: Sample) -> reference.Outcome:
    more = {level: table.to_pylist() for level, table in sample.dataset.more.items()}
    rows = sample.dataset.table.to_pylist()
    assume(rows)  # a list without rows says nothing of its columns
    with warnings.catch_warnings(action="ignore"):
        return reference.evaluate(rows, sample.ruleset, **(sample.options | {"more": more}))


def _unlike(bulk: Result, plain: reference.Outcome, *, concluded: bool) -> Difference | None:
    fast: dict[str, Any] = {"units": bulk.units, "areas": bulk.areas, "findings": bulk.findings()}
    for name, (texts, numbers) in _COLUMNS.items():
        names = (*texts, *_CONCLUSIONS) if concluded and name != "findings" else texts
        mine, theirs = fast[name].to_pylist(), getattr(plain, name)
        found = unlike(name, mine, theirs, names=names, same=alike) or unlike(
            name, mine, theirs, names=numbers, same=near
        )
        if found is not None:
            return found
    return None


# ---- SQL ----


def votes_missing() -> list[str]:
    """Say which evaluators could not vote here, and why."""
    absent = [name for name in ("sqlglot", "duckdb") if importlib.util.find_spec(name) is None]
    return [f"SQL had no vote on law 9: {' and '.join(absent)} not installed"] if absent else []


def _ask_sql(sample: Sample) -> None:
    """Hold the units' statuses and scores against those of the ruleset's SQL; it knows one table only."""
    bulk = judge(sample)
    try:
        theirs = _answered(sample)
    except UsageError:
        return  # what SQL cannot express it refuses, and has no vote
    statuses = {row["key"]: dict(row) for row in bulk.wide().to_pylist()}
    mine = [statuses[row["key"]] | row for row in bulk.units.to_pylist()]
    rules = [rule.id for rule in sample.ruleset.rules]
    found = unlike("units", mine, theirs, names=(*rules, *_SQL_TEXTS), same=alike) or unlike(
        "units", mine, theirs, names=_SQL_NUMBERS, same=near
    )
    if found is not None:
        raise broken(sample, f"the bulk evaluator and DuckDB disagree on {found[0]}", found[1], found[2])


def _answered(sample: Sample) -> list[Record]:
    """Run the ruleset's SQL in DuckDB, and put its rows in the order of the table."""
    import duckdb  # noqa: PLC0415 - asked only where it is installed

    table = sample.dataset.table
    options: dict[str, Any] = {"key": KEY, "rows": sample.dataset.level, "as_of": sample.as_of}
    sql = ruleset_sql(sample.ruleset, schema=table.schema, **options)
    with duckdb.connect() as connection:
        connection.register("units", table)
        found = pa.table(connection.sql(sql)).to_pylist()
    places = {key: place for place, key in enumerate(table[KEY].to_pylist())}
    rows = [{("key" if name == KEY else name): value for name, value in row.items()} for row in found]
    return sorted(rows, key=lambda row: places[row["key"]])
