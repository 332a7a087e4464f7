"""The score models on any tree of weighted results (spec 6; XCCDF 1.2 section 7.3.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

import attrs

from commscore._status import UNSCORED, Status
from commscore.errors import UsageError
from commscore.reference._values import Hole, read_number

MODELS = ("default", "flat", "flat-unweighted", "absolute")
HUNDRED = Fraction(100)
_DEEPEST = 100  # levels of nesting; deeper ones are a mistake, most likely a tree that holds itself


class Score(NamedTuple):
    """A score with everything that stands beside it; null, but for the maximum, where nothing was evaluated.

    Attributes:
        score: The score.
        maximum: The greatest score possible: 100, the sum of weights (flat models), or 1 (absolute).
        low: The score if every unknown and error fails.
        high: The score if every unknown and error passes.
        coverage: The weighted share of results that are decided, from 0 to 1.
    """

    score: Fraction | None
    maximum: Fraction | None
    low: Fraction | None
    high: Fraction | None
    coverage: Fraction | None


@attrs.frozen
class Result:
    """One result of a rule.

    Attributes:
        status: Its status.
        credit: What it earns in the attainment model, from 0 to 1; null counts 1 for a pass and 0 for a fail.
        lacking: Whether it was not checked though it should have been, which lowers the coverage.
    """

    status: Status
    credit: Fraction | None = None
    lacking: bool = False


@attrs.frozen
class Leaf:
    """A rule with its results."""

    weight: Fraction
    results: tuple[Result, ...]


@attrs.frozen
class Branch:
    """A group with what is in it."""

    weight: Fraction
    children: tuple[Node, ...]


Node: TypeAlias = Leaf | Branch
Marks: TypeAlias = Callable[[Result], Fraction | None]  # what a result earns, 0 to 1; null is left out


def score(
    nodes: Mapping[str, object] | Sequence[Mapping[str, object]], model: str = "default", unknown: str = "fail"
) -> Score:
    """Score a tree of statuses by one of the XCCDF models, exactly.

    Args:
        nodes: Rules ``{"id", "weight", "status": one or a list}`` and groups ``{"id", "weight", "children": […]}``; a
            list of them, or one. The weight is 1 unless given.
        model: ``default``, ``flat``, ``flat-unweighted`` or ``absolute``.
        unknown: ``fail`` (unknown and error count as not passed) or ``exclude`` (they are left out of the score).

    Returns:
        Score, maximum, low, high and coverage. Not applicable, not checked, not selected and informational results are
        left out; in the coverage, not checked counts as undecided.

    Raises:
        UsageError: When the tree or an option makes no sense; the message names the node.

    Example:
        >>> score([{"id": "a", "status": ["pass", "fail"]}, {"id": "b", "weight": 3, "status": "pass"}]).score
        Fraction(175, 2)
    """
    if model not in MODELS:
        raise UsageError(f"there is no model {model!r} for bare statuses; choose from {', '.join(MODELS)}")
    check_unknown(unknown)
    children = _read_nodes([nodes] if isinstance(nodes, Mapping) else nodes, "the tree", _DEEPEST)
    only = children[0] if isinstance(nodes, Mapping) else None
    return score_tree(only if isinstance(only, Branch) else Branch(Fraction(1), children), model, unknown)


def check_unknown(unknown: str) -> None:
    """Refuse what is no way to treat unknown results."""
    if unknown not in {"fail", "exclude"}:
        raise UsageError(f"`unknown` is {unknown!r}; it can be 'fail' or 'exclude'")


def score_tree(root: Branch, model: str, unknown: str) -> Score:
    """Score a tree by a model, with low, high and coverage beside it.

    Args:
        root: The ruleset, its groups and rules inside.
        model: Any of the five models.
        unknown: ``fail`` or ``exclude``.
    """
    earn = _credit if model == "attainment" else _passes
    marks = _excluding(earn) if unknown == "exclude" else earn
    return Score(
        _value(root, model, marks),
        maximum(root, model, marks),
        _value(root, model, earn),
        _value(root, model, _at_best(earn)),
        _coverage(root, model),
    )


def maximum(root: Branch, model: str, marks: Marks) -> Fraction:
    """Return the greatest score possible under a model."""
    if model == "absolute":
        return Fraction(1)
    return sum_flat(root, model, marks)[1] if model.startswith("flat") else HUNDRED


def percent(value: Fraction | None, root: Branch, model: str, unknown: str) -> Fraction | None:
    """Return a score as a percentage of its maximum, by which grades are given."""
    marks = _excluding(_passes) if unknown == "exclude" else _passes
    most = maximum(root, model, marks)
    return None if value is None or not most else HUNDRED * value / most


def _value(root: Branch, model: str, marks: Marks) -> Fraction | None:
    if model in {"default", "attainment"}:
        average = _average(root, marks)
        return None if average is None else HUNDRED * average
    points, most = sum_flat(root, model, marks)
    if not most:
        return None
    return Fraction(points == most) if model == "absolute" else points


def _coverage(root: Branch, model: str) -> Fraction | None:
    if model in {"default", "attainment"}:
        return _average(root, _decided)
    points, most = sum_flat(root, model, _decided)
    return points / most if most else None


def _average(node: Node, marks: Marks) -> Fraction | None:
    """Return the weighted mean of what counts in a group, or the mean of a rule's results; null when nothing counts."""
    if isinstance(node, Leaf):
        earned = _earned(node, marks)
        return sum(earned, Fraction(0)) / len(earned) if earned else None
    averages = [(child.weight, _average(child, marks)) for child in node.children]
    counted = [(weight, average) for weight, average in averages if average is not None]
    weights = sum(weight for weight, _ in counted)
    return sum((weight * average for weight, average in counted), Fraction(0)) / weights if weights else None


