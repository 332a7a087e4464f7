"""Statuses of one row -> score, interval, coverage and grades, exactly, on plain integers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm

import attrs

from commscore._ruleset import Ruleset
from commscore._single._contributing import Quotient
from commscore._single._numbers import ONE, ZERO
from commscore._status import E, F, P, U

FLAT = ("flat", "flat-unweighted", "absolute")
_NONE: Quotient = (0, 0)

# What a rule adds to a score: its quotient, with a zero denominator where it does not count.
Leaf = Callable[[int], Quotient]


@attrs.frozen(eq=False)
class Branch:
    """A group of the score tree, its weights whole numbers over ``scale``: rules by index, and subgroups."""

    rules: tuple[tuple[int, int], ...]
    groups: tuple[tuple[int, Branch], ...]
    scale: int


@attrs.frozen(eq=False)
class Model:
    """How a ruleset scores.

    Attributes:
        name: ``default``, ``flat``, ``flat-unweighted``, ``absolute`` or ``attainment``.
        excludes: Whether undecided results are left out of the score itself.
        tree: The score tree.
        grades: Names with their thresholds of the score as a share of its maximum, from the lowest up.
        worst: The lowest grade; null without grades.
        vetoes: Indexes of the rules that give it.
    """

    name: str
    excludes: bool
    tree: Branch
    grades: tuple[tuple[str, Fraction], ...]
    worst: str | None
    vetoes: tuple[int, ...]


@attrs.frozen(eq=False)
class Marks:
    """What one row's rules came to, as scored.

    Attributes:
        statuses: By rule, as shown.
        unchecked: Indexes of the rules whose missing column counts against coverage.
        credits: For ``attainment``, by rule, the credit of those that fail; null in other models.
    """

    statuses: Sequence[int]
    unchecked: frozenset[int]
    credits: Mapping[int, Quotient] | None = None


def model_of(ruleset: Ruleset) -> Model:
    """Lay out how a ruleset scores."""
    scoring = ruleset.scoring
    grades = sorted(scoring.grades, key=lambda grade: grade.at_least)
    return Model(
        name=scoring.model,
        excludes=scoring.unknown == "exclude",
        tree=_tree(ruleset),
        grades=tuple((grade.name, grade.at_least / 100) for grade in grades),
        worst=min(scoring.grades, key=lambda grade: grade.at_least).name if grades else None,
        vetoes=tuple(i for i, rule in enumerate(ruleset.rules) if rule.veto),
    )


def _tree(ruleset: Ruleset) -> Branch:
    weights = [rule.weight for rule in ruleset.rules]
    if ruleset.scoring.model == "flat-unweighted":
        weights = [Fraction(int(weight != 0)) for weight in weights]
    if ruleset.scoring.model in FLAT:
        return _branch(list(enumerate(weights)), [])
    return _subtree(ruleset, None, weights)


def _subtree(ruleset: Ruleset, parent: str | None, weights: Sequence[Fraction]) -> Branch:
    rules = [(i, weights[i]) for i, rule in enumerate(ruleset.rules) if rule.group == parent]
    groups = [
        (group.weight, _subtree(ruleset, group.id, weights)) for group in ruleset.groups if group.parent == parent
    ]
    return _branch(rules, groups)


def _branch(rules: Sequence[tuple[int, Fraction]], groups: Sequence[tuple[Fraction, Branch]]) -> Branch:
    rules = [(i, weight) for i, weight in rules if weight != 0]
    groups = [(weight, group) for weight, group in groups if weight != 0]
    scale = lcm(*(weight.denominator for _, weight in rules), *(weight.denominator for weight, _ in groups))
    return Branch(
        tuple((i, int(weight * scale)) for i, weight in rules),
        tuple((int(weight * scale), group) for weight, group in groups),
        scale,
    )


def _weighed(branch: Branch, leaf: Leaf) -> tuple[int, int, int]:
    """Return the weighted mean of the children that count, as a quotient, and the sum of their weights."""
    num, den, total = 0, 1, 0
    for i, weight in branch.rules:
        own, over = leaf(i)
        if over:
            total += weight
            if over != 1:
                own, num, den = own * den, num * over, den * over
            elif den != 1:
                own *= den
            num += weight * own
    for weight, group in branch.groups:
        own, over, _ = _weighed(group, leaf)
        if over:
            total += weight
            num, den = num * over + weight * own * den, den * over
    return num, den * total, total


# ---- LEAVES ----


def _lowest(marks: Marks) -> Leaf:
    credits_, table = marks.credits, {P: ONE, F: ZERO, U: ZERO, E: ZERO}
    return _leaf(marks, table) if credits_ is None else _leaf(marks, table, credits_)


def _leaf(marks: Marks, table: Mapping[int, Quotient], credits_: Mapping[int, Quotient] | None = None) -> Leaf:
    of_status = [table.get(status, _NONE) for status in range(8)]
    statuses = marks.statuses
    if credits_ is None:
        return lambda i: of_status[statuses[i]]
    return lambda i: credits_[i] if statuses[i] == F and i in credits_ else of_status[statuses[i]]


def _highest(marks: Marks) -> Leaf:
    return _leaf(marks, {P: ONE, F: ZERO, U: ONE, E: ONE}, marks.credits)


def _decided_only(marks: Marks) -> Leaf:
    return _leaf(marks, {P: ONE, F: ZERO}, marks.credits)


def _covered(marks: Marks) -> Leaf:
    leaf = _leaf(marks, {P: ONE, F: ONE, U: ZERO, E: ZERO})
    unchecked = marks.unchecked
    return lambda i: ZERO if i in unchecked else leaf(i)


# ---- SCORES ----


@attrs.frozen(eq=False)
class Scored:
    """One of a row's scores: on the model's scale, as a share of its maximum, and that maximum."""

    shown: Quotient
    share: Quotient
    maximum: Quotient


def low(model: Model, marks: Marks) -> Scored:
    """Return the score if everything undecided fails."""
    return _scored(model, _lowest(marks))


def high(model: Model, marks: Marks) -> Scored:
    """Return the score if everything undecided passes."""
    return _scored(model, _highest(marks))


def score(model: Model, marks: Marks) -> Scored:
    """Return the score."""
    return _scored(model, _decided_only(marks) if model.excludes else _lowest(marks))


def coverage(model: Model, marks: Marks) -> Quotient:
    """Return which share of the tree is decided."""
    num, den, _ = _weighed(model.tree, _covered(marks))
    return num, den


def _scored(model: Model, leaf: Leaf) -> Scored:
    num, den, total = _weighed(model.tree, leaf)
    if model.name not in FLAT:
        return Scored((100 * num, den), (num, den), (100, 1))
    if model.name == "absolute":
        found = (int(num == den), 1) if den else _NONE
        return Scored(found, found, ONE)
    scale = model.tree.scale
    return Scored((num * total, den * scale), (num, den), (total, scale))


def gain(model: Model, marks: Marks, index: int, before: Quotient) -> Quotient:
    """Return by how much the score rises from ``before`` if one failing rule alone is fixed."""
    mended = list(marks.statuses)
    mended[index] = P
    after = score(model, Marks(mended, marks.unchecked, marks.credits)).shown
    return after[0] * before[1] - before[0] * after[1], after[1] * before[1]


def grade(model: Model, share: Quotient, marks: Marks, vetoing: tuple[int, ...]) -> str | None:
    """Return the grade of a share of the maximum; a veto rule with one of these statuses gives the lowest.

    Args:
        model: How the ruleset scores.
        share: The score as a share of its maximum.
        marks: The row's statuses.
        vetoing: The statuses at which a veto rule decides.
    """
    if any(marks.statuses[i] in vetoing for i in model.vetoes):
        return model.worst
    if share[1] == 0:
        return None
    reached = None
    for name, threshold in model.grades:
        if share[0] * threshold.denominator >= threshold.numerator * share[1]:
            reached = name
    return reached
