"""What it was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from alone import THREADS
from contenders import version_of

PACKAGES = (
    "commscore",
    "numpy",
    "pyarrow",
    "polars",
    "duckdb",
    "pandera",
    "pointblank",
    "dataframely",
    "cuallee",
    "zen-engine",
    "durable-rules",
    "OpenFisca-Core",
)


def machine(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Return processor, cores, memory, system, threads, versions and date, for people."""
    versions = (f"{name} {version_of(name) or '(not installed)'}" for name in packages)
    return {
        "processor": _processor(),
        "cores": f"{THREADS} used of {os.cpu_count()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "threads": f"{THREADS} for each library",
        "versions": ", ".join(versions),
        "load when it began": f"{os.getloadavg()[0]:.1f}",
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
