"""Exit codes, and that no mistake of a user ends in a traceback."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest

import commscore
from commscore import _files
from commscore._cli import main

Command = Callable[..., Any]
Process = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["score"], "parameter FILES requires an argument"),
        (["score", "units.csv"], "parameter --ruleset requires an argument"),
        (["scor", "units.csv"], 'Unknown command "scor". Did you mean "score"?'),
        (["explain", "1", "units.csv", "--rulset", "x"], "Unknown option: --rulset. Did you mean --ruleset?"),
        (["score", "units.csv", "-r", "mini-2024.yaml", "--findings", "some"], 'Choose from: "all", "failing", "none"'),
        (["score", "units.csv", "-r", "mini-2024.yaml", "--fail-under", "many"], 'unable to convert "many" into float'),
        (["score", "units.csv", "-r", "mini-2024.yaml", "--fail-on", "fial"], 'Did you mean "fail"?'),
        (["score", "none.csv", "-r", "mini-2024.yaml"], "there is no file or folder none.csv"),
        (["score", "units.csv", "-r", "mini-2042"], "there is no ruleset 'mini-2042'"),
        (["score", "units.csv", "-r", "none.yaml"], "none.yaml: error[CS001] there is no such file"),
        (["score", "units.csv", "-r", "mini-2024.yaml", "--key", "cod"], "did you mean 'code'?"),
        (["score", "units.csv", "-r", "mini-2024.yaml", "--rollup", "county,state"], "there is no level 'state'"),
        (["score", "units.csv", "-r", "mini-2024.yaml", "--as-of", "soon"], "'soon' is not a date"),
        (["score", "units.csv", "-r", "mini-2024.yaml", "--more", "county"], "'county' is no pair"),
        (["score", "units.csv", "-r", "mini-2024.yaml", "--columns", "a=b"], "the table has no column 'a'"),
        (["score", "units.csv", "-r", "mini-2024.yaml", "-o", "."], "choose a folder elsewhere|replace|you are in"),
        (["score", "[red]x[/]", "-r", "[/nothing]"], "[/nothing]"),
        (["explain", "nobody", "units.csv", "-r", "mini-2024.yaml"], "nobody"),
        (["ruleset", "show", "mini-2024.yaml", "--rule", "org"], "did you mean 'orgs'?"),
        (["ruleset", "shw"], 'Did you mean "show"?'),
        (["ruleset", "check"], "PATHS requires an argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2(arguments: list[str], message: str, here: Path, command: Command) -> None:
    ended = command(*arguments)

    assert ended.code == 2
    assert any(part in ended.err for part in message.split("|"))
    assert "Traceback" not in ended.err
    assert ended.out == ""
    assert sorted(path.name for path in here.iterdir()) == ["mini-2024.yaml", "units.csv"]


def test_a_faulty_ruleset_ends_with_2_and_every_fault(here: Path, command: Command) -> None:
    (here / "bad.yaml").write_text("commscore: 1\nid: bad\nrulse: []\nyear: soon\n", encoding="utf-8")

    ended = command("score", "units.csv", "-r", "bad.yaml")

    assert ended.code == 2
    assert "bad.yaml:3:1: error" in ended.err
    assert "bad.yaml:4:7: error" in ended.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it is empty"),
        ("code,orgs\n1,2\n1,3\n", "1 key is not unique: '1'"),
        ("code,orgs\n1,2,3\n", "rows need 2 cells"),
        ("a,b\n1,2\n", "no column for any rule"),
    ],
)
def test_unusable_data_end_with_3(content: str, message: str, here: Path, command: Command) -> None:
    (here / "bad.csv").write_text(content, encoding="utf-8")

    ended = command("score", "bad.csv", "-r", "mini-2024.yaml", "-o", "out")

    assert ended.code == 3
    assert message in ended.err
    assert not (here / "out").exists()


def test_a_fault_of_ours_ends_with_4_and_one_line(
    here: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr(_files, "summarize_files", fail)
    monkeypatch.delenv("COMMSCORE_TRACEBACK", raising=False)
    ended = command("score", "units.csv", "-r", "mini-2024.yaml")
    monkeypatch.setenv("COMMSCORE_TRACEBACK", "1")
    traced = command("score", "units.csv", "-r", here / "mini-2024.yaml")

    assert (ended.code, ended.out) == (4, "")
    assert ended.err == (
        "commscore: internal fault, please report it: ZeroDivisionError: oh (set COMMSCORE_TRACEBACK=1 to see where)\n"
    )
    assert traced.code == 4
    assert "Traceback (most recent call last)" in traced.err


def test_an_interruption_ends_with_130(here: Path, started: Callable[..., Popen[str]]) -> None:
    many = "".join(f"21020200{i:07},12\n" for i in range(1_000_000))
    (here / "many.csv").write_text(f"code,orgs\n{many}", encoding="utf-8")
    run = started("score", "many.csv", "-r", "mini-2024.yaml", "-o", "out", "--level", "community")
    while not any(path.name.endswith("-new") for path in here.iterdir()):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=20)

    assert (run.returncode, out, err) == (130, "", "commscore: interrupted\n")
    assert sorted(path.name for path in here.iterdir()) == ["many.csv", "mini-2024.yaml", "units.csv"]


def test_a_termination_leaves_nothing(here: Path, started: Callable[..., Popen[str]]) -> None:
    many = "".join(f"21020200{i:07},12\n" for i in range(1_000_000))
    (here / "many.csv").write_text(f"code,orgs\n{many}", encoding="utf-8")
    run = started("score", "many.csv", "-r", "mini-2024.yaml", "-o", "out", "--level", "community")
    while not any(path.name.endswith("-new") for path in here.iterdir()):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    run.terminate()
    run.communicate(timeout=20)

    assert run.returncode == 143
    assert sorted(path.name for path in here.iterdir()) == ["many.csv", "mini-2024.yaml", "units.csv"]


def test_a_reader_that_goes_away_is_no_fault(started: Callable[..., Popen[str]]) -> None:
    run = started("ruleset", "schema")
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.close()

    assert run.wait(timeout=20) == 141
    assert run.stderr.read() == ""
    run.stderr.close()


def test_every_character_can_be_written(here: Path, process: Process) -> None:
    ended = process("ruleset", "show", here / "mini-2024.yaml", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})

    assert ended.returncode == 0
    assert "\\u5927\\u8fde\\u5e02 (city 2102)" in ended.stdout


def test_the_version_is_told(process: Process) -> None:
    ended = process("--version")

    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, commscore.__version__, "")


def test_help_does_not_wait_for_the_library(process: Process) -> None:
    """It is printed without numpy and pyarrow, which take longer to import than everything else."""
    ended = process("--help", env={"PYTHONPROFILEIMPORTTIME": "1"})

    assert ended.returncode == 0
    assert "commscore._cli" in ended.stderr
    assert re.findall(r"\| +(numpy|pyarrow)\b", ended.stderr) == []


@pytest.mark.parametrize("arguments", [[], ["ruleset"], ["score", "--help"], ["ruleset", "test", "-h"]])
def test_help_shows_examples(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert "Examples:\n\n  commscore " in capsys.readouterr().out


def test_help_has_no_colours_when_it_is_not_for_a_terminal(process: Process) -> None:
    assert "\x1b" not in process("score", "--help").stdout
