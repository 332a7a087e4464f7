"""The note on one unit or area says everything in words: numbers, requirement, gap, source, and the data used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import commscore
from commscore._report._words import LANGS, words
from commscore.errors import UsageError

Note = Callable[..., str]
Evaluated = Callable[..., commscore.Result]

ORGS = "  - {id: orgs, title: {zh: 社会组织, en: Organisations}, clause: 三.6, each: orgs, require: 不少于10个}\n"


def line(text: str, label: str) -> str:
    """Return the rest of the line that begins with a label."""
    found = [each.strip() for each in text.splitlines() if each.strip().startswith(label)]
    assert len(found) == 1, text
    return found[0].removeprefix(label).lstrip("：: ")


# ---- HEADING ----


def test_heading_names_unit_ruleset_scores_and_grade(evaluated: Evaluated) -> None:
    data = {"code": ["210202001001"], "kind": ["urban"], "orgs": [12], "homes": [None], "area": [1.0]}
    rules = ORGS + "  - {id: area, each: {ratio: [area, homes], per: 100}, require: '>= 30'}\n"

    note = evaluated(rules, data, rollup=["county", "city"]).explain("210202001001")

    assert note.splitlines()[:11] == [
        "审核说明：210202001001",
        "======================",
        "对象：社区（村），城市",
        "所在地：区县 210202，市 2102",
        "规则集：mini-2023（小城行动方案）",
        "文件：小民〔2023〕1号",
        "截至：2023-12-31",
        "得分：50；未定事项全部未通过为 50，全部通过为 100；覆盖率 50%",
        "等级：不达标（不达标 至 优秀）",
        "结论：通过 1，无法判定 1",
        "",
    ]


def test_heading_of_an_area_counts_its_units(evaluated: Evaluated) -> None:
    data = {"code": ["210202001001", "210202001002"], "orgs": [12, 3]}

    note = evaluated(ORGS, data, rollup=["county"]).explain("210202", lang="en")

    assert line(note, "What it is") == "county"
    assert line(note, "Holds") == "2 communities"
    assert line(note, "Mean score of the units inside") == "50"


def test_unit_without_score_has_none(noted: Note) -> None:
    note = noted("  - {id: mean, mean: orgs, require: '>= 1'}\n", {"orgs": [1]})

    assert line(note, "Score") == "none (nothing was evaluated)"


def test_flat_score_stands_beside_its_maximum(noted: Note) -> None:
    rules = ORGS + "  - {id: two, each: homes, require: '>= 1', weight: 3}\n"

    note = noted(rules, {"orgs": [10], "homes": [0]}, extra="scoring: {model: flat}\n")

    assert line(note, "Score") == "1 of 4; coverage 100%"


# ---- VALUES, REQUIREMENTS, GAPS ----


def test_failing_finding_tells_value_requirement_gap_and_gain(noted: Note) -> None:
    note = noted(ORGS, {"orgs": [8]})

    assert "[fail] Organisations  orgs" in note
    assert line(note, "Value") == "8"
    assert line(note, "Required") == "不少于10个 (≥ 10)"
    assert line(note, "Gap") == "short by 2; 80% of the target; mending it alone raises the score by 100"
    assert line(note, "Basis") == "clause 三.6, 小民〔2023〕1号"
    assert line(note, "Data used") == "Social organisations = 8"


@pytest.mark.parametrize(
    ("lang", "expected"), [("zh", "还差 2 人；完成 80%；补上后得分提高 100"), ("en", "short by 2 persons; ")]
)
def test_gap_carries_the_unit(noted: Note, lang: str, expected: str) -> None:
    rules = "  - {id: workers, each: workers, require: 不少于10人}\n"

    note = noted(rules, {"workers": [8]}, lang=lang)

    assert line(note, {"zh": "差距", "en": "Gap"}[lang]).startswith(expected)


def test_too_much_is_over(noted: Note) -> None:
    rules = "  - {id: workers, each: workers, require: 不超过10人}\n"

    assert line(noted(rules, {"workers": [11]}), "Gap").startswith("over by 1 person;")
    assert line(noted(rules, {"workers": [11]}, lang="zh"), "差距").startswith("超出 1 人")


@pytest.mark.parametrize(("value", "expected"), [(3, "short by 7"), (25, "over by 5")])
def test_range_is_missed_on_one_side(noted: Note, value: int, expected: str) -> None:
    rules = "  - {id: orgs, each: orgs, require: 10—20个}\n"

    assert line(noted(rules, {"orgs": [value]}), "Gap").startswith(expected)


def test_ratio_says_per_how_many_and_what_is_short(noted: Note) -> None:
    rules = (
        "  - {id: area, each: {ratio: [area, homes], per: 100}, require: 30平方米以上, phrase: 每百户30平方米以上}\n"
    )

    note = noted(rules, {"area": [59.5], "homes": [200]})
    zh = noted(rules, {"area": [59.5], "homes": [200]}, lang="zh")

    assert line(note, "Value") == "29.75 m² per 100 households"
    assert line(note, "Required") == "每百户30平方米以上 (≥ 30 m² per 100 households)"
    assert line(note, "Gap").startswith("Floor area: short by 0.5 m²")
    assert line(zh, "数值") == "每百户 29.75 平方米"
    assert line(zh, "差距").startswith("设施面积还差 0.5 平方米")
    assert line(zh, "所用数据") == "设施面积 = 59.5 平方米；户数 = 200 户"


def test_rates_are_written_in_the_scale_of_the_requirement(noted: Note) -> None:
    rules = "  - {id: deaths, each: deaths, require: '<= 2.8‰'}\n  - {id: signed, each: signed, require: '>= 46%'}\n"

    note = noted(rules, {"deaths": [2.95], "signed": [45.5]}, lang="zh")

    assert "数值：2.95‰" in note
    assert "要求：≤ 2.8‰" in note
    assert "超出 0.15 个千分点" in note
    assert "数值：45.5%" in note
    assert "还差 0.5 个百分点" in note


def test_flag_is_yes_or_no(noted: Note) -> None:
    rules = "  - {id: centre, each: centre, require: true}\n"

    note = noted(rules, {"centre": [False]}, lang="zh")

    assert (line(note, "数值"), line(note, "要求")) == ("否", "是")
    assert line(note, "差距") == "尚未做到；补上后得分提高 100"


def test_relative_requirement_names_the_other_input_by_its_title(noted: Note) -> None:
    rules = "  - {id: posts, each: workers, require: '>= 2 × posts'}\n"

    note = noted(rules, {"workers": [3], "posts": [2]})

    assert line(note, "Required") == "≥ 2 × Posts"
    assert line(note, "Gap").startswith("short by 1 person;")
    assert line(note, "Data used") == "Community workers = 3 persons; Posts = 2"


def test_share_of_another_input_reads_in_both_languages(evaluated: Evaluated) -> None:
    rules = "  - {id: half, total: workers, require: '>= 50% of posts'}\n"
    result = evaluated(rules, {"workers": [1, 1], "posts": [2, 4]})

    assert line(result.explain("2102"), "要求") == "≥ 职位数的 50%"
    assert line(result.explain("2102", lang="en"), "Required") == "≥ 50% of Posts"


def test_value_a_hair_below_a_threshold_is_not_written_as_the_threshold(noted: Note) -> None:
    rules = "  - {id: signed, each: signed, require: '>= 100%'}\n"

    note = noted(rules, {"signed": [99.96]})

    assert "[fail]" in note
    assert line(note, "Value") == "99.96%"


def test_ratio_nearer_to_its_threshold_than_doubles_tell_says_so(evaluated: Evaluated) -> None:
    rules = "  - {id: all, ratio: [workers, residents], require: 全覆盖}\n"

    note = evaluated(rules, {"workers": [2**60 - 1], "residents": [2**60]}).explain("2102", lang="en")

    assert "[fail]" in note
    assert line(note, "Value") == "100% (differs from the requirement by less than can be shown)"


# ---- WHAT IS NOT A PLAIN PASS OR FAIL ----


@pytest.mark.parametrize("lang", LANGS)
def test_each_status_is_said_in_words(everything: commscore.Result, lang: str) -> None:
    note = everything.explain("u", lang=lang)

    missing = [status for status in commscore.Status if f"[{words(lang).status(status)}]" not in note]
    assert missing == [commscore.Status.FIXED]


@pytest.mark.parametrize(
    "expected",
    [
        "原因：另行考核",
        "说明：数据中没有所需的列；缺少 未报送的数（absent）",
        "说明：尚未到期，不计分",
        "若现在判定：未通过",
        "期限：2024-12-31",
        "说明：本规则只列示，不计分",
        "说明：缺少数值",
        "所用数据：户数 = 缺失",
        "说明：有数值不可能正确",
        "所用数据：社区工作者数 = 无效",
        "说明：分子、分母都为零，无可判定",
    ],
)
def test_each_reason_is_told(everything: commscore.Result, expected: str) -> None:
    assert expected in everything.explain("u")


def test_rule_not_yet_due_shows_its_gap(noted: Note) -> None:
    note = noted("  - {id: later, each: orgs, require: '>= 9', due: 2024-12-31}\n", {"orgs": [5]})

    assert line(note, "Gap") == "short by 4; 55.56% of the target"


def test_unknown_scope_shows_what_either_scope_asks(noted: Note) -> None:
    rules = "  - {id: orgs, each: orgs, require: {urban: '>= 10', rural: '>= 3'}}\n"

    note = noted(rules, {"orgs": [5], "kind": [None]})

    assert line(note, "Required") == "urban ≥ 10; rural ≥ 3"
    assert line(note, "Data used") == "Social organisations = 5; urban or rural = missing"


def test_unit_out_of_scope_is_told_so(noted: Note) -> None:
    rules = "  - {id: orgs, each: orgs, require: '>= 10', where: {kind: urban, centre: true}}\n"

    note = noted(rules, {"orgs": [5], "kind": ["rural"], "centre": [None]})

    assert line(note, "Why") == "outside the rule's scope"
    assert line(note, "Data used") == "Social organisations = 5; urban or rural = rural; Has a centre = missing"


def test_contribution_names_the_level_of_the_verdict(noted: Note) -> None:
    note = noted("  - {id: mean, mean: orgs, require: '>= 10'}\n", {"orgs": [5]})

    assert line(note, "Why") == "judged at a level above, this is what it adds (city)"
    assert line(note, "Value") == "5"


def test_unit_in_a_share_meets_its_condition_or_not(noted: Note) -> None:
    rules = "  - {id: share, share: {each: orgs, require: '>= 10'}, require: '>= 50%'}\n"

    assert line(noted(rules, {"orgs": [5]}), "Value") == "does not meet the condition"
    assert line(noted(rules, {"orgs": [10]}, lang="zh"), "数值") == "符合"


def test_data_of_a_coarser_level_are_not_a_units_own(noted: Note) -> None:
    rules = "  - {id: budget, total: budget, require: '>= 1'}\n"

    note = noted(rules + ORGS, {"orgs": [1]}, more={"city": {"code": ["2102"], "budget": [5.5]}})

    assert "its data are those of a city, not of a single community" in note


def test_table_of_another_level_is_named(noted: Note) -> None:
    note = noted("  - {id: plan, each: plan, require: true}\n" + ORGS, {"orgs": [1], "plan": [True]}, lang="zh")

    assert "所需数据属于其他层级；需要 区县表，所给为 社区（村）表" in note


# ---- COMPOUNDS ----

BOTH = """
  - id: both
    any:
      - {each: area, require: 不少于400平方米}
      - all: [{each: absent, require: '>= 1'}, {each: {ratio: [area, homes], per: 100}, require: 不少于30,
          phrase: 每百户不少于30}]
