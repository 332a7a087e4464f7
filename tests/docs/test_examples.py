"""What the pages and the README show is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, blocks, told, written_pages

# Pages that are run as they stand.
RUN = ("README.md", "docs/concepts.md", "docs/faq.md", "docs/index.md", "docs/recipes.md")
RUN_IN_CHINESE = ("docs/zh/concepts.md", "docs/zh/faq.md", "docs/zh/index.md")
# Pages whose blocks are of kinds of their own, and the tests that run them.
OWN_TESTS = {
    "CHANGELOG.md": None,
    "CONTRIBUTING.md": None,
    "docs/authoring.md": "tests/test_docs_authoring.py",
    "docs/diagnostics.md": "tests/checking/conftest.py",
    "docs/monitor.md": "tests/monitor/test_docs.py",
    "docs/routing.md": "tests/routing/test_guide.py",
    "docs/spark.md": "tests/docs/test_spark_page.py",
    "docs/sql.md": "tests/sql/test_guide.py",
    "docs/spreadsheets.md": "tests/spreadsheets/test_guide.py",
    "docs/testing.md": "tests/test_docs_testing.py",
}
LANGUAGES = {"console", "csv", "ini", "python", "sh", "text", "yaml"}
INSTALLING = re.compile(r"(pip install commscore|make [a-z-]+)( +#.*)?")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::commscore.errors.DataWarning")
@pytest.mark.parametrize("name", [*RUN, *RUN_IN_CHINESE])
def test_the_examples_of_a_page_give_what_it_shows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    wrong = [example for example in told(text_of(name), tmp_path) if example.written != example.said]

    assert wrong == []


@pytest.mark.parametrize("name", [*RUN, *RUN_IN_CHINESE])
def test_every_block_is_of_a_kind_that_is_run(name: str) -> None:
    text = text_of(name)

    assert len(blocks(text)) == text.count("```") / 2
    assert {block.language for block in blocks(text)} <= LANGUAGES
    assert [block.line for block in blocks(text) if block.language in {"csv", "ini", "yaml"} and not block.title] == []


@pytest.mark.parametrize("name", [*RUN, *RUN_IN_CHINESE])
def test_what_installs_is_only_looked_at(name: str) -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.MULTILINE)

    for block in blocks(text_of(name)):
        for line in block.body.splitlines() if block.language == "sh" else ():
            assert INSTALLING.fullmatch(line)
            assert not line.startswith("make ") or line.split()[1] in targets


def test_every_page_with_blocks_is_tested() -> None:
    known = {*RUN, *RUN_IN_CHINESE, *OWN_TESTS}
    assert {name for name in written_pages() if "```" in text_of(name)} <= known
    for name, tests in OWN_TESTS.items():
        assert "```" not in text_of(name) if tests is None else Path(name).name in text_of(tests)
