"""Airflow: one task per file, then one that merges what they left, exactly. Needs ``apache-airflow`` (3 or later).

Put the file among the DAGs; the folders must be ones that all workers see.
"""

from __future__ import annotations

from pathlib import Path

from airflow.sdk import dag, task

import commscore

RULESET = "dalian-2023"
SHARDS = Path("shards")  # one Parquet file per county, say; no community in two of them
PARTS, WHOLE = Path("parts"), Path("whole")


@task(retries=3)
def score(shard: str) -> str:
    """Score a file; a task that runs again begins its folder anew."""
    out = PARTS / Path(shard).stem
    commscore.evaluate_files(shard, RULESET, out, key="code", level="community", overwrite=True)
    return str(out)


@task(retries=3)
def merge(parts: list[str]) -> None:
    """Merge the folders of the parts: what ``commscore merge parts/* -o whole`` does."""
    commscore.merge_files(parts, WHOLE, overwrite=True)


@dag(schedule=None)
def communities() -> None:
    """Score all files, each in a task of its own, and merge the results."""
    merge(score.expand(shard=sorted(map(str, SHARDS.glob("*.parquet")))))


communities()
