"""The numbers of a row's findings: value, gap and credit, as quotients of integers until they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from commscore._engine._plan import COMPOUNDS, Node
from commscore._requirement import Interval
from commscore._ruleset import ALL
from commscore._single._contributing import Quotient
from commscore._single._judging import (
    KIND,
    Cells,
    Slots,
    Target,
    by_kind,
    factor_of,
    holds_of,
    judge_of,
    member_of,
    targets_of,
)
from commscore._single._outcomes import Outcome
from commscore._status import F, N, P

T = TypeVar("T")

ZERO: Quotient = (0, 1)
ONE: Quotient = (1, 1)
Valued = Callable[[Cells, Outcome], Quotient | None]
Credited = Callable[[Cells, Outcome], Quotient]


def nearest(quotient: Quotient | None) -> float | None:
    """Return the nearest double; null where there is none."""
    if quotient is None or quotient[1] == 0:
        return None
    try:
        return quotient[0] / quotient[1]
    except OverflowError:
        return float("inf") if (quotient[0] > 0) == (quotient[1] > 0) else float("-inf")


# ---- VALUE ----


def value_of(node: Node, slots: Slots) -> Valued:
    """Compile the value of a part judged at the row: its input, or the ratio of two; compounds have none."""
    if node.form in COMPOUNDS or node.absent is not None:
        return lambda _cells, _found: None
    own = [slots.of(operand.name) for operand in node.operands]
    factor, member = factor_of(node), member_of(node, slots)
    up, down = factor.numerator, factor.denominator

    def value(cells: Cells, found: Outcome) -> Quotient | None:
        num, den = cells[own[0]], cells[own[1]] if len(own) > 1 else 1
        if type(num) is not int or type(den) is not int or found[0] == N:
            return None
        if member is not None and member(cells):
            return None
        return num * up, den * down

    return value


# ---- GAP ----


def gap_of(node: Node, slots: Slots) -> Valued:
    """Compile the least change of a failing row's numerator that would meet the requirement; null without one."""
    if node.form in COMPOUNDS or node.absent is not None:
        return lambda _cells, _found: None
    own = [slots.of(operand.name) for operand in node.operands]
    asked = _by_kind({scope: (target, _steps_of(target)) for scope, target in targets_of(node, slots).items()})
    unit = 10 ** node.operands[0].places

    def gap(cells: Cells, found: Outcome) -> Quotient | None:
        chosen = asked(cells)
        if found[0] != F or chosen is None:
            return None
        target, steps = chosen
        missed = steps(cells[own[0]], _den(cells, own, target))
        return None if missed is None else (missed, unit)

    return gap


def _by_kind(of_scopes: Mapping[str, T]) -> Callable[[Cells], T | None]:
    """Compile which scope's entry is a row's; null where its kind is not known."""
    pair = by_kind(of_scopes)
    if set(of_scopes) <= {ALL}:
        return lambda _: pair[0]
    return lambda cells: pair[cells[KIND]] if type(cells[KIND]) is int else None


def _den(cells: Cells, own: Sequence[int], target: Target) -> int:
    den = cells[own[1]] if len(own) > 1 else 1
    return den if target.ref is None else den * cells[target.ref]


def _steps_of(target: Target) -> Callable[[int, int], int | None]:
    """Compile by how many units of its last place a numerator misses the interval; null where none would do."""
    wanted, factor = target.wanted, target.factor
    lower = None if wanted.lower is None else wanted.lower / factor
    upper = None if wanted.upper is None else wanted.upper / factor
    holds = holds_of(wanted, factor)

    def steps(num: int, den: int) -> int | None:
        up = down = 0
        if lower is not None:
            bound, unit = lower.numerator * den, lower.denominator
            up = max((bound // unit + 1 if wanted.lower_open else -(-bound // unit)) - num, 0)
        if upper is not None:
            bound, unit = upper.numerator * den, upper.denominator
            down = max(num - (-(-bound // unit) - 1 if wanted.upper_open else bound // unit), 0)
        return up + down if holds(num + up - down, den) else None

    return steps


# ---- CREDIT ----


def credit_of(node: Node, slots: Slots) -> Credited:
    """Compile how much of its target a row reaches, not held to 1; meaningful where it passes or fails."""
    if node.form in COMPOUNDS:
        return _compound_credit(node, slots)
    if _is_flag(node, slots):
        return lambda _, found: ONE if found[0] == P else ZERO
    own = [slots.of(operand.name) for operand in node.operands]
    asked = _by_kind(targets_of(node, slots))

    def credit(cells: Cells, found: Outcome) -> Quotient:
        target = asked(cells)
        if target is None or found[0] not in (P, F):
            return ZERO
        return _credit(cells[own[0]], _den(cells, own, target), target)

    return credit


def _is_flag(node: Node, slots: Slots) -> bool:
    name = node.operands[0].name
    if len(node.operands) > 1 or name not in slots.entries:
        return False
    asked = node.part.requirements.values()
    return slots.entries[name].type == "flag" or any(isinstance(one.value, bool) for one in asked)


def _credit(num: int, den: int, target: Target) -> Quotient:
    wanted, factor = target.wanted, target.factor
    met = holds_of(wanted, factor)(num, den)
    if wanted.lower is None and wanted.upper is None:
        return (int(met), 1)
    if wanted.lower is None:
        return _meaningful(_turned(_ratio(num, den, factor, wanted.upper)), met=met)
    of_lower = _meaningful(_ratio(num, den, factor, wanted.lower), met=met)
    if wanted.upper is None:
        return of_lower
    if met:
        return ONE
    below = not holds_of(Interval(wanted.lower, lower_open=False, upper=None, upper_open=False), factor)(num, den)
    return of_lower if below else _meaningful(_turned(_ratio(num, den, factor, wanted.upper)), met=met)


def _ratio(num: int, den: int, factor: Fraction, bound: Fraction | None) -> Quotient:
    """Return value / bound, which may have any sign and a zero denominator."""
    bound = bound or Fraction(0)
    return num * factor.numerator * bound.denominator, den * factor.denominator * bound.numerator


def _turned(ratio: Quotient) -> Quotient:
    return ratio[1], ratio[0]


def _meaningful(ratio: Quotient, *, met: bool) -> Quotient:
    """Replace quotients by something not positive, and hold the rest to 0 or more."""
    return (int(met), 1) if ratio[1] <= 0 else (max(ratio[0], 0), ratio[1])


def _compound_credit(node: Node, slots: Slots) -> Credited:
    parts = [
        None if child.absent is not None else (judge_of(child, slots), credit_of(child, slots))
        for child in node.children
    ]
    form, n = node.form, node.part.n or 1

    def credit(cells: Cells, _: Outcome) -> Quotient:
        found = []
        for part in parts:
            if part is None:
                found.append(Fraction(0))
                continue
            outcome = part[0](cells)
            if outcome[0] != N:
                found.append(Fraction(*part[1](cells, outcome)) if outcome[0] in (P, F) else Fraction(0))
        return _deciding(form, n, sorted(found, reverse=True))

    return credit


def _deciding(form: str, n: int, ranked: Sequence[Fraction]) -> Quotient:
    """Return the credit that decides: the least of ``all``, the greatest of ``any``, the n-th greatest else."""
    place = {"all": len(ranked), "any": 1}.get(form, n)
    if not 0 < place <= len(ranked):
        return ZERO
    return ranked[place - 1].numerator, ranked[place - 1].denominator


def held(quotient: Quotient) -> Quotient:
    """Hold a credit to 0..1."""
    num, den = quotient
    if num > den or den == 0:
        return ONE
    return max(num, 0), den
