"""`commscore score` and `explain`."""

from __future__ import annotations

import json
import os
import pty
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import pytest

import commscore

Command = Callable[..., Any]


def test_a_summary_goes_to_stdout_and_results_to_a_folder(here: Path, command: Command) -> None:
    ended = command("score", "units.csv", "-r", "mini-2024.yaml", "-o", "out")

    result = commscore.evaluate("units.csv", "mini-2024.yaml")
    assert ended.code == 0
    assert ended.out == result.summary() + "\n"
    assert ended.err == "results: out\n"
    assert sorted(path.name for path in (here / "out").iterdir()) == [
        "areas.parquet",
        "findings.parquet",
        "manifest.json",
        "rules.parquet",
        "ruleset.yaml",
        "sums.npz",
        "units.parquet",
    ]


def test_without_a_folder_there_is_only_the_summary(here: Path, command: Command) -> None:
    ended = command("score", "units.csv", "-r", "mini-2024.yaml", "--lang", "zh")

    assert ended.out.startswith("评价汇总：mini-2024\n")
    assert ended.err == ""
    assert sorted(path.name for path in here.iterdir()) == ["mini-2024.yaml", "units.csv"]


def test_json_is_the_manifest(here: Path, command: Command) -> None:
    ended = command("score", "units.csv", "-r", "mini-2024.yaml", "-o", "out", "--json", "-q", "--fail-on", "error")

    told = json.loads(ended.out)
    manifest = json.loads((here / "out/manifest.json").read_text(encoding="utf-8"))
    assert told == {
        "out": "out",
        **manifest,
        "gates": [{"gate": "--fail-on error", "met": True, "found": "0 findings"}],
    }
    assert ended.err == ""


