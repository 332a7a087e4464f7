"""What runs on the executors: batches of rows in, batches of units, findings or sums out.

Each task sees one partition, or none of its rows; it knows the ruleset and the columns from the driver, so every
partition is judged by the same plan, whatever is null in it. A task that is run again gives the same rows again.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from zlib import compress, decompress

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commscore._engine._areas import Tally, merged
from commscore._engine._counting import added
from commscore._engine._findings import SCHEMA, unit_findings
from commscore._engine._tearing import torn_across
from commscore._evaluation import Session, open_session
from commscore._files._pipeline import unit_schema
from commscore._files._state import dump_state, load_state
from commscore._result_tables import unit_table, wide_table
from commscore._ruleset import CODE_LENGTHS
from commscore._version import __version__
from commscore.errors import DataError, DataFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from commscore._engine._parts import UnitPart
    from commscore._ruleset import Ruleset

# What one row of a first pass is: a unit's key, or with a state in place of it what a partition comes to.
PASSED = pa.schema([("key", pa.string()), ("state", pa.binary())])
# What one row of the second pass is: what some partitions, and some of the keys, come to.
GATHERED = pa.schema([("state", pa.binary())])

SHOWN = 3  # so many keys a fault names
# Codes of areas; those of places within communities are longer.
_CODE = "^({})$".format("|".join([f"[0-9]{{{length}}}" for length in CODE_LENGTHS.values()] + ["[0-9]{13,18}"]))


@attrs.frozen(eq=False)
class Job:
    """What an executor needs to know; it is shipped once with each plan.

    Attributes:
        ruleset: The ruleset.
        options: What ``open_session`` takes beside data and ruleset; further tables are Arrow tables.
        names: The columns that batches have, as the DataFrame called them.
        inferred: Whether the level follows from the first codes, which all must bear out.
        version: The driver's version.
    """

    ruleset: Ruleset
    options: Mapping[str, Any]
    names: tuple[str, ...]
    inferred: bool
    version: str = __version__

    def open(self, batches: Iterable[Any]) -> Session | None:
        """Open an evaluation of the rows of a partition; null where it has none.

        Raises:
            UsageError: The executor has another version than the driver.
        """
        if self.version != __version__:
            raise UsageError(
                f"the executors have commscore {__version__}, the driver {self.version}: install the same on both"
            )
        named = (pa.RecordBatch.from_arrays(batch.columns, names=list(self.names)) for batch in batches)
        first = next((batch for batch in named if batch.num_rows), None)
        if first is None:
            return None
        rows = pa.RecordBatchReader.from_batches(first.schema, _chained(first, named))
        session = open_session(rows, self.ruleset, **self.options)
        return attrs.evolve(session, main=attrs.evolve(session.main, inferred=self.inferred))


def _chained(first: Any, others: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from others


class _Unchecked:
    """Takes keys in and says nothing of them: those of one partition tell too little."""

    def add(self, *_: Any, **__: Any) -> None:
        """Pass over the keys of a block."""


def plain(schema: Any) -> Any:
    """Return a schema without dictionaries, which Spark does not know."""
    return pa.schema(
        [
            pa.field(field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
            for field in schema
        ]
    )


# --- units and findings -----------------------------------------------------------------------------------


def judge_units(job: Job, batches: Iterator[Any]) -> Iterator[Any]:
    """Score the units of a partition."""
    session = job.open(batches)
    if session is None:
        return
    schema = plain(unit_schema(session.context))
    for part in session.parts(keys=_Unchecked()):
        columns = [*unit_table(session.context, part).columns, *wide_table(part).columns[1:]]
        yield from pa.table(columns, names=schema.names).cast(schema).to_batches()


def list_findings(job: Job, statuses: tuple[int, ...], batches: Iterator[Any]) -> Iterator[Any]:
    """List the findings of a partition's units that have one of some statuses."""
    session = job.open(batches)
    if session is None:
        return
    for part in session.parts(keys=_Unchecked()):
        found = unit_findings(part, session.context.scorer, lambda shown: np.isin(shown.status, statuses))
        yield from found.cast(plain(SCHEMA)).to_batches()


