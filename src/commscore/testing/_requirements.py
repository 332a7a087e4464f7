"""Requirements of every comparator."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from commscore._requirement import PERCENT, PERMILLE, PLAIN, Comparator, InputRef, Requirement

ONE = Fraction(1)
TRUE = Requirement(Comparator.IS, value=True)
FALSE = Requirement(Comparator.IS, value=False)
_COMPARATORS = (
    Comparator.AT_LEAST,
    Comparator.MORE_THAN,
    Comparator.AT_MOST,
    Comparator.LESS_THAN,
    Comparator.IS,
)


@st.composite
def numbers(draw: st.DrawFn, scale: str = PLAIN) -> Requirement:
    """Draw a requirement on a number: small decimals, so that values meet their thresholds."""
    top = 8 if scale == PLAIN else 1
    values = st.integers(0, top).map(Fraction)
    values |= st.integers(0, top * 10).map(lambda tenths: Fraction(tenths, 10))
    value = draw(values)
    comparator = draw(st.sampled_from((*_COMPARATORS, Comparator.BETWEEN, Comparator.ABOUT)))
    if comparator is Comparator.BETWEEN:
        return Requirement(comparator, value, upper=value + draw(values), scale=scale)
    if comparator is Comparator.ABOUT:
        return Requirement(comparator, value, tolerance=draw(values) / 2, scale=scale)
    return Requirement(comparator, value, scale=scale)


def fractions_of_one() -> st.SearchStrategy[Requirement]:
    """Draw a requirement on a share or rate."""
    return numbers(scale=PERCENT) | st.just(Requirement(Comparator.ALL, ONE, scale=PERCENT))


@st.composite
def relative(draw: st.DrawFn, names: tuple[str, ...]) -> Requirement:
    """Draw a requirement that refers to another input."""
    factor = draw(st.sampled_from((ONE, Fraction(2), Fraction(1, 2), Fraction(3, 4))))
    return Requirement(draw(st.sampled_from(_COMPARATORS)), InputRef(draw(st.sampled_from(names)), factor))


@st.composite
def by_scope(draw: st.DrawFn, asked: st.SearchStrategy[Requirement]) -> dict[str, Requirement]:
    """Draw what is asked of all, or of urban and rural apart."""
    scopes = draw(st.sampled_from((("all",), ("all",), ("urban", "rural"), ("urban",), ("rural",))))
    return {scope: draw(asked) for scope in scopes}


@st.composite
def requirements(draw: st.DrawFn, *, inputs: tuple[str, ...]) -> Requirement:
    """Draw any requirement."""
    plain = numbers() | fractions_of_one() | numbers(scale=PERMILLE) | st.sampled_from((TRUE, FALSE))
    return draw(plain | relative(inputs) if inputs else plain)
