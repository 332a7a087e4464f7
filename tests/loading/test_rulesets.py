"""What each part of the format becomes."""

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isnan
from typing import TYPE_CHECKING, Any

import pytest

from commscore._loading import load_ruleset
from commscore._phrases import parse_requirement
from commscore._requirement import Comparator, InputRef, Requirement
from commscore._ruleset import Filter, Force, Grade, Group, Part, Source, Text, Unscored

if TYPE_CHECKING:
    from tests.loading.conftest import Folder

    from commscore._ruleset import Rule

ONE = Fraction(1)
TRUE = Requirement(Comparator.IS, value=True)
EXAMPLE = """\
commscore: 1
id: taian-2023                       # jurisdiction-year
title: {zh: 2023年服务质量提升行动方案, en: Tai'an 2023 service quality programme}
jurisdiction: {code: "3709", level: city, zh: 泰安市, en: Tai'an}
year: 2023
source: {document: 泰民〔2023〕12号, issuer: 泰安市民政局等, issued: 2023-06-05}
scoring:
  model: default                     # default | flat | flat-unweighted | absolute | attainment
  grades: [[优秀, 90], [良好, 80], [达标, 60], [不达标, 0]]
groups:
  - {id: foundations, title: {zh: 社区固本强基, en: Foundations}, clause: 一}
rules:
  - id: social-orgs
    group: foundations
    title: {zh: 社区社会组织平均数量, en: "Social organisations per community, mean"}
    clause: 一
    phrase: {urban: 平均拥有不少于 12 个, rural: 平均拥有不少于 6 个}
    mean: orgs
    require: {urban: 不少于12个, rural: 不少于6个}
    due: 2023-12-31
    weight: 2
    responsible: [市民政局]
unscored:
  - {clause: 三, phrase: 定期更换, why: 未写明周期}          # `see: RULE` where it restates a rule
cases:
  - {rows: [{kind: urban, orgs: 12}, {kind: urban, orgs: 11}], expect: {social-orgs: {urban: fail}}}
"""


def only(folder: Folder, rule: str) -> Rule:
    (found,) = folder.load_rule(rule).rules
    return found


def test_the_example_of_the_format_loads_whole(folder: Folder) -> None:
    ruleset = folder.load(EXAMPLE, head="")

    (rule,) = ruleset.rules
    assert ruleset.id == "taian-2023"
    assert ruleset.title == Text("2023年服务质量提升行动方案", "Tai'an 2023 service quality programme")
    assert (ruleset.jurisdiction.code, ruleset.jurisdiction.level) == ("3709", "city")
    assert ruleset.year == 2023
    assert ruleset.source == Source("泰民〔2023〕12号", "泰安市民政局等", date(2023, 6, 5))
    assert ruleset.scoring.grades[0] == Grade("优秀", Fraction(90))
    assert ruleset.groups == (Group("foundations", Text("社区固本强基", "Foundations"), ONE, clause="一"),)
    assert (rule.assessment, *rule.inputs, rule.due, rule.weight) == ("mean", "orgs", date(2023, 12, 31), Fraction(2))
    assert rule.requirements["urban"] == parse_requirement("不少于12个")
    assert rule.requirements["rural"].phrase == "平均拥有不少于 6 个"
    assert rule.phrase == {"urban": "平均拥有不少于 12 个", "rural": "平均拥有不少于 6 个"}
    assert ruleset.unscored == (Unscored("三", why="未写明周期", phrase="定期更换"),)
    assert ruleset.cases[0].rows == ({"kind": "urban", "orgs": 12}, {"kind": "urban", "orgs": 11})
    assert ruleset.cases[0].expect == {"social-orgs": {"urban": "fail"}}
    assert list(ruleset.inputs) == ["orgs"]
    assert folder.check(EXAMPLE, head="") == []