def sum_flat(node: Node, model: str, marks: Marks) -> tuple[Fraction, Fraction]:
    """Add up weight × passes / count, and the weights, of all rules that count; groups do not matter."""
    if isinstance(node, Branch):
        sums = [sum_flat(child, model, marks) for child in node.children]
        return sum((points for points, _ in sums), Fraction(0)), sum((most for _, most in sums), Fraction(0))
    earned = _earned(node, marks)
    if not earned:
        return Fraction(0), Fraction(0)
    weight = Fraction(node.weight != 0) if model == "flat-unweighted" else node.weight
    return weight * sum(earned, Fraction(0)) / len(earned), weight


def _earned(leaf: Leaf, marks: Marks) -> list[Fraction]:
    return [mark for result in leaf.results if (mark := marks(result)) is not None]


# What a result earns. -------------------------------------------------------------------------------------


def _passes(result: Result) -> Fraction | None:
    """Give 1 for a pass; what does not apply, was not checked or selected, or is only shown is left out."""
    return None if result.status in UNSCORED else Fraction(result.status in {Status.PASS, Status.FIXED})


def _credit(result: Result) -> Fraction | None:
    """Give the credit of a fail in place of nothing (attainment)."""
    if result.status is Status.FAIL and result.credit is not None:
        return max(Fraction(0), min(Fraction(1), result.credit))
    return _passes(result)


def _is_open(result: Result) -> bool:
    return result.status in {Status.UNKNOWN, Status.ERROR}


def _excluding(marks: Marks) -> Marks:
    """Leave out what is undecided."""
    return lambda result: None if _is_open(result) else marks(result)


def _at_best(marks: Marks) -> Marks:
    """Let what is undecided pass."""
    return lambda result: Fraction(1) if _is_open(result) else marks(result)


def _decided(result: Result) -> Fraction | None:
    """Give 1 for what is decided, and 0 for what is not or should have been checked (coverage)."""
    if result.lacking:
        return Fraction(0)
    return None if result.status in UNSCORED else Fraction(not _is_open(result))


# A tree as the caller writes it. --------------------------------------------------------------------------


def _read_nodes(nodes: object, where: str, depth: int) -> tuple[Node, ...]:
    """Read the children of a node, or refuse them by name."""
    if isinstance(nodes, str) or not isinstance(nodes, Sequence):
        raise UsageError(f"{where}: expected a list of nodes, found {nodes!r}")
    if not depth:
        raise UsageError(f"{where} is nested deeper than {_DEEPEST} levels; does the tree hold itself?")
    return tuple(_read_node(node, f"{where}, node {number}", depth) for number, node in enumerate(nodes, start=1))


def _read_node(node: object, where: str, depth: int) -> Node:
    if not isinstance(node, Mapping):
        raise UsageError(f"{where}: expected a mapping with 'status' or 'children', found {node!r}")
    where = f"node {node['id']!r}" if "id" in node else where
    strange = sorted(set(node) - {"id", "weight", "status", "children"}, key=str)
    if strange:
        raise UsageError(f"{where} has {strange[0]!r}; a node has 'id', 'weight', and 'status' or 'children'")
    if ("status" in node) == ("children" in node):
        raise UsageError(f"{where} needs either 'status' or 'children'")
    weight = _read_weight(node.get("weight", 1), where)
    if "children" in node:
        return Branch(weight, _read_nodes(node["children"], where, depth - 1))
    return Leaf(weight, _read_results(node["status"], where))


def _read_results(status: object, where: str) -> tuple[Result, ...]:
    statuses = [status] if isinstance(status, str) or not isinstance(status, Sequence) else status
    results = []
    for name in statuses:
        if not isinstance(name, str) or name not in list(Status):
            raise UsageError(f"{where} has the status {name!r}; it can be {', '.join(Status)}")
        # Bare statuses do not say why something was not checked, so all of it lowers the coverage.
        results.append(Result(Status(name), lacking=name == Status.NOTCHECKED))
    return tuple(results)


def _read_weight(weight: object, where: str) -> Fraction:
    exact = read_number(weight)
    if isinstance(exact, Hole) or exact < 0:
        raise UsageError(f"{where} has the weight {weight!r}; a weight is a number of at least 0")
    return exact
