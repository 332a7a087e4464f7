"""Diagnostics as SARIF 2.1.0 (OASIS), the form in which code hosts take them and show them beside the lines."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs

from commscore._cli._streams import plain_data
from commscore._version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore.errors import Diagnostic, Place

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(found: Sequence[Diagnostic]) -> dict[str, Any]:
    """Write diagnostics as one run.

    Args:
        found: The diagnostics.

    Returns:
        A log: a rule for each code, a result for each diagnostic, with its place, the other places that it is about,
        and a fingerprint that stays when lines move. Proof and witness are properties of the result.
    """
    from commscore._loading import code_names

    names = code_names()
    codes = sorted({each.code for each in found})
    driver = {
        "name": "commscore",
        "version": __version__,
        "rules": [
            {
                "id": code,
                "name": "".join(word.capitalize() for word in names.get(code, code).split("_")),
                "shortDescription": {"text": names.get(code, code).replace("_", " ").lower()},
            }
            for code in codes
        ],
    }
    results = [_result(each, codes.index(each.code)) for each in found]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _result(found: Diagnostic, index: int) -> dict[str, Any]:
    text = found.message if found.hint is None else f"{found.message} ({found.hint})"
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": str(found.severity),
        "message": {"text": text},
        "partialFingerprints": {"commscore/v1": _fingerprint(found)},
    }
    if found.file is not None:
        region = None
        if found.line is not None and found.column is not None:
            region = {"startLine": found.line, "startColumn": found.column, "endColumn": found.column + found.length}
        result["locations"] = [{"physicalLocation": _physical(found.file, region)}]
    if found.related:
        result["relatedLocations"] = [_related(number, place) for number, place in enumerate(found.related)]
    if found.proof is not None:
        witness = None if found.witness is None else attrs.asdict(found.witness)
        result["properties"] = plain_data({"proof": str(found.proof), "witness": witness})
    return result


def _related(number: int, place: Place) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    return {"id": number, "physicalLocation": _physical(place.file, region), "message": {"text": place.message}}


def _physical(file: str, region: dict[str, int] | None) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    return location if region is None else location | {"region": region}


def _uri(file: str) -> str:
    """Write a path relative to the working folder where it lies within, as code hosts expect it."""
    path = Path(file)
    if not path.is_absolute():
        return quote(path.as_posix())
    here = Path.cwd()
    return quote(path.relative_to(here).as_posix()) if path.is_relative_to(here) else path.as_uri()


def _fingerprint(found: Diagnostic) -> str:
    """Tell a finding apart by what it says and where in the document, whatever line that is."""
    said = f"{found.code}\n{Path(found.file or '').name}\n{found.path}\n{found.message}"
    return sha256(said.encode()).hexdigest()[:32]
