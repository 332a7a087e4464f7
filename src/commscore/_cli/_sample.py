"""``commscore sample``: made-up data for a ruleset, or an empty table to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Quiet, RulesetName
from commscore._cli._streams import tell

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES = """Examples:

  commscore sample -r dalian-2023 -n 1000 -o try.parquet
  commscore sample -r dalian-2023 -n 200 -o try.xlsx --seed 7 --dirt 0.02
  commscore sample -r dalian-2023 --template -o to-fill-in.xlsx
  commscore score to-fill-in.xlsx -r dalian-2023 -o results/"""


def sample(
    *,
    ruleset: RulesetName,
    out: Annotated[
        str, Parameter(name=["--out", "-o"], metavar="FILE", help="File to write: .parquet, .xlsx or .csv.")
    ],
    rows: Annotated[int, Parameter(name=["--rows", "-n"], metavar="N", help="How many units.")] = 1000,
    seed: Annotated[int, Parameter(metavar="N", help="The same seed gives the same data.")] = 0,
    level: Annotated[
        str | None, Parameter(metavar="LEVEL", help="What the rows are; else communities. With --template, only those.")
    ] = None,
    dirt: Annotated[
        float, Parameter(metavar="SHARE", help="Share of cells, 0 to 1, with what people leave in spreadsheets.")
    ] = 0.0,
    template: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Write an empty table with titles, units and notes instead of data."
        ),
    ] = False,
    quiet: Quiet = False,
) -> int:
    """Make up data to try a ruleset with, or write an empty table to be filled in.

    Made-up data is plausible, but of places that do not exist. Tables of other
    levels that the rules need are sheets of the same workbook, or files beside the
    one named.
    """
    from commscore._sampling import sample as made_up
    from commscore._sampling import template as written_template
    from commscore._sampling import write_sample

    if template:
        files = written_template(ruleset, out, level=level)
        if not quiet:
            for path in files:
                tell(f"written: {path}")
        return Exit.DONE
    made = made_up(ruleset, rows, seed=seed, level=level, dirt=dirt)
    written = write_sample(made, out)
    if not quiet:
        tell(f"made up, none of it real: {made.table.num_rows} rows in {out}")
        tell(f"score it: {_command(written, ruleset, made.level)}")
    return Exit.DONE


def _command(written: Mapping[str, Path], ruleset: str, level: str) -> str:
    """Return the command that scores what was written."""
    main, *others = written
    files = [f"--more {at}={written[at]}" for at in others if written[at] != written[main]]
    said = [] if level == "community" or written[main].suffix.lower() == ".xlsx" else [f"--level {level}"]
    return " ".join(["commscore score", str(written[main]), "-r", ruleset, *said, *files])
