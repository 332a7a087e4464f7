"""What is measured in a process of its own: one Parquet file in, one out. Called by `alone`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from time import perf_counter
from typing import Any

from alone import limit_threads, peak_mb
from province import make_province
from work import Work


def run(job: str, source: str, small: str, rules: int, out: str) -> dict[str, float]:
    """Do one job once and return its seconds, and the memory held before it began.

    A run on a small file comes first, so that imports and compilation are not in the time. Imports stand within the
    jobs: a process holds what its own job needs.
    """
    work = Work(make_province(1, rules), None)
    _prepared(job, work, small, f"{out}.small")()
    call = _prepared(job, work, source, out)
    before = peak_mb()
    start = perf_counter()
    call()
    return {"seconds": perf_counter() - start, "before_mb": before}


def _prepared(job: str, work: Work, source: str, out: str) -> Callable[[], Any]:
    match job:
        case "commscore":
            return _commscore(work, source, out)
        case "pyarrow":
            return _reading_and_writing(source, out)
        case "reading":
            return partial(_read, source)
        case _:
            return partial(import_module(f"contenders.{job}").files, work, source, out)


def _commscore(work: Work, source: str, out: str) -> Callable[[], Any]:
    import commscore  # noqa: PLC0415

    limit_threads()
    rmtree(out, ignore_errors=True)
    ruleset = commscore.load_ruleset(work.ruleset)
    return partial(commscore.evaluate_files, source, ruleset, out, rollup=[], findings="none")


def _read(source: str) -> Any:
    import pyarrow.parquet as pq  # noqa: PLC0415

    return pq.read_table(source)


def _reading_and_writing(source: str, out: str) -> Callable[[], Any]:
    """Read the inputs and write the columns that `make_ready` left, which lie ready in memory."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    limit_threads()
    results = pq.read_table(_ready(source) / "units.parquet")

    def read_and_write() -> None:
        _read(source)
        pq.write_table(results, out, compression="zstd")

    return read_and_write


def make_ready(sources: list[str], rules: int) -> None:
    """Score files once, so that what commscore writes of them can be written again by others."""
    for source in sources:
        _commscore(Work(make_province(1, rules), None), source, str(_ready(source)))()


def _ready(source: str) -> Path:
    return Path(source).with_suffix(".scored")


def check(source: str, rules: int, outs: dict[str, str]) -> dict[str, float]:
    """Compare the files that the jobs wrote, and return their sizes in MB."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    from contenders.ours import passes  # noqa: PLC0415
    from outputs import check_equal  # noqa: PLC0415

    limit_threads()
    ids = [rule.id for rule in make_province(1, rules).rules]
    units = pq.read_table(Path(outs["commscore"]) / "units.parquet")
    if units.num_rows != pq.read_metadata(source).num_rows:
        raise ValueError(f"commscore wrote {units.num_rows} units of {pq.read_metadata(source).num_rows}")
    statuses = {name: passes(units[f"status.{name}"]) for name in ids}
    expected = pa.table({"code": units["key"], **statuses, "score": units["score"]})
    for job, out in outs.items():
        if job != "commscore":
            found = pq.read_table(out).select(expected.column_names)
            check_equal(expected, found.cast(_plain(found.schema)), who=job)
    return {job: _size(Path(out)) for job, out in outs.items()}


def _plain(schema: Any) -> Any:
    """Return the schema with plain strings, whichever kind of strings a library writes."""
    import pyarrow as pa  # noqa: PLC0415

    texts = (pa.string_view(), pa.large_string())
    return pa.schema([field.with_type(pa.string()) if field.type in texts else field for field in schema])


def _size(out: Path) -> float:
    return (out / "units.parquet" if out.is_dir() else out).stat().st_size / 1e6
