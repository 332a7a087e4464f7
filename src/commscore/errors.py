"""What can go wrong, and whose it is to mend.

    CommscoreError
    ├── RulesetError        the ruleset's author: one or more diagnostics with file, line and column
    │   └── RequirementError    one requirement or phrase that cannot be read
    ├── DataError           the table's supplier: every fault with column and rows
    └── UsageError          the caller: an argument or option that makes no sense here

Every error lists all faults at once and keeps its parts as attributes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


class Severity(StrEnum):
    """How much a diagnostic matters: an error refuses the ruleset, a warning does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Proof(StrEnum):
    """What came of a claim about every table: it holds, a witness shows that it does not, or neither is known."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@attrs.frozen
class WitnessTable:
    """A table that shows what a diagnostic says, ready for ``commscore.evaluate``.

    Attributes:
        rows: The rows, as mappings of column to value.
        level: What the rows are, as ``evaluate`` takes it.
        more: Rows of other levels, by level.
        as_of: The day to evaluate it on; null when any day of the ruleset's year will do.
        statuses: What comes out, as ``expect`` of a ruleset's ``cases:`` writes it: by rule the status at the level
            where it is judged (by scope where it differs), or a list of the rows' statuses.
    """

    rows: tuple[Mapping[str, Any], ...]
    level: str = "community"
    more: Mapping[str, tuple[Mapping[str, Any], ...]] = attrs.field(factory=dict)
    as_of: date | None = None
    statuses: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Place:
    """Another place that a diagnostic is about, such as the rule it speaks of.

    Attributes:
        message: What stands there.
        file: Path of the file.
        line: Line, counted from 1.
        column: Column, counted from 1.
    """

    message: str
    file: str
    line: int
    column: int


@attrs.frozen
class Diagnostic:
    """One finding about a ruleset file, at a place.

    Attributes:
        code: Stable identifier such as ``CS012``; each is documented in ``docs/diagnostics.md``.
        severity: ``error``, ``warning`` or ``note``.
        message: What is wrong, what was expected and what to do.
        file: Path of the file as the caller gave it; null for rulesets that have no file.
        line: Line, counted from 1; null when the fault has no place.
        column: Column, counted from 1.
        path: Place in the document, such as ``$.rules[3].require.urban``.
        source: The source line, without its end of line.
        length: How many characters the caret underlines.
        hint: The nearest valid name or the next step; null when there is none.
        proof: What came of the claim that the code stands for (see ``docs/diagnostics.md``): ``proved``, ``refuted`` or
            ``undecided``; null for what is simply read off the file.
        witness: A table that refutes the claim; null when there is none. Equality ignores it.
        related: The other places it is about.
    """

    code: str
    severity: Severity
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str = "$"
    source: str | None = None
    length: int = 1
    hint: str | None = None
    proof: Proof | None = None
    witness: WitnessTable | None = attrs.field(default=None, eq=False)
    related: tuple[Place, ...] = ()

    def __str__(self) -> str:
        """Render as ``file:line:col: error[CODE] message`` with the source line and a caret below."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = f"{place}: " if place else ""
        text = f"{head}{self.severity}[{self.code}] {self.message}"
        if self.hint:
            text += f" ({self.hint})"
        if self.source is not None and self.column is not None:
            shown = self.source[:200]
            text += f"\n    {shown}\n    {_padding(shown, self.column)}{'^' * max(1, self.length)}"
        return text


def _padding(source: str, column: int) -> str:
    """Blank out the text before a column, wide characters with wide blanks, so that the caret stands below it."""
    wide = 0x2E80  # the first of the wide characters
    return "".join("\u3000" if ord(char) >= wide else "\t" if char == "\t" else " " for char in source[: column - 1])


class CommscoreError(Exception):
    """Base of all errors that commscore raises on purpose."""


class RulesetError(CommscoreError):
    """A ruleset cannot be used; mend the places that ``diagnostics`` names.

    Attributes:
        diagnostics: Every fault found, in file order.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        """Count the faults, then list each with its place."""
        errors = [diagnostic for diagnostic in self.diagnostics if diagnostic.severity is Severity.ERROR]
        count = f"{len(errors)} fault{'' if len(errors) == 1 else 's'} in the ruleset"
        return "\n".join([count, *(str(diagnostic) for diagnostic in self.diagnostics)])


class RequirementError(RulesetError):
    """A requirement or phrase cannot be read; the message says why and what can be.

    Attributes:
        text: The text as given.
        reason: Why it was refused.
    """

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__([Diagnostic("CS201", Severity.ERROR, f"cannot read {text!r}: {reason}")])

    def __str__(self) -> str:
        """Give the text and the reason."""
        return f"cannot read {self.text!r}: {self.reason}"

    def __reduce__(self) -> tuple[type[RequirementError], tuple[str, str]]:
        """Pickle by text and reason."""
        return type(self), (self.text, self.reason)


@attrs.frozen
class DataFault:
    """One fault of a table.

    Attributes:
        message: What is wrong, what was expected and what to do.
        table: Which table: ``data``, or the level of one given by ``more``.
        column: The column as the table names it; null when the fault is the table's.
        rows: The first rows concerned, counted from 0.
        count: How many rows are concerned.
    """

    message: str
    table: str = "data"
    column: str | None = None
    rows: tuple[int, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        """Give table, column, message and the first rows."""
        place = self.table if self.column is None else f"{self.table}, column {self.column!r}"
        if not self.rows:
            return f"{place}: {self.message}"
        more = f" and {self.count - len(self.rows)} more" if self.count > len(self.rows) else ""
        return f"{place}: {self.message} (rows {', '.join(map(str, self.rows))}{more})"


class DataError(CommscoreError):
    """A table cannot be used; mend the columns and rows that ``faults`` names.

    Attributes:
        faults: Every fault found.
    """

    def __init__(self, faults: Sequence[DataFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Count the faults, then list each."""
        if len(self.faults) == 1:
            return str(self.faults[0])
        return "\n".join([f"{len(self.faults)} faults in the data", *(f"- {fault}" for fault in self.faults)])


class UsageError(CommscoreError):
    """An argument or option makes no sense here; the message names it and says what is allowed."""


class DataWarning(UserWarning):
    """The data can be used, but something about it deserves a look, such as a misspelt column."""
