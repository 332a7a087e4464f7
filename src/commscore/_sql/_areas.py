"""The plan's rules -> one row per area: tallies, and the verdict at, above and below the judged level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from commscore._engine._plan import Plan, RulePlan, floor, has_absent, rank
from commscore._ruleset import ALL, SCOPES
from commscore._sql._members import of_kind
from commscore._sql._relations import Builder, Relation, Relations
from commscore._sql._rules import as_shown, judged_here
from commscore._sql._syntax import (
    FALSE,
    NULL,
    TRUE,
    Sql,
    both,
    called,
    case,
    cast,
    counted,
    name,
    named,
    negated,
    plus,
    text,
    whole,
)
from commscore._sql._units import Branch
from commscore._status import Reason, Status

if TYPE_CHECKING:
    from commscore._sql._cells import Cells

COUNTS = {
    "n_pass": Status.PASS,
    "n_fail": Status.FAIL,
    "n_unknown": Status.UNKNOWN,
    "n_error": Status.ERROR,
}
TALLIES = (*COUNTS, "n_open", "num", "den")


@attrs.define(eq=False)
class Areas:
    """Writes the areas' rows, and keeps the named queries that they need.

    Attributes:
        plan: The plan.
        cells: The table's cells.
        reasons: Whether reasons are wanted.
    """

    plan: Plan
    cells: Cells
    reasons: bool
    relations: Relations = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Keep the named queries over the same cells."""
        self.relations = Relations(self.cells)

    def places(self, level: str) -> tuple[str, exp.Select]:
        """Return the named query of all areas of a level."""
        return f"all_{level}", exp.select(named(self.cells.area(level), "area")).distinct()

    def rows(self, rule: RulePlan, scope: str, level: str) -> list[exp.Select]:
        """Return the query for a rule's rows in the areas of a level."""
        fixed = _fixed(rule, level)
        if fixed is not None:
            status, reason = fixed
            return [self._row(rule, scope, level, f"all_{level}", (text(status), text(str(reason)), {}))]
        if rule.at_units:
            return [self._over_units(rule, scope, level)]
        if rank(level) < rank(rule.judged):
            return [self._below(rule, scope, level)]
        if level == rule.judged:
            relation = self._judged(rule, scope, (level,))
            tallies = {one: name(one) for one in ("n_open", "num", "den")}
            return [self._row(rule, scope, level, relation.last, (name("status"), name("reason"), tallies))]
        return [self._above(rule, scope, level)]

    def _row(
        self, rule: RulePlan, scope: str, level: str, source: str, outcome: tuple[Sql, Sql, dict[str, Sql]]
    ) -> exp.Select:
        """Write one row per area, with the columns that all rules share."""
        status, reason, tallies = outcome
        shown, why = as_shown(rule, status, reason)
        found = {
            "level": text(level),
            "key": name("area"),
            "rule": text(rule.rule.id),
            "scope": text(scope),
            "status": shown,
        }
        found["reason"] = cast(why if self.reasons else NULL, "TEXT")
        for one in TALLIES:
            found[one] = cast(tallies.get(one, NULL), "DECIMAL(38, 0)" if one in {"num", "den"} else "BIGINT")
        return exp.select(*(named(value, one) for one, value in found.items())).from_(source)

    # --- rules judged at units ---

    def _over_units(self, rule: RulePlan, scope: str, level: str) -> exp.Select:
        """Combine the units of every area by AND."""
        judged = judged_here(rule, self.cells, reasons=False)
        status = judged.status
        if scope != ALL:
            other = SCOPES[1 - SCOPES.index(scope)]
            out = called("COALESCE", of_kind(self.cells, other), FALSE)
            status = self.cells.steps.put(f"{rule.rule.id}__{scope}", case([(out, text(Status.NOTAPPLICABLE))], status))
        relation = self.relations.sums(f"{rule.rule.id} {scope} {level}", _counts_of(status), (level,))
        return self._conjunction(rule, scope, level, relation)

    def _conjunction(self, rule: RulePlan, scope: str, level: str, relation: Relation) -> exp.Select:
        """Judge areas by how many of what is inside have each status."""
        steps = relation.steps
        branches = _conjunction_branches()
        status = steps.put("status", case([(at, text(one)) for at, one, _ in branches]))
        reason = steps.put("reason", case([(at, NULL if why is None else text(why)) for at, _, why in branches]))
        tallies = {one: name(one) for one in COUNTS}
        tallies["n_open"] = plus([name("n_unknown"), name("n_error")])
        tallies["num"], tallies["den"] = name("n_pass"), plus([name(one) for one in COUNTS])
        return self._row(rule, scope, level, relation.last, (status, reason, tallies))

    # --- rules judged at areas ---

    def _below(self, rule: RulePlan, scope: str, level: str) -> exp.Select:
        """Say that areas below the judged level add to it, or that nobody in them is in scope."""
        relation = self._judged(rule, scope, (level,), verdicts=False)
        nobody = [
            both(exp.EQ(this=name(one), expression=whole(0)), exp.EQ(this=name(other), expression=whole(0)))
            for one, other in relation.scope_fields
        ]
        outside = both(*nobody) if nobody and not has_absent(rule.node, level) else FALSE
        status = case([(outside, text(Status.NOTAPPLICABLE))], text(Status.INFORMATIONAL))
        reason = case([(outside, text(Reason.EMPTY_SCOPE))], text(Reason.CONTRIBUTION))
        tallies = {one: name(one) for one in ("n_open", "num", "den")}
        return self._row(rule, scope, level, relation.last, (status, reason, tallies))

    def _above(self, rule: RulePlan, scope: str, level: str) -> exp.Select:
        """Combine the judged areas inside every coarser one by AND."""
        inner = self._judged(rule, scope, (level, rule.judged))
        label = f"{rule.rule.id} {scope} {level} of {rule.judged}"
        relation = self.relations.sums(label, _counts_of(name("status")), (level,), source=inner)
        return self._conjunction(rule, scope, level, relation)

    def _judged(self, rule: RulePlan, scope: str, levels: tuple[str, ...], *, verdicts: bool = True) -> Relation:
        """Judge a rule in every area of the last of some levels, which it is told apart by."""
        return Builder(self.relations, rule, scope).relation(rule.node, levels, verdicts=verdicts)


