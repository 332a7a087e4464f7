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
    from collections.abc import Callable, Sequence

    from commscore._ruleset import Grade, Ruleset

FLAT = ("flat", "flat-unweighted", "absolute")
_FEW = 1000  # distinct denominators for which a common one is looked for
_LARGE = 2**40


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
    """A group of the score tree: its weight, its rules by index with their weights, and its subgroups."""

    weight: Fraction
    rules: tuple[tuple[int, Fraction], ...]
    groups: tuple[Tree, ...]


@attrs.frozen(eq=False)
class Scores:
    """The scores of many subjects.

    Attributes:
        score: The score as a quotient, on the model's scale.
        low: The score if everything undecided fails.
        high: The score if everything undecided passes.
        coverage: Share of the tree that is decided.
        maximum: The greatest score possible.
        shares: Score, low and high as quotients of their maximum, for grades.
    """

    score: Quotients
    low: Quotients
    high: Quotients
    coverage: Quotients
    maximum: Quotients
    shares: tuple[Quotients, Quotients, Quotients]


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
    shares, ones = (score, lowest, highest), np.ones(size, dtype=np.int64)
    if model in FLAT:
        kinds = [(score, score_weights), (lowest, weights), (highest, weights)]
        shown = [_flat(share, weight, model) for share, weight in kinds]
        if model == "absolute":
            return Scores(shown[0], shown[1], shown[2], coverage, Quotients(ones, ones), (shown[0], shown[1], shown[2]))
        nothing = np.asarray(score_weights.den == 0, dtype=bool)
        maximum = Quotients(score_weights.num, ints.choose(nothing, 1, score_weights.den))
        return Scores(shown[0], shown[1], shown[2], coverage, maximum, shares)
    hundred = [Quotients(ints.times(share.num, 100), share.den) for share in shares]
    return Scores(hundred[0], hundred[1], hundred[2], coverage, Quotients(ones * 100, ones), shares)


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
    num, den = _weighted_sum(whole)
    weights = Quotients(total, ints.times((total != 0).astype(np.int64), scale))
    return Quotients(num, ints.product(total, den)), weights


def _weighted_sum(children: list[tuple[int, Quotients]]) -> tuple[ints.Ints, ints.Ints]:
    """Add up weighted quotients: over one common denominator where that stays small, else row by row."""
    distinct = [ints.distinct(child.den) for _, child in children]
    common = lcm(*(value for values in distinct for value in values)) if sum(map(len, distinct)) < _FEW else _LARGE
    size = len(children[0][1].den)
    num = np.zeros(size, dtype=np.int64)
    if common < _LARGE:
        for weight, child in children:
            num = ints.plus(num, ints.times(_at_common(child, common), weight))
        return num, np.full(size, common, dtype=np.int64)
    den = np.ones(size, dtype=np.int64)
    for weight, child in children:
        child_den = ints.choose(child.present, child.den, 1)
        child_num = ints.choose(child.present, ints.times(child.num, weight), 0)
        num = ints.plus(ints.product(num, child_den), ints.product(child_num, den))
        num, den = ints.reduced(num, ints.product(den, child_den))
    return num, den


def _at_common(child: Quotients, common: int) -> ints.Ints:
    """Express numerators over the common denominator; 0 where there is nothing."""
    if common == 1:
        return ints.choose(child.present, child.num, 0)
    den = ints.choose(child.present, child.den, 1)
    return ints.choose(child.present, ints.product(child.num, common // den), 0)


def grade_numbers(grades: Sequence[Grade], share: Quotients) -> ints.Ints:
    """Return the number of each subject's grade, best first; -1 where there is no score or no grade is that low."""
    numbers = np.full(len(share.den), -1, dtype=np.int64)
    for number, grade in sorted(enumerate(grades), key=lambda pair: pair[1].at_least):
        reached = ints.at_or_above(share.num, share.den, grade.at_least, factor=Fraction(100), strict=False)
        numbers[reached & share.present] = number
    return numbers


def shown(quotients: Quotients) -> ints.Floats:
    """Return the nearest doubles; NaN where there is nothing."""
    return ints.quotient(quotients.num, quotients.den)
