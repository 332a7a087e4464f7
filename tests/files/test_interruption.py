"""Runs that are killed or interrupted, in processes of their own."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, Popen

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import commscore

Save = Callable[[pa.Table, Path], Path]

SLOWLY = """
import sys, time
import commscore
from commscore._files import _job

_job.BLOCK_ROWS = 5
src, ruleset, out, pause = sys.argv[1:5]

def step(found):
    print(found.rows, flush=True)
    time.sleep(float(pause))

commscore.evaluate_files(src, ruleset, out, overwrite=True, progress=step)
"""


@pytest.fixture
def src(table: pa.Table, saved: Save, tmp_path: Path) -> Path:
    return saved(table.slice(0, 60), tmp_path / "in" / "data.csv")


def start(src: Path, ruleset: commscore.Ruleset, out: Path, pause: float = 0.02, preparation: str = "") -> Popen[str]:
    """Start a run, and wait until the first block is done."""
    arguments = [sys.executable, "-c", preparation + SLOWLY, str(src), str(ruleset.path), str(out), str(pause)]
    process = Popen(arguments, stdout=PIPE, stderr=PIPE, text=True)  # noqa: S603  # our own interpreter
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "5", process.communicate()[1]
    return process


def is_whole(out: Path) -> bool:
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    rows = {entry["name"]: entry["rows"] for entry in manifest["outputs"]}
    return {name: pq.read_metadata(out / name).num_rows for name in rows} == rows


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_run_leaves_nothing_or_a_whole_result(
    seed: int, src: Path, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    before = src.read_bytes()
    process = start(src, ruleset, out)
    time.sleep(random.Random(seed).uniform(0, 0.45))
    process.kill()
    process.communicate()

    assert not out.exists() or is_whole(out)
    assert src.read_bytes() == before

    commscore.evaluate_files(src, ruleset, out, overwrite=True)
    assert is_whole(out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_an_interrupted_run_removes_what_it_wrote_and_keeps_the_old_output(
    src: Path, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    commscore.evaluate_files(src, ruleset, out)
    before = (out / "manifest.json").read_bytes()
    process = start(src, ruleset, out, pause=5)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=20)[1]

    assert "KeyboardInterrupt" in errors
    assert (out / "manifest.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits on the size of files")
def test_a_full_disk_leaves_nothing(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))\n"
    process = start(src, ruleset, tmp_path / "out", pause=0, preparation=limit)
    errors = process.communicate(timeout=20)[1]

    assert "UsageError: out: " in errors
    assert "out cannot be written" in errors
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
