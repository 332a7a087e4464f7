"""Outcomes -> the long table of findings, made when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from commscore._engine import _integers as ints
from commscore._engine._codes import Verdicts
from commscore._engine._kernel import judge
from commscore._engine._parts import marks_by_rule, results_by_rule
from commscore._engine._prices import scored_credit, unit_numbers
from commscore._engine._scoring import FLAT, Quotients
from commscore._engine._settle import AreaFindings, Shown, as_shown
from commscore._engine._subjects import Scorer, doubles, gain, taken, unit_results, with_one_fixed
from commscore._engine._unit_scores import rule_shares
from commscore._engine._units import Units
from commscore._engine._values import contribution_numbers
from commscore._requirement import describe
from commscore._ruleset import ALL, SCOPES, Rule
from commscore._status import REASONS, STATUSES, F

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from commscore._engine._parts import UnitPart
    from commscore._engine._plan import RulePlan
    from commscore._engine._scoring import Results

_SCOPES = (*SCOPES, ALL)
_NUMBERS = ("value", "low", "high", "gap", "attainment", "gain")
STRINGS = pa.dictionary(pa.int32(), pa.string())
_AREAS = 4096  # whose findings are made together, so that a country's townships take no more room than a county's

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


def coded(codes: ints.Ints, words: Sequence[str | None]) -> Any:
    """Return a dictionary column of words; codes whose word is null, or out of range, are null."""
    places = {word: place for place, word in enumerate(dict.fromkeys(word for word in words if word is not None))}
    table = np.array([-1 if word is None else places[word] for word in words] + [-1], dtype=np.int32)
    found = table[np.where((codes >= 0) & (codes < len(words)), codes, len(words))]
    return pa.DictionaryArray.from_arrays(pa.array(found, mask=found < 0), pa.array(list(places), pa.string()))


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
    shown = [part.shown(plan.index) for plan in part.plans]
    chosen = [np.flatnonzero(wanted(found)) for found in shown]
    if not sum(map(len, chosen)):
        return SCHEMA.empty_table()
    rows = np.concatenate(chosen)
    order = np.arange(len(rows)) if by_rule else np.argsort(rows, kind="stable")
    gains = _Gains(part, scorer, shown)
    columns = [
        _rule_columns(part, plan, found, some) | {"gain": gains.of(plan, found, some)}
        for plan, found, some in zip(part.plans, shown, chosen, strict=True)
        if len(some)
    ]
    joined = {name: np.concatenate([one[name] for one in columns])[order] for name in columns[0]}
    table: dict[str, Any] = _worded(part.plans, joined, scorer.ruleset.source.document)
    table["level"] = constant_word("unit", len(rows))
    table["key"] = part.units.block.keys.take(pa.array(rows[order]))
    for name in _NUMBERS:
        table[name] = doubles(joined[name])
    return pa.table([table[name] for name in SCHEMA.names], schema=SCHEMA)


def _rule_columns(part: UnitPart, plan: RulePlan, shown: Shown, rows: ints.Ints) -> dict[str, ints.Ints]:
    """Return what the findings of a rule are, as codes and numbers: one each for the rows given."""
    units = part.units.at(rows)
    columns = {
        "rule": np.full(len(rows), plan.index),
        "scope": _unit_scopes(plan, units),
        "status": shown.status[rows],
        "outlook": shown.outlook[rows],
    }
    verdicts = part.verdicts[plan.index]
    if _is_judged_here(part, plan):
        found = judge(plan.node, units)
        columns["reason"] = as_shown(plan, found).reason
        numbers = unit_numbers(plan.node, units, found)
        value = numbers.value
        shown_numbers: tuple[ints.Floats, ...] = (value, value, value, numbers.gap, numbers.attainment)
    else:
        columns["reason"] = shown.reason[rows]
        here = Verdicts(verdicts.status[rows], verdicts.reason[rows])
        shown_numbers = _other_numbers(part, plan, (units, here), rows)
    return columns | dict(zip(_NUMBERS[:-1], shown_numbers, strict=True))


def _is_judged_here(part: UnitPart, plan: RulePlan) -> bool:
    """Say whether a rule judges the units of a block by what stands in their own table."""
    here = plan.at_units and plan.node.table == part.units.level and plan.index not in part.own
    return here and plan.node.absent is None and plan.rule.selected


def _other_numbers(
    part: UnitPart, plan: RulePlan, some: tuple[Units, Verdicts], rows: ints.Ints
) -> tuple[ints.Floats, ...]:
    """Return the numbers of units that a rule does not judge itself: what they contribute, or what lies inside them."""
    units, verdicts = some
    nothing = np.full(units.rows, np.nan)
    if plan.node.absent is None and plan.rule.selected:
        if plan.index in part.own:
            own = part.own[plan.index].at(rows)
            return own.value, own.low, own.high, own.gap, own.attainment
        if not plan.at_units:
            return (*contribution_numbers(plan, units, verdicts), nothing, nothing)
    return (nothing,) * len(_NUMBERS[:-1])


def _unit_scopes(plan: RulePlan, units: Units) -> ints.Ints:
    """Return each unit's scope for a rule, as a position in ``_SCOPES``: its kind where the rule goes by kind."""
    kind = units.block.kind
    if plan.scopes == (ALL,):
        return np.full(units.rows, _SCOPES.index(ALL))
    if kind is None:
        return np.full(units.rows, -1)
    known = np.ones(units.rows, dtype=bool) if kind.state is None else kind.state == 0
    return np.where(known, kind.values, -1)


