"""The guide to routing does what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from commscore._cli._main import build_app
from commscore._routing._collection import Why

PAGE = (Path(__file__).parents[2] / "docs" / "routing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)(?: title=\"[^\"]+\")?\n(.*?)```", PAGE, re.DOTALL)
FILES = re.findall(r"```\w+ title=\"([^\"]+)\"\n(.*?)```", PAGE, re.DOTALL)


def test_every_block_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES:
        (tmp_path / name).write_text(text, encoding="utf-8")
    scope: dict[str, Any] = {}
    for language, block in BLOCKS:
        if language == "python":
            exec(block, scope)  # noqa: S102 - the guide's own block


@pytest.mark.parametrize("line", [line for kind, block in BLOCKS if kind == "console" for line in block.splitlines()])
def test_every_command_is_understood(line: str) -> None:
    app = build_app()
    command, bound, *_ = app.parse_args(
        line.removeprefix("$ commscore ").split(), print_error=False, exit_on_error=False
    )

    assert command.__name__ == line.split()[2]
    assert bound.arguments


@pytest.mark.parametrize("why", Why)
def test_every_reason_is_explained(why: Why) -> None:
    assert f"`{why}`" in PAGE
