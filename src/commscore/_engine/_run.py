"""Plan + blocks -> outcomes: every block's units judged, and what areas need added to the tally."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._adding import AreaSums, Summands, add_to, added_up, joined, narrowed
from commscore._engine._areas import Tally
from commscore._engine._codes import CAN_BE_OUT, Codes, Verdicts, constant, outcomes, reason_code, select
from commscore._engine._counts import Slots, masks_of, pack_statuses, slots_of
from commscore._engine._kernel import judge_condition
from commscore._engine._lanes import Lanes, Workspace, judged
from commscore._engine._outcomes import Outcome
from commscore._engine._parcels import Where
from commscore._engine._plain_terms import split_terms
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
from commscore._engine._units import OUT, Units, membership
from commscore._ruleset import ALL, CODE_LENGTHS, SCOPES
from commscore._status import I, K, N, Reason, S
from commscore._tables._exact import OK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from commscore._ruleset import Input
    from commscore._tables import Block

# Rows that are in no order wait until they take so many bytes.
_WAITING = 2**26


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
        adds: What its rows add to areas.
    """

    units: Units
    verdicts: tuple[Verdicts, ...]
    statuses: Codes
    adds: Summands


@attrs.define(eq=False)
class Run:
    """The state of an evaluation under way: tables seen so far, and the tally.

    Attributes:
        plan: What to compute.
        coarser: Tables of coarser levels, by level, each as one block.
        further: Sums of the further tables.
        own: The main table's units, kept only where they are areas of the rollup themselves.
        finer: By rule and scope, what a rule judged in a finer table came to for the main table's rows, as areas.
    """

    plan: Plan
    coarser: Mapping[str, Block]
    _tally: Tally = attrs.Factory(Tally)
    further: Tally = attrs.Factory(Tally)
    finer: dict[int, dict[str, Outcome]] = attrs.Factory(dict)
    own: list[Units] = attrs.Factory(list)
    _leaves: tuple[LeafPlan, ...] = ()
    _slots: Slots = attrs.Factory(lambda: slots_of({}))
    _lanes: Lanes = attrs.Factory(Lanes)
    _waiting: list[Summands] = attrs.Factory(list)

    def __attrs_post_init__(self) -> None:
        """Lay out the area forms and the counts once."""
        found = [area_leaves(rule, self.plan.area_levels) for rule in self.plan.rules if is_added_up(rule)]
        self._leaves = tuple(leaf for leaves in found for leaf in leaves)
        counted = [
            rule for rule in self.plan.rules if rule.at_units and rule.node.absent is None and rule.rule.selected
        ]
        self._slots = slots_of({rule.index: rule.scopes for rule in counted})

    @property
    def tally(self) -> Tally:
        """Return sums by area: of the further tables while they are read, then of the main one.

        Raises:
            DataError: An area lies in two coarser ones.
        """
        self._settle()
        return self._tally

    @tally.setter
    def tally(self, tally: Tally) -> None:
        self._tally = tally

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return the catalogue entries of the ruleset's inputs."""
        return self.plan.ruleset.inputs

    def feed(self, block: Block, level: str) -> BlockOutcome:
        """Judge a block's units and add them to the tally."""
        outcome = self.judged(block, level)
        self.take_in(outcome.units, self.by_area(outcome.adds))
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
        work = Workspace(units, self._lanes)
        verdicts = [self._verdicts(plan, work, rows[plan.index]) for plan in self.plan.rules]
        return BlockOutcome(units, tuple(verdicts), rows, self._adds(units, verdicts))

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

    # ---- AREAS ----

    def _adds(self, units: Units, verdicts: list[Verdicts]) -> Summands:
        """Return what a block's rows add to areas."""
        levels = [level for level in self.plan.area_levels if rank(level) >= rank(units.level)]
        judged_ = self._statuses(units, verdicts) if levels else {}
        scopes = {scope for of, _ in self._slots.packs for scope in of}
        leaves = [leaf for leaf in self._leaves if units.level in leaf.tables]
        found = {
            (leaf.rule, leaf.path, scope): split_terms(
                leaf.node, units, table=units.level, members=chain_membership(leaf.chain, units, scope)
            )
            for leaf in leaves
            for scope in leaf.scopes
        }
        return Summands(
            level=units.level,
            rows=units.rows,
            where=_where(units, levels),
            rules=frozenset(judged_),
            packed=pack_statuses(self._slots, judged_),
            scopes=masks_of({scope: in_scope(units, scope) for scope in scopes}) if judged_ else {},
            plain={name: each.plain for name, each in found.items()},
            others={name: (each.rows, each.others) for name, each in found.items()},
            loose={name: each.loose for name, each in found.items() if each.loose is not None},
            levels={
                (leaf.rule, leaf.path, scope): tuple(level for level in leaf.levels if level in levels)
                for leaf in leaves
                for scope in leaf.scopes
            },
        )

    def _statuses(self, units: Units, verdicts: list[Verdicts]) -> dict[int, tuple[Codes, int]]:
        """Return the statuses of the rules judged at units of a table."""
        rules = [rule for _, some in self._slots.packs for rule in some]
        here = [rule for rule in rules if self.plan.rules[rule].node.table == units.level]
        return {rule: (verdicts[rule].status, verdicts[rule].may) for rule in here}

    def by_area(self, adds: Summands) -> AreaSums | Summands:
        """Add rows up by area, unless they had better wait for others; the tally is not touched."""
        if adds.in_order:
            return added_up(adds, self._slots)
        return added_up(adds, self._slots, sort=True) if adds.areas_are_few else narrowed(adds)

    def take_in(self, units: Units, found: AreaSums | Summands) -> None:
        """Add what a block came to, by area if it can be, to the tally; see `by_area`."""
        if units.level == self.plan.level and units.level in self.plan.rollup:
            self.own.append(units)
        if isinstance(found, AreaSums):
            self._add(found)
            return
        if self._waiting and self._waiting[0].level != found.level:
            self._settle()
        self._waiting.append(found)
        if sum(rows.bytes for rows in self._waiting) > _WAITING:
            self._settle()

    def _settle(self) -> None:
        """Add up the rows that wait for others."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._add(added_up(joined(waiting), self._slots, sort=True))

    def _add(self, sums: AreaSums) -> None:
        add_to(self._tally, sums, self._slots, main=sums.level == self.plan.level)


def _where(units: Units, levels: list[str]) -> dict[str, Where]:
    """Return where units lie, by level; nothing of the levels that are told by the code of the finest."""
    numbers = units.numbers(levels[0]) if levels else None
    if numbers is None:
        return {level: _by_name(units, level) for level in levels}
    above = {level: CODE_LENGTHS[level] for level in levels[1:] if units.is_told_by_code(level)}
    named = {level: _by_name(units, level) for level in levels[1:] if level not in above}
    return {levels[0]: Where(numbers.numbers, width=numbers.width, above=above)} | named


def _by_name(units: Units, level: str) -> Where:
    areas = units.areas(level)
    return Where(areas.codes, areas.labels)


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
        if outside.any():
            result.status[:] = select(outside, np.uint8(N), result.status)
            result.reason[:] = select(outside, reason_code(Reason.OUT_OF_SCOPE), result.reason)
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
