"""Rounding: halves up, of the exact binary value, whatever its size."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._tables._rounding import rescale, round_floats, round_fraction, whole_floats


def half_up(value: float, exponent: int) -> int:
    return math.floor(Fraction(value) * Fraction(10) ** exponent + Fraction(1, 2))


@st.composite
def near_halves(draw: st.DrawFn) -> tuple[float, int]:
    """A double at or a few steps beside a half at some decimal place."""
    exponent = draw(st.integers(0, 18))
    whole = draw(st.integers(-(10 ** draw(st.integers(1, 17))), 10 ** draw(st.integers(1, 17))))
    value = float(Fraction(2 * whole + 1, 2 * 10**exponent))
    for _ in range(draw(st.integers(0, 2))):
        value = math.nextafter(value, draw(st.sampled_from([-math.inf, math.inf])))
    return value, exponent


@given(near_halves())
def test_floats_near_halves_round_by_their_exact_value(case: tuple[float, int]) -> None:
    value, exponent = case

    rounded, bad = round_floats(np.array([value]), exponent)

    assert (rounded.tolist(), bad) == ([half_up(value, exponent)], None)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.integers(-3, 20))
def test_any_finite_floats_round_exactly(values: list[float], exponent: int) -> None:
    rounded, bad = round_floats(np.array(values), exponent)

    assert rounded.tolist() == [half_up(value, exponent) for value in values]
    assert bad is None


@given(st.lists(st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf, -math.inf]), min_size=1))
def test_what_is_not_finite_is_marked_and_zero(values: list[float]) -> None:
    rounded, bad = round_floats(np.array(values), 4)

    finite = [math.isfinite(value) for value in values]
    assert (np.zeros(len(values), bool) if bad is None else bad).tolist() == [not good for good in finite]
    assert rounded.tolist() == [half_up(v, 4) if good else 0 for v, good in zip(values, finite, strict=True)]


@given(st.lists(st.floats() | st.integers(-(2**70), 2**70).map(float), min_size=1))
def test_whole_floats_are_kept_and_others_marked(values: list[float]) -> None:
    numbers, bad = whole_floats(np.array(values))

    whole = [math.isfinite(value) and value.is_integer() for value in values]
    assert numbers.tolist() == [int(v) if good else 0 for v, good in zip(values, whole, strict=True)]
    assert (np.zeros(len(values), bool) if bad is None else bad).tolist() == [not good for good in whole]


@given(st.lists(st.integers(-(2**70), 2**70), min_size=1), st.integers(-30, 30))
def test_rescaling_integers_never_wraps(values: list[int], exponent: int) -> None:
    fits = all(-(2**63) <= value < 2**63 for value in values)

    scaled, inexact = rescale(np.array(values, dtype=np.int64 if fits else object), exponent)

    exact = [Fraction(value) * Fraction(10) ** exponent for value in values]
    assert scaled.tolist() == [round_fraction(value, 0) for value in exact]
    assert (np.zeros(len(values), bool) if inexact is None else inexact).tolist() == [
        value.denominator != 1 for value in exact
    ]


@pytest.mark.parametrize("value", [0.5, 1.5, 2.5, -0.5, -1.5])
def test_halves_go_up(value: float) -> None:
    assert round_floats(np.array([value]), 0)[0].tolist() == [math.floor(value + 0.5)]


def test_the_greatest_double_becomes_a_python_integer() -> None:
    rounded, _ = round_floats(np.array([1e308, 1.0]), 4)

    assert rounded.tolist() == [int(1e308) * 10_000, 10_000]


def test_no_rows_give_no_rows() -> None:
    assert [found[0].tolist() for found in (round_floats(np.empty(0), 4), whole_floats(np.empty(0)))] == [[], []]
