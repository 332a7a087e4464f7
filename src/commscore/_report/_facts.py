"""A result -> what a summary tells of it, counted column by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore._engine._counting import by_outlook, by_reason, counted
from commscore._engine._integers import Bools, Ints
from commscore._engine._kernel import judge
from commscore._engine._lanes import Lanes, Workspace
from commscore._engine._plan import Node, RulePlan
from commscore._engine._settle import AreaFindings, area_findings, as_shown
from commscore._engine._subjects import doubles
from commscore._engine._units import Units
from commscore._report._inputs import KIND, all_units, rows_concerned
from commscore._status import REASONS, STATUSES, E, Reason, Status, U
from commscore._tables._exact import INVALID, MISSING, Column

# Why a rule is not scored, in the order told.
UNSCORED = (
    Reason.MISSING_COLUMN,
    Reason.OTHER_LEVEL,
    Reason.NOT_DUE,
    Reason.INFORMATIONAL,
    Reason.TAILORED,
    Reason.EMPTY_SCOPE,
)

if TYPE_CHECKING:
    from commscore._results import Result


@attrs.frozen(eq=False)
class Facts:
    """A result with what several sections of its summary look at.

    Attributes:
        result: The result.
        rules: The rows of `Result.rules`.
        areas: By level, every rule's findings in its areas.
        judged: The findings of rules where they are judged, of those judged at areas or at a single place.
        reasons: By rule, why it counts in no score; null where it does.
    """

    result: Result
    rules: Sequence[dict[str, Any]]
    areas: Mapping[str, Sequence[AreaFindings]]
    judged: Sequence[AreaFinding]
    reasons: Mapping[str, str | None]


def facts_of(result: Result) -> Facts:
    """Count once what several sections need."""
    areas = {level: area_findings(result.run, level) for level in result.plan.area_levels}
    rules = result.rules.to_pylist()
    reasons = {plan.rule.id: why_not_scored(plan, row) for plan, row in zip(result.plan.rules, rules, strict=True)}
    return Facts(result, rules, areas, _findings_at_areas(result, areas), reasons)


# ---- SCORES ----


@attrs.frozen
class Spread:
    """How a score spreads over the units.

    Attributes:
        mean: Their mean, exactly rounded, so that the order of units does not matter.
        least: The least.
        median: The middle one, or the mean of the two in the middle.
        greatest: The greatest.
        nothing: Units without one.
    """

    mean: float
    least: float
    median: float
    greatest: float
    nothing: int


def spread(column: Any) -> Spread | None:
    """Return how a column of scores spreads; null where none of the units has one."""
    values = column.drop_null().to_numpy()
    if not len(values):
        return None
    mean = fsum(values.tolist()) / len(values)
    return Spread(mean, float(values.min()), float(np.median(values)), float(values.max()), len(column) - len(values))


# ---- STATUSES AND REASONS ----


@attrs.define
class Undecided:
    """Findings that are unknown or in error for one reason.

    Attributes:
        status: Their status.
        reason: Why.
        units: How many of them are of units.
        areas: How many of areas.
        rules: How many each rule has.
    """

    status: str
    reason: str
    units: int = 0
    areas: int = 0
    rules: Counter[str] = attrs.Factory(Counter)


def undecided(facts: Facts) -> list[Undecided]:
    """Count what is unknown or in error by reason, most first."""
    result = facts.result
    found: dict[tuple[str, str], Undecided] = {}
    counts = by_reason(result.unit_counts)
    for plan in result.plan.rules:
        _count(found, plan, counts[plan.index], "units")
    for level in result.plan.rollup:
        for finding in facts.areas[level]:
            _count(found, finding.plan, by_reason(counted(finding.shown)), "areas")
    return sorted(found.values(), key=lambda one: (-one.units, -one.areas, one.status, one.reason))


def _count(found: dict[tuple[str, str], Undecided], plan: RulePlan, counts: Ints, kind: str) -> None:
    for code in (U, E):
        for index in np.flatnonzero(counts[code, : len(REASONS)]).tolist():
            status, reason = STATUSES[code], REASONS[index]
            one = found.setdefault((status, reason), Undecided(status, reason))
            count = int(counts[code, index])
            setattr(one, kind, getattr(one, kind) + count)
            one.rules[plan.rule.id] += count


def outlooks(facts: Facts, plan: RulePlan) -> Counter[str]:
    """Count what a rule that is not scored would come to, at its units or in the areas that it is judged at."""
    counts: Counter[str] = Counter()
    for found in _counts_at_judged(facts, plan):
        outlook = by_outlook(found)[: len(STATUSES)]
        counts.update({str(status): int(count) for status, count in zip(STATUSES, outlook, strict=True) if count})
    return counts


def _counts_at_judged(facts: Facts, plan: RulePlan) -> Iterator[Ints]:
    run, level = facts.result.run, plan.judged
    if plan.at_units and level == run.plan.level:
        yield facts.result.unit_counts[plan.index]
    elif plan.at_units and level in run.coarser:
        units = Units(run.coarser[level], level, run.inputs, run.coarser)
        yield counted(as_shown(plan, judge(plan.node, units)))
    else:
        yield from (counted(one.shown) for one in facts.areas.get(level, ()) if one.plan is plan)


# ---- RULES JUDGED AT AREAS ----


@attrs.frozen
class AreaFinding:
    """The finding of a rule in one of the areas that it is judged at."""

    plan: RulePlan
    scope: str
    level: str
    key: str | None
    status: str
    outlook: str | None
    value: float | None
    low: float | None
    high: float | None
    gap: float | None


def _findings_at_areas(result: Result, areas: Mapping[str, Sequence[AreaFindings]]) -> list[AreaFinding]:
    found = []
    for level in reversed(result.plan.area_levels):
        labels = result.run.tally.index(level).labels
        order = sorted(range(len(labels)), key=lambda i: (labels[i] is None, labels[i] or ""))
        for finding in areas[level]:
            alone = not finding.plan.at_units or (len(labels) == 1 and level != result.plan.level)
            if finding.plan.judged == level and alone:
                found += _rows(finding, level, labels, order)
    return found


def _rows(finding: AreaFindings, level: str, labels: Sequence[str | None], order: Sequence[int]) -> list[AreaFinding]:
    names = ("value", "low", "high", "gap")
    numbers = {name: doubles(getattr(finding.numbers, name)).to_pylist() for name in names}
    shown = finding.shown
    return [
        AreaFinding(
            plan=finding.plan,
            scope=finding.scope,
            level=level,
            key=labels[i],
            status=STATUSES[shown.status[i]],
            outlook=STATUSES[shown.outlook[i]] if shown.outlook[i] < len(STATUSES) else None,
            **{name: numbers[name][i] for name in names},
        )
        for i in order
    ]


# ---- CELLS ----


@attrs.frozen
class Cells:
    """The cells of an input that are missing or cannot be right."""

    name: str
    level: str
    missing: int
    invalid: int
    rows: int


def count_cells(counts: dict[tuple[str, str], list[int]], units: Units, plans: Sequence[RulePlan]) -> None:
    """Add a block's cells to the counts by input and level: missing, invalid, and all that some rule reads."""
    work, concerned = Workspace(units, Lanes()), rows_concerned(units, plans)
    found = {name: _bad(work, name, concerned[name]) for name in units.block.columns if name in concerned}
    if units.block.kind is not None:
        found[KIND] = _in_state(units.block.kind, None)
    for name, (missing, invalid) in found.items():
        count = counts.setdefault((name, units.level), [0, 0, 0])
        mask = concerned.get(name)
        all_read = units.rows if mask is None else np.count_nonzero(mask)
        for place, more in enumerate((missing, invalid, int(all_read))):
            count[place] += more


