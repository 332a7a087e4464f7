"""What rules come to in areas: the interval of each value, and the AND over whatever lies inside."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._codes import ANY, Codes, Verdicts, reason_code
from commscore._status import NO_REASON, REASONS, E, F, I, K, N, P, Reason, U

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@attrs.frozen(eq=False)
class Span:
    """The interval ``low .. high`` of each area's value, as exact quotients times ``factor``.

    Attributes:
        low_num, low_den, high_num, high_den: The ends; a zero ``den`` has no quotient.
        low_open, high_open: Where an end is unbounded.
        factor: What the quotients are multiplied by.
    """

    low_num: ints.Ints
    low_den: ints.Ints
    high_num: ints.Ints
    high_den: ints.Ints
    low_open: ints.Bools
    high_open: ints.Bools
    factor: Fraction

    def known(self) -> ints.Bools:
        """Say where both ends are one value."""
        closed = ~self.low_open & ~self.high_open & np.asarray(self.low_den != 0) & np.asarray(self.high_den != 0)
        same = ints.product(self.low_num, self.high_den) == ints.product(self.high_num, self.low_den)
        return closed & np.asarray(same, dtype=bool)

    def low(self) -> ints.Floats:
        """Return the lower ends for display; NaN where there is none."""
        return np.where(self.low_open, np.nan, ints.quotient(self.low_num, self.low_den, self.factor))

    def high(self) -> ints.Floats:
        """Return the upper ends for display; NaN where there is none."""
        return np.where(self.high_open, np.nan, ints.quotient(self.high_num, self.high_den, self.factor))


# How many pass, fail, and are undecided.
Counts: TypeAlias = tuple[ints.Ints, ints.Ints, ints.Ints]


@attrs.define(eq=False)
class Outcome:
    """What one rule comes to in every area of a level, for one scope.

    Attributes:
        verdicts: Statuses and reasons.
        span: The value's interval; null where there is no single value (compounds).
        counts: Of an AND over units or areas: how many pass, fail, and are undecided; null for other forms.
    """

    verdicts: Verdicts
    _span: Span | Callable[[], Span] | None = None
    _counts: Callable[[], Counts] | None = None

    @property
    def span(self) -> Span | None:
        """Return the value's interval, made when first asked for."""
        if callable(self._span):
            self._span = self._span()
        return self._span

    @property
    def counts(self) -> Counts | None:
        """Return the counts of an AND."""
        return None if self._counts is None else self._counts()


def nothing_checked(size: int, reason: Reason) -> Outcome:
    """Return "not checked" for every area."""
    return Outcome(filled(size, K, reason))


def filled(size: int, status: int, reason: Reason | None) -> Verdicts:
    """Return the same outcome for every area, to be overruled where there is another."""
    return Verdicts(np.full(size, status, dtype=np.uint8), np.full(size, reason_code(reason), dtype=np.uint8))


# ---- AND OVER UNITS OR AREAS ----


# By which statuses occur, a bit each, in this order: each overrules those before it.
_OVERRULING = (I, P, E, U, F)
_AND_REASONS = (None, None, Reason.INVALID_VALUE, Reason.INCOMPLETE_AREA, None)


def _and_table(outcomes: Sequence[int], nothing: int) -> Codes:
    """Return, by which statuses occur, what the last of them comes to."""
    return np.array(
        [outcomes[found.bit_length() - 1] if found else nothing for found in range(1 << len(outcomes))], dtype=np.uint8
    )


_AND_STATUS = _and_table(_OVERRULING, N)
_AND_REASON = _and_table([int(reason_code(reason)) for reason in _AND_REASONS], int(reason_code(Reason.EMPTY_SCOPE)))


def conjunction(count: Callable[[str], ints.Ints]) -> Outcome:
    """Combine by AND, given how many units (or areas) have each status, by letter."""
    numbers = {letter: count(letter) for letter in "IPEUF"}
    occurring = np.zeros(len(numbers["P"]), dtype=np.uint8)
    for bit, found in enumerate(numbers.values()):
        if found.strides != (0,) or found[:1].any():  # not known to be none at all
            occurring |= np.left_shift(found != 0, bit, dtype=np.uint8)
    status = _AND_STATUS.take(occurring)

    def reason() -> Codes:
        result = _AND_REASON.take(occurring)
        result[(status == U) & (numbers["P"] == 0)] = reason_code(Reason.MISSING_VALUE)
        return result

    def counts() -> Counts:
        return ints.integers(numbers["P"]), ints.integers(numbers["F"]), ints.plus(numbers["U"], numbers["E"])

    def span() -> Span:
        passed, failed, undecided = counts()
        # Of a rule without a requirement nothing passes: there is no share of what does.
        judged = ints.choose(numbers["I"] > 0, 0, ints.plus(ints.plus(passed, failed), undecided))
        no = np.zeros(len(passed), dtype=bool)
        return Span(passed, judged, ints.plus(passed, undecided), judged, no, no, Fraction(1))

    may = ANY if occurring[occurring & 1 == 1].size else ANY & ~(1 << I)
    return Outcome(Verdicts(status, reason, may=may), span, counts)


def rolled_up(inside: Outcome, pairs: tuple[ints.Ints, ints.Ints], size: int) -> Outcome:
    """Combine the findings of judged areas into those of the areas they lie in.

    Args:
        inside: The outcome at the judged level.
        pairs: Positions of judged areas, and of the coarser ones that they lie in; -1 where not known.
        size: How many coarser areas there are.
    """
    known = pairs[1] >= 0
    areas, parents = (each[known] for each in pairs)
    status = inside.verdicts.status[areas]
    if len(status) and not (status != K).any():
        return Outcome(filled(size, K, _only_reason(inside.verdicts.reason)))

    def count(letter: str) -> ints.Ints:
        mask = status == "PFUENKSI".index(letter)
        return np.bincount(parents[mask], minlength=size).astype(np.int64)

    return conjunction(count)


def _only_reason(codes: Codes) -> Reason | None:
    return REASONS[codes[0]] if len(codes) and codes[0] != NO_REASON else None