@pytest.mark.parametrize(
    ("gates", "code"),
    [
        (["--fail-under", "0"], 0),
        (["--fail-under", "0.1"], 1),
        (["--min-coverage", "0.5"], 0),
        (["--min-coverage", "50%"], 0),
        (["--min-coverage", "0.5001"], 1),
        (["--min-coverage", "100%"], 1),
        (["--fail-under", "0", "--min-coverage", "1"], 1),
        (["--fail-on", "error"], 0),
        (["--fail-on", "unknown"], 1),
        (["--fail-on", "error", "--fail-on", "fail"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("here")
def test_gates_decide_the_exit_code(gates: list[str], code: int, command: Command) -> None:
    ended = command("score", "units.csv", "-r", "mini-2024.yaml", "-o", "out", *gates)

    assert ended.code == code
    assert ("is not met" in ended.err) == bool(code)
    assert Path("out/manifest.json").exists()


@pytest.mark.parametrize(
    ("gate", "said"),
    [("--fail-under", "score of the city: no score"), ("--min-coverage", "coverage of the city: nothing evaluated")],
)
@pytest.mark.usefixtures("here")
def test_nothing_evaluated_meets_no_gate(gate: str, said: str, command: Command) -> None:
    Path("none.csv").write_text("code,orgs\n", encoding="utf-8")

    ended = command("score", "none.csv", "-r", "mini-2024.yaml", gate, "0")

    assert ended.code == 1
    assert said in ended.err


@pytest.mark.parametrize("share", ["95", "many", "-0.1", "101%", "%", "1/0", "nan"])
@pytest.mark.usefixtures("here")
def test_a_least_coverage_is_a_share_of_one_and_percent_is_not_guessed(share: str, command: Command) -> None:
    ended = command("score", "units.csv", "-r", "mini-2024.yaml", f"--min-coverage={share}")

    assert ended.code == 2
    assert f"--min-coverage: {share!r} is no share of 1; write 0.95 or 95%" in ended.err


@pytest.mark.parametrize("gate", ["--fail-under", "--min-coverage"])
@pytest.mark.usefixtures("here")
def test_the_gate_needs_its_level(gate: str, command: Command) -> None:
    ended = command("score", "units.csv", "-r", "mini-2024.yaml", gate, "0", "--rollup", "county")

    assert ended.code == 2
    assert "add city to --rollup" in ended.err


def test_options_reach_the_evaluation(here: Path, command: Command) -> None:
    (here / "own.csv").write_text("id,how = many\na,12\nb,-\nc,*\n", encoding="utf-8")
    (here / "c1.csv").write_text("code,plan\n210202,yes\n", encoding="utf-8")
    (here / "c2.csv").write_text("code,plan\n210203,no\n", encoding="utf-8")
    options = [
        "--key",
        "id",
        "--columns",
        "how = many=orgs",
        "--missing",
        "-",
        "--missing",
        "*",
        "--level",
        "community",
    ]
    options += ["--more", "county=c1.csv", "--more", "county=c2.csv", "--rollup", "county", "--rollup", "city,province"]

    ended = command("score", "own.csv", "-r", "mini-2024.yaml", "--as-of", "2024-06-30", *options, "--json")

    told = json.loads(ended.out)
    assert told["options"] == {
        "key": "id",
        "rollup": ["county", "city", "province"],
        "as_of": "2024-06-30",
        "columns": {"how = many": "orgs"},
        "level": "community",
        "more": ["county"],
        "missing": ["", "*", "-"],
        "findings": "none",
    }
    assert [entry["path"] for entry in told["inputs"]] == ["own.csv", "c1.csv", "c2.csv"]
    assert told["totals"]["findings"]["unit"]["unknown"] == 2


@pytest.mark.usefixtures("here")
def test_earlier_results_are_replaced_only_when_asked(command: Command) -> None:
    arguments = ["score", "units.csv", "-r", "mini-2024.yaml", "-o", "out"]
    assert [command(*arguments).code, command(*arguments).code] == [0, 2]
    assert command(*arguments, "--overwrite").code == 0


@pytest.mark.usefixtures("here")
def test_warnings_about_the_data_are_lines_on_stderr(command: Command) -> None:
    Path("slip.csv").write_text("code,orgs,paln\n1,2,3\n", encoding="utf-8")
    Path("slip.csv").write_text("code,orgs,plann\n210202001001,2,3\n", encoding="utf-8")

    ended = command("score", "slip.csv", "-r", "mini-2024.yaml", "--json")

    assert ended.err == "commscore: warning: data: 'plann' is no input: did you mean 'plan'?\n"
    json.loads(ended.out)


def test_names_from_the_data_cannot_command_the_terminal(here: Path, command: Command) -> None:
    (here / "evil.csv").write_text("id,orgs\n\x1b[2J[red]x,2\n\x1b[2J[red]x,2\n", encoding="utf-8")

    ended = command("score", "evil.csv", "-r", "mini-2024.yaml", "--key", "id")

    assert ended.code == 3
    assert "\x1b" not in ended.err
    assert "[red]x" in ended.err


def read_to_end(terminal: int) -> str:
    """What a process wrote to a terminal until it ended."""
    chunks = []
    with suppress(OSError):  # how a terminal says that nobody is there any more
        while chunk := os.read(terminal, 4096):
            chunks.append(chunk)
    os.close(terminal)
    return b"".join(chunks).decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of ours")
def test_progress_is_shown_on_a_terminal_and_then_removed(here: Path) -> None:
    ours, its = pty.openpty()
    arguments = ["score", "units.csv", "-r", str(here / "mini-2024.yaml"), "-o", "out"]
    given = [sys.executable, "-m", "commscore", *arguments]
    env = {**os.environ, "PYTHONPATH": str(Path(commscore.__file__).parents[1]), "TERM": "xterm", "NO_COLOR": "1"}
    with Popen(given, stdout=DEVNULL, stderr=its, env=env):  # noqa: S603
        os.close(its)
        text = read_to_end(ours)

    assert "units.csv" in text
    assert "4 units" in text
    assert text.endswith("results: out\r\n")
    assert "\x1b[3" not in text  # no colours where NO_COLOR asks for none


# --- explain ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("key", ["210203001001", "2102"])
def test_explain_says_what_the_result_says(key: str, command: Command) -> None:
    ended = command("explain", key, "units.csv", "-r", "mini-2024.yaml", "--lang", "en")

    assert ended.code == 0
    assert ended.out == commscore.evaluate("units.csv", "mini-2024.yaml").explain(key, lang="en") + "\n"


@pytest.mark.usefixtures("here")
def test_explain_gives_findings_as_json(command: Command) -> None:
    ended = command("explain", "210203001001", "units.csv", "-r", "mini-2024.yaml", "--json")

    result = commscore.evaluate("units.csv", "mini-2024.yaml")
    assert json.loads(ended.out) == result.findings(key="210203001001").to_pylist()
