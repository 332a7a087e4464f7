"""YAML 1.2 into nodes with positions, trusting nothing: no aliases, no tags, no recursion, bounded work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

import attrs
from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from commscore._loading._codes import Code
from commscore._loading._nodes import ListNode, MapNode, Node, Scalar, position

if TYPE_CHECKING:
    from commscore._loading._faults import Faults
    from commscore._loading._nodes import Document

DEEPEST = 50
MOST_EVENTS = 40_000
LONGEST_SCALAR = 10_000
MOST_REPAIRS = 10

QUOTE = 'quote a value that begins with `>`: ">= 10" (`≥ 10` and 不少于10个 need no quotes)'
# What ruamel lets through from broken escapes and directives, beside its own errors.
_PARSER_FAULTS = (YAMLError, ValueError, OverflowError)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_CORE_TAGS = ("tag:yaml.org,2002:str", "!")


class _StopReadingError(Exception):
    """The rest of the document cannot or must not be read."""


@attrs.define
class _Open:
    """A collection whose end has not been reached."""

    start: int
    path: str
    is_map: bool
    flow: bool
    items: list[Node] = attrs.field(factory=list)
    entries: list[tuple[Scalar, Node]] = attrs.field(factory=list)
    seen: dict[str, Scalar] = attrs.field(factory=dict)
    key: Node | None = None


def parse(document: Document, faults: Faults) -> Node | None:
    """Read one document.

    Args:
        document: The text.
        faults: Takes every fault found.

    Returns:
        The root node; null when nothing useful could be read.
    """
    text = document.text
    for _ in range(MOST_REPAIRS):
        composer = _Composer(document, faults)
        try:
            return composer.compose(text)
        except _StopReadingError:
            return None
        except _PARSER_FAULTS as error:
            index = _unquoted_sign(error, text)
            if index is None:
                _report_syntax(error, composer)
                return None
            # A full-width sign parses, so one more reading finds the next fault; every index stays as it was.
            faults.add(Code.UNQUOTED_SIGN, f"YAML takes this `>` for a folded text; {QUOTE}", composer.here(index))
            text = f"{text[:index]}＞{text[index + 1 :]}"
    return None


class _Composer:
    """Builds nodes from events without recursion, so that depth costs nothing."""

    def __init__(self, document: Document, faults: Faults) -> None:
        self.document = document
        self.faults = faults
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.last = 0
        self.documents = 0

    def compose(self, text: str) -> Node | None:
        for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
            self.last = event.end_mark.index
            if count > MOST_EVENTS:
                self._stop(event, f"the file has more than {MOST_EVENTS:,} elements; a ruleset needs far fewer")
            self._take(event)
        return self.root

    def _take(self, event: events.Event) -> None:
        match event:
            case events.DocumentStartEvent():
                self._begin_document(event)
            case events.AliasEvent():
                self.faults.add(Code.ALIAS, f"`*{event.anchor}` is an alias; {_NO_ALIAS}", self._place(event))
                self._add(Scalar(self.document, event.start_mark.index, event.end_mark.index, self._path(), "null"))
            case events.ScalarEvent():
                self._check_marks(event)
                self._add(self._scalar(event))
            case events.MappingStartEvent() | events.SequenceStartEvent():
                self._check_marks(event)
                self._open(event)
            case events.MappingEndEvent() | events.SequenceEndEvent():
                self._close(event)
            case _:
                pass

    def _begin_document(self, event: events.DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            place = self._place(event)
            self.faults.add(Code.SEVERAL_DOCUMENTS, "a second document begins here; a file holds one ruleset", place)
            raise _StopReadingError
        if event.version is not None and tuple(event.version) != (1, 2):
            self.faults.add(Code.SYNTAX, "rulesets are YAML 1.2; remove the %YAML line", self._place(event))

    def _check_marks(self, event: events.ScalarEvent | events.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self.faults.add(Code.ALIAS, f"`&{event.anchor}` is an anchor; {_NO_ALIAS}", self._place(event))
        if event.tag is not None and event.tag not in _CORE_TAGS:
            self.faults.add(Code.TAG, f"the tag {event.tag!s:.60} is refused; remove it", self._place(event))

    def _scalar(self, event: events.ScalarEvent) -> Scalar:
        place = self._place(event)
        text = _joined(event.value)
        if len(text) > LONGEST_SCALAR:
            self.faults.add(Code.TOO_COMPLEX, f"a text of {len(text):,} characters; {_LONGEST}", place)
            text = text[:100]
        if (strange := _FORBIDDEN.search(text)) is not None:
            found = f"U+{ord(strange[0]):04X}"
            self.faults.add(Code.ENCODING, f"the control character {found} has no place in a text; remove it", place)
            text = _FORBIDDEN.sub("\ufffd", text)
        is_key = self.stack and self.stack[-1].is_map and self.stack[-1].key is None
        path = f"{place.path}.{text[:60]}" if is_key else place.path
        return Scalar(self.document, place.start, place.end, path, text, event.style or "")

    def _open(self, event: events.CollectionStartEvent) -> None:
        if len(self.stack) >= DEEPEST:
            self._stop(event, f"nested more than {DEEPEST} deep; a ruleset needs far less")
        is_map = isinstance(event, events.MappingStartEvent)
        self.stack.append(_Open(event.start_mark.index, self._path(), is_map, bool(event.flow_style)))

    def _close(self, event: events.Event) -> None:
        top = self.stack.pop()
        end = event.end_mark.index
        if top.is_map:
            self._add(MapNode(self.document, top.start, end, top.path, tuple(top.entries), top.flow))
        else:
            self._add(ListNode(self.document, top.start, end, top.path, tuple(top.items)))

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if not top.is_map:
            top.items.append(node)
        elif top.key is None:
            top.key = node
        else:
            self._add_entry(top, top.key, node)
            top.key = None

    def _add_entry(self, top: _Open, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self.faults.add(Code.BAD_KEY, "a list or mapping cannot be a key; keys are names", key)
        elif key.text == "<<" and not key.style:
            self.faults.add(Code.ALIAS, f"`<<` is a merge key; {_NO_ALIAS}", key)
        elif key.text in top.seen:
            line, column = position(self.document, top.seen[key.text].start)
            first = f"it stands at line {line}, column {column} already; keep one"
            self.faults.add(Code.DUPLICATE_KEY, f"duplicate key {key.text[:60]!r}: {first}", key)
        else:
            top.seen[key.text] = key
            top.entries.append((key, self._at_key(key, value)))

    def _at_key(self, key: Scalar, value: Node) -> Node:
        """Let a value that was left blank stand where its key does; behind it may be the next line."""
        blank = isinstance(value, Scalar) and value.start == value.end
        if blank and ":" in self.document.text[key.end : value.start]:
            return attrs.evolve(value, start=key.start, end=key.end)
        return value

    def _path(self) -> str:
        """Name the place where the next node will stand."""
        if not self.stack:
            return "$"
        top = self.stack[-1]
        if not top.is_map:
            return f"{top.path}[{len(top.items)}]"
        return f"{top.path}.{top.key.text[:60]}" if isinstance(top.key, Scalar) else top.path

    def here(self, index: int) -> Node:
        """Name a place in the text where the next node would stand."""
        start = max(0, min(index, len(self.document.text) - 1))
        return Node(self.document, start, start + 1, self._path())

    def _place(self, event: events.Event) -> Node:
        return Node(self.document, event.start_mark.index, event.end_mark.index, self._path())

    def _stop(self, event: events.Event, message: str) -> NoReturn:
        self.faults.add(Code.TOO_COMPLEX, message, self._place(event))
        raise _StopReadingError


_NO_ALIAS = "rulesets take no anchors, aliases or merge keys: write the value out, or use `extends:`"
_LONGEST = f"{LONGEST_SCALAR:,} are allowed"


def _joined(text: str) -> str:
    """Join the halves of characters that JSON writes as two escapes."""
    if not _HALVES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _unquoted_sign(error: Exception, text: str) -> int | None:
    """Find the `>` that was meant as more than, when that is what went wrong."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return None
    at_problem = error.problem_mark.index
    if error.context == "while scanning a block scalar" and error.context_mark is not None:
        at_problem = error.context_mark.index
    return at_problem if text[at_problem : at_problem + 1] == ">" else None


