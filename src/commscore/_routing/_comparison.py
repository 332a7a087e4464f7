"""Many results -> what several rulesets judge alike, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commscore._requirement import describe
from commscore._ruleset import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from commscore._results import Result
    from commscore._ruleset import Part, Rule

_SCHEMA = pa.schema(
    [
        ("assessment", pa.string()),
        ("inputs", pa.string()),
        ("code", pa.string()),
        ("place", pa.string()),
        ("year", pa.int32()),
        ("ruleset", pa.string()),
        ("rule", pa.string()),
        ("scope", pa.string()),
        ("judged", pa.string()),
        ("required", pa.string()),
        ("n_judged", pa.int64()),
        ("pass_rate_low", pa.float64()),
        ("pass_rate", pa.float64()),
        ("pass_rate_high", pa.float64()),
        ("mean_value", pa.float64()),
    ]
)


def compare_jurisdictions(results: Mapping[str, Result]) -> Any:
    """Put the rules of many rulesets side by side where they judge the same inputs by the same assessment."""
    alike: dict[tuple[object, ...], list[tuple[Result, Rule, str]]] = {}
    for result in results.values():
        for plan in result.plan.rules:
            if plan.rule.selected and plan.node.absent is None:
                alike.setdefault(_measure(plan.rule), []).append((result, plan.rule, plan.judged))
    rows = []
    for found in alike.values():
        if len({id(result) for result, _, _ in found}) > 1:
            found.sort(key=lambda each: (each[0].ruleset.jurisdiction.code, each[0].ruleset.year, each[1].id))
            rows += [row for each in found for row in _rows(*each)]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _measure(part: Part) -> tuple[object, ...]:
    """Return what tells a measure from another: all but what is asked of it, and at which level."""
    inner = tuple((_measure(each), _asked(each)) for each in part.parts)
    return part.assessment, part.inputs, part.per, part.n, part.where, inner


def _asked(part: Part) -> tuple[object, ...]:
    """Return what the condition inside an assessment asks, which makes it a measure of its own."""
    return tuple(sorted((scope, describe(asked)) for scope, asked in part.requirements.items())), part.over


def _rows(result: Result, rule: Rule, judged: str) -> Iterator[dict[str, Any]]:
    ruleset = result.ruleset
    place = ruleset.jurisdiction
    found = result.findings(rule=rule.id, level="unit" if judged == result.plan.level else None)
    found = found.filter(pc.equal(found["level"], "unit" if judged == result.plan.level else judged))
    for scope in rule.requirements or (ALL,):
        some = found if scope == ALL else found.filter(pc.equal(found["scope"].cast(pa.string()), scope))
        yield {
            "assessment": rule.assessment,
            "inputs": ", ".join(rule.inputs) or None,
            "code": place.code,
            "place": place.title.zh,
            "year": ruleset.year,
            "ruleset": ruleset.id,
            "rule": rule.id,
            "scope": None if scope == ALL else scope,
            "judged": judged,
            "required": describe(rule.requirements[scope]) if scope in rule.requirements else None,
            **_rates(some),
            "mean_value": _mean(some),
        }


def _rates(found: Any) -> dict[str, Any]:
    """Count what a rule came to; of a rule that is shown only, what it would have come to."""
    words = pc.coalesce(found["outlook"].cast(pa.string()), found["status"].cast(pa.string()))
    counts = {each["values"]: each["counts"] for each in pc.value_counts(words).to_pylist()}
    passed, failed = counts.get("pass", 0), counts.get("fail", 0)
    undecided = counts.get("unknown", 0) + counts.get("error", 0)
    judged = passed + failed + undecided
    rates = (passed, None if undecided else passed, passed + undecided)
    low, exact, high = (count / judged if judged and count is not None else None for count in rates)
    return {"n_judged": judged, "pass_rate_low": low, "pass_rate": exact, "pass_rate_high": high}


def _mean(found: Any) -> float | None:
    values = found["value"].drop_null().to_numpy()
    return float(np.mean(np.sort(values))) if len(values) else None
