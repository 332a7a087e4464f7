"""What a page tells of all units, counted batch by batch: never more than some rows of them at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commscore._report import counted_in
from commscore._ruleset import Grade
from commscore._status import Status

if TYPE_CHECKING:
    from commscore._publishing._published import Published
    from commscore._ruleset import Ruleset

STEPS = 20  # of the histogram
SCORES = ("score", "score_low", "score_high", "coverage")
GRADES = ("grade", "grade_low", "grade_high")
_FOLLOWING = ("conclusions", "actions")
_COLUMNS = ("key", *SCORES, "maximum", *GRADES, "n_pass", "n_fail", "n_unknown", "n_error")
_HAIR = 1e-9  # doubles of an exact score and threshold may differ by so much where they meet
_UNDECIDED = (Status.UNKNOWN, Status.ERROR)


@attrs.define(eq=False)
class Digest:
    """What was counted of units.

    Attributes:
        units: How many there are.
        scored: How many have a score.
        least: The least score; infinite where there is none.
        greatest: The greatest.
        top: The greatest maximum.
        steps: How many have a score within each step of the maximum, from 0 to 100 percent.
        held: How many have the score for a better grade that a cap or veto keeps from them.
        lowest: The rows with the lowest scores.
        nearest: Those with the least distance to the next grade, in percent of the maximum, as ``distance``.
        open: Unknown findings and errors of units by status and reason, and how many each rule has of them.
        helpful: By key, the failing findings of the nearest that would suffice alone.
        kept: Whether findings of units are at hand.
    """

    units: int = 0
    scored: int = 0
    least: float = float("inf")
    greatest: float = float("-inf")
    top: float = 0.0
    steps: Any = attrs.Factory(lambda: np.zeros(STEPS, dtype=np.int64))
    held: int = 0
    lowest: Sequence[Mapping[str, Any]] = ()
    nearest: Sequence[Mapping[str, Any]] = ()
    open: dict[tuple[str, str], Counter[str]] = attrs.Factory(dict)
    helpful: dict[str, list[Mapping[str, Any]]] = attrs.Factory(dict)
    kept: bool = True
    sums: dict[str, list[float]] = attrs.Factory(lambda: {name: [] for name in SCORES})
    grades: dict[str, Counter[str | None]] = attrs.Factory(lambda: {name: Counter() for name in GRADES})
    following: dict[str, Counter[str]] = attrs.Factory(lambda: {name: Counter() for name in _FOLLOWING})

    def mean(self, name: str) -> float | None:
        """Return the mean of a score, of those who have one."""
        return fsum(self.sums[name]) / self.scored if self.scored else None


def digested(published: Published, ruleset: Ruleset, *, lowest: int, nearest: int) -> Digest:
    """Read units and findings once.

    Args:
        published: The run.
        ruleset: Its ruleset.
        lowest: How many of the lowest to keep.
        nearest: How many of those nearest to the next grade.
    """
    digest = Digest()
    low, near = _Least(lowest), _Least(nearest)
    for batch in published.batches("units", [*_COLUMNS, *_FOLLOWING]):
        _count(digest, batch)
        percent = percents(batch)
        distance = _distances(batch, percent, ruleset.scoring.grades)
        digest.held += int((distance <= 0).sum())
        low.add(batch, percent)
        near.add(batch, np.where(distance > 0, distance, np.nan))
    digest.lowest, digest.nearest = low.rows(), near.rows()
    _read_findings(digest, published)
    return digest


def _count(digest: Digest, batch: Any) -> None:
    digest.units += batch.num_rows
    rows = batch.filter(pc.is_valid(batch["score"]))
    digest.scored += rows.num_rows
    for name in SCORES:
        digest.sums[name].append(fsum(rows[name].to_numpy(zero_copy_only=False)))
    for name in GRADES:
        counts = pc.value_counts(batch[name]).to_pylist()
        digest.grades[name].update({entry["values"]: entry["counts"] for entry in counts})
    whole = pa.Table.from_batches([batch])
    for name in _FOLLOWING:
        digest.following[name].update(counted_in(whole, name))
    if rows.num_rows:
        ends = pc.min_max(rows["score"]).as_py()
        digest.least, digest.greatest = min(digest.least, ends["min"]), max(digest.greatest, ends["max"])
        digest.top = max(digest.top, pc.max(rows["maximum"]).as_py() or 0)
        digest.steps += np.histogram(percents(rows), bins=STEPS, range=(0, 100))[0]


def percents(batch: Any) -> Any:
    """Return scores in percent of the maximum; NaN where there is none."""
    score, maximum = (batch[name].to_numpy(zero_copy_only=False).astype(float) for name in ("score", "maximum"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * score / maximum


def _distances(batch: Any, percent: Any, grades: Sequence[Grade]) -> Any:
    """Return how much each score lacks of the next grade; NaN for the best and those without one."""
    names = [grade.name for grade in grades]
    thresholds = np.array([np.nan, *(float(grade.at_least) for grade in grades)])  # that of the grade above each
    codes = pc.index_in(batch["grade"].cast(pa.string()), value_set=pa.array(names, pa.string()))
    return thresholds[codes.fill_null(0).to_numpy(zero_copy_only=False)] - percent


class _Least:
    """The rows with the least values seen so far, in order."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: Any = None

    def add(self, batch: Any, values: Any) -> None:
        """Look at further rows; those whose value is NaN do not count."""
        order = np.argsort(values, kind="stable")[: self._most]
        order = order[~np.isnan(values[order])]
        rows = pa.Table.from_batches([batch]).take(pa.array(order))
        for i, field in enumerate(rows.schema):
            if pa.types.is_dictionary(field.type):
                rows = rows.set_column(i, field.name, rows[i].cast(pa.string()))
        rows = rows.append_column("distance", pa.array(values[order], pa.float64()))
        self._kept = rows if self._kept is None else pa.concat_tables([self._kept, rows])
        best = np.argsort(self._kept["distance"].to_numpy(), kind="stable")[: self._most]
        self._kept = self._kept.take(pa.array(best))

    def rows(self) -> list[Mapping[str, Any]]:
        """Return the rows."""
        return [] if self._kept is None else self._kept.to_pylist()


