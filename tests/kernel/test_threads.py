"""Blocks side by side: the same answers, in the same order, however many threads there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import commscore
from commscore import _evaluation
from commscore._engine._threads import side_by_side, threads


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = pa.cpu_count()
    yield
    pa.set_cpu_count(before)


@pytest.mark.parametrize("count", [1, 2, 3, 16])
@pytest.mark.parametrize("items", [0, 1, 2, 50])
def test_what_is_made_comes_in_the_order_of_what_was_given(count: int, items: int) -> None:
    pa.set_cpu_count(count)

    assert list(side_by_side(lambda number: number * number, range(items))) == [i * i for i in range(items)]


def test_no_more_is_taken_than_is_worked_on() -> None:
    pa.set_cpu_count(2)
    taken: list[int] = []

    def given() -> Iterator[int]:
        for i in range(20):
            taken.append(i)
            yield i

    made = side_by_side(lambda number: number, given())

    for i, number in enumerate(made):
        assert number == i
        assert len(taken) <= i + threads() + 1


def test_a_fault_in_one_block_is_told() -> None:
    pa.set_cpu_count(2)

    def work(number: int) -> float:
        return 1 / (number - 3)

    with pytest.raises(ZeroDivisionError):
        list(side_by_side(work, range(6)))


@pytest.mark.parametrize("rows", [1, 6, 7, 8, 40])
def test_tables_do_not_depend_on_threads_and_blocks(rows: int, monkeypatch: Any) -> None:
    rng = np.random.default_rng(rows)
    numbers = pa.array(rng.integers(0, 30, rows).astype(float), mask=rng.random(rows) < 0.2)
    codes = [str(210202001001 + i) for i in range(rows)]
    kinds = ["urban" if even else "rural" for even in rng.random(rows) < 0.5]
    table = pa.table({"code": codes, "kind": kinds, "social_orgs": numbers})
    expected = commscore.evaluate(table, "dalian-2023")

    for count, block in ((1, 7), (3, 7), (2, 1)):
        pa.set_cpu_count(count)
        monkeypatch.setattr(_evaluation, "_BLOCK_ROWS", block)
        found = commscore.evaluate(table, "dalian-2023")

        assert found.units.to_pylist() == expected.units.to_pylist()
        assert found.units.schema == expected.units.schema
        assert found.wide().to_pylist() == expected.wide().to_pylist()
        assert found.findings().to_pylist() == expected.findings().to_pylist()
