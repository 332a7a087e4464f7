"""A unit or area as it stands, and its exact score if some of its findings were mended."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._engine._parts import results_by_rule
from commscore._engine._prices import scored_credit
from commscore._engine._settle import area_findings
from commscore._report._subject import Subject, subject_of
from commscore._ruleset import ALL, SCOPES, Rule, Ruleset
from commscore._status import Status
from commscore._tables._exact import OK
from commscore.reference._fixpoint import fixpoint
from commscore.reference._scores import Branch, Leaf, Node, Result, percent, score_tree

if TYPE_CHECKING:
    from commscore import _results

_PASSED = Result(Status.PASS, Fraction(1))
_HUNDRED = Fraction(100)
_UNDECIDED = (Status.UNKNOWN, Status.ERROR)


@attrs.frozen(eq=False)
class Standing:
    """One unit or area with its findings.

    Attributes:
        subject: Who it is.
        ruleset: What it is scored against.
        rules: By finding, its rule.
        results: By finding, what the score makes of it.
        kind: ``urban`` or ``rural``; null for areas, and where it is not known.
    """

    subject: Subject
    ruleset: Ruleset
    rules: tuple[Rule, ...]
    results: tuple[Result, ...]
    kind: str | None = None

    def positions(self, statuses: Collection[Status]) -> list[int]:
        """Return the findings that have one of these statuses."""
        return [i for i, result in enumerate(self.results) if result.status in statuses]


def standing_of(result: _results.Result, key: str) -> Standing:
    """Return a unit or area as it stands.

    Raises:
        UsageError: There is none of this key.
    """
    subject = subject_of(result, key)
    by_id = {rule.id: rule for rule in result.ruleset.rules}
    rules = tuple(by_id[finding["rule"]] for finding in subject.findings)
    earned = list(_credits(result, subject)) if result.context.scorer.by_credit else [None] * len(rules)
    statuses = [Status(finding["status"]) for finding in subject.findings]
    results = tuple(Result(status, credit) for status, credit in zip(statuses, earned, strict=True))
    return Standing(subject, result.ruleset, rules, results, _kind(subject))


def _kind(subject: Subject) -> str | None:
    column = None if subject.part is None else subject.part.units.block.kind
    known = column is not None and (column.state is None or column.state[0] == OK)
    return SCOPES[int(column.values[0])] if column is not None and known else None


def _credits(result: _results.Result, subject: Subject) -> Iterator[Fraction]:
    """Yield what each finding earns where failing ones earn something, exactly."""
    if subject.part is not None:
        part = subject.part
        for one in results_by_rule(part.units, part.plans, part.verdicts, own=part.own):
            assert one.credit is not None  # noqa: S101 - the model is by credit
            yield Fraction(int(one.credit[0][0]), int(one.credit[1][0]))
        return
    number = result.run.tally.index(subject.level).ids[subject.key]
    shown = {(finding["rule"], finding["scope"] or ALL) for finding in subject.findings}
    for finding in area_findings(result.run, subject.level):
        if (finding.plan.rule.id, finding.scope) in shown:
            credit = scored_credit(finding.numbers.credit, finding.shown.status)
            yield Fraction(int(credit.num[number]), int(credit.den[number]))


# ---- SCORE ----


def score_with(standing: Standing, mended: Collection[int]) -> Fraction | None:
    """Return the score if some findings passed, on the model's scale; null where nothing is evaluated."""
    scoring = standing.ruleset.scoring
    return score_tree(_tree(standing, mended), scoring.model, scoring.unknown).score


def share_with(standing: Standing, mended: Collection[int]) -> Fraction | None:
    """Return the score as a percentage of its maximum, by which grades are given."""
    scoring = standing.ruleset.scoring
    return percent(score_with(standing, mended), _tree(standing, mended), scoring.model, scoring.unknown)


def grade_with(standing: Standing, mended: Collection[int]) -> str | None:
    """Return the grade if some findings passed, after the caps of what would still be concluded."""
    grade = _scored_grade(standing, mended)
    statuses: dict[str, set[str]] = {}
    for i, (rule, result) in enumerate(zip(standing.rules, standing.results, strict=True)):
        statuses.setdefault(rule.id, set()).add(Status.PASS if i in mended else result.status)
    return fixpoint(standing.ruleset, statuses, grade=grade, kind=standing.kind).grade


def has_caps(ruleset: Ruleset) -> bool:
    """Say whether any conclusion lowers the grade."""
    return any(each.cap is not None and each.selected for each in ruleset.conclusions)


def _scored_grade(standing: Standing, mended: Collection[int]) -> str | None:
    grades = sorted(standing.ruleset.scoring.grades, key=lambda grade: grade.at_least, reverse=True)
    share = share_with(standing, mended)
    if not grades:
        return None
    if failing_vetoes(standing, mended):
        return grades[-1].name
    return next((grade.name for grade in grades if share is not None and grade.at_least <= share), None)


def failing_vetoes(standing: Standing, mended: Collection[int] = ()) -> list[int]:
    """Return the failing findings of rules that decide alone."""
    failing = standing.positions((Status.FAIL,))
    return [i for i in failing if standing.rules[i].veto and i not in mended]


def undecided(standing: Standing) -> list[int]:
    """Return the findings that could not be decided."""
    return standing.positions(_UNDECIDED)


def _tree(standing: Standing, mended: Collection[int]) -> Branch:
    by_rule: dict[str, list[Result]] = {}
    for i, (rule, result) in enumerate(zip(standing.rules, standing.results, strict=True)):
        by_rule.setdefault(rule.id, []).append(_PASSED if i in mended else result)
    return Branch(Fraction(1), _children(standing.ruleset, by_rule, None))


def _children(ruleset: Ruleset, by_rule: dict[str, list[Result]], parent: str | None) -> tuple[Node, ...]:
    groups = [
        Branch(group.weight, _children(ruleset, by_rule, group.id))
        for group in ruleset.groups
        if group.parent == parent
    ]
    rules = [Leaf(rule.weight, tuple(by_rule.get(rule.id, ()))) for rule in ruleset.rules if rule.group == parent]
    return (*groups, *rules)


def gains(standing: Standing, positions: Sequence[int]) -> list[Fraction]:
    """Return by how much the score's percentage rises with each of some findings mended, whatever else is.

    Where the score is a weighted mean, mending a finding that counts already changes no weight; so gains add up.
    """
    before = share_with(standing, ()) or Fraction(0)
    return [(share_with(standing, (i,)) or Fraction(0)) - before for i in positions]


def maximum_of(standing: Standing) -> Fraction:
    """Return the greatest score possible."""
    scoring = standing.ruleset.scoring
    return score_tree(_tree(standing, ()), scoring.model, scoring.unknown).maximum or _HUNDRED
