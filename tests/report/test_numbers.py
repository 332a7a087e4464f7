"""Numbers are short, and never on the wrong side of what they are held against."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._report._numbers import grouped, number, percent, regrouped

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (9.0, "9"),
        (1 / 3, "0.3333"),
        (32.169668, "32.1697"),
        (0.000123456, "0.0001235"),
        (1382.7, "1,382.7"),
        (-1234567.5, "-1,234,567.5"),
        (1e22, "10,000,000,000,000,000,000,000"),
        (1e-300, "0." + "0" * 39 + "0"),
    ],
)
def test_number_keeps_four_decimals(value: float, expected: str) -> None:
    if value == 1e-300:
        expected = "0"  # beyond any digit that is shown

    assert number(value) == expected


def test_almost_all_is_not_all() -> None:
    assert percent(0.9996) == "99.96%"
    assert percent(0.99996) == "99.996%"
    assert percent(1 - 1e-12) == "99.9999999999%"
    assert percent(1.0) == "100%"


def test_almost_nothing_is_not_nothing() -> None:
    assert percent(1e-9) == "0.0000001%"
    assert percent(0.0) == "0%"


def test_number_on_a_threshold_is_written_as_the_threshold() -> None:
    assert number(0.12345678, apart=[Fraction(12345678, 100_000_000)]) == "0.12345678"


def test_number_just_below_a_grade_does_not_reach_it() -> None:
    assert number(89.9999, apart=[Fraction(90)], places=2, fixed=True) == "89.9999"


@given(finite, st.fractions(max_denominator=10_000), st.sampled_from([1, 100, 1000]))
def test_text_is_on_the_same_side_of_a_threshold_as_the_number(value: float, bound: Fraction, times: int) -> None:
    text = number(value, apart=[bound], times=times)

    shown = Fraction(text.replace(",", "")) / times
    if value != float(bound) and abs(Fraction(value) - bound) > Fraction(1, 10**30):
        assert (shown > bound) == (value > bound)
        assert (shown < bound) == (value < bound)


@given(st.floats(min_value=-1e15, max_value=1e15))
def test_text_is_near_the_number(value: float) -> None:
    text = number(value)

    assert math.isclose(float(text.replace(",", "")), value, rel_tol=1e-3, abs_tol=1e-36)


def test_exact_number_is_written_in_full() -> None:
    assert grouped(Fraction(138270, 100)) == "1,382.7"
    assert grouped(Fraction(1, 3)) == "1/3"
    assert grouped(Fraction(-12345)) == "-12,345"


def test_thousands_in_a_requirement_are_set_apart() -> None:
    assert regrouped("≥ 3000 张") == "≥ 3,000 张"
    assert regrouped("10..15") == "10..15"
    assert regrouped("≤ 0.12345") == "≤ 0.12345"
