"""Data + ruleset -> Result: the main job, in memory."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Unpack

import attrs
import numpy as np
import pyarrow as pa

from commscore import _arguments as arguments
from commscore._engine._area_outcomes import area_outcome
from commscore._engine._areas import same_areas
from commscore._engine._parts import UnitPart, finished
from commscore._engine._plan import Plan, TableShape, inputs_read, make_plan, rank, wanted_inputs
from commscore._engine._run import Run
from commscore._engine._subjects import scorer_of
from commscore._engine._threads import side_by_side
from commscore._loading import load_ruleset
from commscore._result_tables import Context
from commscore._results import Again, Result, settled
from commscore._ruleset import BUILT_IN, LEVELS, Ruleset
from commscore._tables import Block, Reading, Table, Unread, blocks, open_table
from commscore._tables._layouts import parted
from commscore._tables._workbooks import lay_out
from commscore.errors import DataError, DataFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from commscore._arguments import TableOptions
    from commscore._engine._adding import AreaSums, Summands

# Rows of a block in memory, at most: enough for calls to cost little. Blocks of many inputs, each of which may be read
# exactly, at nine bytes a number, have fewer, down to where calls begin to count.
_BLOCK_ROWS = 262144
_BLOCK_NUMBERS = 2**23
_FEWEST_ROWS = 65536
_WHOLE = 2**31  # rows per block of the further tables, which are held whole


def evaluate(
    data: Any,
    ruleset: str | Path | Ruleset,
    **options: Unpack[TableOptions],
) -> Result:
    """Score a table of units against one ruleset; ``commscore.evaluate`` tells what each argument means."""
    loaded = load_ruleset(arguments.ruleset_name(ruleset))
    said, layout = parted(options)
    data, said["more"], said["level"] = lay_out(data, _more(said.get("more")), said.get("level"), layout)
    session = open_session(data, loaded, **said, block_rows=_block_rows(loaded))
    parts = tuple(session.parts(keep=True))

    def once_more(other: Ruleset) -> Result:
        columns = said.get("columns") or {}
        known = {name: target for name, target in columns.items() if target in {*other.inputs, *BUILT_IN}}
        day = said.get("as_of") if other.id == loaded.id else None  # another year has another last day
        return evaluate(data, other, **{**said, "columns": known, "as_of": day})

    given = (data, *(said["more"] or {}).values())
    again = None if any(map(_is_stream, given)) else Again(given, once_more)
    return settled(session.context, parts, session.run, session.run.tally, again=again)


def _block_rows(ruleset: Ruleset) -> int:
    """Return how many rows a block has."""
    inputs = {name for rule in ruleset.rules for name in inputs_read(rule)}
    return min(_BLOCK_ROWS, max(_FEWEST_ROWS, _BLOCK_NUMBERS // max(1, len(inputs))))


def _more(more: Any) -> Mapping[str, Any] | None:
    return arguments.mapping_or_none("more", more, "{'county': counties}")


def _is_stream(data: Any) -> bool:
    """Say whether data is gone once it was read."""
    return isinstance(data, pa.RecordBatchReader) or hasattr(data, "__next__")


@attrs.frozen(eq=False)
class Session:
    """An evaluation ready to run: tables open, plan made, further tables already added up.

    Attributes:
        context: Plan and score tree.
        main: The units.
        run: The state.
        wanted: The inputs to read from the units.
    """

    context: Context
    main: Table
    run: Run
    wanted: frozenset[str]

    def parts(self, *, keys: Any = None, first_row: int = 0, keep: bool = False) -> Iterator[UnitPart]:
        """Judge the units block by block; yield them in row order.

        Args:
            keys: Where to gather the keys, as for ``blocks``.
            first_row: Number of the first row.
            keep: Whether all parts will be kept. Their statuses may then share one piece of memory, and blocks are
                judged side by side on the machine's processors; they are added up one after the other all the same, so
                that nothing depends on how many there are.
        """
        reading = Reading(self.main, self.wanted, keys=keys, first_row=first_row)
        room = None
        if keep and self.main.rows:
            room = np.empty((len(self.context.plan.rules), self.main.rows), dtype=np.uint8)

        def judged(unread: Unread) -> Judged:
            block = reading.read(unread)
            start = block.first_row - first_row
            span = slice(start, start + block.rows)
            outcome = self.run.judged(block, self.main.level, out=None if room is None else room[:, span])
            return finished(self.run, outcome, self.context.scorer)

        for part, sums in (side_by_side if keep else map)(judged, reading.unread()):
            reading.note(part.units.block)
            self.run.take_in(part.units, sums)
            if keep:  # what is asked for later is made of the rows it is asked of
                part.units.block.forget()
            yield part
            del part, sums  # not to be held while the next block is judged
        _ = self.run.tally  # whatever is wrong with areas is told before it is said that all is well
        reading.finish()


# A block's units scored, and what they add to areas.
Judged = tuple[UnitPart, "AreaSums | Summands"]


def open_session(
    data: Any,
    ruleset: Ruleset,
    *,
    key: str | None = None,
    rollup: Sequence[str] | None = None,
    as_of: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    level: str | None = None,
    more: Mapping[str, Any] | None = None,
    missing: Collection[str] = ("",),
    block_rows: int | None = None,
) -> Session:
    """Open the tables, make the plan, and add up the tables of other levels."""
    day = _as_of(ruleset, as_of)
    shown = arguments.levels("rollup", rollup, ruleset=ruleset)
    key, columns = (
        arguments.text_or_none("key", key),
        arguments.mapping_or_none("columns", columns, "{'theirs': 'input'}"),
    )
    more = _more(more) or {}
    options: dict[str, Any] = {"inputs": ruleset.inputs, "jurisdiction": ruleset.jurisdiction}
    options["missing"] = arguments.texts("missing", missing)
    sized: dict[str, Any] = {} if block_rows is None else {"block_rows": block_rows}
    if isinstance(data, list) and not data:  # no rows say nothing of columns: a table that has them all, and no row
        data = {name: [] for name in ruleset.inputs}
    main = open_table(data, key=key, columns=columns, level=level, **options, **sized)
    further = _further_tables(more, main, options)
    _check_levels(shown, main.level)
    shapes = {table.level: _shape(table) for table in (main, *further.values())}
    plan = make_plan(ruleset, shapes, level=main.level, as_of=day, rollup=shown)
    _check_any_column(plan, shapes)
    wanted = {name: frozenset(names) for name, names in wanted_inputs(plan.rules).items()}
    run = _with_further(plan, further, {level_: wanted_at(wanted, level_, ruleset) for level_ in shapes})
    context = Context(plan, scorer_of(ruleset), keyed=main.key_column is not None)
    return Session(context, main, run, wanted_at(wanted, main.level, ruleset))


def wanted_at(wanted: Mapping[str, frozenset[str]], level: str, ruleset: Ruleset) -> frozenset[str]:
    """Return the inputs to read from a table of a level: its own, and those that finer tables look up in it."""
    names = set(wanted.get(level, ()))
    for other, found in wanted.items():
        if rank(other) < rank(level):
            names |= found
    return frozenset(name for name in names if name in ruleset.inputs)


def _as_of(ruleset: Ruleset, as_of: date | str | None) -> date:
    if ruleset.year is None:
        message = (
            f"{ruleset.id} is a plan of several years and is not evaluated itself: use that of a year, which extends it"
        )
        raise UsageError(message)
    return arguments.day("as_of", as_of) or date(ruleset.year, 12, 31)


def _further_tables(more: Mapping[str, Any], main: Table, options: dict[str, Any]) -> dict[str, Table]:
    for level in more:
        if level not in LEVELS:
            raise UsageError(f"more: there is no level {level!r}; there are {', '.join(LEVELS)}")
        if level == main.level:
            raise UsageError(f"more: the data is of level {level!r} itself; put all rows of a level into one table")
    return {
        level: open_table(data, level=level, name=level, block_rows=_WHOLE, **options) for level, data in more.items()
    }


def _check_levels(rollup: tuple[str, ...] | None, level: str) -> None:
    for found in rollup or ():
        if rank(found) < rank(level):
            raise UsageError(f"rollup: the rows are of level {level!r}, so there are no areas of level {found!r}")


def _shape(table: Table) -> TableShape:
    home = rank(table.jurisdiction.level)
    known = {level for level in LEVELS if table.code_column is not None or rank(level) >= home}
    return TableShape(table.level, frozenset(table.matched), table.has_kind, frozenset(known | set(table.positions)))


def _check_any_column(plan: Plan, shapes: Mapping[str, TableShape]) -> None:
    """Refuse tables without a column for any rule."""
    found = {name for shape in shapes.values() for name in shape.inputs}
    read = {name for rule in plan.ruleset.rules if rule.selected for name in inputs_read(rule)}
    if found & read or not read or any(rule.node.absent is None and rule.rule.selected for rule in plan.rules):
        return
    message = (
        f"no column for any rule of {plan.ruleset.id}, which reads inputs such as {', '.join(sorted(read)[:5])}: "
        "name columns by input, by title, or with columns={'theirs': 'input'}"
    )
    raise DataError([DataFault(message)])


def _with_further(plan: Plan, further: Mapping[str, Table], wanted: Mapping[str, frozenset[str]]) -> Run:
    """Read the tables of other levels whole, coarse to fine, and add them up."""
    held: dict[str, Block] = {}
    run = Run(plan, held)
    for level in sorted(further, key=rank, reverse=True):
        for block in blocks(further[level], wanted[level]):
            held[level] = block
    for level in sorted(held, key=rank):
        run.feed(held[level], level)
    for rule in plan.rules:
        if rule.at_units and rule.rule.selected and rule.node.absent is None and rank(rule.judged) < rank(plan.level):
            run.finer[rule.index] = {scope: area_outcome(run, rule, scope, plan.level) for scope in rule.scopes}
    run.further = run.tally
    run.tally = same_areas(run.further)
    return run
