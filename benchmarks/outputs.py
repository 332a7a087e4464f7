"""Whether contenders gave the same answer. Nothing is timed before it did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Scores are exact rationals; a query in doubles rounds once or, for a mean, once a unit.
TOLERANCE = 1e-9


class DifferentOutputError(Exception):
    """Two contenders disagree, so their times cannot be compared."""


def check_equal(expected: Any, found: Any, *, who: str) -> None:
    """Compare two tables column by column: verdicts, counts and keys exactly, doubles to nine digits.

    Args:
        expected: The first contender's output.
        found: Another's; its columns may come in any order.
        who: Whose, for the message.

    Raises:
        DifferentOutputError: Rows or columns differ; the message names the first place.
    """
    if found.num_rows != expected.num_rows or set(found.column_names) != set(expected.column_names):
        raise DifferentOutputError(
            f"{who}: {found.num_rows} rows of {found.column_names}, "
            f"expected {expected.num_rows} of {expected.column_names}"
        )
    for name in expected.column_names:
        unlike = _unlike(_whole(expected[name]), _whole(found[name]))
        if unlike.any():
            row = int(np.flatnonzero(unlike)[0])
            raise DifferentOutputError(
                f"{who}: {int(unlike.sum())} of {len(unlike)} cells of {name!r} differ, the first in row {row}: "
                f"{found[name][row].as_py()!r}, expected {expected[name][row].as_py()!r}"
            )


def _whole(column: Any) -> Any:
    return pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) and column.num_chunks else column


def _unlike(expected: Any, found: Any) -> np.ndarray[Any, Any]:
    """Return where two columns differ; a null is like a null only."""
    holes = np.asarray(pc.is_null(expected)), np.asarray(pc.is_null(found))
    if pa.types.is_floating(expected.type):
        one, other = (np.asarray(pc.fill_null(column, 0.0), dtype=np.float64) for column in (expected, found))
        unlike = np.abs(one - other) > TOLERANCE * np.maximum(np.abs(one), 1.0)
    else:
        one, other = expected, found.cast(expected.type)
        unlike = ~np.asarray(pc.fill_null(pc.equal(one, other), fill_value=True))
    return unlike | (holes[0] != holes[1])
