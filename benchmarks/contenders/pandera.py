"""pandera, on Polars: one check a rule, all failures collected."""

from __future__ import annotations

from typing import Any

import pandera.polars as pandera
import polars as pl
import pyarrow as pa

from contenders import Contender
from contenders.polars import statuses
from work import Work


def _prepare(work: Work) -> tuple[Any, Any]:
    columns = {rule.column: pandera.Column(pl.Float64, nullable=True) for rule in work.province.rules}
    checks = [
        pandera.Check(lambda data, verdict=verdict: data.lazyframe.select(verdict), name=rule.id)
        for rule, verdict in zip(work.province.rules, statuses(work), strict=True)
    ]
    return pandera.DataFrameSchema(columns, checks=checks), pl.from_arrow(work.units)


def _validate(job: tuple[Any, Any]) -> Any:
    schema, frame = job
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as found:
        return found.failure_cases
    return pl.DataFrame({"check": []}, schema={"check": pl.String})


def _read(failures: Any) -> pa.Table:
    counts = failures.group_by("check").len()
    return pa.table({"rule": counts["check"].to_arrow().cast(pa.string()), "n_fail": counts["len"].to_arrow()})


TABLES = [
    Contender(
        "pandera, Polars, lazy",
        "pandera",
        _prepare,
        _validate,
        _read,
        "null counts as passed; no score; no areas; scopes only as an expression written by hand",
    )
]
