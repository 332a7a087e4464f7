"""`commscore ruleset coverage | diff | new | schema | check --relations`."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from wcwidth import wcswidth

import commscore
from commscore._coverage import Treatment, clause_paths, cover, missing_clauses
from commscore._skeleton import skeleton
from commscore.errors import UsageError

Command = Callable[..., Any]
IDS = [record.id for record in commscore.list_rulesets()]


# --- coverage ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ruleset", IDS)
def test_coverage_lists_every_rule_and_every_unscored_entry(ruleset: str, command: Command) -> None:
    text = command("ruleset", "coverage", ruleset)
    data = json.loads(command("ruleset", "coverage", ruleset, "--json").out)

    loaded = commscore.load_ruleset(ruleset)
    entries = [entry for clause in data["clauses"] for entry in clause["entries"]]
    ruled = [entry["rule"] for entry in entries if entry["treatment"] not in {"unscored", "none"}]
    assert text.code == 0
    assert sorted(ruled) == sorted(rule.id for rule in loaded.rules)
    assert data["counts"]["unscored"] == len(loaded.unscored)
    assert all(rule.id in text.out for rule in loaded.rules)
    assert f"{data['counts']['scored']} scored" in text.err


def test_coverage_follows_the_document_and_names_what_it_passes_over(command: Command) -> None:
    data = json.loads(command("ruleset", "coverage", "dalian-2025", "--json").out)

    clauses = [clause["clause"] for clause in data["clauses"]]
    assert data["gaps"] == ["一"]
    assert clauses[:4] == ["一", "二", "二.1", "二.2"]
    assert clauses.index("三.9") + 1 == clauses.index("三.10")
    assert data["clauses"][0]["entries"][0]["treatment"] == "none"


def test_a_rule_not_yet_due_and_one_that_is_only_shown_are_told_apart() -> None:
    found = {entry.rule: entry.treatment for entry in cover(commscore.load_ruleset("dalian-2024")).entries}

    assert found["facility-coverage"] is Treatment.NOT_DUE
    assert found["social-orgs"] is not Treatment.NOT_DUE


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        (["一", "三", "三.2"], ["二", "三.1"]),
        (["三(一)", "三(三)"], ["一", "二", "三(二)"]),
        (["第一条", "第三条", "第一章"], ["第二条"]),
        (["1.1", "1.3", "2"], ["1.2"]),
        (["一、二", "四"], ["三"]),
        (["附件2"], ["附件1"]),
        (["国办发〔2021〕56号"], []),
        (["十九", "二十一"], [*"一二三四五六七八九十", *(f"十{one}" for one in "一二三四五六七八"), "二十"]),
        (["总则", ""], []),
    ],
)
def test_numberings_show_what_they_pass_over(clauses: list[str], expected: list[str]) -> None:
    assert missing_clauses(clauses) == expected


def test_clauses_of_one_hundred_and_more_are_read() -> None:
    assert [path[-1][1] for path in clause_paths("一百零五、第一百二十条、一百一十、105")] == [105, 120, 110, 105]


# --- diff -------------------------------------------------------------------------------------------------


def test_diff_of_two_years_shows_what_falls_due(command: Command) -> None:
    text, data = (
        command("ruleset", "diff", "dalian-2024", "dalian-2025"),
        command("ruleset", "diff", "dalian-2024", "dalian-2025", "--json"),
    )

    told = json.loads(data.out)
    assert text.code == data.code == 0
    assert "Falls due: in force in B's year, not yet in A's" in text.out
    assert "facility-coverage" in text.out
    assert {change["relation"] for change in told["changes"]} == {"equal"}


def test_diff_of_two_cities_gives_values_that_tell_them_apart(command: Command) -> None:
    told = json.loads(command("ruleset", "diff", "tonghua-2023", "taian-2023", "--json").out)

    (homes,) = [change for change in told["changes"] if change["a"] and change["a"]["id"] == "age-friendly-homes"]
    assert (homes["relation"], homes["sections"]) == ("stricter", ["stricter"])
    (aspect,) = homes["aspects"]
    assert aspect["witnesses"][0]["value"] == "360"
    assert aspect["witnesses"][0]["passes"] == "a"


def begins(ruler: str) -> list[int]:
    """Where the columns of a table begin, after the first."""
    return [index for index in range(1, len(ruler)) if ruler[index - 1 : index + 1] == " -"]


@pytest.mark.parametrize("pair", [("tonghua-2023", "taian-2023"), ("dalian-2025", "taian-2023")])
def test_columns_with_wide_characters_are_aligned(pair: tuple[str, str], command: Command) -> None:
    tables = [table for table in command("ruleset", "diff", *pair).out.split("\n\n") if "\n---" in table]

    assert tables
    for table in tables:
        head, ruler, *lines = table.splitlines()
        for line in (head, *lines):
            widths = list(accumulate((wcswidth(char) for char in line), initial=0))
            # Before a column's beginning stands a blank, or the line has ended.
            odd = [at for at in begins(ruler) if at <= widths[-1] and line[widths.index(at) - 1] != " "]
            assert odd == []


def test_diff_names_each_kind_of_change(tmp_path: Path, command: Command) -> None:
    head = 'commscore: 1\nid: {}\njurisdiction: {{code: "3709", level: city}}\n'
    head += "inputs: {{orgs: {{type: count}}, homes: {{type: count}}}}\nrules:\n"
    rule = "  - {{id: {}, clause: 一, each: {}, require: {}, weight: {}, due: 2025-12-31}}\n"
    same = [(name, "orgs", "不少于2个", 1) for name in ("less", "more", "words", "weight")]
    other = [("不少于1个", 1), ("超过2个", 1), ("2个以上", 1), ("不少于2个", 5)]
    sides = {
        "a": [*same, ("only-a", "orgs", "不少于7个", 1)],
        "b": [
            *((name, "orgs", *asked) for (name, *_), asked in zip(same, other, strict=True)),
            ("only-b", "homes", "不少于7个", 1),
        ],
    }
    for side, rules in sides.items():
        text = head.format(side) + "".join(rule.format(*each) for each in rules)
        (tmp_path / f"{side}.yaml").write_text(text, encoding="utf-8")

    told = json.loads(command("ruleset", "diff", tmp_path / "a.yaml", tmp_path / "b.yaml", "--json").out)

    names = {(change["a"] or change["b"])["id"]: change["sections"] for change in told["changes"]}
    assert names == {
        "less": ["laxer"],
        "more": ["stricter"],
        "words": ["reworded"],
        "weight": ["reweighted"],
        "only-a": ["dropped"],
        "only-b": ["added"],
    }


def test_diff_of_what_does_not_exist_is_wrong_usage(command: Command) -> None:
    ended = command("ruleset", "diff", "dalian-2025", "dalian-2052")

    assert ended.code == 2
    assert "dalian-2052" in ended.err


# --- new and schema ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("level", ["province", "city", "county", "township", "community"])
@pytest.mark.parametrize("name", ["my-city-2025", "my-city", "某市-2024", "2024", "true", "1e-5", "city-0001"])
def test_a_skeleton_has_no_fault_and_its_case_passes(
    name: str, level: str, lang: str, tmp_path: Path, command: Command
) -> None:
    path = tmp_path / "new.yaml"

    made = command("ruleset", "new", name, "--level", level, "--lang", lang, "-o", path)

    assert (made.code, made.out) == (0, "")
    assert commscore.check_ruleset(path) == []
    assert commscore.load_ruleset(path).id == name
    assert command("ruleset", "test", path).code == 0


def test_a_skeleton_goes_to_stdout_or_to_a_file_that_is_not_there_yet(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "new.yaml"

    assert command("ruleset", "new", "a-2025").out == skeleton("a-2025")
    assert command("ruleset", "new", "a-2025", "-o", path).code == 0
    refused = command("ruleset", "new", "b-2025", "-o", path)
    assert (refused.code, refused.err) == (2, f"commscore: {path} exists; give --overwrite to replace it\n")
    assert path.read_text(encoding="utf-8") == skeleton("a-2025")
    assert command("ruleset", "new", "b-2025", "-o", path, "--overwrite").code == 0
    assert path.read_text(encoding="utf-8") == skeleton("b-2025")


@pytest.mark.parametrize(
    ("arguments", "keyword"),
    [
        (["a b"], "is no id"),
        (["@ID@"], "is no id"),
        (["a", "--level", "town"], "is no level"),
        (["a", "--code", "12"], "is no code of a city, which has 4 digits"),
        (["a", "--year", "3000"], "is no year between 1949 and 2199"),
        (["city-1901"], "is no year"),
        (["a", "-o", "/nowhere/at/all.yaml"], "cannot be written"),
    ],
)
def test_a_skeleton_that_makes_no_sense_is_refused(arguments: list[str], keyword: str, command: Command) -> None:
    ended = command("ruleset", "new", *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert keyword in ended.err


def test_a_skeleton_of_no_level_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="is no level of a jurisdiction"):
        skeleton("a", level="continent")


def test_the_schema_is_written_with_the_line_for_editors(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "ruleset.schema.json"

    ended = command("ruleset", "schema", "-o", path)

    schema = json.loads(path.read_text(encoding="utf-8"))
    assert (ended.code, ended.out) == (0, "")
    assert f"# yaml-language-server: $schema={path}" in ended.err
    assert json.loads(command("ruleset", "schema").out) == schema
    text = skeleton("a-2025").replace("2025-12-31", '"2025-12-31"')  # this reader would make it a date
    Draft202012Validator(schema).validate(YAML(typ="safe", pure=True).load(text))


def test_the_schema_of_catalogues_is_another(command: Command) -> None:
    assert "catalogue" in json.loads(command("ruleset", "schema", "--catalogue").out)["title"]


# --- relations --------------------------------------------------------------------------------------------


def test_check_notes_relations_where_it_is_asked_to(command: Command) -> None:
    plain, noted = command("ruleset", "check", "dalian-2025"), command("ruleset", "check", "dalian-2025", "--relations")

    rules = commscore.load_ruleset("dalian-2025").rules
    assert (plain.code, plain.out) == (0, "")
    assert noted.code == 0
    assert noted.out.count("note[CS404] equal: rule ") == len(rules)
    assert f"{len(rules)} notes" in noted.err
