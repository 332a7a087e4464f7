"""Evaluate rows by a ruleset, the slow and obvious way."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from commscore._loading import load_ruleset
from commscore._ruleset import BUILT_IN, LEVELS
from commscore._status import STATUSES
from commscore.errors import DataError, DataFault, UsageError
from commscore.reference._findings import area_findings, unit_finding
from commscore.reference._grading import Subject, graded
from commscore.reference._places import areas, has, units
from commscore.reference._reach import with_counts
from commscore.reference._rows import Reading, read_tables
from commscore.reference._scope import references

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from commscore._ruleset import Part, Ruleset
    from commscore.reference._findings import Finding
    from commscore.reference._places import Place
    from commscore.reference._rows import Data

Record = dict[str, Any]


@attrs.frozen
class Outcome:
    """What an evaluation found; all numbers are exact fractions.

    Attributes:
        units: One record per row, in row order: key, scores, grades and counts by status.
        areas: One record per area: level, key, number of units, scores, grades and counts, and the mean of its units'
            scores; levels from fine to coarse, then by key, the rows without a known area last.
        findings: One record per place, rule and scope: units first, rules in file order, then areas.
    """

    units: list[Record]
    areas: list[Record]
    findings: list[Record]


def evaluate(  # noqa: PLR0913 - the options of commscore.evaluate
    rows: Sequence[Mapping[str, object]],
    ruleset: Ruleset | str | PathLike[str],
    *,
    key: str | None = None,
    rollup: Sequence[str] | None = None,
    as_of: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    level: str | None = None,
    more: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    missing: Sequence[str] = ("",),
) -> Outcome:
    """Evaluate rows by a ruleset in plain Python and fractions, so that any score can be checked by hand.

    Args:
        rows: The units: mappings of column to value.
        ruleset: A ruleset, its id or its path.
        key: The column that names the units; their ``code`` when null, else their number.
        rollup: The levels of the areas wanted; the jurisdiction's and every ``over`` when null.
        as_of: The date that decides what is due; the last day of the ruleset's year when null.
        columns: The input of each column whose name says it otherwise.
        level: What the rows are; told from their codes when null, else communities.
        more: Rows of other levels, by level.
        missing: Texts that mean "no value".

    Returns:
        Units, areas and findings.

    Raises:
        DataError: When keys are null or not unique, or no rule has a column.
        UsageError: When an option makes no sense, or the ruleset is a plan of several years.
    """
    ruleset = load_ruleset(ruleset)
    due = _date(as_of, ruleset)
    data = read_tables(rows, more or {}, ruleset, Reading(key, columns or {}, level, tuple(missing)))
    _check_columns(data)
    ruleset = attrs.evolve(ruleset, rules=tuple(with_counts(data, rule) for rule in ruleset.rules))
    data = attrs.evolve(data, ruleset=ruleset)
    unit_subjects = [_unit(data, place, due) for place in units(data)]
    area_subjects = [_area(data, place, due) for level in _levels(data, rollup) for place in _sorted(areas(data, level))]
    scores = [(subject.place.unit, subject.scores.score) for subject in unit_subjects]
    return Outcome(
        units=[_unit_record(subject) for subject in unit_subjects],
        areas=[_area_record(subject, scores) for subject in area_subjects],
        findings=[record for subject in (*unit_subjects, *area_subjects) for record in _finding_records(subject)],
    )
