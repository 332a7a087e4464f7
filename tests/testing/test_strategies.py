"""What the strategies draw: what can be evaluated, what lies at the boundaries, and what is said of wrong arguments."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import commscore
from commscore import DataWarning, Requirement, Ruleset, parse_requirement
from commscore._loading import dump_ruleset
from commscore._requirement import describe
from commscore.testing import Dataset, datasets, events, requirements, rows, rulesets, tables

TAIAN = "taian-2023"
UNHURRIED = settings(max_examples=20, suppress_health_check=list(HealthCheck))


def shrunk(strategy: st.SearchStrategy[Any], condition: Any) -> Any:
    found = settings(database=None, max_examples=3000, phases=(Phase.generate, Phase.shrink))
    return find(strategy, condition, settings=found)


@pytest.mark.filterwarnings("ignore::commscore.errors.DataWarning")
@UNHURRIED
@given(data=st.data())
def test_every_table_can_be_evaluated(data: st.DataObject, small: Ruleset) -> None:
    table = data.draw(tables(small))

    assert commscore.evaluate(table, small).units.num_rows == table.num_rows


@pytest.mark.filterwarnings("ignore::commscore.errors.DataWarning")
@UNHURRIED
@given(dataset=datasets(TAIAN))
def test_every_dataset_can_be_evaluated(dataset: Dataset) -> None:
    result = commscore.evaluate(dataset.table, TAIAN, level=dataset.level, more=dataset.more)

    assert result.units.num_rows == dataset.table.num_rows


@pytest.mark.slow
@pytest.mark.parametrize("value", [10, 9, 11, 0, None])
def test_a_threshold_its_neighbours_zero_and_null_are_drawn(value: int | None, small: Ruleset) -> None:
    found = shrunk(tables(small), lambda table: "orgs" in table.column_names and value in table["orgs"].to_pylist())

    assert found.num_rows


@pytest.mark.slow
def test_a_ratio_is_drawn_exactly_at_its_threshold(small: Ruleset) -> None:
    def at_threshold(table: Any) -> bool:
        if not {"floor", "homes"} <= set(table.column_names) or table.num_rows != 1:
            return False
        floor, homes = (table[name][0].as_py() for name in ("floor", "homes"))
        numbers = isinstance(floor, int) and isinstance(homes, int)
        return bool(numbers and homes and Fraction(str(floor)) * 100 == 30 * Fraction(homes))

    assert shrunk(tables(small), at_threshold)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["many", "", -1, float("inf")])
def test_wrong_kinds_and_wrong_values_are_drawn(wrong: Any, small: Ruleset) -> None:
    shrunk(tables(small), lambda table: "orgs" in table.column_names and wrong in table["orgs"].to_pylist())


def test_keys_are_unique_and_codes_lie_in_the_jurisdiction(small: Ruleset) -> None:
    @UNHURRIED
    @given(tables(small, min_rows=2))
    def check(table: Any) -> None:
        assume("code" in table.column_names)
        codes = table["code"].to_pylist()
        assert len(set(codes)) == len(codes)
        assert all(code.startswith("3709") and len(code) == 12 for code in codes)

    check()


@pytest.mark.slow
def test_what_fails_shrinks_to_a_row_or_two(small: Ruleset) -> None:
    def fails(table: Any) -> bool:
        found = commscore.evaluate(table, small).findings(status="fail", level="unit", rule="orgs")
        return bool(found.num_rows)

    table = shrunk(tables(small), fails)

    assert table.num_rows <= 2


@pytest.mark.slow
def test_rows_are_rows_of_tables(small: Ruleset) -> None:
    row = shrunk(rows(small, level="county"), lambda one: one.get("listed") is True)

    assert row["listed"] is True


@UNHURRIED
@given(drawn=requirements(inputs=["posts"]))
def test_requirements_are_read_back_as_themselves(drawn: Requirement) -> None:
    assert parse_requirement(describe(drawn)) == drawn


@given(drawn=rulesets())
@UNHURRIED
def test_drawn_rulesets_load_as_what_they_are(drawn: Ruleset, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = Path(tmp_path_factory.mktemp("drawn")) / "drawn-2023.yaml"
    path.write_text(dump_ruleset(drawn), encoding="utf-8")

    loaded = commscore.load_ruleset(path)

    assert (loaded, loaded.hash) == (drawn, drawn.hash)


@UNHURRIED
@given(found=events(TAIAN, min_size=1))
def test_events_are_in_order_of_time_and_can_be_written_as_json(found: list[dict[str, Any]]) -> None:
    times = [event["time"] for event in found]

    assert times == sorted(times)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(set(event) == {"key", "time", "inputs"} for event in found)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tables(7), "ruleset=7: give an id"),
        (lambda: tables("no-such-ruleset"), "ruleset='no-such-ruleset'"),
        (lambda: tables(TAIAN, min_rows=3, max_rows=2), "min_rows=3 is more than max_rows=2"),
        (lambda: tables(TAIAN, min_rows=-1), "min_rows=-1: give a whole number from 0"),
        (lambda: tables(TAIAN, max_rows=True), "max_rows=True"),
        (lambda: tables(TAIAN, level="site"), "level='site': taian-2023 has inputs of community, county, city"),
        (lambda: datasets(TAIAN, max_rows="6"), "max_rows='6'"),
        (lambda: rulesets(min_rules=0), "min_rules=0: a ruleset has a rule at least"),
        (lambda: requirements(inputs="posts"), "inputs='posts': give a list"),
        (lambda: events(TAIAN, min_size=5, max_size=1), "min_size=5 is more than max_size=1"),
    ],
)
def test_wrong_arguments_are_refused_at_once(call: Any, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words.replace("(", r"\(")):
        call()


def test_strategies_show_what_they_draw_from() -> None:
    assert repr(tables(TAIAN, min_rows=1)) == "tables('taian-2023', level='community', min_rows=1, max_rows=6)"
    assert len(repr(datasets(TAIAN))) < 100


def test_datasets_are_shown_so_that_they_can_be_pasted(small: Ruleset) -> None:
    shown = repr(shrunk(datasets(small, min_rows=1), lambda _: True))

    assert shown.startswith("Dataset({")
    assert "level='community'" in shown
    assert DataWarning.__name__ not in shown
