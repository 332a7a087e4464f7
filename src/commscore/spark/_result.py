"""The result of an evaluation on Spark: lazy DataFrames of units and findings, small ones of areas and rules."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from commscore._arguments import one_or_more
from commscore._engine._findings import SCHEMA
from commscore._files._pipeline import unit_schema
from commscore._results import Result
from commscore._status import STATUSES
from commscore.spark._tasks import judge_units, list_findings, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pyspark.sql import DataFrame

    from commscore._engine import _integers as ints
    from commscore._ruleset import Ruleset
    from commscore.spark._opening import Opened

_TYPES = {
    pa.string(): "string",
    pa.float64(): "double",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.binary(): "binary",
    pa.list_(pa.string()): "array<string>",
}


class Settled(Result):
    """A result whose units stay on the cluster; what they add up to is at hand."""

    def __init__(self, result: Result, counts: ints.Ints) -> None:
        super().__init__(result.context, (), result.run, result.own)
        self._counts = counts

    @cached_property
    def unit_counts(self) -> ints.Ints:
        """Return the counts that the executors made."""
        return self._counts


class SparkResult:
    """Units, findings, areas and rules as Spark DataFrames.

    Units and findings are lazy: they are judged when they are read, each time anew unless they are cached. Their rows
    come in no order. Areas and rules are known, and small.
    """

    def __init__(self, opened: Opened, result: Result, rows: int) -> None:
        self._opened = opened
        self._result = result
        self._rows = rows

    @property
    def ruleset(self) -> Ruleset:
        """Return the ruleset that was scored against."""
        return self._result.ruleset

    @property
    def rows(self) -> int:
        """Return how many units there are."""
        return self._rows

    @cached_property
    def units(self) -> DataFrame:
        """Return one row per unit, in no order.

        Columns: those of `commscore.Result.units`, and per rule, in file order, its status as ``status.RULE``: what
        ``units.parquet`` of an output folder holds. Dictionaries are strings. A name with a dot stands in backticks:
        ``units.where("`status.social-orgs` = 'fail'")``.
        """
        job = self._opened.job
        return mapped(
            self._opened.frame, lambda batches: judge_units(job, batches), unit_schema(self._opened.session.context)
        )

    def findings(
        self,
        *,
        status: str | Collection[str] | None = None,
        level: str | None = None,
        rule: str | Collection[str] | None = None,
        key: str | Collection[str] | None = None,
    ) -> DataFrame:
        """Return findings as a long table, in no order.

        Args:
            status: Only these statuses, such as ``"fail"`` or ``["unknown", "error"]``; others are not made at all.
            level: ``"unit"``, ``"area"``, or the name of a level whose areas are wanted.
            rule: Only these rules.
            key: Only these units or areas.

        Returns:
            The columns of `commscore.Result.findings`; dictionaries are strings.

        Raises:
            UsageError: A status, level or rule that does not exist.
        """
        # That of areas, which also says what is wrong with an argument.
        areas = self._result.findings(status=status, level=level, rule=rule, key=key)
        plan = self._result.plan
        if level not in (None, "unit") and (level != plan.level or level in plan.rollup):
            return self._local(areas)
        names = list(STATUSES) if status is None else one_or_more("status", status)
        job, codes = self._opened.job, tuple(code for code, name in enumerate(STATUSES) if name in names)
        units = mapped(self._opened.frame, lambda batches: list_findings(job, codes, batches), SCHEMA)
        for column, wanted in (("rule", rule), ("key", key)):
            if wanted is not None:
                units = units.where(units[column].isin(one_or_more(column, wanted)))
        return units.unionAll(self._local(areas)) if areas.num_rows else units

    @cached_property
    def areas(self) -> DataFrame:
        """Return one row per area and level of the rollup: the columns of `commscore.Result.areas`."""
        return self._local(self._result.areas)

    @cached_property
    def rules(self) -> DataFrame:
        """Return one row per rule: the columns of `commscore.Result.rules`."""
        return self._local(self._result.rules)

    def _local(self, table: Any) -> DataFrame:
        """Hand a table of the driver to Spark."""
        session, found = self._opened.frame.sparkSession, table.cast(plain(table.schema))
        # An empty table is refused, unless its columns are named apart.
        return (
            session.createDataFrame(found) if found.num_rows else session.createDataFrame([], columns_of(found.schema))
        )

    def __repr__(self) -> str:
        """Name the ruleset and count units and rules."""
        return (
            f"<commscore.spark.SparkResult of {self.ruleset.id}: {self._rows} units, {len(self.ruleset.rules)} rules>"
        )


def mapped(frame: DataFrame, task: Callable[[Iterator[Any]], Iterator[Any]], schema: Any) -> DataFrame:
    """Run a task on each partition of a DataFrame.

    Args:
        frame: The DataFrame.
        task: Turns the batches of a partition into others.
        schema: What those hold.
    """
    return frame.mapInArrow(task, columns_of(schema))


def columns_of(schema: Any) -> str:
    """Write columns as Spark does."""
    return ", ".join(f"`{field.name.replace('`', '``')}` {_TYPES[field.type]}" for field in plain(schema))
