"""``commscore ruleset new`` and ``schema``: what one needs to write a ruleset."""

from __future__ import annotations

import json as json_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Json, Lang
from commscore._cli._streams import say, say_json, tell
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES = """Examples:

  commscore ruleset new my-city-2025 -o my-city-2025.yaml
  commscore ruleset new my-county-2025 --level county --code 652327 --lang en"""
SCHEMA_EXAMPLES = """Examples:

  commscore ruleset schema -o ruleset.schema.json
  commscore ruleset schema --catalogue -o inputs.schema.json

First line of a ruleset, for editors that complete and check it:

  # yaml-language-server: $schema=ruleset.schema.json"""

Out = Annotated[str | None, Parameter(name=["--out", "-o"], metavar="FILE", help="Write to this file, not to stdout.")]
Overwrite = Annotated[bool, Parameter(negative="", show_default=False, help="Replace the file if there is one.")]


def new(
    ruleset: Annotated[str, Parameter(name="ID", help="Id of the new ruleset, best as place-year: `my-city-2025`.")],
    /,
    *,
    out: Out = None,
    level: Annotated[str, Parameter(metavar="LEVEL", help="Level of the jurisdiction, `county` or `city`.")] = "city",
    code: Annotated[str | None, Parameter(metavar="CODE", help="Code of the jurisdiction, such as 2102.")] = None,
    year: Annotated[
        int | None, Parameter(metavar="YEAR", help="The year scored; else that of the id, else this year.")
    ] = None,
    overwrite: Overwrite = False,
    lang: Lang = "zh",
    json: Json = False,
) -> int:
    """Write a commented skeleton of a ruleset, without fault as it stands."""
    from commscore._skeleton import skeleton

    text = skeleton(ruleset, level=level, code=code, year=year, lang=lang)
    if out is not None:
        _write(out, text, overwrite=overwrite)
        tell(f"{out}: next, `commscore ruleset check {out}`")
    if json:
        say_json({"id": ruleset, "out": out, "text": text})
    elif out is None:
        say(text.rstrip("\n"))
    return Exit.DONE


def schema(
    *,
    out: Out = None,
    catalogue: Annotated[
        bool, Parameter(negative="", show_default=False, help="That of catalogues of inputs, `inputs.yaml`.")
    ] = False,
    overwrite: Overwrite = False,
    json: Annotated[
        bool, Parameter(name="--json", negative="", show_default=False, help="The schema is JSON with or without this.")
    ] = False,
) -> int:
    """Write the JSON Schema of ruleset files, for editors."""
    from commscore._loading import catalogue_schema, json_schema
    from commscore._skeleton import SCHEMA_LINE

    found: Mapping[str, Any] = catalogue_schema() if catalogue else json_schema()
    if out is None:
        say_json(found)
        return Exit.DONE
    _write(out, json_.dumps(found, ensure_ascii=False, indent=2) + "\n", overwrite=overwrite)
    if json:
        say_json({"out": out, "line": SCHEMA_LINE + out})
    tell(f"first line of a file that it is for: {SCHEMA_LINE}{out}")
    return Exit.DONE


def _write(out: str, text: str, *, overwrite: bool) -> None:
    """Write a file whole; one that exists stays unless it is to be replaced."""
    try:
        with Path(out).open("w" if overwrite else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{out} exists; give --overwrite to replace it") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{out} cannot be written: {error}") from None
