"""Made-up data as files, by suffix."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from commscore._sampling._asked import asked_by_level
from commscore._sampling._books import Sheet, write_book
from commscore._sampling._notes import notes_of
from commscore._sampling._template import beside, write_rows
from commscore.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from commscore._sampling._sample import Sample

_MADE_UP = "本表数据由 commscore 虚构，地名和数字均不存在，仅供试用。"


def write_sample(made: Sample, path: str | os.PathLike[str]) -> dict[str, Path]:
    """Write made-up data.

    Args:
        made: The data.
        path: A ``.parquet`` or ``.csv`` file, with a file for each further level beside it; or a ``.xlsx`` file, with a
            sheet for each, and one that says that all of it is made up.

    Returns:
        The file of each level, that of the units first.

    Raises:
        UsageError: The file is of another kind, or cannot be written.
    """
    path = Path(path)
    tables = {made.level: made.table, **made.more}
    files = {level: path if level == made.level else beside(path, level) for level in tables}
    match path.suffix.lower():
        case ".xlsx":
            _write_book(made, tables, path)
            return dict.fromkeys(tables, path)
        case ".parquet":
            for level, table in tables.items():
                _write_parquet(table, files[level])
        case ".csv":
            for level, table in tables.items():
                write_rows(files[level], [table.column_names, *_rows(table)])
        case _:
            raise UsageError(f"sample: {path} is none of .parquet, .xlsx and .csv")
    return files


def _write_parquet(table: Any, path: Path) -> None:
    try:
        pq.write_table(table, path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def _rows(table: Any) -> list[list[Any]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]


def _write_book(made: Sample, tables: Mapping[str, Any], path: Path) -> None:
    asked = asked_by_level(made.ruleset)
    sheets = [
        Sheet(level, notes_of(made.ruleset, level, asked[level]), _rows(table)) for level, table in tables.items()
    ]
    write_book(path, sheets, about=(_MADE_UP, f"规则集：{made.ruleset.id}"))
