"""Plain Python, one row at a time: the floor of what a service that calls Python can do."""

from __future__ import annotations

import operator
from typing import Any

import pyarrow as pa

from contenders import Contender
from work import Work

OPS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
Row = dict[str, Any]


def rows(work: Work) -> list[Row]:
    """Return the units as mappings."""
    return work.units.to_pylist()


def as_table(work: Work, answers: list[Row]) -> Any:
    """Bring mappings of rule to true, false or None, and a score, into the common form."""
    ids = [rule.id for rule in work.province.rules]
    columns = {name: pa.array([answer.get(name) for answer in answers], pa.bool_()) for name in ids}
    return pa.table({**columns, "score": pa.array([float(answer["score"]) for answer in answers])})


def _prepare(work: Work) -> tuple[Work, list[Any], list[Row]]:
    rules = [(r.id, r.column, OPS[r.op], r.urban, r.rural, r.weight) for r in work.province.rules]
    return work, rules, rows(work)


def _judge(job: tuple[Work, list[Any], list[Row]]) -> tuple[Work, list[Row]]:
    work, rules, units = job
    return work, [_judged(unit, rules, work.province.weight) for unit in units]


def _judged(unit: Row, rules: list[Any], weight: int) -> Row:
    urban, passed, answer = unit["kind"] == "urban", 0, {}
    for name, column, compare, of_urban, of_rural, points in rules:
        figure = unit[column]
        verdict = None if figure is None else compare(figure, of_urban if urban else of_rural)
        answer[name] = verdict
        if verdict:
            passed += points
    answer["score"] = 100.0 * passed / weight
    return answer


def read(output: tuple[Work, list[Row]]) -> Any:
    """Bring the output of a row by row contender into the common form."""
    return as_table(*output)


ROWS = [Contender("floor: plain Python loop", "", _prepare, _judge, read)]
