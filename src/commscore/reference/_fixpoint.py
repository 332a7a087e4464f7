"""What follows from findings, by going over all conclusions until nothing more is concluded (spec 8)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from commscore._status import Status
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from commscore._ruleset import Conclusion, Ruleset, Text, Threshold, When

OPEN = frozenset((Status.UNKNOWN, Status.ERROR))


@attrs.frozen
class Verdict:
    """What follows for one unit or area.

    Attributes:
        conclusions: What is concluded, in file order, each once.
        actions: What is to be done, in file order, each once.
        grade: The grade, capped.
        fired: The ids of the conclusions that hold, in file order.
    """

    conclusions: tuple[str, ...]
    actions: tuple[Text, ...]
    grade: str | None
    fired: tuple[str, ...]


@attrs.frozen
class _Facts:
    """What conditions look at."""

    failed: set[str]
    undecided: set[str]
    failed_in: Counter[str | None]
    undecided_in: Counter[str | None]
    grade: str | None
    kind: str | None


def fixpoint(
    ruleset: Ruleset,
    statuses: Mapping[str, str | Collection[str]],
    *,
    grade: str | None = None,
    kind: str | None = None,
) -> Verdict:
    """Conclude what follows for one unit or area, the plain way.

    Args:
        ruleset: Whose conclusions are drawn.
        statuses: The status of each rule; of an area, that of each scope. A rule that is left out neither fails nor is
            undecided.
        grade: The grade as scored; null where there is no score.
        kind: ``urban`` or ``rural``; null for areas, and where it is not known.

    Returns:
        Conclusions, actions and the grade that remains.

    Raises:
        UsageError: The ruleset has no such grade.

    Example:
        >>> import commscore
        >>> ruleset = commscore.load_ruleset("taian-2023")
        >>> fixpoint(ruleset, {"workers-per-10k": "fail"}).conclusions
        ('staffing-shortfall',)
    """
    worst_last = [each.name for each in sorted(ruleset.scoring.grades, key=lambda each: -each.at_least)]
    if grade is not None and grade not in worst_last:
        raise UsageError(f"grade: {ruleset.id} has no {grade!r}; it has {', '.join(worst_last) or 'no grades'}")
    sets = {rule: {found} if isinstance(found, str) else set(found) for rule, found in statuses.items()}
    failed = {rule for rule, found in sets.items() if Status.FAIL in found}
    undecided = {rule for rule, found in sets.items() if found & OPEN} - failed
    facts = _Facts(failed, undecided, _by_group(ruleset, failed), _by_group(ruleset, undecided), grade, kind)
    fired: dict[str, Conclusion] = {}
    while True:
        concluded = {each.conclude for each in fired.values()}
        left = [each for each in ruleset.conclusions if each.selected and each.id not in fired]
        more = [each for each in left if concluded.issuperset(each.when.concluded) and _holds(each.when, facts)]
        if not more:
            break
        fired |= {each.id: each for each in more}
    drawn = [each for each in ruleset.conclusions if each.id in fired]
    caps = [each.cap for each in drawn if each.cap is not None]
    return Verdict(
        conclusions=tuple(dict.fromkeys(each.conclude for each in drawn if each.conclude is not None)),
        actions=tuple(dict.fromkeys(each.action for each in drawn if each.action is not None)),
        grade=None if grade is None else max((grade, *caps), key=worst_last.index),
        fired=tuple(each.id for each in drawn),
    )


def _by_group(ruleset: Ruleset, rules: set[str]) -> Counter[str | None]:
    """Count rules by group, each in the groups around its own, too; null is the whole ruleset."""
    parents = {group.id: group.parent for group in ruleset.groups}
    counts: Counter[str | None] = Counter({None: len(rules)})
    for rule in ruleset.rules:
        at = rule.group if rule.id in rules else None
        while at is not None:
            counts[at] += 1
            at = parents[at]
    return counts


def _holds(when: When, facts: _Facts) -> bool:
    return (
        (not when.fail_any or not facts.failed.isdisjoint(when.fail_any))
        and facts.failed.issuperset(when.fail_all)
        and (not when.unknown_any or not facts.undecided.isdisjoint(when.unknown_any))
        and _reached(when.failed_in, facts.failed_in)
        and _reached(when.unknown_in, facts.undecided_in)
        and (not when.grade_in or facts.grade in when.grade_in)
        and (not when.kind or facts.kind in when.kind)
    )


def _reached(asked: Threshold | None, counts: Counter[str | None]) -> bool:
    """Say whether so many rules are in the group asked about, in any one group, or in all."""
    if asked is None:
        return True
    if asked.group == "*":
        return any(group is not None and count >= asked.at_least for group, count in counts.items())
    return counts[asked.group] >= asked.at_least
