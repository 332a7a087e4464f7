"""The result of an evaluation, and what can be made of it: words, files, plans, comparisons."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from commscore import _report as report
from commscore._arguments import ruleset_name
from commscore._diffing import Comparison, compare
from commscore._engine._areas import Tally, merged
from commscore._evaluated import Evaluated
from commscore._improving import By, Improvement, fix_first, improve
from commscore._loading import load_ruleset, with_changes
from commscore._publishing import (
    html_of,
    of_result,
    plot,
    result_html,
    write_csv,
    write_html,
    write_workbook,
)
from commscore._result_tables import Context
from commscore._ruleset import Ruleset
from commscore._sweeping import sweep
from commscore.errors import CommscoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from os import PathLike

    from commscore._engine._parts import UnitPart
    from commscore._engine._run import Run


def settled(
    context: Context, parts: tuple[UnitPart, ...], run: Run, own: Tally, *, again: Again | None = None
) -> Result:
    """Add the units' sums to those of the further tables, and hand out the result."""
    whole = attrs.evolve(run, tally=merged([run.further, own]))
    return Result(context, parts, whole, own, again=again)


@attrs.frozen(eq=False)
class Again:
    """How to evaluate the same data against another ruleset.

    Attributes:
        data: The data, with the tables of other levels, as the caller gave them.
        evaluate: What evaluates them.
    """

    data: tuple[Any, ...]
    evaluate: Callable[[Ruleset], Result]

    def reads_the_same(self, other: Again) -> bool:
        """Say whether another evaluation read the same objects."""
        return len(self.data) == len(other.data) and all(map(is_, self.data, other.data))


class FailuresError(CommscoreError):
    """Raised by `Result.raise_for_failures`: some findings fail, or could not be decided.

    Attributes:
        counts: How many findings of units and areas have each of the statuses asked about.
        findings: The findings themselves, as in `Result.findings`.
    """

    def __init__(self, counts: dict[str, int], findings: Any) -> None:
        self.counts = counts
        self.findings = findings
        super().__init__(counts)

    def __str__(self) -> str:
        """Count by status and name the worst rules."""
        total = ", ".join(f"{count} {status}" for status, count in self.counts.items() if count)
        rules = pc.value_counts(self.findings["rule"].cast(pa.string())).to_pylist()
        rules.sort(key=lambda entry: -entry["counts"])
        worst = ", ".join(f"{entry['values']} ({entry['counts']})" for entry in rules[:5])
        return f"{total}; most often: {worst}. See .findings for each"


