"""Evaluate rows by a ruleset, the slow and obvious way."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from commscore._loading import load_ruleset
from commscore._ruleset import ALL, AREA_LEVELS, BUILT_IN, NATION
from commscore._status import STATUSES, Reason
from commscore.errors import DataError, DataFault, UsageError
from commscore.reference._findings import area_findings, unit_finding
from commscore.reference._grading import Subject, graded
from commscore.reference._places import areas, has, units
from commscore.reference._reach import is_unit_level, reach, with_counts
from commscore.reference._rows import Reading, finer, read_tables
from commscore.reference._scope import Lens, references, scopes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from commscore._ruleset import Part, Rule, Ruleset
    from commscore.reference._findings import Finding
    from commscore.reference._places import Place
    from commscore.reference._rows import Data, Row

Record = dict[str, Any]


@attrs.frozen
class Outcome:
    """What an evaluation found; all numbers are exact fractions.

    Attributes:
        units: One record per row, in row order: key, scores, grades, conclusions, actions and counts by status.
        areas: One record per area: level, key, number of units, scores, grades and counts, and the mean of its units'
            scores; levels from fine to coarse, then by key, the rows without a known area last.
        findings: One record per place, rule and scope: units first, rules in file order, then areas.
    """

    units: list[Record]
    areas: list[Record]
    findings: list[Record]


def evaluate(
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
        DataError: When keys are null or not unique, an area lies in two places, or no rule has a column.
        UsageError: When an option makes no sense, or the ruleset is a plan of several years.

    Example:
        >>> found = evaluate([{"code": "210202001001", "kind": "urban", "social_orgs": 9}], "dalian-2023")
        >>> [(one["rule"], one["required"], one["gap"]) for one in found.findings if one["status"] == "fail"][0]
        ('social-orgs', '≥ 10 个', Fraction(1, 1))
    """
    ruleset = load_ruleset(ruleset)
    due = _date(as_of, ruleset)
    data = read_tables(rows, more or {}, ruleset, Reading(key, columns or {}, level, tuple(missing)))
    _check_columns(data)
    ruleset = attrs.evolve(ruleset, rules=tuple(with_counts(data, rule) for rule in ruleset.rules))
    data = attrs.evolve(data, ruleset=ruleset)
    levels = _levels(data, rollup)
    _check_whole(data, {*levels, *_judged(ruleset)})
    unit_subjects = [_unit(data, place, due) for place in units(data)]
    found = [place for wanted in levels for place in _sorted(areas(data, wanted))]
    area_subjects = [_area(data, place, due) for place in found]
    scores = [(subject.place.unit, subject.scores.score) for subject in unit_subjects]
    return Outcome(
        units=[_unit_record(subject) for subject in unit_subjects],
        areas=[_area_record(subject, scores) for subject in area_subjects],
        findings=[record for subject in (*unit_subjects, *area_subjects) for record in _finding_records(subject)],
    )


def _date(as_of: date | str | None, ruleset: Ruleset) -> date:
    """Return the date that decides what is due: the last day of the ruleset's year unless given."""
    if ruleset.year is None:
        raise UsageError(f"{ruleset.id} is a plan of several years; evaluate one of the years that extend it")
    if as_of is None:
        return date(ruleset.year, 12, 31)
    try:
        return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    except ValueError:
        raise UsageError(f"`as_of` is {as_of!r}; write a date as 2023-12-31") from None


def _check_columns(data: Data) -> None:
    """Refuse tables with rows but without a column for any rule."""
    rules = [rule for rule in data.ruleset.rules if rule.selected]
    if not rules or not any(table.rows for table in data.tables.values()):
        return
    wanted = {name for rule in rules for name in _names(rule) if name not in BUILT_IN}
    there = any(has(data, level, name) for name in wanted for level in data.tables)
    if wanted and not there and not any(_is_checked(data, rule) for rule in rules):
        listed = ", ".join(sorted(wanted)[:10])
        raise DataError([DataFault(f"no column is an input of {data.ruleset.id}; its inputs are {listed}, …")])


def _is_checked(data: Data, rule: Rule) -> bool:
    """Say whether a rule can be checked, if only by what is built in."""
    scopes = scopes_of(rule)
    lenses = [Lens() if scope == ALL else Lens(scope, (scope,)) for scope in scopes]
    return any(not isinstance(reach(data, rule, lens), Reason) for lens in lenses)


def _names(part: Part) -> list[str]:
    """Return every input that a part mentions."""
    names = [*part.inputs, *(part.counts or ())]
    for key in part.where:
        names += [key.input, *references(key.requirement)]
    for requirement in part.requirements.values():
        names += references(requirement)
    return names + [name for inner in part.parts for name in _names(inner)]


