"""``commscore diff``: what changed from one run to another, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commscore._cli._comparing import show_comparison
from commscore._cli._options import Json
from commscore._cli._streams import tell
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._diffing import Side

EXAMPLES = """Examples:

  commscore diff results-2023/ results-2024/
  commscore diff before/ after/ -o changed.parquet
  commscore diff before/ after/ --json"""


def diff(
    before: Annotated[str, Parameter(name="OUT_A", help="Folder of the first run.")],
    after: Annotated[str, Parameter(name="OUT_B", help="Folder of the second run.")],
    /,
    *,
    out: Annotated[
        str | None, Parameter(name=["--out", "-o"], metavar="FILE", help="Parquet file for the findings that changed.")
    ] = None,
    json: Json = False,
) -> int:
    """Show what changed between two runs: grades, findings, areas, and why the mean score moved.

    Where both data and rules changed, the second run's files are scored against the first
    run's ruleset to tell the two apart, if they are still where they were.
    """
    from commscore._diffing import compare_sides, read_the_same, side_of_folder

    folders = Path(before), Path(after)
    sides = side_of_folder(folders[0]), side_of_folder(folders[1])
    same = read_the_same(*folders)
    supposed = None
    if not same and sides[0].ruleset.hash != sides[1].ruleset.hash:
        supposed = _supposed(folders[1], sides[0])
    return show_comparison(compare_sides(*sides, supposed=supposed, same_data=same), out=out, json=json)


def _supposed(folder: Path, before: Side) -> Side | None:
    """Score the second run's files against the first run's ruleset, where that can be done."""
    from commscore._diffing import inputs_of, side_of
    from commscore._files import evaluate_some
    from commscore._publishing import read_manifest

    try:
        files = inputs_of(folder)
    except UsageError as error:
        tell(f"commscore: data and rules both changed, and cannot be told apart everywhere: {error}")
        return None
    options = read_manifest(folder)["options"]
    own = files.pop(options["level"])
    result = evaluate_some(
        [str(path) for path in own],
        before.ruleset,
        [],
        key=options["key"],
        columns={name: target for name, target in options["columns"].items() if target in before.ruleset.inputs},
        level=options["level"],
        more={level: [str(path) for path in paths] for level, paths in files.items()},
        missing=options["missing"],
    )
    return side_of(result)
