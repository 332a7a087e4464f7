"""Statuses of units -> their scores: the models of `_scoring` where every rule has one finding, in small integers.

A unit's finding passes or it does not, so the numerator of a group is the sum of the weights of the rules that pass:
one byte, or two, per unit. Where every rule counts for every unit, denominators are the same for all of them and stay
numbers; where some do not, they are sums of weights as well.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._codes import Codes
from commscore._engine._scoring import FLAT, Quotients, Scores, Tree, scores_of, weighted_sum, weights_of
from commscore._status import E, F, P, U

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# One number for all units, or one each.
Some: TypeAlias = "int | ints.Ints"

_COUNT = (1 << P) | (1 << F) | (1 << U) | (1 << E)
_UNDECIDED = (1 << U) | (1 << E)
_BYTE = 255


@attrs.frozen(eq=False)
class Marks:
    """One rule's findings, a unit each.

    Attributes:
        status: Statuses as shown.
        may: Those that may occur, as bits.
        unchecked: Whether the findings lack their column and count against coverage, all of them or each.
    """

    status: Codes
    may: int
    unchecked: bool | ints.Bools


@attrs.frozen(eq=False)
class _Weights:
    """Sums of the weights of a group's own rules, as integers over ``scale``, by what became of them."""

    scale: int
    passed: Some
    undecided: Some
    counted: Some
    unchecked: Some


@attrs.frozen(eq=False)
class _Mean:
    """The weighted mean of a group's children: ``num / den``, over weights that add up to ``total / scale``."""

    num: Some
    den: Some
    total: Some
    scale: int


def score_units(tree: Tree, marks: Sequence[Marks], rows: int, *, model: str, unknown: str) -> Scores:
    """Score units by their statuses; see `_scoring.score_results`, which gives the same for counts of findings."""
    own = _own_weights(tree, marks, rows)
    low = _mean(tree, own, lambda found: (found.passed, found.counted))
    high = score = low
    if any(one.may & _UNDECIDED for one in marks):
        high = _mean(tree, own, lambda found: (_plus(found.passed, found.undecided), found.counted))
        if unknown == "exclude":
            score = _mean(tree, own, lambda found: (found.passed, _minus(found.counted, found.undecided)))
    coverage = _mean(tree, own, _covered)
    shares = {id(one): Quotients(_spread(one.num, rows), _spread(one.den, rows)) for one in (score, low, high)}
    weights = [weights_of(_spread(one.total, rows), one.scale) for one in (score, low, high)] if model in FLAT else None
    covered = Quotients(_spread(coverage.num, rows), _spread(coverage.den, rows))
    return scores_of((shares[id(score)], shares[id(low)], shares[id(high)]), weights, covered, model)


def _covered(found: _Weights) -> tuple[Some, Some]:
    return _minus(found.counted, found.undecided), _plus(found.counted, found.unchecked)


def _mean(tree: Tree, own: Mapping[int, _Weights], pick: Callable[[_Weights], tuple[Some, Some]]) -> _Mean:
    """Return the mean of a group from its own rules' weights, of which ``pick`` gives numerator and denominator."""
    scale = own[id(tree)].scale
    num, total = pick(own[id(tree)])
    groups = [(int(group.weight * scale), _mean(group, own, pick)) for group in tree.groups if group.weight != 0]
    if not groups:
        return _Mean(num, total, total, scale)
    if isinstance(total, int) and all(isinstance(group.den, int) for _, group in groups):
        return _mean_at_common(num, total, groups, scale)
    rows = next(len(part) for part in (total, *(group.den for _, group in groups)) if not isinstance(part, int))
    children = [(weight, Quotients(_spread(one.num, rows), _spread(one.den, rows))) for weight, one in groups]
    inner, common = weighted_sum(children)
    whole = ints.integers(_spread(total, rows))
    for weight, child in children:
        whole = ints.plus(whole, ints.times(child.present.astype(np.int64), weight))
    outer = ints.product(_spread(num, rows), common)
    return _Mean(ints.plus(outer, inner), ints.product(whole, common), whole, scale)


