"""The guide to property tests does what it says: the slip is found, the mended ruleset passes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import commscore
from commscore._casework import run_cases
from commscore.testing import LAWS

PAGE = Path(__file__).parents[1] / "docs" / "testing.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
PYTHON = [block for language, block in BLOCKS if language == "python"]
SLIP, MENDED = [block for language, block in BLOCKS if language == "yaml"]


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "my-2025.yaml"


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert sorted(language for language, _ in BLOCKS) == ["console", "ini", "python", "python", "yaml", "yaml"]


def test_the_laws_are_tried_as_shown() -> None:
    exec(PYTHON[0], {})  # noqa: S102 - the guide's own block


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::commscore.errors.DataWarning")
def test_the_slip_is_found_and_the_mended_ruleset_passes(guide: Path) -> None:
    guide.write_text(SLIP, encoding="utf-8")
    scope: dict[str, Any] = {"commscore": commscore}
    exec(PYTHON[1], scope)  # noqa: S102
    with pytest.raises(AssertionError) as caught:
        scope["test_ten_are_enough"]()
    assert any("10" in note for note in getattr(caught.value, "__notes__", []))

    guide.write_text(MENDED, encoding="utf-8")
    scope = {"commscore": commscore}
    exec(PYTHON[1], scope)  # noqa: S102
    scope["test_ten_are_enough"]()
    assert [outcome.passed for outcome in run_cases(commscore.load_ruleset(guide))] == [True]


@pytest.mark.parametrize("text", [SLIP, MENDED])
def test_both_rulesets_are_without_fault(text: str, guide: Path) -> None:
    guide.write_text(text, encoding="utf-8")

    assert [str(each) for each in commscore.check_ruleset(guide)] == []


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_every_law_is_listed(law: Any) -> None:
    assert f"| {law.number} | `{law.name}` |" in TEXT