def _report_syntax(error: Exception, composer: _Composer) -> None:
    """Say in the ruleset's terms what the YAML parser stumbled on."""
    faults, document = composer.faults, composer.document
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    index = composer.last if mark is None else mark.index
    problem = " ".join(str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).split())
    place = composer.here(getattr(error, "position", None) or index)
    if "\\t" in problem or document.text[place.start : place.end] == "\t":
        faults.add(Code.TAB, "a tab stands here; YAML takes spaces only", place)
        return
    begun = ""
    if context is not None:
        line, column = position(document, context.index)
        begun = f"; what is being read began at line {line}, column {column}"
    advice = next((cure for sign, cure in _CURES if sign in problem), None)
    faults.add(Code.SYNTAX, f"not YAML: {problem[:200]}{begun}", place, hint=advice)


_CURES = (
    (
        "mapping values are not allowed",
        "a text that holds a colon and a blank needs quotes, or the indentation is off",
    ),
    ("that cannot start any token", "put the value in quotes"),
    ("expected ',' or '}'", "close the brace, or quote a text that holds brackets, commas or quotes"),
    ("expected ',' or ']'", "close the bracket, or quote a text that holds brackets, commas or quotes"),
    ("end of stream", "a quote is not closed"),
    ("could not find expected ':'", "a key needs a colon and a blank after it"),
    ("expected <block end>", "the indentation is off: keys of one mapping begin in the same column"),
)
