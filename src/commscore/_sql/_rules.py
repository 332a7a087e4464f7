"""The plan's rules -> a status and a reason for every row, as results show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from commscore._engine._plan import RulePlan, floor, has_absent, rank
from commscore._engine._run import LeafPlan, area_leaves
from commscore._ruleset import ALL
from commscore._sql._members import membership
from commscore._sql._syntax import (
    FALSE,
    NULL,
    Sql,
    absent,
    among,
    both,
    case,
    either,
    negated,
    text,
    texts_of,
)
from commscore._sql._units import DECIDED, UNDECIDED, Judge, Judged, constant, judge_condition
from commscore._status import Reason, Status
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._sql._cells import Cells


@attrs.frozen(eq=False)
class Shown:
    """A rule's outcome for every row, as results show it.

    Attributes:
        plan: The rule.
        status: The status.
        reason: Why.
        scored: Whether it may count in the score; else it is never one of pass, fail, unknown and error.
        unchecked: Whether it lacks a column that it should have, which lowers the coverage.
    """

    plan: RulePlan
    status: Sql
    reason: Sql
    scored: bool
    unchecked: bool


def shown(plan: RulePlan, cells: Cells, *, reasons: bool) -> Shown:
    """Return what a rule says of every row."""
    judged = judged_here(plan, cells, reasons=reasons)
    level = cells.source.level
    node = plan.node
    here = plan.rule.selected and plan.at_units and node.absent is None and node.table == level
    lacking = plan.rule.selected and judged.reason == text(Reason.MISSING_COLUMN)
    counts = rank(plan.judged) <= rank(level) and plan.deferred is None
    if not here:
        return Shown(plan, judged.status, judged.reason, scored=False, unchecked=lacking and counts)
    status, reason = as_shown(plan, judged.status, judged.reason)
    return Shown(plan, status, reason, scored=plan.deferred is None, unchecked=False)


def as_shown(plan: RulePlan, status: Sql, reason: Sql) -> tuple[Sql, Sql]:
    """Apply dues and force: what is not due or informational is shown, not scored."""
    informational = text(Status.INFORMATIONAL)
    why = text(plan.deferred or Reason.INFORMATIONAL)
    unjudged = both(exp.EQ(this=status, expression=informational), absent(reason))
    if plan.deferred is None:
        return status, case([(unjudged, why)], reason)
    held = among(status, texts_of((*DECIDED, *UNDECIDED)))
    return case([(held, informational)], status), case([(either(held, unjudged), why)], reason)


def judged_here(plan: RulePlan, cells: Cells, *, reasons: bool) -> Judged:
    """Return what a rule says of single rows: its verdict, or that they contribute to one above."""
    node, level = plan.node, cells.source.level
    if not plan.rule.selected:
        return constant(Status.NOTSELECTED, Reason.TAILORED)
    if plan.at_units and node.table == level:
        return Judge(cells, reasons=reasons).judge(node, plan.rule.id)
    if plan.at_units and rank(plan.judged) > rank(level) and node.absent is not Reason.MISSING_COLUMN:
        return constant(Status.NOTCHECKED, Reason.OTHER_LEVEL)
    if node.absent is not None:
        return constant(Status.NOTCHECKED, node.absent)
    if plan.judged == level and rank(floor(node)) <= rank(level):
        raise UsageError(
            f"rule {plan.rule.id!r} judges each {level} as an area of its own, which the SQL of single rows cannot "
            "express; evaluate the table, or switch the rule off in a ruleset that extends this one"
        )
    return _contribution(plan, cells, reasons=reasons)


def _contribution(plan: RulePlan, cells: Cells, *, reasons: bool) -> Judged:
    """Return "contributes" for the rows that are not certainly out of an area rule's scope."""
    if rank(floor(plan.node)) > min(rank(cells.source.level), rank(plan.judged)):
        return constant(Status.NOTCHECKED, Reason.OTHER_LEVEL)
    leaves = area_leaves(plan, (plan.judged,))
    outside = FALSE
    if leaves and not has_absent(plan.node, cells.source.level):
        outside = both(*(_outside(leaf, cells, plan.rule.id) for leaf in leaves))
    if outside == FALSE:
        return constant(Status.INFORMATIONAL, Reason.CONTRIBUTION)
    out = cells.steps.put(f"{plan.rule.id}__outside", outside)
    pairs = ((Status.NOTAPPLICABLE, Status.INFORMATIONAL), (Reason.OUT_OF_SCOPE, Reason.CONTRIBUTION))
    status, reason = (case([(out, text(one))], text(other)) for one, other in pairs)
    return Judged(status, reason if reasons else NULL)


def _outside(leaf: LeafPlan, cells: Cells, rule: str) -> Sql:
    """Say which rows a leaf certainly leaves out, whatever their scope."""
    out = both(*(membership(leaf.chain, cells, None if scope == ALL else scope).out for scope in leaf.scopes))
    if leaf.node.form == "share":
        found = judge_condition(leaf.node.children[0], cells, condition_label(rule, leaf.path)).possible
        if found is not None:
            out = either(out, both(found.out, negated(found.passing), negated(found.failing)))
    return out


def condition_label(rule: str, path: tuple[int, ...]) -> str:
    """Name the columns of a share's condition."""
    return "__".join((rule, *(str(number + 1) for number in path), "condition"))
