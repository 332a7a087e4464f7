"""What one run over a file takes, in a process of its own. Called by `alone`."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from time import perf_counter

from alone import limit_threads
from province import make_province
from work import Work


def score(source: str, rules: int, level: str, out: str) -> dict[str, float]:
    """Score a file into a folder, with the areas of a level unless it is empty; return seconds and areas.

    Nothing precedes the clock: it is a whole run, imports and all, that a user waits for.
    """
    start = perf_counter()
    import commscore  # noqa: PLC0415

    limit_threads()
    work = Work(make_province(1, rules), None)
    rollup = [level, "province"] if level else []
    rmtree(out, ignore_errors=True)
    found = commscore.evaluate_files(source, str(work.ruleset), Path(out), rollup=rollup, findings="none")
    seconds = perf_counter() - start
    areas = found.areas.num_rows
    rmtree(out, ignore_errors=True)
    return {"seconds": seconds, "areas": areas}
