"""The summary tells scores, grades, the worst, what stayed open, and everything that was not checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from wcwidth import wcswidth

import commscore
from commscore._report._words import LANGS, words

Evaluated = Callable[..., commscore.Result]

EACH = "  - {id: orgs, title: 社会组织, clause: 一, each: orgs, require: '>= 10'}\n"


def section(text: str, heading: str) -> list[str]:
    """Return the lines below a heading, up to the next."""
    lines = text.splitlines()
    start = lines.index(heading) + 2
    ends = [i for i, each in enumerate(lines) if i > start and set(each) == {"="}]
    return [each for each in lines[start : ends[0] - 1 if ends else None] if each.strip()]


def cells(line: str) -> list[str]:
    """Return the cells of a table's line."""
    return [each for each in line.split("  ") if each.strip()]


def found(result: commscore.Result, heading: str) -> list[list[str]]:
    """Return the cells of the table of an English section."""
    return [[cell.strip() for cell in cells(each)] for each in section(result.summary(), heading)[2:]]


def codes(count: int, county: int = 210202) -> list[str]:
    return [f"{county}001{number:03}" for number in range(1, count + 1)]


# ---- HEADING ----


def test_heading_names_ruleset_and_counts(evaluated: Evaluated) -> None:
    text = evaluated(EACH, {"orgs": [1, 2, 3]}, as_of="2023-06-30").summary()

    assert text.splitlines()[:9] == [
        "Summary: mini-2023",
        "==================",
        "Ruleset: Mini programme",
        "Document: 小民〔2023〕1号",
        "Year: 2023",
        "As of: 2023-06-30",
        "Model: default",
        "Scored: 3 communities",
        "Rules: 1 (scored 1)",
    ]


def test_heading_counts_further_tables_and_rules_by_reason(everything: commscore.Result) -> None:
    lines = everything.summary(lang="zh").splitlines()

    assert "评价对象：1 个社区（村）" in lines
    assert "规则：9（计分 4，缺列 1，未到期 1，仅列示 1，已停用 1，无适用对象 1）" in lines


# ---- SCORES AND GRADES ----


def test_scores_spread_over_the_units(evaluated: Evaluated) -> None:
    rules = EACH + "  - {id: homes, each: homes, require: '>= 1'}\n"

    text = evaluated(rules, {"orgs": [10, 10, 1, 1], "homes": [1, None, 1, 0]})

    assert found(text, "Scores of the units") == [
        ["Score", "50.00", "0.00", "50.00", "100.00"],
        ["Lowest", "50.00", "0.00", "50.00", "100.00"],
        ["Highest", "62.50", "0.00", "75.00", "100.00"],
        ["Coverage", "87.5%", "50%", "100%", "100%"],
    ]


def test_score_that_misses_a_grade_by_a_hair_is_not_rounded_up_to_it(evaluated: Evaluated) -> None:
    rules = "".join(f"  - {{id: r{i}, each: orgs, require: '>= 1', weight: {w}}}\n" for i, w in ((1, "89999"),))
    rules += "  - {id: r2, each: homes, require: '>= 1', weight: 10001}\n"

    result = evaluated(rules, {"orgs": [1], "homes": [0]})

    assert result.units["grade"].to_pylist() == ["良好"]
    assert found(result, "Scores of the units")[0][1] == "89.999"


def test_units_without_a_score_are_counted(evaluated: Evaluated) -> None:
    rules = "  - {id: orgs, each: orgs, require: '>= 1', where: {centre: true}}\n"

    text = evaluated(rules, {"orgs": [1, 1, 1], "centre": [True, False, False]}).summary()

    assert "without a score: 2 communities" in text


def test_grades_are_counted_with_what_they_may_become(evaluated: Evaluated) -> None:
    result = evaluated(EACH, {"orgs": [10, 10, 1, None]})

    assert found(result, "Grades of the units") == [
        ["优秀", "2", "50%", "2", "3"],
        ["良好", "0", "0%", "0", "0"],
        ["达标", "0", "0%", "0", "0"],
        ["不达标", "2", "50%", "2", "1"],
    ]


