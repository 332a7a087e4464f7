"""Units scored, block by block -> the columns of their table, each in one piece of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from commscore._engine import _integers as ints
from commscore._engine._scoring import Quotients, one_denominator
from commscore._engine._subjects import GRADES, Scorer, doubles, grade_columns, graded
from commscore._status import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from commscore._engine._parts import UnitPart
    from commscore._engine._settle import Shown

_HUNDRED = 100
_EXACT = 2**53


def unit_columns(scorer: Scorer, parts: Sequence[UnitPart]) -> dict[str, Any]:
    """Return scores, grades and counts of units."""
    return _score_columns(parts) | _grade_columns(scorer, parts) | _count_columns(parts)


def _rows(parts: Sequence[UnitPart]) -> int:
    return sum(part.units.rows for part in parts)


def _spans(parts: Sequence[UnitPart]) -> Iterator[tuple[UnitPart, slice]]:
    first = 0
    for part in parts:
        yield part, slice(first, first + part.units.rows)
        first += part.units.rows


# ---- SCORES ----


def _score_columns(parts: Sequence[UnitPart]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    made: dict[tuple[int, ...], Any] = {}
    for which, name in enumerate(("score", "score_low", "score_high")):
        # What is the same in all blocks is held once.
        key = tuple(id(part.scores.shares[which] if part.scores.flat is None else name) for part in parts)
        if key not in made:
            made[key] = _quotient_column([_on_scale(part, which) for part in parts], _rows(parts))
        columns[name] = made[key]
    for name in ("coverage", "maximum"):
        columns[name] = _quotient_column([(getattr(part.scores, name), 1) for part in parts], _rows(parts))
    return columns


def _on_scale(part: UnitPart, which: int) -> tuple[Quotients, int]:
    """Return a score as a quotient, and what to multiply it by."""
    scores = part.scores
    return (scores.shares[which], _HUNDRED) if scores.flat is None else (scores.flat[which], 1)


def _quotient_column(blocks: Sequence[tuple[Quotients, int]], rows: int) -> Any:
    """Return the nearest doubles of the quotients of all blocks, multiplied by an integer; null where there is none."""
    values, first = np.empty(rows), 0
    for quotients, times in blocks:
        last = first + len(quotients.den)
        _divide(quotients, times, values[first:last])
        first = last
    return doubles(values, complete=all(one_denominator(quotients) for quotients, _ in blocks))


def _divide(quotients: Quotients, times: int, out: ints.Floats) -> None:
    """Write the nearest doubles; NaN where there is nothing."""
    den, num = one_denominator(quotients), quotients.num
    if den and num.dtype != object and den * times < _EXACT:
        # Both sides are exact, so the one division rounds correctly.
        if num.strides == (0,):
            out[:] = int(num[0]) * times / den
            return
        np.multiply(num, float(times), out=out)
        np.divide(out, float(den), out=out)
    else:
        out[:] = ints.quotient(ints.times(num, times), quotients.den)


# ---- GRADES AND COUNTS ----


def _grade_columns(scorer: Scorer, parts: Sequence[UnitPart]) -> dict[str, Any]:
    if not scorer.ruleset.scoring.grades:
        return dict.fromkeys(GRADES, graded(scorer, np.full(_rows(parts), -1, dtype=np.int32)))
    numbers = {title: np.empty(_rows(parts), dtype=np.int32) for title in GRADES}
    for part, here in _spans(parts):
        for title, found in grade_columns(scorer, part.scores, _vetoes(scorer, part)).items():
            numbers[title][here] = found
    return {title: graded(scorer, found) for title, found in numbers.items()}


def _vetoes(scorer: Scorer, part: UnitPart) -> list[tuple[int, Shown]]:
    """Return the findings that may lower a grade."""
    vetoes = [plan.index for plan in part.plans if scorer.ruleset.rules[plan.index].veto]
    return [(index, part.shown(index)) for index in vetoes]


def _count_columns(parts: Sequence[UnitPart]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    none: Any = None
    for code, status in enumerate(STATUSES):
        counts = [part.counts[code] for part in parts]
        if all(isinstance(count, int) and count == 0 for count in counts):
            none = pa.array(np.zeros(_rows(parts), dtype=np.int32)) if none is None else none
            columns[f"n_{status}"] = none
            continue
        column = np.empty(_rows(parts), dtype=np.int32)
        for (_, here), count in zip(_spans(parts), counts, strict=True):
            column[here] = count
        columns[f"n_{status}"] = pa.array(column)
    return columns
