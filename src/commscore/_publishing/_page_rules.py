"""The sections of a page on rules: pass rates, the worst, place by place, and what was unknown or not checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from commscore._engine._plan import rank
from commscore._publishing._digest import area_open
from commscore._publishing._page import KEY_WIDTH, Cell, Page, Row, Table, table
from commscore._publishing._page_findings import counts_inside, required_of, status_cell
from commscore._publishing._svg import rate_bar
from commscore._report._facts import UNSCORED, why_not_scored
from commscore._report._inputs import title_of, why_unchecked
from commscore._report._measures import known
from commscore._report._numbers import percent
from commscore._report._text import clean, clipped
from commscore._report._words import counted
from commscore._status import Reason, Status

if TYPE_CHECKING:
    from commscore._engine._plan import RulePlan

WORST, CELLS, PLACES, NAMED = 15, 200, 40, 4
_WIDE_OPEN = 0.2  # an interval wider than this has no colour of a rate
_JUDGED = (Status.PASS, Status.FAIL, Status.UNKNOWN, Status.ERROR)


def _number(count: int) -> Cell:
    return Cell(counted(count), count)


def _rate(row: Mapping[str, Any]) -> Cell:
    low, high = row["pass_rate_low"], row["pass_rate_high"]
    if low is None:
        return Cell("")
    text = percent(low) if low == high else f"{percent(low)} – {percent(high)}"
    return Cell(text, low, "rated", rate_bar(low, high))


# ---- PASS RATES ----


def worst_rules(page: Page) -> Table | None:
    """List the rules that pass least often, with where the document asks for them."""
    rows = [row for row in page.rules if row["pass_rate_low"] is not None and row["pass_rate_low"] < 1]
    if not rows:
        return None
    rows.sort(key=lambda row: (row["pass_rate_low"], row["pass_rate_high"], -row["n_fail"]))
    shown = [_worst_row(page, page.rule(row["rule"]), row) for row in rows[:WORST]]
    names = ("rule", "pass_rate", "fails", "undecided_short", "required", "clause_column", "document")
    return table(
        "worst",
        page.say("worst_caption"),
        [page.say(name) for name in names],
        shown,
        note=page.cut(len(shown), len(rows), "rules"),
    )


def _worst_row(page: Page, plan: RulePlan, row: Mapping[str, Any]) -> list[Cell | str]:
    source = plan.rule.source or page.ruleset.source
    return [
        page.title(plan),
        _rate(row),
        _number(row["n_fail"]),
        _number(row["n_unknown"] + row["n_error"]),
        required_of(page, plan, None),
        clean(plan.rule.clause or ""),
        clean(source.document or page.document or ""),
    ]


def all_rules(page: Page) -> Table:
    """List every rule with its findings and pass rate."""
    w, say = page.w, page.say
    groups = {group.id: clean(w.title(group.title)) for group in page.ruleset.groups}
    names = [say(name) for name in ("rule", "pass_rate")]
    names += [w.status(status) for status in (*_JUDGED, Status.NOTAPPLICABLE)]
    names += [
        say(name) for name in ("weight", "judged_level", "required", "clause_column", "group", "not_scored", "rule_id")
    ]
    rows: list[Row] = []
    for plan, row in zip(page.plan.rules, page.rules, strict=True):
        rule, reason = plan.rule, why_not_scored(plan, row)
        cells: list[Cell | str] = [page.title(plan), _rate(row)]
        cells += [_number(row[f"n_{status}"]) for status in (*_JUDGED, Status.NOTAPPLICABLE)]
        cells += [Cell(f"{float(rule.weight):g}", float(rule.weight)), w.level(plan.judged)]
        cells += [required_of(page, plan, None), clean(rule.clause or ""), groups.get(rule.group or "", "")]
        cells += [w.short(reason) if reason else "", clean(rule.id)]
        rows.append(cells)
    return table("all-rules", say("rules_caption"), names, rows)


# ---- PLACE BY PLACE ----


def heat_level(page: Page) -> str:
    """Return the level to compare places at: counties, or what lies within where the jurisdiction is one."""
    return "county" if rank(page.ruleset.jurisdiction.level) > rank("county") else "township"


def heat_map(page: Page) -> Table | None:
    """Lay out pass rates by rule and place; null where the places are not in the result, or nothing can be compared."""
    level = heat_level(page)
    areas = sorted(
        (area for area in page.areas if area["level"] == level and area["key"] is not None),
        key=lambda area: (area["score"] is None, area["score"] or 0, area["key"]),
    )
    shown = sorted(area["key"] for area in areas[:PLACES])
    if not shown:
        return None
    found = page.findings.filter(pc.equal(page.findings["level"], level)).select(
        ["key", "rule", "scope", "status", "value", "low", "high", "level"]
    )
    cells: dict[tuple[str, str | None], dict[str, Cell]] = {}
    for finding in found.to_pylist():
        cell = _heat_cell(page, page.rule(finding["rule"]), finding)
        if cell is not None:
            cells.setdefault((finding["rule"], finding["scope"]), {})[finding["key"]] = cell
    if not cells:
        return None
    rows = [
        [Cell(_heat_title(page, rule, scope)), *(found.get(key, Cell("")) for key in shown)]
        for (rule, scope), found in sorted(cells.items(), key=lambda pair: _order(page, *pair[0]))
    ]
    columns = [(page.w("rule"), False), *((clipped(key, KEY_WIDTH), True) for key in shown)]
    note = page.say("heat_cut", shown=counted(len(shown)), whole=counted(len(areas))) if len(areas) > PLACES else None
    return Table("heat", page.say("heat_caption", level=page.w.level(level)), columns, rows, note, "heat")


def _order(page: Page, rule: str, scope: str | None) -> tuple[int, str]:
    return page.rule(rule).index, scope or ""


def _heat_title(page: Page, rule: str, scope: str | None) -> str:
    plan = page.rule(rule)
    deferred = page.w.bracketed(page.w.short(plan.deferred)) if plan.deferred else ""
    return page.title(plan, scope) + deferred


def _heat_cell(page: Page, plan: RulePlan, finding: Mapping[str, Any]) -> Cell | None:
    """Return what a place has for a rule: its pass rate, or its status; null where it has neither."""
    low, high = finding["low"], finding["high"]
    if counts_inside(plan, finding["level"]) and known(low):
        texts = [percent(end, places=0) for end in (low, high)]
        text = texts[0] if texts[0] == texts[1] else f"{texts[0].removesuffix('%')}–{texts[1]}"
        return Cell(text, low, "open" if high - low > _WIDE_OPEN else f"h{5 if low == 1 else min(int(low * 5), 4)}")
    if plan.judged == finding["level"] and finding["status"] in _JUDGED:
        order = _JUDGED.index(finding["status"])
        return Cell(page.w.status(finding["status"]), 1 - order / 3, f"s-{finding['status']}")
    return None


# ---- UNKNOWN AND NOT CHECKED ----


def still_open(page: Page) -> Table | None:
    """Count what is unknown or in error by reason."""
    w, areas = page.w, area_open(page.findings)
    keys = sorted({*page.digest.open, *areas}, key=lambda key: -sum(page.digest.open.get(key, Counter()).values()))
    rows: list[Row] = []
    for status, reason in keys:
        of_units, of_areas = (found.get((status, reason), Counter()) for found in (page.digest.open, areas))
        most = (of_units or of_areas).most_common()
        named = w.several(f"{page.title(page.rule(rule))} {counted(count)}" for rule, count in most[:NAMED])
        if len(most) > NAMED:
            named += w("comma") + w("and_more", n=counted(len(most) - NAMED))
        units, inside = (sum(found.values()) for found in (of_units, of_areas))
        why = w.reason(reason, status)
        rows.append([why, status_cell(page, status), _number(units), _number(inside), named])
    names = [w(name) for name in ("reason", "status", "of_units", "of_areas", "most_often")]
    return table("open", page.say("open_caption"), names, rows) if rows else None


def bad_cells(page: Page) -> Table | None:
    """Count missing and invalid cells by input."""
    cells = page.published.manifest()["totals"].get("cells", [])
    if not cells:
        return None
    rows: list[Row] = []
    for cell in cells[:CELLS]:
        title = clean(title_of(cell["name"], page.ruleset.inputs, page.w))
        counts = (_number(cell[name]) for name in ("missing", "invalid", "rows"))
        rows.append([title, clean(cell["name"]), page.w.level(cell["level"]), *counts])
    names = [page.w(name) for name in ("title", "input", "level", "missing", "invalid", "cells_of")]
    note = page.cut(len(rows), len(cells), None)
    return table("cells", page.say("cells_caption"), names, rows, note=note)


def unchecked(page: Page) -> Table | None:
    """List every rule that counts in no score, and why."""
    reasons = {plan.rule.id: why_not_scored(plan, row) for plan, row in zip(page.plan.rules, page.rules, strict=True)}
    rows: list[Row] = []
    for reason in UNSCORED:
        for plan in page.plan.rules:
            if reasons[plan.rule.id] == reason:
                clause = clean(plan.rule.clause or "")
                why = page.w.reason(reason, Status.NOTCHECKED)
                rows.append([page.title(plan), why, _detail(page, plan, reason), clause])
    names = [page.say(name) for name in ("rule", "because", "details", "clause_column")]
    return table("unchecked", page.say("unchecked_caption"), names, rows) if rows else None


def _detail(page: Page, plan: RulePlan, reason: str) -> str:
    if reason in (Reason.MISSING_COLUMN, Reason.OTHER_LEVEL):
        return why_unchecked(page.plan, plan, reason, page.w)
    if reason == Reason.NOT_DUE:
        return page.w.labelled("due", str(plan.rule.due))
    return clean(plan.rule.because or plan.rule.note or "")


def unscored(page: Page) -> Table | None:
    """List what the document asks for and no rule scores."""
    rows: list[Row] = [
        [clean(each.clause), clean(each.phrase or ""), clean(each.why or each.see or "")]
        for each in page.ruleset.unscored
    ]
    names = [page.say(name) for name in ("clause_column", "phrase", "because")]
    return table("unscored", page.say("unscored_caption"), names, rows) if rows else None
