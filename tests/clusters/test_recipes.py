"""The recipes for other engines come to what `evaluate` comes to, where the engine is installed."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest

import commscore

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMUNITIES = EXAMPLES / "dalian" / "communities.parquet"
RULESET = "dalian-2023"

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def shards(tmp_path: Path) -> list[str]:
    """The example city in three files."""
    table = pq.read_table(COMMUNITIES)
    third = -(-table.num_rows // 3)
    paths = [tmp_path / f"shard-{number}.parquet" for number in range(3)]
    for number, path in enumerate(paths):
        pq.write_table(table.slice(number * third, third), path)
    return [str(path) for path in paths]


def recipe(name: str, *needed: str) -> ModuleType:
    for package in needed:
        pytest.importorskip(package, reason=f"{package} is not installed")
    sys.path.append(str(EXAMPLES / "clusters"))
    try:
        return import_module(name)
    finally:
        sys.path.remove(str(EXAMPLES / "clusters"))


def check(found: commscore.Result) -> None:
    with warnings.catch_warnings(action="ignore"):
        expected = commscore.evaluate(COMMUNITIES, RULESET, key="code")
    assert found.units.sort_by("key").equals(expected.units.sort_by("key"))
    assert found.areas.equals(expected.areas)
    assert found.rules.equals(expected.rules)


def test_ray_data(shards: list[str]) -> None:
    check(recipe("ray_data", "ray.data").evaluate(str(Path(shards[0]).parent), RULESET))


def test_daft(shards: list[str]) -> None:
    check(recipe("daft_batches", "daft", "cloudpickle").evaluate(str(Path(shards[0]).parent), RULESET))


def test_dask(shards: list[str]) -> None:
    check(recipe("dask_futures", "distributed").evaluate(RULESET, *shards))


def test_airflow(shards: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline: Any = recipe("airflow_shards", "airflow.sdk")
    monkeypatch.setattr(pipeline, "PARTS", tmp_path / "parts")
    monkeypatch.setattr(pipeline, "WHOLE", tmp_path / "whole")
    parts = [pipeline.score.function(shard) for shard in shards]

    pipeline.merge.function(parts)

    merged = pq.read_table(tmp_path / "whole" / "units.parquet")
    expected = commscore.evaluate(COMMUNITIES, RULESET, key="code").units
    assert merged.select(expected.column_names).sort_by("key").to_pylist() == expected.sort_by("key").to_pylist()
