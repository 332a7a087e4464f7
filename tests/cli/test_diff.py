"""`commscore diff`: what changed between two output folders, and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

Command = Callable[..., Any]


@pytest.fixture
def runs(here: Path, command: Command) -> Path:
    """Two runs: data changed from `a` to `b`, and the rules, too, to `c`."""
    text = (here / "units.csv").read_text(encoding="utf-8")
    (here / "later.csv").write_text(text.replace("210202001002,10", "210202001002,8"), encoding="utf-8")
    rules = (here / "mini-2024.yaml").read_text(encoding="utf-8")
    changed = rules.replace('">= 10 个", phrase: 不少于10个', '">= 9 个", phrase: 不少于9个').split("cases:")[0]
    (here / "laxer.yaml").write_text(changed, encoding="utf-8")
    for file, ruleset, out in (
        ("units.csv", "mini-2024.yaml", "a"),
        ("later.csv", "mini-2024.yaml", "b"),
        ("later.csv", "laxer.yaml", "c"),
        ("units.csv", "laxer.yaml", "d"),
    ):
        assert command("score", file, "-r", ruleset, "-o", out).code == 0
    return here


def causes(path: Path) -> dict[str, str]:
    table = pq.read_table(path)
    return dict(zip(table["key"].to_pylist(), table["cause"].to_pylist(), strict=True))


def test_a_change_of_the_data_is_named_with_its_part_of_the_mean(runs: Path, command: Command) -> None:
    ended = command("diff", "a", "b", "-o", "changed.parquet")

    assert ended.code == 0
    assert "Mean score of 4 units: 50.0000 → 25.0000" in ended.out
    assert causes(runs / "changed.parquet") == {"210202001002": "data"}


def test_a_change_of_the_rules_alone_is_told_by_the_same_files(runs: Path, command: Command) -> None:
    command("diff", "a", "d", "-o", "changed.parquet")

    assert causes(runs / "changed.parquet") == {"210203001001": "rules"}


def test_data_and_rules_are_told_apart_by_scoring_once_more(runs: Path, command: Command) -> None:
    ended = command("diff", "a", "c", "-o", "changed.parquet", "--json")

    assert causes(runs / "changed.parquet") == {"210202001002": "data", "210203001001": "rules"}
    parts = {part["cause"]: part["change"] for part in json.loads(ended.out)["mean_score"]["parts"]}
    assert (parts["data"], parts["rules"]) == (-25.0, 25.0)


def test_files_that_are_gone_leave_the_cause_open_and_it_is_said(runs: Path, command: Command) -> None:
    (runs / "later.csv").unlink()

    ended = command("diff", "a", "c", "-o", "changed.parquet")

    assert ended.code == 0
    assert "later.csv is gone" in ended.err
    assert set(causes(runs / "changed.parquet").values()) == {"rules or data"}


def test_a_folder_that_is_no_output_is_refused(runs: Path, command: Command) -> None:
    (runs / "empty").mkdir()

    ended = command("diff", "a", "empty")

    assert (ended.code, "empty is no output of commscore" in ended.err) == (2, True)
