"""cuallee, on Polars: one predicate a rule."""

from __future__ import annotations

from typing import Any

import cuallee
import polars as pl
import pyarrow as pa

from contenders import Contender
from work import Work


def _prepare(work: Work) -> tuple[Work, Any]:
    frame: Any = pl.from_arrow(work.units)
    return work, frame.with_columns(pl.col("kind").cast(pl.String))


def _validate(job: tuple[Work, Any]) -> tuple[Work, Any]:
    work, frame = job
    check = cuallee.Check(cuallee.CheckLevel.WARNING, "benchmark")
    for rule in work.province.rules:
        threshold = f"CASE WHEN kind = 'urban' THEN {rule.urban} ELSE {rule.rural} END"
        check.satisfies(rule.column, f"{rule.column} {rule.op} {threshold}")
    return work, check.validate(frame)


def _read(output: tuple[Work, Any]) -> pa.Table:
    work, found = output
    columns = {rule.column: rule.id for rule in work.province.rules}
    rules = [columns[name] for name in found["column"]]
    return pa.table({"rule": rules, "n_fail_or_unknown": found["violations"].to_arrow()})


TABLES = [
    Contender(
        "cuallee, Polars",
        "cuallee",
        _prepare,
        _validate,
        _read,
        "counts only, not which unit; null counts as failed; no score; no areas; scopes only as an SQL predicate",
    )
]
