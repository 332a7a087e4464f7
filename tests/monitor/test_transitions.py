"""How findings move: the engine and the plain function decide every case alike, and a story reads as it should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore import _rete
from commscore._status import STATUSES, Status
from commscore.monitor import CHANGES, _transitions
from commscore.monitor._transitions import (
    CLASS_OF,
    CLEAR,
    COUNT,
    ERROR,
    FAILS,
    OTHER,
    PASSES,
    RESET,
    UNKNOWN,
    Case,
    by_engine,
    decided,
    plain,
    steps_of,
)


@pytest.mark.skipif(not _rete.available(), reason="durable-rules cannot be imported here")
def test_the_engine_and_the_plain_function_decide_every_case_alike() -> None:
    assert by_engine() == steps_of(plain)
    assert decided()[1] == "durable-rules"


def test_without_the_engine_the_plain_function_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transitions.rete, "available", lambda: False)

    assert decided() == (steps_of(plain), "plain")


def _told(story: list[int], escalate_after: int = 3) -> list[tuple[str, ...]]:
    phase, doubt, count, told = CLEAR, 0, 0, []
    for now in story:
        step = plain(Case(phase, doubt, count + 1 >= escalate_after, now))
        phase, doubt = step.phase, step.doubt
        count = count + 1 if step.count == COUNT else 0 if step.count == RESET else count
        told.append(step.changes)
    return told


def test_a_finding_opens_escalates_once_and_recovers() -> None:
    assert _told([FAILS, FAILS, FAILS, FAILS, PASSES, FAILS]) == [
        ("opened",),
        (),
        ("escalated",),
        (),
        ("recovered",),
        ("opened",),
    ]


def test_one_failing_report_may_be_enough_to_escalate() -> None:
    assert _told([FAILS, FAILS], 1) == [("opened", "escalated"), ()]


def test_missing_neither_closes_a_finding_nor_counts_nor_breaks_the_row() -> None:
    told = _told([FAILS, FAILS, UNKNOWN, UNKNOWN, FAILS, PASSES])
    assert told == [("opened",), (), ("undecided",), (), ("confirmed", "escalated"), ("recovered",)]


def test_missing_opens_nothing() -> None:
    assert _told([UNKNOWN, UNKNOWN, PASSES, UNKNOWN]) == [(), (), (), ()]


def test_a_value_that_cannot_be_right_is_told_whether_or_not_a_finding_is_open() -> None:
    assert _told([ERROR, ERROR, PASSES, ERROR, FAILS]) == [("error",), (), ("corrected",), ("error",), ("opened",)]
    assert _told([FAILS, ERROR, UNKNOWN, ERROR, FAILS]) == [
        ("opened",),
        ("error",),
        ("undecided",),
        ("error",),
        ("confirmed",),
    ]


def test_a_finding_that_no_longer_applies_lapses() -> None:
    assert _told([FAILS, OTHER, OTHER]) == [("opened",), ("lapsed",), ()]


_STORIES = st.lists(st.sampled_from((PASSES, FAILS, UNKNOWN, ERROR, OTHER)), max_size=30)


@given(story=_STORIES, escalate_after=st.integers(1, 4))
def test_every_opening_is_closed_once_before_the_next(story: list[int], escalate_after: int) -> None:
    told = [change for changes in _told(story, escalate_after) for change in changes]
    assert set(told) <= set(CHANGES)
    turns = [change for change in told if change in {"opened", "recovered", "lapsed"}]
    assert all((change == "opened") == (i % 2 == 0) for i, change in enumerate(turns))
    assert told.count("escalated") <= told.count("opened")
    assert story.count(ERROR) == 0 or "error" in told


@given(story=_STORIES)
def test_unknown_reports_in_between_change_nothing_but_that_they_are_told(story: list[int]) -> None:
    kept = {"opened", "escalated", "recovered", "lapsed"}
    without = [now for now in story if now != UNKNOWN]

    def main(of: list[int]) -> list[str]:
        return [change for changes in _told(of) for change in changes if change in kept]

    assert main(story) == main(without)


def test_every_status_has_its_class() -> None:
    judged = {Status.PASS: PASSES, Status.FAIL: FAILS, Status.UNKNOWN: UNKNOWN, Status.ERROR: ERROR}
    assert list(CLASS_OF) == [judged.get(status, OTHER) for status in STATUSES]
