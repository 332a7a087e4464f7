"""Real units: codes and kinds from a file, figures generated."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from comparing import compare
from contenders import contenders
from figures import with_figures
from options import Options
from province import DIGITS, SCOPES, make_province
from report import Section
from work import Work

_QUICK = 2000
_SEED = 20230630


def sections(options: Options) -> list[Section]:
    """Compare on the units of ``--units``; without it there is nothing to measure."""
    if options.units is None:
        return [Section("Real units", [], ["Skipped: give a Parquet file with `code` and `kind` as --units FILE."])]
    units = pq.read_table(options.units, columns=["code", "kind"])
    units = units.slice(0, _QUICK) if options.quick else units
    scoped = units.filter(pc.is_in(units["kind"].cast(pa.string()), value_set=pa.array(SCOPES, pa.string())))
    left_out = units.num_rows - scoped.num_rows
    return [_scoring(units, left_out, options), *(_areas(scoped, level, left_out, options) for level in DIGITS)]


def _scoring(units: Any, neither: int, options: Options) -> Section:
    entrants, _ = contenders("SCORING", "floor", "ours", "polars", "duckdb", "pyarrow")
    work = _work(units, "county", closed=False)
    title = f"Real units in memory: {units.num_rows:,} × {len(work.province.rules)} rules"
    undecided = (
        f"Codes and kinds are real, figures generated with seed {_SEED}. {neither:,} units are neither urban nor "
        "rural, so that nothing is decided for them: commscore calls that `error`, the others leave it null."
    )
    return compare(title, work, entrants, options.effort, notes=[undecided])


def _areas(units: Any, level: str, left_out: int, options: Options) -> Section:
    entrants, _ = contenders("AREAS", "ours", "polars", "duckdb")
    work = _work(units, level, closed=True)
    areas = pc.count_distinct(pc.utf8_slice_codeunits(units["code"], 0, DIGITS[level])).as_py()
    title = f"Real units by {level}: {units.num_rows:,} units in {areas:,} areas"
    notes = [f"The {left_out:,} units that are neither urban nor rural are left out here."]
    return compare(title, work, entrants, options.effort, notes=notes)


def _work(units: Any, level: str, *, closed: bool) -> Work:
    province = make_province(units.num_rows, level=level, seed=_SEED)
    return Work(province, with_figures(units, province), closed=closed)
