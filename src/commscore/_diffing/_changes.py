"""Statuses before and after -> what changed, and why: data, missingness, scope, or the rules."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._diffing._pairs import Pair, absent
from commscore._diffing._sides import Codes, named
from commscore._status import E, F, K, N, P, U


class Change(StrEnum):
    """What became of a finding.

    ``decided`` is what was unknown or an error and passes now; ``other`` what came to be judged, or is so no more.
    """

    NEWLY_FAILING = "newly failing"
    NEWLY_UNKNOWN = "newly unknown"
    RECOVERED = "recovered"
    DECIDED = "decided"
    OTHER = "other"


class Cause(StrEnum):
    """Why a finding, or a score, is another one.

    ``data``: values changed. ``missingness``: a value came or went, or cannot be right. ``scope``: the unit came under
    the rule, or left it. ``rules``: the rule asks for something else, is new, gone, or has fallen due. ``weights``:
    weights, groups or the model. ``rules or data``: both changed, and what the new data would have been under the old
    ruleset is not known.
    """

    DATA = "data"
    MISSINGNESS = "missingness"
    SCOPE = "scope"
    RULES = "rules"
    WEIGHTS = "weights"
    UNTOLD = "rules or data"


_CHANGES, _CAUSES = tuple(Change), tuple(Cause)
SCHEMA = pa.schema(
    [
        ("level", pa.dictionary(pa.int8(), pa.string())),
        ("key", pa.string()),
        ("rule", pa.dictionary(pa.int32(), pa.string())),
        ("scope", pa.dictionary(pa.int32(), pa.string())),
        ("before", pa.dictionary(pa.int8(), pa.string())),
        ("after", pa.dictionary(pa.int8(), pa.string())),
        ("change", pa.dictionary(pa.int8(), pa.string())),
        ("cause", pa.dictionary(pa.int8(), pa.string())),
    ]
)


@attrs.frozen(eq=False)
class RuleChange:
    """What changed of one rule.

    Attributes:
        rule: Its id.
        rows: The units whose status changed, as positions among those of both runs.
        before: Their statuses before.
        after: And after.
        change: What became of them: the position of a `Change`.
        cause: Why: the position of a `Cause`.
    """

    rule: str
    rows: Any
    before: Codes
    after: Codes
    change: Codes
    cause: Codes


def changes(pair: Pair) -> Iterator[RuleChange]:
    """Yield what changed, rule by rule: those of the first run in its order, then those that are new."""
    size = len(pair.keys)
    for rule in dict.fromkeys([*pair.before.statuses, *pair.after.statuses]):
        one, other = pair.status_before(rule), pair.status_after(rule)
        before, after = (absent(size) if codes is None else codes for codes in (one, other))
        rows = np.flatnonzero(before != after)
        if len(rows):
            between = pair.supposed.get(rule, before if one is None else None)
            cut = None if between is None else between[rows]
            old, new = before[rows], after[rows]
            yield RuleChange(rule, rows, old, new, _becoming(old, new), _causes(old, cut, new))


def _becoming(before: Codes, after: Codes) -> Codes:
    result = np.full(len(before), _CHANGES.index(Change.OTHER), dtype=np.uint8)
    was_open, is_open = ((codes == U) | (codes == E) for codes in (before, after))
    result[was_open & (after == P)] = _CHANGES.index(Change.DECIDED)
    result[~was_open & is_open] = _CHANGES.index(Change.NEWLY_UNKNOWN)
    result[after == F] = _CHANGES.index(Change.NEWLY_FAILING)
    result[(before == F) & (after == P)] = _CHANGES.index(Change.RECOVERED)
    return result


def _causes(before: Codes, between: Codes | None, after: Codes) -> Codes:
    """Tell causes apart by what the new data would have been under the old rules."""
    if between is None:
        return np.full(len(before), _CAUSES.index(Cause.UNTOLD), dtype=np.uint8)
    result = data_causes(before, between)
    by_rules = between == before
    result[by_rules] = _CAUSES.index(Cause.RULES)
    result[~by_rules & (between != after)] = _CAUSES.index(Cause.RULES)
    return result


def data_causes(before: Codes, after: Codes) -> Codes:
    """Tell scope, missingness and data apart, where the rules are the same."""
    result = np.full(len(before), _CAUSES.index(Cause.DATA), dtype=np.uint8)
    for code in (U, E, K):
        result[(before == code) | (after == code)] = _CAUSES.index(Cause.MISSINGNESS)
    result[(before == N) | (after == N)] = _CAUSES.index(Cause.SCOPE)
    return result


def unit_table(pair: Pair, found: list[RuleChange]) -> Any:
    """Return the changed findings of units, rule by rule."""
    tables = [
        pa.table(
            [
                _word("unit", len(each.rows)),
                pair.keys.take(pa.array(each.rows)),
                _word(each.rule, len(each.rows)),
                pa.nulls(len(each.rows), pa.dictionary(pa.int32(), pa.string())),
                named(each.before),
                named(each.after),
                _words(each.change, _CHANGES),
                _words(each.cause, _CAUSES),
            ],
            names=SCHEMA.names,
        ).cast(SCHEMA)
        for each in found
    ]
    return pa.concat_tables([SCHEMA.empty_table(), *tables])


def count_table(found: list[RuleChange]) -> Any:
    """Return how many units changed, by rule, and why."""
    rows = [
        {"rule": each.rule}
        | {_column(change): int(np.sum(each.change == i)) for i, change in enumerate(_CHANGES)}
        | {_column(cause): int(np.sum(each.cause == i)) for i, cause in enumerate(_CAUSES)}
        for each in found
    ]
    names = [_column(word) for word in (*_CHANGES, *_CAUSES)]
    return pa.Table.from_pylist(
        rows, schema=pa.schema([("rule", pa.string()), *((name, pa.int64()) for name in names)])
    )


def _column(word: str) -> str:
    return "n_" + word.replace(" ", "_")


def _word(word: str, size: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(size, dtype=np.int8)), pa.array([word]))


def _words(codes: Codes, words: tuple[str, ...]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8)), pa.array([str(word) for word in words]))


def counts_by_unit(pair: Pair, found: list[RuleChange]) -> dict[str, Any]:
    """Return how many findings of each unit fail newly, recovered, or are newly unknown."""
    wanted = (Change.NEWLY_FAILING, Change.RECOVERED, Change.NEWLY_UNKNOWN)
    result = {_column(change): np.zeros(len(pair.keys), dtype=np.int32) for change in wanted}
    for each in found:
        for change in wanted:
            result[_column(change)][each.rows[each.change == _CHANGES.index(change)]] += 1
    return result
