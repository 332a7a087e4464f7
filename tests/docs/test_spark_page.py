"""The page on Spark, run against a Spark without Java."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, blocks, told


@pytest.mark.slow  # it ends every Spark session of its process, those of other tests too
def test_the_page_on_spark_gives_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server_of = pytest.importorskip("pysail.spark", reason="pysail is not installed").SparkConnectServer
    server = server_of("127.0.0.1", 0)
    server.start(background=True)
    _, port = server.listening_address
    monkeypatch.setenv("SPARK_REMOTE", f"sc://localhost:{port}")
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "spark.md").read_text(encoding="utf-8")

    # The page ends its session; a server waits for those that are open.
    with warnings.catch_warnings(action="ignore"):
        wrong = [example for example in told(text, tmp_path) if example.written != example.said]
    server.stop()

    assert wrong == []
    assert [block.language for block in blocks(text)] == ["yaml", "python", "text"]
