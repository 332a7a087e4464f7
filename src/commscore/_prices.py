"""What a finding's number is, how near it comes to its target, and what would mend it: value, credit and gap.

All of them are quotients of integers for many subjects at once. A gap is the least change of what is counted that would
meet the requirement; a credit is 1 at the target, and tells how much of it was reached.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore import _integers as ints
from commscore._exact import OK, Column
from commscore._kernel import Codes, Measure, Units, Verdicts, judge, measure
from commscore._plan import COMPOUNDS, Node
from commscore._requirement import Interval, Requirement, interval
from commscore._ruleset import ALL, SCOPES
from commscore._scoring import Quotients
from commscore._status import F, N, P

if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.frozen(eq=False)
class Target:
    """A value held against an interval: ``num / den * factor``, wanted within ``wanted``.

    Attributes:
        num: Numerators, which a fix would change.
        den: Denominators, which it would not; for a relative requirement they hold what it refers to.
        factor: What the quotient is multiplied by.
        wanted: The interval that meets the requirement.
    """

    num: ints.Ints
    den: ints.Ints
    factor: Fraction
    wanted: Interval


def credit(target: Target) -> Quotients:
    """Return how much of its target each value reaches, not held to 1; nothing where that has no meaning.

    value / target for a lower bound, target / value for an upper one, the nearer bound of a range, 1 within it. A zero
    target gives 0.
    """
    size = len(target.num)
    num, den = np.ones(size, dtype=np.int64), np.ones(size, dtype=np.int64)
    lower, upper = target.wanted.lower, target.wanted.upper
    if lower is not None:
        of_lower = _ratio_to(target, lower)
        if upper is None:
            return of_lower
        below = ~ints.at_or_above(target.num, target.den, lower, factor=target.factor, strict=False)
        num, den = ints.choose(below, of_lower.num, num), ints.choose(below, of_lower.den, den)
    if upper is not None:
        of_value = _ratio_to(target, upper)
        beyond = ~ints.at_or_below(target.num, target.den, upper, factor=target.factor, strict=False)
        use = beyond if lower is not None else np.ones(size, dtype=bool)
        num, den = ints.choose(use, of_value.den, num), ints.choose(use, of_value.num, den)
        if upper <= 0:
            num, den = ints.choose(use, 0, num), ints.choose(use, 1, den)
    return Quotients(num, den)


def _ratio_to(target: Target, bound: Fraction) -> Quotients:
    """Return value / bound; 0 for a bound that is not positive."""
    size = len(target.num)
    if bound <= 0:
        return Quotients(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
    scale = target.factor / bound
    num, den = ints.times(target.num, scale.numerator), ints.times(target.den, scale.denominator)
    zero = np.asarray(den == 0, dtype=bool)
    return Quotients(ints.choose(zero, 0, num), ints.choose(zero, 1, den))


def gap(target: Target) -> ints.Ints:
    """Return by how much, in steps of its last place, each numerator misses the interval; 0 where it does not."""
    result = np.zeros(len(target.num), dtype=np.int64)
    if target.wanted.lower is not None:
        least = _least(target, target.wanted.lower, strict=target.wanted.lower_open)
        result = _positive(ints.minus(least, target.num))
    if target.wanted.upper is not None:
        negated = attrs.evolve(target, num=-ints.integers(target.num))
        greatest = _least(negated, -target.wanted.upper, strict=target.wanted.upper_open)
        result = ints.plus(result, _positive(ints.minus(greatest, negated.num)))
    return result


def _least(target: Target, bound: Fraction, *, strict: bool) -> ints.Ints:
    """Return the least numerators that reach a bound."""
    scale = bound / target.factor
    wanted, unit = ints.times(target.den, scale.numerator), scale.denominator
    return ints.plus(wanted // unit, np.ones_like(wanted)) if strict else -((-wanted) // unit)


def _positive(values: ints.Ints) -> ints.Ints:
    return ints.choose(np.asarray(values > 0, dtype=bool), values, 0)


# ---- UNITS ----


@attrs.frozen(eq=False)
class Numbers:
    """The numbers of one rule's findings for the units of a block.

    Attributes:
        value: The value; NaN where there is none.
        gap: What a failing unit lacks or has too much; NaN elsewhere.
        attainment: The credit, not held to 1; NaN where there is none.
        required: By unit, the position in ``requirements`` of what it must meet; -1 for none.
        requirements: What units must meet.
    """

    value: ints.Floats
    gap: ints.Floats
    attainment: ints.Floats
    required: ints.Ints
    requirements: tuple[Requirement, ...]


def unit_numbers(node: Node, units: Units, verdicts: Verdicts) -> Numbers:
    """Return the numbers of a rule that is judged at units."""
    size = units.rows
    nothing = np.full(size, np.nan)
    requirements = tuple(node.part.requirements.values())
    if node.form in COMPOUNDS:
        shown = _quotients(unit_credit(node, units, verdicts), decided(verdicts))
        required = np.zeros(size, dtype=np.int64) if ALL in node.part.requirements else np.full(size, -1)
        return Numbers(nothing, nothing.copy(), shown, required, requirements)
    value = measure(node, units)
    there = np.ones(size, dtype=bool) if value.state is None else value.state == OK
    shown_value = np.where(there, ints.quotient(value.num, _den(value), value.factor), np.nan)
    gaps = nothing
    step = Fraction(1, 10 ** node.operands[0].places)
    required = np.full(size, -1)
    for number, (scope, mask, target) in enumerate(_targets(node, units, value)):
        del scope
        required[mask] = number
        gaps = np.where(mask, ints.quotient(gap(target), 1, step), gaps)
    gaps = np.where(verdicts.status == F, gaps, np.nan)
    attainment = _quotients(unit_credit(node, units, verdicts), decided(verdicts))
    outside = verdicts.status == N
    shown_value[outside] = np.nan
    return Numbers(shown_value, gaps, attainment, required, requirements)


def decided(verdicts: Verdicts) -> ints.Bools:
    """Say where a unit passes or fails."""
    return (verdicts.status == P) | (verdicts.status == F)


def _quotients(quotients: Quotients, where: ints.Bools) -> ints.Floats:
    return np.where(where, ints.quotient(quotients.num, quotients.den), np.nan)


def _den(value: Measure) -> ints.Ints:
    return np.ones(len(value.num), dtype=np.int64) if value.den is None else value.den


def _targets(node: Node, units: Units, value: Measure) -> list[tuple[str, ints.Bools, Target]]:
    """Return, for each scope, its units and what they are held against."""
    found = []
    refs = dict(node.refs)
    for scope, requirement in node.part.requirements.items():
        mask = np.ones(units.rows, dtype=bool)
        if scope != ALL and units.block.kind is not None:
            kind = units.block.kind
            mask = np.asarray(kind.values == SCOPES.index(scope), dtype=bool)
            mask &= kind.state == OK if kind.state is not None else True
        den, factor = _den(value), value.factor
        if scope in refs:
            ref: Column = units.column(refs[scope].name)
            den, factor = ints.product(den, ints.integers(ref.values)), factor * 10 ** refs[scope].places
        found.append((scope, mask, Target(value.num, den, factor, interval(requirement))))
    return found


def unit_credit(node: Node, units: Units, verdicts: Verdicts) -> Quotients:
    """Return each unit's credit, not held to 1; meaningful where the unit is decided."""
    ones = np.ones(units.rows, dtype=np.int64)
    if node.form in COMPOUNDS:
        return _compound_credit(node, units)
    if is_flag(node, units):
        return Quotients((verdicts.status == P).astype(np.int64), ones)
    value = measure(node, units)
    result = Quotients(0 * ones, ones)
    for _scope, mask, target in _targets(node, units, value):
        found = credit(target)
        result = Quotients(ints.choose(mask, found.num, result.num), ints.choose(mask, found.den, result.den))
    return result