def _worded(plans: Sequence[RulePlan], columns: Mapping[str, ints.Ints], document: str | None) -> dict[str, Any]:
    """Put words in place of codes."""
    rule, scope = columns["rule"], columns["scope"]
    asked = rule * len(_SCOPES) + np.where(scope < 0, _SCOPES.index(ALL), scope)
    rules = [plan.rule for plan in plans]
    return {
        "rule": coded(rule, [one.id for one in rules]),
        "clause": coded(rule, [one.clause for one in rules]),
        "document": coded(rule, [(one.source.document if one.source else None) or document for one in rules]),
        "phrase": coded(asked, [_phrase_of(one, scope) for one in rules for scope in _SCOPES]),
        "required": coded(asked, [_required_of(one, scope) for one in rules for scope in _SCOPES]),
        "scope": coded(scope, _SCOPES),
        "status": status_words(columns["status"]),
        "reason": coded(columns["reason"], [str(reason) for reason in REASONS]),
        "outlook": status_words(columns["outlook"]),
    }


class _Gains:
    """By how much the scores of a block's units rise if one failing finding alone is fixed."""

    def __init__(self, part: UnitPart, scorer: Scorer, shown: Sequence[Shown]) -> None:
        self._part = part
        self._scorer = scorer
        self._marks = marks_by_rule(part.units.level, part.plans, shown)
        self._shares: Callable[[int], Quotients] | None = None

    def of(self, plan: RulePlan, shown: Shown, rows: ints.Ints) -> ints.Floats:
        """Return the gains of a rule's findings, exactly, as the nearest doubles; NaN where a finding does not fail."""
        result = np.full(len(rows), np.nan)
        failing = np.flatnonzero(shown.status[rows] == F)
        if len(failing):
            scoring = self._scorer.ruleset.scoring
            by_tree = scoring.model in ("default", "flat", "flat-unweighted")
            result[failing] = self._by_tree(plan, rows[failing]) if by_tree else self._by_trial(plan, rows[failing])
        return result

    def _by_tree(self, plan: RulePlan, rows: ints.Ints) -> ints.Floats:
        """Return the share of the score that hangs on a rule: it is what passing adds."""
        scoring, tree = self._scorer.ruleset.scoring, self._scorer.tree
        weight = dict(tree.rules)[plan.index] if scoring.model in FLAT else None
        if weight:
            return np.full(len(rows), float(weight))
        if self._shares is None:
            self._shares = rule_shares(tree, self._marks, self._part.units.rows, unknown=scoring.unknown)
        share = self._shares(plan.index)
        return ints.quotient(ints.times(share.num[rows], 100), share.den[rows])

    def _by_trial(self, plan: RulePlan, rows: ints.Ints) -> ints.Floats:
        """Score the units once more with the finding fixed."""
        part, scorer = self._part, self._scorer
        units = part.units.at(rows)
        verdicts = [Verdicts(one.status[rows], one.reason[rows]) for one in part.verdicts]
        if scorer.by_credit:
            own = {index: found.at(rows) for index, found in part.own.items()}
            results = results_by_rule(units, part.plans, verdicts, own=own)
            missing = results[plan.index].credit
            credit = None if missing is None else Quotients(*missing)
        else:
            shown = [as_shown(one, found) for one, found in zip(part.plans, verdicts, strict=True)]
            results, credit = [unit_results(found, None) for found in shown], None
        return gain(scorer, results, plan.index, with_one_fixed(results[plan.index], credit))


# ---- AREAS ----


def area_tables(
    level: str,
    labels: Sequence[str | None],
    findings: Sequence[AreaFindings],
    results: Sequence[Results],
    scorer: Scorer,
) -> Iterator[Any]:
    """Give the findings of a level's areas, some areas at a time: areas by code, rules in file order, urban first."""
    order = np.array(sorted(range(len(labels)), key=lambda i: (labels[i] is None, labels[i] or "")), dtype=np.int64)
    keys = pa.array(labels, pa.string())
    gains = [_area_gains(finding, results, scorer) for finding in findings] if labels else []
    for start in range(0, len(order), _AREAS):
        areas = order[start : start + _AREAS]
        tables = []
        for finding, gained in zip(findings, gains, strict=True):
            columns = _area_columns(level, finding, areas, scorer)
            columns["key"] = keys.take(pa.array(areas))
            columns["gain"] = doubles(gained[areas])
            tables.append(pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA))
        table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        by_area = np.argsort(np.tile(np.arange(len(areas)), len(findings)), kind="stable")
        yield table.take(pa.array(by_area))


def _area_columns(level: str, finding: AreaFindings, order: ints.Ints, scorer: Scorer) -> dict[str, Any]:
    rule, size = finding.plan.rule, len(order)
    columns = _rule_words(rule, scorer.ruleset.source.document, size) | _shown_columns(finding.shown, order)
    columns["level"] = constant_word(level, size)
    columns["scope"] = constant_word(finding.scope, size)
    columns["phrase"] = constant_word(_phrase_of(rule, finding.scope), size)
    columns["required"] = constant_word(_required_of(rule, finding.scope), size)
    for name in ("value", "low", "high", "gap", "attainment"):
        columns[name] = doubles(getattr(finding.numbers, name)[order])
    return columns


def _area_gains(finding: AreaFindings, results: Sequence[Results], scorer: Scorer) -> ints.Floats:
    result = np.full(len(finding.shown.status), np.nan)
    failing = np.flatnonzero(finding.shown.status == F)
    if len(failing):
        chosen = taken(results, failing)
        credit: Quotients | None = None
        if scorer.by_credit:
            found = scored_credit(finding.numbers.credit, finding.shown.status)
            credit = type(found)(found.num[failing], found.den[failing])
        fixed = with_one_fixed(chosen[finding.plan.index], credit)
        result[failing] = gain(scorer, chosen, finding.plan.index, fixed)
    return result
