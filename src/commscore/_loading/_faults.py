"""The faults found in one loading, each with its place."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any

from commscore._loading._nodes import position
from commscore.errors import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from commscore._loading._codes import Code
    from commscore._loading._nodes import Document, Node

MOST_FAULTS = 100  # nobody mends more in one go, and a hostile file must not fill the screen
MOST_KEPT = 1000
MOST_NAMES = 1000
MOST_LISTED = 20
LONGEST_PATH = 200
LONGEST_SOURCE = 500
LONGEST_CARET = 60


def _source(document: Document, line: int, column: int) -> str | None:
    """Give a line's text; of an endless line its beginning, if the column is there."""
    begin = document.starts[line - 1]
    end = document.starts[line] if line < len(document.starts) else len(document.text)
    if column > LONGEST_SOURCE:
        return None
    return document.text[begin : min(end, begin + LONGEST_SOURCE)].rstrip("\r\n")


def nearest(name: str, names: Collection[str]) -> str | None:
    """Suggest the valid name closest to a misspelt one."""
    if len(names) > MOST_NAMES:
        return None
    by_folded = {known.casefold(): str(known) for known in names}
    close = get_close_matches(name[:80].casefold(), list(by_folded), n=1, cutoff=0.6)
    return f"did you mean {by_folded[close[0]]!r}?" if close else None


def listed(names: Iterable[str]) -> str:
    """List names, the first of them where there are many."""
    first = list(islice(names, MOST_LISTED + 1))
    return ", ".join(first[:MOST_LISTED]) + (", …" if len(first) > MOST_LISTED else "")


class Faults:
    """The diagnostics found so far, in one loading.

    Attributes:
        refused: Whether any of them is an error.
        main: The file that is loaded; its faults are listed before those of files it draws on.
    """

    def __init__(self) -> None:
        self.main: str | None = None
        self._found: dict[Diagnostic, int] = {}
        self._kept: Counter[Severity] = Counter()
        self._more = 0
        self.refused = False

    def add(
        self,
        code: Code,
        message: str,
        at: Node,
        *,
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
        **answer: Any,
    ) -> None:
        """Record a fault at a place; the same fault at the same place counts once.

        ``answer`` is what else the diagnostic holds: ``proof``, ``witness``, ``related``.
        """
        line, column = position(at.document, at.start)
        source = _source(at.document, line, column)
        marked = at.document.text[at.start : min(at.end, at.start + LONGEST_CARET)].splitlines() or [""]
        diagnostic = Diagnostic(
            code=str(code),
            severity=severity,
            message=message,
            file=at.document.name,
            line=line,
            column=column,
            path=at.path[:LONGEST_PATH],
            source=source,
            length=max(1, len(marked[0].rstrip())),
            hint=hint,
            **answer,
        )
        self._keep(diagnostic, at.start)

    def _keep(self, diagnostic: Diagnostic, start: int) -> None:
        self.refused = self.refused or diagnostic.severity is Severity.ERROR
        if diagnostic in self._found:
            return
        if self._kept[diagnostic.severity] >= MOST_KEPT:
            self._more += 1
            return
        self._kept[diagnostic.severity] += 1
        self._found[diagnostic] = start

    def nearest(self, name: str, names: Collection[str]) -> str | None:
        """Suggest the closest valid name, as long as the fault will be shown."""
        return nearest(name, names) if len(self._found) < MOST_FAULTS else None

    def warn(self, code: Code, message: str, at: Node, *, hint: str | None = None, **answer: Any) -> None:
        """Record something doubtful that does not refuse the ruleset."""
        self.add(code, message, at, hint=hint, severity=Severity.WARNING, **answer)

    def note(self, code: Code, message: str, at: Node, *, hint: str | None = None, **answer: Any) -> None:
        """Record something that is worth knowing and no fault."""
        self.add(code, message, at, hint=hint, severity=Severity.NOTE, **answer)

    def add_file(self, code: Code, message: str, name: str | None, *, hint: str | None = None) -> None:
        """Record a fault of a file that could not be read at all."""
        diagnostic = Diagnostic(str(code), Severity.ERROR, message, file=name, hint=hint)
        self._keep(diagnostic, -1)

    def include(self, other: Faults) -> None:
        """Take over what another reading found."""
        for diagnostic, start in other._found.items():
            self._keep(diagnostic, start)
        self._more += other._more

    def every(self) -> list[Diagnostic]:
        """Give the diagnostics in the order in which they were found."""
        return list(self._found)

    def listed(self) -> tuple[Diagnostic, ...]:
        """Give the diagnostics file by file, from top to bottom; the first hundred where there are more."""
        files = list(dict.fromkeys((self.main, *(diagnostic.file for diagnostic in self._found))))
        ordered = sorted(self._found, key=lambda found: (files.index(found.file), self._found[found]))
        if len(ordered) <= MOST_FAULTS:
            return tuple(ordered)
        by_weight = sorted(ordered, key=lambda found: found.severity is not Severity.ERROR)
        kept = set(by_weight[:MOST_FAULTS])
        message = f"{len(ordered) - MOST_FAULTS + self._more} more faults are not shown"
        note = Diagnostic(ordered[-1].code, Severity.NOTE, message, file=ordered[-1].file)
        return (*(diagnostic for diagnostic in ordered if diagnostic in kept), note)
