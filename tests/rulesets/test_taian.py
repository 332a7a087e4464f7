"""The Tai'an programme of 2023: whole, and read as the document says it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from tests.rulesets.reading import requirement

import commscore

if TYPE_CHECKING:
    from commscore._ruleset import Rule, Ruleset

ID = "taian-2023"
CLAUSES = {
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
    "十六",
    "十七",
}
SOFT = {"四", "十二"}  # services for disabled people and legal services: no figure, no finished thing


def test_it_loads_without_a_word() -> None:
    assert commscore.check_ruleset(ID) == []


def test_every_clause_is_accounted_for(ruleset: Ruleset, own: list[Rule]) -> None:
    accounted = {rule.clause for rule in own} | {entry.clause for entry in ruleset.unscored}

    assert accounted == CLAUSES


def test_every_clause_that_promises_something_checkable_has_a_rule(own: list[Rule]) -> None:
    assert {rule.clause for rule in own} == CLAUSES - SOFT


def test_every_chapter_is_a_group_of_its_clause(ruleset: Ruleset, own: list[Rule]) -> None:
    clauses = {group.id: group.clause for group in ruleset.groups if group.id != "national"}

    assert set(clauses.values()) == CLAUSES
    assert [rule.id for rule in own if clauses[rule.group or ""] != rule.clause] == []


def test_every_unscored_entry_quotes_the_document_and_says_why(ruleset: Ruleset) -> None:
    assert [entry for entry in ruleset.unscored if not (entry.phrase and entry.why)] == []


def test_the_whole_programme_falls_due_with_its_year(own: list[Rule]) -> None:
    assert {rule.due for rule in own} == {date(2023, 12, 31)}


def test_every_rule_names_who_is_responsible_and_weighs_the_same(ruleset: Ruleset, own: list[Rule]) -> None:
    assert [rule.id for rule in own if not rule.responsible] == []
    assert {rule.weight for rule in ruleset.rules} == {Fraction(1)}


def test_every_rule_is_tried_by_a_case(ruleset: Ruleset, own: list[Rule]) -> None:
    assert {rule.id for rule in own} == {id_ for case in ruleset.cases for id_ in case.expect}


def test_what_the_nation_asks_for_2025_is_inherited_with_its_source_and_not_scored_in_2023(ruleset: Ruleset) -> None:
    inherited = [rule for rule in ruleset.rules if rule.source is not None]

    assert {rule.source.document for rule in inherited if rule.source} == {"国办发〔2021〕56号"}
    assert {rule.due for rule in inherited} == {date(2025, 12, 31)}
    assert "workers-per-10k" not in {rule.id for rule in inherited}


def test_a_standard_to_follow_without_a_figure_is_informational(ruleset: Ruleset) -> None:
    assert {rule.id for rule in ruleset.rules if rule.force == "informational"} == {"new-health-centres"}


@pytest.mark.parametrize(
    ("rule", "figure"),
    [
        ("beautiful-villages", 24),
        ("age-friendly-homes", 2200),
        ("home-care-beds", 500),
        ("elder-canteens", 300),
        ("elder-carers", 1500),
        ("reemployment", 10_000),
        ("hard-to-employ", 3700),
        ("employment-campaigns", 18),
        ("culture-brands", 5),
        ("smart-communities", 120),
    ],
)
def test_figures_are_totals_of_the_city_and_at_least_that_many(rules: dict[str, Rule], rule: str, figure: int) -> None:
    assert (rules[rule].assessment, rules[rule].over) == ("total", None)
    assert requirement(rules[rule]) == ("at_least", Fraction(figure))


def test_workers_are_a_ratio_over_the_city(rules: dict[str, Rule]) -> None:
    rule = rules["workers-per-10k"]

    assert (rule.assessment, rule.inputs) == ("ratio", ("community_workers", "urban_residents"))
    assert (rule.per, rule.over) == (Fraction(10_000), None)
    assert requirement(rule) == ("at_least", Fraction(18))


def test_social_organisations_are_a_mean_by_scope_and_not_asked_of_each(rules: dict[str, Rule]) -> None:
    rule = rules["social-orgs"]

    assert rule.assessment == "mean"
    assert requirement(rule, "urban") == ("at_least", Fraction(12))
    assert requirement(rule, "rural") == ("at_least", Fraction(6))


def test_more_than_180_games_leaves_180_out(rules: dict[str, Rule]) -> None:
    assert requirement(rules["community-games"]) == ("more_than", Fraction(180))


def test_10_to_15_science_sites_include_both_ends(rules: dict[str, Rule]) -> None:
    asked = rules["science-sites"].requirements["all"]

    assert (asked.comparator, asked.value, asked.upper) == ("between", Fraction(10), Fraction(15))


def test_funds_are_an_increase_over_the_start_of_the_year(rules: dict[str, Rule]) -> None:
    rule = rules["community-funds"]

    assert (rule.assessment, rule.inputs) == ("change", ("community_funds", "community_funds_start"))
    assert requirement(rule) == ("at_least", Fraction(30))


def test_smart_communities_are_counted_as_places_of_the_basic_grade_or_above(
    ruleset: Ruleset, rules: dict[str, Rule]
) -> None:
    rule = rules["smart-communities"]
    (where,) = rule.where

    assert rule.inputs == ("units",)
    assert set(ruleset.inputs[where.input].values) - set(where.values) == {"未建成"}


def test_canteens_are_those_that_there_are_and_not_those_built_in_the_year(rules: dict[str, Rule]) -> None:
    assert rules["elder-canteens"].inputs == ("elder_canteens",)


def test_parents_schools_are_a_share_by_kind(rules: dict[str, Rule]) -> None:
    rule = rules["parent-schools"]

    assert rule.assessment == "share"
    assert requirement(rule, "urban") == ("at_least", Fraction(80, 100))
    assert requirement(rule, "rural") == ("at_least", Fraction(70, 100))


def test_three_lists_are_a_share_of_counties_that_have_all_of_them(ruleset: Ruleset, rules: dict[str, Rule]) -> None:
    rule = rules["three-lists"]
    (condition,) = rule.parts
    lists = [part.inputs[0] for part in condition.parts]

    assert (rule.assessment, condition.assessment, len(lists)) == ("share", "all", 3)
    assert {ruleset.inputs[name].level for name in lists} == {"county"}


@pytest.mark.parametrize("rule", ["monthly-visits", "primary-care-recommended", "guardian-rewards"])
def test_rates_are_ratios_of_sums(rules: dict[str, Rule], rule: str) -> None:
    assert (rules[rule].assessment, rules[rule].per, rules[rule].over) == ("ratio", Fraction(1), None)


def test_policing_asks_towns_for_an_officer_and_two_auxiliaries_and_villages_for_one_auxiliary(
    rules: dict[str, Rule],
) -> None:
    officers, auxiliaries = rules["community-policing"].parts

    assert set(officers.requirements) == {"urban"}
    assert requirement(officers, "urban") == ("at_least", Fraction(1))
    assert requirement(auxiliaries, "urban") == ("at_least", Fraction(2))
    assert requirement(auxiliaries, "rural") == ("at_least", Fraction(1))


@pytest.mark.parametrize(("games", "status"), [(180, "fail"), (181, "pass")])
def test_the_finding_follows_the_comparator_at_the_figure(games: int, status: str) -> None:
    result = commscore.evaluate([{"community_games": games}], ID, level="city")

    found = [row for row in result.findings(level="area").to_pylist() if row["rule"] == "community-games"]
    assert [row["status"] for row in found] == [status]
