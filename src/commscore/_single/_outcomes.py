"""What a part comes to for one row: status, reason, and what it may still turn out to be.

The rules are those of the bulk evaluator, one row at a time; statuses and reasons are its codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final

from commscore._status import AND_TABLE, NO_REASON, OR_TABLE, REASONS, E, F, I, K, N, P, Reason, S, U

# Status, reason, and as bits what it may turn out to be; null where the status says it all.
Outcome = tuple[int, int, int | None]

CAN_PASS, CAN_FAIL, CAN_BE_OUT = 1, 2, 4
_OPEN = CAN_PASS | CAN_FAIL
_BITS = (CAN_PASS, CAN_FAIL, _OPEN, _OPEN, CAN_BE_OUT, _OPEN, CAN_BE_OUT, _OPEN)
_STATUS_OF = {CAN_PASS: P, CAN_FAIL: F, CAN_BE_OUT: N}
REASON_CODES: Final = {reason: code for code, reason in enumerate(REASONS)}

# Whether a row is in scope; where several filters meet, the greatest wins.
IN, MAYBE_MISSING, MAYBE_INVALID, OUT = range(4)


def outcome(status: int, reason: Reason | None = None, possible: int | None = None) -> Outcome:
    """Make an outcome."""
    return status, NO_REASON if reason is None else REASON_CODES[reason], possible


PASS: Final = outcome(P)
FAIL: Final = outcome(F)
SHOWN: Final = outcome(I)
MISSING_VALUE: Final = outcome(U, Reason.MISSING_VALUE)
INVALID_VALUE: Final = outcome(E, Reason.INVALID_VALUE)
NOTHING: Final = outcome(N, Reason.ZERO_DENOMINATOR)
OVER_NOTHING: Final = outcome(U, Reason.ZERO_DENOMINATOR)
NO_COLUMN: Final = outcome(U, Reason.MISSING_COLUMN)
TAILORED: Final = outcome(S, Reason.TAILORED)
CONTRIBUTES: Final = outcome(I, Reason.CONTRIBUTION)
OUTSIDE: Final = outcome(N, Reason.OUT_OF_SCOPE)
_OUTSIDE_FOR_SURE: Final = outcome(N, Reason.OUT_OF_SCOPE, CAN_BE_OUT)


def not_checked(reason: Reason) -> Outcome:
    """Return "not checked"."""
    return outcome(K, reason)


def bits(found: Outcome) -> int:
    """Return what a row may turn out to be."""
    return _BITS[found[0]] if found[2] is None else found[2]


def maybe_nothing(found: Outcome) -> Outcome:
    """Say that a ratio with an operand missing may turn out to be nothing over nothing."""
    return found[0], found[1], bits(found) | CAN_BE_OUT


def open_ratio(found: Outcome) -> Outcome:
    """Say that a ratio with an operand missing will not turn out to be nothing over nothing."""
    return found[0], found[1], bits(found)


def in_scope(found: Outcome, member: int) -> Outcome:
    """Overwrite an outcome where the row is out of scope, or may be."""
    if member == OUT:
        return _OUTSIDE_FOR_SURE
    possible = bits(found) | CAN_BE_OUT
    if member == MAYBE_MISSING:
        return outcome(U, Reason.MISSING_SCOPE, possible)
    return outcome(E, Reason.INVALID_VALUE, possible)


# ---- COMPOUNDS ----


def _combined(table: str) -> list[list[int]]:
    return [["PFUENKSI".index(letter) for letter in row] for row in table.split()]


def _sets(table: list[list[int]]) -> list[list[int]]:
    """Extend a table of statuses to sets of them: everything that any choice from both sets combines to."""
    result = [[0] * 8 for _ in range(8)]
    back = {status: bit for bit, status in _STATUS_OF.items()}
    for one in range(8):
        for two in range(8):
            for a in (bit for bit in _STATUS_OF if bit & one):
                for b in (bit for bit in _STATUS_OF if bit & two):
                    result[one][two] |= back[table[_STATUS_OF[a]][_STATUS_OF[b]]]
    return result


_AND, _OR = _combined(AND_TABLE), _combined(OR_TABLE)
_AND_SETS, _OR_SETS = _sets(_AND), _sets(_OR)


def combine(form: str, n: int, parts: Sequence[Outcome]) -> Outcome:
    """Combine the parts of ``all``, ``any`` or ``atleast``; the first part that has the result names the reason."""
    if form == "atleast":
        status = _at_least(n, [part[0] for part in parts])
    else:
        table = _AND if form == "all" else _OR
        status = reduce(lambda one, two: table[one][two], (part[0] for part in parts))
    reason = next((part[1] for part in parts if part[0] == status), NO_REASON)
    return status, reason, _combined_bits(form, n, parts)


def _at_least(n: int, statuses: list[int]) -> int:
    if all(status == N for status in statuses):
        return N
    passes, unknowns, errors = (statuses.count(status) for status in (P, U, E))
    if passes >= n:
        return P
    if passes + unknowns + errors < n:
        return F
    return U if unknowns else E


def _combined_bits(form: str, n: int, parts: Sequence[Outcome]) -> int | None:
    if all(part[2] is None for part in parts):
        return None
    masks = [bits(part) for part in parts]
    if form != "atleast":
        table = _AND_SETS if form == "all" else _OR_SETS
        return reduce(lambda one, two: table[one][two], masks)
    can_pass, can_fail, can_be_out = (
        sum((mask & bit) > 0 for mask in masks) for bit in (CAN_PASS, CAN_FAIL, CAN_BE_OUT)
    )
    must_pass = masks.count(CAN_PASS)
    # Something fails to reach n with a failing part, or, where none can fail, with a few that pass and the rest out.
    fails = must_pass < n if can_fail else max(must_pass, 1) < n and can_pass > 0
    result = (CAN_PASS if can_pass >= n else 0) | (CAN_FAIL if fails else 0)
    return result | (CAN_BE_OUT if can_be_out == len(masks) else 0)
