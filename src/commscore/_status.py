"""The eight outcomes of a rule, and the tables that combine them (XCCDF 1.2, NISTIR 7275r4, tables 12 to 14)."""

from __future__ import annotations

from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Status(StrEnum):
    """The outcome of one rule for one unit or area, named as in XCCDF 1.2.

    ``&`` and ``|`` combine two statuses by the standard's AND and OR tables, ``~`` swaps pass and fail. ``fixed`` is
    accepted by the scoring functions and counts as pass; nothing here produces it.

    Example:
        >>> Status.PASS & Status.UNKNOWN
        <Status.UNKNOWN: 'unknown'>
        >>> Status.ERROR | Status.PASS
        <Status.PASS: 'pass'>
        >>> ~Status.FAIL
        <Status.PASS: 'pass'>
    """

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    ERROR = "error"
    NOTAPPLICABLE = "notapplicable"
    NOTCHECKED = "notchecked"
    NOTSELECTED = "notselected"
    INFORMATIONAL = "informational"
    FIXED = "fixed"

    def __and__(self, other: Status) -> Status:
        """Combine by the AND table."""
        return _AND[_plain(self), _plain(Status(other))]

    __rand__ = __and__

    def __or__(self, other: Status) -> Status:
        """Combine by the OR table."""
        return _OR[_plain(self), _plain(Status(other))]

    __ror__ = __or__

    def __invert__(self) -> Status:
        """Swap pass and fail, leave the rest."""
        return {Status.PASS: Status.FAIL, Status.FAIL: Status.PASS, Status.FIXED: Status.FAIL}.get(self, self)


class Reason(StrEnum):
    """Why a status is what it is; null beside a plain pass or fail."""

    MISSING_VALUE = "missing_value"
    MISSING_SCOPE = "missing_scope"
    ZERO_DENOMINATOR = "zero_denominator"
    INCOMPLETE_AREA = "incomplete_area"
    MISSING_COLUMN = "missing_column"
    INVALID_VALUE = "invalid_value"
    OUT_OF_SCOPE = "out_of_scope"
    EMPTY_SCOPE = "empty_scope"
    OTHER_LEVEL = "other_level"
    NOT_DUE = "not_due"
    INFORMATIONAL = "informational"
    CONTRIBUTION = "contribution"
    TAILORED = "tailored"


# The order of codes in arrays and in the tables below; `fixed` never occurs in arrays.
STATUSES: tuple[Status, ...] = (
    Status.PASS,
    Status.FAIL,
    Status.UNKNOWN,
    Status.ERROR,
    Status.NOTAPPLICABLE,
    Status.NOTCHECKED,
    Status.NOTSELECTED,
    Status.INFORMATIONAL,
)
P, F, U, E, N, K, S, I = range(8)
REASONS: tuple[Reason, ...] = tuple(Reason)
NO_REASON = len(REASONS)  # the code that stands for null

# Statuses that never count in a score (XCCDF 1.2 section 7.3.2).
UNSCORED = frozenset({Status.NOTAPPLICABLE, Status.NOTCHECKED, Status.NOTSELECTED, Status.INFORMATIONAL})

AND_TABLE = "PFUEPPPP FFFFFFFF UFUUUUUU EFUEEEEE PFUENNNN PFUENKKK PFUENKSS PFUENKSI"
OR_TABLE = "PPPPPPPP PFUEFFFF PUUUUUUU PEUEEEEE PFUENNNN PFUENKKK PFUENKSS PFUENKSI"


def _table(text: str) -> dict[tuple[Status, Status], Status]:
    by_letter = dict(zip("PFUENKSI", STATUSES, strict=True))
    rows = text.split()
    return {(row, column): by_letter[rows[i][j]] for i, row in enumerate(STATUSES) for j, column in enumerate(STATUSES)}


_AND = _table(AND_TABLE)
_OR = _table(OR_TABLE)


def _plain(status: Status) -> Status:
    return Status.PASS if status is Status.FIXED else status


def all_of(statuses: Iterable[Status]) -> Status:
    """Combine any number of statuses by AND; nothing at all is not applicable."""
    found = list(statuses)
    return reduce(Status.__and__, found, Status.INFORMATIONAL) if found else Status.NOTAPPLICABLE


def any_of(statuses: Iterable[Status]) -> Status:
    """Combine any number of statuses by OR; nothing at all is not applicable."""
    found = list(statuses)
    return reduce(Status.__or__, found, Status.INFORMATIONAL) if found else Status.NOTAPPLICABLE
