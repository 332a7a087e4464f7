"""``commscore ruleset check``: everything wrong or doubtful about ruleset files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import attrs
from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Json
from commscore._cli._streams import say, say_json, tell
from commscore.errors import RulesetError, Severity, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore.errors import Diagnostic

EXAMPLES = """Examples:

  commscore ruleset check my-city.yaml
  commscore ruleset check dalian-2025 --relations
  commscore ruleset check rulesets/ --json"""


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
    json: Json = False,
) -> int:
    """Check rulesets and list every fault with its place.

    A rule that asks less than its parent's, or than that of the year before, needs a reason (`because:`).

    Exits with 2 when there are errors, with 0 when there are only warnings.
    """
    files = _files(paths)
    found = {file: _diagnostics(file, relations=relations) for file in files}
    if json:
        say_json([attrs.asdict(diagnostic) for diagnostics in found.values() for diagnostic in diagnostics])
    else:
        for diagnostic in (diagnostic for diagnostics in found.values() for diagnostic in diagnostics):
            say(str(diagnostic))
    counts = Counter(diagnostic.severity for diagnostics in found.values() for diagnostic in diagnostics)
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


def _diagnostics(file: str, *, relations: bool) -> list[Diagnostic]:
    from commscore._loading import check_ruleset, load_catalogue

    if Path(file).name == "inputs.yaml":
        try:
            load_catalogue(file)
        except RulesetError as error:
            return list(error.diagnostics)
        return []
    return check_ruleset(file, relations=relations)


def _verdict(files: int, counts: Counter[Severity]) -> str:
    found = [f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in sorted(counts.items())]
    return f"{files} file{'' if files == 1 else 's'} checked: {', '.join(found) or 'no faults'}"
