"""Tally -> what each area's rules come to: statuses, and the interval that the value lies in.

The one place where sums are divided, and that only for display: decisions cross-multiply.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._codes import Verdicts, reason_code
from commscore._engine._compounds import combine
from commscore._engine._outcomes import Outcome, Span, filled
from commscore._engine._terms import TOGETHER, UNBOUNDED
from commscore._requirement import InputRef, Interval, Requirement, interval
from commscore._ruleset import ALL
from commscore._status import NO_REASON, E, F, I, K, N, P, Reason, U

if TYPE_CHECKING:
    from collections.abc import Callable

    from commscore._engine._areas import Sums
    from commscore._engine._plan import Node

RATIOS = ("mean", "ratio", "share")


# ---- ONE AREA FORM ----


def span_of(node: Node, sums: Sums, size: int) -> Span:
    """Return the interval of a leaf's value in every area."""

    def field(name: str) -> ints.Ints:
        return sums.field(name, size)

    no = np.zeros(size, dtype=bool)
    one = np.ones(size, dtype=np.int64)
    if node.form not in RATIOS:
        factor = Fraction(1, 10 ** max(operand.places for operand in node.operands))
        low_open, high_open = field("low_unbounded") > 0, field("high_unbounded") > 0
        return Span(field("low_num"), one, field("high_num"), one, low_open, high_open, factor)
    span = Span(
        _zero_if(field("low_den_unbounded") > 0, field("low_num")),
        _one_if(field("low_den_unbounded") > 0, field("low_den")),
        field("high_num"),
        field("high_den"),
        no,
        field("high_unbounded") > 0,
        factor_of(node),
    )
    if node.form != "share":
        span = _with_joint(span, field("joint_unbounded") > 0, node)
        span = _with_loose(span, sums, field, node) if sums.loose else span
    return _over_something(span)


def _over_something(span: Span) -> Span:
    """Let neither end be nothing over nothing, which is no value, where the other is one."""
    low_empty = np.asarray((span.low_num == 0) & (span.low_den == 0), dtype=bool)
    high_empty = np.asarray((span.high_num == 0) & (span.high_den == 0), dtype=bool)
    return attrs.evolve(
        span,
        low_num=ints.choose(low_empty, span.high_num, span.low_num),
        low_den=ints.choose(low_empty, span.high_den, span.low_den),
        high_num=ints.choose(high_empty, span.low_num, span.high_num),
        high_den=ints.choose(high_empty, span.low_den, span.high_den),
    )


def factor_of(node: Node) -> Fraction:
    """Return what turns ``Σ num / Σ den``, in integers at their places, into the value."""
    if node.form == "share":
        return Fraction(1)
    places = [operand.places for operand in node.operands]
    den_places = places[1] if node.form == "ratio" else 0
    return node.part.per * Fraction(10**den_places, 10 ** places[0])


def _zero_if(mask: ints.Bools, values: ints.Ints) -> ints.Ints:
    return ints.choose(mask, 0, values)


def _one_if(mask: ints.Bools, values: ints.Ints) -> ints.Ints:
    return ints.choose(mask, 1, values)


def _with_joint(span: Span, joint: ints.Bools, node: Node) -> Span:
    """Let the highest ratio approach one where a part and its whole are both missing and unbounded."""
    if not joint.any():
        return span
    whole = node.part.per / span.factor  # the quotient that stands for "all of it"
    return attrs.evolve(
        span,
        high_num=ints.choose(joint, whole.numerator, span.high_num),
        high_den=ints.choose(joint, whole.denominator, span.high_den),
    )


