"""What is done by logic on bytes, by products and by tables is what is done cell by cell."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._engine import _integers as ints
from commscore._engine._codes import select
from commscore._engine._scoring import Tree
from commscore._engine._unit_scores import Marks, classes_of, status_counts

_BYTES = st.integers(0, 255)


@given(cells=st.lists(st.tuples(st.booleans(), _BYTES, _BYTES)), one=_BYTES)
def test_bytes_are_selected_as_by_a_mask(cells: list[tuple[bool, int, int]], one: int) -> None:
    where = np.array([cell[0] for cell in cells], dtype=bool)
    here, there = (np.array([cell[i] for cell in cells], dtype=np.uint8) for i in (1, 2))

    assert select(where, here, there).tolist() == [a if w else b for w, a, b in cells]
    assert select(where, np.uint8(one), there).tolist() == [one if w else b for w, _, b in cells]


_INTS = st.integers(-(2**62), 2**62) | st.integers(-3, 3)


@given(cells=st.lists(st.tuples(st.booleans(), _INTS, _INTS)), sure=st.sampled_from((None, True, False)))
@pytest.mark.parametrize("dtype", [np.int64, object])
@pytest.mark.parametrize("scalars", [(False, False), (True, False), (False, True)])
def test_integers_are_chosen_cell_by_cell(
    cells: list[tuple[bool, int, int]], sure: bool | None, dtype: Any, scalars: tuple[bool, bool]
) -> None:
    condition = np.array([cell[0] if sure is None else sure for cell in cells], dtype=bool)
    sides: list[Any] = [np.array([cell[i] for cell in cells], dtype=dtype) for i in (1, 2)]
    sides = [0 if scalar else side for scalar, side in zip(scalars, sides, strict=True)]

    found = ints.choose(condition, sides[0], sides[1])

    a, b = ([0] * len(cells) if isinstance(side, int) else side.tolist() for side in sides)
    assert found.tolist() == [one if w else other for w, one, other in zip(condition.tolist(), a, b, strict=True)]


@given(values=st.lists(st.integers(0, 255)), dtype=st.sampled_from((np.uint8, np.uint16, np.int64, object)))
def test_distinct_values_are_those_above_nothing(values: list[int], dtype: Any) -> None:
    assert ints.distinct(np.array(values, dtype=dtype)) == sorted(set(values) - {0})


@pytest.mark.parametrize("rules", [1, 127, 128, 255, 256, 300])
@pytest.mark.parametrize("weights", [1, 3])
@pytest.mark.parametrize("may", [0b011, 0b111, 0b1111, 0xFF])
def test_any_number_of_rules_is_counted_by_status(rules: int, weights: int, may: int) -> None:
    codes = [code for code in range(8) if may >> code & 1]
    statuses = np.array([[code] * rules for code in codes], dtype=np.uint8).T.copy()
    statuses[0] = codes[0]
    tree = Tree(Fraction(1), tuple((i, Fraction(i % weights + 1)) for i in range(rules)), ())

    marks = [Marks(row, may if i % 5 else 0xFF, unchecked=False) for i, row in enumerate(statuses)]
    counts = status_counts(classes_of(tree, marks, len(codes)))

    found = [np.broadcast_to(count, (len(codes),)).tolist() for count in counts]
    assert found == [(statuses == code).sum(axis=0).tolist() for code in range(8)]
