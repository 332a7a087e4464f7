"""The door: a ruleset made ready for rows that come one at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from commscore import _arguments as arguments
from commscore._evaluation import open_session
from commscore._loading import load_ruleset
from commscore._ruleset import Ruleset
from commscore._single._forms import Form, compile_form
from commscore._single._places import LEVEL_OF_LENGTH, code_of
from commscore._single._verdict import Verdict
from commscore.errors import UsageError

_MOST_FORMS = 256


class Evaluator:
    """A ruleset made ready for single rows: call it with a mapping of column to value.

    What follows from the keys of a row is worked out when such a row first comes, and kept; evaluators can be shared
    by threads.
    """

    __slots__ = ("_codes", "_forms", "_options", "_ruleset")

    def __init__(self, ruleset: Ruleset, options: Mapping[str, Any]) -> None:
        self._ruleset = ruleset
        self._options = options
        self._forms: dict[tuple[tuple[Any, ...], str | None], Form] = {}
        self._codes: dict[tuple[Any, ...], Any] = {}

    @property
    def ruleset(self) -> Ruleset:
        """Return the ruleset."""
        return self._ruleset

    def __call__(self, row: Mapping[Any, Any]) -> Verdict:
        """Judge one row.

        Args:
            row: Column to value, as a table's columns are named. Values are bool, int, float, Decimal, text or None,
                or NumPy's; a value of any other type is one that cannot be right, as in a table. A key that is not
                there is a column that the table does not have: its rules are not checked.

        Returns:
            Statuses, findings, scores and grades: what ``commscore.evaluate([row], …)`` says of the unit.

        Raises:
            DataError: No key of the row is a column of any rule, or two of them may be the same.
            UsageError: The row is no mapping, or lacks a column that ``columns`` names.
        """
        keys = tuple(row)
        code = self._codes.get(keys)
        level = None
        if code is not None:
            level = LEVEL_OF_LENGTH.get(code_of(row[code], self._options["missing"]).digits)
        form = self._forms.get((keys, level))
        if form is None:
            form = self._compiled(row, keys)
        return Verdict(form, row)

    def __repr__(self) -> str:
        """Name the ruleset."""
        return f"<commscore.Evaluator of {self._ruleset.id}>"

    def _compiled(self, row: Mapping[Any, Any], keys: tuple[Any, ...]) -> Form:
        if not isinstance(row, Mapping):
            raise UsageError(f"row: give a mapping of column to value, not {type(row).__name__}")
        session = open_session([row], self._ruleset, key=None, rollup=None, more=None, **self._options)
        form = compile_form(keys, session)
        if len(self._forms) >= _MOST_FORMS:
            self._forms.clear()
        level = None
        if form.code is not None and self._options["level"] is None:
            self._codes[keys] = form.code
            level = LEVEL_OF_LENGTH.get(code_of(row[form.code], form.missing).digits)
        self._forms[keys, level] = form
        return form


def evaluator(
    ruleset: str | Path | Ruleset,
    *,
    as_of: date | str | None = None,
    columns: Mapping[str, str] | None = None,
    missing: Collection[str] = ("",),
    level: str | None = None,
) -> Evaluator:
    """Make a ruleset ready for rows that come one at a time, as in a service.

    Args:
        ruleset: An id such as ``"dalian-2023"``, a path, or a loaded ruleset.
        as_of: The day on which dues are looked at, as a date or ``YYYY-MM-DD``; by default 31 December of the
            ruleset's year.
        columns: The rows' own names, ``{"theirs": "input"}``, where they are neither names nor titles of inputs.
        missing: Texts that stand for a missing value, beside blanks.
        level: What the rows are; by default what the length of a row's code says, else ``community``.

    Returns:
        A function from a row to its verdict, immutable and reusable.

    Raises:
        RulesetError: The ruleset cannot be used.
        UsageError: An argument makes no sense, or the ruleset is a plan of several years.

    Example:
        >>> import commscore
        >>> judge = commscore.evaluator("dalian-2023")
        >>> verdict = judge({"code": "210202001001", "kind": "urban", "social_orgs": 9})
        >>> finding = verdict["social-orgs"]
        >>> finding.status, finding.required, finding.gap
        (<Status.FAIL: 'fail'>, '≥ 10 个', 1.0)
    """
    loaded = load_ruleset(arguments.ruleset_name(ruleset))
    texts = tuple(dict.fromkeys(text.strip() for text in arguments.texts("missing", missing)))
    options = {"as_of": arguments.day("as_of", as_of), "columns": columns, "missing": texts, "level": level}
    return Evaluator(loaded, options)
