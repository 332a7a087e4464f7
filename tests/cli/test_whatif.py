"""`commscore whatif`: the same units, scored differently."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

Command = Callable[..., Any]


def test_a_figure_moved_shows_who_changes(here: Path, command: Command) -> None:
    options = ("--set", "orgs=>= 12", "-o", "changed.parquet")

    ended = command("whatif", "units.csv", "-r", "mini-2024.yaml", *options)

    assert ended.code == 0
    assert "Units that change grade" in ended.out
    assert pq.read_table(here / "changed.parquet")["key"].to_pylist() == ["210202001002"]


@pytest.mark.usefixtures("here")
def test_another_ruleset_is_compared_as_data(command: Command) -> None:
    ended = command("whatif", "units.csv", "-r", "mini-2024.yaml", "--under", "mini-2024.yaml", "--json")

    assert json.loads(ended.out)["units"]["both"] == 4


@pytest.mark.usefixtures("here")
def test_a_sweep_prints_a_row_per_threshold(command: Command) -> None:
    options = ("--sweep", "orgs", "--thresholds", "9,10", "--thresholds", "12", "--json")

    rows = json.loads(command("whatif", "units.csv", "-r", "mini-2024.yaml", *options).out)

    assert [row["n_pass"] for row in rows] == [3, 2, 1]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "give --under or --set"),
        (["--sweep", "orgs"], "needs --thresholds"),
        (["--sweep", "orgs", "--set", "orgs=>= 1"], "give --under or --set, or else --sweep"),
        (["--set", "orgs"], "'orgs' is no change"),
        (["--set", "ogs=>= 1"], "did you mean 'orgs'?"),
    ],
)
def test_what_makes_no_sense_is_refused(command: Command, options: list[str], message: str) -> None:
    ended = command("whatif", "units.csv", "-r", "mini-2024.yaml", *options)

    assert (ended.code, message in ended.err) == (2, True)
