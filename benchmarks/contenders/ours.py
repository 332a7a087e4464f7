"""commscore, by its public interface."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import commscore
from contenders import Contender
from work import Work

Job = tuple[Any, Any, list[str]]


def _scoring(work: Work) -> Job:
    return work.units, commscore.load_ruleset(work.ruleset), []


def _scoring_without_code(work: Work) -> Job:
    return work.units.drop_columns(["code"]), commscore.load_ruleset(work.ruleset), []


def _area_work(work: Work) -> Job:
    return work.units, commscore.load_ruleset(work.ruleset), [work.province.level]


def _score(job: Job) -> tuple[Any, Any]:
    units, ruleset, rollup = job
    result = commscore.evaluate(units, ruleset, rollup=rollup)
    return result.wide(), result.units


def _evaluate_only(job: Job) -> Any:
    units, ruleset, rollup = job
    return commscore.evaluate(units, ruleset, rollup=rollup)


def _areas(job: Job) -> Any:
    return _evaluate_only(job).areas


def _single(work: Work) -> Job:
    return work.units.to_pylist(), commscore.load_ruleset(work.ruleset), []


def _score_rows(job: Job) -> list[tuple[Any, Any]]:
    units, ruleset, rollup = job
    return [_score(([unit], ruleset, rollup)) for unit in units]


def _evaluator(work: Work) -> Job:
    return work.units.to_pylist(), commscore.evaluator(commscore.load_ruleset(work.ruleset)), []


def _judge_rows(job: Job) -> list[tuple[dict[str, Any], Any]]:
    """Ask for what the others give: statuses and the score."""
    units, judge, _ = job
    answers = []
    for unit in units:
        verdict = judge(unit)
        answers.append((verdict.statuses, verdict.score))
    return answers


def _judge_rows_in_full(job: Job) -> list[tuple[dict[str, Any], Any]]:
    """Ask for everything: all scores and counts, and each finding's reason, value, requirement, gap and gain."""
    units, judge, _ = job
    answers = []
    for unit in units:
        verdict = judge(unit)
        scores = verdict.as_dict()
        findings = {
            each.rule: (each.status, each.reason, each.value, each.required, each.gap, each.attainment, each.gain)
            for each in verdict.findings
        }
        answers.append(({rule: finding[0] for rule, finding in findings.items()}, scores["score"]))
    return answers


# --- into the common form -----------------------------------------------------------------------------------


def passes(statuses: Any) -> Any:
    """Turn a column of statuses into true, false and null (unknown and error)."""
    column = statuses.combine_chunks() if isinstance(statuses, pa.ChunkedArray) else statuses
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    truth = {"pass": True, "fail": False}
    meaning = pa.array([truth.get(status) for status in column.dictionary.to_pylist()], pa.bool_())
    return meaning.take(column.indices)


def _read_scoring(output: tuple[Any, Any]) -> Any:
    wide, units = output
    statuses = {name: passes(wide[name]) for name in wide.column_names if name != "key"}
    return pa.table({**statuses, "score": units["score"]})


def _read_rows(outputs: list[tuple[Any, Any]]) -> Any:
    return pa.concat_tables([_read_scoring(output) for output in outputs])


def _read_verdicts(answers: list[tuple[dict[str, Any], Any]]) -> Any:
    columns = {name: passes(pa.array([str(statuses[name]) for statuses, _ in answers])) for name in answers[0][0]}
    return pa.table({**columns, "score": pa.array([score for _, score in answers], pa.float64())})


def _read_areas(areas: Any) -> Any:
    wanted = areas.select(["key", "n_units", "n_pass", "n_fail", "score", "units_score"])
    undecided = np.asarray(areas["n_unknown"]) + np.asarray(areas["n_error"])
    return wanted.append_column("n_unknown", pa.array(undecided)).take(pc.sort_indices(areas["key"]))


SCORING = [
    Contender("commscore", "commscore", _scoring, _score, _read_scoring),
    Contender("commscore, rows without a code", "commscore", _scoring_without_code, _score, _read_scoring),
]
EVALUATING = [Contender("commscore, without making the tables", "commscore", _scoring, _evaluate_only)]
AREAS = [Contender("commscore", "commscore", _area_work, _areas, _read_areas)]
TABLES = [SCORING[0]]
EVALUATOR = [
    Contender("commscore.evaluator", "commscore", _evaluator, _judge_rows, _read_verdicts),
    Contender("commscore.evaluator, every finding", "commscore", _evaluator, _judge_rows_in_full, _read_verdicts),
]
ROWS = [
    *(EVALUATOR if hasattr(commscore, "evaluator") else []),
    Contender("commscore, evaluate of one row", "commscore", _single, _score_rows, _read_rows),
]
