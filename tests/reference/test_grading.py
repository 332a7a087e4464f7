"""Scores, intervals, coverage, grades and gains of units and areas (spec 6)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from commscore._status import Status

GRADES = [["优秀", 90], ["良好", 80], ["达标", 60], ["不达标", 0]]
RULES = [{"id": name, "each": name, "require": ">= 10"} for name in ("social_orgs", "halls", "posts")]


def scoring(model: str = "default", **more: Any) -> dict[str, Any]:
    return {"scoring": {"model": model, "grades": GRADES, **more}}


def row(*cells: Any) -> dict[str, Any]:
    return dict(zip(("social_orgs", "halls", "posts"), cells, strict=True))


def unit(found: Any, *fields: str) -> Any:
    values = tuple(found.outcome.units[0][field] for field in fields)
    return values[0] if len(fields) == 1 else values


@pytest.mark.parametrize(
    ("model", "score", "maximum"),
    [
        ("default", Fraction(300, 4), 100),
        ("flat", 3, 4),
        ("flat-unweighted", 2, 3),
        ("absolute", 0, 1),
        ("attainment", Fraction(100 * (2 + 1) + 50, 4), 100),
    ],
)
def test_models(judge: Any, model: str, score: Any, maximum: int) -> None:
    rules = [{**RULES[0], "weight": 2}, RULES[1], RULES[2]]

    found = judge(rules, [row(10, 12, 5)], header=scoring(model))

    assert unit(found, "score", "maximum") == (score, maximum)


def test_groups_have_weights_of_their_own(judge: Any) -> None:
    groups = [
        {"id": "a", "title": "甲", "weight": 3},
        {"id": "b", "title": "乙", "parent": "a", "weight": 2},
        {"id": "empty", "title": "空", "weight": 5},
    ]
    rules = [{**RULES[0], "group": "a"}, {**RULES[1], "group": "b"}, RULES[2]]

    found = judge(rules, [row(10, 9, 10)], header={"groups": groups})

    assert unit(found, "score") == (3 * Fraction(100, 3) + 100) / 4


@pytest.mark.parametrize("model", ["default", "flat", "flat-unweighted", "attainment"])
def test_low_and_high_hold_what_is_undecided(judge: Any, model: str) -> None:
    found = judge(RULES, [row(10, None, -1)], header=scoring(model))

    score, low, high, maximum, coverage = unit(found, "score", "score_low", "score_high", "maximum", "coverage")
    assert (score, low, high, coverage) == (maximum / 3, maximum / 3, maximum, Fraction(1, 3))


def test_unknown_may_be_excluded(judge: Any) -> None:
    found = judge(RULES, [row(10, None, 9)], header=scoring(unknown="exclude"))

    assert unit(found, "score", "score_low", "score_high") == (50, Fraction(100, 3), Fraction(200, 3))


def test_attainment_excludes_what_is_unknown_only_where_asked(judge: Any) -> None:
    rows = [row(5, None, None)]

    assert unit(judge(RULES, rows, header=scoring("attainment")), "score") == Fraction(50, 3)
    assert unit(judge(RULES, rows, header=scoring("attainment", unknown="exclude")), "score") == 50


def test_a_column_that_is_missing_lowers_the_coverage(judge: Any) -> None:
    found = judge(RULES, [{"social_orgs": 10, "halls": 10}])

    assert unit(found, "score", "coverage", "n_pass", "n_notchecked") == (100, Fraction(2, 3), 2, 1)


def test_a_missing_total_of_the_city_does_not_lower_the_coverage_of_a_unit(judge: Any) -> None:
    found = judge([RULES[0], {"id": "sum", "total": "workers", "require": ">= 1"}], [{"social_orgs": 10}])

    assert unit(found, "coverage") == 1
    assert found.outcome.areas[0]["coverage"] == Fraction(1, 2)


def test_nothing_evaluated_is_null(judge: Any) -> None:
    rule = {**RULES[0], "where": {"certified": True}}

    found = judge(rule, [{"social_orgs": 1, "certified": False}], header=scoring())

    fields = ("score", "score_low", "score_high", "coverage", "grade", "grade_low", "grade_high")
    assert unit(found, *fields) == (None,) * 7


@pytest.mark.parametrize(
    ("passes", "grade"),
    [(10, "优秀"), (9, "优秀"), (8, "良好"), (7, "达标"), (6, "达标"), (5, "不达标"), (0, "不达标")],
)
def test_a_grade_is_the_first_whose_threshold_is_reached(judge: Any, passes: int, grade: str) -> None:
    rules = [{"id": f"r{number}", "each": "social_orgs", "require": f">= {number}"} for number in range(1, 11)]

    assert unit(judge(rules, [{"social_orgs": passes}], header=scoring()), "grade") == grade


def test_a_grade_comes_from_the_unrounded_score(judge: Any) -> None:
    rules = [{**RULES[0], "weight": 89.9999999999}, {**RULES[1], "weight": 10.0000000001}]

    assert unit(judge(rules, [row(10, 0, None)], header=scoring()), "grade") == "良好"


def test_grades_of_flat_models_go_by_the_maximum(judge: Any) -> None:
    found = judge(RULES, [row(10, 10, None)], header=scoring("flat"))

    assert unit(found, "score", "grade", "grade_low", "grade_high") == (2, "达标", "达标", "优秀")


@pytest.mark.parametrize(
    ("cell", "grades"),
    [
        (10, ("优秀", "优秀", "优秀", False)),
        (9, ("不达标", "不达标", "不达标", True)),
        (None, ("优秀", "不达标", "优秀", False)),
        (-1, ("优秀", "不达标", "优秀", False)),
    ],
)
def test_a_veto_that_fails_gives_the_lowest_grade(judge: Any, cell: Any, grades: Any) -> None:
    rules = [{**RULES[0], "weight": 99}, {**RULES[1], "veto": True}]

    found = judge(rules, [row(10, cell, None)], header=scoring())

    assert unit(found, "grade", "grade_low", "grade_high", "veto") == grades


@pytest.mark.parametrize(
    ("model", "gain"),
    [("default", 20), ("flat", 1), ("flat-unweighted", Fraction(1)), ("absolute", 0), ("attainment", 10)],
)
def test_the_gain_is_what_the_score_rises_by(judge: Any, model: str, gain: Any) -> None:
    rules = [{**RULES[0], "weight": 3}, RULES[1], RULES[2]]

    found = judge(rules, [row(10, 5, 5)], header=scoring(model))

    assert [one["gain"] for one in found.outcome.findings if one["level"] == "unit"] == [None, gain, gain]


def test_the_last_failing_rule_wins_the_absolute_score(judge: Any) -> None:
    found = judge(RULES, [row(10, 10, 5)], header=scoring("absolute"))

    assert found.units("gain", rule="posts") == [1]


def test_an_area_is_scored_on_its_own_findings(judge: Any) -> None:
    rules = [RULES[0], {"id": "sum", "total": "halls", "require": ">= 10", "weight": 3}]
    rows = [{"social_orgs": 10, "halls": 4}, {"social_orgs": 9, "halls": 6}]

    (city,) = judge(rules, rows).outcome.areas

    assert (city["score"], city["units_score"], city["n_units"]) == (75, 50, 2)


def test_the_findings_of_a_rule_by_scope_count_as_a_fraction(judge: Any) -> None:
    rule = {"mean": "social_orgs", "require": {"urban": ">= 10", "rural": ">= 3"}}
    rows = [{"kind": "urban", "social_orgs": 9}, {"kind": "rural", "social_orgs": 3}]

    found = judge(rule, rows)

    assert found.outcome.areas[0]["score"] == 50
    assert found.at("city", scope="urban")["gain"] == 50


def test_the_mean_of_units_leaves_out_units_without_a_score(judge: Any) -> None:
    rule = {**RULES[0], "where": {"certified": True}}
    rows = [{"social_orgs": 10, "certified": True}, {"social_orgs": 10, "certified": False}]

    assert judge(rule, rows).outcome.areas[0]["units_score"] == 100


def test_findings_are_counted_by_status(judge: Any) -> None:
    found = judge([*RULES, {"id": "sum", "total": "halls", "require": ">= 1"}], [row(10, None, -1)])

    names = [f"n_{status}" for status in Status if status is not Status.FIXED]
    assert [found.outcome.units[0][name] for name in names] == [1, 0, 1, 1, 0, 0, 0, 1]


def test_units_come_in_row_order_and_rules_in_file_order(judge: Any) -> None:
    found = judge(RULES, [{"id": key, **row(1, 1, 1)} for key in "ba"], key="id")

    order = [(one["level"], one["key"], one["rule"]) for one in found.outcome.findings]
    places = [("unit", "b"), ("unit", "a"), ("city", "2102")]
    assert order == [(*place, rule["id"]) for place in places for rule in RULES]
