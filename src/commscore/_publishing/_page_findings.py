"""One finding as the cells of a table: status, value, requirement, gap and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from commscore._engine._plan import COMPOUNDS, RulePlan, rank
from commscore._publishing._page import Cell, Page
from commscore._report._measures import (
    SHARE,
    gap_text,
    known,
    measure_of,
    required_text,
    requirement_of,
    span_text,
    value_text,
)
from commscore._report._numbers import ONE, ZERO, ends_of, number
from commscore._report._parts import parts_text
from commscore._report._text import clean, clipped

if TYPE_CHECKING:
    from commscore._ruleset import Part

_WIDE = 220  # columns that a long requirement takes at most


def status_cell(page: Page, status: str) -> Cell:
    """Return a status as a word, coloured."""
    return Cell(page.w.status(status), look=f"s-{status}")


def counts_inside(plan: RulePlan, level: str) -> bool:
    """Say whether an area's finding counts what passes inside it."""
    return level != "unit" and rank(plan.judged) < rank(level)


def value_of(page: Page, plan: RulePlan, finding: Mapping[str, Any]) -> str:
    """Return the value of a finding, or the interval that it lies in."""
    value, low, high = (finding[name] for name in ("value", "low", "high"))
    w = page.w
    status = finding["outlook"] or finding["status"]
    if counts_inside(plan, finding["level"]):
        if not known(low):
            return ""
        return value_text(low, SHARE, None, status, w) if low == high else span_text((low, high), SHARE, [ZERO, ONE], w)
    requirement = requirement_of(plan.rule, finding["scope"])
    measure = measure_of(plan.rule, page.ruleset.inputs, requirement)
    if known(value):
        return value_text(value, measure, requirement, status, w)
    return span_text((low, high), measure, ends_of(requirement), w) if known(low) or known(high) else ""


def required_of(page: Page, plan: RulePlan, scope: str | None) -> str:
    """Return what a rule requires, as the policy words it and in canonical form."""
    rule, inputs, w = plan.rule, page.ruleset.inputs, page.w
    if rule.assessment in COMPOUNDS and not rule.requirements:
        text = w.form(rule.assessment, rule.n) + w("colon") + parts_text(plan.node, scope, inputs, w)
        return clipped(text, _WIDE)
    text = required_text(rule, scope, inputs, w)
    if scope is None and rule.phrase is not None and not isinstance(rule.phrase, str):
        text += w.bracketed(w("semicolon").join(map(clean, dict.fromkeys(rule.phrase.values()))))
    return clipped(text, _WIDE)


def gap_of(page: Page, plan: RulePlan, finding: Mapping[str, Any]) -> str:
    """Return what a failing finding lacks, in the unit of what is counted."""
    gap, w = finding["gap"], page.w
    if not known(gap) or not gap:
        return ""
    if counts_inside(plan, finding["level"]):
        return w("failing_inside", what=w.places(round(gap), plan.judged))
    if plan.rule.assessment == "share":
        return w("short", amount=w.places(round(gap), _counted_level(page, plan.rule.parts[0])))
    ends = (finding.get(name) for name in ("value", "low", "high"))
    nearest = next((end for end in ends if known(end)), None)
    requirement = requirement_of(plan.rule, finding["scope"])
    return gap_text((gap, nearest), plan.rule, requirement, page.ruleset.inputs, w)


def _counted_level(page: Page, part: Part) -> str:
    """Return the level of the places that a share counts."""
    if part.over is not None:
        return part.over
    names = [name for name in part.inputs if name in page.ruleset.inputs]
    if names:
        return page.ruleset.inputs[names[0]].level
    return _counted_level(page, part.parts[0]) if part.parts else page.plan.level


def gain_of(finding: Mapping[str, Any]) -> Cell:
    """Return what the score would rise by if this alone were mended."""
    gain = finding["gain"]
    return Cell(number(gain, apart=[ZERO], places=2), gain) if known(gain) else Cell("")


def finding_row(page: Page, finding: Mapping[str, Any]) -> list[Cell | str]:
    """Return the row of a finding in an area's table."""
    plan = page.rule(finding["rule"])
    reason = finding["reason"]
    return [
        page.title(plan, finding["scope"]),
        status_cell(page, finding["status"]),
        value_of(page, plan, finding),
        required_of(page, plan, finding["scope"]),
        gap_of(page, plan, finding) if finding["status"] == "fail" else "",
        gain_of(finding),
        page.w.reason(reason, finding["status"]) if reason else "",
        clean(plan.rule.clause or ""),
    ]


FINDING_COLUMNS = ("rule", "status", "value", "required", "gap", "may_gain", "reason", "clause_column")
