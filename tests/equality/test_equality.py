"""Two evaluators, one meaning: the bulk one and `reference` agree, finding by finding and score by score."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from tests.equality.columns import arrow_tables
from tests.equality.drawing import rulesets, tables

import commscore
from commscore import _evaluation, reference

_SCORES = ("score", "score_low", "score_high", "coverage", "maximum")
_NUMBERS = ("value", "low", "high", "gap", "attainment", "gain")
_COUNTS = tuple(f"n_{status}" for status in commscore.Status if status != "fixed")


def _shown(value: Any) -> Any:
    return float(value) if isinstance(value, Fraction) else None if value is None else str(value)


def _agree(
    bulk: list[dict[str, Any]], slow: list[dict[str, Any]], names: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    assert len(bulk) == len(slow)
    for mine, theirs in zip(bulk, slow, strict=True):
        for name in names:
            assert _shown(mine[name]) == _shown(theirs[name]), (name, mine, theirs)
        for name in numbers:
            one, two = mine[name], _shown(theirs[name])
            same = one == two if one is None or two is None else math.isclose(one, two, rel_tol=1e-15, abs_tol=0)
            assert same, (name, mine, theirs)


@pytest.mark.parametrize("rollup", [None, ("township", "county", "city", "province")])
@given(ruleset=rulesets(), table=tables())
def test_the_bulk_evaluator_says_what_the_reference_says(
    rollup: tuple[str, ...] | None, ruleset: commscore.Ruleset, table: Any
) -> None:
    rows, more = table
    note(repr(rows))
    note(repr(more))
    options = {"key": "id", "rollup": rollup, "more": more}
    try:
        slow = reference.evaluate(rows, ruleset, **options)
    except commscore.DataError:
        with warnings.catch_warnings(action="ignore"), pytest.raises(commscore.DataError):
            commscore.evaluate(rows, ruleset, **options)
        return
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        bulk = commscore.evaluate(rows, ruleset, **options)

    _agree(bulk.units.to_pylist(), slow.units, ("key", "grade", "grade_low", "grade_high", *_COUNTS), _SCORES)
    names = ("level", "key", "n_units", "grade", "grade_low", "grade_high", *_COUNTS)
    _agree(bulk.areas.to_pylist(), slow.areas, names, (*_SCORES, "units_score"))
    names = ("level", "key", "rule", "scope", "status", "reason", "outlook", "required")
    _agree(bulk.findings().to_pylist(), slow.findings, names, _NUMBERS)


@given(ruleset=rulesets(), table=tables(), block_rows=st.integers(1, 4), data=st.data())
def test_types_of_columns_and_sizes_of_blocks_do_not_matter(
    ruleset: commscore.Ruleset, table: Any, block_rows: int, data: st.DataObject
) -> None:
    rows, more = table
    arrow = data.draw(arrow_tables(rows))
    note(repr(arrow))
    options: dict[str, Any] = {"key": "id", "rollup": ("township", "county", "city"), "more": more}

    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        try:
            expected = commscore.evaluate(rows, ruleset, **options)
        except commscore.DataError:
            return
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_evaluation, "_BLOCK_ROWS", block_rows)
            found = commscore.evaluate(arrow, ruleset, **options)

    for name in ("units", "areas", "rules"):
        assert getattr(found, name).to_pylist() == getattr(expected, name).to_pylist()
    assert found.findings().to_pylist() == expected.findings().to_pylist()
    assert found.wide().to_pylist() == expected.wide().to_pylist()
