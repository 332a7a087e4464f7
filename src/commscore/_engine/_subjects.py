"""Shown statuses -> what every subject has, unit or area: scores, grades and counts, and what a fix gains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._engine import _integers as ints
from commscore._engine._area_scores import score_areas
from commscore._engine._codes import reason_code
from commscore._engine._scoring import (
    Quotients,
    Results,
    Scores,
    Tree,
    grade_numbers,
    score_results,
    score_share,
    score_tree,
    shown,
)
from commscore._engine._settle import AreaFindings, Shown
from commscore._engine._unit_scores import Class, Marks, score_units
from commscore._status import STATUSES, E, F, K, P, Reason, U

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from commscore._ruleset import Ruleset


GRADES = ("grade", "grade_low", "grade_high")


@attrs.frozen(eq=False)
class Scorer:
    """A ruleset's score tree and what else scoring needs, laid out once."""

    ruleset: Ruleset
    tree: Tree

    def score(self, results: Sequence[Results]) -> Scores:
        """Score many subjects."""
        scoring = self.ruleset.scoring
        return score_results(self.tree, results, model=scoring.model, unknown=scoring.unknown)

    def score_areas(self, results: Sequence[Results], size: int) -> Scores:
        """Score areas, in which a rule has a finding for each of its scopes."""
        scoring = self.ruleset.scoring
        if self.by_credit:
            return self.score(results)
        return score_areas(self.tree, results, size, model=scoring.model, unknown=scoring.unknown)

    def score_units(self, classes: Sequence[Class], rows: int) -> Scores:
        """Score units, each of which has one finding of every rule."""
        scoring = self.ruleset.scoring
        return score_units(self.tree, classes, rows, model=scoring.model, unknown=scoring.unknown)

    def score_alone(self, results: Sequence[Results]) -> Quotients:
        """Return the scores of many subjects, without their intervals, on the model's scale."""
        scoring = self.ruleset.scoring
        share, weights = score_share(self.tree, results, model=scoring.model, unknown=scoring.unknown)
        if scoring.model in ("flat", "flat-unweighted"):
            return Quotients(ints.product(share.num, weights.num), ints.product(share.den, weights.den))
        return share if scoring.model == "absolute" else Quotients(ints.times(share.num, 100), share.den)

    @property
    def by_credit(self) -> bool:
        """Say whether failing findings earn credit."""
        return self.ruleset.scoring.model == "attainment"


def scorer_of(ruleset: Ruleset) -> Scorer:
    """Lay out the score tree of a ruleset."""
    return Scorer(ruleset, score_tree(ruleset))


def unit_results(shown_: Shown, credit: Quotients | None) -> Results:
    """Return one rule's results for units, one finding each, without regard to coverage."""
    status = shown_.status
    return Results(
        (status == P).astype(np.int64),
        (status == F).astype(np.int64),
        ((status == U) | (status == E)).astype(np.int64),
        np.zeros(len(status), dtype=np.int64),
        None if credit is None else (credit.num, credit.den),
    )


def marks_of(shown_: Shown, *, counts_missing: bool) -> Marks:
    """Return one rule's findings of units as they count in scores."""
    unchecked: bool | ints.Bools = False
    if counts_missing and shown_.may & (1 << K):
        found = (shown_.status == K) & (shown_.reason == reason_code(Reason.MISSING_COLUMN))
        unchecked = found if not found.all() else True
    return Marks(shown_.status, shown_.may, unchecked)


def subject_columns(scorer: Scorer, scores: Scores, shown_: Sequence[tuple[int, Shown]]) -> dict[str, Any]:
    """Return the score columns of units or areas.

    Args:
        scorer: The ruleset's.
        scores: Their scores.
        shown_: Every finding, with its rule's index.
    """
    columns: dict[str, Any] = {
        "score": doubles(shown(scores.score)),
        "score_low": doubles(shown(scores.low)),
        "score_high": doubles(shown(scores.high)),
        "coverage": doubles(shown(scores.coverage)),
        "maximum": doubles(shown(scores.maximum)),
    }
    numbers = grade_columns(scorer, scores, shown_)
    columns |= {title: graded(scorer, number) for title, number in numbers.items()}
    for code, status in enumerate(STATUSES):
        columns[f"n_{status}"] = pa.array(_number(code, shown_), pa.int32())
    return columns


