"""What a summary tells of rules: the worst, those judged at areas, what stayed open, and what is not scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from commscore._engine._plan import COMPOUNDS, RulePlan
from commscore._report._facts import UNSCORED, AreaFinding, Facts, bad_cells, lacks_parts, outlooks, undecided
from commscore._report._inputs import title_of, why_unchecked
from commscore._report._measures import (
    known,
    measure_of,
    requirement_of,
    requirement_text,
    span_text,
    value_text,
)
from commscore._report._numbers import ends_of, percent
from commscore._report._subject import holds_all_units
from commscore._report._text import clipped, headed, table
from commscore._report._words import Words, counted
from commscore._ruleset import SCOPES
from commscore._status import STATUSES, Reason, Status

if TYPE_CHECKING:
    from commscore._results import Result

# How many rows a list shows; what it leaves out is counted below it.
RULES_SHOWN, FINDINGS_SHOWN, CELLS_SHOWN, NAMED = 10, 40, 15, 3
TITLE_WIDTH, KEY_WIDTH = 32, 24  # columns that a title and the key of an area take at most
_UNDECIDED = (Status.UNKNOWN, Status.ERROR)
_SEVERITY = (Status.FAIL, Status.ERROR, Status.UNKNOWN, Status.PASS)


def _rest(left: int, w: Words) -> list[str]:
    """Say how many rows a list leaves out."""
    return [w("more", n=counted(left))] if left > 0 else []


# ---- RULES ----


def worst_rules(facts: Facts, w: Words) -> Iterator[str]:
    """Write the rules that are judged in several places, worst first."""
    shown_below = {one.plan.rule.id for one in facts.judged}
    judged = [row for row in facts.rules if row["pass_rate_low"] is not None]
    several = [row for row in judged if row["rule"] not in shown_below or _findings_of(row) > len(SCOPES)]
    worst = [row for row in several if row["pass_rate_low"] < 1]
    worst.sort(key=lambda row: (row["pass_rate_low"], row["pass_rate_high"]))
    if not several:
        return
    rows = [_rule_row(facts.result, row, w) for row in worst[:RULES_SHOWN]]
    headers = [w(name) for name in ("rule", "title", "clause_column", "pass_rate", "interval")]
    headers += [w.status(status) for status in (Status.PASS, Status.FAIL, *_UNDECIDED)]
    body = [table(headers, rows, "lllrrrrrr")] if rows else []
    body += _rest(len(worst) - len(rows), w)
    perfect = len(several) - len(worst)
    if perfect:
        body.append(w("one_passes") if perfect == 1 else w("all_pass", n=perfect))
    yield from headed(w("worst"), body)


def _findings_of(row: dict[str, Any]) -> int:
    return sum(row[f"n_{status}"] for status in STATUSES)


def _rule_row(result: Result, row: dict[str, Any], w: Words) -> list[str]:
    low, high = row["pass_rate_low"], row["pass_rate_high"]
    plan = next(plan for plan in result.plan.rules if plan.rule.id == row["rule"])
    counts = [counted(row[f"n_{status}"]) for status in (Status.PASS, Status.FAIL, *_UNDECIDED)]
    between = percent(low) if low == high else f"{percent(low)} – {percent(high)}"
    return [*_named(plan, w), percent(low), between, *counts]


def _named(plan: RulePlan, w: Words) -> list[str]:
    """Return id, title and clause of a rule."""
    return [plan.rule.id, clipped(w.title(plan.rule.title), TITLE_WIDTH), plan.rule.clause or ""]


def area_rules(facts: Facts, w: Words) -> Iterator[str]:
    """Write what was found in the areas that rules are judged at, against what was asked."""
    scored = [one for one in facts.judged if one.status in _SEVERITY]
    scored.sort(key=lambda one: _SEVERITY.index(Status(one.status)))
    if not scored:
        return
    rows = []
    for one in scored[:FINDINGS_SHOWN]:
        area = w("unknown_area") if one.key is None else clipped(one.key, KEY_WIDTH)
        status = w.status(one.status)
        rows.append([*_named(one.plan, w), area, w.scope(one.scope), status, *_against(facts.result, one, w)])
    headers = [w(name) for name in ("rule", "title", "clause_column", "area")]
    headers += [w("kind_input"), w("status"), w("value"), w("required")]
    left = Counter(one.status for one in scored[FINDINGS_SHOWN:])
    rest = [f"{w.status(status)} {counted(left[status])}" for status in _SEVERITY if left[status]]
    body = [table(headers, rows, "llllllrl")]
    if rest:
        body.append(w("more_counted", n=counted(sum(left.values())), what=w("comma").join(rest)))
    yield from headed(w("area_rules"), body)


def _against(result: Result, one: AreaFinding, w: Words) -> tuple[str, str]:
    """Return a finding's value and what was asked for."""
    inputs = result.ruleset.inputs
    rule = one.plan.rule
    requirement = requirement_of(rule, one.scope)
    measure = measure_of(rule, inputs, requirement)
    status = one.outlook or one.status
    value = ""
    if known(one.value):
        value = value_text(float(one.value or 0), measure, requirement, status, w)
    elif known(one.low) or known(one.high):
        value = span_text((one.low, one.high), measure, ends_of(requirement), w)
    if requirement is not None:
        return value, requirement_text(requirement, measure, inputs, w)
    return value, w.form(rule.assessment, rule.n) if rule.assessment in COMPOUNDS else ""


