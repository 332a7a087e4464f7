"""A Spark session: Sail's, without Java, beside pyspark-client; real Spark with two workers beside the full pyspark."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from tests.spark.spreading import CLASSIC, RULES

import commscore


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    with warnings.catch_warnings(action="ignore"):
        pytest.importorskip("pyspark", reason="neither pyspark-client nor pyspark is installed")
        yield from _classic() if CLASSIC else _sail()


def _sail() -> Iterator[Any]:
    server_of = pytest.importorskip("pysail.spark", reason="pysail is not installed").SparkConnectServer
    from pyspark.sql import SparkSession  # noqa: PLC0415 - it may not be installed

    server = server_of("127.0.0.1", 0)
    server.start(background=True)
    _, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://localhost:{port}").create()
    yield session
    session.stop()
    server.stop()


def _classic() -> Iterator[Any]:
    if which("java") is None:
        pytest.skip("real Spark needs Java")
    from pyspark.sql import SparkSession  # noqa: PLC0415 - it may not be installed

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2,4]")  # two workers; a task is tried four times
    for name, value in {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4"}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path: Path = tmp_path_factory.mktemp("rules") / "spread-2025.yaml"
    path.write_text(RULES, encoding="utf-8")
    return commscore.load_ruleset(path)
