"""The tables of a result, made from blocks and tallies: units, statuses, areas and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._conclusions import Concluder, Subjects, concluder_of
from commscore._engine import _integers as ints
from commscore._engine._area_outcomes import area_outcome
from commscore._engine._counting import by_status
from commscore._engine._findings import constant_word
from commscore._engine._plan import Plan, RulePlan, rank
from commscore._engine._scoring import Results
from commscore._engine._settle import Shown, area_findings, as_shown, results_of
from commscore._engine._subjects import Scorer, area_shown, doubles, subject_columns
from commscore._engine._unit_columns import unit_columns
from commscore._ruleset import AREA_LEVELS
from commscore._status import STATUSES, Status
from commscore._tables import Column
from commscore._tables._exact import OK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._engine._codes import Codes
    from commscore._engine._parts import UnitPart
    from commscore._engine._run import Run


@attrs.frozen(eq=False)
class Context:
    """What all parts of a result share.

    Attributes:
        plan: What is computed for each rule.
        scorer: The score tree.
        keyed: Whether units have keys or only row numbers.
        concluder: What draws the ruleset's conclusions; null where it has none.
    """

    plan: Plan
    scorer: Scorer
    keyed: bool = True
    concluder: Concluder | None = attrs.Factory(lambda self: concluder_of(self.plan.ruleset), takes_self=True)


def shown_of(part: UnitPart) -> list[tuple[int, Shown]]:
    """Return a block's statuses as shown, with their rules' indexes."""
    return [(plan.index, part.shown(plan.index)) for plan in part.plans]


def unit_table(context: Context, *parts: UnitPart) -> Any:
    """Return the scores of the units of some blocks."""
    if context.concluder is not None and len(parts) > 1:
        tables = [unit_table(context, part) for part in parts]
        return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    columns = {"key": _keys(parts)} | unit_columns(context.scorer, parts)
    if context.concluder is not None:
        columns = concluded(context, columns, shown_of(parts[0]), parts[0].units.block.kind)
    return pa.table(columns)


def concluded(
    context: Context, columns: dict[str, Any], shown: Sequence[tuple[int, Shown]], kind: Column | None = None
) -> dict[str, Any]:
    """Add what follows from the findings of units or areas to their columns, and cap their grades.

    Args:
        context: The conclusions.
        columns: The score columns.
        shown: Every finding, with its rule's index.
        kind: Whether units are urban or rural; areas are neither.
    """
    if context.concluder is None:
        return columns
    return columns | context.concluder.columns(subjects_of(context, columns["grade"], shown, kind), columns)


def subjects_of(
    context: Context, grade: Any, shown: Sequence[tuple[int, Shown]], kind: Column | None = None
) -> Subjects:
    """Return units or areas as conclusions see them; ``grade`` is the one scored."""
    statuses: list[list[Codes]] = [[] for _ in context.plan.ruleset.rules]
    for index, finding in shown:
        statuses[index].append(finding.status)
    kinds = None if kind is None else kind.values if kind.state is None else np.where(kind.state == OK, kind.values, -1)
    return Subjects(len(grade), statuses, np.asarray(grade.indices.fill_null(-1), dtype=np.int64), kinds)


def _keys(parts: Sequence[UnitPart]) -> Any:
    """Return the keys of some blocks; blocks of one column are put together without copying it."""
    keys = [part.units.block.keys for part in parts]
    return keys[0] if len(keys) == 1 else pa.chunked_array(keys, pa.string())


def empty_unit_table(context: Context) -> Any:
    """Return the table of no units."""
    nothing = np.zeros(0, dtype=np.int64)
    results = [Results(nothing, nothing, nothing, nothing, (nothing, nothing)) for _ in context.plan.rules]
    codes = np.zeros(0, dtype=np.uint8)
    shown = [(plan.index, Shown(codes, codes, codes)) for plan in context.plan.rules]
    columns = {"key": pa.array([], pa.string())}
    columns |= subject_columns(context.scorer, context.scorer.score(results), shown)
    return pa.table(concluded(context, columns, shown))


def wide_table(*parts: UnitPart) -> Any:
    """Return the statuses of the units of some blocks, one dictionary column per rule."""
    columns = {"key": _keys(parts)}
    words = pa.array([str(status) for status in STATUSES], pa.string())
    whole = _side_by_side(parts)
    for plan in parts[0].plans:
        if whole is not None and _is_shown_as_judged(parts, plan):
            codes = whole[plan.index]
        else:
            codes = np.concatenate([part.shown(plan.index).status for part in parts])
        # Statuses are in range, so there is nothing to check.
        columns[plan.rule.id] = pa.DictionaryArray.from_arrays(pa.array(codes.view(np.int8)), words, safe=False)
    return pa.table(columns)


def _side_by_side(parts: Sequence[UnitPart]) -> ints.Ints | None:
    """Return the one array that the statuses of all blocks were written to, side by side; null where there is none."""
    whole = parts[0].statuses.base
    rows = sum(part.units.rows for part in parts)
    alike = all(part.statuses.base is whole for part in parts)
    return whole if whole is not None and alike and whole.shape == (len(parts[0].plans), rows) else None


def _is_shown_as_judged(parts: Sequence[UnitPart], plan: RulePlan) -> bool:
    return all(part.shown(plan.index).status is part.verdicts[plan.index].status for part in parts)


def area_scores(context: Context, run: Run, level: str) -> Any:
    """Return the scores of the areas of a level."""
    findings = area_findings(run, level)
    results = results_of(findings, len(context.plan.rules), attainment=context.scorer.by_credit)
    index = run.tally.index(level)
    scores = context.scorer.score_areas(results, index.size)
    shown = area_shown(findings)
    columns = concluded(context, subject_columns(context.scorer, scores, shown), shown)
    columns["units_score"] = doubles(run.tally.mean_score(level))
    order = index.in_order()
    first = {"level": constant_word(level, index.size), "key": index.keys()}
    rest = {"n_units": pa.array(index.units[order], pa.int64())}
    by_key = pa.table(columns).take(pa.array(order))
    return pa.table(first | rest | {name: by_key[name] for name in by_key.column_names})


def rule_table(context: Context, run: Run, units: ints.Ints) -> Any:
    """Return one row per rule, with the counts of its findings at the judged level.

    Args:
        context: Plan and score tree.
        run: The state, with all units added up.
        units: The units' findings as `_counting` counts them.
    """
    plans = context.plan.rules
    own = by_status(units)
    counts = np.array([rule_counts(context.plan, run, plan, own[plan.index]) for plan in plans]).reshape(own.shape)
    passed, failed = counts[:, 0], counts[:, 1]
    undecided = counts[:, 2] + counts[:, 3]
    judged = passed + failed + undecided
    low, high = ints.quotient(passed, judged), ints.quotient(passed + undecided, judged)
    rules = [plan.rule for plan in plans]
    columns: dict[str, Any] = {
        "rule": pa.array([rule.id for rule in rules], pa.string()),
        "group": pa.array([rule.group for rule in rules], pa.string()),
        "title": pa.array([rule.title.zh for rule in rules], pa.string()),
        "clause": pa.array([rule.clause for rule in rules], pa.string()),
        "judged": pa.array([plan.judged for plan in plans], pa.string()),
        "deferred": pa.array([plan.deferred for plan in plans], pa.string()),
        "weight": pa.array([float(rule.weight) for rule in rules], pa.float64()),
    }
    for code, status in enumerate(STATUSES):
        columns[f"n_{status}"] = pa.array(counts[:, code], pa.int64())
    columns["pass_rate_low"] = doubles(low)
    columns["pass_rate"] = doubles(np.where(undecided == 0, low, np.nan))
    columns["pass_rate_high"] = doubles(high)
    columns["reason"] = pa.array([plan.node.absent for plan in plans], pa.string())
    return pa.table(columns)


def rule_counts(plan: Plan, run: Run, rule: RulePlan, units: ints.Ints) -> Any:
    """Count a rule's findings by status: at its units, or in the areas that it is judged at."""
    total = np.zeros(len(STATUSES), dtype=np.int64)
    if rule.at_units and rank(rule.judged) == rank(plan.level):
        return units
    if rule.at_units and rule.rule.selected and rule.node.absent is None:
        return _place_counts(rule, run)
    for finding in _at_judged(rule, run):
        total += np.bincount(finding.status, minlength=len(STATUSES))
    return total


def _place_counts(rule: RulePlan, run: Run) -> Any:
    """Count the verdicts of places that are not the main table's rows, from any level that adds them all up."""
    total = np.zeros(len(STATUSES), dtype=np.int64)
    level = next(name for name in reversed(AREA_LEVELS) if name in run.tally.counts)
    for scope in rule.scopes:
        for code, letter in enumerate("PFUENKSI"):
            found = int(run.tally.count_of((rule.index, (), scope), level, letter).sum())
            deferred = rule.deferred is not None and letter in "PFUE"
            total[STATUSES.index(Status.INFORMATIONAL) if deferred else code] += found
    return total


def _at_judged(rule: RulePlan, run: Run) -> list[Shown]:
    outcomes = [area_outcome(run, rule, scope, rule.judged) for scope in rule.scopes]
    return [as_shown(rule, outcome.verdicts) for outcome in outcomes]
