"""Whatever the blanks turn out to be, what was decided stays decided, and every value lies between low and high."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commscore import reference
from commscore._ruleset import Ruleset
from commscore._status import Status

URBAN = {"where": {"kind": "urban"}}
BIG = {"each": "social_orgs", "require": ">= 2"}
RULES = [
    {"id": "mean", "mean": "capped", "require": ">= 4", **URBAN},
    {"id": "total", "total": "part", "require": "<= 6"},
    {"id": "ratio", "ratio": ["part", "whole"], "require": ">= 50%", **URBAN},
    {"id": "rate", "ratio": ["social_orgs", "whole"], "per": 100, "require": "> 60"},
    {"id": "change", "change": "capped", "from": "social_orgs", "require": "1..5"},
    {"id": "relative", "total": "part", "require": ">= 0.5 × whole"},
    {"id": "share", "share": {"all": ["certified", BIG]}, "require": ">= 50%"},
    {"id": "inner", "share": {**BIG, **URBAN}, "require": "全覆盖", "phrase": "全覆盖", "note": "测试"},
    {"id": "each", "each": "capped", "require": ">= 3"},
    {"id": "scoped", "mean": "capped", "require": {"urban": ">= 5", "rural": ">= 2"}},
    {"id": "any", "any": [{"mean": "capped", "require": ">= 5"}, {"total": "social_orgs", "require": ">= 9"}]},
]
DECIDED = {Status.PASS, Status.FAIL}
Row = dict[str, Any]


@st.composite
def whole_rows(draw: st.DrawFn) -> Row:
    """Draw a row without blanks."""
    whole = draw(st.integers(0, 9))
    return {
        "kind": draw(st.sampled_from(["urban", "rural"])),
        "whole": whole,
        "part": draw(st.integers(0, whole)),
        "social_orgs": draw(st.integers(0, 9)),
        "capped": draw(st.integers(0, 10)),
        "certified": draw(st.booleans()),
    }


def blanked(row: Row, blanks: set[str]) -> Row:
    return {name: None if name in blanks else value for name, value in row.items()}


@pytest.fixture
def ruleset(load: Any) -> Ruleset:
    return load(*RULES)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_decided_stays_decided(ruleset: Ruleset, data: st.DataObject) -> None:
    whole = data.draw(st.lists(whole_rows(), min_size=1, max_size=3))
    names = st.sets(st.sampled_from(sorted(whole[0])), max_size=3)
    holed = [blanked(row, data.draw(names)) for row in whole]

    before = reference.evaluate(holed, ruleset).findings
    after = reference.evaluate(whole, ruleset).findings

    ends = [(old, new) for old, new in zip(before, after, strict=False) if old["level"] == new["level"] == "city"]
    for old, new in ends:
        assert (old["rule"], old["scope"]) == (new["rule"], new["scope"])
        if old["status"] in DECIDED:
            assert new["status"] is old["status"]
        if old["reason"] in {None, "incomplete_area"} and new["value"] is not None:
            assert old["low"] is None or old["low"] <= new["value"]
            assert old["high"] is None or old["high"] >= new["value"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_blanking_a_cell_never_raises_low_or_coverage_and_never_lowers_high(
    ruleset: Ruleset, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(whole_rows(), min_size=1, max_size=3))
    number = data.draw(st.integers(0, len(rows) - 1))
    holed = [*rows[:number], blanked(rows[number], {data.draw(st.sampled_from(sorted(rows[0])))}), *rows[number + 1 :]]

    before, after = (reference.evaluate(table, ruleset) for table in (rows, holed))

    for old, new in zip([*before.units, *before.areas], [*after.units, *after.areas], strict=True):
        if old["score"] is None or new["score"] is None:
            continue
        assert new["score_low"] <= old["score_low"]
        assert new["score_high"] >= old["score_high"]
        assert new["coverage"] <= old["coverage"]
