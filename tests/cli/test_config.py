"""Defaults from commscore.toml and the environment, and the commands that show and complete options."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commscore._cli._config import config_file
from commscore._cli._main import build_app

Command = Callable[..., Any]


def configured(folder: Path, text: str) -> None:
    (folder / "commscore.toml").write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMMSCORE_LANG", "COMMSCORE_SCORE_LANG", "COMMSCORE_RULESET"):
        monkeypatch.delenv(name, raising=False)


def test_a_default_of_the_file_stands_in_for_an_option(here: Path, command: Command) -> None:
    configured(here, '[defaults]\nruleset = "mini-2024.yaml"\nlang = "zh"\n')

    ended = command("score", "units.csv")

    assert (ended.code, ended.err) == (0, "")
    assert "评价汇总" in ended.out


def test_the_file_is_found_from_a_folder_below(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(here, "")
    (here / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(here / "a" / "b")

    assert config_file() == here / "commscore.toml"


@pytest.mark.parametrize(
    ("file", "environment", "arguments", "zh"),
    [
        ('[defaults]\nlang = "zh"', {}, [], True),
        ('[defaults]\nlang = "zh"\n[score]\nlang = "en"', {}, [], False),
        ('[score]\nlang = "zh"', {"COMMSCORE_LANG": "en"}, [], False),
        ("", {"COMMSCORE_LANG": "en", "COMMSCORE_SCORE_LANG": "zh"}, [], True),
        ('[score]\nlang = "zh"', {"COMMSCORE_LANG": "zh"}, ["--lang", "en"], False),
    ],
)
def test_the_nearest_setting_wins(
    here: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    environment: dict[str, str],
    arguments: list[str],
    zh: bool,
) -> None:
    configured(here, file)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    ended = command("score", "units.csv", "-r", "mini-2024.yaml", *arguments)

    assert ("评价汇总" in ended.out) is zh


def test_lists_and_switches_have_defaults_too(here: Path, command: Command) -> None:
    configured(here, '[score]\nmissing = ["-", "*"]\njson = true\n')
    (here / "dirty.csv").write_text("code,orgs\n210202001001,-\n210202001002,*\n", encoding="utf-8")

    totals = json.loads(command("score", "dirty.csv", "-r", "mini-2024.yaml").out)["totals"]

    assert totals["findings"]["unit"]["error"] == 0


def test_every_key_that_nothing_reads_is_named_at_once(here: Path, command: Command) -> None:
    configured(here, 'lang = "zh"\n[defaults]\nlagn = "zh"\n[scor]\nlang = "zh"\n[ruleset.chekc]\n')

    ended = command("score", "units.csv", "-r", "mini-2024.yaml")

    assert ended.code == 2
    assert "'lang': stands outside a table" in ended.err
    assert "'lagn': no option has this name; did you mean 'lang'?" in ended.err
    assert "'scor': there is no such command; did you mean 'score'?" in ended.err
    assert "'ruleset.chekc': there is no such command" in ended.err


def test_a_file_that_is_not_toml_is_refused_with_its_line(here: Path, command: Command) -> None:
    configured(here, "[defaults]\nlang zh\n")

    ended = command("score", "units.csv", "-r", "mini-2024.yaml")

    assert ended.code == 2
    assert "commscore.toml: cannot be read as TOML" in ended.err
    assert "line 2" in ended.err


def test_a_value_of_the_wrong_kind_is_refused(here: Path, command: Command) -> None:
    configured(here, '[defaults]\nlang = "fr"\n')

    ended = command("score", "units.csv", "-r", "mini-2024.yaml")

    assert (ended.code, 'Invalid value "fr"' in ended.err) == (2, True)


def test_what_replaces_results_cannot_be_a_default(here: Path, command: Command) -> None:
    configured(here, "[score]\noverwrite = true\n")

    assert "'overwrite': no option has this name" in command("score", "units.csv", "-r", "mini-2024.yaml").err


def test_doctor_shows_where_each_value_came_from(here: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    configured(here, '[defaults]\nlang = "zh"\nruleset = "mini-2024.yaml"\n')
    monkeypatch.setenv("COMMSCORE_LANG", "en")

    found = json.loads(command("doctor", "--json").out)

    settings = {(each["option"], each["from"]): each for each in found["settings"]}
    file = f"{here / 'commscore.toml'} [defaults]"
    assert settings["--lang", "COMMSCORE_LANG"]["hidden by"] is None
    assert settings["--lang", file]["hidden by"] == "COMMSCORE_LANG"
    assert settings["--ruleset", file]["value"] == "mini-2024.yaml"


@pytest.mark.usefixtures("here")
def test_doctor_names_variables_that_nothing_reads(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMSCORE_LAGN", "zh")

    ended = command("doctor")

    assert ended.code == 2
    assert "did you mean 'COMMSCORE_LANG'?" in ended.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_can_be_completed(shell: str, command: Command, tmp_path: Path) -> None:
    script = command("completion", shell).out

    missing = [name for name in _commands(build_app()) if name not in script]
    assert missing == []
    program = shutil.which(shell)
    if program:
        (tmp_path / "script").write_text(script, encoding="utf-8")
        subprocess.run([program, "-n", str(tmp_path / "script")], check=True)  # noqa: S603


def _commands(app: Any) -> list[str]:
    return [name for name in app if not name.startswith("-")]
