"""What a claim means, said again in terms of findings: for tests that hold claims against evaluated tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

import commscore
from commscore._checking._model import Claim, Decision, Obligation
from commscore._checking._pieces import is_unit_level
from commscore._ruleset import AREA_LEVELS, CODE_LENGTHS, LEVELS, NATION, Ruleset
from commscore.errors import WitnessTable

Findings = dict[tuple[str, Any, str], dict[str | None, str]]


HOLES = frozenset({"missing_value", "missing_scope", "missing_column", "invalid_value"})


def evaluated(ruleset: Ruleset, table: WitnessTable, rules: tuple[str, ...]) -> list[dict[str, Any]]:
    """Evaluate a witness with the bulk evaluator and the rules concerned alone."""
    alone = attrs.evolve(ruleset, rules=tuple(rule for rule in ruleset.rules if rule.id in rules), cases=())
    levels = AREA_LEVELS if ruleset.jurisdiction.level == NATION else LEVELS
    more = {level: [dict(row) for row in rows] for level, rows in table.more.items()}
    result = commscore.evaluate(
        [dict(row) for row in table.rows],
        alone,
        level=table.level,
        more=more,
        as_of=table.as_of,
        rollup=levels[LEVELS.index(table.level) if table.level != "site" else 1 :]
        if table.level in LEVELS[1:]
        else None,
    )
    return result.findings().to_pylist()


def by_place(findings: list[dict[str, Any]]) -> Findings:
    """Index findings by level, place and rule, and by scope."""
    found: Findings = {}
    for row in findings:
        found.setdefault((row["level"], row["key"], row["rule"]), {})[row["scope"]] = row["status"]
    return found


def judged_at(ruleset: Ruleset, obligation: Obligation) -> str:
    """Give the level of a rule's verdict."""
    if is_unit_level(obligation.rule):
        return "unit"
    return obligation.rule.over or ruleset.jurisdiction.level


def subjects(ruleset: Ruleset, decision: Decision, findings: Findings) -> Iterator[tuple[str | None, ...]]:
    """Give the statuses of the obligations that a decision is about, place by place."""
    levels = [judged_at(ruleset, obligation) for obligation in decision.about]
    level = (
        "unit" if set(levels) == {"unit"} else max((each for each in levels if each != "unit"), key=AREA_LEVELS.index)
    )
    if decision.claim is Claim.IMPLIED and levels[0] != "unit":
        level = levels[0]
    for key in dict.fromkeys(key for at, key, _ in findings if at == level):
        # A rule that is judged for a coarser area has its verdict there.
        places = [
            (own, _around(ruleset, own, key)) if level != "unit" != own and _coarser(own, level) else (level, key)
            for own in levels
        ]
        yield tuple(
            _status(findings.get((*place, obligation.rule.id), {}), obligation, level)
            for place, obligation in zip(places, decision.about, strict=True)
        )


def _status(by_scope: dict[str | None, str], obligation: Obligation, level: str) -> str | None:
    """Give the status in one scope; a unit of another kind is out of it."""
    found = by_scope.get(obligation.scope)
    return "notapplicable" if found is None and by_scope and None not in by_scope and level == "unit" else found


def _coarser(level: str, than: str) -> bool:
    return AREA_LEVELS.index(level) > AREA_LEVELS.index(than)


def _around(ruleset: Ruleset, level: str, key: str | None) -> str:
    """Give the code of the area of a level around a place."""
    return ruleset.jurisdiction.code if level == NATION else (key or "")[: CODE_LENGTHS[level]]


def broken(claim: Claim, statuses: tuple[str | None, ...], *, complete: bool = False) -> bool:
    """Tell whether statuses contradict a claim.

    Args:
        claim: The claim.
        statuses: Of the obligations it is about.
        complete: Whether every value is there and valid, so that what is unknown (a ratio over nothing) stays so.
    """
    match claim:
        case Claim.NEVER_APPLIES:
            return statuses[0] in {"pass", "fail"}
        case Claim.NEVER_PASSES:
            return statuses[0] == "pass"
        case Claim.NEVER_FAILS:
            return statuses[0] == "fail"
        case Claim.NEVER_TOGETHER:
            return set(statuses) == {"pass"}
        case Claim.IMPLIED:
            return statuses[0] == "fail" and statuses[1] in {"pass", "notapplicable", "unknown" if complete else "pass"}