def _bad(work: Workspace, name: str, mask: Bools | None) -> tuple[int, int]:
    """Count missing and invalid cells, of some rows or all; only those are read that are not what they seem."""
    units, machine = work.units, work.machine(name)
    if machine is None:
        return _in_state(units.block.columns[name], mask)
    if mask is None:
        missing = int(units.block.columns.array(name).null_count)
    else:
        gaps = machine.gaps
        missing = 0 if gaps is None else int(np.count_nonzero(gaps & mask))
    odd = machine.odd(0, units.rows)
    if odd is None:
        return missing, 0
    more, invalid = _in_state(units.at(odd if mask is None else odd[mask[odd]]).block.columns[name], None)
    return missing + more, invalid


def _in_state(column: Column, mask: Bools | None) -> tuple[int, int]:
    """Count the missing and the invalid cells of a column as it was read exactly, of some rows or all."""
    if column.state is None:
        return 0, 0
    state = column.state if mask is None else column.state[mask]
    return int(np.count_nonzero(state == MISSING)), int(np.count_nonzero(state == INVALID))


def bad_cells(result: Result) -> list[Cells]:
    """List missing and invalid cells by input and table, most first, of the rows that some rule reads them of."""
    counts = {place: list(count) for place, count in (result.streamed_cells or {}).items()}
    for units in all_units(result):
        count_cells(counts, units, result.plan.rules)
    found = [Cells(name, level, *count) for (name, level), count in counts.items() if count[0] or count[1]]
    return sorted(found, key=lambda cells: (-cells.invalid - cells.missing, cells.name, cells.level))


# ---- WHAT IS NOT SCORED ----


def why_not_scored(plan: RulePlan, row: Mapping[str, Any]) -> str | None:
    """Say why a rule counts in no score: a reason; null when it does.

    Args:
        plan: The rule.
        row: Its row of `Result.rules`.
    """
    if not plan.rule.selected:
        return Reason.TAILORED
    if plan.node.absent is not None:
        return plan.node.absent
    if plan.deferred is not None:
        return plan.deferred
    counts = {status: row[f"n_{status}"] for status in STATUSES}
    nothing = sum(counts.values()) == counts[Status.NOTAPPLICABLE]
    return Reason.EMPTY_SCOPE if nothing and counts[Status.NOTAPPLICABLE] else None


def lacks_parts(node: Node) -> bool:
    """Say whether some part of a compound cannot be checked, which leaves it unknown."""
    return any(child.absent is not None or lacks_parts(child) for child in node.children)
