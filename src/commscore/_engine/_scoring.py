"""Results -> scores: the models of XCCDF 1.2 section 7.3.2 and `attainment`, exactly, for many subjects at once.

Every score is carried as a quotient of integers; doubles appear only in what is shown, and there as the nearest one.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from commscore._ruleset import Grade, Ruleset

FLAT = ("flat", "flat-unweighted", "absolute")
_FEW = 1000  # distinct denominators for which a common one is looked for
_LARGE = 2**40
_TABLE = 2**16  # denominators up to which factors are laid out in a table
_HUNDRED = 100


@attrs.frozen(eq=False)
class Results:
    """What one rule's findings are, counted for each subject.

    Attributes:
        passed: Findings that pass.
        failed: Findings that fail.
        undecided: Findings that are unknown or in error.
        unchecked: Findings that lack their column and count against coverage.
        credit: For `attainment`, the sum of the findings' credits as a quotient; null in the other models.
    """

    passed: ints.Ints
    failed: ints.Ints
    undecided: ints.Ints
    unchecked: ints.Ints
    credit: tuple[ints.Ints, ints.Ints] | None = None


@attrs.frozen(eq=False)
class Quotients:
    """A quotient per subject; a zero ``den`` means that nothing was evaluated."""

    num: ints.Ints
    den: ints.Ints

    @property
    def present(self) -> ints.Bools:
        """Say where there is a quotient."""
        return np.asarray(self.den != 0, dtype=bool)


@attrs.frozen(eq=False)
class Tree:
    """A group of the score tree: its weight, its rules by index with their weights, and its subgroups.

    Attributes:
        weight: Its weight in the group above.
        rules: Its own rules and their weights.
        groups: The groups in it.
        by_weight: Its own rules, those of one weight together.
        scale: The least number that makes integers of the weights of its rules and groups.
    """

    weight: Fraction
    rules: tuple[tuple[int, Fraction], ...]
    groups: tuple[Tree, ...]
    by_weight: Mapping[Fraction, Sequence[int]] = attrs.field(init=False)
    scale: int = attrs.field(init=False)

    @by_weight.default
    def _by_weight(self) -> Mapping[Fraction, Sequence[int]]:
        found: dict[Fraction, list[int]] = {}
        for i, weight in self.rules:
            found.setdefault(weight, []).append(i)
        return found

    @scale.default
    def _scale(self) -> int:
        weights = [*self.by_weight, *(group.weight for group in self.groups)]
        return lcm(*(weight.denominator for weight in weights))


@attrs.frozen(eq=False)
class Scores:
    """The scores of many subjects.

    Attributes:
        shares: Score, the score if everything undecided fails, and if everything undecided passes, as quotients of
            their maximum.
        coverage: Share of the tree that is decided.
        maximum: The greatest score possible.
        flat: The same as ``shares`` on the model's own scale; null where that is 0 to 100.
    """

    shares: tuple[Quotients, Quotients, Quotients]
    coverage: Quotients
    maximum: Quotients
    flat: tuple[Quotients, Quotients, Quotients] | None = None

    @property
    def score(self) -> Quotients:
        """Return the score, on the model's scale."""
        return self._on_scale(0)

    @property
    def low(self) -> Quotients:
        """Return the score if everything undecided fails."""
        return self._on_scale(1)

    @property
    def high(self) -> Quotients:
        """Return the score if everything undecided passes."""
        return self._on_scale(2)

    def _on_scale(self, which: int) -> Quotients:
        share = self.shares[which]
        return Quotients(ints.times(share.num, _HUNDRED), share.den) if self.flat is None else self.flat[which]


def score_tree(ruleset: Ruleset) -> Tree:
    """Return the score tree of a ruleset for its model."""
    model = ruleset.scoring.model
    weights = [(i, _weight(rule.weight, model)) for i, rule in enumerate(ruleset.rules)]
    if model in FLAT:
        return Tree(Fraction(1), tuple(weights), ())
    return _subtree(ruleset, None, Fraction(1), weights)


def _weight(weight: Fraction, model: str) -> Fraction:
    return Fraction(int(weight != 0)) if model == "flat-unweighted" else weight


