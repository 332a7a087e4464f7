"""How a cell is read: exactly, at its places, within its bounds."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from commscore._ruleset import Input, InputType, Text
from commscore.reference._values import Hole, bounds, read_cell, read_code, read_kind

MISSING, INVALID = Hole.MISSING, Hole.INVALID


def an_input(kind: str, **fields: Any) -> Input:
    places = {"quantity": 4, "rate": 9}.get(kind, 0)
    return Input("x", Text("某数"), InputType(kind), **{"places": places} | fields)


COUNT, QUANTITY, RATE, FLAG = (an_input(kind) for kind in ("count", "quantity", "rate", "flag"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (12, 12),
        (12.0, 12),
        ("12", 12),
        (" +12.0 ", 12),
        ("1.2e1", 12),
        (Decimal("12.00"), 12),
        (2**70, 2**70),
        (12.5, INVALID),
        (12.0000000001, INVALID),
        (-1, INVALID),
        (True, INVALID),
        (float("nan"), INVALID),
        (float("inf"), INVALID),
        (Decimal("NaN"), INVALID),
        (Decimal("1e999999999"), INVALID),
        ("1e999999999", INVALID),
        ("12个", INVALID),
        ("十二", INVALID),
        ("nan", INVALID),
        ("1_000", INVALID),
        ([12], INVALID),
        (None, MISSING),
        ("", MISSING),
        ("  ", MISSING),
        ("-", INVALID),
    ],
    ids=repr,
)
def test_count(raw: Any, expected: Any) -> None:
    assert read_cell(COUNT, raw, ("",)) == expected


@pytest.mark.parametrize("raw", ["-", " * ", "."])
def test_what_the_caller_calls_missing_is_missing(raw: str) -> None:
    assert read_cell(COUNT, raw, ("", "-", "*", ".")) is MISSING


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (691.35, Fraction(69135, 100)),
        (0.1 + 0.2, Fraction(3, 10)),
        ("0.00005", Fraction(1, 10000)),
        ("0.00004", 0),
        ("-0.00005", 0),
        ("-0.00006", INVALID),
    ],
    ids=repr,
)
def test_quantity_is_the_nearest_decimal_halves_up(raw: Any, expected: Any) -> None:
    assert read_cell(QUANTITY, raw, ()) == expected


@pytest.mark.parametrize(
    ("stored_as", "raw", "expected"),
    [
        ("fraction", 0.46, Fraction(46, 100)),
        ("fraction", 46, INVALID),
        ("percent", 46, Fraction(46, 100)),
        ("percent", 99.96, Fraction(9996, 10000)),
        ("percent", 101, INVALID),
        ("permille", "2.8", Fraction(28, 10000)),
        ("fraction", "0.9999999996", 1),
    ],
    ids=repr,
)
def test_rate_is_a_fraction_of_one_however_stored(stored_as: str, raw: Any, expected: Any) -> None:
    assert read_cell(an_input("rate", stored_as=stored_as), raw, ()) == expected


@pytest.mark.parametrize("raw", [True, 1, 1.0, Decimal(1), "true", "YES", "是", "有", " 1 "], ids=repr)
def test_flag_is_true(raw: Any) -> None:
    assert read_cell(FLAG, raw, ()) == 1


@pytest.mark.parametrize("raw", [False, 0, 0.0, "False", "no", "否", "无", "0"], ids=repr)
def test_flag_is_false(raw: Any) -> None:
    assert read_cell(FLAG, raw, ()) == 0


@pytest.mark.parametrize("raw", [2, 0.5, "maybe", float("nan"), "√"])
def test_flag_is_neither(raw: Any) -> None:
    assert read_cell(FLAG, raw, ()) is INVALID


@pytest.mark.parametrize(
    ("raw", "expected"), [("高", "高"), (" 高 ", "高"), ("中", INVALID), (1, INVALID), ("", MISSING)]
)
def test_category_is_one_of_its_values(raw: Any, expected: Any) -> None:
    assert read_cell(an_input("category", values=("高", "低")), raw, ()) == expected


@pytest.mark.parametrize("raw", ["urban", "城市", 111, "112", 121, 122.0, "123"], ids=repr)
def test_kind_is_urban(raw: Any) -> None:
    assert read_kind(raw) == "urban"


@pytest.mark.parametrize("raw", ["rural", "农村", 210, "220"])
def test_kind_is_rural(raw: Any) -> None:
    assert read_kind(raw) == "rural"


@pytest.mark.parametrize("raw", ["village", 100, True, float("nan"), "村"])
def test_kind_that_was_not_declared_is_invalid(raw: Any) -> None:
    assert read_kind(raw) is INVALID


def test_kind_may_be_missing() -> None:
    assert (read_kind(None), read_kind(" ")) == (MISSING, MISSING)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("210211001001", "210211001001"), (210211001001, "210211001001"), (210211.0, "210211"), ("", None), (1.5, None)],
    ids=repr,
)
def test_code_is_text(raw: Any, expected: str | None) -> None:
    assert read_code(raw) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (COUNT, (0, None)),
        (QUANTITY, (0, None)),
        (RATE, (0, 1)),
        (FLAG, (0, 1)),
        (an_input("quantity", min=Fraction(-5), max=Fraction(5)), (-5, 5)),
        (an_input("rate", max=Fraction(2)), (0, 2)),
    ],
    ids=repr,
)
def test_bounds(source: Input, expected: Any) -> None:
    assert bounds(source) == expected


def test_own_bounds_hold_after_rounding() -> None:
    source = an_input("quantity", places=1, max=Fraction(5))

    assert [read_cell(source, raw, ()) for raw in ("5.04", "5.05")] == [5, INVALID]
