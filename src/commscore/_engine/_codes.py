"""Outcomes of many subjects as bytes: statuses, reasons, and what an undecided one may still turn out to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import numpy as np

from commscore._status import NO_REASON, REASONS, Reason

Codes = np.ndarray[Any, np.dtype[np.uint8]]

# What a unit may turn out to be, and what each status leaves open.
CAN_PASS, CAN_FAIL, CAN_BE_OUT = 1, 2, 4
_OPEN = CAN_PASS | CAN_FAIL
_BITS = np.array([CAN_PASS, CAN_FAIL, _OPEN, _OPEN, CAN_BE_OUT, _OPEN, CAN_BE_OUT, _OPEN], dtype=np.uint8)

_REASON_CODES = {reason: np.uint8(code) for code, reason in enumerate(REASONS)}


def reason_code(reason: Reason | None) -> np.uint8:
    """Return the byte of a reason."""
    return np.uint8(NO_REASON) if reason is None else _REASON_CODES[reason]


def select(where: Any, one: Codes | np.uint8, other: Codes) -> Codes:
    """Take bytes of the one where a mask holds, else of the other.

    By logic on bytes, which takes the same little time whatever the mask; `np.where` and assignment by masks branch,
    and take twenty times as long where true and false alternate, as urban and rural units do.
    """
    keep: Codes = np.subtract(where.view(np.uint8), np.uint8(1))  # all bits where it does not hold
    found: Codes = np.bitwise_xor(one, other)
    np.bitwise_and(found, keep, out=found)
    return np.bitwise_xor(found, one, out=found)


# Codes that are there, or that are made when somebody asks.
MaybeLater: TypeAlias = "Codes | Callable[[], Codes]"

# Which statuses may occur, one bit each; by default any.
ANY = 0xFF


@attrs.define(eq=False)
class Verdicts:
    """The outcome of one part for the units of a block.

    Attributes:
        status: One byte per unit.
        possible: What each unit may turn out to be once everything is known, as bits; null where statuses say it all.
        may: The statuses that may occur, as bits: more work for each that is not ruled out, and no less truth.
    """

    status: Codes
    _reason: MaybeLater
    possible: Codes | None = None
    may: int = ANY

    @property
    def reason(self) -> Codes:
        """Return one byte per unit; where only statuses were judged, reasons are found when first asked for."""
        if callable(self._reason):
            self._reason = self._reason()
        return self._reason


def constant(rows: int, status: int, reason: Reason | None) -> Verdicts:
    """Return the same outcome for every unit."""
    codes = np.full(rows, status, dtype=np.uint8), np.full(rows, reason_code(reason), dtype=np.uint8)
    return Verdicts(*codes, may=1 << status)


def outcomes(verdicts: Verdicts) -> Codes:
    """Return what each unit may turn out to be, as bits."""
    return _BITS.take(verdicts.status) if verdicts.possible is None else verdicts.possible
