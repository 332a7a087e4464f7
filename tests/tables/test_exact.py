"""Columns of every Arrow type: exact integers at the input's places, and what is missing or invalid."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._ruleset import Input, InputType, Text
from commscore._tables._exact import INVALID, MISSING, OK, cap_part, read_column

COUNT = Input("x", Text("数"), InputType.COUNT)
QUANTITY = Input("x", Text("数"), InputType.QUANTITY, places=4)
FREE = Input("x", Text("数"), InputType.QUANTITY, places=4, min=Fraction(-(10**400)))
RATE = Input("x", Text("率"), InputType.RATE, places=9)
PERCENT = Input("x", Text("率"), InputType.RATE, places=9, stored_as="percent")
PERMILLE = Input("x", Text("率"), InputType.RATE, places=2, stored_as="permille")
FLAG = Input("x", Text("有"), InputType.FLAG)
CATEGORY = Input("x", Text("类"), InputType.CATEGORY, values=("1", "甲", "乙"))

BAD, GAP = "invalid", "missing"


def spelt(array: Any, entry: Input, **options: Any) -> list[Any]:
    """The values as integers at the input's places, labels for categories, and the holes by name."""
    column = read_column(array, entry, **options)
    states = [OK] * len(column.values) if column.state is None else column.state.tolist()
    assert all(value == 0 for value, state in zip(column.values.tolist(), states, strict=True) if state != OK)
    return [
        {MISSING: GAP, INVALID: BAD}[state] if state else column.labels[value] if column.labels else value
        for value, state in zip(column.values.tolist(), states, strict=True)
    ]


# --- numbers ----------------------------------------------------------------------------------------------

NUMBERS = [
    pa.int8(),
    pa.int16(),
    pa.int32(),
    pa.int64(),
    pa.uint8(),
    pa.uint16(),
    pa.uint32(),
    pa.uint64(),
    pa.float16(),
    pa.float32(),
    pa.float64(),
    pa.decimal128(20, 1),
    pa.decimal256(50, 3),
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.dictionary(pa.int8(), pa.int64()),
    pa.dictionary(pa.uint32(), pa.string()),
    pa.run_end_encoded(pa.int32(), pa.int64()),
]


def typed(values: list[int | None], kind: Any) -> Any:
    """An array of a type that does not make its own way from integers."""
    if pa.types.is_float16(kind):
        return pa.array([None if v is None else np.float16(v) for v in values], kind)
    if pa.types.is_dictionary(kind):
        return typed(values, kind.value_type).dictionary_encode().cast(kind)
    if pa.types.is_run_end_encoded(kind):
        ends = pa.array(range(1, len(values) + 1), kind.run_end_type)
        return pa.RunEndEncodedArray.from_arrays(ends, pa.array(values, kind.value_type))
    array = pa.array(values, pa.int64())
    return array.cast(pa.string()).cast(kind) if pa.types.is_string_view(kind) else array.cast(kind)


@pytest.mark.parametrize("kind", NUMBERS, ids=str)
@pytest.mark.parametrize("entry", [COUNT, QUANTITY], ids=["count", "quantity"])
def test_every_type_of_number_reads_alike(kind: Any, entry: Input) -> None:
    array = typed([99, 12, None, 0, 100, 99], kind)

    unit = 10**entry.places
    expected = [12 * unit, GAP, 0, 100 * unit]
    assert spelt(array[1:5], entry) == expected
    assert spelt(pa.chunked_array([array[1:2], array[2:2], array[2:5]]), entry) == expected


@pytest.mark.parametrize("kind", NUMBERS, ids=str)
def test_no_rows_of_every_type_read_as_no_rows(kind: Any) -> None:
    assert spelt(typed([], kind), COUNT) == []


@pytest.mark.parametrize(
    ("cell", "count", "quantity"),
    [
        (12.0, 12, 120_000),
        (-0.0, 0, 0),
        (2.5, BAD, 25_000),
        (5e-324, BAD, 0),
        (0.00005, BAD, 1),
        (math.nextafter(0.00005, 0), BAD, 0),
        (math.nan, BAD, BAD),
        (math.inf, BAD, BAD),
        (-math.inf, BAD, BAD),
        (-1.0, BAD, BAD),
        (1e308, int(1e308), int(1e308) * 10_000),
        (2.0**63, 2**63, 2**63 * 10_000),
        (2.0**53, 2**53, 2**53 * 10_000),
        (None, GAP, GAP),
    ],
)
def test_a_double_is_its_exact_binary_value(cell: float | None, count: Any, quantity: Any) -> None:
    array = pa.array([cell, 1.0], pa.float64())

    assert (spelt(array, COUNT)[0], spelt(array, QUANTITY)[0]) == (count, quantity)


