"""Results as one HTML page: whole, well-formed, harmless whatever names the data holds, and in both languages."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import commscore
from commscore import UsageError
from commscore._cli import main
from commscore._publishing import html_of, of_folder, of_result
from commscore._publishing._digest import digested
from commscore._publishing._page_words import TEXTS
from commscore._publishing._svg import bars, histogram, rate_bar, scale

RULESET = """
commscore: 1
id: mini-2024
title: {zh: "小城</title><script>alert(1)</script>", en: Mini}
jurisdiction: {code: "2102", level: city, zh: 大连, en: Dalian}
year: 2024
scoring: {grades: [[good, 80], ["</style>fair", 50], [poor, 0]]}
inputs:
  orgs: {zh: 组织数, en: Organisations, type: count}
  beds: {zh: 床位, en: Beds, type: count}
  dogs: {zh: 犬, en: "Dogs & <cats>", type: count}
rules:
  - id: orgs
    title: {zh: "组织\\"><img src=x onerror=alert(1)>", en: Organisations}
    clause: 一
    each: orgs
    require: ">= 10"
  - {id: beds, title: {zh: 床位, en: Beds}, clause: 二, total: beds, over: county, require: ">= 5"}
  - {id: dogs, title: {zh: 犬, en: Dogs}, clause: 三, each: dogs, require: ">= 1"}
unscored: [{clause: 四, phrase: 定期更换, why: 未写明周期}]
conclusions:
  - id: few
    when: {fail_any: [orgs]}
    then: {conclude: few-orgs, action: {zh: "补齐<b>", en: "Mend <b>"}}
"""
HOSTILE = [
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% for x in y %}",
    "</script></style></title>",
    "a\u202eb\u2066c",
    "bell\x07\x1b[31m",
    "' onmouseover=alert(1) x='",
    "x" * 5000,
    "&amp;<!--",
    "javascript:alert(1)",
    "مرحبا",
]
KNOWN = {  # neither img nor i, which only names in the data would make
    *("html", "head", "meta", "title", "link", "style", "script", "body", "header", "nav", "main", "section", "div"),
    *("a", "b", "p", "h1", "h2", "ul", "li", "details", "summary", "span", "svg", "desc", "rect", "path", "text"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    path = tmp_path_factory.mktemp("ruleset") / "mini-2024.yaml"
    path.write_text(RULESET, encoding="utf-8")
    return commscore.load_ruleset(path)


def evaluated(ruleset: commscore.Ruleset, rows: list[dict[str, Any]], **options: Any) -> commscore.Result:
    return commscore.evaluate(pa.Table.from_pylist(rows), ruleset, key="name", **options)


@pytest.fixture(scope="module")
def result(ruleset: commscore.Ruleset) -> commscore.Result:
    rows = [
        {"name": name, "code": f"2102{2 + i % 3:02d}001{i:03d}", "county": None, "orgs": orgs, "beds": i}
        for i, (name, orgs) in enumerate(zip(HOSTILE, [9, 10, None, 11, 3, 12, 10, 10, 9, 9, 9], strict=True))
    ]
    for row, county in zip(rows, ["210202", "<i>县</i>", "210203"] * 4, strict=False):
        row["county"] = county
    return evaluated(ruleset, rows, rollup=["county", "city"])


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request: pytest.FixtureRequest, result: commscore.Result) -> str:
    return result.to_html(lang=request.param)


class Outline(HTMLParser):
    """The tags of a page, and how they nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        self.faults += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"closed out of turn: {tag} at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


# ---- FORM ----


def test_every_tag_is_closed_in_turn_and_ids_are_unique(page: str) -> None:
    outline = Outline(page)

    assert outline.faults == []
    ids = Counter(attrs["id"] for _, attrs in outline.tags if "id" in attrs)
    assert [name for name, count in ids.items() if count > 1] == []
    named = [attrs.get("aria-labelledby") or "" for _, attrs in outline.tags]
    assert {one for names in named for one in names.split()} <= set(ids)


def test_headings_come_in_order(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Outline(page).tags if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_every_header_a_scope(page: str) -> None:
    outline = Outline(page)

    assert len(outline.all("table")) == len(outline.all("caption")) > 8
    assert {attrs.get("scope") for attrs in outline.all("th")} == {"col", "row"}


def test_every_figure_has_a_title_and_a_description_or_is_not_read_out(page: str) -> None:
    outline = Outline(page)

    figures = outline.all("svg")
    read = [attrs for attrs in figures if attrs.get("role") == "img"]
    assert len(read) == len(outline.all("desc")) >= 3
    assert all(attrs.get("aria-hidden") == "true" for attrs in figures if attrs not in read)


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_the_page_says_its_language(result: commscore.Result, lang: str, tag: str) -> None:
    assert Outline(result.to_html(lang=lang)).all("html") == [{"lang": tag}]


def test_the_page_asks_nothing_of_any_network(page: str) -> None:
    outline = Outline(page)

    for _, attrs in outline.tags:
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert (attrs.get(name) or "#").startswith(("#", "data:,")), attrs
    assert "@import" not in page
    assert "url(" not in page


def test_only_its_own_script_and_style_may_run(page: str) -> None:
    policy = Outline(page).all("meta")[1]["content"]

    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy


# ---- HOSTILE NAMES ----


def test_no_text_from_data_becomes_markup(page: str) -> None:
    outline = Outline(page)

    assert {tag for tag, _ in outline.tags} <= KNOWN
    assert len(outline.all("script")) == len(outline.all("style")) == 1
    assert [name for _, attrs in outline.tags for name in attrs if name.startswith("on")] == []
    assert "{{7*7}}{% for x in y %}" in page


def test_no_text_from_data_stands_in_script_or_style(page: str, result: commscore.Result) -> None:
    empty = commscore.evaluate(
        pa.table({"name": pa.array([], pa.string()), "orgs": pa.array([], pa.int64())}), result.ruleset
    )
    plain = Outline(html_of(of_result(empty)))
    own = Outline(page)

    assert own.texts["script"] == plain.texts["script"]
    assert own.texts["style"] == plain.texts["style"]


def test_controls_and_directions_are_shown_as_codes_and_long_names_are_cut(page: str) -> None:
    assert "\u202e" not in page
    assert "\u2066" not in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", page)
    assert "a\\u202eb\\u2066c" in page
    assert "bell\\x07\\x1b[31m" in page
    assert "x" * 61 not in page


# ---- CONTENT ----


def test_both_languages_have_every_text_with_the_same_blanks() -> None:
    for key, (zh, en) in TEXTS.items():
        assert zh, key
        assert en, key
        assert set(re.findall(r"{(\w+)}", zh)) == set(re.findall(r"{(\w+)}", en)), key


def test_every_text_is_used() -> None:
    folder = Path(commscore.__file__).parent / "_publishing"
    used = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in (".py", ".j2"))
    used = used.replace((folder / "_page_words.py").read_text(encoding="utf-8"), "")

    assert [key for key in TEXTS if f'"{key}"' not in used] == []


def test_the_page_tells_score_interval_coverage_and_grade(ruleset: commscore.Ruleset) -> None:
    rows = [{"name": "a", "code": "210202001001", "orgs": 10, "beds": None, "dogs": 1}]

    page = evaluated(ruleset, rows, rollup=["city"]).to_html(lang="en")

    assert "2102 Dalian" in page
    assert '<p class="score">66.67' in page
    assert "interval 66.67 – 100.00" in page
    assert "coverage 66.67%" in page
    assert "grade &lt;/style&gt;fair (&lt;/style&gt;fair to good)" in page


def test_the_page_counts_reasons_in_words_and_names_missing_inputs(result: commscore.Result) -> None:
    page = result.to_html(lang="en")

    assert "a value is missing" in page
    assert "missing Dogs &amp; &lt;cats&gt; (dogs)" in page
    assert "定期更换" in page


def test_the_heat_map_shows_rates_below_and_statuses_at_the_level(ruleset: commscore.Ruleset) -> None:
    rows = [
        {"name": str(i), "code": f"2102{2 + i % 2:02d}001{i:03d}", "orgs": orgs, "beds": 3 * (i % 2)}
        for i, orgs in enumerate([10, 9, 10, 10, 10, 9])
    ]
    page = evaluated(ruleset, rows, rollup=["county", "city"]).to_html(lang="en")

    heat = re.search(r'<table class="data heat".*?</table>', page, re.DOTALL)
    assert heat is not None
    cells = [re.sub("<[^>]*>", "", cell) for cell in re.findall("<td.*?</td>", heat[0])]
    assert cells == ["100%", "33%", "fail", "pass"]


def test_without_counties_the_page_says_how_to_get_them(ruleset: commscore.Ruleset) -> None:
    row = {"name": "a", "code": "210202001001", "orgs": 1, "beds": 1}

    assert "--rollup county" in evaluated(ruleset, [row], rollup=["city"]).to_html(lang="en")
    assert "--rollup city" in evaluated(ruleset, [row], rollup=[]).to_html(lang="en")


def test_the_nearest_to_the_next_grade_come_first_with_what_alone_would_do(ruleset: commscore.Ruleset) -> None:
    rows = [{"name": "far", "orgs": 1, "dogs": 0}, {"name": "near", "orgs": 1, "dogs": 1}]
    result = evaluated(ruleset, [*rows, {"name": "best", "orgs": 10, "dogs": 1}])

    found = digested(of_result(result), ruleset, lowest=2, nearest=5)

    assert [(row["key"], row["distance"]) for row in found.nearest] == [("near", 30.0), ("far", 50.0)]
    assert {key: [each["rule"] for each in each_] for key, each_ in found.helpful.items()} == {
        "near": ["orgs"],
        "far": ["orgs", "dogs"],
    }
    assert [row["key"] for row in found.lowest] == ["far", "near"]
    assert found.steps.tolist()[0::10] == [1, 1]
    assert found.steps[-1] == 1


def test_who_has_the_score_but_not_the_grade_is_counted_apart(tmp_path: Path) -> None:
    text = RULESET.replace("then: {conclude", "then: {cap: poor, conclude")
    (tmp_path / "mini-2024.yaml").write_text(text, encoding="utf-8")
    ruleset = commscore.load_ruleset(tmp_path / "mini-2024.yaml")
    result = evaluated(ruleset, [{"name": "capped", "orgs": 1, "dogs": 1}, {"name": "low", "orgs": 1, "dogs": 0}])

    found = digested(of_result(result), ruleset, lowest=0, nearest=5)

    assert found.held == 1
    assert [row["key"] for row in found.nearest] == ["low"]
    assert "though the score would do for more: 1." in result.to_html(lang="en")


def test_long_tables_are_cut_and_name_the_file_that_has_all(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    data = pa.table({"name": [f"u{i:04d}" for i in range(1200)], "orgs": [i % 20 for i in range(1200)]})
    pa.csv.write_csv(data, tmp_path / "units.csv")
    commscore.evaluate_files(tmp_path / "units.csv", ruleset, tmp_path / "out", key="name")

    page = html_of(of_folder(tmp_path / "out"), lang="en")

    assert "500 of 1,200 rows are listed; all are in units.parquet" in page
    assert page.count('<th scope="row">u') == 500 + 50  # the lowest, and the nearest to the next grade


def test_a_folder_makes_the_page_that_its_result_does(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    rows = [{"code": f"21020{2 + i % 2}001{i:03d}", "orgs": i, "beds": i} for i in range(15)]
    pa.csv.write_csv(pa.Table.from_pylist(rows), tmp_path / "units.csv")
    commscore.evaluate_files(tmp_path / "units.csv", ruleset, tmp_path / "out", rollup=["county", "city"])
    result = commscore.evaluate(tmp_path / "units.csv", ruleset, rollup=["county", "city"])

    pages = [html_of(of_folder(tmp_path / "out")), result.to_html()]

    assert pages[0].split('id="s_run"')[0] == pages[1].split('id="s_run"')[0]
    manifest = (tmp_path / "out" / "manifest.json").read_text(encoding="utf-8")
    assert re.findall(r'"sha256": "(\w+)"', manifest)[0] in pages[0]
    assert ruleset.hash in pages[0]
    assert ruleset.hash in pages[1]


def test_an_empty_result_makes_a_page(ruleset: commscore.Ruleset) -> None:
    empty = pa.table({"name": pa.array([], pa.string()), "orgs": pa.array([], pa.int64())})

    page = commscore.evaluate(empty, ruleset, key="name").to_html(lang="en")

    assert Outline(page).faults == []
    assert "No unit has a score." in page


def test_a_page_is_written_whole_or_refused(result: commscore.Result, tmp_path: Path) -> None:
    text = result.to_html(tmp_path / "r.html", lang="en")

    assert (tmp_path / "r.html").read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    with pytest.raises(UsageError, match="cannot be written"):
        result.to_html(tmp_path / "none" / "r.html")
    with pytest.raises(UsageError, match="lang"):
        result.to_html(lang="fr")


def test_the_command_writes_a_page_and_refuses_what_is_no_output(
    ruleset: commscore.Ruleset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "units.csv").write_text("name,orgs\na,9\n", encoding="utf-8")
    commscore.evaluate_files(tmp_path / "units.csv", ruleset, tmp_path / "out", key="name")
    page = tmp_path / "r.html"

    assert main(["report", str(tmp_path / "out"), "--html", str(page), "--lang", "en"]) == 0
    assert page.read_text(encoding="utf-8") == html_of(of_folder(tmp_path / "out"), lang="en")
    assert str(page) in capsys.readouterr().err
    assert main(["report", str(tmp_path / "out")]) == 2
    assert "--html FILE" in capsys.readouterr().err


def test_an_output_without_its_ruleset_is_refused(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("name,orgs\na,9\n", encoding="utf-8")
    commscore.evaluate_files(tmp_path / "units.csv", ruleset, tmp_path / "out", key="name")
    (tmp_path / "out" / "ruleset.yaml").unlink()

    with pytest.raises(UsageError, match="does not hold its ruleset"):
        html_of(of_folder(tmp_path / "out"))


@pytest.mark.parametrize("id_", ["taian-2023", "jimsar-2025", "tonghua-2023"])
def test_bundled_rulesets_make_pages_in_both_languages(id_: str) -> None:
    ruleset = commscore.load_ruleset(id_)
    names = [name for name, each in ruleset.inputs.items() if each.level == "community" and each.type != "category"]
    code = f"{ruleset.jurisdiction.code:0<6}"[:6]
    rows = [{"code": f"{code}001{i:03d}", "kind": "urban", **dict.fromkeys(names, i % 2)} for i in range(4)]
    result = commscore.evaluate(pa.Table.from_pylist(rows), ruleset, rollup=["township", "county"])

    for lang in ("zh", "en"):
        assert Outline(result.to_html(lang=lang)).faults == []


# ---- PLOTS ----


def test_plots_are_well_formed_whatever_their_labels() -> None:
    plots = [
        bars("a", "<t>", "d&d", [("<b>", 3, "x"), ("none", 0, "")]),
        histogram("b", "t", "d", [0, 5, 1], [(50, "</svg>")]),
        scale("c", "t", "d", (0, 50, 120), [(0, "low"), (100, "top")]),
        rate_bar(0.25, 0.5),
    ]

    for plot in plots:
        outline = Outline(str(plot))
        assert outline.faults == []
        assert outline.all("b") == []


def test_bars_are_as_long_as_their_counts() -> None:
    widths = [
        float(attrs["width"] or 0)
        for attrs in Outline(str(bars("a", "t", "d", [("x", 10, ""), ("y", 5, "")]))).all("rect")
    ]

    assert widths[0] == 2 * widths[1] > 0


def test_a_rate_fills_its_share() -> None:
    assert [attrs["width"] for attrs in Outline(str(rate_bar(0.25, 0.5))).all("rect")] == ["100", "50", "25"]
