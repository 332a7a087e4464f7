"""Tables for a ruleset, at its boundaries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs
import pyarrow as pa
from hypothesis import strategies as st

from commscore._ruleset import InputType, Ruleset
from commscore.testing._cells import Cells, cells_of, kinds_of_column
from commscore.testing._places import KINDS, codes, places, rank

_ADD_UP = frozenset({InputType.COUNT, InputType.QUANTITY})
# False is what failures shrink to: what does not matter is left out.
_KEPT = st.sampled_from((False, *(True,) * 12))  # one column in so many, and one row
_THERE = st.sampled_from((False, *(True,) * 5))  # and one table of another level in six


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
    """Draw a table of one level.

    Columns that are left out are drawn, too: as nothing else then moves, what fails shrinks one column, one row and one
    cell at a time.
    """
    limit = max_rows if level == "site" else min(max_rows, max(min_rows, len(codes(ruleset.ruleset, level))))
    where = draw(places(ruleset.ruleset, level, min_rows))
    offered = ruleset.at(level)
    drawn = [(each.input.name, draw(_KEPT), draw(kinds_of_column(each))) for each in offered]
    if rank(level) <= rank("community"):
        drawn.append(("kind", draw(_KEPT), KINDS))
    rows = draw(_rows((*where.cells, *(cells for _, _, cells in drawn)), (min_rows, limit)))
    names = [*where.names, *(name for name, _, _ in drawn)]
    found = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    kept = {name for name, is_kept, _ in drawn if is_kept}
    if kept <= {"kind"}:
        kept |= {each.input.name for each in offered[:1]}
    table = where.columns(found) | {name: found[name] for name, _, _ in drawn if name in kept}
    if level == ruleset.main and draw(st.integers(0, 7)) == 7:  # noqa: PLR2004 - one table in eight
        for each in draw(_of_coarser_levels(ruleset)):
            table[each.input.name] = draw(st.lists(each.kinds[0], min_size=len(rows), max_size=len(rows)))
    return pa.table({name: column_of(values) for name, values in table.items()})


@st.composite
def _rows(draw: st.DrawFn, cells: tuple[st.SearchStrategy[Any], ...], sizes: tuple[int, int]) -> list[Any]:
    """Draw rows, some of which are left out, unless that were too few: Hypothesis cannot cut a long row out itself."""
    least, most = sizes
    drawn = draw(st.lists(st.tuples(_KEPT, st.tuples(*cells)), min_size=least, max_size=most))
    rows = [row for is_kept, row in drawn if is_kept]
    spare = [row for is_kept, row in drawn if not is_kept]
    return rows + spare[: max(0, least - len(rows))]


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
    more: dict[str, Any] = {}
    for level in ruleset.levels():
        if level != ruleset.main:
            few = 1 if level in {"province", ruleset.ruleset.jurisdiction.level} else 3
            is_there, found = draw(_THERE), draw(tables(ruleset, level=level, min_rows=1, max_rows=few))
            more |= {level: found} if is_there else {}
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
