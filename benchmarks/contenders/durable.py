"""durable-rules: a pass and a fail rule for each obligation and scope; a unit is a fact, retracted when they fired."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import attrs
from durable import engine

from contenders import Contender, plain
from work import Work

# Its own clock calls what later Pythons warn of.
engine._unix_now = time.time  # noqa: SLF001

OPS = {
    True: {">=": "$gte", "<=": "$lte", ">": "$gt", "<": "$lt"},
    False: {">=": "$lt", "<=": "$gt", ">": "$lte", "<": "$gte"},
}


class _Host(engine.Host):  # type: ignore[misc]
    """A host without threads of its own."""

    def _run(self) -> None:
        """Start no timers."""


@attrs.frozen(eq=False)
class Job:
    """The engine, the facts, and where actions leave their verdicts."""

    work: Work
    host: Any
    verdicts: list[tuple[str, bool]]
    facts: list[dict[str, Any]]


def _action(verdicts: list[tuple[str, bool]], rule: str, *, passed: bool) -> Callable[[Any], None]:
    def note(_: Any) -> None:
        verdicts.append((rule, passed))

    return note


def _prepare(work: Work) -> Job:
    verdicts: list[tuple[str, bool]] = []
    rules = {
        f"{rule.id} {scope} {passed}": {
            "all": [{"m": {"$and": [{"kind": scope}, {OPS[passed][rule.op]: {rule.column: threshold}}]}}],
            "run": _action(verdicts, rule.id, passed=passed),
        }
        for rule in work.province.rules
        for scope, threshold in (("urban", rule.urban), ("rural", rule.rural))
        for passed in (True, False)
    }
    host = _Host()
    host.set_rulesets({"benchmark": rules})
    # A null would still be compared as no match, but a key that is absent is not even looked at.
    facts = [{name: value for name, value in row.items() if value is not None} for row in plain.rows(work)]
    return Job(work, host, verdicts, facts)


def _judge(job: Job) -> tuple[Work, list[plain.Row]]:
    rules, answers = job.work.province.rules, []
    for fact in job.facts:
        job.verdicts.clear()
        job.host.assert_fact("benchmark", fact)
        job.host.retract_fact("benchmark", fact)
        answer: plain.Row = {rule.id: None for rule in rules} | dict(job.verdicts)
        passed = sum(rule.weight for rule in rules if answer[rule.id])
        answers.append(answer | {"score": 100.0 * passed / job.work.province.weight})
    return job.work, answers


ROWS = [
    Contender(
        "durable-rules, a fact a unit",
        "durable-rules",
        _prepare,
        _judge,
        plain.read,
        "no unknown: it is where neither the pass nor the fail rule fired; no score: added in Python; no areas",
    )
]
