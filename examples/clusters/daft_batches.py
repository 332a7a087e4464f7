"""Daft: batches scored by Daft's workers, merged exactly. Needs ``daft``.

python daft_batches.py communities.parquet dalian-2023
"""

from __future__ import annotations

import sys
from typing import Any

import cloudpickle
import daft
import pyarrow as pa
from daft.functions import to_struct

import commscore


@daft.func.batch(return_dtype=daft.DataType.binary(), batch_size=100_000)
def score(rows: daft.Series, ruleset: str) -> Any:
    """Score a batch; its result stands in the first row, the others are null."""
    batch = pa.RecordBatch.from_struct_array(rows.to_arrow())
    reader = pa.RecordBatchReader.from_batches(batch.schema, [batch])
    result = commscore.evaluate(reader, ruleset, key="code", level="community")
    return pa.array([cloudpickle.dumps(result), *[None] * (len(batch) - 1)], pa.large_binary())


def evaluate(path: str, ruleset: str) -> commscore.Result:
    """Score a table batch by batch, and merge the results; units come in the order of the batches."""
    table = daft.read_parquet(path)
    results = table.select(
        score(to_struct(**{name: daft.col(name) for name in table.column_names}), ruleset).alias("result")
    )
    found = results.where(daft.col("result").not_null()).to_pydict()["result"]
    return commscore.merge(*map(cloudpickle.loads, found))


if __name__ == "__main__":
    print(evaluate(*sys.argv[1:3]).summary())
