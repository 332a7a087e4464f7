"""Machine thresholds: one comparison says what exact reading and rounding would."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._ruleset import Input, InputType, Text
from commscore._tables._exact import OK, read_column
from commscore._tables._machine import Machine, least_reading, limits_in, read_machine

INTEGERS = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)


def reading(number: Any, exponent: int) -> int:
    """Read a number as the decimals of the documentation say: to the nearest, halves up."""
    exact = Fraction(str(number)) if isinstance(number, np.float32) else Fraction(number.item())
    return math.floor(exact * Fraction(10) ** exponent + Fraction(1, 2))


@given(
    dtype=st.sampled_from((np.float64, np.float32, *INTEGERS)),
    exponent=st.integers(-3, 9),
    wanted=st.integers(-(10**6), 10**6) | st.integers(-(10**19), 10**19),
)
def test_the_least_number_is_read_as_wanted_or_more_and_the_one_below_it_is_not(
    dtype: type, exponent: int, wanted: int
) -> None:
    least = least_reading(np.dtype(dtype), exponent, wanted)

    limits = np.finfo(dtype) if np.dtype(dtype).kind == "f" else np.iinfo(dtype)
    if least is None:
        assert reading(dtype(limits.max), exponent) < wanted
        return
    if not np.isinf(least):
        assert reading(least, exponent) >= wanted
    down = dtype(-np.inf) if np.dtype(dtype).kind == "f" else None
    if least > limits.min:
        below = least - dtype(1) if down is None else np.nextafter(least, down)
        assert reading(below, exponent) < wanted


def test_a_double_just_below_a_half_is_read_down_and_the_half_itself_up() -> None:
    # 0.15 is a little less than its decimal as a double, 0.25 is itself.
    assert least_reading(np.dtype(np.float64), 1, 3) == 0.25
    assert least_reading(np.dtype(np.float64), 1, 2) == np.nextafter(0.15, 1)


def _inputs(kind: InputType, **more: Any) -> Input:
    places = {InputType.QUANTITY: 4, InputType.RATE: 9}.get(kind, 0)
    return Input("x", Text("量"), kind, **({"places": places} | more))


ENTRIES = (
    _inputs(InputType.COUNT),
    _inputs(InputType.COUNT, min=Fraction(2), max=Fraction(7)),
    _inputs(InputType.QUANTITY),
    _inputs(InputType.QUANTITY, places=1, min=Fraction(-2), max=Fraction(3, 2)),
    _inputs(InputType.RATE, stored_as="percent"),
    _inputs(InputType.RATE, stored_as="permille", places=2),
    _inputs(InputType.FLAG),
)
_STEPS = st.sampled_from((-2, -1, 0, 1, 2))


@st.composite
def machine_arrays(draw: st.DrawFn) -> tuple[Input, Any]:
    """Draw an input and an array of a machine type whose numbers sit on and beside what matters, sliced somewhere."""
    entry = draw(st.sampled_from(ENTRIES))
    dtype = draw(st.sampled_from((np.float64, np.float64, np.float32, *INTEGERS)))
    rows = draw(st.integers(0, 40))
    tenths = st.integers(-30, 2000).map(lambda number: number / 10)
    numbers = [draw(tenths) for _ in range(rows)]
    if np.dtype(dtype).kind == "f":
        odd = st.sampled_from((math.nan, math.inf, -math.inf, -0.0, 1e300, 0.5, 1.0, 46.00000005))
        cells = [draw(odd) if not draw(st.integers(0, 9)) else number for number in numbers]
        with np.errstate(over="ignore"):
            found = np.array(cells, dtype=dtype)
            for _ in range(draw(st.integers(0, 2))):
                found = np.nextafter(found, dtype(draw(st.sampled_from((-np.inf, np.inf)))))
    else:
        limits = np.iinfo(dtype)
        found = np.array([min(max(int(number), limits.min), limits.max) for number in numbers], dtype=dtype)
    gaps = np.array([draw(st.integers(0, 4)) == 0 for _ in range(rows)], dtype=bool)
    array = pa.array(found, mask=gaps if draw(st.booleans()) else None)
    first = draw(st.integers(0, rows))
    return entry, array.slice(first, draw(st.integers(0, rows - first)))


@given(drawn=machine_arrays())
def test_what_is_not_odd_is_valid_and_what_is_invalid_is_odd(drawn: tuple[Input, Any]) -> None:
    entry, array = drawn
    limits = limits_in(array, entry)
    if limits is None:
        return
    machine = read_machine(array, limits)
    exact = read_column(array, entry)

    state = np.zeros(len(array), dtype=np.uint8) if exact.state is None else exact.state
    gaps = np.zeros(len(array), dtype=np.uint8) if machine.gaps is None else machine.gaps
    odd = _odd(machine)
    assert np.array_equal(gaps == 1, np.array([value is None for value in array.to_pylist()], dtype=bool))
    assert not (odd & (gaps == 1)).any()
    assert (state[(gaps == 0) & ~odd] == OK).all()


@given(drawn=machine_arrays(), wanted=st.integers(-30, 20_000))
def test_numbers_that_are_not_odd_reach_a_threshold_when_their_readings_do(
    drawn: tuple[Input, Any], wanted: int
) -> None:
    entry, array = drawn
    limits = limits_in(array, entry)
    if limits is None:
        return
    machine = read_machine(array, limits)
    least = least_reading(limits.dtype, limits.scale.exponent, wanted)

    plain = _plain(machine)
    values = np.asarray(read_column(array, entry).values)[plain]
    reached = np.zeros(int(plain.sum()), dtype=bool) if least is None else machine.numbers[plain] >= least
    assert reached.tolist() == [bool(value >= wanted) for value in values]


def _plain(machine: Machine) -> Any:
    plain = np.ones(len(machine.numbers), dtype=bool)
    if machine.gaps is not None:
        plain &= machine.gaps == 0
    return plain & ~_odd(machine)


def _odd(machine: Machine) -> Any:
    """Say which rows are odd, looked at in two pieces."""
    odd, rows = np.zeros(len(machine.numbers), dtype=bool), len(machine.numbers)
    for start, stop in ((0, rows // 3), (rows // 3, rows)):
        found = machine.odd(start, stop)
        assert found is None or len(found)
        odd[[] if found is None else found] = True
    return odd


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array(["1"]), InputType.COUNT),
        (pa.array([1], pa.decimal128(5, 2)), InputType.COUNT),
        (pa.array([True]), InputType.COUNT),
        (pa.array(["1"]).dictionary_encode(), InputType.COUNT),
        (pa.array([1.0], pa.float16()), InputType.COUNT),
        (pa.nulls(1), InputType.COUNT),
    ],
)
def test_other_types_are_left_to_exact_reading(array: Any, kind: InputType) -> None:
    assert limits_in(array, _inputs(kind)) is None
