"""Plan + blocks -> outcomes: every block's units judged, and what areas need added to the tally."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._areas import Groups, Leaf, Tally, group_rows, note_parents
from commscore._engine._codes import CAN_BE_OUT, Codes, Verdicts, constant, outcomes, reason_code
from commscore._engine._kernel import judge, judge_condition
from commscore._engine._plan import (
    COMPOUNDS,
    Node,
    Plan,
    RulePlan,
    floor,
    has_absent,
    judged_at_units,
    rank,
    scopes_of,
    tables_of,
)
from commscore._engine._terms import terms
from commscore._engine._units import OUT, Units, membership
from commscore._engine._verdicts import Outcome
from commscore._ruleset import ALL, SCOPES
from commscore._status import I, K, N, Reason, S
from commscore._tables._exact import OK
from commscore.errors import DataError, DataFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from commscore._ruleset import Input
    from commscore._tables import Block


@attrs.frozen(eq=False)
class LeafPlan:
    """One area form of a rule, and for which scopes and levels it is added up.

    Attributes:
        rule: The rule's index.
        path: Where it stands below the rule: part numbers.
        chain: The nodes whose ``where`` it is subject to, itself last.
        scopes: The scopes that get sums of their own.
        levels: The levels that do.
    """

    rule: int
    path: tuple[int, ...]
    chain: tuple[Node, ...]
    scopes: tuple[str, ...]
    levels: tuple[str, ...]

    @property
    def node(self) -> Node:
        """Return the form itself."""
        return self.chain[-1]

    @property
    def tables(self) -> set[str]:
        """Return the levels of the tables that it reads."""
        return tables_of(self.node)


def is_added_up(plan: RulePlan) -> bool:
    """Say whether a rule is judged at areas and selected."""
    return plan.rule.selected and not plan.at_units


def area_leaves(plan: RulePlan, area_levels: tuple[str, ...]) -> tuple[LeafPlan, ...]:
    """Return the area forms of a rule that is judged at areas."""
    levels = tuple(level for level in area_levels if rank(level) <= rank(plan.judged))
    return tuple(_leaves(plan.index, plan.node, (), (), (plan.scopes, levels)))


def _leaves(
    rule: int,
    node: Node,
    path: tuple[int, ...],
    chain: tuple[Node, ...],
    where: tuple[tuple[str, ...], tuple[str, ...]],
) -> Iterator[LeafPlan]:
    scopes, levels = where
    chain = (*chain, node)
    if node.absent is not None:
        return
    if node.form in COMPOUNDS:
        for i, child in enumerate(node.children):
            yield from _leaves(rule, child, (*path, i), chain, where)
    elif is_nested_share(node):
        child = node.children[0]
        inner = scopes if scopes != (ALL,) else scopes_of(child.part)
        yield from _leaves(rule, child, (*path, 0), chain, (inner, (str(child.part.over),)))
    else:
        yield LeafPlan(rule, path, chain, scopes, levels)


def is_nested_share(node: Node) -> bool:
    """Say whether a share counts areas that satisfy an area form of their own."""
    return node.form == "share" and not (judged_at_units(node.children[0].part) and node.children[0].part.over is None)


@attrs.frozen(eq=False)
class BlockOutcome:
    """What a block of the main table came to.

    Attributes:
        block: Its rows.
        verdicts: By rule, the outcome for every unit, before dues and force are applied.
        groups: Its rows by area, for each level that is added up.
    """

    block: Block
    verdicts: tuple[Verdicts, ...]
    groups: Mapping[str, Groups]


@attrs.define(eq=False)
class Run:
    """The state of an evaluation under way: tables seen so far, and the tally.

    Attributes:
        plan: What to compute.
        coarser: Tables of coarser levels, by level, each as one block.
        tally: Sums by area: of the further tables while they are read, then of the main one.
        further: Sums of the further tables.
        own: The main table's units, kept only where they are areas of the rollup themselves.
        finer: By rule and scope, what a rule judged in a finer table came to for the main table's rows, as areas.
    """

    plan: Plan
    coarser: Mapping[str, Block]
    tally: Tally = attrs.Factory(Tally)
    further: Tally = attrs.Factory(Tally)
    finer: dict[int, dict[str, Outcome]] = attrs.Factory(dict)
    own: list[Units] = attrs.Factory(list)
    _leaves: tuple[LeafPlan, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Lay out the area forms once."""
        found = [area_leaves(rule, self.plan.area_levels) for rule in self.plan.rules if is_added_up(rule)]
        self._leaves = tuple(leaf for leaves in found for leaf in leaves)

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return the catalogue entries of the ruleset's inputs."""
        return self.plan.ruleset.inputs

    def feed(self, block: Block, level: str) -> BlockOutcome:
        """Judge a block's units and add them to the tally."""
        units = Units(block, level, self.inputs, self.coarser)
        groups = self._grouped(units)
        if level == self.plan.level and level in self.plan.rollup:
            self.own.append(units)
        verdicts = []
        for plan in self.plan.rules:
            finer = self.finer.get(plan.index) if level == self.plan.level else None
            found = _judged_here(plan, units) if finer is None else _from_finer(finer, units, groups[level])
            if plan.at_units and plan.node.table == level and plan.node.absent is None and plan.rule.selected:
                self._count(plan, found, units, groups)
            verdicts.append(found)
        for leaf in self._leaves:
            if level in leaf.tables:
                self._add_up(leaf, units, groups)
        return BlockOutcome(block, tuple(verdicts), groups)

    def _grouped(self, units: Units) -> dict[str, Groups]:
        """Sort a block by area, once for each level that is needed."""
        groups: dict[str, Groups] = {}
        for level in self.plan.area_levels:
            if rank(level) >= rank(units.level):
                areas = units.areas(level)
                groups[level] = group_rows(areas.labels, areas.codes, self.tally.index(level))
        if units.level == self.plan.level:
            for level, found in groups.items():
                self.tally.index(level).count_units(found)
        torn = [
            _torn(level, coarser, name)
            for level in groups
            for coarser in groups
            if rank(coarser) > rank(level)
            for name in note_parents(self.tally, groups, level, coarser)
        ]
        if torn:
            raise DataError(torn)
        return groups

    def _count(self, plan: RulePlan, found: Verdicts, units: Units, groups: Mapping[str, Groups]) -> None:
        """Count the statuses of a rule judged at units, by area and scope."""
        for scope in plan.scopes:
            status = of_scope(found, units, scope).status
            for level, group in groups.items():
                counts = group.counts(status, 8)
                sums, size = self.tally.at((plan.index, (), scope), level), len(self.tally.index(level).labels)
                for code, letter in enumerate("PFUENKSI"):
                    if letter in "PFUEI":
                        sums.add(letter, group.areas, counts[:, code], size)

    def _add_up(self, leaf: LeafPlan, units: Units, groups: Mapping[str, Groups]) -> None:
        for scope in leaf.scopes:
            members = chain_membership(leaf.chain, units, scope)
            found = terms(leaf.node, units, table=units.level, members=members)
            name: Leaf = (leaf.rule, leaf.path, scope)
            for level in leaf.levels:
                if level in groups:
                    self.tally.add(name, level, groups[level], found.fields)
                    if found.loose is not None:
                        self.tally.add_loose(name, level, groups[level], found.loose)


