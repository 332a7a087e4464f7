"""Two runs laid side by side: the units that both have, and what each rule says of them before and after."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commscore._diffing._sides import Codes, Side
from commscore._ruleset import Rule
from commscore._status import K
from commscore.errors import DataError, DataFault

# What a rule may say in other words, or be worth, without judging otherwise.
_NOT_JUDGED_BY = ("title", "clause", "phrase", "group", "weight", "responsible", "note", "because", "source", "veto")


@attrs.frozen(eq=False)
class Pair:
    """Two runs on the units that both have.

    Attributes:
        before: The first run.
        after: The second.
        keys: The units of both, in the first run's order.
        rows_before: Their rows in the first run.
        rows_after: Their rows in the second.
        added: Units of the second run only.
        removed: Units of the first run only.
        supposed: The second run's data under the first run's ruleset, by rule, for the units of both; null where that
            is not known.
    """

    before: Side
    after: Side
    keys: Any
    rows_before: Any
    rows_after: Any
    added: Any
    removed: Any
    supposed: dict[str, Codes | None]

    def status_before(self, rule: str) -> Codes | None:
        """Return what the first run says of the units; null where it has no such rule."""
        found = self.before.statuses.get(rule)
        return None if found is None else found[self.rows_before]

    def status_after(self, rule: str) -> Codes | None:
        """Return what the second run says of the units; null where it has no such rule."""
        found = self.after.statuses.get(rule)
        return None if found is None else found[self.rows_after]


def pair(before: Side, after: Side, *, supposed: Side | None = None, same_data: bool = False) -> Pair:
    """Lay two runs side by side.

    Args:
        before: The first.
        after: The second.
        supposed: The second's data scored against the first's ruleset; it tells data from rules where both changed.
        same_data: Whether both runs read the same data.

    Raises:
        DataError: The two have no unit in common.
    """
    left, right = (side.units["key"].combine_chunks() for side in (before, after))
    found = pc.index_in(left, value_set=right)
    common = pc.is_valid(found)
    rows_before = np.flatnonzero(common.to_numpy(zero_copy_only=False))
    rows_after = found.drop_null().to_numpy(zero_copy_only=False).astype(np.int64)
    if not len(rows_before) and len(left) and len(right):
        raise DataError([DataFault("the two runs have no unit in common; were they given the same key column?")])
    removed = left.filter(pc.invert(common))
    added = right.filter(pc.invert(pc.is_in(right, value_set=left)))
    keys = left.take(pa.array(rows_before))
    found_pair = Pair(before, after, keys, rows_before, rows_after, added, removed, {})
    return attrs.evolve(found_pair, supposed=_supposed(found_pair, supposed, same_data=same_data))


def _supposed(pair_: Pair, supposed: Side | None, *, same_data: bool) -> dict[str, Codes | None]:
    """Return, by rule of the first run, what the second's data would have been under the first's ruleset."""
    lookup = None
    if supposed is not None:
        keys = supposed.units["key"].combine_chunks()
        lookup = pc.index_in(pair_.keys, value_set=keys).to_numpy(zero_copy_only=False).astype(np.int64)
    rules = {rule.id: rule for rule in pair_.after.ruleset.rules}
    result: dict[str, Codes | None] = {}
    for rule in pair_.before.ruleset.rules:
        if supposed is not None and lookup is not None and rule.id in supposed.statuses:
            result[rule.id] = supposed.statuses[rule.id][lookup]
        elif rule.id in rules and judges_alike(rule, rules[rule.id]) and _as_of_alike(pair_, rule):
            result[rule.id] = pair_.status_after(rule.id)
        else:
            result[rule.id] = pair_.status_before(rule.id) if same_data else None
    return result


def judges_alike(one: Rule, other: Rule) -> bool:
    """Say whether two rules come to the same status whatever the data."""
    return all(
        getattr(one, field.name) == getattr(other, field.name)
        for field in attrs.fields(Rule)
        if field.name not in _NOT_JUDGED_BY
    )


def _as_of_alike(pair_: Pair, rule: Rule) -> bool:
    """Say whether both runs take a rule for due, or both do not."""
    return rule.due is None or (rule.due > pair_.before.as_of) == (rule.due > pair_.after.as_of)


def absent(size: int) -> Codes:
    """Return the statuses of a rule that a run does not have: not checked."""
    return np.full(size, K, dtype=np.uint8)
