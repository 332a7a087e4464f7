"""A YAML document as a tree that knows where everything stands, and the faults found in it."""

from __future__ import annotations

from bisect import bisect_right
from difflib import get_close_matches
from typing import TYPE_CHECKING

import attrs

from commscore.errors import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from commscore._loading._codes import Code

MOST_FAULTS = 100  # nobody mends more in one go, and a hostile file must not fill the screen


@attrs.frozen(eq=False)
class Document:
    """One file's text.

    Attributes:
        name: Its path as the caller gave it.
        text: The text, without a byte order mark.
        starts: Where its lines begin.
        path: Where it lies.
    """

    name: str
    text: str
    starts: tuple[int, ...]
    path: Path


@attrs.frozen(eq=False)
class Node:
    """A place in a document.

    Attributes:
        document: The document it stands in.
        start: Index of its first character.
        end: Index after its last character.
        path: Such as ``$.rules[3].require.urban``.
    """

    document: Document
    start: int
    end: int
    path: str


@attrs.frozen(eq=False)
class Scalar(Node):
    """Text, a number, a truth value, or nothing.

    Attributes:
        text: The value as written, without quotes.
        style: Empty when plain, else ``'``, ``"``, ``|`` or ``>``.
    """

    text: str
    style: str = ""


@attrs.frozen(eq=False)
class ListNode(Node):
    """A sequence."""

    items: tuple[Node, ...]


@attrs.frozen(eq=False)
class MapNode(Node):
    """A mapping, in file order, without duplicates.

    Attributes:
        entries: Keys and values.
        flow: Whether it is written in braces.
    """

    entries: tuple[tuple[Scalar, Node], ...]
    flow: bool = False


def child(node: MapNode, key: str) -> Node | None:
    """Give the value of a key, or null."""
    return next((value for name, value in node.entries if name.text == key), None)


def key_node(node: MapNode, key: str) -> Node:
    """Give the place of a key, or of the mapping when it has none."""
    return next((name for name, _ in node.entries if name.text == key), node)


def position(document: Document, index: int) -> tuple[int, int, str]:
    """Give line and column, counted from 1, and the line's text."""
    row = bisect_right(document.starts, index) - 1
    begin = document.starts[row]
    end = document.starts[row + 1] if row + 1 < len(document.starts) else len(document.text)
    return row + 1, index - begin + 1, document.text[begin:end].rstrip("\r\n")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Suggest the valid name closest to a misspelt one."""
    by_folded = {known.casefold(): known for known in names}
    close = get_close_matches(name[:80].casefold(), list(by_folded), n=1, cutoff=0.6)
    return f"did you mean {by_folded[close[0]]!r}?" if close else None


class Faults:
    """The diagnostics found so far, in one loading."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, int] = {}

    def add(
        self,
        code: Code,
        message: str,
        at: Node,
        *,
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Record a fault at a place; the same fault at the same place counts once."""
        line, column, source = position(at.document, at.start)
        rest = source[column - 1 :]
        first_line = at.document.text[at.start : at.end].rstrip().partition("\n")[0]
        diagnostic = Diagnostic(
            code=str(code),
            severity=severity,
            message=message,
            file=at.document.name,
            line=line,
            column=column,
            path=at.path,
            source=source,
            length=max(1, min(len(first_line), len(rest), 60)),
            hint=hint,
        )
        self._found.setdefault(diagnostic, at.start)

    def warn(self, code: Code, message: str, at: Node, *, hint: str | None = None) -> None:
        """Record something doubtful that does not refuse the ruleset."""
        self.add(code, message, at, hint=hint, severity=Severity.WARNING)

    def add_file(self, code: Code, message: str, name: str | None, *, hint: str | None = None) -> None:
        """Record a fault of a file that could not be read at all."""
        diagnostic = Diagnostic(str(code), Severity.ERROR, message, file=name, hint=hint)
        self._found.setdefault(diagnostic, -1)

    def include(self, other: Faults) -> None:
        """Take over what another reading found."""
        for diagnostic, start in other._found.items():
            self._found.setdefault(diagnostic, start)

    @property
    def refused(self) -> bool:
        """Whether any of them is an error."""
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self._found)

    def listed(self) -> tuple[Diagnostic, ...]:
        """Give the diagnostics file by file, from top to bottom; the first hundred where there are more."""
        files = list(dict.fromkeys(diagnostic.file for diagnostic in self._found))
        ordered = sorted(self._found, key=lambda found: (files.index(found.file), self._found[found]))
        if len(ordered) <= MOST_FAULTS:
            return tuple(ordered)
        by_weight = sorted(ordered, key=lambda found: found.severity is not Severity.ERROR)
        kept = set(by_weight[:MOST_FAULTS])
        message = f"{len(ordered) - MOST_FAULTS} more faults are not shown"
        note = Diagnostic(ordered[-1].code, Severity.NOTE, message, file=ordered[-1].file)
        return (*(diagnostic for diagnostic in ordered if diagnostic in kept), note)
