"""The tables of an evaluation: units, areas, rules and findings, each made when first asked for."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from commscore import _report as report
from commscore._arguments import one_or_more
from commscore._engine import _integers as ints
from commscore._engine._areas import Tally
from commscore._engine._counting import added
from commscore._engine._findings import (
    SCHEMA,
    area_tables,
    unit_findings,
)
from commscore._engine._plan import Plan
from commscore._engine._settle import area_findings, results_of
from commscore._result_tables import Context, area_scores, empty_unit_table, rule_table, unit_table, wide_table
from commscore._ruleset import AREA_LEVELS, Ruleset
from commscore._status import STATUSES, Status
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from commscore._engine._parts import UnitPart
    from commscore._engine._run import Run


class Evaluated:
    """Units, areas, rules and findings of one evaluation.

    All tables are `pyarrow.Table`; scores and values are doubles, nearest to the exact ones. Nulls mean that there is
    nothing to tell: no score where nothing was evaluated, no value where it is missing.
    """

    def __init__(self, context: Context, parts: tuple[UnitPart, ...], run: Run, own: Tally) -> None:
        self._context = context
        self._parts = parts
        self._run = run
        self._own = own

    @property
    def ruleset(self) -> Ruleset:
        """Return the ruleset that was scored against."""
        return self._context.plan.ruleset

    @property
    def plan(self) -> Plan:
        """Return what was computed for each rule, and from which table."""
        return self._context.plan

    @cached_property
    def units(self) -> Any:
        """Return one row per input row, in the same order.

        Columns: key (string); score, score_low, score_high, coverage (0 to 1), maximum (double; null where nothing was
        evaluated); grade, grade_low, grade_high (dictionary of strings; null without score or grades); n_pass, n_fail,
        n_unknown, n_error, n_notapplicable, n_notchecked, n_notselected, n_informational (int32); where the ruleset has
        conclusions, conclusions and actions (lists of strings, in file order, empty where nothing follows), and the
        grades are capped by them.
        """
        return unit_table(self._context, *self._parts) if self._parts else empty_unit_table(self._context)

    @cached_property
    def areas(self) -> Any:
        """Return one row per area and level of the rollup, fine levels first, areas by code, unknown areas last.

        Columns: level, key (null for units whose area is not known), n_units (int64), the score columns of `units`, and
        units_score, the mean of the scores of the units inside (null when none has one).
        """
        levels = self.plan.rollup or (self.ruleset.jurisdiction.level,)
        tables = [area_scores(self._context, self._run, level) for level in levels]
        whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        return whole if self.plan.rollup else whole.slice(0, 0)

    @cached_property
    def rules(self) -> Any:
        """Return one row per rule, in file order.

        Columns: rule, group, title, clause, judged (the level of its verdicts), deferred (why it is shown only),
        weight, n_pass … n_informational (its
        findings at the judged level, one per unit or per area and scope), pass_rate_low (undecided as failed),
        pass_rate (null when something is undecided
        or nothing judged) and pass_rate_high (undecided as passed), reason (why it was not checked).
        """
        return rule_table(self._context, self._run, self.unit_counts)

    @cached_property
    def unit_counts(self) -> ints.Ints:
        """Return the units' findings counted by rule, status, reason and outlook: see `_counting`."""
        return added(self._parts, len(self.plan.rules))

    def findings(
        self,
        *,
        status: str | Collection[str] | None = None,
        level: str | None = None,
        rule: str | Collection[str] | None = None,
        key: str | Collection[str] | None = None,
    ) -> Any:
        """Return findings as a long table: units in row order, then areas from fine to coarse, rules in file order.

        Args:
            status: Only these statuses, such as ``"fail"`` or ``["unknown", "error"]``.
            level: ``"unit"``, ``"area"``, or the name of a level whose areas are wanted.
            rule: Only these rules.
            key: Only these units or areas.

        Returns:
            Columns level ("unit" or the area's level), key, rule, scope (null where a unit's is not known), status,
            reason, value, low, high, required, gap (the least change of what is counted that would do), attainment
            (1 is the
            target), gain (what the score would rise by if this alone were mended), outlook (what a rule that is
            not scored would be), clause, phrase, document.

        Raises:
            UsageError: A status, level or rule that does not exist.
        """
        statuses = _wanted_statuses(status)
        self._check_filters(level, rule)
        tables = []
        if level in (None, "unit", self._units_level(level)):
            tables += [self._unit_findings(part, statuses) for part in self._parts]
        if level not in ("unit", self._units_level(level)):
            shown = self.plan.rollup if level in (None, "area") else (level,)
            tables += self._area_findings([name for name in shown if name in self.plan.area_levels], statuses)
        table = pa.concat_tables([SCHEMA.empty_table(), *tables]).unify_dictionaries().combine_chunks()
        for column, wanted in (("rule", rule), ("key", key)):
            if wanted is not None:
                names = one_or_more(column, wanted)
                mask = pc.is_in(table[column].cast(pa.string()), value_set=pa.array(names, pa.string()))
                table = table.filter(mask)
        return table

    def _units_level(self, level: str | None) -> str | None:
        """Return the level of the units where it names them and not areas of the rollup."""
        return self.plan.level if level == self.plan.level and level not in self.plan.rollup else "unit"

    def _check_filters(self, level: str | None, rule: str | Collection[str] | None) -> None:
        if level not in (None, "unit", "area", *AREA_LEVELS):
            raise UsageError(f"level: there is no {level!r}; give 'unit', 'area' or one of {', '.join(AREA_LEVELS)}")
        if level in AREA_LEVELS and level != self.plan.level and level not in self.plan.area_levels:
            raise UsageError(
                f"level: the areas of level {level!r} were not asked for; evaluate with rollup=[{level!r}]"
            )
        known = {each.id for each in self.ruleset.rules}
        wanted = [] if rule is None else one_or_more("rule", rule)
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise UsageError(f"rule: {self.ruleset.id} has no {', '.join(map(repr, unknown))}")

    def _unit_findings(self, part: UnitPart, statuses: Sequence[int]) -> Any:
        return unit_findings(part, self._context.scorer, lambda shown: np.isin(shown.status, statuses))

    def _area_findings(self, levels: Sequence[str], statuses: Sequence[int]) -> Iterator[Any]:
        wanted = pa.array([str(STATUSES[code]) for code in statuses], pa.string())
        for level in levels:
            findings = area_findings(self._run, level)
            results = results_of(findings, len(self.plan.rules), attainment=self._context.scorer.by_credit)
            labels = self._run.tally.index(level).labels
            for table in area_tables(level, labels, findings, results, self._context.scorer):
                yield table.filter(pc.is_in(table["status"].cast(pa.string()), value_set=wanted))

    def wide(self) -> Any:
        """Return one row per unit: its key, and per rule a dictionary column of statuses, in file order."""
        names = [rule.rule.id for rule in self.plan.rules]
        if not self._parts:
            types = [pa.string(), *([pa.dictionary(pa.int8(), pa.string())] * len(names))]
            return pa.table([pa.array([], kind) for kind in types], names=["key", *names])
        return wide_table(*self._parts)

    # What files, `merge` and the report read.

    def area_finding_tables(self) -> Iterator[Any]:
        """Give the findings of all areas shown, as `findings` does, but some areas at a time."""
        levels = [name for name in self.plan.rollup if name in self.plan.area_levels]
        return self._area_findings(levels, range(len(STATUSES)))

    def spread(self, name: str) -> report.Spread | None:
        """Return how a column of scores spreads over the units; null where none has one."""
        return report.spread(self.units[name])

    def counts(self, name: str) -> Counter[str | None]:
        """Return how many units have each word of a column."""
        return Counter({entry["values"]: entry["counts"] for entry in pc.value_counts(self.units[name]).to_pylist()})

    def following(self, column: str) -> Mapping[str, int]:
        """Return how many units have each of the ``conclusions``, or of the ``actions``."""
        return report.counted_in(self.units, column)

    @property
    def streamed_cells(self) -> Mapping[tuple[str, str], Sequence[int]] | None:
        """Return how many cells of units that are not kept are missing, invalid, and there, by input and level."""
        return None

    @property
    def context(self) -> Context:
        """Return the plan and score tree."""
        return self._context

    @property
    def parts(self) -> tuple[UnitPart, ...]:
        """Return the blocks of units."""
        return self._parts

    @property
    def run(self) -> Run:
        """Return the state of the evaluation."""
        return self._run

    @property
    def own(self) -> Tally:
        """Return the sums of the units alone, without those of further tables."""
        return self._own

    @property
    def keyed(self) -> bool:
        """Say whether units have keys of their own, not row numbers."""
        return self._context.keyed

    def __repr__(self) -> str:
        """Name the ruleset and count units and areas."""
        count = sum(part.units.rows for part in self._parts)
        return f"<commscore.Result of {self.ruleset.id}: {count} units, {len(self.plan.rules)} rules>"


def _wanted_statuses(status: str | Collection[str] | None) -> list[int]:
    if status is None:
        return list(range(len(STATUSES)))
    names = one_or_more("status", status)
    unknown = [name for name in names if name not in set(Status)]
    if unknown:
        raise UsageError(f"status: there is no {', '.join(map(repr, unknown))}; there are {', '.join(STATUSES)}")
    return [STATUSES.index(Status(name)) for name in names if Status(name) in STATUSES]