def _levels(data: Data, rollup: Sequence[str] | None) -> list[str]:
    """Return the levels of the areas wanted, from fine to coarse."""
    if rollup is None:
        used = {rule.over for rule in data.ruleset.rules} | {data.ruleset.jurisdiction.level}
        return [level for level in AREA_LEVELS if level in used and not finer(level, data.main)]
    known = AREA_LEVELS if data.ruleset.jurisdiction.level == NATION else AREA_LEVELS[:-1]
    for level in rollup:
        if level not in known:
            raise UsageError(f"there is no level {level!r} to roll up to; the levels are {', '.join(known)}")
    return [level for level in AREA_LEVELS if level in rollup]


def _judged(ruleset: Ruleset) -> set[str]:
    """Return the levels whose areas are judged by some rule, or by the condition of a share."""
    parts = [part for rule in ruleset.rules for part in _parts(rule)]
    home = {ruleset.jurisdiction.level for rule in ruleset.rules if not is_unit_level(rule) and rule.over is None}
    return {part.over for part in parts if part.over is not None and not is_unit_level(part)} | home


def _parts(part: Part) -> list[Part]:
    return [part, *(inner for other in part.parts for inner in _parts(other))]


def _check_whole(data: Data, levels: set[str]) -> None:
    """Refuse areas of which some rows say that they lie here, and others there."""
    known: dict[tuple[str, str, str], set[str]] = {}
    for row in (row for table in data.tables.values() for row in table.rows):
        around = {level: row.areas.get(level) for level in levels}
        for level, area in around.items():
            for coarser, outer in around.items():
                if area is not None and outer is not None and finer(level, coarser):
                    known.setdefault((level, area, coarser), set()).add(outer)
    faults = [
        DataFault(f"{level} {area!r} lies in more than one {coarser}: {', '.join(sorted(outer))}", column=level)
        for (level, area, coarser), outer in known.items()
        if len(outer) > 1
    ]
    if faults:
        raise DataError(faults)


def _sorted(places: list[Place]) -> list[Place]:
    """Order areas by key, the rows whose area is not known last."""
    return sorted(places, key=lambda place: (place.key is None, place.key or ""))


def _unit(data: Data, place: Place, as_of: date) -> Subject:
    return graded(data.ruleset, place, [unit_finding(data, rule, place, as_of) for rule in data.ruleset.rules])


def _area(data: Data, place: Place, as_of: date) -> Subject:
    findings = [finding for rule in data.ruleset.rules for finding in area_findings(data, rule, place, as_of)]
    return graded(data.ruleset, place, findings)


# Records. -------------------------------------------------------------------------------------------------


def _unit_record(subject: Subject) -> Record:
    return {"key": _key(subject), **_score_fields(subject)}


def _area_record(subject: Subject, scores: list[tuple[Row | None, Fraction | None]]) -> Record:
    """Write an area, with the mean score of the units in it."""
    level, key = subject.place.level, subject.place.key
    inside = [score for unit, score in scores if unit is not None and unit.areas.get(level, unit) == key]
    scored = [score for score in inside if score is not None]
    return {
        "level": level,
        "key": key,
        "n_units": len(inside),
        **_score_fields(subject),
        "units_score": sum(scored, Fraction(0)) / len(scored) if scored else None,
    }


def _score_fields(subject: Subject) -> Record:
    scores, grades = subject.scores, subject.grades
    counts = Counter(finding.status for finding in subject.findings)
    return {
        "score": scores.score,
        "score_low": scores.low,
        "score_high": scores.high,
        "coverage": scores.coverage,
        "maximum": scores.maximum,
        "grade": grades.grade,
        "grade_low": grades.low,
        "grade_high": grades.high,
        "veto": grades.veto,
        "conclusions": list(subject.verdict.conclusions),
        "actions": list(dict.fromkeys(action.zh for action in subject.verdict.actions)),
        **{f"n_{status}": counts[status] for status in STATUSES},
    }


def _finding_records(subject: Subject) -> list[Record]:
    pairs = zip(subject.findings, subject.gains, strict=True)
    level = "unit" if subject.place.unit else subject.place.level
    return [{"level": level, "key": _key(subject), **_finding_fields(finding, gain)} for finding, gain in pairs]


def _finding_fields(finding: Finding, gain: Fraction | None) -> Record:
    verdict = finding.verdict
    return {
        "rule": finding.rule.id,
        "scope": finding.scope,
        "status": finding.status,
        "reason": finding.reason,
        "value": verdict.value,
        "low": verdict.low,
        "high": verdict.high,
        "required": finding.required(),
        "gap": finding.gap(),
        "attainment": verdict.credit,
        "gain": gain,
        "outlook": finding.outlook,
    }


def _key(subject: Subject) -> object:
    unit = subject.place.unit
    return subject.place.key if unit is None else unit.key
