"""The cases that rulesets bring along, run for every ruleset that comes with the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import commscore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commscore._ruleset import Case, Ruleset


def cases() -> Iterator[Any]:
    for record in commscore.list_rulesets():
        if record.year is not None:  # a plan of several years is not evaluated itself
            ruleset = commscore.load_ruleset(record.id)
            for case in ruleset.cases:
                yield pytest.param(ruleset, case, id=f"{ruleset.id}:{case.line}")


def outcome(ruleset: Ruleset, case: Case) -> dict[str, Any]:
    """Give what came of each rule the case expects something of, in the shape in which it expects it."""
    result = commscore.evaluate(
        [dict(row) for row in case.rows],
        ruleset,
        as_of=case.as_of,
        level=case.level,
        more={level: [dict(row) for row in rows] for level, rows in case.more.items()},
    )
    units = result.findings(level="unit").to_pylist()
    areas = result.findings(level="area").to_pylist()
    judged = {rule.id: rule.over or ruleset.jurisdiction.level for rule in ruleset.rules}
    found = {}
    for rule, expected in case.expect.items():
        if isinstance(expected, list):
            found[rule] = [row["status"] for row in units if row["rule"] == rule]
        else:
            at = {row["scope"]: row["status"] for row in areas if (row["rule"], row["level"]) == (rule, judged[rule])}
            found[rule] = {scope: at.get(scope) for scope in expected} if isinstance(expected, dict) else at.get("all")
    return found


@pytest.mark.parametrize(("ruleset", "case"), [*cases()])
def test_a_case_comes_out_as_the_ruleset_expects(ruleset: Ruleset, case: Case) -> None:
    assert outcome(ruleset, case) == case.expect
