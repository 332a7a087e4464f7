"""One small broken ruleset per fault: each names in its first lines what must be found, and nothing else may be."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from commscore._loading import check_ruleset, load_ruleset
from commscore._loading._codes import Code
from commscore.errors import Diagnostic, RulesetError, Severity

FOLDER = Path(__file__).parent / "faults"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "inputs.yaml")
EXPECT = re.compile(r"# expect: (?P<code>CS\d{3}) (?P<line>\d+):(?P<column>\d+) (?P<keywords>.+)")
# What is said of a file and its parent: see test_inheritance and tests/comparing.
OF_PARENTS = {Code.MIXED_SOURCES, Code.LAXER, Code.LAXER_YEAR, Code.RELATION}
# What is proved of rulesets without a fault: see tests/checking.
OF_CONSISTENCY = {code for code in Code if code.startswith("CS5")}
# Faults of files that are no text, or no file: see test_files.
OF_FILES = {Code.NOT_FOUND, Code.NOT_READABLE, Code.TOO_LARGE, Code.EMPTY}


@cache
def faults_of(path: Path) -> list[Diagnostic]:
    return check_ruleset(path)


def expectations(path: Path) -> list[re.Match[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [match for line in lines if (match := EXPECT.fullmatch(line))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fault_is_found_at_its_place_and_no_other(path: Path) -> None:
    found = faults_of(path)

    expected = [(match["code"], int(match["line"]), int(match["column"])) for match in expectations(path)]
    assert [(fault.code, fault.line, fault.column) for fault in found] == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_message_says_what_is_wrong_and_what_to_do(path: Path) -> None:
    found = faults_of(path)

    for fault, match in zip(found, expectations(path), strict=True):
        said = f"{fault.message} | {fault.hint}"
        assert [keyword for keyword in match["keywords"].split(" | ") if keyword not in said] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_caret_stands_below_what_is_meant(path: Path) -> None:
    for fault in faults_of(path):
        assert fault.line is not None
        assert fault.column is not None
        line = path.read_text(encoding="utf-8").splitlines()[fault.line - 1]

        assert fault.source == line[:500]
        assert 1 <= fault.column <= len(line)
        assert fault.column - 1 + fault.length <= len(line)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_errors_refuse_the_ruleset_and_warnings_do_not(path: Path) -> None:
    if all(fault.severity is Severity.WARNING for fault in faults_of(path)):
        assert load_ruleset(path).rules
    else:
        with pytest.raises(RulesetError) as caught:
            load_ruleset(path)
        assert list(caught.value.diagnostics) == faults_of(path)


def test_every_code_has_a_broken_ruleset_of_its_own() -> None:
    shown = {match["code"] for path in FILES for match in expectations(path)}

    assert set(Code) - shown - OF_FILES - OF_CONSISTENCY == OF_PARENTS


def test_a_fault_reads_like_a_compiler_message() -> None:
    path = FOLDER / "unknown_key.yaml"

    (fault,) = check_ruleset(path)

    assert str(fault) == (
        f"{path}:19:5: error[CS012] unknown key 'weigth' in rule 'a' (did you mean 'weight'?)\n"
        "        weigth: 2\n"
        "        ^^^^^^"
    )


def test_all_faults_of_a_file_are_reported_in_one_go(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(
        "commscore: 1\nid: a b\njurisdiction: {code: 3709, level: cty}\ntitel: x\n"
        "rules:\n  - {id: a, each: nothing, due: 2023-02-30, weight: -1}\n",
        encoding="utf-8",
    )

    codes = [fault.code for fault in check_ruleset(path) if fault.severity is Severity.ERROR]

    assert codes == ["CS020", "CS016", "CS017", "CS012", "CS101", "CS019", "CS018"]


def test_only_the_first_hundred_faults_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    keys = "".join(f"key{number}: 1\n" for number in range(150))
    path.write_text(
        f'commscore: 1\nid: r\njurisdiction: {{code: "37", level: province}}\nrules: []\n{keys}', encoding="utf-8"
    )

    found = check_ruleset(path)

    assert len(found) == 101
    assert (found[-1].severity, found[-1].message) == (Severity.NOTE, "50 more faults are not shown")


def test_warnings_never_crowd_out_the_error(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    rules = "".join(f"  - {{id: a{number}, each: x}}\n" for number in range(1200))
    head = 'commscore: 1\nid: r\njurisdiction: {code: "37", level: province}\ninputs: {x: {type: flag}}\nrules:\n'
    path.write_text(head + rules + "unscored: 1\n", encoding="utf-8")

    assert [fault.code for fault in check_ruleset(path) if fault.severity is Severity.ERROR] == ["CS015"]


def test_every_code_is_explained_and_every_example_is_what_is_said() -> None:
    page = (FOLDER.parents[2] / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    explained = re.findall(r"^### (CS\d{3}): ", page, re.MULTILINE)
    shown = re.findall(r"^ruleset\.yaml:(.+)$", page, re.MULTILINE)
    said = {str(fault).partition("\n")[0].removeprefix(f"{path}:") for path in FILES for fault in faults_of(path)}

    assert explained == [str(code) for code in Code]
    assert set(shown) - said == set()