# ---- WHAT STAYED OPEN ----


def still_open(facts: Facts, w: Words) -> Iterator[str]:
    """Count what is unknown or in error by reason."""
    found = undecided(facts)
    if not found:
        yield from headed(w("open"), [w("nothing")])
        return
    rows = []
    for one in found:
        most = sorted(one.rules.items(), key=lambda pair: (-pair[1], pair[0]))
        named = w.several(f"{rule} {counted(count)}" for rule, count in most[:NAMED])
        if len(most) > NAMED:
            named += w("comma") + w("and_more", n=counted(len(most) - NAMED))
        rows.append(
            [w.status(one.status), w.reason(one.reason, one.status), counted(one.units), counted(one.areas), named]
        )
    headers = [w(name) for name in ("status", "reason", "of_units", "of_areas", "most_often")]
    yield from headed(w("open"), [table(headers, rows, "llrrl")])


def cells(result: Result, w: Words) -> Iterator[str]:
    """Count the cells that are missing or cannot be right."""
    found = bad_cells(result)
    if result.streamed_cells is None and not holds_all_units(result):
        yield from headed(w("cells"), [w("streamed")])
    elif found:
        rows = []
        for one in found[:CELLS_SHOWN]:
            title = clipped(title_of(one.name, result.ruleset.inputs, w))
            counts = [counted(count) for count in (one.missing, one.invalid, one.rows)]
            rows.append([one.name, title, w.level(one.level), *counts])
        headers = [w(name) for name in ("input", "title", "level", "missing", "invalid", "cells_of")]
        yield from headed(w("cells"), [table(headers, rows, "lllrrr"), *_rest(len(found) - len(rows), w)])


# ---- WHAT WAS NOT SCORED ----


def not_scored(facts: Facts, w: Words) -> Iterator[str]:
    """List every rule that counts in no score, and why, and those that a missing column leaves partly open."""
    result = facts.result
    body: list[str] = []
    for reason in UNSCORED:
        plans = [plan for plan in result.plan.rules if facts.reasons[plan.rule.id] == reason]
        if plans:
            heading = f"{w.reason(reason, Status.NOTCHECKED)}{w.bracketed(str(len(plans)))}"
            body += [*([""] if body else []), heading, _reason_table(facts, reason, plans, w)]
    partly = [plan for plan in result.plan.rules if facts.reasons[plan.rule.id] is None and lacks_parts(plan.node)]
    if partly:
        heading = w("partly") + w.bracketed(str(len(partly)))
        body += [*([""] if body else []), heading, _lacking(result, Reason.MISSING_COLUMN, partly, w)]
    yield from headed(w("unchecked"), body or [w("nothing")])


def _reason_table(facts: Facts, reason: str, plans: Sequence[RulePlan], w: Words) -> str:
    named = ("rule", "title", "clause_column")
    if reason in (Reason.NOT_DUE, Reason.INFORMATIONAL):
        rows = [[*_named(plan, w), *_shown_only(facts, plan, w)] for plan in plans]
        return table([w(name) for name in (*named, "due", "outlook", "value", "required")], rows, "lllllrl")
    if reason in (Reason.MISSING_COLUMN, Reason.OTHER_LEVEL):
        return _lacking(facts.result, reason, plans, w)
    rows = [[*_named(plan, w), plan.rule.because or ""] for plan in plans]
    return table([w(name) for name in (*named, "because")], rows, "llll")


def _lacking(result: Result, reason: str, plans: Sequence[RulePlan], w: Words) -> str:
    rows = [[*_named(plan, w), why_unchecked(result.plan, plan, reason, w)] for plan in plans]
    headers = [w(name) for name in ("rule", "title", "clause_column", "needs")]
    return table(headers, rows, "llll")


def _shown_only(facts: Facts, plan: RulePlan, w: Words) -> list[str]:
    """Return when a rule falls due, what it would come to, and its value where there is only one."""
    due = str(plan.rule.due) if plan.rule.due else ""
    own = [one for one in facts.judged if one.plan is plan]
    counts = outlooks(facts, plan)
    if len(own) == 1:
        outlook = w.status(next(iter(counts))) if counts else ""
        return [due, outlook, *_against(facts.result, own[0], w)]
    named = [f"{w.status(status)} {counted(counts[status])}" for status in _SEVERITY if counts[status]]
    return [due, w("comma").join(named), "", ""]
