"""Start-up: from the shell to the end of an import, or of the help text."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from contenders import installed, version_of
from options import Options
from report import Section
from timing import Effort, interleaved

PYTHON = ("floor: python, nothing", "", ["-c", "pass"])
PYARROW = ("import pyarrow", "pyarrow", ["-c", "import pyarrow"])
COMMANDS = (
    PYTHON,
    PYARROW,
    ("import pyarrow, pyarrow.compute, numpy", "pyarrow", ["-c", "import pyarrow, pyarrow.compute, numpy"]),
    ("import commscore", "commscore", ["-c", "import commscore"]),
    ("commscore, evaluate loaded", "commscore", ["-c", "import commscore; commscore.evaluate"]),
    ("commscore, a ruleset loaded", "commscore", ["-c", "import commscore; commscore.load_ruleset('dalian-2023')"]),
    ("commscore --help", "commscore", ["-m", "commscore", "--help"]),
    ("commscore --version", "commscore", ["-m", "commscore", "--version"]),
    ("import polars", "polars", ["-c", "import polars"]),
    ("import duckdb", "duckdb", ["-c", "import duckdb"]),
    ("import pandera.polars", "pandera", ["-c", "import pandera.polars"]),
    ("import pointblank", "pointblank", ["-c", "import pointblank"]),
    ("import dataframely", "dataframely", ["-c", "import dataframely"]),
    ("import cuallee", "cuallee", ["-c", "import cuallee"]),
    ("import zen", "zen-engine", ["-c", "import zen"]),
    ("import openfisca_core", "OpenFisca-Core", ["-c", "import openfisca_core.simulations"]),
)


def sections(options: Options) -> list[Section]:
    """Time whole processes, in turn."""
    commands = [each for each in COMMANDS if not each[1] or installed(each[1])]
    jobs = {name: partial(_run, arguments) for name, _, arguments in commands}
    for job in jobs.values():
        job()  # into the cache of the file system, and compiled
    timings = interleaved(jobs, Effort(rounds=1 if options.quick else 7))
    python, pyarrow = timings[PYTHON[0]].best, timings[PYARROW[0]].best
    rows = [
        {
            "command": name,
            "version": version_of(package) if package else sys.version.split()[0],
            "best s": timings[name].best,
            "spread": timings[name].spread,
            "beyond python, ms": 1e3 * (timings[name].best - python),
            "beyond pyarrow, ms": 1e3 * (timings[name].best - pyarrow),
        }
        for name, package, _ in commands
    ]
    notes = ["Names of commscore load when first used: `evaluate loaded` is what a script that scores waits for."]
    return [Section("Start-up: whole processes", rows, notes)]


def _run(arguments: list[str]) -> None:
    command = [sys.executable, "-W", "ignore", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2])  # noqa: S603
