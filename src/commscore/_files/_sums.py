"""What an output keeps beside its tables, so that outputs of parts can be merged into that of the whole."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._engine._areas import Tally
from commscore._engine._plan import TableShape, make_plan
from commscore._engine._run import Run
from commscore._engine._subjects import scorer_of
from commscore._files._staging import SUMS
from commscore._files._state import read_state, write_state
from commscore._files._totals import Totals
from commscore._result_tables import Context
from commscore._ruleset import NATION, SCOPES
from commscore._tables import blocks, open_table
from commscore._tables._exact import MISSING, OK
from commscore._version import __version__
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from commscore._evaluation import Session
    from commscore._ruleset import Ruleset
    from commscore._tables import Block, Column

_FORMAT = 2


@attrs.frozen(eq=False)
class Sums:
    """What the units of an output add up to.

    Attributes:
        setting: Whatever must be the same in outputs that are merged, with the words to say so.
        keyed: Whether units have keys, not row numbers.
        own: The sums of the units.
        further: The sums of the tables of other levels.
        tables: These tables themselves, by level, as Arrow streams: some findings of areas are those of their rows.
        totals: The totals, as `Totals.state` gives them.
    """

    setting: Mapping[str, Any]
    keyed: bool
    own: Tally
    further: Tally
    tables: Mapping[str, bytes]
    totals: Mapping[str, Any]


def write_sums(folder: Path, session: Session, totals: Totals) -> None:
    """Write what the units of an output add up to."""
    plan, run = session.context.plan, session.run
    setting = {
        "version of commscore": __version__,
        "ruleset": [plan.ruleset.id, plan.ruleset.hash],
        "level": plan.level,
        "as_of": plan.as_of.isoformat(),
        "rollup": list(plan.rollup),
        "missing": sorted(session.main.missing),
        "columns": [
            [shape.level, sorted(shape.inputs), shape.has_kind, sorted(shape.areas)] for shape in plan.shapes.values()
        ],
        "further tables (more=)": {level: _digest(block) for level, block in sorted(run.coarser.items())},
    }
    tables = {level: _written(block) for level, block in run.coarser.items()}
    save_sums(folder, Sums(setting, session.context.keyed, run.tally, run.further, tables, totals.state()))


def save_sums(folder: Path, sums: Sums) -> None:
    """Write sums that are there already."""
    fields = {field.name: getattr(sums, field.name) for field in attrs.fields(Sums)}
    write_state(folder / SUMS, {"format": _FORMAT, **fields})


def read_sums(folder: Path) -> Sums:
    """Read what the units of an output add up to.

    Raises:
        UsageError: It is not there, or damaged.
    """
    path = folder / SUMS
    if not path.is_file():
        raise UsageError(f"merge: {folder} has no {SUMS}: it was written before outputs could be merged; score it anew")
    try:
        state = read_state(path)
    except (IndexError, MemoryError, OSError, RecursionError, UsageError) as error:
        raise damaged(folder) from error
    if not isinstance(state, dict) or state.get("format") != _FORMAT:
        raise damaged(folder)
    kinds = {"setting": dict, "keyed": bool, "own": Tally, "further": Tally, "tables": dict, "totals": dict}
    if not all(isinstance(state.get(name), kind) for name, kind in kinds.items()):
        raise damaged(folder)
    return Sums(**{name: state[name] for name in kinds})


def damaged(folder: Path) -> UsageError:
    """Make the error that says that an output is not what was written."""
    return UsageError(f"merge: {folder} is damaged or was changed since it was written; score it anew")


def reopened(ruleset: Ruleset, sums: Sums, as_of: date) -> tuple[Context, Run]:
    """Return plan and state as they were when an output was written, units and further tables aside."""
    setting = sums.setting
    shapes = {
        level: TableShape(level, frozenset(inputs), has_kind, frozenset(areas))
        for level, inputs, has_kind, areas in setting["columns"]
    }
    plan = make_plan(ruleset, shapes, level=setting["level"], as_of=as_of, rollup=tuple(setting["rollup"]))
    held: dict[str, Block] = {}
    options: dict[str, Any] = {"inputs": ruleset.inputs, "jurisdiction": ruleset.jurisdiction}
    for level, written in sums.tables.items():
        with pa.ipc.open_stream(pa.py_buffer(written)) as stream:
            data = stream.read_all()
        data.validate(full=True)
        table = open_table(data, level=level, name=level, block_rows=max(1, data.num_rows), **options)
        held[level] = next(iter(blocks(table, shapes[level].inputs)))
    return Context(plan, scorer_of(ruleset), keyed=sums.keyed), Run(plan, held, further=sums.further)


def _written(block: Block) -> bytes:
    """Write a further table, each column called by what it is."""
    columns = {name: block.columns.array(name) for name in block.columns}
    for level, areas in block.areas.items():
        if level == NATION:  # every row lies there, whatever it says
            continue
        columns[level] = pa.array([*areas.labels, None], pa.string()).take(
            pa.array(areas.codes % (len(areas.labels) + 1))
        )
    if block.codes is not None:
        columns["code"] = block.codes
    if block.kind is not None:
        columns["kind"] = _kinds(block.kind)
    sink = pa.BufferOutputStream()
    table = pa.table(columns)
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _kinds(kind: Column) -> Any:
    state = np.zeros(len(kind.values), dtype=np.uint8) if kind.state is None else kind.state
    words = np.array([*SCOPES, None, "?"], dtype=object)
    return pa.array(words[np.where(state == OK, kind.values, np.where(state == MISSING, 2, 3))], pa.string())


def _digest(block: Block) -> str:
    """Reduce a further table to what tells it from another."""
    digest = hashlib.sha256(repr(block.keys.to_pylist()).encode())
    columns = dict(block.columns) | ({} if block.kind is None else {"kind": block.kind})
    for name, column in sorted(columns.items()):
        state = np.zeros(block.rows, dtype=np.uint8) if column.state is None else column.state
        digest.update(repr((name, column.values.tolist(), state.tolist(), column.labels)).encode())
    return digest.hexdigest()
