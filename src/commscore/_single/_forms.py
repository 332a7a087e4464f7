"""The keys of a row -> Form: which cells to read and how, and every rule compiled for them.

Rows of a service mostly have the same keys, so all that follows from keys alone is worked out once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from commscore._conclusions import Concluder
from commscore._engine._own_areas import judges_own
from commscore._engine._plan import UNITS, Node, Plan, RulePlan, rank
from commscore._evaluation import Session
from commscore._requirement import describe
from commscore._ruleset import ALL, CODE_LENGTHS, SCOPES, Rule
from commscore._single import _outcomes as out
from commscore._single._as_area import AsArea
from commscore._single._cells import INVALID, Read, kind_reader, reader
from commscore._single._contributing import Spanned, contribution_of, span_of
from commscore._single._judging import Judge, Slots, judge_of
from commscore._single._numbers import Credited, Valued, credit_of, gap_of, value_of
from commscore._single._places import Lay, area_reader
from commscore._single._scores import Model, model_of
from commscore._status import NO_REASON, REASONS, STATUSES, E, F, I, P, Reason, Status, U

Cells = list[Any]


@attrs.frozen(eq=False)
class Compiled:
    """One rule, ready for rows of a form.

    Attributes:
        plan: The rule.
        judge: From cells to the outcome, before dues and force.
        value, gap, credit: The numbers of a rule judged at the row; null for other rules.
        span: The value of a row that contributes to an area; null for other rules.
        scoped: Whether its findings name the row's own kind as their scope.
        words: By scope, what is required and the policy's words for it.
        counts_missing: Whether a missing column counts against coverage.
        document: The document it comes from.
    """

    plan: RulePlan
    judge: Judge
    value: Valued | None
    gap: Valued | None
    credit: Credited | None
    span: Spanned | None
    scoped: bool
    words: Mapping[str, tuple[str | None, str | None]]
    counts_missing: bool
    document: str | None


@attrs.frozen(eq=False)
class Form:
    """What rows with certain keys share.

    Attributes:
        readers: Key and reader of every cell, in the order of slots, the kind first.
        areas: What tells the areas that filters ask for, in the slots after.
        caps: Parts of wholes: slots of both, and what brings each to common places.
        rules: Every rule, in the ruleset's order.
        judges: Their judges.
        ids: Their ids.
        deferred: For the rules whose outcomes may be shown as another: index, and what each is shown as.
        model: How the ruleset scores.
        code: Key of the code; null without one.
        missing: Texts that stand for no value.
        has_kind: Whether rows say their kind.
        concluder: What draws the ruleset's conclusions; null where it has none.
    """

    readers: tuple[tuple[Any, Read], ...]
    areas: tuple[Callable[[Any], str | None], ...]
    caps: tuple[tuple[int, int, int, int], ...]
    rules: tuple[Compiled, ...]
    judges: tuple[Judge, ...]
    ids: tuple[str, ...]
    deferred: tuple[tuple[int, Mapping[tuple[int, int], tuple[int, int]]], ...]
    model: Model
    code: Any
    missing: tuple[str, ...]
    has_kind: bool
    concluder: Concluder | None

    def read(self, row: Mapping[Any, Any]) -> Cells:
        """Read a row's cells."""
        cells: Cells = [read(row[key]) for key, read in self.readers]
        for part, whole, times, times_whole in self.caps:
            left, right = cells[part], cells[whole]
            if type(left) is int and type(right) is int and left * times > right * times_whole:
                cells[part] = INVALID
        if self.areas:
            cells += [area(row) for area in self.areas]
        cells.append(1)
        return cells


def compile_form(keys: tuple[Any, ...], session: Session) -> Form:
    """Compile a ruleset for rows with these keys.

    Args:
        keys: The keys, in order.
        session: An evaluation of one such row, opened: it matched the columns and made the plan.
    """
    table, plan = session.main, session.context.plan
    key_of = {target: keys[position] for target, position in table.positions.items()}
    names = _read_order(session)
    nodes = [rule.node for rule in plan.rules]
    levels = sorted({key.input for node in nodes for key in _area_filters(node)})
    slots = _slots(names, levels, plan)
    no_kind: tuple[Any, Read] = (keys[0], lambda _: None)
    readers = [(key_of["kind"], kind_reader(table.missing)) if "kind" in key_of else no_kind]
    readers += [(key_of[name], reader(plan.ruleset.inputs[name], table.missing)) for name in names]
    columns = {level: key_of[level] for level in (*CODE_LENGTHS, "site") if level in key_of}
    lay = Lay(plan.level, table.jurisdiction, key_of.get("code"), columns, table.missing)
    rules = tuple(_compiled_as_area(_compiled(rule, plan, slots), session, slots) for rule in plan.rules)
    return Form(
        readers=tuple(readers),
        areas=tuple(area_reader(lay, plan.level if level == "code" else level) for level in levels),
        caps=tuple(_caps(names, slots)),
        rules=rules,
        judges=tuple(rule.judge for rule in rules),
        ids=tuple(rule.rule.id for rule in plan.rules),
        deferred=tuple((rule.index, _shown(rule)) for rule in plan.rules if _may_be_deferred(rule)),
        model=model_of(plan.ruleset),
        code=lay.code,
        missing=table.missing,
        has_kind=table.has_kind,
        concluder=session.context.concluder,
    )


