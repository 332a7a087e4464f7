"""By how much the units' mean score moved, and which part of that each cause has: the parts add up exactly.

The way from the first score to the second is gone in steps, each with one cause more: first the changes of scope, then
values that came or went, then values that changed, all under the first ruleset; then the rules, under the first's
weights; then the weights. A part is the difference that its step makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from commscore._diffing._changes import Cause, data_causes
from commscore._diffing._pairs import Pair, absent
from commscore._diffing._sides import Codes
from commscore._engine._scoring import Quotients, Results
from commscore._engine._subjects import scorer_of
from commscore._ruleset import Ruleset
from commscore._status import E, F, K, P, U

_ORDER = (Cause.SCOPE, Cause.MISSINGNESS, Cause.DATA)


@attrs.frozen
class Effect:
    """The part of one cause in the change of the mean score.

    Attributes:
        cause: The cause.
        change: By how much the mean moved, exactly.
        risen: Units whose score rose by it.
        fallen: Units whose score fell by it.
    """

    cause: str
    change: Fraction
    risen: int
    fallen: int


@attrs.frozen
class Effects:
    """How the mean score of the units of both runs moved.

    Attributes:
        before: The mean before, exactly; null where no unit has a score in every step.
        after: The mean after.
        units: How many units it is the mean of.
        parts: The part of each cause; they add up to the difference. Empty where it cannot be told.
        why_not: Why it cannot be told; null where it can.
    """

    before: Fraction | None
    after: Fraction | None
    units: int
    parts: tuple[Effect, ...] = ()
    why_not: str | None = None


def effects(pair: Pair) -> Effects:
    """Return the part that each cause has in the change of the units' mean score."""
    one, other = pair.before.ruleset, pair.after.ruleset
    if "attainment" in (one.scoring.model, other.scoring.model):
        return Effects(None, None, 0, why_not="scores by attainment depend on values, which runs do not keep")
    if any(codes is None for codes in pair.supposed.values()):
        return Effects(None, None, 0, why_not="rules and data both changed; see `supposed`")
    causes, stages = zip(*_stages(pair), strict=True)
    counted = np.logical_and.reduce([stage.present for stage in stages])
    means = [_mean(stage, counted) for stage in stages]
    parts = tuple(
        Effect(cause, means[i + 1] - means[i], *_moved(stages[i], stages[i + 1], counted))
        for i, cause in enumerate(causes[1:])
    )
    units = int(counted.sum())
    return Effects(means[0], means[-1], units, parts) if units else Effects(None, None, 0, parts)


def _stages(pair: Pair) -> Iterator[tuple[str, Quotients]]:
    """Yield the units' scores after each step."""
    one, other, size = pair.before.ruleset, pair.after.ruleset, len(pair.keys)
    statuses = {rule.id: _or_absent(pair.status_before(rule.id), size) for rule in one.rules}
    yield "", _scores(one, statuses, size)
    for cause in _ORDER:
        statuses = {rule: _with(cause, rule, codes, pair) for rule, codes in statuses.items()}
        yield cause, _scores(one, statuses, size)
    after = {rule.id: _or_absent(pair.status_after(rule.id), size) for rule in other.rules}
    yield Cause.RULES, _scores(_weighted_like(other, one), after, size)
    yield Cause.WEIGHTS, _scores(other, after, size)


def _or_absent(codes: Codes | None, size: int) -> Codes:
    return absent(size) if codes is None else codes


def _with(cause: Cause, rule: str, codes: Codes, pair: Pair) -> Codes:
    """Take over the new statuses of one cause."""
    before, between = _or_absent(pair.status_before(rule), len(codes)), pair.supposed[rule]
    assert between is not None  # asked before  # noqa: S101
    changed = (data_causes(before, between) == tuple(Cause).index(cause)) & (before != between)
    return np.where(changed, between, codes).astype(np.uint8)


def _weighted_like(ruleset: Ruleset, model: Ruleset) -> Ruleset:
    """Give a ruleset's rules the weights and the place in the tree that they have in another; new ones keep theirs."""
    known = {rule.id: rule for rule in model.rules}
    groups = {group.id for group in model.groups}
    new = [group for group in ruleset.groups if group.id not in groups]
    rules = tuple(
        attrs.evolve(rule, weight=known[rule.id].weight, group=known[rule.id].group) if rule.id in known else rule
        for rule in ruleset.rules
    )
    return attrs.evolve(ruleset, rules=rules, groups=(*model.groups, *new), scoring=model.scoring)


def _scores(ruleset: Ruleset, statuses: dict[str, Codes], size: int) -> Quotients:
    nothing = np.zeros(size, dtype=np.int64)
    results = []
    for rule in ruleset.rules:
        codes = statuses[rule.id]
        passed, failed, open_ = (np.isin(codes, each).astype(np.int64) for each in ((P,), (F,), (U, E)))
        results.append(Results(passed, failed, open_, nothing + (codes == K)))
    if not results:
        return Quotients(nothing, nothing)
    return scorer_of(ruleset).score(results).score


def _mean(stage: Quotients, counted: Any) -> Fraction:
    """Return the exact mean: units with the same score are taken together."""
    pairs = np.stack([stage.num[counted], stage.den[counted]])
    if pairs.dtype == object:
        total = sum((Fraction(int(num), int(den)) for num, den in pairs.T.tolist()), Fraction(0))
    else:
        distinct, counts = np.unique(pairs, axis=1, return_counts=True)
        parts = zip(distinct.T.tolist(), counts.tolist(), strict=True)
        total = sum((Fraction(num, den) * count for (num, den), count in parts), Fraction(0))
    return total / max(1, int(counted.sum()))


def _moved(before: Quotients, after: Quotients, counted: Any) -> tuple[int, int]:
    """Count the units whose score rose, and those whose score fell."""
    left = before.num.astype(object) * after.den.astype(object)
    right = after.num.astype(object) * before.den.astype(object)
    return int(((right > left) & counted).sum()), int(((right < left) & counted).sum())
