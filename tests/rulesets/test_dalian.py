"""The Dalian plan: whole, dated as the document dates it, and read as the document says it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from tests.rulesets.reading import requirement

import commscore

if TYPE_CHECKING:
    from commscore._ruleset import Rule, Ruleset

PLAN = "dalian-2023-2025"
YEARS = (2023, 2024, 2025)
CLAUSES = (
    "二",
    *(f"二.{number}" for number in range(1, 5)),  # the goals
    *(f"三.{number}" for number in range(1, 50)),  # the tasks
    *(f"四.{number}" for number in range(1, 5)),  # the safeguards
)
# Clauses of the document that hold no figure, no coverage and no finished thing.
SOFT = {
    "二",
    "二.3",
    *(f"三.{number}" for number in (5, 7, 8, 9, 11, 17, 21, 23, 24, 25, 29, 31, 33, 36, 39, 41, 46, 47, 49)),
    "四.3",
}
EXAMPLE = Path(__file__).parents[2] / "examples" / "dalian"


@pytest.fixture(scope="module")
def plan() -> Ruleset:
    return commscore.load_ruleset(PLAN)


@pytest.fixture(scope="module")
def rules(plan: Ruleset) -> dict[str, Rule]:
    return {rule.id: rule for rule in plan.rules}


@pytest.mark.parametrize("ruleset", [PLAN, *(f"dalian-{year}" for year in YEARS)])
def test_every_dalian_ruleset_loads_without_a_word(ruleset: str) -> None:
    assert commscore.check_ruleset(ruleset) == []


def test_every_clause_is_accounted_for(plan: Ruleset) -> None:
    accounted = {rule.clause for rule in plan.rules} | {entry.clause for entry in plan.unscored}

    assert accounted == set(CLAUSES)


def test_every_clause_that_promises_something_checkable_has_a_rule(plan: Ruleset) -> None:
    assert {rule.clause for rule in plan.rules} == set(CLAUSES) - SOFT


def test_every_unscored_entry_quotes_the_document_and_says_why(plan: Ruleset) -> None:
    assert [entry for entry in plan.unscored if not (entry.phrase and entry.why)] == []


def test_what_is_restated_names_a_rule(plan: Ruleset, rules: dict[str, Rule]) -> None:
    seen = {entry.see for entry in plan.unscored if entry.see}

    assert seen <= set(rules)
    assert {"facility-area-per-100", "social-orgs"} <= seen


def test_years_add_nothing_to_the_plan(plan: Ruleset) -> None:
    years = [commscore.load_ruleset(f"dalian-{year}") for year in YEARS]

    assert [ruleset.year for ruleset in years] == list(YEARS)
    assert [ruleset.extends[0] for ruleset in years] == [PLAN] * 3
    assert [[rule.id for rule in ruleset.rules] for ruleset in years] == [[rule.id for rule in plan.rules]] * 3


def test_the_plan_itself_has_no_year(plan: Ruleset) -> None:
    assert plan.year is None


def test_what_is_in_force_in_2023_is_what_the_document_dates_there_and_what_is_standing(
    plan: Ruleset,
) -> None:
    dated = {rule.id for rule in plan.rules if rule.due == date(2023, 12, 31)}
    standing = {rule.id for rule in plan.rules if rule.due is None}

    assert dated == {"social-orgs", "facility-area-per-100"}
    assert standing == {
        "village-decisions",  # 严格落实
        "two-cancers-aid",  # 每年
        "imagery-annual",  # 年度更新
        "imagery-quarterly",  # 季度更新
        "pay-scale",  # 持续推进
        "worker-pay",  # 不低于上年度
        "exams-on-time",  # 按期
        "promotion-mechanism",
        "department-plans",
        "home-tariffs",
        "target-assessment",
    }


def test_all_the_rest_falls_due_at_the_end_of_the_plan(plan: Ruleset) -> None:
    assert {rule.due for rule in plan.rules} == {None, date(2023, 12, 31), date(2025, 12, 31)}


def test_only_what_is_striven_for_or_by_and_large_is_informational(plan: Ruleset) -> None:
    assert {rule.id for rule in plan.rules if rule.force == "informational"} == {
        "sports-instructors-per-1000",  # 力争
        "ash-facilities",  # 力争
        "wedding-customs",  # 基本
    }


def test_all_weights_are_one(plan: Ruleset) -> None:
    assert {rule.weight for rule in plan.rules} == {Fraction(1)}


def test_social_organisations_are_asked_of_each_community(rules: dict[str, Rule]) -> None:
    rule = rules["social-orgs"]

    assert rule.assessment == "each"
    assert requirement(rule, "urban") == ("at_least", Fraction(10))
    assert requirement(rule, "rural") == ("at_least", Fraction(3))


def test_workers_are_a_ratio_over_the_city(rules: dict[str, Rule]) -> None:
    rule = rules["workers-per-10k"]

    assert (rule.assessment, rule.inputs) == ("ratio", ("community_workers", "urban_residents"))
    assert (rule.per, rule.over) == (Fraction(10_000), None)
    assert requirement(rule) == ("at_least", Fraction(18))


def test_the_facility_standard_asks_for_the_area_of_the_scope_and_30_per_100_households(
    rules: dict[str, Rule],
) -> None:
    area, per_100 = rules["facility-standard"].parts

    assert requirement(area, "urban") == ("at_least", Fraction(400))
    assert requirement(area, "rural") == ("at_least", Fraction(350))
    assert (per_100.assessment, per_100.inputs, per_100.per) == (
        "each",
        ("facility_area", "households"),
        Fraction(100),
    )
    assert requirement(per_100) == ("at_least", Fraction(30))


def test_mortality_limits_are_inclusive_and_permille(rules: dict[str, Rule]) -> None:
    limits = {id_: requirement(rules[f"{id_}-mortality"]) for id_ in ("neonatal", "infant", "under5")}

    assert limits == {
        "neonatal": ("at_most", Fraction(28, 10_000)),
        "infant": ("at_most", Fraction(3, 1_000)),
        "under5": ("at_most", Fraction(4, 1_000)),
    }


def test_elder_care_counts_streets_and_communities_apart(plan: Ruleset, rules: dict[str, Rule]) -> None:
    streets, communities = rules["street-elder-centres"], rules["community-elder-facilities"]

    assert [plan.inputs[rule.parts[0].inputs[0]].level for rule in (streets, communities)] == [
        "township",
        "community",
    ]
    assert [found.values for found in streets.where] == [("街道",)]
    assert requirement(streets) == ("at_least", Fraction(80, 100))
    assert requirement(communities, "urban") == ("at_least", Fraction(1))


@pytest.mark.parametrize(
    ("rule", "input_", "factor"),
    [
        ("correction-job-bases", "counties", Fraction(1)),
        ("worker-pay", "prior_average_wage", Fraction(1)),
        ("reserve-candidates", "reserve_posts", Fraction(2)),
    ],
)
def test_some_requirements_are_relative(rules: dict[str, Rule], rule: str, input_: str, factor: Fraction) -> None:
    comparator, value = requirement(rules[rule])

    assert (comparator, value.name, value.factor) == ("at_least", input_, factor)


def test_finer_imagery_is_better(rules: dict[str, Rule]) -> None:
    parts = [part for id_ in ("imagery-annual", "imagery-quarterly") for part in rules[id_].parts]

    assert [requirement(part) for part in parts] == [
        ("at_most", Fraction(1, 2)),
        ("at_least", Fraction(1)),
        ("at_most", Fraction(1)),
        ("at_least", Fraction(4)),
    ]


def test_the_example_has_every_unit_of_dalian_once() -> None:
    codes = pq.read_table(EXAMPLE / "communities.parquet", columns=["code"])["code"].to_pylist()

    assert len(codes) == len(set(codes)) == 1832
    assert {(len(code), code[:4]) for code in codes} == {(12, "2102")}


@pytest.mark.parametrize("table", ["communities", "townships", "counties", "city"])
def test_every_column_of_the_example_is_an_input(table: str) -> None:
    known = {*commscore.load_ruleset(PLAN).inputs, "code", "name", "kind"}

    assert set(pq.read_schema(EXAMPLE / f"{table}.parquet").names) <= known


@pytest.fixture(scope="module")
def scored() -> commscore.Result:
    names = {"township": "townships", "county": "counties", "city": "city"}
    more = {level: EXAMPLE / f"{name}.parquet" for level, name in names.items()}
    return commscore.evaluate(
        EXAMPLE / "communities.parquet", "dalian-2023", key="code", rollup=["county", "city"], more=more
    )


def test_the_example_scores_every_unit_and_area(scored: commscore.Result) -> None:
    assert scored.units.num_rows == 1832
    assert scored.areas["level"].to_pylist() == ["county"] * 10 + ["city"]
    assert scored.areas["score"].null_count == 0


def test_the_example_says_what_was_not_checked(scored: commscore.Result) -> None:
    rows = scored.findings(level="city").to_pylist()

    assert {row["rule"] for row in rows if row["status"] == "notchecked"} == {"exams-on-time", "facility-sync"}


def test_units_that_are_neither_urban_nor_rural_are_errors_never_guesses(scored: commscore.Result) -> None:
    kinds = pq.read_table(EXAMPLE / "communities.parquet", columns=["code", "kind"]).to_pylist()
    other = {row["code"] for row in kinds if row["kind"] == "other"}
    rows = [row for row in scored.findings(level="unit").to_pylist() if row["rule"] == "social-orgs"]

    assert len(other) == 23
    assert {row["status"] for row in rows if row["key"] in other} == {"error"}
