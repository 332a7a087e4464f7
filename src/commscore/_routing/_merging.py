"""Results of parts -> the result of the whole, be they of one ruleset or of many."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
import pyarrow as pa

from commscore._merging import merge as merge_results
from commscore._results import Result
from commscore._routing._memory import with_years, without_years
from commscore._routing._placing import NOWHERE
from commscore._routing._results import RoutedResult, Routes
from commscore._tables import KeySet
from commscore.errors import DataError, UsageError


@overload
def merge(*results: Result) -> Result: ...
@overload
def merge(*results: RoutedResult) -> RoutedResult: ...
def merge(*results: Any) -> Any:
    """Merge the results of parts of the data into the result of the whole, bit for bit.

    Args:
        *results: Results of the same ruleset, level, rollup and day, or all of them with ``"auto"``; their units come
            in the order given. Further tables (``more``) must have been the same for all.

    Returns:
        The result that ``evaluate`` gives for all units together.

    Raises:
        UsageError: Nothing to merge, or results that do not belong together.
        DataError: Units that are in more than one part.

    Example:
        >>> import commscore
        >>> table = {"code": ["210202001001", "210202001002"], "kind": ["urban", "urban"], "social_orgs": [12, 3]}
        >>> parts = [commscore.evaluate({k: v[i : i + 1] for k, v in table.items()}, "dalian-2023") for i in (0, 1)]
        >>> commscore.merge(*parts).units.equals(commscore.evaluate(table, "dalian-2023").units)
        True
    """
    routed = [isinstance(result, RoutedResult) for result in results]
    if not any(routed):
        return merge_results(*results)
    if not all(routed):
        raise UsageError("merge: some of the results are of one ruleset, some of each row's own (ruleset='auto')")
    return _merge_routed(results)


def _merge_routed(results: tuple[RoutedResult, ...]) -> RoutedResult:
    if len({result.routes.by_year for result in results}) > 1:
        raise UsageError("merge: some of the tables have a column of years, some have none")
    if not all(result.routes.keyed for result in results):
        raise UsageError("merge: rows that are told apart by their number alone cannot be told apart in the whole")
    _check_keys(results)
    ids = tuple(dict.fromkeys(id_ for result in results for id_ in result.routes.ids))
    merged = {id_: merge_results(*(each.results[id_] for each in results if id_ in each.results)) for id_ in ids}
    numbers, unrouted, rows = [], [], 0
    for result in results:
        own = np.array([*(ids.index(id_) for id_ in result.routes.ids), NOWHERE], dtype=np.int16)
        numbers.append(own[result.routes.numbers])
        lost = result.unrouted
        units = np.asarray(lost["level"].to_pylist()) == "unit"
        shifted = pa.array(np.asarray(lost["row"]) + np.where(units, rows, 0), pa.int64())
        unrouted.append(lost.set_column(1, lost.schema.field("row"), shifted))
        rows += len(result.routes.numbers)
    years = np.concatenate([each.routes.years for each in results])
    routes = Routes(ids, np.concatenate(numbers), years, by_year=results[0].routes.by_year, keyed=True)
    return RoutedResult(merged, routes, pa.concat_tables(unrouted))


def _check_keys(results: tuple[RoutedResult, ...]) -> None:
    """Refuse units that are in more than one part, whatever ruleset they went to."""
    seen, row = KeySet(), 0
    for result in results:
        keys = result.units["key"].combine_chunks()
        seen.add(with_years(keys, result.routes.years) if result.routes.by_year else keys, row)
        row += len(keys)
    faults = seen.faults(table="merged data", column="key")
    if faults:
        raise DataError([without_years(fault) for fault in faults] if results[0].routes.by_year else faults)
