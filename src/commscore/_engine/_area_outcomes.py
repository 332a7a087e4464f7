"""Tally -> outcomes: what a rule comes to in every area of a level, at the judged level, below and above it."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._areas import Sums
from commscore._engine._codes import constant, reason_code
from commscore._engine._compounds import combine
from commscore._engine._outcomes import Outcome, conjunction, filled, nothing_checked, rolled_up
from commscore._engine._parcels import one_layer
from commscore._engine._plan import COMPOUNDS, Node, RulePlan, floor, has_absent, rank, scopes_of
from commscore._engine._run import Run, area_leaves, is_nested_share
from commscore._engine._terms import share_of_areas
from commscore._engine._verdicts import compound, verdict
from commscore._ruleset import ALL
from commscore._status import E, F, I, N, P, Reason, S, U

if TYPE_CHECKING:
    pass


@attrs.frozen
class Spot:
    """Where the sums of a node are: its rule, the part numbers below it, the scope, and the level of the areas."""

    rule: int
    path: tuple[int, ...]
    scope: str
    level: str

    def below(self, part: int) -> Spot:
        """Return the spot of one of its parts."""
        return attrs.evolve(self, path=(*self.path, part))

    @property
    def leaf(self) -> tuple[int, tuple[int, ...], str]:
        """Return the name under which sums are kept."""
        return (self.rule, self.path, self.scope)


def area_outcome(run: Run, plan: RulePlan, scope: str, level: str) -> Outcome:
    """Return what a rule comes to in the areas of a level: a verdict, a contribution, or why there is none."""
    size = run.tally.index(level).size
    if not plan.rule.selected:
        return Outcome(constant(size, S, Reason.TAILORED))
    if plan.node.absent is not None:
        return nothing_checked(size, plan.node.absent)
    below = rank(level) < rank(plan.judged)
    if plan.at_units:
        if below:
            return nothing_checked(size, Reason.OTHER_LEVEL)
        return conjunction(lambda letter: run.tally.count_of((plan.index, (), scope), level, letter))
    if rank(floor(plan.node)) > min(rank(level), rank(plan.judged)):
        return nothing_checked(size, Reason.OTHER_LEVEL)
    return _contributions(run, plan, scope, level) if below else _verdicts(run, plan, scope, level)


def _verdicts(run: Run, plan: RulePlan, scope: str, level: str) -> Outcome:
    """Return an area form's verdicts at the judged level, or above it those of all areas inside."""
    judged = judge_areas(run, plan.node, Spot(plan.index, (), scope, plan.judged))
    if level == plan.judged:
        return judged
    return rolled_up(judged, _pairs(run, plan.judged, level), run.tally.index(level).size)


def judge_areas(run: Run, node: Node, spot: Spot) -> Outcome:
    """Judge a node in every area of a level; of an area that is not known nothing is said."""
    outcome = _judge_known(run, node, spot)
    nowhere = run.tally.index(spot.level).nowhere
    if nowhere is not None and outcome.verdicts.status[nowhere] in (P, F, U, E):
        outcome.verdicts.status[nowhere] = U
        outcome.verdicts.reason[nowhere] = reason_code(Reason.MISSING_SCOPE)
        if outcome.span is not None:
            outcome.span.low_open[nowhere] = outcome.span.high_open[nowhere] = True
    return outcome


def _judge_known(run: Run, node: Node, spot: Spot) -> Outcome:
    size = run.tally.index(spot.level).size
    if node.absent is not None:
        return nothing_checked(size, node.absent)
    if rank(floor(node)) > rank(spot.level):
        return nothing_checked(size, Reason.OTHER_LEVEL)
    if node.form in COMPOUNDS:
        return compound(node, [judge_areas(run, child, spot.below(i)) for i, child in enumerate(node.children)])
    nested = is_nested_share(node)
    sums = _counted_areas(run, node, spot) if nested else run.tally.at(spot.leaf, spot.level)
    return verdict(node, sums, size, spot.scope)


def _counted_areas(run: Run, node: Node, spot: Spot) -> Sums:
    """Count the areas that satisfy a share's own area form."""
    child = node.children[0]
    below = attrs.evolve(spot.below(0), level=str(child.part.over))
    scopes = (spot.scope,) if spot.scope != ALL else scopes_of(child.part)
    verdicts = [judge_areas(run, child, attrs.evolve(below, scope=scope)).verdicts for scope in scopes]
    status = combine("all", None, verdicts).status
    inside, parents = _pairs(run, below.level, spot.level)
    known = parents >= 0
    parcels, found, areas = one_layer(parents[known])
    sums, size = Sums(), run.tally.index(spot.level).size
    for name, values in share_of_areas(status[inside[known]]).items():
        sums.add(name, found, areas.fold(parcels.sums(values)), size)
    return sums


def _pairs(run: Run, level: str, coarser: str) -> tuple[ints.Ints, ints.Ints]:
    """Return which area of a level lies in which coarser one, as pairs of positions; -1 where unknown."""
    index = run.tally.index(level)
    if level == coarser:
        return np.arange(index.size), np.arange(index.size)
    return index.pairs(coarser)


def _contributions(run: Run, plan: RulePlan, scope: str, level: str) -> Outcome:
    """Return what areas below the judged level add to it: their own value, never a verdict."""
    size = run.tally.index(level).size
    result = filled(size, I, Reason.CONTRIBUTION)
    own = _sums_below(run, plan, scope, level)
    if own and not has_absent(plan.node, level):
        outside = reduce(np.logical_and, [_nobody(sums, size) for sums in own])
        result.status[outside], result.reason[outside] = N, reason_code(Reason.EMPTY_SCOPE)
    span = verdict(plan.node, own[0], size, scope).span if plan.node.form not in COMPOUNDS else None
    return Outcome(result, span)


def _sums_below(run: Run, plan: RulePlan, scope: str, level: str) -> list[Sums]:
    """Return the sums of a rule's parts in the areas of a level below the judged one."""
    if is_nested_share(plan.node):
        return [_counted_areas(run, plan.node, Spot(plan.index, (), scope, level))]
    leaves = area_leaves(plan, run.plan.area_levels)
    return [run.tally.at((plan.index, leaf.path, scope), level) for leaf in leaves if scope in leaf.scopes]


def _nobody(sums: Sums, size: int) -> ints.Bools:
    return np.asarray((sums.field("inside", size) == 0) & (sums.field("maybe", size) == 0), dtype=bool)
