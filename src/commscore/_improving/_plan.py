"""A unit or area + a goal -> the cheapest set of findings to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isnan
from typing import TYPE_CHECKING, Any, Literal

import attrs

from commscore._improving import _costs as costs_
from commscore._improving._search import Choice, Fix, cheapest
from commscore._improving._standing import (
    Standing,
    failing_vetoes,
    gains,
    grade_with,
    has_caps,
    maximum_of,
    score_with,
    share_with,
    standing_of,
    undecided,
)
from commscore._status import Status
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._results import Result

By = Literal["fixes", "gap", "cost"]
_HUNDRED = Fraction(100)
_MEASURES = ("fixes", "gap", "cost")


@attrs.frozen
class Step:
    """One finding to mend.

    Attributes:
        rule: The rule.
        title: Its title, in zh.
        scope: ``all``, ``urban`` or ``rural``; null for a unit whose kind is not known.
        status: What it is now: fail, or unknown or error where those were to be looked at.
        value: Its value now.
        required: What it must be.
        gap: The least change that would do.
        gain: By how much the score rises with this step.
        cost: What it costs, in the measure asked for.
        clause: Where the document asks for it.
        phrase: In which words.
    """

    rule: str
    title: str
    scope: str | None
    status: str
    value: float | None
    required: str | None
    gap: float | None
    gain: Fraction
    cost: Fraction
    clause: str | None
    phrase: str | None


@attrs.frozen
class Improvement:
    """The cheapest way from a score to a better one.

    Attributes:
        key: The unit or area.
        level: Its level.
        is_area: Whether it is an area, with places inside.
        to: The grade or score that was asked for.
        by: What was kept small: the number of fixes, the weighted gap, or the cost given.
        reachable: Whether mending what can be mended is enough.
        proven: Whether it is certain that no cheaper set does.
        score, grade: As they are; null where nothing is evaluated, or there are no grades.
        score_after, grade_after: As they would be: after the steps, or after mending everything where that is not
            enough.
        cost: What the steps cost together.
        steps: What to mend, the greatest gain first; empty when the goal is reached already, or cannot be.
        undecided: How many findings could not be decided; they are part of the steps only where that was asked for.
        unpriced: Rules that would help but have no cost.
    """

    key: str
    level: str
    is_area: bool
    to: str | Fraction
    by: str
    reachable: bool
    proven: bool
    score: Fraction | None
    score_after: Fraction | None
    grade: str | None
    grade_after: str | None
    cost: Fraction
    steps: tuple[Step, ...]
    undecided: int
    unpriced: tuple[str, ...]


@attrs.frozen
class Goal:
    """What is to be reached.

    Attributes:
        share: The least score, as a percentage of its maximum.
        grade: The grade asked for; null when it was a score.
        is_lowest: Whether it is the lowest grade, which a failing veto gives too.
    """

    share: Fraction
    grade: str | None
    is_lowest: bool = False


def improve(
    result: Result,
    key: str,
    *,
    to: str | float | Fraction,
    by: By = "fixes",
    costs: Any = None,
    mend_undecided: bool = False,
) -> Improvement:
    """Return the cheapest set of findings to mend: see `Result.improve`."""
    if by not in _MEASURES:
        raise UsageError(f"by: there is no {by!r}; there are {', '.join(_MEASURES)}")
    standing = standing_of(result, str(key))
    goal = _goal(standing, to)
    exclude = standing.ruleset.scoring.unknown == "exclude"
    if mend_undecided and exclude:
        raise UsageError(
            "undecided findings are left out of this ruleset's score (unknown: exclude), so what deciding one of them "
            "gains depends on the others; decide them first, and evaluate again"
        )
    candidates = sorted([*standing.positions((Status.FAIL,)), *(undecided(standing) if mend_undecided else ())])
    priced, unpriced = costs_.price(standing, candidates, by, costs)
    choice = _choose(standing, goal, priced)
    return _improvement(standing, (goal, to, by), priced, choice, unpriced)


def _goal(standing: Standing, to: str | float | Fraction) -> Goal:
    """Return the percentage that is to be reached."""
    grades = standing.ruleset.scoring.grades
    if isinstance(to, str):
        for grade in grades:
            if grade.name == to:
                lowest = min(grades, key=lambda each: each.at_least)
                return Goal(grade.at_least, to, is_lowest=grade == lowest)
        names = ", ".join(grade.name for grade in grades) or "it has none"
        raise UsageError(f"to: {standing.ruleset.id} has no grade {to!r}; its grades: {names}; or give a score")
    if isinstance(to, bool) or not isinstance(to, int | float | Fraction) or isnan(to):
        raise UsageError(f"to: {to!r} is neither a grade nor a score")
    most = maximum_of(standing)
    if not 0 <= to <= most:
        raise UsageError(f"to: {to} is no score here; scores go from 0 to {float(most):g}")
    return Goal(_HUNDRED * Fraction(to) / most, None)


def _choose(standing: Standing, goal: Goal, priced: Mapping[int, Fraction]) -> Choice | None:
    """Return the positions, among those priced, that reach the goal at least cost; null when nothing does."""
    positions = list(priced)
    vetoes = set() if goal.grade is None or goal.is_lowest else set(failing_vetoes(standing))
    if not vetoes <= priced.keys():
        return None
    here = share_with(standing, ())
    if here is None:
        return None
    if standing.ruleset.scoring.model == "absolute":
        everything = tuple(range(len(positions)))
        enough = goal.share <= here or (share_with(standing, positions) or 0) >= goal.share
        mended = () if goal.share <= here else everything
        return Choice(mended, sum((priced[positions[i]] for i in mended), Fraction(0))) if enough else None
    gained = gains(standing, positions)
    fixes = [Fix(priced[i], gain, needed=i in vetoes) for i, gain in zip(positions, gained, strict=True)]
    need = max(Fraction(0), goal.share - here)
    if goal.grade is None or not has_caps(standing.ruleset):
        return cheapest(fixes, need)
    ranks = [grade.name for grade in sorted(standing.ruleset.scoring.grades, key=lambda each: each.at_least)]
    least = ranks.index(goal.grade)

    def uncapped(chosen: tuple[int, ...]) -> bool:
        grade = grade_with(standing, {positions[i] for i in chosen})
        return grade is not None and ranks.index(grade) >= least

    return cheapest(fixes, need, uncapped)


def _improvement(
    standing: Standing,
    asked: tuple[Goal, Any, str],
    priced: Mapping[int, Fraction],
    choice: Choice | None,
    unpriced: Sequence[str],
) -> Improvement:
    goal, to, by = asked
    positions = list(priced)
    chosen = [positions[i] for i in choice.chosen] if choice else []
    after = chosen if choice else positions
    steps = sorted((_step(standing, i, priced[i]) for i in chosen), key=lambda step: (-step.gain, step.rule))
    return Improvement(
        key=standing.subject.key,
        level=standing.subject.level,
        is_area=standing.subject.part is None,
        to=goal.grade if goal.grade is not None else Fraction(to),
        by=by,
        reachable=choice is not None,
        proven=choice is None or choice.proven,
        score=score_with(standing, ()),
        score_after=score_with(standing, after),
        grade=grade_with(standing, ()),
        grade_after=grade_with(standing, after),
        cost=choice.cost if choice else sum(priced.values(), Fraction(0)),
        steps=tuple(steps),
        undecided=len(undecided(standing)),
        unpriced=tuple(dict.fromkeys(unpriced)),
    )


def _step(standing: Standing, position: int, cost: Fraction) -> Step:
    finding, rule = standing.subject.findings[position], standing.rules[position]
    before, after = score_with(standing, ()), score_with(standing, (position,))
    return Step(
        rule=rule.id,
        title=rule.title.zh,
        scope=finding["scope"],
        status=finding["status"],
        value=finding["value"],
        required=finding["required"],
        gap=finding["gap"],
        gain=(after or Fraction(0)) - (before or Fraction(0)),
        cost=cost,
        clause=finding["clause"],
        phrase=finding["phrase"],
    )