@given(st.lists(st.floats(width=32) | st.integers(0, 2**26).map(np.float32).map(float), min_size=1))
def test_single_precision_is_its_shortest_decimal(values: list[float]) -> None:
    singles = np.array(values, np.float32)

    shortest = [Fraction(Decimal(str(single))) if np.isfinite(single) else None for single in singles]
    expected = [BAD if value is None else math.floor(value * 10_000 + Fraction(1, 2)) for value in shortest]
    assert spelt(pa.array(singles), FREE) == expected
    counts = [BAD if v is None or v < 0 or v.denominator != 1 else int(v) for v in shortest]
    assert spelt(pa.array(singles), COUNT) == counts


@given(st.lists(st.floats(width=16), min_size=1))
def test_half_precision_is_its_shortest_decimal(values: list[float]) -> None:
    halves = np.array(values, np.float16)

    expected = [
        math.floor(Fraction(Decimal(str(half))) * 10_000 + Fraction(1, 2)) if np.isfinite(half) else BAD
        for half in halves
    ]
    assert spelt(pa.array(halves), FREE) == expected


def test_single_tenths_are_tenths() -> None:
    assert spelt(pa.array([0.1, 0.3, 1.33], pa.float32()), RATE) == [100_000_000, 300_000_000, BAD]


def test_singles_that_overflow_at_their_places_are_widened() -> None:
    entry = Input("x", Text("数"), InputType.QUANTITY, places=15)

    assert spelt(pa.array([1e6, 0.1, 2.5], pa.float32()), entry) == [10**21, 10**14, 25 * 10**14]


def test_the_greatest_unsigned_integer_does_not_wrap() -> None:
    array = pa.array([2**64 - 1, 1, None], pa.uint64())

    assert spelt(array, COUNT) == [2**64 - 1, 1, GAP]
    assert spelt(array, QUANTITY) == [(2**64 - 1) * 10_000, 10_000, GAP]


def test_integers_that_overflow_at_their_places_are_widened() -> None:
    assert spelt(pa.array([2**62, 3]), QUANTITY) == [2**62 * 10_000, 30_000]


def test_what_stands_under_a_null_is_not_read() -> None:
    junk = pa.Array.from_buffers(
        pa.float64(), 3, [pa.py_buffer(b"\x05"), pa.py_buffer(np.array([1.0, math.nan, 3.0]).tobytes())]
    )

    assert (spelt(junk, COUNT), spelt(junk, QUANTITY)) == ([1, GAP, 3], [10_000, GAP, 30_000])


@given(
    st.lists(st.decimals(-(10**30), 10**30, places=6) | st.none(), min_size=1),
    st.sampled_from([pa.decimal128(38, 6), pa.decimal256(60, 6)]),
)
def test_decimals_round_exactly(values: list[Decimal | None], kind: Any) -> None:
    expected = [GAP if value is None else math.floor(Fraction(value) * 10_000 + Fraction(1, 2)) for value in values]
    assert spelt(pa.array(values, kind), FREE) == expected


def test_decimals_of_negative_scale_are_multiples() -> None:
    assert spelt(pa.array([Decimal(1200), None], pa.decimal128(4, -2)), QUANTITY) == [12_000_000, GAP]


def test_a_decimal_count_with_a_fraction_is_invalid() -> None:
    assert spelt(pa.array([Decimal("12.0"), Decimal("12.5")], pa.decimal128(5, 1)), COUNT) == [12, BAD]


@pytest.mark.parametrize("kind", ["decimal32", "decimal64"])
def test_narrow_decimals_read_like_wide_ones(kind: str) -> None:
    if not hasattr(pa, kind):
        pytest.skip("this pyarrow has no narrow decimals")

    assert spelt(pa.array([Decimal("-1.25"), None, Decimal("7.5")], getattr(pa, kind)(6, 2)), FREE) == [
        -12_500,
        GAP,
        75_000,
    ]


# --- text -------------------------------------------------------------------------------------------------

