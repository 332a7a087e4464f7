"""Events for a monitor: what units report, in the order of time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from commscore.testing._cells import Cells, columns
from commscore.testing._tables import Subject

_START = datetime(2023, 1, 1, tzinfo=UTC)
_KEYS = ("a", "b", "c")


@st.composite
def events(draw: st.DrawFn, ruleset: Subject, *, min_size: int, max_size: int) -> list[dict[str, Any]]:
    """Draw events: few units, so that each reports more than once."""
    at, found = _START, []
    for _ in range(draw(st.integers(min_size, max_size))):
        at += timedelta(days=draw(st.integers(0, 3)))
        inputs: dict[str, Any] = {"kind": draw(st.sampled_from(("urban", "rural", None)))}
        for cells in draw(_reported(ruleset)):
            (value,) = draw(columns(cells, size=1))
            # Events are JSON, which has no NaN and no infinity.
            inputs[cells.input.name] = None if isinstance(value, float) and not math.isfinite(value) else value
        found.append({"key": draw(st.sampled_from(_KEYS)), "time": at.isoformat(), "inputs": inputs})
    return found


def _reported(subject: Subject) -> st.SearchStrategy[list[Cells]]:
    offered = subject.at(subject.main)
    if not offered:
        return st.just([])
    return st.lists(st.sampled_from(offered), min_size=1, max_size=4, unique_by=lambda cells: cells.input.name)
