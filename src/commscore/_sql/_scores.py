"""Statuses -> score, its low and high, coverage and grades: integer numerators and denominators, divided at the end."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from commscore._engine._scoring import FLAT, Tree, score_tree
from commscore._sql._syntax import (
    FALSE,
    NULL,
    TRUE,
    Sql,
    Steps,
    among,
    as_double,
    both,
    case,
    cast,
    chosen,
    counted,
    either,
    negated,
    plus,
    product,
    text,
    texts_of,
    times,
    whole,
)
from commscore._sql._units import DECIDED, UNDECIDED
from commscore._status import Status
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._ruleset import Ruleset
    from commscore._sql._rules import Shown

_DIGITS = 36  # what a numerator may reach, so that a comparison with a grade still fits 38 digits
_COUNTED = (*DECIDED, *UNDECIDED)
# What a result earns, by how it is looked at: which statuses count, and which of them earn.
_VIEWS = {
    "low": (_COUNTED, (Status.PASS,)),
    "high": (_COUNTED, (Status.PASS, *UNDECIDED)),
    "exclude": (DECIDED, (Status.PASS,)),
    "coverage": (_COUNTED, DECIDED),
}


@attrs.frozen(eq=False)
class Quotient:
    """A quotient per row, and the greatest that its parts may be; a zero ``den`` is none.

    Attributes:
        num: The numerator.
        den: The denominator.
        most: The greatest denominator, which no numerator exceeds.
        weights: The sum of weights that it rests on, times ``scale``.
        scale: What makes weights whole.
    """

    num: Sql
    den: Sql
    most: int
    weights: Sql
    scale: int


@attrs.frozen(eq=False)
class Scores:
    """Puts scores into steps."""

    ruleset: Ruleset
    rules: Sequence[Shown]
    steps: Steps

    def columns(self) -> dict[str, Sql]:
        """Return the score columns by name.

        Raises:
            UsageError: The model needs credits, which SQL does not compute, or its numbers are beyond 38 digits.
        """
        scoring = self.ruleset.scoring
        if scoring.model == "attainment":
            message = f"{self.ruleset.id} scores by attainment, which this SQL does not compute: ask for no scores"
            raise UsageError(message)
        if any(one.selected and one.cap is not None for one in self.ruleset.conclusions):
            message = f"{self.ruleset.id} has conclusions that cap grades, which SQL does not draw: ask for no scores"
            raise UsageError(message)
        tree = score_tree(self.ruleset)
        views = {view: self._quotient(tree, view, f"{view}_") for view in ("low", "high", "coverage")}
        views["score"] = self._quotient(tree, "exclude", "exclude_") if scoring.unknown == "exclude" else views["low"]
        greatest = max(view.most * 100 * _largest_grade(self.ruleset) for view in views.values())
        if greatest >= 10**_DIGITS:
            raise UsageError(f"{self.ruleset.id}: its scores need more than 38 digits in SQL: ask for no scores")
        shares = {view: self._share(views[view]) for view in ("score", "low", "high")}
        found = {"score" if view == "score" else f"score_{view}": self._shown(views[view]) for view in shares}
        found["coverage"] = divided(views["coverage"].num, views["coverage"].den)
        return found | self._grades(shares)

    # --- the tree ---

    def _quotient(self, tree: Tree, view: str, label: str) -> Quotient:
        """Return the weighted mean of what counts in a group; a subgroup that has nothing is left out."""
        groups = [self._quotient(group, view, f"{label}{i}_") for i, group in enumerate(tree.groups, start=1)]
        rules = [(index, weight) for index, weight in tree.rules if weight != 0]
        pairs = [(group, quotient) for group, quotient in zip(tree.groups, groups, strict=True) if group.weight != 0]
        scale = lcm(*(weight.denominator for _, weight in rules), *(group.weight.denominator for group, _ in pairs))
        earned = [self._earned(index, view, int(weight * scale)) for index, weight in rules]
        weights = [self._counts(index, view, int(weight * scale)) for index, weight in rules]
        dens = [chosen(is_nothing(one.den), whole(1), one.den) for _, one in pairs]
        num = _multiplied(plus([one for one in earned if one != whole(0)]), dens)
        for i, (group, one) in enumerate(pairs):
            others = dens[:i] + dens[i + 1 :]
            num = plus([num, _multiplied(times(one.num, int(group.weight * scale)), others)])
        total = [one for one in weights if one != whole(0)]
        total += [chosen(is_nothing(one.den), whole(0), whole(int(group.weight * scale))) for group, one in pairs]
        weight = self.steps.put(f"{label}weight", plus(total))
        most = max(sum(int(w * scale) for _, w in rules) + sum(int(g.weight * scale) for g, _ in pairs), 1)
        for _, one in pairs:
            most *= one.most
        return Quotient(
            self.steps.put(f"{label}num", num),
            self.steps.put(f"{label}den", _multiplied(weight, dens)),
            most,
            weight,
            scale,
        )

    def _earned(self, index: int, view: str, weight: int) -> Sql:
        one = self.rules[index]
        earning = _VIEWS[view][1]
        return _weighed(among(one.status, texts_of(earning)), weight) if one.scored else whole(0)

    def _counts(self, index: int, view: str, weight: int) -> Sql:
        one = self.rules[index]
        if one.scored:
            return _weighed(among(one.status, texts_of(_VIEWS[view][0])), weight)
        return whole(weight) if one.unchecked and view == "coverage" else whole(0)

    # --- what is shown ---

    def _share(self, one: Quotient) -> tuple[Sql, Sql]:
        """Return a score as a quotient of its maximum."""
        if self.ruleset.scoring.model != "absolute":
            return one.num, one.den
        complete = both(negated(is_nothing(one.den)), exp.EQ(this=one.num, expression=one.den))
        return counted(complete), counted(negated(is_nothing(one.den)))

    def _shown(self, one: Quotient) -> Sql:
        model = self.ruleset.scoring.model
        num, den = self._share(one)
        if model == "absolute":
            return divided(num, den)
        if model in FLAT:  # Σ weight × passes, where anything counts
            return case([(negated(is_nothing(one.den)), divided(one.num, whole(one.scale)))])
        return divided(times(num, 100), den)

    def _grades(self, shares: dict[str, tuple[Sql, Sql]]) -> dict[str, Sql]:
        """Grade exact scores; a veto that fails gives the lowest grade, one that is open lowers ``grade_low``."""
        if not self.ruleset.scoring.grades:
            return {f"grade{end}": cast(NULL, "TEXT") for end in ("", "_low", "_high")}
        vetoes = [one.status for one in self.rules if one.plan.rule.veto and one.scored]
        failed = either(*(exp.EQ(this=one, expression=text(Status.FAIL)) for one in vetoes))
        open_ = either(*(among(one, texts_of(UNDECIDED)) for one in vetoes))
        return {
            "grade": self._grade(*shares["score"], lowest=failed),
            "grade_low": self._grade(*shares["low"], lowest=either(failed, open_)),
            "grade_high": self._grade(*shares["high"], lowest=failed),
        }

    def _grade(self, num: Sql, den: Sql, *, lowest: Sql) -> Sql:
        grades = sorted(self.ruleset.scoring.grades, key=lambda one: one.at_least, reverse=True)
        branches = [(lowest, text(grades[-1].name)), (is_nothing(den), cast(NULL, "TEXT"))]
        for grade in grades:
            least = grade.at_least
            reached = exp.GTE(this=times(num, 100 * least.denominator), expression=times(den, least.numerator))
            branches.append((reached, text(grade.name)))
        return case(branches)


def _largest_grade(ruleset: Ruleset) -> int:
    numbers = [max(grade.at_least.numerator, grade.at_least.denominator) for grade in ruleset.scoring.grades]
    return max([1, *(abs(number) for number in numbers)])


def _weighed(condition: Sql, weight: int) -> Sql:
    return chosen(condition, whole(weight), whole(0))


def _multiplied(value: Sql, others: Sequence[Sql]) -> Sql:
    return product(value, *others) if others else value


def divided(num: Sql, den: Sql) -> Sql:
    """Divide for display: the nearest double, where both are whole numbers below 2**53; null over nothing."""
    if den == whole(0):
        return cast(NULL, "DOUBLE")
    below = den if isinstance(den, exp.Literal) else exp.Nullif(this=den, expression=whole(0))
    return exp.Div(this=as_double(num), expression=as_double(below), typed=True)


def is_nothing(den: Sql) -> Sql:
    """Say where a denominator is 0."""
    if isinstance(den, exp.Literal):
        return TRUE if den == whole(0) else FALSE
    return exp.EQ(this=den, expression=whole(0))
