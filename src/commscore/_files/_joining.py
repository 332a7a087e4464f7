"""Several files as one source: opened one at a time, their columns matched alike."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa

from commscore._files._threads import ahead
from commscore._tables import open_table
from commscore._tables._layouts import PLAIN, Laid, Layout
from commscore._tables._sources import files_of, open_source
from commscore._tables._streams import Piece, Source
from commscore.errors import DataError, DataFault, DataWarning, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from commscore._files._selection import DataFile
    from commscore._ruleset import Ruleset

# Rows read, and what they hold; null in place of rows that are passed over.
Stretch = tuple[int, list[Any] | None]

_ROWS = 65536  # rows to read at a time
_KEY = ""  # the key column among the names of what a file has


@attrs.frozen(eq=False)
class Reading:
    """How the files of one table are read.

    Attributes:
        ruleset: Whose inputs are looked for.
        name: What faults call the table.
        key: Column of the keys, as the caller names it.
        columns: The caller's own mapping of column to input.
        missing: Texts that stand for no value.
        block_rows: Rows to read at a time, where that can be chosen: what fits a block need not be copied into one.
        skip: Rows at the beginning that are not wanted.
        layout: How rows lie in each file.
    """

    ruleset: Ruleset
    name: str = "data"
    key: str | None = None
    columns: Mapping[str, str] | None = None
    missing: Collection[str] = ("",)
    block_rows: int = _ROWS
    skip: int = 0
    layout: Layout = PLAIN


@attrs.frozen(eq=False)
class Joined:
    """Files read one after the other as if they were one.

    Attributes:
        files: The files; none for a stream.
        rows: Rows read so far, by file; those passed over count as read.
        total: Rows of all files; null where a kind of file does not tell beforehand.
        source: Their columns, named as in the first file.
        stream: What a stream is read from; null for files.
    """

    files: tuple[DataFile, ...]
    rows: list[int]
    total: int | None
    source: Source
    stream: Any = None

    @property
    def places(self) -> list[tuple[str, int]]:
        """Return the files that rows come from, in order, with how many come from each."""
        if self.files:
            return [(str(file.path), rows) for file, rows in zip(self.files, self.rows, strict=True)]
        return files_of(self.stream)


@attrs.frozen
class _Shape:
    """What a file has: position of the column of each input and built-in, and of the keys; how it is written."""

    positions: Mapping[str, int]
    rows: int | None
    spelled: bool


def join_files(files: tuple[DataFile, ...], reading: Reading) -> Joined:
    """Make one source of several files.

    Args:
        files: At least one.
        reading: How they are read.

    Returns:
        The files, and the source; one file is open at a time.

    Raises:
        UsageError: The first file lacks a column that the caller names, or is of no known kind.
        DataError: Files that cannot be read, and files that lack a column which others have, each one listed.
    """
    shapes: list[_Shape] = []
    faults: list[DataFault] = []
    for file in files:
        try:
            shapes.append(_shape(file, reading))
        except DataError as error:
            faults += error.faults
        except UsageError as error:
            if not shapes:
                raise
            faults.append(DataFault(str(error), table=str(file.path)))
    faults += _differences(files, shapes) if len(shapes) == len(files) else []
    if faults:
        raise DataError(faults)
    counts = [shape.rows for shape in shapes]
    total = sum(count for count in counts if count is not None) if None not in counts else None
    rows = [0] * len(files)
    return Joined(files, rows, total, _source(files, shapes, reading, rows))


def join_stream(stream: Any, reading: Reading) -> Joined:
    """Take a stream of record batches, or a Dataset, for what several files are elsewhere: it is read as it comes."""
    return Joined((), [], None, open_source(stream, name=reading.name, block_rows=reading.block_rows), stream)


def _shape(file: DataFile, reading: Reading) -> _Shape:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # told once, of the table as a whole
        table = open_table(
            _opened(file, reading),
            inputs=reading.ruleset.inputs,
            jurisdiction=reading.ruleset.jurisdiction,
            key=reading.key,
            columns=reading.columns,
            level="community",  # any will do: it is the whole table's rows that tell
            name=str(file.path),
            missing=reading.missing,
        )
    own = {} if table.key_position is None else {_KEY: table.key_position}
    return _Shape({**table.positions, **own}, table.rows, table.source.spelled)


def _differences(files: Sequence[DataFile], shapes: Sequence[_Shape]) -> Iterator[DataFault]:
    """List the files that lack what others have."""
    holders: dict[str, DataFile] = {}
    for file, shape in zip(files, shapes, strict=True):
        for target in shape.positions:
            holders.setdefault(target, file)
    for file, shape in zip(files, shapes, strict=True):
        lacking = [target for target in holders if target not in shape.positions and target != _KEY]
        if lacking:
            names = ", ".join(map(repr, lacking))
            message = (
                f"has no column for {names}, which {holders[lacking[0]].path} has; files of one run need the same "
                "columns: add it (blank where nothing is known), or score the file by itself"
            )
            yield DataFault(message, table=str(file.path))


def _source(files: Sequence[DataFile], shapes: Sequence[_Shape], reading: Reading, read: list[int]) -> Source:
    first = _opened(files[0], reading)
    names, kinds = first.names, {index: first.kind(index) for index in range(len(first.names))}
    targets = {index: target for target, index in shapes[0].positions.items()}

    def local(number: int, index: int) -> int:
        """Find a column of the first file in another one."""
        return shapes[number].positions[targets[index]] if number else index

    def head(index: int) -> Any:
        found = pa.nulls(0)
        for number, file in enumerate(files):
            found = _opened(file, reading).head(local(number, index))
            if len(found):
                break
        return found

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        left = reading.skip
        for number, file in enumerate(files):
            rows = shapes[number].rows
            read[number] = rows if rows is not None and rows <= left else 0
            left -= read[number]
            if rows is not None and rows == read[number]:
                continue
            columns = [local(number, index) for index in wanted]
            for count, arrays in _beyond(_opened(file, reading), columns, left):
                read[number] += count
                if arrays is None:
                    left -= count
                else:
                    yield count, arrays

    counts = [shape.rows for shape in shapes]
    rows = sum(count for count in counts if count is not None) if None not in counts else None
    spelled = any(shape.spelled for shape in shapes)
    return Source(names, kinds.__getitem__, head, lambda wanted: ahead(pieces(wanted)), rows, spelled=spelled)


def _beyond(source: Source, columns: Sequence[int], skip: int) -> Iterator[Stretch]:
    """Read a file, but not so many rows at its beginning."""
    passed, found = (0, source.pieces(columns))
    if skip and source.after is not None:
        passed, found = source.after(columns, skip)
        yield passed, None
    for rows, arrays in found:
        over = min(rows, skip - passed)
        if over:
            passed += over
            yield over, None
        if rows > over:
            yield rows - over, [array.slice(over) for array in arrays] if over else arrays


def _opened(file: DataFile, reading: Reading) -> Source:
    source = open_source(Laid(file.path, reading.layout), name=reading.name, block_rows=reading.block_rows)
    said = {name: value for name, value in file.partition.items() if name not in source.names}
    return _with_constants(source, said) if said else source


def _with_constants(source: Source, said: Mapping[str, str | None]) -> Source:
    """Add columns whose value is the same in all rows."""
    width, values = len(source.names), list(said.values())

    def constant(index: int, rows: int) -> Any:
        return pa.repeat(pa.scalar(values[index - width], pa.string()), rows)

    def added(wanted: Sequence[int], inner: Iterator[Piece]) -> Iterator[Piece]:
        for rows, arrays in inner:
            found = iter(arrays)
            yield rows, [next(found) if index < width else constant(index, rows) for index in wanted]

    def inside(wanted: Sequence[int]) -> list[int]:
        return [index for index in wanted if index < width]

    def after(wanted: Sequence[int], skip: int) -> tuple[int, Iterator[Piece]]:
        assert source.after is not None  # noqa: S101  # else it is not handed on
        passed, inner = source.after(inside(wanted), skip)
        return passed, added(wanted, inner)

    return Source(
        (*source.names, *said),
        lambda index: source.kind(index) if index < width else pa.string(),
        lambda index: source.head(index) if index < width else constant(index, 1),
        lambda wanted: added(wanted, source.pieces(inside(wanted))),
        source.rows,
        after=after if source.after is not None else None,
    )


def located(error: DataError, joined: Joined) -> DataError:
    """Say in which file the rows of a fault are, where there are several files."""
    if not any(fault.rows for fault in error.faults):
        return error
    files = joined.places
    return error if len(files) <= 1 else DataError([_located(fault, files) for fault in error.faults])


def _located(fault: DataFault, files: Sequence[tuple[str, int]]) -> DataFault:
    if not fault.rows:
        return fault
    places = [_place(row, files) for row in fault.rows[:3]]
    return attrs.evolve(fault, message=f"{fault.message}; counted over all files: {', '.join(places)}")


def _place(row: int, files: Sequence[tuple[str, int]]) -> str:
    rest = row
    for path, rows in files:
        if rest < rows:
            return f"row {row} is row {rest} of {path}"
        rest -= rows
    return f"row {row}"
