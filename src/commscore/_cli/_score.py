"""``commscore score``: files of units in, results and a summary out."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._gates import check_gates
from commscore._cli._options import Files, Json, Lang, Quiet, RulesetName, TableOptions, as_arguments
from commscore._cli._progress import shown_progress
from commscore._cli._streams import say, say_json, tell
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commscore._ruleset import Ruleset

EXAMPLES = """Examples:

  commscore score units.parquet -r dalian-2023 -o results/
  commscore score 'data/*.csv' -r my-city.yaml -o results/ --key id --missing -
  commscore score units.parquet -r dalian-2023 --more county=counties.parquet
  commscore score units.parquet -r dalian-2023 --rollup township,county,city
  commscore score units.parquet -r dalian-2023 --fail-under 80 --fail-on error"""

StatusName = Literal["fail", "unknown", "error", "notapplicable", "notchecked", "informational", "notselected", "pass"]


def score(  # its options are its interface
    files: Files,
    /,
    *,
    ruleset: RulesetName,
    out: Annotated[
        str | None,
        Parameter(
            name=["--out", "-o"], metavar="OUT", help="Folder for the results; without it there is only the summary."
        ),
    ] = None,
    tables: TableOptions | None = None,
    findings: Annotated[
        Literal["all", "failing", "none"], Parameter(help="Which findings of units `findings.parquet` holds.")
    ] = "all",
    overwrite: Annotated[
        bool, Parameter(negative="", show_default=False, help="Replace earlier results in the folder.")
    ] = False,
    fail_under: Annotated[
        float | None, Parameter(metavar="SCORE", help="Exit with 1 if the jurisdiction's score is below this.")
    ] = None,
    fail_on: Annotated[
        list[StatusName] | None,
        Parameter(negative="", metavar="STATUS", help="Exit with 1 if any finding has this status; may be repeated."),
    ] = None,
    lang: Lang = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Score units against a ruleset.

    Reads tables of any size, prints a summary, and with --out leaves a folder with
    units.parquet, findings.parquet, rules.parquet, areas.parquet and manifest.json.
    """
    from commscore._files import evaluate_files
    from commscore._loading import load_ruleset

    arguments = as_arguments(tables or TableOptions())
    loaded = load_ruleset(ruleset)
    if fail_under is not None:
        _check_gate(loaded, arguments["rollup"])
    with _folder(out) as folder, shown_progress(quiet=quiet) as progress:
        kept = findings if out is not None else "none"
        arguments |= {"findings": kept, "overwrite": overwrite, "progress": progress}
        output = evaluate_files(files, loaded, folder, **arguments)
        text = "" if json else output.summary(lang=lang)
    gates = check_gates(output, fail_under=fail_under, fail_on=fail_on or (), home=loaded.jurisdiction.level)
    if json:
        import attrs

        say_json({"out": out, **output.manifest, "gates": [attrs.asdict(gate) for gate in gates]})
    else:
        say(text)
    if out is not None and not quiet:
        tell(f"results: {out}")
    unmet = [gate for gate in gates if not gate.met]
    for gate in unmet:
        tell(f"commscore: {gate.gate} is not met: {gate.found}")
    return Exit.GATE if unmet else Exit.DONE


@contextmanager
def _folder(out: str | None) -> Iterator[Path]:
    """Give the output folder, or one that is gone afterwards."""
    if out is not None:
        yield Path(out)
        return
    with TemporaryDirectory(prefix="commscore-") as folder:
        yield Path(folder) / "out"


def _check_gate(ruleset: Ruleset, rollup: list[str] | Any) -> None:
    home = ruleset.jurisdiction.level
    if rollup is not None and home not in rollup:
        raise UsageError(f"--fail-under: the score it looks at is that of the {home}; add {home} to --rollup")
