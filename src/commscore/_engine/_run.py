"""Plan + blocks -> outcomes: every block's units judged, and what areas need added to the tally."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._areas import Leaf, Sums, Tally, note_parents
from commscore._engine._codes import CAN_BE_OUT, Codes, Verdicts, constant, outcomes, reason_code
from commscore._engine._counts import Slots, count_statuses, masks_of, slots_of
from commscore._engine._kernel import judge_condition
from commscore._engine._lanes import Lanes, Workspace, judged
from commscore._engine._parcels import Layer, Parcels, cut_parcels
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
from commscore._engine._tearing import torn
from commscore._engine._terms import Loose, terms
from commscore._engine._units import OUT, Units, membership
from commscore._engine._verdicts import Outcome
from commscore._ruleset import ALL, SCOPES
from commscore._status import I, K, N, Reason, S
from commscore._tables._exact import OK
from commscore.errors import DataError

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
    """What a block came to, before it is added to the tally.

    Attributes:
        units: Its rows.
        verdicts: By rule, the outcome for every unit, before dues and force are applied.
        statuses: Those of the verdicts: a row for each rule.
        parcels: Its rows by area, for the levels that are added up.
        counts: How many units of each parcel have which status, by letter; see `_counts`.
        sums: By leaf and level, sums of each area.
        loose: By leaf and level, rows that may or may not count.
    """

    units: Units
    verdicts: tuple[Verdicts, ...]
    statuses: Codes
    parcels: Parcels
    counts: Mapping[str, ints.Ints]
    sums: Mapping[tuple[Leaf, str], Mapping[str, ints.Ints]]
    loose: Mapping[tuple[Leaf, str], Loose]


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
    _slots: Slots = attrs.Factory(lambda: slots_of({}))
    _lanes: Lanes = attrs.Factory(Lanes)

    def __attrs_post_init__(self) -> None:
        """Lay out the area forms and the counts once."""
        found = [area_leaves(rule, self.plan.area_levels) for rule in self.plan.rules if is_added_up(rule)]
        self._leaves = tuple(leaf for leaves in found for leaf in leaves)
        counted = [
            rule for rule in self.plan.rules if rule.at_units and rule.node.absent is None and rule.rule.selected
        ]
        self._slots = slots_of({rule.index: rule.scopes for rule in counted})

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return the catalogue entries of the ruleset's inputs."""
        return self.plan.ruleset.inputs

    def feed(self, block: Block, level: str) -> BlockOutcome:
        """Judge a block's units and add them to the tally."""
        outcome = self.judged(block, level)
        self.take_in(outcome)
        return outcome

    def judged(self, block: Block, level: str, *, out: ints.Ints | None = None) -> BlockOutcome:
        """Judge a block's units and add them up; the tally is not touched, so blocks can be judged side by side.

        Args:
            block: The rows.
            level: Their level.
            out: Where to put the statuses: bytes, a row for each rule; by default into memory of its own.
        """
        units = Units(block, level, self.inputs, self.coarser)
        rows = np.empty((len(self.plan.rules), units.rows), dtype=np.uint8) if out is None else out
        parcels = self._parcels(units)
        work = Workspace(units, self._lanes)
        verdicts = [self._verdicts(plan, work, rows[plan.index]) for plan in self.plan.rules]
        counts = self._counted(verdicts, work, parcels)
        sums: dict[tuple[Leaf, str], Mapping[str, ints.Ints]] = {}
        loose: dict[tuple[Leaf, str], Loose] = {}
        for leaf in self._leaves:
            if level in leaf.tables:
                self._add_up(leaf, units, parcels, (sums, loose))
        return BlockOutcome(units, tuple(verdicts), rows, parcels, counts, sums, loose)

    def _verdicts(self, plan: RulePlan, work: Workspace, out: Codes) -> Verdicts:
        units = work.units
        if plan.rule.selected and plan.at_units and plan.node.table == units.level:
            return judged(plan.node, work, out)
        found = _judged_elsewhere(plan, units)
        out[:] = found.status
        return found

    def positions(self, units: Units) -> ints.Ints:
        """Return where each unit stands among the areas of its own level that the further tables tell of."""
        areas, ids = units.areas(units.level), self.further.index(units.level).ids
        unknown = len(ids)
        found = np.array([ids.get(label, unknown) for label in (*areas.labels, None)], dtype=np.int64)
        return found[areas.codes]

    def _parcels(self, units: Units) -> Parcels:
        """Cut a block by area, once for all levels that are needed."""
        levels = [level for level in self.plan.area_levels if rank(level) >= rank(units.level)]
        areas = {level: units.areas(level) for level in levels}
        return cut_parcels({level: (found.labels, found.codes) for level, found in areas.items()}, units.rows)

    def _counted(self, verdicts: list[Verdicts], work: Workspace, parcels: Parcels) -> Mapping[str, ints.Ints]:
        """Count the statuses of the rules judged at units, by area and scope."""
        units = work.units
        rules = [rule for some in self._slots.groups.values() for rule in some if self._table_of(rule) == units.level]
        if not parcels.layers or not rules:
            return {}
        found = {rule: (verdicts[rule].status, verdicts[rule].may) for rule in rules}
        scopes = {scope for of in self._slots.groups for scope in of}
        concerned = {scope: in_scope(units, scope) for scope in scopes}
        return count_statuses(self._slots, found, masks_of(concerned), parcels)

    def _table_of(self, rule: int) -> str | None:
        return self.plan.rules[rule].node.table

    def _add_up(
        self,
        leaf: LeafPlan,
        units: Units,
        parcels: Parcels,
        into: tuple[dict[tuple[Leaf, str], Mapping[str, ints.Ints]], dict[tuple[Leaf, str], Loose]],
    ) -> None:
        levels = [level for level in leaf.levels if level in parcels.layers]
        for scope in leaf.scopes:
            members = chain_membership(leaf.chain, units, scope)
            found = terms(leaf.node, units, table=units.level, members=members)
            sums = {name: parcels.sums(values) for name, values in found.fields.items()}
            name: Leaf = (leaf.rule, leaf.path, scope)
            for level in levels:
                into[0][name, level] = {field: parcels.layers[level].fold(values) for field, values in sums.items()}
                if found.loose is not None:
                    into[1][name, level] = found.loose

    def take_in(self, outcome: BlockOutcome) -> Mapping[str, ints.Ints]:
        """Add a block's sums to the tally; return, by level, the positions of its areas there."""
        units, tally, layers = outcome.units, self.tally, outcome.parcels.layers
        if units.level == self.plan.level and units.level in self.plan.rollup:
            self.own.append(units)
        ids = {level: tally.index(level).ids_of(layer.names) for level, layer in layers.items()}
        if units.level == self.plan.level:
            count = np.diff(outcome.parcels.starts, append=units.rows)
            for level, layer in layers.items():
                tally.index(level).units[ids[level]] += layer.fold(count)
        self._note_parents(outcome.parcels, ids)
        for level, layer in layers.items():
            for letter, counts in outcome.counts.items():
                size = len(tally.index(level).labels)
                tally.statuses(level, self._slots).add(letter, ids[level], layer.fold(counts), size)
        for (leaf, level), sums in outcome.sums.items():
            tally.add(leaf, level, ids[level], sums)
        for (leaf, level), loose in outcome.loose.items():
            _add_loose(tally.at(leaf, level), layers[level], ids[level], loose)
        return ids

    def _note_parents(self, parcels: Parcels, ids: Mapping[str, ints.Ints]) -> None:
        found = [
            torn(level, coarser, name)
            for level in parcels.layers
            for coarser in parcels.layers
            if rank(coarser) > rank(level)
            for name in note_parents(self.tally, parcels, ids, (level, coarser))
        ]
        if found:
            raise DataError(found)