def test_the_head_may_be_bare(folder: Folder) -> None:
    ruleset = folder.load('commscore: 1\nid: r\njurisdiction: {code: "3709", level: city}\nrules: []\n', head="")

    assert ruleset.title == Text("r")
    assert ruleset.year is None
    assert ruleset.scoring.model == "default"
    assert ruleset.scoring.unknown == "fail"


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(folder: Folder) -> None:
    plain = folder.load(EXAMPLE, head="")
    path = folder.path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())

    assert load_ruleset(path) == plain


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("each: orgs\nrequire: 不少于10个", Part("each", ("orgs",), per=ONE)),
        (
            "each: {ratio: [area, homes], per: 100}\nrequire: 不低于30",
            Part("each", ("area", "homes"), per=Fraction(100)),
        ),
        ("mean: orgs\nrequire: 不少于10个", Part("mean", ("orgs",), per=ONE)),
        ("ratio: [area, homes]\nper: 100\nrequire: 不低于30", Part("ratio", ("area", "homes"), per=Fraction(100))),
        ("ratio: [area, homes]\nper: 0.5\nrequire: 不低于30", Part("ratio", ("area", "homes"), per=Fraction(1, 2))),
        ("total: orgs\nover: township\nrequire: 至少1个", Part("total", ("orgs",), per=ONE, over="township")),
        ("total: units\nwhere: {grade: [甲]}\nrequire: 120个", None),
        ("change: orgs\nfrom: homes\nrequire: 不少于10个", Part("change", ("orgs", "homes"), per=ONE)),
    ],
)
def test_assessments_of_inputs(folder: Folder, rule: str, expected: Part | None) -> None:
    note = "note: 建设120个，读作恰好" if expected is None else ""
    if expected is None:
        rule = rule.replace("120个", '"== 120"')

    found = only(folder, f"{rule}\n{note}")

    if expected is not None:
        assert (found.assessment, found.inputs, found.per, found.over) == (
            expected.assessment,
            expected.inputs,
            expected.per,
            expected.over,
        )
    else:
        assert found.inputs == ("units",)


def test_a_share_of_a_flag_takes_the_counts_it_names(folder: Folder) -> None:
    rule = only(folder, "share: has_list\nrequire: 全覆盖")

    assert rule.parts == (Part("each", ("has_list",), per=ONE, requirements={"all": TRUE}),)
    assert rule.counts == ("streets_with", "streets")
    assert rule.requirements["all"].comparator is Comparator.ALL


def test_a_share_written_out_is_the_same_as_its_short_form(folder: Folder) -> None:
    short = only(folder, "share: has_list\nrequire: 全覆盖")

    assert only(folder, "share: {each: has_list, require: true}\nrequire: 全覆盖") == short


def test_a_share_with_a_filter_of_its_own_takes_no_counts(folder: Folder) -> None:
    rule = only(folder, "share: {each: has_list, where: {kind: urban}}\nrequire: 全覆盖")

    assert rule.counts is None


def test_a_share_of_units_that_reach_a_number(folder: Folder) -> None:
    rule = only(
        folder,
        "share: {each: {ratio: [area, homes], per: 100}, require: 不低于30平方米}\n"
        "require: 85%以上\nphrase: 85%以上达到每百户不低于30平方米",
    )

    (condition,) = rule.parts
    assert condition.per == 100
    assert condition.requirements["all"].value == 30
    assert condition.requirements["all"].phrase == "不低于30平方米"
    assert rule.requirements["all"].value == Fraction(85, 100)


def test_a_share_of_areas_counts_places_of_its_conditions_level(folder: Folder) -> None:
    rule = only(folder, "share: {mean: orgs, over: county, require: 不少于10个}\nrequire: 85%以上")

    assert rule.parts[0].over == "county"
    assert rule.over is None


def test_the_condition_of_a_share_may_differ_by_scope_without_the_rule_doing_so(folder: Folder) -> None:
    rule = only(folder, "share: {each: orgs, require: {urban: 不少于10个, rural: 不少于5个}}\nrequire: 85%以上")

    assert set(rule.requirements) == {"all"}
    assert set(rule.parts[0].requirements) == {"urban", "rural"}


def test_parts_take_the_compounds_requirement_and_flags_are_true(folder: Folder) -> None:
    rule = only(folder, "all: [orgs, has_plan, {each: homes, require: 不少于5户}]\nrequire: 不少于2个")

    assert [part.requirements["all"].value for part in rule.parts] == [2, True, 5]
    assert rule.requirements == {}
    assert rule.phrase == "不少于2个"


def test_a_compound_that_asks_for_false_asks_its_flags_for_false(folder: Folder) -> None:
    rule = only(folder, "all: [has_list, has_plan]\nrequire: false")

    assert [part.requirements["all"].value for part in rule.parts] == [False, False]