"""


def test_parts_of_a_compound_are_told_one_by_one(noted: Note) -> None:
    note = noted(BOTH, {"area": [50], "homes": [100]})

    assert [each.strip() for each in note.splitlines() if each.strip().startswith(("Required", "Part"))] == [
        "Required: any one will do",
        "Part: 1) fail; Floor area: 50 m², Required 不少于400平方米 (≥ 400 m²), short by 350 m²",
        "Part: 2) unknown (the data have no column for it); all must hold",
        "Part: 2.1) unknown (the data have no column for it); Never reported: Required ≥ 1",
        (
            "Part: 2.2) pass; Floor area, Households: 50 m² per 100 households, "
            "Required 每百户不少于30 (≥ 30 m² per 100 households)"
        ),
    ]


def test_compound_over_an_area_lists_what_its_parts_ask(evaluated: Evaluated) -> None:
    note = evaluated(BOTH, {"area": [50], "homes": [100]}).explain("2102", lang="en")

    assert line(note, "Required").startswith("any one will do: Floor area 不少于400平方米 (≥ 400 m²); all must hold (")


def test_parts_judged_at_an_area_are_told_one_by_one(evaluated: Evaluated) -> None:
    rules = "  - {id: c, all: [{total: orgs, require: '>= 9'}, {mean: workers, require: '>= 2'}]}\n"

    note = evaluated(rules, {"orgs": [5, 3], "workers": [1, None]}).explain("2102", lang="en")

    assert "Part: 1) fail; Social organisations: 8, Required ≥ 9, short by 1" in note
    assert "Part: 2) unknown (data are missing, and what they turn out to be decides it); " in note
    assert "Community workers: 0.5 persons or more, Required ≥ 2 persons" in note


# ---- AREAS ----


def test_area_shows_its_interval_and_how_many_units_are_missing(evaluated: Evaluated) -> None:
    rules = "  - {id: centre, share: centre, require: 全覆盖}\n"
    data = {"code": ["210202001001", "210202001002", "210202001003", "210202001004"], "centre": [True, True, None, "?"]}

    note = evaluated(rules, data).explain("2102", lang="en")

    assert line(note, "Value") == "between 50% and 100%"
    assert line(note, "Data used") == "Has a centre = 2 yes, over 4 communities, 1 missing, 1 invalid"


def test_area_with_an_open_end_says_at_least(evaluated: Evaluated) -> None:
    note = evaluated("  - {id: mean, mean: workers, require: '>= 9'}\n", {"workers": [4, None]}).explain("2102")

    assert line(note, "数值") == "不低于 2 人"
    assert line(note, "所用数据") == "社区工作者数 = 合计 4 人，共 2 个社区（村），缺失 1，无效 0"


def test_area_names_some_failing_units_and_counts_the_rest(evaluated: Evaluated) -> None:
    codes = [f"210202001{number:03}" for number in range(1, 9)]
    data = {"code": codes, "orgs": [1, 1, 1, 20, 1, 1, 1, None]}

    note = evaluated(ORGS, data, rollup=["county"]).explain("210202", lang="en")

    assert line(note, "Passing") == (
        "between 12.5% and 25%; 1 pass, 6 fail, 1 undecided "
        "(failing: 210202001001, 210202001002, 210202001003, 210202001005, 210202001006, and 1 more)"
    )
    assert line(note, "Gap").startswith("failing inside: 6 communities")


def test_area_names_failing_areas_inside(evaluated: Evaluated) -> None:
    rules = "  - {id: total, total: orgs, over: county, require: '>= 2'}\n"
    data = {"code": ["210202001001", "210203001001", "210204001001"], "orgs": [1, 2, 1]}

    note = evaluated(rules, data, rollup=["city"]).explain("2102", lang="en")

    assert line(note, "Passing") == "33.33%; 1 pass, 2 fail, 0 undecided (failing: 210202, 210204)"
    assert line(note, "Gap").startswith("failing inside: 2 counties")


def test_each_scope_of_an_area_has_its_own_finding(evaluated: Evaluated) -> None:
    rules = "  - {id: orgs, mean: orgs, require: {urban: '>= 12', rural: '>= 6'}}\n"
    data = {"kind": ["urban", "urban", "rural"], "orgs": [12, 11, 6]}

    note = evaluated(rules, data).explain("2102")

    assert "[未通过] orgs（城市）" in note
    assert "[通过] orgs（农村）" in note
    assert "社会组织数合计还差 1 个" in note
    assert "社会组织数 = 合计 23 个，共 2 个社区（村）" in note


def test_row_of_a_further_table_shows_its_own_value(evaluated: Evaluated) -> None:
    more = {"county": {"code": ["210202", "210203"], "plan": [True, False]}}
    data = {"code": ["210202001001", "210203001001"], "orgs": [1, 1]}

    note = evaluated("  - {id: plan, each: plan, require: true}\n", data, more=more, rollup=["county"]).explain(
        "210203"
    )

    assert line(note, "数值") == "否"
    assert line(note, "所用数据") == "有方案 = 否"


def test_streamed_units_are_not_mistaken_for_all(evaluated: Evaluated) -> None:
    result = evaluated(ORGS, {"code": ["210202001001"], "orgs": [1]})
    streamed = commscore.Result(result.context, (), result.run, result.own)

    assert line(streamed.explain("2102", lang="en"), "Data used").startswith("the units were streamed")


# ---- CHAPTERS ----


def test_findings_stand_under_the_chapters_of_the_ruleset(noted: Note) -> None:
    groups = "groups: [{id: b, title: 二章, clause: 二}, {id: a, title: 一章, parent: b}]\n"
    rules = """
  - {id: first, group: a, each: orgs, require: ">= 1"}
  - {id: second, group: b, each: orgs, require: ">= 1"}
  - {id: third, each: orgs, require: ">= 1"}
