"""Parts -> compound: ``all``, ``any`` and ``atleast`` by the AND and OR tables of XCCDF, for many subjects at once."""

from __future__ import annotations

from functools import reduce

import numpy as np

from commscore._engine._codes import CAN_BE_OUT, CAN_FAIL, CAN_PASS, Codes, Verdicts, outcomes
from commscore._status import AND_TABLE, NO_REASON, OR_TABLE, E, F, N, P, U

_LETTERS = "PFUENKSI"
_AND_CODES = np.array([_LETTERS.index(letter) for letter in AND_TABLE.replace(" ", "")], dtype=np.uint8)
_OR_CODES = np.array([_LETTERS.index(letter) for letter in OR_TABLE.replace(" ", "")], dtype=np.uint8)
_STATUS_OF_BIT = {CAN_PASS: P, CAN_FAIL: F, CAN_BE_OUT: N}


def _bits_table(codes: Codes) -> Codes:
    """Extend a table of statuses to sets of them: everything that any choice from both sets combines to."""
    bit_of = {status: bit for bit, status in _STATUS_OF_BIT.items()}
    table = np.zeros((8, 8), dtype=np.uint8)
    for one in range(8):
        for two in range(8):
            for a, b in ((a, b) for a in bit_of.values() if a & one for b in bit_of.values() if b & two):
                table[one, two] |= bit_of[int(codes[_STATUS_OF_BIT[a] * 8 + _STATUS_OF_BIT[b]])]
    return table


_AND_BITS = _bits_table(_AND_CODES)
_OR_BITS = _bits_table(_OR_CODES)


def combine(form: str, n: int | None, parts: list[Verdicts]) -> Verdicts:
    """Combine the parts of a compound by the tables of XCCDF."""
    status = combined_status(form, n or 0, [part.status for part in parts])
    reason = np.full(len(status), NO_REASON, dtype=np.uint8)
    for part in reversed(parts):  # the first part in file order that has the outcome names the reason
        same = part.status == status
        reason[same] = part.reason[same]
    return Verdicts(status.copy(), reason, _combined_bits(form, n or 0, parts))


def combined_status(form: str, n: int, parts: list[Codes]) -> Codes:
    """Combine the statuses of a compound's parts."""
    if form == "atleast":
        return _at_least(n, parts)
    table = _AND_CODES if form == "all" else _OR_CODES
    return reduce(lambda one, two: table[one * np.uint8(8) + two], parts)


def _combined_bits(form: str, n: int, parts: list[Verdicts]) -> Codes | None:
    """Return what a compound may turn out to be, over everything its parts may; null when its status says it."""
    if all(part.possible is None for part in parts):
        return None
    masks = [outcomes(part) for part in parts]
    if form != "atleast":
        table = _AND_BITS if form == "all" else _OR_BITS
        return reduce(lambda one, two: table[one, two], masks)
    return _at_least_bits(n, masks)


def _at_least_bits(n: int, masks: list[Codes]) -> Codes:
    """Return what ``atleast`` may turn out to be: passing, failing, or without any part that applies."""
    can_pass, can_fail, can_be_out = (
        np.sum([(mask & bit) > 0 for mask in masks], axis=0) for bit in (CAN_PASS, CAN_FAIL, CAN_BE_OUT)
    )
    must_pass = np.sum([mask == CAN_PASS for mask in masks], axis=0)
    # Something fails to reach n with a failing part, or, where none can fail, with a few that pass and the rest out.
    fails = np.where(can_fail > 0, must_pass < n, (np.maximum(must_pass, 1) < n) & (can_pass > 0))
    result = np.where(can_pass >= n, CAN_PASS, 0) | np.where(fails, CAN_FAIL, 0)
    return (result | np.where(can_be_out == len(masks), CAN_BE_OUT, 0)).astype(np.uint8)


def _at_least(n: int, statuses: list[Codes]) -> Codes:
    passes = sum((status == P).astype(np.int64) for status in statuses)
    unknowns = sum((status == U).astype(np.int64) for status in statuses)
    errors = sum((status == E).astype(np.int64) for status in statuses)
    inapplicable = np.logical_and.reduce([status == N for status in statuses])
    result = np.where(unknowns > 0, U, E)
    result = np.where(passes + unknowns + errors < n, F, result)
    result = np.where(passes >= n, P, result)
    return np.where(inapplicable, N, result).astype(np.uint8)
