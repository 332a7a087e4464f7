"""Score the example city against its plan, print the summary, and leave the results as Parquet.

python demo.py [RULESET]
"""

from __future__ import annotations

import sys
from pathlib import Path

import commscore

HERE = Path(__file__).parent
MORE = {
    level: HERE / f"{name}.parquet"
    for level, name in (("township", "townships"), ("county", "counties"), ("city", "city"))
}


def main(ruleset: str = "dalian-2023") -> None:
    """Score the communities, with the tables of the areas above them."""
    communities = HERE / "communities.parquet"
    result = commscore.evaluate(communities, ruleset, key="code", rollup=["county", "city"], more=MORE)
    print(result.summary())
    out = HERE / "out" / ruleset
    commscore.evaluate_files(
        communities, ruleset, out, key="code", rollup=["county", "city"], more=MORE, overwrite=True
    )
    print(f"\nResults: {out}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
