"""How far one machine goes: whole runs over files, by rows, rules and areas, and what follows for a country's homes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from alone import FailedRunError, alone
from figures import write
from options import Options
from province import make_province
from report import Section

HOUSEHOLDS = 500_000_000
BASE = 2_000_000
RULES = 30


@attrs.frozen
class Size:
    """One run: units, rules, and how many areas of a level they lie in; 0 shows none."""

    rows: int
    rules: int = RULES
    areas: int = 0

    @property
    def level(self) -> str:
        """Return the level of the areas; empty for none."""
        return "township" if self.areas else ""


SIZES = (Size(BASE // 10), Size(BASE), Size(BASE, rules=100), Size(BASE, areas=10_000), Size(BASE, areas=100_000))
LARGE = (Size(10_000_000),)
LARGEST = (Size(20_000_000), Size(50_000_000), Size(50_000_000, areas=500_000))


def sections(options: Options) -> list[Section]:
    """Measure commscore alone, each run in a process of its own; the largest with ``--full``."""
    sizes = [*SIZES, *LARGE, *(LARGEST if options.full else ())]
    runs = [_run(options, size) for size in sizes]
    plain = [run for run, size in zip(runs, sizes, strict=True) if not size.areas and size.rules == RULES]
    notes = [
        "Whole runs of evaluate_files with findings='none', Parquet in and out, imports included.",
        "The last line is extrapolated: time by a line through the two largest runs without areas, memory the most.",
    ]
    beyond = [] if options.quick else [_extrapolated(plain)]
    return [Section("How far one machine goes", [*runs, *beyond], notes)]


def _run(options: Options, size: Size) -> dict[str, Any]:
    rows = options.scaled(size.rows)
    areas = min(size.areas, rows // 2)
    source = options.folder / f"reach-{rows}-{size.rules}-{areas}.parquet"
    province = make_province(rows, size.rules, groups=areas or 100, level=size.level or "county")
    write(province, source)
    outcome = alone("reachjobs", "score", str(source), size.rules, size.level, str(options.folder / "out-reach"))
    megabytes = source.stat().st_size / 1e6
    source.unlink()
    if outcome.fault:
        raise FailedRunError(f"{rows:,} units: {outcome.fault}")
    return {
        "units": rows,
        "rules": size.rules,
        "areas": int(outcome.result["areas"]),
        "MB in": megabytes,
        "minutes": outcome.result["seconds"] / 60,
        "peak MB": outcome.peak_mb,
        "how": "measured",
    }


def _extrapolated(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Extend the line through the two largest runs to every household of the country; memory does not grow."""
    one, other = sorted(runs, key=lambda run: run["units"])[-2:]
    beyond = (HOUSEHOLDS - other["units"]) / (other["units"] - one["units"])
    return {
        "units": HOUSEHOLDS,
        "rules": other["rules"],
        "areas": other["areas"],
        **{name: other[name] + beyond * (other[name] - one[name]) for name in ("MB in", "minutes")},
        "peak MB": max(run["peak MB"] for run in runs),
        "how": "extrapolated",
    }
