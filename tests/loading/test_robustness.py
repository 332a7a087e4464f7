"""Whatever a file holds, checking it gives a list."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commscore._loading import check_ruleset, load_ruleset
from commscore._loading._files import bundled_folder
from commscore.errors import RulesetError, Severity

if TYPE_CHECKING:
    from tests.loading.conftest import Folder

QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
GOOD = "\n".join((bundled_folder() / "dalian-2025.yaml").read_text(encoding="utf-8").splitlines()[:100])
EXAMPLE = (Path(__file__).parent / "faults" / "unknown_key.yaml").read_text(encoding="utf-8")
FRAGMENTS = [
    *("[", "{", "}", "]", ":", ": ", ",", "- ", "? ", "! ", "!!python/object:os.system ", "&a ", "*a", "<<: *a"),
    *("|", ">", "> 5", ">-", ">+2\n", "|9\n", '"', "'", "\\", "\t", "\n", "\n  ", "%YAML 1.2\n", "%TAG ! !\n"),
    *("---\n", "...\n", "#", "@", "`", "0123", "null", "~", "true", "no", "\x00", "\u2028", "\x85", "\ufeff", "💥"),
    *("1e999", ".nan", '"\\u', '"\\U00110000"', '"\\ud800"', "!<", "%ff", "2023-02-30", "9" * 40, "-1"),
    *(
        "mean",
        "each",
        "all: [",
        "share: {",
        "require",
        "atleast: {n: 2, of: []}",
        "ratio: [a, b]",
        "where: {",
        "drop:\n",
    ),
    *("extends: x", "urban", "due", "- {id: x}", "= 3", "per: 0", "over: city"),
]


def check(folder: Folder, content: bytes) -> None:
    path = folder.path / "r.yaml"
    path.write_bytes(content)
    found = check_ruleset(path)

    assert all(str(fault) for fault in found)
    if any(fault.severity is Severity.ERROR for fault in found):
        with pytest.raises(RulesetError):
            load_ruleset(path)
    else:
        assert load_ruleset(path).hash


@given(content=st.binary(max_size=300))
@QUIET
def test_bytes(folder: Folder, content: bytes) -> None:
    check(folder, content)


@given(content=st.text(max_size=300))
@QUIET
def test_text(folder: Folder, content: str) -> None:
    check(folder, content.encode("utf-8", "surrogatepass"))


@given(seed=st.integers(0, 2**32), text=st.sampled_from([GOOD, EXAMPLE]))
@QUIET
def test_mutations_of_a_good_file(folder: Folder, seed: int, text: str) -> None:
    random_ = random.Random(seed)
    for _ in range(random_.choice([1, 1, 2, 5])):
        at, length = random_.randrange(len(text) + 1), random_.choice([0, 0, 1, 20])
        elsewhere = random_.randrange(len(text) + 1)
        put = random_.choice([random_.choice(FRAGMENTS), "", text[elsewhere : elsewhere + random_.randrange(60)]])
        text = text[:at] + put + text[at + length :]

    check(folder, text.encode("utf-8", "surrogatepass"))


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
    key=st.sampled_from(
        [
            "id",
            "title",
            "jurisdiction",
            "year",
            "source",
            "scoring",
            "inputs",
            "groups",
            "rules",
            "drop",
            "unscored",
            "cases",
        ]
    ),
)
@QUIET
def test_any_value_under_any_key(folder: Folder, value: object, key: str) -> None:
    head = {"commscore": 1, "id": "r", "jurisdiction": {"code": "37", "level": "province"}, "rules": []}
    check(folder, json.dumps({**head, key: value}).encode())
