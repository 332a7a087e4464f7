"""The results of many rulesets as one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from commscore._arguments import one_or_more
from commscore._engine._findings import SCHEMA
from commscore._routing._comparison import compare_jurisdictions
from commscore._routing._placing import NOWHERE
from commscore._routing._summary import Lost, routed_summary
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from commscore._results import Result

Rows = npt.NDArray[np.int64]
RULESET = "ruleset"
UNROUTED = pa.schema(
    [
        pa.field("level", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("key", pa.string()),
        pa.field("code", pa.string()),
        pa.field("year", pa.int32()),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("nearest", pa.string()),
    ]
)


def unrouted_table(lost: Sequence[tuple[Any, ...]], keys: Any, rows: Rows, *, level: str = "unit") -> Any:
    """Make the table of rows that went to no ruleset.

    Args:
        lost: Codes of such rows, and what was found, piece by piece.
        keys: The keys of all rows.
        rows: The numbers of those rows.
        level: ``unit``, or the level of a further table.
    """
    found = [each for _, some in lost for each in some]
    codes = [chunk for codes, _ in lost for chunk in (codes.chunks if isinstance(codes, pa.ChunkedArray) else [codes])]
    keys = keys.take(pa.array(rows))
    columns = [
        pa.array([level] * len(rows), pa.string()),
        pa.array(rows),
        keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys,
        pa.chunked_array(codes, pa.string()).combine_chunks(),
        pa.array([year for _, _, year in found], pa.int32()),
        pa.array([str(each.why) for _, each, _ in found], pa.string()),
        pa.array([None if each.nearest is None else each.nearest.id for _, each, _ in found], pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=UNROUTED)


@attrs.frozen(eq=False)
class Routes:
    """Which ruleset each row went to.

    Attributes:
        ids: The rulesets.
        numbers: By row, the position of its ruleset in ``ids``; -1 for none.
        years: By row, its year; 0 where it is not known.
        by_year: Whether a column says the years, so that keys are unique within a year.
        keyed: Whether rows have keys of their own, not row numbers.
    """

    ids: tuple[str, ...]
    numbers: npt.NDArray[np.int16]
    years: Rows
    by_year: bool
    keyed: bool


class RoutedResult:
    """Units, areas, rules and findings of one table whose rows went to many rulesets.

    Each ruleset's own result is in `results`, and is what `evaluate` gives for its rows alone.
    """

    def __init__(self, results: Mapping[str, Result], routes: Routes, unrouted: Any) -> None:
        self._results = dict(results)
        self._routes = routes
        self._unrouted = unrouted

    @property
    def results(self) -> Mapping[str, Result]:
        """Return the result of each ruleset that rows went to, by its id, sorted by it."""
        return {id_: self._results[id_] for id_ in sorted(self._results)}

    @property
    def unrouted(self) -> Any:
        """Return one row for each row that went to no ruleset, in input order.

        Columns: level (``unit``, or the level of a further table), row (int64, from 0), key, code, year (int32; null
        where it is not known), reason (``missing_code``, ``invalid_code``, ``missing_year``, ``invalid_year``,
        ``other_year``: its place has rulesets of other years only, ``no_ruleset``: its place has none), nearest (the
        ruleset that ``fallback`` would take; null where there is none).
        """
        return self._unrouted

    @cached_property
    def units(self) -> Any:
        """Return one row per input row, in the same order: the columns of `Result.units`, and ruleset after the key.

        A row that went to no ruleset has nulls for ruleset, scores and counts; where a ruleset draws no conclusions,
        its rows have nulls for conclusions and actions.
        """
        routes = self._routes.numbers
        tables = [_tagged(self._results[id_].units, id_) for id_ in self._routes.ids]
        lost = self._unrouted.filter(pc.equal(self._unrouted["level"], "unit"))
        tables.insert(0, pa.table({"key": lost["key"], RULESET: _word(None, lost.num_rows)}))
        if len(tables) == 1:
            tables.append(_EMPTY_UNITS)
        whole = pa.concat_tables(tables, promote_options="default").unify_dictionaries().combine_chunks()
        order = np.argsort(routes, kind="stable")
        if (order[1:] > order[:-1]).all():
            return whole
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return whole.take(pa.array(place)).combine_chunks()

    @cached_property
    def areas(self) -> Any:
        """Return the areas of each ruleset: `Result.areas` with the column ruleset before, sorted by ruleset."""
        return self._each("areas")

    @cached_property
    def rules(self) -> Any:
        """Return the rules of each ruleset: `Result.rules` with the column ruleset before, sorted by ruleset."""
        return self._each("rules")

    def _each(self, name: str) -> Any:
        tables = [_tagged(getattr(result, name), id_, at=0) for id_, result in self.results.items()]
        return _joined(tables)

    def findings(
        self,
        *,
        status: str | Collection[str] | None = None,
        level: str | None = None,
        rule: str | Collection[str] | None = None,
        key: str | Collection[str] | None = None,
        ruleset: str | Collection[str] | None = None,
    ) -> Any:
        """Return findings as a long table, ruleset by ruleset, each as `Result.findings` gives them.

        Args:
            status: As for `Result.findings`.
            level: As there; rulesets without areas of that level have none.
            rule: As there; a ruleset gives those that it has.
            key: As there.
            ruleset: Only the findings of these rulesets.

        Returns:
            The columns of `Result.findings`, and ruleset before them.

        Raises:
            UsageError: A status, or a ruleset, rule or level that no ruleset has.
        """
        ids = list(self.results) if ruleset is None else one_or_more("ruleset", ruleset)
        unknown = [id_ for id_ in ids if id_ not in self._results]
        if unknown:
            raise UsageError(f"ruleset: no row went to {', '.join(map(repr, unknown))}")
        rules = None if rule is None else one_or_more("rule", rule)
        tables, refused = [], []
        for id_ in ids:
            result = self._results[id_]
            own = rules
            if rules is not None:
                known = {each.id for each in result.ruleset.rules}
                own = [name for name in rules if name in known] or rules
            try:
                tables.append(_tagged(result.findings(status=status, level=level, rule=own, key=key), id_, at=0))
            except UsageError as error:
                refused.append(error)
        if refused and not tables:
            raise refused[0]
        return _joined(tables or [_tagged(SCHEMA.empty_table(), None, at=0)])

    def explain(self, key: str, *, lang: str = "zh") -> str:
        """Return every finding of a unit or area in words, as `Result.explain` does.

        Args:
            key: The key of a unit, or the code of an area. What several rulesets know of it (in several years, or an
                area that lies in several places) is told one after the other.
            lang: ``zh`` or ``en``.

        Raises:
            UsageError: No ruleset knows of it; whether it went to none, and why.
        """
        told, refused = [], []
        for result in self.results.values():
            try:
                told.append(result.explain(key, lang=lang))
            except UsageError as error:
                refused.append(error)
        if told:
            return "\n\n".join(told)
        lost = self._unrouted.filter(pc.equal(self._unrouted["key"], key)).to_pylist()
        if lost:
            nearest = lost[0]["nearest"]
            hint = f"; fallback=True (--fallback) takes {nearest}" if nearest else ""
            raise UsageError(f"{key} went to no ruleset: {lost[0]['reason']}{hint}")
        raise refused[0] if refused else UsageError(f"there is no unit or area {key!r}")

    def compare_jurisdictions(self) -> Any:
        """Return what two rulesets or more judge alike, side by side: the same inputs by the same assessment.

        Returns:
            One row per ruleset, rule and scope. Columns: assessment, inputs (what is judged and of what, null for
            conditions of several parts), code, place, year, ruleset, rule, scope (null where the requirement goes by
            none), judged (the level of the verdicts), required, n_judged (int64: findings that are decided or might
            be), pass_rate_low (undecided as failed), pass_rate (null when something is undecided or nothing judged),
            pass_rate_high, mean_value (of the verdicts' own values, in which the assessment is measured; null for yes
            and no, and where none is known). Rows that compare stand together, sorted by code and year.
        """
        return compare_jurisdictions(self.results)

    def summary(self, *, lang: str = "en") -> str:
        """Return a plain-text summary: each ruleset with its units and scores, and the rows that went to none.

        Args:
            lang: ``zh`` or ``en``.
        """
        return routed_summary(list(self.results.values()), Lost.of(self._unrouted), lang=lang)

    @property
    def routes(self) -> Routes:
        """Return which ruleset each row went to."""
        return self._routes

    def __repr__(self) -> str:
        """Count rulesets and rows."""
        lost = int((self._routes.numbers == NOWHERE).sum())
        return (
            f"<commscore.RoutedResult of {len(self._results)} rulesets: {len(self._routes.numbers)} units, "
            f"{lost} of them without a ruleset>"
        )


_EMPTY_UNITS = pa.table(
    {
        name: pa.array([], kind)
        for name, kind in (
            *((name, pa.float64()) for name in ("score", "score_low", "score_high", "coverage", "maximum")),
            *((name, pa.dictionary(pa.int8(), pa.string())) for name in ("grade", "grade_low", "grade_high")),
        )
    }
)


def _word(word: str | None, rows: int) -> Any:
    """Return a column that says one word."""
    words = pa.array([] if word is None else [word], pa.string())
    if word is None:
        return pa.nulls(rows, pa.dictionary(pa.int16(), pa.string()))
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int16)), words)


def _tagged(table: Any, id_: str | None, *, at: int = 1) -> Any:
    return table.add_column(at, RULESET, _word(id_, table.num_rows))


def _joined(tables: Sequence[Any]) -> Any:
    if not tables:
        return pa.table({RULESET: _word(None, 0)})
    return pa.concat_tables(tables, promote_options="default").unify_dictionaries().combine_chunks()