class Result(Evaluated):
    """Units, areas, rules and findings of one evaluation, and what can be made of them.

    All tables are `pyarrow.Table`; scores and values are doubles, nearest to the exact ones. Nulls mean that there is
    nothing to tell: no score where nothing was evaluated, no value where it is missing.
    """

    def __init__(
        self, context: Context, parts: tuple[UnitPart, ...], run: Run, own: Tally, *, again: Again | None = None
    ) -> None:
        super().__init__(context, parts, run, own)
        self._again = again

    def raise_for_failures(self, status: str | Collection[str] = ("fail", "error")) -> None:
        """Raise if any finding of a unit or area has one of these statuses.

        Raises:
            FailuresError: There are such findings; it carries them.
        """
        found = self.findings(status=status)
        if found.num_rows:
            counted = pc.value_counts(found["status"].cast(pa.string())).to_pylist()
            raise FailuresError({entry["values"]: entry["counts"] for entry in counted}, found)

    def explain(self, key: str, *, lang: str = "zh") -> str:
        """Return every finding of one unit or area in words, with numbers, clause and source.

        Args:
            key: The key of a unit, or the code of an area of the rollup.
            lang: ``zh`` or ``en``.

        Raises:
            UsageError: No unit or area has that key.
        """
        return report.explain(self, key, lang=lang)

    def improve(
        self,
        key: str,
        *,
        to: str | float | Fraction,
        by: By = "fixes",
        costs: Any = None,
        mend_undecided: bool = False,
    ) -> Improvement:
        """Return the cheapest set of findings of one unit or area to mend for a grade or score.

        Args:
            key: The key of a unit, or the code of an area of the rollup.
            to: A grade's name, or a score on the model's scale.
            by: What is kept small: ``fixes`` (how many), ``gap`` (each weighs its rule's weight times the share of the
                target that is lacking), or ``cost``.
            costs: For ``cost``: a mapping of rules to costs, or a table with the columns rule, cost and, where costs
                differ from place to place, key. Rules without a cost are not among the steps, but listed.
            mend_undecided: Whether unknown findings and errors may be among the steps, as if deciding them made them
                pass.

        Returns:
            The steps, with the score and grade that they lead to; `Improvement.reachable` says whether they are enough.
            Each finding counts as mended on its own, though one deed may mend several.

        Raises:
            UsageError: No such unit, area, grade or rule, a score out of range, or costs that are none.

        Example:
            >>> import commscore
            >>> communities = {"code": ["210202001001"], "kind": ["urban"], "social_orgs": [9]}
            >>> plan = commscore.evaluate(communities, "dalian-2023").improve("210202001001", to="达标")
            >>> [(step.rule, step.gap) for step in plan.steps]
            [('social-orgs', 1.0)]
        """
        return improve(self, key, to=to, by=by, costs=costs, mend_undecided=mend_undecided)

    def fix_first(self, key: str) -> Any:
        """Return where in an area to begin: for each failing rule, the places inside that hold it back.

        Args:
            key: The code of an area of the rollup.

        Returns:
            Columns rule, scope, level and key (of the place inside: a unit, or an area where the rule is judged there),
            value (its own; null for yes and no), shortfall (what mending it adds to what is counted: 1 place for shares
            and `each`, else what its numerator lacks of the target), cumulative, and needed (the first places that
            together close the gap of the area). Rules in file order; places of shares and `each` come with the nearest
            to its own target first, those of means and ratios with the furthest first, so that the fewest are needed.
            A total says nothing of single places and has no rows.

        Raises:
            UsageError: There is no such area, or it is a unit.
        """
        return fix_first(self, key)

    def under(
        self, ruleset: str | PathLike[str] | Ruleset | None = None, *, changes: Mapping[str, Any] | None = None
    ) -> Result:
        """Evaluate the same data, in the same way, against another ruleset: what if the city had promised that?

        Args:
            ruleset: Another ruleset: that of another city or year; by default the same.
            changes: Rules to change in it, as for `with_changes`: ``{"social-orgs": {"urban": ">= 12"}}``.

        Returns:
            The other result. `compare` tells who changes grade.

        Raises:
            UsageError: The data could be read only once, there is no such rule, or neither argument is given.
            RulesetError: The ruleset cannot be used.
            DataError: The data has no column for it.
        """
        if ruleset is None and changes is None:
            raise UsageError("under: give another ruleset, or changes to this one")
        if self._again is None:
            raise UsageError(
                "the data of this result cannot be read again: evaluate a table or a path, not a stream, a merged "
                "result, or files written to a folder"
            )
        other = self.ruleset if ruleset is None else load_ruleset(ruleset_name(ruleset))
        return self._again.evaluate(with_changes(other, changes) if changes else other)

    def compare(self, other: Result) -> Comparison:
        """Return what changed from this result to another, and why.

        Units are those of both, by key. A changed finding is put down to the data, to missingness, to scope or to the
        rules; where both rulesets and data differ, the other's data is scored against this ruleset once more to tell.

        Args:
            other: The later result, or that of another ruleset (see `under`).

        Raises:
            DataError: The two have no unit in common.
        """
        return compare(self, other)

    @property
    def again(self) -> Again | None:
        """Return how to evaluate the same data against another ruleset; null where it could be read only once."""
        return self._again

    def sweep(self, rule: str, thresholds: Sequence[Any], *, scope: str | None = None) -> Any:
        """Return how many would pass if a rule asked for more, or for less.

        Args:
            rule: The rule; it must have one figure: at least, more than, at most, less than, or exactly.
            thresholds: Figures in place of its own, as numbers (``0.46`` for 46%) or exact texts (``"0.46"``).
            scope: Which requirement is moved, ``urban`` or ``rural``, where it goes by scope; only its places are
                counted then.

        Returns:
            One row per threshold, in the order given. Columns threshold (double), required, n_pass, n_fail, n_unknown,
            n_error (findings at the level where the rule is judged), pass_rate_low (undecided as failed), pass_rate
            (null when something is undecided or nothing judged) and pass_rate_high: the data for a plot.

        Raises:
            UsageError: No such rule or scope, a rule without one figure, a threshold that is no number, or data that
                could be read only once.
        """
        return sweep(self, rule, thresholds, scope=scope)

    def summary(self, *, lang: str = "en") -> str:
        """Return a plain-text summary: scores, grades, the worst rules and areas, coverage, what was not checked."""
        return report.summary(self, lang=lang)

    def plot(
        self,
        what: str = "scores",
        *,
        rule: str | None = None,
        thresholds: Sequence[Any] | None = None,
        scope: str | None = None,
        lang: str = "zh",
    ) -> Any:
        """Return a plot as an altair chart, for notebooks.

        Args:
            what: ``scores`` (their distribution over the units), ``rules`` (pass rates, what is open lighter),
                ``areas`` (a heat map of pass rates by rule and county, or township where the jurisdiction is a county),
                or ``sweep`` (the pass rate of a rule as its figure moves).
            rule: For ``sweep``: the rule.
            thresholds: For ``sweep``: the figures, as `sweep` takes them.
            scope: For ``sweep``: ``urban`` or ``rural``.
            lang: ``zh`` or ``en``.

        Raises:
            UsageError: altair is not installed (``commscore[plot]``), there is no such plot, or nothing to draw.
        """
        return plot(self, what, lang=lang, rule=rule, thresholds=thresholds, scope=scope)

    def to_excel(self, path: str | PathLike[str], *, lang: str = "zh") -> None:
        """Write a workbook: summary, areas, rules, findings that fail or are undecided, and units.

        Headers stay in view and have filters, statuses are coloured, codes stay texts, and no text becomes a formula
        or a link. A table longer than a sheet is cut, and the summary says so.

        Args:
            path: The file; one that is there is replaced.
            lang: Language of titles, ``zh`` or ``en``.

        Raises:
            UsageError: XlsxWriter is not installed (``commscore[excel]``), or the file cannot be written.
        """
        write_workbook(of_result(self), Path(path), lang=lang)

    def to_html(self, path: str | PathLike[str] | None = None, *, lang: str = "zh") -> str:
        """Return the report as one HTML page that needs nothing else, and write it where a path is given.

        Scores with their intervals, grades, pass rates by rule and place, the worst rules, the units nearest to the
        next grade, what was unknown or not checked and why, areas with what fails in them, the ruleset and the run.
        Long tables are cut, and say so.

        Args:
            path: The file; one that is there is replaced.
            lang: ``zh`` or ``en``.

        Raises:
            UsageError: There is no such language, or the file cannot be written.
        """
        published = of_result(self)
        return html_of(published, lang=lang) if path is None else write_html(published, Path(path), lang=lang)

    def to_csv(self, folder: str | PathLike[str], *, lang: str = "zh", encoding: str = "utf-8-sig") -> list[Path]:
        """Write units, areas, rules and findings (that fail or are undecided) as CSV files.

        Texts that a spreadsheet would take for formulas get an apostrophe before them.

        Args:
            folder: Where the files go.
            lang: Language of headers, ``zh`` or ``en``.
            encoding: ``utf-8-sig``, ``utf-8`` or ``gb18030``.

        Returns:
            The files.

        Raises:
            UsageError: There is no such encoding, or nothing can be written there.
        """
        return write_csv(of_result(self), Path(folder), lang=lang, encoding=encoding)

    def _repr_html_(self) -> str:
        """Return the areas' scores as a table, for a notebook."""
        return result_html(self)
