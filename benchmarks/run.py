"""Measure commscore beside the floor of the machine and beside its peers, and print ratios.

python benchmarks/run.py                        everything but fifty million rows
python benchmarks/run.py --only in-memory areas --rows 5e5
python benchmarks/run.py --full                 up to fifty million rows
python benchmarks/run.py --quick                does everything run? (times mean nothing)
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated

from cyclopts import App, Parameter

from alone import FailedRunError, hold_to_cores, limit_threads
from machine import machine
from options import Options
from outputs import DifferentOutputError
from report import Section, as_json, as_markdown, as_text, into_page
from timing import Effort

SECTIONS = (
    "in-memory",
    "areas",
    "files",
    "growth",
    "memory",
    "reach",
    "rows",
    "peers",
    "startup",
    "spark",
    "real-units",
)

app = App(name="run.py", help="Measure commscore beside the floor of the machine and its peers.", version_flags=[])


@app.default
def run(
    *,
    only: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    rows: float = 2e6,
    units: Path | None = None,
    full: bool = False,
    quick: bool = False,
    rounds: int | None = None,
    json: Path | None = None,
    markdown: Path | None = None,
) -> int:
    """Run the benchmarks and print their tables.

    Args:
        only: Sections to run, of in-memory, areas, files, growth, memory, reach, rows, peers, startup, spark and
            real-units.
        rows: Units in memory and in files.
        units: A Parquet file of real units with `code` and `kind`; the section real-units needs it.
        full: Go up to fifty million rows in growth, memory and reach.
        quick: A few hundred rows and one round, to see that everything runs.
        rounds: How often each contender runs after its warm-up.
        json: Where to keep all numbers.
        markdown: A page whose section `Last result` is written anew, such as benchmarks/README.md; or a new file.
    """
    wanted = [*SECTIONS] if only is None else only
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        print(f"--only: there is no {', '.join(unknown)}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    effort = Effort(rounds=rounds or (1 if quick else Effort().rounds))
    with TemporaryDirectory(prefix="benchmark-") as folder:
        options = Options(
            rows=600 if quick else int(rows), folder=Path(folder), effort=effort, full=full, quick=quick, units=units
        )
        return _run(wanted, options, json, markdown)


def _run(wanted: list[str], options: Options, kept: Path | None, markdown: Path | None) -> int:
    facts = machine()
    hold_to_cores()
    limit_threads()
    print("\n".join(f"{name}: {value}" for name, value in facts.items()), "\n")
    done: list[Section] = []
    for name in wanted:
        start = perf_counter()
        try:
            found = import_module(f"sections.{name.replace('-', '_')}").sections(options)
        except (DifferentOutputError, FailedRunError) as error:
            print(f"{name}: nothing is compared: {error}", file=sys.stderr)
            return 1
        print("\n".join(map(as_text, found)), flush=True)
        done += found
        print(f"({name} took {perf_counter() - start:.0f} s)\n", flush=True)
    if kept:
        kept.write_text(json.dumps(as_json(done, facts), ensure_ascii=False, indent=1), encoding="utf-8")
    if markdown:
        page = markdown.read_text(encoding="utf-8") if markdown.exists() else ""
        markdown.write_text(into_page(page, as_markdown(done, facts)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    app()
