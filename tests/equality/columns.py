"""Hypothesis strategies for columns: the same cells as Arrow arrays of many types, chunked and sliced."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from commscore._tables._cells import column_of

_NUMBERS = (
    pa.float64(),
    pa.float32(),
    pa.int8(),
    pa.int16(),
    pa.int32(),
    pa.int64(),
    pa.uint8(),
    pa.uint16(),
    pa.uint32(),
    pa.uint64(),
    pa.decimal128(20, 8),
)


@st.composite
def arrays(draw: st.DrawFn, cells: list[Any]) -> Any:
    """Draw an Arrow array of a column's cells: of any type that holds just these, cut and chunked anyhow."""
    kinds = [kind for kind in (*_NUMBERS, pa.bool_(), pa.string(), pa.large_string()) if _holds(kind, cells)]
    array = pa.array(cells, draw(st.sampled_from(kinds))) if kinds else column_of(cells)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_string(array.type) and draw(st.booleans()):
        array = array.dictionary_encode()
    return draw(laid_out(array))


def _holds(kind: Any, cells: list[Any]) -> bool:  # noqa: PLR0911 - one return per kind of type
    """Tell whether a type holds cells as they are."""
    there = [cell for cell in cells if cell is not None]
    if pa.types.is_boolean(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        wanted = bool if pa.types.is_boolean(kind) else str
        return bool(there) and all(isinstance(cell, wanted) for cell in there)
    if not all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in there):
        return False
    if pa.types.is_float64(kind):
        return True
    if pa.types.is_float32(kind):
        # Singles stand for their shortest decimals, so only those that write the same are the same.
        return all(not math.isfinite(cell) or str(np.float32(cell)) == str(np.float64(cell)) for cell in there)
    if not all(math.isfinite(cell) for cell in there):
        return False
    if pa.types.is_decimal(kind):
        return all(isinstance(cell, int) for cell in there)
    limits = np.iinfo(kind.to_pandas_dtype())
    return all(isinstance(cell, int) and limits.min <= cell <= limits.max for cell in there)


@st.composite
def laid_out(draw: st.DrawFn, array: Any) -> Any:
    """Draw how an array lies in memory: a slice of a longer one, one chunk or several."""
    before = draw(st.integers(0, 9))
    if before:
        more = array.take(pa.array([0] * before)) if len(array) else array
        array = pa.concat_arrays([more, array]).slice(len(more))
    if draw(st.booleans()):
        cut = draw(st.integers(0, len(array)))
        return pa.chunked_array([array.slice(0, cut), array.slice(cut)], array.type)
    return array


@st.composite
def arrow_tables(draw: st.DrawFn, rows: list[dict[str, Any]]) -> Any:
    """Draw an Arrow table of rows, each column of its own type."""
    return pa.table({name: draw(arrays([row.get(name) for row in rows])) for name in rows[0]})
