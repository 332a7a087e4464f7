"""``commscore watch``: reports of changed inputs in, changes of findings out, line by line."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Quiet, RulesetName
from commscore._cli._streams import tell

EXAMPLES = """Examples:

  commscore watch -r dalian-2023 < events.ndjson > changes.ndjson
  commscore watch -r dalian-2023 --state watch.sqlite -o changes.ndjson < events.ndjson
  commscore watch -r dalian-2023 --state watch.sqlite -o changes.ndjson --resume < events.ndjson
  tail -f events.ndjson | commscore watch -r dalian-2023 --escalate-after 5

An event is one line: {"key": "210202001001", "time": "2023-05-01T08:00:00",
"inputs": {"social_orgs": 9}}. Inputs that it does not name keep their value."""


def watch(
    *,
    ruleset: RulesetName,
    state: Annotated[
        Path | None, Parameter(metavar="FILE", help="File that keeps the units, so that a later run goes on.")
    ] = None,
    output: Annotated[
        Path | None,
        Parameter(name=["--output", "-o"], metavar="FILE", help="File that changes are added to, not stdout."),
    ] = None,
    resume: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="The input is that of the last run, from its start: pass over what was read then.",
        ),
    ] = False,
    escalate_after: Annotated[
        int, Parameter(metavar="N", help="How many failing reports in a row escalate a finding.")
    ] = 3,
    as_of: Annotated[
        str | None,
        Parameter(metavar="DATE", help="Day on which dues are looked at; else 31 December of the ruleset's year."),
    ] = None,
    level: Annotated[str, Parameter(metavar="LEVEL", help="What the units are.")] = "community",
    missing: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            metavar="TEXT",
            allow_leading_hyphen=True,
            help="What stands for a missing value, beside blanks, such as `-`; may be repeated.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Watch units as they report changes on stdin, one JSON object a line.

    Tells on stdout what opens (a rule begins to fail), escalates, recovers or
    cannot be told any more. A line that is no event is answered with a record
    that says what is wrong; nothing stops the watch.
    """
    from commscore.errors import UsageError
    from commscore.monitor import Monitor
    from commscore.monitor import watch as watch_stream

    if resume and state is None:
        raise UsageError("--resume: what was read is known from the state; give --state FILE")
    with ExitStack() as stack:
        monitor = stack.enter_context(
            Monitor(
                ruleset,
                _nothing,
                escalate_after=escalate_after,
                state=state,
                as_of=as_of,
                level=level,
                missing=["", *(missing or ())],
            )
        )
        sink = sys.stdout.buffer if output is None else stack.enter_context(_opened(output))
        watch_stream(monitor, sys.stdin.buffer, sink, resume=resume)
        if not quiet:
            found = ", ".join(f"{count} {change}" for change, count in sorted(monitor.counts.items()))
            tell(f"commscore: {monitor.line} lines read: {found or 'nothing to tell'}")
    return Exit.DONE


def _nothing(_: dict[str, Any]) -> None:
    """Take a change; it is written by who reads the stream."""


def _opened(path: Path) -> BinaryIO:
    from commscore.errors import UsageError

    try:
        return path.open("ab")
    except OSError as error:
        raise UsageError(f"--output: {str(path)!r} cannot be written: {error.strerror}") from error
