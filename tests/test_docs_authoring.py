"""Every YAML block of the authoring guide is loaded, and its cases are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import commscore
from commscore._casework import run_cases
from commscore._loading import load_catalogue
from commscore._loading._assembly import TOP_KEYS
from commscore._loading._cases import CASE_KEYS
from commscore._loading._conclusions import CONCLUSION_KEYS, THEN_KEYS, WHEN_KEYS
from commscore._loading._header import GROUP_KEYS, JURISDICTION_KEYS, MODELS, SCORING_KEYS, SOURCE_KEYS
from commscore._loading._inputs import INPUT_KEYS
from commscore._loading._rules import RULE_KEYS, UNSCORED_KEYS
from commscore.errors import Severity

PAGE = Path(__file__).parents[1] / "docs" / "authoring.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCED = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
BLOCKS = [(TEXT.count("\n", 0, match.start()) + 1, match[1]) for match in FENCED.finditer(TEXT)]
CATALOGUE = next(block for _, block in BLOCKS if block.startswith("# inputs.yaml"))
FILES = [pytest.param(block, id=f"line{line}") for line, block in BLOCKS if block.startswith("commscore: 1")]
RULES = [pytest.param(block, id=f"line{line}") for line, block in BLOCKS if block.startswith("- ")]
REFUSED = [pytest.param(block, id=f"line{line}") for line, block in BLOCKS if block.startswith("# refused: ")]
NAMED = {block.split()[1]: block for _, block in BLOCKS if block.startswith("# my-")}
HEAD = 'commscore: 1\nid: guide\njurisdiction: {code: "3799", level: city}\nyear: 2025\nrules:\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inputs.yaml").write_text(CATALOGUE, encoding="utf-8")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "guide.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert len(FILES) + len(RULES) + len(REFUSED) + len(NAMED) + 1 == len(BLOCKS)


def test_the_catalogue_is_sound(folder: Path) -> None:
    assert len(load_catalogue(folder / "inputs.yaml")) == CATALOGUE.count("type:")


@pytest.mark.parametrize("block", FILES)
def test_whole_files_have_no_fault_and_their_cases_pass(block: str, folder: Path) -> None:
    path = written(folder, block)

    assert [str(each) for each in commscore.check_ruleset(path)] == []
    outcomes = run_cases(commscore.load_ruleset(path))
    assert outcomes
    assert [difference for outcome in outcomes for difference in outcome.differences] == []


@pytest.mark.parametrize("block", FILES)
def test_whole_files_go_well_with_the_catalogue_that_comes_along(block: str, tmp_path: Path) -> None:
    assert [str(each) for each in commscore.check_ruleset(written(tmp_path, block))] == []


def test_years_go_well_with_their_plan(folder: Path) -> None:
    for name, text in NAMED.items():
        (folder / name).write_text(text, encoding="utf-8")

    assert {name: list(map(str, commscore.check_ruleset(folder / name))) for name in NAMED} == {
        name: [] for name in NAMED
    }
    unexplained = NAMED["my-city-2025.yaml"].replace("    because: 山区县，省里批复\n", "")
    (folder / "my-city-2025.yaml").write_text(unexplained, encoding="utf-8")
    codes = {each.code for each in commscore.check_ruleset(folder / "my-city-2025.yaml")}
    assert codes == {"CS402", "CS403"}


@pytest.mark.parametrize("block", RULES)
def test_rules_have_no_fault(block: str, folder: Path) -> None:
    path = written(folder, HEAD + block)

    # Notes say which of the forms shown side by side ask the same.
    found = commscore.check_ruleset(path)
    assert [str(each) for each in found if each.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("block", REFUSED)
def test_what_the_guide_calls_refused_is_refused(block: str, folder: Path) -> None:
    path = written(folder, HEAD + block)

    found = [each.code for each in commscore.check_ruleset(path) if each.severity is Severity.ERROR]
    assert set(found) == {block.split()[2]}


@pytest.mark.parametrize(
    "keys",
    [
        *(TOP_KEYS, RULE_KEYS, INPUT_KEYS, CASE_KEYS, GROUP_KEYS),
        *(JURISDICTION_KEYS, SOURCE_KEYS, SCORING_KEYS, UNSCORED_KEYS, MODELS),
        *(CONCLUSION_KEYS, WHEN_KEYS, THEN_KEYS),
    ],
)
def test_every_key_is_explained(keys: tuple[str, ...]) -> None:
    table = TEXT.partition("## All keys")[2]

    assert [key for key in keys if f"`{key}`" not in table] == []


def test_every_form_has_an_example() -> None:
    shown = "\n".join(block.values[0] for block in (*FILES, *RULES))

    forms = ("each", "mean", "ratio", "share", "total", "change", "all", "any", "atleast", "where", "over")
    assert [form for form in forms if not re.search(rf"\b{form}: ", shown) and f"{form}:\n" not in shown] == []
