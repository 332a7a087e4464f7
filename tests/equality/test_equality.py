"""Two evaluators, one meaning: the bulk one and `reference` agree, finding by finding and score by score."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from tests.equality.agreeing import agree
from tests.equality.columns import arrow_tables
from tests.equality.drawing import rulesets, tables

import commscore
from commscore import _evaluation, reference


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

    agree(bulk, slow)


@pytest.mark.parametrize("level", ["county", "city", "site"])
@given(ruleset=rulesets(), data=st.data(), upwards=st.booleans())
def test_units_of_other_levels_are_said_the_same_of(
    level: str, ruleset: commscore.Ruleset, data: st.DataObject, *, upwards: bool
) -> None:
    rows, more = data.draw(tables(level=level))
    levels = {"county": ("county", "city", "province"), "city": ("city", "province")}.get(level, ("county", "city"))
    nation = ("nation",) if ruleset.jurisdiction.level == "nation" else ()
    options: dict[str, Any] = {"key": "id", "level": level, "more": more}
    options["rollup"] = (*levels, *nation) if upwards else None
    try:
        slow = reference.evaluate(rows, ruleset, **options)
    except commscore.DataError:
        with warnings.catch_warnings(action="ignore"), pytest.raises(commscore.DataError):
            commscore.evaluate(rows, ruleset, **options)
        return
    with warnings.catch_warnings(action="ignore", category=commscore.DataWarning):
        agree(commscore.evaluate(rows, ruleset, **options), slow)


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
