"""Plans for improvement: the cheapest, by brute force too, and true when they are carried out."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import commscore
from commscore import UsageError
from commscore.errors import CommscoreError

INPUTS = "\n".join(f"  i{n}: {{zh: 甲{n}, type: count}}" for n in range(6))
GRADES = "[[good, 80], [fair, 60], [poor, 0]]"


def ruleset(folder: Path, rules: str, *, scoring: str = f"grades: {GRADES}", groups: str = "[]") -> commscore.Ruleset:
    text = f"""commscore: 1
id: mini-2024
jurisdiction: {{code: "2102", level: city, zh: 大连}}
year: 2024
scoring: {{{scoring}}}
groups: {groups}
inputs:
{INPUTS}
  homes: {{zh: 户数, type: count}}
  area: {{zh: 面积, type: quantity}}
rules:
{rules}
"""
    path = folder / "mini-2024.yaml"
    path.write_text(text, encoding="utf-8")
    return commscore.load_ruleset(path)


def each(number: int, at_least: int = 10, **more: Any) -> str:
    extra = "".join(f", {name}: {value}" for name, value in more.items())
    return f'  - {{id: r{number}, title: 甲{number}, each: i{number}, require: ">= {at_least}"{extra}}}'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("improving")


@given(
    weights=st.lists(st.integers(0, 4), min_size=6, max_size=6),
    values=st.lists(st.one_of(st.none(), st.integers(0, 14)), min_size=6, max_size=6),
    veto=st.sampled_from([None, 0, 3]),
    goal=st.sampled_from(["good", "fair", "poor", "most"]),
    by=st.sampled_from(["fixes", "gap", "cost"]),
    model=st.sampled_from(["default", "flat", "flat-unweighted", "absolute", "attainment"]),
)
def test_no_other_set_of_fixes_is_cheaper(
    folder: Path,
    weights: list[int],
    values: list[int | None],
    veto: int | None,
    goal: Any,
    by: Any,
    model: str,
) -> None:
    groups = "[{id: g0, title: 一, weight: 2}, {id: g1, title: 二, weight: 3}]"
    rules = "\n".join(
        each(n, weight=weights[n], group=f"g{n % 2}", **({"veto": "true"} if n == veto else {})) for n in range(6)
    )
    loaded = ruleset(folder, rules, scoring=f"model: {model}, grades: {GRADES}", groups=groups)
    row = {"key": "a"} | {f"i{n}": value for n, value in enumerate(values)}
    result = commscore.evaluate([row], loaded, key="key")
    costs = {f"r{n}": n + 1 for n in range(6)}
    if goal == "most":
        goal = (result.units["maximum"][0].as_py() or 0) * 3 / 4

    def reached(mended: tuple[int, ...]) -> bool:
        better = row | {f"i{n}": 10 for n in mended}
        unit = commscore.evaluate([better], loaded, key="key").units.to_pylist()[0]
        if unit["score"] is None:
            return False
        if isinstance(goal, str):
            order = ["poor", "fair", "good"]
            return order.index(unit["grade"]) >= order.index(goal)
        return bool(unit["score"] >= goal)

    failing = [n for n, value in enumerate(values) if value is not None and value < 10]
    price = {
        n: {"fixes": Fraction(1), "cost": Fraction(n + 1), "gap": weights[n] * (1 - Fraction((values[n] or 0) / 10))}[
            by
        ]
        for n in failing
    }
    options = [
        (sum((price[n] for n in chosen), Fraction(0)), len(chosen))
        for size in range(len(failing) + 1)
        for chosen in combinations(failing, size)
        if reached(chosen)
    ]

    found = result.improve("a", to=goal, by=by, costs=costs if by == "cost" else None)

    assert found.reachable == bool(options)
    if options:
        assert found.proven
        assert found.cost == min(options)[0]
        assert reached(tuple(int(step.rule[1:]) for step in found.steps))


def test_a_step_names_gap_gain_and_clause(folder: Path) -> None:
    loaded = ruleset(folder, each(0, clause="二") + "\n" + each(1))
    result = commscore.evaluate([{"key": "a", "i0": 7, "i1": 10}], loaded, key="key")

    (step,) = result.improve("a", to="good").steps

    assert (step.rule, step.status, step.gap, step.gain, step.clause) == ("r0", "fail", 3.0, 50, "二")


def test_a_goal_that_is_reached_needs_no_step(folder: Path) -> None:
    result = commscore.evaluate([{"key": "a", "i0": 10}], ruleset(folder, each(0)), key="key")

    found = result.improve("a", to="good")

    assert (found.reachable, found.steps, found.cost) == (True, (), 0)


def test_what_is_unknown_is_mended_only_where_asked(folder: Path) -> None:
    loaded = ruleset(folder, each(0) + "\n" + each(1))
    result = commscore.evaluate([{"key": "a", "i0": None, "i1": 10}], loaded, key="key")

    assert not result.improve("a", to="good").reachable
    assert result.improve("a", to="good").undecided == 1
    assert [step.status for step in result.improve("a", to="good", mend_undecided=True).steps] == ["unknown"]


def test_a_rule_without_a_cost_is_named(folder: Path) -> None:
    loaded = ruleset(folder, each(0) + "\n" + each(1))
    result = commscore.evaluate([{"key": "a", "i0": 0, "i1": 0}], loaded, key="key")

    found = result.improve("a", to=50, by="cost", costs={"r1": 3})

    assert ([step.rule for step in found.steps], found.unpriced) == (["r1"], ("r0",))


def test_costs_may_differ_from_place_to_place(folder: Path) -> None:
    loaded = ruleset(folder, each(0) + "\n" + each(1))
    result = commscore.evaluate([{"key": key, "i0": 0, "i1": 0} for key in "ab"], loaded, key="key")
    costs = {"rule": ["r0", "r1", "r0"], "cost": [1, 2, 3], "key": [None, None, "b"]}

    steps = {key: result.improve(key, to=50, by="cost", costs=costs).steps[0].rule for key in "ab"}

    assert steps == {"a": "r0", "b": "r1"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to": "best"}, "its grades: good, fair, poor"),
        ({"to": 101}, "scores go from 0 to 100"),
        ({"to": float("nan")}, "neither a grade nor a score"),
        ({"to": True}, "neither a grade nor a score"),
        ({"to": "good", "by": "price"}, "there are fixes, gap, cost"),
        ({"to": "good", "by": "cost"}, "give a mapping of rules to costs"),
        ({"to": "good", "costs": {"r0": 1}}, "with by='cost' only"),
        ({"to": "good", "by": "cost", "costs": {"r00": 1, "r1": -1}}, "did you mean 'r0'?"),
        ({"to": "good", "by": "cost", "costs": {"r00": 1, "r1": -1}}, "r1: -1 is no cost"),
        ({"to": "good", "by": "cost", "costs": {"rule": ["r0"], "cost": ["much"]}}, "'much' is no cost"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(folder: Path, options: dict[str, Any], message: str) -> None:
    loaded = ruleset(folder, each(0) + "\n" + each(1))
    result = commscore.evaluate([{"key": "a", "i0": 0, "i1": 0}], loaded, key="key")

    with pytest.raises(CommscoreError, match=message):
        result.improve("a", **options)


def test_what_caps_the_grade_is_mended_first(folder: Path) -> None:
    rules = "\n".join(each(n, weight=[1, 9, 9][n]) for n in range(3))
    caps = """
