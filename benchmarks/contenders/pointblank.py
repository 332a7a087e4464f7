"""pointblank, on Polars: one step a rule."""

from __future__ import annotations

from typing import Any

import pointblank
import polars as pl
import pyarrow as pa

from contenders import Contender
from contenders.polars import statuses
from work import Work


def _prepare(work: Work) -> tuple[Work, Any]:
    return work, pl.from_arrow(work.units)


def _interrogate(job: tuple[Work, Any]) -> tuple[Work, Any]:
    work, frame = job
    validation = pointblank.Validate(frame)
    for verdict in statuses(work):
        validation = validation.col_vals_expr(expr=verdict)
    return work, validation.interrogate()


def _read(output: tuple[Work, Any]) -> pa.Table:
    work, validation = output
    counts = validation.n_failed()
    ids = [rule.id for rule in work.province.rules]
    return pa.table({"rule": ids, "n_fail_or_unknown": [counts[step] for step in range(1, len(ids) + 1)]})


TABLES = [
    Contender(
        "pointblank, Polars",
        "pointblank",
        _prepare,
        _interrogate,
        _read,
        "null counts as failed; no score of a unit; no areas; scopes only as an expression written by hand",
    )
]
