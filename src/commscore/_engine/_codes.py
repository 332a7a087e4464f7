"""Outcomes of many subjects as bytes: statuses, reasons, and what an undecided one may still turn out to be."""

from __future__ import annotations

from typing import Any

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


@attrs.frozen(eq=False)
class Verdicts:
    """The outcome of one part for the units of a block.

    Attributes:
        status: One byte per unit.
        reason: One byte per unit.
        possible: What each unit may turn out to be once everything is known, as bits; null where statuses say it all.
    """

    status: Codes
    reason: Codes
    possible: Codes | None = None


def constant(rows: int, status: int, reason: Reason | None) -> Verdicts:
    """Return the same outcome for every unit."""
    return Verdicts(np.full(rows, status, dtype=np.uint8), np.full(rows, reason_code(reason), dtype=np.uint8))


def outcomes(verdicts: Verdicts) -> Codes:
    """Return what each unit may turn out to be, as bits."""
    return _BITS[verdicts.status] if verdicts.possible is None else verdicts.possible
