"""Property-test rulesets: Hypothesis strategies for tables and rulesets, and the laws that hold of every ruleset.

Needs the extra ``testing``. `check_laws` runs on any ruleset; `tables`, `rows`, `datasets`, `events`,
`requirements` and `rulesets` are strategies for tests of your own. With pytest, ruleset files are tests: see
``docs/testing.md``.
"""

from __future__ import annotations

from commscore.errors import UsageError

try:
    import hypothesis as _hypothesis
except ImportError:
    raise UsageError(
        "commscore.testing needs Hypothesis, which is not installed: pip install commscore[testing]"
    ) from None
else:
    del _hypothesis

from commscore.testing._checking import LAWS, LawReport, LawRun, check_laws
from commscore.testing._law import Law, LawError
from commscore.testing._strategies import datasets, events, requirements, rows, rulesets, tables
from commscore.testing._tables import Dataset

__all__ = [
    "LAWS",
    "Dataset",
    "Law",
    "LawError",
    "LawReport",
    "LawRun",
    "check_laws",
    "datasets",
    "events",
    "requirements",
    "rows",
    "rulesets",
    "tables",
]
