"""The Qingdao programme of 2022: whole, and read as the document says it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from tests.rulesets.reading import requirement

import commscore

if TYPE_CHECKING:
    from commscore._ruleset import Rule, Ruleset

ID = "qingdao-2022"
CLAUSES = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四"}
SOFT = {"三"}  # care for minors: no figure, no coverage, no finished thing


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
    assert {rule.due for rule in own} == {date(2022, 12, 31)}


def test_every_rule_weighs_the_same_and_names_who_leads_except_in_the_clause_that_names_nobody(own: list[Rule]) -> None:
    assert {rule.weight for rule in own} == {Fraction(1)}
    assert {rule.clause for rule in own if not rule.responsible} == {"七"}


def test_every_rule_is_tried_by_a_case(ruleset: Ruleset) -> None:
    assert {rule.id for rule in ruleset.rules} == {id_ for case in ruleset.cases for id_ in case.expect}


def test_what_has_no_coverage_no_tolerance_or_no_end_is_informational(ruleset: Ruleset) -> None:
    assert {rule.id for rule in ruleset.rules if rule.force == "informational"} == {
        "party-members-reported",  # 全面推行
        "grid-posts",  # 全面落实
        "elder-meals",  # 基本建成
        "selected-courses",  # 左右
        "property-management",  # 逐步
    }


def test_what_is_promoted_is_expected(ruleset: Ruleset) -> None:
    assert {rule.id for rule in ruleset.rules if rule.force == "expected"} == {
        "tribunals-on-platform",
        "governance-units-connected",
    }


def test_what_the_nation_asks_for_2025_is_inherited_with_its_source_and_not_due_in_2022(ruleset: Ruleset) -> None:
    inherited = [rule for rule in ruleset.rules if rule.source is not None]

    assert {rule.source.document for rule in inherited if rule.source} == {"国办发〔2021〕56号"}
    assert {rule.due for rule in inherited} == {date(2025, 12, 31)}
    assert len(inherited) == 5


@pytest.mark.parametrize(
    ("rule", "figure"),
    [
        ("rural-elder-stations", 100),
        ("urban-elder-stations", 100),
        ("fitness-sites", 300),
        ("instructor-courses", 8),
        ("instructors-trained", 1200),
        ("fitness-tests", 6800),
        ("fitness-communities", 100),
        ("science-sites", 9),
        ("tribunals-on-platform", 62),
        ("governance-units-connected", 458),
        ("smart-communities", 150),
    ],
)
def test_bare_figures_are_totals_of_the_city_and_at_least_that_many(
    rules: dict[str, Rule], rule: str, figure: int
) -> None:
    assert (rules[rule].assessment, rules[rule].over) == ("total", None)
    assert requirement(rules[rule]) == ("at_least", Fraction(figure))


def test_workers_are_a_ratio_over_the_city_due_three_years_before_the_nations_goal(rules: dict[str, Rule]) -> None:
    rule = rules["workers-per-10k"]

    assert (rule.assessment, rule.inputs) == ("ratio", ("community_workers", "urban_residents"))
    assert (rule.per, rule.over, rule.due) == (Fraction(10_000), None, date(2022, 12, 31))
    assert requirement(rule) == ("at_least", Fraction(18))


@pytest.mark.parametrize(("rule", "figure"), [("primary-care-recommended", 15), ("learning-courses", 300)])
def test_what_is_added_is_an_increase_over_the_start_of_the_year(
    rules: dict[str, Rule], rule: str, figure: int
) -> None:
    now, start = rules[rule].inputs

    assert (rules[rule].assessment, start) == ("change", f"{now}_start")
    assert requirement(rules[rule]) == ("at_least", Fraction(figure))


def test_about_100_courses_state_no_tolerance_and_are_never_judged(rules: dict[str, Rule]) -> None:
    asked = rules["selected-courses"].requirements["all"]

    assert (asked.comparator, asked.value, asked.tolerance) == ("about", Fraction(100), None)


def test_hospitals_cover_counties(ruleset: Ruleset, rules: dict[str, Rule]) -> None:
    rule = rules["community-hospitals"]

    assert (rule.assessment, *requirement(rule)) == ("share", "all", Fraction(1))
    assert ruleset.inputs["community_hospital"].level == "county"


def test_patients_are_admitted_treated_and_managed_each_in_full(rules: dict[str, Rule]) -> None:
    parts = rules["severe-mental-disorders"].parts

    assert [(part.assessment, *requirement(part)) for part in parts] == [("ratio", "all", Fraction(1))] * 3


def test_one_opera_is_asked_of_each_village_and_not_of_towns(rules: dict[str, Rule]) -> None:
    rule = rules["village-operas"]

    assert (rule.assessment, set(rule.requirements)) == ("each", {"rural"})
    assert requirement(rule, "rural") == ("at_least", Fraction(1))


def test_four_police_offices_of_five_and_every_new_one(rules: dict[str, Rule]) -> None:
    all_, new = rules["police-offices-colocated"], rules["new-police-offices-colocated"]

    assert (all_.inputs[1], *requirement(all_)) == ("police_offices", "at_least", Fraction(80, 100))
    assert (new.inputs[1], *requirement(new)) == ("new_police_offices", "all", Fraction(1))


def test_each_county_draws_up_a_list(ruleset: Ruleset, rules: dict[str, Rule]) -> None:
    rule = rules["consultation-lists"]

    assert (rule.assessment, ruleset.inputs[rule.inputs[0]].level) == ("each", "county")
