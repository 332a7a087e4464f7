"""A result -> plain text: scores, grades, the worst rules and areas, what stayed open and what was not checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from commscore._report._concluding import conclusion_table
from commscore._report._facts import UNSCORED, Facts, facts_of
from commscore._report._numbers import number, percent
from commscore._report._rule_tables import (
    KEY_WIDTH,
    TITLE_WIDTH,
    area_rules,
    cells,
    not_scored,
    still_open,
    worst_rules,
)
from commscore._report._scores import score_number
from commscore._report._text import clean, clipped, headed, table, width
from commscore._report._words import Words, counted, words
from commscore._ruleset import Ruleset

if TYPE_CHECKING:
    from commscore._results import Result

AREAS_SHOWN = 10  # of each level; the rest are counted


def summary(result: Result, *, lang: str = "en") -> str:
    """Return a plain-text summary of a result.

    Args:
        result: The evaluation.
        lang: ``zh`` or ``en``.

    Raises:
        UsageError: There is no such language.
    """
    w = words(lang)
    facts = facts_of(result)
    sections = (
        _heading(facts, w),
        _scores(result, w),
        _grades(result, w),
        _areas(result, w),
        conclusion_table(result, w),
        worst_rules(facts, w),
        area_rules(facts, w),
        still_open(facts, w),
        cells(result, w),
        not_scored(facts, w),
    )
    return "\n".join(line for section in sections for line in section)


# ---- HEADING ----


def _heading(facts: Facts, w: Words) -> Iterator[str]:
    result = facts.result
    ruleset, plan = result.ruleset, result.plan
    title = w("summary_of", id=ruleset.id)
    yield from (title, "=" * width(title))
    yield w.labelled("ruleset", clean(w.title(ruleset.title)))
    if ruleset.source.document:
        yield w.labelled("document", clean(ruleset.source.document))
    yield w.labelled("year", str(ruleset.year))
    yield w.labelled("as_of", str(plan.as_of))
    yield w.labelled("model", ruleset.scoring.model)
    tables = [w.places(_unit_count(result), plan.level)]
    tables += [w.places(block.rows, level) for level, block in result.run.coarser.items()]
    yield w.labelled("scored_here", w("comma").join(tables))
    yield w.labelled("rules", _rule_counts(facts, w))


def _unit_count(result: Result) -> int:
    held = sum(part.units.rows for part in result.parts)
    streamed = [int(result.run.tally.index(level).units.sum()) for level in result.plan.area_levels]
    return max([held, *streamed])


def _rule_counts(facts: Facts, w: Words) -> str:
    reasons = Counter(facts.reasons.values())
    counts = [f"{w('scored')} {reasons[None]}"]
    counts += [f"{w.short(reason)} {reasons[reason]}" for reason in UNSCORED if reasons[reason]]
    return f"{len(facts.rules)}{w.bracketed(w('comma').join(counts))}"


# ---- SCORES AND GRADES OF UNITS ----


def _scores(result: Result, w: Words) -> Iterator[str]:
    ruleset = result.ruleset
    whole = result.spread("score")
    if whole is None:
        if _unit_count(result):
            yield from headed(w("scores"), [w("no_score" if result.counts("grade") else "streamed")])
        return
    tops = result.spread("maximum")
    maximum = tops.greatest if tops and tops.least == tops.greatest else None
    rows = []
    for name in ("score", "score_low", "score_high"):
        found = result.spread(name)
        if found is not None:
            ends = (found.mean, found.least, found.median, found.greatest)
            rows.append([w(name), *(score_number(end, maximum or 100, ruleset) for end in ends)])
    covered = result.spread("coverage")
    if covered is not None:
        ends = (covered.mean, covered.least, covered.median, covered.greatest)
        rows.append([w("coverage"), *map(percent, ends)])
    headers = ["", *map(w, ("mean", "min", "median", "max"))]
    body = table(headers, rows, "lrrrr").splitlines()
    if whole.nothing:
        body.append(w("unscored", what=w.places(whole.nothing, result.plan.level)))
    yield from headed(w("scores"), body)


def _grades(result: Result, w: Words) -> Iterator[str]:
    grades = result.ruleset.scoring.grades
    counts = [result.counts(column) for column in ("grade", "grade_low", "grade_high")]
    units = sum(counts[0].values())
    if not grades or not units:
        return
    names: list[str | None] = [grade.name for grade in grades]
    names += [None] if any(count[None] for count in counts) else []
    rows = [
        [
            w("no_grade") if name is None else name,
            counted(counts[0][name]),
            percent(counts[0][name] / units),
            counted(counts[1][name]),
            counted(counts[2][name]),
        ]
        for name in names
    ]
    headers = [w(name) for name in ("grade", "units", "share", "if_low", "if_high")]
    yield from headed(w("grades"), [table(headers, rows, "lrrrr")])


# ---- AREAS ----


def _areas(result: Result, w: Words) -> Iterator[str]:
    areas = result.areas.to_pylist()
    if not areas:
        return
    rows, left = [], []
    for level in reversed(result.plan.rollup):
        inside = sorted((area for area in areas if area["level"] == level), key=_lowest_first)
        rows += [_area_row(area, result.ruleset, w) for area in inside[:AREAS_SHOWN]]
        if len(inside) > AREAS_SHOWN:
            left.append(w("more_of", what=w.places(len(inside) - AREAS_SHOWN, level)))
    headers = [w(name) for name in ("level", "area", "units", "score", "interval", "coverage", "grade", "units_mean")]
    headers += [w("fails"), w("undecided")]
    yield from headed(w("areas"), [table(headers, rows, "llrrrrlrrr"), *left])


def _lowest_first(area: dict[str, Any]) -> tuple[bool, float, bool, str]:
    share = 0.0 if area["score"] is None else area["score"] / (area["maximum"] or 1)
    return area["score"] is None, share, area["key"] is None, area["key"] or ""


def _area_row(area: dict[str, Any], ruleset: Ruleset, w: Words) -> list[str]:
    top = area["maximum"]
    score, low, high = (score_number(area[name], top, ruleset) for name in ("score", "score_low", "score_high"))
    if top is not None and top != 100:  # noqa: PLR2004  # percent needs no maximum beside it
        score = w("of_maximum", score=score, maximum=number(top))
    return [
        w.level(area["level"]),
        w("unknown_area") if area["key"] is None else _named_area(area["level"], area["key"], ruleset, w),
        counted(area["n_units"]),
        score,
        low if low == high else f"{low} – {high}",
        "–" if area["coverage"] is None else percent(area["coverage"]),
        _grade_cell(area) if ruleset.scoring.grades else "",
        score_number(area["units_score"], top, ruleset),
        counted(area["n_fail"]),
        counted(area["n_unknown"] + area["n_error"]),
    ]


def _named_area(level: str, key: str, ruleset: Ruleset, w: Words) -> str:
    home = ruleset.jurisdiction
    named = level == home.level and key == home.code
    return f"{key} {clipped(w.title(home.title), TITLE_WIDTH)}" if named else clipped(key, KEY_WIDTH)


def _grade_cell(area: dict[str, Any]) -> str:
    grade, low, high = (area[name] or "–" for name in ("grade", "grade_low", "grade_high"))
    if low == high == grade:
        return str(grade)
    return f"{grade} ({low})" if low == high else f"{grade} ({low} – {high})"
