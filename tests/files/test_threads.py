"""Reading ahead and writing behind: in order, bounded, and what fails there ends the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import commscore
from commscore._files import _job, _pipeline, _threads

Save = Callable[[pa.Table, Path], Path]


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("commscore")]


def test_what_is_read_ahead_comes_in_order_and_not_all_at_once() -> None:
    fetched: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(20):
            fetched.append(number)
            yield number

    taken = []
    for number in _threads.ahead(numbers()):
        time.sleep(0.002)
        taken.append(number)
        assert len(fetched) <= number + 2 + _threads._AHEAD

    assert taken == list(range(20))
    assert own_threads() == []


def test_what_reading_raises_is_raised_in_its_place() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    found = _threads.ahead(numbers())

    assert next(found) == 1
    with pytest.raises(OSError, match="gone"):
        next(found)
    assert own_threads() == []


def test_a_reader_that_nobody_listens_to_ends() -> None:
    found = _threads.ahead(iter(range(100)))
    next(found)

    found.close()  # type: ignore[attr-defined]

    assert own_threads() == []


def test_work_is_done_in_order_and_the_teller_waits() -> None:
    done: list[int] = []
    started: list[int] = []

    def work(number: int) -> None:
        time.sleep(0.002)
        done.append(number)

    with _threads.Behind("test") as thread:
        for number in range(10):
            started.append(number)
            thread.do(work, number)
            assert len(started) - len(done) <= _threads._BEHIND + 1
        thread.wait()
        assert done == list(range(10))

    assert own_threads() == []


def test_what_work_raises_ends_with_the_next_call() -> None:
    def fail() -> None:
        raise OSError("full")

    def tell() -> None:
        with _threads.Behind("test") as thread:
            thread.do(fail)
            for _ in range(10):
                time.sleep(0.002)
                thread.do(int)

    with pytest.raises(OSError, match="full"):
        tell()

    assert own_threads() == []


@pytest.mark.parametrize("name", ["_write_findings", "unit_table", "_progress"])
def test_a_fault_anywhere_ends_the_run_and_leaves_nothing(
    name: str, table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    original = getattr(_pipeline, name)

    def fail_later(*given: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("broken")
        return original(*given)

    monkeypatch.setattr(_pipeline, name, fail_later)
    monkeypatch.setattr(_job, "BLOCK_ROWS", 10)
    src = saved(table, tmp_path / "in/a.parquet")

    with pytest.raises(RuntimeError, match="broken"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", progress=lambda _: None)

    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert own_threads() == []


def test_a_stream_of_batches_gives_what_its_table_gives(
    table: pa.Table,
    ruleset: commscore.Ruleset,
    tmp_path: Path,
    read: Callable[..., pa.Table],
    plainly: Callable[..., pa.Table],
) -> None:
    batches = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=37))

    output = commscore.evaluate_files(batches, ruleset, tmp_path / "out")

    expected = commscore.evaluate(table, ruleset)
    assert read(output, "units").select(expected.units.column_names) == plainly(expected.units)
    assert read(output, "areas") == plainly(expected.areas)
    assert [entry["level"] for entry in output.manifest["inputs"]] == []
