"""The sections of a page on places: scores, grades, their distribution, areas, units, and who is nearest to more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from commscore._engine._plan import rank
from commscore._publishing._digest import STEPS
from commscore._publishing._page import KEY_WIDTH, Cell, Page, Row, Table, table
from commscore._publishing._page_findings import FINDING_COLUMNS, finding_row, gap_of
from commscore._publishing._svg import bars, histogram, scale
from commscore._report._numbers import ZERO, number, percent
from commscore._report._scores import grade_text, score_number
from commscore._report._text import clean, clipped
from commscore._report._words import counted
from commscore._status import Status

if TYPE_CHECKING:
    from markupsafe import Markup

AREAS, OPENED, FINDINGS, UNITS, NEAREST, CARDS = 500, 150, 60, 500, 50, 6
_OPEN = (Status.FAIL, Status.ERROR, Status.UNKNOWN)


# ---- SCORES ----


@attrs.frozen
class Card:
    """A score at the head of the page.

    Attributes:
        place: Whose.
        score: The score, as text.
        maximum: Out of what; null for 100.
        facts: Interval, coverage and grade, as texts.
        figure: The score on a scale; null where there is none.
    """

    place: str
    score: str
    maximum: str | None
    facts: Sequence[str]
    figure: Markup | None


def cards(page: Page) -> list[Card]:
    """Return the scores of the coarsest areas, or the mean of the units where no area was asked for."""
    found = [area for area in page.areas if area["level"] == page.areas[-1]["level"]]
    home = [area for area in found if area["key"] == page.ruleset.jurisdiction.code]
    shown = home or found[:CARDS]
    made = [_card(page, i, page.place(area["level"], area["key"]), area) for i, area in enumerate(shown)]
    return made or [_mean_card(page)]


def _mean_card(page: Page) -> Card:
    digest = page.digest
    means = {name: digest.mean(name) for name in ("score", "score_low", "score_high", "coverage")}
    none = {"grade": None, "grade_low": None, "grade_high": None}
    place = page.say("units_average", level=page.w.level(page.plan.level))
    return _card(page, 0, place, {**means, "maximum": digest.top or None, **none})


def _card(page: Page, index: int, place: str, area: Mapping[str, Any]) -> Card:
    say, top, ruleset = page.say, area["maximum"], page.ruleset
    if area["score"] is None or not top:
        return Card(place, "–", None, [page.w("no_score")], None)
    score, low, high = (score_number(area[name], top, ruleset) for name in ("score", "score_low", "score_high"))
    facts = [say("score_sure") if low == high else say("score_span", low=low, high=high)]
    facts.append(say("covered", share=percent(area["coverage"])))
    if area["grade"] is not None:
        facts.append(say("graded", grade=grade_text(area, page.w)))
    span = (100 * area["score_low"] / top, 100 * area["score"] / top, 100 * area["score_high"] / top)
    says = say("scale_says", top=number(top), score=score, low=low, high=high)
    figure = scale(f"scale-{index}", say("scale"), says, span, _thresholds(page))
    return Card(place, score, None if top == 100 else number(top), facts, figure)  # noqa: PLR2004 - percent


def _thresholds(page: Page) -> list[tuple[float, str]]:
    return [(float(grade.at_least), clean(grade.name)) for grade in page.ruleset.scoring.grades if grade.at_least > 0]


def _score_cells(page: Page, row: Mapping[str, Any]) -> list[Cell]:
    """Return score, interval, coverage and grade."""
    if row["score"] is None:
        return [Cell("–"), Cell(""), Cell(""), Cell("")]
    texts = [score_number(row[name], row["maximum"], page.ruleset) for name in ("score", "score_low", "score_high")]
    span = "" if texts[1] == texts[2] else f"{texts[1]} – {texts[2]}"
    covered = Cell(percent(row["coverage"]), row["coverage"])
    return [Cell(texts[0], row["score"]), Cell(span), covered, Cell(_graded(page, row))]


def _graded(page: Page, row: Mapping[str, Any]) -> str:
    return grade_text(row, page.w) if page.ruleset.scoring.grades else ""


def _fail_cells(row: Mapping[str, Any]) -> list[Cell]:
    open_ = row["n_unknown"] + row["n_error"]
    return [Cell(counted(row["n_fail"]), row["n_fail"]), Cell(counted(open_), open_)]


# ---- DISTRIBUTIONS ----


def grades(page: Page) -> tuple[Markup, Table] | None:
    """Return how many units have each grade, as a plot and as a table."""
    named: list[str | None] = [grade.name for grade in page.ruleset.scoring.grades]
    counts = [page.digest.grades[name] for name in ("grade", "grade_low", "grade_high")]
    if not named or not page.digest.units:
        return None
    named += [None] if any(count[None] for count in counts) else []
    say, units = page.say, page.digest.units
    rows: list[Row] = []
    items = []
    for name in named:
        label = page.w("no_grade") if name is None else clean(name)
        count, low, high = (found[name] for found in counts)
        share = Cell(percent(count / units), count / units)
        rows.append([label, Cell(counted(count), count), share, Cell(counted(low), low), Cell(counted(high), high)])
        items.append((label, count, f"{counted(count)} · {share.text}"))
    names = [page.w(name) for name in ("grade", "units", "share", "if_low", "if_high")]
    caption = say("grades_caption")
    says = say("grades_says", counts=page.w.several(f"{label} {text}" for label, _, text in items))
    return bars("plot-grades", caption, says, items), table("grades-table", caption, names, rows)


def spread(page: Page) -> tuple[Markup, Table] | None:
    """Return how scores spread over the units, as a plot and as a table."""
    digest, say = page.digest, page.say
    if not digest.scored:
        return None
    ranges = [f"{100 * i // STEPS}–{100 * (i + 1) // STEPS}" for i in range(STEPS)]
    mode = int(digest.steps.argmax())
    ends = (digest.mean("score"), digest.least, digest.greatest)
    mean, least, greatest = (score_number(end, digest.top, page.ruleset, fixed=False) for end in ends)
    most = {"mode": ranges[mode], "count": counted(int(digest.steps[mode]))}
    says = say("spread_says", mean=mean, least=least, greatest=greatest, **most)
    caption = say("spread_caption")
    if digest.top != 100:  # noqa: PLR2004 - percent
        caption += page.w.bracketed(say("spread_of_top"))
    counts = digest.steps.tolist()
    rows: list[Row] = [[name, Cell(counted(count), count)] for name, count in zip(ranges, counts, strict=True)]
    plot = histogram("plot-spread", caption, says, counts, _thresholds(page))
    return plot, table("spread-table", caption, [say("range_column"), page.w("units")], rows)


# ---- NEAREST ----


def nearest(page: Page) -> Table | None:
    """List the units that lack least of the next grade, and which single finding would do."""
    grades_ = page.ruleset.scoring.grades
    names = [grade.name for grade in grades_]
    rows: list[Row] = []
    for row in page.digest.nearest:
        short = row["distance"] * row["maximum"] / 100
        following = clean(grades_[names.index(row["grade"]) - 1].name)
        helpful = page.w("semicolon").join(_helpful(page, row["key"]))
        lacks = Cell(number(short, apart=[ZERO], places=2), short)
        key = clipped(row["key"], KEY_WIDTH)
        score = score_number(row["score"], row["maximum"], page.ruleset)
        rows.append([key, Cell(score, row["score"]), clean(row["grade"]), following, lacks, helpful])
    titles = ("key", "score", "grade", "next_grade", "lacking_points", "one_would_do")
    return table("near", page.say("near_caption"), [page.say(name) for name in titles], rows) if rows else None


def _helpful(page: Page, key: str) -> Iterator[str]:
    for finding in page.digest.helpful.get(key, ())[:3]:
        plan = page.rule(finding["rule"])
        gap = gap_of(page, plan, finding)
        yield page.title(plan, finding["scope"]) + page.w.bracketed(gap)


# ---- AREAS AND UNITS ----


def area_order(page: Page) -> list[Mapping[str, Any]]:
    """Return areas, coarse levels first, the lowest scores first within a level."""

    def place(area: Mapping[str, Any]) -> tuple[Any, ...]:
        share = 0.0 if area["score"] is None else area["score"] / (area["maximum"] or 1)
        return -rank(area["level"]), area["score"] is None, share, area["key"] is None, area["key"] or ""

    return sorted(page.areas, key=place)


def areas(page: Page) -> Table | None:
    """List the areas with their scores."""
    whole = area_order(page)
    rows: list[Row] = []
    for area in whole[:AREAS]:
        units = Cell(counted(area["n_units"]), area["n_units"])
        mean = area["units_score"]
        average = Cell(score_number(mean, area["maximum"], page.ruleset), mean)
        cells = [*_score_cells(page, area), average, *_fail_cells(area)]
        rows.append([page.place(area["level"], area["key"]), page.w.level(area["level"]), units, *cells])
    names = ("area", "level", "units_inside", "score", "interval", "coverage", "grade", "units_mean")
    titles = [page.say(name) for name in (*names, "fails", "undecided_short")]
    note = page.cut(len(rows), len(whole), "areas")
    return table("areas-table", page.say("areas_caption"), titles, rows, note=note) if rows else None


@attrs.frozen
class Opened:
    """An area that a reader can open.

    Attributes:
        level: Its level, as a word.
        title: Its name.
        score: Score, interval, coverage and grade in one line.
        table: What fails or is undecided; null where nothing is.
        follows: What is concluded and to be done: headings with their texts.
    """

    level: str
    title: str
    score: str
    table: Table | None
    follows: Sequence[tuple[str, Sequence[str]]]


def opened_areas(page: Page) -> list[tuple[str, list[Opened]]]:
    """Return the areas with what fails in them, by level."""
    return [(level, list(found)) for level, found in groupby(_opened_areas(page), key=attrgetter("level"))]


def _opened_areas(page: Page) -> Iterator[Opened]:
    shown = area_order(page)[:OPENED]
    found = page.findings
    statuses = pa.array([str(status) for status in _OPEN], pa.string())
    found = found.filter(pc.is_in(found["status"].cast(pa.string()), value_set=statuses))
    keys = pa.array([area["key"] for area in shown], pa.string())
    rows: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for finding in found.filter(pc.is_in(found["key"], value_set=keys)).to_pylist():
        rows.setdefault((finding["level"], finding["key"]), []).append(finding)
    for i, area in enumerate(shown):
        yield _opened(page, i, area, rows.get((area["level"], area["key"]), []))


def _opened(page: Page, index: int, area: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> Opened:
    place = f"{page.w.level(area['level'])} {page.place(area['level'], area['key'])}"
    score, span, covered, grade = (cell.text for cell in _score_cells(page, area))
    facts = [page.w.labelled("score", score) + page.w.bracketed(span), grade]
    facts += [page.say("covered", share=covered)] if covered else []
    ordered = sorted(findings, key=lambda finding: _OPEN.index(finding["status"]))
    cells = [finding_row(page, finding) for finding in ordered[:FINDINGS]]
    titles = [page.say(name) for name in FINDING_COLUMNS]
    note = page.cut(len(cells), len(ordered), "findings")
    caption = page.say("area_findings", place=place)
    shown = table(f"area-{index}", caption, titles, cells, note=note) if cells else None
    found = (("conclusions", "follows"), ("actions", "measures"))
    follows = [(page.say(word), page.following(area.get(column))) for column, word in found if area.get(column)]
    return Opened(page.w.level(area["level"]), place, page.w("comma").join(filter(None, facts)), shown, follows)


def units(page: Page) -> Table | None:
    """List the units with the lowest scores."""
    rows: list[Row] = [
        [
            clipped(row["key"], KEY_WIDTH),
            *_score_cells(page, row),
            Cell(counted(row["n_pass"]), row["n_pass"]),
            *_fail_cells(row),
            page.w.several(page.following(row.get("conclusions"))),
        ]
        for row in page.digest.lowest
    ]
    names = [page.say(name) for name in ("key", "score", "interval", "coverage", "grade")]
    names += [page.w.status(Status.PASS), *(page.say(name) for name in ("fails", "undecided_short", "follows"))]
    note = page.cut(len(rows), page.digest.scored, "units")
    return table("units-table", page.say("units_caption"), names, rows, note=note) if rows else None
