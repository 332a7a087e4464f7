"""Outcome of a block -> units judged and scored, from which all tables of units are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._engine._own_areas import OwnFindings, judges_own, own_findings
from commscore._engine._plan import RulePlan, rank
from commscore._engine._prices import scored_credit, unit_credit
from commscore._engine._scoring import Quotients, Results, Scores
from commscore._engine._settle import Shown, as_shown
from commscore._engine._subjects import Scorer, marks_of, unit_results
from commscore._engine._unit_scores import classes_of, status_counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from commscore._engine import _integers as ints
    from commscore._engine._adding import AreaSums, Summands
    from commscore._engine._codes import Codes, Verdicts
    from commscore._engine._outcomes import Outcome
    from commscore._engine._run import BlockOutcome, Run
    from commscore._engine._unit_scores import Marks, Some
    from commscore._engine._units import Units


@attrs.frozen(eq=False)
class UnitPart:
    """A block of units with all that findings are made from.

    Attributes:
        units: The rows.
        plans: The rules.
        verdicts: By rule.
        statuses: The statuses of the verdicts: a row for each rule.
        counts: By status, how many of each unit's findings have it.
        scores: The units' scores.
        finer: What rules judged in finer tables came to for the units.
        areas: By unit, its position among those outcomes; null when there are none.
        own: What rules say that look at the units as areas, by rule.
    """

    units: Units
    plans: tuple[RulePlan, ...]
    verdicts: tuple[Verdicts, ...]
    statuses: Codes
    counts: tuple[Some, ...]
    scores: Scores
    finer: Mapping[int, Mapping[str, Outcome]]
    areas: ints.Ints | None
    own: Mapping[int, OwnFindings]

    def shown(self, rule: int) -> Shown:
        """Return a rule's statuses as they are shown."""
        return as_shown(self.plans[rule], self.verdicts[rule])


def finished(run: Run, outcome: BlockOutcome, scorer: Scorer) -> tuple[UnitPart, AreaSums | Summands]:
    """Score a block's units; return them, and what they add to areas, by area if they are in order.

    Exact values that were made on the way are let go: what is asked for later is made of the rows it is asked of.
    """
    units, rules = outcome.units, run.plan.rules
    own = {plan.index: own_findings(run, plan, units) for plan in rules if judges_own(run, plan, units.level)}
    verdicts = list(outcome.verdicts)
    for index, found in own.items():
        verdicts[index] = found.verdicts
        outcome.statuses[index] = found.verdicts.status
    scores, counts = scored(units, rules, verdicts, scorer, own=own)
    adds = outcome.adds
    if run.plan.rollup:
        adds = attrs.evolve(adds, scores=scores.score, rollup=run.plan.rollup)
    units.block.columns.forget()
    areas = run.positions(units) if run.finer else None
    part = UnitPart(units, rules, tuple(verdicts), outcome.statuses, counts, scores, run.finer, areas, own)
    return part, run.by_area(adds)


def scored(
    units: Units,
    plans: Sequence[RulePlan],
    verdicts: Sequence[Verdicts],
    scorer: Scorer,
    *,
    own: Mapping[int, OwnFindings],
) -> tuple[Scores, tuple[Some, ...]]:
    """Score units; return the scores, and by status how many of each unit's findings have it."""
    shown = [as_shown(plan, found) for plan, found in zip(plans, verdicts, strict=True)]
    classes = classes_of(scorer.tree, marks_by_rule(units.level, plans, shown), units.rows)
    scores = scorer.score_units(classes, units.rows)
    if scorer.by_credit:
        results = results_by_rule(units, plans, verdicts, own=own)
        scores = attrs.evolve(scorer.score(results), coverage=scores.coverage)
    return scores, tuple(status_counts(classes))


def marks_by_rule(level: str, plans: Sequence[RulePlan], shown: Sequence[Shown]) -> list[Marks]:
    """Return how the findings of units of a level count in scores, by rule."""
    return [
        marks_of(found, counts_missing=rank(plan.judged) <= rank(level) and plan.deferred is None)
        for plan, found in zip(plans, shown, strict=True)
    ]


def results_by_rule(
    units: Units, plans: Sequence[RulePlan], verdicts: Sequence[Verdicts], *, own: Mapping[int, OwnFindings]
) -> list[Results]:
    """Return the results of units by rule, with the credit that each finding earns."""
    return [_result(units, plan, found, own.get(plan.index)) for plan, found in zip(plans, verdicts, strict=True)]


def _result(units: Units, plan: RulePlan, verdicts: Verdicts, own: OwnFindings | None) -> Results:
    shown = as_shown(plan, verdicts)
    here = plan.at_units and plan.node.table == units.level and plan.node.absent is None and plan.rule.selected
    if own is not None:
        found = own.credit
    elif here:
        found = unit_credit(plan.node, units, verdicts)
    else:
        found = Quotients(shown.status * 0, shown.status * 0 + 1)
    return unit_results(shown, scored_credit(found, shown.status))
