"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import attrs
from cyclopts import Parameter

from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

Files = Annotated[
    list[str],
    Parameter(
        name="FILES",
        negative="",
        help="Parquet, CSV, XLSX or Arrow files, folders of such files, or globs in quotes.",
    ),
]
RulesetName = Annotated[
    str,
    Parameter(
        name=["--ruleset", "-r"],
        metavar="RULESET",
        help="Id of a ruleset (see `ruleset list`), or path of a YAML file.",
    ),
]
Lang = Annotated[Literal["zh", "en"], Parameter(help="Language of texts.")]
Json = Annotated[
    bool, Parameter(name="--json", negative="", show_default=False, help="Write JSON to stdout, not text.")
]
Quiet = Annotated[
    bool, Parameter(name=["--quiet", "-q"], negative="", show_default=False, help="No progress and no hints.")
]


@Parameter(name="*")
@attrs.frozen
class TableOptions:
    """How tables are read and what is judged."""

    key: Annotated[
        str | None,
        Parameter(
            metavar="COLUMN", help="Column that names the units; else `code` if there is one, else the row number."
        ),
    ] = None
    rollup: Annotated[
        list[str] | None,
        Parameter(negative="", metavar="LEVELS", help="Levels of the areas to show, such as `county,city`."),
    ] = None
    as_of: Annotated[
        str | None,
        Parameter(metavar="DATE", help="Day on which dues are looked at; else 31 December of the ruleset's year."),
    ] = None
    level: Annotated[
        str | None,
        Parameter(
            metavar="LEVEL", help="What the rows are, such as `community`; else told by the length of their codes."
        ),
    ] = None
    more: Annotated[
        list[str] | None,
        Parameter(negative="", metavar="LEVEL=FILE", help="Table of another level; may be repeated."),
    ] = None
    columns: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            metavar="THEIRS=INPUT",
            help="A column whose name is no input's name or title; may be repeated.",
        ),
    ] = None
    missing: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            metavar="TEXT",
            allow_leading_hyphen=True,
            help="What stands for a missing value, beside blanks, such as `-`; may be repeated.",
        ),
    ] = None
    sheet: Annotated[
        str | None, Parameter(metavar="SHEET", help="Sheet of a workbook, by name or number; else the first.")
    ] = None
    header_row: Annotated[
        int | None,
        Parameter(metavar="N", help="Row of a CSV file or sheet with the column names, counted from 1."),
    ] = None
    skip_rows: Annotated[
        int, Parameter(metavar="N", help="Rows below the names that hold no data, such as one with units.")
    ] = 0
    encoding: Annotated[
        str | None, Parameter(metavar="NAME", help="Encoding of CSV files; else UTF-8, or GB18030 where it is none.")
    ] = None


def as_arguments(options: TableOptions) -> dict[str, Any]:
    """Return the options as `evaluate` and `evaluate_files` take them.

    Raises:
        UsageError: A pair that is none.
    """
    return {
        "key": options.key,
        "rollup": None if options.rollup is None else _split(options.rollup),
        "as_of": options.as_of,
        "level": options.level,
        "more": _grouped(options.more or ()),
        "columns": dict(_pair(text, "columns", last=True) for text in options.columns or ()),
        "missing": ["", *(options.missing or ())],
        "sheet": options.sheet,
        "header_row": options.header_row,
        "skip_rows": options.skip_rows,
        "encoding": options.encoding,
    }


def _split(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _grouped(texts: Sequence[str]) -> dict[str, list[str]]:
    """Gather the files of each level; a level may have several."""
    found: dict[str, list[str]] = {}
    for text in texts:
        level, path = _pair(text, "more")
        found.setdefault(level, []).append(path)
    return found


def _pair(text: str, option: str, *, last: bool = False) -> tuple[str, str]:
    """Split a pair at its first ``=``, or at the last, since columns may have one in their name."""
    left, equals, right = text.rpartition("=") if last else text.partition("=")
    if not (equals and left and right):
        example = "--columns theirs=input" if last else "--more county=FILE"
        raise UsageError(f"--{option}: {text!r} is no pair; write {example}")
    return left, right