def _fixed(rule: RulePlan, level: str) -> tuple[Status, Reason] | None:
    """Return the outcome of a rule that is the same everywhere, or null."""
    if not rule.rule.selected:
        return Status.NOTSELECTED, Reason.TAILORED
    if rule.node.absent is not None:
        return Status.NOTCHECKED, rule.node.absent
    low = min((level, rule.judged), key=rank)
    return (Status.NOTCHECKED, Reason.OTHER_LEVEL) if rank(floor(rule.node)) > rank(low) else None


def _counts_of(status: Sql) -> dict[str, Sql]:
    """Count what is inside by status."""
    sums = {one: counted(exp.EQ(this=status, expression=text(which))) for one, which in COUNTS.items()}
    return sums | {"n_shown": counted(exp.EQ(this=status, expression=text(Status.INFORMATIONAL)))}


def _conjunction_branches() -> list[Branch]:
    """Combine by AND: one failing is enough, then what is undecided counts."""
    some = {one: exp.GT(this=name(one), expression=whole(0)) for one in (*COUNTS, "n_shown")}
    nothing_decided = exp.EQ(this=name("n_pass"), expression=whole(0))
    return [
        (some["n_fail"], Status.FAIL, None),
        (both(some["n_unknown"], nothing_decided, negated(some["n_shown"])), Status.UNKNOWN, Reason.MISSING_VALUE),
        (some["n_unknown"], Status.UNKNOWN, Reason.INCOMPLETE_AREA),
        (some["n_error"], Status.ERROR, Reason.INVALID_VALUE),
        (some["n_pass"], Status.PASS, None),
        (some["n_shown"], Status.INFORMATIONAL, None),
        (TRUE, Status.NOTAPPLICABLE, Reason.EMPTY_SCOPE),
    ]
