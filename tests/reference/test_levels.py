"""Where a rule is judged, what lies above and below, and where values come from (spec 3, levels; spec 7)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest

from commscore import reference
from commscore._status import Reason, Status
from commscore.errors import DataError, UsageError

P, F, U, E = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.ERROR
N, K, I = Status.NOTAPPLICABLE, Status.NOTCHECKED, Status.INFORMATIONAL  # noqa: E741 - the standard's letter
OVER = {"total": "social_orgs", "over": "township", "require": ">= 1"}
PLAN = {"each": "plan", "require": "== true"}
ROWS = [
    {"code": "210202001001", "social_orgs": 0},
    {"code": "210202001002", "social_orgs": 1},
    {"code": "210202002001", "social_orgs": 0},
    {"code": "210203001001", "social_orgs": 5},
]
ALL_LEVELS = {"rollup": ["township", "county", "city", "province"]}


def test_every_township_has_at_least_one(judge: Any) -> None:
    found = judge(OVER, ROWS, **ALL_LEVELS)

    assert [found.at("township", key)["status"] for key in ("210202001", "210202002", "210203001")] == [P, F, P]
    assert [found.at("county", key)["status"] for key in ("210202", "210203")] == [F, P]


def test_above_the_judged_level_a_value_is_passes_of_judged(judge: Any) -> None:
    found = judge(OVER, ROWS, **ALL_LEVELS)

    county = found.at("county", "210202")
    assert (county["value"], county["gap"], county["attainment"]) == (Fraction(1, 2), 1, Fraction(1, 2))
    assert found.at("province", "21")["value"] == Fraction(2, 3)


def test_below_the_judged_level_everyone_sees_what_they_add(judge: Any) -> None:
    found = judge({"total": "social_orgs", "require": ">= 10"}, ROWS, **ALL_LEVELS)

    assert found.city("status", "value") == (F, 6)
    county = found.at("county", "210202")
    assert (county["status"], county["reason"], county["value"], county["outlook"]) == (I, Reason.CONTRIBUTION, 1, None)
    assert found.units("status", "reason", "value") == [(I, Reason.CONTRIBUTION, value) for value in (0, 1, 0, 5)]


def test_an_area_above_with_an_undecided_one_inside_is_incomplete(judge: Any) -> None:
    rows = [{"code": "210202001001", "social_orgs": 1}, {"code": "210202002001", "social_orgs": None}]

    assert judge(OVER, rows).city("status", "reason", "low", "high") == (U, Reason.INCOMPLETE_AREA, Fraction(1, 2), 1)


def test_a_city_input_judges_the_city_and_nothing_below(judge: Any) -> None:
    rule = {"each": "counties", "require": ">= 10"}

    found = judge(rule, [{"code": "210202001001"}], more={"city": [{"counties": 9}]}, **ALL_LEVELS)

    assert found.city("status", "value", "gap") == (F, 9, 1)
    assert found.units("status", "reason") == [(K, Reason.OTHER_LEVEL)]
    assert found.at("county")["status"] is K
    assert found.at("province")["value"] == 0


def test_each_counts_the_places_of_its_input_whatever_tables_came_along(judge: Any) -> None:
    more = {"county": [{"code": "210202", "plan": True}, {"code": "210203", "plan": False}]}

    found = judge(PLAN, [{"code": "210202001001"}, {"code": "210202001002"}], more=more, rollup=["county", "city"])

    assert [found.at("county", key)["status"] for key in ("210202", "210203")] == [P, F]
    assert found.city("status", "value") == (F, Fraction(1, 2))


def test_a_column_in_a_table_of_another_level_is_not_checked(judge: Any) -> None:
    rules = [PLAN, {"id": "x", "each": "social_orgs", "require": ">= 1"}]

    found = judge(rules, [{"code": "210202001001", "plan": True, "social_orgs": 1}])

    assert found.units("status", "reason") == [(K, Reason.OTHER_LEVEL)]


def test_a_total_takes_the_finest_table_that_has_its_input(judge: Any) -> None:
    rule = {"total": "bases", "require": ">= 3"}
    more = {"county": [{"code": "210202", "bases": 100}]}

    assert judge(rule, [{"code": "210202001001", "bases": 3}], more=more).city("value") == 3
    assert judge(rule, [{"code": "210202001001"}], more=more).city("value") == 100


def test_a_total_from_a_coarser_table_says_nothing_of_the_units(judge: Any) -> None:
    more = {"county": [{"code": "210202", "bases": 100}]}

    found = judge(
        {"total": "bases", "require": ">= 3"}, [{"code": "210202001001"}], more=more, rollup=["township", "county"]
    )

    assert found.units("status", "reason") == [(K, Reason.OTHER_LEVEL)]
    assert found.at("township")["status"] is K
    assert found.at("county")["status"] is I


def test_what_no_township_can_see_cannot_be_judged_over_townships(judge: Any) -> None:
    more = {"county": [{"code": "210202", "social_orgs": 100}]}

    found = judge(OVER, [{"code": "210202001001"}], more=more, rollup=["county", "city"])

    assert (found.at("county")["reason"], found.city("reason")) == (Reason.OTHER_LEVEL, Reason.OTHER_LEVEL)


def test_operands_of_a_ratio_may_come_from_different_tables(judge: Any) -> None:
    rule = {"ratio": ["social_orgs", "bases"], "require": ">= 2"}
    more = {"county": [{"code": "210202", "bases": 1}, {"code": "210203", "bases": None}]}

    found = judge(rule, ROWS, more=more, rollup=["county", "city"])

    assert found.city("status", "low", "high") == (U, 0, 6)
    assert found.at("county", "210202")["value"] == 1


def test_a_coarser_input_filters_by_the_area_a_unit_lies_in(judge: Any) -> None:
    rule = {"each": "social_orgs", "require": ">= 1", "where": {"plan": True}}
    more = {"county": [{"code": "210202", "plan": True}, {"code": "210203", "plan": False}]}
    rows = [*ROWS, {"code": "210204001001", "social_orgs": 1}]

    assert judge(rule, rows, more=more).units("status") == [F, P, F, N, U]


def test_units_are_the_places_of_their_where(judge: Any) -> None:
    rule = {"total": "units", "where": {"plan": True}, "require": ">= 2"}
    more = {"county": [{"code": "210202", "plan": True}, {"code": "210203", "plan": None}]}

    found = judge(rule, ROWS, more=more)

    assert found.city("status", "low", "high") == (U, 1, 2)
    assert found.units("status") == [K] * 4


def test_sites_are_judged_inside_their_community(judge: Any) -> None:
    rules = [
        {"each": "beds", "require": ">= 10"},
        {"id": "sum", "total": "beds", "over": "community", "require": ">= 20"},
    ]
    sites = [("210202001001001", 10), ("210202001001002", 9), ("210202001002001", 20)]
    more = {"site": [{"code": code, "beds": beds} for code, beds in sites]}

    found = judge(rules, ROWS, more=more)

    assert found.units("status", "value") == [(F, Fraction(1, 2)), (P, 1), (N, None), (N, None)]
    assert found.units("status", "reason", "value", rule="sum") == [
        (F, None, 19),
        (P, None, 20),
        (N, Reason.EMPTY_SCOPE, None),
        (N, Reason.EMPTY_SCOPE, None),
    ]


def test_counties_may_be_the_rows(judge: Any) -> None:
    rows = [{"code": 210202, "plan": True, "bases": 0}, {"code": 210203, "plan": None, "bases": 0}]

    found = judge([PLAN, {**OVER, "over": "county", "id": "sum", "total": "bases"}], rows)

    assert found.units("status") == [P, U]
    assert found.units("status", rule="sum") == [F, F]


@pytest.mark.parametrize(
    ("codes", "keys"),
    [
        (("210202001001", "210203001001"), ["210202", "210203"]),
        (("210202001", "210203001"), ["210202", "210203"]),
        (("A", "B"), [None]),
        (("0001", "2"), [None]),
    ],
)
def test_areas_are_prefixes_of_codes(judge: Any, codes: Any, keys: Any) -> None:
    rule = {"total": "social_orgs", "require": ">= 1"}

    found = judge(rule, [{"code": code, "social_orgs": 1} for code in codes], level="community", rollup=["county"])

    assert [area["key"] for area in found.outcome.areas] == keys


def test_an_area_column_wins_over_the_code(judge: Any) -> None:
    rows = [{"code": "210202001001", "county": "开发区", "social_orgs": 1}]

    found = judge({"total": "social_orgs", "require": ">= 1"}, rows, rollup=["township", "county"])

    assert [area["key"] for area in found.outcome.areas] == ["210202001", "开发区"]


def test_rows_without_a_code_belong_to_the_jurisdiction(judge: Any) -> None:
    found = judge(OVER, [{"social_orgs": 1}, {"social_orgs": 2}], rollup=["township", "county", "city", "province"])

    areas = [(area["level"], area["key"], area["n_units"]) for area in found.outcome.areas]
    assert areas == [("township", None, 2), ("county", None, 2), ("city", "2102", 2), ("province", "21", 2)]


def test_rows_whose_area_is_not_known_leave_its_verdict_unknown(judge: Any) -> None:
    found = judge(OVER, [{"social_orgs": 1}])

    assert (found.at("township")["status"], found.at("township")["reason"]) == (U, Reason.MISSING_SCOPE)
    assert found.city("status") == U


def test_unknown_areas_come_last(judge: Any) -> None:
    rows = [{"id": 1, "code": None, "social_orgs": 1}, {"id": 2, "code": "210203001001", "social_orgs": 1}]

    found = judge(OVER, rows, key="id")

    assert [area["key"] for area in found.outcome.areas] == ["210203001", None, "2102"]


def test_the_level_of_the_rows_is_told_from_their_codes(judge: Any) -> None:
    found = judge(PLAN, [{"code": "210202", "plan": True}])

    assert found.units("status") == [P]


# Columns, keys and faults of tables. ----------------------------------------------------------------------


@pytest.mark.parametrize("column", ["social_orgs", "社区社会组织数量", "Social organisations", "orgs"])
def test_a_column_goes_by_name_title_or_alias(judge: Any, column: str) -> None:
    assert judge({"each": "social_orgs", "require": ">= 1"}, [{column: 1}]).units("status") == [P]


def test_a_column_goes_by_what_the_caller_says(judge: Any) -> None:
    rows = [{"theirs": 1, "social_orgs": 0, "bm": "210203001001"}]

    found = judge(OVER, rows, columns={"theirs": "social_orgs", "bm": "code"})

    assert found.at("township", "210203001")["status"] is P
    assert found.outcome.units[0]["key"] == "210203001001"


def test_a_key_left_out_of_a_row_is_missing(judge: Any) -> None:
    rows = [{"social_orgs": 1}, {}]

    assert judge({"each": "social_orgs", "require": ">= 1"}, rows).units("status", "key") == [(P, 0), (U, 1)]


@pytest.mark.parametrize(
    ("rows", "words", "concerned"),
    [
        ([{"id": "a"}, {"id": "b"}, {"id": "a"}], "not unique", (0, 2)),
        ([{"id": "a"}, {"id": None}, {"id": " "}], "null", (1, 2)),
        ([{"id": 1}, {"id": float("nan")}, {"id": []}], "null", (1, 2)),
    ],
)
def test_keys_are_unique_and_not_null(judge: Any, rows: Any, words: str, concerned: Any) -> None:
    with pytest.raises(DataError, match=words) as caught:
        judge(OVER, [row | {"social_orgs": 1} for row in rows], key="id")

    assert [(fault.column, fault.rows, fault.count) for fault in caught.value.faults] == [("id", concerned, 2)]


def test_every_fault_of_every_table_is_listed(judge: Any) -> None:
    rows = [{"code": code, "social_orgs": 1} for code in ("210202001001", "210202001001", None)]
    more = {"county": [{"code": "210202"}, {"code": "210202"}]}

    with pytest.raises(DataError) as caught:
        judge(OVER, rows, more=more)

    assert [(fault.table, fault.rows) for fault in caught.value.faults] == [
        ("data", (2,)),
        ("data", (0, 1)),
        ("county", (0, 1)),
    ]


def test_two_rows_for_the_area_of_a_unit_are_refused(judge: Any) -> None:
    more = {"county": [{"id": "a", "code": "210202", "plan": True}, {"id": "b", "code": "210202", "plan": False}]}
    rule = {"each": "social_orgs", "require": ">= 1", "where": {"plan": True}}

    with pytest.raises(DataError, match="several rows are the county '210202'"):
        judge(rule, [{"id": "x", "code": "210202001001", "social_orgs": 1}], more=more, key="id")


def test_a_table_with_no_column_for_any_rule_is_refused(judge: Any) -> None:
    with pytest.raises(DataError, match="no column is an input of here-2023"):
        judge(OVER, [{"kind": "urban", "code": "210202001001", "socialorgs": 1}])


def test_an_empty_table_gives_an_empty_result(judge: Any) -> None:
    found = judge(OVER, [])

    assert (found.outcome.units, found.outcome.areas, found.outcome.findings) == ([], [], [])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"level": "street"}, "no level 'street'"),
        ({"more": {"street": []}}, "no level 'street'"),
        ({"more": {"community": []}}, "`more` brings tables of other levels"),
        ({"rollup": ["street"]}, "no level 'street' to roll up to"),
        ({"key": "nummer"}, "the key column 'nummer' is not in the table"),
        ({"columns": {"theirs": "social_orgs"}}, "`columns` names 'theirs', which no table has"),
        ({"as_of": "yesterday"}, "`as_of` is 'yesterday'"),
    ],
)
def test_options_that_make_no_sense_are_refused(judge: Any, options: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        judge(OVER, ROWS, **options)


def test_a_plan_of_several_years_is_not_evaluated(load: Any) -> None:
    plan = attrs.evolve(load(OVER), year=None)

    with pytest.raises(UsageError, match="a plan of several years"):
        reference.evaluate(ROWS, plan)
