"""Findings of areas -> their scores, in small integers: the models of `_scoring` where a rule has a finding or two.

A rule has one finding of an area for each scope, so what it earns is nothing, a half or all of its weight. Counted in
halves, weights add up as those of units do.
"""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._unit_scores import Weights, narrowest, score_weights, some_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._engine._scoring import Results, Scores, Tree
    from commscore._engine._unit_scores import Some

_HALVES = 2


def score_areas(tree: Tree, results: Sequence[Results], size: int, *, model: str, unknown: str) -> Scores:
    """Score areas by what rules came to; see `_scoring.score_results`, which gives the same for any counts.

    Args:
        tree: The score tree.
        results: By rule, its findings in every area, two at the most.
        size: How many areas there are.
        model: Any model but ``attainment``.
        unknown: ``fail``, or ``exclude`` to leave undecided findings out of the score itself.
    """
    return score_weights(tree, _own_weights(tree, results), size, model=model, unknown=unknown)


def _own_weights(tree: Tree, results: Sequence[Results]) -> dict[int, Weights]:
    """Add up the weights of each group's own rules, in halves."""
    rules = [(results[i], weight) for i, weight in tree.rules if weight != 0]
    weights = [weight for _, weight in rules] + [group.weight for group in tree.groups if group.weight != 0]
    scale = lcm(*(weight.denominator for weight in weights))
    kind = narrowest(sum(int(weight * scale) * _HALVES for _, weight in rules))

    def summed(pairs: list[tuple[ints.Ints, ints.Ints]]) -> tuple[Some, Some]:
        earned, counted = [], []
        for (of, among), (_, weight) in zip(pairs, rules, strict=True):
            factor = int(weight * scale)
            # Of one finding, each counts two halves, of two findings one.
            earned.append(np.multiply(of * (_HALVES + 1 - among), factor, dtype=kind))
            there = among != 0
            counted.append(factor * _HALVES if there.all() else np.multiply(there, factor * _HALVES, dtype=kind))
        return some_sum(earned), some_sum(counted)

    decided = [one.passed + one.failed for one, _ in rules]
    counts = [some + one.undecided for some, (one, _) in zip(decided, rules, strict=True)]
    low = summed([(one.passed, count) for (one, _), count in zip(rules, counts, strict=True)])
    open_ = any(one.undecided.any() for one, _ in rules)
    found = {
        id(tree): Weights(
            scale * _HALVES,
            low=low,
            high=summed([(one.passed + one.undecided, count) for (one, _), count in zip(rules, counts, strict=True)])
            if open_
            else low,
            decided=summed([(one.passed, some) for (one, _), some in zip(rules, decided, strict=True)])
            if open_
            else low,
            covered=summed(
                [(some, count + one.unchecked) for some, count, (one, _) in zip(decided, counts, rules, strict=True)]
            ),
        )
    }
    for group in tree.groups:
        found |= _own_weights(group, results)
    return found
