"""The guide to spreadsheets: its code runs, one block after the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "spreadsheets.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_code_of_the_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {}
    for block in BLOCKS:
        exec(block, scope)  # noqa: S102 - the guide's own blocks

    assert len(BLOCKS) == 3
    assert scope["result"].findings(rule="social-orgs", level="unit")["value"].to_pylist() == [1234, 12, None]
