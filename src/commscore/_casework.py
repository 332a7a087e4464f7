"""The tests that a ruleset carries itself: its cases run, and what came of each held against what it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from commscore._evaluation import evaluate
from commscore._ruleset import ALL
from commscore._status import Status
from commscore.errors import CommscoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._results import Result
    from commscore._ruleset import Case, Ruleset


@attrs.frozen
class CaseOutcome:
    """What came of a case.

    Attributes:
        case: The case.
        found: By rule, what was found, in the shape in which the case expects it: one status or statuses by scope, of
            the areas that the rule is judged over (all of them combined) or else of the jurisdiction; or a list of
            the units' statuses.
        fault: Why the case could not be evaluated; null when it could.
    """

    case: Case
    found: Mapping[str, Any]
    fault: str | None = None

    @property
    def passed(self) -> bool:
        """Say whether everything came out as expected."""
        return self.fault is None and dict(self.found) == dict(self.case.expect)

    @property
    def differences(self) -> list[str]:
        """Say what came out otherwise, rule by rule."""
        if self.fault is not None:
            return [self.fault]
        return [
            f"{rule}: expected {_shown(expected)}, found {_shown(self.found.get(rule))}"
            for rule, expected in self.case.expect.items()
            if self.found.get(rule) != expected
        ]


def run_cases(ruleset: Ruleset) -> list[CaseOutcome]:
    """Run the cases of a ruleset.

    Args:
        ruleset: The ruleset; a plan of several years has none that could be run.

    Returns:
        One outcome for each case, in file order.
    """
    return [run_case(ruleset, case) for case in ruleset.cases]


def run_case(ruleset: Ruleset, case: Case) -> CaseOutcome:
    """Run one case."""
    try:
        result = evaluate(
            [dict(row) for row in case.rows],
            ruleset,
            as_of=case.as_of,
            level=case.level,
            more={level: [dict(row) for row in rows] for level, rows in case.more.items()},
        )
    except CommscoreError as error:
        return CaseOutcome(case, {}, str(error))
    return CaseOutcome(case, {rule: _found(result, rule, expected) for rule, expected in case.expect.items()})


def _found(result: Result, rule: str, expected: Any) -> Any:
    """Return a rule's statuses in the shape in which they are expected."""
    if isinstance(expected, list):
        return [row["status"] for row in result.findings(level="unit", rule=rule).to_pylist()]
    over = next(each.over for each in result.ruleset.rules if each.id == rule)
    level = over or result.ruleset.jurisdiction.level
    at: dict[str, Status] = {}
    for row in result.findings(level=level, rule=rule).to_pylist():
        status = Status(row["status"])
        at[row["scope"]] = at[row["scope"]] & status if row["scope"] in at else status
    if isinstance(expected, dict):
        return {scope: _name(at.get(scope)) for scope in expected}
    return _name(at.get(ALL))


def _name(status: Status | None) -> str | None:
    return None if status is None else str(status)


def _shown(statuses: Any) -> str:
    if isinstance(statuses, dict):
        return ", ".join(f"{scope} {status}" for scope, status in statuses.items())
    return ", ".join(map(str, statuses)) if isinstance(statuses, list) else str(statuses)
