"""Files in many jurisdictions -> a folder for each ruleset, in one pass over the input and in bounded memory."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._files._job import BLOCK_ROWS, KEPT
from commscore._files._joining import Joined, Reading, join_files, join_stream, located
from commscore._files._keys import FiledKeys
from commscore._files._manifest import Fingerprints, now, stamp, versions, write_manifest
from commscore._files._results import Progress
from commscore._files._selection import Selection, is_selectable, refuse_overlap, select_files
from commscore._files._staging import Stage, refuse_taken, staged
from commscore._files._writing import ParquetFile
from commscore._routing._memory import (
    columns_for,
    everything,
    keys_of,
    known_table,
    lost_rows,
    read_table,
    route_further,
    told_once,
    with_years,
    without_years,
)
from commscore._routing._outputs import RoutedOutput
from commscore._routing._placing import NOWHERE, Asked, Columns, Routed, Router, find_columns
from commscore._routing._results import UNROUTED, unrouted_table
from commscore._routing._splitting import split
from commscore._routing._summary import Lost
from commscore._routing._workers import Worker, Workers
from commscore._tables._layouts import Layout, laid
from commscore._tables._sources import flows
from commscore._tables._streams import Source
from commscore._tables._workbooks import lay_out
from commscore.errors import DataError, UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from commscore._files import Output
    from commscore._routing._collection import Candidate, Collection

_NUMBER = "row number"  # names the column of row numbers where no column holds keys


@attrs.frozen(eq=False)
class _Task:
    """What is to be done.

    Attributes:
        collection: The rulesets there are.
        asked: What the caller says of the table.
        options: As `evaluate_files` takes them, but for ``key``, ``columns`` and ``more``.
        out: The output folder.
        joined: The units.
        further: The tables of other levels.
        selections: The files that are read, by level; those of the units have none.
        started: When it began.
        progress: What to call after each piece.
    """

    collection: Collection
    asked: Asked
    options: Mapping[str, Any]
    out: Path
    joined: Joined
    further: Mapping[str, Any]
    selections: Mapping[str, Selection]
    started: datetime
    progress: Callable[[Progress], None] | None


def stream_routed(
    places: tuple[Any, str | os.PathLike[str], Layout],
    collection: Collection,
    asked: Asked,
    options: Mapping[str, Any],
    *,
    findings: str,
    overwrite: bool,
    progress: Callable[[Progress], None] | None,
) -> RoutedOutput:
    """Evaluate files, each row against its own ruleset.

    Args:
        places: Input and output, as `evaluate_files` takes them, and how the rows of files lie.
        collection: The rulesets there are.
        asked: What the caller says of the table.
        options: As `evaluate_files` takes them, but for ``key`` and ``columns``.
        findings: As for `evaluate_files`.
        overwrite: As for `evaluate_files`.
        progress: As for `evaluate_files`.
    """
    (src, out), layout = (places[0], Path(places[1])), places[2]
    started = now()
    if findings not in KEPT:
        raise UsageError(f"findings: there is no {findings!r}; there are {', '.join(KEPT)}")
    streamed = flows(src)
    selections = {} if streamed else {"": select_files(src)}
    more, level = dict(options["more"] or {}), options["level"]
    if streamed:
        laid(src, layout, argument="src")
    elif len(selections[""].files) == 1:
        found, sheets, level = lay_out(selections[""].files[0].path, more, level, layout)
        more, layout = dict(sheets or {}), found.layout
    selections |= {at: select_files(table, name=f"more[{at!r}]") for at, table in more.items() if is_selectable(table)}
    reading = Reading(
        everything(collection),
        key=asked.key,
        columns=asked.columns,
        missing=asked.missing,
        block_rows=BLOCK_ROWS,
        layout=layout,
    )
    joined = join_stream(src, reading) if streamed else join_files(selections[""].files, reading)
    further = {at: _further(table, selections.get(at), collection, asked) for at, table in more.items()}
    own = {name: given for name, given in options.items() if name != "more"} | {"findings": findings, "level": level}
    task = _Task(collection, asked, own, out, joined, further, selections, started, progress)
    refuse_overlap(out, selections.values(), _files_of(collection))
    refuse_taken_inside(out, overwrite=overwrite)
    paths = [file.path for selection in selections.values() for file in selection.files]
    with told_once(), staged(out, overwrite=overwrite) as stage, Fingerprints(paths) as prints:
        outputs, manifest, lost = _run(task, stage, prints)
    moved = {id_: output.moved(out / id_) for id_, output in sorted(outputs.items())}
    return RoutedOutput(out, manifest["totals"]["units"], manifest["totals"], manifest, moved, lost)


def _files_of(collection: Collection) -> list[Path]:
    return [Path(each.source) for each in collection.all() if isinstance(each.source, str)]


def _further(table: Any, selection: Selection | None, collection: Collection, asked: Asked) -> Any:
    """Read a table of another level whole."""
    if selection is None or len(selection.files) == 1:
        return read_table(table if selection is None else selection.files[0].path, "more", collection)
    found = join_files(selection.files, Reading(everything(collection), name="more", missing=asked.missing)).source
    known = known_table(found, collection, attrs.evolve(asked, key=None, columns={}), name="more")
    return read_table(_narrowed(known.source, sorted(known.positions.values())), "more", collection)


def _narrowed(source: Source, places: list[int]) -> Source:
    """Leave only some columns of a source."""
    return attrs.evolve(
        source,
        names=tuple(source.names[place] for place in places),
        spelled=False,
        kind=lambda index: source.kind(places[index]),
        head=lambda index: source.head(places[index]),
        pieces=lambda wanted: source.pieces([places[index] for index in wanted]),
        after=None,
    )


def refuse_taken_inside(out: Path, *, overwrite: bool) -> None:
    """Refuse a place that is taken, as `refuse_taken` does, with the folders in it.

    Raises:
        UsageError: What stands there.
    """
    refuse_taken(out, overwrite=overwrite)
    for inner in sorted(out.iterdir()) if overwrite and out.is_dir() else ():
        if inner.is_dir():
            refuse_taken(inner, overwrite=True)


# --- the run ----------------------------------------------------------------------------------------------


def _run(task: _Task, stage: Stage, prints: Fingerprints) -> tuple[dict[str, Output], dict[str, Any], Lost]:
    lost = Lost({}, {})
    with ExitStack() as stack:
        keys = stack.enter_context(closing(FiledKeys(stage.work, out=task.out)))
        unrouted = stack.enter_context(ParquetFile(stage.folder / "unrouted.parquet", UNROUTED, out=task.out))
        workers = stack.enter_context(Workers())
        rows, (source, places, columns) = 0, _columns(task)
        router = Router(task.collection, columns)
        for count, arrays in source.pieces(places):
            piece = _Piece(rows, count, dict(zip(places, arrays, strict=True)))
            routed = router.route(piece.column, count)
            found = keys_of(piece, columns)
            keys.add(with_years(found, routed.years()) if columns.by_year else found, rows)
            told = unrouted_table(
                [lost_rows(routed, piece.column, columns)], found, np.flatnonzero(routed.routes == NOWHERE)
            )
            told = told.set_column(1, "row", pa.array(np.asarray(told["row"]) + rows)).cast(UNROUTED)
            lost = lost.plus(Lost.of(told))
            unrouted.write(told)
            _feed(task, (workers, stage.folder), router, routed, piece)
            rows += count
            _tell(task, rows)
        outputs = _finished(task, workers, keys, columns)
        _, lost_more = route_further(task.further, router.candidates, task.collection, task.asked)
        for table in lost_more:
            lost = lost.plus(Lost.of(table))
            unrouted.write(table)
    return outputs, _manifest(task, (stage, prints), columns, (outputs, rows, lost)), lost


def _columns(task: _Task) -> tuple[Source, list[int], Columns]:
    """Find the columns that anybody reads, and those that routing reads."""
    table = known_table(task.joined.source, task.collection, task.asked)
    columns = find_columns(table.source.names, task.asked)
    return table.source, sorted({*table.positions.values(), *columns.needed}), columns


@attrs.frozen(eq=False)
class _Piece:
    """Some rows of the input: their columns by position in the source."""

    first_row: int
    num_rows: int
    arrays: Mapping[int, Any]

    def column(self, place: int) -> Any:
        """Return a column."""
        return self.arrays[place]


def _feed(task: _Task, to: tuple[Workers, Path], router: Router, routed: Routed, piece: _Piece) -> None:
    """Hand the rows of a piece to the evaluations of their rulesets."""
    workers, folder = to
    numbers = pa.array(np.arange(piece.first_row, piece.first_row + piece.num_rows)).cast(pa.string())
    arrays = [*piece.arrays.values(), *([] if router.columns.key is not None else [numbers])]
    for number, rows in enumerate(split(routed.routes, len(router.candidates)).rows):
        if not len(rows):
            continue
        share = len(rows), list(_taken(arrays, rows))
        candidate = router.candidates[number]
        if candidate.id not in workers:
            workers.start(_worker(task, candidate, router.columns, list(piece.arrays)), folder / candidate.id, share)
        workers.put(candidate.id, share)


def _taken(arrays: list[Any], rows: Any) -> Iterator[Any]:
    first, many = int(rows[0]), len(rows)
    together = int(rows[-1]) - first + 1 == many
    taken = None if together else pa.array(rows)
    for array in arrays:
        yield array.slice(first, many) if together else array.take(taken)


def _worker(task: _Task, candidate: Candidate, columns: Columns, places: list[int]) -> Worker:
    ruleset = task.collection.load(candidate)
    names = [columns.names[place] for place in places]
    key = _NUMBER if columns.key is None else columns.names[columns.key] if task.asked.key is not None else None
    more, _ = route_further(task.further, [candidate], task.collection, task.asked)
    options = {**task.options, "key": key, "more": more[0], "columns": columns_for(task.asked.columns, ruleset)}
    return Worker(ruleset, (*names, *([_NUMBER] if columns.key is None else [])), options)


def _tell(task: _Task, rows: int) -> None:
    if task.progress is None:
        return
    file, seen = None, 0
    for each, read in zip(task.joined.files, task.joined.rows, strict=True):
        seen, file = seen + read, each.path
        if seen >= rows:
            break
    task.progress(Progress(rows, task.joined.total, file, (now() - task.started).total_seconds()))


def _finished(task: _Task, workers: Workers, keys: FiledKeys, columns: Columns) -> dict[str, Output]:
    """Wait for all evaluations; tell all that is wrong at once, keys first: they are judged over all rows."""
    outputs, failed = workers.finish()
    name = None if columns.key is None else columns.names[columns.key]
    faults = keys.faults(table="data", column=name)
    faults = [without_years(fault) for fault in faults] if columns.by_year else faults
    if faults:
        raise located(DataError(faults), task.joined)
    if failed:
        raise DataError(
            [
                attrs.evolve(fault, message=f"{fault.message} (rows counted among those of {id_})")
                for id_, error in failed.items()
                for fault in error.faults
            ]
        )
    return outputs


# --- the manifest -----------------------------------------------------------------------------------------


def _manifest(
    task: _Task,
    where: tuple[Stage, Fingerprints],
    columns: Columns,
    came_out: tuple[Mapping[str, Output], int, Lost],
) -> dict[str, Any]:
    (stage, prints), (outputs, rows, lost) = where, came_out
    finished = now()
    content = {
        "routed": True,
        "by_year": columns.by_year,
        "keyed": columns.key is not None,
        "started": stamp(task.started),
        "finished": stamp(finished),
        "seconds": round((finished - task.started).total_seconds(), 3),
        "versions": versions(),
        "options": _options(task),
        "inputs": list(_inputs(task, prints)),
        "totals": {
            "units": rows,
            "routed": sum(output.rows for output in outputs.values()),
            "unrouted": lost.by_reason(),
        },
        "rulesets": [
            {**output.manifest["ruleset"], "units": output.rows, "totals": output.totals}
            for _, output in sorted(outputs.items())
        ],
        "outputs": [{"name": path.name} for path in sorted(stage.folder.iterdir()) if path != stage.work],
    }
    return write_manifest(stage.folder, content)


def _options(task: _Task) -> dict[str, Any]:
    given, asked = task.options, task.asked
    return {
        "key": asked.key,
        "rollup": None if given["rollup"] is None else list(given["rollup"]),
        "as_of": None if given["as_of"] is None else str(given["as_of"]),
        "columns": dict(asked.columns),
        "level": given["level"],
        "more": sorted(task.further),
        "missing": sorted(asked.missing),
        "findings": given["findings"],
        "fallback": task.collection.fallback,
        "year": asked.year or asked.as_of,
    }


def _inputs(task: _Task, prints: Fingerprints) -> Iterator[dict[str, Any]]:
    for level, selection in task.selections.items():
        for number, file in enumerate(selection.files):
            about = prints.of(file.path)
            place = {"path": str(file.path), "level": level or task.options["level"] or "unit"}
            rows = {"rows": task.joined.rows[number]} if not level else {}
            yield place | rows | {"bytes": about.size, "sha256": about.sha256}
