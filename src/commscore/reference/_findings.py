"""Turn verdicts into findings: at, above and below the judged level, by scope, by due date and force (spec 2 and 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._requirement import describe
from commscore._ruleset import ALL, Force
from commscore._status import Reason, Status
from commscore.reference._areas import at_place, judge_place
from commscore.reference._places import inside
from commscore.reference._reach import is_unit_level, judged_level, reach, reads_finer
from commscore.reference._rows import finer
from commscore.reference._scope import COMPOUNDS, Lens, requirement_for, scopes_of
from commscore.reference._units import OUT_OF_SCOPE, judge_row, of_hole
from commscore.reference._values import Hole
from commscore.reference._verdict import JUDGED, Verdict, conjunction

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from commscore._ruleset import Rule
    from commscore.reference._places import Place
    from commscore.reference._rows import Data

NOT_SELECTED = Verdict(Status.NOTSELECTED, Reason.TAILORED)


@attrs.frozen
class Finding:
    """The outcome of one rule and scope for one place.

    Attributes:
        rule: The rule.
        scope: ``urban``, ``rural`` or ``all``; null for a unit whose kind is not known.
        verdict: What was found, with its numbers.
        status: The status reported: that of the verdict, unless the rule is only shown.
        reason: Why.
        outlook: The status it would have, for a rule that is only shown.
        lowers_coverage: Whether it was not checked, but should have been at this level.
    """

    rule: Rule
    scope: str | None
    verdict: Verdict
    status: Status
    reason: Reason | None
    outlook: Status | None
    lowers_coverage: bool

    def required(self) -> str | None:
        """Write what is required."""
        requirement = None if self.scope is None else requirement_for(self.rule, self.scope)
        return None if requirement is None else describe(requirement)

    def gap(self) -> Fraction | None:
        """Return the least change that would meet the requirement, for what fails or would."""
        return self.verdict.gap if Status.FAIL in {self.status, self.outlook} else None


def unit_finding(data: Data, rule: Rule, place: Place, as_of: date) -> Finding:
    """Return the one finding of a rule for a unit: of a rule by scope, that of the unit's own kind."""
    scopes = scopes_of(rule)
    if scopes == (ALL,):
        return _announce(data, rule, place, as_of, ALL)
    kind = None if place.unit is None else place.unit.cells.get("kind")
    return _announce(data, rule, place, as_of, kind if isinstance(kind, str) else None)


def area_findings(data: Data, rule: Rule, place: Place, as_of: date) -> list[Finding]:
    """Return the findings of a rule for an area, one for each scope."""
    return [_announce(data, rule, place, as_of, scope) for scope in scopes_of(rule)]


def _announce(data: Data, rule: Rule, place: Place, as_of: date, scope: str | None) -> Finding:
    """Report a verdict; what is informational or not yet due is shown with its outlook (spec 2)."""
    verdict = _in_scope(data, rule, place, scope)
    status, reason, outlook = verdict.status, verdict.reason, None
    why = _only_shown(rule, as_of)
    if status is Status.INFORMATIONAL:
        reason = reason or Reason.INFORMATIONAL
    elif why is not None and status in JUDGED:
        status, reason, outlook = Status.INFORMATIONAL, why, status
    judged = judged_level(data, rule, Lens())
    lacking = verdict.reason is Reason.MISSING_COLUMN and status is Status.NOTCHECKED
    return Finding(
        rule,
        scope,
        verdict,
        status,
        reason,
        outlook,
        lowers_coverage=lacking and why is None and not finer(place.level, judged),
    )


def _only_shown(rule: Rule, as_of: date) -> Reason | None:
    """Say why a rule is computed and shown, but never scored; null for those that are scored."""
    has_requirement = rule.assessment in COMPOUNDS or bool(rule.requirements)
    if rule.force is Force.INFORMATIONAL or not has_requirement:
        return Reason.INFORMATIONAL
    return Reason.NOT_DUE if rule.due is not None and rule.due > as_of else None


def _in_scope(data: Data, rule: Rule, place: Place, scope: str | None) -> Verdict:
    """Find the verdict for one scope."""
    if scope == ALL:
        return verdict_at(data, rule, place, Lens())
    if scope in scopes_of(rule):
        return verdict_at(data, rule, place, Lens(scope, (str(scope),)))
    return _without_scope(data, rule, place, scope)


