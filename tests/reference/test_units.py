"""What `each` and compounds say of one unit (spec 2, 3 and 4)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest

from commscore import reference
from commscore._status import Reason, Status

P, F, U, E = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.ERROR
N, K, I = Status.NOTAPPLICABLE, Status.NOTCHECKED, Status.INFORMATIONAL  # noqa: E741 - the standard's letter
ORGS = {"each": "social_orgs", "require": ">= 10"}
BY_KIND = {"each": "social_orgs", "require": {"urban": ">= 10", "rural": ">= 3"}}
RATIO = {"each": {"ratio": ["part", "whole"]}, "require": ">= 95%"}


@pytest.mark.parametrize(
    ("require", "statuses"),
    [
        (">= 30", "FPP"),
        ("> 30", "FFP"),
        ("<= 30", "PPF"),
        ("< 30", "PFF"),
        ("30..31", "FPP"),
        ("29..30", "PPF"),
        ("== 30", "FPF"),
        ("不少于30个", "FPP"),
        ("超过30个", "FFP"),
        ("30个以下", "PPF"),
        ("不满30个", "PFF"),
        ("30个左右 ± 1", "PPP"),
    ],
)
def test_boundary_is_in_or_out_as_the_comparator_says(judge: Any, require: str, statuses: str) -> None:
    rows = [{"social_orgs": value} for value in (29, 30, 31)]

    found = judge({"each": "social_orgs", "require": require, "note": "测试"}, rows).units("status")

    assert "".join(status[0].upper() for status in found) == statuses


@pytest.mark.parametrize(
    ("tolerance", "inside", "outside"), [("± 10%", (90, 110), (89, 111)), ("± 5", (95, 105), (94, 106))]
)
def test_about_includes_both_ends_of_its_tolerance(judge: Any, tolerance: str, inside: Any, outside: Any) -> None:
    rows = [{"social_orgs": value} for value in (*inside, *outside)]

    assert judge({"each": "social_orgs", "require": f"100个左右 {tolerance}"}, rows).units("status") == [P, P, F, F]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (10, (P, None)),
        (9, (F, None)),
        (None, (U, Reason.MISSING_VALUE)),
        ("", (U, Reason.MISSING_VALUE)),
        (-1, (E, Reason.INVALID_VALUE)),
        (float("nan"), (E, Reason.INVALID_VALUE)),
        (float("inf"), (E, Reason.INVALID_VALUE)),
        (9.5, (E, Reason.INVALID_VALUE)),
        ("ten", (E, Reason.INVALID_VALUE)),
    ],
    ids=repr,
)
def test_missing_is_unknown_and_impossible_is_error(judge: Any, cell: Any, expected: Any) -> None:
    assert judge(ORGS, [{"social_orgs": cell}]).units("status", "reason") == [expected]


def test_a_part_greater_than_its_whole_is_an_error_of_the_part(judge: Any) -> None:
    rules = [{"each": "part", "require": ">= 1"}, {"id": "whole", "each": "whole", "require": ">= 1"}]

    found = judge(rules, [{"part": 6, "whole": 5}, {"part": 6, "whole": None}, {"part": 6, "whole": -1}])

    assert found.units("status") == [E, P, P]
    assert found.units("status", rule="whole") == [P, U, E]


def test_a_column_that_is_not_there_is_not_checked(judge: Any) -> None:
    found = judge([ORGS, {"id": "other", "each": "posts", "require": ">= 1"}], [{"posts": 1}])

    assert found.units("status", "reason") == [(K, Reason.MISSING_COLUMN)]


def test_a_ruleset_may_switch_a_rule_off(load: Any) -> None:
    loaded = load(ORGS)
    tailored = attrs.evolve(loaded, rules=(attrs.evolve(loaded.rules[0], selected=False),))
    found = reference.evaluate([{"social_orgs": 1}], tailored)

    assert [(one["status"], one["reason"]) for one in found.findings] == [(Status.NOTSELECTED, Reason.TAILORED)] * 2
    assert found.units[0]["score"] is None


# Ratios within a unit. ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"part": 95, "whole": 100}, (P, None, Fraction(95, 100))),
        ({"part": 94, "whole": 100}, (F, None, Fraction(94, 100))),
        ({"part": 0, "whole": 0}, (N, Reason.ZERO_DENOMINATOR, None)),
        ({"part": None, "whole": 0}, (U, Reason.MISSING_VALUE, None)),
        ({"part": 1, "whole": None}, (U, Reason.MISSING_VALUE, None)),
        ({"part": "x", "whole": None}, (E, Reason.INVALID_VALUE, None)),
    ],
    ids=repr,
)
def test_ratio_in_a_unit(judge: Any, row: Any, expected: Any) -> None:
    assert judge(RATIO, [row]).units("status", "reason", "value") == [expected]


def test_something_over_nothing_is_unknown(judge: Any) -> None:
    rule = {"each": {"ratio": ["area", "households"], "per": 100}, "require": ">= 30"}

    assert judge(rule, [{"area": 3, "households": 0}]).units("status", "reason") == [(U, Reason.ZERO_DENOMINATOR)]


def test_per_is_a_factor(judge: Any) -> None:
    rule = {"each": {"ratio": ["area", "households"], "per": 100}, "require": ">= 30"}
    rows = [{"area": "1382.70", "households": 4609}, {"area": "1382.6999", "households": 4609}]

    assert judge(rule, rows).units("status", "value") == [(P, 30), (F, Fraction(13826999, 460900))]


# Kinds and filters. ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"kind": "urban", "social_orgs": 9}, (F, None, "urban", "≥ 10")),
        ({"kind": "农村", "social_orgs": 9}, (P, None, "rural", "≥ 3")),
        ({"kind": 220, "social_orgs": 2}, (F, None, "rural", "≥ 3")),
        ({"kind": None, "social_orgs": 99}, (U, Reason.MISSING_SCOPE, None, None)),
        ({"kind": "镇", "social_orgs": 99}, (E, Reason.INVALID_VALUE, None, None)),
        ({"kind": "镇", "social_orgs": None}, (E, Reason.INVALID_VALUE, None, None)),
    ],
    ids=repr,
)
def test_own_kind_picks_the_requirement(judge: Any, row: Any, expected: Any) -> None:
    assert judge(BY_KIND, [row]).units("status", "reason", "scope", "required") == [expected]


def test_without_kind_a_rule_by_scope_is_not_checked(judge: Any) -> None:
    found = judge(BY_KIND, [{"social_orgs": 9}])

    assert found.units("status", "reason", "scope") == [(K, Reason.MISSING_COLUMN, None)]


def test_a_kind_without_a_requirement_is_out_of_scope(judge: Any) -> None:
    found = judge({"each": "social_orgs", "require": {"rural": ">= 3"}}, [{"kind": "urban", "social_orgs": 1}])

    assert found.units("status", "reason", "scope") == [(N, Reason.OUT_OF_SCOPE, "urban")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"kind": "urban", "certified": True, "social_orgs": 9}, (F, None)),
        ({"kind": "rural", "certified": None, "social_orgs": 9}, (N, Reason.OUT_OF_SCOPE)),
        ({"kind": "x", "certified": False, "social_orgs": 9}, (N, Reason.OUT_OF_SCOPE)),
        ({"kind": "x", "certified": None, "social_orgs": 9}, (E, Reason.INVALID_VALUE)),
        ({"kind": "urban", "certified": None, "social_orgs": "x"}, (U, Reason.MISSING_SCOPE)),
    ],
    ids=repr,
)
def test_all_keys_of_a_where_must_hold(judge: Any, row: Any, expected: Any) -> None:
    rule = {**ORGS, "where": {"kind": "urban", "certified": True}}

    assert judge(rule, [row]).units("status", "reason") == [expected]


def test_where_may_ask_for_categories_numbers_and_places(judge: Any) -> None:
    rule = {**ORGS, "where": {"grade": ["成长型", "标杆型"], "halls": ">= 2", "county": ["210202", "210203"]}}
    good = {"social_orgs": 10, "grade": "标杆型", "halls": 2, "code": "210202001001"}
    rows = [
        good,
        {**good, "grade": "基础型", "code": "210202001002"},
        {**good, "halls": 1, "code": "210202001003"},
        {**good, "code": "210204001001"},
        {**good, "grade": "高", "code": "210202001004"},
    ]

    assert judge(rule, rows).units("status") == [P, N, N, N, E]


def test_a_where_without_its_column_is_not_checked(judge: Any) -> None:
    found = judge({**ORGS, "where": {"certified": True}}, [{"social_orgs": 10}])

    assert found.units("status", "reason") == [(K, Reason.MISSING_COLUMN)]


# Relative requirements. -----------------------------------------------------------------------------------


def test_a_requirement_may_be_relative_to_the_unit_s_own_value(judge: Any) -> None:
    rows = [{"workers": 6, "posts": 3}, {"workers": 5, "posts": 3}, {"workers": 5, "posts": None}]

    found = judge({"each": "workers", "require": ">= 2 × posts"}, rows)

    assert found.units("status", "gap", "attainment") == [(P, None, 1), (F, 1, Fraction(5, 6)), (U, None, None)]


def test_a_coarser_reference_is_that_of_the_area_the_unit_lies_in(judge: Any) -> None:
    rows = [{"code": f"2102{county}001001", "wage": 4000} for county in ("02", "03", "04", "05")]
    more = {
        "county": [
            {"code": "210202", "local_wage": 4000},
            {"code": "210203", "local_wage": "4000.01"},
            {"code": "210204"},
        ]
    }

    found = judge({"each": "wage", "require": ">= local_wage"}, rows, more=more)

    assert found.units("status", "reason") == [
        (P, None),
        (F, None),
        (U, Reason.MISSING_VALUE),
        (U, Reason.MISSING_VALUE),
    ]


def test_a_whole_is_reached_only_by_all_of_it(judge: Any) -> None:
    rows = [{"percentage": value} for value in (100, 99.96, "99.9999999")]

    assert judge({"each": "percentage", "require": "全覆盖"}, rows).units("status") == [P, F, F]


# Compounds. -----------------------------------------------------------------------------------------------


def parts_of(*cells: Any) -> dict[str, Any]:
    return dict(zip(("social_orgs", "halls", "posts"), cells, strict=True))


PARTS = [{"each": name, "require": ">= 1"} for name in ("social_orgs", "halls", "posts")]


@pytest.mark.parametrize(
    ("compound", "row", "expected"),
    [
        ("all", parts_of(1, 1, 1), (P, None)),
        ("all", parts_of(1, None, 0), (F, None)),
        ("all", parts_of(1, None, 1), (U, Reason.MISSING_VALUE)),
        ("all", parts_of(1, "x", 1), (E, Reason.INVALID_VALUE)),
        ("all", parts_of("x", None, 1), (U, Reason.MISSING_VALUE)),
        ("any", parts_of(0, None, 1), (P, None)),
        ("any", parts_of(0, None, 0), (U, Reason.MISSING_VALUE)),
        ("any", parts_of(0, 0, 0), (F, None)),
        ("two", parts_of(1, 1, None), (P, None)),
        ("two", parts_of(1, 0, None), (U, Reason.MISSING_VALUE)),
        ("two", parts_of(0, 0, None), (F, None)),
        ("two", parts_of(1, 0, "x"), (E, Reason.INVALID_VALUE)),
        ("two", parts_of("x", 1, None), (U, Reason.MISSING_VALUE)),
    ],
    ids=repr,
)
def test_parts_combine_inside_the_unit(judge: Any, compound: str, row: Any, expected: Any) -> None:
    rule = {"atleast": {"n": 2, "of": PARTS}} if compound == "two" else {compound: PARTS}

    assert judge(rule, [row]).units("status", "reason") == [expected]


def test_a_part_without_a_column_counts_as_unknown(judge: Any) -> None:
    row = {"social_orgs": 1, "halls": 1}

    assert judge({"all": PARTS}, [row]).units("status", "reason") == [(U, Reason.MISSING_COLUMN)]
    assert judge({"any": PARTS}, [row]).units("status", "reason") == [(P, None)]
    assert judge({"atleast": {"n": 2, "of": PARTS}}, [row]).units("status", "reason") == [(P, None)]


def test_only_when_no_part_can_be_checked_is_the_compound_not_checked(judge: Any) -> None:
    found = judge([{"all": PARTS}, {**ORGS, "id": "x", "each": "workers"}], [{"workers": 1}])

    assert found.units("status", "reason") == [(K, Reason.MISSING_COLUMN)]


def test_a_part_out_of_scope_is_neutral(judge: Any) -> None:
    parts = [{"each": "social_orgs", "require": ">= 1", "where": {"kind": "urban"}}, "certified"]
    rows = [{"kind": "rural", "social_orgs": 0, "certified": value} for value in (True, False)]

    assert judge({"all": parts}, rows).units("status") == [P, F]


def test_atleast_counts_what_could_still_pass(judge: Any) -> None:
    parts = [{"each": "social_orgs", "require": ">= 1", "where": {"kind": "urban"}}, "certified"]
    row = {"kind": "rural", "social_orgs": 9, "certified": True}

    assert judge({"atleast": {"n": 2, "of": parts}}, [row]).units("status") == [F]


def test_compounds_nest(judge: Any) -> None:
    rule = {"any": ["certified", {"all": [PARTS[0], PARTS[1]]}]}
    rows = [
        {"certified": False, "social_orgs": 1, "halls": 1},
        {"certified": False, "social_orgs": 1, "halls": None},
        {"certified": True, "social_orgs": None, "halls": None},
    ]

    assert judge(rule, rows).units("status") == [P, U, P]


@pytest.mark.parametrize(
    ("compound", "credit"), [("all", Fraction(1, 4)), ("any", Fraction(3, 4)), ("two", Fraction(1, 2))]
)
def test_credit_of_a_compound(judge: Any, compound: str, credit: Fraction) -> None:
    parts = [{"each": name, "require": ">= 4"} for name in ("social_orgs", "halls", "posts")]
    rule = {"atleast": {"n": 2, "of": parts}} if compound == "two" else {compound: parts}

    assert judge(rule, [parts_of(1, 2, 3)]).units("status", "attainment", "gap") == [(F, credit, None)]


# Prices. --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("require", "value", "gap", "attainment"),
    [
        (">= 10", 7, 3, Fraction(7, 10)),
        ("> 10", 10, 1, 1),
        ("<= 10", 14, 4, Fraction(10, 14)),
        ("< 10", 10, 1, 1),
        ("10..12", 7, 3, Fraction(7, 10)),
        ("10..12", 15, 3, Fraction(12, 15)),
        ("== 10", 4, 6, Fraction(4, 10)),
        ("== 10", 40, 30, Fraction(1, 4)),
        ("<= 0", 4, 4, 0),
        (">= 10", 20, None, 2),
        ("<= 10", 5, None, 2),
        ("10..12", 11, None, 1),
        ("<= 10", 0, None, 1),
        (">= 0", 3, None, 1),
    ],
)
def test_gap_and_attainment(judge: Any, require: str, value: int, gap: Any, attainment: Any) -> None:
    found = judge({"each": "social_orgs", "require": require}, [{"social_orgs": value}])

    assert found.units("gap", "attainment") == [(gap, attainment)]


def test_gap_of_a_ratio_is_of_its_numerator(judge: Any) -> None:
    rule = {"each": {"ratio": ["workers", "residents"], "per": 10000}, "require": ">= 18"}

    found = judge(rule, [{"workers": 70, "residents": 40000}])

    assert found.units("status", "value", "gap", "attainment") == [(F, Fraction(35, 2), 2, Fraction(35, 36))]


def test_gap_is_a_step_at_the_places_of_the_input(judge: Any) -> None:
    assert judge({"each": "area", "require": "> 400"}, [{"area": 400}]).units("gap") == [Fraction(1, 10000)]


def test_a_flag_has_no_credit_in_between(judge: Any) -> None:
    found = judge({"each": "certified", "require": "== true"}, [{"certified": True}, {"certified": False}])

    assert found.units("status", "attainment", "gap", "required") == [(P, 1, None, "true"), (F, 0, 1, "true")]


# Due and force. -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (12, (I, Reason.NOT_DUE, P)),
        (9, (I, Reason.NOT_DUE, F)),
        (None, (I, Reason.NOT_DUE, U)),
        (-1, (I, Reason.NOT_DUE, E)),
    ],
)
def test_what_is_not_due_is_shown_with_its_outlook(judge: Any, cell: Any, expected: Any) -> None:
    found = judge({**ORGS, "due": "2025-12-31"}, [{"social_orgs": cell}])

    assert found.units("status", "reason", "outlook") == [expected]
    assert found.outcome.units[0]["score"] is None


def test_what_is_not_due_shows_value_and_gap(judge: Any) -> None:
    found = judge({**ORGS, "due": "2025-12-31"}, [{"social_orgs": 9}])

    assert found.units("value", "gap", "attainment", "gain") == [(9, 1, Fraction(9, 10), None)]


@pytest.mark.parametrize(("as_of", "status"), [(None, F), ("2023-12-31", F), ("2023-12-30", I), ("2024-01-01", F)])
def test_a_rule_is_in_force_once_due(judge: Any, as_of: str | None, status: Status) -> None:
    assert judge({**ORGS, "due": "2023-12-31"}, [{"social_orgs": 9}], as_of=as_of).units("status") == [status]


def test_an_informational_rule_is_never_scored(judge: Any) -> None:
    found = judge({**ORGS, "force": "informational", "due": "2025-12-31"}, [{"social_orgs": 9}])

    assert found.units("status", "reason", "outlook") == [(I, Reason.INFORMATIONAL, F)]


def test_an_informational_rule_may_lack_a_requirement(judge: Any) -> None:
    rows = [{"social_orgs": 9}, {"social_orgs": None}, {"social_orgs": -1}]

    found = judge({"each": "social_orgs", "force": "informational"}, rows)

    assert found.units("status", "outlook", "value") == [(I, None, 9), (I, U, None), (I, E, None)]


def test_out_of_scope_stays_so_when_not_due(judge: Any) -> None:
    rule = {**ORGS, "due": "2025-12-31", "where": {"certified": True}}

    assert judge(rule, [{"social_orgs": 9, "certified": False}]).units("status", "outlook") == [(N, None)]


def test_expected_is_scored_like_binding(judge: Any) -> None:
    assert judge({**ORGS, "force": "expected"}, [{"social_orgs": 9}]).outcome.units[0]["score"] == 0