def _read_order(session: Session) -> list[str]:
    """Return the inputs to read, wholes before their parts."""
    inputs, there = session.main.inputs, session.main.positions
    order: dict[str, None] = {}

    def visit(name: str, parts: tuple[str, ...]) -> None:
        if name in order or name in parts or name not in there:
            return
        whole = inputs[name].part_of
        if whole is not None:
            visit(whole, (*parts, name))
        order[name] = None

    for name in sorted(session.wanted):
        visit(name, ())
    return list(order)


def _slots(names: list[str], levels: list[str], plan: Plan) -> Slots:
    inputs = {name: 1 + i for i, name in enumerate(names)}
    areas = {level: 1 + len(names) + i for i, level in enumerate(levels)}
    return Slots(inputs | {UNITS: 1 + len(names) + len(levels)}, areas, plan.ruleset.inputs)


def _area_filters(node: Node) -> Iterator[Any]:
    yield from (key for key in node.part.where if key.input == "code" or key.input in CODE_LENGTHS)
    for child in node.children:
        yield from _area_filters(child)


def _caps(names: list[str], slots: Slots) -> Iterator[tuple[int, int, int, int]]:
    for name in names:
        entry = slots.entries[name]
        if entry.part_of in names:
            whole = slots.entries[str(entry.part_of)]
            common = max(entry.places, whole.places)
            yield slots.of(name), slots.of(whole.name), 10 ** (common - entry.places), 10 ** (common - whole.places)


# ---- RULES ----


def _compiled(plan: RulePlan, whole: Plan, slots: Slots) -> Compiled:
    rule, node = plan.rule, plan.node
    here = plan.at_units and node.table == whole.level
    numbered = rule.selected and node.absent is None
    source = rule.source or whole.ruleset.source
    return Compiled(
        plan=plan,
        judge=_judge(plan, whole.level, slots),
        value=value_of(node, slots) if here and numbered else None,
        gap=gap_of(node, slots) if here and numbered else None,
        credit=credit_of(node, slots) if here and numbered else None,
        span=span_of(plan, whole.level, slots) if numbered and not plan.at_units else None,
        scoped=plan.scopes != (ALL,),
        words={scope: (_required(rule, scope), _phrase(rule, scope)) for scope in (*SCOPES, ALL)},
        counts_missing=rank(plan.judged) <= rank(whole.level) and plan.deferred is None,
        document=source.document or whole.ruleset.source.document,
    )


def _compiled_as_area(compiled: Compiled, session: Session, slots: Slots) -> Compiled:
    """Let rules that look at such rows as areas judge them as such."""
    if not judges_own(session.run, compiled.plan, session.main.level):
        return compiled
    found = AsArea(compiled.plan, session.run, slots, session.main.has_kind)
    return attrs.evolve(compiled, judge=found.judge, span=found.span, gap=found.gap, credit=found.credit)


def _judge(plan: RulePlan, level: str, slots: Slots) -> Judge:
    """Compile what a rule says of a row: its verdict, or that the row contributes to one above."""
    node = plan.node
    if not plan.rule.selected:
        return lambda _: out.TAILORED
    if plan.at_units and node.table == level:
        return judge_of(node, slots)
    if plan.at_units and rank(plan.judged) > rank(level) and node.absent is not Reason.MISSING_COLUMN:
        constant = out.not_checked(Reason.OTHER_LEVEL)
        return lambda _: constant
    if node.absent is not None:
        absent = out.not_checked(node.absent)
        return lambda _: absent
    return contribution_of(plan, level, slots)


def _may_be_deferred(plan: RulePlan) -> bool:
    return plan.deferred is not None or not plan.rule.requirements


def _shown(plan: RulePlan) -> Mapping[tuple[int, int], tuple[int, int]]:
    """Return what outcomes are shown as where that differs: what is not due or informational is not scored."""
    why = REASONS.index(plan.deferred or Reason.INFORMATIONAL)
    changed = {(I, NO_REASON): (I, why)}
    if plan.deferred is not None:
        reasons = (*range(len(REASONS)), NO_REASON)
        changed |= {(status, reason): (I, why) for status in (P, F, U, E) for reason in reasons}
    return changed


def _required(rule: Rule, scope: str) -> str | None:
    requirement = rule.requirements.get(scope, rule.requirements.get(ALL))
    return None if requirement is None else describe(requirement)


def _phrase(rule: Rule, scope: str) -> str | None:
    if rule.phrase is None or isinstance(rule.phrase, str):
        return rule.phrase
    return rule.phrase.get(scope, rule.phrase.get(ALL))


def outlook(found: int, shown: int) -> Status | None:
    """Return the status that a rule which is not scored would have."""
    return STATUSES[found] if found in (P, F, U, E) and shown == I else None
