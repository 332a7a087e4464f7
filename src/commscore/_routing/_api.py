"""The doors: one ruleset for all rows, or the ruleset of each row's place and year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack, overload

from commscore import _arguments as arguments
from commscore._evaluation import evaluate as evaluate_one
from commscore._files import evaluate_files as evaluate_files_one
from commscore._routing._collection import Given, collect
from commscore._routing._memory import evaluate_routed
from commscore._routing._placing import Asked
from commscore._routing._streaming import stream_routed
from commscore._tables._layouts import layout_of
from commscore._tables._workbooks import lay_out
from commscore.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import pyarrow as pa
    from pyarrow.dataset import Dataset, Scanner

    from commscore._arguments import TableOptions
    from commscore._files import FileOptions, Output, Progress
    from commscore._results import Result
    from commscore._routing._outputs import RoutedOutput
    from commscore._routing._results import RoutedResult
    from commscore._ruleset import Ruleset

    Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
    Stream: TypeAlias = pa.RecordBatchReader | Dataset | Scanner

AUTO = "auto"


@overload
def evaluate(
    data: Any,
    ruleset: Literal["auto"],
    *,
    rulesets: Given = None,
    fallback: bool = False,
    year: int | None = None,
    **options: Unpack[TableOptions],
) -> RoutedResult: ...
@overload
def evaluate(
    data: Any,
    ruleset: str | Path | Ruleset,
    **options: Unpack[TableOptions],
) -> Result: ...
def evaluate(
    data: Any,
    ruleset: str | Path | Ruleset,
    *,
    key: str | None = None,
    rollup: Sequence[str] | None = None,
    as_of: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    level: str | None = None,
    more: Mapping[str, Any] | None = None,
    missing: Collection[str] = ("",),
    sheet: str | int | None = None,
    header_row: int | None = None,
    skip_rows: int = 0,
    encoding: str | None = None,
    rulesets: Given = None,
    fallback: bool = False,
    year: int | None = None,
) -> Result | RoutedResult:
    """Score a table of units against a ruleset, or each row against that of its place and year.

    Args:
        data: Units, one row each: anything with ``__arrow_c_stream__`` or ``__arrow_c_array__`` (pyarrow, polars,
            pandas, duckdb, …), a pyarrow Dataset, a polars LazyFrame, a mapping of columns, a list of rows, or a path.
        ruleset: An id such as ``"dalian-2023"``, a path, or a loaded ruleset; or ``"auto"``: the ruleset of each row's
            area code and year.
        key: The column that names the units; without it ``code`` if there is one, else the row number.
        rollup: The levels whose areas the result shows; by default the jurisdiction's and those that rules are
            judged at.
        as_of: The day on which dues are looked at, as a date or ``YYYY-MM-DD``; by default 31 December of the
            ruleset's year.
        columns: The table's own column names, ``{"theirs": "input"}``, where they are neither names nor titles of
            inputs.
        level: What the rows are; by default ``community``, or what the length of all codes says.
        more: Tables of other levels, such as ``{"county": counties, "city": city}``.
        missing: Texts that stand for a missing value, beside blank cells.
        sheet: The sheet of a workbook, by name or number; by default the first. Where sheets are named by level, as in
            the templates that `template` writes, those of other levels come along as ``more``.
        header_row: The row of a CSV file or sheet that holds the column names, counted from 1; by default the first
            that is not blank.
        skip_rows: How many rows below the names hold no data, such as one with units.
        encoding: The encoding of a CSV file; by default UTF-8, or GB18030 where it is no UTF-8.
        rulesets: With ``"auto"``: a folder of rulesets, or a list of ids, paths and rulesets; by default those that
            come with the library.
        fallback: With ``"auto"``: whether a place without a ruleset of its own takes that of the place around it.
        year: With ``"auto"``: the year of all rows, where no column ``year`` (年度) says it; by default that of
            ``as_of``.

    Returns:
        The result; its tables are made when they are first asked for. With ``"auto"``, a `RoutedResult`.

    Raises:
        RulesetError: The ruleset cannot be used; every fault with its place.
        DataError: A table cannot be used: duplicate or null keys, malformed codes, no column for any rule,
            unreadable file. Where a column gives years, keys are unique within a year.
        UsageError: An argument makes no sense here, such as a level that does not exist; with ``"auto"``, nothing says
            where rows lie or of which year they are, or a place has two rulesets of one year.

    Example:
        >>> import commscore
        >>> communities = {"code": ["210202001001"], "kind": ["urban"], "social_orgs": [12]}
        >>> result = commscore.evaluate(communities, "dalian-2023")
        >>> result.units.num_rows
        1
        >>> commscore.evaluate(communities, "auto", year=2023).units["ruleset"].to_pylist()
        ['dalian-2023']
    """
    options: dict[str, Any] = {"rollup": rollup, "as_of": as_of, "level": level, "more": more, "missing": missing}
    layout: dict[str, Any] = {"sheet": sheet, "header_row": header_row, "skip_rows": skip_rows, "encoding": encoding}
    if ruleset != AUTO:
        _refuse_routing(rulesets, fallback=fallback, year=year)
        return evaluate_one(data, ruleset, key=key, columns=columns, **options, **layout)
    asked = _asked(key, columns, year, options)
    data, options["more"], options["level"] = lay_out(data, more, level, layout_of(**layout))
    if isinstance(data, list) and not data:
        data = {}
    return evaluate_routed(data, collect(rulesets, fallback=fallback), asked, options)


@overload
def evaluate_files(  # type: ignore[overload-overlap]  # "auto" is a text, too
    src: Paths | Stream,
    ruleset: Literal["auto"],
    out: str | os.PathLike[str],
    *,
    rulesets: Given = None,
    fallback: bool = False,
    year: int | None = None,
    **options: Unpack[FileOptions],
) -> RoutedOutput: ...
@overload
def evaluate_files(
    src: Paths | Stream,
    ruleset: str | Path | Ruleset,
    out: str | os.PathLike[str],
    **options: Unpack[FileOptions],
) -> Output: ...
def evaluate_files(
    src: Paths | Stream,
    ruleset: str | Path | Ruleset,
    out: str | os.PathLike[str],
    *,
    key: str | None = None,
    rollup: Sequence[str] | None = None,
    as_of: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    level: str | None = None,
    more: Mapping[str, Any] | None = None,
    missing: Collection[str] = ("",),
    sheet: str | int | None = None,
    header_row: int | None = None,
    skip_rows: int = 0,
    encoding: str | None = None,
    findings: str = "failing",
    overwrite: bool = False,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
    rulesets: Given = None,
    fallback: bool = False,
    year: int | None = None,
) -> Output | RoutedOutput:
    r"""Score files of units against a ruleset, or each row's own, in batches, and write the results to a folder.

    Memory does not grow with the number of rows. The folder appears whole or not at all: it is written under a hidden
    name beside its place and renamed at the end.

    - ``units.parquet``: `Result.units`, and for each rule a column ``status.RULE`` as in `Result.wide`.
    - ``findings.parquet``: `Result.findings`; of units those that ``findings`` names, of areas all. Units stand in
      blocks of their order, in a block rule by rule: equal values stand together and take next to no room.
    - ``rules.parquet``, ``areas.parquet``: `Result.rules` and `Result.areas`.
    - ``ruleset.yaml``: the ruleset as it was, with all that it inherits, so that the output explains itself.
    - ``sums.npz``: what the units add up to, so that outputs of parts can be merged (see `merge_files`).
    - ``manifest.json``: the ruleset and its hash; the input files with size, SHA-256 and rows; versions, options and
      totals; the rules that were not checked and why; by what conclusions were drawn, in how many signatures, and
      how long it took.

    With ``"auto"`` there is one such folder for each ruleset that rows go to, named by its id, and beside them
    ``unrouted.parquet``, the rows that go to none, and a ``manifest.json`` with the totals of each.

    Args:
        src: Parquet, CSV, XLSX or Arrow files: a path, a folder (with all below it; folders named ``column=value``
            give a column), a glob, or a list of these. All must have the same columns of those that matter; their types
            may differ. A `pyarrow.RecordBatchReader` will do, too, and a `pyarrow.dataset.Dataset` or ``Scanner``: of
            files in partitions, on S3 and wherever else pyarrow reads.
        ruleset: An id such as ``"dalian-2023"``, a path, or a loaded ruleset; or ``"auto"``, as for `evaluate`.
        out: The folder to make.
        key: As for `evaluate`; keys are unique over all files. Without keys, rows are numbered through all files.
        rollup: As for `evaluate`.
        as_of: As for `evaluate`.
        columns: As for `evaluate`.
        level: As for `evaluate`.
        more: Tables of other levels: files as in ``src``, or anything that `evaluate` takes.
        missing: As for `evaluate`.
        sheet: As for `evaluate`, in each workbook. Sheets of other levels come along where there is one workbook.
        header_row: As for `evaluate`, in each CSV file or workbook.
        skip_rows: As for `evaluate`, in each CSV file or workbook.
        encoding: As for `evaluate`, for all CSV files.
        findings: Which findings of units are written: ``"failing"`` (fail, unknown and error), ``"all"`` or ``"none"``;
            ``units.parquet`` has every status whatever this says.
        overwrite: Replace an earlier output of commscore that stands at ``out``.
        resume: Keep what is finished when the run is interrupted (killed, stopped, out of disk), and carry on from
            there when such a run of the same files, ruleset and options has been. The result is the same as without
            any interruption. Not with ``"auto"``.
        progress: Called with a `Progress` after each block of rows; what it raises ends the run.
        rulesets: As for `evaluate`.
        fallback: As for `evaluate`.
        year: As for `evaluate`.

    Returns:
        The folder, and what is in it; with ``"auto"``, a `RoutedOutput`.

    Raises:
        RulesetError: The ruleset cannot be used; every fault with its place.
        DataError: Files that cannot be read or do not belong together, and whatever `evaluate` refuses.
        UsageError: An argument makes no sense here; ``out`` is taken, overlaps the input or cannot be written; a run
            cannot be resumed since its files, ruleset or options changed, or waits to be resumed and nobody said so.

    Example:
        >>> import commscore, tempfile, pathlib
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "units.csv").write_text("code,kind,social_orgs\n210202001001,urban,12\n", encoding="utf-8")
        >>> output = commscore.evaluate_files(folder / "units.csv", "dalian-2023", folder / "out")
        >>> sorted(path.stem for path in output.path.iterdir())
        ['areas', 'findings', 'manifest', 'rules', 'ruleset', 'sums', 'units']
    """
    options: dict[str, Any] = {"rollup": rollup, "as_of": as_of, "level": level, "more": more, "missing": missing}
    layout: dict[str, Any] = {"sheet": sheet, "header_row": header_row, "skip_rows": skip_rows, "encoding": encoding}
    how: dict[str, Any] = {"findings": findings, "overwrite": overwrite, "progress": progress}
    if ruleset != AUTO:
        _refuse_routing(rulesets, fallback=fallback, year=year)
        options |= layout
        return evaluate_files_one(src, ruleset, out, key=key, columns=columns, resume=resume, **options, **how)
    if resume:
        raise UsageError("resume: a run with ruleset='auto' cannot be carried on; name the ruleset, or run it anew")
    asked = _asked(key, columns, year, options)
    places = src, out, layout_of(**layout)
    return stream_routed(places, collect(rulesets, fallback=fallback), asked, options, **how)


def _refuse_routing(rulesets: Given, *, fallback: bool, year: int | None) -> None:
    for name, given in (("rulesets", rulesets is not None), ("fallback", fallback), ("year", year is not None)):
        if given:
            raise UsageError(f"{name}: goes with ruleset='auto' only (-r auto)")


def _asked(key: str | None, columns: Mapping[str, str] | None, year: int | None, options: Mapping[str, Any]) -> Asked:
    if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
        raise UsageError(f"year: give a year such as 2023, not {year!r}")
    day = arguments.day("as_of", options["as_of"])
    arguments.levels("rollup", options["rollup"])
    arguments.mapping_or_none("more", options["more"], "{'county': counties}")
    return Asked(
        key=arguments.text_or_none("key", key),
        columns=arguments.mapping_or_none("columns", columns, "{'theirs': 'input'}") or {},
        year=year,
        as_of=None if day is None else day.year,
        missing=tuple(dict.fromkeys(text.strip() for text in arguments.texts("missing", options["missing"]))),
    )
