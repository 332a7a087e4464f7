"""A table and the ruleset of each row -> one table per ruleset."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from commscore._routing._placing import NOWHERE, Routes

if TYPE_CHECKING:
    from collections.abc import Collection

Rows = npt.NDArray[np.int64]

# Up to so many stretches of rows that go to one ruleset, they are cut out and nothing is copied.
_STRETCHES = 1000


@attrs.frozen(eq=False)
class Split:
    """Rows by ruleset.

    Attributes:
        nowhere: Rows that go to none, in order.
        rows: By the number of the ruleset, its rows, in order.
        stretches: Where stretches of rows that go to one ruleset begin, and where the last one ends; null where there
            are too many to cut out.
    """

    nowhere: Rows
    rows: tuple[Rows, ...]
    stretches: Rows | None


def split(routes: Routes, many: int) -> Split:
    """Sort rows by ruleset, those of each in their order.

    Args:
        routes: By row, the number of its ruleset.
        many: How many rulesets there are.
    """
    ends = np.flatnonzero(routes[1:] != routes[:-1]) + 1
    order = np.argsort(routes, kind="stable")
    counts = np.bincount(routes.astype(np.int64) - NOWHERE, minlength=many + 1)
    starts = np.concatenate([[0], np.cumsum(counts)])
    nowhere, *rows = (order[start:end] for start, end in pairwise(starts))
    stretches = np.concatenate([[0], ends, [len(routes)]]) if len(ends) < _STRETCHES else None
    return Split(nowhere, tuple(rows), stretches)


def tables_of(table: Any, routes: Routes, found: Split, read: Collection[int]) -> list[Any]:
    """Cut a table by ruleset.

    Args:
        table: The table.
        routes: By row, the number of its ruleset.
        found: The rows of each.
        read: Positions of the columns that anybody reads; where rows must be copied, the others become null.

    Returns:
        By the number of the ruleset, its rows.
    """
    if found.stretches is not None:
        pieces: list[list[Any]] = [[table.slice(0, 0)] for _ in found.rows]
        bounds = found.stretches.tolist()
        for start, end in pairwise(bounds):
            if start < end and routes[start] != NOWHERE:
                pieces[routes[start]].append(table.slice(start, end - start))
        return [pa.concat_tables(some[1:] or some) for some in pieces]
    order = np.concatenate([found.nowhere, *found.rows])
    taken = _taken(table, pa.array(order), read)
    ends = len(found.nowhere) + np.cumsum([0, *map(len, found.rows)])
    return [taken.slice(start, end - start) for start, end in pairwise(ends.tolist())]


def _taken(table: Any, order: Any, read: Collection[int]) -> Any:
    columns = [
        column.combine_chunks().take(order) if place in read else pa.nulls(table.num_rows)
        for place, column in enumerate(table.columns)
    ]
    return pa.Table.from_arrays(columns, names=table.schema.names)
