"""The page on Spark, run against a Spark without Java."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, blocks, told

PAGE = ROOT / "docs" / "spark.md"


def test_the_page_on_spark_gives_what_it_shows(tmp_path: Path) -> None:
    # In a process of its own: the page ends every Spark session of its process, those of other tests too.
    pytest.importorskip("pysail.spark", reason="pysail is not installed")
    command = [sys.executable, "-m", "tests.docs.test_spark_page"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}

    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # noqa: S603

    assert (ended.returncode, ended.stdout) == (0, "all that is shown is written\n"), ended.stdout + ended.stderr
    assert [block.language for block in blocks(PAGE.read_text(encoding="utf-8"))] == ["yaml", "python", "text"]


def main() -> None:
    """Run the page's examples against a server of their own."""
    from pysail.spark import SparkConnectServer  # noqa: PLC0415 - asked only where it is installed

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    _, port = server.listening_address
    os.environ["SPARK_REMOTE"] = f"sc://localhost:{port}"
    # The page ends its session; a server waits for those that are open.
    with warnings.catch_warnings(action="ignore"):
        wrong = [
            example for example in told(PAGE.read_text(encoding="utf-8"), Path.cwd()) if example.written != example.said
        ]
    server.stop()
    print("\n".join(map(str, wrong)) or "all that is shown is written")  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
