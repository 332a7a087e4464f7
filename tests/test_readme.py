"""What the README shows is what happens."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-city-2025.yaml").write_text(block("yaml"), encoding="utf-8")
    return tmp_path


def run_python() -> tuple[dict[str, object], str]:
    names: dict[str, object] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(block("python"), names)  # noqa: S102 - the README is ours
    return names, printed.getvalue()


@pytest.mark.usefixtures("shown")
def test_the_python_of_the_readme_prints_what_the_readme_says() -> None:
    assert run_python()[1] == block("text")


def test_the_command_of_the_readme_prints_what_the_readme_says(shown: Path) -> None:
    communities = run_python()[0]["communities"]
    assert isinstance(communities, dict)
    rows = zip(*communities.values(), strict=True)
    lines = [",".join(communities), *(",".join("" if cell is None else str(cell) for cell in row) for row in rows)]
    (shown / "communities.csv").write_text("\n".join(lines), encoding="utf-8")
    command, expected = block("console").removeprefix("$ commscore ").split("\n", 1)

    ended = subprocess.run(  # noqa: S603 - the command is the README's own
        [sys.executable, "-m", "commscore", *shlex.split(command)], capture_output=True, text=True, check=True
    )

    assert ended.stdout == expected
