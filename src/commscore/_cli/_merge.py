"""``commscore merge``: output folders of parts in, that of the whole out."""

from __future__ import annotations

from typing import Annotated

import attrs
from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._gates import GateOptions, asked_gates, check_gates, tell_unmet
from commscore._cli._options import Json, Lang, Quiet
from commscore._cli._streams import say, say_json, tell

EXAMPLES = """Examples:

  commscore merge results-1/ results-2/ -o results/
  commscore merge by-province/* -o country/ --overwrite
  commscore merge results-1/ results-2/ -o results/ --fail-under 80 --fail-on error
  commscore merge results-1/ results-2/ -o results/ --json"""


def merge(
    outputs: Annotated[list[str], Parameter(name="OUT", negative="", help="Output folders of `commscore score`.")],
    /,
    *,
    out: Annotated[str, Parameter(name=["--out", "-o"], metavar="OUT", help="Folder for the results.")],
    overwrite: Annotated[
        bool, Parameter(negative="", show_default=False, help="Replace earlier results in the folder.")
    ] = False,
    gates: GateOptions | None = None,
    lang: Lang = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Merge the results of parts into those of the whole, exactly.

    The parts must have been scored against the same ruleset with the same options;
    units come in the order given. A unit that is in two parts is an error. Gates
    look at the whole; with several rulesets, each must meet them.
    """
    from commscore._routing import merge_files

    asked = asked_gates(gates)
    output = merge_files(outputs, out, overwrite=overwrite)
    checked = check_gates(output, asked)
    if json:
        say_json({"out": out, **output.manifest, "gates": [attrs.asdict(gate) for gate in checked]})
    else:
        say(output.summary(lang=lang))
        if not quiet:
            tell(f"results: {out}")
    return Exit.DONE if tell_unmet(checked) else Exit.GATE
