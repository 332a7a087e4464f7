"""What `check_ruleset` says of a child, its parent, and the year before."""

from __future__ import annotations

from pathlib import Path

import pytest

import commscore
from commscore.errors import Diagnostic, Severity

PARENT = """\
commscore: 1
id: nation
jurisdiction: {code: "3709", level: city}
inputs:
  orgs: {zh: 组织, type: count}
  area: {zh: 面积, type: quantity}
rules:
  - {id: orgs, clause: 一, mean: orgs, require: {urban: 不少于10个, rural: 不少于5个}}
  - {id: area, clause: 二, each: area, require: 30平方米以上, due: 2025-12-31}
"""
CHILD = """\
commscore: 1
id: town-2024
extends: ./nation.yaml
year: 2024
"""


class Town:
    """A child of one parent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "inputs.yaml").write_text("{}\n", encoding="utf-8")
        (path / "nation.yaml").write_text(PARENT, encoding="utf-8")

    def write(self, rest: str, *, year: int = 2024) -> Path:
        path = self.path / f"town-{year}.yaml"
        path.write_text(CHILD.replace("2024", str(year)) + rest, encoding="utf-8")
        return path

    def check(self, rest: str, *, relations: bool = False) -> list[Diagnostic]:
        return commscore.check_ruleset(self.write(rest), relations=relations)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


LAXER = """\
rules:
  - id: orgs
    clause: 一
    require: {urban: 不少于10个, rural: 不少于3个}
"""


def test_a_child_that_changes_nothing_is_clean(town: Town) -> None:
    assert town.check("") == []


def test_a_laxer_rule_without_a_reason_is_a_warning_at_the_key(town: Town) -> None:
    (found,) = town.check(LAXER)

    assert (found.code, found.severity, found.line, found.column) == ("CS402", Severity.WARNING, 8, 5)
    assert found.message == (
        "rule 'orgs' asks less than in 'nation': "
        "requirement (rural) ≥ 3 个, there ≥ 5 个; 3 passes here and fails there"
    )
    assert found.hint == "say why in `because:`, or mend the rule"
    assert commscore.load_ruleset(town.path / "town-2024.yaml").year == 2024


def test_a_laxer_rule_with_a_reason_is_none(town: Town) -> None:
    assert town.check(LAXER + "    because: 山区\n") == []


def test_a_later_due_date_is_laxer(town: Town) -> None:
    (found,) = town.check("rules:\n  - {id: area, clause: 二, due: 2026-12-31}\n")

    assert "due 2026-12-31, there 2025-12-31" in found.message
    assert (found.line, found.column) == (6, 27)


def test_what_is_laxer_in_one_respect_and_stricter_in_another_needs_a_reason_too(town: Town) -> None:
    (found,) = town.check("rules:\n  - {id: area, clause: 二, require: 40平方米以上, due: 2026-12-31}\n")

    assert "40" not in found.message


def test_a_stricter_rule_is_clean(town: Town) -> None:
    assert town.check("rules:\n  - {id: area, clause: 二, require: 40平方米以上, due: 2024-12-31}\n") == []


def test_a_rule_switched_off_has_its_reason(town: Town) -> None:
    assert town.check("drop: [{id: area, because: 无}]\n") == []


def test_relations_are_notes_on_every_rule(town: Town) -> None:
    found = town.check(
        "rules:\n"
        "  - {id: area, clause: 二, require: 超过30平方米}\n"
        "  - {id: more, clause: 三, each: orgs, require: 不少于1个}\n",
        relations=True,
    )

    more = "requirement > 30 平方米, there ≥ 30 平方米; 30 fails here and passes there"
    assert {(each.code, each.severity) for each in found} == {("CS404", Severity.NOTE)}
    assert [each.message for each in found] == [
        "equal: rule 'orgs' asks the same as in 'nation'",
        f"stricter: rule 'area' asks more than in 'nation': {more}",
        "rule 'more' is added; 'nation' has none of this id",
    ]
    assert [each.line for each in found] == [3, 6, 7]


def test_a_grandparent_made_laxer_is_told_where_it_was(town: Town) -> None:
    (town.path / "plan.yaml").write_text("commscore: 1\nid: plan\nextends: ./nation.yaml\n" + LAXER, encoding="utf-8")
    path = town.write("")
    path.write_text(path.read_text(encoding="utf-8").replace("./nation.yaml", "./plan.yaml"), encoding="utf-8")

    (found,) = commscore.check_ruleset(path)

    assert (found.code, Path(found.file or "").name, found.line) == ("CS402", "plan.yaml", 7)


def test_a_year_laxer_than_the_one_before_needs_a_reason(town: Town) -> None:
    head = 'commscore: 1\nid: city-%d\nyear: %d\njurisdiction: {code: "3709", level: city}\n'
    rules = (
        "inputs: {orgs: {zh: 组织, type: count}}\nrules:\n  - {id: orgs, clause: 一, each: orgs, require: 不少于%d个}\n"
    )
    for year, least in ((2022, 1), (2023, 10), (2024, 8)):
        text = head % (year, year) + rules % least
        (town.path / f"city-{year}.yaml").write_text(text, encoding="utf-8")

    assert commscore.check_ruleset(town.path / "city-2023.yaml") == []
    (found,) = commscore.check_ruleset(town.path / "city-2024.yaml")
    assert (found.code, found.line) == ("CS403", 7)
    assert "asks less than the year before in 'city-2023'" in found.message
    assert "8 passes here and fails there" in found.message


def test_a_year_without_an_earlier_rule_is_noted(town: Town) -> None:
    town.write("rules:\n  - {id: once, clause: 三, each: orgs, require: 不少于1个}\n", year=2023)

    assert town.check("") == []
    assert "rule 'once' of 'town-2023' has no like here" in [each.message for each in town.check("", relations=True)]


@pytest.mark.parametrize("ruleset", [record.id for record in commscore.list_rulesets()])
def test_bundled_rulesets_give_a_reason_wherever_they_are_laxer(ruleset: str) -> None:
    found = commscore.check_ruleset(ruleset)
    assert [str(each) for each in found if each.severity is not Severity.NOTE] == []