def _with_loose(span: Span, sums: Sums, field: Callable[[str], ints.Ints], node: Node) -> Span:
    """Widen the intervals of areas where some rows may or may not count, over every choice of them."""
    low_num, low_den = ints.wide(span.low_num).copy(), ints.wide(span.low_den).copy()
    high_num, high_den = ints.wide(span.high_num).copy(), ints.wide(span.high_den).copy()
    high_open = span.high_open.copy()
    firm = field("inside") > 0
    whole = node.part.per / span.factor
    for area, entries in sums.loose.items():
        lows = [(num, den, n) for (num, den, *_), n in entries.items()]
        highs = [(num, den, n) for (*_, num, den, _open), n in entries.items()]
        low = (int(low_num[area]), int(low_den[area])) if firm[area] else (0, 0)
        high = (int(high_num[area]), int(high_den[area])) if firm[area] else (0, 0)
        low_num[area], low_den[area] = _extreme(low, lows, sign=-1)
        high_num[area], high_den[area] = _extreme(high, highs, sign=1)
        if any(open_ for (_num, _den, open_, *_), _n in entries.items()):
            low_num[area], low_den[area] = 0, 1
        openings = {open_ for (*_, open_), _n in entries.items()}
        high_open[area] |= UNBOUNDED in openings
        # Something over nothing is greater than any ratio, and rows that may be left out could leave it at that.
        over_nothing = high[1] == 0 and high[0] + sum(num * n for num, den, n in highs if den == 0) > 0
        high_open[area] |= over_nothing
        if TOGETHER in openings:
            high_num[area], high_den[area] = whole.numerator, whole.denominator
    return attrs.evolve(
        span, low_num=low_num, low_den=low_den, high_num=high_num, high_den=high_den, high_open=high_open
    )


def _extreme(base: tuple[int, int], rows: list[tuple[int, int, int]], *, sign: int) -> tuple[int, int]:
    """Return the greatest (sign 1) or least (-1) ``Σ num / Σ den`` over the base and any choice of rows.

    Rows are taken in the order of their own ratio for as long as they improve the whole: the optimum is such a prefix.
    """
    num, den = base
    if sign > 0:  # something over nothing only adds
        num += sum(row_num * count for row_num, row_den, count in rows if row_den == 0)
    ranked = sorted((row for row in rows if row[1] > 0), key=lambda row: -sign * Fraction(row[0], row[1]))
    for row_num, row_den, count in ranked:
        if den > 0 and sign * (row_num * den - num * row_den) <= 0:
            break
        num, den = num + row_num * count, den + row_den * count
    return num, den


def verdict(node: Node, sums: Sums, size: int, scope: str) -> Outcome:
    """Judge a leaf in every area by its interval."""
    span = span_of(node, sums, size)
    requirement = requirement_for(node, scope)
    if requirement is None:
        holds, fails = span.known(), np.zeros(size, dtype=bool)
    elif isinstance(requirement.value, InputRef):
        holds, fails = _decide(_margin(node, sums, size, scope), _about_zero(interval(requirement)))
    else:
        holds, fails = _decide(span, interval(requirement))
    met = P if requirement is not None else I
    valueless = _lacking(node, sums, size, scope, "present")
    verdicts = _settled(node, sums, size, scope, (np.where(holds, met, F), holds | fails))
    by_error = _by_error(node, sums, size, scope, rows="") & ~_lacking(node, sums, size, scope, "rows")
    verdicts = _without_values(verdicts, valueless, by_error)
    nobody = (sums.field("inside", size) == 0) & (sums.field("maybe", size) == 0)
    _put(verdicts, np.asarray(nobody, dtype=bool), N, Reason.EMPTY_SCOPE)
    span = attrs.evolve(span, low_open=span.low_open | valueless, high_open=span.high_open | valueless)
    return Outcome(verdicts, span)


def requirement_for(node: Node, scope: str) -> Requirement | None:
    """Return what a part must meet in a scope; null when there is nothing to meet."""
    requirements = node.part.requirements
    return requirements.get(scope, requirements.get(ALL))


def _about_zero(wanted: Interval) -> Interval:
    zero = Fraction(0)
    return attrs.evolve(
        wanted,
        lower=None if wanted.lower is None else zero,
        upper=None if wanted.upper is None else zero,
    )


def _margin(node: Node, sums: Sums, size: int, scope: str) -> Span:
    scope = scope if scope in node.part.requirements else ALL

    def field(name: str) -> ints.Ints:
        return sums.field(f"{scope}:{name}", size)

    one = np.ones(size, dtype=np.int64)
    low_open, high_open = field("low_unbounded") > 0, field("high_unbounded") > 0
    return Span(field("low_num"), one, field("high_num"), one, low_open, high_open, Fraction(1))


