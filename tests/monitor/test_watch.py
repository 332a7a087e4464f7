"""`watch`: streams, what a restart loses and repeats (nothing), and the command."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.monitor.reports import event, lines_of, write_ruleset

import commscore
from commscore._cli import main
from commscore.monitor import Monitor, _stream, watch
from commscore.monitor._store import Store


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    return commscore.load_ruleset(write_ruleset(tmp_path_factory.mktemp("ruleset")))


def _run(
    ruleset: commscore.Ruleset, folder: Path, events: bytes, *, resume: bool = True, out: str = "out", mode: str = "ab"
) -> list[dict[str, Any]]:
    (folder / "events").write_bytes(events)
    with (
        (folder / "events").open("rb") as source,
        (folder / out).open(mode) as sink,
        Monitor(ruleset, lambda _: None, state=folder / "s.sqlite") as monitor,
    ):
        watch(monitor, source, sink, resume=resume)
    return [json.loads(line) for line in (folder / out).read_bytes().splitlines()]


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


@pytest.fixture
def whole(ruleset: commscore.Ruleset, tmp_path: Path) -> list[dict[str, Any]]:
    (tmp_path / "whole").mkdir()
    return _run(ruleset, tmp_path / "whole", _joined(lines_of(7, 300)))


@pytest.mark.parametrize("at", [0, 1, 100, 299])
def test_two_halves_with_a_restart_are_one_go(
    ruleset: commscore.Ruleset, tmp_path: Path, whole: list[dict[str, Any]], at: int
) -> None:
    lines = lines_of(7, 300)
    _run(ruleset, tmp_path, _joined(lines[:at]))

    assert _run(ruleset, tmp_path, _joined(lines)) == whole
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole" / "out").read_bytes()
    assert _run(ruleset, tmp_path, _joined(lines)) == whole  # nothing new, nothing told


def test_without_resume_an_input_is_read_as_new(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    first, second = [event("a", 0, staff=1, kind="urban")], [event("a", 1, staff=9)]
    _run(ruleset, tmp_path, _joined([json.dumps(one) for one in first]), resume=False)

    told = _run(ruleset, tmp_path, _joined([json.dumps(one) for one in second]), resume=False)

    assert [(one["seq"], one["change"], one["line"]) for one in told] == [(1, "opened", 1), (2, "recovered", 1)]


def test_resuming_another_input_is_refused(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    _run(ruleset, tmp_path, _joined(lines_of(1, 50)))

    for other in (_joined(lines_of(2, 50)), _joined(lines_of(1, 50))[:100], b""):
        with pytest.raises(commscore.UsageError, match="not the input that was being read"):
            _run(ruleset, tmp_path, other)


def test_a_long_line_is_answered_by_its_number(
    ruleset: commscore.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_stream, "LONGEST_LINE", 100_000)
    good = json.dumps(event("a", 0, staff=1, kind="urban")).encode()
    events = b"x" * 100_001 + b"\n" + good + b"\r\n\n" + b"y" * 300_000 + b"\n" + b"z" * 250_000

    told = _run(ruleset, tmp_path, events)

    assert [(one["change"], one["line"]) for one in told] == [
        ("refused", 1),
        ("opened", 2),
        ("refused", 4),
        ("refused", 5),
    ]


def test_a_last_line_needs_no_end_and_a_byte_order_mark_is_no_fault(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    events = b"\xef\xbb\xbf" + json.dumps(event("a", 0, staff=1, kind="urban")).encode()

    assert [one["change"] for one in _run(ruleset, tmp_path, events)] == ["opened"]


@given(chunk=st.integers(1, 400), most=st.integers(1, 40))
@settings(max_examples=15)
def test_output_does_not_depend_on_how_the_input_is_cut(
    tmp_path_factory: pytest.TempPathFactory, chunk: int, most: int
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    ruleset = commscore.load_ruleset(write_ruleset(folder))
    expected = _run(ruleset, folder, _joined(lines_of(9, 40)))
    (folder / "s.sqlite").unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_stream, "_CHUNK", chunk)
        patch.setattr(_stream, "_MOST_LINES", most)
        assert _run(ruleset, folder, _joined(lines_of(9, 40)), out="other") == expected


class _Crash(BaseException):
    """Stands for the end of the process at that point."""


@given(st.data())
@settings(max_examples=25)
def test_a_crash_at_any_point_loses_and_repeats_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("crash")
    (folder / "whole").mkdir()
    ruleset, events = commscore.load_ruleset(write_ruleset(folder)), _joined(lines_of(11, 120))
    expected = _run(ruleset, folder / "whole", events)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_stream, "_CHUNK", 700)
        patch.setattr(_stream, "_MOST_LINES", 10)
        for where in data.draw(st.lists(st.sampled_from(("fsync", "commit", "write")), max_size=4)):
            _crash_once(patch, where, data.draw(st.integers(0, 4)))
            with contextlib.suppress(_Crash):
                _run(ruleset, folder, events)
            patch.undo()
            patch.setattr(_stream, "_CHUNK", 700)
            patch.setattr(_stream, "_MOST_LINES", 10)
        assert _run(ruleset, folder, events) == expected
    assert (folder / "out").read_bytes() == (folder / "whole" / "out").read_bytes()


def _crash_once(patch: pytest.MonkeyPatch, where: str, after: int) -> None:
    left = [after]

    def crashing(real: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            if left[0] == 0:
                raise _Crash
            left[0] -= 1
            return real(*given, **named)

        return call

    if where == "fsync":
        patch.setattr(os, "fsync", crashing(os.fsync))
    elif where == "commit":
        patch.setattr(Store, "commit", crashing(Store.commit))
    else:
        patch.setattr(_stream, "_write", crashing(_stream._write))


# ---- THE COMMAND ----


def _command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "commscore", "watch", "-r", str(folder / "watched.yaml"), "-q", *more]


def _killed(command: list[str], events: bytes, folder: Path, after: float) -> None:
    """Feed events slowly through a pipe and kill the process in mid-stream."""
    with (folder / "out").open("ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out)  # noqa: S603 - this very interpreter
    assert process.stdin is not None

    def feed() -> None:
        try:
            for start in range(0, len(events), 4000):
                process.stdin.write(events[start : start + 4000])  # type: ignore[union-attr]
                process.stdin.flush()  # type: ignore[union-attr]
                time.sleep(0.002)
        except OSError:
            pass  # it was killed

    feeder = threading.Thread(target=feed)
    feeder.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and (folder / "out").stat().st_size < after:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    feeder.join()
    with contextlib.suppress(OSError):
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_kill_9_in_mid_stream_loses_and_repeats_nothing(tmp_path: Path, seed: int) -> None:
    path, rng = write_ruleset(tmp_path), random.Random(seed)
    (tmp_path / "whole").mkdir()
    events = _joined(lines_of(seed, 6000, units=40))
    _run(commscore.load_ruleset(path), tmp_path / "whole", events)
    expected = (tmp_path / "whole" / "out").read_bytes()
    command = _command(tmp_path, "--state", str(tmp_path / "s.sqlite"), "--resume")

    for _ in range(3):
        before = (tmp_path / "out").stat().st_size if (tmp_path / "out").exists() else 0
        _killed(command, events, tmp_path, before + rng.uniform(0, len(expected) / 5))
    with (tmp_path / "out").open("ab") as out:
        subprocess.run(command, input=events, stdout=out, check=True)  # noqa: S603 - this very interpreter

    assert (tmp_path / "out").read_bytes() == expected


def test_a_pipe_is_told_again_by_the_same_numbers(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    """A reader of a pipe may see records twice after a crash; their numbers tell them apart."""
    events, seen = _joined(lines_of(5, 80)), list[dict[str, Any]]()
    (tmp_path / "events").write_bytes(events)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_stream, "_CHUNK", 500)
        patch.setattr(_stream, "_MOST_LINES", 5)
        _crash_once(patch, "commit", 2)
        seen += _through_a_pipe(ruleset, tmp_path, crash=True)
    first = len(seen)
    seen += _through_a_pipe(ruleset, tmp_path)

    (tmp_path / "whole").mkdir()
    expected = _run(ruleset, tmp_path / "whole", events)
    assert seen[first]["seq"] <= first
    assert list({one["seq"]: one for one in seen}.values()) == expected
    assert all(one == expected[one["seq"] - 1] for one in seen)


def _through_a_pipe(ruleset: commscore.Ruleset, folder: Path, *, crash: bool = False) -> list[dict[str, Any]]:
    out, into = os.pipe()
    with os.fdopen(out, "rb") as reader:
        with (
            os.fdopen(into, "wb") as sink,
            (folder / "events").open("rb") as source,
            Monitor(ruleset, lambda _: None, state=folder / "s.sqlite") as monitor,
        ):
            try:
                watch(monitor, source, sink, resume=True)
            except _Crash:
                assert crash
                monitor.__exit__(_Crash, None, None)
        return [json.loads(line) for line in reader.read().splitlines()]


def test_the_command_reads_stdin_and_writes_stdout(tmp_path: Path) -> None:
    write_ruleset(tmp_path)
    events = _joined([json.dumps(event("a", 0, staff=1, kind="urban")), "{"])
    done = subprocess.run(_command(tmp_path)[:-1], input=events, capture_output=True, check=True)  # noqa: S603

    assert [json.loads(line)["change"] for line in done.stdout.splitlines()] == ["opened", "refused"]
    assert done.stderr.decode().strip() == "commscore: 2 lines read: 1 opened, 1 refused"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume"], "give --state FILE"),
        (["-o", "/nowhere/out"], "cannot be written"),
        (["--escalate-after", "0"], "whole number from 1"),
        (["--state", "/nowhere/s"], "cannot be used"),
        (["--as-of", "soon"], "is not a date"),
    ],
)
def test_wrong_usage_of_the_command_is_said(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", "-r", "dalian-2023", *arguments]) == 2
    assert message in capsys.readouterr().err
