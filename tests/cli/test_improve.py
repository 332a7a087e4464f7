"""`commscore improve`: what to mend, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]


def test_the_steps_to_a_grade_are_listed(here: Path, command: Command) -> None:
    ended = command("improve", "210203001001", here / "units.csv", "-r", "mini-2024.yaml", "--to", "good")

    assert ended.code == 0
    assert "Mend 1 finding, cost 1 by fixes; then 100.00, good" in ended.out
    assert "orgs" in ended.out


def test_an_area_comes_with_the_places_to_begin_with(here: Path, command: Command) -> None:
    (here / "costs.csv").write_text("rule,cost\norgs,2.5\n", encoding="utf-8")
    options = ("--to", "100", "--costs", "costs.csv", "--json")

    ended = command("improve", "2102", here / "units.csv", "-r", "mini-2024.yaml", *options)

    found = json.loads(ended.out)
    assert (found["cost"], [place["key"] for place in found["places"]]) == (2.5, ["210203001001"])


def test_a_goal_out_of_reach_ends_with_one(here: Path, command: Command) -> None:
    ended = command("improve", "210203001002", here / "units.csv", "-r", "mini-2024.yaml", "--to", "good")

    assert ended.code == 1
    assert "Out of reach" in ended.out
    assert "--mend-undecided" in ended.out


def test_an_unknown_grade_is_refused(here: Path, command: Command) -> None:
    ended = command("improve", "2102", here / "units.csv", "-r", "mini-2024.yaml", "--to", "best")

    assert (ended.code, "its grades: good, poor" in ended.err) == (2, True)


def test_costs_that_cannot_be_read_are_refused(here: Path, command: Command) -> None:
    options = ("--to", "good", "--costs", "none.csv")

    ended = command("improve", "2102", here / "units.csv", "-r", "mini-2024.yaml", *options)

    assert (ended.code, "none.csv cannot be read" in ended.err) == (3, True)
