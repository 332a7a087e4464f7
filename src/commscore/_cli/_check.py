"""``commscore ruleset check``: everything wrong or doubtful about ruleset files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import attrs
from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Json
from commscore._cli._sarif import sarif
from commscore._cli._streams import say, say_json, tell
from commscore.errors import Severity, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore.errors import Diagnostic

EXAMPLES = """Examples:

  commscore ruleset check my-city.yaml
  commscore ruleset check dalian-2025 --relations
  commscore ruleset check dalian-2025 --years
  commscore ruleset check rulesets/ --format sarif > commscore.sarif"""


def check(
    paths: Annotated[
        list[str],
        Parameter(name="PATHS", negative="", help="Ruleset files, folders of them, catalogues of inputs, or ids."),
    ],
    /,
    *,
    relations: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Note for each rule whether it is stricter, equal, laxer or incomparable, held against the parent's.",
        ),
    ] = False,
    years: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Check the other years that lie beside each file as well, and the plan that they extend.",
        ),
    ] = False,
    proofs: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Note each question of consistency that came to no fault, with a table that shows it.",
        ),
    ] = False,
    format: Annotated[  # noqa: A002 - the option's name
        Literal["text", "json", "sarif"], Parameter(help="How to write to stdout; SARIF is for code hosts.")
    ] = "text",
    json: Json = False,
) -> int:
    """Check rulesets and list every fault with its place.

    A rule that asks less than its parent's, or than that of the year before, needs a reason (`because:`). What rules
    ask is held against one another: those that nothing can meet together, that never apply, never fail or are never
    met, and those that others imply, by proof.

    Exits with 2 when there are errors, with 0 when there are only warnings.
    """
    files = _with_years(_files(paths)) if years else _files(paths)
    every = [each for file in files for each in _diagnostics(file, relations=relations, proofs=proofs)]
    found = list(dict.fromkeys(every))  # what a plan has wrong is told once, not once for each year
    if json or format == "json":
        say_json([attrs.asdict(diagnostic) for diagnostic in found])
    elif format == "sarif":
        say_json(sarif(found))
    else:
        for diagnostic in found:
            say(str(diagnostic))
    counts = Counter(diagnostic.severity for diagnostic in found)
    tell(_verdict(len(files), counts))
    return Exit.USAGE if counts[Severity.ERROR] else Exit.DONE


def _files(paths: Sequence[str]) -> list[str]:
    """Return what is to be checked; folders give their files."""
    files: list[str] = []
    for text in paths:
        if Path(text).is_dir():
            inside = sorted(str(path) for pattern in ("*.yaml", "*.yml") for path in Path(text).glob(pattern))
            if not inside:
                raise UsageError(f"{text} holds no .yaml file")
            files += inside
        else:
            files.append(text)
    return files


def _with_years(files: Sequence[str]) -> list[str]:
    """Add the other years of each ruleset, and the plans that they extend; a file is checked once."""
    from commscore._loading import years_of

    named = {Path(other).resolve(): other for file in files for other in years_of(file)}
    return list(named.values())


def _diagnostics(file: str, *, relations: bool, proofs: bool) -> list[Diagnostic]:
    from commscore._checking import check_catalogue, check_ruleset

    if Path(file).name == "inputs.yaml":
        return check_catalogue(file)
    return check_ruleset(file, relations=relations, proofs=proofs)


def _verdict(files: int, counts: Counter[Severity]) -> str:
    found = [f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in sorted(counts.items())]
    return f"{files} file{'' if files == 1 else 's'} checked: {', '.join(found) or 'no faults'}"
