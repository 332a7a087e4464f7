"""The page in a browser: it loads without complaint, sorts, filters, prints, fits a phone, and passes axe-core."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import commscore

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
RULESET = """
commscore: 1
id: mini-2024
title: {zh: 小城社区, en: Mini}
jurisdiction: {code: "2102", level: city, zh: 大连, en: Dalian}
year: 2024
scoring: {grades: [[good, 80], [poor, 0]]}
inputs: {orgs: {zh: 组织数, en: Organisations, type: count}, beds: {zh: 床位, en: Beds, type: count}}
rules:
  - {id: orgs, title: {zh: 组织, en: Organisations}, clause: 一, each: orgs, require: ">= 10"}
  - {id: beds, title: {zh: 床位, en: Beds}, clause: 二, each: beds, require: ">= 5"}
"""
HOSTILE = ("</script><script>document.title='broken'</script>", '"><img src=x onerror="document.title=\'broken\'">')


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "mini-2024.yaml").write_text(RULESET, encoding="utf-8")
    ruleset = commscore.load_ruleset(folder / "mini-2024.yaml")
    names = [*HOSTILE, "x" * 3000, *(f"u{i}" for i in range(40))]
    rows = [
        {"name": name, "code": f"2102{2 + i % 8:02d}001{i:03d}", "orgs": None if i == 7 else i % 15, "beds": i % 7}
        for i, name in enumerate(names)
    ]
    result = commscore.evaluate(pa.Table.from_pylist(rows), ruleset, key="name", rollup=["county", "city"])
    for lang in ("zh", "en"):
        result.to_html(folder / f"{lang}.html", lang=lang)
    return {lang: folder / f"{lang}.html" for lang in ("zh", "en")}


def opened(browser: Any, path: Path, *, width: int = 1280, **options: Any) -> tuple[Any, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(path.as_uri())
    return page, [text for text in said if not text.startswith("data:")]


def keys(page: Any) -> list[str]:
    return page.locator("#units-table tbody tr:visible th").all_inner_texts()


def test_it_loads_without_a_word_and_hostile_names_do_nothing(browser: Any, files: dict[str, Path]) -> None:
    page, said = opened(browser, files["en"])

    assert said == []
    assert page.title() == "Report: mini-2024"
    assert page.locator("img").count() == 0
    assert page.get_by_text(HOSTILE[0]).count() > 0


def test_it_can_be_read_without_script(browser: Any, files: dict[str, Path]) -> None:
    page, _ = opened(browser, files["zh"], java_script_enabled=False)

    assert page.locator("#units-table tbody tr").count() == 43
    assert page.locator("button, input").count() == 0


def test_a_header_sorts_up_and_down_by_keyboard_with_blanks_last(browser: Any, files: dict[str, Path]) -> None:
    page, _ = opened(browser, files["en"])
    head = page.locator("#units-table th", has_text="Score")
    scores = page.locator("#units-table tbody tr td:nth-child(2)")

    shown: list[float] = []
    head.get_by_role("button").focus()
    for way, reverse in (("ascending", False), ("descending", True)):
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == way
        shown = [float(text) for text in scores.all_inner_texts()]
        assert shown == sorted(shown, reverse=reverse)
    assert len(set(shown)) > 1
    page.locator("#units-table th", has_text="Interval").get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    spans = page.locator("#units-table tbody tr td:nth-child(3)").all_inner_texts()
    assert [bool(text) for text in spans] == [True] + [False] * 42


def test_a_filter_shows_what_contains_its_text_and_counts_it(browser: Any, files: dict[str, Path]) -> None:
    page, _ = opened(browser, files["en"])
    field = page.locator("#units-table-f")

    field.fill("U3")

    assert set(keys(page)) == {"u3", *(f"u{i}" for i in range(30, 40))}
    assert page.locator("output[for=units-table-f]").inner_text() == "11 of 43 rows"
    field.fill("")
    assert len(keys(page)) == 43


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_scrolls_sideways_on_a_phone(browser: Any, files: dict[str, Path], lang: str) -> None:
    page, _ = opened(browser, files[lang], width=390)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_skip_link_comes_first_and_leads_to_the_content(browser: Any, files: dict[str, Path]) -> None:
    page, _ = opened(browser, files["en"])

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_print_opens_what_is_folded_and_hides_what_is_for_hands(browser: Any, files: dict[str, Path]) -> None:
    page, _ = opened(browser, files["en"])

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.locator("details:not([open])").count() == 0
    assert not page.locator("nav").is_visible()
    assert not page.locator(".filter").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing(browser: Any, files: dict[str, Path], lang: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    page, _ = opened(browser, files[lang], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    found = axe.Axe().run(page).response["violations"]

    assert [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found] == []
