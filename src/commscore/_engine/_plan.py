"""Ruleset + the columns at hand -> Plan: what to compute for each rule, from which table, and what cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._requirement import InputRef
from commscore._ruleset import ALL, AREA_LEVELS, BUILT_IN, CODE_LENGTHS, LEVELS, SCOPES, Force, Part, Rule
from commscore._status import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from commscore._ruleset import Filter, Ruleset

COMPOUNDS = ("all", "any", "atleast")
SUMS = ("total", "ratio", "change")
UNITS = "units"


@attrs.frozen
class TableShape:
    """What a table offers: its level, the inputs that it has, whether it says urban or rural, and which areas."""

    level: str
    inputs: frozenset[str]
    has_kind: bool
    areas: frozenset[str]


@attrs.frozen
class Operand:
    """One value of an assessment: the input (or ``units``), and the level of the table that it is read from."""

    name: str
    table: str
    places: int


@attrs.frozen(eq=False)
class Node:
    """A part of a rule, resolved against the tables at hand.

    Attributes:
        part: The part as the ruleset has it.
        form: Its assessment, after a share of a flag was turned into a ratio of its counts.
        operands: What it reads, in the order of ``part.inputs``; a relative requirement's input follows.
        table: For what is judged at units: the level of the table whose rows are its units.
        absent: Why it cannot be checked at all; null when it can.
        children: The parts of a compound, or the condition of a share.
        refs: By scope, the operand that a relative requirement refers to.
    """

    part: Part
    form: str
    operands: tuple[Operand, ...] = ()
    table: str | None = None
    absent: Reason | None = None
    children: tuple[Node, ...] = ()
    refs: tuple[tuple[str, Operand], ...] = ()


@attrs.frozen(eq=False)
class RulePlan:
    """One rule of the plan.

    Attributes:
        rule: The rule.
        index: Its position in the ruleset.
        node: Its assessment, resolved.
        scopes: ``("all",)``, or the scopes that its requirement distinguishes.
        judged: The level that gets the verdict.
        at_units: Whether its verdicts are those of single units (``each`` and compounds of it).
        deferred: Why its outcome is shown but not scored: not yet due, or informational; null when it is scored.
    """

    rule: Rule
    index: int
    node: Node
    scopes: tuple[str, ...]
    judged: str
    at_units: bool
    deferred: Reason | None


@attrs.frozen(eq=False)
class Plan:
    """A ruleset made ready for tables of certain shapes. Immutable; one plan serves any number of batches.

    Attributes:
        ruleset: The ruleset.
        as_of: The day on which dues are looked at.
        level: The level of the main table.
        rules: In the ruleset's order.
        shapes: By level, the tables that the plan was made for.
        area_levels: Every level at which areas must be added up, from fine to coarse.
        rollup: The levels that the result shows.
    """

    ruleset: Ruleset
    as_of: date
    level: str
    rules: tuple[RulePlan, ...]
    shapes: Mapping[str, TableShape]
    area_levels: tuple[str, ...]
    rollup: tuple[str, ...]


def worst(reasons: Iterable[Reason | None]) -> Reason | None:
    """Return the reason that weighs most: a column that no table has, then one that tables of other levels have."""
    found = set(reasons)
    return next((reason for reason in (Reason.MISSING_COLUMN, Reason.OTHER_LEVEL) if reason in found), None)


def rank(level: str) -> int:
    """Order levels from fine (0) to coarse."""
    return AREA_LEVELS.index(level)


def make_plan(
    ruleset: Ruleset, shapes: Mapping[str, TableShape], *, level: str, as_of: date, rollup: tuple[str, ...] | None
) -> Plan:
    """Resolve every rule of a ruleset against the tables at hand."""
    rules = tuple(
        _plan_rule(_Resolver(ruleset, shapes, level, scopes_of(rule) != (ALL,)), rule, i, as_of)
        for i, rule in enumerate(ruleset.rules)
    )
    judged = {plan.judged for plan in rules if not plan.at_units}
    nested = {over for plan in rules for over in _nested_levels(plan.node)}
    shown = judged | {ruleset.jurisdiction.level} if rollup is None else set(rollup)
    coarser = {found for found in shown if rank(found) >= rank(level)}
    finer = {level} if any(reads_finer(plan.node, level) for plan in rules) else set()
    return Plan(
        ruleset=ruleset,
        as_of=as_of,
        level=level,
        rules=rules,
        shapes=shapes,
        area_levels=tuple(sorted(judged | nested | coarser | finer, key=rank)),
        rollup=tuple(sorted(coarser, key=rank)),
    )


def _nested_levels(node: Node) -> Iterator[str]:
    """Yield the levels at which conditions inside a share are judged."""
    for child in node.children:
        if child.part.over is not None:
            yield child.part.over
        yield from _nested_levels(child)


def reads_finer(node: Node, level: str) -> bool:
    """Say whether a node reads a table finer than the main one, so that the main rows are its areas."""
    if node.absent is not None:
        return False
    tables = [operand.table for operand in node.operands] + ([node.table] if node.table else [])
    below = any(rank(table) < rank(level) for table in tables)
    return below or any(reads_finer(child, level) for child in node.children)


def _plan_rule(resolver: _Resolver, rule: Rule, index: int, as_of: date) -> RulePlan:
    at_units = judged_at_units(rule)
    node = resolver.unit_node(rule, resolver.place_level(rule)) if at_units else resolver.area_node(rule)
    above = rule.over or resolver.ruleset.jurisdiction.level
    judged = node.table or resolver.level if at_units else above
    deferred = None
    if rule.force is Force.INFORMATIONAL:
        deferred = Reason.INFORMATIONAL
    elif rule.due is not None and rule.due > as_of:
        deferred = Reason.NOT_DUE
    return RulePlan(rule, index, node, scopes_of(rule), judged, at_units, deferred)


def judged_at_units(part: Part) -> bool:
    """Say whether a part is judged unit by unit: ``each``, and compounds whose parts are."""
    if part.assessment in COMPOUNDS:
        return all(judged_at_units(child) for child in part.parts)
    return part.assessment == "each"


def scopes_of(part: Part) -> tuple[str, ...]:
    """Return the scopes that a part's requirements distinguish, those inside a share's condition aside."""
    found = set(part.requirements)
    if part.assessment in COMPOUNDS:
        for child in part.parts:
            found.update(scopes_of(child))
    if found & set(SCOPES) and ALL in found:
        return SCOPES  # a part that concerns everybody stands beside one that goes by kind
    return tuple(scope for scope in SCOPES if scope in found) or (ALL,)


@attrs.frozen(eq=False)
class _Resolver:
    """Finds, for each part of a rule, the tables that its values come from."""

    ruleset: Ruleset
    shapes: Mapping[str, TableShape]
    level: str
    by_kind: bool  # whether the rule has one finding per scope, so that all its units need a kind
    inside: bool = False  # of a compound, which asks for the kind itself

    def unit_node(self, part: Part, level: str) -> Node:
        """Resolve a part that is judged unit by unit, at a level."""
        absent = self._absent_scope(part, level)
        if part.assessment in COMPOUNDS:
            parts = attrs.evolve(self, inside=True)
            children = tuple(parts.unit_node(child, level) for child in part.parts)
            if all(child.absent is not None for child in children):
                absent = children[0].absent
            return Node(part, part.assessment, table=level, absent=absent, children=children)
        operands = tuple(Operand(name, level, self._places(name)) for name in part.inputs)
        refs = tuple((scope, Operand(ref, level, self._places(ref))) for scope, ref in _references(part))
        asked = [*operands, *(ref for _, ref in refs)]
        absent = worst([self._absent_operands(asked, level), absent])
        return Node(part, part.assessment, operands, level, absent, refs=refs)

    def area_node(self, part: Part) -> Node:
        """Resolve a part that is judged at areas."""
        if part.assessment in COMPOUNDS:
            children = tuple(self.area_node(child) for child in part.parts)
            absent = children[0].absent if all(child.absent is not None for child in children) else None
            return Node(part, part.assessment, children=children, absent=absent)
        if part.assessment == "share":
            return self._share_node(part)
        if part.assessment == "mean":
            level = self.place_level(part)
            operands = (Operand(part.inputs[0], level, self._places(part.inputs[0])),)
            absent = worst([self._absent_operands(operands, level), self._absent_scope(part, level)])
            return Node(part, "mean", operands, level, absent)
        return self._sum_node(part, part.inputs, part.assessment)

    def _share_node(self, part: Part) -> Node:
        condition = part.parts[0]
        if not judged_at_units(condition) or condition.over is not None:
            child = self.area_node(condition)
            beyond = _counted_below(child, str(condition.over))
            return Node(part, "share", absent=child.absent or beyond, children=(child,))
        level = self.place_level(condition, fallback=self._where_level(part))
        child = self.unit_node(condition, level)
        if child.absent is not None and part.counts is not None and all(map(self._finest_table, part.counts)):
            return self._sum_node(part, part.counts, "ratio")
        absent = worst([child.absent, self._absent_scope(part, level)])
        return Node(part, "share", table=level, absent=absent, children=(child,))

    def _sum_node(self, part: Part, names: tuple[str, ...], form: str) -> Node:
        """Resolve a part that adds up: each operand comes from the finest table that has it."""
        operands = tuple(self._finest_operand(name, part) for name in names)
        wanted = tuple(_references(part))
        refs = tuple((scope, self._finest_operand(name, part)) for scope, name in wanted)
        asked = [
            *zip(names, operands, strict=True),
            *((name, ref) for (_, name), (_, ref) in zip(wanted, refs, strict=True)),
        ]
        absent = worst(self._absent_operand(name, operand, part) for name, operand in asked)
        found = tuple(operand for operand in operands if operand is not None)
        found_refs = tuple((scope, ref) for scope, ref in refs if ref is not None)
        return Node(part, form, found, None, absent, refs=found_refs)

    def _absent_operand(self, name: str, operand: Operand | None, part: Part) -> Reason | None:
        if operand is not None:
            return self._absent_scope(part, operand.table)
        return Reason.OTHER_LEVEL if name == UNITS else Reason.MISSING_COLUMN

    def _finest_operand(self, name: str, part: Part) -> Operand | None:
        if name == UNITS:
            others = [self._finest_table(other) for other in part.inputs if other != UNITS]
            level = self._where_level(part) or next((other for other in others if other), None) or self.level
            return Operand(UNITS, level, 0) if level in self.shapes else None
        table = self._finest_table(name)
        return None if table is None else Operand(name, table, self._places(name))

    def _finest_table(self, name: str) -> str | None:
        return next((level for level in LEVELS if level in self.shapes and name in self.shapes[level].inputs), None)

    def place_level(self, part: Part, fallback: str | None = None) -> str:
        """Return the level of the places that a part counts: that of its inputs."""
        for name in _all_inputs(part):
            if name != UNITS:
                return self.ruleset.inputs[name].level
        return self._where_level(part) or fallback or self.level

    def _where_level(self, part: Part) -> str | None:
        levels = [self.ruleset.inputs[key.input].level for key in part.where if key.input in self.ruleset.inputs]
        return min(levels, key=rank) if levels else None

    def _places(self, name: str) -> int:
        return 0 if name == UNITS else self.ruleset.inputs[name].places

    def _absent_operands(self, operands: Iterable[Operand], level: str) -> Reason | None:
        if level not in self.shapes and not any(operand.name != UNITS for operand in operands):
            return Reason.OTHER_LEVEL
        return worst(self._absent_input(operand.name, level) for operand in operands if operand.name != UNITS)

    def _absent_scope(self, part: Part, level: str) -> Reason | None:
        """Say why urban and rural, or a filter of ``where``, cannot be told for units of a level."""
        shape = self.shapes.get(level)
        if shape is None:
            return Reason.OTHER_LEVEL
        by_scope = not self.inside and (self.by_kind or scopes_of(part) != (ALL,))
        by_kind = by_scope or any(key.input == "kind" for key in part.where)
        reasons = [self._absent_filter(key, level) for key in part.where]
        if by_kind and not shape.has_kind:
            elsewhere = any(other.has_kind for other in self.shapes.values())
            reasons.append(Reason.OTHER_LEVEL if elsewhere else Reason.MISSING_COLUMN)
        return worst(reasons)

    def _absent_filter(self, key: Filter, level: str) -> Reason | None:
        if key.input in CODE_LENGTHS:
            if rank(key.input) < rank(level):
                return Reason.OTHER_LEVEL
            return None if key.input in self.shapes[level].areas else Reason.MISSING_COLUMN
        if key.input == "code":
            return None if level in self.shapes[level].areas else Reason.MISSING_COLUMN
        if key.input == "kind":
            return None
        return self._absent_input(key.input, level)

    def _absent_input(self, name: str, level: str) -> Reason | None:
        """Say why an input has no value for units of a level: its own column, or that of the area they lie in."""
        declared = self.ruleset.inputs[name].level
        shape = self.shapes.get(level)
        if shape is not None and name in shape.inputs:
            return None
        # Rows that are scored come and go; only further tables are held, so that others may look something up there.
        coarse = None if declared == self.level else self.shapes.get(declared)
        if rank(declared) > rank(level) and shape is not None and coarse is not None and name in coarse.inputs:
            return None
        elsewhere = any(name in other.inputs for other in self.shapes.values())
        return Reason.OTHER_LEVEL if elsewhere else Reason.MISSING_COLUMN


def _counted_below(node: Node, level: str) -> Reason | None:
    """Say why areas of a level cannot be judged by a node: all its parts read tables coarser than they are."""
    return Reason.OTHER_LEVEL if node.absent is None and rank(floor(node)) > rank(level) else None


def has_absent(node: Node, level: str) -> bool:
    """Say whether a node, or some part of a compound, cannot be checked at a level."""
    if node.absent is not None or (node.form in COMPOUNDS and any(has_absent(child, level) for child in node.children)):
        return True
    return rank(floor(node)) > rank(level)


def floor(node: Node) -> str:
    """Return the finest level at which a node that can be checked has a value."""
    if node.form in COMPOUNDS:
        return min((floor(child) for child in node.children if child.absent is None), key=rank, default=LEVELS[0])
    if node.form == "share" and node.table is None and node.children:
        return str(node.children[0].part.over)
    return max(tables_of(node), key=rank, default=LEVELS[0])


def tables_of(node: Node) -> set[str]:
    """Return the levels of the tables that a node reads itself."""
    refs = [ref for _, ref in node.refs]
    return {operand.table for operand in (*node.operands, *refs)} | ({node.table} if node.table else set())


def _references(part: Part) -> Iterator[tuple[str, str]]:
    """Yield by scope the input that a relative requirement refers to."""
    for scope, requirement in part.requirements.items():
        if isinstance(requirement.value, InputRef):
            yield scope, requirement.value.name


def inputs_read(part: Part) -> set[str]:
    """Return the inputs that a part reads."""
    names = {*part.inputs, *(part.counts or ()), *(key.input for key in part.where)}
    names |= {name for _, name in _references(part)}
    return (names - set(BUILT_IN)).union(*(inputs_read(child) for child in part.parts))


def _all_inputs(part: Part) -> Iterator[str]:
    yield from part.inputs
    for child in part.parts:
        yield from _all_inputs(child)


def wanted_inputs(plan_rules: tuple[RulePlan, ...]) -> Mapping[str, set[str]]:
    """Return, by table level, the inputs that the rules read there as operands, filters or references."""
    wanted: dict[str, set[str]] = {}
    for plan in plan_rules:
        _collect(plan.node, wanted)
    return wanted


def _collect(node: Node, wanted: dict[str, set[str]]) -> None:
    tables = {operand.table for operand in node.operands} | ({node.table} if node.table else set())
    for operand in (*node.operands, *(ref for _, ref in node.refs)):
        wanted.setdefault(operand.table, set()).add(operand.name)
    for table in tables:
        wanted.setdefault(table, set()).update(key.input for key in node.part.where)
    for child in node.children:
        _collect(child, wanted)
