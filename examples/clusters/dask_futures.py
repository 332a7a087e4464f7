"""Dask: files scored by Dask's workers, merged exactly. Needs ``distributed``.

python dask_futures.py dalian-2023 part-1.parquet part-2.parquet …
"""

from __future__ import annotations

import sys

from distributed import Client

import commscore


def score(path: str, ruleset: str) -> commscore.Result:
    """Score a file."""
    return commscore.evaluate(path, ruleset, key="code", level="community")


def evaluate(ruleset: str, *paths: str) -> commscore.Result:
    """Score files side by side, and merge the results; units come in the order of the files."""
    with Client() as client:
        return commscore.merge(*client.gather(client.map(score, paths, ruleset=ruleset)))


if __name__ == "__main__":
    print(evaluate(*sys.argv[1:]).summary())