def _without_scope(data: Data, rule: Rule, place: Place, kind: str | None) -> Verdict:
    """Find what can be said of a unit whose kind has no requirement, or is not known."""
    verdict = verdict_at(data, rule, place, Lens(None, scopes_of(rule)))
    if verdict.status in {Status.NOTSELECTED, Status.NOTCHECKED}:
        return verdict
    if kind is not None:
        return OUT_OF_SCOPE
    inside = is_unit_level(rule) and judged_level(data, rule, Lens()) != data.main
    if verdict.status is Status.NOTAPPLICABLE or (is_unit_level(rule) and not inside):
        return verdict
    if verdict.reason is Reason.CONTRIBUTION:
        # What places inside it add goes to the requirement of their own kind, so there is no one value.
        return Verdict(Status.INFORMATIONAL, Reason.CONTRIBUTION) if reads_finer(data, rule) else verdict
    cell = None if place.unit is None else place.unit.cells.get("kind")
    if isinstance(cell, Hole):
        return of_hole(cell, Reason.MISSING_SCOPE)
    # The unit's table has no kinds, that of the finer places inside it has: the unit must hold for both.
    return conjunction([verdict_at(data, rule, place, Lens(scope, (scope,))) for scope in scopes_of(rule)])


def verdict_at(data: Data, rule: Rule, place: Place, lens: Lens) -> Verdict:
    """Judge a place by a rule (spec 3, levels and verdicts).

    At the judged level it is judged itself. Above, its verdict is the AND of those inside it. Below, it sees what it
    adds. A place finer than the rule's inputs cannot be checked.
    """
    if not rule.selected:
        return NOT_SELECTED
    level = reach(data, rule, lens)
    if isinstance(level, Reason):
        return Verdict(Status.NOTCHECKED, level)
    judged = judged_level(data, rule, lens)
    if finer(place.level, level) or finer(judged, level):
        return Verdict(Status.NOTCHECKED, Reason.OTHER_LEVEL)
    if finer(place.level, judged):
        return _contribution(data, rule, place, lens)
    return (_by_units if is_unit_level(rule) else _by_areas)(data, rule, place, lens)


def _by_units(data: Data, rule: Rule, place: Place, lens: Lens) -> Verdict:
    """Judge every unit in a place, and the place by all of them; a unit by itself."""
    judged = judged_level(data, rule, lens)
    rows = place.rows.get(judged, ())
    verdicts = [judge_row(data, rule, row, lens) for row in rows]
    return verdicts[0] if place.level == judged and len(rows) == 1 else conjunction(verdicts)


def _by_areas(data: Data, rule: Rule, place: Place, lens: Lens) -> Verdict:
    """Judge every area of the judged level in a place, and the place by all of them; such an area by itself."""
    judged = judged_level(data, rule, lens)
    if place.level != judged:
        return conjunction([at_place(data, rule, area, lens) for area in inside(data, place, judged)])
    verdict = at_place(data, rule, place, lens)
    return OUT_OF_SCOPE if _is_out(data, rule, place, lens, verdict) else verdict


def _contribution(data: Data, rule: Rule, place: Place, lens: Lens) -> Verdict:
    """Show what a place adds to the verdict above it: a county is not tested against the city's total."""
    verdict = judge_place(data, rule, place, lens)
    if _is_out(data, rule, place, lens, verdict):
        return OUT_OF_SCOPE
    if verdict.status is Status.NOTCHECKED or verdict.reason is Reason.EMPTY_SCOPE:
        return verdict
    return Verdict(Status.INFORMATIONAL, Reason.CONTRIBUTION, value=verdict.value, low=verdict.low, high=verdict.high)


def _is_out(data: Data, rule: Rule, place: Place, lens: Lens, verdict: Verdict) -> bool:
    """Say whether a unit is itself what the rule filters out, rather than a place with nothing in scope inside."""
    only_itself = place.unit is not None and reach(data, rule, lens) == data.main
    return only_itself and verdict.reason is Reason.EMPTY_SCOPE
