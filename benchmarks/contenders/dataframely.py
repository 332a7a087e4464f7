"""dataframely: one rule a rule, rows that fail with what they failed."""

from __future__ import annotations

from typing import Any

import dataframely as dy
import polars as pl
import pyarrow as pa

from contenders import Contender
from contenders.polars import statuses
from work import Work


def _prepare(work: Work) -> tuple[Any, Any]:
    body: dict[str, Any] = {rule.column: dy.Float64(nullable=True) for rule in work.province.rules}
    body |= {"code": dy.String(), "kind": dy.Categorical()}
    body |= {rule.id: _rule(verdict) for rule, verdict in zip(work.province.rules, statuses(work), strict=True)}
    frame: Any = pl.from_arrow(work.units)
    return type("Units", (dy.Schema,), body), frame.with_columns(pl.col("kind").cast(pl.Categorical))


def _rule(verdict: pl.Expr) -> Any:
    return dy.rule()(lambda _: verdict)


def _filter(job: tuple[Any, Any]) -> Any:
    schema, frame = job
    _, failure = schema.filter(frame)
    return failure.details(), failure.counts()


def _read(output: Any) -> pa.Table:
    _, counts = output
    return pa.table({"rule": list(counts), "n_fail": list(counts.values())})


TABLES = [
    Contender(
        "dataframely, filter and details",
        "dataframely",
        _prepare,
        _filter,
        _read,
        "null counts as passed; no score; no areas; scopes only as an expression written by hand",
    )
]
