"""Units at the edges: at a threshold, beside missing references and kinds, in every model; both evaluators agree."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import pytest
from tests.equality.agreeing import agree

import commscore
from commscore import DataWarning, reference
from commscore._status import Status

P, F = Status.PASS, Status.FAIL
NEAR = ("9.9999", "10", "10.0001")
FORMS: dict[str, tuple[Any, dict[str, Any]]] = {
    "own value": ("area", {}),
    "ratio": ({"ratio": ["area", "households"], "per": 100}, {"households": 100}),
    "ratio of quantities": ({"ratio": ["area", "wage"], "per": 10}, {"wage": 10}),
    "ratio of a count": ({"ratio": ["area", "posts"]}, {"posts": 1}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("wanted", "expected"), [(">= 10", [F, P, P]), ("> 10", [F, F, P]), ("<= 10", [P, P, F])])
def test_one_place_beside_the_threshold_is_decided(judge: Any, form: str, wanted: str, expected: list[Status]) -> None:
    each, cells = FORMS[form]

    found = judge({"each": each, "require": wanted}, [{"area": near, **cells} for near in NEAR])

    assert found.units("status") == expected


# ---- EVERY SMALL TABLE ----


def every_row(load: Any, rule: dict[str, Any], cells: dict[str, tuple[Any, ...]], **header: Any) -> None:
    """Hold the two evaluators against each other on one table of every combination of cells, and on each alone."""
    ruleset = load(rule, **header)
    rows = [dict(zip(cells, row, strict=True)) for row in product(*cells.values())]
    for table in (rows, *([row] for row in rows)):
        with warnings.catch_warnings(action="ignore", category=DataWarning):
            bulk = commscore.evaluate(table, ruleset)
        agree(bulk, reference.evaluate(table, ruleset))


KINDS = ("urban", "rural", None)
COUNTS = (0, 3, None, -1)


def test_a_multiple_of_an_input_by_kind(load: Any) -> None:
    rule = {"each": "workers", "require": {"urban": ">= 2 × posts", "rural": ">= 3"}}

    every_row(load, rule, {"kind": KINDS, "workers": COUNTS, "posts": (0, 2, None, -1)})


def test_a_ratio_held_against_an_input(load: Any) -> None:
    rule = {"each": {"ratio": ["area", "households"]}, "require": ">= 0.5 × wage"}

    every_row(load, rule, {"area": (0, "1.5", None), "households": (0, 2, None), "wage": ("1.5", "1.5001", None)})


@pytest.mark.parametrize("asked", [{"urban": ">= 3", "rural": ">= 1"}, {"urban": ">= 1", "rural": "<= 0"}])
def test_a_condition_by_kind(load: Any, asked: dict[str, str]) -> None:
    rule = {"share": {"each": "posts", "require": asked}, "require": "> 50%"}

    every_row(load, rule, {"kind": (*KINDS, "x"), "posts": COUNTS})


@pytest.mark.parametrize("model", ["default", "flat", "flat-unweighted", "absolute", "attainment"])
@pytest.mark.parametrize("unknown", ["fail", "exclude"])
def test_every_model(load: Any, model: str, unknown: str) -> None:
    rules = [
        {"id": "one", "each": "posts", "require": ">= 3", "weight": 2},
        {"id": "two", "mean": "workers", "require": {"urban": ">= 3", "rural": "<= 5"}, "weight": 0.5, "group": "g"},
        {"id": "three", "all": ["certified", {"each": "posts", "require": ">= 1"}], "group": "h"},
        {"id": "none", "total": "whole", "require": ">= 1", "weight": 0},
    ]
    header = {"model": model, "unknown": unknown, "grades": [["good", 80], ["fair", 50], ["poor", 0]]}
    groups = [{"id": "g", "weight": 3}, {"id": "h", "parent": "g", "weight": 0.1}]
    ruleset = load(*rules, scoring=header, groups=groups)
    cells = product(KINDS, (0, 3, None), (0, 3, None, -1), (True, None))
    rows = [dict(zip(("kind", "posts", "workers", "certified"), row, strict=True)) for row in cells]
    for number, row in list(enumerate(rows))[::5]:
        table = [row | {"whole": 1}, rows[number * 7 % len(rows)] | {"whole": None}]
        with warnings.catch_warnings(action="ignore", category=DataWarning):
            bulk = commscore.evaluate(table, ruleset)
        agree(bulk, reference.evaluate(table, ruleset))
