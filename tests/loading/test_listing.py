"""Finding rulesets by id, and listing them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from commscore._loading import check_ruleset, list_rulesets, load_lineage, load_ruleset
from commscore._loading._files import bundled_folder
from commscore.errors import RulesetError

if TYPE_CHECKING:
    from tests.loading.conftest import Folder

BUNDLED = sorted(path for path in bundled_folder().glob("*.yaml") if path.name != "inputs.yaml")


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_every_bundled_ruleset_is_without_fault_and_doubt(path: Path) -> None:
    assert [str(fault) for fault in check_ruleset(path)] == []


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_every_bundled_ruleset_is_named_like_its_file(path: Path) -> None:
    assert load_ruleset(path.stem).id == path.stem


def test_a_list_has_every_bundled_ruleset_sorted_by_id() -> None:
    assert [record.id for record in list_rulesets()] == sorted(path.stem for path in BUNDLED)


def test_a_record_says_what_the_ruleset_says() -> None:
    for record in list_rulesets():
        ruleset = load_ruleset(record.id)
        expected = (ruleset.id, ruleset.title, ruleset.jurisdiction, ruleset.year, ruleset.path)

        assert (record.id, record.title, record.jurisdiction, record.year, record.path) == expected


def test_a_folder_of_ones_own_is_listed_with_plans_and_without_broken_files(folder: Folder) -> None:
    folder.ruleset("rules: []\n")
    folder.write("plan.yaml", 'commscore: 1\nid: plan\njurisdiction: {code: "37", level: province}\nrules: []\n')
    folder.write("year.yaml", "commscore: 1\nid: year\nyear: 2024\nextends: plan\n")
    folder.write("broken.yaml", "id: [\n")

    found = list_rulesets(folder=folder.path)

    assert [(record.id, record.year, record.jurisdiction.code) for record in found] == [
        ("plan", None, "37"),
        ("r", 2023, "3709"),
        ("year", 2024, "37"),
    ]


def test_an_id_is_looked_up_in_the_folder_given(folder: Folder) -> None:
    folder.ruleset("rules: []\n")

    assert load_ruleset("r", folder=folder.path).path == str(folder.path / "r.yaml")


def test_a_misspelt_id_is_answered_with_the_nearest(folder: Folder) -> None:
    folder.ruleset("rules: []\n", name="taian-2023.yaml")

    with pytest.raises(RulesetError) as caught:
        load_ruleset("tainan-2023", folder=folder.path)

    (fault,) = caught.value.diagnostics
    assert fault.code == "CS001"
    assert fault.message.startswith("there is no ruleset 'tainan-2023', neither an id (known: ")
    assert fault.hint == "did you mean 'taian-2023'?"


def test_a_ruleset_is_given_back_as_it_is(folder: Folder) -> None:
    ruleset = folder.load("rules: []\n")

    assert load_ruleset(ruleset) is ruleset


def test_a_path_without_an_ending_is_a_path_when_it_exists(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.ruleset("rules: []\n", name="rules.txt")
    monkeypatch.chdir(folder.path)

    assert load_ruleset("rules.txt").id == "r"


def test_diagnostics_name_the_file_as_the_caller_did(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.ruleset("rules: 1\n")
    monkeypatch.chdir(folder.path)

    assert [fault.file for fault in check_ruleset("./r.yaml")] == ["./r.yaml"]
    assert [fault.file for fault in check_ruleset(Path("r.yaml"))] == ["r.yaml"]


def test_files_without_id_or_place_are_not_listed(folder: Folder) -> None:
    folder.write("nameless.yaml", 'commscore: 1\njurisdiction: {code: "37", level: province}\n')
    folder.write("nowhere.yaml", "commscore: 1\nid: nowhere\n")

    assert list_rulesets(folder=folder.path) == ()


def test_a_ruleset_that_was_never_a_file_has_no_lineage_but_itself(folder: Folder) -> None:
    ruleset = attrs.evolve(folder.load("rules: []\n"), path=None)

    assert load_lineage(ruleset) == (ruleset,)


def test_a_ruleset_may_do_without_any_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commscore._loading._assembly.bundled_folder", lambda: tmp_path)
    path = tmp_path / "r.yaml"
    text = 'commscore: 1\nid: r\njurisdiction: {code: "37", level: province}\ninputs: {x: {type: flag}}\nrules: []\n'
    path.write_text(text, encoding="utf-8")

    assert load_ruleset(path).id == "r"
