"""Memory: the most each process held, on a small and on a large file."""

from __future__ import annotations

from contenders import installed
from options import Options
from report import Section
from sections.files import NAMES, measure, units_file

JOBS = ("commscore", "polars", "duckdb")


def sections(options: Options) -> list[Section]:
    """Measure at 2 million and at 10 million rows, with --full at 50 million."""
    sizes = [options.scaled(count) for count in (2_000_000, 50_000_000 if options.full else 10_000_000)]
    jobs = [job for job in JOBS if installed(NAMES[job][1])]
    found = {}
    for size in sizes:
        source = units_file(options, size)
        found[size] = measure(jobs, source, options.folder, rounds=1)
        source.unlink()
    rows = [
        {
            "contender": NAMES[job][0],
            "MB before": found[sizes[0]][job].before_mb,
            **{f"peak MB at {size:,}": found[size][job].peak_mb for size in sizes},
            "grows by": found[sizes[1]][job].peak_mb / found[sizes[0]][job].peak_mb,
        }
        for job in jobs
    ]
    notes = ["`MB before` is what imports and a run on 2,000 units took. 50,000,000 units with --full."]
    return [Section("Memory: Parquet to Parquet, peak resident set of a process of its own", rows, notes)]
