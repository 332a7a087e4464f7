"""``commscore report``: an output folder as a page, as a workbook or as CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Lang, Quiet
from commscore._cli._streams import tell
from commscore.errors import UsageError

EXAMPLES = """Examples:

  commscore report results/ --html results.html --lang en
  commscore report results/ --xlsx results.xlsx
  commscore report results/ --csv tables/ --encoding gb18030 --lang zh"""


def report(
    folder: Annotated[str, Parameter(name="OUT", help="Folder that `commscore score -o` has made.")],
    /,
    *,
    html: Annotated[str | None, Parameter(metavar="FILE", help="Write one HTML page that needs nothing else.")] = None,
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
    """Turn results into files for people: a page to read, a workbook, CSV files.

    Texts from data are made harmless, for browsers and for spreadsheets.
    """
    from commscore._publishing import of_folder, write_csv, write_html, write_workbook

    if html is None and xlsx is None and csv is None:
        raise UsageError("report: say what to write: --html FILE, --xlsx FILE or --csv FOLDER")
    published = of_folder(Path(folder))
    if html is not None:
        write_html(published, Path(html), lang=lang)
    if xlsx is not None:
        write_workbook(published, Path(xlsx), lang=lang)
    if csv is not None:
        write_csv(published, Path(csv), lang=lang, encoding=encoding)
    if not quiet:
        for path in filter(None, (html, xlsx, csv)):
            tell(f"written: {path}")
    return Exit.DONE
