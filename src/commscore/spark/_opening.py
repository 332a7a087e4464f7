"""A DataFrame and the caller's options -> the columns that are needed, and the job that executors get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa

from commscore import _arguments as arguments
from commscore._evaluation import Session, open_session
from commscore._tables import Table, open_table
from commscore._tables._sources import open_source
from commscore.errors import UsageError
from commscore.spark._tasks import Job

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pyspark.sql import DataFrame

    from commscore._ruleset import Ruleset

_HEAD = 1000  # rows from whose codes the level is told
_WHOLE = 2**31


@attrs.frozen(eq=False)
class Opened:
    """A DataFrame ready to be evaluated.

    Attributes:
        frame: The columns that are read, called by their place.
        session: The evaluation as the driver sees it: no rows, but plan, further tables and their sums.
        job: What the executors get.
    """

    frame: DataFrame
    session: Session
    job: Job


def open_frame(df: DataFrame, ruleset: Ruleset, options: Mapping[str, Any]) -> Opened:
    """Match the columns, tell the level, make the plan, and cut the DataFrame to what is read.

    Args:
        df: The DataFrame.
        ruleset: The ruleset.
        options: The caller's.

    Raises:
        UsageError: What is given is no DataFrame, no column can name the units, or an option makes no sense.
        DataError: Columns are ambiguous or hold no single values, or there is none for any rule.
    """
    if not hasattr(df, "mapInArrow"):
        raise UsageError(f"df: give a Spark DataFrame (3.3 or later), not {type(df).__name__}")
    names = list(df.columns)
    table = _by_name(names, ruleset, options)
    frame = df.toDF(*[_place(index) for index in range(len(names))])
    more = {level: _arrow(level, data) for level, data in (options["more"] or {}).items()}
    options = {**options, "more": more}
    # Types and the first codes; names were matched before, with warnings, in which nothing new is to be found here.
    read = _read(table, (*table.positions,))
    rows = _HEAD if options["level"] is None and "code" in table.positions else 0
    head = frame.select(*map(_place, read)).limit(rows).toArrow()
    session = open_session(pa.table(head.columns, names=_at(names, read)), ruleset, **options)
    kept = _read(table, _wanted(session, ruleset))
    columns = {theirs: target for theirs, target in (options["columns"] or {}).items() if theirs in _at(names, kept)}
    own = {"level": session.main.level, "as_of": session.context.plan.as_of, "columns": columns}
    job = Job(ruleset, {**options, **own}, _at(names, kept), session.main.inferred)
    return Opened(frame.select(*map(_place, kept)), session, job)


def _by_name(names: list[str], ruleset: Ruleset, options: Mapping[str, Any]) -> Table:
    """Match the columns by name alone."""
    arguments.mapping_or_none("more", options["more"], "{'county': counties}")
    table = open_table(
        pa.table([pa.nulls(0)] * len(names), names=names),
        inputs=ruleset.inputs,
        jurisdiction=ruleset.jurisdiction,
        key=arguments.text_or_none("key", options["key"]),
        columns=arguments.mapping_or_none("columns", options["columns"], "{'theirs': 'input'}"),
        level=options["level"],
        missing=arguments.texts("missing", options["missing"]),
    )
    if table.key_position is None:
        raise UsageError(
            "key: the rows of a DataFrame have no numbers that could name the units: give key= the column that does, "
            "or a column of codes"
        )
    return table


def _arrow(level: str, data: Any) -> Any:
    """Bring a further table to the driver, as Arrow; it goes to the executors with the ruleset."""
    if hasattr(data, "mapInArrow"):
        return data.toArrow()
    source = open_source(data, name=level, block_rows=_WHOLE)
    pieces = [pa.table(arrays, names=source.names) for _, arrays in source.pieces(range(len(source.names)))]
    return pa.concat_tables(pieces) if pieces else pa.table([pa.nulls(0)] * len(source.names), names=source.names)


def _wanted(session: Session, ruleset: Ruleset) -> Collection[str]:
    """Return the inputs to read, the wholes they are parts of, and what is built in."""
    wanted = {name: None for name in session.main.positions if name not in ruleset.inputs}
    open_ = list(session.wanted)
    while open_:
        name = open_.pop()
        if name in wanted:
            continue
        wanted[name] = None
        whole = ruleset.inputs[name].part_of
        open_ += [] if whole is None else [whole]
    return wanted


def _read(table: Table, targets: Collection[str]) -> list[int]:
    """Return the positions of some targets' columns and of the key, in order."""
    found = {table.positions[target] for target in targets if target in table.positions}
    return sorted(found | {index for index in (table.key_position,) if index is not None})


def _place(index: int) -> str:
    """Name a column by its place: names may hold dots, stand twice, or differ in case alone."""
    return f"c{index}"


def _at(names: list[str], places: list[int]) -> tuple[str, ...]:
    return tuple(names[index] for index in places)
