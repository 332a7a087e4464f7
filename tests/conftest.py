"""Hypothesis profiles: `dev` by default, `ci` where CI is set, `thorough` by `make test-all`."""

from __future__ import annotations

import os
import sys

from hypothesis import HealthCheck, Phase, settings

# No profile times an example: two test processes share the machine with whatever else runs on it.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", UNTIMED, max_examples=50)
# The same examples each time, so that only a change of the code can turn a run red.
settings.register_profile("ci", UNTIMED, max_examples=60, derandomize=True, print_blob=True)
settings.register_profile("thorough", UNTIMED, max_examples=1000, print_blob=True)
# For `make mutants`: a fault is told by the first example that shows it, and the smallest is not asked for.
settings.register_profile(
    "mutants", UNTIMED, max_examples=40, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# The processes of pytest-xdist have no main file, which pyspark takes for a run of its own doctests.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__
