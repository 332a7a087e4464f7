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
from commscore._status import STATUSES, E, F, I, K, N, P, S, U

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# One number for all units, or one each.
Some: TypeAlias = "int | ints.Ints"


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
class Weights:
    """Sums of the weights of a group's own rules, as integers over ``scale``: those earned, of those that count.

    Attributes:
        scale: What weights are over.
        low: If whatever is undecided fails.
        high: If it passes; the very pair of ``low`` where nothing is.
        decided: Of what is decided only.
        covered: What is decided, of what could be.
    """

    scale: int
    low: tuple[Some, Some]
    high: tuple[Some, Some]
    decided: tuple[Some, Some]
    covered: tuple[Some, Some]


@attrs.frozen(eq=False)
class _Mean:
    """The weighted mean of a group's children: ``num / den``, over weights that add up to ``total / scale``."""

    num: Some
    den: Some
    total: Some
    scale: int


def score_units(tree: Tree, classes: Sequence[Class], rows: int, *, model: str, unknown: str) -> Scores:
    """Score units by their statuses; see `_scoring.score_results`, which gives the same for counts of findings."""
    return score_weights(tree, _own_weights(tree, classes), rows, model=model, unknown=unknown)


def score_weights(tree: Tree, own: Mapping[int, Weights], rows: int, *, model: str, unknown: str) -> Scores:
    """Score subjects by the weights of each group's own rules."""
    low = _mean(tree, own, lambda found: found.low)
    high = score = low
    if any(found.high is not found.low for found in own.values()):
        high = _mean(tree, own, lambda found: found.high)
        if unknown == "exclude":
            score = _mean(tree, own, lambda found: found.decided)
    coverage = _mean(tree, own, lambda found: found.covered)
    shares = {id(one): Quotients(_spread(one.num, rows), _spread(one.den, rows)) for one in (score, low, high)}
    weights = [weights_of(_spread(one.total, rows), one.scale) for one in (score, low, high)] if model in FLAT else None
    covered = Quotients(_spread(coverage.num, rows), _spread(coverage.den, rows))
    return scores_of((shares[id(score)], shares[id(low)], shares[id(high)]), weights, covered, model)


def _mean(tree: Tree, own: Mapping[int, Weights], pick: Callable[[Weights], tuple[Some, Some]]) -> _Mean:
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
    kind = narrowest(total * common)
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
    own = _own_weights(tree, classes_of(tree, marks, rows))

    def counted(found: Weights) -> tuple[Some, Some]:
        return 0, (found.decided if unknown == "exclude" else found.low)[1]

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
    rows = next(len(some) for some in (one, two) if not isinstance(some, int))
    return ints.product(_spread(one, rows), _spread(two, rows))


# ---- COUNTS OF RULES ----


@attrs.frozen(eq=False)
class Class:
    """Rules of one group and one weight, counted for each unit by what became of them.

    Attributes:
        group: The group of the score tree.
        weight: The weight of each of the rules, as an integer over the scale of the group.
        size: How many rules there are.
        counts: By status how many findings have it; those that fail are what is left.
        unchecked: How many findings lack their column and count against coverage.
    """

    group: int
    weight: int
    size: int
    counts: Mapping[int, Some]
    unchecked: Some

    def of(self, *statuses: int) -> Some:
        """Return how many findings have any of some statuses."""
        return some_sum(self.counts[status] for status in statuses if status in self.counts)


def classes_of(tree: Tree, marks: Sequence[Marks], rows: int) -> list[Class]:
    """Count the findings of each unit, rules of one group and weight together."""
    found = []
    for weight, rules in tree.by_weight.items():
        some = [marks[i] for i in rules]
        factor = int(weight * tree.scale)
        found.append(Class(id(tree), factor, len(some), _by_status(some, rows), _unchecked(some, rows)))
    return found + [one for group in tree.groups for one in classes_of(group, marks, rows)]


def status_counts(classes: Sequence[Class]) -> list[Some]:
    """Count the findings of each unit by status."""
    size = sum(one.size for one in classes)
    kind = _counter(size)  # each class may do with less than all of them need
    found: list[Some] = [
        some_sum(_scaled(one.of(status), 1, kind) for one in classes) for status in range(len(STATUSES))
    ]
    others = some_sum(some for status, some in enumerate(found) if status != F)
    found[F] = _minus(size, others)
    return found


