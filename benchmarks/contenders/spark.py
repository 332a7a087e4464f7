"""Spark, Parquet in and Parquet out: commscore on it, SQL written by hand for these rules, and SQL made of the ruleset.

Real Spark (``local[2]``) where the full pyspark and Java are installed, else Sail, a Spark Connect server without Java.
"""

from __future__ import annotations

import atexit
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

import commscore
import commscore.spark
from contenders import Contender
from contenders.ours import passes
from province import Rule
from work import Work

CLASSIC = find_spec("py4j") is not None
SERVER = "pyspark" if CLASSIC else "pysail"


@attrs.frozen(eq=False)
class Job:
    """What is read, by what rules, and where the answer goes."""

    frame: Any
    work: Work
    ruleset: commscore.Ruleset
    out: str


@cache
def session() -> Any:
    """Start the server, once."""
    with _quiet():
        return _classic() if CLASSIC else _sail()


def _sail() -> Any:
    from pysail.spark import SparkConnectServer  # noqa: PLC0415 - not beside real Spark

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    atexit.register(server.stop)
    return SparkSession.builder.remote(f"sc://localhost:{server.listening_address[1]}").create()


def _classic() -> Any:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    found = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    found.sparkContext.setLogLevel("ERROR")
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings(action="ignore"):
        yield


def _prepared(name: str) -> Callable[[Work], Job]:
    def prepare(work: Work) -> Job:
        folder = Path(mkdtemp(dir=work.ruleset.parent))
        units = work.units.set_column(1, "kind", work.units["kind"].cast(pa.string()))
        pq.write_table(units, folder / "units.parquet", compression="zstd", row_group_size=1 << 18)
        frame = session().read.parquet(str(folder / "units.parquet"))
        return Job(frame, work, commscore.load_ruleset(work.ruleset), str(folder / name))

    return prepare


def _write(frame: Any, job: Job) -> str:
    with _quiet():
        frame.write.mode("overwrite").parquet(job.out)
    return job.out


def _by_hand(job: Job) -> str:
    rules, weight = job.work.province.rules, job.work.province.weight
    passed = " + ".join(f"IF({rule.id}, {rule.weight}, 0)" for rule in rules)
    verdicts = job.frame.selectExpr("code AS key", *(_verdict(job.work, rule) for rule in rules))
    return _write(verdicts.selectExpr("*", f"100D * ({passed}) / {weight} AS score"), job)


def _verdict(work: Work, rule: Rule) -> str:
    rural = f"ELSE {rule.rural}D" if work.closed else f"WHEN kind = 'rural' THEN {rule.rural}D"
    return f"{rule.column} {rule.op} CASE WHEN kind = 'urban' THEN {rule.urban}D {rural} END AS {rule.id}"


def _of_ruleset(job: Job) -> str:
    job.frame.createOrReplaceTempView("units")
    types = {field.name: "STRING" if field.name in {"code", "kind"} else "DOUBLE" for field in job.work.units.schema}
    sql = commscore.ruleset_sql(job.ruleset, dialect="spark", schema=types)
    return _write(session().sql(sql), job)


def _evaluated(job: Job) -> str:
    with _quiet():
        return _write(commscore.spark.evaluate(job.frame, job.ruleset, level="community").units, job)


def _summed(job: Job) -> Any:
    with _quiet():
        return commscore.spark.evaluate(job.frame, job.ruleset, level="community")


# --- into the common form -----------------------------------------------------------------------------------


def _table(out: str) -> Any:
    found = pq.read_table(out)
    return found.take(pc.sort_indices(found["code" if "code" in found.column_names else "key"]))


def _read_truths(out: str) -> Any:
    return _table(out).drop_columns(["key"])


def _read_statuses(out: str) -> Any:
    found = _table(out)
    rules = [name for name in found.column_names if name.startswith(("status.r", "r")) and name[-1].isdigit()]
    statuses = {name.removeprefix("status."): passes(found[name]) for name in rules}
    return pa.table({**statuses, "score": found["score"]})


SPARK = [
    Contender("commscore", SERVER, _prepared("ours"), _evaluated, _read_statuses),
    Contender("commscore, keys checked and sums only", SERVER, _prepared("sums"), _summed),
    Contender("Spark SQL by hand", SERVER, _prepared("hand"), _by_hand, _read_truths),
    Contender("Spark SQL of ruleset_sql", SERVER, _prepared("made"), _of_ruleset, _read_statuses),
]
