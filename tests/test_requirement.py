"""What a requirement asks for, exactly, and how it is written."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commscore._phrases import parse_requirement
from commscore._requirement import (
    PERCENT,
    PERMILLE,
    PLAIN,
    Comparator,
    InputRef,
    Interval,
    Requirement,
    decimal,
    describe,
    interval,
)

BOUNDS = [Comparator.AT_LEAST, Comparator.MORE_THAN, Comparator.AT_MOST, Comparator.LESS_THAN, Comparator.IS]


def decimals(low: int = -(10**9), high: int = 10**9) -> st.SearchStrategy[Fraction]:
    """Draw exact decimals of up to six places."""
    return st.builds(lambda digits, places: Fraction(digits, 10**places), st.integers(low, high), st.integers(0, 6))


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    """Draw requirements of every shape, as a ruleset can state them."""
    comparator = draw(st.sampled_from(Comparator))
    scale = draw(st.sampled_from([PLAIN, PERCENT, PERMILLE]))
    value = draw(decimals())
    unit = (
        draw(st.sampled_from([None, "个", "㎡", "平方米", "人次", "个社区社会组织", "m2"])) if scale == PLAIN else None
    )
    match comparator:
        case Comparator.ALL:
            return Requirement(comparator, Fraction(1), scale=PERCENT)
        case Comparator.BETWEEN:
            return Requirement(comparator, value, upper=value + draw(decimals(low=0)), unit=unit, scale=scale)
        case Comparator.ABOUT:
            tolerance = draw(st.none() | decimals(low=0))
            return Requirement(comparator, value, tolerance=tolerance, unit=unit, scale=scale)
        case Comparator.IS if draw(st.booleans()):
            return Requirement(comparator, draw(st.booleans()))
        case _ if draw(st.booleans()):
            name = draw(st.sampled_from(["posts", "prior_average_wage", "x", "of", "m", "truth"]))
            return Requirement(comparator, InputRef(name, draw(decimals(low=1))), scale=scale)
        case _:
            return Requirement(comparator, value, unit=unit, scale=scale)


# ---- INTERVALS ----


@pytest.mark.parametrize(
    ("comparator", "below", "equal", "above"),
    [
        (Comparator.AT_LEAST, False, True, True),
        (Comparator.MORE_THAN, False, False, True),
        (Comparator.AT_MOST, True, True, False),
        (Comparator.LESS_THAN, True, False, False),
        (Comparator.IS, False, True, False),
    ],
)
def test_comparator_decides_at_the_number(comparator: Comparator, *, below: bool, equal: bool, above: bool) -> None:
    met = interval(Requirement(comparator, Fraction(30)))

    assert [Fraction(value) in met for value in ("29.9999", "30", "30.0001")] == [below, equal, above]


def test_range_includes_both_ends() -> None:
    met = interval(Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15)))

    assert [value in met for value in map(Fraction, ("9.9", "10", "15", "15.1"))] == [False, True, True, False]


def test_about_reaches_as_far_as_its_tolerance() -> None:
    met = interval(Requirement(Comparator.ABOUT, Fraction(100), tolerance=Fraction(10)))

    assert met == Interval(Fraction(90), lower_open=False, upper=Fraction(110), upper_open=False)


def test_about_without_a_tolerance_promises_its_own_number_only() -> None:
    met = interval(Requirement(Comparator.ABOUT, Fraction(100)))

    assert [value in met for value in map(Fraction, (99, 100, 101))] == [False, True, False]


def test_all_is_the_whole_and_nothing_less() -> None:
    met = interval(Requirement(Comparator.ALL, Fraction(1), scale=PERCENT))

    assert [value in met for value in map(Fraction, ("0.9996", "1"))] == [False, True]


@pytest.mark.parametrize(("flag", "met"), [(True, Fraction(1)), (False, Fraction(0))])
def test_flag_stands_for_one_or_nothing(flag: bool, met: Fraction) -> None:
    expected = Interval(met, lower_open=False, upper=met, upper_open=False)

    assert interval(Requirement(Comparator.IS, flag)) == expected


def test_relative_requirement_bounds_the_multiple() -> None:
    relative = Requirement(Comparator.AT_LEAST, InputRef("posts", Fraction(2)))

    assert interval(relative) == interval(Requirement(Comparator.AT_LEAST, Fraction(2)))


@given(requirements())
def test_opposite_bounds_share_no_value_and_leave_none_out(requirement: Requirement) -> None:
    opposite = {
        Comparator.AT_LEAST: Comparator.LESS_THAN,
        Comparator.LESS_THAN: Comparator.AT_LEAST,
        Comparator.AT_MOST: Comparator.MORE_THAN,
        Comparator.MORE_THAN: Comparator.AT_MOST,
    }
    if requirement.comparator not in opposite:
        return
    met = interval(requirement)
    unmet = interval(attrs.evolve(requirement, comparator=opposite[requirement.comparator]))
    bound = met.lower if met.lower is not None else met.upper

    assert bound is not None
    for value in (bound - Fraction(1, 10**9), bound, bound + Fraction(1, 10**9)):
        assert (value in met) != (value in unmet)


# ---- EQUALITY ----


def test_true_is_not_the_number_one() -> None:
    flag, number = Requirement(Comparator.IS, True), Requirement(Comparator.IS, Fraction(1))

    assert (flag == number, hash(flag) == hash(Requirement(Comparator.IS, True))) == (False, True)


def test_phrase_does_not_tell_requirements_apart() -> None:
    plain = Requirement(Comparator.AT_LEAST, Fraction(10))
    phrased = attrs.evolve(plain, phrase="不少于10")

    assert (plain == phrased, len({plain, phrased})) == (True, 1)


@given(requirements())
def test_requirement_survives_copying_and_pickling(requirement: Requirement) -> None:
    assert pickle.loads(pickle.dumps(requirement)) == copy.deepcopy(requirement) == requirement  # noqa: S301


# ---- WRITING ----


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        (Requirement(Comparator.AT_LEAST, Fraction(10), unit="个"), "≥ 10 个"),
        (Requirement(Comparator.MORE_THAN, Fraction(180)), "> 180"),
        (Requirement(Comparator.AT_MOST, Fraction("0.0028"), scale=PERMILLE), "≤ 2.8‰"),
        (Requirement(Comparator.LESS_THAN, Fraction("-0.05")), "< -0.05"),
        (Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15), unit="个"), "10..15 个"),
        (Requirement(Comparator.ABOUT, Fraction(100), tolerance=Fraction(10), unit="门"), "约 100 门 ± 10"),
        (
            Requirement(Comparator.ABOUT, Fraction("0.46"), tolerance=Fraction("0.05"), scale=PERCENT),
            "约 46% ± 5个百分点",
        ),
        (Requirement(Comparator.ABOUT, Fraction(100)), "约 100"),
        (Requirement(Comparator.ALL, Fraction(1), scale=PERCENT), "= 100%"),
        (Requirement(Comparator.IS, True), "true"),
        (Requirement(Comparator.IS, Fraction("12.5")), "== 12.5"),
        (Requirement(Comparator.AT_LEAST, InputRef("posts", Fraction(2))), "≥ 2 × posts"),
        (Requirement(Comparator.AT_LEAST, InputRef("counties", Fraction(1)), scale=PERCENT), "≥ 100% of counties"),
        (Requirement(Comparator.IS, InputRef("home_tariff", Fraction(1))), "== home_tariff"),
    ],
)
def test_requirement_is_written_in_its_short_form(requirement: Requirement, expected: str) -> None:
    assert describe(requirement) == expected


@pytest.mark.parametrize(
    ("comparator", "expected"),
    [
        (Comparator.AT_LEAST, Interval(Fraction(5), lower_open=False, upper=None, upper_open=False)),
        (Comparator.MORE_THAN, Interval(Fraction(5), lower_open=True, upper=None, upper_open=False)),
        (Comparator.AT_MOST, Interval(None, lower_open=False, upper=Fraction(5), upper_open=False)),
        (Comparator.LESS_THAN, Interval(None, lower_open=False, upper=Fraction(5), upper_open=True)),
        (Comparator.BETWEEN, Interval(Fraction(5), lower_open=False, upper=Fraction(5), upper_open=False)),
        (Comparator.IS, Interval(Fraction(5), lower_open=False, upper=Fraction(5), upper_open=False)),
    ],
)
def test_an_interval_is_open_at_its_number_alone(comparator: Comparator, expected: Interval) -> None:
    assert attrs.astuple(interval(Requirement(comparator, Fraction(5)))) == attrs.astuple(expected)


@given(requirements())
def test_what_is_written_reads_back(requirement: Requirement) -> None:
    assert parse_requirement(describe(requirement)) == requirement


@given(decimals(low=-(10**30), high=10**30))
@example(Fraction(0))
@example(Fraction(3, 10**30))
def test_decimal_is_exact_and_has_no_exponent(value: Fraction) -> None:
    text = decimal(value)

    assert (Fraction(text), set(text) <= set("-.0123456789")) == (value, True)
    assert text.startswith("-") == (value < 0)


def test_number_that_is_no_decimal_is_written_as_a_fraction() -> None:
    assert decimal(Fraction(1, 3)) == "1/3"