def _by_status(marks: list[Marks], rows: int) -> dict[int, Some]:
    counts: dict[int, Some] = {}
    kind = _counter(len(marks))
    usual = [one for one in marks if _is_usual(one)]
    if usual:
        counts = _usual_counts(usual, rows, kind)
        marks = [one for one in marks if not _is_usual(one)]
    hit = np.empty(rows, dtype=bool)
    for status in (P, U, E, N, K, S, I):
        sure = sum(1 for one in marks if one.may == 1 << status)
        some = [one.status for one in marks if one.may & (1 << status) and one.may != 1 << status]
        if some:
            total = np.zeros(rows, dtype=kind)
            for one in some:
                np.equal(one, status, out=hit)
                np.add(total, hit.view(np.uint8), out=total)
            counts[status] = _plus(counts.get(status, 0), np.add(total, sure, out=total))
        elif sure:
            counts[status] = _plus(counts.get(status, 0), sure)
    return counts


# Most rules pass or fail, or are unknown.
_PASS_OR_FAIL = 1 << P | 1 << F
_USUAL = _PASS_OR_FAIL | 1 << U


def _is_usual(marks: Marks) -> bool:
    return marks.may in (_PASS_OR_FAIL, _USUAL)


def _usual_counts(marks: list[Marks], rows: int, kind: Any) -> dict[int, Some]:
    """Count what passes and what is unknown, where the rest fails: P, F, U are 0, 1, 2, so their sum is F + 2 U."""
    total, unknown, hit = np.zeros(rows, dtype=kind), np.zeros(rows, dtype=kind), np.empty(rows, dtype=bool)
    for one in marks:
        np.add(total, one.status, out=total)
        if one.may == _USUAL:
            np.equal(one.status, U, out=hit)
            np.add(unknown, hit.view(np.uint8), out=unknown)
    # All less F less U, which is all less the sum and U again. On the way numbers may wrap around; what passes fits.
    passed = np.subtract(len(marks), total, out=total)
    if all(one.may == _PASS_OR_FAIL for one in marks):
        return {P: passed}
    return {P: np.add(passed, unknown, out=passed), U: unknown}


def _unchecked(marks: list[Marks], rows: int) -> Some:
    sure = sum(1 for one in marks if one.unchecked is True)
    some = [one.unchecked for one in marks if not isinstance(one.unchecked, bool)]
    if not some:
        return sure
    total = np.zeros(rows, dtype=_counter(len(marks)))
    for one in some:
        total += one
    return total + sure


def _counter(most: int) -> Any:
    """Return the smallest type that counts so far."""
    return np.min_scalar_type(most)


def _own_weights(tree: Tree, classes: Sequence[Class]) -> dict[int, Weights]:
    """Add up the weights of each group's own rules."""
    own = [one for one in classes if one.group == id(tree) and one.weight != 0]
    kind = narrowest(sum(one.weight * one.size for one in own))

    def summed(some: Callable[[Class], Some]) -> Some:
        return some_sum(_scaled(some(one), one.weight, kind) for one in own)

    passed, undecided = summed(lambda one: one.of(P)), summed(lambda one: one.of(U, E))
    counted = summed(lambda one: _minus(one.size, one.of(N, K, S, I)))
    low, decided = (passed, counted), _minus(counted, undecided)
    found = {
        id(tree): Weights(
            tree.scale,
            low=low,
            high=low if isinstance(undecided, int) and undecided == 0 else (_plus(passed, undecided), counted),
            decided=(passed, decided),
            covered=(decided, _plus(counted, summed(lambda one: one.unchecked))),
        )
    }
    for group in tree.groups:
        found |= _own_weights(group, classes)
    return found


# ---- ONE NUMBER, OR ONE EACH ----


def narrowest(bound: int) -> Any:
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


def some_sum(some: Iterable[Some]) -> Some:
    """Add up numbers of all units, or of each."""
    total: Some = 0
    for one in some:
        total = _plus(total, one)
    return total


def _minus(one: Some, two: Some) -> Some:
    return one if isinstance(two, int) and two == 0 else one - two


def _spread(some: Some, rows: int) -> ints.Ints:
    """Return one number for each unit; the same for all takes no room."""
    if isinstance(some, int):
        return np.broadcast_to(np.array(some, dtype=_kind_of(some)), (rows,))
    return some


def _kind_of(number: int) -> Any:
    return np.int64 if number <= np.iinfo(np.int64).max else object
