"""The physical floor: read every input once. Whatever scores the units must do at least this."""

from __future__ import annotations

from typing import Any

import numpy as np

from contenders import Contender
from work import Work


def _columns(work: Work) -> list[np.ndarray[Any, Any]]:
    """Return each column's figures as they lie in memory, nulls and all, without copying."""
    return [
        np.frombuffer(chunk.buffers()[1], dtype=np.float64)[chunk.offset : chunk.offset + len(chunk)]
        for rule in work.province.rules
        for chunk in work.units[rule.column].chunks
    ]


def _greatest(columns: list[np.ndarray[Any, Any]]) -> list[float]:
    return [float(np.max(column)) for column in columns if len(column)]


SCORING = [Contender("floor: np.max of each column", "numpy", _columns, _greatest)]
