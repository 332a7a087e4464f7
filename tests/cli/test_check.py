"""`commscore ruleset check` in its three forms, and over years."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Command

RULES = """\
inputs: {orgs: {zh: 组织, type: count, unit: 个, max: 20}}
rules:
  - {id: every, clause: 一, each: orgs, require: 不少于%d个}
  - {id: most, clause: 二, each: orgs, require: 不超过10个}
"""
HEAD = 'commscore: 1\nid: city-%d\nyear: %d\njurisdiction: {code: "3709", level: city}\n'


@pytest.fixture
def years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inputs.yaml").write_text("{}\n", encoding="utf-8")
    for year, least in ((2023, 8), (2024, 12), (2025, 6)):
        (tmp_path / f"city-{year}.yaml").write_text(HEAD % (year, year) + RULES % least, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("years")
def test_years_beside_a_file_are_checked_too(command: Command) -> None:
    alone = command("ruleset", "check", "city-2023.yaml")
    every = command("ruleset", "check", "city-2023.yaml", "--years")

    assert (alone.code, alone.out) == (0, "")
    assert every.code == 0
    assert "city-2024.yaml:8:39: warning[CS501] no unit can meet 'every'" in every.out
    assert "city-2025.yaml:7:40: warning[CS403] rule 'every' asks less than the year before" in every.out
    assert every.err == "3 files checked: 2 warnings\n"


@pytest.mark.usefixtures("years")
def test_json_holds_proof_and_witness(command: Command) -> None:
    for option in (("--json",), ("--format", "json")):
        clash, laxer = json.loads(command("ruleset", "check", "city-2024.yaml", "city-2025.yaml", *option).out)

        assert (clash["code"], clash["proof"], clash["witness"]) == ("CS501", "proved", None)
        assert [place["line"] for place in clash["related"]] == [7]
        assert (laxer["code"], laxer["proof"], laxer["witness"]["rows"]) == ("CS403", "refuted", [{"orgs": 6}])


@pytest.mark.usefixtures("years")
def test_proofs_come_with_tables(command: Command) -> None:
    ended = command("ruleset", "check", "city-2023.yaml", "--proofs")

    assert ended.code == 0
    assert "note[CS514] it is not so that no unit can meet 'every'" in ended.out
    assert '[{"orgs": 8}] gives {"every": ["pass"], "most": ["pass"]}' in ended.out


def test_sarif_has_what_code_hosts_ask_for(years: Path, command: Command) -> None:
    (years / "bad.yaml").write_text("commscore: 1\nid: bad\nrulse: []\n", encoding="utf-8")
    ended = command("ruleset", "check", "city-2024.yaml", "bad.yaml", "--format", "sarif")

    log = json.loads(ended.out)
    assert ended.code == 2
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    assert all(set(rule) == {"id", "name", "shortDescription"} for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert len(result["partialFingerprints"]["commscore/v1"]) == 32
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] in {"city-2024.yaml", "bad.yaml"}
        assert place["region"]["startLine"] >= 1
        assert place["region"]["startColumn"] < place["region"]["endColumn"]
    clash = next(result for result in run["results"] if result["ruleId"] == "CS501")
    assert clash["properties"] == {"proof": "proved", "witness": None}
    assert clash["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 7


def test_a_fingerprint_stays_when_lines_move(years: Path, command: Command) -> None:
    def fingerprints() -> list[str]:
        log = json.loads(command("ruleset", "check", "city-2024.yaml", "--format", "sarif").out)
        return [result["partialFingerprints"]["commscore/v1"] for result in log["runs"][0]["results"]]

    before = fingerprints()
    path = years / "city-2024.yaml"
    path.write_text("# moved\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    assert fingerprints() == before
    path.write_text(path.read_text(encoding="utf-8").replace("12", "13"), encoding="utf-8")
    assert fingerprints() != before


def test_a_catalogue_tells_what_no_ruleset_beside_it_uses(years: Path, command: Command) -> None:
    (years / "inputs.yaml").write_text("idle: {zh: 闲, type: count}\n", encoding="utf-8")

    ended = command("ruleset", "check", "inputs.yaml")

    assert ended.code == 0
    assert ended.out.startswith("inputs.yaml:1:1: note[CS509] no ruleset here uses the input 'idle'")