def _add_loose(target: Sums, layer: Layer, ids: ints.Ints, loose: Loose) -> None:
    """Add the rows of a block that may or may not count."""
    place = np.zeros(len(layer.labels) + 1, dtype=np.int64)
    place[layer.areas] = ids
    columns = [place[layer.rows[loose.rows]], *loose.low, *loose.high]
    for area, *entry in zip(*(column.tolist() for column in columns), strict=True):
        target.add_loose(area, tuple(entry), 1)


def chain_membership(chain: tuple[Node, ...], units: Units, scope: str) -> Codes | None:
    """Say which units are in scope of a leaf: the filters of every node above it hold, and so does its scope."""
    result: Codes | None = None
    for node in chain:
        codes = membership(node, units, None if scope == ALL else scope)
        if codes is not None:
            result = codes if result is None else np.maximum(result, codes)
    return result


def in_scope(units: Units, scope: str) -> ints.Bools:
    """Say which units a scope concerns; one whose kind is open counts in each."""
    kind = units.block.kind
    if scope == ALL or kind is None:
        return np.ones(units.rows, dtype=bool)
    found = np.asarray(kind.values == SCOPES.index(scope), dtype=bool)
    return found if kind.state is None else found | (kind.state != OK)


def of_scope(found: Verdicts, units: Units, scope: str) -> Verdicts:
    """Leave out units of the other scope; one whose scope is open keeps its verdict in each."""
    if scope == ALL or units.block.kind is None:
        return found
    other = ~in_scope(units, scope)
    status = np.where(other, N, found.status).astype(np.uint8)
    reason = np.where(other, reason_code(Reason.OUT_OF_SCOPE), found.reason).astype(np.uint8)
    return Verdicts(status, reason, found.possible)


def _judged_elsewhere(plan: RulePlan, units: Units) -> Verdicts:
    """Return what a rule that is not judged here says of single units: that they contribute, or why they do not.

    Of rules that look at the units as areas it is `_own_areas` that says it, once the block is added up.
    """
    node = plan.node
    if not plan.rule.selected:
        return constant(units.rows, S, Reason.TAILORED)
    if plan.at_units and rank(plan.judged) > rank(units.level) and node.absent is not Reason.MISSING_COLUMN:
        return constant(units.rows, K, Reason.OTHER_LEVEL)
    if node.absent is not None:
        return constant(units.rows, K, node.absent)
    return _contribution(plan, units)


def _contribution(plan: RulePlan, units: Units) -> Verdicts:
    """Return "contributes" for the units that are not certainly out of an area rule's scope."""
    if not plan.at_units and rank(floor(plan.node)) > min(rank(units.level), rank(plan.judged)):
        return constant(units.rows, K, Reason.OTHER_LEVEL)
    result = constant(units.rows, I, Reason.CONTRIBUTION)
    leaves = () if plan.at_units or has_absent(plan.node, units.level) else area_leaves(plan, (plan.judged,))
    if leaves:
        outside = np.logical_and.reduce([_outside(leaf, units) for leaf in leaves])
        result.status[outside], result.reason[outside] = N, reason_code(Reason.OUT_OF_SCOPE)
    return attrs.evolve(result, may=(1 << I) | (1 << N))


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
