"""Outputs of parts -> the output of the whole, in bounded memory."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from commscore._engine._areas import merged
from commscore._engine._findings import SCHEMA
from commscore._engine._tearing import torn_across
from commscore._files._joining import Joined, located
from commscore._files._keys import FiledKeys
from commscore._files._manifest import described, now, stamp, versions, write_manifest
from commscore._files._pipeline import unit_schema
from commscore._files._results import Output, StreamedResult
from commscore._files._selection import DataFile
from commscore._files._staging import KIND, MANIFEST, RULESET, refuse_taken, staged, writing
from commscore._files._sums import Sums, damaged, read_sums, reopened, save_sums
from commscore._files._totals import Totals
from commscore._files._writing import ParquetFile, write_table
from commscore._loading import dump_ruleset, load_ruleset
from commscore._results import settled
from commscore._version import __version__
from commscore.errors import CommscoreError, DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from commscore._files._staging import Stage
    from commscore._ruleset import Ruleset

_ROWS = 1 << 16
# What a file may do that is not what was written.
_BROKEN = (
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    StopIteration,
    TypeError,
    ValueError,
    pa.ArrowException,
    CommscoreError,
)


@attrs.frozen(eq=False)
class Part:
    """An output to be merged.

    Attributes:
        path: The folder.
        manifest: Its manifest.
        sums: What its units add up to.
    """

    path: Path
    manifest: Mapping[str, Any]
    sums: Sums


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of an output.

    Raises:
        UsageError: The folder is no output.
    """
    try:
        found: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, RecursionError, ValueError) as error:
        raise UsageError(f"merge: {folder} is no output folder of commscore") from error
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise UsageError(f"merge: {folder} is no output folder of commscore")
    return found


def merge_outputs(folders: Sequence[Path], out: Path, *, overwrite: bool) -> Output:
    """Merge outputs of parts, each against the same ruleset, into that of the whole.

    Args:
        folders: The outputs, in the order of their units.
        out: The folder to make.
        overwrite: Whether an earlier output there is replaced.

    Returns:
        What `evaluate_files` gives for all units together.

    Raises:
        UsageError: Outputs that do not belong together: all that differs; or that are damaged.
        DataError: Units that are in more than one, or areas that lie in one place here and in another there.
    """
    started = now()
    parts = [Part(folder, read_manifest(folder), read_sums(folder)) for folder in folders]
    _check_alike(parts)
    ruleset = _ruleset_of(parts[0])
    refuse_taken(out, overwrite=overwrite)
    with staged(out, overwrite=overwrite) as stage:
        result, manifest = _merged(parts, ruleset, stage, (out, started))
    return Output(out, manifest["totals"]["units"], manifest["totals"], manifest, result.moved(out / "units.parquet"))


def _check_alike(parts: Sequence[Part]) -> None:
    """Refuse outputs whose findings do not mean the same."""
    first, differences = parts[0], []
    own = first.sums.setting.get("version of commscore")
    if own != __version__:
        differences.append(f"{first.path} was written by commscore {own}, this is {__version__}")
    for part in parts[1:]:
        names = first.sums.setting.keys() | part.sums.setting.keys()
        differences += [
            f"{part.path} has another {name} than {first.path}{_shown(part, first, name)}"
            for name in sorted(names)
            if part.sums.setting.get(name) != first.sums.setting.get(name)
        ]
        kept = [each.manifest.get("options", {}).get("findings") for each in (part, first)]
        if kept[0] != kept[1]:
            differences.append(f"{part.path} holds other findings than {first.path}: {kept[0]}, not {kept[1]}")
        if part.sums.keyed != first.sums.keyed:
            differences.append(f"the units of only one of {part.path} and {first.path} have keys")
    if differences:
        raise UsageError("merge: " + "; ".join(differences))
    if first.sums.setting.get("level") in first.sums.setting.get("rollup", ()):
        raise UsageError(
            f"merge: the units are areas of the rollup themselves (level {first.sums.setting['level']!r}), of which "
            "outputs keep no sums; score all files together"
        )


def _shown(part: Part, first: Part, name: str) -> str:
    one, other = (each.sums.setting.get(name) for each in (part, first))
    short = len(repr(one)) + len(repr(other)) < 200  # noqa: PLR2004 - a line or two
    return f": {one!r}, not {other!r}" if short else ""


def _ruleset_of(part: Part) -> Ruleset:
    found = load_ruleset(part.path / RULESET)
    if [found.id, found.hash] != part.sums.setting.get("ruleset"):
        raise UsageError(f"merge: {part.path / RULESET} was changed since the output was written; score it anew")
    about = part.manifest.get("ruleset")
    return attrs.evolve(found, path=about.get("path") if isinstance(about, dict) else None)


