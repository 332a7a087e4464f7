"""Runs that are killed at any point carry on, and end where an uninterrupted run ends."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import commscore
from commscore._files import _checkpoints, _job, _state, _writing

Save = Callable[[pa.Table, Path], Path]
Read = Callable[[commscore.Output, str], pa.Table]

# Small blocks, and a state after each of them; a pause at every step, so that a signal comes somewhere in between.
RUN = """
import sys, time
import commscore
from commscore._files import _checkpoints, _job, _writing

_job.BLOCK_ROWS, _writing.GROUP_ROWS, _checkpoints.EVERY, _checkpoints._PATIENCE = 15, 40, 0.0, 0
src, ruleset, counties, out, pause = sys.argv[1:6]

def step(found):
    print(found.rows, found.resumed, flush=True)
    time.sleep(float(pause))

commscore.evaluate_files(
    src, ruleset, out, resume=True, findings="all", rollup=["township", "county", "city"], more={"county": counties},
    progress=step,
)
"""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_job, "BLOCK_ROWS", 15)
    monkeypatch.setattr(_writing, "GROUP_ROWS", 40)
    monkeypatch.setattr(_checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(_checkpoints, "_PATIENCE", 0)


@pytest.fixture
def src(table: pa.Table, saved: Save, tmp_path: Path) -> Path:
    """Files of all kinds, whose ends lie where no block ends."""
    folder = tmp_path / "in"
    saved(table.slice(0, 11), folder / "a.csv")
    saved(table.slice(11, 160), folder / "b.parquet")
    saved(table.slice(171, 0), folder / "c.parquet")
    saved(table.slice(171, 40), folder / "d.arrow")
    saved(table.slice(211), folder / "e.parquet")
    return folder


@pytest.fixture
def further(counties: dict[str, list[object]], saved: Save, tmp_path: Path) -> Path:
    return saved(pa.table(counties), tmp_path / "counties.parquet")


def start(src: Path, ruleset: commscore.Ruleset, counties: Path, out: Path, pause: float = 0.01) -> Popen[str]:
    given_ = [sys.executable, "-c", RUN, str(src), str(ruleset.path), str(counties), str(out), str(pause)]
    return Popen(given_, stdout=PIPE, stderr=PIPE, text=True)  # noqa: S603  # our own interpreter


def tables(out: Path) -> dict[str, pa.Table]:
    return {name: pq.read_table(out / f"{name}.parquet") for name in ("units", "findings", "rules", "areas")}


def uninterrupted(src: Path, ruleset: commscore.Ruleset, further: Path, out: Path) -> commscore.Output:
    rollup = ["township", "county", "city"]
    return commscore.evaluate_files(src, ruleset, out, findings="all", rollup=rollup, more={"county": further})


@pytest.mark.parametrize("seed", range(1))
def test_a_run_killed_again_and_again_ends_like_any_other(
    seed: int, src: Path, ruleset: commscore.Ruleset, further: Path, tmp_path: Path
) -> None:
    draw = random.Random(seed)
    begun = []
    for _ in range(2):
        process = start(src, ruleset, further, tmp_path / "out")
        assert process.stdout is not None
        begun.append(int(process.stdout.readline().split()[1]))
        time.sleep(draw.uniform(0.02, 0.15))
        process.kill()
        process.communicate()
        assert not (tmp_path / "out").exists()
    process = start(src, ruleset, further, tmp_path / "out", 0)
    assert process.communicate()[1] == ""

    whole = uninterrupted(src, ruleset, further, tmp_path / "whole")
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert tables(tmp_path / "out") == tables(whole.path)
    assert {key: manifest[key] for key in ("totals", "inputs", "options")} == {
        key: whole.manifest[key] for key in ("totals", "inputs", "options")
    }
    assert sorted(begun) == begun
    assert begun[-1] > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counties.parquet", "in", "out", "whole"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
def test_a_run_killed_anywhere_ends_like_any_other(
    seed: int, src: Path, ruleset: commscore.Ruleset, further: Path, tmp_path: Path
) -> None:
    draw = random.Random(seed)
    for _ in range(40):
        process = start(src, ruleset, further, tmp_path / "out", draw.choice([0, 0.002]))
        time.sleep(draw.uniform(0.4, 2.5))
        process.kill()
        process.communicate()
        if (tmp_path / "out").exists():
            break

    whole = uninterrupted(src, ruleset, further, tmp_path / "whole")
    assert tables(tmp_path / "out") == tables(whole.path)


class StoppedError(Exception):
    """What a test stops a run with."""


def stop_at(rows: int) -> Callable[[commscore.Progress], None]:
    def step(found: commscore.Progress) -> None:
        if found.rows >= rows:
            raise StoppedError

    return step


def interrupt(src: object, ruleset: commscore.Ruleset, out: Path, rows: int = 20, **options: object) -> None:
    with pytest.raises(StoppedError):
        commscore.evaluate_files(src, ruleset, out, resume=True, progress=stop_at(rows), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [11, 150, 216, 300])
def test_a_run_carries_on_from_any_row(
    rows: int, src: Path, ruleset: commscore.Ruleset, further: Path, tmp_path: Path
) -> None:
    options = {"findings": "all", "rollup": ["township", "county", "city"], "more": {"county": further}}
    interrupt(src, ruleset, tmp_path / "out", rows, **options)
    steps: list[commscore.Progress] = []

    output = commscore.evaluate_files(
        src,
        ruleset,
        tmp_path / "out",
        resume=True,
        progress=steps.append,
        **options,  # type: ignore[arg-type]
    )

    whole = uninterrupted(src, ruleset, further, tmp_path / "whole")
    assert tables(output.path) == tables(whole.path)
    assert output.totals == whole.totals
    assert output.summary() == whole.summary()
    assert not steps or steps[0].rows - steps[0].resumed <= 15
    assert not steps or steps[0].resumed > rows - 30


def test_files_that_were_finished_are_not_read_again(
    src: Path, ruleset: commscore.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[str, list[int]]] = []

    class Watched(pq.ParquetFile):  # type: ignore[misc]  # pyarrow ships no types
        def __init__(self, path: Path, **how: object) -> None:
            super().__init__(path, **how)
            self.name = Path(path).name

        def iter_batches(self, size: int, **how: object) -> object:
            if len(how["columns"]) > 1:  # type: ignore[arg-type]  # more than a look at the first codes
                read.append((self.name, list(how["row_groups"])))  # type: ignore[call-overload]
            return super().iter_batches(size, **how)

    interrupt(src, ruleset, tmp_path / "out", 280)
    monkeypatch.setattr(pq, "ParquetFile", Watched)

    commscore.evaluate_files(src, ruleset, tmp_path / "out", resume=True)

    assert read == [("e.parquet", [1])]  # whose first row group is done, as are the files before it


def test_without_resume_nothing_is_kept(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", progress=stop_at(100))

    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_interrupted_run_is_neither_forgotten_nor_resumed_unasked(
    src: Path, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    interrupt(src, ruleset, tmp_path / "out")

    with pytest.raises(
        commscore.UsageError, match=r"has been interrupted: resume=True .* carries it on, overwrite=True"
    ):
        commscore.evaluate_files(src, ruleset, tmp_path / "out")
    output = commscore.evaluate_files(src, ruleset, tmp_path / "out", overwrite=True)

    assert output.rows == 300
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda src, _: (src / "a.csv").write_text((src / "a.csv").read_text() + "\n"), r"a\.csv changed in size \("),
        (lambda src, _: os.utime(src / "b.parquet", ns=(1, 1)), r"b\.parquet was written to"),
        (lambda src, _: (src / "d.arrow").unlink(), r"d\.arrow is no longer among the input"),
        (lambda src, _: (src / "0.csv").write_bytes((src / "a.csv").read_bytes()), r"0\.csv is new among the input"),
        (lambda _, options: options.update(key="note"), "the option key changed \\(None, now 'note'\\)"),
        (lambda _, options: options.update(missing=["-"]), "the option missing changed"),
        (lambda _, options: options.update(findings="none"), "the option findings changed \\('failing', now 'none'\\)"),
        (lambda _, options: options.update(as_of="2024-01-01"), "the option as_of changed"),
    ],
)
def test_what_changed_since_is_said(
    change: Callable[[Path, dict[str, object]], object],
    message: str,
    src: Path,
    ruleset: commscore.Ruleset,
    tmp_path: Path,
) -> None:
    interrupt(src, ruleset, tmp_path / "out")
    options: dict[str, object] = {}
    change(src, options)

    with pytest.raises(commscore.UsageError, match=f"resume: since the run that was interrupted, .*{message}"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", resume=True, **options)  # type: ignore[arg-type]

    assert (tmp_path / ".out.commscore-unfinished").exists()


def test_another_ruleset_is_another_run(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    interrupt(src, ruleset, tmp_path / "out")
    other = tmp_path / "mini-2024.yaml"
    text = Path(str(ruleset.path)).read_text(encoding="utf-8")
    other.write_text(text.replace(">= 10", ">= 11"), encoding="utf-8")

    with pytest.raises(commscore.UsageError, match="the ruleset changed"):
        commscore.evaluate_files(src, other, tmp_path / "out", resume=True)


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_a_damaged_state_is_said(damage: bytes | None, src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    interrupt(src, ruleset, tmp_path / "out")
    state = next(tmp_path.rglob("state.npz"))
    state.write_bytes(state.read_bytes()[:-100] if damage is None else damage)

    with pytest.raises(commscore.UsageError, match=r"resume: \S+ is damaged"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", resume=True)


def test_what_cannot_be_read_again_cannot_be_resumed(
    table: pa.Table, src: Path, ruleset: commscore.Ruleset, counties: dict[str, list[object]], tmp_path: Path
) -> None:
    with pytest.raises(commscore.UsageError, match="resume: data: a stream cannot be read again"):
        commscore.evaluate_files(table.to_reader(), ruleset, tmp_path / "out", resume=True)
    with pytest.raises(commscore.UsageError, match=r"resume: more\['county'\]: a table in memory cannot be read again"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", resume=True, more={"county": counties})


def test_twins_on_both_sides_of_an_interruption_are_found(
    table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    src = saved(pa.concat_tables([table, table.slice(5, 1)]), tmp_path / "in/a.parquet")
    interrupt(src, ruleset, tmp_path / "out", 200)

    with pytest.raises(commscore.DataError, match=r"1 key is not unique: .* \(rows 5, 300\)"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", resume=True)

    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_its_state(
    sent: signal.Signals, src: Path, ruleset: commscore.Ruleset, further: Path, tmp_path: Path
) -> None:
    process = start(src, ruleset, further, tmp_path / "out", 0.05)
    assert process.stdout is not None
    for _ in range(4):
        process.stdout.readline()
    process.send_signal(sent)
    process.communicate(timeout=20)

    assert process.returncode != 0
    assert (tmp_path / ".out.commscore-unfinished" / "work" / "state.npz").exists()


# --- the state itself -------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.text()
    | st.integers()
    | st.fractions()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers(), st.text()) | st.none(), inner)
    ),
)


@given(VALUES)
def test_a_state_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.mktemp("state") / "state.npz"

    _state.write_state(path, value)

    found = _state.read_state(path)
    assert found == value
    assert repr(found) == repr(value)  # true is not 1, and a tuple is no list


def test_numbers_of_any_size_are_kept_exactly(tmp_path: Path) -> None:
    wide = np.array([2**80, -(3**60)], dtype=object)
    _state.write_state(
        tmp_path / "s", {"wide": wide, "plain": np.arange(3, dtype=np.uint8), "part": Fraction(1, 3**50)}
    )

    found = _state.read_state(tmp_path / "s")

    assert found["wide"].tolist() == wide.tolist()
    assert found["plain"].dtype == np.uint8
    assert found["part"] == Fraction(1, 3**50)


@pytest.mark.parametrize("name", ["os:system", "commscore._files._state:os", "commscore.errors:sys", "builtins:eval"])
def test_a_state_makes_nothing_but_our_own_objects(name: str, tmp_path: Path) -> None:
    with (tmp_path / "s").open("wb") as file:
        text = json.dumps([name, ["dict"]]).encode()
        np.savez(file, state=np.frombuffer(text, dtype=np.uint8))

    with pytest.raises(commscore.UsageError, match="is damaged"):
        _state.read_state(tmp_path / "s")
