"""Evaluate a Spark DataFrame where it lies: units and findings as DataFrames, areas and rules from exact sums.

The same kernel runs on the executors as in ``commscore.evaluate``, by ``DataFrame.mapInArrow``, on classic Spark and on
Spark Connect. The executors need commscore installed, of the driver's version. Nothing here imports pyspark: the
DataFrame that is given brings it along.
"""

from __future__ import annotations

from commscore.spark._api import evaluate
from commscore.spark._result import SparkResult

__all__ = ["SparkResult", "evaluate"]
