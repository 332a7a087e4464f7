"""Gates: what a caller makes the exit code depend on."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore.errors import UsageError

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


def read_share(text: str) -> Fraction:
    """Read a share of one, such as ``0.95`` or ``95%``.

    Raises:
        UsageError: It is none. A plain 95 is refused, not guessed to be percent.
    """
    number = text.strip().removesuffix("%")
    try:
        share = Fraction(number) / (100 if number != text.strip() else 1)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise UsageError(f"--min-coverage: {text!r} is no share of 1; write 0.95 or 95%")
    return share


def check_gates(
    output: Output, *, fail_under: float | None, min_coverage: Fraction | None, fail_on: Sequence[str], home: str
) -> list[Gate]:
    """Hold an output against the gates that were asked for.

    Args:
        output: The output.
        fail_under: The least score of the jurisdiction; without a score it is not met.
        min_coverage: The least coverage of the jurisdiction, a share of 1; where nothing was evaluated it is not met.
        fail_on: Statuses that no finding of a unit or area may have.
        home: The jurisdiction's level.

    Returns:
        Each gate with its outcome.
    """
    gates = [] if fail_under is None else [_least_score(output, fail_under, home)]
    if min_coverage is not None:
        gates.append(_least_coverage(output, min_coverage, home))
    counts = output.totals["findings"]
    for status in fail_on:
        found = sum(counts[kind][status] for kind in counts)
        gates.append(Gate(f"--fail-on {status}", not found, f"{found:,} findings"))
    return gates


def _least_score(output: Output, least: float, home: str) -> Gate:
    scores = _of_home(output, "score", home)
    met = bool(scores) and all(score is not None and score >= least for score in scores)
    shown = ", ".join("no score" if score is None else f"{score:.10g}" for score in scores)
    return Gate(f"--fail-under {least:g}", met, f"score of the {home}: {shown or 'no score'}")


def _least_coverage(output: Output, least: Fraction, home: str) -> Gate:
    shares = _of_home(output, "coverage", home)
    # A share is the nearest double of an exact quotient, and so is what it is held against.
    met = bool(shares) and all(share is not None and share >= float(least) for share in shares)
    shown = ", ".join("nothing evaluated" if share is None else f"{share:.10g}" for share in shares)
    return Gate(f"--min-coverage {float(least):g}", met, f"coverage of the {home}: {shown or 'nothing evaluated'}")


def _of_home(output: Output, column: str, home: str) -> list[float | None]:
    """Return a column of the jurisdiction's own level."""
    areas = output.areas
    rows = zip(areas["level"].to_pylist(), areas[column].to_pylist(), strict=True)
    return [value for level, value in rows if level == home]
