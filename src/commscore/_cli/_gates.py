"""Gates: what a caller makes the exit code depend on."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

import attrs
from cyclopts import Parameter

from commscore._cli._streams import tell
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from commscore._files import Output
    from commscore._routing import RoutedOutput

StatusName = Literal["fail", "unknown", "error", "notapplicable", "notchecked", "informational", "notselected", "pass"]


@Parameter(name="*")
@attrs.frozen
class GateOptions:
    """What the exit code is made to depend on."""

    fail_under: Annotated[
        float | None, Parameter(metavar="SCORE", help="Exit with 1 if the jurisdiction's score is below this.")
    ] = None
    min_coverage: Annotated[
        str | None,
        Parameter(
            metavar="SHARE",
            help="Exit with 1 if less than this share of the jurisdiction's score is decided: `0.95` or `95%`.",
        ),
    ] = None
    fail_on: Annotated[
        list[StatusName] | None,
        Parameter(negative="", metavar="STATUS", help="Exit with 1 if any finding has this status; may be repeated."),
    ] = None


@attrs.frozen
class Asked:
    """The gates that were asked for.

    Attributes:
        fail_under: The least score of the jurisdiction; without a score it is not met.
        min_coverage: The least coverage of the jurisdiction, a share of 1; where nothing was evaluated it is not met.
        fail_on: Statuses that no finding of a unit or area may have.
    """

    fail_under: float | None = None
    min_coverage: Fraction | None = None
    fail_on: Sequence[str] = ()


def asked_gates(options: GateOptions | None) -> Asked:
    """Read the options.

    Raises:
        UsageError: A share that is none.
    """
    given = options or GateOptions()
    least = None if given.min_coverage is None else read_share(given.min_coverage)
    return Asked(given.fail_under, least, given.fail_on or ())


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


def check_gates(output: Output | RoutedOutput, asked: Asked) -> list[Gate]:
    """Hold an output against the gates that were asked for; of an output of many rulesets each must meet them.

    Returns:
        Each gate with its outcome.
    """
    parts = getattr(output, "outputs", None)
    if parts is None:
        return _checked(output, asked)  # type: ignore[arg-type]  # it has no outputs of its own
    return [
        attrs.evolve(gate, found=f"{id_}: {gate.found}")
        for id_, part in parts.items()
        for gate in _checked(part, asked)
    ]


def tell_unmet(gates: Iterable[Gate]) -> bool:
    """Tell which gates are not met; say whether all are."""
    unmet = [gate for gate in gates if not gate.met]
    for gate in unmet:
        tell(f"commscore: {gate.gate} is not met: {gate.found}")
    return not unmet


def _checked(output: Output, asked: Asked) -> list[Gate]:
    home = output.result.ruleset.jurisdiction.level
    gates = [] if asked.fail_under is None else [_least_score(output, asked.fail_under, home)]
    if asked.min_coverage is not None:
        gates.append(_least_coverage(output, asked.min_coverage, home))
    counts = output.totals["findings"]
    for status in asked.fail_on:
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
