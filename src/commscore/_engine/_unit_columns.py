"""Units scored, block by block -> the columns of their table, each in one piece of memory."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa

from commscore._engine import _integers as ints
from commscore._engine._scoring import Quotients, one_denominator
from commscore._engine._subjects import GRADES, Scorer, doubles, grade_columns, graded
from commscore._engine._threads import side_by_side
from commscore._status import STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from commscore._engine._parts import UnitPart
    from commscore._engine._settle import Shown
    from commscore._engine._unit_scores import Some

_HUNDRED = 100
_EXACT = 2**53
_SMALL = 2**16


def unit_columns(scorer: Scorer, parts: Sequence[UnitPart]) -> dict[str, Any]:
    """Return scores, grades and counts of units.

    What is the same for all units is one block's worth of it, once for each block: columns may have several chunks.
    """
    return _score_columns(parts) | _grade_columns(scorer, parts) | _count_columns(parts)


def _rows(parts: Sequence[UnitPart]) -> int:
    return sum(part.units.rows for part in parts)


def _spans(parts: Sequence[UnitPart]) -> Iterator[tuple[UnitPart, slice]]:
    first = 0
    for part in parts:
        yield part, slice(first, first + part.units.rows)
        first += part.units.rows


def _filled(
    parts: Sequence[UnitPart], columns: int, dtype: Any, fill: Callable[[UnitPart, ints.Ints], None]
) -> ints.Ints:
    """Fill an array, a row for each column: all in one piece, which the system hands out in large pages."""
    room = np.empty((columns, _rows(parts)), dtype=dtype)

    def work(span: tuple[UnitPart, slice]) -> None:
        part, here = span
        fill(part, room[:, here])

    if columns:
        deque(side_by_side(work, _spans(parts)), maxlen=0)
    return room


def _repeated(value: Any, parts: Sequence[UnitPart]) -> Any:
    """Return a column of one number, of which only a block's worth is in memory."""
    block = pa.array(np.full(max(part.units.rows for part in parts), value))
    if len(parts) == 1:
        return block
    return pa.chunked_array([block.slice(0, part.units.rows) for part in parts])


# ---- SCORES ----

# Which quotients of a block make a column, and what they are multiplied by.
_Pick: TypeAlias = "Callable[[UnitPart], tuple[Quotients, int]]"


def _score_columns(parts: Sequence[UnitPart]) -> dict[str, Any]:
    # What is the same in all blocks is made once.
    made: dict[tuple[int, ...], tuple[_Pick, list[str]]] = {}
    for name, pick in _SCORES.items():
        key = tuple(id(pick(part)[0]) for part in parts)
        made.setdefault(key, (pick, []))[1].append(name)
    constants = {names[0]: _common(pick, parts) for pick, names in made.values()}
    varying = [pick for pick, names in made.values() if constants[names[0]] is None]

    def fill(part: UnitPart, room: ints.Floats) -> None:
        for pick, out in zip(varying, room, strict=True):
            _divide(*pick(part), out)

    filled = dict(zip(map(id, varying), _filled(parts, len(varying), np.float64, fill), strict=True))
    columns: dict[str, Any] = {}
    for pick, names in made.values():
        value = constants[names[0]]
        if value is None:
            complete = all(one_denominator(pick(part)[0]) for part in parts)
            column = doubles(filled[id(pick)], complete=complete)
        else:
            column = _repeated(value, parts)
        columns |= dict.fromkeys(names, column)
    return {name: columns[name] for name in _SCORES}


def _on_scale(which: int) -> _Pick:
    """Return what gives a score as a quotient, and what to multiply it by."""

    def pick(part: UnitPart) -> tuple[Quotients, int]:
        scores = part.scores
        return (scores.shares[which], _HUNDRED) if scores.flat is None else (scores.flat[which], 1)

    return pick


_SCORES: dict[str, _Pick] = {
    **{name: _on_scale(which) for which, name in enumerate(("score", "score_low", "score_high"))},
    "coverage": lambda part: (part.scores.coverage, 1),
    "maximum": lambda part: (part.scores.maximum, 1),
}


def _common(pick: _Pick, parts: Sequence[UnitPart]) -> float | None:
    """Return the number that all units have, as far as that is known without a look at them."""
    found = set()
    for part in parts:
        quotients, times = pick(part)
        den = one_denominator(quotients)
        if not den or quotients.num.strides != (0,):
            return None
        found.add(int(quotients.num[0]) * times / den)
    return found.pop() if len(found) == 1 else None


def _divide(quotients: Quotients, times: int, out: ints.Floats) -> None:
    """Write the nearest doubles; NaN where there is nothing."""
    den, num = one_denominator(quotients), quotients.num
    if not den or num.dtype == object or den * times >= _EXACT:
        out[:] = ints.quotient(ints.times(num, times), quotients.den)
        return
    # Both sides are exact, so the one division rounds correctly. Small integers are made and read faster than doubles.
    kind = np.uint16 if num.dtype.kind == "u" and den * times < _SMALL else np.float64
    np.divide(num if times == 1 else np.multiply(num, times, dtype=kind), float(den), out=out)


# ---- GRADES AND COUNTS ----


def _grade_columns(scorer: Scorer, parts: Sequence[UnitPart]) -> dict[str, Any]:
    if not scorer.ruleset.scoring.grades:
        return dict.fromkeys(GRADES, graded(scorer, np.full(_rows(parts), -1, dtype=np.int32)))

    def fill(part: UnitPart, room: ints.Ints) -> None:
        found = grade_columns(scorer, part.scores, _vetoes(scorer, part))
        for title, out in zip(GRADES, room, strict=True):
            out[:] = found[title]

    filled = _filled(parts, len(GRADES), np.int32, fill)
    return {title: graded(scorer, numbers) for title, numbers in zip(GRADES, filled, strict=True)}


def _vetoes(scorer: Scorer, part: UnitPart) -> list[tuple[int, Shown]]:
    """Return the findings that may lower a grade."""
    vetoes = [plan.index for plan in part.plans if scorer.ruleset.rules[plan.index].veto]
    return [(index, part.shown(index)) for index in vetoes]


def _count_columns(parts: Sequence[UnitPart]) -> dict[str, Any]:
    there = [code for code in range(len(STATUSES)) if any(not _is_zero(part.counts[code]) for part in parts)]

    def fill(part: UnitPart, room: ints.Ints) -> None:
        for code, out in zip(there, room, strict=True):
            out[:] = part.counts[code]

    filled = dict(zip(there, _filled(parts, len(there), np.int32, fill), strict=True))
    none = _repeated(np.int32(0), parts) if len(there) < len(STATUSES) else None
    return {f"n_{status}": pa.array(filled[code]) if code in filled else none for code, status in enumerate(STATUSES)}


def _is_zero(count: Some) -> bool:
    return isinstance(count, int) and count == 0
