"""What is published of a run: its tables, whether they are in memory or in an output folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from commscore._engine._plan import Plan, TableShape, make_plan
from commscore._loading import load_ruleset
from commscore._report import bad_cells
from commscore._ruleset import Text
from commscore._version import __version__
from commscore.errors import DataError, DataFault, UsageError

if TYPE_CHECKING:
    from commscore._results import Result

TABLES = ("units", "areas", "rules", "findings")
_BATCH = 1 << 16
_PLACES = ("township", "county", "city", "province")  # an output does not tell which had columns of their own


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
        manifest: Gives what is known of the run, in the shape of an output folder's manifest.
        plan: Gives the plan, and with it the ruleset whole.
        area_findings: Gives the findings of areas, whatever their status, as one table.
        read: Gives the record batches of a table, with all of its columns or those named.
    """

    ruleset: str
    title: Text
    document: str | None
    as_of: str
    hash: str
    source: Path | None
    rows: Mapping[str, int]
    manifest: Callable[[], Mapping[str, Any]]
    plan: Callable[[], Plan]
    area_findings: Callable[[], Any]
    read: Callable[[str, Sequence[str] | None], Iterator[Any]]

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """Yield the record batches of one of `TABLES`; columns that it does not have are left out."""
        return self.read(name, columns)

    def table(self, name: str) -> Any:
        """Return a table whole; for those that are never large."""
        return pa.Table.from_batches(self.batches(name))


def of_result(result: Result) -> Published:
    """Return what is published of a result: of its findings, those that fail or are undecided."""
    ruleset = result.ruleset
    findings = result.findings(status=["fail", "unknown", "error"])
    tables = {"units": result.units, "areas": result.areas, "rules": result.rules, "findings": findings}

    def batches(name: str, columns: Sequence[str] | None) -> Iterator[Any]:
        table = tables[name]
        if columns is not None:
            table = table.select([column for column in columns if column in table.column_names])
        yield from table.to_batches(_BATCH) or [pa.RecordBatch.from_pylist([], schema=table.schema)]

    return Published(
        ruleset=ruleset.id,
        title=ruleset.title,
        document=ruleset.source.document,
        as_of=result.plan.as_of.isoformat(),
        hash=ruleset.hash,
        source=None,
        rows={name: table.num_rows for name, table in tables.items()},
        manifest=lambda: _manifest_of(result),
        plan=lambda: result.plan,
        area_findings=lambda: result.findings(level="area"),
        read=batches,
    )


def _manifest_of(result: Result) -> dict[str, Any]:
    plan = result.plan
    options = {"as_of": plan.as_of.isoformat(), "level": plan.level, "rollup": list(plan.rollup)}
    totals = {"cells": [attrs.asdict(each) for each in bad_cells(result)]}
    return {"versions": {"commscore": __version__}, "options": options, "totals": totals}


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
        manifest=lambda: manifest,
        plan=lambda: _plan_of(folder, manifest),
        area_findings=lambda: _area_findings(folder),
        read=lambda name, columns: _batches(folder, name, columns),
    )


def _plan_of(folder: Path, manifest: Mapping[str, Any]) -> Plan:
    """Make the plan of a run again.

    Raises:
        UsageError: The folder does not hold its ruleset.
    """
    path = folder / "ruleset.yaml"
    if not path.is_file():
        raise UsageError(f"{folder} does not hold its ruleset; make it again with this version of commscore")
    options = manifest["options"]
    shapes = {
        level: TableShape(level, frozenset(found["inputs"]), found["kind"], frozenset(_PLACES))
        for level, found in manifest["columns"].items()
    }
    rollup = options["rollup"]
    return make_plan(
        load_ruleset(path),
        shapes,
        level=options["level"],
        as_of=date.fromisoformat(options["as_of"]),
        rollup=None if rollup is None else tuple(rollup),
    )


def _area_findings(folder: Path) -> Any:
    batches = [batch.filter(pc.not_equal(batch["level"], "unit")) for batch in _batches(folder, "findings")]
    return pa.Table.from_batches(batches)


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


def _batches(folder: Path, name: str, columns: Sequence[str] | None = None) -> Iterator[Any]:
    with _opened(folder, name) as file:
        empty = True
        for batch in file.iter_batches(_BATCH, columns=columns):
            empty = False
            yield batch
        if empty:
            names = [name for name in file.schema_arrow.names if columns is None or name in columns]
            yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow).select(names)


def _words(batch: Any) -> set[str]:
    column = batch.column(0)
    column = column.dictionary if pa.types.is_dictionary(column.type) else column.unique()
    return {word for word in column.to_pylist() if word}