conclusions:
  - {id: held, when: {fail_any: [r0]}, then: {conclude: held, cap: poor, action: 先补短板}, basis: advice}
"""
    result = commscore.evaluate([{"key": "a", "i0": 0, "i1": 0, "i2": 10}], ruleset(folder, rules + caps), key="key")

    found = result.improve("a", to="good")

    assert ({step.rule for step in found.steps}, found.grade, found.grade_after) == ({"r0", "r1"}, "poor", "good")
    assert found.proven


# ---- AREAS ----

UNITS = [
    {"code": "210202001001", "i0": 10, "homes": 100, "area": 20},
    {"code": "210202001002", "i0": 9, "homes": 100, "area": 40},
    {"code": "210202001003", "i0": 2, "homes": 100, "area": 10},
    {"code": "210203001001", "i0": 30, "homes": 100, "area": 35},
]


def test_places_nearest_to_their_target_come_first_in_a_share(folder: Path) -> None:
    rule = '  - {id: part, title: 甲, share: {each: i0, require: ">= 10"}, require: ">= 75%"}'
    result = commscore.evaluate(UNITS, ruleset(folder, rule))

    places = result.fix_first("2102").to_pylist()

    assert [(place["key"], place["needed"]) for place in places] == [("210202001002", True), ("210202001003", False)]


def test_places_with_the_greatest_shortfall_come_first_in_a_ratio(folder: Path) -> None:
    rule = '  - {id: floor, title: 甲, ratio: [area, homes], per: 100, require: ">= 30"}'
    result = commscore.evaluate(UNITS, ruleset(folder, rule))

    places = result.fix_first("2102").to_pylist()

    assert [(place["key"], place["shortfall"], place["cumulative"], place["needed"]) for place in places] == [
        ("210202001003", 20.0, 20.0, True),
        ("210202001001", 10.0, 30.0, False),
    ]


def test_raising_the_needed_places_to_the_target_makes_the_area_pass(folder: Path) -> None:
    rule = '  - {id: average, title: 甲, mean: i0, require: ">= 15"}'
    loaded = ruleset(folder, rule)
    needed = [place for place in commscore.evaluate(UNITS, loaded).fix_first("2102").to_pylist() if place["needed"]]

    mended = [unit | {"i0": 15 if unit["code"] in {place["key"] for place in needed} else unit["i0"]} for unit in UNITS]

    assert commscore.evaluate(mended, loaded).areas["score"].to_pylist() == [100.0]


def test_areas_inside_are_named_where_the_rule_is_judged_there(folder: Path) -> None:
    rule = '  - {id: sums, title: 甲, total: i0, over: county, require: ">= 25"}'
    result = commscore.evaluate(UNITS, ruleset(folder, rule))

    (place,) = result.fix_first("2102").to_pylist()

    assert (place["level"], place["key"], place["needed"]) == ("county", "210202", True)


def test_a_unit_has_nothing_inside(folder: Path) -> None:
    result = commscore.evaluate(UNITS, ruleset(folder, each(0)))

    with pytest.raises(UsageError, match="is a unit, with nothing inside"):
        result.fix_first("210202001001")
