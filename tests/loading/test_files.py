"""Files that are no rulesets, or want to do harm: a diagnostic within seconds, never a traceback."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from commscore._loading import check_ruleset, load_ruleset
from commscore.errors import RulesetError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loading.conftest import Folder

HEAD = 'commscore: 1\nid: r\njurisdiction: {code: "3709", level: city}\n'
FLAG = "inputs: {x: {type: flag}}\n"
SECONDS = 10  # each takes about one; a busy machine may take its time


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "CS005", "empty"),
        (b"\n# nothing but a comment\n\n", "CS005", "empty"),
        (b"\xef\xbb\xbf", "CS005", "empty"),
        (b"---\n...\n", "CS015", "found nothing"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "CS004", "NUL"),
        (HEAD.encode("utf-16"), "CS004", "UTF-16"),
        ("title: 社区服务体系建设".encode("gb18030"), "CS004", "GB18030"),
        (b"title: \xff\xfe\xfa", "CS004", "not UTF-8"),
        (b"title: caf\xe9", "CS004", "byte 10 (line 1) is not UTF-8;"),
        (b"title: \x08", "CS006", "special characters"),
        (b"null", "CS015", "found nothing"),
        (b"42", "CS015", "found the number 42"),
        (b'"\\U00110000"', "CS006", "not YAML"),
        (b"%YAML 1.1\n--- {}", "CS006", "YAML 1.2"),
    ],
)
def test_what_is_no_ruleset_is_refused_with_the_reason(tmp_path: Path, content: bytes, code: str, said: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(content)

    found = check_ruleset(path)

    assert found[0].code == code
    assert said in found[0].message
    assert found[0].file == str(path)


def test_a_file_that_is_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesetError, match=r"nowhere\.yaml: error\[CS001\] there is no such file") as caught:
        load_ruleset(tmp_path / "nowhere.yaml")

    assert caught.value.diagnostics[0].file == str(tmp_path / "nowhere.yaml")


def test_a_folder_is_no_ruleset(tmp_path: Path) -> None:
    (fault,) = check_ruleset(tmp_path)

    assert (fault.code, fault.message) == ("CS002", "this is a folder; give the path of one YAML file")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)

    (fault,) = check_ruleset(path)

    assert (fault.code, fault.message.partition(";")[0]) == ("CS002", "this is no regular file")


def test_a_device_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "zero.yaml"
    path.symlink_to("/dev/zero")

    assert [fault.code for fault in check_ruleset(path)] == ["CS002"]


def test_a_link_to_itself_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.symlink_to(path)

    assert [fault.code for fault in check_ruleset(path)] == ["CS002"]


@pytest.mark.parametrize("name", ["x" * 300 + ".yaml", "a\0b.yaml", "x" * 5000, "", "\ud800", "a/b/../c.yaml", "\n"])
def test_names_that_no_file_has(name: str) -> None:
    assert {fault.code for fault in check_ruleset(name)} <= {"CS001", "CS002"}


def test_a_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    started = time.perf_counter()

    (fault,) = check_ruleset(path)

    assert fault.code == "CS003"
    assert "100,000,000 bytes" in fault.message
    assert time.perf_counter() - started < SECONDS / 10


HOSTILE = {
    "alias bomb": "a: &a [x, x]\nb: &b [" + ", ".join(["*a"] * 9) + "]\nc: [" + ", ".join(["*b"] * 9) + "]\n",
    "deep flow": "rules: " + "[" * 500_000,
    "deep braces": "rules: " + "{a: " * 200_000,
    "deep blocks": "rules:\n" + "".join(" " * depth + "-\n" for depth in range(1000)),
    "deep keys": "rules:\n" + "? " * 300_000,
    "many rules": "rules:\n" + "- {id: a}\n" * 90_000,
    "many keys on a line": "rules: [{" + ",".join(f"key{number}: 1" for number in range(4_000)) + "}]\n",
    "many parts": "rules:\n- id: a\n  all: [" + ",".join(f"x{number}" for number in range(5_000)) + "]\n",
    "many inputs": "inputs:\n"
    + "".join(f"  x{n}: {{type: count, part_of: y{n}}}\n" for n in range(1000))
    + "rules: []\n",
    "many groups": "groups:\n" + "".join(f"- {{id: x{n}, parent: x{n + 1}}}\n" for n in range(1500)) + "rules: []\n",
    "many anchors": "rules: [" + ",".join(f"&a{number} x" for number in range(5_000)) + "]\n",
    "long text": FLAG + "rules: []\ntitle: " + "长" * 100_000,
    "long quoted text": FLAG + 'rules: []\ntitle: "' + "\\n" * 200_000 + '"',
    "many blank lines": "\n" * 300_000 + "rules: 1\n",
    "quote left open": 'title: "' + "a\n" * 100_000,
    "long number": FLAG + "rules:\n- {id: a, clause: 一, each: x, weight: " + "9" * 9000 + "}\n",
    "huge exponent": FLAG + "rules:\n- {id: a, clause: 一, each: x, weight: 1e999999999}\n",
    "huge cell": FLAG + "rules: []\ncases: [{rows: [{x: 1e999999999}], expect: {}}]\n",
    "long requirement": FLAG + "rules:\n- {id: a, clause: 一, each: x, require: 不少于" + "9" * 9000 + "个}\n",
    "many signs": "".join(f"k{number}: >= {number}\n" for number in range(10_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_end_in_diagnostics_within_seconds(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    started = time.perf_counter()

    found = check_ruleset(path)

    assert found
    assert sum(len(str(fault)) for fault in found) < 200_000
    assert time.perf_counter() - started < SECONDS


def test_a_chain_of_groups_has_an_end(folder: Folder) -> None:
    groups = "".join(f"- {{id: x{number}, parent: x{number + 1}}}\n" for number in range(40))
    found = folder.check(f"groups:\n{groups}- {{id: x40}}\nrules: []\n")

    assert [(fault.code, fault.message) for fault in found] == [
        ("CS011", "the group 'x19' lies within more than 20 others")
    ]


def test_a_bare_sign_is_reported_wherever_it_stands_in_one_go(folder: Folder) -> None:
    rules = "".join(f"  - {{id: a{number}, clause: 一, each: orgs, require: > {number}}}\n" for number in range(4))

    found = folder.check(f"rules:\n{rules}")

    assert [(fault.code, fault.line) for fault in found if fault.severity == "error"] == [
        ("CS023", 7),
        ("CS023", 8),
        ("CS023", 9),
        ("CS023", 10),
    ]


def test_a_source_line_without_end_is_not_shown_whole(folder: Folder) -> None:
    rules = ", ".join(f"{{id: a{number}, clause: 一, each: orgz}}" for number in range(90))

    found = folder.check(f"rules: [{rules}]\n")

    assert len(found) == 90
    assert max(len(fault.source or "") for fault in found) == 500
    assert found[-1].source is None
    assert found[-1].column is not None
    assert found[-1].column > 500


def test_an_unreadable_file_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(HEAD, encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)

    (fault,) = check_ruleset(path)
    assert fault.code == "CS002"
    assert "Permission denied" in fault.message