def _subtree(ruleset: Ruleset, parent: str | None, weight: Fraction, weights: list[tuple[int, Fraction]]) -> Tree:
    rules = tuple((i, of) for i, of in weights if ruleset.rules[i].group == parent)
    groups = tuple(
        _subtree(ruleset, group.id, group.weight, weights) for group in ruleset.groups if group.parent == parent
    )
    return Tree(weight, rules, groups)


def score_results(tree: Tree, results: Sequence[Results], *, model: str, unknown: str) -> Scores:
    """Score many subjects at once.

    Args:
        tree: The score tree.
        results: By rule index, the rule's results for every subject.
        model: ``default``, ``flat``, ``flat-unweighted``, ``absolute`` or ``attainment``.
        unknown: ``fail``, or ``exclude`` to leave undecided findings out of the score itself.
    """
    counts = [_count(one) for one in results]

    def low(i: int) -> Quotients:
        return Quotients(*_credit(results[i], counts[i]))

    def high(i: int) -> Quotients:
        num, den = _credit(results[i], ints.integers(np.ones_like(counts[i])))
        return Quotients(*_over(ints.plus(num, ints.product(results[i].undecided, den)), den, counts[i]))

    def decided_only(i: int) -> Quotients:
        return Quotients(*_credit(results[i], ints.plus(results[i].passed, results[i].failed)))

    def covered(i: int) -> Quotients:
        decided = ints.plus(results[i].passed, results[i].failed)
        return Quotients(decided, ints.plus(counts[i], results[i].unchecked))

    size = len(counts[0]) if counts else 0
    lowest, weights = weighed(tree, low, size)
    highest, _ = weighed(tree, high, size)
    score, score_weights = weighed(tree, decided_only, size) if unknown == "exclude" else (lowest, weights)
    coverage, _ = weighed(tree, covered, size)
    return scores_of((score, lowest, highest), [score_weights, weights, weights], coverage, model)


def scores_of(
    shares: tuple[Quotients, Quotients, Quotients], weights: Sequence[Quotients] | None, coverage: Quotients, model: str
) -> Scores:
    """Put scores on the scale of a model.

    Args:
        shares: Score, low and high as quotients of their maximum.
        weights: The sums of the weights that each rests on; needed by flat models.
        coverage: Share of the tree that is decided.
        model: The model.
    """
    ones = np.broadcast_to(np.int64(1), coverage.den.shape)
    if model not in FLAT or weights is None:
        return Scores(shares, coverage, Quotients(np.broadcast_to(np.int64(_HUNDRED), ones.shape), ones))
    found = [_flat(share, weight, model) for share, weight in zip(shares, weights, strict=True)]
    flat = (found[0], found[1], found[2])
    if model == "absolute":
        return Scores(flat, coverage, Quotients(ones, ones), flat)
    nothing = np.asarray(weights[0].den == 0, dtype=bool)
    maximum = Quotients(weights[0].num, ints.choose(nothing, 1, weights[0].den))
    return Scores(shares, coverage, maximum, flat)


def score_share(tree: Tree, results: Sequence[Results], *, model: str, unknown: str) -> tuple[Quotients, Quotients]:
    """Return the score alone, as a quotient of its maximum, and the sum of the weights that it rests on."""

    def leaf(i: int) -> Quotients:
        one = results[i]
        count = ints.plus(one.passed, one.failed) if unknown == "exclude" else _count(one)
        return Quotients(*_credit(one, count))

    share, weights = weighed(tree, leaf, len(results[0].passed) if results else 0)
    if model == "absolute":
        return _flat(share, weights, model), weights
    return share, weights


def _count(result: Results) -> ints.Ints:
    """Count the findings that a score looks at."""
    return ints.plus(ints.plus(result.passed, result.failed), result.undecided)


def _credit(result: Results, count: ints.Ints) -> tuple[ints.Ints, ints.Ints]:
    """Return passes (or credit) over a count of findings."""
    if result.credit is None:
        return result.passed, count
    return _over(*result.credit, count)


def _over(num: ints.Ints, den: ints.Ints, count: ints.Ints) -> tuple[ints.Ints, ints.Ints]:
    return num, ints.product(den, count)


