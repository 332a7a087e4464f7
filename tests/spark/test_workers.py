"""Workers die and are replaced, and nothing is summed twice. On real Spark only: Sail's workers are the test itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.spark.spreading import CLASSIC, ROLLUP, as_set, communities

import commscore
import commscore.spark

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CLASSIC, reason="killing a worker needs real Spark: make test-spark"),
]


def _dying(marks: Path, *, after: int) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """A step before the evaluation whose worker dies in every partition at the first attempt, some batches on."""

    def passing(batches: Iterator[Any]) -> Iterator[Any]:
        for number, batch in enumerate(batches):
            mark = marks / f"{batch.column(0)[0]}-{number}"
            if number == after and not mark.exists():
                mark.touch()
                os._exit(1)  # as if the machine had taken it
            yield batch

    return passing


@pytest.mark.parametrize("after", [0, 3])
def test_a_worker_killed_in_mid_run_changes_nothing(
    spark: Any, rules: commscore.Ruleset, tmp_path: Path, after: int
) -> None:
    table = communities(800)
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 50)
    whole = spark.createDataFrame(table).repartition(3, "code")
    frame = whole.mapInArrow(_dying(tmp_path, after=after), whole.schema)

    found = commscore.spark.evaluate(frame, rules, rollup=ROLLUP)
    died = len(list(tmp_path.iterdir()))
    expected = commscore.evaluate(table, rules, rollup=ROLLUP)

    assert died > 0
    assert found.rows == 800
    assert as_set(found.areas) == as_set(expected.areas)
    assert as_set(found.rules) == as_set(expected.rules)
    for mark in tmp_path.iterdir():
        mark.unlink()
    assert as_set(found.units.select(*expected.units.column_names)) == as_set(expected.units)
    assert len(list(tmp_path.iterdir())) == died
