"""How a comparison of two runs is shown: text, JSON, and a file of the findings that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from commscore._cli._exits import Exit
from commscore._cli._streams import say, say_json, tell
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._diffing import Comparison


def show_comparison(found: Comparison, *, out: str | None, json: bool) -> int:
    """Print a comparison, and write its findings to a file where one is named."""
    from commscore._diffing import summary

    if out is not None:
        _write(found.findings, out)
    if json:
        say_json(_data(found))
    else:
        say(summary(found))
    if out is not None:
        tell(f"findings that changed: {out}")
    return Exit.DONE


def _write(table: Any, out: str) -> None:
    from pyarrow import parquet

    try:
        parquet.write_table(table, out)
    except OSError as error:
        raise UsageError(f"--out: {out} cannot be written: {error.strerror or error}") from None


def _data(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data: counts by unit and finding, areas and causes whole."""
    parts = [attrs.asdict(part) | {"change": float(part.change)} for part in found.effects.parts]
    mean = {
        "before": None if found.effects.before is None else float(found.effects.before),
        "after": None if found.effects.after is None else float(found.effects.after),
        "units": found.effects.units,
        "parts": parts,
        "why_not": found.effects.why_not,
    }
    return {
        "units": {"both": found.units.num_rows, "added": found.added.to_pylist(), "removed": found.removed.to_pylist()},
        "mean_score": mean,
        "grades": found.grades.to_pylist(),
        "rules": found.rules.to_pylist(),
        "areas": found.areas.to_pylist(),
        "area_findings": found.area_findings.to_pylist(),
    }
