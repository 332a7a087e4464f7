"""Blocks of units -> totals: what is counted while units stream by, the same however they are cut into blocks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow.compute as pc

from commscore._engine._areas import Tally, merged, sum_scores
from commscore._engine._counting import added, by_status
from commscore._engine._parcels import Where, cut_parcels
from commscore._report import bad_cells, count_cells, counted_in
from commscore._status import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._engine._parts import UnitPart
    from commscore._results import Result

_SCORES = ("score", "low", "high", "coverage")


class Totals:
    """Counts and exact means of the units seen so far.

    Attributes:
        rows: How many.
        counts: Their findings, as `_counting` counts them.
        cells: Their cells, as the report counts them.
    """

    def __init__(self, rules: int) -> None:
        self.rows = 0
        self.counts = added((), rules)
        self.cells: dict[tuple[str, str], list[int]] = {}
        self._sums = Tally()
        self._grades: Counter[str | None] = Counter()
        self._following: dict[str, Counter[str]] = {"conclusions": Counter(), "actions": Counter()}
        self._ends: list[float] = []
        for name in _SCORES:
            self._sums.index(name).id_of("all")

    def state(self) -> dict[str, Any]:
        """Return all of it, to be kept."""
        return {
            "rows": self.rows,
            "counts": self.counts,
            "cells": self.cells,
            "sums": self._sums,
            "grades": self._grades,
            "following": self._following,
            "ends": self._ends,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take up what was kept."""
        self.rows, self.counts, self.cells = state["rows"], state["counts"], state["cells"]
        self._sums, self._grades, self._ends = state["sums"], state["grades"], state["ends"]
        self._following = state["following"]

    def absorb(self, state: Mapping[str, Any]) -> None:
        """Add what was kept of other units."""
        self.rows += state["rows"]
        self.counts = self.counts + state["counts"]
        for cell, counts in state["cells"].items():
            self.cells[cell] = [sum(pair) for pair in zip(self.cells.get(cell, [0] * len(counts)), counts, strict=True)]
        self._sums = merged([self._sums, state["sums"]])
        self._grades.update(state["grades"])
        for column, counted in state["following"].items():
            self._following[column].update(counted)
        ends = [*self._ends, *state["ends"]]
        self._ends = [min(ends), max(ends)] if ends else []

    @property
    def means(self) -> dict[str, float | None]:
        """Return the means of the units' scores, nearest to the exact ones; null where none has one."""
        means = {name: float(self._sums.mean_score(name)[0]) for name in _SCORES}
        return {name: None if np.isnan(mean) else mean for name, mean in means.items()}

    def add(self, part: UnitPart, units: Any) -> None:
        """Take in a block, and the table of its units."""
        self.rows += part.units.rows
        self.counts += added([part], len(self.counts))
        count_cells(self.cells, part.units, part.plans)
        nothing, everybody = np.zeros(part.units.rows, dtype=np.int64), np.zeros(1, dtype=np.int64)
        whole = cut_parcels({"all": Where(nothing, ("all",))}, part.units.rows)
        for name in _SCORES:
            self._sums.add_scores(name, everybody, sum_scores(whole, getattr(part.scores, name))["all"])
        for entry in pc.value_counts(units["grade"]).to_pylist():
            self._grades[entry["values"]] += entry["counts"]
        for column, counts in self._following.items():
            counts.update(counted_in(units, column))
        ends = pc.min_max(units["score"]).as_py()
        found = [*self._ends, *(end for end in ends.values() if end is not None)]
        self._ends = [min(found), max(found)] if found else []

    def described(self, result: Result) -> dict[str, Any]:
        """Return the totals as the manifest has them; ``result`` gives those of areas."""
        shown = self.means
        names = [grade.name for grade in result.ruleset.scoring.grades]
        unscored = self._grades[None] if names else None
        return {
            "units": self.rows,
            "areas": _counted(result.areas["level"]),
            "unit_scores": {
                "mean": shown["score"],
                "mean_low": shown["low"],
                "mean_high": shown["high"],
                "coverage": shown["coverage"],
                "least": self._ends[0] if self._ends else None,
                "greatest": self._ends[1] if self._ends else None,
            },
            "grades": {name: self._grades[name] for name in names} | ({"none": unscored} if unscored else {}),
            **({} if result.context.concluder is None else {"following": self._followed(result)}),
            "findings": {"unit": self._by_status(), "area": self._of_areas(result)},
            "cells": [attrs.asdict(cells) for cells in bad_cells(result)],
        }

    def following(self, column: str) -> Mapping[str, int]:
        """Return how many units have each conclusion, or action."""
        return self._following[column]

    def _followed(self, result: Result) -> dict[str, Any]:
        return {
            column: {
                "unit": dict(sorted(counts.items())),
                "area": dict(sorted(counted_in(result.areas, column).items())),
            }
            for column, counts in self._following.items()
        }

    def _by_status(self) -> dict[str, int]:
        counts = by_status(self.counts).sum(axis=0)
        return {str(status): int(count) for status, count in zip(STATUSES, counts, strict=True)}

    def _of_areas(self, result: Result) -> dict[str, int]:
        columns = [result.areas[f"n_{status}"] for status in STATUSES]
        return {str(status): int(pc.sum(column).as_py() or 0) for status, column in zip(STATUSES, columns, strict=True)}


def _counted(words: Any) -> dict[str, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(words).to_pylist()}
