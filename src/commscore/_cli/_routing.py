"""``-r auto``: each row is scored against the ruleset of its place and year."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._gates import Asked as Gates
from commscore._cli._gates import check_gates, tell_unmet
from commscore._cli._streams import say, say_json, tell
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

AUTO = "auto"


@Parameter(name="*")
@attrs.frozen
class RoutingOptions:
    """Which rulesets `-r auto` chooses from, and how."""

    rulesets: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            metavar="FOLDER",
            help="With `-r auto`: a folder of rulesets, or ids and paths; may be repeated. Else those that come along.",
        ),
    ] = None
    fallback: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="With `-r auto`: a place without a ruleset of its own takes that of the place around it.",
        ),
    ] = False
    year: Annotated[
        int | None, Parameter(metavar="YEAR", help="With `-r auto`: the year of all rows, where no column says it.")
    ] = None


@attrs.frozen(eq=False)
class Asked:
    """What `commscore score` was asked for beside the evaluation itself.

    Attributes:
        out: The folder; null for the summary alone.
        gates: What the exit code depends on.
        lang: Language of the summary.
        json: Whether to write the manifest in its place.
        quiet: Whether to say nothing more.
    """

    out: str | None
    gates: Gates
    lang: str
    json: bool
    quiet: bool


def score_routed(source: Callable[[], Any], arguments: dict[str, Any], routing: RoutingOptions, asked: Asked) -> int:
    """Score units, each against its own ruleset.

    Args:
        source: Gives the files, or the stream that stdin is.
        arguments: As `evaluate_files` takes them.
        routing: Which rulesets there are.
        asked: What else is asked for.

    Returns:
        The exit code: a gate is met when every ruleset meets it.
    """
    from commscore._routing import evaluate_files

    if asked.out == "-":
        raise UsageError("-o -: with -r auto there are the results of many rulesets; give a folder")
    rulesets: Any = routing.rulesets
    if rulesets is not None and len(rulesets) == 1 and Path(rulesets[0]).is_dir():
        rulesets = rulesets[0]
    with ExitStack() as stack:
        folder = asked.out
        if folder is None:
            folder = str(Path(stack.enter_context(TemporaryDirectory(prefix="commscore-"))) / "out")
        where = {"rulesets": rulesets, "fallback": routing.fallback, "year": routing.year}
        output = evaluate_files(source(), "auto", folder, **arguments, **where)
        gates = check_gates(output, asked.gates)
        if asked.json:
            say_json({"out": asked.out, **output.manifest, "gates": [attrs.asdict(gate) for gate in gates]})
        else:
            say(output.summary(lang=asked.lang))
    if asked.out is not None and not asked.quiet and not asked.json:
        tell(f"results: {asked.out}")
    return Exit.DONE if tell_unmet(gates) else Exit.GATE


def refuse_routing(routing: RoutingOptions) -> None:
    """Refuse options that go with ``-r auto`` only.

    Raises:
        UsageError: One of them was given.
    """
    for name, given in (("rulesets", routing.rulesets), ("fallback", routing.fallback), ("year", routing.year)):
        if given:
            raise UsageError(f"--{name}: goes with -r auto only")
