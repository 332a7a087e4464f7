"""One measurement in a process of its own: its memory is nobody else's, and a crash is a line in the table.

The parent calls `alone`; the child is this file run as a script. It prints one JSON line: what the function returned
and the most memory the process ever held.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

THREADS = 2
ENVIRONMENT = {"POLARS_MAX_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS), "ARROW_IO_THREADS": str(THREADS)}


class FailedRunError(Exception):
    """A contender ended without a result in its own process."""


@attrs.frozen
class Outcome:
    """What came of it.

    Attributes:
        result: What the function returned.
        peak_mb: The most memory the process held, in MB of a million bytes.
        fault: Why there is no result, or nothing.
    """

    result: Any = None
    peak_mb: float = 0.0
    fault: str = ""


def alone(module: str, function: str, *arguments: Any, timeout: float = 1800) -> Outcome:
    """Call a function of a module in a fresh interpreter; arguments and result are JSON."""
    command = [sys.executable, "-W", "ignore", __file__, module, function, json.dumps(arguments)]
    try:
        done = subprocess.run(command, env=os.environ | ENVIRONMENT, timeout=timeout, capture_output=True, text=True)  # noqa: PLW1510, S603
    except subprocess.TimeoutExpired:
        return Outcome(fault=f"stopped after {timeout:.0f} s")
    if done.returncode:
        return Outcome(fault=_fault(done.returncode, done.stderr))
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def _fault(code: int, said: str) -> str:
    if code < 0:
        return f"crashed with {signal.Signals(-code).name}"
    return said.strip().splitlines()[-1] if said.strip() else f"ended with {code}"


def peak_mb() -> float:
    """Return the most memory this process has held.

    `getrusage` starts from what the parent held when it forked, so the kernel's own high-water mark goes first.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def hold_to_cores() -> None:
    """Keep this process and its children on two cores, where the system can, whatever a library makes of them."""
    os.environ.update(ENVIRONMENT)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def limit_threads() -> None:
    """Give pyarrow in this process two threads; others read the environment, or are told where they are called."""
    import pyarrow as pa  # noqa: PLC0415 - the parent of a start-up measurement need not load it

    pa.set_cpu_count(THREADS)
    pa.set_io_thread_count(THREADS)


def main() -> None:
    """Be the child."""
    module, function, arguments = sys.argv[1:]
    result = getattr(import_module(module), function)(*json.loads(arguments))
    print(json.dumps({"result": result, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