def test_compounds_nest_and_count(folder: Folder) -> None:
    rule = only(
        folder, "atleast: {n: 2, of: [has_list, has_plan, {any: [{each: orgs, require: 不少于1个}, has_plan]}]}"
    )

    assert rule.n == 2
    assert [part.assessment for part in rule.parts] == ["each", "each", "any"]


def test_area_parts_are_judged_at_the_compounds_level(folder: Folder) -> None:
    rule = only(
        folder,
        "over: county\nall:\n- {mean: orgs, require: 不少于10个}\n- {any: [{share: has_plan, require: 全覆盖}]}",
    )

    assert rule.over == "county"
    assert [rule.parts[0].over, rule.parts[1].over, rule.parts[1].parts[0].over] == ["county"] * 3


def test_a_flag_alone_means_that_it_is_true(folder: Folder) -> None:
    assert only(folder, "each: plan_issued").requirements == {"all": TRUE}


def test_an_informational_rule_may_lack_a_requirement_and_a_tolerance(folder: Folder) -> None:
    assert only(folder, "each: orgs\nforce: informational").requirements == {}
    about = only(folder, "each: orgs\nforce: informational\nrequire: 100个左右").requirements["all"]
    assert (about.comparator, about.tolerance) == (Comparator.ABOUT, None)


def test_one_scope_alone_may_be_required(folder: Folder) -> None:
    assert set(only(folder, "each: orgs\nrequire: {urban: 不少于10个}").requirements) == {"urban"}


def test_filters(folder: Folder) -> None:
    rule = only(
        folder,
        """
        each: orgs
        require: 不少于10个
        where:
          kind: [农村, urban]
          has_list: true
          grade: [甲, 乙]
          homes: ">= 2"
          area: 1.5
          county: ["220582", "220524"]
          code: "220582001001"
        """,
    )

    assert rule.where == (
        Filter("kind", ("urban", "rural")),
        Filter("has_list", requirement=TRUE),
        Filter("grade", ("甲", "乙")),
        Filter("homes", requirement=Requirement(Comparator.AT_LEAST, Fraction(2))),
        Filter("area", requirement=Requirement(Comparator.IS, Fraction(3, 2))),
        Filter("county", ("220582", "220524")),
        Filter("code", ("220582001001",)),
    )


def test_a_coarser_input_may_filter_and_be_compared_with(folder: Folder) -> None:
    rule = only(folder, "each: pay\nwhere: {plan_issued: true}\nrequire: 不低于wage\nphrase: 不低于当地平均工资")

    assert rule.requirements["all"].value == InputRef("wage", ONE)


def test_weights_are_the_decimals_that_were_written(folder: Folder) -> None:
    assert only(folder, "each: has_plan\nweight: 0.1").weight == Fraction(1, 10)


def test_words_of_the_rule(folder: Folder) -> None:
    rule = only(
        folder,
        "each: has_plan\nforce: expected\nveto: true\nresponsible: 市民政局\nnote: 读作全部\nbecause: 条件不同",
    )

    assert (rule.force, rule.veto, rule.responsible) == (Force.EXPECTED, True, ("市民政局",))
    assert (rule.note, rule.because, rule.selected, rule.source) == ("读作全部", "条件不同", True, None)


def test_a_requirement_in_the_policys_words_is_its_own_phrase(folder: Folder) -> None:
    rule = only(folder, "each: orgs\nrequire: 不少于10个")

    assert rule.phrase == "不少于10个"
    assert rule.requirements["all"].phrase == "不少于10个"


def test_a_note_lets_phrase_and_requirement_differ(folder: Folder) -> None:
    rule = only(folder, "each: orgs\nrequire: 不少于10个\nphrase: 十余个\nnote: 十余个读作不少于十个")

    assert rule.phrase == "十余个"


def test_inputs_are_those_that_rules_use_and_what_they_are_parts_of(folder: Folder) -> None:
    ruleset = folder.load_rule('share: has_list\nrequire: 全覆盖\nwhere: {rooms: ">= 1"}')

    assert list(ruleset.inputs) == ["area", "rooms", "has_list", "streets_with", "streets", "all_streets"]


def test_inputs_of_relative_requirements_are_used(folder: Folder) -> None:
    assert set(folder.load_rule('total: orgs\nrequire: ">= 100% of homes"\nphrase: 不低于').inputs) == {"orgs", "homes"}


