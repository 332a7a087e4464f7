"""What the manifest says: where the results came from, by what, and what they add up to."""

from __future__ import annotations

import hashlib
import json
import platform
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
import pyarrow as pa

from commscore._files._staging import KIND, MANIFEST
from commscore._requirement import InputRef
from commscore._tables._streams import guarded
from commscore._version import __version__
from commscore.errors import DataError, DataFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from commscore._engine._plan import Plan
    from commscore._results import Result
    from commscore._ruleset import Part, Rule

_CHUNK = 1 << 20


@attrs.frozen
class Fingerprint:
    """A file as it was when reading began: its size, when it was changed, and the hash of its content."""

    size: int
    changed: int
    sha256: str


class Fingerprints:
    """Hashes of the input files, made beside the evaluation on a thread of their own."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._stop = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commscore-hash")
        self._hashes: dict[Path, Future[Fingerprint]] = {}
        for path in files:
            self._hashes[path] = self._thread.submit(self._hash, path)

    def _hash(self, path: Path) -> Fingerprint:
        digest = hashlib.sha256()
        with guarded("data", f"{path} cannot be read"), path.open("rb") as file:
            about = path.stat()
            while chunk := file.read(_CHUNK):
                if self._stop.is_set():
                    break
                digest.update(chunk)
        return Fingerprint(about.st_size, about.st_mtime_ns, digest.hexdigest())

    def of(self, path: Path) -> Fingerprint:
        """Return a file's fingerprint.

        Raises:
            DataError: The file was changed since, so that nobody knows what was read.
        """
        found = self._hashes[path].result()
        with guarded("data", f"{path} cannot be read"):
            about = path.stat()
        if (about.st_size, about.st_mtime_ns) != (found.size, found.changed):
            raise DataError([DataFault(f"{path} was changed while it was read: run again when it rests")])
        return found

    def __enter__(self) -> Self:
        """Give the hashes themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop hashing."""
        self._stop.set()
        self._thread.shutdown(cancel_futures=True)


def described(result: Result) -> dict[str, Any]:
    """Return what a manifest says of the ruleset, and of what could not be checked."""
    ruleset = result.ruleset
    absent = [plan for plan in result.plan.rules if plan.node.absent is not None and plan.rule.selected]
    return {
        "ruleset": {
            "id": ruleset.id,
            "title": attrs.asdict(ruleset.title),
            "year": ruleset.year,
            "hash": ruleset.hash,
            "path": ruleset.path,
        },
        "columns": {
            level: {"inputs": sorted(shape.inputs), "kind": shape.has_kind}
            for level, shape in result.plan.shapes.items()
        },
        "not_checked": [
            {"rule": plan.rule.id, "reason": str(plan.node.absent), "inputs": _lacking(plan.rule, result.plan)}
            for plan in absent
        ],
        **({} if (concluder := result.context.concluder) is None else {"conclusions": concluder.described()}),
    }


def _lacking(rule: Rule, plan: Plan) -> list[str]:
    """Return the inputs of a rule that are in no table."""
    there = {name for shape in plan.shapes.values() for name in shape.inputs}
    return [name for name in _inputs_of(rule) if name in plan.ruleset.inputs and name not in there]


def _inputs_of(part: Part) -> dict[str, None]:
    """Return the inputs that a part reads, each once."""
    refs = [asked.value.name for asked in part.requirements.values() if isinstance(asked.value, InputRef)]
    own = [*part.inputs, *refs, *(found.input for found in part.where)]
    return dict.fromkeys([*own, *(name for inner in part.parts for name in _inputs_of(inner))])


def versions() -> dict[str, str]:
    """Return the versions of what computed and wrote the results."""
    return {
        "commscore": __version__,
        "pyarrow": pa.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def stamp(time: datetime) -> str:
    """Write a time as the manifest has it."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_manifest(folder: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """Write the manifest, and return it."""
    manifest = {"kind": KIND, "format": 1, **content}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    return manifest
