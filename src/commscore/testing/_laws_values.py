"""Laws 4, 5 and 7: what another value in a cell may do, and what stands exactly at a threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import assume
from hypothesis import strategies as st

from commscore._results import Result
from commscore._ruleset import InputType, Ruleset
from commscore.testing._cells import Cells, bounds_of, parts_of, step_of
from commscore.testing._comparing import Record, called
from commscore.testing._directions import LESS, MORE, NOTHING, direction
from commscore.testing._law import broken
from commscore.testing._laws_thresholds import stricter_requirements
from commscore.testing._sampling import (
    Sample,
    as_stored,
    judge,
    reading,
    samples,
    tables_of,
    with_cell,
    with_table,
)

_RANKS = {"fail": 0, "unknown": 1, "error": 1, "pass": 2}


@attrs.frozen
class Place:
    """A cell of a sample: the level of its table, its column and row, and what it holds."""

    level: str
    name: str
    row: int
    value: Fraction | None = None
    better: int = 0

    def __str__(self) -> str:
        """Say where it is."""
        return f"{self.name} of row {self.row} of the {self.level} table"


def outcome(finding: Record) -> str | None:
    """Return what a finding says of its rule: its status, or the outlook of one that is not scored; null for others."""
    if finding["status"] == "informational":
        return None if finding["outlook"] is None else str(finding["outlook"])
    return str(finding["status"])


# ---- LAW 4 ----


def blanked_cells(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 4: take a value away: findings become unknown or stay, score_low and coverage fall, score_high rises."""
    sample = data.draw(samples(ruleset))
    cells = list(_filled_cells(sample))
    assume(cells)
    place = data.draw(st.sampled_from(cells))
    table = with_cell(tables_of(sample.dataset)[place.level], place.name, place.row, None)
    after = attrs.evolve(sample, dataset=with_table(sample.dataset, place.level, table))
    one, two = judge(sample), judge(after)

    for before, now in _pairs(one, two):
        was, is_ = outcome(before), outcome(now)
        if was is None or is_ in (None, was, "unknown"):
            continue
        raise broken(sample, f"without {place}, {called('findings', before)} goes from {was} to {is_}", before, now)
    for name, worse in (("score_low", MORE), ("coverage", MORE), ("score_high", LESS)):
        _check_scores(sample, (one, two), name, worse, f"without {place}")


def _filled_cells(sample: Sample) -> Iterator[Place]:
    """Give the cells that hold something; without a whole its part may become right again, so that stays."""
    inputs = sample.ruleset.inputs
    for level, table in tables_of(sample.dataset).items():
        wholes = {inputs[name].part_of for name in table.column_names if name in inputs}
        for name in table.column_names:
            if (name in inputs and name not in wholes) or name == "kind":
                for row, raw in enumerate(table[name].to_pylist()):
                    if raw not in (None, ""):
                        yield Place(level, name, row)


def _pairs(one: Result, two: Result) -> Iterator[tuple[Record, Record]]:
    yield from zip(one.findings().to_pylist(), two.findings().to_pylist(), strict=True)


def _check_scores(sample: Sample, results: tuple[Result, Result], name: str, worse: int, what: str) -> None:
    """Check that a score column does not move the wrong way: up for 1, down for -1."""
    for table in ("units", "areas"):
        first, second = (getattr(result, table).to_pylist() for result in results)
        for before, after in zip(first, second, strict=True):
            was, is_ = before[name], after[name]
            if was is not None and is_ is not None and (is_ - was) * worse > 0:
                words = f"{what}, {name} of {called(table, before)} goes from {was} to {is_}"
                raise broken(sample, words, before, after)


# ---- LAW 5 ----


