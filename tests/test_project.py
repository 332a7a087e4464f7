"""What the project's own files promise: a lock that any index can serve, one version, the public names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import commscore

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^(?P<pin>[a-z0-9.-]+==\S+)(?P<marker> ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lines(lock: Path) -> list[str]:
    """The lines of a lock that pip reads."""
    text = lock.read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


def pins(lock: Path) -> list[Requirement]:
    return [Requirement(line.removesuffix(" \\")) for line in lines(lock) if PIN.match(line)]


def wanted(lock: str) -> list[Requirement]:
    """What pyproject.toml asks of one lock."""
    table = pyproject()
    groups = table["dependency-groups"]
    asked = {
        "build": groups["build"],
        "run": table["project"]["dependencies"],
        "bench": [*table["project"]["dependencies"], *groups["bench"], *groups["build"]],
        "docs": [*table["project"]["dependencies"], *groups["docs"], *groups["build"]],
        "spark": [*table["project"]["dependencies"], *groups["spark-jvm"], *groups["build"]],
        "tools": [*groups["fuzz"], *groups["mutants"]],
        "dev": [*table["project"]["dependencies"], *groups["build"], *groups["lint"], *groups["test"]],
    }
    return [Requirement(text) for text in asked[lock]]


def test_there_is_a_lock_for_each_purpose() -> None:
    assert [lock.stem for lock in LOCKS] == ["bench", "build", "dev", "docs", "run", "spark", "tools"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_lock_holds_pins_and_hashes_only(lock: Path) -> None:
    strange = [line for line in lines(lock) if not (PIN.match(line) or HASH.match(line))]

    assert strange == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_lock_names_no_host_and_no_path(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")

    assert re.findall(r"https?:|file:|index|find-links|(?<![\w.])/\w+", text) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_lock_pins_all_that_pyproject_asks_for(lock: Path) -> None:
    versions: dict[str, list[str]] = {}
    for pin in pins(lock):
        versions.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier)[2:])

    unmet = [
        str(requirement)
        for requirement in wanted(lock.stem)
        if not all(
            requirement.specifier.contains(version)
            for version in versions.get(canonicalize_name(requirement.name), ["absent"])
        )
    ]

    assert unmet == []


def test_locks_agree_on_every_version() -> None:
    dev = pins(next(lock for lock in LOCKS if lock.stem == "dev"))
    known = {(pin.name, str(pin.specifier)) for pin in dev}
    others = {each for lock in LOCKS for each in _versions(lock)}

    differing = {each for each in others - known if each[0] in {pin.name for pin in dev}}
    # Real Spark has an environment of its own, with a pandas that it does not warn of.
    assert {name for name, _ in differing} <= {"pandas"}
    assert {each for lock in LOCKS if lock.stem != "spark" for each in differing & _versions(lock)} == set()


def _versions(lock: Path) -> set[tuple[str, str]]:
    return {(pin.name, str(pin.specifier)) for pin in pins(lock)}


def test_version_is_stated_once() -> None:
    version = pyproject()["project"]["version"]

    assert getattr(commscore, "__version__", version) == version


def test_changelog_opens_with_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = pyproject()["project"]["version"]

    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == version


def test_all_is_sorted() -> None:
    assert list(commscore.__all__) == sorted(commscore.__all__)


def test_all_equals_the_public_names() -> None:
    listed = set(commscore.__all__)
    # Public names are imported when they are first used; this uses them all.
    modules = {name for name in listed if isinstance(getattr(commscore, name), ModuleType)}
    public = {
        name
        for name, value in vars(commscore).items()
        if not (name.startswith("_") or name == "annotations" or isinstance(value, ModuleType))
    }

    assert listed - modules - {"__version__"} == public


def test_importing_types_is_promised() -> None:
    assert Path(commscore.__file__).with_name("py.typed").exists()
