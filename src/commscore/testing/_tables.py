"""Tables for a ruleset, at its boundaries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs
import pyarrow as pa
from hypothesis import strategies as st

from commscore._ruleset import InputType, Ruleset
from commscore.testing._cells import Cells, cells_of, columns
from commscore.testing._places import codes, kinds, place_columns, rank

_ADD_UP = frozenset({InputType.COUNT, InputType.QUANTITY})
_LEFT_OUT = 12  # one column in so many is left out


@attrs.frozen(eq=False)
class Dataset:
    """What one evaluation takes: the units, and tables of other levels.

    Attributes:
        table: The units.
        level: Their level.
        more: Tables of other levels, by level.
    """

    table: Any
    level: str
    more: Mapping[str, Any]

    def __repr__(self) -> str:
        """Write what can be pasted into ``evaluate``."""
        return f"Dataset({written(self.table)}, level={self.level!r}, more={written_more(self.more)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - the protocol's own signature
        """Show the same where Hypothesis prints."""
        printer.text("…" if cycle else repr(self))


@attrs.frozen(eq=False)
class Subject:
    """A ruleset with what its tables are drawn from. It is made once for many draws, and shown by its id."""

    ruleset: Ruleset
    cells: Mapping[str, Cells]
    main: str

    def __repr__(self) -> str:
        """Give the ruleset's id, not all of it: reprs of strategies and failures hold this."""
        return repr(self.ruleset.id)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - the protocol's own signature
        """Show the same where Hypothesis prints."""
        printer.text("…" if cycle else repr(self))

    def levels(self) -> list[str]:
        """Return the levels that inputs describe, from fine to coarse."""
        return sorted({cells.input.level for cells in self.cells.values()}, key=rank)

    def at(self, level: str) -> list[Cells]:
        """Return the cells of the inputs of a level, in the catalogue's order."""
        return [cells for cells in self.cells.values() if cells.input.level == level]


def subject_of(ruleset: Ruleset, *, main: str | None = None) -> Subject:
    """Prepare a ruleset: what its inputs turn on, and what the rows of its main table are unless that is given."""
    cells = cells_of(ruleset)
    return Subject(ruleset, cells, main or main_level({each.input.level for each in cells.values()}))


def main_level(levels: Collection[str]) -> str:
    """Choose the level of the rows that are scored: communities, or where no input describes them the finest."""
    return "community" if "community" in levels or not levels else min(levels, key=rank)


@st.composite
def tables(draw: st.DrawFn, ruleset: Subject, *, level: str, min_rows: int, max_rows: int) -> Any:
    """Draw a table of one level."""
    limit = max_rows if level == "site" else min(max_rows, max(min_rows, len(codes(ruleset.ruleset, level))))
    size = draw(st.integers(min_rows, limit))
    found: dict[str, list[Any]] = draw(place_columns(ruleset.ruleset, level, size))
    if rank(level) <= rank("community") and draw(st.integers(0, _LEFT_OUT)) < _LEFT_OUT:
        found["kind"] = draw(kinds(size))
    offered = ruleset.at(level)
    kept = [cells for cells in offered if draw(st.integers(0, _LEFT_OUT)) < _LEFT_OUT] or offered[:1]
    if level == ruleset.main and draw(st.integers(0, 7)) == 7:  # noqa: PLR2004 - one table in eight
        kept += draw(_of_coarser_levels(ruleset))
    for cells in kept:
        found[cells.input.name] = draw(columns(cells, size=size))
    return pa.table({name: column_of(values) for name, values in found.items()})


def _of_coarser_levels(ruleset: Subject) -> st.SearchStrategy[list[Cells]]:
    """Draw inputs that describe areas and add up: a finer table may have them, too, and is then the one that counts."""
    coarser = [each for level in ruleset.levels() if rank(level) > rank(ruleset.main) for each in ruleset.at(level)]
    found = [each for each in coarser if each.input.type in _ADD_UP]
    return (
        st.lists(st.sampled_from(found), max_size=2, unique_by=lambda each: each.input.name) if found else st.just([])
    )


def column_of(values: list[Any]) -> Any:
    """Make a column of cells; of whole numbers and others, doubles."""
    if any(isinstance(value, float) for value in values):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array(values) if any(value is not None for value in values) else pa.array(values, pa.string())


@st.composite
def datasets(draw: st.DrawFn, ruleset: Subject, *, min_rows: int, max_rows: int) -> Dataset:
    """Draw a table of units, and mostly the tables of the other levels that inputs describe."""
    table = draw(tables(ruleset, level=ruleset.main, min_rows=min_rows, max_rows=max_rows))
    more = {}
    for level in ruleset.levels():
        if level != ruleset.main and draw(st.integers(0, 5)) < 5:  # noqa: PLR2004 - one in six is not there
            few = 1 if level in {"province", ruleset.ruleset.jurisdiction.level} else 3
            more[level] = draw(tables(ruleset, level=level, min_rows=1, max_rows=few))
    return Dataset(table, ruleset.main, more)


# ---- WRITTEN OUT ----


def written(table: Any) -> str:
    """Write a table as a mapping of columns that can be pasted into ``evaluate``."""
    found = table if isinstance(table, Mapping) else table.to_pydict()
    return "{" + ", ".join(f"{name!r}: [{', '.join(map(_cell, values))}]" for name, values in found.items()) + "}"


def written_more(more: Mapping[str, Any]) -> str:
    """Write tables by level."""
    return "{" + ", ".join(f"{level!r}: {written(table)}" for level, table in more.items()) + "}"


def _cell(value: Any) -> str:
    """Write a cell; NaN and infinity have no literals."""
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):  # noqa: PLR0124 - NaN
        return f'float("{value}")'
    return repr(value)
