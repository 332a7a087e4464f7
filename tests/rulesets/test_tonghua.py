"""The Tonghua programme of 2023: whole, and read as the document says it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from tests.rulesets.reading import requirement

import commscore

if TYPE_CHECKING:
    from commscore._ruleset import Rule, Ruleset

ID = "tonghua-2023"
CLAUSES = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四"}
SOFT = {"三", "九"}  # children in difficulty and popular science: no figure, no coverage, no finished thing
ELDERS = (
    *("living_alone", "incapacitated", "severely_disabled", "empty_nest", "left_behind"),
    *("advanced_age", "destitute", "family_planning"),
)


def test_it_loads_without_a_word() -> None:
    assert commscore.check_ruleset(ID) == []


def test_every_clause_is_accounted_for(ruleset: Ruleset) -> None:
    accounted = {rule.clause for rule in ruleset.rules} | {entry.clause for entry in ruleset.unscored}

    assert accounted == CLAUSES


def test_every_clause_that_promises_something_checkable_has_a_rule(ruleset: Ruleset) -> None:
    assert {rule.clause for rule in ruleset.rules} == CLAUSES - SOFT


def test_every_chapter_is_a_group_of_its_clause(ruleset: Ruleset) -> None:
    clauses = {group.id: group.clause for group in ruleset.groups}

    assert set(clauses.values()) == CLAUSES
    assert [rule.id for rule in ruleset.rules if clauses[rule.group or ""] != rule.clause] == []


def test_every_unscored_entry_quotes_the_document_and_says_why(ruleset: Ruleset) -> None:
    assert [entry for entry in ruleset.unscored if not (entry.phrase and entry.why)] == []


def test_the_whole_programme_falls_due_with_its_year(ruleset: Ruleset) -> None:
    assert {rule.due for rule in ruleset.rules} == {date(2023, 12, 31)}


def test_every_rule_names_who_is_responsible_and_weighs_the_same(ruleset: Ruleset) -> None:
    assert [rule.id for rule in ruleset.rules if not rule.responsible] == []
    assert {rule.weight for rule in ruleset.rules} == {Fraction(1)}


def test_every_rule_with_a_requirement_is_tried_by_a_case(ruleset: Ruleset) -> None:
    assert {rule.id for rule in ruleset.rules} == {id_ for case in ruleset.cases for id_ in case.expect}


def test_what_is_intended_or_pushed_without_a_coverage_is_informational(ruleset: Ruleset) -> None:
    assert {rule.id for rule in ruleset.rules if rule.force == "informational"} == {
        "joint-party-committees",  # 全面推行
        "convenience-circle-pilots",  # 拟
    }


def test_what_is_promoted_is_expected(ruleset: Ruleset) -> None:
    assert {rule.id for rule in ruleset.rules if rule.force == "expected"} == {
        "village-facilities",
        "accessible-village-sites",
        "community-colleges",
        "first-id-windows",
        "police-on-committees",
        "managed-persons-teams",
        "repeat-dispute-calls",
    }


@pytest.mark.parametrize(
    ("rule", "figure"),
    [
        ("social-work-posts", 60),
        ("village-facilities", 180),
        ("embedded-elder-centres", 5),
        ("elder-canteens", 3),
        ("age-friendly-homes", 360),
        ("disability-care", 584),
        ("rehabilitation", 4000),
        ("accessible-village-sites", 50),
        ("job-fairs", 100),
        ("platform-staff-training", 190),
        ("grassroots-shows", 192),
        ("fitness-paths", 10),
        ("cage-football-pitch", 1),
        ("convenience-circle-pilots", 3),
        ("brand-social-orgs", 6),
        ("brand-social-org-projects", 6),
    ],
)
def test_bare_figures_are_totals_of_the_city_and_at_least_that_many(
    rules: dict[str, Rule], rule: str, figure: int
) -> None:
    assert (rules[rule].assessment, rules[rule].over) == ("total", None)
    assert requirement(rules[rule]) == ("at_least", Fraction(figure))


def test_eight_categories_are_each_recorded_at_100_percent(rules: dict[str, Rule]) -> None:
    rule = rules["elder-records"]

    assert (rule.assessment, rule.over) == ("all", None)
    assert [part.inputs for part in rule.parts] == [(f"elders_{group}_recorded", f"elders_{group}") for group in ELDERS]
    assert {(part.assessment, *requirement(part)) for part in rule.parts} == {("ratio", "at_least", Fraction(1))}


@pytest.mark.parametrize("group", ELDERS)
def test_any_one_category_that_is_short_fails_them_all(group: str) -> None:
    row = {f"elders_{name}{suffix}": 1000 for name in ELDERS for suffix in ("", "_recorded")}

    result = commscore.evaluate([row | {f"elders_{group}_recorded": 999}], ID)

    statuses = {
        found["status"]
        for found in result.findings(level="area").to_pylist()
        if (found["rule"], found["level"]) == ("elder-records", "city")
    }
    assert statuses == {"fail"}


def test_institutions_up_to_the_recommended_standard_are_a_part_of_all_institutions(
    rules: dict[str, Rule],
) -> None:
    both = [rules[f"primary-care-{name}"] for name in ("standard", "recommended")]

    assert [rule.inputs[1] for rule in both] == ["primary_care_institutions"] * 2
    assert [requirement(rule) for rule in both] == [
        ("at_least", Fraction(75, 100)),
        ("at_least", Fraction(16, 100)),
    ]


def test_contracts_are_ratios_of_sums_of_persons(rules: dict[str, Rule]) -> None:
    both = [rules[f"{name}-contracts"] for name in ("family-doctor", "key-group")]

    assert [(rule.assessment, rule.inputs[1]) for rule in both] == [
        ("ratio", "population"),
        ("ratio", "key_group_residents"),
    ]
    assert [requirement(rule)[1] for rule in both] == [Fraction(46, 100), Fraction(79, 100)]


def test_community_colleges_are_asked_of_two_counties_only(rules: dict[str, Rule]) -> None:
    (where,) = rules["community-colleges"].where

    assert (where.input, where.values) == ("county", ("220582", "220524"))


def test_police_work_is_counted_in_persons_counters_and_calls(rules: dict[str, Rule]) -> None:
    ids = ("first-id-windows", "police-on-committees", "managed-persons-teams", "repeat-dispute-calls")

    assert [rules[id_].assessment for id_ in ids] == ["ratio"] * 4
    assert [requirement(rules[id_]) for id_ in ids] == [
        ("all", Fraction(1)),
        *[("at_least", Fraction(1))] * 3,
    ]


def test_a_disaster_officer_is_asked_of_each_village_and_an_adviser_as_a_share_of_them(
    rules: dict[str, Rule],
) -> None:
    officers, advisers = rules["disaster-reporters"], rules["legal-advisers"]

    assert (officers.assessment, *requirement(officers)) == ("each", "at_least", Fraction(1))
    assert (advisers.assessment, *requirement(advisers)) == ("share", "all", Fraction(1))


def test_canteens_built_in_the_year_are_not_the_canteens_that_there_are(rules: dict[str, Rule]) -> None:
    assert rules["elder-canteens"].inputs == ("elder_canteens_built",)
