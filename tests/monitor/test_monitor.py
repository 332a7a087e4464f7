"""The monitor: what reports make of findings, and that its state is what the evaluator says of the last values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.monitor.reports import event, lines_of, write_ruleset

import commscore
from commscore.monitor import CHANGES, Monitor

UNIT = "379901001001"


def _nothing(_: dict[str, Any]) -> None:
    pass


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> commscore.Ruleset:
    return commscore.load_ruleset(write_ruleset(tmp_path_factory.mktemp("ruleset")))


@pytest.fixture
def monitor(ruleset: commscore.Ruleset) -> Monitor:
    return Monitor(ruleset, _nothing)


def _brief(records: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(record["change"], record.get("rule")) for record in records]


def test_a_record_says_what_when_and_by_how_much(monitor: Monitor) -> None:
    (record,) = monitor.report(event(UNIT, 0, kind="urban", staff=3))

    assert record == {
        "seq": 1,
        "change": "opened",
        "key": UNIT,
        "time": "2025-01-01T00:00:00",
        "rule": "staff",
        "scope": "urban",
        "status": "fail",
        "reason": None,
        "value": 3.0,
        "required": "≥ 5",
        "gap": 2.0,
        "clause": "一",
        "phrase": None,
        "failing_reports": 1,
        "since": "2025-01-01T00:00:00",
        "line": 0,
    }


def test_inputs_that_a_report_does_not_name_keep_their_value(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 0, kind="urban", staff=8))

    assert _brief(monitor.report(event(UNIT, 1, trained=3))) == [("opened", "trained")]
    assert _brief(monitor.report(event(UNIT, 2, staff=6))) == [("recovered", "trained")]


def test_only_rules_that_look_at_a_reported_input_count_a_report(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 0, kind="urban", staff=3))
    for second in range(1, 9):
        assert monitor.report(event(UNIT, second, homes=12)) == []
    monitor.report(event(UNIT, 9, staff=3))

    assert _brief(monitor.report(event(UNIT, 10, staff=2))) == [("escalated", "staff")]


def test_a_change_of_kind_concerns_the_rules_that_go_by_it(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 0, kind="urban", staff=4))

    assert _brief(monitor.report(event(UNIT, 1, kind="rural"))) == [("recovered", "staff")]


def test_a_blanked_input_leaves_an_open_finding_open(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 0, kind="urban", staff=3))

    (record,) = monitor.report(event(UNIT, 1, staff=None))
    assert (record["change"], record["status"], record["reason"]) == ("undecided", "unknown", "missing_value")
    (found,) = monitor.findings()
    assert (found["rule"], found["undecided"], found["failing_reports"]) == ("staff", True, 1)


def test_a_part_that_exceeds_its_whole_is_an_error_until_one_of_them_is_mended(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 0, staff=5, trained=4))

    assert _brief(monitor.report(event(UNIT, 1, trained=6))) == [("error", "trained")]
    assert _brief(monitor.report(event(UNIT, 2, staff=9))) == [("corrected", "trained")]


def test_the_key_stands_for_the_code_unless_one_is_reported(monitor: Monitor) -> None:
    assert _brief(monitor.report(event(UNIT, 0, homes=16))) == [("opened", "near")]
    assert _brief(monitor.report(event("379902001001", 0, homes=16))) == []
    assert _brief(monitor.report(event(UNIT, 1, code="379902001001"))) == [("lapsed", "near")]
    assert _brief(monitor.report(event("a", 0, homes=16, county="379901"))) == [("opened", "near")]


def test_names_may_be_titles_or_the_callers_own(ruleset: commscore.Ruleset) -> None:
    monitor = Monitor(ruleset, _nothing, columns={"n": "staff"})

    assert _brief(monitor.report(event(UNIT, 0, 城乡="城市", n=1))) == [("opened", "staff")]
    assert _brief(monitor.report(event(UNIT, 1, 工作者数=9))) == [("recovered", "staff")]


def test_late_reports_are_told_and_change_nothing(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 5, kind="urban", staff=3))

    (record,) = monitor.report(event(UNIT, 4, staff=9))
    assert (record["change"], record["last"]) == ("late", "2025-01-01T00:00:05")
    assert [found["rule"] for found in monitor.findings()] == ["staff"]


def test_a_report_said_twice_counts_once(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 0, kind="urban", staff=3))
    for _ in range(3):
        assert _brief(monitor.report(event(UNIT, 0, staff=3.0))) == [("duplicate", None)]

    assert [found["failing_reports"] for found in monitor.findings()] == [1]


def test_another_report_of_the_same_time_is_no_duplicate(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 0, kind="urban", staff=3))

    assert _brief(monitor.report(event(UNIT, 0, staff=9))) == [("recovered", "staff")]
    assert _brief(monitor.report(event(UNIT, 0, trained=1))) == [("opened", "trained")]


def test_times_with_and_without_an_offset_are_not_mixed(monitor: Monitor) -> None:
    monitor.report({"key": "a", "time": "2025-01-01T08:00:00+08:00", "inputs": {"staff": 1}})

    (record,) = monitor.report(event("a", 0, staff=1))
    assert record["change"] == "refused"
    assert "offset such as +08:00" in record["faults"][0]
    (record,) = monitor.report({"key": "a", "time": "2025-01-01T00:00:00Z", "inputs": {"staff": 1}})
    assert record["change"] == "duplicate"


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("nonsense", ["no JSON"]),
        ("", []),
        (b"\xff{}", ["not UTF-8"]),
        ("[]", ["an event is an object, not a list"]),
        ("3", ["not a number"]),
        ("{}", ["key is missing", "time is missing", "inputs is missing"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {}}', ["at least one input"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": []}', ["inputs: expected an object"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {"staff": [1]}}', ["'staff' is a list"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {"x": 1, "y": 2}}', ["'x' is no input", "'y' is no input"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {"staff": 1, "工作者数": 2}}', ["there already"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {"staff": 1, "staff": 2}}', ["stands twice"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {"staff": NaN}}', ["NaN is no JSON number"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {"staff": -Infinity}}', ["-Infinity is no JSON number"]),
        ('{"key": null, "time": 5, "inputs": {"x": 1}}', ["key: expected text", "time: expected", "'x' is no input"]),
        ('{"key": " ", "time": "2025-01-01", "inputs": {"staff": 1}}', ["key: expected text of 1"]),
        ('{"key": "\\ud800", "time": "2025-01-01", "inputs": {"staff": 1}}', ["surrogate"]),
        ('{"key": true, "time": "2025-01-01", "inputs": {"staff": 1}}', ["not true or false"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {"staff": 1}, "more": 1}', ["'more' is no field"]),
        ('{"key": "a", "time": "2025-02-30", "inputs": {"staff": 1}}', ["time: expected"]),
        ('{"key": "a", "time": "2025-01-01", "inputs": {"staff": ' + "9" * 5000 + "}}", ["too many digits"]),
        ("[" * 100_000, ["nested too deeply"]),
    ],
    ids=range(22),
)
def test_a_line_that_is_no_event_is_answered_and_nothing_stops(
    monitor: Monitor, line: bytes | str, faults: list[str]
) -> None:
    records = monitor.read(line)

    assert [record["change"] for record in records] == ["refused"] * bool(faults)
    for record in records:
        assert record["line"] == 1
        assert len(record["faults"]) == len(faults)
        assert all(part in fault for part, fault in zip(faults, record["faults"], strict=True))
    assert _brief(monitor.report(event(UNIT, 0, kind="urban", staff=3))) == [("opened", "staff")]


def test_a_refused_report_changes_nothing(monitor: Monitor) -> None:
    monitor.report(event(UNIT, 0, kind="urban", staff=9, x=1))

    assert monitor.statuses(UNIT) is None


_ANY = Monitor("dalian-2023", _nothing)


@given(st.text(max_size=30) | st.binary(max_size=30))
def test_no_line_stops_the_monitor(line: bytes | str) -> None:
    monitor = _ANY
    assert all(record["change"] == "refused" for record in monitor.read(line))


def test_numbers_keep_the_decimals_they_were_written_with(monitor: Monitor) -> None:
    monitor.read('{"key": "a", "time": "2025-01-01", "inputs": {"open": true, "cover": 79.99999995}}')

    assert monitor.statuses("a")["cover"] == "pass"  # type: ignore[index] # 0.7999999995 at nine places, halves up


@pytest.mark.parametrize("seed", range(6))
def test_statuses_are_what_the_evaluator_says_of_the_last_values(ruleset: commscore.Ruleset, seed: int) -> None:
    monitor, last = Monitor(ruleset, _nothing), dict[str, dict[str, Any]]()
    judge = commscore.evaluator(ruleset, level="community")
    for line in lines_of(seed, 150):
        told = {record["change"] for record in monitor.read(line)}
        if line and told <= set(CHANGES):
            made = json.loads(line)
            empty = dict.fromkeys(("kind", *ruleset.inputs))
            last.setdefault(made["key"], empty | {"code": made["key"]}).update(made["inputs"])
    assert last
    for key, row in last.items():
        expected = {rule: status for rule, status in judge(row).statuses.items() if rule not in {"later", "mean"}}
        assert monitor.statuses(key) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"escalate_after": 0}, "escalate_after"),
        ({"escalate_after": True}, "escalate_after"),
        ({"level": "street"}, "no level"),
        ({"level": "county"}, "nothing can be watched"),
        ({"columns": {"a": "b"}}, "no input 'b'"),
        ({"columns": 3}, "columns"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(
    ruleset: commscore.Ruleset, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(commscore.UsageError, match=message):
        Monitor(ruleset, _nothing, **options)


# ---- STATE ----


def test_a_state_goes_on_where_it_was_committed(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    lines, whole = lines_of(1, 200), list[dict[str, Any]]()
    one = Monitor(ruleset, whole.append)
    for line in lines:
        one.read(line)
    halves: list[dict[str, Any]] = []
    for part in (lines[:77], lines[77:]):
        with Monitor(ruleset, halves.append, state=tmp_path / "s.sqlite") as monitor:
            for line in part:
                monitor.read(line)
    assert halves == whole
    with Monitor(ruleset, _nothing, state=tmp_path / "s.sqlite") as again:
        assert list(again.findings()) == list(one.findings())


def test_what_was_not_committed_is_not_kept(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    state = tmp_path / "s.sqlite"

    def run() -> None:
        with Monitor(ruleset, _nothing, state=state) as monitor:
            monitor.report(event(UNIT, 0, kind="urban", staff=3))
            monitor.commit()
            monitor.report(event(UNIT, 1, staff=9))
            raise LookupError

    with pytest.raises(LookupError):
        run()
    with Monitor(ruleset, _nothing, state=state) as monitor:
        assert [found["rule"] for found in monitor.findings()] == ["staff"]
        assert monitor.report(event(UNIT, 1, staff=9))[0]["seq"] == 2


def test_units_that_are_not_in_memory_come_from_the_file(
    ruleset: commscore.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[dict[str, Any]] = []
    one = Monitor(ruleset, whole.append)
    monkeypatch.setattr("commscore.monitor._monitor._KEPT", 1)
    few: list[dict[str, Any]] = []
    with Monitor(ruleset, few.append, state=tmp_path / "s.sqlite") as monitor:
        for i, line in enumerate(lines_of(3, 150)):
            one.read(line)
            monitor.read(line)
            if i % 7 == 0:
                monitor.commit()
    assert few == whole


def test_a_state_of_other_rules_or_options_is_refused(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    state = tmp_path / "s.sqlite"
    Monitor(ruleset, _nothing, state=state).close()

    for options in ({"escalate_after": 9}, {"missing": ["-"]}, {"as_of": "2027-01-01"}):
        with pytest.raises(commscore.UsageError, match="it was kept for"):
            Monitor(ruleset, _nothing, state=state, **options)
    with pytest.raises(commscore.UsageError, match="it was kept for ruleset 'watched-2025'"):
        Monitor("dalian-2023", _nothing, state=state)
    Monitor(ruleset, _nothing, state=state).close()


def test_a_state_in_use_or_no_state_is_refused(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    with (
        Monitor(ruleset, _nothing, state=tmp_path / "s.sqlite"),
        pytest.raises(commscore.UsageError, match="in use by another monitor"),
    ):
        Monitor(ruleset, _nothing, state=tmp_path / "s.sqlite")
    (tmp_path / "text").write_text("no database, but long enough to be taken for one " * 9, encoding="utf-8")
    for path in (tmp_path / "text", tmp_path / "none" / "s.sqlite"):
        with pytest.raises(commscore.UsageError, match="cannot be used"):
            Monitor(ruleset, _nothing, state=path)