TEXTS = [
    ("12", 12, 120_000),
    (" 12 ", 12, 120_000),
    ("\u300012", 12, 120_000),
    ("+12", 12, 120_000),
    ("-12", BAD, BAD),
    ("012", 12, 120_000),
    ("12.0", 12, 120_000),
    ("12.00005", BAD, 120_001),
    ("12.00004999999999999999999999", BAD, 120_000),
    ("1.2e1", 12, 120_000),
    ("1200E-2", 12, 120_000),
    ("1e30", 10**30, 10**34),
    ("99999999999999999999", 99999999999999999999, 999999999999999999990000),
    ("999999999999999999", 999999999999999999, 9999999999999999990000),
    ("1e-400", BAD, 0),
    ("1e999999999", BAD, BAD),
    ("1e-999999999", BAD, BAD),
    ("9" * 401, BAD, BAD),
    ("12个", BAD, BAD),
    ("1,200", BAD, BAD),
    ("46%", BAD, BAD),
    (".5", BAD, BAD),
    ("5.", BAD, BAD),
    ("1.2.3", BAD, BAD),
    ("1-2", BAD, BAD),
    ("-", BAD, BAD),
    ("+", BAD, BAD),
    ("nan", BAD, BAD),
    ("inf", BAD, BAD),
    ("true", BAD, BAD),
    ("٣", BAD, BAD),
    ("１２", BAD, BAD),
    ("0x1f", BAD, BAD),
    ("1_000", BAD, BAD),
    ("", GAP, GAP),
    ("  ", GAP, GAP),
    (None, GAP, GAP),
]


@pytest.mark.parametrize("rows", [1, 100], ids=["a few rows", "many rows"])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_text_is_the_decimal_that_it_writes(rows: int, kind: Any) -> None:
    array = pa.array([text for text, _, _ in TEXTS] * rows, kind)

    assert spelt(array, COUNT) == [count for _, count, _ in TEXTS] * rows
    assert spelt(array, QUANTITY) == [quantity for _, _, quantity in TEXTS] * rows


@given(
    st.lists(
        st.tuples(st.integers(-(10**20), 10**20), st.integers(0, 20)).map(
            lambda number: format(Decimal(number[0]).scaleb(-number[1]), "f")
        ),
        min_size=1,
        max_size=100,
    )
)
def test_numerals_in_bulk_and_one_by_one_agree(texts: list[str]) -> None:
    expected = [math.floor(Fraction(text) * 10_000 + Fraction(1, 2)) for text in texts]

    assert [spelt(pa.array([text]), FREE)[0] for text in texts] == expected
    assert spelt(pa.array(texts * 64), FREE) == expected * 64


def test_missing_texts_are_missing_wherever_they_stand() -> None:
    array = pa.array(["-", " * ", "1", "", "x"])

    assert spelt(array, COUNT, missing=("-", "*")) == [GAP, GAP, 1, GAP, BAD]
    assert spelt(array, FLAG, missing=("-", "*")) == [GAP, GAP, 1, GAP, BAD]
    assert spelt(array, CATEGORY, missing=("-", "*")) == [GAP, GAP, "1", GAP, BAD]


def test_text_that_is_not_utf8_is_invalid() -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(np.array([0, 1, 2], np.int32).tobytes()), pa.py_buffer(b"\xff7")]
    )

    assert spelt(broken, COUNT) == [BAD, 7]


@pytest.mark.parametrize("values", [["12", None, "x"], ["12", "12", None, "x", "x", "x"]], ids=["small", "long"])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_dictionaries_read_by_their_distinct_texts(values: list[str | None], kind: Any) -> None:
    plain = pa.array(values)
    dictionary = pa.DictionaryArray.from_arrays(
        plain.dictionary_encode().indices, plain.dictionary_encode().dictionary.cast(kind)
    )

    expected = [{"12": 12, "x": BAD, None: GAP}[value] for value in values]
    assert spelt(dictionary, COUNT) == expected
    assert spelt(dictionary[1:], COUNT) == expected[1:]
    assert spelt(dictionary[:1], COUNT) == expected[:1]


def test_a_null_inside_a_dictionary_is_missing() -> None:
    dictionary = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array([None, "3"]))

    assert spelt(dictionary, COUNT) == [GAP, 3, GAP]


def test_chunks_with_dictionaries_of_their_own_read_as_one() -> None:
    chunks = [pa.array(["1", "2"]).dictionary_encode(), pa.array(["2", "3"]).dictionary_encode()]

    assert spelt(pa.chunked_array(chunks), COUNT) == [1, 2, 2, 3]


# --- rates, flags, categories -----------------------------------------------------------------------------


def test_a_rate_is_a_fraction_of_one_however_it_is_stored() -> None:
    assert spelt(pa.array([46.0, 100.0, 100.5, -1.0]), PERCENT) == [460_000_000, 10**9, BAD, BAD]
    assert spelt(pa.array([46, 100, None]), PERCENT) == [460_000_000, 10**9, GAP]
    assert spelt(pa.array(["46", "2.8"]), PERCENT) == [460_000_000, 28_000_000]
    assert spelt(pa.array([Decimal("2.8")]), PERCENT) == [28_000_000]


def test_46_in_a_fraction_column_is_invalid() -> None:
    assert spelt(pa.array([46.0, 0.46]), RATE) == [BAD, 460_000_000]