def chain_membership(chain: tuple[Node, ...], units: Units, scope: str) -> Codes | None:
    """Say which units are in scope of a leaf: the filters of every node above it hold, and so does its scope."""
    result: Codes | None = None
    for node in chain:
        codes = membership(node, units, None if scope == ALL else scope)
        if codes is not None:
            result = codes if result is None else np.maximum(result, codes)
    return result


def of_scope(found: Verdicts, units: Units, scope: str) -> Verdicts:
    """Leave out units of the other scope; one whose scope is open keeps its verdict in each."""
    kind = units.block.kind
    if scope == ALL or kind is None:
        return found
    other = np.asarray(kind.values != SCOPES.index(scope), dtype=bool)
    if kind.state is not None:
        other &= kind.state == OK
    status = np.where(other, N, found.status).astype(np.uint8)
    reason = np.where(other, reason_code(Reason.OUT_OF_SCOPE), found.reason).astype(np.uint8)
    return Verdicts(status, reason, found.possible)


def _judged_here(plan: RulePlan, units: Units) -> Verdicts:
    """Return what a rule says of single units: its verdict, or that they contribute to one above."""
    node = plan.node
    if not plan.rule.selected:
        return constant(units.rows, S, Reason.TAILORED)
    if plan.at_units and node.table == units.level:
        return judge(node, units)
    if plan.at_units and rank(plan.judged) > rank(units.level) and node.absent is not Reason.MISSING_COLUMN:
        return constant(units.rows, K, Reason.OTHER_LEVEL)
    if node.absent is not None:
        return constant(units.rows, K, node.absent)
    return _contribution(plan, units)


def _from_finer(finer: Mapping[str, Outcome], units: Units, groups: Groups) -> Verdicts:
    """Return what the places inside each unit came to; a unit without any has nothing to judge."""
    result = constant(units.rows, N, Reason.EMPTY_SCOPE)
    for scope, outcome in finer.items():
        there = of_finer(outcome, scope, units, groups.row_areas)
        result.status[there] = outcome.verdicts.status[groups.row_areas[there]]
        result.reason[there] = outcome.verdicts.reason[groups.row_areas[there]]
    return result


def of_finer(outcome: Outcome, scope: str, units: Units, areas: ints.Ints) -> ints.Bools:
    """Say which units a finer table's outcome of a scope is that of."""
    there = np.asarray(areas < len(outcome.verdicts.status), dtype=bool)
    kind = units.block.kind
    if scope != ALL and kind is not None:
        there &= np.asarray(kind.values == SCOPES.index(scope), dtype=bool)
    return there


def _contribution(plan: RulePlan, units: Units) -> Verdicts:
    """Return "contributes" for the units that are not certainly out of an area rule's scope."""
    if not plan.at_units and rank(floor(plan.node)) > rank(units.level):
        return constant(units.rows, K, Reason.OTHER_LEVEL)
    result = constant(units.rows, I, Reason.CONTRIBUTION)
    leaves = () if plan.at_units else area_leaves(plan, (plan.judged,))
    out = [_outside(leaf, units) for leaf in leaves]
    if out and not has_absent(plan.node, units.level):
        outside = np.logical_and.reduce(out)
        result.status[outside], result.reason[outside] = N, reason_code(Reason.OUT_OF_SCOPE)
    return result


def _outside(leaf: LeafPlan, units: Units) -> ints.Bools:
    """Say which units a leaf certainly leaves out, whatever their scope."""
    nobody = np.zeros(units.rows, dtype=bool)
    if units.level not in leaf.tables:
        return nobody
    codes = [chain_membership(leaf.chain, units, scope) for scope in leaf.scopes]
    out = np.logical_and.reduce([nobody if code is None else code == OUT for code in codes])
    if leaf.node.form == "share":
        out = out | (outcomes(judge_condition(leaf.node.children[0], units)) == CAN_BE_OUT)
    return out


def _torn(level: str, coarser: str, name: str) -> DataFault:
    return DataFault(
        f"{level} {name!r} lies in more than one {coarser}; give it one, or a code that tells them apart", column=level
    )