def test_own_inputs_add_to_the_catalogue_and_win(folder: Folder) -> None:
    ruleset = folder.load(
        """
        inputs:
          orgs: {type: quantity, places: 2}
          halls: {type: flag}
        rules:
          - {id: a, clause: 一, all: [halls, {each: orgs, require: 不少于1个}]}
        """
    )

    assert ruleset.inputs["orgs"].places == 2
    assert ruleset.inputs["halls"].type == "flag"


def test_cells_of_cases_keep_their_type_and_their_digits(folder: Folder) -> None:
    ruleset = folder.load(
        """
        rules: [{id: a, clause: 一, each: has_plan}]
        cases:
          - name: 样例
            level: community
            as_of: 2023-06-30
            rows: [{orgs: 1, area: 0.10, has_plan: true, grade: 甲, homes: null, rooms: .nan, code: "0123"}]
            more: {county: [{pay: -5}]}
            expect: {a: [pass]}
        """
    )

    (case,) = ruleset.cases
    (row,) = case.rows
    cells: dict[str, Any] = {key: value for key, value in row.items() if key != "rooms"}
    assert cells == {
        "orgs": 1,
        "area": Decimal("0.10"),
        "has_plan": True,
        "grade": "甲",
        "homes": None,
        "code": "0123",
    }
    assert isnan(row["rooms"])
    assert (case.name, case.level, case.as_of, case.line) == ("样例", "community", date(2023, 6, 30), 9)
    assert case.more == {"county": ({"pay": -5},)}
    assert case.expect == {"a": ["pass"]}


def test_groups_nest(folder: Folder) -> None:
    ruleset = folder.load("groups: [{id: g, parent: h, weight: 0.5}, {id: h}]\nrules: []\n")

    assert [(group.id, group.parent, group.weight) for group in ruleset.groups] == [
        ("g", "h", Fraction(1, 2)),
        ("h", None, ONE),
    ]


def test_grades_are_sorted_from_the_best(folder: Folder) -> None:
    ruleset = folder.load("scoring: {grades: [[差, 0], [优, 90.5]], unknown: exclude, model: flat}\nrules: []\n")

    assert ruleset.scoring.grades == (Grade("优", Fraction(181, 2)), Grade("差", Fraction(0)))
    assert (ruleset.scoring.unknown, ruleset.scoring.model) == ("exclude", "flat")


def test_words_that_yaml_1_1_took_for_truth_are_text(folder: Folder) -> None:
    ruleset = folder.load(
        "title: no\nrules: []\n", head='commscore: 1\nid: on\njurisdiction: {code: "37", level: province}\n'
    )

    assert (ruleset.id, ruleset.title) == ("on", Text("no"))


@pytest.mark.parametrize(
    "rule",
    [
        "each: signed\nrequire: 46%以上",
        "mean: signed\nrequire: 46%以上",
        "mean: has_plan\nrequire: 46%以上",
        "each: has_plan\nrequire: 全覆盖",
        "ratio: [rooms, area]\nrequire: 全覆盖",
        "ratio: [orgs, homes]\nrequire: 不少于2个",
        "ratio: [rooms, area]\nper: 1\nrequire: 46%以上",
        "ratio: [has_plan, units]\nrequire: 46%以上",
        "total: has_plan\nrequire: 不少于10个",
        "change: pay\nfrom: wage\nrequire: 不低于0元",
        "share: project_ok\nrequire: 全覆盖\nwhere: {has_plan: true}",
        "each: orgs\nrequire: 100个左右 ± 10%",
        "all: [{mean: orgs, require: 不少于10个}, {ratio: [rooms, area], require: 10%以上}]",
    ],
)
def test_these_make_sense(folder: Folder, rule: str) -> None:
    assert only(folder, rule).id == "a"


def test_a_ruleset_can_be_pickled(folder: Folder) -> None:
    ruleset = folder.load(EXAMPLE, head="")

    assert pickle.loads(pickle.dumps(ruleset)) == ruleset  # noqa: S301 - our own bytes


def test_a_total_may_be_compared_with_the_number_of_units(folder: Folder) -> None:
    rule = only(folder, 'total: orgs\nrequire: ">= 2 × units"\nnote: 平均每个社区两个')

    assert rule.requirements["all"].value == InputRef("units", Fraction(2))


def test_a_rule_may_name_a_document_of_its_own(folder: Folder) -> None:
    assert only(folder, "each: has_plan\nsource: {document: 鲁政发〔2022〕3号}").source == Source("鲁政发〔2022〕3号")