def is_flag(node: Node, units: Units) -> bool:
    """Say whether a part judges a flag, which is met or not and nothing between."""
    name = node.operands[0].name
    single = len(node.operands) == 1 and name in units.inputs
    return single and (units.inputs[name].type == "flag" or any(_is_bool(r) for r in node.part.requirements.values()))


def _is_bool(requirement: Requirement) -> bool:
    return isinstance(requirement.value, bool)


def _compound_credit(node: Node, units: Units) -> Quotients:
    """Return the credit of the part that decides: of ``all`` the least, of ``any`` the greatest, of ``atleast n`` the n-th."""
    credits_, applies = [], []
    for child in node.children:
        if child.absent is not None:
            continue
        found = judge(child, units)
        part = unit_credit(child, units, found)
        sure = decided(found)
        credits_.append(held(Quotients(ints.choose(sure, part.num, 0), ints.choose(sure, part.den, 1))))
        applies.append(found.status != N)
    return nth_greatest(credits_, applies, node)


def nth_greatest(parts: Sequence[Quotients], applies: Sequence[ints.Bools], node: Node) -> Quotients:
    """Return, subject by subject, the credit that decides a compound among its applicable parts."""
    size = len(parts[0].num)
    num, den = np.zeros(size, dtype=object), np.ones(size, dtype=object)
    for i in range(size):
        ranked = sorted(
            (Fraction(int(p.num[i]), int(p.den[i])) for p, on in zip(parts, applies, strict=True) if on[i]), reverse=True
        )
        if ranked:
            n = {"all": len(ranked), "any": 1}.get(node.form, node.part.n or 1)
            picked = ranked[min(n, len(ranked)) - 1] if n <= len(ranked) else Fraction(0)
            num[i], den[i] = picked.numerator, picked.denominator
    return Quotients(num, den)


def held(quotients: Quotients) -> Quotients:
    """Hold credits to 0..1."""
    over = np.asarray(quotients.num > quotients.den, dtype=bool) | np.asarray(quotients.den == 0, dtype=bool)
    under = np.asarray(quotients.num < 0, dtype=bool)
    num = ints.choose(over, 1, ints.choose(under, 0, quotients.num))
    return Quotients(num, ints.choose(over, 1, quotients.den))


def scored_credit(found: Quotients, status: Codes) -> Quotients:
    """Return the credit that counts in the attainment model: 1 for a pass, the credit held to 0..1 for a fail, else 0."""
    part = held(found)
    failed, passed = status == F, status == P
    num = ints.choose(passed, 1, ints.choose(failed, part.num, 0))
    return Quotients(num, ints.choose(failed, part.den, 1))

