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
        conclusions: What was concluded, in the shape in which the case expects it; null where it expects nothing.
    """

    case: Case
    found: Mapping[str, Any]
    fault: str | None = None
    conclusions: tuple[str, ...] | tuple[tuple[str, ...], ...] | None = None

    @property
    def passed(self) -> bool:
        """Say whether everything came out as expected."""
        return (
            self.fault is None
            and dict(self.found) == dict(self.case.expect)
            and self.conclusions == self.case.conclusions
        )

    @property
    def differences(self) -> list[str]:
        """Say what came out otherwise, rule by rule."""
        if self.fault is not None:
            return [self.fault]
        differences = [
            f"{rule}: expected {_shown(expected)}, found {_shown(self.found.get(rule))}"
            for rule, expected in self.case.expect.items()
            if self.found.get(rule) != expected
        ]
        if self.conclusions != self.case.conclusions:
            expected, found = (_listed(names) for names in (self.case.conclusions, self.conclusions))
            differences.append(f"conclusions: expected {expected}, found {found}")
        return differences


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
    found = {rule: _found(result, rule, expected) for rule, expected in case.expect.items()}
    return CaseOutcome(case, found, conclusions=_conclusions(result, case))


def _conclusions(result: Result, case: Case) -> tuple[str, ...] | tuple[tuple[str, ...], ...] | None:
    """Return what was concluded of the jurisdiction or of each row; in the order of the case, as far as it goes."""
    if case.conclusions is None:
        return None
    expected = case.conclusions
    if expected and all(isinstance(each, tuple) for each in expected):
        rows = _lists(result.units)
        if len(rows) != len(expected):
            return tuple(map(tuple, rows))
        return tuple(_in_order(row, each) for row, each in zip(rows, expected, strict=True))
    level = result.ruleset.jurisdiction.level
    areas = [
        row for row, at in zip(_lists(result.areas), result.areas["level"].to_pylist(), strict=True) if at == level
    ]
    return _in_order([name for row in areas for name in row], expected)


def _lists(rows: Any) -> list[list[str]]:
    return rows["conclusions"].to_pylist() if "conclusions" in rows.column_names else [[] for _ in range(rows.num_rows)]


def _in_order(found: list[str], expected: Any) -> tuple[str, ...]:
    """Order names as a case lists them, others after these: in which order it lists them does not matter."""
    names = dict.fromkeys(found)
    return (*(name for name in expected if name in names), *(name for name in names if name not in expected))


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


def _listed(names: Any) -> str:
    if names and all(isinstance(each, tuple) for each in names):
        return "; ".join(map(_listed, names))
    return ", ".join(names or ()) or "none"


def _shown(statuses: Any) -> str:
    if isinstance(statuses, dict):
        return ", ".join(f"{scope} {status}" for scope, status in statuses.items())
    return ", ".join(map(str, statuses)) if isinstance(statuses, list) else str(statuses)
