"""OpenFisca-core: a variable a rule, a simulation a unit, or one simulation for all units."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from openfisca_core.entities import build_entity
from openfisca_core.periods import YEAR
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from contenders import Contender, plain
from province import Province, Rule
from work import Work

OPS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
PERIOD = "2025"
UNDECIDED = -1
Columns = dict[str, "np.ndarray[Any, Any]"]


def _system(province: Province) -> Any:
    entity = build_entity(key="community", plural="communities", label="", is_person=True)
    system = TaxBenefitSystem([entity])

    def add(name: str, kind: type, formula: Callable[..., Any] | None = None) -> None:
        body = {"value_type": kind, "entity": entity, "definition_period": YEAR, "label": name}
        system.add_variable(type(name, (Variable,), body if formula is None else body | {"formula": formula}))

    add("urban", bool)
    for rule in province.rules:
        add(rule.column, float)
        add(f"{rule.column}_known", bool)
        add(rule.id, int, _verdict(rule))
    add("points", int, _points(province))
    return system


def _verdict(rule: Rule) -> Callable[..., Any]:
    """Return a formula: 1, 0 or UNDECIDED. Its figures are float32, and so has the threshold to be."""

    def formula(unit: Any, period: Any) -> Any:
        threshold = np.where(unit("urban", period), np.float32(rule.urban), np.float32(rule.rural))
        met = OPS[rule.op](unit(rule.column, period), threshold).astype(np.int32)
        return np.where(unit(f"{rule.column}_known", period), met, np.int32(UNDECIDED))

    return formula


def _points(province: Province) -> Callable[..., Any]:
    def formula(unit: Any, period: Any) -> Any:
        return sum((unit(rule.id, period) == 1) * np.int32(rule.weight) for rule in province.rules)

    return formula


def _columns(work: Work, units: Any) -> Columns:
    columns: Columns = {"urban": np.asarray(pc.equal(units["kind"].cast(pa.string()), "urban"))}
    for rule in work.province.rules:
        columns[rule.column] = np.asarray(pc.fill_null(units[rule.column], 0.0))
        columns[f"{rule.column}_known"] = np.asarray(pc.is_valid(units[rule.column]))
    return columns


def _simulate(work: Work, system: Any, columns: Columns) -> Columns:
    simulation = SimulationBuilder().build_default_simulation(system, count=len(columns["urban"]))
    for name, values in columns.items():
        simulation.set_input(name, PERIOD, values)
    answer = {rule.id: simulation.calculate(rule.id, PERIOD) for rule in work.province.rules}
    return answer | {"score": 100.0 * simulation.calculate("points", PERIOD) / work.province.weight}


def _by_row(work: Work) -> tuple[Work, Any, list[Columns]]:
    units = [_columns(work, work.units.slice(row, 1)) for row in range(work.units.num_rows)]
    return work, _system(work.province), units


def _judge_rows(job: tuple[Work, Any, list[Columns]]) -> tuple[Work, list[plain.Row]]:
    work, system, units = job
    truth = {1: True, 0: False, UNDECIDED: None}
    answers = []
    for unit in units:
        found = _simulate(work, system, unit)
        answer: plain.Row = {rule.id: truth[int(found[rule.id][0])] for rule in work.province.rules}
        answers.append(answer | {"score": found["score"][0]})
    return work, answers


def _at_once(work: Work) -> tuple[Work, Any, Columns]:
    return work, _system(work.province), _columns(work, work.units)


def _judge_all(job: tuple[Work, Any, Columns]) -> tuple[Work, Columns]:
    work, _, columns = job
    return work, _simulate(*job[:2], columns)


def _read_all(output: tuple[Work, Columns]) -> Any:
    work, found = output
    statuses = {}
    for rule in work.province.rules:
        statuses[rule.id] = pa.array(found[rule.id] == 1, mask=found[rule.id] == UNDECIDED)
    return pa.table({**statuses, "score": found["score"]})


_LACKS = "no null: a flag beside each figure says that it is known; figures are float32, thresholds rounded to match"

ROWS = [Contender("OpenFisca, a simulation a unit", "OpenFisca-Core", _by_row, _judge_rows, plain.read, _LACKS)]
TABLES = [Contender("OpenFisca, one simulation", "OpenFisca-Core", _at_once, _judge_all, _read_all, _LACKS)]
