"""zen-engine: rules as data in a graph, or compiled to one expression."""

from __future__ import annotations

import json
from typing import Any

import zen

from contenders import Contender, plain
from province import Rule
from work import Work


def _verdict(rule: Rule) -> str:
    threshold = f"(kind == 'urban' ? {rule.urban} : {rule.rural})"
    return f"{rule.column} == null ? null : {rule.column} {rule.op} {threshold}"


def _node(name: str, kind: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    node = {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}}
    return node if content is None else node | {"content": content}


def _graph(work: Work) -> dict[str, Any]:
    """Return a decision of one expression node: a verdict a rule, then the score."""
    province = work.province
    keys = [{"id": rule.id, "key": rule.id, "value": _verdict(rule)} for rule in province.rules]
    passed = " + ".join(f"($.{rule.id} == true ? {rule.weight} : 0)" for rule in province.rules)
    keys.append({"id": "score", "key": "score", "value": f"100 * ({passed}) / {province.weight}"})
    nodes = [
        _node("in", "inputNode"),
        _node("rules", "expressionNode", {"expressions": keys}),
        _node("out", "outputNode"),
    ]
    edges = [("in", "rules"), ("rules", "out")]
    arrows = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in edges]
    return {"nodes": nodes, "edges": arrows}


def _decision(work: Work) -> tuple[Work, Any, list[plain.Row]]:
    content = zen.ZenDecisionContent(json.dumps(_graph(work)))
    return work, zen.ZenEngine().create_decision(content), plain.rows(work)


def _decide(job: tuple[Work, Any, list[plain.Row]]) -> tuple[Work, list[plain.Row]]:
    work, decision, units = job
    return work, [decision.evaluate(unit)["result"] for unit in units]


def _expression(work: Work) -> tuple[Work, Any, list[plain.Row]]:
    verdicts = ", ".join(f"({_verdict(rule)})" for rule in work.province.rules)
    return work, zen.compile_expression(f"[{verdicts}]"), plain.rows(work)


def _evaluate(job: tuple[Work, Any, list[plain.Row]]) -> tuple[Work, list[plain.Row]]:
    """Evaluate all verdicts in one call; the score, which one expression cannot reuse them for, is added in Python."""
    work, expression, units = job
    rules, answers = work.province.rules, []
    for unit in units:
        verdicts = expression.evaluate(unit)
        passed = sum(rule.weight for rule, verdict in zip(rules, verdicts, strict=True) if verdict)
        answer = dict(zip((rule.id for rule in rules), verdicts, strict=True))
        answers.append(answer | {"score": 100.0 * passed / work.province.weight})
    return work, answers


_LACKS = "no areas, no reasons: a null has to be told in every expression"

ROWS = [
    Contender("zen-engine, decision graph", "zen-engine", _decision, _decide, plain.read, _LACKS),
    Contender(
        "zen-engine, one compiled expression",
        "zen-engine",
        _expression,
        _evaluate,
        plain.read,
        f"{_LACKS}; the score is added in Python",
    ),
]
