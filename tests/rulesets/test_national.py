"""The national baseline, and what the rulesets that extend it make of it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

import commscore

if TYPE_CHECKING:
    from pathlib import Path

    from commscore._ruleset import Part, Rule, Ruleset

ID = "national-2025"
INDICATORS = {
    "facility-coverage": {"urban": Fraction(1), "rural": Fraction(80, 100)},
    "facility-area-per-100": {"all": Fraction(30)},
    "commercial-service-area": {"all": Fraction(10, 100)},
    "activity-area": {"all": Fraction(60, 100)},
    "self-service": {"urban": Fraction(1)},
    "workers-per-10k": {"all": Fraction(18)},
}
PLACES = ("dalian-2023-2025", "jimsar-2023-2025", "qingdao-2022", "taian-2023")
PROVINCE = """\
commscore: 1
id: province-2025
extends: national-2025
jurisdiction: {code: "37", level: province}
year: 2025
"""


@pytest.fixture(scope="module")
def baseline() -> Ruleset:
    return commscore.load_ruleset(ID)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ruleset that says nothing of its own."""
    path = tmp_path_factory.mktemp("province") / "province-2025.yaml"
    path.write_text(PROVINCE, encoding="utf-8")
    return path


def figures(rule: Part) -> dict[str, Fraction]:
    return {scope: asked.value for scope, asked in rule.requirements.items() if isinstance(asked.value, Fraction)}


def by_id(ruleset: Ruleset) -> dict[str, Rule]:
    return {rule.id: rule for rule in ruleset.rules}


def test_it_loads_without_a_word() -> None:
    assert commscore.check_ruleset(ID) == []


def test_seven_indicators_make_six_rules_and_nothing_else(baseline: Ruleset) -> None:
    assert {rule.id: figures(rule) for rule in baseline.rules} == INDICATORS
    assert sum(len(asked) for asked in INDICATORS.values()) == 7
    assert baseline.unscored == ()


def test_every_figure_is_a_least_figure(baseline: Ruleset) -> None:
    comparators = {str(asked.comparator) for rule in baseline.rules for asked in rule.requirements.values()}

    assert comparators == {"at_least"}


def test_every_rule_says_that_it_is_known_at_second_hand(baseline: Ruleset) -> None:
    assert [rule.id for rule in baseline.rules if "转引" not in (rule.note or "")] == []


def test_it_is_a_goal_for_the_end_of_2025_and_no_ruleset_of_a_year(baseline: Ruleset) -> None:
    assert {rule.due for rule in baseline.rules} == {date(2025, 12, 31)}
    assert (baseline.year, baseline.jurisdiction.level) == (None, "nation")


def test_only_new_communities_owe_a_tenth_of_their_floor_area(baseline: Ruleset) -> None:
    (where,) = by_id(baseline)["commercial-service-area"].where

    assert where.input == "new_community"


@pytest.mark.parametrize("place", PLACES)
def test_these_places_extend_it(place: str) -> None:
    ruleset = commscore.load_ruleset(place)

    assert ruleset.extends == (ID,)
    assert set(INDICATORS) <= set(by_id(ruleset))


def test_a_document_that_does_not_name_the_national_plan_does_not_extend_it() -> None:
    assert commscore.load_ruleset("tonghua-2023").extends == ()


@pytest.mark.parametrize("place", PLACES)
def test_what_is_inherited_as_it_stands_keeps_its_source_and_its_note(place: str, baseline: Ruleset) -> None:
    inherited = [rule for rule in commscore.load_ruleset(place).rules if rule.source is not None]

    assert [(rule.source, rule.note, rule.requirements) for rule in inherited] == [
        (baseline.source, parent.note, parent.requirements)
        for parent in baseline.rules
        if parent.id in {rule.id for rule in inherited}
    ]


@pytest.mark.parametrize("place", PLACES)
def test_what_a_place_says_itself_does_not_carry_the_baselines_words(place: str, baseline: Ruleset) -> None:
    parents = by_id(baseline)
    own = [rule for rule in commscore.load_ruleset(place).rules if rule.id in parents and rule.source is None]

    assert own
    assert [rule.id for rule in own if "转引" in (rule.note or "") or rule.clause == parents[rule.id].clause] == []
    assert [rule.id for rule in own if rule.group == "national"] == []


@pytest.mark.parametrize(("place", "own"), [("dalian-2023-2025", 6), ("jimsar-2023-2025", 6), ("qingdao-2022", 1)])
def test_plans_to_2025_say_all_of_it_themselves_and_a_programme_of_one_year_the_workers(place: str, own: int) -> None:
    rules = by_id(commscore.load_ruleset(place))

    assert sum(rules[id_].source is None for id_ in INDICATORS) == own
    assert rules["workers-per-10k"].source is None


@pytest.mark.parametrize("place", PLACES)
def test_no_place_asks_for_less_or_later(place: str, baseline: Ruleset) -> None:
    rules, parents = by_id(commscore.load_ruleset(place)), by_id(baseline)

    for id_, parent in parents.items():
        asked = figures(rules[id_])
        for scope, least in figures(parent).items():
            assert asked.get(scope, asked.get("all", Fraction(0))) >= least, id_
        assert (rules[id_].due or date.min) <= (parent.due or date.max), id_


def test_dalian_measures_all_communities_where_the_nation_measures_new_ones_and_says_so() -> None:
    rule = by_id(commscore.load_ruleset("dalian-2023-2025"))["commercial-service-area"]

    assert rule.where == ()
    assert rule.because


def statuses(rows: list[dict[str, object]], ruleset: Path, rule: str) -> dict[str, str]:
    found = commscore.evaluate(rows, ruleset).findings(level="province").to_pylist()
    return {row["scope"]: row["status"] for row in found if row["rule"] == rule}


@pytest.mark.parametrize(
    ("villages", "status"),
    [([True] * 4 + [False], "pass"), ([True] * 3 + [False], "fail"), ([True] * 5, "pass"), ([True, None], "unknown")],
)
def test_four_villages_of_five_and_every_urban_community(
    province: Path, villages: list[bool | None], status: str
) -> None:
    rows: list[dict[str, object]] = [{"kind": "rural", "service_facility": has} for has in villages]
    rows += [{"kind": "urban", "service_facility": True}, {"kind": "urban", "service_facility": False}]

    assert statuses(rows, province, "facility-coverage") == {"urban": "fail", "rural": status}


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"facility_area": "300", "households": 1000}, "facility-area-per-100"),
        ({"commercial_service_area": "100", "floor_area": 1000, "new_community": True}, "commercial-service-area"),
        ({"activity_area": "600", "facility_area": 1000}, "activity-area"),
        ({"community_workers": "18", "urban_residents": 10000}, "workers-per-10k"),
    ],
)
@pytest.mark.parametrize(("step", "status"), [(0, "pass"), (-1, "fail"), (1, "pass"), (None, "unknown")])
def test_at_the_figure_below_above_and_missing(
    province: Path, row: dict[str, object], rule: str, step: int | None, status: str
) -> None:
    name, figure = next(iter(row.items()))
    value = None if step is None else int(str(figure)) + step

    assert statuses([{**row, name: value}], province, rule) == {"all": status}
