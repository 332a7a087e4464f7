"""Help teaches: every command has some, with examples that work, and it fits a terminal of 80 columns."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from cyclopts import App
from cyclopts.exceptions import CycloptsError

from commscore._cli._main import build_app


def commands(app: App, chain: tuple[str, ...] = ()) -> Iterator[Any]:
    yield pytest.param(app, chain, id=" ".join(chain) or "commscore")
    for name, inner in app.resolved_commands().items():
        if not name.startswith("-"):
            yield from commands(inner, (*chain, name))


APP = build_app()
COMMANDS = list(commands(APP))


@pytest.mark.parametrize(("app", "chain"), COMMANDS)
def test_prose_is_not_broken_by_a_terminal(app: App, chain: tuple[str, ...]) -> None:
    text = inspect.getdoc(app.default_command) if app.default_command else str(app.help)
    assert text

    assert [line for line in text.splitlines() if len(line) > 80] == [], chain


@pytest.mark.parametrize(("app", "chain"), COMMANDS)
def test_there_are_examples_and_they_are_of_this_command(app: App, chain: tuple[str, ...]) -> None:
    lines = str(app.help_epilogue).splitlines()
    shown = [line.strip() for line in lines if "commscore " in line and line.startswith("  ")]

    assert lines[0] == "Examples:"
    assert shown
    assert any(" ".join(("commscore", *chain)) in line for line in shown)


@pytest.mark.parametrize(("app", "chain"), COMMANDS)
def test_examples_use_options_that_exist(app: App, chain: tuple[str, ...]) -> None:
    for line in str(app.help_epilogue).splitlines():
        if not line.startswith("  ") or "commscore " not in line or "yaml-language-server" in line:
            continue
        after = line.partition("commscore ")[2]
        command = after.partition(" | ")[0].partition(" > ")[0].partition(" < ")[0].partition(" >> ")[0]
        try:
            APP.parse_args(shlex.split(command), print_error=False, exit_on_error=False)
        except CycloptsError as error:
            pytest.fail(f"{' '.join(chain)}: {line.strip()}: {error}")


@pytest.mark.parametrize(("app", "chain"), COMMANDS)
def test_every_option_says_what_it_does(app: App, chain: tuple[str, ...]) -> None:
    silent = [
        argument.name
        for argument in (app.assemble_argument_collection() if app.default_command else ())
        if argument.show and not argument.parameter.help
    ]

    assert silent == [], chain
