"""The benchmarks are scripts: their folder goes on the path, as it is when they run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
