"""Gates: what a caller makes the exit code depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._files import Output


@attrs.frozen
class Gate:
    """One gate and how it came out.

    Attributes:
        gate: The option that asked for it.
        met: Whether it is met.
        found: What was found.
    """

    gate: str
    met: bool
    found: str


def check_gates(output: Output, *, fail_under: float | None, fail_on: Sequence[str], home: str) -> list[Gate]:
    """Hold an output against the gates that were asked for.

    Args:
        output: The output.
        fail_under: The least score of the jurisdiction; without a score it is not met.
        fail_on: Statuses that no finding of a unit or area may have.
        home: The jurisdiction's level.

    Returns:
        Each gate with its outcome.
    """
    gates = [] if fail_under is None else [_least_score(output, fail_under, home)]
    counts = output.totals["findings"]
    for status in fail_on:
        found = sum(counts[kind][status] for kind in counts)
        gates.append(Gate(f"--fail-on {status}", not found, f"{found:,} findings"))
    return gates


def _least_score(output: Output, least: float, home: str) -> Gate:
    areas = output.areas
    rows = zip(areas["level"].to_pylist(), areas["score"].to_pylist(), strict=True)
    scores = [score for level, score in rows if level == home]
    met = bool(scores) and all(score is not None and score >= least for score in scores)
    shown = ", ".join("no score" if score is None else f"{score:.10g}" for score in scores)
    return Gate(f"--fail-under {least:g}", met, f"score of the {home}: {shown or 'no score'}")
