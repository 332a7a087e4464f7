"""The output folder: what it holds, where it may be, and that it is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import commscore
from commscore._files import _api, _staging

Save = Callable[[pa.Table, Path], Path]
TABLES = ["areas.parquet", "findings.parquet", "rules.parquet", "units.parquet"]
FILES = sorted([*TABLES, "manifest.json", "ruleset.yaml", "sums.npz"])


@pytest.fixture
def src(table: pa.Table, saved: Save, tmp_path: Path) -> Path:
    return saved(table.slice(0, 40), tmp_path / "in" / "data.parquet")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_holds_four_tables_a_manifest_and_the_ruleset(
    src: Path, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    output = commscore.evaluate_files(src, ruleset, tmp_path / "new" / "out")

    assert names(output.path) == FILES
    assert names(tmp_path / "new") == ["out"]


def test_the_manifest_says_where_results_come_from(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    output = commscore.evaluate_files(
        src, ruleset, tmp_path / "out", missing=["-", ""], rollup=["county"], findings="all"
    )

    manifest = json.loads((output.path / "manifest.json").read_text(encoding="utf-8"))
    content = src.read_bytes()
    assert manifest == output.manifest
    assert manifest["ruleset"]["id"] == "mini-2024"
    assert manifest["ruleset"]["hash"] == ruleset.hash
    assert manifest["inputs"] == [
        {
            "path": str(src),
            "level": "community",
            "rows": 40,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    ]
    assert manifest["versions"] == {
        "commscore": commscore.__version__,
        "pyarrow": pa.__version__,
        "numpy": __import__("numpy").__version__,
        "python": platform.python_version(),
    }
    assert manifest["options"] == {
        "key": None,
        "rollup": ["county"],
        "as_of": "2024-12-31",
        "columns": {},
        "level": "community",
        "more": [],
        "missing": ["", "-"],
        "findings": "all",
    }
    assert manifest["not_checked"] == [
        {"rule": "plan", "reason": "missing_column", "inputs": ["plan"]},
        {"rule": "absent", "reason": "missing_column", "inputs": ["absent"]},
    ]
    assert [(entry["name"], entry["rows"]) for entry in manifest["outputs"]] == [
        ("areas.parquet", 1),
        ("findings.parquet", 40 * 7 + 8),
        ("rules.parquet", 7),
        ("units.parquet", 40),
    ]
    assert manifest["started"] <= manifest["finished"]


def test_permissions_are_those_of_any_new_folder(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()

    output = commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert output.path.stat().st_mode == (tmp_path / "plain").stat().st_mode


# --- a place that is taken --------------------------------------------------------------------------------


def test_an_empty_folder_is_no_obstacle(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert names(tmp_path / "out") == FILES


def test_an_earlier_output_is_not_replaced_unasked(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    commscore.evaluate_files(src, ruleset, tmp_path / "out")
    before = (tmp_path / "out/manifest.json").read_bytes()

    with pytest.raises(commscore.UsageError, match="give another folder, or overwrite"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert (tmp_path / "out/manifest.json").read_bytes() == before


def test_an_earlier_output_is_replaced_when_asked(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    commscore.evaluate_files(src, ruleset, tmp_path / "out")

    output = commscore.evaluate_files(src, ruleset, tmp_path / "out", overwrite=True, rollup=["county"])

    assert json.loads((tmp_path / "out/manifest.json").read_text())["options"]["rollup"] == ["county"]
    assert names(output.path) == FILES
    assert names(tmp_path) == ["in", "out"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_of_other_things_is_never_replaced(
    overwrite: bool, src: Path, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/manifest.json").write_text("{}")

    with pytest.raises(commscore.UsageError, match=r"manifest\.json|give another folder"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", overwrite=overwrite)

    assert names(tmp_path / "out") == ["manifest.json"]


def test_an_output_with_notes_beside_it_is_not_replaced(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    commscore.evaluate_files(src, ruleset, tmp_path / "out")
    (tmp_path / "out/notes.txt").write_text("mine")

    with pytest.raises(commscore.UsageError, match=r"did not write and is not replaced: notes\.txt"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", overwrite=True)

    assert (tmp_path / "out/notes.txt").read_text() == "mine"


def test_a_file_is_no_folder(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")

    with pytest.raises(commscore.UsageError, match="is a file; results are a folder"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", overwrite=True)


def test_the_current_folder_is_not_replaced(
    src: Path, ruleset: commscore.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    with pytest.raises(commscore.UsageError, match="the folder you are in"):
        commscore.evaluate_files(src, ruleset, ".", overwrite=True)


# --- a place that overlaps the input ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "out"),
    [
        ("in", "in/out"),
        ("in", "in"),
        ("in", "."),
        ("in/data.parquet", "in"),
        ("in/data.parquet", "in/data.parquet"),
        ("in/**/*.parquet", "in/a/b/out"),
        ("i*/data.parquet", "i2"),
        ("in/*", "in/out"),
        ("linked", "in/out"),
        ("in", "linked/out"),
    ],
)
def test_the_output_may_not_overlap_the_input(
    source: str, out: str, src: Path, ruleset: commscore.Ruleset, tmp_path: Path
) -> None:
    (tmp_path / "linked").symlink_to(tmp_path / "in")
    before = src.read_bytes()

    with pytest.raises(commscore.UsageError, match=r"out: .*(choose a folder elsewhere|is a file)"):
        commscore.evaluate_files(str(tmp_path / source), ruleset, tmp_path / out, overwrite=True)

    assert src.read_bytes() == before
    assert names(tmp_path) == ["in", "linked"]


def test_the_output_may_lie_beside_what_a_glob_finds(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    output = commscore.evaluate_files(f"{src.parent}/*.parquet", ruleset, tmp_path / "in/out")

    assert names(output.path) == FILES


def test_the_output_may_not_replace_a_further_table(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    more = tmp_path / "out" / "county.csv"
    more.parent.mkdir()
    more.write_text("code,plan\n210202,1\n")

    with pytest.raises(commscore.UsageError, match="would replace"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", more={"county": more}, overwrite=True)

    assert more.exists()


# --- runs that do not come to their end -------------------------------------------------------------------


def test_what_fails_leaves_nothing(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    def stop(_: commscore.Progress) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        commscore.evaluate_files(src, ruleset, tmp_path / "new/deep/out", progress=stop)

    assert names(tmp_path) == ["in"]


def test_a_fault_in_the_last_row_leaves_nothing_and_the_old_output(
    src: Path, table: pa.Table, ruleset: commscore.Ruleset, tmp_path: Path, saved: Save
) -> None:
    commscore.evaluate_files(src, ruleset, tmp_path / "out")
    before = (tmp_path / "out/manifest.json").read_bytes()
    twice = saved(pa.concat_tables([table, table.slice(299)]), tmp_path / "in/twice.parquet")

    with pytest.raises(commscore.DataError, match="1 key is not unique"):
        commscore.evaluate_files(twice, ruleset, tmp_path / "out", overwrite=True)

    assert (tmp_path / "out/manifest.json").read_bytes() == before
    assert names(tmp_path) == ["in", "out"]


def test_leftovers_of_killed_runs_are_removed(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / ".out.commscore-abc-new").mkdir()
    (tmp_path / ".out.commscore-abc-new/units.parquet").write_text("half")
    (tmp_path / ".other.commscore-abc-new").mkdir()

    commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert names(tmp_path) == [".other.commscore-abc-new", "in", "out"]


def test_an_output_that_was_moved_away_comes_back(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    """A run killed between its last two steps leaves the earlier output under the hidden name."""
    commscore.evaluate_files(src, ruleset, tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / ".out.commscore-abc-old")

    with pytest.raises(commscore.UsageError, match="is there already"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert names(tmp_path) == ["in", "out"]


def test_runs_under_way_are_left_alone(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def second(_: commscore.Progress) -> None:
        if not seen:
            seen.append(names(tmp_path))
            commscore.evaluate_files(src, ruleset, tmp_path / "out")

    with pytest.raises(commscore.UsageError, match="is there already"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", progress=second)

    assert len(seen[0]) == 2
    assert names(tmp_path) == ["in", "out"]


def test_input_that_changes_meanwhile_is_refused(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    def touch(_: commscore.Progress) -> None:
        os.utime(src, ns=(1, 1))

    with pytest.raises(commscore.DataError, match="was changed while it was read"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", progress=touch)

    assert names(tmp_path) == ["in"]


def test_what_cannot_be_written_is_said(
    src: Path, ruleset: commscore.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_staging, "_flush", full)

    with pytest.raises(commscore.UsageError, match="out cannot be written: No space left on device"):
        commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert names(tmp_path) == ["in"]


def test_a_run_interrupted_before_it_has_locked_its_folder_leaves_nothing(
    src: Path, ruleset: commscore.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_staging, "_lock", interrupted)

    with pytest.raises(KeyboardInterrupt):
        commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert names(tmp_path) == ["in"]


def test_a_thread_that_still_writes_leaves_nothing(
    src: Path, ruleset: commscore.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = shutil.rmtree

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    def too_late(*_: object, **__: object) -> None:
        monkeypatch.setattr(shutil, "rmtree", remove)  # the first time, a file has come while others went

    monkeypatch.setattr(_api, "open_flow", interrupted)
    monkeypatch.setattr(shutil, "rmtree", too_late)

    with pytest.raises(KeyboardInterrupt):
        commscore.evaluate_files(src, ruleset, tmp_path / "out")

    assert names(tmp_path) == ["in"]


@pytest.mark.parametrize("moment", range(4))
def test_an_interruption_while_outputs_change_places_leaves_one_of_them(
    moment: int, src: Path, ruleset: commscore.Ruleset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commscore.evaluate_files(src, ruleset, tmp_path / "out")
    old = (tmp_path / "out" / "manifest.json").read_bytes()
    rename = Path.rename
    renamed: list[Path] = []

    def interrupted(path: Path, target: Path) -> Path:
        renamed.append(target)
        number = len(renamed) - 1
        if (number, 0) == divmod(moment, 2):
            raise KeyboardInterrupt
        rename(path, target)
        if (number, 1) == divmod(moment, 2):
            raise KeyboardInterrupt
        return target

    monkeypatch.setattr(Path, "rename", interrupted)

    with pytest.raises(KeyboardInterrupt):
        commscore.evaluate_files(src, ruleset, tmp_path / "out", overwrite=True)

    assert names(tmp_path) == ["in", "out"]
    is_old = (tmp_path / "out" / "manifest.json").read_bytes() == old
    assert is_old is (moment < 3)


def test_a_file_above_the_output_is_said(src: Path, ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(commscore.UsageError, match=r"cannot be written: (Not a directory|File exists)"):
        commscore.evaluate_files(src, ruleset, tmp_path / "file" / "out")
