"""Validators and rule engines on tables, each as far as it can express the work."""

from __future__ import annotations

from typing import Any

from alone import Outcome, alone
from options import Options
from outputs import DifferentOutputError
from report import Section
from timing import Timing

ROWS = 200_000
ROUNDS = 2  # processes a peer, in turn with the others
RUNS = 3  # runs a process
MODULES = ("ours", "polars", "openfisca", "pandera", "pointblank", "dataframely", "cuallee")


def sections(options: Options) -> list[Section]:
    """Compare on as many rows as the slowest manages."""
    rows = options.scaled(ROWS)
    found = measured("TABLES", MODULES, rows, options)
    title = f"Validators and rule engines on tables: {rows:,} units × 30 rules, a process each"
    notes = [
        "`equal`: what of the answer was compared before timing. `cannot`: what of the work the peer leaves out.",
        "zen-engine and durable-rules take one unit at a time: see single rows.",
    ]
    return [Section(title, as_rows(found, rows, "µs per unit"), notes)]


def measured(job: str, modules: tuple[str, ...], rows: int, options: Options) -> list[dict[str, Any]]:
    """Run each module's contenders for a job in processes of their own, in turn; keep the times of all rounds."""
    rounds, runs = (1, 1) if options.quick else (ROUNDS, RUNS)
    outcomes: dict[str, list[Outcome]] = {module: [] for module in modules}
    for _ in range(rounds):
        for module in modules:
            outcomes[module].append(alone("peerjobs", "measure", job, module, rows, runs, timeout=300))
    return [line for module in modules for line in _merged(module, outcomes[module])]


def _merged(module: str, outcomes: list[Outcome]) -> list[dict[str, Any]]:
    fault = next((each.fault for each in outcomes if each.fault), "")
    if DifferentOutputError.__name__ in fault:
        raise DifferentOutputError(fault)
    if fault or not outcomes[0].result:
        return [{"contender": module, "cannot": fault or "not installed"}]
    lines = []
    for position, first in enumerate(outcomes[0].result):
        seconds = [second for each in outcomes for second in each.result[position]["seconds"]]
        lines.append(first | {"seconds": seconds})
    return lines


def as_rows(found: list[dict[str, Any]], units: int, unit_time: str) -> list[dict[str, Any]]:
    """Turn what was measured into lines of a table; times are divided by the first of commscore's."""
    timings = {line["contender"]: Timing(tuple(line["seconds"])) for line in found if "seconds" in line}
    ours = next((timing.best for name, timing in timings.items() if name.startswith("commscore")), None)
    rows = []
    for line in found:
        timing = timings.get(line["contender"])
        row = {"contender": line["contender"], "version": line.get("version", "")}
        if timing:
            row |= {unit_time: 1e6 * timing.best / units, "spread": timing.spread, "runs": len(timing.seconds)}
            row |= {"÷ commscore": timing.best / ours} if ours else {}
        rows.append(row | {"equal": line.get("equal", ""), "cannot": line["cannot"]})
    return rows