def _mean_at_common(num: Some, total: int, groups: Sequence[tuple[int, _Mean]], scale: int) -> _Mean:
    """Return a mean where all denominators are numbers: numerators over their common multiple."""
    there = [(weight, group.num, group.den) for weight, group in groups if isinstance(group.den, int) and group.den]
    common = lcm(*(den for _, _, den in there))
    total += sum(weight for weight, _, _ in there)
    kind = _kind(total * common)
    found = _scaled(num, common, kind)
    for weight, inner, den in there:
        found = _plus(found, _scaled(inner, weight * (common // den), kind))
    return _Mean(found, total * common, total, scale)


# ---- SHARES OF RULES ----


def rule_shares(tree: Tree, marks: Sequence[Marks], rows: int, *, unknown: str) -> Callable[[int], Quotients]:
    """Return a function that gives, for a rule by index, what part of each unit's score hangs on it.

    That part is the product of weights, each over those that it is added up with, from the rule up to the whole; it
    does not change with whether the rule passes.
    """
    own = _own_weights(tree, marks, rows)

    def counted(found: _Weights) -> tuple[Some, Some]:
        return 0, _minus(found.counted, found.undecided) if unknown == "exclude" else found.counted

    found: dict[int, tuple[int, Some]] = {}

    def descend(node: Tree, num: int, den: Some) -> None:
        mean = _mean(node, own, counted)
        below = _times(den, mean.total)
        for i, weight in node.rules:
            found[i] = num * int(weight * mean.scale), below
        for group in node.groups:
            descend(group, num * int(group.weight * mean.scale), below)

    descend(tree, 1, 1)

    def share(rule: int) -> Quotients:
        num, den = found[rule]
        if num:
            return Quotients(_spread(num, rows), _spread(den, rows))
        whole = _mean(tree, own, counted).total  # no weight: no part of any score that there is
        return Quotients(_spread(0, rows), (_spread(whole, rows) != 0).astype(np.int64))

    return share


def _times(one: Some, two: Some) -> Some:
    if isinstance(one, int) and isinstance(two, int):
        return one * two
    rows = len(two) if isinstance(one, int) else len(one)
    return ints.product(_spread(one, rows), _spread(two, rows))


# ---- WEIGHTS OF RULES ----


def _own_weights(tree: Tree, marks: Sequence[Marks], rows: int) -> dict[int, _Weights]:
    """Add up the weights of each group's own rules."""
    found = {id(tree): _weights(tree, marks, rows)}
    for group in tree.groups:
        found |= _own_weights(group, marks, rows)
    return found


def _weights(tree: Tree, marks: Sequence[Marks], rows: int) -> _Weights:
    fractions = [weight for _, weight in tree.rules] + [group.weight for group in tree.groups]
    scale = lcm(*(weight.denominator for weight in fractions if weight != 0))
    classes: dict[int, list[Marks]] = {}
    for i, weight in tree.rules:
        if weight != 0:
            classes.setdefault(int(weight * scale), []).append(marks[i])
    kind = _kind(sum(weight * len(found) for weight, found in classes.items()))
    spare = np.empty(rows, dtype=bool)

    def summed(count: Callable[[list[Marks], Codes], Some]) -> Some:
        total: Some = 0
        for weight, found in classes.items():
            total = _plus(total, _scaled(count(found, spare), weight, kind))
        return total

    return _Weights(scale, summed(_passing), summed(_undecided), summed(_counted), summed(_unchecked))


def _passing(marks: list[Marks], spare: Codes) -> Some:
    some = [one.status for one in marks if one.may & (1 << P)]
    return _tally(some, lambda status: np.equal(status, P, out=spare), len(spare))


def _undecided(marks: list[Marks], spare: Codes) -> Some:
    some = [one.status for one in marks if one.may & _UNDECIDED]

    def hit(status: Codes) -> ints.Bools:
        # U and E are 2 and 3.
        np.right_shift(status, np.uint8(1), out=spare.view(np.uint8))
        return np.equal(spare.view(np.uint8), 1, out=spare)

    return _tally(some, hit, len(spare))


def _counted(marks: list[Marks], spare: Codes) -> Some:
    always = sum(1 for one in marks if not one.may & ~_COUNT)
    some = [one.status for one in marks if one.may & ~_COUNT and one.may & _COUNT]
    # P, F, U and E are below 4.
    return _plus(_tally(some, lambda status: np.less(status, 4, out=spare), len(spare)), always)


def _unchecked(marks: list[Marks], spare: Codes) -> Some:
    always = sum(1 for one in marks if one.unchecked is True)
    some = [one.unchecked for one in marks if not isinstance(one.unchecked, bool)]
    return _plus(_tally(some, lambda hit: hit, len(spare)), always)


def _tally(some: Sequence[Any], hit: Callable[[Any], ints.Bools], rows: int) -> Some:
    """Count, for each unit, where something holds of it."""
    if not some:
        return 0
    total = np.zeros(rows, dtype=np.uint8 if len(some) <= _BYTE else np.int64)
    for one in some:
        np.add(total, hit(one).view(np.uint8), out=total)
    return total


# ---- ONE NUMBER, OR ONE EACH ----


def _kind(bound: int) -> Any:
    """Return the smallest integer type that holds whatever is not greater than a bound."""
    for kind in (np.uint8, np.uint16, np.int32, np.int64):
        if bound <= np.iinfo(kind).max // 2:
            return kind
    return object


def _scaled(some: Some, factor: int, kind: Any) -> Some:
    if isinstance(some, int):
        return some * factor
    if factor == 1 and some.dtype == kind:
        return some
    result: ints.Ints = np.multiply(some, factor, dtype=kind)
    return result


def _plus(one: Some, two: Some) -> Some:
    return two if isinstance(one, int) and one == 0 else one if isinstance(two, int) and two == 0 else one + two


def _minus(one: Some, two: Some) -> Some:
    return one if isinstance(two, int) and two == 0 else one - two


def _spread(some: Some, rows: int) -> ints.Ints:
    """Return one number for each unit; the same for all takes no room."""
    if isinstance(some, int):
        return np.broadcast_to(np.array(some, dtype=_kind_of(some)), (rows,))
    return some


def _kind_of(number: int) -> Any:
    return np.int64 if number <= np.iinfo(np.int64).max else object
