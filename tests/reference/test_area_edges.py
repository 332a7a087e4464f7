"""Areas at the edges: at a threshold, over nothing, and with rows that may or may not count; both evaluators agree."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import pytest
from tests.equality.agreeing import agree

import commscore
from commscore import DataWarning, reference
from commscore._status import Status

P, F, U = Status.PASS, Status.FAIL, Status.UNKNOWN
NEAR = ("9.9999", "10", "10.0001")
DECIDED = {
    ">= 10": (F, P, P),
    "> 10": (F, F, P),
    "<= 10": (P, P, F),
    "< 10": (P, F, F),
    "== 10": (F, P, F),
    "10..10.0001": (F, P, P),
    "10 左右 ± 0.0001": (P, P, P),
}
FORMS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "total": ({"total": "area"}, [{"area": "{}"}, {"area": 0}]),
    "mean": ({"mean": "area"}, [{"area": "{}"}, {"area": "{}"}]),
    "ratio": (
        {"ratio": ["area", "households"], "per": 100},
        [{"area": "{}", "households": 40}, {"area": 0, "households": 60}],
    ),
    "ratio of quantities": ({"ratio": ["area", "wage"]}, [{"area": "{}", "wage": 0.25}, {"area": 0, "wage": 0.75}]),
    "change": ({"change": "area", "from": "wage"}, [{"area": "{}", "wage": 2.5}, {"area": 2.5, "wage": 0}]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("wanted", DECIDED)
def test_one_place_beside_the_threshold_is_decided(judge: Any, form: str, wanted: str) -> None:
    rule, rows = FORMS[form]
    found = [
        judge(
            {**rule, "require": wanted, "phrase": wanted},
            [{name: value if cell == "{}" else cell for name, cell in row.items()} for row in rows],
        ).city("status")
        for value in NEAR
    ]

    assert found == list(DECIDED[wanted])


@pytest.mark.parametrize(
    ("workers", "posts", "expected"),
    [
        ((8, 2), (4, 2), {"urban": P, "rural": P}),
        ((7, 3), (4, 2), {"urban": F, "rural": F}),
        ((None, 2), (0, 2), {"urban": U, "rural": P}),
        ((8, None), (4, 2), {"urban": P, "rural": U}),
        ((8, 2), (None, 2), {"urban": U, "rural": P}),
        ((8, 3), (4, None), {"urban": P, "rural": U}),
    ],
)
def test_a_multiple_of_an_input_by_scope(judge: Any, workers: Any, posts: Any, expected: Any) -> None:
    rule = {"total": "workers", "require": {"urban": ">= 2 × posts", "rural": "<= 1 × posts"}}
    cells = zip(("urban", "rural"), workers, posts, strict=True)

    found = judge(rule, [{"kind": kind, "workers": one, "posts": two} for kind, one, two in cells])

    assert {scope: found.at("city", scope=scope)["status"] for scope in expected} == expected


def test_what_an_invalid_reference_leaves_open_is_an_error_in_its_own_scope(judge: Any) -> None:
    rule = {"total": "workers", "require": {"urban": ">= 2 × posts", "rural": "<= 1 × posts"}}
    cells = (("urban", 8, 4), ("urban", 5, -1), ("rural", 2, 2), ("rural", None, 1))

    found = judge(rule, [{"kind": kind, "workers": one, "posts": two} for kind, one, two in cells])

    assert [found.at("city", scope=scope)["status"] for scope in ("urban", "rural")] == [Status.ERROR, U]


def test_a_share_of_areas_by_scope_looks_at_the_units_of_that_scope(judge: Any) -> None:
    condition = {"mean": "posts", "over": "county", "require": ">= 3"}
    rule = {"share": condition, "require": {"urban": "> 50%", "rural": "> 50%"}}
    cells = (("210201", "urban", 3), ("210201", "rural", 1), ("210202", "urban", 4), ("210202", "rural", 2))
    rows = [
        {"code": f"{code}00100{number}", "kind": kind, "posts": posts}
        for number, (code, kind, posts) in enumerate(cells)
    ]

    found = judge(rule, rows)

    assert [found.at("city", scope=scope)["status"] for scope in ("urban", "rural")] == [P, F]


# ---- EVERY SMALL TABLE ----


CELLS = (0, 5, None)
RULES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a ratio": ({"ratio": ["area", "households"], "require": ">= 1"}, "area", "households"),
    "a ratio at most": ({"ratio": ["area", "households"], "require": "<= 1"}, "area", "households"),
    "a part of a whole": ({"ratio": ["part", "whole"], "require": ">= 60%"}, "part", "whole"),
    "a part of a bounded whole": ({"ratio": ["posts", "capped"], "require": "< 2"}, "posts", "capped"),
    "a share of ratios": (
        {"share": {"each": {"ratio": ["part", "whole"]}, "require": ">= 60%"}, "require": "> 50%"},
        "part",
        "whole",
    ),
    "a multiple": ({"total": "workers", "require": ">= 2 × posts"}, "workers", "posts"),
    "a change": ({"change": "end", "from": "start", "require": "> 0"}, "end", "start"),
}


@pytest.mark.parametrize("case", RULES)
@pytest.mark.parametrize("cells", [CELLS, pytest.param((*CELLS, -1, 12), marks=pytest.mark.slow)])
def test_every_table_of_a_row_that_counts_and_one_that_may(load: Any, cells: tuple[Any, ...], case: str) -> None:
    rule, num, den = RULES[case]
    ruleset = load({**rule, "where": {"certified": True}})

    for one, two, three, four in product(cells, repeat=4):
        rows = [{"certified": True, num: one, den: two}, {"certified": None, num: three, den: four}]
        with warnings.catch_warnings(action="ignore", category=DataWarning):
            bulk = commscore.evaluate(rows, ruleset)
        agree(bulk, reference.evaluate(rows, ruleset))
