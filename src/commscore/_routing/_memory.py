"""A table in memory -> the results of its parts, one evaluation for each ruleset."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from commscore._evaluation import evaluate as evaluate_one
from commscore._routing._placing import NOWHERE, YEAR, YEAR_INPUT, Asked, Columns, Router, find_columns
from commscore._routing._results import RoutedResult, Routes, unrouted_table
from commscore._routing._splitting import split, tables_of
from commscore._ruleset import BUILT_IN, CODE_LENGTHS, LEVELS
from commscore._tables import KeySet, open_table
from commscore._tables._area_codes import read_codes
from commscore._tables._buffers import plain
from commscore._tables._keys import as_text
from commscore._tables._matching import match_columns
from commscore._tables._sources import open_source
from commscore.errors import DataError, DataFault, DataWarning, RulesetError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from commscore._results import Result
    from commscore._routing._collection import Candidate, Collection
    from commscore._ruleset import Ruleset
    from commscore._tables import Table
    from commscore._tables._streams import Source

_PIECE = 1 << 20  # rows routed at a time
_NUMBER = "row number"  # names the column of row numbers where no column holds keys
Rows = npt.NDArray[np.int64]


def evaluate_routed(data: Any, collection: Collection, asked: Asked, options: Mapping[str, Any]) -> RoutedResult:
    """Send each row to its ruleset, and evaluate the rows of each together.

    Args:
        data: What `evaluate` takes.
        collection: The rulesets there are.
        asked: What the caller says of the table.
        options: As `evaluate` takes them, but for ``key`` and ``columns``.
    """
    table = read_table(data, "data", collection)
    columns = find_columns(table.schema.names, asked)
    router = Router(collection, columns)
    routes, years, lost = _routed(router, table)
    keys = keys_of(table, columns)
    faults = key_faults([(0, keys, years)], columns) if columns.key is not None else []
    if faults:
        raise DataError(faults)
    found = split(routes, len(router.candidates))
    rulesets = [collection.load(candidate) for candidate in router.candidates]
    check_targets(asked.columns, rulesets or [collection.load(each) for each in collection.all()])
    if columns.key is None:
        table = table.append_column(_NUMBER, keys)
    key = _NUMBER if columns.key is None else asked.key
    read = {*columns.needed, table.num_columns - 1 if columns.key is None else -1}
    read |= {place for each in rulesets for place in _read(table, each, asked.columns)}
    parts = tables_of(table, routes, found, read)
    more, lost_more = route_further(options["more"] or {}, router.candidates, collection, asked)
    results: dict[str, Result] = {}
    failed: list[DataFault] = []
    with told_once():
        for ruleset, part, rows, further in zip(rulesets, parts, found.rows, more, strict=True):
            own = {**options, "key": key, "columns": columns_for(asked.columns, ruleset), "more": further}
            try:
                results[ruleset.id] = evaluate_one(part, ruleset, **own)
            except DataError as error:
                failed += [in_whole(fault, rows, ruleset.id) for fault in error.faults]
    if failed:
        raise DataError(failed)
    unrouted = pa.concat_tables([unrouted_table(lost, keys, found.nowhere), *lost_more])
    ids = tuple(each.id for each in rulesets)
    ways = Routes(ids, routes, years, by_year=columns.by_year, keyed=columns.key is not None)
    return RoutedResult(results, ways, unrouted)


def read_table(data: Any, name: str, collection: Collection) -> Any:
    """Read data whole; a table in memory is not copied."""
    source = open_source(data, name=name, block_rows=_PIECE)
    if source.spelled:  # cells as people write them are read by what they may be
        source = known_table(source, collection, Asked(None, {}, None, None, ("",)), name=name).source
    places = range(len(source.names))
    pieces = [arrays for _, arrays in source.pieces(places)]
    columns = []
    for place in places:
        chunks = [chunk for arrays in pieces for chunk in _chunks(arrays[place])]
        columns.append(pa.chunked_array(chunks, chunks[0].type if chunks else source.kind(place)))
    return pa.Table.from_arrays(columns, names=list(source.names))


def known_table(source: Source, collection: Collection, asked: Asked, *, name: str = "data") -> Table:
    """Open a source by the inputs of all rulesets."""
    known = everything(collection)
    return open_table(
        source,
        inputs=known.inputs,
        jurisdiction=known.jurisdiction,
        key=asked.key,
        columns=asked.columns,
        level="community",  # any will do: each ruleset's own rows tell
        name=name,
        missing=asked.missing,
    )


def everything(collection: Collection) -> Ruleset:
    """Return a ruleset that has the inputs of all, and a year."""
    inputs, first = {YEAR: YEAR_INPUT}, None
    for candidate in collection.all():
        try:
            found = collection.load(candidate)
        except RulesetError:
            continue  # raised when a row goes there
        first = first or found
        inputs |= {name: entry for name, entry in found.inputs.items() if name not in inputs}
    if first is None:
        raise UsageError("rulesets: none of them can be used; see `commscore ruleset check`")
    return attrs.evolve(first, inputs=inputs)


def _chunks(array: Any) -> list[Any]:
    return array.chunks if isinstance(array, pa.ChunkedArray) else [array]


def _routed(router: Router, table: Any) -> tuple[npt.NDArray[np.int16], Rows, list[tuple[Any, ...]]]:
    """Find the ruleset and the year of each row, and what is to be told of rows that go to none."""
    routes, years = np.full(table.num_rows, NOWHERE, dtype=np.int16), np.zeros(table.num_rows, dtype=np.int64)
    lost: list[tuple[Any, ...]] = []
    for start in range(0, table.num_rows, _PIECE):
        piece = table.slice(start, _PIECE)
        routed = router.route(piece.column, piece.num_rows)
        span = slice(start, start + piece.num_rows)
        routes[span], years[span] = routed.routes, routed.years()
        lost.append(lost_rows(routed, piece.column, router.columns))
    return routes, years, lost


def lost_rows(routed: Any, column: Any, columns: Columns) -> tuple[Any, ...]:
    """Return what is told of rows that go to no ruleset: codes, and by row what was found."""
    rows = np.flatnonzero(routed.routes == NOWHERE)
    found = [routed.ways[code] for code in routed.codes[rows].tolist()]
    place = columns.positions.get("code")
    codes = pa.nulls(len(rows), pa.string())
    if place is not None and len(rows):
        codes = as_text(column(place)).take(pa.array(rows))
    return codes, found


def keys_of(table: Any, columns: Columns) -> Any:
    """Return the keys of all rows, as `evaluate` reads them."""
    if columns.key is None:
        return pa.array(np.arange(table.num_rows)).cast(pa.string())
    if columns.key == columns.positions.get("code"):
        return read_codes(plain(table.column(columns.key)), missing=columns.missing).text
    return as_text(table.column(columns.key))


# --- keys -------------------------------------------------------------------------------------------------


def with_years(keys: Any, years: Rows) -> Any:
    """Put the year before each key: where rows are of several years, a key stands once in each."""
    shown = pa.array(years % 10_000 + 10_000).cast(pa.string())
    return pc.binary_join_element_wise(pc.utf8_slice_codeunits(shown, 1), keys, "")


def without_years(fault: DataFault) -> DataFault:
    """Name keys as the table does, and their years."""
    message = re.sub(r"(['\"])(\d{4})(.*?)\1(?=,|$)", r"\1\3\1 of \2", fault.message)
    return attrs.evolve(fault, message=message)


def key_faults(parts: Sequence[tuple[int, Any, Rows]], columns: Columns, *, table: str = "data") -> list[DataFault]:
    """List what is wrong with keys: number of the first row, keys and years, of any number of tables."""
    seen = KeySet()
    for first, keys, years in parts:
        seen.add(with_years(keys, years) if columns.by_year else keys, first)
    name = None if columns.key is None else columns.names[columns.key]
    faults = seen.faults(table=table, column=name)
    return [without_years(fault) for fault in faults] if columns.by_year else faults


def in_whole(fault: DataFault, rows: Rows, ruleset: str) -> DataFault:
    """Number the rows of a fault as the whole table does."""
    if fault.table != "data":
        return attrs.evolve(fault, message=f"{fault.message} (in the evaluation against {ruleset})")
    return attrs.evolve(fault, rows=tuple(int(rows[row]) for row in fault.rows if row < len(rows)))


# --- columns ----------------------------------------------------------------------------------------------


def columns_for(columns: Mapping[str, str], ruleset: Ruleset) -> dict[str, str]:
    """Return the part of the caller's mapping that a ruleset knows."""
    return {theirs: target for theirs, target in columns.items() if target in {*ruleset.inputs, *BUILT_IN}}


