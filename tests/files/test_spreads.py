"""A column read in chunks spreads as the whole column does."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._files import _spreads
from commscore._report import spread

NUMBERS = st.none() | st.floats(-1e9, 1e9) | st.sampled_from([0.0, 50.0, 100.0, 100 / 3])


@pytest.mark.parametrize("most", [1 << 16, 2])
@given(chunks=st.lists(st.lists(NUMBERS, max_size=9), max_size=5))
def test_chunks_spread_as_the_whole_does(most: int, chunks: list[list[float | None]]) -> None:
    arrays = [pa.array(chunk, pa.float64()) for chunk in chunks]
    whole = spread(pa.chunked_array(arrays, pa.float64()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_spreads, "_MOST", most)
        found = _spreads.spread_of(lambda: iter(arrays), mean=None if whole is None else whole.mean)

    assert found == whole
