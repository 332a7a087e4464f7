"""Small rulesets written to a folder of their own, with the catalogue of the docs."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

import commscore
from commscore.errors import Diagnostic

PAGE = (Path(__file__).parents[2] / "docs" / "diagnostics.md").read_text(encoding="utf-8")
CONSISTENCY = PAGE.partition("## Consistency\n")[2].partition("\n## ")[0]
CATALOGUE, HEAD = re.findall(r"```yaml\n# \S+\n(.*?)```", CONSISTENCY, re.DOTALL)[:2]


@attrs.frozen
class City:
    """A folder with a catalogue and one ruleset at a time."""

    path: Path

    def write(self, rest: str, *, head: str = HEAD, name: str = "city.yaml") -> Path:
        path = self.path / name
        path.write_text(head + rest, encoding="utf-8")
        return path

    def check(self, rest: str, *, proofs: bool = False) -> list[Diagnostic]:
        self.write(rest)
        return commscore.check_ruleset("city.yaml", proofs=proofs)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inputs.yaml").write_text(CATALOGUE, encoding="utf-8")
    return City(tmp_path)
