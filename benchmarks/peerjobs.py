"""What is measured in a process of its own: one peer on its own work. Called by `alone`."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from alone import limit_threads
from contenders import contenders, version_of
from contenders.pyarrow import SCORING
from figures import generated
from outputs import check_equal
from province import make_province
from timing import Effort, interleaved
from work import Work


def measure(job: str, module: str, rows: int, rounds: int) -> list[dict[str, Any]]:
    """Check the answers of a module's contenders for a job, then time each.

    Returns:
        For each: name, version, cannot, seconds of each run, and what of its answer was found equal.
    """
    limit_threads()
    work = generated(make_province(rows))
    found = []
    for each in contenders(job, module)[0]:
        run = partial(each.run, each.prepare(work))
        equal = _check(work, each.read(run()) if each.read else None, who=each.name)
        timing = interleaved({each.name: run}, Effort(rounds=rounds, budget=5.0))[each.name]
        facts = {"contender": each.name, "version": version_of(each.package), "cannot": each.cannot}
        found.append(facts | {"seconds": timing.seconds, "equal": equal})
    return found


def _check(work: Work, answer: Any, *, who: str) -> str:
    """Compare with pyarrow's answer as much as this one holds, and say what that was."""
    expected = SCORING[0].run(SCORING[0].prepare(work))
    if answer.column_names[-1] == "score":
        check_equal(expected, answer, who=who)
        return "statuses, scores"
    counts = _counts(work, expected)
    counts = counts.filter(pc.is_in(counts["rule"], value_set=answer["rule"].combine_chunks()))
    check_equal(counts.select(answer.column_names).sort_by("rule"), answer.sort_by("rule"), who=who)
    return "units that fail, by rule" if "n_fail" in answer.column_names else "units that fail or are unknown, by rule"


def _counts(work: Work, expected: Any) -> Any:
    ids = [rule.id for rule in work.province.rules]
    fails = [pc.sum(pc.invert(expected[name])).as_py() or 0 for name in ids]
    unknown = [expected[name].null_count for name in ids]
    either = [one + other for one, other in zip(fails, unknown, strict=True)]
    return pa.table({"rule": ids, "n_fail": fails, "n_fail_or_unknown": either})
