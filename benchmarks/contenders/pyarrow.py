"""pyarrow.compute: kernel by kernel over batches, two at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from contenders import Contender
from province import Rule
from work import Work

THREADS = 2
BATCH = 65536
OPS = {">=": pc.greater_equal, ">": pc.greater, "<=": pc.less_equal, "<": pc.less}


@attrs.frozen(eq=False)
class Job:
    """Batches and what to do with them."""

    work: Work
    batches: list[Any]


def _scoring(work: Work) -> Job:
    return Job(work, work.units.to_batches(max_chunksize=BATCH))


def _score(job: Job) -> Any:
    with ThreadPoolExecutor(THREADS) as threads:
        return pa.Table.from_batches(list(threads.map(partial(_score_batch, job.work), job.batches)))


def _score_batch(work: Work, batch: Any) -> Any:
    urban, rural = pc.equal(batch["kind"], "urban"), pc.equal(batch["kind"], "rural")
    statuses = [_status(work, rule, batch, urban=urban, rural=rural) for rule in work.province.rules]
    total = pa.repeat(pa.scalar(0, pa.int16()), batch.num_rows)
    for rule, status in zip(work.province.rules, statuses, strict=True):
        passed = pc.cast(pc.fill_null(status, fill_value=False), pa.int16())
        total = pc.add(total, pc.multiply(passed, pa.scalar(rule.weight, pa.int16())))
    score = pc.divide(pc.multiply(pc.cast(total, pa.float64()), 100.0), float(work.province.weight))
    return pa.record_batch([*statuses, score], names=[*(rule.id for rule in work.province.rules), "score"])


def _status(work: Work, rule: Rule, batch: Any, *, urban: Any, rural: Any) -> Any:
    below = rule.rural if work.closed else pc.if_else(rural, rule.rural, pa.scalar(None, pa.float64()))
    return OPS[rule.op](batch[rule.column], pc.if_else(urban, rule.urban, below))


SCORING = [Contender("pyarrow.compute, batches", "pyarrow", _scoring, _score, lambda table: table)]
