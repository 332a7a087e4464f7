"""Judge one area by the sums of its rows: mean, ratio, share, total, change, and compounds of them (spec 3)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from commscore._ruleset import ALL
from commscore._status import Reason, Status
from commscore.reference._demands import demand_of
from commscore.reference._intervals import NOTHING, ZERO, Contribution, Point
from commscore.reference._places import inside
from commscore.reference._reach import is_unit_level, judged_level, lens_of_condition, reach
from commscore.reference._rows import finer
from commscore.reference._scope import COMPOUNDS, admits, passes_by, requirement_for, scopes_of
from commscore.reference._tallies import Tally, counted_level, margin, relative, tally
from commscore.reference._units import OUT_OF_SCOPE, judge_condition, of_hole
from commscore.reference._values import Hole
from commscore.reference._verdict import OPEN, Verdict, compound, conjunction
from commscore.reference._weighing import weigh, weigh_relative

if TYPE_CHECKING:
    from commscore._ruleset import Part
    from commscore.reference._places import Place
    from commscore.reference._rows import Data
    from commscore.reference._scope import Lens

_POINTS: dict[Status, Point] = {Status.PASS: (Fraction(1), Fraction(1)), Status.FAIL: (ZERO, Fraction(1))}


def judge_place(data: Data, part: Part, place: Place, lens: Lens) -> Verdict:
    """Judge the rows of one place together.

    Args:
        data: All tables.
        part: A mean, ratio, share, total or change, or a compound of them.
        place: The place.
        lens: The kinds and filters that come from outside the part, and whose requirement applies.
    """
    level = reach(data, part, lens)
    if isinstance(level, Reason):
        return Verdict(Status.NOTCHECKED, level)
    if finer(place.level, level):
        return Verdict(Status.NOTCHECKED, Reason.OTHER_LEVEL)
    if passes_by(part, lens.scope):
        return OUT_OF_SCOPE
    if part.assessment in COMPOUNDS:
        inner = lens.within(part)
        return compound(part, [judge_place(data, other, place, inner) for other in part.parts])
    requirement = requirement_for(part, lens.scope)
    if requirement is not None and relative(part, lens):
        target = margin(data, part, place, lens, target_only=True)
        return weigh_relative(tally(data, part, place, lens), margin(data, part, place, lens), target, requirement)
    counted = _share(data, part, place, lens) if part.assessment == "share" else tally(data, part, place, lens)
    return weigh(counted, None if requirement is None else demand_of(requirement))


def _share(data: Data, part: Part, place: Place, lens: Lens) -> Tally:
    """Count the places that satisfy the condition, among those in scope to which it applies."""
    judge = _judged_rows if is_unit_level(part.parts[0]) else _judged_areas
    found = judge(data, part, place, lens.within(part))
    rows = [_counted(admitted, verdict) for admitted, verdict in found]
    rows = [row for row in rows if row.points != {NOTHING}]
    decided = [len(verdict.outcomes - OUT_OF_SCOPE.outcomes) == 1 for _, verdict in found]
    return Tally(tuple(rows), blank=bool(rows) and not any(decided))


def _judged_rows(data: Data, part: Part, place: Place, lens: Lens) -> list[tuple[bool | Hole, Verdict]]:
    """Judge every unit by the condition, beside whether it is in the share's scope."""
    rows = place.rows.get(counted_level(data, part, lens), ())
    admitted = [(admits(data, row, lens), row) for row in rows]
    return [(answer, judge_condition(data, part.parts[0], row)) for answer, row in admitted if answer is not False]


def _judged_areas(data: Data, part: Part, place: Place, lens: Lens) -> list[tuple[bool | Hole, Verdict]]:
    """Judge every area inside by the condition; the share's own filters already chose the rows they are made of."""
    (condition,) = part.parts
    return [
        (True, _judged_area(data, condition, area, lens))
        for area in inside(data, place, judged_level(data, condition, lens))
    ]


def _judged_area(data: Data, condition: Part, area: Place, lens: Lens) -> Verdict:
    """Judge an area by the condition; one whose requirement differs by kind must hold for both."""
    scopes = scopes_of(condition)
    verdicts = [at_place(data, condition, area, lens_of_condition(lens, scope)) for scope in scopes]
    return verdicts[0] if scopes == (ALL,) else conjunction(verdicts)


def at_place(data: Data, part: Part, place: Place, lens: Lens) -> Verdict:
    """Judge a place at the judged level; rows whose place is not known make no area that could be judged."""
    verdict = judge_place(data, part, place, lens)
    if place.key is not None or verdict.status not in {Status.PASS, Status.FAIL, *OPEN}:
        return verdict
    return of_hole(Hole.MISSING, Reason.MISSING_SCOPE, outcomes=OUT_OF_SCOPE.outcomes | {Status.PASS, Status.FAIL})


def _counted(admitted: bool | Hole, verdict: Verdict) -> Contribution:  # noqa: FBT001
    """Return what one place adds to a share: everything that it may turn out to be."""
    outcomes = verdict.outcomes if admitted is True else verdict.outcomes | OUT_OF_SCOPE.outcomes
    return Contribution(
        frozenset(_POINTS.get(status, NOTHING) for status in outcomes),
        certain=admitted is True,
        missing=admitted is Hole.MISSING or verdict.status is Status.UNKNOWN,
    )