def test_a_rate_with_fewer_places_than_its_unit_rounds_once() -> None:
    # 4.999 per mille is 0.004999: nearer to 0.00 than to 0.01.
    assert spelt(pa.array([4.999, 5.0, 1000.0]), PERMILLE) == [0, 1, 100]
    assert spelt(pa.array([4, 5, 1000]), PERMILLE) == [0, 1, 100]


def test_bounds_are_checked_after_rounding() -> None:
    assert spelt(pa.array([1.0000000001, 1.000000001, -0.0000000001]), RATE) == [10**9, BAD, 0]


def test_own_bounds_go_before_those_of_the_type() -> None:
    entry = Input("x", Text("温度"), InputType.QUANTITY, places=1, min=Fraction(-5), max=Fraction(79, 20))

    assert spelt(pa.array([-5.0, -5.1, 3.9, 4.0, 0.0]), entry) == [-50, BAD, 39, BAD, 0]
    assert spelt(pa.array([None, 4]), Input("x", Text("数"), InputType.COUNT, min=Fraction(3))) == [GAP, 4]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([True, None, False]), [1, GAP, 0]),
        (pa.array([True, None, False, True])[1:], [GAP, 0, 1]),
        (pa.array([1, 0, 2, -1, None]), [1, 0, BAD, BAD, GAP]),
        (pa.array([1.0, 0.0, 0.5, math.nan, None]), [1, 0, BAD, BAD, GAP]),
        (pa.array([Decimal("1.0"), Decimal("0.5")]), [1, BAD]),
        (pa.array(["true", "FALSE", "Yes", "no", "是", "否", "有", "无"]), [1, 0, 1, 0, 1, 0, 1, 0]),
        (pa.array(["1", "0", "1.0", "2", "x", "", None]), [1, 0, 1, BAD, BAD, GAP, GAP]),
        (pa.array(["是", None]).dictionary_encode(), [1, GAP]),
        (pa.array([dt.date(2023, 1, 1)]), [BAD]),
        (pa.nulls(2), [GAP, GAP]),
        (pa.array([], pa.bool_()), []),
    ],
)
def test_flags_take_bools_numbers_and_words(array: Any, expected: list[Any]) -> None:
    assert spelt(array, FLAG) == expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array(["甲", " 乙 ", "丙", "", None]), ["甲", "乙", BAD, GAP, GAP]),
        (pa.array(["甲", None]).dictionary_encode(), ["甲", GAP]),
        (pa.array(["甲", None], pa.string_view()), ["甲", GAP]),
        (pa.array([1, 7, None]), ["1", BAD, GAP]),
        (pa.array([1.0, 1.5, math.nan]), ["1", BAD, BAD]),
        (pa.array([True, None]), [BAD, GAP]),
        (pa.nulls(1), [GAP]),
    ],
)
def test_categories_take_their_own_words(array: Any, expected: list[Any]) -> None:
    assert spelt(array, CATEGORY) == expected


@pytest.mark.parametrize(
    "array",
    [
        pa.array([dt.date(2023, 1, 1), None]),
        pa.array([dt.datetime(2023, 1, 1), None]),  # noqa: DTZ001
        pa.array([dt.timedelta(1), None]),
        pa.array([True, None]),
    ],
    ids=lambda array: str(array.type),
)
def test_what_is_no_number_is_invalid_in_a_number_column(array: Any) -> None:
    assert spelt(array, COUNT) == [BAD, GAP]


def test_extension_types_are_read_by_their_storage() -> None:
    array = pa.ExtensionArray.from_storage(pa.opaque(pa.int64(), "kind", "vendor"), pa.array([3, None]))

    assert spelt(array, COUNT) == [3, GAP]


# --- parts ------------------------------------------------------------------------------------------------


def test_a_part_greater_than_its_whole_is_invalid() -> None:
    part = read_column(pa.array([5, 6, 7, None, 9]), COUNT)
    whole = read_column(pa.array([5.0, 5.9999, None, 1.0, -1.0]), QUANTITY)

    capped = cap_part(part, whole, places=(0, 4))

    assert capped.values.tolist() == [5, 0, 7, 0, 9]
    assert capped.state is not None
    assert capped.state.tolist() == [OK, INVALID, OK, MISSING, OK]


def test_parts_and_wholes_of_different_places_compare_without_overflow() -> None:
    part = read_column(pa.array([2**62, 1]), COUNT)
    whole = read_column(pa.array([float(2**62), 0.9999]), QUANTITY)

    capped = cap_part(part, whole, places=(0, 4))

    assert capped.values.tolist() == [2**62, 0]
