"""Keys in files are held to be unique as keys in memory are."""

from __future__ import annotations

from contextlib import closing
from copy import deepcopy
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commscore._files import _keys
from commscore._files._keys import FiledKeys
from commscore._tables import KeySet

KEYS = st.lists(
    st.lists(
        st.none()
        | st.integers(0, 40).map(str)
        | st.integers(0, 10**18).map(str)
        | st.sampled_from(["007", "07", "a", "b", "社区", "社区一", "a" * 40, "0" * 30])
        | st.text(min_size=1, max_size=3).filter(str.strip),
        min_size=1,
        max_size=12,
    ),
    max_size=8,
)


def told(keys: KeySet | FiledKeys) -> list[str]:
    return [str(fault) for fault in keys.faults(table="data", column="id")]


def in_memory(blocks: list[list[str | None]]) -> list[str]:
    keys, row = KeySet(), 0
    for block in blocks:
        keys.add(pa.array(block, pa.string()), row)
        row += len(block)
    return told(keys)


def in_files(blocks: list[list[str | None]], folder: Path, *, reopen: int | None = None) -> list[str]:
    keys, row = FiledKeys(folder, out=folder), 0
    state = deepcopy(keys.so_far)
    for number, block in enumerate(blocks):
        if number == reopen:
            keys.add(pa.array(["what", "is", "lost"]), row)  # written, but not part of the state that is carried on
            keys.close()
            keys = FiledKeys(folder, out=folder, so_far=state)
        keys.add(pa.array(block, pa.string()), row)
        row += len(block)
        keys.sync()
        state = deepcopy(keys.so_far)
    with closing(keys):
        return told(keys)


@given(KEYS)
def test_files_tell_what_memory_tells(tmp_path_factory: pytest.TempPathFactory, blocks: list[list[str | None]]) -> None:
    assert in_files(blocks, tmp_path_factory.mktemp("keys")) == in_memory(blocks)


@settings(max_examples=50)
@given(blocks=KEYS, part=st.integers(2, 9))
def test_parts_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[list[str | None]], part: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_keys, "PART", part)
        assert in_files(blocks, tmp_path_factory.mktemp("keys")) == in_memory(blocks)


@pytest.mark.parametrize("reopen", [1, 2, 3])
def test_keys_are_carried_on(reopen: int, tmp_path: Path) -> None:
    blocks: list[list[str | None]] = [["1", "2", "x"], ["3", "y", None], ["4", "社区"], ["2", "y", "5", "社区"]]

    assert in_files(blocks, tmp_path, reopen=reopen) == in_memory(blocks)


def test_rising_keys_are_not_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[FiledKeys] = []
    monkeypatch.setattr(FiledKeys, "_parted", lambda keys: looked.append(keys) or [])  # type: ignore[func-returns-value]

    assert in_files([["10", "12"], ["13", "20"], ["1", "2"], ["30", "31"]], tmp_path) == []
    assert looked == []


def test_many_stretches_are_joined_without_missing_a_twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_keys, "_STRETCHES", 2)
    apart: list[list[str | None]] = [["50", "51"], ["10", "11"], ["30", "31"], ["20", "21"], ["40", "41"]]

    assert in_files(apart, tmp_path) == []
    assert in_files([*apart, ["29", "30"]], tmp_path) == in_memory([*apart, ["29", "30"]])


def test_texts_with_equal_hashes_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_keys, "_hashed", lambda _start, sizes, _letters: np.full(len(sizes), -1))

    found = in_files([["a", "b"], ["c", "b"], ["d"]], tmp_path)

    assert found == ["data, column 'id': 1 key is not unique: 'b' (rows 1, 3)"]


def test_a_key_that_all_rows_share_needs_no_memory_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_keys, "PART", 4)
    rows: list[str | None] = ["7"] * 50

    found = in_files([rows, ["x"] * 30], tmp_path)

    assert found == in_memory([rows, ["x"] * 30])
    assert "(rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 70 more)" in found[0]
