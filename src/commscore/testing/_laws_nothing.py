"""Law 8: nothing over something, something over nothing, and nobody at all."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pyarrow as pa
from hypothesis import assume
from hypothesis import strategies as st

from commscore._results import Result
from commscore._ruleset import Rule, Ruleset
from commscore.testing._comparing import called, records
from commscore.testing._law import broken
from commscore.testing._sampling import Sample, judge, samples, tables_of, with_table

_DECIDED = {"pass", "fail"}


def nothing_is_judged(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 8: zero denominators and empty areas are never infinite, never pass and never fail."""
    sample = data.draw(samples(ruleset, min_rows=0))
    way = data.draw(st.sampled_from(("zero denominators", "as drawn", "no rows")))
    if way == "no rows":
        _check_nobody(sample)
        return
    result = judge(sample)
    _check_finite(sample, result)
    if way == "zero denominators":
        _check_zeros(sample)


def _check_finite(sample: Sample, result: Result) -> None:
    for name, found in records(result).items():
        for record in found:
            strange = [key for key, value in record.items() if isinstance(value, float) and not math.isfinite(value)]
            if strange:
                raise broken(sample, f"{strange[0]} of {called(name, record)} is {record[strange[0]]}", record)
            if record.get("reason") in {"zero_denominator", "empty_scope"} and _says(record) in _DECIDED:
                words = f"{called(name, record)} has nothing to judge ({record['reason']}) and is {_says(record)}"
                raise broken(sample, words, record)


def _says(record: Any) -> Any:
    return record["outlook"] if record["status"] == "informational" else record["status"]


def _check_zeros(sample: Sample) -> None:
    """Put zero into every cell of a denominator."""
    rules = [rule for rule in sample.ruleset.rules if _denominator(rule) is not None]
    assume(rules)
    rule = rules[0]
    name = _denominator(rule) or ""
    dataset, found = sample.dataset, tables_of(sample.dataset)
    holding = [level for level, table in found.items() if name in table.column_names]
    assume(holding)
    for level in holding:
        table = found[level]
        zeros = pa.array([0] * table.num_rows, pa.int64())
        dataset = with_table(dataset, level, table.set_column(table.column_names.index(name), name, zeros))
    zeroed = attrs.evolve(sample, dataset=dataset)
    result = judge(zeroed)
    _check_finite(zeroed, result)
    for finding in result.findings(rule=rule.id).to_pylist():
        if _says(finding) in _DECIDED:
            words = f"{name} is 0 everywhere, and {called('findings', finding)} is {_says(finding)}"
            raise broken(zeroed, words, finding)


def _denominator(rule: Rule) -> str | None:
    """Return what a rule divides by, where that is a column."""
    is_ratio = rule.assessment == "ratio" or (rule.assessment == "each" and len(rule.inputs) > 1)
    return rule.inputs[1] if is_ratio and rule.inputs[1] != "units" and rule.inputs[1] != rule.inputs[0] else None


def _check_nobody(sample: Sample) -> None:
    """Take away all rows: there is nothing to pass or fail, and no score."""
    empty = attrs.evolve(sample.dataset, table=sample.dataset.table.slice(0, 0), more={})
    nobody = attrs.evolve(sample, dataset=empty)
    result = judge(nobody)
    for finding in result.findings().to_pylist():
        if _says(finding) in _DECIDED:
            raise broken(nobody, f"there are no rows, and {called('findings', finding)} is {_says(finding)}", finding)
    for area in result.areas.to_pylist():
        if area["score"] is not None:
            raise broken(nobody, f"there are no rows, and {called('areas', area)} has the score {area['score']}", area)
