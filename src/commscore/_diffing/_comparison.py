"""Two runs -> what changed between them: units, findings, rules, grades, areas, and why."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc

from commscore._diffing._changes import Cause, Change, changes, count_table, counts_by_unit, unit_table
from commscore._diffing._effects import Effects, effects
from commscore._diffing._pairs import Pair, pair
from commscore._diffing._sides import Side, side_of

if TYPE_CHECKING:
    from commscore._results import Result

_SCORES = ("score", "score_low", "score_high", "grade")
_AREA_COUNTS = ("n_pass", "n_fail", "n_unknown", "n_error")


@attrs.frozen(eq=False)
class Comparison:
    """What changed from one run to another. All tables are `pyarrow.Table`.

    Attributes:
        units: The units of both, in the first run's order. Columns key, score_before, score_after, change (double; null
            where either has none), score_low_before … score_high_after, grade_before, grade_after, n_newly_failing,
            n_recovered, n_newly_unknown (int32).
        grades: How many units went from which grade to which. Columns grade_before, grade_after (null for none), units.
        findings: The units' findings whose status changed, rule by rule. Columns level, key, rule, scope, before,
            after, change (newly failing, newly unknown, recovered, decided, other), cause (data, missingness, scope,
            rules, or "rules or data" where both changed and it cannot be told).
        rules: Per rule, how many units' findings changed, as what and why.
        areas: The areas of both runs. Columns level, key, score_before, score_after, change, grade_before, grade_after,
            n_fail_before, n_fail_after and so on.
        area_findings: The areas' findings whose status changed: level, key, rule, scope, before, after (null where a
            run does not have it).
        effects: By how much the units' mean score moved, and the exact part of each cause.
        added: Keys of units that only the second run has.
        removed: Keys of units that only the first run has.
    """

    units: Any
    grades: Any
    findings: Any
    rules: Any
    areas: Any
    area_findings: Any
    effects: Effects
    added: Any
    removed: Any


def compare(before: Result, after: Result) -> Comparison:
    """Return what changed from one result to another: see `Result.compare`."""
    same = before.again is not None and after.again is not None and before.again.reads_the_same(after.again)
    supposed = None
    if not same and before.ruleset.hash != after.ruleset.hash and after.again is not None:
        supposed = side_of(after.under(before.ruleset))
    return compare_sides(side_of(before), side_of(after), supposed=supposed, same_data=same)


def compare_sides(before: Side, after: Side, *, supposed: Side | None = None, same_data: bool = False) -> Comparison:
    """Return what changed from one run to another.

    Args:
        before: The first.
        after: The second.
        supposed: The second's data scored against the first's ruleset, where both changed.
        same_data: Whether both read the same data.
    """
    pair_ = pair(before, after, supposed=supposed, same_data=same_data)
    found = list(changes(pair_))
    units = _units(pair_, counts_by_unit(pair_, found))
    return Comparison(
        units=units,
        grades=_grades(units),
        findings=unit_table(pair_, found),
        rules=count_table(found),
        areas=_areas(pair_),
        area_findings=_area_findings(pair_),
        effects=effects(pair_),
        added=pair_.added,
        removed=pair_.removed,
    )


def _units(pair_: Pair, counts: dict[str, Any]) -> Any:
    before = pair_.before.units.take(pa.array(pair_.rows_before))
    after = pair_.after.units.take(pa.array(pair_.rows_after))
    columns: dict[str, Any] = {"key": pair_.keys}
    for name in _SCORES:
        columns[f"{name}_before"], columns[f"{name}_after"] = (_plain(side[name]) for side in (before, after))
    columns["change"] = pc.subtract(columns["score_after"], columns["score_before"])
    return pa.table(columns | counts)


def _plain(column: Any) -> Any:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _grades(units: Any) -> Any:
    grouped = units.group_by(["grade_before", "grade_after"], use_threads=False).aggregate([([], "count_all")])
    return grouped.rename_columns(["grade_before", "grade_after", "units"]).sort_by(
        [("grade_before", "ascending"), ("grade_after", "ascending")]
    )


def _areas(pair_: Pair) -> Any:
    names = ["score", "grade", *_AREA_COUNTS]
    return _joined(pair_.before.areas, pair_.after.areas, ["level", "key"], names)


def _area_findings(pair_: Pair) -> Any:
    by = ["level", "key", "rule", "scope"]
    joined = _joined(pair_.before.findings, pair_.after.findings, by, ["status"])
    joined = joined.select([*by, "status_before", "status_after"]).rename_columns([*by, "before", "after"])
    same = pc.fill_null(pc.equal(joined["before"], joined["after"]), fill_value=False)
    return joined.filter(pc.invert(same))


def _joined(before: Any, after: Any, by: list[str], names: list[str]) -> Any:
    """Lay the columns of two tables side by side; rows that one of them lacks have nulls."""
    sides = [
        pa.table(
            {name: _plain(table[name]) for name in by} | {f"{name}_{suffix}": _plain(table[name]) for name in names}
        )
        for table, suffix in ((before, "before"), (after, "after"))
    ]
    # A join drops null keys from matching: they stand for areas that are not known, and get a name no area can have.
    filled = [_filled(side, by) for side in sides]
    joined = filled[0].join(filled[1], keys=by, join_type="full outer", use_threads=False)
    for i, name in enumerate(by):
        column = pc.if_else(pc.equal(joined[name], _NOWHERE), pa.scalar(None, pa.string()), joined[name])
        joined = joined.set_column(i, name, column)
    joined = joined.sort_by([(name, "ascending") for name in by])
    if "score" in names:
        joined = joined.append_column("change", pc.subtract(joined["score_after"], joined["score_before"]))
    return joined


_NOWHERE = "\x00"


def _filled(table: Any, by: list[str]) -> Any:
    for i, name in enumerate(by):
        table = table.set_column(i, name, pc.fill_null(table[name], _NOWHERE))
    return table


# ---- WORDS ----


def summary(comparison: Comparison) -> str:
    """Return what changed as text: units, grades, why the mean moved, rules, areas."""
    from tabulate import tabulate  # noqa: PLC0415 - only where text is wanted

    def table(rows: list[dict[str, Any]]) -> str:
        cells = [["" if cell is None else cell for cell in row.values()] for row in rows]
        return tabulate(cells, headers=list(rows[0]), disable_numparse=True, tablefmt="simple")

    units = comparison.units
    only = f"{len(comparison.added):,} only in the second, {len(comparison.removed):,} only in the first"
    parts = [f"{units.num_rows:,} units in both, {only}", *_mean_lines(comparison.effects, table)]
    moved = [row for row in comparison.grades.to_pylist() if row["grade_before"] != row["grade_after"]]
    if moved:
        parts += ["", "Units that change grade", table(moved)]
    if comparison.rules.num_rows:
        parts += ["", "Findings of units that changed", table(_rule_rows(comparison.rules))]
    areas = [row for row in comparison.areas.to_pylist() if row["change"] or _grade_moved(row)]
    if areas:
        shown = sorted(areas, key=lambda row: row["change"] or 0)[:_SHOWN]
        more = [f"… and {len(areas) - _SHOWN:,} more"] if len(areas) > _SHOWN else []
        parts += ["", "Areas that changed (the greatest losses first)", table([_area_row(row) for row in shown]), *more]
    if comparison.area_findings.num_rows:
        found = comparison.area_findings.slice(0, _SHOWN).to_pylist()
        rest = comparison.area_findings.num_rows - len(found)
        parts += ["", "Findings of areas that changed", table(found), *([f"… and {rest:,} more"] if rest else [])]
    return "\n".join(line.rstrip() for line in "\n".join(parts).splitlines())


_SHOWN = 20


def _mean_lines(effects_: Effects, table: Any) -> list[str]:
    if effects_.why_not:
        return ["", f"Why the mean moved is not known: {effects_.why_not}"]
    if effects_.before is None or effects_.after is None:
        return ["", "No unit has a score in both"]
    rows = [
        {"cause": part.cause, "change of the mean": _signed(part.change), "risen": part.risen, "fallen": part.fallen}
        for part in effects_.parts
    ]
    rows.append(
        {"cause": "all", "change of the mean": _signed(effects_.after - effects_.before), "risen": None, "fallen": None}
    )
    head = f"Mean score of {effects_.units:,} units: {float(effects_.before):.4f} → {float(effects_.after):.4f}"
    return ["", head, table(rows)]


def _signed(value: Fraction) -> str:
    return f"{float(value):+.4f}"


def _rule_rows(rules: Any) -> list[dict[str, Any]]:
    words = [str(word) for word in (*Change, *Cause)]
    used = [word for word in words if sum(rules[_column(word)].to_pylist())]
    return [{"rule": row["rule"]} | {word: row[_column(word)] or None for word in used} for row in rules.to_pylist()]


def _column(word: str) -> str:
    return "n_" + word.replace(" ", "_")


def _grade_moved(row: dict[str, Any]) -> bool:
    return bool(row["grade_before"] != row["grade_after"])


def _area_row(row: dict[str, Any]) -> dict[str, Any]:
    def score(value: float | None) -> str | None:
        return None if value is None else f"{value:.2f}"

    return {
        "level": row["level"],
        "area": row["key"],
        "before": score(row["score_before"]),
        "after": score(row["score_after"]),
        "change": None if row["change"] is None else f"{row['change']:+.2f}",
        "grade": f"{row['grade_before']} → {row['grade_after']}" if _grade_moved(row) else row["grade_after"],
    }
