"""One verdict, and how verdicts combine: compounds inside a unit, and what lies inside an area (spec 2 and 3)."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import attrs

from commscore._status import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from commscore._ruleset import Part

DECIDED = frozenset({Status.PASS, Status.FAIL})
OPEN = frozenset({Status.UNKNOWN, Status.ERROR})
JUDGED = DECIDED | OPEN
EITHER = DECIDED  # what an open verdict may turn out to be


@attrs.frozen
class Verdict:
    """How one assessment stands for one place.

    Attributes:
        status: The status, before due date and force are looked at.
        reason: Why, where it is neither pass nor fail.
        value: What was judged, when it is known.
        low: The least it may be; null when unbounded or not computed.
        high: The greatest it may be.
        gap: When it fails, the least change that would meet the requirement.
        credit: When it passes or fails, how much of the target is reached; not held to 1.
        outcomes: What it may turn out to be once everything is known.
    """

    status: Status
    reason: Reason | None = None
    value: Fraction | None = attrs.field(default=None, kw_only=True)
    low: Fraction | None = attrs.field(default=None, kw_only=True)
    high: Fraction | None = attrs.field(default=None, kw_only=True)
    gap: Fraction | None = attrs.field(default=None, kw_only=True)
    credit: Fraction | None = attrs.field(default=None, kw_only=True)
    outcomes: frozenset[Status] = attrs.field(kw_only=True)

    @outcomes.default
    def _only_itself(self) -> frozenset[Status]:
        return EITHER if self.status in OPEN else frozenset({self.status})


def compound(part: Part, verdicts: Sequence[Verdict]) -> Verdict:
    """Combine the parts of ``all``, ``any`` or ``atleast`` (spec 3, compounds).

    A part that cannot be checked counts as unknown; only when no part can be, neither can the compound.

    Args:
        part: The compound.
        verdicts: Those of its parts, in file order.

    Returns:
        The compound's verdict; its reason is that of the first part with the same status.
    """
    if all(verdict.status is Status.NOTCHECKED for verdict in verdicts):
        return verdicts[0]
    verdicts = [_unknown_if_not_checked(verdict) for verdict in verdicts]
    status = _combine(part, [verdict.status for verdict in verdicts])
    return Verdict(
        status,
        next((verdict.reason for verdict in verdicts if verdict.status is status), None),
        credit=_credit(part, verdicts) if status in DECIDED else None,
        outcomes=_outcomes(lambda statuses: _combine(part, statuses), verdicts),
    )


def _unknown_if_not_checked(verdict: Verdict) -> Verdict:
    if verdict.status is not Status.NOTCHECKED:
        return verdict
    return Verdict(Status.UNKNOWN, Reason.MISSING_COLUMN)


def _combine(part: Part, statuses: Sequence[Status]) -> Status:
    match part.assessment:
        case "all":
            return reduce(and_, statuses)
        case "any":
            return reduce(or_, statuses)
        case _:
            return _at_least(part.n or 0, statuses)


def _at_least(n: int, statuses: Sequence[Status]) -> Status:
    """Pass when n parts pass, fail when fewer than n still could, else leave it undecided."""
    judged = [status for status in statuses if status in JUDGED]
    if not judged:
        return reduce(and_, statuses)
    passes = judged.count(Status.PASS)
    undecided = sum(status in OPEN for status in judged)
    if passes >= n:
        return Status.PASS
    if passes + undecided < n:
        return Status.FAIL
    return Status.UNKNOWN if Status.UNKNOWN in judged else Status.ERROR


def _credit(part: Part, verdicts: Sequence[Verdict]) -> Fraction:
    """Take the least of the parts' credits for ``all``, the greatest for ``any``, the n-th greatest for ``atleast``."""
    credits_ = sorted((verdict.credit or Fraction(0) for verdict in verdicts if verdict.status in JUDGED), reverse=True)
    place = {"all": len(credits_), "any": 1}.get(part.assessment, part.n or 0)
    return credits_[place - 1] if 0 < place <= len(credits_) else Fraction(0)


def _outcomes(combine: Callable[[Sequence[Status]], Status], verdicts: Sequence[Verdict]) -> frozenset[Status]:
    """Combine everything the parts may turn out to be, in every way."""
    choices: set[tuple[Status, ...]] = {()}
    for verdict in verdicts:
        # The order of parts does not matter, so sorting keeps the choices few.
        choices = {tuple(sorted((*choice, status))) for choice in choices for status in verdict.outcomes}
    return frozenset(combine(choice) for choice in choices)


def conjunction(verdicts: Sequence[Verdict]) -> Verdict:
    """Combine the verdicts inside an area by AND; its value is passes of judged (spec 3, verdicts).

    Args:
        verdicts: Of the units, or of the areas at the judged level, inside it.

    Returns:
        The area's verdict. Where the rule has no requirement it is informational when every unit has its value.
    """
    statuses = [verdict.status for verdict in verdicts]
    shown = Status.INFORMATIONAL in statuses
    if shown:  # the rule has no requirement: to have a value stands in for to pass
        statuses = [Status.PASS if status is Status.INFORMATIONAL else status for status in statuses]
    status = reduce(and_, statuses, Status.INFORMATIONAL) if statuses else Status.NOTAPPLICABLE
    passes, fails = statuses.count(Status.PASS), statuses.count(Status.FAIL)
    undecided = sum(status in OPEN for status in statuses)
    judged = passes + fails + undecided
    if shown or not judged:
        status = Status.INFORMATIONAL if status is Status.PASS else status
        return Verdict(status, _area_reason(status, verdicts, decided=shown))
    share = Fraction(passes, judged)
    return Verdict(
        status,
        _area_reason(status, verdicts, decided=passes + fails > 0),
        value=share,
        low=share,
        high=Fraction(passes + undecided, judged),
        gap=Fraction(fails) if status is Status.FAIL else None,
        credit=share if status in DECIDED else None,
    )


def _area_reason(status: Status, verdicts: Sequence[Verdict], *, decided: bool) -> Reason | None:
    """Say why an area stands as it does; what was not checked or not selected is so for one reason everywhere."""
    match status:
        case Status.UNKNOWN:
            return Reason.INCOMPLETE_AREA if decided else Reason.MISSING_VALUE
        case Status.ERROR:
            return Reason.INVALID_VALUE
        case Status.NOTAPPLICABLE:
            return Reason.EMPTY_SCOPE
        case Status.NOTCHECKED | Status.NOTSELECTED:
            return next(verdict.reason for verdict in verdicts if verdict.status is status)
        case _:
            return None
