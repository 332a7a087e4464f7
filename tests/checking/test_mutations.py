"""Slips planted in sound rulesets, each found: a sound ruleset is clean, the same with one change is not."""

from __future__ import annotations

import pytest
from tests.checking.conftest import City

import commscore
from commscore.errors import Severity

SOUND = """\
source: {document: 某发〔2025〕1号, issued: 2025-03-01}
scoring: {grades: [[优秀, 90], [达标, 60], [不达标, 0]]}
groups:
  - {id: g, weight: 2}
inputs:
  staff: {zh: 工作人员数, type: count, unit: 人}
  trained: {zh: 持证人数, type: count, unit: 人, part_of: staff}
  rate: {zh: 签约率, type: rate}
rules:
  - id: orgs
    group: g
    clause: 一
    mean: orgs
    require: {urban: 不少于12个, rural: 不少于6个}
    phrase: {urban: 平均不少于12个, rural: 平均不少于6个}
  - {id: few, clause: 二, each: orgs, require: 不超过40个}
  - {id: trained, clause: 三, ratio: [trained, staff], require: 不低于35%, due: 2025-12-31}
  - {id: staff, clause: 四, each: staff, require: 不少于3人, phrase: 每个社区不少于3人}
  - {id: licensed, clause: 五, each: trained, where: {staff: ">= 2"}, require: 不少于1人}
  - {id: open, clause: 六, share: open, require: 达到80%, veto: true}
  - {id: desks, clause: 七, each: desks, require: 不少于2个}
  - {id: signed, clause: 八, each: rate, require: 不低于46%}
  - {id: rooms, clause: 九, all: [{each: rooms, require: 不少于30平方米}, {each: area, require: 不少于50平方米}]}
"""
SLIPS = {
    # a threshold beyond a bound
    "beyond a bound": ("require: 不少于2个}", "require: 不少于5个}", "CS504"),
    "beyond the whole": ("require: 不低于46%", "require: 超过100%", "CS504"),
    "at a bound": ("require: 不少于2个}", "require: 不少于0个}", "CS503"),
    "beyond a bound of the whole": ("require: 不低于35%", "require: 不超过100%", "CS503"),
    # comparators flipped
    "a ceiling below the mean": ("不超过40个", "不超过10个", "CS501"),
    "a comparator flipped": ("each: orgs, require: 不超过40个", "each: orgs, require: 少于6个", "CS501"),
    "a part above its whole": (
        'each: trained, where: {staff: ">= 2"}, require: 不少于1人',
        'each: trained, where: {staff: "<= 4"}, require: 不少于6人',
        "CS504",
    ),
    "a filter that nobody passes": ('where: {staff: ">= 2"}', 'where: {staff: "< 0"}', "CS502"),
    "a filter below what is asked": ('where: {staff: ">= 2"}', 'where: {staff: "<= 1"}', "CS501"),
    # two that say the same
    "a rule twice": (
        "  - {id: desks",
        "  - {id: again, clause: 七, each: desks, require: 不少于1个}\n  - {id: desks",
        "CS505",
    ),
    "a mean of what each must have": (
        "  - {id: desks",
        "  - {id: again, clause: 七, mean: desks, require: 不少于2个}\n  - {id: desks",
        "CS505",
    ),
    "a part of a compound again": (
        "  - {id: desks",
        "  - {id: again, clause: 九, each: area, require: 不少于30㎡}\n  - {id: desks",
        "CS505",
    ),
    # words and units
    "each under 平均": ("clause: 一\n    mean: orgs", "clause: 一\n    each: orgs", "CS508"),
    "mean under 每个": ("clause: 四, each: staff", "clause: 四, mean: staff", "CS508"),
    "total under 每个": ("clause: 四, each: staff", "clause: 四, total: staff", "CS508"),
    "another unit": ("each: rooms, require: 不少于30平方米", "each: rooms, require: 不少于30亩", "CS507"),
    "half a person": (
        "require: 不少于3人, phrase: 每个社区不少于3人",
        "require: 不少于2.5人, phrase: 不少于2.5人",
        "CS506",
    ),
    # bookkeeping
    "an input forgotten": ("  rate: {", "  idle: {zh: 闲, type: count}\n  rate: {", "CS509"),
    "a due date of another decade": ("due: 2025-12-31", "due: 2015-12-31", "CS512"),
    "a due date after the year": ("due: 2025-12-31", "due: 2026-12-31", "CS512"),
    "a weight of nothing": ("clause: 二,", "clause: 二, weight: 0,", "CS511"),
    "a group of no weight": ("{id: g, weight: 2}", "{id: g, weight: 0}", "CS511"),
    "a group's weight without effect": ("scoring: {", "scoring: {model: flat, ", "CS511"),
    "a weight without effect": ("clause: 二,", "clause: 二, weight: 3,", None),
    "a veto of what never fails": ("veto: true", "veto: true, force: informational", "CS511"),
    "a veto on no grade": (
        "scoring: {grades: [[优秀, 90], [达标, 60], [不达标, 0]]}",
        "scoring: {model: flat-unweighted}",
        "CS511",
    ),
    "grades with a gap": (", [不达标, 0]", "", "CS018"),
    "a grade that nobody gets": ("scoring: {", "scoring: {model: absolute, ", "CS510"),
}


