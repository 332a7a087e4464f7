"""The caller's arguments, checked once at the door: what is of the wrong type is said, not stumbled over."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypedDict

from commscore._ruleset import AREA_LEVELS, NATION, Ruleset
from commscore.errors import UsageError


class TableOptions(TypedDict, total=False):
    """What a caller may say of units and of how they are read; ``commscore.evaluate`` tells what each means."""

    key: str | None
    rollup: Sequence[str] | None
    as_of: date | str | None
    columns: Mapping[str, str] | None
    level: str | None
    more: Mapping[str, Any] | None
    missing: Collection[str]
    sheet: str | int | None
    header_row: int | None
    skip_rows: int
    encoding: str | None


def texts(name: str, value: Any) -> tuple[str, ...]:
    """Return a list of texts.

    Raises:
        UsageError: It is one text, or holds something that is no text.
    """
    if isinstance(value, str):
        raise UsageError(f"{name}: give a list of texts, such as [{value!r}]")
    found = tuple(value) if isinstance(value, Iterable) else ()
    if not isinstance(value, Iterable) or not all(isinstance(each, str) for each in found):
        raise UsageError(f"{name}: {value!r} is no list of texts")
    return found


def one_or_more(name: str, value: Any) -> list[str]:
    """Return one text, or a list of them, as a list."""
    return [value] if isinstance(value, str) else list(texts(name, value))


def levels(name: str, value: Any, *, ruleset: Ruleset | None = None) -> tuple[str, ...] | None:
    """Return a list of levels of areas, or null.

    Raises:
        UsageError: It is no list, or names a level that does not exist, or that the ruleset knows nothing of.
    """
    if value is None:
        return None
    found = texts(name, value)
    for level in found:
        if level not in AREA_LEVELS:
            raise UsageError(f"{name}: there is no level {level!r}; there are {', '.join(AREA_LEVELS)}")
        if level == NATION and ruleset is not None and ruleset.jurisdiction.level != NATION:
            home = ruleset.jurisdiction.level
            raise UsageError(f"{name}: {ruleset.id} is of a {home}, and only rulesets of a nation judge a nation")
    return found


def text_or_none(name: str, value: Any) -> str | None:
    """Return a text, or null."""
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name}: give the name of one column, not {value!r}")
    return value


def mapping_or_none(name: str, value: Any, example: str) -> Mapping[str, Any] | None:
    """Return a mapping by text, or null."""
    if value is not None and not (isinstance(value, Mapping) and all(isinstance(each, str) for each in value)):
        raise UsageError(f"{name}: give a mapping such as {example}, not {value!r}")
    return value


def day(name: str, value: Any) -> date | None:
    """Return a date, or null.

    Raises:
        UsageError: It is no date.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name}: {value!r} is not a date; write YYYY-MM-DD or give a datetime.date") from None


def ruleset_name(value: Any) -> str | os.PathLike[str] | Ruleset:
    """Return what names a ruleset."""
    if isinstance(value, (str, os.PathLike, Ruleset)):
        return value
    raise UsageError(f"ruleset: give an id, a path or a loaded ruleset, not {value!r}")
