"""Blocks: the same values however a table is cut."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commscore._ruleset import Input, InputType, Text
from commscore._tables import blocks

CELLS = st.none() | st.integers(-5, 50) | st.floats(0, 60, width=32) | st.sampled_from(["x", " 3 ", "", "4.00005"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.fixed_dictionaries({"households": CELLS, "elderly": CELLS, "area": CELLS}), min_size=1, max_size=40
    ),
    sizes=st.tuples(st.integers(1, 50), st.integers(1, 50)),
)
def test_values_do_not_depend_on_block_size(
    rows: list[dict[str, Any]], sizes: tuple[int, int], read: Any, cells: Any
) -> None:
    found = [read(rows, block_rows=size) for size in sizes]

    for name in ("households", "elderly", "area"):
        assert cells(found[0], name) == cells(found[1], name)


def test_blocks_are_no_longer_than_asked(opened: Any) -> None:
    sizes = [5, 1, 1, 1, 7, 0, 2]
    batches = [pa.record_batch({"area": [1.0] * size}) for size in sizes]
    table = opened(pa.RecordBatchReader.from_batches(batches[0].schema, iter(batches)), block_rows=4)

    found = [(block.first_row, block.rows) for block in blocks(table, ["area"])]

    assert found == [(0, 4), (4, 1), (5, 3), (8, 4), (12, 3), (15, 2)]


def test_a_part_greater_than_its_whole_is_invalid(read: Any, cells: Any) -> None:
    found = read({"elderly": [5, 6, 7, "x"], "households": [5, 5, None, 1]})

    assert cells(found, "elderly") == [5, "invalid", 7, "invalid"]
    assert cells(found, "households") == [5, 5, "missing", 1]


def test_a_part_without_its_whole_s_column_stands_alone(read: Any, cells: Any) -> None:
    assert cells(read({"elderly": [5]}), "elderly") == [5]


def test_an_invalid_whole_says_nothing_of_its_part(opened: Any) -> None:
    inputs = {
        name: Input(name, Text(name), InputType.COUNT, part_of=whole)
        for name, whole in (("part", "middle"), ("middle", "whole"), ("whole", None))
    }
    table = opened({"whole": [1], "middle": [2], "part": [3]}, inputs=inputs)

    (block,) = blocks(table, ["part"])

    states = {name: None if column.state is None else column.state.tolist() for name, column in block.columns.items()}
    assert states == {"whole": None, "middle": [2], "part": None}


def test_columns_that_are_whole_have_no_states(read: Any) -> None:
    (block,) = read(pa.table({"social_orgs": [1, 2], "kind": ["urban", "rural"]}))

    assert (block.columns["social_orgs"].state, block.kind.state) == (None, None)


def test_integers_are_read_in_place(read: Any) -> None:
    column = pa.array([1, 2, 3])

    (block,) = read(pa.table({"social_orgs": column}))

    assert block.columns["social_orgs"].values.ctypes.data == column.buffers()[1].address
