"""The site: made pages say what their sources say, every page has its place, and every link leads somewhere."""

from __future__ import annotations

import html
import importlib.util
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.docs.pages import ROOT, made, written_pages

import commscore
from commscore import Rule, Ruleset
from commscore._cli._main import build_app

CONFIG = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
RULESETS = [record.id for record in commscore.list_rulesets()]
EXTERNAL = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?")


@cache
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_script", ROOT / "tools" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def made_pages() -> dict[str, str]:
    """Return the pages that are made, by path below the docs."""
    return dict(script().pages())


@cache
def texts() -> dict[str, str]:
    """Return every page of the site and the files beside it, by path from the root."""
    hand = {name: (ROOT / name).read_text(encoding="utf-8") for name in written_pages()}
    return hand | {f"docs/{name}": text for name, text in made_pages().items()}


@cache
def tokens(page: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(texts()[page])


@cache
def anchors(page: str) -> set[str]:
    """Return the anchors that headings get."""
    lines = tokens(page)
    headings = [lines[n + 1] for n, token in enumerate(lines) if token.type == "heading_open"]
    plain = ["".join(part.content for part in heading.children or ()) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in plain}


@cache
def links(page: str) -> list[str]:
    parts = [part for token in tokens(page) for part in token.children or ()]
    found = [part.attrs.get("href" if part.type == "link_open" else "src") for part in parts]
    return [str(link) for link in found if link is not None]


def broken(page: str, link: str) -> bool:
    if "://" in link:
        return EXTERNAL.fullmatch(link) is None
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent.joinpath(path).resolve().relative_to(ROOT).as_posix() if path else page
    if target not in texts():
        return bool(anchor) or made(target) or not (ROOT / target).exists()
    return bool(anchor) and anchor not in anchors(target)


@pytest.mark.parametrize("page", written_pages())
def test_every_link_leads_somewhere(page: str) -> None:
    assert [link for link in links(page) if broken(page, link)] == []


def test_every_link_of_the_pages_that_are_made_leads_somewhere() -> None:
    pages = [f"docs/{name}" for name in made_pages()]

    assert [(page, link) for page in pages for link in links(page) if broken(page, link)] == []
    assert sum(len(links(page)) for page in pages) > len(pages)


@pytest.mark.parametrize(
    "link", ["none.md", "faq.md#none", "#none", "http://example.org/", "https://localhost/a", "../src/none.py"]
)
def test_a_link_to_nowhere_is_found(link: str) -> None:
    assert broken("docs/index.md", link)


def test_pages_of_the_site_lead_only_to_pages_of_the_site() -> None:
    # The changelog is a copy of one that stands elsewhere.
    pages = [page for page in texts() if page.startswith("docs/") and page != "docs/changelog.md"]

    assert [
        (page, link) for page in pages for link in links(page) if link.startswith(("../" * page.count("/"), "/"))
    ] == []


def _in_nav(entries: Any) -> Iterator[str]:
    for entry in entries:
        yield from [entry] if isinstance(entry, str) else _in_nav(*entry.values())


def test_every_page_has_its_place() -> None:
    found = {page.removeprefix("docs/") for page in texts() if page.startswith("docs/")}

    assert sorted(_in_nav(CONFIG["nav"])) == sorted(
        page for page in found if not re.search(r"rulesets/(?!index)", page)
    )


def test_the_site_takes_nothing_from_elsewhere() -> None:
    assert CONFIG["theme"]["font"] is False
    assert {"extra_css", "extra_javascript"}.isdisjoint(CONFIG)
    assert [
        page for page, text in texts().items() if re.search(r"<(script|link|img|iframe)\b|!\[[^]]*\]\(http", text)
    ] == []


def test_the_reference_has_every_public_name() -> None:
    listed = re.findall(r"^::: commscore\.(\w+)$", made_pages()["api.md"], re.MULTILINE)

    assert {*commscore.__all__} - {"__version__"} <= {*listed}
    assert {"monitor", "reference", "testing"} <= {*listed}


def test_results_show_what_they_promise_and_no_more() -> None:
    shown = re.search(r"members: \[(.*)\]", made_pages()["api.md"])
    assert shown is not None

    members = set(shown[1].split(", "))
    assert {"units", "areas", "rules", "findings", "wide", "explain", "summary", "raise_for_failures"} <= members
    assert set(dir(commscore.Result)) >= script().BEHIND_RESULTS
    assert members.isdisjoint(script().BEHIND_RESULTS)


def test_every_command_and_option_has_its_help() -> None:
    page = made_pages()["cli.md"]
    seen = 0
    for chain, app in _all_commands(build_app(), ()):
        section = page.partition(f"\n## {' '.join(('commscore', *chain))}\n")[2].partition("\n## ")[0]
        for argument in app.assemble_argument_collection() if app.default_command else ():
            for name in argument.names if argument.show else ():
                seen += 1
                assert name in section, (chain, name)
        assert str(app.help_epilogue).splitlines()[2].strip() in section
    assert seen > len(made_pages())


def _all_commands(app: Any, chain: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield chain, app
    for name, inner in app.resolved_commands().items():
        if not name.startswith("-"):
            yield from _all_commands(inner, (*chain, name))


def cells(text: str) -> list[list[str]]:
    """Return the rows of all tables of a page, as a reader sees them."""
    rows = [
        line.removeprefix("| ").removesuffix(" |").split(" | ") for line in text.splitlines() if line.startswith("| ")
    ]
    return [[html.unescape(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", RULESETS)
def test_the_page_of_a_ruleset_says_all_that_its_file_says(name: str, lang: str) -> None:
    ruleset: Ruleset = commscore.load_ruleset(name)
    page = made_pages()[f"{'zh/' if lang == 'zh' else ''}rulesets/{name}.md"]
    rows = cells(page)

    def title(text: Any) -> str:
        return (text.en or text.zh) if lang == "en" else text.zh

    def shown(rule: Rule) -> list[str]:
        return [f"{title(rule.title)}<br>`{rule.id}`", rule.clause or "", str(rule.due or ""), str(rule.weight)]

    assert [[row[0], row[1], row[5], row[6]] for row in rows if "<br>" in row[0]] == [
        shown(rule)
        for group in [*(group.id for group in ruleset.groups), None]
        for rule in ruleset.rules
        if rule.group == group
    ]
    requirements = {row[0].split("`")[1]: row[4] for row in rows if "<br>" in row[0]}
    assert [rule.id for rule in ruleset.rules if bool(rule.requirements) != bool(requirements[rule.id])] == []
    listed = [row for row in rows if len(row) == 3]
    assert [row[:2] for row in listed[2:]] == [[entry.clause, entry.phrase or ""] for entry in ruleset.unscored]
    assert [each.id for each in ruleset.conclusions if f"`{each.id}`" not in page] == []
    assert [rule.id for rule in ruleset.rules if rule.note and rule.note not in html.unescape(page)] == []
