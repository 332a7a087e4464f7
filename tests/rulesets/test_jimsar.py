"""The Jimsar plan: whole, dated as the document dates it, and read as the document says it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from tests.rulesets.reading import requirement

import commscore

if TYPE_CHECKING:
    from commscore._ruleset import Rule, Ruleset

PLAN = "jimsar-2023-2025"
YEARS = (2023, 2024, 2025)
CLAUSES = {
    "一",  # the goals
    *(f"二.{number}" for number in range(1, 12)),  # the tasks
    *(f"三.{number}" for number in range(1, 5)),  # the safeguards
}
# Clauses that hold no figure, no coverage and no finished thing.
SOFT = {"二.2", "二.3", "二.4", "三.2"}


@pytest.fixture(scope="module")
def plan() -> Ruleset:
    return commscore.load_ruleset(PLAN)


@pytest.fixture(scope="module")
def rules(plan: Ruleset) -> dict[str, Rule]:
    return {rule.id: rule for rule in plan.rules}


@pytest.mark.parametrize("ruleset", [PLAN, *(f"jimsar-{year}" for year in YEARS)])
def test_every_jimsar_ruleset_loads_without_a_word(ruleset: str) -> None:
    found = [each for each in commscore.check_ruleset(ruleset) if each.severity != "note"]

    assert found == []  # a note: the plan promises 25 workers twice, as at least and as more than


def test_every_clause_is_accounted_for(plan: Ruleset) -> None:
    accounted = {rule.clause for rule in plan.rules} | {entry.clause for entry in plan.unscored}

    assert accounted == CLAUSES


def test_every_clause_that_promises_something_checkable_has_a_rule(plan: Ruleset) -> None:
    assert {rule.clause for rule in plan.rules} == CLAUSES - SOFT


def test_nothing_of_the_baseline_is_left_that_the_document_does_not_say_itself(plan: Ruleset) -> None:
    assert [rule.id for rule in plan.rules if rule.source is not None] == []


def test_every_unscored_entry_quotes_the_document_and_says_why(plan: Ruleset) -> None:
    assert [entry for entry in plan.unscored if not (entry.phrase and entry.why)] == []


def test_years_add_nothing_to_the_plan(plan: Ruleset) -> None:
    years = [commscore.load_ruleset(f"jimsar-{year}") for year in YEARS]

    assert [ruleset.year for ruleset in years] == list(YEARS)
    assert [ruleset.extends for ruleset in years] == [(PLAN, "national-2025")] * 3
    assert [[rule.id for rule in ruleset.rules] for ruleset in years] == [[rule.id for rule in plan.rules]] * 3


def test_the_plan_itself_has_no_year(plan: Ruleset) -> None:
    assert plan.year is None


def test_goals_and_tasks_are_due_at_the_end_and_what_carries_them_out_from_the_start(plan: Ruleset) -> None:
    standing = {rule.id for rule in plan.rules if rule.due is None}

    assert standing == {"agenda", "target-assessment", "plan-monitoring"}
    assert {rule.due for rule in plan.rules} == {None, date(2025, 12, 31)}


def test_what_is_usual_or_has_no_coverage_is_informational(plan: Ruleset) -> None:
    assert {rule.id for rule in plan.rules if rule.force == "informational"} == {
        "party-members-sent",  # 全面推动
        "one-window",  # 全面推行
        "service-hours",  # 一般
    }


def test_what_is_promoted_is_expected(plan: Ruleset) -> None:
    assert {rule.id for rule in plan.rules if rule.force == "expected"} == {"legal-service", "agenda"}


def test_every_task_names_who_is_responsible(plan: Ruleset) -> None:
    tasks = [rule for rule in plan.rules if (rule.clause or "").startswith("二")]

    assert [rule.id for rule in tasks if "各乡镇人民政府" not in rule.responsible] == []


def test_all_weights_are_one(plan: Ruleset) -> None:
    assert {rule.weight for rule in plan.rules} == {Fraction(1)}


def test_every_rule_is_tried_by_a_case_of_the_last_year(plan: Ruleset) -> None:
    tried = {id_ for case in commscore.load_ruleset("jimsar-2025").cases for id_ in case.expect}

    assert {rule.id for rule in plan.rules} == tried


def test_25_workers_are_promised_twice_and_part_exactly_at_25(rules: dict[str, Rule]) -> None:
    goal, task = rules["workers-per-10k"], rules["workers-above-25-per-10k"]

    assert (goal.inputs, goal.per) == (task.inputs, task.per)
    assert (goal.clause, *requirement(goal)) == ("一", "at_least", Fraction(25))
    assert (task.clause, *requirement(task)) == ("二.10", "more_than", Fraction(25))


@pytest.mark.parametrize(("residents", "goal", "task"), [(9999, "pass", "pass"), (10000, "pass", "fail")])
def test_at_25_the_goal_is_met_and_the_task_is_not(residents: int, goal: str, task: str) -> None:
    result = commscore.evaluate([{"community_workers": 25, "urban_residents": residents}], "jimsar-2025")

    found = {row["rule"]: row["status"] for row in result.findings(level="county").to_pylist()}
    assert (found["workers-per-10k"], found["workers-above-25-per-10k"]) == (goal, task)


def test_only_new_communities_owe_a_tenth_of_their_floor_area(rules: dict[str, Rule]) -> None:
    rule = rules["commercial-service-area"]
    (where,) = rule.where

    assert (rule.assessment, where.input, *requirement(rule)) == ("ratio", "new_community", "at_least", Fraction(1, 10))


def test_facilities_cover_every_community_and_village(rules: dict[str, Rule]) -> None:
    rule = rules["facility-coverage"]

    assert (rule.assessment, set(rule.requirements)) == ("share", {"all"})
    assert requirement(rule) == ("at_least", Fraction(1))


def test_self_service_and_day_care_are_shares_of_urban_communities(rules: dict[str, Rule]) -> None:
    both = [rules["self-service"], rules["day-care"]]

    assert [(rule.assessment, set(rule.requirements)) for rule in both] == [("share", {"urban"})] * 2
    assert [requirement(rule, "urban") for rule in both] == [
        ("at_least", Fraction(1)),
        ("at_least", Fraction(90, 100)),
    ]


def test_professionals_are_a_stock_of_the_county_and_training_a_part_of_all_workers(rules: dict[str, Rule]) -> None:
    professionals, training = rules["social-work-professionals"], rules["worker-training"]

    assert (professionals.assessment, *requirement(professionals)) == ("total", "at_least", Fraction(70))
    assert training.inputs == ("trained_workers", "community_workers")
    assert requirement(training) == ("all", Fraction(1))


def test_each_new_district_owes_a_tenth_of_a_square_metre_per_person_and_300_for_childcare(
    plan: Ruleset, rules: dict[str, Rule]
) -> None:
    land, childcare = rules["elder-care-land"], rules["childcare-area"]

    assert (land.assessment, land.inputs, land.per) == ("each", ("elder_care_land", "project_residents"), Fraction(1))
    assert (childcare.assessment, childcare.inputs) == ("each", ("childcare_facility_area",))
    assert [requirement(land), requirement(childcare)] == [
        ("at_least", Fraction(1, 10)),
        ("at_least", Fraction(300)),
    ]
    assert {(rule.where[0].input, plan.inputs[rule.inputs[0]].level) for rule in (land, childcare)} == {
        ("new_project", "site")
    }


def test_eight_hours_a_day_are_usual_and_never_scored(rules: dict[str, Rule]) -> None:
    assert requirement(rules["service-hours"]) == ("at_least", Fraction(8))
    assert rules["service-hours"].force == "informational"
