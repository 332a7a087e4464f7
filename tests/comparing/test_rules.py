"""What one rule asks, held against another."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from commscore._comparing import Aspect, Comparison

Compared = Callable[[str, str], Comparison]


def relation(found: Comparison) -> str:
    return str(found.relation)


def only(found: Comparison) -> Aspect:
    (aspect,) = found.aspects
    return aspect


@pytest.mark.parametrize(
    ("form", "parent", "child", "expected", "value"),
    [
        ("mean: area", ">= 25", "> 25", "stricter", "25"),
        ("mean: area", "> 25", ">= 25", "laxer", "25"),
        ("each: orgs", ">= 10", ">= 12", "stricter", "10"),
        ("each: orgs", ">= 10", "> 10", "stricter", "10"),
        ("each: orgs", "<= 10", "<= 8", "stricter", "10"),
        ("each: orgs", "< 10", "<= 10", "laxer", "10"),
        ("each: area", ">= 10", "> 10", "stricter", "10"),
        ("each: orgs", ">= 10", "10..15", "stricter", "16"),
        ("each: orgs", "10..15", "12..14", "stricter", "10"),
        ("each: orgs", "== 3", ">= 3", "laxer", "4"),
        ("total: orgs", "100 左右 ± 10", "90..110", "equal", None),
        ("mean: area", "> 10", "> 12", "stricter", "12"),
        ("mean: area", "> 10", ">= 10.5", "stricter", "10.1"),
        ("share: has_list", '">= 80%"', '">= 85%"', "stricter", "0.8"),
        ("share: has_list", '"> 80%"', '">= 85%"', "stricter", "0.81"),
        ("share: has_list", "全覆盖", '">= 100%"', "equal", None),
        ("each: signed", '">= 46%"', '"> 46%"', "stricter", "0.46"),
        ("ratio: [homes, orgs]", "<= 20%", "< 20%", "stricter", "0.2"),
    ],
)
def test_requirements_are_compared_as_sets(
    form: str, parent: str, child: str, expected: str, value: str | None, compared: Compared
) -> None:
    quoted = [text if text.startswith('"') else f'"{text}"' for text in (parent, child)]

    found = compared(*(f"{form}\nrequire: {text}" for text in quoted))

    assert relation(found) == expected
    assert [witness.value for aspect in found.aspects for witness in aspect.witnesses] == (
        [] if value is None else [Fraction(value)]
    )


def test_more_than_24_of_something_counted_is_at_least_25(compared: Compared) -> None:
    assert relation(compared('each: orgs\nrequire: "> 24"', 'each: orgs\nrequire: ">= 25"')) == "equal"


def test_more_than_24_of_something_measured_is_less_than_at_least_25(compared: Compared) -> None:
    found = compared('each: area\nrequire: "> 24"', 'each: area\nrequire: ">= 25"')

    assert relation(found) == "stricter"
    assert only(found).witnesses[0].value == Fraction("24.0001")


def test_ranges_that_overlap_are_incomparable_with_a_witness_for_each_side(compared: Compared) -> None:
    found = compared("each: orgs\nrequire: 10..15", "each: orgs\nrequire: 12..20")

    assert relation(found) == "incomparable"
    assert [(witness.value, witness.passes) for witness in only(found).witnesses] == [(10, "parent"), (20, "child")]


def test_a_bound_that_no_value_can_pass_asks_nothing(compared: Compared) -> None:
    assert relation(compared("each: signed\nrequire: 20%以上", "each: signed\nrequire: 20%—100%")) == "equal"
    assert relation(compared('ratio: [rooms, area]\nrequire: ">= 60%"', "ratio: [rooms, area]\nrequire: 60%—100%")) == (
        "equal"
    )


def test_per_is_only_another_way_to_write_the_figure(compared: Compared) -> None:
    per_100 = 'ratio: [area, homes]\nper: 100\nrequire: ">= 30"'

    assert relation(compared('ratio: [area, homes]\nper: 1000\nrequire: ">= 300"', per_100)) == "equal"
    found = compared('ratio: [area, homes]\nper: 1000\nrequire: ">= 250"', per_100)
    assert relation(found) == "stricter"
    assert only(found).witnesses[0].value == 25


def test_scopes_are_compared_one_by_one(compared: Compared) -> None:
    found = compared(
        "mean: orgs\nrequire: {urban: 不少于12个, rural: 不少于5个}",
        "mean: orgs\nrequire: {urban: 不少于12个, rural: 不少于3个}",
    )

    assert relation(found) == "laxer"
    assert (only(found).scope, only(found).parent, only(found).child) == ("rural", "≥ 5 个", "≥ 3 个")
    assert (only(found).witnesses[0].value, only(found).witnesses[0].passes) == (3, "child")


def test_a_scope_less_is_laxer_and_one_more_is_stricter(compared: Compared) -> None:
    both, urban = "each: orgs\nrequire: {urban: 不少于5个, rural: 不少于3个}", "each: orgs\nrequire: {urban: 不少于5个}"

    assert relation(compared(both, urban)) == "laxer"
    assert relation(compared(urban, both)) == "stricter"


def test_every_unit_is_every_urban_and_every_rural_one(compared: Compared) -> None:
    everyone, apart = "each: orgs\nrequire: 不少于3个", "each: orgs\nrequire: {urban: 不少于3个, rural: 不少于3个}"

    assert relation(compared(everyone, apart)) == "equal"
    assert relation(compared(everyone, "each: orgs\nrequire: {urban: 不少于3个}")) == "laxer"
    assert relation(
        compared("each: orgs\nwhere: {kind: urban}\nrequire: 不少于3个", "each: orgs\nrequire: {urban: 不少于3个}")
    ) == ("equal")


def test_a_mean_that_urban_and_rural_units_meet_apart_they_meet_together(compared: Compared) -> None:
    together, apart = "mean: orgs\nrequire: 不少于3个", "mean: orgs\nrequire: {urban: 不少于3个, rural: 不少于3个}"

    assert relation(compared(together, apart)) == "stricter"
    assert relation(compared(apart, together)) == "laxer"
    assert relation(compared(together, "mean: orgs\nrequire: {urban: 不少于3个}")) == "incomparable"


def test_all_of_them_is_all_of_the_urban_and_all_of_the_rural_ones(compared: Compared) -> None:
    apart = 'share: has_list\nrequire: {urban: 全覆盖, rural: ">= 80%"}'

    found = compared(apart, "share: has_list\nrequire: 全覆盖")

    assert relation(found) == "stricter"
    assert (only(found).scope, only(found).witnesses[0].value) == ("rural", Fraction(4, 5))
    assert relation(compared(apart, 'share: has_list\nrequire: ">= 90%"')) == "incomparable"
    assert relation(compared("share: has_list\nrequire: 全覆盖", apart)) == "laxer"


def test_each_asks_more_than_the_mean(compared: Compared) -> None:
    each, mean = "each: orgs\nrequire: 不少于10个", "mean: orgs\nrequire: 不少于10个"

    found = compared(each, mean)

    assert relation(found) == "laxer"
    (witness,) = only(found).witnesses
    assert (witness.value, [row["orgs"] for row in witness.rows]) == (10, [9, 11])
    assert relation(compared(mean, each)) == "stricter"


def test_each_asks_more_than_a_share_but_the_same_as_all_of_them(compared: Compared) -> None:
    each = "each: has_list\nrequire: true"

    assert relation(compared(each, 'share: has_list\nrequire: ">= 90%"')) == "laxer"
    assert relation(compared(each, "share: has_list\nrequire: 全覆盖")) == "equal"
    assert relation(
        compared('share: {each: orgs, require: ">= 2"}\nrequire: ">= 90%"', 'each: orgs\nrequire: ">= 2"')
    ) == ("stricter")


def test_other_inputs_are_incomparable(compared: Compared) -> None:
    found = compared("each: orgs\nrequire: 不少于10个", "each: posts\nrequire: 不少于12个")

    assert relation(found) == "incomparable"
    assert (only(found).name, only(found).parent, only(found).child) == ("assessment", "each orgs", "each posts")


def test_a_total_and_a_mean_are_incomparable(compared: Compared) -> None:
    assert relation(compared("total: orgs\nrequire: 不少于10个", "mean: orgs\nrequire: 不少于10个")) == "incomparable"


def test_whoever_is_filtered_out_is_asked_nothing(compared: Compared) -> None:
    all_, some = "each: orgs\nrequire: 不少于3个", "each: orgs\nwhere: {grade: [甲, 乙]}\nrequire: 不少于3个"

    assert relation(compared(all_, some)) == "laxer"
    assert relation(compared(some, all_)) == "stricter"
    assert relation(compared(some, "each: orgs\nwhere: {grade: 甲}\nrequire: 不少于3个")) == "laxer"
    assert relation(compared(some, "each: orgs\nwhere: {grade: [乙, 丙]}\nrequire: 不少于3个")) == "incomparable"
    assert relation(compared(some, "each: orgs\nwhere: {grade: [乙, 甲]}\nrequire: 不少于3个")) == "equal"


def test_filters_by_amount_are_compared_as_sets(compared: Compared) -> None:
    large, huge = (f'each: orgs\nwhere: {{homes: "{asked}"}}\nrequire: 不少于3个' for asked in (">= 500", "> 499"))

    assert relation(compared(large, huge)) == "equal"


def test_fewer_units_must_come_to_the_same_total(compared: Compared) -> None:
    all_, some = "total: orgs\nrequire: 不少于30个", "total: orgs\nwhere: {grade: 甲}\nrequire: 不少于30个"

    assert relation(compared(all_, some)) == "stricter"
    assert relation(compared(*(text.replace("不少于", "不超过") for text in (all_, some)))) == "laxer"
    assert relation(compared(*(text.replace("total", "mean") for text in (all_, some)))) == "incomparable"


def test_a_mean_of_every_county_asks_more_than_one_of_the_city(compared: Compared) -> None:
    city, county = "mean: orgs\nrequire: 不少于3个", "mean: orgs\nover: county\nrequire: 不少于3个"

    assert relation(compared(city, county)) == "stricter"
    assert relation(compared(county, city)) == "laxer"
    assert relation(compared(city, "mean: orgs\nover: city\nrequire: 不少于3个")) == "equal"


def test_one_in_every_county_asks_more_than_one_in_the_city(compared: Compared) -> None:
    city, county = "total: orgs\nrequire: 不少于1个", "total: orgs\nover: county\nrequire: 不少于1个"

    assert relation(compared(city, county)) == "stricter"
    assert relation(compared(*(text.replace("不少于", "不超过") for text in (city, county)))) == "laxer"


def test_relative_requirements_are_compared_by_their_factor(compared: Compared) -> None:
    found = compared('each: orgs\nrequire: ">= posts"', 'each: orgs\nrequire: ">= 2 × posts"')

    assert relation(found) == "stricter"
    (witness,) = only(found).witnesses
    assert (witness.value, witness.rows) == (1, ({"orgs": 1, "posts": 1},))
    assert relation(compared('each: orgs\nrequire: ">= posts"', 'each: orgs\nrequire: ">= homes"')) == "incomparable"
    assert relation(compared('each: orgs\nrequire: ">= posts"', 'each: orgs\nrequire: ">= 2"')) == "incomparable"
    assert relation(compared('each: area\nrequire: ">= heat"', 'each: area\nrequire: ">= 2 × heat"')) == "incomparable"
    assert relation(compared('each: area\nrequire: ">= heat"', 'each: area\nrequire: ">= heat"')) == "equal"


def test_later_is_laxer_and_earlier_is_stricter(compared: Compared) -> None:
    rule = "each: orgs\nrequire: 不少于3个\n"

    found = compared(rule + "due: 2023-12-31", rule + "due: 2025-12-31")

    assert relation(found) == "laxer"
    assert (only(found).name, only(found).parent, only(found).child) == ("due", "2023-12-31", "2025-12-31")
    assert relation(compared(rule + "due: 2025-12-31", rule)) == "stricter"


def test_more_but_later_is_incomparable(compared: Compared) -> None:
    found = compared("each: orgs\nrequire: 不少于3个", "each: orgs\nrequire: 不少于5个\ndue: 2030-12-31")

    assert relation(found) == "incomparable"
    assert [(aspect.name, str(aspect.relation)) for aspect in found.aspects] == [
        ("requirement", "stricter"),
        ("due", "laxer"),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("force: informational", "laxer"),
        ("force: expected", "equal"),
        ("veto: true", "stricter"),
        ("weight: 3", "equal"),
    ],
)
def test_force_and_veto_count_and_weight_does_not(change: str, expected: str, compared: Compared) -> None:
    rule = "each: orgs\nrequire: 不少于3个\n"

    assert relation(compared(rule, rule + change)) == expected


@pytest.mark.parametrize(
    ("parent", "child", "expected"),
    [
        ("all: [has_list, has_plan]", "all: [has_list]", "laxer"),
        ("any: [has_list, has_plan]", "any: [has_list]", "stricter"),
        ("all: [has_list, has_plan]", "all: [has_plan, has_list]", "equal"),
        ("all: [has_list, has_plan]", "any: [has_list, has_plan]", "incomparable"),
        ("atleast: {n: 1, of: [has_list, has_plan]}", "atleast: {n: 2, of: [has_list, has_plan]}", "stricter"),
        (
            "all: [has_list, {each: orgs, require: 不少于2个}]",
            "all: [has_list, {each: orgs, require: 不少于3个}]",
            "stricter",
        ),
        (
            "all: [has_list, {each: orgs, require: 不少于2个}]",
            "all: [has_list, {each: orgs, where: {grade: 甲}, require: 不少于2个}]",
            "laxer",
        ),
        (
            "any: [has_list, {each: orgs, require: 不少于2个}]",
            "any: [has_list, {each: orgs, where: {grade: 甲}, require: 不少于2个}]",
            "incomparable",
        ),
    ],
)
def test_compounds_are_compared_part_by_part(parent: str, child: str, expected: str, compared: Compared) -> None:
    assert relation(compared(parent, child)) == expected


def test_a_harder_condition_makes_a_least_share_stricter_and_a_greatest_share_laxer(compared: Compared) -> None:
    easy, hard = (f'share: {{each: orgs, require: ">= {number}"}}\nrequire: ">= 80%"' for number in (2, 3))

    assert relation(compared(easy, hard)) == "stricter"
    assert relation(compared(easy.replace('">= 80', '"<= 80'), hard.replace('">= 80', '"<= 80'))) == "laxer"
    assert relation(compared(easy, hard.replace('">= 80%"', "10%—80%"))) == "incomparable"


def test_an_informational_rule_without_a_figure_asks_less(compared: Compared) -> None:
    found = compared("each: orgs\nrequire: 不少于3个", "each: orgs\nforce: informational")

    assert relation(found) == "laxer"
    assert [(aspect.name, aspect.child) for aspect in found.aspects] == [
        ("requirement", None),
        ("force", "informational"),
    ]