def _flat(share: Quotients, weights: Quotients, model: str) -> Quotients:
    """Turn a share of the maximum into a flat score: the same share of the weights, or all or nothing."""
    if model == "absolute":
        complete = share.present & np.asarray(share.num == share.den, dtype=bool)
        return Quotients(complete.astype(np.int64), share.present.astype(np.int64))
    return Quotients(ints.product(share.num, weights.num), ints.product(share.den, weights.den))


def weighed(tree: Tree, leaf: Callable[[int], Quotients], size: int) -> tuple[Quotients, Quotients]:
    """Return the weighted mean of a group's children that have a value, and the sum of their weights."""
    children = [(weight, leaf(i)) for i, weight in tree.rules]
    children += [(group.weight, weighed(group, leaf, size)[0]) for group in tree.groups]
    children = [(weight, child) for weight, child in children if weight != 0]
    if not children:
        empty = Quotients(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64))
        return empty, empty
    scale = lcm(*(weight.denominator for weight, _ in children))
    whole = [(int(weight * scale), child) for weight, child in children]
    total = np.zeros(size, dtype=np.int64)
    for weight, child in whole:
        total = ints.plus(total, ints.times(child.present.astype(np.int64), weight))
    num, den = weighted_sum(whole)
    return Quotients(num, ints.product(total, den)), weights_of(total, scale)


def weights_of(total: ints.Ints, scale: int) -> Quotients:
    """Return sums of weights, given as integers over ``scale``; no quotient where there are none."""
    return Quotients(total, ints.times((total != 0).astype(np.int64), scale))


def weighted_sum(children: list[tuple[int, Quotients]]) -> tuple[ints.Ints, ints.Ints]:
    """Add up weighted quotients: over one common denominator where that stays small, else row by row."""
    distinct = [ints.distinct(child.den) for _, child in children]
    common = lcm(*{value for values in distinct for value in values}) if sum(map(len, distinct)) < _FEW else _LARGE
    size = len(children[0][1].den)
    num = np.zeros(size, dtype=np.int64)
    if common < _LARGE:
        for (weight, child), dens in zip(children, distinct, strict=True):
            num = ints.plus(num, ints.times(_at_common(child, dens, common), weight))
        return num, np.full(size, common, dtype=np.int64)
    den = np.ones(size, dtype=np.int64)
    for weight, child in children:
        child_den = ints.choose(child.present, child.den, 1)
        child_num = ints.choose(child.present, ints.times(child.num, weight), 0)
        num = ints.plus(ints.product(num, child_den), ints.product(child_num, den))
        num, den = ints.reduced(num, ints.product(den, child_den))
    return num, den


def _at_common(child: Quotients, dens: list[int], common: int) -> ints.Ints:
    """Express numerators over a common denominator of those that occur; 0 where there is nothing."""
    if common == 1:
        return ints.choose(child.present, child.num, 0)
    if child.den.dtype != object and (not dens or dens[-1] < _TABLE):
        factors = np.zeros(max(dens, default=0) + 1, dtype=np.int64)  # looked up, which is faster than to divide
        factors[dens] = [common // den for den in dens]
        return ints.product(child.num, factors.take(child.den))
    den = ints.choose(child.present, child.den, 1)
    return ints.choose(child.present, ints.product(child.num, common // den), 0)


def grade_numbers(grades: Sequence[Grade], share: Quotients) -> ints.Ints:
    """Return the number of each subject's grade, best first; -1 where there is no score or no grade is that low."""
    numbers = np.full(len(share.den), -1, dtype=np.int32)
    den, factor = one_denominator(share), Fraction(_HUNDRED)
    for number, grade in sorted(enumerate(grades), key=lambda pair: pair[1].at_least):
        if den:
            reached = ints.at_or_above(share.num, None, grade.at_least, factor=factor / den, strict=False)
        else:
            reached = ints.at_or_above(share.num, share.den, grade.at_least, factor=factor, strict=False)
            reached &= share.present
        np.copyto(numbers, number, where=reached)
    return numbers


def shown(quotients: Quotients) -> ints.Floats:
    """Return the nearest doubles; NaN where there is nothing."""
    return ints.quotient(quotients.num, quotients.den)


def one_denominator(quotients: Quotients) -> int | None:
    """Return the denominator that all quotients share and that takes no room; null where they may differ."""
    den = quotients.den
    return int(den[0]) if den.size and den.strides == (0,) else None
