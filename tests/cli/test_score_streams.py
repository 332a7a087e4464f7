"""`commscore score` as part of a pipe, told to a program, interrupted, and carried on."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, Popen, run
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

import commscore
from commscore._cli import _progress
from commscore._files import _job

Command = Callable[..., Any]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(commscore.__file__).parents[1])}

# Small blocks and a state after each; every step takes a while, so that a signal comes in between.
SLOWLY = """
import sys, time
from commscore._cli import main
from commscore._files import _checkpoints, _job, _pipeline

_job.BLOCK_ROWS, _checkpoints.EVERY, _checkpoints._PATIENCE = 5, 0.0, 0
counted = _pipeline._progress

def slowly(flow):
    print(flow.totals.rows, file=sys.stderr, flush=True)
    time.sleep(0.05)
    return counted(flow)

_pipeline._progress = slowly
sys.exit(main(sys.argv[1:]))
"""


def sent(table: pa.Table) -> bytes:
    """A table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table, max_chunksize=2)
    return bytes(sink.getvalue().to_pybytes())


@pytest.fixture
def units(here: Path) -> pa.Table:
    text = pacsv.ConvertOptions(column_types={"code": pa.string()})
    return pacsv.read_csv(here / "units.csv", convert_options=text)


@pytest.fixture
def piped() -> Callable[..., Any]:
    """Run a command with bytes on stdin."""

    def run_(*arguments: str, given: bytes = b"") -> Any:
        command = [sys.executable, "-m", "commscore", *arguments]
        return run(command, input=given, capture_output=True, check=False, env=ENVIRONMENT)  # noqa: S603

    return run_


def test_a_stream_in_gives_a_stream_out_and_words_on_stderr(units: pa.Table, piped: Callable[..., Any]) -> None:
    ended = piped("score", "-", "-r", "mini-2024.yaml", "-o", "-", given=sent(units))

    result = commscore.evaluate(units, "mini-2024.yaml")
    found = pa.ipc.open_stream(ended.stdout).read_all()
    assert ended.returncode == 0, ended.stderr
    assert found.select(result.units.column_names).to_pylist() == result.units.to_pylist()
    assert found["status.orgs"].to_pylist() == result.wide()["orgs"].to_pylist()
    assert ended.stderr.decode() == result.summary() + "\n"


def test_json_goes_to_stderr_where_stdout_carries_units(units: pa.Table, piped: Callable[..., Any]) -> None:
    ended = piped("score", "units.csv", "-r", "mini-2024.yaml", "-o", "-", "--json", "--fail-on", "fail")

    assert ended.returncode == 1
    assert pa.ipc.open_stream(ended.stdout).read_all().num_rows == units.num_rows
    lines = ended.stderr.decode().splitlines()
    assert json.loads(lines[0])["totals"]["units"] == units.num_rows
    assert lines[1].startswith("commscore: --fail-on fail is not met")


def test_a_stream_in_gives_a_folder(here: Path, units: pa.Table, piped: Callable[..., Any]) -> None:
    ended = piped("score", "-", "-r", "mini-2024.yaml", "-o", "out", given=sent(units))

    assert ended.returncode == 0, ended.stderr
    assert pq.read_table(here / "out/units.parquet").num_rows == units.num_rows
    assert sorted(path.name for path in here.iterdir()) == ["mini-2024.yaml", "out", "units.csv"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("given", [b"", b"code,orgs\n1,2\n"])
def test_what_is_no_stream_is_said(given: bytes, piped: Callable[..., Any]) -> None:
    ended = piped("score", "-", "-r", "mini-2024.yaml", "-o", "-", given=given)

    assert ended.returncode == 3
    assert ended.stdout == b""
    assert ended.stderr.decode().startswith("commscore: data: stdin cannot be read as an Arrow stream: ")


def test_a_torn_stream_is_said(units: pa.Table, piped: Callable[..., Any]) -> None:
    ended = piped("score", "-", "-r", "mini-2024.yaml", given=sent(units)[:-60])

    assert ended.returncode == 3
    assert b"cannot be read" in ended.stderr


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "units.csv", "-o", "out"], "FILES: - is the whole input"),
        (
            ["units.csv", "--overwrit"],
            "unknown option: --overwrit; did you mean --overwrite? See commscore score --help",
        ),
        (["units.csv", "-o", "--zzz"], "unknown option: --zzz. See commscore score --help"),
        (["units.csv", "--resume"], "--resume: there is nothing to carry on without a folder"),
        (["units.csv", "--resume", "-o", "-"], "--resume: there is nothing to carry on without a folder"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: list[str], message: str, command: Command) -> None:
    ended = command("score", *arguments, "-r", "mini-2024.yaml")

    assert ended.code == 2
    assert message in ended.err


