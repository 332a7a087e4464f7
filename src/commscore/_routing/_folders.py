"""Output folders of parts -> the output folder of the whole, be they of one ruleset or of many."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from commscore._files import merge_outputs, read_manifest
from commscore._files._keys import FiledKeys
from commscore._files._manifest import now, stamp, versions, write_manifest
from commscore._files._staging import staged, writing
from commscore._files._sums import damaged
from commscore._files._writing import ParquetFile
from commscore._routing._memory import with_years, without_years
from commscore._routing._outputs import RoutedOutput
from commscore._routing._results import UNROUTED
from commscore._routing._streaming import refuse_taken_inside
from commscore._routing._summary import Lost
from commscore.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from commscore._files import Output

_UNROUTED = "unrouted.parquet"


def merge_files(
    outputs: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str], *, overwrite: bool = False
) -> Output | RoutedOutput:
    r"""Merge output folders of parts of the data into that of the whole, exactly.

    The parts may be files, provinces, or what several machines have scored. Units come in the order of the parts, their
    findings likewise; areas and rules are those of all units together, bit for bit. Memory does not grow with the
    number of units.

    Args:
        outputs: Folders that `evaluate_files` has written against the same ruleset with the same options, or all of
            them with ``"auto"``.
        out: The folder to make.
        overwrite: Replace an earlier output of commscore that stands at ``out``.

    Returns:
        The folder, and what is in it.

    Raises:
        UsageError: Outputs that do not belong together: every difference in ruleset, options, columns and version; one
            that is damaged, or was changed since; ``out`` is taken.
        DataError: Units that are in more than one part.

    Example:
        >>> import commscore, tempfile, pathlib
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for part, row in (("a", "210202001001,urban,12"), ("b", "210202001002,urban,3")):
        ...     _ = (folder / f"{part}.csv").write_text(f"code,kind,social_orgs\n{row}\n", encoding="utf-8")
        ...     _ = commscore.evaluate_files(folder / f"{part}.csv", "dalian-2023", folder / part)
        >>> commscore.merge_files([folder / "a", folder / "b"], folder / "whole").rows
        2
    """
    if isinstance(outputs, str | os.PathLike):
        raise UsageError(f"merge: give a list of output folders, such as [{os.fspath(outputs)!r}, …]")
    folders, place = [Path(folder) for folder in outputs], Path(out)
    if not folders:
        raise UsageError("merge: give at least one output folder")
    _refuse_twins(folders, place)
    manifests = [read_manifest(folder) for folder in folders]
    routed = [manifest.get("routed") is True for manifest in manifests]
    if not any(routed):
        return merge_outputs(folders, place, overwrite=overwrite)
    if not all(routed):
        raise UsageError("merge: some of the outputs are of one ruleset, some of each row's own (-r auto)")
    return _merge_routed(folders, manifests, place, overwrite=overwrite)


def _refuse_twins(folders: Sequence[Path], out: Path) -> None:
    seen: set[str] = set()
    for folder in folders:
        real = os.path.realpath(folder)
        if real in seen:
            raise UsageError(f"merge: {folder} is there twice; give every output once")
        seen.add(real)
    target = Path(os.path.realpath(out))
    for given in map(Path, sorted(seen)):
        if target == given or target in given.parents or given in target.parents:
            raise UsageError(f"out: {out} and {given} overlap; choose a folder elsewhere")


def _merge_routed(
    folders: Sequence[Path], manifests: Sequence[Mapping[str, Any]], out: Path, *, overwrite: bool
) -> RoutedOutput:
    started = now()
    _check_alike(folders, manifests)
    refuse_taken_inside(out, overwrite=overwrite)
    with staged(out, overwrite=overwrite) as stage:
        with closing(FiledKeys(stage.work, out=out)) as keys:
            lost, rows = _read(folders, manifests, keys, stage.folder / _UNROUTED)
            faults = keys.faults(table="merged data", column="key")
            if faults:
                raise DataError([without_years(fault) if manifests[0].get("by_year") else fault for fault in faults])
        parts: dict[str, list[Path]] = {}
        for folder, manifest in zip(folders, manifests, strict=True):
            for entry in manifest["rulesets"]:
                parts.setdefault(entry["id"], []).append(folder / entry["id"])
        outputs = {
            id_: merge_outputs(found, stage.folder / id_, overwrite=False) for id_, found in sorted(parts.items())
        }
        finished = now()
        content = {
            "routed": True,
            "by_year": manifests[0].get("by_year"),
            "keyed": True,
            "started": stamp(started),
            "finished": stamp(finished),
            "seconds": round((finished - started).total_seconds(), 3),
            "versions": versions(),
            "options": manifests[0].get("options"),
            "merged": [str(folder) for folder in folders],
            "inputs": [entry for manifest in manifests for entry in manifest.get("inputs", ())],
            "totals": {
                "units": rows,
                "routed": sum(output.rows for output in outputs.values()),
                "unrouted": lost.by_reason(),
            },
            "rulesets": [
                {**output.manifest["ruleset"], "units": output.rows, "totals": output.totals}
                for output in outputs.values()
            ],
            "outputs": [{"name": path.name} for path in sorted(stage.folder.iterdir()) if path != stage.work],
        }
        with writing(out):
            manifest = write_manifest(stage.folder, content)
    moved = {id_: output.moved(out / id_) for id_, output in outputs.items()}
    return RoutedOutput(out, rows, manifest["totals"], manifest, moved, lost)


def _check_alike(folders: Sequence[Path], manifests: Sequence[Mapping[str, Any]]) -> None:
    differences = []
    for folder, manifest in zip(folders, manifests, strict=True):
        listed = manifest.get("rulesets")
        if not isinstance(listed, list) or not all(isinstance(entry, dict) and _is_name(entry) for entry in listed):
            raise damaged(folder)
        if manifest.get("keyed") is not True:
            differences.append(f"the units of {folder} have no key, only row numbers, which parts do not share")
        for name in ("by_year", "fallback"):
            one, other = (_said(each, name) for each in (manifest, manifests[0]))
            if one != other:
                differences.append(f"{folder} has another {name} than {folders[0]}: {one!r}, not {other!r}")
    if differences:
        raise UsageError("merge: " + "; ".join(differences))


def _is_name(entry: Mapping[str, Any]) -> bool:
    """Say whether an entry names a folder inside, and nothing elsewhere."""
    id_ = entry.get("id")
    return isinstance(id_, str) and id_ not in ("", ".", "..") and Path(id_).name == id_ and "\\" not in id_


def _said(manifest: Mapping[str, Any], name: str) -> Any:
    options = manifest.get("options")
    return manifest.get(name, options.get(name) if isinstance(options, dict) else None)


def _read(
    folders: Sequence[Path], manifests: Sequence[Mapping[str, Any]], keys: FiledKeys, unrouted: Path
) -> tuple[Lost, int]:
    """Gather the rows without a ruleset, and the keys of all rows; return those rows counted, and how many in all."""
    lost, rows, seen = Lost({}, {}), 0, 0
    with ParquetFile(unrouted, UNROUTED, out=unrouted.parent) as file:
        for folder, manifest in zip(folders, manifests, strict=True):
            for part, years in _keys(folder, manifest):
                keys.add(with_years(part, years) if manifest.get("by_year") else part, seen)
                seen += len(part)
            for table in _batches(folder / _UNROUTED, UNROUTED.names, folder):
                units = np.asarray(table["level"].to_pylist()) == "unit"
                shifted = np.asarray(table["row"]) + np.where(units, rows, 0)
                table = table.set_column(1, UNROUTED.field("row"), pa.array(shifted, pa.int64()))  # noqa: PLW2901
                lost = lost.plus(Lost.of(table))
                file.write(table)
            rows = seen
    return lost, rows


def _keys(folder: Path, manifest: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    for entry in manifest["rulesets"]:
        for table in _batches(folder / entry["id"] / "units.parquet", ["key"], folder):
            yield table["key"].combine_chunks(), np.full(table.num_rows, int(entry["year"]), dtype=np.int64)
    for table in _batches(folder / _UNROUTED, ["level", "key", "year"], folder):
        units = table.filter(pa.array(np.asarray(table["level"].to_pylist()) == "unit"))
        yield units["key"].combine_chunks(), np.asarray(units["year"].fill_null(0), dtype=np.int64)


def _batches(path: Path, columns: list[str], folder: Path) -> Iterator[Any]:
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(1 << 16, columns=columns):
                yield pa.Table.from_batches([batch])
    except (OSError, pa.ArrowException) as error:
        raise damaged(folder) from error
