"""What docs/sql.md shows is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from commscore._cli import main

TEXT = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ commscore (.*?) > ", TEXT, re.MULTILINE)


def test_the_python_of_the_guide_runs() -> None:
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    for block in blocks:
        exec(block, names)  # noqa: S102 - the guide is ours
    assert len(blocks) == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_guide_write_a_query(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().out.startswith("WITH step0 AS (")
