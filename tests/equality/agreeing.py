"""What the same findings and scores are, where one evaluator shows doubles and the other keeps fractions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from commscore import Result, Status
from commscore.reference import Outcome

_SCORES = ("score", "score_low", "score_high", "coverage", "maximum")
_GRADED = ("key", "grade", "grade_low", "grade_high", *(f"n_{status}" for status in Status if status != "fixed"))
_NAMES = ("level", "key", "rule", "scope", "status", "reason", "outlook", "required")
_NUMBERS = ("value", "low", "high", "gap", "attainment", "gain")


def agree(bulk: Result, slow: Outcome) -> None:
    """Hold what the bulk evaluator says against what the reference says: units, areas and findings."""
    _alike(bulk.units.to_pylist(), slow.units, _GRADED, _SCORES)
    _alike(bulk.areas.to_pylist(), slow.areas, ("level", "n_units", *_GRADED), (*_SCORES, "units_score"))
    _alike(bulk.findings().to_pylist(), slow.findings, _NAMES, _NUMBERS)


def _alike(
    bulk: Sequence[Mapping[str, Any]],
    slow: Sequence[Mapping[str, Any]],
    names: tuple[str, ...],
    numbers: tuple[str, ...],
) -> None:
    assert len(bulk) == len(slow)
    for mine, theirs in zip(bulk, slow, strict=True):
        for name in names:
            assert _shown(mine[name]) == _shown(theirs[name]), (name, mine, theirs)
        for name in numbers:
            one, two = mine[name], _shown(theirs[name])
            same = one == two if one is None or two is None else math.isclose(one, two, rel_tol=1e-15, abs_tol=0)
            assert same, (name, mine, theirs)


def _shown(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else None if value is None else str(value)
