"""`commscore ruleset list | show | check | schema | test`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import commscore

Command = Callable[..., Any]


def test_list_names_every_ruleset(command: Command) -> None:
    text, data = command("ruleset", "list", "--lang", "en"), command("ruleset", "list", "--json")

    ids = [record.id for record in commscore.list_rulesets()]
    assert [line.split()[0] for line in text.out.splitlines()[2:] if not line.startswith(" ")] == ids
    assert [record["id"] for record in json.loads(data.out)] == ids
    assert text.err == data.err == ""


def test_list_takes_a_folder(here: Path, command: Command) -> None:
    assert [record["id"] for record in json.loads(command("ruleset", "list", "--folder", here, "--json").out)] == [
        "mini-2024"
    ]


def test_show_lists_rules(here: Path, command: Command) -> None:
    ended = command("ruleset", "show", here / "mini-2024.yaml", "--lang", "en")

    assert ended.code == 0
    lines = [line.split("  ") for line in ended.out.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells[0] == ["ruleset", "mini-2024", "Mini"]
    assert ["orgs", "Organisations", "一", "each orgs", "≥ 10 个"] in cells
    assert ["plan", "方案", "each plan", "true"] in cells


def test_show_writes_a_page_in_which_no_text_is_markup(here: Path, command: Command) -> None:
    path = here / "mini-2024.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("title: 方案", 'title: "<b>方|案</b> [x](y)"'), encoding="utf-8"
    )

    ended = command("ruleset", "show", path, "--format", "md", "--lang", "en")

    assert ended.code == 0
    page = ended.out.splitlines()
    assert page[:3] == ["# Mini", "", "| ruleset | `mini-2024` |"]
    assert "| Organisations<br>`orgs` | 一 | each orgs | 不少于10个 | ≥ 10 个 |  | 1 | binding |" in page
    assert (
        "| &#60;b&#62;方&#124;案&#60;/b&#62; &#91;x&#93;(y)<br>`plan` |  | each plan |  | true |  | 1 | binding |"
        in page
    )


@pytest.mark.parametrize(
    ("ruleset", "judged", "required"),
    [
        ("dalian-2023", "合计之比：社区综合服务设施面积 ÷ 户数 × 100", "≥ 30 平方米"),
        ("taian-2023", "合计之比：社区商业和综合服务设施面积 ÷ 社区总建筑面积（限 新建社区 是）", "≥ 10%"),
        ("taian-2023", "平均：社区社会组织数量", "城市 ≥ 12 个, 农村 ≥ 6 个"),
    ],
)
def test_a_chinese_page_says_in_chinese_what_is_judged(
    ruleset: str, judged: str, required: str, command: Command
) -> None:
    lines = command("ruleset", "show", ruleset, "--format", "md").out.splitlines()

    assert [judged, required] in [
        [row[3].strip(), row[5].strip()] for row in (line.split("|") for line in lines) if len(row) > 6
    ]


@pytest.mark.usefixtures("here")
def test_a_page_is_of_the_whole_ruleset(command: Command) -> None:
    ended = command("ruleset", "show", "mini-2024.yaml", "--format", "md", "--rule", "orgs")

    assert ended.code == 2
    assert "a page shows the whole ruleset" in ended.err


def test_show_gives_rules_as_json(here: Path, command: Command) -> None:
    told = json.loads(command("ruleset", "show", here / "mini-2024.yaml", "--rule", "orgs", "--json").out)

    assert told["id"] == "mini-2024"
    assert [rule["id"] for rule in told["rules"]] == ["orgs"]
    rule = told["rules"][0]
    assert (rule["assessment"], rule["inputs"], rule["clause"], rule["phrase"]) == (
        "each",
        ["orgs"],
        "一",
        "不少于10个",
    )
    assert rule["requirements"] == {
        "all": {
            "text": "≥ 10 个",
            "comparator": "at_least",
            "value": "10",
            "upper": None,
            "tolerance": None,
            "unit": "个",
        }
    }


@pytest.mark.parametrize("ruleset", [record.id for record in commscore.list_rulesets()])
def test_every_ruleset_can_be_shown(ruleset: str, command: Command) -> None:
    text, data = command("ruleset", "show", ruleset), command("ruleset", "show", ruleset, "--json")

    assert text.code == data.code == 0
    rules = commscore.load_ruleset(ruleset).rules
    assert [rule["id"] for rule in json.loads(data.out)["rules"]] == [rule.id for rule in rules]
    assert all(rule.id in text.out for rule in rules)


def test_check_lists_every_fault(here: Path, command: Command) -> None:
    (here / "bad.yaml").write_text("commscore: 1\nid: bad\nrulse: []\nyear: soon\n", encoding="utf-8")

    text, data = command("ruleset", "check", here), command("ruleset", "check", here / "bad.yaml", "--json")

    found = [str(each) for each in commscore.check_ruleset(here / "bad.yaml")]
    assert text.code == data.code == 2
    assert all(each in text.out for each in found)
    assert text.err.startswith("2 files checked: ")
    assert [entry["code"] for entry in json.loads(data.out)] == [
        each.code for each in commscore.check_ruleset(here / "bad.yaml")
    ]


def test_check_passes_with_warnings(here: Path, command: Command) -> None:
    ended = command("ruleset", "check", here / "mini-2024.yaml")

    assert ended.code == 0
    assert "warning[" in ended.out
    assert ended.err.startswith("1 file checked: ")


def test_check_reads_catalogues_and_ids(here: Path, command: Command) -> None:
    (here / "inputs.yaml").write_text("orgs: {zh: 组织, type: cuont}\n", encoding="utf-8")

    assert command("ruleset", "check", "dalian-2023").code == 0
    ended = command("ruleset", "check", here / "inputs.yaml")
    assert ended.code == 2
    assert "inputs.yaml:1:" in ended.out


def test_schema_is_a_json_schema(command: Command) -> None:
    assert json.loads(command("ruleset", "schema").out)["$schema"].startswith("https://json-schema.org/")


def test_cases_are_run(here: Path, command: Command) -> None:
    ended = command("ruleset", "test", here / "mini-2024.yaml")

    assert (ended.code, ended.out, ended.err) == (0, "", "1 case: 1 as expected, 0 not\n")


def test_cases_that_come_out_otherwise_are_told(here: Path, command: Command) -> None:
    path = here / "mini-2024.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[pass, fail]", "[fail, fail]"), encoding="utf-8")

    text, data = command("ruleset", "test", path), command("ruleset", "test", path, "--json")

    assert text.code == data.code == 1
    assert text.out == f"{path}:15: at the boundary: orgs: expected fail, fail, found pass, fail\n"
    (case,) = json.loads(data.out)
    assert case["passed"] is False
    assert case["found"] == {"orgs": ["pass", "fail"]}


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("{rows: [{orgs: 10}, {orgs: 9}], expect: {orgs: fail}}", True),
        ("{rows: [{orgs: 10}, {orgs: 9}], expect: {orgs: pass}}", False),
        ("{rows: [{orgs: 1}], as_of: 2024-01-01, expect: {orgs: [fail]}}", True),
        ("{rows: [{code: '1', orgs: 1}, {code: '1', orgs: 1}], expect: {orgs: [fail, fail]}}", False),
    ],
)
def test_cases_expect_of_units_or_of_the_jurisdiction(case: str, expected: bool, here: Path, command: Command) -> None:
    path = here / "mini-2024.yaml"
    head = path.read_text(encoding="utf-8").partition("cases:")[0]
    path.write_text(f"{head}cases:\n  - {case}\n", encoding="utf-8")

    assert (command("ruleset", "test", path).code == 0) == expected
