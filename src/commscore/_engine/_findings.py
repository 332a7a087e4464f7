"""Outcomes -> the long table of findings, made when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._engine import _integers as ints
from commscore._engine._codes import Verdicts
from commscore._engine._prices import scored_credit, unit_credit, unit_numbers
from commscore._engine._run import of_finer
from commscore._engine._settle import AreaFindings, Shown, as_shown, conjunction_numbers
from commscore._engine._subjects import Scorer, doubles, gain, taken, with_one_fixed
from commscore._engine._units import Units
from commscore._engine._values import contribution_numbers
from commscore._requirement import describe
from commscore._ruleset import ALL, SCOPES, Rule
from commscore._status import REASONS, STATUSES, F, K, N

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from commscore._engine._plan import RulePlan
    from commscore._engine._scoring import Quotients, Results, Scores
    from commscore._engine._verdicts import Outcome

STRINGS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("level", STRINGS),
        ("key", pa.string()),
        ("rule", STRINGS),
        ("scope", STRINGS),
        ("status", STRINGS),
        ("reason", STRINGS),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("required", STRINGS),
        ("gap", pa.float64()),
        ("attainment", pa.float64()),
        ("gain", pa.float64()),
        ("outlook", STRINGS),
        ("clause", STRINGS),
        ("phrase", STRINGS),
        ("document", STRINGS),
    ]
)


@attrs.frozen(eq=False)
class UnitPart:
    """A block of units with all that findings are made from.

    Attributes:
        units: The rows.
        plans: The rules.
        verdicts: By rule.
        results: By rule, as scored.
        scores: The units' scores.
        finer: What rules judged in finer tables came to for the units.
        areas: By unit, its position among those outcomes; null when there are none.
    """

    units: Units
    plans: tuple[RulePlan, ...]
    verdicts: tuple[Verdicts, ...]
    results: tuple[Results, ...]
    scores: Scores
    finer: Mapping[int, Mapping[str, Outcome]]
    areas: ints.Ints | None


def coded(codes: ints.Ints, words: Sequence[str | None]) -> Any:
    """Return a dictionary column of words; codes whose word is null, or out of range, are null."""
    codes = np.asarray(codes, dtype=np.int64)
    blank = np.array([word is None for word in words] + [True], dtype=bool)
    nulls = blank[np.clip(codes, -1, len(words))] | (codes < 0)
    named = pa.array([word or "" for word in words], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=nulls), named)


def constant_word(word: str | None, size: int) -> Any:
    """Return a dictionary column of one word."""
    return coded(np.zeros(size, dtype=np.int64), [word])


def status_words(codes: ints.Ints) -> Any:
    """Return a dictionary column of statuses."""
    return coded(codes, [str(status) for status in STATUSES])


def _rule_words(rule: Rule, document: str | None, size: int) -> dict[str, Any]:
    return {
        "rule": constant_word(rule.id, size),
        "clause": constant_word(rule.clause, size),
        "document": constant_word((rule.source.document if rule.source else None) or document, size),
    }


def _shown_columns(shown: Shown, rows: ints.Ints) -> dict[str, Any]:
    return {
        "status": status_words(shown.status[rows]),
        "reason": coded(shown.reason[rows], [str(reason) for reason in REASONS]),
        "outlook": coded(shown.outlook[rows], [str(status) for status in STATUSES]),
    }


def _phrase_of(rule: Rule, scope: str | None) -> str | None:
    """Return the policy's words for a scope's figure."""
    if rule.phrase is None or isinstance(rule.phrase, str):
        return rule.phrase
    return rule.phrase.get(scope or ALL, rule.phrase.get(ALL))


def _required_of(rule: Rule, scope: str) -> str | None:
    """Return what a scope must meet, in canonical form."""
    requirement = rule.requirements.get(scope, rule.requirements.get(ALL))
    return None if requirement is None else describe(requirement)


# ---- UNITS ----


def unit_findings(
    part: UnitPart, scorer: Scorer, wanted: Callable[[Shown], ints.Bools], *, by_rule: bool = False
) -> Any:
    """Return the findings of a block's units, rows in order, rules in file order within a row; or the other way round.

    Args:
        part: The block.
        scorer: What prices findings.
        wanted: Which findings of a rule are wanted.
        by_rule: Whether rules come in order, and rows in order within a rule.
    """
    tables, order = [], []
    document = scorer.ruleset.source.document
    for plan, verdicts in zip(part.plans, part.verdicts, strict=True):
        shown = as_shown(plan, verdicts)
        rows = np.flatnonzero(wanted(shown))
        if len(rows):
            tables.append(_unit_rule_table(part, plan, (verdicts, shown), rows, (scorer, document)))
            order.append(rows)
    if not tables:
        return SCHEMA.empty_table()
    table = pa.concat_tables(tables).unify_dictionaries()
    if by_rule:
        return table
    return table.combine_chunks().take(pa.array(np.argsort(np.concatenate(order), kind="stable")))


def _unit_rule_table(
    part: UnitPart,
    plan: RulePlan,
    outcome: tuple[Verdicts, Shown],
    rows: ints.Ints,
    context: tuple[Scorer, str | None],
) -> Any:
    verdicts, shown = outcome
    scorer, document = context
    units, size = part.units, len(rows)
    scopes, scope_words = _unit_scopes(plan, units)
    columns = _rule_words(plan.rule, document, size) | _shown_columns(shown, rows)
    columns["level"] = constant_word("unit", size)
    columns["key"] = units.block.keys.take(pa.array(rows))
    columns["scope"] = coded(scopes[rows], scope_words)
    phrases = [_phrase_of(plan.rule, word) for word in (*SCOPES, ALL)]
    asked = np.where(scopes < 0, len(SCOPES), scopes)[rows]
    columns["phrase"] = coded(asked, phrases)
    columns["required"] = coded(asked, [_required_of(plan.rule, word) for word in (*SCOPES, ALL)])
    columns |= _unit_number_columns(part, plan, verdicts, rows)
    columns["gain"] = doubles(_unit_gains(part, plan, shown, rows, scorer))
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _unit_scopes(plan: RulePlan, units: Units) -> tuple[ints.Ints, list[str | None]]:
    """Return each unit's scope for a rule: its kind where the rule goes by kind."""
    words: list[str | None] = [*SCOPES, ALL]
    if plan.scopes == (ALL,):
        return np.full(units.rows, len(SCOPES)), words
    kind = units.block.kind
    if kind is None:
        return np.full(units.rows, -1), words
    known = np.ones(units.rows, dtype=bool) if kind.state is None else kind.state == 0
    return np.where(known, kind.values, -1), words


