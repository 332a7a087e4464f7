"""What a row adds to a rule that is judged above it: that it does, or why not, and its own value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import attrs

from commscore._engine._plan import COMPOUNDS, Node, RulePlan, floor, has_absent, judged_at_units, rank, tables_of
from commscore._engine._plan import scopes_of as scopes_distinguished
from commscore._requirement import InputRef
from commscore._ruleset import ALL
from commscore._single import _outcomes as out
from commscore._single._judging import Cells, Judge, Member, Slots, condition_of, member_of, worst_of
from commscore._single._outcomes import CAN_BE_OUT, CAN_FAIL, CAN_PASS, CONTRIBUTES, OUTSIDE, Outcome
from commscore._status import Reason

Quotient = tuple[int, int]
# The value, and the least and greatest it may be; null where it is not known.
Span = tuple[Quotient | None, Quotient | None, Quotient | None]
Spanned = Callable[[Cells], Span]

NOTHING_KNOWN: Span = (None, None, None)


@attrs.frozen(eq=False)
class _Leaf:
    """One area form of a rule: the parts whose ``where`` it is subject to, itself last, and the scopes of its sums."""

    chain: tuple[Node, ...]
    scopes: tuple[str, ...]
    whole: bool  # whether it is the rule's own assessment

    @property
    def node(self) -> Node:
        return self.chain[-1]


def _leaves(node: Node, chain: tuple[Node, ...], scopes: tuple[str, ...]) -> Iterator[_Leaf]:
    chain = (*chain, node)
    if node.absent is not None:
        return
    if node.form in COMPOUNDS:
        for child in node.children:
            yield from _leaves(child, chain, scopes)
    elif node.form == "share" and not _counts_units(node):
        child = node.children[0]
        inner = scopes if scopes != (ALL,) else scopes_distinguished(child.part)
        yield from _leaves(child, chain, inner)
    else:
        yield _Leaf(chain, scopes, whole=len(chain) == 1)


def _counts_units(share: Node) -> bool:
    condition = share.children[0].part
    return judged_at_units(condition) and condition.over is None


def contribution_of(plan: RulePlan, level: str, slots: Slots) -> Judge:
    """Compile what a rule judged above says of a row: it contributes, unless it is certainly out of scope."""
    if not plan.at_units and rank(floor(plan.node)) > min(rank(level), rank(plan.judged)):
        constant = out.not_checked(Reason.OTHER_LEVEL)
        return lambda _: constant
    leaves = [] if plan.at_units else list(_leaves(plan.node, (), plan.scopes))
    if not leaves or has_absent(plan.node, level) or any(level not in tables_of(leaf.node) for leaf in leaves):
        return lambda _: CONTRIBUTES
    checks = [found for leaf in leaves for found in [_outside(leaf, slots)] if found is not None]
    if len(checks) < len(leaves):
        return lambda _: CONTRIBUTES

    def judge(cells: Cells) -> Outcome:
        return OUTSIDE if all(check(cells) for check in checks) else CONTRIBUTES

    return judge


def _outside(leaf: _Leaf, slots: Slots) -> Callable[[Cells], bool] | None:
    """Compile whether a leaf certainly leaves a row out, whatever its scope; null when it never does."""
    members = [_chained(leaf.chain, slots, scope) for scope in leaf.scopes]
    filtered = [member for member in members if member is not None]
    by_filters = filtered if len(filtered) == len(members) else None
    condition = condition_of(leaf.node.children[0], slots) if leaf.node.form == "share" else None
    if by_filters is None and condition is None:
        return None

    def outside(cells: Cells) -> bool:
        if by_filters is not None and all(member(cells) == out.OUT for member in by_filters):
            return True
        return condition is not None and out.bits(condition(cells)) == CAN_BE_OUT

    return outside


def _chained(chain: tuple[Node, ...], slots: Slots, scope: str) -> Member | None:
    found = [member_of(node, slots, None if scope == ALL else scope) for node in chain]
    return worst_of([member for member in found if member is not None])


# ---- VALUES ----


def span_of(plan: RulePlan, level: str, slots: Slots) -> Spanned:
    """Compile the row's own value in an area form, as if the row were an area of its own."""
    leaves = list(_leaves(plan.node, (), plan.scopes))
    if len(leaves) != 1 or not leaves[0].whole or tables_of(leaves[0].node) != {level}:
        return lambda _: NOTHING_KNOWN
    node = leaves[0].node
    member = _chained(leaves[0].chain, slots, ALL)
    if node.form == "share":
        return _share_span(condition_of(node.children[0], slots), member)
    if node.form in ("mean", "ratio"):
        return _quotient_span(node, slots)
    return _total_span(node, plan.scopes[0], slots, member)


def _share_span(condition: Judge, member: Member | None) -> Spanned:
    one, zero = (1, 1), (0, 1)

    def span(cells: Cells) -> Span:
        if member is not None and member(cells) == out.OUT:
            return NOTHING_KNOWN
        match out.bits(condition(cells)) & (CAN_PASS | CAN_FAIL):
            case found if found == CAN_PASS:
                return one, one, one
            case found if found == CAN_FAIL:
                return zero, zero, zero
            case _:
                return NOTHING_KNOWN

    return span


def _quotient_span(node: Node, slots: Slots) -> Spanned:
    own = [slots.of(operand.name) for operand in node.operands]
    places = [operand.places for operand in node.operands]
    factor = node.part.per * Fraction(10 ** (places[1] if node.form == "ratio" else 0), 10 ** places[0])
    up, down = factor.numerator, factor.denominator

    def span(cells: Cells) -> Span:
        num, den = cells[own[0]], cells[own[1]] if len(own) > 1 else 1
        if type(num) is not int or type(den) is not int or den == 0:
            return NOTHING_KNOWN
        value = (num * up, den * down)
        return value, value, value

    return span


def _total_span(node: Node, scope: str, slots: Slots, member: Member | None) -> Spanned:
    own = [slots.of(operand.name) for operand in node.operands]
    scale = max(operand.places for operand in node.operands)
    shifts = [(1 if i == 0 else -1) * 10 ** (scale - operand.places) for i, operand in enumerate(node.operands)]
    unit = 10**scale
    needed, known = _needed(node, scope, slots)

    def span(cells: Cells) -> Span:
        code = out.IN if member is None else member(cells)
        values = [cells[slot] for slot in own]
        there = known and all(type(value) is int for value in values) and all(type(cells[i]) is int for i in needed)
        if not there or code == out.OUT:
            return NOTHING_KNOWN
        total = sum(value * shift for value, shift in zip(values, shifts, strict=True))
        low, high = (total, total) if code == out.IN else (min(total, 0), max(total, 0))
        return (low, unit) if low == high else None, (low, unit), (high, unit)

    return span


def _needed(node: Node, scope: str, slots: Slots) -> tuple[list[int], bool]:
    """Return the slot that a relative requirement refers to, and whether the value can be told at all."""
    if not node.refs:
        return [], True
    wanted = scope if scope in node.part.requirements else ALL
    ref = dict(node.refs).get(wanted)
    requirement = node.part.requirements.get(wanted)
    if ref is None or requirement is None or not isinstance(requirement.value, InputRef):
        return [], False
    return [slots.of(ref.name)], True
