"""Two rulesets, rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commscore import load_ruleset
from commscore._comparing import Change, diff_rulesets

Changes = Callable[..., list[Change]]
HEAD = """\
commscore: 1
id: {id}
jurisdiction: {{code: "{code}", level: city}}
year: {year}
inputs:
  orgs: {{zh: 组织, type: count}}
  homes: {{zh: 户, type: count}}
  area: {{zh: 面积, type: quantity}}
rules:
"""


@pytest.fixture
def changes(tmp_path: Path) -> Changes:
    """Compare two lists of rules."""
    (tmp_path / "inputs.yaml").write_text("{}\n", encoding="utf-8")

    def of(*sides: str, codes: tuple[str, str] = ("3709", "3709")) -> list[Change]:
        loaded = []
        for index, (rules, code) in enumerate(zip(sides, codes, strict=True)):
            path = tmp_path / f"r{index}.yaml"
            text = HEAD.format(id=f"r{index}", code=code, year=2023 + index) + rules
            path.write_text(text, encoding="utf-8")
            loaded.append(load_ruleset(path))
        return list(diff_rulesets(loaded[0], loaded[1]).changes)

    return of


def pair(change: Change) -> tuple[str | None, str | None, str | None]:
    before, after = (None if rule is None else rule.id for rule in (change.before, change.after))
    return before, after, change.matched


A = "  - {id: a, clause: 一, each: orgs, require: 不少于1个}\n"
B = "  - {id: b, clause: 二, mean: area, require: 30平方米以上}\n"


def test_rules_are_paired_by_id(changes: Changes) -> None:
    assert [pair(each) for each in changes(A + B, B + A)] == [("a", "a", "id"), ("b", "b", "id")]


def test_rules_of_other_names_are_paired_by_what_they_judge(changes: Changes) -> None:
    found = changes(A + B, A.replace("id: a", "id: x"), codes=("3709", "2102"))

    assert [pair(each) for each in found] == [("a", "x", "assessment"), ("b", None, None)]


def test_each_and_mean_of_one_input_are_paired(changes: Changes) -> None:
    found = changes(A, A.replace("id: a", "id: x").replace("each", "mean"), codes=("3709", "2102"))

    assert [pair(each) for each in found] == [("a", "x", "assessment")]
    assert [str(each.comparison.relation) for each in found] == ["laxer"]


def test_an_id_that_means_something_else_elsewhere_pairs_nothing(changes: Changes) -> None:
    other = A.replace("orgs", "homes")

    assert [pair(each) for each in changes(A, other, codes=("3709", "2102"))] == [("a", None, None), (None, "a", None)]
    assert [pair(each) for each in changes(A, other)] == [("a", "a", "id")]


def test_words_weight_and_dues_are_listed_apart(changes: Changes) -> None:
    (found,) = changes(
        "  - {id: a, clause: 一, title: 甲, each: orgs, require: 不少于1个, weight: 1, due: 2024-06-30}\n",
        "  - {id: a, clause: 二, title: 甲, each: orgs, require: 1个以上, weight: 2, due: 2024-06-30,\n"
        "     force: expected}\n",
    )

    assert str(found.comparison.relation) == "equal"
    assert (found.reworded, found.others, found.reweighted, found.falls_due) == (
        ("clause", "phrase"),
        ("force",),
        True,
        True,
    )


def test_dropped_and_added_rules(changes: Changes) -> None:
    found = changes(A, B)

    assert [pair(each) for each in found] == [("a", None, None), (None, "b", None)]
    assert [each.comparison for each in found] == [None, None]


def test_years_of_one_plan_ask_the_same_and_fall_due() -> None:
    found = diff_rulesets(load_ruleset("dalian-2024"), load_ruleset("dalian-2025")).changes

    assert {str(each.comparison.relation) for each in found if each.comparison} == {"equal"}
    assert all(each.falls_due == (each.before is not None and str(each.before.due) == "2025-12-31") for each in found)