# --- progress ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_progress_as_json_is_for_programs(command: Command) -> None:
    ended = command("score", "units.csv", "-r", "mini-2024.yaml", "-o", "out", "-q", "--progress", "json")

    lines = [json.loads(line) for line in ended.err.splitlines()]
    assert [line["event"] for line in lines] == ["scoring", "scored"]
    for line in lines:
        assert set(line) == {
            *("event", "rows", "total", "resumed", "seconds", "rows_per_second", "seconds_left", "file"),
        }
        assert line["rows"] == 4
        assert line["total"] is None  # a CSV file does not tell
        assert line["file"] == "units.csv"
        assert line["rows_per_second"] > 0


def test_time_left_is_told_where_the_files_tell_their_rows(here: Path, units: pa.Table, command: Command) -> None:
    pq.write_table(units, here / "units.parquet")

    ended = command("score", "units.parquet", "-r", "mini-2024.yaml", "--progress", "json")

    last = json.loads(ended.err.splitlines()[-1])
    assert (last["rows"], last["total"], last["seconds_left"]) == (4, 4, 0.0)


def test_lines_of_progress_come_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([0.0, 0.4, 1.1, 1.1, 1.2])
    monkeypatch.setattr(_progress, "monotonic", lambda: next(times))

    with _progress.shown_progress("json") as step:
        assert step is not None
        for rows in (10, 20, 30, 40):
            step(commscore.Progress(rows, 40, None, rows / 10))

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["rows"]) for line in lines] == [("scoring", 10), ("scoring", 30), ("scored", 40)]
    assert lines[1]["seconds_left"] == 1.0


# --- interruptions ----------------------------------------------------------------------------------------


@pytest.fixture
def many(here: Path) -> Path:
    rows = "".join(f"210202001{number:03},{number % 20}\n" for number in range(200))
    (here / "many.csv").write_text(f"code,orgs\n{rows}", encoding="utf-8")
    return here / "many.csv"


def interrupted(*options: str) -> tuple[int, str]:
    """Exit code and last words of a run that gets Ctrl-C."""
    arguments = [sys.executable, "-c", SLOWLY, "score", "many.csv", "-r", "mini-2024.yaml", "-o", "out", *options]
    with Popen([*arguments, "--progress", "json"], stdout=PIPE, stderr=PIPE, text=True, env=ENVIRONMENT) as process:  # noqa: S603
        assert process.stderr is not None
        for line in process.stderr:
            if line.strip() == "15":
                break
        time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        return process.wait(20), process.stderr.read().splitlines()[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_an_interrupted_run_leaves_nothing(here: Path, many: Path) -> None:
    assert interrupted() == (130, "commscore: interrupted")
    assert sorted(path.name for path in here.iterdir()) == [many.name, "mini-2024.yaml", "units.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.usefixtures("many")
def test_an_interrupted_run_is_carried_on_when_asked(command: Command) -> None:
    assert interrupted("--resume")[0] == 130
    unasked = command("score", "many.csv", "-r", "mini-2024.yaml", "-o", "out")
    assert (unasked.code, "(--resume) carries it on" in unasked.err) == (2, True)

    arguments = ["score", "many.csv", "-r", "mini-2024.yaml", "-o", "out", "--resume", "--progress", "json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_job, "BLOCK_ROWS", 5)
        ended = command(*arguments)

    assert ended.code == 0
    last = json.loads(ended.err.splitlines()[-2])
    assert last["event"] == "scored"
    assert last["resumed"] >= 10
    assert pq.read_table("out/units.parquet").num_rows == 200
