"""Rows of a spreadsheet that are no units: titles above the names, units below them, totals and notes at the end."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow.compute as pc

from commscore._ruleset import InputType
from commscore._tables._buffers import is_text, plain, positions, texts
from commscore._tables._keys import SHOWN, fault
from commscore._tables._matching import names_of
from commscore._tables._numerals import OK, read_flag
from commscore._tables._spellings import as_code, as_flag, as_number, respelled
from commscore._tables._streams import Piece, Source
from commscore.errors import DataError, DataFault, DataWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from commscore._ruleset import Input

Array = Any  # pyarrow ships no types

# What people write where they have no value.
MARKERS = frozenset(
    (
        *("-", "--", "—", "——", "–", "*", "**", ".", "..", "…", "……", "/", "\\"),
        *("无", "缺", "不详", "未知", "暂无", "空", "n/a", "na", "null", "none", "nan", "nil"),
    )
)
_TOTALS = frozenset(
    (
        *("合计", "总计", "小计", "共计", "累计", "总数", "平均", "平均值", "均值", "全市", "全县", "全区", "全省"),
        *("total", "totals", "subtotal", "sum", "average"),
    )
)
_NOTE = re.compile(
    r"(?:填表|填报|制表|审核|复核|报送|报出|负责|单位|联系|备注|附注|注|说明|日期|note)[^:：]{0,8}[:：]", re.IGNORECASE
)
_ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
_LONGEST_UNIT = 10
# What such texts look like, to find them among many: blanks may stand between the letters.
_BLANKS = "[\\s\u3000]*"
_BEGINNINGS = "|".join(_BLANKS.join(map(re.escape, word)) for word in sorted(_TOTALS))
_SUSPECT = f"(?i)^{_BLANKS}(?:{_BEGINNINGS}){_BLANKS}$|[:：]"
_SUSPECT_CODE = f"{_SUSPECT}|[eE]"
# No digit at all: what is left are marks, units and words.
_NO_NUMBER = "^[^0-9０-９]+$"
_NUMBERS = (InputType.COUNT, InputType.QUANTITY, InputType.RATE)
_MARKED = (*_NUMBERS, InputType.FLAG)


def refuse_other_names(source: Source, inputs: Mapping[str, Input], given: Collection[str], *, table: str) -> None:
    """Refuse a spreadsheet whose names seem to stand in another row.

    Raises:
        DataError: The row that fits better.
    """
    if not source.top or set(given) & set(source.names):
        return
    names = names_of(inputs)

    def known(row: Sequence[str]) -> int:
        return len({names.targets("".join(cell.split("\n")).strip())[0] for cell in row} - {()})

    here = known(source.names)
    best = max(range(len(source.top)), key=lambda index: (known(source.top[index]), -index))
    if known(source.top[best]) > here:
        shown = " ".join(cell for cell in source.top[source.header_row - 1] if cell)[:40]
        message = (
            f"row {source.header_row} ({shown!r}) is taken for the column names, but row {best + 1} has more that are "
            f"known: say header_row={best + 1} (--header-row {best + 1})"
        )
        raise DataError([DataFault(message, table=table)])


@attrs.frozen(eq=False)
class Roles:
    """What the columns of a spreadsheet are, by position.

    Attributes:
        inputs: Those of inputs.
        codes: Those of codes and of areas, which are codes or names.
        named: Those in which a total or a note would call itself so: the first, the keys and the codes.
        code: That of the rows' own codes; null where there is none.
        missing: Texts that stand for no value.
    """

    inputs: Mapping[int, Input]
    codes: frozenset[int]
    named: tuple[int, ...]
    code: int | None
    missing: Collection[str]


def roles_of(
    positions_: Mapping[str, int], inputs: Mapping[str, Input], *, key: int | None, missing: Collection[str]
) -> Roles:
    """Say what the columns of a spreadsheet are."""
    code = positions_.get("code")
    named = tuple(dict.fromkeys(index for index in (0, key, code) if index is not None))
    areas = frozenset(index for target, index in positions_.items() if target not in inputs and target != "kind")
    return Roles(
        {index: inputs[target] for target, index in positions_.items() if target in inputs}, areas, named, code, missing
    )


def read_as_written(source: Source, roles: Roles, *, table: str) -> Source:
    """Read a spreadsheet's cells as people write them, and see to it that its rows are units.

    Args:
        source: Any; only one whose cells are written by people is changed.
        roles: What its columns are.
        table: What faults call it.

    Returns:
        The source. At the end of its rows it warns of marks for missing values that nobody has declared, and refuses
        rows that are totals or notes; at once it refuses a row of units below the names, which is none.
    """
    if not source.spelled or not source.names:
        return source
    spell = {index: _speller(entry) for index, entry in roles.inputs.items() if entry.type is not InputType.CATEGORY}
    spell |= dict.fromkeys(roles.codes, as_code)

    def read(index: int, array: Array) -> Array:
        return respelled(array, spell[index]) if index in spell else array

    def pieces(wanted: Sequence[int]) -> Iterator[Piece]:
        order = [*wanted, *(index for index in roles.named if index not in wanted)]
        seen = _Rows(source, roles, table)
        for rows, arrays in source.pieces(order):
            found = {index: read(index, array) for index, array in zip(order, arrays, strict=True)}
            seen.look(rows, found)
            yield rows, [found[index] for index in wanted]
        seen.tell()

    return attrs.evolve(source, head=lambda index: read(index, source.head(index)), pieces=pieces)


def _speller(entry: Input) -> Callable[[str], str]:
    return as_flag if entry.type is InputType.FLAG else as_number(entry)


class _Rows:
    """What is noticed of rows while they are read."""

    def __init__(self, source: Source, roles: Roles, table: str) -> None:
        self._source = source
        self._roles = roles
        self._table = table
        self._row = 0
        self._marks: dict[str, dict[str, int]] = {}
        self._no_units: dict[tuple[int, str], list[int]] = {}
        self._rounded: list[int] = []

    def look(self, rows: int, columns: Mapping[int, Array]) -> None:
        """Look at further rows."""
        if self._row == 0 and rows:
            self._refuse_units(columns)
        for index in self._roles.named:
            self._look_for_others(index, columns[index])
        for index, entry in self._roles.inputs.items():
            if index in columns and entry.type in _MARKED:
                self._look_for_marks(index, columns[index])
        self._row += rows

    def tell(self) -> None:
        """Warn of marks, and refuse what is no unit.

        Raises:
            DataError: Rows that are totals or notes, and codes that are no longer whole.
        """
        undeclared = {mark: found for mark, found in self._marks.items() if mark not in self._roles.missing}
        if undeclared:
            warnings.warn(f"{self._table}: {'; '.join(_of_marks(undeclared))}", DataWarning, stacklevel=4)
        faults = [self._other(index, text, rows) for (index, text), rows in self._no_units.items()]
        if self._rounded:
            message = "2.10202E+11 and the like have lost digits of the code: make the column text, and fill it anew"
            faults.append(self._fault(message, self._rounded, self._roles.code))
        if faults:
            raise DataError(faults)

    def _refuse_units(self, columns: Mapping[int, Array]) -> None:
        """Refuse a first row with units, which are no values."""
        numbers = {index for index, entry in self._roles.inputs.items() if entry.type in _NUMBERS and index in columns}
        cells = [_first(columns[index]) for index in sorted(numbers)]
        filled = [cell for cell in cells if cell]
        code = _first(columns[self._roles.code]) if self._roles.code is not None else ""
        if not filled or code.isdigit() or not all(map(self._is_unit, filled)):
            return
        row = self._source.header_row + 1
        message = (
            f"row {row}, right below the names, has no numbers but {filled[0]!r}: if it is a row of units, "
            "pass over it by skip_rows=1 (--skip-rows 1)"
        )
        raise DataError([DataFault(message, table=self._table)])

    def _is_unit(self, cell: str) -> bool:
        plain_ = not cell.startswith(("#", "<")) and cell.casefold() not in MARKERS and cell not in self._roles.missing
        return plain_ and len(cell) <= _LONGEST_UNIT and not any(letter.isdigit() for letter in cell)

    def _look_for_others(self, index: int, array: Array) -> None:
        """Note rows that call themselves a total or a note."""
        is_code = index == self._roles.code
        for text, rows in _texts_like(array, _SUSPECT_CODE if is_code else _SUSPECT):
            word = "".join(text.split())
            if word.casefold() in _TOTALS or _NOTE.match(word):
                self._no_units.setdefault((index, text.strip()), []).extend(rows + self._row)
            elif is_code and _ROUNDED.fullmatch(word):
                self._rounded.extend(rows + self._row)

    def _look_for_marks(self, index: int, array: Array) -> None:
        """Note the cells that hold a mark."""
        for text, rows in _texts_like(array, _NO_NUMBER):
            mark = text.strip()
            if mark.casefold() in MARKERS and read_flag(mark)[1] != OK:
                found = self._marks.setdefault(mark, {})
                name = self._source.names[index]
                found[name] = found.get(name, 0) + len(rows)

    def _other(self, index: int, text: str, rows: Sequence[int]) -> DataFault:
        return self._fault(f"{text[:20]!r} is no unit: take such rows out of the table", rows, index)

    def _fault(self, message: str, rows: Sequence[int], index: int | None) -> DataFault:
        column = None if index is None else self._source.names[index]
        return fault(message, rows[:SHOWN], len(rows), table=self._table, column=column)


def _of_marks(found: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for mark, columns in found.items():
        shown = ", ".join(f"{name!r} ({count})" for name, count in list(columns.items())[:5])
        more = f" and {len(columns) - 5} more columns" if len(columns) > 5 else ""  # noqa: PLR2004
        yield (
            f"{mark!r} is no number and counts as an error, in {shown}{more}; if it stands for a missing value, "
            f"say so: missing=[{mark!r}] (--missing {mark})"
        )


def _first(array: Array) -> str:
    """Return the first cell as text; one that can be read as a number is one."""
    cell = array[0].as_py()
    return "" if cell is None else str(cell).strip()


def _texts_like(array: Array, pattern: str) -> Iterator[tuple[str, Any]]:
    """Yield the distinct texts of a column that match a pattern, each with its rows."""
    if not is_text(array.type):
        return
    array = plain(array)
    data = array.buffers()[2]
    if data is None or not data.to_pybytes().translate(None, b"0123456789"):
        return
    like = pc.match_substring_regex(array, pattern).fill_null(fill_value=False)
    if not pc.any(like).as_py():
        return
    encoded = array.filter(like).dictionary_encode()
    places, rows = positions(encoded.indices), np.flatnonzero(like.to_numpy(zero_copy_only=False))
    for code, word in enumerate(texts(encoded.dictionary)):
        yield str(word), rows[places == code]
