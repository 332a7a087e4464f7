"""Conclusions in files: read, inherited, included, dropped, written, hashed."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conclusions.conftest import Written

import commscore
from commscore._casework import run_cases
from commscore._loading import dump_ruleset
from commscore._loading._files import bundled_folder
from commscore._ruleset import Basis

X = "{id: x, when: {fail_any: [ra]}, then: {conclude: gap, action: 补}, clause: 一, phrase: 补齐}"
Y = (
    "{id: y, when: {concluded: [gap], unknown_in: {group: g, at_least: 2}, kind: rural}, "
    "then: {cap: 达标}, basis: advice}"
)
Z = (
    "{id: z, title: {zh: 题, en: T}, when: {fail_all: [ra, rb], grade_in: 良好}, "
    "then: {conclude: z}, note: 读法, clause: 二}"
)


def child(parent: commscore.Ruleset, text: str) -> commscore.Ruleset:
    assert parent.path is not None
    path = Path(parent.path).with_name("child-2024.yaml")
    path.write_text(f"commscore: 1\nid: child-2024\nextends: {parent.id}\n{text}\n", encoding="utf-8")
    assert [str(each) for each in commscore.check_ruleset(path)] == []
    return commscore.load_ruleset(path)


def ids(ruleset: commscore.Ruleset) -> list[str]:
    return [each.id for each in ruleset.conclusions if each.selected]


def test_a_ruleset_with_conclusions_reads_back_as_itself(load: Written, tmp_path: Path) -> None:
    ruleset = load(X, Y, Z, rest="include: conclusions/common.yaml\ndrop: [{id: y, because: 不用}]\n")

    path = tmp_path / "again.yaml"
    path.write_text(dump_ruleset(ruleset), encoding="utf-8")
    again = commscore.load_ruleset(path)

    assert again == ruleset
    assert again.hash == ruleset.hash
    assert pickle.loads(pickle.dumps(ruleset)) == ruleset  # noqa: S301 - our own bytes


def test_conclusions_are_part_of_the_hash_and_their_spelling_is_not(load: Written) -> None:
    hashes = [load(*lines).hash for lines in ([], [X], [X, Y], [X.replace("[ra]", "ra")], [X.replace("补齐", "补全")])]

    assert hashes[1] == hashes[3]
    assert len(set(hashes)) == 4


def test_a_child_adds_changes_and_drops_conclusions(load: Written) -> None:
    parent = load(X, Y)

    added = child(parent, "conclusions: [{id: w, when: {fail_any: [rb]}, then: {conclude: w}, basis: advice}]")
    changed = child(parent, "conclusions: [{id: x, when: {fail_any: [rb]}}]")
    dropped = child(parent, "drop: [{id: y, because: 不用}]")

    assert ids(added) == ["x", "y", "w"]
    assert (changed.conclusions[0].when.fail_any, changed.conclusions[0].action) == (
        ("rb",),
        parent.conclusions[0].action,
    )
    assert ids(dropped) == ["x"]
    assert [(each.id, each.because) for each in dropped.conclusions if not each.selected] == [("y", "不用")]


def test_a_conclusion_of_another_document_says_so(load: Written) -> None:
    parent = load(X)

    ruleset = child(
        parent,
        "source: {document: 子城〔2024〕2号}\nconclusions: [{id: w, when: {fail_any: [rb]}, "
        "then: {conclude: w}, clause: 一}]",
    )

    sources = {each.id: each.source and each.source.document for each in ruleset.conclusions}
    assert sources == {"x": "小城〔2024〕1号", "w": None}


def test_included_conclusions_come_first_and_the_file_may_change_them(load: Written) -> None:
    ruleset = load(
        X,
        "{id: common-repeated-failure, when: {failed_in: {at_least: 2}}}",
        rest="include: [conclusions/common.yaml]\n",
    )

    kept = [each.id for each in ruleset.conclusions]

    assert kept == ["common-missing-data", "common-repeated-failure", "x"]
    changed = ruleset.conclusions[1]
    assert changed.when.failed_in is not None
    assert (changed.when.failed_in.at_least, changed.conclude) == (2, "repeated-failure")


def test_what_is_included_and_has_no_place_here_is_left_out_without_a_word(write: Callable[..., Path]) -> None:
    path = write(rest="include: conclusions/common.yaml\n")

    assert [each for each in commscore.check_ruleset(path) if each.code.startswith("CS6")] == []
    assert ids(commscore.load_ruleset(path)) == ["common-missing-data"]


def test_vetoes_are_found_wherever_they_come_from(load: Written) -> None:
    parent = load(rest="include: conclusions/common.yaml\n")

    ruleset = child(parent, "rules: [{id: rb, veto: true}]")

    (veto,) = [each for each in ruleset.conclusions if each.id == "common-veto"]
    assert veto.when.fail_any == ("rb",)


def test_own_files_are_included_from_beside_the_ruleset(write: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(f"commscore: 1\nconclusions:\n  - {X}\n", encoding="utf-8")

    assert ids(commscore.load_ruleset(write(rest="include: own.yaml\n"))) == ["x"]


def test_a_fault_of_an_included_file_is_told_of_that_file(write: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("commscore: 1\nrules: []\nconclusions:\n  - {id: 1}\n", encoding="utf-8")

    found = commscore.check_ruleset(write(rest="include: own.yaml\n"))

    assert {(Path(str(each.file)).name, each.code) for each in found} == {("own.yaml", "CS012"), ("own.yaml", "CS016")}


def test_hundreds_of_conclusions_that_wait_for_one_another_are_checked(write: Callable[..., Path]) -> None:
    size = 800
    path = write(
        *(
            f"{{id: c{n}, when: {{concluded: n{(n + 1) % size}}}, then: {{conclude: n{n}}}, basis: advice}}"
            for n in range(size)
        )
    )

    found = commscore.check_ruleset(path)

    assert {each.code for each in found if each.code.startswith("CS6")} == {"CS605"}
    assert max(len(each.message) for each in found) < 300


def test_cases_may_expect_conclusions(load: Written) -> None:
    ruleset = load(
        X,
        rest="cases:\n"
        "  - {rows: [{a: 0}, {a: 1}], conclusions: [[gap], []]}\n"
        "  - {rows: [{a: 0}, {a: 1}], conclusions: [gap], expect: {ra: fail}}\n"
        "  - {rows: [{a: 0}, {a: 1}], conclusions: [[gap], [gap]]}\n"
        "  - {rows: [{a: 0}], conclusions: []}\n",
    )

    outcomes = run_cases(ruleset)

    assert [outcome.passed for outcome in outcomes] == [True, True, False, False]
    assert [outcome.differences for outcome in outcomes[2:]] == [
        ["conclusions: expected gap; gap, found gap; none"],
        ["conclusions: expected none, found gap"],
    ]


@pytest.mark.parametrize("id_", [record.id for record in commscore.list_rulesets() if record.id != "national-2025"])
def test_bundled_conclusions_rest_on_the_document_or_are_advice(id_: str) -> None:
    ruleset = commscore.load_ruleset(id_)

    own = [each for each in ruleset.conclusions if not each.id.startswith("common-")]

    assert own
    for each in own:
        assert each.basis is Basis.CLAUSE, each.id
        assert each.clause, each.id
        assert each.phrase, each.id
        assert each.action is None or each.action.en
    assert [each.id for each in ruleset.conclusions if each.cap is not None] == []


def test_common_conclusions_are_all_advice(load: Written) -> None:
    text = (bundled_folder() / "conclusions" / "common.yaml").read_text(encoding="utf-8")
    ruleset = load(rest="include: conclusions/common.yaml\n")

    assert text.count("- id:") == text.count("basis: advice")
    assert {each.basis for each in ruleset.conclusions} == {Basis.ADVICE}