def _merged(
    parts: Sequence[Part], ruleset: Ruleset, stage: Stage, about: tuple[Path, Any]
) -> tuple[StreamedResult, dict[str, Any]]:
    out, started = about
    first = parts[0]
    try:
        torn = torn_across(part.sums.own for part in parts)
        context, run = reopened(ruleset, first.sums, date.fromisoformat(first.sums.setting["as_of"]))
        own, totals = merged([part.sums.own for part in parts]), Totals(len(ruleset.rules))
        for part in parts:
            totals.absorb(part.sums.totals)
        result = StreamedResult(settled(context, (), run, own), totals, stage.folder / "units.parquet")
        areas, rules, found = result.areas, result.rules, result.findings(level="area")
    except _BROKEN as error:
        raise damaged(first.path if len(parts) == 1 else Path(", ".join(str(part.path) for part in parts))) from error
    if torn:
        raise DataError(torn)
    written = _copied(parts, unit_schema(context), found, (stage, out))
    for name, table in (("rules", rules), ("areas", areas)):
        write_table(stage.folder / f"{name}.parquet", table, out=out)
        written[name] = table.num_rows
    finished = now()
    content = {
        "started": stamp(started),
        "finished": stamp(finished),
        "seconds": round((finished - started).total_seconds(), 3),
        "versions": versions(),
        "options": _options(parts),
        "merged": [str(part.path) for part in parts],
        "inputs": [entry for part in parts for entry in part.manifest.get("inputs", ())],
        "totals": totals.described(result),
        **described(result),
        "outputs": [
            {"name": path.name, "rows": written[path.stem], "bytes": path.stat().st_size}
            for path in sorted(stage.folder.iterdir())
            if path.is_file()
        ],
    }
    with writing(out):
        save_sums(stage.folder, attrs.evolve(first.sums, own=own, totals=totals.state()))
        (stage.folder / RULESET).write_text(dump_ruleset(ruleset), encoding="utf-8")
        return result, write_manifest(stage.folder, content)


def _options(parts: Sequence[Part]) -> dict[str, Any]:
    """Return the options that all parts share; null for the others, which decide nothing."""
    first, *others = (part.manifest.get("options", {}) for part in parts)
    return {name: given if all(other.get(name) == given for other in others) else None for name, given in first.items()}


def _copied(parts: Sequence[Part], schema: Any, areas: Any, where: tuple[Stage, Path]) -> dict[str, int]:
    """Copy units and their findings part by part, and hold the keys to be unique."""
    stage, out = where
    with ExitStack() as stack:
        keys = stack.enter_context(closing(FiledKeys(stage.work, out=out)))
        units = stack.enter_context(ParquetFile(stage.folder / "units.parquet", schema, out=out))
        findings = stack.enter_context(ParquetFile(stage.folder / "findings.parquet", SCHEMA, out=out))
        counts = []
        for part in parts:
            before = units.rows
            shift = None if part.sums.keyed else before
            for table in _tables(part, "units", shift):
                keys.add(table["key"].combine_chunks(), units.rows)
                units.write(table)
            counts.append(units.rows - before)
            if counts[-1] != part.sums.totals.get("rows"):
                raise damaged(part.path)
            for table in _tables(part, "findings", shift):
                findings.write(table.filter(pc.equal(table["level"].cast(pa.string()), "unit")))
        findings.write(areas)
        faults = keys.faults(table="merged data", column="key") if parts[0].sums.keyed else []
        if faults:
            files = tuple(DataFile(part.path) for part in parts)
            raise located(DataError(faults), Joined(files, counts, None, None))  # type: ignore[arg-type]  # not read
        return {"units": units.rows, "findings": findings.rows}


def _tables(part: Part, name: str, shift: int | None) -> Iterator[Any]:
    """Read a table of an output piece by piece; row numbers that stand for keys go on from the part before."""
    number: Callable[[Any], Any] = lambda keys: pc.add(keys.cast(pa.int64()), shift).cast(pa.string())  # noqa: E731
    try:
        with pq.ParquetFile(part.path / f"{name}.parquet") as file:
            for batch in file.iter_batches(_ROWS):
                table = pa.Table.from_batches([batch])
                if shift is not None:
                    own = pc.equal(table["level"].cast(pa.string()), "unit") if name == "findings" else True
                    place = table.schema.get_field_index("key")
                    table = table.filter(own) if name == "findings" else table
                    table = table.set_column(place, "key", number(table["key"]))
                yield table
    except (KeyError, OSError, pa.ArrowException) as error:
        raise damaged(part.path) from error
