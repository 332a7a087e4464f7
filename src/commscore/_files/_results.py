"""What an evaluation of files tells: while it runs, and at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@attrs.frozen
class Progress:
    """How far an evaluation of files has come.

    Attributes:
        rows: Units scored so far.
        total: Units in all; null where the files do not tell beforehand.
        file: The file being read.
        seconds: Time since the start.
    """

    rows: int
    total: int | None
    file: Path
    seconds: float


@attrs.frozen(eq=False)
class Output:
    """What `evaluate_files` has left in its output folder.

    Attributes:
        path: The folder.
        rows: Units scored.
        totals: Counts of units, areas and findings, and the mean scores: the manifest's ``totals``.
        manifest: Everything that ``manifest.json`` holds.
        areas: As `Result.areas`.
        rules: As `Result.rules`.
    """

    path: Path
    rows: int
    totals: Mapping[str, Any]
    manifest: Mapping[str, Any]
    areas: Any = attrs.field(repr=False)
    rules: Any = attrs.field(repr=False)
