"""What a finding's number is, how near it comes to its target, and what would mend it: value, credit and gap.

All of them are quotients of integers for many subjects at once. A gap is the least change of what is counted that would
meet the requirement; a credit is 1 at the target, and tells how much of it was reached.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._codes import CAN_BE_OUT, Codes, Verdicts
from commscore._engine._kernel import Measure, judge, measure
from commscore._engine._plan import COMPOUNDS, Node
from commscore._engine._scoring import Quotients
from commscore._engine._units import Units, within
from commscore._requirement import Interval, Requirement, interval
from commscore._ruleset import ALL, SCOPES
from commscore._status import F, N, P
from commscore._tables._exact import OK, Column

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
    """Return how much of its target each value reaches, not held to 1.

    value / target for a lower bound, target / value for an upper one, the nearer bound of a range, 1 within it. Where
    such a quotient says nothing, because what it divides by is not positive, it is 1 for a pass and else 0.
    """
    lower, upper = target.wanted.lower, target.wanted.upper
    met = within(target.num, target.den, target.wanted, factor=target.factor)
    if lower is None and upper is not None:
        return _turned(_ratio_to(target, upper), met)
    if lower is None:
        return Quotients(met.astype(np.int64), np.ones(len(met), dtype=np.int64))
    of_lower = _meaningful(_ratio_to(target, lower), met)
    if upper is None:
        return of_lower
    below = ~ints.at_or_above(target.num, target.den, lower, factor=target.factor, strict=False)
    of_upper = _turned(_ratio_to(target, upper), met)
    num = ints.choose(met, 1, ints.choose(below, of_lower.num, of_upper.num))
    return Quotients(num, ints.choose(met, 1, ints.choose(below, of_lower.den, of_upper.den)))


def _ratio_to(target: Target, bound: Fraction) -> Quotients:
    """Return value / bound, which may have any sign and a zero ``den``."""
    num = ints.times(target.num, target.factor.numerator * bound.denominator)
    return Quotients(num, ints.times(target.den, target.factor.denominator * bound.numerator))


def _turned(ratio: Quotients, met: ints.Bools) -> Quotients:
    return _meaningful(Quotients(ratio.den, ratio.num), met)


def _meaningful(ratio: Quotients, met: ints.Bools) -> Quotients:
    """Replace quotients by something not positive, and hold the rest to 0 or more."""
    useless = np.asarray(ratio.den <= 0, dtype=bool)
    num = ints.choose(np.asarray(ratio.num > 0, dtype=bool), ratio.num, 0)
    return Quotients(ints.choose(useless, met.astype(np.int64), num), ints.choose(useless, 1, ratio.den))


def gap(target: Target) -> ints.Ints:
    """Return by how much, in steps of its last place, each numerator misses the interval.

    -1 where no numerator would do: a range so narrow that no value at these places lies in it.
    """
    up = down = np.zeros(len(target.num), dtype=np.int64)
    if target.wanted.lower is not None:
        least = _least(target, target.wanted.lower, strict=target.wanted.lower_open)
        up = _positive(ints.minus(least, target.num))
    if target.wanted.upper is not None:
        negated = attrs.evolve(target, num=-ints.integers(target.num))
        greatest = _least(negated, -target.wanted.upper, strict=target.wanted.upper_open)
        down = _positive(ints.minus(greatest, negated.num))
    mended = ints.minus(ints.plus(target.num, up), down)
    met = within(mended, target.den, target.wanted, factor=target.factor)
    return ints.choose(met, ints.plus(up, down), -1)


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
    """

    value: ints.Floats
    gap: ints.Floats
    attainment: ints.Floats