def check_targets(columns: Mapping[str, str], rulesets: Sequence[Ruleset]) -> None:
    """Refuse a mapping to inputs that no ruleset has."""
    known = {YEAR, *BUILT_IN, *(name for each in rulesets for name in each.inputs)}
    strange = [target for target in columns.values() if target not in known]
    if strange:
        raise UsageError(f"columns: no ruleset that rows go to has an input {', '.join(map(repr, strange))}")


def _read(table: Any, ruleset: Ruleset, columns: Mapping[str, str]) -> Iterator[int]:
    known = columns_for(columns, ruleset)
    yield from match_columns(table.schema.names, ruleset.inputs, given=known, table="data")[0].values()


# --- tables of other levels -------------------------------------------------------------------------------


def route_further(
    more: Mapping[str, Any], candidates: Sequence[Candidate], collection: Collection, asked: Asked
) -> tuple[list[dict[str, Any]], list[Any]]:
    """Give each ruleset its rows of the tables of other levels.

    These are the rows that go to it, and those of the areas around its place, which its units may look up.

    Returns:
        By ruleset its tables by level, where it has rows there; and tables of the rows that go nowhere.
    """
    tables: list[dict[str, Any]] = [{} for _ in candidates]
    lost: list[Any] = []
    for level, data in more.items():
        if level not in LEVELS:
            raise UsageError(f"more: there is no level {level!r}; there are {', '.join(LEVELS)}")
        name = f"more[{level!r}]"
        table = read_table(data, level, collection)
        columns = find_columns(table.schema.names, attrs.evolve(asked, key=None, columns={}), table=name)
        router = Router(collection, columns)
        routed = router.route(table.column, table.num_rows)
        own = [router.candidates[number] if number != NOWHERE else None for number in routed.routes.tolist()]
        around = _area_codes(table, columns, level)
        years, used = routed.years().tolist(), np.zeros(table.num_rows, dtype=bool)
        for number, candidate in enumerate(candidates):
            mask = np.array(
                [
                    found == candidate or _is_around(code, candidate, year)
                    for found, code, year in zip(own, around, years, strict=True)
                ],
                dtype=bool,
            )
            used |= mask
            if mask.any():
                tables[number][level] = table.filter(pa.array(mask))
        codes, found = lost_rows(routed, table.column, columns)
        rows = np.flatnonzero(routed.routes == NOWHERE)
        unused = np.flatnonzero(~used[rows])
        told = (codes.take(pa.array(unused)), [found[place] for place in unused.tolist()])
        lost.append(unrouted_table([told], keys_of(table, columns), rows[unused], level=level))
    return tables, lost


def _area_codes(table: Any, columns: Columns, level: str) -> list[str]:
    place = columns.positions.get("code")
    found = [None] * table.num_rows if place is None else as_text(table.column(place)).to_pylist()
    return [(code or "").strip()[: CODE_LENGTHS.get(level)] for code in found]


def _is_around(code: str, candidate: Candidate, year: int) -> bool:
    return bool(code) and len(code) < len(candidate.code) and candidate.code.startswith(code) and year == candidate.year


# --- warnings ---------------------------------------------------------------------------------------------


@contextmanager
def told_once() -> Iterator[None]:
    """Tell what many evaluations warn of alike only once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    seen = set()
    for each in caught:
        if (about := (each.category, str(each.message))) not in seen:
            seen.add(about)
            level = 3 if issubclass(each.category, DataWarning) else 1
            warnings.warn(str(each.message), each.category, stacklevel=level)
