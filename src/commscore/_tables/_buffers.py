"""Arrow arrays as NumPy arrays: their buffers seen in place, with offsets and validity minded."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Array = Any  # pyarrow ships no types
Bits = npt.NDArray[np.uint8]

_FIXED = {
    pa.int8(): np.int8,
    pa.int16(): np.int16,
    pa.int32(): np.int32,
    pa.int64(): np.int64,
    pa.uint8(): np.uint8,
    pa.uint16(): np.uint16,
    pa.uint32(): np.uint32,
    pa.uint64(): np.uint64,
    pa.float16(): np.float16,
    pa.float32(): np.float32,
    pa.float64(): np.float64,
}


def is_text(kind: Array) -> bool:
    """Tell whether an Arrow type holds text."""
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def plain(array: Array) -> Array:
    """Reduce an array to one chunk of a plain type: no extension, no string view, no runs."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array, pa.ExtensionArray):
        return plain(array.storage)
    if pa.types.is_run_end_encoded(array.type):
        return plain(pc.run_end_decode(array))
    if pa.types.is_string_view(array.type):
        return array.cast(pa.large_string())
    return array


def decoded(array: Array) -> Array:
    """Return a dictionary array as an array of its values."""
    # Not every type that a dictionary may hold can be taken from, so the values are made plain first.
    return plain(array.dictionary).take(array.indices)


def nulled(array: Array, rows: npt.NDArray[np.bool_]) -> Array:
    """Put null in place of some rows."""
    # Taking by null positions, because older releases of pyarrow have `if_else` misread slices of text.
    return array.take(pa.array(np.arange(len(array)), mask=rows)) if rows.any() else array


def patched(array: Array, rows: npt.NDArray[np.bool_], values: Array) -> Array:
    """Put other values, in order, in place of some rows."""
    order = np.arange(len(array))
    order[rows] = len(array) + np.arange(len(values))
    return pa.concat_arrays([array, values]).take(pa.array(order))


def valid_rows(array: Array) -> Bits | None:
    """Return 1 for every row that is not null and 0 for the others, or null when no row is null."""
    if array.null_count == 0:
        return None
    if pa.types.is_null(array.type):
        return np.zeros(len(array), dtype=np.uint8)
    return _unpacked(array.buffers()[0], array.offset, len(array))


def gaps_of(array: Array) -> Bits | None:
    """Return 1 for every row that is null and 0 for the others, or null when no row is null."""
    if array.null_count == 0:
        return None
    if pa.types.is_null(array.type):
        return np.ones(len(array), dtype=np.uint8)
    first, last = array.offset // 8, (array.offset + len(array) + 7) // 8
    # Inverted while eight rows share a byte.
    packed = np.invert(np.frombuffer(array.buffers()[0], dtype=np.uint8)[first:last])
    return np.unpackbits(packed, bitorder="little")[array.offset - 8 * first :][: len(array)]


def _unpacked(buffer: Array, offset: int, rows: int) -> Bits:
    """Unpack a bitmap into one byte per row."""
    first = offset // 8
    packed = np.frombuffer(buffer, dtype=np.uint8)[first : (offset + rows + 7) // 8]
    return np.unpackbits(packed, bitorder="little")[offset - 8 * first :][:rows]


def fixed(array: Array, dtype: npt.DTypeLike | None = None) -> npt.NDArray[Any]:
    """Return the numbers of an integer or float array, in place; whatever stands there under nulls."""
    dtype = _FIXED[array.type] if dtype is None else dtype
    if not len(array):
        return np.empty(0, dtype=dtype)
    return np.frombuffer(array.buffers()[1], dtype=dtype)[array.offset : array.offset + len(array)]


def booleans(array: Array) -> Bits:
    """Return the values of a bool array as 0 and 1; whatever stands there under nulls."""
    if not len(array):
        return np.empty(0, dtype=np.uint8)
    return _unpacked(array.buffers()[1], array.offset, len(array))


def decimals(array: Array) -> npt.NDArray[Any]:
    """Return the unscaled integers of a decimal array, in Python where int64 is too small; 0 under nulls."""
    rows = len(array)
    width = max(array.type.bit_width // 64, 1)
    if not rows:
        return np.empty(0, dtype=np.int64)
    dtype = np.int32 if array.type.bit_width == 32 else np.int64  # noqa: PLR2004
    cells = np.frombuffer(array.buffers()[1], dtype=dtype)[array.offset * width : (array.offset + rows) * width]
    cells = cells.reshape(rows, width).astype(np.int64)
    valid = valid_rows(array)
    if valid is not None:
        cells[valid == 0] = 0
    low: npt.NDArray[Any] = cells[:, 0]
    if (cells[:, 1:] == (low >> 63)[:, None]).all():
        return np.ascontiguousarray(low)
    # All words but the last are unsigned.
    total = cells[:, -1].astype(object)
    for word in range(width - 2, -1, -1):
        total = total * 2**64 + np.ascontiguousarray(cells[:, word]).view(np.uint64).astype(object)
    return total


def text(array: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Bits]:
    """Return where each text of a string array starts, how many bytes it has, and the bytes of all."""
    dtype = np.int32 if pa.types.is_string(array.type) else np.int64
    rows = len(array)
    if not rows:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, np.empty(0, dtype=np.uint8)
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, dtype=dtype)[array.offset : array.offset + rows + 1].astype(np.int64)
    letters = np.empty(0, dtype=np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
    return ends[:-1], np.diff(ends), letters


def texts(array: Array) -> list[str | None]:
    """Return the texts of a string array as Python strings; bytes that are no UTF-8 become U+FFFD."""
    try:
        return array.to_pylist()
    except UnicodeDecodeError:
        raw = array.cast(pa.binary() if pa.types.is_string(array.type) else pa.large_binary())
        return [None if cell is None else cell.decode("utf-8", "replace") for cell in raw.to_pylist()]


def positions(indices: Array) -> npt.NDArray[np.int64]:
    """Return the indices of a dictionary array, -1 for nulls."""
    numbers = fixed(indices).astype(np.int64)
    valid = valid_rows(indices)
    if valid is not None:
        numbers[valid == 0] = -1
    return numbers
