"""Where one row lies: its area code and the areas it belongs to, as tables tell them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import attrs

from commscore._ruleset import AREA_LEVELS, CODE_LENGTHS, Jurisdiction
from commscore._tables._cells import column_of
from commscore._tables._keys import MOST_DIGITS, as_text

_LONGEST = max(CODE_LENGTHS.values())
LEVEL_OF_LENGTH = {length: level for level, length in CODE_LENGTHS.items()}


@attrs.frozen
class Code:
    """The code of a row: its text, null where it has none, and how many digits it has if it is an area code, else 0."""

    text: str | None
    digits: int


_NONE = Code(None, 0)
_WORD = 2**63  # Arrow reads integers beyond 64 bits as text


def code_of(value: Any, missing: Collection[str]) -> Code:
    """Read a row's code."""
    written = text_of(value)
    if written is None:
        return _NONE
    digits = _digits(written)
    if digits:
        return Code(written, digits)
    stripped = written.strip()
    return _NONE if not stripped or stripped in missing else Code(stripped, _digits(stripped))


def _digits(written: str) -> int:
    length = len(written)
    known = length in LEVEL_OF_LENGTH or _LONGEST < length <= MOST_DIGITS
    return length if known and written.isascii() and written.isdigit() else 0


def text_of(value: Any) -> str | None:
    """Write a key as text: whole numbers as their digits, whatever type holds them; a blank is null."""
    kind = type(value)
    if kind is str and value.isascii():
        return value if value.strip() else None
    if value is None:
        return None
    if kind is int and -_WORD <= value < _WORD:
        return str(value)
    found = as_text(column_of([value]))[0].as_py()
    return None if found is None else str(found)


@attrs.frozen(eq=False)
class Lay:
    """How the rows of a form tell where they lie.

    Attributes:
        level: What the rows are.
        jurisdiction: Where rows belong that do not say.
        code: The key of the code; null without one.
        columns: The keys of area columns, by level.
        missing: Texts that stand for no area.
    """

    level: str
    jurisdiction: Jurisdiction
    code: Any
    columns: dict[str, Any]
    missing: tuple[str, ...]


def area_reader(lay: Lay, level: str) -> Callable[[Any], str | None]:
    """Return what tells the area of a level that a row lies in, the surest way first; null where it does not say."""
    column = lay.columns.get(level)
    width = CODE_LENGTHS.get(level)
    home = _home(lay, level)
    own = level == lay.level

    def by_code(row: Any) -> Code:
        return _NONE if lay.code is None else code_of(row[lay.code], lay.missing)

    def by_prefix(code: Code) -> str | None:
        if width is None or code.digits < width or code.text is None:
            return None
        return code.text[:width]

    def by_column(row: Any) -> str | None:
        written = None if column is None else text_of(row[column])
        stripped = None if written is None else written.strip()
        return None if stripped in lay.missing else stripped or None

    def read(row: Any) -> str | None:
        code = by_code(row)
        if not own:
            return by_column(row) or by_prefix(code) or home
        keyed = code.text if lay.code is not None else None
        return by_prefix(code) or by_column(row) or keyed or home or (None if lay.code is not None else "0")

    return read


def _home(lay: Lay, level: str) -> str | None:
    """Return the area of the jurisdiction itself, for levels at and above it."""
    home = lay.jurisdiction
    if AREA_LEVELS.index(level) < AREA_LEVELS.index(home.level):
        return None
    return home.code if level == home.level else home.code[: CODE_LENGTHS[level]]