def test_no_grades_no_distribution(evaluated: Evaluated) -> None:
    text = evaluated(EACH, {"orgs": [10]}, extra="").summary()

    assert "Grades of the units" not in text


# ---- AREAS ----


def test_areas_come_coarsest_first_and_lowest_first(evaluated: Evaluated) -> None:
    data = {"code": [*codes(2, 210202), *codes(2, 210203), *codes(1, 210204)], "orgs": [10, 10, 1, None, 10]}

    result = evaluated(EACH, data, rollup=["county", "city"])

    assert found(result, "Areas (lowest scores first within a level)") == [
        ["city", "2102 Dalian", "5", "0.00", "0.00", "100%", "不达标", "60.00", "1", "0"],
        ["county", "210203", "2", "0.00", "0.00", "100%", "不达标", "0.00", "1", "0"],
        ["county", "210202", "2", "100.00", "100.00", "100%", "优秀", "100.00", "0", "0"],
        ["county", "210204", "1", "100.00", "100.00", "100%", "优秀", "100.00", "0", "0"],
    ]


def test_areas_left_out_are_counted(evaluated: Evaluated) -> None:
    data = {"code": [codes(1, 210200 + number)[0] for number in range(10, 25)], "orgs": [10] * 15}

    result = evaluated(EACH, data, rollup=["county"])

    assert len(found(result, "Areas (lowest scores first within a level)")) == 11
    assert "… and 5 counties more" in result.summary()
    assert "……另有 5 个区县未列出" in result.summary(lang="zh")


def test_units_of_unknown_area_are_shown(evaluated: Evaluated) -> None:
    result = evaluated(EACH, {"orgs": [10]}, rollup=["county"])

    assert found(result, "Areas (lowest scores first within a level)")[0][1] == "(not known)"


def test_flat_scores_of_areas_stand_beside_their_maximum(evaluated: Evaluated) -> None:
    rules = EACH + "  - {id: homes, each: homes, require: '>= 1', weight: 3}\n"

    result = evaluated(rules, {"orgs": [10], "homes": [0]}, extra="scoring: {model: flat}\n")

    assert found(result, "Areas (lowest scores first within a level)")[0][3] == "1.00 of 4"


# ---- RULES ----


def test_worst_rules_come_first_with_their_interval(evaluated: Evaluated) -> None:
    rules = EACH + "  - {id: homes, each: homes, require: '>= 1'}\n  - {id: fine, each: posts, require: '>= 1'}\n"

    result = evaluated(rules, {"orgs": [10, 10, 1, 10], "homes": [1, None, 0, -1], "posts": [1, 1, 1, 1]})

    assert found(result, "Worst rules (by pass rate)") == [
        ["homes", "homes", "25%", "25% – 75%", "1", "1", "1", "1"],
        ["orgs", "社会组织", "一", "75%", "75%", "3", "1", "0", "0"],
        ["1 rule passes everywhere"],
    ]


def test_almost_all_is_not_rounded_to_all(evaluated: Evaluated) -> None:
    result = evaluated(EACH, {"orgs": [10] * 9999 + [9]})

    assert found(result, "Worst rules (by pass rate)")[0][3] == "99.99%"
    assert found(result, "Scores of the units")[0][1] == "99.99"


def test_rules_left_out_are_counted(evaluated: Evaluated) -> None:
    rules = "".join(f"  - {{id: r{number}, each: orgs, require: '>= {number}'}}\n" for number in range(2, 15))

    text = evaluated(rules, {"orgs": [1, 20]}).summary()

    assert "… and 3 more" in section(text, "Worst rules (by pass rate)")


