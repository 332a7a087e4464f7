"""The page on the monitor: its ruleset, events, changes and program are run."""

from __future__ import annotations

import io
import json
import re
from contextlib import chdir
from pathlib import Path
from typing import Any

import commscore
from commscore.monitor import CHANGES, Monitor

TEXT = (Path(__file__).parents[2] / "docs" / "monitor.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL))


def _ruleset(folder: Path) -> Path:
    path = folder / "watched.yaml"
    path.write_text(BLOCKS["yaml"], encoding="utf-8")
    return path


def test_the_ruleset_has_no_fault_beyond_phrases(tmp_path: Path) -> None:
    assert commscore.load_ruleset(_ruleset(tmp_path)).id == "watched-2025"


def test_the_events_are_answered_as_shown(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    monitor = Monitor(_ruleset(tmp_path), told.append)
    for line in io.StringIO(BLOCKS["json"]):
        monitor.read(line)

    lines = BLOCKS["changes"].split("\n")[:-1]
    assert [
        f"{one['change']:<9} {one['rule']} {one['status']:<7} {one['failing_reports']:>2} since {one['since']}"
        for one in told
    ] == lines


def test_the_program_runs(tmp_path: Path) -> None:
    _ruleset(tmp_path)
    with chdir(tmp_path):
        exec(BLOCKS["python"], {})  # noqa: S102 - our own page


def test_every_change_is_explained_and_every_field_named(tmp_path: Path) -> None:
    assert re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE) == [
        *("opened", "escalated", "recovered", "lapsed", "undecided", "error", "confirmed", "corrected")
    ]
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)) == set(CHANGES)
    told: list[dict[str, Any]] = []
    Monitor(_ruleset(tmp_path), told.append).read(json.loads(json.dumps(BLOCKS["json"].split("\n")[0])))
    assert all(f"`{name}`" in TEXT for name in told[0])