# --- sums -------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Gathered:
    """What some partitions come to; the sum of all, in any order, is what the whole comes to.

    Attributes:
        rows: Units.
        tally: Sums by area.
        counts: The units' findings, as `_counting` counts them; null where there are no units.
        faults: What is wrong with the rows.
        n_strange: Codes that place their rows nowhere.
        n_usual: Codes that are some.
        n_nulls: Units without a key.
        twins: Some keys that are there more than once: the first ones in order.
        n_twins: How many keys are.
        n_twin_rows: How many units have such keys.
    """

    rows: int = 0
    tally: Tally = attrs.Factory(Tally)
    counts: Any = None
    faults: tuple[DataFault, ...] = ()
    n_strange: int = 0
    n_usual: int = 0
    n_nulls: int = 0
    twins: tuple[str, ...] = ()
    n_twins: int = 0
    n_twin_rows: int = 0

    def to_bytes(self) -> bytes:
        """Write it down."""
        file = BytesIO()
        dump_state(file, self)
        return compress(file.getvalue(), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Gathered:
        """Read what was written down."""
        found: Gathered = load_state(BytesIO(decompress(data)))
        return found


def joined(parts: Iterable[Gathered]) -> Gathered:
    """Add up what parts come to."""
    parts = list(parts)
    counts = [part.counts for part in parts if part.counts is not None]
    faults = [fault for part in parts for fault in part.faults]
    return Gathered(
        rows=sum(part.rows for part in parts),
        tally=merged([part.tally for part in parts]),
        counts=sum(counts[1:], start=counts[0]) if counts else None,
        faults=tuple(dict.fromkeys([*faults, *torn_across(part.tally for part in parts)])),
        n_strange=sum(part.n_strange for part in parts),
        n_usual=sum(part.n_usual for part in parts),
        n_nulls=sum(part.n_nulls for part in parts),
        twins=tuple(sorted({twin for part in parts for twin in part.twins})[:SHOWN]),
        n_twins=sum(part.n_twins for part in parts),
        n_twin_rows=sum(part.n_twin_rows for part in parts),
    )


def add_up(job: Job, batches: Iterator[Any]) -> Iterator[Any]:
    """Add up the units of a partition; pass their keys on, for those that are alike to meet."""
    session = job.open(batches)
    if session is None:
        return
    seen: list[Gathered] = []
    try:
        for part in session.parts(keys=_Unchecked()):
            seen.append(_counted(part, job))
            yield from _passed(part.units.block.keys)
    except DataError as error:
        # Told by the driver in one go, not by a task that dies of it.
        seen.append(Gathered(faults=tuple(attrs.evolve(fault, rows=(), count=0) for fault in error.faults)))
    found = attrs.evolve(joined(seen), tally=session.run.tally)
    yield pa.record_batch([pa.array([None], pa.string()), pa.array([found.to_bytes()], pa.binary())], schema=PASSED)


def _counted(part: UnitPart, job: Job) -> Gathered:
    """Count what needs no areas."""
    codes = part.units.block.codes
    usual = None if codes is None else pc.match_substring_regex(codes, _CODE)
    return Gathered(
        rows=part.units.rows,
        counts=added([part], len(job.ruleset.rules)),
        n_strange=0 if usual is None else int(pc.sum(pc.invert(usual)).as_py() or 0),
        n_usual=0 if usual is None else int(pc.sum(usual).as_py() or 0),
    )


def _passed(keys: Any) -> Iterator[Any]:
    for chunk in keys.chunks if isinstance(keys, pa.ChunkedArray) else [keys]:
        yield pa.record_batch([chunk.cast(pa.string()), pa.nulls(len(chunk), pa.binary())], schema=PASSED)


def gather(batches: Iterator[Any]) -> Iterator[Any]:
    """Add up partitions, and look at keys, where equal ones have met."""
    keys: list[Any] = []
    total, some = Gathered(), False
    for batch in batches:
        some |= batch.num_rows > 0
        states = batch.column(1).drop_null()
        total = joined([total, *(Gathered.from_bytes(each.as_py()) for each in states)])
        keys.append(batch.column(0).filter(batch.column(1).is_null()))
    if some:
        total = joined([total, looked_at(pa.chunked_array(keys, pa.string()))])
        yield pa.record_batch([pa.array([total.to_bytes()], pa.binary())], schema=GATHERED)


def looked_at(keys: Any) -> Gathered:
    """Tell which keys are null, and which are there more than once."""
    counted = pc.value_counts(keys.drop_null())
    counts = counted.field("counts")
    again = pc.greater(counts, 1)
    twins = counted.field("values").filter(again)
    first = twins.take(pc.select_k_unstable(twins, SHOWN, [("", "ascending")])) if len(twins) else twins
    return Gathered(
        n_nulls=keys.null_count,
        twins=tuple(first.to_pylist()),
        n_twins=len(twins),
        n_twin_rows=int(pc.sum(counts.filter(again)).as_py() or 0),
    )
