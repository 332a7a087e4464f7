"""``commscore score``: files of units in, results and a summary out."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal

import attrs
from cyclopts import App, Parameter

from commscore._cli._exits import Exit
from commscore._cli._gates import Gate, GateOptions, asked_gates, check_gates, tell_unmet
from commscore._cli._options import Json, Lang, Quiet, RulesetName, TableOptions, as_arguments
from commscore._cli._progress import shown_progress
from commscore._cli._routing import AUTO, Asked, RoutingOptions, refuse_routing, score_routed
from commscore._cli._streams import say, say_json, tell
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commscore._files import Output
    from commscore._ruleset import Ruleset

EXAMPLES = """Examples:

  commscore score units.parquet -r dalian-2023 -o results/
  commscore score 'data/*.csv' -r my-city.yaml -o results/ --key id --missing -
  commscore score province/ -r dalian-2023 -o results/ --resume --progress json
  commscore score filled-in.xlsx -r dalian-2023 --header-row 3 --missing -
  commscore score province.parquet -r auto --year 2023 -o results/ --fallback
  commscore score units.parquet -r dalian-2023 --more county=counties.parquet
  commscore score units.parquet -r dalian-2023 --rollup township,county,city
  commscore score units.parquet -r dalian-2023 --fail-under 80 --min-coverage 95% --fail-on error
  produce-arrow-stream | commscore score - -r dalian-2023 -o - | read-arrow-stream"""

_STREAM = "-"  # stdin as FILES, stdout as OUT

Inputs = Annotated[
    list[str],
    Parameter(
        name="FILES",
        negative="",
        allow_leading_hyphen=True,
        help="Parquet, CSV, XLSX or Arrow files, folders of such files, or globs; `-` is an Arrow stream on stdin.",
    ),
]


def score(  # its options are its interface
    files: Inputs,
    /,
    *,
    ruleset: RulesetName,
    out: Annotated[
        str | None,
        Parameter(
            name=["--out", "-o"],
            metavar="OUT",
            allow_leading_hyphen=True,
            help="Folder for the results; without it only the summary. With `-`, units go to stdout in Arrow.",
        ),
    ] = None,
    tables: TableOptions | None = None,
    routing: RoutingOptions | None = None,
    findings: Annotated[
        Literal["all", "failing", "none"], Parameter(help="Which findings of units `findings.parquet` holds.")
    ] = "failing",
    overwrite: Annotated[
        bool, Parameter(negative="", show_default=False, help="Replace earlier results in the folder.")
    ] = False,
    resume: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Keep what is finished if the run is interrupted, and carry on from there if one was.",
        ),
    ] = False,
    progress: Annotated[
        Literal["auto", "json", "none"],
        Parameter(help="On stderr: a line if it is a terminal, lines of JSON for programs, or nothing."),
    ] = "auto",
    gates: GateOptions | None = None,
    lang: Lang = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Score units against a ruleset.

    Reads tables of any size, prints a summary, and with --out leaves a folder with
    units.parquet, findings.parquet, rules.parquet, areas.parquet and manifest.json.
    With -r auto, each row goes to the ruleset of its area code and year, and there
    is such a folder for each ruleset.
    """
    from commscore._loading import load_ruleset

    _refuse_option(out or "")
    arguments = as_arguments(tables or TableOptions())
    asked = asked_gates(gates)
    shown = "none" if quiet and progress == "auto" else progress
    if ruleset == AUTO:
        wanted = Asked(out, asked, lang, json, quiet)
        with shown_progress(shown) as arguments["progress"]:
            arguments |= {"findings": findings, "overwrite": overwrite, "resume": resume}
            return score_routed(lambda: _source(files), arguments, routing or RoutingOptions(), wanted)
    refuse_routing(routing or RoutingOptions())
    loaded = load_ruleset(ruleset)
    for option, given in (("--fail-under", asked.fail_under), ("--min-coverage", asked.min_coverage)):
        if given is not None:
            _check_gate(option, loaded, arguments["rollup"])
    if resume and out in (None, _STREAM):
        raise UsageError("--resume: there is nothing to carry on without a folder: give one, with --out")
    with ExitStack() as stack:
        arguments["progress"] = stack.enter_context(shown_progress(shown))
        if out in (None, _STREAM):
            output = stack.enter_context(_summarized(_source(files), loaded, arguments, streamed=out is not None))
        else:
            how = {"findings": findings, "overwrite": overwrite, "resume": resume}
            output = _written(_source(files), loaded, Path(str(out)), arguments, **how)
        text = "" if json else output.summary(lang=lang)
    checked = check_gates(output, asked)
    _report(output, out, checked, text, quiet=quiet)
    return Exit.DONE if tell_unmet(checked) else Exit.GATE


def _source(files: list[str]) -> Any:
    """Return the files, or the stream that stdin is.

    Raises:
        UsageError: It cannot be read.
        DataError: It is no Arrow stream.
    """
    for text in files:
        _refuse_option(text)
    if _STREAM not in files:
        return files
    if len(files) > 1:
        raise UsageError("FILES: - is the whole input; give it alone, or files")
    if sys.stdin.isatty():
        raise UsageError("FILES: - reads an Arrow stream from stdin, which is a terminal; pipe one in")
    import pyarrow as pa

    from commscore._tables._streams import guarded

    with guarded("data", "stdin cannot be read as an Arrow stream"):
        return pa.ipc.open_stream(sys.stdin.buffer)


def _refuse_option(text: str) -> None:
    """Refuse what looks like an option where a path is expected; a lone hyphen may stand there."""
    if text.startswith("-") and text != _STREAM and not Path(text).exists():
        arguments = App(default_command=score).assemble_argument_collection()
        near = get_close_matches(text, [name for argument in arguments for name in argument.names], 1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise UsageError(f"unknown option: {text}{hint} See commscore score --help")


def _written(source: Any, ruleset: Ruleset, out: Path, arguments: dict[str, Any], **how: Any) -> Output:
    """Score into a folder."""
    from commscore._files import evaluate_files

    return evaluate_files(source, ruleset, out, **arguments, **how)


@contextmanager
def _summarized(source: Any, ruleset: Ruleset, arguments: dict[str, Any], *, streamed: bool) -> Iterator[Output]:
    """Score for a summary alone, and send units to stdout if asked; nothing stays behind."""
    from commscore._files import summarize_files

    sink = sys.stdout.buffer if streamed else None
    with TemporaryDirectory(prefix="commscore-") as folder:
        yield summarize_files(source, ruleset, Path(folder) / "out", sink=sink, **arguments)


def _report(output: Output, out: str | None, gates: list[Gate], text: str, *, quiet: bool) -> None:
    """Tell what came out: on stdout, or on stderr where stdout carries the units; ``text`` is empty for JSON."""
    told: dict[str, Any] = {"out": out, **output.manifest, "gates": [attrs.asdict(gate) for gate in gates]}
    if out == _STREAM:
        tell(text or dumps(told, ensure_ascii=False, default=str))
    elif text:
        say(text)
    else:
        say_json(told)
    if out not in (None, _STREAM) and not quiet:
        tell(f"results: {out}")


def _check_gate(option: str, ruleset: Ruleset, rollup: list[str] | Any) -> None:
    home = ruleset.jurisdiction.level
    if rollup is not None and home not in rollup:
        raise UsageError(f"{option}: what it looks at is that of the {home}; add {home} to --rollup")
