"""Cells are read exactly: doubles by their binary value, halves up, whatever the column's type is."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.equality.drawing import INPUTS
from tests.sql.asking import answers, check_units, expected

from commscore import Requirement, Ruleset, UsageError, ruleset_sql
from commscore._requirement import Comparator
from commscore._ruleset import Filter, Jurisdiction, Part, Rule, Scoring, Source, Text

ONE = Fraction(1)


def ruleset_of(*parts: Part) -> Ruleset:
    """Make a ruleset of a rule for each part."""
    rules = tuple(
        Rule(
            **{field.name: getattr(part, field.name) for field in attrs.fields(Part)},
            id=f"r{number}",
            title=Text("规则"),
            weight=ONE,
        )
        for number, part in enumerate(parts)
    )
    return Ruleset(
        id="made-2023",
        title=Text("造"),
        jurisdiction=Jurisdiction("2102", "city", Text("大连市")),
        year=2023,
        source=Source(),
        scoring=Scoring(),
        groups=(),
        rules=rules,
        inputs=INPUTS,
    )


def each(name: str, value: Fraction | bool, comparator: Comparator = Comparator.AT_LEAST, **more: Any) -> Part:
    return Part("each", (name,), per=ONE, requirements={"all": Requirement(comparator, value)}, **more)


def agrees(ruleset: Ruleset, columns: dict[str, Any]) -> list[dict[str, Any]]:
    """Evaluate a table both ways and hold one against the other; return what SQL says."""
    size = len(next(iter(columns.values())))
    data = pa.table({"id": pa.array([f"u{i}" for i in range(size)]), **columns})
    rows = answers(ruleset_sql(ruleset, schema=data.schema, key="id", reasons=True), data)
    check_units(expected(data, ruleset, key="id"), rows, key="id")
    return sorted(rows, key=lambda row: int(row["id"][1:]))


@st.composite
def near_halves(draw: st.DrawFn, places: int) -> float:
    """Draw doubles at, just below and just above halves of the last place, and others of any size."""
    half = (2 * draw(st.integers(0, 10**12)) + 1) / (2 * 10**places)
    step = draw(st.sampled_from((-math.inf, None, math.inf)))
    moved = half if step is None else math.nextafter(half, step)
    return draw(st.just(moved) | st.floats(0, 2.0**62) | st.floats(-1e-3, 1e-3))


@pytest.mark.parametrize(("name", "places"), [("area", 1), ("pay", 4), ("cover", 7), ("net", 1)])
@settings(max_examples=10)
@given(data=st.data())
def test_a_double_is_rounded_by_its_exact_binary_value(name: str, places: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(near_halves(places), min_size=1, max_size=20))
    threshold = data.draw(st.sampled_from(values))
    exact = math.floor(Fraction(threshold) * 10**places + Fraction(1, 2))
    scale = 10 ** INPUTS[name].places
    bound = Fraction(exact, 10**places) / (100 if name == "cover" else 1)
    bound = Fraction(math.floor(bound * scale), scale)
    agrees(ruleset_of(each(name, bound), each(name, bound, Comparator.IS)), {name: pa.array(values)})


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.15, "fail"), (0.25, "pass"), (0.05, "fail"), (0.35, "pass"), (0.1500001, "pass"), (0.2, "pass")],
)
def test_a_half_that_a_double_does_not_quite_reach_is_rounded_down(value: float, status: str) -> None:
    (row,) = agrees(ruleset_of(each("area", Fraction(2, 10))), {"area": pa.array([value])})
    assert row["r0"] == status


def test_what_cannot_be_a_number_is_an_error() -> None:
    values = [float("nan"), float("inf"), -float("inf"), -1.0, 2.5, None, 3.0, -0.0]
    rows = agrees(ruleset_of(each("staff", Fraction(3))), {"staff": pa.array(values)})
    assert [row["r0"] for row in rows] == [*["error"] * 5, "unknown", "pass", "fail"]


def test_integers_decimals_and_booleans_are_read_as_what_they_are() -> None:
    small = pa.array([Decimal("1.25"), Decimal("-0.05"), Decimal("-2.05"), Decimal("-2.06"), None], pa.decimal128(9, 2))
    columns = {
        "area": small,
        "net": small,
        "pay": pa.array([3, 0, 2, -1, None], pa.int32()),
        "staff": pa.array([Decimal("2.0"), Decimal("2.5"), Decimal(-1), Decimal(7), None], pa.decimal128(9, 1)),
        "homes": pa.array([True, False, True, False, None]),
        "open": pa.array([1, 0, 2, -1, None], pa.int8()),
        "listed": pa.array([" 是", "NO", "x", "", None]),
        "grade": pa.array([1, 2, 3, 4, None], pa.int64()),
    }
    parts = [each(name, Fraction(2)) for name in ("area", "net", "pay", "staff", "homes")]
    parts += [each(name, value=True, comparator=Comparator.IS) for name in ("open", "listed")]
    parts += [each("capped", ONE, where=(Filter("grade", values=("a",)),))]
    rows = agrees(ruleset_of(*parts), columns)
    assert [row["r6"] for row in rows] == ["pass", "fail", "error", "unknown", "unknown"]


def test_kinds_may_be_words_codes_or_numbers() -> None:
    ruleset = ruleset_of(
        Part("each", ("staff",), per=ONE, requirements={"urban": Requirement(Comparator.AT_LEAST, ONE)})
    )
    staff = pa.array([1] * 7)
    words = ["urban", "农村", " \x0b\x85111\u3000\r\n\x1f", "220", "\t", None, "town"]
    rows = agrees(ruleset, {"staff": staff, "kind": pa.array(words)})
    assert [row["r0"] for row in rows] == [
        "pass", "notapplicable", "pass", "notapplicable", "unknown", "unknown", "error",
    ]  # fmt: skip
    for kind in (pa.int32(), pa.float64(), pa.decimal128(5, 0)):
        agrees(ruleset, {"staff": staff, "kind": pa.array([111, 220, 112, 210, None, 0, 7], kind)})


def test_areas_are_told_by_column_then_by_code_then_by_the_jurisdiction() -> None:
    where = (Filter("county", values=("210202",)), Filter("city", values=("2102",)))
    ruleset = ruleset_of(each("staff", ONE, where=where))
    columns = {
        "staff": pa.array([1] * 6),
        "code": pa.array(["210202001001", "210203001001", " 210202 ", "21020", "x", None]),
        "county": pa.array([None, "210202", "210203", "210202", "", None]),
    }
    rows = agrees(ruleset, columns)
    assert [row["r0"] for row in rows][:4] == ["pass", "pass", "notapplicable", "pass"]


def test_sums_that_need_more_than_38_digits_raise() -> None:
    part = Part(
        "each", ("staff", "homes"), per=Fraction(1, 10**30), requirements={"all": Requirement(Comparator.AT_LEAST, ONE)}
    )
    data = pa.table({"id": ["a"], "staff": [9 * 10**18], "homes": [9 * 10**18]})
    with pytest.raises(duckdb.OutOfRangeException):
        answers(ruleset_sql(ruleset_of(part), schema=data.schema, key="id"), data)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"id": "TEXT", "staff": "REAL"}, "column 'staff' has the type REAL"),
        ({"id": "TEXT", "staff": "TEXT"}, "column 'staff' is text, and 'staff' is a number"),
        ({"id": "TEXT", "staff": "WHATEVER"}, "WHATEVER"),
        ({"staff": "BIGINT"}, "say by `key` which column names its rows"),
        ({"id": "TEXT", "staff": 3}, "give a mapping of column to SQL type"),
        (["id"], "give a mapping of column to SQL type"),
    ],
)
def test_a_schema_that_cannot_be_read_exactly_is_refused(schema: Any, words: str) -> None:
    key = "id" if "id" in schema else None
    with pytest.raises(UsageError, match=words):
        ruleset_sql(ruleset_of(each("staff", ONE)), schema=schema, key=key)


def test_too_many_places_are_refused() -> None:
    fine = {"pay": attrs.evolve(INPUTS["pay"], places=12)}
    ruleset = attrs.evolve(ruleset_of(each("pay", ONE)), inputs=fine)
    with pytest.raises(UsageError, match="'pay' is read at 12"):
        ruleset_sql(ruleset)


def test_compounds_combine_every_pair_of_statuses_by_the_tables() -> None:
    here = (Filter("open", requirement=Requirement(Comparator.IS, value=True)),)
    parts = (each("staff", ONE), each("homes", ONE, where=here))
    forms = (("all", None), ("any", None), ("atleast", 1), ("atleast", 2))
    ruleset = ruleset_of(*(Part(form, per=ONE, n=n, parts=parts) for form, n in forms))
    cells = (1, 0, None, -1)  # pass, fail, unknown, error
    pairs = [(one, other, flag) for one in cells for other in cells for flag in (True, False)]
    staff, homes, flags = zip(*pairs, strict=True)
    rows = agrees(ruleset, {"staff": pa.array(staff), "homes": pa.array(homes), "open": pa.array(flags)})
    assert {row["r0"] for row in rows} == {"pass", "fail", "unknown", "error"}
