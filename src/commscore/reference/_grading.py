"""Score and grade one unit or area from its findings (spec 6)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._status import Status
from commscore.reference._fixpoint import Verdict, fixpoint
from commscore.reference._scores import Branch, Leaf, Result, Score, percent, score_tree
from commscore.reference._verdict import OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._ruleset import Ruleset
    from commscore.reference._findings import Finding
    from commscore.reference._fixpoint import Verdict, fixpoint
    from commscore.reference._places import Place
from commscore.reference._scores import Node

PASSED = Result(Status.PASS)


@attrs.frozen
class Grades:
    """The grade of the score, of score_low and of score_high; null where there is no score."""

    grade: str | None
    low: str | None
    high: str | None
    veto: bool


@attrs.frozen
class Subject:
    """A unit or area with its findings, scores and grades.

    Attributes:
        place: The unit or area.
        findings: One per rule and scope, in file order.
        scores: Score, maximum, low, high and coverage.
        grades: The grades, capped by what is concluded.
        verdict: What is concluded.
        gains: Beside each finding, how much the score rises if it alone passes; null unless it fails.
    """

    place: Place
    findings: tuple[Finding, ...]
    scores: Score
    grades: Grades
    verdict: Verdict
    gains: tuple[Fraction | None, ...]


def graded(ruleset: Ruleset, place: Place, findings: Sequence[Finding]) -> Subject:
    """Score and grade a place by its own findings.

    Args:
        ruleset: Model, grades, groups and weights.
        place: The unit or area.
        findings: Its findings.
    """
    results = [_result(finding) for finding in findings]
    scores = _score(ruleset, findings, results)
    grades, verdict = _concluded(ruleset, place, findings, _grades(ruleset, findings, results, scores))
    gains = tuple(
        _gain(ruleset, findings, results, number, scores.score) if finding.status is Status.FAIL else None
        for number, finding in enumerate(findings)
    )
    return Subject(place, tuple(findings), scores, grades, verdict, gains)


def _concluded(ruleset: Ruleset, place: Place, findings: Sequence[Finding], grades: Grades) -> tuple[Grades, Verdict]:
    """Draw the conclusions, and cap the grades: of the lowest as if all that is open failed, of the highest passed."""
    found = None if place.unit is None else place.unit.cells.get("kind")
    kind = found if isinstance(found, str) else None

    def drawn(grade: str | None, taken: Status | None = None) -> Verdict:
        statuses: dict[str, list[str]] = {}
        for finding in findings:
            status = taken if taken is not None and finding.status in OPEN else finding.status
            statuses.setdefault(finding.rule.id, []).append(str(status))
        return fixpoint(ruleset, statuses, grade=grade, kind=kind)

    verdict = drawn(grades.grade)
    order = [each.name for each in sorted(ruleset.scoring.grades, key=lambda each: -each.at_least)]
    low, high = drawn(grades.low, Status.FAIL).grade, drawn(grades.high, Status.PASS).grade
    if verdict.grade is not None:
        low = None if low is None else max((low, verdict.grade), key=order.index)
        high = None if high is None else min((high, verdict.grade), key=order.index)
    return attrs.evolve(grades, grade=verdict.grade, low=low, high=high), verdict


def _result(finding: Finding) -> Result:
    return Result(finding.status, finding.verdict.credit, finding.lowers_coverage)


def _score(ruleset: Ruleset, findings: Sequence[Finding], results: Sequence[Result]) -> Score:
    return score_tree(_tree(ruleset, findings, results), ruleset.scoring.model, ruleset.scoring.unknown)


def _gain(
    ruleset: Ruleset,
    findings: Sequence[Finding],
    results: Sequence[Result],
    number: int,
    score: Fraction | None,
) -> Fraction | None:
    """Score once more with one finding set to pass."""
    fixed = [*results[:number], PASSED, *results[number + 1 :]]
    risen = _score(ruleset, findings, fixed).score
    return None if risen is None or score is None else risen - score


def _tree(ruleset: Ruleset, findings: Sequence[Finding], results: Sequence[Result]) -> Branch:
    """Hang the results under their rules, and the rules under their groups."""
    by_rule: dict[str, tuple[Result, ...]] = {}
    for finding, result in zip(findings, results, strict=True):
        by_rule[finding.rule.id] = (*by_rule.get(finding.rule.id, ()), result)

    def children(parent: str | None) -> tuple[Node, ...]:
        groups = [Branch(group.weight, children(group.id)) for group in ruleset.groups if group.parent == parent]
        rules = [Leaf(rule.weight, by_rule[rule.id]) for rule in ruleset.rules if rule.group == parent]
        return (*groups, *rules)

    return Branch(Fraction(1), children(None))


def _grades(ruleset: Ruleset, findings: Sequence[Finding], results: Sequence[Result], scores: Score) -> Grades:
    """Grade the exact scores; a veto that fails gives the lowest grade, an undecided one only ``grade_low``."""
    vetoes = {finding.status for finding in findings if finding.rule.veto}
    root, model = _tree(ruleset, findings, results), ruleset.scoring.model
    shares = (
        percent(scores.score, root, model, ruleset.scoring.unknown),
        percent(scores.low, root, model, "fail"),
        percent(scores.high, root, model, "fail"),
    )
    failed = Status.FAIL in vetoes
    grade, low, high = (_grade(ruleset, share, lowest=failed) for share in shares)
    if vetoes & OPEN:
        low = _grade(ruleset, shares[1], lowest=True)
    return Grades(grade, low, high, failed)


def _grade(ruleset: Ruleset, share: Fraction | None, *, lowest: bool) -> str | None:
    """Return the first grade whose threshold is reached, from the best down."""
    grades = sorted(ruleset.scoring.grades, key=lambda grade: grade.at_least, reverse=True)
    if not grades or (share is None and not lowest):
        return None
    if lowest or share is None:
        return grades[-1].name
    return next((grade.name for grade in grades if grade.at_least <= share), None)
