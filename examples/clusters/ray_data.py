"""Ray Data: batches scored by Ray's workers, merged exactly. Needs ``ray[data]``.

python ray_data.py communities.parquet dalian-2023
"""

from __future__ import annotations

import sys
from typing import Any

import pyarrow as pa
import ray
from ray import cloudpickle

import commscore


def score(batch: Any, ruleset: str) -> Any:
    """Score a batch; a stream of it, which the result does not keep."""
    result = commscore.evaluate(batch.to_reader(), ruleset, key="code", level="community")
    return pa.table({"result": [cloudpickle.dumps(result)]})


def evaluate(path: str, ruleset: str) -> commscore.Result:
    """Score a data set batch by batch, and merge the results; units come in the order of the batches."""
    batches = ray.data.read_parquet(path).map_batches(
        score, batch_format="pyarrow", batch_size=100_000, fn_args=(ruleset,)
    )
    return commscore.merge(*(cloudpickle.loads(row["result"]) for row in batches.iter_rows()))


if __name__ == "__main__":
    print(evaluate(*sys.argv[1:3]).summary())
