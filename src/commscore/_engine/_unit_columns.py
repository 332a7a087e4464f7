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
    rows = sum(part.units.rows for part in parts)
    columns = _score_columns(parts, rows)
    numbers = {title: np.empty(rows, dtype=np.int32) for title in GRADES}
    counts = np.empty((len(STATUSES), rows), dtype=np.int32)
    for part, here in _spans(parts):
        for title, found in grade_columns(scorer, part.scores, _vetoes(scorer, part)).items():
            numbers[title][here] = found
        for status, found in enumerate(part.counts):
            counts[status, here] = found
    columns |= {title: graded(scorer, found) for title, found in numbers.items()}
    return columns | {f"n_{status}": pa.array(count) for status, count in zip(STATUSES, counts, strict=True)}


def _vetoes(scorer: Scorer, part: UnitPart) -> list[tuple[int, Shown]]:
    """Return the findings that may lower a grade."""
    vetoes = [plan.index for plan in part.plans if scorer.ruleset.rules[plan.index].veto]
    return [(index, part.shown(index)) for index in vetoes]


def _spans(parts: Sequence[UnitPart]) -> Iterator[tuple[UnitPart, slice]]:
    first = 0
    for part in parts:
        yield part, slice(first, first + part.units.rows)
        first += part.units.rows


def _score_columns(parts: Sequence[UnitPart], rows: int) -> dict[str, Any]:
    # By name, which of the shares it is, on the model's own scale; or the quotients themselves.
    shares = {"score": 0, "score_low": 1, "score_high": 2}
    columns: dict[str, Any] = {}
    for name, which in shares.items():
        # What is the same in all blocks is held once.
        twin = next((other for other, one in shares.items() if other in columns and _same(parts, which, one)), None)
        columns[name] = columns[twin] if twin else _share_column(parts, which, rows)
    for name in ("coverage", "maximum"):
        values = np.empty(rows)
        for part, here in _spans(parts):
            _divide(getattr(part.scores, name), 1, values[here])
        columns[name] = doubles(values)
    return columns


def _same(parts: Sequence[UnitPart], one: int, two: int) -> bool:
    return all(part.scores.flat is None and part.scores.shares[one] is part.scores.shares[two] for part in parts)


def _share_column(parts: Sequence[UnitPart], which: int, rows: int) -> Any:
    values = np.empty(rows)
    for part, here in _spans(parts):
        scores = part.scores
        if scores.flat is None:
            _divide(scores.shares[which], _HUNDRED, values[here])
        else:
            _divide(scores.flat[which], 1, values[here])
    return doubles(values)


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
