"""Files + ruleset -> a folder of results, in batches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from commscore import _arguments as arguments
from commscore._files._checkpoints import identity, interrupted
from commscore._files._job import KEPT, Job
from commscore._files._joining import Joined, located
from commscore._files._manifest import Fingerprints, described, now, stamp, versions, write_manifest
from commscore._files._pipeline import open_flow, opened, stream
from commscore._files._results import Output, Progress, StreamedResult
from commscore._files._selection import is_selectable, refuse_overlap, select_files
from commscore._files._staging import RULESET, Stage, refuse_taken, staged, writing
from commscore._files._sums import write_sums
from commscore._files._writing import write_table
from commscore._loading import dump_ruleset, load_ruleset
from commscore._results import Again, Result, settled
from commscore._tables._layouts import laid, parted
from commscore._tables._sources import flows
from commscore._tables._workbooks import lay_out
from commscore.errors import DataError, UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pyarrow.dataset import Dataset, Scanner

    from commscore._arguments import TableOptions
    from commscore._engine._parts import UnitPart
    from commscore._ruleset import Ruleset
    from commscore._tables._streams import Source

    Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
    Stream: TypeAlias = pa.RecordBatchReader | Dataset | Scanner

# What nobody says, as the manifest tells it.
_UNSAID: TableOptions = {
    "key": None,
    "rollup": None,
    "as_of": None,
    "columns": None,
    "level": None,
    "more": None,
    "missing": ("",),
}


def evaluate_files(
    src: Paths | Stream | Source,
    ruleset: str | Path | Ruleset,
    out: str | os.PathLike[str],
    *,
    findings: str = "failing",
    overwrite: bool = False,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
    **options: Unpack[TableOptions],
) -> Output:
    """Score files of units against one ruleset, in batches, and write the results to a folder.

    What each argument means, what is left in the folder and what is raised is told by ``commscore.evaluate_files``.
    """
    job = _job(src, ruleset, Path(out), options, findings=findings, resume=resume, progress=progress)
    return _evaluated(job, overwrite=overwrite)


def summarize_files(
    src: Paths | Stream,
    ruleset: str | Path | Ruleset,
    folder: Path,
    *,
    sink: Any = None,
    progress: Callable[[Progress], None] | None = None,
    **options: Unpack[TableOptions],
) -> Output:
    """Score units as `evaluate_files` does, but keep no more of them than a summary needs.

    Args:
        src: As for `evaluate_files`.
        ruleset: The ruleset.
        folder: A folder to make, which the output reads from while it is asked.
        sink: What to write units and their statuses to, as an Arrow stream; null for nothing.
        progress: As for `evaluate_files`.
        **options: As for `evaluate`.

    Returns:
        The output, to ask for its summary, areas and manifest.
    """
    job = _job(src, ruleset, folder, options, findings="none", progress=progress, sink=sink, whole=False)
    return _evaluated(job, overwrite=False)


def evaluate_some(
    src: Paths, ruleset: str | Path | Ruleset, keys: Collection[str], **options: Unpack[TableOptions]
) -> Result:
    """Score files of units as `evaluate` does, but keep no more units in memory than are asked for.

    Args:
        src: As for `evaluate_files`.
        ruleset: The ruleset.
        keys: The units to keep; all are kept when none has such a key, since an area is made of all.
        **options: As for `evaluate`.

    Returns:
        A result whose areas are those of all units, and whose units are those of the blocks that hold the keys.
    """
    job = _job(src, ruleset, Path(), options, findings="none")
    wanted = pa.array(list(keys), pa.string())
    again = Again((src,), lambda other: evaluate_some(src, other, keys, **options))
    result = _kept(job, lambda part: bool(pc.any(pc.is_in(part.units.block.keys, wanted)).as_py()), again)
    return result if result.parts else _kept(job, lambda _: True, again)


def _kept(job: Job, keep: Callable[[UnitPart], bool], again: Again) -> Result:
    """Evaluate files, and keep some blocks."""
    session, joined = opened(job)
    try:
        parts = tuple(part for part in session.parts() if keep(part))
    except DataError as error:
        raise located(error, joined[""]) from error
    return settled(session.context, parts, session.run, session.run.tally, again=again)


def _job(
    src: Any,
    ruleset: str | Path | Ruleset,
    out: Path,
    options: TableOptions,
    *,
    findings: str,
    **how: Any,
) -> Job:
    """Check the arguments, and find the files."""
    started = now()
    if findings not in KEPT:
        raise UsageError(f"findings: there is no {findings!r}; there are {', '.join(KEPT)}")
    rest, layout = parted({**_UNSAID, **options})
    shown = arguments.levels("rollup", rest["rollup"])
    more = dict(arguments.mapping_or_none("more", rest["more"], "{'county': counties}") or {})
    columns = arguments.mapping_or_none("columns", rest["columns"], "{'theirs': 'input'}")
    missing = arguments.texts("missing", rest["missing"])
    streamed = flows(src)
    selection = None if streamed else select_files(src)
    if selection is not None and len(selection.files) == 1:
        found, sheets, rest["level"] = lay_out(selection.files[0].path, more, rest["level"], layout)
        more, layout = dict(sheets or {}), found.layout
    elif streamed:
        laid(src, layout, argument="src")
    tables = more.items()
    return Job(
        ruleset=load_ruleset(arguments.ruleset_name(ruleset)),
        data=selection,
        layout=layout,
        source=src if streamed else None,
        further={at: select_files(table, name=f"more[{at!r}]") for at, table in tables if is_selectable(table)},
        options={**rest, "rollup": shown, "more": more, "columns": columns, "missing": missing},
        findings=findings,
        out=out,
        started=started,
        **{"progress": None, **how},
    )


def _evaluated(job: Job, *, overwrite: bool) -> Output:
    own = [] if job.ruleset.path is None else [Path(job.ruleset.path)]
    refuse_overlap(job.out, job.tables.values(), own)
    refuse_taken(job.out, overwrite=overwrite)
    if job.resume:
        identity(job)  # refuses what cannot be resumed
    with staged(job.out, overwrite=overwrite, resume=job.resume) as stage, Fingerprints(job.paths) as prints:
        return _run(job, stage, prints)


def _run(job: Job, stage: Stage, prints: Fingerprints) -> Output:
    flow = open_flow(job, stage, interrupted(job, stage))
    try:
        settled_, written = stream(flow)
    except DataError:
        stage.kept = False  # the files must change first, and a run of other files is another run
        raise
    result = StreamedResult(settled_, flow.totals, job.out / "units.parquet")
    for name, table in (("rules", result.rules), ("areas", result.areas)) if job.whole else ():
        write_table(stage.folder / f"{name}.parquet", table, out=job.out)
        written[name] = table.num_rows
    content = _content(job, result, (flow.joined, prints), flow.totals.described(result))
    content["outputs"] = [
        {"name": path.name, "rows": written[path.stem], "bytes": path.stat().st_size}
        for path in sorted(stage.folder.iterdir())
        if path.is_file()
    ]
    with writing(job.out):
        if job.whole:
            write_sums(stage.folder, flow.session, flow.totals)
        (stage.folder / RULESET).write_text(dump_ruleset(job.ruleset), encoding="utf-8")
        manifest = write_manifest(stage.folder, content)
    return Output(job.out, flow.totals.rows, manifest["totals"], manifest, result)


def _content(
    job: Job, result: Result, inputs: tuple[Mapping[str, Joined], Fingerprints], totals: dict[str, Any]
) -> dict[str, Any]:
    joined, prints = inputs
    files = []
    for level, found in joined.items():
        for file, rows in zip(found.files, found.rows, strict=True):
            about = prints.of(file.path)
            place = {"path": str(file.path), "level": level or result.plan.level}
            files.append(place | {"rows": rows, "bytes": about.size, "sha256": about.sha256})
    finished = now()
    return {
        "started": stamp(job.started),
        "finished": stamp(finished),
        "seconds": round((finished - job.started).total_seconds(), 3),
        "versions": versions(),
        "options": _options(job, result),
        "inputs": files,
        "totals": totals,
        **described(result),
    }


def _options(job: Job, result: Result) -> dict[str, Any]:
    given = job.options
    return {
        "key": given["key"],
        "rollup": list(result.plan.rollup),
        "as_of": result.plan.as_of.isoformat(),
        "columns": dict(given["columns"] or {}),
        "level": result.plan.level,
        "more": sorted(given["more"]),
        "missing": sorted(given["missing"]),
        "findings": job.findings,
        **{name: said for name, said in attrs.asdict(job.layout).items() if said},
    }