def _decide(span: Span, wanted: Interval) -> tuple[ints.Bools, ints.Bools]:
    """Say where a requirement holds over the whole interval, and where over none of it."""
    size = len(span.low_num)
    holds, fails = np.ones(size, dtype=bool), np.zeros(size, dtype=bool)
    if wanted.lower is not None:
        strict = wanted.lower_open
        lowest = ints.at_or_above(span.low_num, span.low_den, wanted.lower, factor=span.factor, strict=strict)
        highest = ints.at_or_above(span.high_num, span.high_den, wanted.lower, factor=span.factor, strict=strict)
        holds &= lowest & ~span.low_open
        fails |= ~highest & ~span.high_open
    if wanted.upper is not None:
        strict = wanted.upper_open
        highest = ints.at_or_below(span.high_num, span.high_den, wanted.upper, factor=span.factor, strict=strict)
        lowest = ints.at_or_below(span.low_num, span.low_den, wanted.upper, factor=span.factor, strict=strict)
        holds &= highest & ~span.high_open
        fails |= ~lowest & ~span.low_open
    return holds, fails


def _prefix(node: Node, scope: str) -> str | None:
    """Return under which name the sums of a relative requirement are kept; null when it is none."""
    return f"{scope if scope in node.part.requirements else ALL}:" if node.refs else None


def _by_error(node: Node, sums: Sums, size: int, scope: str, *, rows: str) -> ints.Bools:
    """Say where invalid values alone leave ``open`` rows, or all of them (``rows`` is empty), undecided."""

    def either(name: str) -> ints.Ints:
        prefix = _prefix(node, scope)
        found = sums.field(name, size)
        return ints.plus(found, sums.field(f"{prefix}{name}", size)) if prefix else found

    if not rows:
        return np.asarray(either("missing") == 0, dtype=bool)
    of_open = (either("open_missing") == 0) & (either("open_invalid") > 0)
    return np.where(sums.field("inside", size) > 0, of_open, either("missing") == 0).astype(bool)


def _lacking(node: Node, sums: Sums, size: int, scope: str, what: str) -> ints.Bools:
    """Say where some operand has no ``rows``, or no value ``present`` among them."""
    counts = [sums.field(f"{what}{i}", size) for i in range(max(1, len(node.operands)))]
    prefix = _prefix(node, scope)
    if prefix:
        counts.append(sums.field(f"{prefix}{what}", size))
    return np.asarray(np.logical_or.reduce([count == 0 for count in counts]), dtype=bool)


def _settled(node: Node, sums: Sums, size: int, scope: str, found: tuple[ints.Ints, ints.Bools]) -> Verdicts:
    """Apply what overrules the comparison: zero denominators, areas that may turn out empty, nobody in scope."""
    answer, decided = found

    def field(name: str) -> ints.Ints:
        return sums.field(name, size)

    result = filled(size, U, Reason.INCOMPLETE_AREA)
    _put(result, _by_error(node, sums, size, scope, rows="open"), E, Reason.INVALID_VALUE)
    sure = decided & (field("inside") > 0)
    if node.form in RATIOS:
        sure &= field("least_den") > 0
    result.status[sure], result.reason[sure] = answer[sure], NO_REASON
    if node.form == "ratio":
        _put_zero_denominators(result, field)
    return result


def _without_values(verdicts: Verdicts, valueless: ints.Bools, by_error: ints.Bools) -> Verdicts:
    _put(verdicts, valueless & ~by_error, U, Reason.MISSING_VALUE)
    _put(verdicts, valueless & by_error, E, Reason.INVALID_VALUE)
    return verdicts


def _put(verdicts: Verdicts, where: ints.Bools, status: int, reason: Reason) -> None:
    verdicts.status[where], verdicts.reason[where] = status, reason_code(reason)


def _put_zero_denominators(result: Verdicts, field: Callable[[str], ints.Ints]) -> None:
    """Nothing over nothing has nothing to judge; something over nothing is not known."""
    zero = np.asarray(field("may_have_den") == 0, dtype=bool)
    _put(result, zero & (field("may_have_num") == 0), N, Reason.ZERO_DENOMINATOR)
    _put(result, zero & (field("has_num") > 0), U, Reason.ZERO_DENOMINATOR)


# ---- COMPOUNDS OF AREA FORMS ----


def compound(node: Node, parts: list[Outcome]) -> Outcome:
    """Combine the parts of a compound judged at areas; what cannot be checked is unknown there."""
    return Outcome(combine(node.form, node.part.n, [_unknown_where_absent(part) for part in parts]))


def _unknown_where_absent(part: Outcome) -> Verdicts:
    status = part.verdicts.status
    if not (status == K).any():
        return part.verdicts
    reason = np.where(status == K, reason_code(Reason.MISSING_COLUMN), part.verdicts.reason).astype(np.uint8)
    return Verdicts(np.where(status == K, U, status).astype(np.uint8), reason)
