"""Which column is which input: by name, title or alias, or as the caller says."""

from __future__ import annotations

import difflib
import unicodedata
import warnings
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from commscore.errors import DataFault, DataWarning, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from commscore._ruleset import Input

# Built-in columns and the names that tables use for them.
BUILT_IN = MappingProxyType(
    {
        "kind": ("城乡", "城乡类型", "城乡分类", "城乡分类代码"),
        "code": ("统计用区划代码", "区划代码", "代码"),
        "site": (),
        "community": (),
        "township": ("乡镇", "街道", "乡镇街道"),
        "county": ("区县", "县区", "县"),
        "city": ("地市", "市"),
        "province": ("省", "省份"),
    }
)
# How alike names must be for one to be taken for a slip of the other.
ALIKE = 0.8
# In very wide tables no more pairs of names than this are compared.
MOST_COMPARED = 50_000


@attrs.frozen
class Names:
    """Every name by which a column may call an input or a built-in.

    Attributes:
        exact: By name as written: the names of inputs and built-ins themselves.
        titles: By title or alias as written.
        loose: By any of these, reduced: letter case, blanks and full-width forms do not matter.
    """

    exact: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, tuple[str, ...]]
    loose: Mapping[str, tuple[str, ...]]

    def targets(self, column: str) -> tuple[tuple[str, ...], bool]:
        """Return what a column may be, and whether its name is written exactly so."""
        exact = self.exact.get(column) or self.titles.get(column)
        return (exact, True) if exact else (self.loose.get(reduced(column), ()), False)


def reduced(name: str) -> str:
    """Reduce a name to what matters: no blanks, no letter case, no full-width forms."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def names_of(inputs: Mapping[str, Input]) -> Names:
    """List every name by which columns may call these inputs and the built-ins."""
    exact: dict[str, dict[str, None]] = {}
    titles: dict[str, dict[str, None]] = {}
    loose: dict[str, dict[str, None]] = {}
    for target, others in [*((name, _titles(entry)) for name, entry in inputs.items()), *BUILT_IN.items()]:
        exact.setdefault(target, {})[target] = None
        for other in others:
            titles.setdefault(other, {})[target] = None
        # A heading often carries the unit: 社区社会组织数量（个）.
        unit = inputs[target].unit if target in inputs else None
        for name in (target, *others):
            for written in (name, f"{name}({unit})") if unit else (name,):
                loose.setdefault(reduced(written), {})[target] = None
    return Names(*({name: tuple(found) for name, found in kind.items()} for kind in (exact, titles, loose)))


def _titles(entry: Input) -> tuple[str, ...]:
    """Return the titles and aliases of an input."""
    return (entry.title.zh, *((entry.title.en,) if entry.title.en else ()), *entry.aliases)


def match_columns(
    columns: Sequence[str], inputs: Mapping[str, Input], *, given: Mapping[str, str] | None, table: str
) -> tuple[dict[str, int], list[DataFault]]:
    """Find the column of each input and built-in.

    Args:
        columns: The table's column names, in order.
        inputs: What a column may be, beside the built-ins.
        given: The caller's own mapping of column to input; it goes before everything else.
        table: Table to name in faults.

    Returns:
        Position of the column of each input or built-in that has one, and what is ambiguous.

    Raises:
        UsageError: ``given`` names columns or inputs that there are not, or one input twice.
    """
    names = names_of(inputs)
    given = given if columns else {}  # a table without columns is empty, whatever it is asked for
    matched = _given(columns, inputs, given or {})
    claims: dict[str, tuple[list[int], list[int]]] = {}
    faults = []
    taken = set(matched.values())
    for position, column in enumerate(columns):
        if position in taken:
            continue
        targets, exact = names.targets(column)
        if len(targets) > 1:
            message = f"it may be {' or '.join(map(repr, targets))}: say which by columns={{{column!r}: …}}"
            faults.append(DataFault(message, table=table, column=column))
        elif targets and targets[0] not in matched:
            claims.setdefault(targets[0], ([], []))[0 if exact else 1].append(position)
    for target, (exactly, loosely) in claims.items():
        found = exactly or loosely
        if len(found) == 1:
            matched[target] = found[0]
            continue
        shown = " and ".join(repr(columns[position]) for position in found)
        message = f"columns {shown} are both {target!r}: keep one, or say which by columns={{…: {target!r}}}"
        faults.append(DataFault(message, table=table, column=columns[found[0]]))
    return matched, faults


def _given(columns: Sequence[str], inputs: Mapping[str, Input], given: Mapping[str, str]) -> dict[str, int]:
    """Follow the caller's own mapping, or say all that is wrong with it."""
    problems = []
    matched: dict[str, int] = {}
    for column, target in given.items():
        if column not in columns:
            problems.append(f"columns: the table has no column {column!r}{_hint(column, columns)}")
        if target not in inputs and target not in BUILT_IN:
            problems.append(f"columns: there is no input {target!r}{_hint(target, [*inputs, *BUILT_IN])}")
        if target in matched:
            problems.append(f"columns: input {target!r} is given twice")
        if column in columns:
            matched[target] = list(columns).index(column)
    if problems:
        raise UsageError("; ".join(problems))
    return matched


def _hint(name: str, known: Iterable[str]) -> str:
    """Name what is nearest, or list what there is."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f" (did you mean {near[0]!r}?)"
    return f" (there are {', '.join(known[:10])}{', …' if len(known) > 10 else ''})" if known else ""  # noqa: PLR2004


def find_key(key: str, columns: Sequence[str], matched: Mapping[str, int]) -> int | None:
    """Find the key column: by its own name, else by what it was matched to; a table without columns needs none.

    Raises:
        UsageError: There is no such column, or more than one.
    """
    if key in matched and key not in columns:
        return matched[key]
    found = [position for position, column in enumerate(columns) if column == key]
    if len(found) == 1:
        return found[0]
    if not columns:
        return None
    if found:
        raise UsageError(f"key: the table has {len(found)} columns {key!r}")
    raise UsageError(f"key: the table has no column {key!r}{_hint(key, columns)}")


def warn_of_slips(columns: Sequence[str], inputs: Mapping[str, Input], used: Mapping[str, int], *, table: str) -> None:
    """Warn, in one message, of columns that match nothing but nearly match an input without a column."""
    known = {
        reduced(name): target
        for target, others in [
            *((name, _titles(entry)) for name, entry in inputs.items()),
            ("kind", ()),
            ("code", ()),
        ]
        if target not in used
        for name in (target, *others)
    }
    taken = set(used.values())
    left = [column for position, column in enumerate(columns) if position not in taken]
    slips = []
    for column in left[: MOST_COMPARED // max(len(known), 1)]:
        near = difflib.get_close_matches(reduced(column), known, n=1, cutoff=ALIKE)
        if near:
            slips.append(f"{column!r} is no input: did you mean {known[near[0]]!r}?")
    if slips:
        warnings.warn(f"{table}: {'; '.join(slips)}", DataWarning, stacklevel=2)