def _number(code: int, shown_: Sequence[tuple[int, Shown]]) -> ints.Ints:
    """Count by subject the findings that have a status."""
    total = np.zeros(len(shown_[0][1].status) if shown_ else 0, dtype=np.min_scalar_type(len(shown_)))
    for _, finding in shown_:
        if finding.may >> code & 1:
            total += finding.status == code
    return total.astype(np.int32)


def doubles(values: ints.Floats, *, complete: bool = False) -> Any:
    """Return an Arrow column; NaN becomes null, unless it is known that there is none."""
    gaps = None if complete else np.isnan(values)
    return pa.array(values, pa.float64(), mask=gaps if gaps is not None and gaps.any() else None)


def grade_columns(scorer: Scorer, scores: Scores, shown_: Sequence[tuple[int, Shown]]) -> dict[str, ints.Ints]:
    """Return the numbers of the grades of score, low and high, vetoes applied; -1 for none."""
    grades = scorer.ruleset.scoring.grades
    numbers = [grade_numbers(grades, share) for share in scores.shares]
    if grades:
        worst = min(range(len(grades)), key=lambda i: grades[i].at_least)
        for index, finding in shown_:
            if scorer.ruleset.rules[index].veto:
                failed = finding.status == F
                open_ = (finding.status == U) | (finding.status == E)
                for number in numbers:
                    number[failed] = worst
                numbers[1][open_] = worst
    return dict(zip(GRADES, numbers, strict=True))


def graded(scorer: Scorer, numbers: ints.Ints) -> Any:
    """Return a dictionary column of grades from their numbers."""
    names = pa.array([grade.name for grade in scorer.ruleset.scoring.grades], pa.string())
    if not len(names):
        return pa.DictionaryArray.from_arrays(pa.nulls(len(numbers), pa.int32()), names)
    gaps = numbers < 0
    indices = pa.array(numbers, pa.int32(), mask=gaps) if gaps.any() else pa.array(numbers)
    return pa.DictionaryArray.from_arrays(indices, names, safe=False)


def gain(scorer: Scorer, results: Sequence[Results], index: int, fixed: Results) -> ints.Floats:
    """Return by how much the score rises if one finding of a rule alone is fixed, exactly, as the nearest double.

    Args:
        scorer: The ruleset's.
        results: The results of the subjects as they are.
        index: The rule's index.
        fixed: The rule's results with that finding passing.
    """
    before, after = scorer.score_alone(results), scorer.score_alone([*results[:index], fixed, *results[index + 1 :]])
    rise = ints.minus(ints.product(after.num, before.den), ints.product(before.num, after.den))
    return ints.quotient(rise, ints.product(after.den, before.den))


def with_one_fixed(results: Results, credit: Quotients | None) -> Results:
    """Return a rule's results with one failing finding, of the given credit, passing."""
    fixed = attrs.evolve(results, passed=results.passed + 1, failed=results.failed - 1)
    if results.credit is None or credit is None:
        return fixed
    num, den = results.credit
    missing = ints.minus(credit.den, credit.num)
    more = ints.plus(ints.product(num, credit.den), ints.product(missing, den))
    return attrs.evolve(fixed, credit=ints.reduced(more, ints.product(den, credit.den)))


def taken(results: Sequence[Results], rows: ints.Ints) -> list[Results]:
    """Return the results of some subjects."""
    return [
        Results(
            one.passed[rows],
            one.failed[rows],
            one.undecided[rows],
            one.unchecked[rows],
            None if one.credit is None else (one.credit[0][rows], one.credit[1][rows]),
        )
        for one in results
    ]


def area_shown(findings: Sequence[AreaFindings]) -> list[tuple[int, Shown]]:
    """Return the findings of areas with their rules' indexes."""
    return [(finding.plan.index, finding.shown) for finding in findings]


def by_rule(findings: Sequence[AreaFindings]) -> Mapping[int, list[AreaFindings]]:
    """Group findings by rule."""
    grouped: dict[int, list[AreaFindings]] = {}
    for finding in findings:
        grouped.setdefault(finding.plan.index, []).append(finding)
    return grouped
