"""What is published of a run: its tables, whether they are in memory or in an output folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

from commscore._ruleset import Text
from commscore.errors import DataError, DataFault, UsageError

if TYPE_CHECKING:
    from commscore._results import Result

TABLES = ("units", "areas", "rules", "findings")
_BATCH = 1 << 16


@attrs.frozen(eq=False)
class Published:
    """A run, ready to be shown.

    Attributes:
        ruleset: The ruleset's id.
        title: Its title.
        document: The policy document; null when it has none.
        as_of: The day on which dues were looked at, as YYYY-MM-DD.
        hash: The ruleset's hash.
        source: Where the whole tables are, to name where one is cut short; null for a result in memory.
        rows: How many rows each table has.
        batches: Gives the record batches of a table: ``units``, ``areas``, ``rules`` or ``findings``.
    """

    ruleset: str
    title: Text
    document: str | None
    as_of: str
    hash: str
    source: Path | None
    rows: Mapping[str, int]
    batches: Callable[[str], Iterator[Any]]

    def table(self, name: str) -> Any:
        """Return a table whole; for those that are never large."""
        return pa.Table.from_batches(self.batches(name))


def of_result(result: Result) -> Published:
    """Return what is published of a result: of its findings, those that fail or are undecided."""
    ruleset = result.ruleset
    findings = result.findings(status=["fail", "unknown", "error"])
    tables = {"units": result.units, "areas": result.areas, "rules": result.rules, "findings": findings}

    def batches(name: str) -> Iterator[Any]:
        table = tables[name]
        yield from table.to_batches(_BATCH) or [pa.RecordBatch.from_pylist([], schema=table.schema)]

    return Published(
        ruleset=ruleset.id,
        title=ruleset.title,
        document=ruleset.source.document,
        as_of=result.plan.as_of.isoformat(),
        hash=ruleset.hash,
        source=None,
        rows={name: table.num_rows for name, table in tables.items()},
        batches=batches,
    )


def of_folder(folder: Path) -> Published:
    """Return what is published of an output folder.

    Raises:
        UsageError: It is none.
        DataError: One of its tables cannot be read.
    """
    manifest = read_manifest(folder)
    ruleset, options = manifest["ruleset"], manifest["options"]
    documents = {batch for batch in _batches(folder, "findings", ["document"]) for batch in _words(batch)}
    return Published(
        ruleset=ruleset["id"],
        title=Text(**ruleset["title"]),
        document=ruleset.get("document") or (documents.pop() if len(documents) == 1 else None),
        as_of=options["as_of"],
        hash=ruleset["hash"],
        source=folder,
        rows={name: _opened(folder, name).metadata.num_rows for name in TABLES},
        batches=lambda name: _batches(folder, name),
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what the manifest of an output folder says.

    Raises:
        UsageError: The folder is no output.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("kind") != "commscore-output":
        raise UsageError(f"{folder} is no output of commscore: give a folder that `commscore score -o` has made")
    return manifest


def _opened(folder: Path, name: str) -> Any:
    path = folder / f"{name}.parquet"
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError([DataFault(f"{path} cannot be read: {error}")]) from None


def _batches(folder: Path, name: str, columns: list[str] | None = None) -> Iterator[Any]:
    with _opened(folder, name) as file:
        empty = True
        for batch in file.iter_batches(_BATCH, columns=columns):
            empty = False
            yield batch
        if empty:
            yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow)


def _words(batch: Any) -> set[str]:
    column = batch.column(0)
    column = column.dictionary if pa.types.is_dictionary(column.type) else column.unique()
    return {word for word in column.to_pylist() if word}
