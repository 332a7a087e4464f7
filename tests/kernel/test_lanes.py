"""Two lanes, one verdict: what is judged in place is what exact reading says, whatever the columns hold."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.equality.columns import arrays
from tests.equality.drawing import tables

from commscore._engine import _lanes
from commscore._engine._codes import Verdicts
from commscore._engine._kernel import judge
from commscore._engine._lanes import Lanes, Workspace, judged
from commscore._engine._plan import Node, TableShape, _Resolver
from commscore._engine._units import Units
from commscore._requirement import Comparator, Requirement
from commscore._ruleset import Filter, Jurisdiction, Part, Ruleset, Scoring, Source, Text
from commscore._tables import blocks, open_table
from commscore.testing._requirements import by_scope
from commscore.testing._rulesets import INPUTS, compounds, eaches

_HOME = Jurisdiction("2102", "city", Text("大连市"))
_RULESET = Ruleset(
    id="drawn-2023",
    title=Text("抽"),
    jurisdiction=_HOME,
    year=2023,
    source=Source(),
    scoring=Scoring(),
    groups=(),
    rules=(),
    inputs=INPUTS,
)


def _units(columns: dict[str, Any]) -> Units:
    table = open_table(columns, inputs=INPUTS, jurisdiction=_HOME, key="id", level="community")
    (block,) = blocks(table, [name for name in columns if name in INPUTS])
    return Units(block, "community", INPUTS, {})


def _node(part: Part, units: Units) -> Node:
    areas = frozenset(("township", "county", "city", "province"))
    shape = TableShape("community", frozenset(units.block.columns), units.block.kind is not None, areas)
    return _Resolver(_RULESET, {"community": shape}, "community", by_kind=False).unit_node(part, "community")


def _in_lanes(node: Node, units: Units, tile: int = 3) -> Verdicts:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_lanes, "_TILE", tile)
        return judged(node, Workspace(units, Lanes()), np.empty(units.rows, dtype=np.uint8))


def _same(node: Node, units: Units, tile: int = 3) -> None:
    fast, slow = _in_lanes(node, units, tile), judge(node, units)
    assert fast.status.tolist() == slow.status.tolist()
    assert fast.reason.tolist() == slow.reason.tolist()
    assert all(fast.may >> status & 1 for status in set(slow.status.tolist()))


@given(part=eaches() | compounds(eaches()), table=tables(), data=st.data())
def test_statuses_and_reasons_are_those_of_the_exact_lane(part: Part, table: Any, data: st.DataObject) -> None:
    rows, _ = table
    names = list(rows[0])
    units = _units({name: data.draw(arrays([row.get(name) for row in rows])) for name in names})

    _same(_node(part, units), units)


@st.composite
def numbers_near(draw: st.DrawFn, bounds: list[Fraction]) -> list[float | None]:
    """Draw doubles at thresholds and at most two steps beside them."""
    found: list[float | None] = []
    for _ in range(draw(st.integers(1, 30))):
        number = float(draw(st.sampled_from(bounds)))
        for _ in range(draw(st.integers(0, 2))):
            number = float(np.nextafter(number, draw(st.sampled_from((-np.inf, np.inf)))))
        found.append(None if draw(st.integers(0, 9)) == 0 else number)
    return found


_HALVES = [Fraction(number, 20) + Fraction(sign, 20_000) for number in range(-4, 40) for sign in (-1, 0, 1)]


@given(data=st.data())
def test_the_last_digit_of_a_double_decides_the_same_way(data: st.DataObject) -> None:
    tenths = st.integers(-2, 20).map(lambda number: Fraction(number, 10))
    sides = (Comparator.AT_LEAST, Comparator.MORE_THAN, Comparator.AT_MOST, Comparator.LESS_THAN)
    ranges = st.tuples(tenths, tenths).map(sorted)
    wanted = st.builds(Requirement, st.sampled_from(sides), tenths) | ranges.map(
        lambda ends: Requirement(Comparator.BETWEEN, ends[0], upper=ends[1])
    )
    name = data.draw(st.sampled_from(("area", "pay", "net", "staff")))
    part = Part("each", (name,), per=Fraction(1), requirements=data.draw(by_scope(wanted)))
    numbers = data.draw(numbers_near(_HALVES))
    kinds = [data.draw(st.sampled_from(("urban", "rural"))) for _ in numbers]
    units = _units({"id": [f"u{i}" for i in range(len(numbers))], name: pa.array(numbers, pa.float64()), "kind": kinds})

    _same(_node(part, units), units)


@given(data=st.data())
def test_a_part_beyond_its_whole_is_an_error_in_place_too(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 20))
    kind = data.draw(st.sampled_from((pa.float64(), pa.int32(), pa.float32())))
    cells = st.lists(st.integers(-1, 3) | st.none(), min_size=rows, max_size=rows)
    other = data.draw(st.sampled_from((kind, pa.int64())))
    columns = {"trained": pa.array(data.draw(cells), kind), "staff": pa.array(data.draw(cells), other)}
    wanted = {"all": Requirement(Comparator.AT_LEAST, Fraction(2))}
    units = _units({"id": [f"u{i}" for i in range(rows)]} | columns)

    _same(_node(Part("each", ("trained",), per=Fraction(1), requirements=wanted), units), units)


_HOSTILE = (
    *(math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e300, -1e300),
    *(0.5, 1.0, 46.00000005, 2.0**53 + 2, -1.0, 12.0, 0.46, 4.6),
)
_WHOLE = (0, 1, 2, 5, 10, 12, 46, 127, 255, 2**31 - 1, 2**53 + 1, 2**63 - 1, -1, -(2**31))


@st.composite
def hostile_columns(draw: st.DrawFn, rows: int) -> Any:
    """Draw a column of any machine type, with whatever under its nulls, somewhere within a longer one, or in chunks."""
    dtype = np.dtype(draw(st.sampled_from(("f8", "f8", "f4", "i8", "i4", "i2", "u1", "u8", "?"))))
    before = draw(st.integers(0, 9))
    count = before + rows
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            numbers = np.array([draw(st.sampled_from(_HOSTILE)) for _ in range(count)]).astype(dtype)
    elif dtype.kind == "b":
        numbers = np.array([draw(st.booleans()) for _ in range(count)], dtype=bool)
    else:
        limits = np.iinfo(dtype)
        cells = [min(max(draw(st.sampled_from(_WHOLE)), int(limits.min)), int(limits.max)) for _ in range(count)]
        numbers = np.array(cells, dtype=dtype)
    gaps = np.array([draw(st.integers(0, 3)) == 0 for _ in range(count)], dtype=bool)
    array = pa.array(numbers)
    if draw(st.booleans()):  # set the bits beside the numbers, so that these stay under nulls
        valid = pa.py_buffer(np.packbits(~gaps, bitorder="little").tobytes())
        array = pa.Array.from_buffers(array.type, count, [valid, array.buffers()[1]])
    cut = draw(st.integers(0, rows))
    part = array.slice(before)
    return pa.chunked_array([part.slice(0, cut), part.slice(cut)]) if draw(st.booleans()) else part


@given(data=st.data())
def test_hostile_numbers_are_judged_in_place_as_they_are_read(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 24))
    ops = (Comparator.AT_LEAST, Comparator.MORE_THAN, Comparator.AT_MOST, Comparator.LESS_THAN)
    bounds = st.sampled_from([Fraction(0), Fraction(46, 100), Fraction(1), Fraction(12), Fraction(2**53), Fraction(-1)])
    wanted = data.draw(by_scope(st.builds(Requirement, st.sampled_from(ops), bounds)))
    name = data.draw(st.sampled_from(("area", "pay", "net", "staff", "trained")))
    columns = {name: data.draw(hostile_columns(rows)), "id": [f"u{i}" for i in range(rows)]}
    if name == "trained" and data.draw(st.booleans()):
        columns["staff"] = data.draw(hostile_columns(rows))
    columns["kind"] = [data.draw(st.sampled_from(("urban", "rural", "rural", None, "?"))) for _ in range(rows)]
    units = _units(columns)

    _same(
        _node(Part("each", (name,), per=Fraction(1), requirements=wanted), units), units, data.draw(st.integers(1, 9))
    )


@pytest.mark.parametrize(("form", "n"), [("all", None), ("any", None), ("atleast", 1), ("atleast", 2)])
def test_a_compound_of_some_units_is_judged_alike_in_both_lanes(form: str, n: int | None) -> None:
    staff, area, there = zip(*product((None, -1, 1, 2), (None, 1, 2), (True, False, None)), strict=True)
    wanted = {"all": Requirement(Comparator.AT_LEAST, Fraction(2))}
    parts = tuple(Part("each", (name,), per=Fraction(1), requirements=wanted) for name in ("staff", "area"))
    where = (Filter("open", requirement=Requirement(Comparator.IS, value=True)),)
    units = _units({"id": [f"u{i}" for i in range(len(staff))], "staff": staff, "area": area, "open": there})

    _same(_node(Part(form, (), per=Fraction(1), parts=parts, n=n, where=where), units), units)


def test_what_stands_under_nulls_does_not_matter() -> None:
    numbers = np.array([np.nan, -1.0, 5.0, 1e308, 2.5])
    column = pa.array(numbers, mask=np.array([True, True, False, True, False]))
    units = _units({"id": list("abcde"), "staff": column})
    wanted = {"all": Requirement(Comparator.AT_LEAST, Fraction(5))}

    found = _in_lanes(_node(Part("each", ("staff",), per=Fraction(1), requirements=wanted), units), units)

    assert found.status.tolist() == [2, 2, 0, 2, 3]
