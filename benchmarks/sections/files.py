"""Parquet in, Parquet out: time, and the most memory each process held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs

from alone import FailedRunError, Outcome, alone
from contenders import installed, version_of
from figures import write
from options import Options
from outputs import DifferentOutputError
from province import make_province
from report import Section
from timing import Timing

RULES = 30
ROUNDS = 3
WARM_ROWS = 2000
NAMES = {
    "reading": ("floor: pyarrow, reading the inputs", "pyarrow"),
    "pyarrow": ("floor: pyarrow, reading and writing", "pyarrow"),
    "commscore": ("commscore, evaluate_files", "commscore"),
    "polars": ("Polars, scan to sink", "polars"),
    "duckdb": ("DuckDB, COPY", "duckdb"),
}
OUTPUTS = (
    "commscore writes the score's limits, coverage and counts by status besides, and rules, areas and a manifest with "
    "the hash of the input. `reading and writing` writes the same columns as commscore's units.parquet from a table "
    "that lies ready in memory, with pyarrow's defaults and zstd."
)


@attrs.frozen
class Measured:
    """The runs of one job."""

    timing: Timing
    peak_mb: float
    before_mb: float


def sections(options: Options) -> list[Section]:
    """Compare on one file."""
    source = units_file(options, options.rows)
    jobs = [job for job in NAMES if installed(NAMES[job][1])]
    sizes = _checked(source, [job for job in jobs if job not in ("reading", "pyarrow")], options.folder)
    measured = measure(jobs, source, options.folder, rounds=1 if options.quick else ROUNDS)
    title = (
        f"Parquet to Parquet: {options.rows:,} units × {RULES} rules, zstd, {source.stat().st_size / 1e6:,.0f} MB in"
    )
    rows = [_row(job, measured, sizes) for job in NAMES if job in measured]
    notes = [
        "Equal before timing: codes, statuses and scores, as read back from the files.",
        "Each run is a process of its own, in turn with the others; a run on a small file precedes the clock.",
        OUTPUTS,
        *(f"Not installed: {NAMES[job][0]}." for job in NAMES if job not in jobs),
    ]
    return [Section(title, rows, notes)]


def units_file(options: Options, rows: int) -> Path:
    """Return the file of so many generated units, made when first asked for."""
    path = options.folder / f"units-{rows}.parquet"
    if not path.exists():
        write(make_province(rows, RULES), path)
    return path


def measure(jobs: list[str], source: Path, folder: Path, *, rounds: int) -> dict[str, Measured]:
    """Run the jobs in turn, each in its own process.

    Raises:
        FailedRunError: One of them did not end well.
    """
    runs: dict[str, list[Outcome]] = {job: [] for job in jobs}
    for _ in range(rounds):
        for job in jobs:
            runs[job].append(_run(job, source, folder / f"out-{job}"))
    return {job: _measured(outcomes) for job, outcomes in runs.items()}


def _run(job: str, source: Path, out: Path) -> Outcome:
    outcome = alone("filejobs", "run", job, str(source), str(_small(out.parent)), RULES, str(out))
    if outcome.fault:
        raise FailedRunError(f"{NAMES[job][0]} on {source.name}: {outcome.fault}")
    return outcome


def _measured(outcomes: list[Outcome]) -> Measured:
    timing = Timing(tuple(each.result["seconds"] for each in outcomes))
    peak = max(each.peak_mb for each in outcomes)
    return Measured(timing, peak, max(each.result["before_mb"] for each in outcomes))


def _small(folder: Path) -> Path:
    small = folder / "small.parquet"
    if not small.exists():
        write(make_province(WARM_ROWS, RULES), small)
    return small


def _checked(source: Path, jobs: list[str], folder: Path) -> dict[str, float]:
    outs = {job: str(folder / f"out-{job}") for job in jobs}
    for job in jobs:
        _run(job, source, Path(outs[job]))
    ready = alone("filejobs", "make_ready", [str(source), str(_small(folder))], RULES)
    outcome = alone("filejobs", "check", str(source), RULES, outs)
    if ready.fault or outcome.fault:
        raise DifferentOutputError(ready.fault or outcome.fault)
    return dict(outcome.result)


def _row(job: str, measured: dict[str, Measured], sizes: dict[str, float]) -> dict[str, Any]:
    name, package = NAMES[job]
    mine, ours, floor = measured[job], measured["commscore"], measured["pyarrow"]
    return {
        "contender": name,
        "version": version_of(package),
        "best s": mine.timing.best,
        "spread": mine.timing.spread,
        "÷ commscore": mine.timing.best / ours.timing.best,
        "÷ floor": mine.timing.best / floor.timing.best,
        "peak MB": mine.peak_mb,
        "÷ commscore's": mine.peak_mb / ours.peak_mb,
        "MB out": sizes.get(job),
    }
