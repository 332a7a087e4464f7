"""Inputs that fuzzing and random phrases came upon, and inputs like them: each is answered as documented."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
INPUTS = sorted(path for path in CORPUS.glob("*/*") if path.is_file())

found = importlib.util.spec_from_file_location("fuzz_targets", ROOT / "fuzz" / "targets.py")
assert found is not None
assert found.loader is not None
targets = importlib.util.module_from_spec(found)
found.loader.exec_module(targets)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_an_input_is_answered_as_documented(path: Path) -> None:
    targets.TARGETS[path.parent.name](path.read_bytes())


def test_every_folder_of_the_corpus_is_a_target() -> None:
    assert {path.parent.name for path in INPUTS} <= set(targets.TARGETS)


@pytest.mark.parametrize("name", list(targets.TARGETS))
def test_a_target_tells_an_undocumented_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("undocumented")

    calls = {"ruleset": "load_ruleset", "phrase": "parse_requirement", "table": "evaluate"}
    monkeypatch.setattr(targets.commscore, calls[name], broken)

    with pytest.raises(KeyError):
        targets.TARGETS[name](b"x: 1")
