"""What a child takes over from its parent, and what it changes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from commscore._loading import check_ruleset, load_lineage, load_ruleset
from commscore._requirement import Comparator
from commscore._ruleset import Source, Text, Unscored
from commscore.errors import RulesetError

if TYPE_CHECKING:
    from tests.loading.conftest import Folder

    from commscore._ruleset import Rule, Ruleset

PARENT = """\
commscore: 1
id: plan
title: 规划
jurisdiction: {code: "3709", level: city, zh: 泰安市, en: Tai'an}
source: {document: 泰政发〔2021〕1号}
scoring: {model: flat, grades: [[优, 90], [差, 0]]}
groups:
  - {id: g, title: 第一章, weight: 2}
  - {id: h}
rules:
  - id: a
    group: g
    clause: 一
    ratio: [area, homes]
    per: 100
    over: county
    where: {kind: urban}
    require: 不低于30平方米
    phrase: 每百户不低于30平方米
    due: 2025-12-31
    weight: 3
  - {id: b, clause: 二, share: has_plan, require: 全覆盖}
unscored:
  - {clause: 三, phrase: 定期更换, why: 未写明周期}
cases:
  - {rows: [{has_plan: true}], expect: {b: pass}}
"""


def child(folder: Folder, rest: str = "", *, extends: str = "plan", name: str = "child") -> Path:
    folder.write("plan.yaml", PARENT)
    text = f"commscore: 1\nid: {name}\nyear: 2023\nextends: {extends}\n{dedent(rest)}"
    return folder.write(f"{name}.yaml", text)


def load(folder: Folder, rest: str = "") -> Ruleset:
    return load_ruleset(child(folder, rest))


def rule(ruleset: Ruleset, id_: str) -> Rule:
    return next(found for found in ruleset.rules if found.id == id_)


def test_a_child_that_says_nothing_inherits_head_groups_and_rules(folder: Folder) -> None:
    found = load(folder)
    parent = load_ruleset(folder.path / "plan.yaml")

    assert (found.title, found.jurisdiction, found.source) == (parent.title, parent.jurisdiction, parent.source)
    assert (found.scoring, found.groups, found.rules) == (parent.scoring, parent.groups, parent.rules)
    assert found.unscored == parent.unscored
    assert found.extends == ("plan",)


def test_id_and_cases_are_a_files_own(folder: Folder) -> None:
    found = load(folder)

    assert (found.id, found.year, found.cases) == ("child", 2023, ())
    assert load_ruleset(folder.path / "plan.yaml").year is None


def test_a_child_of_a_years_ruleset_is_of_that_year_unless_it_names_another(folder: Folder) -> None:
    child(folder)
    folder.write("third.yaml", "commscore: 1\nid: third\nextends: child\n")
    folder.write("fourth.yaml", "commscore: 1\nid: fourth\nextends: child\nyear: 2024\n")

    assert load_ruleset(folder.path / "third.yaml").year == 2023
    assert load_ruleset(folder.path / "fourth.yaml").year == 2024


def test_the_childs_head_wins(folder: Folder) -> None:
    found = load(
        folder, "title: 年度\njurisdiction: {code: '37', level: province}\nsource: {document: 鲁〔2023〕2号}\n"
    )

    assert found.title == Text("年度")
    assert (found.jurisdiction.code, found.jurisdiction.title) == ("37", Text("37"))
    assert found.source == Source("鲁〔2023〕2号")


def test_scoring_is_changed_key_by_key(folder: Folder) -> None:
    found = load(folder, "scoring: {model: absolute}\n")

    assert found.scoring.model == "absolute"
    assert [grade.name for grade in found.scoring.grades] == ["优", "差"]


def test_an_entry_changes_the_keys_it_gives_and_keeps_its_place(folder: Folder) -> None:
    found = load(folder, "rules: [{id: a, weight: 5, due: 2023-12-31}]\n")

    assert [one.id for one in found.rules] == ["a", "b"]
    assert rule(found, "a").weight == 5
    assert rule(found, "a").inputs == ("area", "homes")
    assert rule(found, "a").over == "county"


def test_a_new_id_adds_a_rule_after_the_inherited_ones(folder: Folder) -> None:
    found = load(folder, "rules: [{id: c, clause: 四, each: has_plan}, {id: a, weight: 5}]\n")

    assert [one.id for one in found.rules] == ["a", "b", "c"]


def test_an_assessment_replaces_the_assessment_with_all_that_belongs_to_it(folder: Folder) -> None:
    changed = rule(load(folder, "rules: [{id: a, each: area, phrase: 不低于30平方米}]\n"), "a")

    assert (changed.assessment, *changed.inputs, changed.per) == ("each", "area", Fraction(1))
    assert (changed.over, changed.where) == (None, ())
    assert changed.requirements["all"].value == 30


def test_an_assessment_that_the_inherited_phrase_does_not_say_is_a_fault_of_the_child(folder: Folder) -> None:
    path = child(folder, "rules: [{id: a, each: area}]\n")

    (fault,) = check_ruleset(path)
    assert (fault.code, fault.file, fault.line) == ("CS202", str(path), 5)


def test_a_requirement_alone_keeps_the_assessment(folder: Folder) -> None:
    changed = rule(load(folder, "rules: [{id: a, require: 超过35平方米, phrase: 每百户超过35平方米}]\n"), "a")

    assert changed.assessment == "ratio"
    assert changed.per == 100
    assert changed.requirements["all"].comparator is Comparator.MORE_THAN


def test_null_takes_an_inherited_key_away(folder: Folder) -> None:
    changed = rule(load(folder, "rules: [{id: a, where: null, due: ~}]\n"), "a")

    assert (changed.where, changed.due) == ((), None)


def test_a_key_left_blank_is_a_fault_and_takes_nothing_away(folder: Folder) -> None:
    path = child(folder, "rules:\n  - id: a\n    where:\n")

    (fault,) = check_ruleset(path)
    assert (fault.code, fault.line) == ("CS015", 7)


def test_groups_are_changed_by_id_and_added(folder: Folder) -> None:
    found = load(folder, "groups: [{id: i, parent: g}, {id: g, weight: 0.5}]\n")

    assert [(group.id, group.weight, str(group.title)) for group in found.groups] == [
        ("g", Fraction(1, 2), "第一章"),
        ("h", 1, "h"),
        ("i", 1, "i"),
    ]


def test_drop_switches_off_and_the_rule_stays_listed(folder: Folder) -> None:
    dropped = rule(load(folder, "drop: [{id: b, because: 本市无此类}]\n"), "b")

    assert (dropped.selected, dropped.because) == (False, "本市无此类")


def test_a_grandchild_takes_up_again_what_its_parent_dropped(folder: Folder) -> None:
    child(folder, "drop: [{id: b, because: 暂缓}]\n")
    folder.write("third.yaml", "commscore: 1\nid: third\nextends: child\nrules: [{id: b, weight: 1}]\n")

    assert rule(load_ruleset(folder.path / "third.yaml"), "b").selected


def test_unscored_entries_add_up_and_the_childs_wins(folder: Folder) -> None:
    found = load(
        folder,
        "unscored:\n  - {clause: 三, phrase: 定期更换, see: a}\n  - {clause: 四, why: 口号}\n",
    )

    assert found.unscored == (Unscored("三", phrase="定期更换", see="a"), Unscored("四", why="口号"))


def test_rules_of_another_document_keep_their_source(folder: Folder) -> None:
    found = load(
        folder,
        "source: {document: 泰民〔2023〕12号}\n"
        "rules:\n"
        "  - {id: a, weight: 5}\n"
        "  - {id: b, clause: 五, phrase: 全覆盖}\n"
        "  - {id: c, clause: 六, each: has_plan}\n",
    )

    assert rule(found, "a").source == Source("泰政发〔2021〕1号")
    assert rule(found, "b").source is None
    assert rule(found, "c").source is None
    assert found.unscored[0].source == Source("泰政发〔2021〕1号")


def test_words_of_one_document_beside_the_clause_of_another_are_doubted(folder: Folder) -> None:
    path = child(folder, "source: {document: 泰民〔2023〕12号}\nrules: [{id: b, phrase: 实现全覆盖}]\n")

    (fault,) = check_ruleset(path)
    assert (fault.code, fault.severity, fault.line) == ("CS401", "warning", 6)


@pytest.mark.parametrize("extends", ["plan", "./plan.yaml", "plan.yaml", "../{}/plan.yaml"])
def test_a_parent_is_named_by_id_or_by_path_from_the_file(folder: Folder, extends: str) -> None:
    path = child(folder, extends=extends.format(folder.path.name))

    assert load_ruleset(path).extends == ("plan",)


def test_a_parent_may_be_one_that_comes_with_the_library_or_lies_in_the_folder_given(
    folder: Folder, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "inputs.yaml").write_text((folder.path / "inputs.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (other / "plan.yaml").write_text(PARENT, encoding="utf-8")
    path = folder.write("child.yaml", "commscore: 1\nid: child\nyear: 2023\nextends: plan\n")

    assert load_ruleset(path, folder=other).extends == ("plan",)
    with pytest.raises(RulesetError, match="there is no ruleset 'plan'"):
        load_ruleset(path)


def test_lineage_gives_each_ancestor_whole(folder: Folder) -> None:
    child(folder, "rules: [{id: a, weight: 5}]\n")
    third = folder.write("third.yaml", "commscore: 1\nid: third\nyear: 2024\nextends: child\n")

    lineage = load_lineage(third)

    assert [one.id for one in lineage] == ["third", "child", "plan"]
    assert [rule(one, "a").weight for one in lineage] == [5, 5, 3]
    assert lineage[0].extends == ("child", "plan")


def test_faults_of_inherited_parts_point_into_the_parents_file(folder: Folder) -> None:
    path = child(folder, "rules: [{id: a, weight: -1}]\n")
    folder.write("plan.yaml", PARENT.replace("share: has_plan", "share: has_plam"))

    found = check_ruleset(path)

    assert [(Path(fault.file or "").name, fault.line, fault.code) for fault in found] == [
        ("child.yaml", 5, "CS018"),
        ("plan.yaml", 22, "CS101"),
    ]


def test_a_parents_rule_that_the_child_mends_is_no_fault_of_the_child(folder: Folder) -> None:
    path = child(folder, "rules: [{id: b, share: has_plan}]\n")
    folder.write("plan.yaml", PARENT.replace("share: has_plan", "share: has_plam"))

    assert check_ruleset(path) == []


def test_circles_end_in_a_fault(folder: Folder) -> None:
    folder.write("one.yaml", "commscore: 1\nid: one\nextends: two\n")
    path = folder.write("two.yaml", "commscore: 1\nid: two\nextends: one\n")

    (fault,) = check_ruleset(path)
    assert (fault.code, Path(fault.file or "").name, fault.line) == ("CS106", "one.yaml", 3)


def test_a_lineage_has_an_end(folder: Folder) -> None:
    folder.write("r0.yaml", PARENT)
    for number in range(1, 20):
        folder.write(f"r{number}.yaml", f"commscore: 1\nid: r{number}\nextends: r{number - 1}\n")

    assert load_ruleset(folder.path / "r5.yaml").id == "r5"
    (fault,) = check_ruleset(folder.path / "r19.yaml")
    assert (fault.code, fault.message) == ("CS106", "more than 6 rulesets extend one another")


def test_a_parent_that_is_no_ruleset_is_named_at_both_places(folder: Folder) -> None:
    path = child(folder)
    folder.write("plan.yaml", "- a\n")

    assert [fault.code for fault in check_ruleset(path)] == ["CS105"]


def test_a_parent_that_is_not_yaml_shows_where(folder: Folder) -> None:
    path = child(folder)
    folder.write("plan.yaml", "a: [\n")

    assert [(fault.code, Path(fault.file or "").name) for fault in check_ruleset(path)] == [
        ("CS105", "child.yaml"),
        ("CS006", "plan.yaml"),
    ]


def test_the_childs_catalogue_wins_over_the_parents(folder: Folder, tmp_path: Path) -> None:
    folder.write("plan.yaml", PARENT)
    below = tmp_path / "below"
    below.mkdir()
    (below / "inputs.yaml").write_text("area: {zh: 使用面积, type: quantity, places: 1}\n", encoding="utf-8")
    path = below / "child.yaml"
    path.write_text("commscore: 1\nid: child\nyear: 2023\nextends: ../plan.yaml\n", encoding="utf-8")

    found = load_ruleset(path)

    assert (str(found.inputs["area"].title), found.inputs["area"].places) == ("使用面积", 1)
    assert str(found.inputs["homes"].title) == "户数"


def test_a_fault_that_two_files_share_is_told_once(folder: Folder) -> None:
    path = child(folder, "inputs: {halls: {type: flag, counts: [none, none]}}\n")

    assert [fault.code for fault in check_ruleset(path)] == ["CS101"]