def test_rules_judged_at_areas_stand_with_value_and_requirement(evaluated: Evaluated) -> None:
    rules = """
  - {id: mean, mean: workers, require: '>= 9'}
  - {id: share, share: centre, require: 全覆盖}
  - {id: area, ratio: [area, homes], per: 100, require: {urban: '>= 30', rural: '>= 20'}}
"""
    data = {
        "kind": ["urban", "rural"],
        "workers": [9, 8],
        "centre": [True, None],
        "area": [60, 30],
        "homes": [200, 100],
    }

    result = evaluated(rules, data)

    assert found(result, "Rules judged at areas") == [
        ["mean", "mean", "2102", "fail", "8.5 persons", "≥ 9 persons"],
        ["share", "share", "2102", "unknown", "between 50% and 100%", "= 100%"],
        ["area", "area", "2102", "urban", "pass", "30 m² per 100 households", "≥ 30 m² per 100 households"],
        ["area", "area", "2102", "rural", "pass", "30 m² per 100 households", "≥ 20 m² per 100 households"],
    ]


def test_value_of_an_area_does_not_contradict_its_status(evaluated: Evaluated) -> None:
    rules = "  - {id: share, share: centre, require: 全覆盖}\n"

    result = evaluated(rules, {"centre": [True] * 29_999 + [False]})

    assert found(result, "Rules judged at areas")[0][3:] == ["fail", "99.997%", "= 100%"]


def test_findings_of_areas_left_out_are_counted_by_status(evaluated: Evaluated) -> None:
    data = {"code": [codes(1, 210200 + number)[0] for number in range(10, 60)], "orgs": [1, 10] * 25}

    result = evaluated("  - {id: mean, mean: orgs, over: county, require: '>= 5'}\n", data)

    assert section(result.summary(), "Rules judged at areas")[-1] == "… and 10 more (pass 10)"
    assert section(result.summary(lang="zh"), "在地区判定的规则")[-1] == "……另有 10 项未列出（通过 10）"


# ---- WHAT STAYED OPEN ----


def test_what_is_open_is_counted_by_reason(evaluated: Evaluated) -> None:
    rules = EACH + "  - {id: mean, mean: orgs, require: '>= 10'}\n"

    result = evaluated(rules, {"orgs": [10, None, None, -1]})

    assert found(result, "Unknown and in error") == [
        ["unknown", "a value is missing", "2", "0", "orgs 2"],
        ["error", "a value cannot be right", "1", "0", "orgs 1"],
        ["unknown", "data are missing, and what they turn out to be decides it", "0", "2", "mean 1, orgs 1"],
    ]


def test_bad_cells_are_counted_only_where_a_rule_reads_them(evaluated: Evaluated) -> None:
    rules = "  - {id: orgs, each: orgs, require: {urban: '>= 10'}}\n"

    result = evaluated(rules, {"kind": ["urban", "urban", "rural"], "orgs": ["x", None, None]})

    assert found(result, "Missing and invalid data") == [["orgs", "Social organisations", "community", "1", "1", "2"]]


def test_nothing_open_is_said(evaluated: Evaluated) -> None:
    text = evaluated(EACH, {"orgs": [1]}).summary()

    assert section(text, "Unknown and in error") == ["none"]
    assert section(text, "Not scored, and why") == ["none"]


# ---- WHAT IS NOT SCORED ----


def test_everything_not_scored_is_listed_with_its_reason(everything: commscore.Result) -> None:
    lines = section(everything.summary(), "Not scored, and why")

    heads = [each for each in lines if each.endswith(")") and "  " not in each]
    assert heads == [
        "the data have no column for it (1)",
        "not yet due, not scored (1)",
        "the rule is informational, not scored (1)",
        "switched off by the ruleset (1)",
        "nothing in its scope (1)",
    ]
    rows = {cells(each)[0].strip(): [cell.strip() for cell in cells(each)] for each in lines}
    assert rows["notchecked"][2:] == ["missing Never reported (absent)"]
    assert rows["later"][2:] == ["2024-12-31", "fail 1"]
    assert rows["dropped"][2:] == ["另行考核"]
    assert {"shown", "out"} <= set(rows)