def better_values(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 5: a better value worsens no status, score or grade; a stricter requirement passes no more."""
    if data.draw(st.integers(0, 3)) == 3:  # noqa: PLR2004 - one in four
        stricter_requirements(ruleset, data)
        return
    sample = data.draw(samples(ruleset))
    rules = sample.ruleset.rules
    places = [place for place in _numbers(sample) if _next_values(sample, place)]
    assume(places)
    place = data.draw(st.sampled_from(places))
    value = data.draw(st.sampled_from(_next_values(sample, place)))
    table = tables_of(sample.dataset)[place.level]
    entry = sample.ruleset.inputs[place.name]
    raw = as_stored(value, entry, table[place.name][place.row].as_py())
    changed = with_table(sample.dataset, place.level, with_cell(table, place.name, place.row, raw))
    one, two = judge(sample), judge(attrs.evolve(sample, dataset=changed))
    what = f"with {raw!r} in place of {table[place.name][place.row].as_py()!r} as {place}"
    directions = {rule.id: direction(rule, place.name, sample.ruleset.inputs) for rule in rules}

    _check_statuses(sample, (one, two), {name for name, way in directions.items() if way == place.better}, what)
    if set(directions.values()) <= {place.better, NOTHING} and _same_bases(sample, one, two):
        for name in ("score", "score_low", "score_high"):
            _check_scores(sample, (one, two), name, LESS, what)
        _check_grades(sample, (one, two), what)


def _numbers(sample: Sample) -> Iterator[Place]:
    """Give the cells with a value that is better one way for some rule, and may be moved alone."""
    inputs = sample.ruleset.inputs
    for level, table in tables_of(sample.dataset).items():
        rows = reading(table, inputs)
        for name in table.column_names:
            if name not in inputs or inputs[name].type is InputType.CATEGORY:
                continue
            ways = {direction(rule, name, inputs) for rule in sample.ruleset.rules} - {None, NOTHING}
            for way in sorted(way for way in ways if way is not None):
                for index, row in enumerate(rows):
                    if row[name] is not None and _stands_alone(name, row, sample.ruleset):
                        yield Place(level, name, index, row[name], way)


def _stands_alone(name: str, row: Mapping[str, Fraction | None], ruleset: Ruleset) -> bool:
    """Say whether a cell changes nothing but its own value: no part or whole is open, no denominator is or was zero."""
    inputs = ruleset.inputs
    related = [inputs[name].part_of, *(entry.name for entry in inputs.values() if entry.part_of == name)]
    if any(other in row and row[other] is None for other in related if other is not None):
        return False
    for above, below in _quotients(ruleset):
        if name == above and below != "units" and not row.get(below):
            return False
        if name == below and not row[name]:
            return False
    return True


def _quotients(ruleset: Ruleset) -> Iterator[tuple[str, str]]:
    for rule in ruleset.rules:
        for part in parts_of(rule):
            if part.assessment == "ratio" or (part.assessment == "each" and len(part.inputs) > 1):
                yield part.inputs[0], part.inputs[1]
            if part.counts is not None:
                yield part.counts


def _next_values(sample: Sample, place: Place) -> list[Fraction]:
    """Return better values within the bounds of the cell, the nearest first."""
    value = place.value
    if value is None:
        return []
    cells = sample.subject.cells[place.name]
    low, high = _room(sample, place, cells)
    better = [
        found
        for found in {*cells.values, value + place.better * step_of(cells.input)}
        if (found - value) * place.better > 0
        if (low is None or found >= low) and (high is None or found <= high)
    ]
    return sorted(better, key=lambda found: abs(found - value))


def _room(sample: Sample, place: Place, cells: Cells) -> tuple[Fraction | None, Fraction | None]:
    """Return how far a cell may move: its own bounds, those of its parts and whole; a denominator not to zero."""
    inputs = sample.ruleset.inputs
    row = reading(tables_of(sample.dataset)[place.level], inputs)[place.row]
    low, high = bounds_of(cells.input)
    lows, highs = [low], [high, row.get(cells.input.part_of or "")]
    lows += [row.get(entry.name) for entry in inputs.values() if entry.part_of == place.name]
    if any(below == place.name for _, below in _quotients(sample.ruleset)):
        lows.append(step_of(cells.input))
    return (
        max((end for end in lows if end is not None), default=None),
        min((end for end in highs if end is not None), default=None),
    )


def _check_statuses(sample: Sample, results: tuple[Result, Result], rules: set[str], what: str) -> None:
    for before, after in _pairs(*results):
        was, is_ = outcome(before), outcome(after)
        if before["rule"] in rules and _RANKS.get(is_ or "", 2) < _RANKS.get(was or "", 0):
            words = f"{what}, which is better, {called('findings', before)} goes from {was} to {is_}"
            raise broken(sample, words, before, after)


def _same_bases(sample: Sample, one: Result, two: Result) -> bool:
    """Say whether the same findings count on both sides; where unknown has no credit, the same are undecided, too."""
    credited = sample.ruleset.scoring.model == "attainment"

    def base(finding: Record) -> Any:
        status = str(finding["status"])
        decided = status in {"pass", "fail"}
        return (status if status not in _RANKS else decided) if credited else status in _RANKS

    return all(base(before) == base(after) for before, after in _pairs(one, two))


def _check_grades(sample: Sample, results: tuple[Result, Result], what: str) -> None:
    """Check that no grade falls; conclusions may rest on grades and cap them, so that there grades have no order."""
    if sample.ruleset.conclusions:
        return
    names = [grade.name for grade in sample.ruleset.scoring.grades]  # from the best to the worst
    for table in ("units", "areas"):
        first, second = (getattr(result, table).to_pylist() for result in results)
        for before, after in zip(first, second, strict=True):
            for name in ("grade", "grade_low", "grade_high"):
                was, is_ = before[name], after[name]
                if was in names and is_ in names and names.index(is_) > names.index(was):
                    words = f"{what}, which is better, {name} of {called(table, before)} goes from {was} to {is_}"
                    raise broken(sample, words, before, after)
