"""Compare whole numbers with what a requirement asks, by cross-multiplication: nothing is ever divided."""

from __future__ import annotations

import math
from fractions import Fraction

from sqlglot import exp

from commscore._requirement import Interval
from commscore._sql._syntax import Sql, both, times, whole


def within(num: Sql, den: Sql | None, wanted: Interval, *, factor: Fraction) -> Sql:
    """Say that ``num / den × factor`` lies in an interval; a null ``den`` is 1."""
    sides = []
    if wanted.lower is not None:
        sides.append(_beside(num, den, wanted.lower / factor, exp.GT if wanted.lower_open else exp.GTE))
    if wanted.upper is not None:
        sides.append(_beside(num, den, wanted.upper / factor, exp.LT if wanted.upper_open else exp.LTE))
    if len(sides) == 2 and wanted.lower == wanted.upper:  # noqa: PLR2004
        return _beside(num, den, (wanted.lower or Fraction(0)) / factor, exp.EQ)
    return both(*sides)


def _beside(num: Sql, den: Sql | None, bound: Fraction, sign: type[exp.Binary]) -> Sql:
    """Compare ``num`` with ``bound × den``."""
    if den is not None:
        return sign(this=times(num, bound.denominator), expression=times(den, bound.numerator))
    if bound.denominator == 1:
        return sign(this=num, expression=whole(int(bound)))
    if sign in {exp.GT, exp.GTE}:  # between two whole numbers, so the next one is the least that will do
        return exp.GTE(this=num, expression=whole(math.ceil(bound)))
    if sign in {exp.LT, exp.LTE}:
        return exp.LTE(this=num, expression=whole(math.floor(bound)))
    return sign(this=times(num, bound.denominator), expression=whole(bound.numerator))