def _unit_number_columns(part: UnitPart, plan: RulePlan, verdicts: Verdicts, rows: ints.Ints) -> dict[str, Any]:
    names, units = ("value", "low", "high", "gap", "attainment"), part.units
    columns = dict.fromkeys(names, np.full(units.rows, np.nan))
    if plan.node.absent is not None or not plan.rule.selected:
        pass
    elif plan.index in part.finer:
        columns = _finer_numbers(part, plan, verdicts)
    elif plan.at_units and plan.node.table == units.level:
        numbers = unit_numbers(plan.node, units, verdicts)
        value = numbers.value
        columns = dict(zip(names, (value, value, value, numbers.gap, numbers.attainment), strict=True))
    elif not plan.at_units:
        columns |= dict(zip(names, contribution_numbers(plan, units, verdicts), strict=False))
    return {name: doubles(values[rows]) for name, values in columns.items()}


def _finer_numbers(part: UnitPart, plan: RulePlan, verdicts: Verdicts) -> dict[str, ints.Floats]:
    """Return the numbers of units that are areas of a finer table: what passes inside of what is judged."""
    assert part.areas is not None  # noqa: S101 - there are outcomes, so there are positions
    names = ("value", "low", "high", "gap", "attainment")
    columns = {name: np.full(part.units.rows, np.nan) for name in names}
    for scope, outcome in part.finer[plan.index].items():
        there = of_finer(outcome, scope, part.units, part.areas)
        there &= ~np.isin(verdicts.status, (N, K))
        numbers = conjunction_numbers(outcome)
        for name in names:
            columns[name][there] = numbers[name][part.areas[there]]
    return columns


def _unit_gains(part: UnitPart, plan: RulePlan, shown: Shown, rows: ints.Ints, scorer: Scorer) -> ints.Floats:
    result = np.full(len(rows), np.nan)
    failing = np.flatnonzero(shown.status[rows] == F)
    if len(failing):
        chosen = rows[failing]
        results = taken(part.results, chosen)
        credit = None
        if scorer.by_credit:
            found = scored_credit(unit_credit(plan.node, part.units, part.verdicts[plan.index]), shown.status)
            credit = type(found)(found.num[chosen], found.den[chosen])
        fixed = with_one_fixed(results[plan.index], credit)
        result[failing] = gain(scorer, results, plan.index, fixed)
    return result


# ---- AREAS ----


def area_table(
    level: str,
    labels: Sequence[str | None],
    findings: Sequence[AreaFindings],
    results: Sequence[Results],
    scorer: Scorer,
) -> Any:
    """Return the findings of a level's areas: areas by code, rules in file order, urban before rural."""
    if not labels:
        return SCHEMA.empty_table()
    order = np.array(sorted(range(len(labels)), key=lambda i: (labels[i] is None, labels[i] or "")))
    keys = pa.array(labels, pa.string())
    tables = []
    for finding in findings:
        columns = _area_columns(level, finding, order, scorer)
        columns["key"] = keys.take(pa.array(order))
        columns["gain"] = doubles(_area_gains(finding, results, scorer)[order])
        tables.append(pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA))
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    by_area = np.argsort(np.tile(np.arange(len(order)), len(findings)), kind="stable")
    return table.take(pa.array(by_area))


def _area_columns(level: str, finding: AreaFindings, order: ints.Ints, scorer: Scorer) -> dict[str, Any]:
    rule, size = finding.plan.rule, len(order)
    columns = _rule_words(rule, scorer.ruleset.source.document, size) | _shown_columns(finding.shown, order)
    columns["level"] = constant_word(level, size)
    columns["scope"] = constant_word(finding.scope, size)
    columns["phrase"] = constant_word(_phrase_of(rule, finding.scope), size)
    columns["required"] = constant_word(_required_of(rule, finding.scope), size)
    for name in ("value", "low", "high", "gap", "attainment"):
        columns[name] = doubles(getattr(finding, name)[order])
    return columns


def _area_gains(finding: AreaFindings, results: Sequence[Results], scorer: Scorer) -> ints.Floats:
    result = np.full(len(finding.shown.status), np.nan)
    failing = np.flatnonzero(finding.shown.status == F)
    if len(failing):
        chosen = taken(results, failing)
        credit: Quotients | None = None
        if scorer.by_credit:
            found = scored_credit(finding.credit, finding.shown.status)
            credit = type(found)(found.num[failing], found.den[failing])
        fixed = with_one_fixed(chosen[finding.plan.index], credit)
        result[failing] = gain(scorer, chosen, finding.plan.index, fixed)
    return result
