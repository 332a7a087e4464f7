"""CSV files as sources: their encoding found out, their row of names found by its number, every cell text."""

from __future__ import annotations

import codecs
import csv
import re
from functools import lru_cache
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from commscore._tables._keys import SHOWN, fault
from commscore._tables._streams import Piece, Source, first_of, guarded
from commscore.errors import DataError, DataFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from commscore._tables._layouts import Layout

Array = Any  # pyarrow ships no types

COMPRESSED = (".gz", ".bz2", ".zst")
# So many rows at the top are looked at for names.
TOP = 20
_PIECE = 1 << 22
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_UTF8 = ("utf-8", "utf-8-sig")
# A line of nothing but separators, blanks and quotes; in UTF-16 there are zeros between them.
_BLANK_ROW = re.compile(rb'(?:^|\n)[,\t "\r\0]*[,\t][,\t "\r\0]*(?:\n|$)')


@attrs.frozen
class _Format:
    """How a CSV file is written: what separates cells, its encoding, and the lines above and below its names."""

    path: Path
    delimiter: str
    encoding: str
    above: int = 0
    below: int = 0


def open_delimited(path: Path, name: str, *, delimiter: str, layout: Layout) -> Source:
    """Open a CSV file; every cell is text, so that the leading zeros of codes and odd cells survive.

    Args:
        path: The file.
        name: What faults call the table.
        delimiter: What separates cells.
        layout: The row of the names, and the encoding where it is said.

    Raises:
        DataError: It cannot be read: no names, an encoding that is none of those known, rows of uneven length.
    """
    looks = _looks(path, name, layout.encoding)
    form = _Format(path, delimiter, looks.encoding)
    top, number, above = _top(form, layout)
    names = tuple(top[number - 1])
    form = attrs.evolve(form, above=above, below=layout.skip_rows)
    unique = len(set(names)) == len(names)

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        ragged: list[Any] = []
        columns = list(dict.fromkeys(names[index] for index in wanted)) or list(names[:1])
        chosen = columns if unique and not looks.blank_rows else []
        options = pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), include_columns=chosen)
        with guarded(name, f"{path} cannot be read"):
            for batch in _batches(form, options, ragged):
                filled = _without_blank_rows(batch) if looks.blank_rows else batch
                yield filled.num_rows, [filled.column(names[index] if unique else index) for index in wanted]
            if ragged:
                raise _ragged(form, name)

    return Source(
        names,
        lambda _: pa.string(),
        first_of(pieces),
        pieces,
        None,
        spelled=True,
        top=tuple(tuple(row) for row in top),
        header_row=number,
    )


def _batches(form: _Format, options: Array, ragged: list[Any], *, threads: bool = True) -> Iterator[Array]:
    """Read a CSV file, gathering the rows that have too few or too many cells."""

    def skip(row: Any) -> str:
        ragged.append(row)
        return "skip"

    encoding = "utf8" if form.encoding in _UTF8 else form.encoding
    read = pacsv.ReadOptions(
        use_threads=threads,
        block_size=_PIECE,
        skip_rows=form.above,
        skip_rows_after_names=form.below,
        encoding=encoding,
    )
    parse = pacsv.ParseOptions(delimiter=form.delimiter, newlines_in_values=True, invalid_row_handler=skip)
    try:
        yield from pacsv.open_csv(form.path, read_options=read, parse_options=parse, convert_options=options)
    except pa.ArrowInvalid as error:
        # Arrow refuses a file that has a header and nothing else.
        if "cannot infer number of columns" not in str(error):
            raise


def _top(form: _Format, layout: Layout) -> tuple[list[list[str]], int, int]:
    """Read the first rows: the rows, the number of the one with the names, and how many lines are above it."""
    rows: list[list[str]] = []
    number, above = layout.header_row, 0
    encoding = "utf-8-sig" if form.encoding in _UTF8 else form.encoding
    with pa.input_stream(form.path, compression="detect") as raw, TextIOWrapper(raw, encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=form.delimiter)
        line = 0
        for cells in islice(reader, max(TOP, number or 0)):
            rows.append(cells)
            if number is None and cells:
                number = len(rows)
            above, line = (line, reader.line_num) if len(rows) == number else (above, reader.line_num)
    if not rows or number is None:
        raise pa.ArrowInvalid("it is empty, without even a row of column names")
    if len(rows) < number or not rows[number - 1]:
        raise pa.ArrowInvalid(f"it has no row {number} with column names (header_row)")
    return rows, number, above


def _ragged(form: _Format, name: str) -> DataError:
    """List the rows that have too few or too many cells; only reading one by one numbers them."""
    ragged: list[Any] = []
    for _ in _batches(form, pacsv.ConvertOptions(), ragged, threads=False):
        pass
    # Counted from 1, and the header is the first.
    above = 2 + form.above + form.below
    rows = [row.number - above for row in ragged[:SHOWN] if row.number is not None]
    first = ragged[0]
    message = f"{form.path}: rows need {first.expected_columns} cells, the first of these has {first.actual_columns}"
    return DataError([fault(message, rows, len(ragged), table=name, column=None)])


def _without_blank_rows(batch: Array) -> Array:
    """Leave out the rows in which every cell is blank, such as spreadsheets put below the last one."""
    kept = None
    for column in batch.columns:
        filled = pc.greater(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0)
        kept = filled if kept is None else pc.or_(kept, filled)
    return batch if kept is None else batch.filter(kept)


# --- what a file looks like -------------------------------------------------------------------------------


@attrs.frozen
class _Looks:
    """What a file looks like: its encoding, and whether it may have rows of nothing but separators."""

    encoding: str
    blank_rows: bool


def _looks(path: Path, name: str, said: str | None) -> _Looks:
    """Find out the encoding of a file: UTF-8 when all of it is that, else GB18030 when all of it is that.

    Raises:
        DataError: It is not what the caller says, or neither of these.
    """
    about = path.stat()
    for encoding in (said,) if said else _tried(path):
        blank_rows = _read_through(path, encoding, about.st_size, about.st_mtime_ns)
        if blank_rows is not None:
            return _Looks(encoding, blank_rows)
    known = f"not {said}, as encoding= says" if said else "neither UTF-8 nor GB18030: say what it is by encoding="
    raise DataError([DataFault(f"{path} is {known} (--encoding)", table=name)])


def _tried(path: Path) -> tuple[str, ...]:
    """Return the encodings that a file may have, by the mark at its beginning."""
    with path.open("rb") as file:
        start = file.read(2)
    return (_MARKS[start],) if start in _MARKS else ("utf-8", "gb18030")


@lru_cache(maxsize=4096)
def _read_through(path: Path, encoding: str, _size: int, _changed: int) -> bool | None:
    """Tell whether a file may have blank rows; null when it is not of that encoding.

    What was found is kept for as long as the file does not change, since it is opened more than once.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    blank_rows, rest = False, b""
    with pa.input_stream(path, compression="detect") as raw:
        try:
            while block := raw.read(_PIECE):
                decoder.decode(block)
                block = rest + block
                blank_rows = blank_rows or _BLANK_ROW.search(block) is not None
                rest = block[block.rfind(b"\n") + 1 :] if not blank_rows else b""
            decoder.decode(b"", final=True)
        except UnicodeError:
            return None
    return blank_rows