def test_rule_not_yet_due_shows_value_and_outlook(evaluated: Evaluated) -> None:
    rules = EACH + "  - {id: later, total: orgs, require: '>= 9', due: 2024-12-31}\n"

    lines = section(evaluated(rules, {"orgs": [4, 4]}).summary(), "Not scored, and why")

    assert [cell.strip() for cell in cells(lines[-1])] == ["later", "later", "2024-12-31", "fail", "8", "≥ 9"]


def test_missing_kind_is_named(evaluated: Evaluated) -> None:
    rules = EACH + "  - {id: scoped, each: orgs, require: {urban: '>= 1'}}\n"

    text = evaluated(rules, {"orgs": [1]}).summary(lang="zh")

    assert "缺少 城乡类型（kind）" in text


def test_level_of_the_table_needed_is_named(evaluated: Evaluated) -> None:
    text = evaluated(EACH + "  - {id: plan, each: plan, require: true}\n", {"orgs": [1], "plan": [True]}).summary()

    assert "needs a table of county, given: community" in text


def test_compound_that_lacks_a_part_is_told_apart(evaluated: Evaluated) -> None:
    rules = "  - {id: both, all: [{each: orgs, require: '>= 1'}, {each: absent, require: '>= 1'}]}\n"

    lines = section(evaluated(rules, {"orgs": [1]}).summary(), "Not scored, and why")

    assert lines[0] == "Scored, but a part has no column and counts as unknown (1)"
    assert "missing Never reported (absent)" in lines[-1]


# ---- ODD RESULTS ----


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("model", ["default", "flat", "flat-unweighted", "absolute", "attainment"])
def test_empty_table_has_a_summary(evaluated: Evaluated, lang: str, model: str) -> None:
    rules = EACH + "  - {id: mean, mean: orgs, require: '>= 1'}\n"

    result = evaluated(rules, {"orgs": []}, extra=f"scoring: {{model: {model}}}\n")

    assert words(lang).places(0, "community") in result.summary(lang=lang)


def test_one_row_has_a_summary(evaluated: Evaluated) -> None:
    assert "1 community" in evaluated(EACH, {"orgs": [1]}).summary()


def test_streamed_result_says_that_units_are_not_at_hand(evaluated: Evaluated) -> None:
    result = evaluated(EACH, {"orgs": [1, 2]})
    streamed = commscore.Result(result.context, (), result.run, result.own)

    text = streamed.summary()

    assert "Scored: 2 communities" in text
    assert section(text, "Scores of the units") == ["the units were streamed, their values are not at hand"]


def test_summary_does_not_depend_on_the_order_of_rows(evaluated: Evaluated) -> None:
    orgs: list[Any] = [number % 17 for number in range(28)] + [None, -1]
    units = list(zip(codes(30), orgs, strict=True))

    def summed(rows: Sequence[tuple[str, Any]]) -> str:
        data = {"code": [code for code, _ in rows], "orgs": [count for _, count in rows]}
        return evaluated(EACH, data, rollup=["township", "city"]).summary()

    assert summed(units) == summed(units[::-1])


@pytest.mark.parametrize("lang", LANGS)
def test_tables_are_aligned_in_both_languages(everything: commscore.Result, lang: str) -> None:
    lines = everything.summary(lang=lang).splitlines()

    for i, rule in enumerate(lines):
        if set(rule) == {"-", " "}:
            starts = [at for at in range(len(rule)) if rule[at] == "-" and (at == 0 or rule[at - 1] == " ")]
            header = lines[i - 1]
            assert wcswidth(header) <= len(rule)
            for at in starts[1:]:
                assert column_before(header, at) == " "


def column_before(text: str, at: int) -> str:
    """Return the character that takes the display column before a position; a blank beyond the end."""
    used = 0
    for char in text:
        used += max(wcswidth(char), 0)
        if used >= at:
            return char
    return " "


def test_other_language_is_refused(evaluated: Evaluated) -> None:
    with pytest.raises(commscore.UsageError, match="lang: there is no 'de'"):
        evaluated(EACH, {"orgs": [1]}).summary(lang="de")