"""

    note = noted(rules, {"orgs": [1]}, extra=groups, lang="zh")

    wanted = ("二章", "一章", "未分组", "[")
    assert [each for each in note.splitlines() if each.startswith(wanted)] == [
        "二章（条款 二）",
        "[通过] second",
        "二章 › 一章",
        "[通过] first",
        "未分组",
        "[通过] third",
    ]


def test_marks_note_and_departments_are_shown(noted: Note) -> None:
    rules = "  - {id: r, each: orgs, require: '>= 1', veto: true, force: expected, note: 逐个, responsible: [民政局]}\n"

    note = noted(rules, {"orgs": [1]}, lang="zh")

    assert "[通过] r（一票否决，预期性）" in note
    assert (line(note, "责任单位"), line(note, "读法")) == ("民政局", "逐个")


# ---- KEYS ----


def test_unknown_key_names_near_ones(evaluated: Evaluated) -> None:
    result = evaluated(ORGS, {"code": ["210202001001", "210202001002"], "orgs": [1, 1]})

    with pytest.raises(UsageError, match="no unit or area '210202001'; did you mean '210202001002', '210202001001'"):
        result.explain("210202001")


def test_near_keys_are_found_among_many(evaluated: Evaluated) -> None:
    keys = [f"village-{number}" for number in range(5000)]
    result = evaluated(ORGS, {"id": keys, "orgs": [1] * 5000}, key="id")

    with pytest.raises(UsageError, match="'village-499'"):
        result.explain("village-499x")


def test_key_unlike_any_is_refused(evaluated: Evaluated) -> None:
    with pytest.raises(UsageError, match="there is no unit or area 'zzz' in this result"):
        evaluated(ORGS, {"orgs": [1]}).explain("zzz")


def test_row_number_may_be_given_as_a_number(evaluated: Evaluated) -> None:
    result = evaluated(ORGS, {"orgs": [1, 12]})

    assert result.explain(1) == result.explain("1")  # type: ignore[arg-type]


def test_level_before_the_key_asks_for_the_area(evaluated: Evaluated) -> None:
    data = {"id": ["A"], "county": ["A"], "orgs": [1]}
    result = evaluated(ORGS, data, key="id", rollup=["county"])

    assert line(result.explain("A", lang="en"), "What it is") == "community"
    assert line(result.explain("county:A", lang="en"), "What it is") == "county"


def test_hostile_keys_are_made_visible(evaluated: Evaluated) -> None:
    key = "\x1b[2Jx\ny"
    note = evaluated(ORGS, {"id": [key], "orgs": [1]}, key="id").explain(key)

    assert note.splitlines()[0] == "审核说明：\\x1b[2Jx\\x0ay"


def test_note_does_not_depend_on_the_order_of_rows(evaluated: Evaluated) -> None:
    codes = [f"210202001{number:03}" for number in range(1, 30)]
    orgs: list[Any] = [number % 17 for number in range(28)] + [None]

    one = evaluated(ORGS, {"code": codes, "orgs": orgs})
    other = evaluated(ORGS, {"code": codes[::-1], "orgs": orgs[::-1]})

    assert one.explain("210202001003") == other.explain("210202001003")
