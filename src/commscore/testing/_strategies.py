"""The strategies that users call: arguments checked at once, then the drawing itself."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from commscore._loading import load_ruleset
from commscore._requirement import Requirement
from commscore._ruleset import LEVELS, Ruleset
from commscore.errors import RulesetError
from commscore.testing import _events, _requirements, _rulesets, _tables
from commscore.testing._tables import Dataset, subject_of

Named = str | os.PathLike[str] | Ruleset


def tables(ruleset: Named, *, level: str | None = None, min_rows: int = 0, max_rows: int = 6) -> st.SearchStrategy[Any]:
    """Draw tables for a ruleset, at its boundaries.

    Cells lie on the numbers that rules turn on, one place below and one above; some are null, zero, out of bounds or
    of the wrong kind; denominators may be zero, codes lie in the jurisdiction, columns may be left out or hold text.
    Keys are unique, and every table has a column for some rule, so ``evaluate`` takes all of them. What fails shrinks
    towards few rows, few columns and small plain numbers.

    Args:
        ruleset: An id, a path or a loaded ruleset.
        level: The level of the rows; by default communities, or the finest that any input describes.
        min_rows: The fewest rows.
        max_rows: The most rows; there are no more than places in the drawn areas, some dozen.

    Returns:
        A strategy for ``pyarrow.Table``, with columns named by input.

    Raises:
        InvalidArgument: A ruleset that cannot be used, a level that no input has, or bounds out of order.

    Example:
        >>> from hypothesis import given
        >>> import commscore
        >>> @given(tables("taian-2023", min_rows=1))
        ... def test_scores_lie_between_their_bounds(table):
        ...     for unit in commscore.evaluate(table, "taian-2023").units.to_pylist():
        ...         assert unit["score"] is None or unit["score_low"] <= unit["score"] <= unit["score_high"]
    """
    subject = subject_of(_ruleset(ruleset))
    _check_sizes("rows", min_rows, max_rows)
    if level is not None and level not in subject.levels():
        raise InvalidArgument(f"level={level!r}: {subject.ruleset.id} has inputs of {_listed(subject.levels())}")
    return _tables.tables(subject, level=level or subject.main, min_rows=min_rows, max_rows=max_rows)


def datasets(ruleset: Named, *, min_rows: int = 0, max_rows: int = 6) -> st.SearchStrategy[Dataset]:
    """Draw all that an evaluation takes: a table of units as `tables` draws them, and tables of the other levels.

    Args:
        ruleset: An id, a path or a loaded ruleset.
        min_rows: The fewest units.
        max_rows: The most units.

    Returns:
        A strategy for ``Dataset``: ``evaluate(one.table, ruleset, level=one.level, more=one.more)``.

    Raises:
        InvalidArgument: A ruleset that cannot be used, or bounds out of order.
    """
    subject = subject_of(_ruleset(ruleset))
    _check_sizes("rows", min_rows, max_rows)
    return _tables.datasets(subject, min_rows=min_rows, max_rows=max_rows)


def rows(ruleset: Named, *, level: str | None = None) -> st.SearchStrategy[Mapping[str, Any]]:
    """Draw single rows for a ruleset, as `tables` draws them.

    Args:
        ruleset: An id, a path or a loaded ruleset.
        level: The level of the row; by default communities, or the finest that any input describes.

    Returns:
        A strategy for mappings of column to value, null where a value is missing.

    Raises:
        InvalidArgument: A ruleset that cannot be used, or a level that no input has.
    """
    return tables(ruleset, level=level, min_rows=1, max_rows=1).map(_only_row)


def _only_row(table: Any) -> Mapping[str, Any]:
    return {name: values[0] for name, values in table.to_pydict().items()}


def rulesets(*, min_rules: int = 1, max_rules: int = 3) -> st.SearchStrategy[Ruleset]:
    """Draw rulesets of a city: every form, filters, scopes, groups, weights, dues and scoring models.

    Args:
        min_rules: The fewest rules.
        max_rules: The most rules.

    Returns:
        A strategy for rulesets that ``evaluate`` takes, and that `tables` draws tables for.

    Raises:
        InvalidArgument: Bounds out of order, or no rule at all.
    """
    _check_sizes("rules", min_rules, max_rules)
    if min_rules < 1:
        raise InvalidArgument(f"min_rules={min_rules!r}: a ruleset has a rule at least")
    return _rulesets.rulesets(min_rules=min_rules, max_rules=max_rules)


def requirements(*, inputs: Collection[str] = ()) -> st.SearchStrategy[Requirement]:
    """Draw requirements: every comparator, plain numbers, percentages and permilles, yes and no.

    Args:
        inputs: Inputs that relative requirements (at least twice the posts) may refer to; none unless given.

    Returns:
        A strategy for requirements; each is written and read back as itself.

    Raises:
        InvalidArgument: ``inputs`` is no collection of names.
    """
    if isinstance(inputs, str) or not all(isinstance(name, str) and name for name in inputs):
        raise InvalidArgument(f"inputs={inputs!r}: give a list of names of inputs")
    return _requirements.requirements(inputs=tuple(inputs))


def events(ruleset: Named, *, min_size: int = 0, max_size: int = 10) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw what units report to a monitor, in the order of time.

    Args:
        ruleset: An id, a path or a loaded ruleset.
        min_size: The fewest events.
        max_size: The most events.

    Returns:
        A strategy for lists of events as `commscore.monitor.Monitor` takes them: mappings with ``key`` (a unit's
        name), ``time`` (ISO 8601, never earlier than that of the event before) and ``inputs``, some of them, with
        values as in `rows`; all of it can be written as JSON.

    Raises:
        InvalidArgument: A ruleset that cannot be used, or bounds out of order.
    """
    subject = subject_of(_ruleset(ruleset))
    _check_sizes("size", min_size, max_size)
    return _events.events(subject, min_size=min_size, max_size=max_size)


# ---- ARGUMENTS ----


def _ruleset(named: Any) -> Ruleset:
    if not isinstance(named, (str, os.PathLike, Ruleset)):
        raise InvalidArgument(f"ruleset={named!r}: give an id, a path or a loaded ruleset")
    try:
        return load_ruleset(named)
    except RulesetError as error:
        raise InvalidArgument(f"ruleset={named!r}: {error}") from error


def _check_sizes(what: str, least: Any, most: Any) -> None:
    least_name, most_name = (f"{end}_{what}" for end in ("min", "max"))
    for name, value in ((least_name, least), (most_name, most)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InvalidArgument(f"{name}={value!r}: give a whole number from 0")
    if least > most:
        raise InvalidArgument(f"{least_name}={least!r} is more than {most_name}={most!r}")


def _listed(levels: list[str]) -> str:
    return ", ".join(levels) if levels else f"no level; there are {', '.join(LEVELS)}"