def unit_numbers(node: Node, units: Units, verdicts: Verdicts) -> Numbers:
    """Return the numbers of a rule that is judged at units."""
    size = units.rows
    nothing = np.full(size, np.nan)
    if node.form in COMPOUNDS:
        shown = _quotients(unit_credit(node, units, verdicts), decided(verdicts))
        return Numbers(nothing, nothing.copy(), shown)
    value = measure(node, units)
    there = np.ones(size, dtype=bool) if value.state is None else value.state == OK
    shown_value = np.where(there, ints.quotient(value.num, _den(value), value.factor), np.nan)
    gaps = nothing
    step = Fraction(1, 10 ** node.operands[0].places)
    for mask, target in _targets(node, units, value):
        gaps = np.where(mask, ints.quotient(gap(target), 1, step), gaps)
    gaps = np.where((verdicts.status == F) & (gaps >= 0), gaps, np.nan)
    attainment = _quotients(unit_credit(node, units, verdicts), decided(verdicts))
    outside = verdicts.status == N
    if verdicts.possible is not None:
        outside |= (verdicts.possible & CAN_BE_OUT) > 0
    shown_value[outside] = np.nan
    return Numbers(shown_value, gaps, attainment)


def decided(verdicts: Verdicts) -> ints.Bools:
    """Say where a unit passes or fails."""
    return (verdicts.status == P) | (verdicts.status == F)


def _quotients(quotients: Quotients, where: ints.Bools) -> ints.Floats:
    return np.where(where, ints.quotient(quotients.num, quotients.den), np.nan)


def _den(value: Measure) -> ints.Ints:
    return np.ones(len(value.num), dtype=np.int64) if value.den is None else value.den


def _targets(node: Node, units: Units, value: Measure) -> list[tuple[ints.Bools, Target]]:
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
        found.append((mask, Target(value.num, den, factor, interval(requirement))))
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
    for mask, target in _targets(node, units, value):
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
    """Return the credit of the part that decides: the least of ``all``, the greatest of ``any``, the n-th else."""
    credits_, applies = [], []
    for child in node.children:
        if child.absent is not None:
            credits_.append(Quotients(np.zeros(units.rows, dtype=np.int64), np.ones(units.rows, dtype=np.int64)))
            applies.append(np.ones(units.rows, dtype=bool))
            continue
        found = judge(child, units)
        part = unit_credit(child, units, found)
        sure = decided(found)
        credits_.append(Quotients(ints.choose(sure, part.num, 0), ints.choose(sure, part.den, 1)))
        applies.append(found.status != N)
    return nth_greatest(credits_, applies, node)


def nth_greatest(parts: Sequence[Quotients], applies: Sequence[ints.Bools], node: Node) -> Quotients:
    """Return, subject by subject, the credit that decides a compound among its applicable parts; 0 without any."""
    if node.form == "atleast":
        return _nth_greatest(parts, applies, node.part.n or 1)
    size = len(parts[0].num)
    found, any_ = Quotients(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64)), np.zeros(size, dtype=bool)
    for part, on in zip(parts, applies, strict=True):
        left, right = ints.product(part.num, found.den), ints.product(found.num, part.den)
        better = np.asarray(left < right if node.form == "all" else left > right, dtype=bool)
        take = on & (better | ~any_)
        found = Quotients(ints.choose(take, part.num, found.num), ints.choose(take, part.den, found.den))
        any_ = any_ | on
    return found


def _nth_greatest(parts: Sequence[Quotients], applies: Sequence[ints.Bools], n: int) -> Quotients:
    size = len(parts[0].num)
    num, den = np.zeros(size, dtype=object), np.ones(size, dtype=object)
    for i in range(size):
        ranked = sorted(
            (Fraction(int(p.num[i]), int(p.den[i])) for p, on in zip(parts, applies, strict=True) if on[i]),
            reverse=True,
        )
        if n <= len(ranked):
            num[i], den[i] = ranked[n - 1].numerator, ranked[n - 1].denominator
    return Quotients(num, den)


def held(quotients: Quotients) -> Quotients:
    """Hold credits to 0..1."""
    over = np.asarray(quotients.num > quotients.den, dtype=bool) | np.asarray(quotients.den == 0, dtype=bool)
    under = np.asarray(quotients.num < 0, dtype=bool)
    num = ints.choose(over, 1, ints.choose(under, 0, quotients.num))
    return Quotients(num, ints.choose(over, 1, quotients.den))


def scored_credit(found: Quotients, status: Codes) -> Quotients:
    """Return the credit that counts in a score: 1 for a pass, the credit held to 0..1 for a fail, else 0."""
    part = held(found)
    failed, passed = status == F, status == P
    num = ints.choose(passed, 1, ints.choose(failed, part.num, 0))
    return Quotients(num, ints.choose(failed, part.den, 1))
