"""``commscore report``: an output folder as a workbook or as CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Lang, Quiet
from commscore._cli._streams import tell
from commscore.errors import UsageError

EXAMPLES = """Examples:

  commscore report results/ --xlsx results.xlsx
  commscore report results/ --csv tables/ --encoding gb18030 --lang zh"""


def report(
    folder: Annotated[str, Parameter(name="OUT", help="Folder that `commscore score -o` has made.")],
    /,
    *,
    xlsx: Annotated[str | None, Parameter(metavar="FILE", help="Write a workbook.")] = None,
    csv: Annotated[
        str | None, Parameter(metavar="FOLDER", help="Write units, areas, rules and findings as CSV files.")
    ] = None,
    encoding: Annotated[
        Literal["utf-8-sig", "utf-8", "gb18030"], Parameter(help="Encoding of the CSV files.")
    ] = "utf-8-sig",
    lang: Lang = "zh",
    quiet: Quiet = False,
) -> int:
    """Turn results into files for people: a workbook, or CSV files.

    Texts that a spreadsheet would take for formulas are made harmless.
    """
    from commscore._publishing import of_folder, write_csv, write_workbook

    if xlsx is None and csv is None:
        raise UsageError("report: say what to write: --xlsx FILE or --csv FOLDER")
    published = of_folder(Path(folder))
    if xlsx is not None:
        write_workbook(published, Path(xlsx), lang=lang)
    if csv is not None:
        write_csv(published, Path(csv), lang=lang, encoding=encoding)
    if not quiet:
        for path in filter(None, (xlsx, csv)):
            tell(f"written: {path}")
    return Exit.DONE
