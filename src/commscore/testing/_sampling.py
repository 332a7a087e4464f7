"""What laws are tried on: a few rules of the ruleset, tables at their boundaries, and evaluations of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import attrs
import pyarrow as pa
from hypothesis import assume
from hypothesis import strategies as st

from commscore._evaluation import evaluate
from commscore._requirement import decimal
from commscore._results import Result
from commscore._ruleset import AREA_LEVELS, LEVELS, NATION, Conclusion, Input, InputType, Rule, Ruleset
from commscore.errors import DataError, DataWarning
from commscore.reference._values import read_cell
from commscore.testing._cells import names_in, stored, with_wholes
from commscore.testing._places import rank
from commscore.testing._tables import Dataset, Subject, column_of, datasets, main_level, subject_of

KEY = "row_key"
_MOST_RULES = 3
_LATE = "2100-01-01"


@attrs.frozen(eq=False)
class Sample:
    """One thing to try a law on.

    Attributes:
        ruleset: The rules in question, with the ruleset's groups and scoring; other rules are left out.
        subject: The same, with what its inputs turn on.
        dataset: The tables; the units have a key column of their own.
        as_of: The day on which dues are looked at; null is the ruleset's own.
    """

    ruleset: Ruleset
    subject: Subject
    dataset: Dataset
    as_of: str | None

    @property
    def options(self) -> dict[str, Any]:
        """Return the options for ``evaluate``."""
        known = AREA_LEVELS if self.ruleset.jurisdiction.level == NATION else LEVELS
        levels = tuple(level for level in known[2:] if rank(level) >= rank(self.dataset.level))
        key = KEY if KEY in self.dataset.table.column_names else None
        return {
            "key": key,
            "rollup": levels,
            "as_of": self.as_of,
            "level": self.dataset.level,
            "more": self.dataset.more,
        }


def focused(ruleset: Ruleset, rules: Iterable[Rule]) -> Ruleset:
    """Leave only some rules, the inputs that they use, and the conclusions that speak of no others."""
    kept = tuple(rules)
    names = with_wholes(set().union(*map(names_in, kept)), ruleset.inputs)
    inputs = {name: entry for name, entry in ruleset.inputs.items() if name in names}
    ids = {rule.id for rule in kept}
    conclusions = tuple(each for each in ruleset.conclusions if _rules_of(each) <= ids)
    return attrs.evolve(ruleset, rules=kept, inputs=inputs, conclusions=conclusions)


def _rules_of(conclusion: Conclusion) -> set[str]:
    when = conclusion.when
    return {*when.fail_any, *when.fail_all, *when.unknown_any}


@st.composite
def _some_rules(draw: st.DrawFn, ruleset: Ruleset, most: int) -> list[Rule]:
    """Draw a few rules, now and then those that a conclusion speaks of."""
    spoken_of = [_rules_of(each) for each in ruleset.conclusions if 0 < len(_rules_of(each)) <= most]
    if spoken_of and draw(st.integers(0, 3)) == 3:  # noqa: PLR2004 - one in four
        wanted = draw(st.sampled_from(spoken_of))
        return [rule for rule in ruleset.rules if rule.id in wanted]
    picks = st.lists(st.integers(0, len(ruleset.rules) - 1), min_size=1, max_size=most, unique=True)
    return [ruleset.rules[index] for index in sorted(draw(picks))]


@st.composite
def samples(
    draw: st.DrawFn, ruleset: Ruleset, *, min_rows: int = 1, max_rows: int = 5, max_rules: int = _MOST_RULES
) -> Sample:
    """Draw a few rules and their tables."""
    some = focused(ruleset, draw(_some_rules(ruleset, max_rules)))
    subject = subject_of(some, main=main_level({entry.level for entry in ruleset.inputs.values()}))
    found = draw(datasets(subject, min_rows=min_rows, max_rows=max_rows))
    keys = pa.array([f"u{number}" for number in range(found.table.num_rows)], pa.string())
    found = attrs.evolve(found, table=found.table.append_column(KEY, keys))
    return Sample(some, subject, found, draw(st.sampled_from((None, _LATE))))


def judge(sample: Sample, *, table: Any = None, ruleset: Ruleset | None = None, **options: Any) -> Result:
    """Evaluate a sample, or a variation of it; what no rule has a column for is not tried."""
    data = sample.dataset.table if table is None else table
    with warnings.catch_warnings(action="ignore", category=DataWarning):
        try:
            return evaluate(data, ruleset or sample.ruleset, **(sample.options | options))
        except DataError:
            assume(False)  # noqa: FBT003 - the name says what is assumed
            raise


# ---- CELLS OF A SAMPLE ----


def tables_of(dataset: Dataset) -> dict[str, Any]:
    """Return all tables, by level."""
    return {dataset.level: dataset.table, **dataset.more}


def with_table(dataset: Dataset, level: str, table: Any) -> Dataset:
    """Put another table in the place of that of a level."""
    if level == dataset.level:
        return attrs.evolve(dataset, table=table)
    return attrs.evolve(dataset, more={**dataset.more, level: table})


def with_cell(table: Any, name: str, row: int, raw: Any) -> Any:
    """Put another value into one cell; the column keeps its kind."""
    position, column = table.column_names.index(name), table[name].to_pylist()
    column[row] = raw
    return table.set_column(position, name, column_of(column))


def reading(table: Any, inputs: Mapping[str, Input]) -> list[dict[str, Any]]:
    """Read the cells of a table as the plain evaluator does, row by row; a part above its whole is null."""
    rows, measured = [], [name for name, entry in inputs.items() if entry.type is not InputType.CATEGORY]
    for raw in table.to_pylist():
        found = {name: read_cell(inputs[name], raw[name], ("",)) for name in measured if name in raw}
        numbers = {name: cell if isinstance(cell, Fraction) else None for name, cell in found.items()}
        for name, cell in list(numbers.items()):
            whole = numbers.get(inputs[name].part_of or "")
            if cell is not None and whole is not None and cell > whole:
                numbers[name] = None
        rows.append(numbers)
    return rows


def as_stored(value: Fraction, entry: Input, like: Any) -> Any:
    """Write a value as the column stores it: as number, yes or no, or text."""
    if entry.type is InputType.FLAG:
        return {bool: bool(value), str: str(bool(value)).lower()}.get(type(like), int(value))
    shown = stored(value, entry)
    if isinstance(like, str):
        return decimal(shown)
    return int(shown) if shown.denominator == 1 else float(shown)
