"""What follows from one row's findings: conclusions, actions and grades that are capped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from commscore._conclusions import Concluder, Subjects
from commscore._ruleset import Grade
from commscore._single._cells import Cell


def concluded(
    concluder: Concluder, statuses: Sequence[int], kind: Cell, grades: Mapping[str, str | None], *, has_kind: bool
) -> dict[str, Any]:
    """Draw a ruleset's conclusions from one row.

    Args:
        concluder: The conclusions.
        statuses: By rule, as shown.
        kind: The row's kind.
        grades: ``grade``, ``grade_low`` and ``grade_high`` as scored.
        has_kind: Whether rows say their kind at all.

    Returns:
        ``conclusions`` and ``actions``, and the grades where a conclusion may cap them.
    """
    scale = concluder.ruleset.scoring.grades
    codes = {name: _code(grade, scale) for name, grade in grades.items()}
    found = Subjects(
        1,
        [[np.array([status], dtype=np.uint8)] for status in statuses],
        np.array([codes["grade"]], dtype=np.int64),
        np.array([kind if isinstance(kind, int) else -1]) if has_kind else None,
    )
    columns = concluder.columns(found, {name: _column(code, scale) for name, code in codes.items()})
    return {name: column[0].as_py() for name, column in columns.items()}


def _code(name: str | None, scale: Sequence[Grade]) -> int:
    return next((i for i, grade in enumerate(scale) if grade.name == name), -1)


def _column(code: int, scale: Sequence[Grade]) -> Any:
    indices = pa.array([code if code >= 0 else None], pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array([grade.name for grade in scale], pa.string()))
