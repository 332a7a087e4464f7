"""Polars: lazy expressions written by hand for these rules, collected by the streaming engine."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from contenders import Contender
from province import DIGITS, Rule
from work import Work

if TYPE_CHECKING:
    import pyarrow as pa

OPS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


@attrs.frozen(eq=False)
class Query:
    """A lazy query ready to be collected."""

    plan: pl.LazyFrame


def statuses(work: Work) -> list[pl.Expr]:
    """Return one nullable verdict a rule."""
    urban, rural = pl.col("kind") == "urban", pl.col("kind") == "rural"

    def threshold(rule: Rule) -> pl.Expr:
        if work.closed:
            return pl.when(urban).then(rule.urban).otherwise(rule.rural)
        return pl.when(urban).then(rule.urban).when(rural).then(rule.rural)

    return [OPS[rule.op](pl.col(rule.column), threshold(rule)).alias(rule.id) for rule in work.province.rules]


def score(work: Work) -> pl.Expr:
    """Return the weighted score, 0 to 100: what is undecided counts as not passed.

    Of the ways tried this is the fastest: branches between literals of the smallest type that holds the sum. Casting
    the verdicts and multiplying, which reads better, takes twice as long; see `_score_by_casts`.
    """
    kind = pl.UInt8 if work.province.weight < 2**8 else pl.UInt16
    zero = pl.lit(0, kind)
    passed = [pl.when(rule.id).then(pl.lit(rule.weight, kind)).otherwise(zero) for rule in work.province.rules]
    return (100.0 * pl.sum_horizontal(passed) / work.province.weight).alias("score")


def _score_by_casts(work: Work) -> pl.Expr:
    passed = [pl.col(rule.id).cast(pl.UInt16) * rule.weight for rule in work.province.rules]
    return (100.0 * pl.sum_horizontal(passed) / work.province.weight).alias("score")


def scored(work: Work, units: pl.LazyFrame) -> pl.LazyFrame:
    """Return codes, verdicts and scores."""
    return units.select("code", "kind", *statuses(work)).with_columns(score(work))


def _scoring(work: Work) -> Query:
    frame: Any = pl.from_arrow(work.units)
    return Query(scored(work, frame.lazy()).drop("code", "kind"))


def _scoring_by_casts(work: Work) -> Query:
    frame: Any = pl.from_arrow(work.units)
    return Query(frame.lazy().select(*statuses(work)).with_columns(_score_by_casts(work)))


def _areas(work: Work) -> Query:
    """Count by area and scope first; a scope's verdict on a rule is fail before unknown before pass."""
    frame: Any = pl.from_arrow(work.units)
    ids = [rule.id for rule in work.province.rules]
    counts = (
        scored(work, frame.lazy())
        .with_columns(pl.col("code").str.head(DIGITS[work.province.level]).alias("key"))
        .group_by("key", "kind")
        .agg(
            pl.len().alias("n"),
            pl.col("score").sum(),
            *(pl.col(i).sum().alias(f"{i}_pass") for i in ids),
            *(pl.col(i).count().alias(f"{i}_known") for i in ids),
        )
    )
    fails = [pl.col(f"{i}_pass") < pl.col(f"{i}_known") for i in ids]
    unknown = [~failed & (pl.col(f"{i}_known") < pl.col("n")) for i, failed in zip(ids, fails, strict=True)]
    passed = [pl.col(f"{i}_pass") == pl.col("n") for i in ids]
    weighed = [rule.weight * each.cast(pl.Int64) for rule, each in zip(work.province.rules, passed, strict=True)]
    plan = (
        counts.with_columns(
            pl.sum_horizontal(passed).cast(pl.Int64).alias("n_pass"),
            pl.sum_horizontal(fails).cast(pl.Int64).alias("n_fail"),
            pl.sum_horizontal(unknown).cast(pl.Int64).alias("n_unknown"),
            pl.sum_horizontal(weighed).alias("weight"),
        )
        .group_by("key")
        .agg(
            pl.col("n").sum().alias("n_units"),
            pl.col("n_pass", "n_fail", "n_unknown").sum(),
            (100.0 * pl.col("weight").sum() / (pl.len() * work.province.weight)).alias("score"),
            (pl.col("score").sum() / pl.col("n").sum()).alias("units_score"),
        )
    )
    return Query(plan)


def _collect(query: Query) -> pl.DataFrame:
    return query.plan.collect(engine="streaming")


def _read(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow()


def _read_areas(frame: pl.DataFrame) -> pa.Table:
    return frame.sort("key").to_arrow()


def files(work: Work, source: str, out: str) -> None:
    """Score a Parquet file into another, scan to sink."""
    query = scored(work, pl.scan_parquet(source)).drop("kind")
    query.sink_parquet(Path(out), compression="zstd", engine="streaming")


SCORING = [
    Contender("Polars, lazy, streaming", "polars", _scoring, _collect, _read),
    Contender("Polars, the same by casts", "polars", _scoring_by_casts, _collect, _read),
]
AREAS = [Contender("Polars, lazy, streaming", "polars", _areas, _collect, _read_areas)]
TABLES = SCORING[:1]