# ---- FINDINGS ----


def _read_findings(digest: Digest, published: Published) -> None:
    wanted = {row["key"]: row["distance"] * row["maximum"] / 100 for row in digest.nearest}
    keys = pa.array(list(wanted), pa.string())
    seen = False
    for batch in published.batches("findings", ["level", "key", "rule", "scope", "status", "reason", "gap", "gain"]):
        rows = batch.filter(pc.equal(batch["level"], "unit"))
        seen = seen or rows.num_rows > 0
        status = rows["status"].cast(pa.string())
        _count_open(digest, rows.filter(pc.is_in(status, value_set=pa.array(_UNDECIDED, pa.string()))))
        failing = rows.filter(pc.and_(pc.equal(status, Status.FAIL), pc.is_in(rows["key"], value_set=keys)))
        for row in failing.to_pylist():
            if (row["gain"] or 0) >= wanted[row["key"]] - _HAIR:
                digest.helpful.setdefault(row["key"], []).append(row)
    digest.kept = seen or published.manifest()["options"].get("findings") != "none"


def _count_open(digest: Digest, rows: Any) -> None:
    for (status, reason, rule), count in _groups(rows, ("status", "reason", "rule")):
        digest.open.setdefault((status, reason), Counter())[rule] += count


def _groups(rows: Any, names: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Count rows by some of their columns."""
    plain = pa.table({name: rows[name].cast(pa.string()) for name in names})
    for row in plain.group_by(list(names)).aggregate([([], "count_all")]).to_pylist():
        yield tuple(row[name] for name in names), row["count_all"]


def area_open(findings: Any) -> dict[tuple[str, str], Counter[str]]:
    """Count unknown findings and errors of areas by status and reason, and by rule."""
    found: dict[tuple[str, str], Counter[str]] = {}
    statuses = findings["status"].cast(pa.string())
    rows = findings.filter(pc.is_in(statuses, value_set=pa.array(_UNDECIDED, pa.string())))
    for (status, reason, rule), count in _groups(rows, ("status", "reason", "rule")):
        found.setdefault((status, reason), Counter())[rule] += count
    return found
