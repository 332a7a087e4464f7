"""A single cell is read as a column of one cell is, whatever stands in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commscore._ruleset import Input, InputType, Jurisdiction, Text
from commscore._single._cells import INVALID, kind_reader, reader
from commscore._single._places import Lay, area_reader, code_of, text_of
from commscore._tables._area_codes import read_codes
from commscore._tables._blocks import blocks, open_table
from commscore._tables._cells import column_of
from commscore._tables._exact import OK, Column, read_column
from commscore._tables._keys import as_text
from commscore._tables._places import read_kind

_ENTRIES = (
    Input("n", Text("n"), InputType.COUNT),
    Input("n", Text("n"), InputType.COUNT, min=Fraction(-3), max=Fraction(5)),
    Input("q", Text("q"), InputType.QUANTITY, places=4),
    Input("q", Text("q"), InputType.QUANTITY, places=1, max=Fraction(7, 3)),
    Input("r", Text("r"), InputType.RATE, places=9),
    Input("r", Text("r"), InputType.RATE, places=9, stored_as="percent"),
    Input("r", Text("r"), InputType.RATE, places=1, stored_as="permille"),
    Input("f", Text("f"), InputType.FLAG),
    Input("c", Text("c"), InputType.CATEGORY, values=("a", "3", "基础型")),
)
_ODD = (
    *(None, True, False, 0, 1, 3, -1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**401, 0.5, 2.5, 1e300, 5e-324, -0.0),
    *(0.00005, 0.00015, 1.00005, 0.125, 99.96, 1e22, float("nan"), float("inf"), -float("inf")),
    *("", " ", "-", "3", " 3 ", "+3", "3.0", "3.25", "0.00005", "1e3", "1e400", "1e401", "１", "x", "true", "是", "NO"),
    *("a", " a", "基础型", "urban", "城市", "111", "210", "\ud800", "9" * 18, "9" * 19, "9" * 401, "1_000", ".5", "5."),
    *(
        Decimal("2.5"),
        Decimal("3.0"),
        Decimal("1E+3"),
        Decimal("1E-30"),
        Decimal("NaN"),
        Decimal("-0"),
        Decimal(10) ** 39,
    ),
    *(np.float64(2.5), np.float64("nan"), np.float32(0.1), np.float16(0.1), np.int8(3), np.uint64(2**63), np.bool_(1)),
    *(Fraction(1, 3), Fraction(5, 2), date(2025, 1, 1), b"3", 3 + 0j, np.str_("3"), object),
)
_CELLS = (
    st.sampled_from(_ODD)
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.decimals()
    | st.decimals(-10, 10, places=5)
    | st.text(max_size=4)
    | st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{1,6})?(e-?[0-9])?", fullmatch=True)
    | st.integers(-99, 99).map(lambda n: n / 20_000)
)


def _in_a_column(column: Column) -> Any:
    state = OK if column.state is None else column.state[0]
    return int(column.values[0]) if state == OK else None if state == 1 else INVALID


@pytest.mark.parametrize("entry", _ENTRIES, ids=str)
@given(value=_CELLS)
def test_a_cell_is_read_as_a_column_of_one(entry: Input, value: Any) -> None:
    missing = ("", "-")
    expected = _in_a_column(read_column(column_of([value]), entry, missing=missing))

    found = reader(entry, missing)(value)

    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("entry", _ENTRIES, ids=str)
def test_every_odd_cell_is_read_as_a_column_of_one(entry: Input) -> None:
    for value in _ODD:
        expected = _in_a_column(read_column(column_of([value]), entry, missing=("", "-")))
        assert reader(entry, ("", "-"))(value) == expected, value


@given(value=_CELLS)
def test_a_kind_is_read_as_a_column_of_one(value: Any) -> None:
    assert kind_reader(("", "-"))(value) == _in_a_column(read_kind(column_of([value]), missing=("", "-")))


_CODES = st.sampled_from(
    ("210202001001", "210202001", " 2102 ", "21", "210202001001999", "2102x", "１２", "", "-", None)
)


@given(value=_CODES | _CELLS)
def test_a_code_is_read_as_a_column_of_one(value: Any) -> None:
    expected = read_codes(column_of([value]), missing=("", "-"))

    found = code_of(value, ("", "-"))

    assert (found.text, found.digits) == (expected.text[0].as_py(), int(expected.length[0]))


@given(value=_CELLS)
def test_a_key_is_written_as_in_a_column_of_one(value: Any) -> None:
    assert text_of(value) == as_text(column_of([value]))[0].as_py()


@given(
    row=st.fixed_dictionaries({}, optional={"code": _CODES, "county": _CODES, "community": _CODES}),
    own=st.sampled_from(("community", "township", "county")),
)
@example(row={"code": None, "county": "x"}, own="community")
def test_a_row_lies_where_a_table_of_it_would(row: dict[str, Any], own: str) -> None:
    home = Jurisdiction("2102", "city", Text("大连"))
    table = open_table([row | {"x": 1}], inputs={}, jurisdiction=home, level=own, missing=("", "-"))
    areas = None
    try:
        for block in blocks(table, ()):
            areas = block.areas
    except Exception:  # noqa: BLE001, S110 - a null key is found once the rows were read
        pass
    assert areas is not None
    lay = Lay(own, home, "code" if "code" in row else None, {name: name for name in row if name != "code"}, ("", "-"))
    for level in areas:
        labels, codes = areas[level].labels, areas[level].codes
        expected = labels[codes[0]] if codes[0] >= 0 else None
        assert area_reader(lay, level)(row) == expected, level
