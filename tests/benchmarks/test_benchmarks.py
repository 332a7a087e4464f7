"""That the benchmarks run and refuse contenders whose answer is another. Nothing is timed here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from comparing import compare
from contenders import contenders
from figures import CHUNK, generated, shuffled, table, write
from outputs import DifferentOutputError, check_equal
from province import Province, make_province
from report import Section, as_json, as_markdown, as_text, into_page
from timing import Effort, Timing, interleaved
from work import Work

ONCE = Effort(rounds=1)
RUN = Path(__file__).parents[2] / "benchmarks" / "run.py"
# Installed with the tests; the others are left to `make bench`.
SCORING = ("floor", "ours", "polars", "duckdb", "pyarrow")
AREAS = ("ours", "polars", "duckdb")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-W", "ignore", str(RUN), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def work() -> Work:
    return generated(make_province(400, groups=9))


def test_all_contenders_score_alike(work: Work) -> None:
    entrants, absent = contenders("SCORING", *SCORING)

    section = compare("scoring", work, entrants, ONCE)

    assert absent == []
    assert [row["contender"] for row in section.rows] == [each.name for each in entrants]
    assert section.notes[0].startswith("Equal before timing: 400 rows of 31 columns")


@pytest.mark.parametrize("level", ["county", "township"])
@pytest.mark.parametrize("sort", [True, False])
def test_all_contenders_judge_areas_alike(level: str, sort: bool) -> None:
    work = generated(make_province(400, groups=60, level=level), sort=sort)

    section = compare("areas", work, contenders("AREAS", *AREAS)[0], ONCE)

    assert section.notes[0].startswith("Equal before timing: 60 rows of 7 columns")


def test_units_that_are_neither_urban_nor_rural_are_undecided_for_all(work: Work) -> None:
    kinds = ["urban", "rural", "other"] * 134
    other = work.units.set_column(1, "kind", pa.array(kinds[: work.units.num_rows]).dictionary_encode())

    section = compare(
        "scoring", attrs.evolve(work, units=other, closed=False), contenders("SCORING", *SCORING)[0], ONCE
    )

    assert section.notes[0].startswith("Equal before timing: 400 rows")


def shifted(work: Work) -> Province:
    """The same rules, but that one asks more of urban units."""
    first, *others = work.province.rules
    return attrs.evolve(work.province, rules=(attrs.evolve(first, urban=35.0), *others))


def test_a_wrong_contender_is_refused(work: Work) -> None:
    (polars, *_), _ = contenders("SCORING", "polars")
    wrong = attrs.evolve(polars, prepare=lambda given: polars.prepare(attrs.evolve(given, province=shifted(given))))

    with pytest.raises(
        DifferentOutputError, match=r"Polars.* cells of 'r000' differ, the first in row \d+: False, expected True"
    ):
        compare("scoring", work, [*contenders("SCORING", "ours")[0], wrong], ONCE)


@pytest.mark.parametrize(
    ("column", "wrong", "message"),
    [
        (
            [True, None, False],
            [True, False, False],
            "1 of 3 cells of 'x' differ, the first in row 1: False, expected None",
        ),
        ([True, None, False], [True, None, True], "the first in row 2: True, expected False"),
        ([1.0, 2.0, None], [1.0, 2.0 + 1e-7, None], "the first in row 1"),
        ([1.0, 2.0, None], [1.0, 2.0, 0.0], "the first in row 2: 0.0, expected None"),
        ([1, 2], [1, 2, 3], "3 rows"),
        (["a"], ["b"], "the first in row 0: 'b', expected 'a'"),
    ],
)
def test_outputs_that_differ_are_told(column: list[Any], wrong: list[Any], message: str) -> None:
    with pytest.raises(DifferentOutputError, match=message):
        check_equal(pa.table({"x": column}), pa.table({"x": wrong}), who="other")


def test_outputs_may_differ_in_the_last_digits_and_in_the_order_of_columns() -> None:
    expected = pa.table({"x": [1.0, None], "n": pa.array([1, 2], pa.int32())})

    check_equal(expected, pa.table({"n": [1, 2], "x": [1.0 + 1e-13, None]}), who="other")


def test_a_column_too_few_is_told() -> None:
    with pytest.raises(DifferentOutputError, match="expected 1 of"):
        check_equal(pa.table({"x": [1], "y": [1]}), pa.table({"x": [1]}), who="other")


def test_a_file_written_in_chunks_holds_what_the_table_holds(tmp_path: Path) -> None:
    province = make_province(CHUNK + 10, rules=2)

    write(province, tmp_path / "units.parquet")

    assert pq.read_table(tmp_path / "units.parquet").equals(table(province))


def test_codes_are_unique_sorted_and_lie_in_as_many_areas_as_asked() -> None:
    codes = table(make_province(1000, rules=1, groups=7, level="township"))["code"].to_pylist()

    assert sorted(set(codes)) == codes
    assert {len(code) for code in codes} == {12}
    assert len({code[:9] for code in codes}) == 7


def test_shuffled_rows_are_the_same_rows_in_another_order(work: Work) -> None:
    mixed = shuffled(work.units)

    assert mixed["code"] != work.units["code"]
    assert mixed.sort_by("code")["x003"].equals(work.units["x003"])


def test_contenders_run_in_turn() -> None:
    calls: list[str] = []

    interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, Effort(rounds=2))

    assert calls == ["a", "b", "a", "b"]


def test_what_has_used_its_budget_runs_once_only() -> None:
    calls: list[str] = []

    timings = interleaved({"a": lambda: calls.append("a")}, Effort(rounds=5, budget=0.0))

    assert len(calls) == len(timings["a"].seconds) == 1


SECTION = Section("Some units", [{"contender": "one", "best s": 0.12345, "runs": 3}, {"contender": "two"}], ["A note."])


def test_tables_show_three_digits_and_leave_what_is_not_known_blank() -> None:
    text = as_text(SECTION)

    assert "0.123" in text
    assert "A note." in text
    assert text.splitlines()[4].split() == ["two"]


def test_markdown_and_json_hold_every_section() -> None:
    markdown = as_markdown([SECTION], {"cores": "2"})

    assert "- cores: 2" in markdown
    assert "### Some units" in markdown
    assert as_json([SECTION], {"cores": "2"})["sections"][0]["rows"][0]["best s"] == 0.12345


@pytest.mark.slow
def test_quick_mode_measures_files_in_processes_of_their_own(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"

    done = run("--quick", "--only", "files", "--json", str(kept))

    assert done.returncode == 0, done.stderr
    (section,) = json.loads(kept.read_text(encoding="utf-8"))["sections"]
    assert [row["contender"] for row in section["rows"] if row["peak MB"] < 1] == []
    assert {row["contender"] for row in section["rows"]} >= {"commscore, evaluate_files", "Polars, scan to sink"}


def test_an_unknown_section_is_a_usage_error() -> None:
    done = run("--only", "spped")

    assert done.returncode == 2
    assert "there is no spped; there are in-memory" in done.stderr


def test_the_spread_of_a_single_run_is_not_known() -> None:
    assert Timing((2.0,)).spread is None
    assert Timing((1.0, 1.5, 4.0)).spread == 0.5


def test_results_take_the_place_of_the_last_ones() -> None:
    page = "# Page\n\n## Last result\n\nold\n"

    assert into_page(page, "new\n") == "# Page\n\n## Last result\n\nnew\n"
    assert into_page("", "new\n") == "new\n"