def test_the_sound_ruleset_is_clean(city: City) -> None:
    assert [str(each) for each in city.check(SOUND)] == []


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_found(slip: str, city: City) -> None:
    before, after, code = SLIPS[slip]
    assert SOUND.count(before) == 1

    found = city.check(SOUND.replace(before, after))

    assert code in {each.code for each in found} | {None}
    if code is None:
        assert [str(each) for each in found] == []


PARENT = """\
commscore: 1
id: plan
jurisdiction: {code: "3709", level: city}
rules:
  - {id: orgs, clause: 一, mean: orgs, require: {urban: 不少于12个, rural: 不少于6个}}
  - {id: area, clause: 二, each: area, require: 不少于30平方米}
"""
CHILD = """\
commscore: 1
id: city-2025
extends: ./plan.yaml
year: 2025
rules:
  - {id: area, clause: 二, require: 不少于%s平方米}
"""


def test_a_child_made_laxer_has_a_witness_that_its_parent_fails(city: City) -> None:
    parent = city.write(PARENT, head="", name="plan.yaml")
    child = city.write(CHILD % 20, head="", name="city-2025.yaml")
    year = city.write(PARENT.replace("id: plan", "id: nation-2025\nyear: 2025"), head="", name="nation-2025.yaml")

    (found,) = commscore.check_ruleset(child)

    assert (found.code, found.severity, found.proof) == ("CS402", Severity.WARNING, "refuted")
    assert found.witness is not None
    statuses = {
        name: commscore.evaluate(found.witness.rows, name).findings(level="unit", rule="area")["status"].to_pylist()
        for name in (child, year)
    }
    assert statuses == {child: ["pass"], year: ["fail"]}
    assert commscore.check_ruleset(parent) == []
    city.write(CHILD % 40, head="", name="city-2025.yaml")
    assert commscore.check_ruleset(child) == []


def test_three_rules_that_hold_two_by_two_and_not_together(city: City) -> None:
    rules = """\
inputs:
  a: {zh: 甲, type: count}
  b: {zh: 乙, type: count}
rules:
  - {id: much, clause: 一, each: a, require: 不少于5个}
  - {id: more, clause: 二, each: b, require: ">= 2 × a", phrase: 不少于甲的2倍}
  - {id: little, clause: 三, each: b, require: 不超过9个}
"""
    (found,) = city.check(rules)

    assert (found.code, found.proof) == ("CS501", "proved")
    assert [place.message for place in found.related] == ["rule 'much'", "rule 'more'"]
    assert city.check(rules.replace("不超过9个", "不超过10个")) == []


def test_rules_of_different_kinds_of_units_do_not_clash(city: City) -> None:
    rules = """\
rules:
  - {id: many, clause: 一, each: orgs, where: {kind: urban}, require: 不少于12个}
  - {id: few, clause: 二, each: orgs, where: {kind: rural}, require: 不超过3个}
"""

    assert city.check(rules) == []
    assert [each.code for each in city.check(rules.replace("rural", "urban"))] == ["CS501"]


@pytest.mark.parametrize("ruleset", [record.id for record in commscore.list_rulesets()])
def test_bundled_rulesets_are_consistent(ruleset: str) -> None:
    # 25 workers are promised twice in one document, as at least 25 and as more than 25: each stands under its clause.
    promised_twice = {("CS505", "workers-per-10k")} if ruleset.startswith("jimsar") else set()

    found = commscore.check_ruleset(ruleset)

    assert {(each.code, each.message.split("'")[1]) for each in found} == promised_twice
    assert all(each.severity is Severity.NOTE for each in found)


def test_a_ladder_of_years_is_no_overlap(city: City) -> None:
    rules = """\
rules:
  - {id: soon, clause: 一, each: orgs, require: 不少于10个, due: 2023-12-31}
  - {id: later, clause: 二, each: orgs, require: 不少于12个, due: 2025-12-31}
"""

    assert city.check(rules) == []
    assert [each.code for each in city.check(rules.replace("2023-12-31", "2025-12-31"))] == ["CS505"]
