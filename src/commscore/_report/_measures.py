"""Values, requirements and gaps in words: what is measured decides how a number is written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

import attrs

from commscore._engine._plan import COMPOUNDS, UNITS
from commscore._report._numbers import ZERO, ends_of, grouped, number, percent, regrouped
from commscore._report._text import clean
from commscore._report._words import Words
from commscore._requirement import (
    PERMILLE,
    PLAIN,
    SIGNS,
    SYMBOLS,
    Comparator,
    InputRef,
    Requirement,
    decimal,
    describe,
    interval,
)
from commscore._ruleset import ALL, Input, Part
from commscore._status import Status


@attrs.frozen
class Measure:
    """How the values of a part are written.

    Attributes:
        scale: ``plain``, ``percent`` or ``permille``.
        unit: Measure word; null for none.
        per: For ratios of natural units, per how many of ``per_unit``; null for others.
        per_unit: Measure word of a ratio's denominator.
        flag: Whether values are yes or no.
    """

    scale: str = PLAIN
    unit: str | None = None
    per: Fraction | None = None
    per_unit: str | None = None
    flag: bool = False


SHARE = Measure("percent")
HUNDREDS = MappingProxyType({"100": "百", "1,000": "千", "10,000": "万"})


def requirement_of(part: Part, scope: str | None) -> Requirement | None:
    """Return what a part must meet in a scope; null when there is nothing, or the scope is not known."""
    return part.requirements.get(scope or ALL, part.requirements.get(ALL))


def measure_of(part: Part, inputs: Mapping[str, Input], requirement: Requirement | None) -> Measure:
    """Say how the values of a part are written."""
    fraction = Measure("permille" if requirement is not None and requirement.scale == PERMILLE else "percent")
    if part.assessment in ("share", *COMPOUNDS):
        return fraction
    first = inputs.get(part.inputs[0])
    asked = None if requirement is None else requirement.unit
    if len(part.inputs) == 2 and part.assessment in ("each", "ratio"):  # noqa: PLR2004
        if part.per == 1:
            return fraction
        second = inputs.get(part.inputs[1])
        unit = asked or (first.unit if first else None)
        return Measure(unit=unit, per=part.per, per_unit=second.unit if second else None)
    return fraction if _is_fraction(part, first, requirement) else _plain(part, first, asked)


def _is_fraction(part: Part, first: Input | None, requirement: Requirement | None) -> bool:
    if first is None or part.assessment not in ("each", "mean"):
        return False
    scaled = requirement is None or requirement.scale != PLAIN
    return first.type == "rate" or (first.type == "flag" and part.assessment == "mean" and scaled)


def _plain(part: Part, first: Input | None, asked: str | None) -> Measure:
    flag = first is not None and first.type == "flag" and part.assessment == "each"
    return Measure(unit=asked or (first.unit if first else None), flag=flag)


# ---- VALUES ----


def amount(value: float, measure: Measure, w: Words, *, apart: Sequence[Fraction] = ()) -> str:
    """Write a value with its unit, without what a ratio is per."""
    if measure.flag and value in (0, 1):
        return w("yes") if value else w("no")
    times, sign = SIGNS[measure.scale]
    text = number(value, apart=apart, times=times, places=4 if measure.scale == PLAIN else 2) + sign
    unit = w.unit(measure.unit, one=abs(value) == 1)
    return f"{text} {unit}" if unit else text


def per_text(text: str, measure: Measure, w: Words) -> str:
    """Add what a ratio is per: ``每100户 30 平方米``, ``30 m² per 100 households``."""
    if measure.per is None:
        return text
    per, unit = grouped(measure.per), w.unit(measure.per_unit)
    if w.lang == "zh":
        return w("per", per=HUNDREDS.get(per, per) + unit, value=text)
    return w("per", per=f"{per} {unit}".rstrip(), value=text)


def value_text(value: float, measure: Measure, requirement: Requirement | None, status: str, w: Words) -> str:
    """Write a value so that it does not contradict its status, to as many digits as that takes."""
    ends = ends_of(requirement)
    text = per_text(amount(value, measure, w, apart=ends), measure, w)
    if requirement is None or not ends or status not in (Status.PASS, Status.FAIL):
        return text
    wanted = interval(requirement)
    # A double nearest to the bound stands for what may lie a hair beside it.
    seems = next((end for end in ends if float(end) == value), Fraction(value)) in wanted
    return text if seems == (status == Status.PASS) else w("indistinct", value=text)


def span_text(span: tuple[float | None, float | None], measure: Measure, ends: Sequence[Fraction], w: Words) -> str:
    """Write an interval, either end of which may be open."""
    low, high = (None if end is None else amount(end, measure, w, apart=ends) for end in span)
    if low is None and high is None:
        return w("not_known")
    key = "not_above" if low is None else "not_below" if high is None else "between"
    return per_text(w(key, low=low, high=high), measure, w)


# ---- REQUIREMENTS ----


def requirement_text(requirement: Requirement, measure: Measure, inputs: Mapping[str, Input], w: Words) -> str:
    """Write a requirement in canonical form, with titles in place of names."""
    value = requirement.value
    if isinstance(value, bool):
        return w("yes") if value else w("no")
    if isinstance(value, InputRef):
        return _relative_text(requirement, value, inputs, w)
    unit = w.unit(requirement.unit or measure.unit) if requirement.scale == PLAIN else ""
    text = regrouped(describe(attrs.evolve(requirement, unit=unit or None))).replace("== ", "= ")
    if w.lang == "en":
        text = text.replace("约", "about").replace("个百分点", " points").replace("个千分点", " ‰ points")
    return per_text(text, measure, w)


def required_text(part: Part, scope: str | None, inputs: Mapping[str, Input], w: Words) -> str:
    """Write what a part requires: as the policy words it, and in canonical form; by scope where that is not known."""
    requirement = requirement_of(part, scope)
    if requirement is None and scope is None:
        each = [
            f"{w.scope(name)} {requirement_text(one, measure_of(part, inputs, one), inputs, w)}".lstrip()
            for name, one in part.requirements.items()
        ]
        return w("semicolon").join(each)
    phrase = clean(_phrase_of(part, scope))
    if requirement is None:
        return phrase
    canonical = requirement_text(requirement, measure_of(part, inputs, requirement), inputs, w)
    return phrase + w.bracketed(canonical) if phrase else canonical


def _phrase_of(part: Part, scope: str | None) -> str:
    if part.phrase is None or isinstance(part.phrase, str):
        return part.phrase or ""
    return part.phrase.get(scope or ALL, part.phrase.get(ALL, ""))


def _relative_text(requirement: Requirement, value: InputRef, inputs: Mapping[str, Input], w: Words) -> str:
    name = w.title(inputs[value.name].title) if value.name in inputs else value.name
    symbol = SYMBOLS[requirement.comparator].replace("==", "=")
    if requirement.scale == PLAIN:
        return f"{symbol} {name}" if value.factor == 1 else f"{symbol} {grouped(value.factor)} × {name}"
    times, sign = SIGNS[requirement.scale]
    return w("multiple", symbol=symbol, name=name, factor=decimal(value.factor * times) + sign)


# ---- GAPS ----


def gap_text(
    found: tuple[float, float | None],
    part: Part,
    requirement: Requirement | None,
    inputs: Mapping[str, Input],
    w: Words,
) -> str:
    """Write what is lacking or too much, in the unit of what is counted.

    Args:
        found: The gap, and the value or an end of its interval.
        part: What was judged.
        requirement: What was asked.
        inputs: The catalogue.
        w: The language.
    """
    gap, value = found
    measure = measure_of(part, inputs, requirement)
    if measure.flag or (requirement is not None and isinstance(requirement.value, bool)):
        return w("not_met")
    text = _gap_amount(gap, part, inputs, measure, w)
    direction = "over" if _is_over(value, requirement) else "short"
    what = _counted(part, inputs, w)
    return w(f"{direction}_in", what=what, amount=text) if what else w(direction, amount=text)


def _gap_amount(gap: float, part: Part, inputs: Mapping[str, Input], measure: Measure, w: Words) -> str:
    first = inputs.get(part.inputs[0]) if part.inputs else None
    if first is not None and first.type == "rate":
        times, _ = SIGNS[measure.scale]
        key = "per_mille_points" if measure.scale == PERMILLE else "points"
        return w(key, n=number(gap, apart=[ZERO], times=times))
    unit = measure.unit if measure.per is not None or first is None else first.unit
    return amount(gap, Measure(unit=unit), w, apart=[ZERO])


def _counted(part: Part, inputs: Mapping[str, Input], w: Words) -> str:
    """Name what the gap is of, where that is not plainly the value itself."""
    first = inputs.get(part.inputs[0]) if part.inputs and part.inputs[0] != UNITS else None
    if first is None:
        return ""
    if part.assessment == "mean":
        return w("sum_of", what=w.title(first.title))
    return w.title(first.title) if len(part.inputs) > 1 else ""


def _is_over(value: float | None, requirement: Requirement | None) -> bool:
    if requirement is None:
        return False
    if requirement.comparator in (Comparator.AT_MOST, Comparator.LESS_THAN):
        return True
    if value is None or isinstance(requirement.value, InputRef):
        return False
    upper = interval(requirement).upper
    return upper is not None and value > float(upper)


def attained_text(attainment: float, w: Words, *, exactly: bool) -> str:
    """Write how much of the target was reached, or at least was."""
    return w("attained" if exactly else "attained_least", share=percent(attainment))


def known(value: float | None) -> bool:
    """Say whether there is a number."""
    return value is not None and not math.isnan(value)
