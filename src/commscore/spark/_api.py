"""The public function: a Spark DataFrame evaluated where it lies."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from commscore import _arguments as arguments
from commscore import _evaluation
from commscore._engine._counting import added
from commscore._loading import load_ruleset
from commscore._results import settled
from commscore.errors import DataError, DataFault, DataWarning, UsageError
from commscore.spark._opening import Opened, open_frame
from commscore.spark._result import Settled, SparkResult, mapped
from commscore.spark._tasks import GATHERED, PASSED, Gathered, add_up, gather, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pyspark.sql import DataFrame

    from commscore._results import Result
    from commscore._ruleset import Ruleset


def evaluate(
    df: DataFrame,
    ruleset: str | Path | Ruleset,
    *,
    key: str | None = None,
    rollup: Sequence[str] | None = None,
    as_of: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    level: str | None = None,
    more: Mapping[str, Any] | None = None,
    missing: Collection[str] = ("",),
) -> SparkResult:
    """Score a Spark DataFrame of units against a ruleset, bit for bit as ``commscore.evaluate`` does.

    One Spark job runs at once: it holds the keys to be unique and adds the units up, from which areas and rules are
    known. Units and findings are judged again when their DataFrames are read. Cache ``df`` if it is costly to compute.

    Args:
        df: Units, one row each.
        ruleset: An id such as ``"dalian-2023"``, a path on the driver, or a loaded ruleset.
        key: The column that names the units; without it ``code``. One of the two there must be: rows have no numbers.
        rollup: The levels whose areas the result shows; by default the jurisdiction's and those that rules are
            judged at.
        as_of: The day on which dues are looked at, as a date or ``YYYY-MM-DD``; by default 31 December of the
            ruleset's year.
        columns: The DataFrame's own column names, ``{"theirs": "input"}``, where they are neither names nor titles of
            inputs.
        level: What the rows are; by default ``community``, or what the length of the first codes says.
        more: Tables of other levels, such as ``{"county": counties, "city": city}``: whatever ``commscore.evaluate``
            takes, read by the driver, or DataFrames. They are sent to every executor.
        missing: Texts that stand for a missing value, beside blank cells.

    Returns:
        The result: DataFrames ``units``, ``findings()``, ``areas`` and ``rules``.

    Raises:
        RulesetError: The ruleset cannot be used; every fault with its place.
        DataError: A table cannot be used: duplicate or null keys, areas in two places, codes of other levels than the
            first ones, no column for any rule. Rows have no numbers, so none are told.
        UsageError: An argument makes no sense here, or the executors lack commscore.

    Example:
        >>> import commscore.spark
        >>> result = commscore.spark.evaluate(df, "dalian-2023")  # doctest: +SKIP
        >>> result.units.where("`status.social-orgs` = 'fail'").count()  # doctest: +SKIP
        3
    """
    loaded = load_ruleset(arguments.ruleset_name(ruleset))
    opened = open_frame(
        df,
        loaded,
        {
            "key": key,
            "rollup": rollup,
            "as_of": as_of,
            "columns": columns,
            "level": level,
            "more": more,
            "missing": missing,
        },
    )
    plan = opened.session.context.plan
    return _brought(opened) if plan.level in plan.rollup else _added_up(opened)


def _added_up(opened: Opened) -> SparkResult:
    """Let the executors add the units up."""
    job = opened.job
    passed = mapped(opened.frame, lambda batches: add_up(job, batches), PASSED)
    rows = _collected(mapped(passed.repartition("key"), gather, GATHERED))
    total = joined(Gathered.from_bytes(bytes(row[0])) for row in rows)
    faults = [*_of_keys(total, opened), *total.faults]
    if faults:
        raise DataError(faults)
    if total.n_strange and total.n_usual:
        message = (
            f"{total.n_strange} are no area codes (of 12, 9, 6, 4 or 2 digits), so their rows count as having none"
        )
        fault = DataFault(message, table=opened.session.main.name, column=opened.session.main.code_column)
        warnings.warn(str(fault), DataWarning, stacklevel=3)
    result = settled(opened.session.context, (), opened.session.run, total.tally)
    counts = added((), len(job.ruleset.rules)) if total.counts is None else total.counts
    return SparkResult(opened, Settled(result, counts), total.rows)


def _brought(opened: Opened) -> SparkResult:
    """Evaluate units that are areas of the rollup themselves on the driver, which holds the areas anyway."""
    found = opened.frame.toArrow()
    result: Result = _evaluation.evaluate(
        pa.table(found.columns, names=opened.job.names), opened.job.ruleset, **opened.job.options
    )
    return SparkResult(opened, Settled(result, result.unit_counts), found.num_rows)


def _collected(frame: DataFrame) -> list[Any]:
    """Run a job; say in a line what stops it where that is the caller's to mend.

    Raises:
        UsageError: The executors lack commscore or what it needs, or have another version.
    """
    try:
        return frame.collect()
    except Exception as error:
        told = str(error)
        lacking, other = re.search(r"No module named '([\w.]+)'", told), re.search(r"the executors have .*", told)
        if lacking:
            message = (
                f"the executors cannot import {lacking[1]}: install commscore, in the driver's version, where they run"
            )
            raise UsageError(message) from error
        if other:
            raise UsageError(other[0]) from error
        raise


def _of_keys(total: Gathered, opened: Opened) -> list[DataFault]:
    """List what is wrong with the keys."""
    main, found = opened.session.main, []
    if total.n_nulls:
        message = f"every row needs a key: fill in the missing ones or choose another key column ({total.n_nulls} rows)"
        found.append(DataFault(message, table=main.name, column=main.key_column, count=total.n_nulls))
    if total.n_twins:
        many = f"{total.n_twins} keys are" if total.n_twins > 1 else "1 key is"
        shown = ", ".join(map(repr, total.twins)) + (", …" if total.n_twins > len(total.twins) else "")
        message = f"{many} not unique: {shown} ({total.n_twin_rows} rows)"
        found.append(DataFault(message, table=main.name, column=main.key_column, count=total.n_twin_rows))
    return found
