"""Units through the evaluation: read ahead, scored here, written behind, saved now and then."""

from __future__ import annotations

from contextlib import ExitStack, closing
from time import monotonic
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._engine._findings import SCHEMA, unit_findings
from commscore._evaluation import open_session
from commscore._files._checkpoints import Checkpoints
from commscore._files._job import KEPT, joined_tables
from commscore._files._joining import located
from commscore._files._keys import FiledKeys
from commscore._files._results import SUMMARY_COLUMNS, Progress
from commscore._files._threads import Behind
from commscore._files._totals import Totals
from commscore._files._writing import ParquetFile
from commscore._result_tables import empty_unit_table, unit_table, wide_table
from commscore._results import settled
from commscore.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from commscore._engine._parts import UnitPart
    from commscore._evaluation import Session
    from commscore._files._job import Job
    from commscore._files._joining import Joined
    from commscore._files._staging import Stage
    from commscore._result_tables import Context
    from commscore._results import Result

STATUS = "status."  # precedes a rule's id in the names of the status columns


@attrs.frozen(eq=False)
class Flow:
    """A run under way.

    Attributes:
        job: What is to be done.
        stage: Where results go.
        session: The evaluation.
        joined: The files of each table.
        totals: What the units add up to.
        keys: Their keys.
        before: What an interrupted run has left; null where none has.
    """

    job: Job
    stage: Stage
    session: Session
    joined: Mapping[str, Joined]
    totals: Totals
    keys: FiledKeys
    before: Mapping[str, Any] | None

    @property
    def context(self) -> Context:
        """Return the plan and score tree."""
        return self.session.context


def opened(job: Job, *, skip: int = 0) -> tuple[Session, dict[str, Joined]]:
    """Open the files of all tables, and the evaluation on them."""
    joined = joined_tables(job, skip=skip)
    more = dict(job.options["more"] or {}) | {level: found.source for level, found in joined.items() if level}
    options = {**job.options, "more": more}
    return open_session(joined[""].source, job.ruleset, **options, block_rows=job.block_rows), joined


def open_flow(job: Job, stage: Stage, before: Mapping[str, Any] | None) -> Flow:
    """Open the evaluation, from its beginning or from where another was interrupted."""
    totals, so_far = Totals(len(job.ruleset.rules)), None
    if before is not None:
        totals.restore(before["totals"])
        so_far = before["keys"]
    session, joined = opened(job, skip=totals.rows)
    if before is not None:
        session.run.tally = before["tally"]
    return Flow(job, stage, session, joined, totals, FiledKeys(stage.work, out=job.out, so_far=so_far), before)


def stream(flow: Flow) -> tuple[Result, dict[str, int]]:
    """Score all units and write what is asked for, block by block, and the findings of areas at the end.

    Returns:
        The result, its units aside, and how many rows each table has.
    """
    with closing(flow.keys), ExitStack() as stack:
        units, findings = (stack.enter_context(file) for file in _files(flow))
        ipc = None if flow.job.sink is None else stack.enter_context(_ipc(flow))
        behind, beside = (stack.enter_context(Behind(name)) for name in ("units", "findings"))
        saving = Checkpoints(flow.job, flow.stage) if _is_resumable(flow) else None
        for part, table in _scored(flow):
            if ipc is not None:
                behind.do(_send, ipc, table)
            behind.do(units.write, table)
            if KEPT[flow.job.findings]:
                beside.do(_write_findings, findings, flow, part)
            if flow.job.progress is not None:
                flow.job.progress(_progress(flow))
            if saving is not None and saving.due():
                began = monotonic()
                behind.wait()
                beside.wait()
                saving.save(_state(flow, units, findings), began)
            del part, table  # not to be held while the next ones are made
        result = settled(flow.context, (), flow.session.run, flow.session.run.tally)
        if flow.job.whole:
            for table in result.area_finding_tables():
                beside.do(findings.write, table)
    return result, {"units": units.rows, "findings": findings.rows} if flow.job.whole else {"units": units.rows}


def _files(flow: Flow) -> tuple[ParquetFile, ParquetFile]:
    """Open the files of units and findings, new or as an interrupted run left them."""
    written = {} if flow.before is None else flow.before["written"]
    schema = unit_schema(flow.context)
    if not flow.job.whole:
        schema = pa.schema([schema.field(name) for name in SUMMARY_COLUMNS])
    out, place = flow.job.out, flow.stage.folder if flow.job.whole else flow.stage.work
    return (
        ParquetFile(flow.stage.folder / "units.parquet", schema, out=out, written=written.get("units")),
        ParquetFile(place / "findings.parquet", SCHEMA, out=out, written=written.get("findings")),
    )


def _ipc(flow: Flow) -> Any:
    return pa.ipc.new_stream(flow.job.sink, unit_schema(flow.context))


def _send(ipc: Any, table: Any) -> None:
    ipc.write_table(table)


def _scored(flow: Flow) -> Iterator[tuple[UnitPart, Any]]:
    """Score block after block; count each, and make the table of its units.

    Raises:
        DataError: At the end: what is wrong with the keys, and whatever else is.
    """
    schema, main = unit_schema(flow.context), flow.session.main
    failed: list[Any] = []
    try:
        for part in flow.session.parts(keys=flow.keys, first_row=flow.totals.rows):
            table = unit_table(flow.context, part)
            flow.totals.add(part, table)
            table = pa.table([*table.columns, *wide_table(part).columns[1:]], schema=schema)
            yield part, table
            del part, table
    except DataError as error:
        failed += error.faults
    failed += flow.keys.faults(table=main.name, column=main.key_column)
    if failed:
        raise located(DataError(failed), flow.joined[""])


def _write_findings(file: ParquetFile, flow: Flow, part: UnitPart) -> None:
    kept = KEPT[flow.job.findings]
    file.write(unit_findings(part, flow.context.scorer, lambda shown: np.isin(shown.status, kept), by_rule=True))


def _is_resumable(flow: Flow) -> bool:
    """Say whether a state tells all: not where units are areas themselves or their level is told by all of them."""
    plan = flow.context.plan
    return flow.job.resume and not flow.session.main.inferred and plan.level not in plan.rollup


def _state(flow: Flow, units: ParquetFile, findings: ParquetFile) -> dict[str, Any]:
    """Bring to the disk what is written, and return what else is needed to carry on from here."""
    flow.keys.sync()
    return {
        "written": {"units": units.save(), "findings": findings.save()},
        "totals": flow.totals.state(),
        "tally": flow.session.run.tally,
        "keys": flow.keys.so_far,
    }


def _progress(flow: Flow) -> Progress:
    joined, rows = flow.joined[""], flow.totals.rows
    began = 0 if flow.before is None else flow.before["totals"]["rows"]
    file, seen = None, 0
    for each, read in zip(joined.files, joined.rows, strict=True):
        seen += read
        file = each.path
        if seen >= rows:
            break
    return Progress(rows, joined.total, file, flow.job.seconds(), resumed=began)


def unit_schema(context: Context) -> Any:
    """Return the columns of the units' table, statuses included."""
    words = pa.dictionary(pa.int8(), pa.string())
    found = empty_unit_table(context).schema
    # What is said to hold no nulls is written faster, and read so too.
    fields = [field.with_nullable(nullable=not field.name.startswith("n_")) for field in found]
    statuses = [pa.field(f"{STATUS}{rule.rule.id}", words, nullable=False) for rule in context.plan.rules]
    return pa.schema([*fields, *statuses])
