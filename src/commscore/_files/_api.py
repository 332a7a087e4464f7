"""Files + ruleset -> a folder of results, in batches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commscore import _arguments as arguments
from commscore._engine._findings import SCHEMA, unit_findings
from commscore._evaluation import Session, open_session
from commscore._files._joining import Joined, Reading, join_files, located
from commscore._files._manifest import Fingerprints, described, now, stamp, versions, write_manifest
from commscore._files._results import Output, Progress, StreamedResult
from commscore._files._selection import Selection, is_selectable, refuse_overlap, select_files
from commscore._files._staging import refuse_taken, staged, writing
from commscore._files._totals import Totals
from commscore._files._writing import ParquetFile, write_table
from commscore._loading import load_ruleset
from commscore._result_tables import empty_unit_table, unit_table, wide_table
from commscore._results import Result, settled
from commscore._status import STATUSES, E, F, U
from commscore.errors import DataError, UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime

    from commscore._engine._parts import UnitPart
    from commscore._result_tables import Context
    from commscore._ruleset import Ruleset

    Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

# Which findings of units the long table holds.
KEPT = {"all": tuple(range(len(STATUSES))), "failing": (F, U, E), "none": ()}
STATUS = "status."  # precedes a rule's id in the names of the status columns
# Rows of a block, fewer where there are many rules: memory grows with rows times rules.
BLOCK_ROWS = 65536
_BLOCK_FINDINGS = 1 << 20


@attrs.frozen(eq=False)
class _Job:
    """What is to be done, settled before anything is read.

    Attributes:
        ruleset: The ruleset.
        data: The units' files.
        further: Files of other levels, by level.
        options: What the caller asked for, as ``open_session`` takes it.
        findings: Which findings of units are kept.
        out: The output folder.
        progress: What to call after each block.
        started: When it began.
    """

    ruleset: Ruleset
    data: Selection
    further: Mapping[str, Selection]
    options: Mapping[str, Any]
    findings: str
    out: Path
    progress: Callable[[Progress], None] | None
    started: datetime

    @property
    def tables(self) -> dict[str, Selection]:
        """Return the files of every table; those of the units have no level."""
        return {"": self.data, **self.further}


def evaluate_files(
    src: Paths,
    ruleset: str | Path | Ruleset,
    out: str | os.PathLike[str],
    *,
    key: str | None = None,
    rollup: Sequence[str] | None = None,
    as_of: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    level: str | None = None,
    more: Mapping[str, Any] | None = None,
    missing: Collection[str] = ("",),
    findings: str = "all",
    overwrite: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Output:
    r"""Score files of units against a ruleset, in batches, and write the results to a folder.

    Memory does not grow with the number of rows, but for their keys. The folder appears whole or not at all: it is
    written under a hidden name beside its place and renamed at the end.

    - ``units.parquet``: `Result.units`, and for each rule a column ``status.RULE`` as in `Result.wide`.
    - ``findings.parquet``: `Result.findings`; of units those that ``findings`` names, of areas all.
    - ``rules.parquet``, ``areas.parquet``: `Result.rules` and `Result.areas`.
    - ``manifest.json``: the ruleset and its hash; the input files with size, SHA-256 and rows; versions, options and
      totals; the rules that were not checked and why.

    Args:
        src: Parquet, CSV or Arrow files: a path, a folder (with all below it; folders named ``column=value`` give a
            column), a glob, or a list of these. All must have the same columns of those that matter; their types may
            differ.
        ruleset: An id such as ``"dalian-2023"``, a path, or a loaded ruleset.
        out: The folder to make.
        key: As for `evaluate`; keys are unique over all files. Without keys, rows are numbered through all files.
        rollup: As for `evaluate`.
        as_of: As for `evaluate`.
        columns: As for `evaluate`.
        level: As for `evaluate`.
        more: Tables of other levels: files as in ``src``, or anything that `evaluate` takes.
        missing: As for `evaluate`.
        findings: Which findings of units are written: ``"all"``, ``"failing"`` (fail, unknown and error) or ``"none"``.
        overwrite: Replace an earlier output of commscore that stands at ``out``.
        progress: Called with a `Progress` after each block of rows; what it raises ends the run.

    Returns:
        The folder, and what is in it.

    Raises:
        RulesetError: The ruleset cannot be used; every fault with its place.
        DataError: Files that cannot be read or do not belong together, and whatever `evaluate` refuses.
        UsageError: An argument makes no sense here; ``out`` is taken, overlaps the input or cannot be written.

    Example:
        >>> import commscore, tempfile, pathlib
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "units.csv").write_text("code,kind,social_orgs\n210202001001,urban,12\n", encoding="utf-8")
        >>> output = commscore.evaluate_files(folder / "units.csv", "dalian-2023", folder / "out")
        >>> sorted(path.name for path in output.path.iterdir())
        ['areas.parquet', 'findings.parquet', 'manifest.json', 'rules.parquet', 'units.parquet']
    """
    started = now()
    if findings not in KEPT:
        raise UsageError(f"findings: there is no {findings!r}; there are {', '.join(KEPT)}")
    shown, more = arguments.levels("rollup", rollup), arguments.mapping_or_none("more", more, "{'county': counties}")
    columns = arguments.mapping_or_none("columns", columns, "{'theirs': 'input'}")
    options: dict[str, Any] = {"key": key, "rollup": shown, "as_of": as_of, "columns": columns, "level": level}
    options |= {"more": dict(more or {}), "missing": arguments.texts("missing", missing)}
    job = _Job(
        ruleset=load_ruleset(arguments.ruleset_name(ruleset)),
        data=select_files(src),
        further=_further(more),
        options=options,
        findings=findings,
        out=Path(out),
        progress=progress,
        started=started,
    )
    own = [] if job.ruleset.path is None else [Path(job.ruleset.path)]
    refuse_overlap(job.out, job.tables.values(), own)
    refuse_taken(job.out, overwrite=overwrite)
    paths = [file.path for selection in job.tables.values() for file in selection.files]
    with staged(job.out, overwrite=overwrite) as folder, Fingerprints(paths) as prints:
        return _run(job, folder, prints)


def evaluate_some(src: Paths, ruleset: str | Path | Ruleset, keys: Collection[str], **options: Any) -> Result:
    """Score files of units as `evaluate` does, but keep no more units in memory than are asked for.

    Args:
        src: As for `evaluate_files`.
        ruleset: The ruleset.
        keys: The units to keep; all are kept when none has such a key, since an area is made of all.
        **options: As for `evaluate`.

    Returns:
        A result whose areas are those of all units, and whose units are those of the blocks that hold the keys.
    """
    loaded = load_ruleset(ruleset)
    selected = {"": select_files(src), **_further(options.get("more"))}
    settings = dict.fromkeys(("key", "rollup", "as_of", "columns", "level", "more")) | {"missing": ("",)} | options
    wanted = pa.array(list(keys), pa.string())
    result = _kept(loaded, selected, settings, lambda part: _any_of(part.units.block.keys, wanted))
    return result if result.parts else _kept(loaded, selected, settings, lambda _: True)


def _any_of(keys: Any, wanted: Any) -> bool:
    return bool(pc.any(pc.is_in(keys, wanted)).as_py())


def _kept(
    ruleset: Ruleset,
    selected: Mapping[str, Selection],
    options: Mapping[str, Any],
    keep: Callable[[UnitPart], bool],
) -> Result:
    """Evaluate files, and keep some blocks."""
    session, joined = _open(ruleset, selected, options)
    try:
        parts = tuple(part for part in session.parts() if keep(part))
    except DataError as error:
        raise located(error, joined[""]) from error
    return settled(session.context, parts, session.run, session.run.tally)


def _further(more: Mapping[str, Any] | None) -> dict[str, Selection]:
    return {
        level: select_files(table, name=f"more[{level!r}]")
        for level, table in (more or {}).items()
        if is_selectable(table)
    }


def _open(
    ruleset: Ruleset, selected: Mapping[str, Selection], options: Mapping[str, Any]
) -> tuple[Session, dict[str, Joined]]:
    """Open the files of all tables, and the evaluation on them."""
    joined = {}
    for level, selection in selected.items():
        own = {"key": options["key"], "columns": options["columns"]} if not level else {}
        reading = Reading(ruleset, name=level or "data", missing=options["missing"], **own)
        joined[level] = join_files(selection.files, reading)
    more = dict(options["more"] or {}) | {level: found.source for level, found in joined.items() if level}
    rows = max(1, min(BLOCK_ROWS, _BLOCK_FINDINGS // max(1, len(ruleset.rules))))
    session = open_session(joined[""].source, ruleset, **{**options, "more": more}, block_rows=rows)
    return session, joined


def _run(job: _Job, folder: Path, prints: Fingerprints) -> Output:
    kept = KEPT[job.findings]
    session, joined = _open(job.ruleset, job.tables, job.options)
    totals = Totals(len(job.ruleset.rules))
    try:
        streamed, written = _stream(job, folder, session, (joined[""], totals, kept))
    except DataError as error:
        raise located(error, joined[""]) from error
    result = StreamedResult(streamed, totals, job.out / "units.parquet")
    for name, table in (("rules", result.rules), ("areas", result.areas)):
        write_table(folder / f"{name}.parquet", table, out=job.out)
        written[name] = table.num_rows
    content = _content(job, result, (joined, prints), totals.described(result))
    content["outputs"] = [
        {"name": path.name, "rows": written[path.stem], "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
    ]
    with writing(job.out):
        manifest = write_manifest(folder, content)
    return Output(job.out, totals.rows, manifest["totals"], manifest, result)


def _stream(
    job: _Job, folder: Path, session: Session, how: tuple[Joined, Totals, tuple[int, ...]]
) -> tuple[Result, dict[str, int]]:
    """Write units and findings block by block, and the findings of areas at the end."""
    joined, totals, kept = how
    context = session.context
    schema = _unit_schema(context)
    with (
        ParquetFile(folder / "units.parquet", schema, out=job.out) as units,
        ParquetFile(folder / "findings.parquet", SCHEMA, out=job.out) as findings,
    ):
        for part in session.parts():
            table = unit_table(context, part)
            units.write(_with_statuses(table, part, schema))
            if kept:
                findings.write(unit_findings(part, context.scorer, lambda shown: np.isin(shown.status, kept)))
            totals.add(part, table)
            if job.progress is not None:
                job.progress(_progress(job, joined, totals.rows))
        result = settled(context, (), session.run, session.run.tally)
        findings.write(result.findings(level="area"))
    return result, {"units": units.rows, "findings": findings.rows}


def _progress(job: _Job, joined: Joined, rows: int) -> Progress:
    current = max((number for number, read in enumerate(joined.rows) if read), default=0)
    seconds = (now() - job.started).total_seconds()
    return Progress(rows, joined.total, joined.files[current].path, seconds)


def _unit_schema(context: Context) -> Any:
    words = pa.dictionary(pa.int8(), pa.string())
    statuses = [pa.field(f"{STATUS}{rule.rule.id}", words, nullable=False) for rule in context.plan.rules]
    return pa.schema([*empty_unit_table(context).schema, *statuses])


def _with_statuses(table: Any, part: UnitPart, schema: Any) -> Any:
    statuses = wide_table(part)
    return pa.table([*table.columns, *statuses.columns[1:]], schema=schema)


def _content(
    job: _Job, result: Result, inputs: tuple[Mapping[str, Joined], Fingerprints], totals: dict[str, Any]
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


def _options(job: _Job, result: Result) -> dict[str, Any]:
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
    }
