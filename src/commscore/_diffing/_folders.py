"""An output folder as a side of a comparison, and the data that it was made from, where it is still there."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from commscore._diffing._sides import Side, codes_of
from commscore._loading import load_ruleset
from commscore._publishing import read_manifest
from commscore.errors import DataError, DataFault, UsageError

_STATUS = "status."
_SCORES = ("key", "score", "score_low", "score_high", "grade")
_CHUNK = 1 << 20


def side_of_folder(folder: Path) -> Side:
    """Return an output folder as a side.

    Raises:
        UsageError: It is no output, or one that an older version made, without its ruleset.
        DataError: One of its tables cannot be read.
    """
    manifest = read_manifest(folder)
    rules = folder / "ruleset.yaml"
    if not rules.is_file():
        raise UsageError(f"{folder} does not hold its ruleset; make it again with this version of commscore")
    ruleset = load_ruleset(rules)
    names = [f"{_STATUS}{rule.id}" for rule in ruleset.rules]
    units = _table(folder, "units", [*_SCORES, *names])
    findings = _table(folder, "findings", ["level", "key", "rule", "scope", "status"])
    return Side(
        ruleset=ruleset,
        as_of=date.fromisoformat(manifest["options"]["as_of"]),
        units=units.select(_SCORES),
        statuses={name.removeprefix(_STATUS): codes_of(units[name]) for name in names},
        areas=_table(folder, "areas", None),
        findings=findings.filter(pc.not_equal(findings["level"].cast(pa.string()), "unit")),
    )


def _table(folder: Path, name: str, columns: list[str] | None) -> Any:
    path = folder / f"{name}.parquet"
    try:
        return pq.read_table(path, columns=columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError([DataFault(f"{path} cannot be read: {error}")]) from None


def read_the_same(before: Path, after: Path) -> bool:
    """Say whether two runs read the same bytes, in the same way."""
    one, other = (read_manifest(folder) for folder in (before, after))
    return _identity(one) == _identity(other)


def _identity(manifest: dict[str, Any]) -> tuple[Any, ...]:
    options = manifest["options"]
    files = sorted((each["level"], each["sha256"]) for each in manifest["inputs"])
    return files, options["key"], options["level"], options["columns"], sorted(options["missing"])


def inputs_of(folder: Path) -> dict[str, list[Path]]:
    """Return the files that a run was made from, by level, if they are all still there and what they were.

    Raises:
        UsageError: One is gone or changed; the message names it.
    """
    manifest = read_manifest(folder)
    files: dict[str, list[Path]] = {}
    for each in manifest["inputs"]:
        path = Path(each["path"])
        if not path.is_file() or _hash(path) != each["sha256"]:
            raise UsageError(f"{path} is gone, or not what {folder} was made from")
        files.setdefault(each["level"], []).append(path)
    return files


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
