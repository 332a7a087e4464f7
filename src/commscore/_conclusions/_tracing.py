"""One subject's findings -> what follows from them, step by step, each with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._status import Status
from commscore.reference import fixpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from commscore._ruleset import Conclusion, Ruleset, Threshold

_UNDECIDED = frozenset((Status.UNKNOWN, Status.ERROR))
ANY_GROUP = "*"


@attrs.frozen
class Because:
    """One key of a ``when`` that holds, and what makes it hold.

    Attributes:
        key: The key.
        items: The rules that fail or are undecided, the grade, the kind, or what was concluded.
        group: For a threshold the group in which it is reached; null for the whole ruleset.
        at_least: For a threshold how many are needed; null for other keys.
    """

    key: str
    items: tuple[str, ...]
    group: str | None = None
    at_least: int | None = None


@attrs.frozen
class Step:
    """A conclusion that holds, and why."""

    conclusion: Conclusion
    reasons: tuple[Because, ...]


def trace(
    ruleset: Ruleset, statuses: Mapping[str, Iterable[str]], *, grade: str | None, kind: str | None
) -> list[Step]:
    """Say which conclusions hold for a unit or area, and why.

    Args:
        ruleset: The ruleset.
        statuses: The statuses of each rule's findings.
        grade: The grade as scored.
        kind: ``urban``, ``rural``, or null.

    Returns:
        What follows from findings alone first, then what follows from that, and so on; beyond that in file order.
    """
    found = {rule: set(each) for rule, each in statuses.items()}
    failed = [rule.id for rule in ruleset.rules if Status.FAIL in found.get(rule.id, ())]
    undecided = [
        rule.id for rule in ruleset.rules if found.get(rule.id, set()) & _UNDECIDED and rule.id not in set(failed)
    ]
    fired = set(fixpoint(ruleset, found, grade=grade, kind=kind).fired)
    facts = {"grade_in": (str(grade),), "kind": (str(kind),)}
    return [
        Step(each, tuple(_reasons(ruleset, each, failed, undecided, facts)))
        for each in _in_turn([each for each in ruleset.conclusions if each.id in fired])
    ]


def _in_turn(left: list[Conclusion]) -> list[Conclusion]:
    """Order conclusions so that each comes after what it builds on."""
    done: list[Conclusion] = []
    while left:
        names = {each.conclude for each in done}
        ready = [each for each in left if names.issuperset(each.when.concluded)]
        done += ready
        left = [each for each in left if each not in ready]
    return done


def _reasons(
    ruleset: Ruleset,
    each: Conclusion,
    failed: list[str],
    undecided: list[str],
    facts: Mapping[str, tuple[str, ...]],
) -> Iterable[Because]:
    when = each.when
    for key, asked, having in (
        ("fail_any", when.fail_any, failed),
        ("fail_all", when.fail_all, failed),
        ("unknown_any", when.unknown_any, undecided),
    ):
        if asked:
            yield Because(key, tuple(rule for rule in having if rule in asked))
    for key, threshold, having in (("failed_in", when.failed_in, failed), ("unknown_in", when.unknown_in, undecided)):
        if threshold is not None:
            yield _reached(ruleset, key, threshold, having)
    for key, values in facts.items():
        if getattr(when, key):
            yield Because(key, values)
    if when.concluded:
        yield Because("concluded", when.concluded)


def _reached(ruleset: Ruleset, key: str, threshold: Threshold, having: list[str]) -> Because:
    """Give the rules that reach a threshold; of any one group, the first group that has most of them."""
    if threshold.group is None:
        return Because(key, tuple(having), None, threshold.at_least)
    names = [group.id for group in ruleset.groups] if threshold.group == ANY_GROUP else [threshold.group]
    inside = {name: tuple(rule for rule in having if name in _around(ruleset, rule)) for name in names}
    fullest = max(inside, key=lambda name: len(inside[name]))
    return Because(key, inside[fullest], fullest, threshold.at_least)


def _around(ruleset: Ruleset, rule: str) -> list[str]:
    parents = {group.id: group.parent for group in ruleset.groups}
    at = next(each.group for each in ruleset.rules if each.id == rule)
    groups = []
    while at is not None:
        groups.append(at)
        at = parents[at]
    return groups
