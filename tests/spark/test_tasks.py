"""What tasks come to adds up to the whole, whatever the partitions, their order, and how often a task is run."""

from __future__ import annotations

import random
import warnings
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.equality.drawing import rulesets, tables
from tests.spark.spreading import ROLLUP, as_set, communities

import commscore
from commscore._evaluation import open_session
from commscore._results import settled
from commscore.spark import _tasks
from commscore.spark._result import Settled


def _job(table: Any, ruleset: commscore.Ruleset, **options: Any) -> tuple[Any, _tasks.Job]:
    given = dict.fromkeys(("key", "rollup", "as_of", "columns", "more")) | {"missing": ("",), **options}
    session = open_session(table.slice(0, 0), ruleset, level="community", **given)
    return session, _tasks.Job(ruleset, {**given, "level": "community"}, tuple(table.column_names), inferred=False)


def _batches(task: Any, job: _tasks.Job, *parts: Any) -> list[Any]:
    return [batch for part in parts for batch in task(job, iter(part.to_batches(max_chunksize=2)))]


def _summed(session: Any, job: _tasks.Job, parts: list[Any]) -> tuple[_tasks.Gathered, commscore.Result]:
    gathered = _tasks.gather(iter(_batches(_tasks.add_up, job, *parts)))
    states = [row["state"] for batch in gathered for row in batch.to_pylist()]
    total = _tasks.joined(map(_tasks.Gathered.from_bytes, states))
    return total, Settled(settled(session.context, (), session.run, total.tally), total.counts)


@settings(max_examples=max(20, settings.default.max_examples // 5))
@given(ruleset=rulesets(), table=tables(), drawn=st.randoms(use_true_random=False))
def test_partitions_in_any_order_add_up_to_the_whole(
    ruleset: commscore.Ruleset, table: Any, drawn: random.Random
) -> None:
    rows, more = table
    options: dict[str, Any] = {"key": "id", "rollup": ROLLUP, "more": more}
    whole = pa.Table.from_pylist(rows)
    ends = sorted(drawn.randint(0, len(rows)) for _ in range(3))
    parts = [whole.slice(start, end - start) for start, end in zip([0, *ends], [*ends, len(rows)], strict=True)]
    drawn.shuffle(parts)
    note(repr(parts))

    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        try:
            expected = commscore.evaluate(whole, ruleset, **options)
        except commscore.DataError:
            return
        session, job = _job(whole, ruleset, **options)
        total, found = _summed(session, job, parts)
        units = pa.Table.from_batches(_batches(_tasks.judge_units, job, *parts))

    assert total.rows == len(rows)
    assert (total.n_nulls, total.n_twins) == (0, 0)
    assert as_set(found.areas) == as_set(expected.areas)
    assert found.rules.to_pylist() == expected.rules.to_pylist()
    assert as_set(found.findings(level="area")) == as_set(expected.findings(level="area"))
    assert as_set(units.select(expected.units.column_names)) == as_set(expected.units)


def test_a_task_that_is_run_again_gives_the_same_bytes(rules: commscore.Ruleset) -> None:
    table = communities(30)
    _, job = _job(table, rules)

    for task in (_tasks.add_up, _tasks.judge_units):
        assert _batches(task, job, table) == _batches(task, job, table)


def test_a_partition_without_rows_says_nothing(rules: commscore.Ruleset) -> None:
    table = communities(3)
    _, job = _job(table, rules)

    assert _batches(_tasks.add_up, job, table.slice(0, 0)) == []
    assert list(_tasks.judge_units(job, iter([]))) == []
    assert list(_tasks.gather(iter([]))) == []


@pytest.mark.parametrize(
    ("keys", "nulls", "twins", "n_twins", "rows"),
    [
        ([], 0, (), 0, 0),
        (["a", "b"], 0, (), 0, 0),
        (["b", None, "a", "b", "a", "a", None], 2, ("a", "b"), 2, 5),
        ([*"fedcba"] * 2, 0, ("a", "b", "c"), 6, 12),
    ],
)
def test_keys_are_looked_at_where_equal_ones_meet(
    keys: list[str | None], nulls: int, twins: tuple[str, ...], n_twins: int, rows: int
) -> None:
    found = _tasks.looked_at(pa.chunked_array([keys], pa.string()))

    assert (found.n_nulls, found.twins, found.n_twins, found.n_twin_rows) == (nulls, twins, n_twins, rows)
