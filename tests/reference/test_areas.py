"""What mean, ratio, share, total, change and `each` say of an area (spec 3)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from commscore._status import Reason, Status

P, F, U, E = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.ERROR
N, K, I = Status.NOTAPPLICABLE, Status.NOTCHECKED, Status.INFORMATIONAL  # noqa: E741 - the standard's letter
MEAN = {"mean": "social_orgs", "require": ">= 10"}
TOTAL = {"total": "social_orgs", "require": ">= 10"}
RATIO = {"ratio": ["part", "whole"], "require": ">= 50%"}
SHARE = {"share": "certified", "require": ">= 85%"}
FACILITIES = {"ratio": ["area", "households"], "per": 100, "require": ">= 30"}


def rows_of(name: str, *cells: Any) -> list[dict[str, Any]]:
    return [{name: cell} for cell in cells]


def pairs_of(first: str, second: str, *cells: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{first: one, second: two} for one, two in cells]


# Everything known. ----------------------------------------------------------------------------------------


def test_1382_70_over_4609_households_is_exactly_30_per_hundred(judge: Any) -> None:
    rows = pairs_of("area", "households", (691.35, 2000), (691.35, 2609))

    found = judge(FACILITIES, rows)

    assert found.city("status", "value", "low", "high", "gap") == (P, 30, 30, 30, None)


def test_a_hundredth_less_is_less_than_30(judge: Any) -> None:
    rows = pairs_of("area", "households", (691.35, 2000), (691.34, 2609))

    assert judge(FACILITIES, rows).city("status", "gap") == (F, Fraction(1, 100))


def test_18_per_ten_thousand_lacks_2_workers(judge: Any) -> None:
    rule = {"ratio": ["workers", "residents"], "per": 10000, "require": ">= 18"}

    found = judge(rule, pairs_of("workers", "residents", (30, 15000), (40, 25000)))

    assert found.city("status", "value", "gap", "attainment") == (F, Fraction(35, 2), 2, Fraction(35, 36))


def test_a_ratio_is_never_the_mean_of_ratios(judge: Any) -> None:
    assert judge(RATIO, pairs_of("part", "whole", (1, 1), (0, 9))).city("value") == Fraction(1, 10)


@pytest.mark.parametrize(("cells", "status", "gap"), [((4, 16), P, None), ((4, 15), F, 1), ((0, 1, 2), F, 27)])
def test_a_mean_is_the_sum_over_the_number_of_units(judge: Any, cells: Any, status: Status, gap: Any) -> None:
    found = judge(MEAN, rows_of("social_orgs", *cells))

    assert found.city("status", "value", "gap") == (status, Fraction(sum(cells), len(cells)), gap)


def test_a_total_is_a_sum(judge: Any) -> None:
    assert judge(TOTAL, rows_of("social_orgs", 4, 5)).city("status", "value", "gap", "attainment") == (
        F,
        9,
        1,
        Fraction(9, 10),
    )


def test_a_change_is_the_end_less_the_start(judge: Any) -> None:
    rule = {"change": "end", "from": "start", "require": ">= 3"}

    assert judge(rule, pairs_of("end", "start", (5, 1), (2, 4))).city("status", "value", "gap") == (F, 2, 1)


def test_a_share_counts_units(judge: Any) -> None:
    found = judge(SHARE, rows_of("certified", *[True] * 84, *[False] * 16))

    assert found.city("status", "value", "gap", "attainment") == (F, Fraction(84, 100), 1, Fraction(84, 85))


def test_99_96_percent_is_not_all(judge: Any) -> None:
    rows = pairs_of("covered", "streets", (1250, 1250), (1249, 1250))

    found = judge({"share": "served", "require": "全覆盖"}, rows, level="township")

    assert found.city("status", "value", "gap") == (F, Fraction(9996, 10000), 1)


def test_units_are_counted_by_their_where(judge: Any) -> None:
    rule = {"total": "units", "where": {"grade": "标杆型"}, "require": ">= 2"}

    found = judge(rule, rows_of("grade", "标杆型", "标杆型", "基础型"))

    assert found.city("status", "value") == (P, 2)
    assert found.units("status", "value") == [(I, 1), (I, 1), (N, None)]


def test_a_requirement_by_scope_gives_a_finding_per_scope(judge: Any) -> None:
    rule = {"mean": "social_orgs", "require": {"urban": "不少于12个", "rural": "不少于6个"}}
    rows = [{"kind": kind, "social_orgs": cell} for kind, cell in (("urban", 12), ("urban", 11), ("rural", 7))]

    found = judge(rule, rows)

    assert found.city("status", "value", "required", scope="urban") == (F, Fraction(23, 2), "≥ 12 个")
    assert found.city("status", "value", scope="rural") == (P, 7)
    assert found.units("scope", "status", "reason", "value") == [
        ("urban", I, Reason.CONTRIBUTION, 12),
        ("urban", I, Reason.CONTRIBUTION, 11),
        ("rural", I, Reason.CONTRIBUTION, 7),
    ]


def test_where_filters_both_sides_of_a_ratio(judge: Any) -> None:
    rows = [{"part": 1, "whole": 1, "certified": True}, {"part": 0, "whole": 9, "certified": False}]

    assert judge({**RATIO, "where": {"certified": True}}, rows).city("value") == 1


# Zero denominators and empty areas. -----------------------------------------------------------------------


def test_0_of_0_has_nothing_to_judge(judge: Any) -> None:
    found = judge(RATIO, pairs_of("part", "whole", (0, 0), (0, 0)))

    assert found.city("status", "reason", "value") == (N, Reason.ZERO_DENOMINATOR, None)


def test_something_of_0_is_unknown(judge: Any) -> None:
    found = judge(FACILITIES, pairs_of("area", "households", (5, 0)))

    assert found.city("status", "reason", "value") == (U, Reason.ZERO_DENOMINATOR, None)


def test_nothing_over_what_may_be_0_is_not_decided(judge: Any) -> None:
    found = judge(FACILITIES, pairs_of("area", "households", (0, 0), (0, None)))

    assert found.city("status", "reason") == (U, Reason.INCOMPLETE_AREA)


def test_an_area_with_no_unit_in_scope_is_not_applicable(judge: Any) -> None:
    rows = [{"social_orgs": 1, "certified": False}, {"social_orgs": None, "certified": False}]

    found = judge({**MEAN, "where": {"certified": True}}, rows)

    assert found.city("status", "reason") == (N, Reason.EMPTY_SCOPE)
    assert found.units("status", "reason") == [(N, Reason.OUT_OF_SCOPE)] * 2


def test_an_area_that_may_be_empty_is_not_decided(judge: Any) -> None:
    rows = [{"social_orgs": 20, "certified": None}, {"social_orgs": 1, "certified": False}]

    found = judge({**MEAN, "where": {"certified": True}}, rows)

    assert found.city("status", "reason") == (U, Reason.INCOMPLETE_AREA)


# Missing and invalid values. ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "cells", "status", "low", "high"),
    [
        (TOTAL, (12, None), P, 12, None),
        (TOTAL, (9, None), U, 9, None),
        ({**TOTAL, "require": "<= 10"}, (9, None), U, 9, None),
        ({**TOTAL, "require": "<= 10"}, (11, None), F, 11, None),
        (MEAN, (30, None), P, 15, None),
        (MEAN, (19, None), U, Fraction(19, 2), None),
        (MEAN, (19, 10, 1), P, 10, 10),
    ],
)
def test_a_missing_count_may_be_anything_from_0(
    judge: Any, rule: Any, cells: Any, status: Status, low: Any, high: Any
) -> None:
    found = judge(rule, rows_of("social_orgs", *cells))

    assert found.city("status", "low", "high") == (status, low, high)


def test_a_mean_with_one_blank_is_unknown_unless_the_blank_cannot_matter(judge: Any) -> None:
    rule = {"mean": "capped", "require": ">= 5"}

    assert judge(rule, rows_of("capped", 4, 4, None)).city("status", "reason", "low", "high") == (
        U,
        Reason.INCOMPLETE_AREA,
        Fraction(8, 3),
        6,
    )
    assert judge(rule, rows_of("capped", 8, 7, None)).city("status", "value") == (P, None)
    assert judge(rule, rows_of("capped", 1, 1, None)).city("status", "value") == (F, None)


def test_without_any_value_an_area_is_unknown(judge: Any) -> None:
    found = judge({**TOTAL, "require": ">= 0"}, rows_of("social_orgs", None, None))

    assert found.city("status", "reason", "low") == (U, Reason.MISSING_VALUE, None)


def test_what_invalid_values_alone_leave_open_is_an_error(judge: Any) -> None:
    assert judge(TOTAL, rows_of("social_orgs", 9, -1)).city("status", "reason") == (E, Reason.INVALID_VALUE)
    assert judge(TOTAL, rows_of("social_orgs", 9, -1, None)).city("status", "reason") == (U, Reason.INCOMPLETE_AREA)
    assert judge(TOTAL, rows_of("social_orgs", 10, -1)).city("status", "reason") == (P, None)
    assert judge(TOTAL, rows_of("social_orgs", -1, "x")).city("status", "reason") == (E, Reason.INVALID_VALUE)
    assert judge(TOTAL, rows_of("social_orgs", -1, None)).city("status", "reason") == (U, Reason.MISSING_VALUE)


def test_a_known_whole_bounds_its_missing_part(judge: Any) -> None:
    rule = {"total": "part", "require": "<= 10"}

    assert judge(rule, pairs_of("part", "whole", (4, 9), (None, 6))).city("status", "low", "high") == (P, 4, 10)


@pytest.mark.parametrize(
    ("cells", "status", "low", "high"),
    [
        (((5, 10), (None, 10)), U, Fraction(5, 20), Fraction(15, 20)),
        (((10, 10), (None, 10)), P, Fraction(1, 2), 1),
        (((5, 10), (9, None)), U, 0, Fraction(14, 19)),
        (((5, 10), (None, None)), U, 0, 1),
        (((5, 10), (9, -1)), E, 0, Fraction(14, 19)),
    ],
)
def test_a_ratio_of_a_part_lies_between_its_extremes(
    judge: Any, cells: Any, status: Status, low: Any, high: Any
) -> None:
    found = judge(RATIO, pairs_of("part", "whole", *cells))

    assert found.city("status", "low", "high") == (status, low, high)


def test_a_ratio_of_unrelated_inputs_may_grow_without_end(judge: Any) -> None:
    found = judge(FACILITIES, pairs_of("area", "households", (40, 100), (None, 10)))

    assert found.city("status", "low", "high") == (P, Fraction(4000, 110), None)


def test_a_unit_whose_scope_is_missing_may_be_in_or_out(judge: Any) -> None:
    rule = {"mean": "social_orgs", "require": ">= 10", "where": {"certified": True}}
    rows = [{"social_orgs": 12, "certified": True}, {"social_orgs": 9, "certified": None}]

    assert judge(rule, rows).city("status", "low", "high") == (P, Fraction(21, 2), 12)
    rows.append({"social_orgs": 0, "certified": None})
    assert judge(rule, rows).city("status", "reason", "low", "high") == (U, Reason.INCOMPLETE_AREA, 6, 12)


@pytest.mark.parametrize(
    ("cells", "status", "low", "high"),
    [
        ((True, True, True, None), U, Fraction(3, 4), 1),
        ((*[True] * 9, None), P, Fraction(9, 10), 1),
        ((True, False, None), F, Fraction(1, 3), Fraction(2, 3)),
        ((True, True, "x"), E, Fraction(2, 3), 1),
    ],
)
def test_a_share_with_blanks_lies_between_none_and_all_of_them(
    judge: Any, cells: Any, status: Status, low: Any, high: Any
) -> None:
    assert judge(SHARE, rows_of("certified", *cells)).city("status", "low", "high") == (status, low, high)


def test_the_first_missing_start_leaves_a_change_without_a_lower_end(judge: Any) -> None:
    rule = {"change": "end", "from": "start", "require": ">= 3"}

    found = judge(rule, pairs_of("end", "start", (9, 1), (5, None)))

    assert found.city("status", "low", "high") == (U, None, 13)


# Shares of conditions. ------------------------------------------------------------------------------------


def test_a_share_may_nest_an_each(judge: Any) -> None:
    rule = {"share": {"each": "social_orgs", "require": ">= 3"}, "require": ">= 50%"}

    found = judge(rule, rows_of("social_orgs", 3, 2, 9, None))

    assert found.city("status", "value", "low", "high") == (P, None, Fraction(1, 2), Fraction(3, 4))
    assert found.units("value") == [1, 0, 1, None]


def test_a_share_leaves_out_units_to_which_its_condition_does_not_apply(judge: Any) -> None:
    rule = {"share": {"each": {"ratio": ["part", "whole"]}, "require": ">= 50%"}, "require": ">= 100%"}

    found = judge(rule, pairs_of("part", "whole", (5, 10), (0, 0)))

    assert found.city("status", "value") == (P, 1)


def test_a_share_whose_condition_applies_nowhere_is_not_applicable(judge: Any) -> None:
    rule = {"share": {"each": {"ratio": ["part", "whole"]}, "require": ">= 50%"}, "require": ">= 100%"}

    assert judge(rule, pairs_of("part", "whole", (0, 0))).city("status") == N


def test_a_condition_with_its_own_where_leaves_units_out(judge: Any) -> None:
    condition = {"each": "social_orgs", "require": ">= 3", "where": {"certified": True}}
    rows = [
        {"social_orgs": 3, "certified": True},
        {"social_orgs": 0, "certified": False},
        {"social_orgs": 3, "certified": None},
        {"social_orgs": 0, "certified": None},
    ]

    found = judge({"share": condition, "require": ">= 50%"}, rows)

    assert found.city("status", "low", "high") == (P, Fraction(1, 2), 1)


def test_a_condition_by_scope_is_picked_by_the_unit_s_kind(judge: Any) -> None:
    condition = {"each": "social_orgs", "require": {"urban": ">= 10", "rural": ">= 3"}}
    rows = [{"kind": kind, "social_orgs": 5} for kind in ("urban", "rural")]

    assert judge({"share": condition, "require": ">= 50%"}, rows).city("status", "value") == (P, Fraction(1, 2))


def test_a_share_of_a_compound(judge: Any) -> None:
    rows = pairs_of("certified", "social_orgs", (True, 1), (True, 0), (False, None), (True, None))

    found = judge(
        {"share": {"all": ["certified", {"each": "social_orgs", "require": ">= 1"}]}, "require": ">= 50%"}, rows
    )

    assert found.city("status", "low", "high") == (U, Fraction(1, 4), Fraction(1, 2))


def test_a_share_of_areas_counts_them(judge: Any) -> None:
    condition = {"total": "social_orgs", "over": "county", "require": ">= 10"}
    codes = ("210202001001", "210202002001", "210203001001", "210204001001")
    rows = [{"code": code, "social_orgs": cell} for code, cell in zip(codes, (4, 6, 9, None), strict=True)]

    found = judge({"share": condition, "require": ">= 50%"}, rows, rollup=["county", "city"])

    assert found.city("status", "low", "high") == (U, Fraction(1, 3), Fraction(2, 3))
    assert [found.at("county", key)["value"] for key in ("210202", "210203", "210204")] == [1, 0, None]
    assert found.units("status", "reason") == [(K, Reason.OTHER_LEVEL)] * 4


def test_two_counts_stand_in_for_a_flag(judge: Any) -> None:
    rule = {"share": "served", "require": ">= 60%"}
    rows = [{"code": "210202001", "covered": 3, "streets": 5}, {"code": "210202002", "covered": 2, "streets": 5}]

    found = judge(rule, rows, level="township")

    assert found.city("status", "value", "gap") == (F, Fraction(1, 2), 1)


# Relative requirements and compounds of areas. ------------------------------------------------------------


def test_a_total_may_be_asked_to_reach_another(judge: Any) -> None:
    rule = {"total": "workers", "require": ">= 2 × posts"}

    found = judge(rule, pairs_of("workers", "posts", (5, 3), (6, 3)))

    assert found.city("status", "value", "gap", "attainment", "required") == (F, 11, 1, Fraction(11, 12), "≥ 2 × posts")


def test_a_relative_requirement_is_decided_unit_by_unit(judge: Any) -> None:
    rule = {"total": "part", "require": "<= whole"}

    found = judge(rule, pairs_of("part", "whole", (5, 6), (None, 3)))

    assert found.city("status", "low", "high") == (P, 5, 8)


def test_a_reference_may_come_from_a_table_of_its_own(judge: Any) -> None:
    rule = {"total": "bases", "require": ">= 100% of counties"}
    more = {"county": [{"code": "210202", "bases": 1}, {"code": "210203", "bases": 2}], "city": [{"counties": 4}]}

    found = judge(rule, [{"code": "210202001001"}], more=more)

    assert found.city("status", "value", "gap", "attainment") == (F, 3, 1, Fraction(3, 4))


def test_sums_combine_at_their_area(judge: Any) -> None:
    rule = {"all": [TOTAL, {"ratio": ["part", "whole"], "require": ">= 50%"}]}
    rows = [{"social_orgs": 5, "part": 1, "whole": 2}, {"social_orgs": 5, "part": 0, "whole": 1}]

    found = judge(rule, rows)

    assert found.city("status", "attainment", "gap", "value") == (F, Fraction(2, 3), None, None)
    assert found.units("status", "reason") == [(I, Reason.CONTRIBUTION)] * 2


def test_a_part_of_sums_without_a_column_counts_as_unknown(judge: Any) -> None:
    rule = {"any": [TOTAL, {"ratio": ["part", "whole"], "require": ">= 50%"}]}

    assert judge(rule, rows_of("social_orgs", 9)).city("status", "reason") == (U, Reason.MISSING_COLUMN)
    assert judge(rule, rows_of("social_orgs", 10)).city("status", "reason") == (P, None)


# Each, over an area. --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((10, 11), (P, None, 1, None)),
        ((10, 9, None, -1), (F, None, Fraction(1, 4), 1)),
        ((10, None), (U, Reason.INCOMPLETE_AREA, Fraction(1, 2), None)),
        ((10, -1), (E, Reason.INVALID_VALUE, Fraction(1, 2), None)),
        ((None, None), (U, Reason.MISSING_VALUE, 0, None)),
    ],
)
def test_one_failing_unit_fails_an_each_whatever_the_blanks_are(judge: Any, cells: Any, expected: Any) -> None:
    found = judge({"each": "social_orgs", "require": ">= 10"}, rows_of("social_orgs", *cells))

    assert found.city("status", "reason", "value", "gap") == expected


def test_an_each_by_scope_gives_an_area_one_finding_per_scope(judge: Any) -> None:
    rule = {"each": "social_orgs", "require": {"urban": ">= 10", "rural": ">= 3"}}
    rows = [{"kind": kind, "social_orgs": 5} for kind in ("urban", "rural", None)]

    found = judge(rule, rows)

    assert found.city("status", "low", "high", scope="urban") == (F, 0, Fraction(1, 2))
    assert found.city("status", "reason", scope="rural") == (U, Reason.INCOMPLETE_AREA)


def test_an_each_of_nobody_is_not_applicable(judge: Any) -> None:
    rule = {"each": "social_orgs", "require": ">= 10", "where": {"certified": True}}

    found = judge(rule, [{"social_orgs": 1, "certified": False}])

    assert found.city("status", "reason", "value") == (N, Reason.EMPTY_SCOPE, None)


def test_an_informational_each_shows_no_verdict(judge: Any) -> None:
    found = judge({"each": "social_orgs", "force": "informational"}, rows_of("social_orgs", 1, 2))

    assert found.city("status", "reason", "outlook", "value") == (I, Reason.INFORMATIONAL, None, None)


@pytest.mark.parametrize(("cells", "outlook", "value"), [((1, 2), None, 3), ((1, None), U, None), ((1, -1), E, None)])
def test_a_total_without_a_requirement_shows_its_value(judge: Any, cells: Any, outlook: Any, value: Any) -> None:
    found = judge({"total": "social_orgs", "force": "informational"}, rows_of("social_orgs", *cells))

    assert found.city("status", "outlook", "value") == (I, outlook, value)


def test_a_total_that_is_not_due_has_an_outlook(judge: Any) -> None:
    found = judge({**TOTAL, "due": "2024-12-31"}, rows_of("social_orgs", 1, 2))

    assert found.city("status", "reason", "outlook", "gap") == (I, Reason.NOT_DUE, F, 7)
