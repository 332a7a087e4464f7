"""Keys: text of any column, unique and not null, across blocks and tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._tables import blocks
from commscore._tables._keys import KeySet, even_digits, width_of
from commscore.errors import DataError


def keys(found: Any) -> list[str]:
    return [key for block in found for key in block.keys.to_pylist()]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array(["a", "b"]), ["a", "b"]),
        (pa.array(["a", "b"], pa.string_view()), ["a", "b"]),
        (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        (pa.array([7, 12], pa.uint8()), ["7", "12"]),
        (pa.array([7.0, 12.0]), ["7", "12"]),
        (pa.array([7.0, 12.5]), ["7", "12.5"]),
        (pa.array([2.0**70, 1.0]), [str(2**70), "1"]),
        (pa.array([Decimal("7.00"), Decimal("12.00")]), ["7", "12"]),
        (pa.array([Decimal("7.00"), Decimal("12.50")]), ["7", "12.50"]),
        (pa.array([dt.date(2023, 1, 1), dt.date(2023, 1, 2)]), ["2023-01-01", "2023-01-02"]),
        (pa.array([" a", "a"]), [" a", "a"]),
        (["a", 7], ["a", "7"]),
    ],
)
def test_keys_are_the_text_of_their_column(column: Any, expected: list[str], read: Any) -> None:
    assert keys(read({"id": column}, key="id")) == expected


def test_without_a_key_rows_are_told_by_number(read: Any, opened: Any) -> None:
    assert keys(read({"area": [1, 2, 3]}, block_rows=2)) == ["0", "1", "2"]
    assert keys(blocks(opened({"area": [1, 2]}), [], first_row=10)) == ["10", "11"]


@pytest.mark.parametrize("block_rows", [1, 2, 100])
@pytest.mark.parametrize(
    ("column", "name"),
    [
        (["a", "b", "a", "c"], "'a'"),
        (["2", "1", "2", "3"], "'2'"),
        (["02", "2", "02", "3"], "'02'"),
        ([2, 1, 2, 3], "'2'"),
        (["x", "1", "x", "2"], "'x'"),
        (["1" * 30, "1", "1" * 30, "2"], "'" + "1" * 30 + "'"),
    ],
)
def test_keys_that_are_not_unique_are_listed_with_their_rows(
    column: list[Any], name: str, block_rows: int, opened: Any
) -> None:
    with pytest.raises(DataError) as caught:
        list(blocks(opened({"id": column}, key="id", block_rows=block_rows), []))

    (fault,) = caught.value.faults
    assert str(fault) == f"data, column 'id': 1 key is not unique: {name} (rows 0, 2)"


def test_all_faults_of_the_keys_come_in_one_error(opened: Any) -> None:
    column = ["a", None, "b", "a", " ", "1", "1"] + [None] * 20

    with pytest.raises(DataError) as caught:
        list(blocks(opened({"id": column}, key="id", name="county", block_rows=3), []))

    nulls, twins = caught.value.faults
    assert (nulls.table, nulls.column, nulls.rows, nulls.count) == ("county", "id", (1, 4, *range(7, 15)), 22)
    assert (twins.rows, twins.count) == ((0, 3, 5, 6), 4)
    assert twins.message == "2 keys are not unique: 'a', '1'"


def test_codes_that_are_keys_are_unique_too(opened: Any) -> None:
    with pytest.raises(DataError, match="column 'code': 1 key is not unique: '210202001001'"):
        list(blocks(opened({"code": ["210202001001", "210202001001"]}), []))


def test_a_code_chosen_as_the_key_is_never_null(opened: Any) -> None:
    with pytest.raises(DataError, match="every row needs a key"):
        list(blocks(opened({"code": ["210202001001", None]}, key="code"), []))


def test_two_tables_can_share_one_space_of_keys(opened: Any) -> None:
    shared = KeySet()
    for first, column in ((0, ["a", "b"]), (2, ["c", "a"])):
        list(blocks(opened({"id": column}, key="id"), [], keys=shared, first_row=first))

    assert [fault.rows for fault in shared.faults(table="data", column="id")] == [(0, 3)]


@given(
    st.lists(
        st.lists(st.sampled_from(["", "0", "00", "7", "9" * 18, "9" * 19, "a", "甲", "-1"]) | st.none(), max_size=8),
        max_size=5,
    )
)
def test_what_is_not_unique_is_found_in_any_split(parts: list[list[str | None]]) -> None:
    seen, first = KeySet(), 0
    for part in parts:
        seen.add(pa.array(part, pa.string()), first)
        first += len(part)

    every = [key for part in parts for key in part]
    nulls = [row for row, key in enumerate(every) if key is None]
    twins = [row for row, key in enumerate(every) if key is not None and every.count(key) > 1]
    assert [fault.count for fault in seen.faults(table="data", column=None)] == [
        len(rows) for rows in (nulls, twins) if rows
    ]
    assert [fault.rows for fault in seen.faults(table="data", column=None)] == [
        tuple(rows[:10]) for rows in (nulls, twins) if rows
    ]


_MANY = 40_000  # more than are read at a time


@pytest.mark.parametrize("width", [9, 12])
def test_many_codes_are_read_piece_by_piece(width: int) -> None:
    numbers = np.arange(_MANY) * 7 + 10 ** (width - 1)
    written = pa.array(numbers).cast(pa.string())

    found = even_digits(written.slice(3))

    assert found is not None
    assert found[1] == width
    assert np.array_equal(found[0], numbers[3:])


@pytest.mark.parametrize("slip", ["21020200100x", "21020200100", ""])
@pytest.mark.parametrize("row", [0, 1, 20_000, _MANY - 1])
def test_one_other_text_among_many_codes_is_seen(slip: str, row: int) -> None:
    codes = pa.array(np.arange(_MANY) + 210202001001).cast(pa.string()).to_pylist()
    codes[row] = slip

    assert even_digits(pa.array(codes)) is None
    assert width_of(pa.array(codes)) == (12 if len(slip) == 12 else None)


@pytest.mark.parametrize("step", [1, 255, 256, 2**20, 2**32, 2**33, -1, -(2**33)])
def test_codes_are_unique_whatever_the_steps_between_them(step: int) -> None:
    numbers = [10**15 + i * step for i in range(5)]
    for keys, twins in ((numbers, 0), ([*numbers, numbers[2]], 1), ([numbers[0], *numbers], 1)):
        seen = KeySet()
        seen.add(pa.array(keys).cast(pa.string()), 0)
        seen.add(pa.array([str(10**16 + step)]), len(keys))

        assert len(seen.faults(table="data", column="code")) == twins


def test_leading_zeros_tell_codes_apart() -> None:
    seen = KeySet()
    seen.add(pa.array(["0001", "0002"]), 0)
    seen.add(pa.array(["00001", "002"]), 2)

    assert seen.faults(table="data", column="code") == []
