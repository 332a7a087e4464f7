"""Conclusions -> the facts that their conditions mention, and what each of these must come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._ruleset import SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._ruleset import Ruleset, Threshold

FAILED, UNDECIDED, GRADE, KIND = "failed", "undecided", "grade", "kind"


@attrs.frozen
class Fact:
    """Something that conditions ask of a subject: a small number.

    Attributes:
        what: ``failed`` or ``undecided``: how many of some rules are so, the most of several ``sets`` of rules.
            ``grade`` or ``kind``: 1 when the subject's is one of ``among``, else 0.
        sets: Indexes of rules.
        among: Positions of grades (in the ruleset's order) or kinds (urban, rural).
    """

    what: str
    sets: tuple[tuple[int, ...], ...] = ()
    among: tuple[int, ...] = ()


@attrs.frozen
class Condition:
    """A conclusion's ``when``.

    Attributes:
        tests: Facts by number, and the least each must be.
        concluded: The names that must have been concluded.
    """

    tests: tuple[tuple[int, int], ...]
    concluded: tuple[str, ...]


@attrs.frozen
class Conditions:
    """The conditions of all conclusions.

    Attributes:
        facts: What they mention.
        most: By fact, the greatest number that any condition asks for: more makes no difference.
        conditions: In file order; null for a conclusion that is switched off.
    """

    facts: tuple[Fact, ...]
    most: tuple[int, ...]
    conditions: tuple[Condition | None, ...]


def conditions_of(ruleset: Ruleset) -> Conditions:
    """Lay out the conditions of a ruleset's conclusions."""
    asked = [_asked(ruleset, number) if each.selected else None for number, each in enumerate(ruleset.conclusions)]
    most: dict[Fact, int] = {}
    for tests in asked:
        for fact, least in tests or ():
            most[fact] = max(least, most.get(fact, 0))
    numbers = {fact: number for number, fact in enumerate(most)}
    conditions = tuple(
        None
        if tests is None
        else Condition(tuple((numbers[fact], least) for fact, least in tests), each.when.concluded)
        for each, tests in zip(ruleset.conclusions, asked, strict=True)
    )
    return Conditions(tuple(most), tuple(most.values()), conditions)


def _asked(ruleset: Ruleset, number: int) -> list[tuple[Fact, int]]:
    when = ruleset.conclusions[number].when
    index = {rule.id: i for i, rule in enumerate(ruleset.rules)}
    grades = {grade.name: i for i, grade in enumerate(ruleset.scoring.grades)}
    tests: list[tuple[Fact, int]] = []
    for what, rules, least in (
        (FAILED, when.fail_any, 1),
        (FAILED, when.fail_all, len(set(when.fail_all))),
        (UNDECIDED, when.unknown_any, 1),
    ):
        if rules:
            tests.append((Fact(what, (tuple(sorted({index[rule] for rule in rules})),)), least))
    for what, threshold in ((FAILED, when.failed_in), (UNDECIDED, when.unknown_in)):
        if threshold is not None:
            tests.append((Fact(what, _sets(ruleset, threshold)), threshold.at_least))
    if when.grade_in:
        tests.append((Fact(GRADE, among=tuple(sorted(grades[name] for name in when.grade_in))), 1))
    if when.kind:
        tests.append((Fact(KIND, among=tuple(sorted(SCOPES.index(kind) for kind in when.kind))), 1))
    return tests


def _sets(ruleset: Ruleset, threshold: Threshold) -> tuple[tuple[int, ...], ...]:
    """Give the rules that a threshold counts: of the ruleset, of a group and those inside it, or of each group."""
    if threshold.group is None:
        return (tuple(range(len(ruleset.rules))),)
    members = _members(ruleset)
    groups: Sequence[str] = list(members) if threshold.group == "*" else [threshold.group]
    return tuple(dict.fromkeys(members[group] for group in groups))


def _members(ruleset: Ruleset) -> dict[str, tuple[int, ...]]:
    """Give the rules of each group, those of the groups inside it included."""
    parents = {group.id: group.parent for group in ruleset.groups}
    members: dict[str, list[int]] = {group.id: [] for group in ruleset.groups}
    for number, rule in enumerate(ruleset.rules):
        at = rule.group
        while at is not None:
            members[at].append(number)
            at = parents[at]
    return {group: tuple(rules) for group, rules in members.items()}
