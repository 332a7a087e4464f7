"""Typed reading of nodes: each reader gives the value, or records what is wrong and gives null."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from commscore._loading._codes import Code
from commscore._loading._faults import listed
from commscore._loading._nodes import ListNode, MapNode, Scalar, child, key_node
from commscore._ruleset import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from commscore._loading._faults import Faults
    from commscore._loading._nodes import Node

_ID = re.compile(r"\w[\w-]{0,63}")
_NULL = re.compile(r"|~|null|Null|NULL")
_TRUTH = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_DECIMAL = re.compile(r"[-+]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_OLD_TRUTHS = ("yes", "no", "on", "off", "y", "n")


def kind(node: Node) -> str:
    """Say if a node is ``text``, ``integer``, ``number``, ``truth``, ``nothing``, ``list`` or ``mapping``."""
    if not isinstance(node, Scalar):
        return "list" if isinstance(node, ListNode) else "mapping"
    if node.style:
        return "text"
    patterns = {"nothing": _NULL, "truth": _TRUTH, "integer": _INTEGER, "number": _NUMBER}
    return next((name for name, pattern in patterns.items() if pattern.fullmatch(node.text)), "text")


def describe_node(node: Node) -> str:
    """Put what was found into words."""
    if isinstance(node, ListNode):
        return "a list" if node.items else "an empty list"
    if not isinstance(node, Scalar):
        return "a mapping" if getattr(node, "entries", ()) else "an empty mapping"
    words = {
        "nothing": "nothing",
        "truth": "the truth value ",
        "integer": "the number ",
        "number": "the number ",
    }
    found = kind(node)
    return words[found] + (node.text[:40] if found != "nothing" else "") if found in words else repr(node.text[:40])


def wrong_type(node: Node, faults: Faults, expected: str, *, hint: str | None = None) -> None:
    """Record that something else was expected."""
    if isinstance(node, Scalar) and node.style == ">":
        advice = "a value that begins with `>` needs quotes, else YAML takes it for a folded text"
        faults.add(Code.UNQUOTED_SIGN, f"expected {expected}, found a folded text", node, hint=advice)
    else:
        faults.add(Code.WRONG_TYPE, f"expected {expected}, found {describe_node(node)}", node, hint=hint)


def read_text(node: Node, faults: Faults, *, expected: str = "text") -> str | None:
    """Read text; numbers and truth values must be quoted to be text."""
    found = kind(node)
    if isinstance(node, Scalar) and found == "text":
        text = node.text.strip()
        if text:
            return text
        wrong_type(node, faults, expected)
    elif isinstance(node, Scalar) and found in {"integer", "number", "truth"}:
        message = f"expected {expected}, found {describe_node(node)}"
        faults.add(Code.NEEDS_QUOTES, message, node, hint=f'put it in quotes: "{node.text[:40]}"')
    else:
        wrong_type(node, faults, expected)
    return None


def read_id(node: Node, faults: Faults) -> str | None:
    """Read an id: letters, digits, hyphens and underscores."""
    text = read_text(node, faults, expected="an id")
    if text is None or _ID.fullmatch(text):
        return text
    allowed = "letters, digits, - and _, at most 64, beginning with a letter or digit"
    faults.add(Code.BAD_ID, f"{text[:80]!r} is no id; an id has {allowed}", node)
    return None


def read_truth(node: Node, faults: Faults) -> bool | None:
    """Read true or false."""
    if isinstance(node, Scalar) and kind(node) == "truth":
        return node.text.lower() == "true"
    old = isinstance(node, Scalar) and node.text.lower() in _OLD_TRUTHS
    wrong_type(node, faults, "true or false", hint="YAML 1.2 knows true and false only" if old else None)
    return None


def read_decimal(
    node: Node, faults: Faults, *, least: int | None = None, most: int | None = None, whole: bool = False
) -> Fraction | None:
    """Read an exact decimal from its digits, never by way of a float."""
    expected = "a whole number" if whole else "a number"
    if not isinstance(node, Scalar) or kind(node) not in {"integer", "number"}:
        quoted = isinstance(node, Scalar) and node.style and _DECIMAL.fullmatch(node.text.strip())
        wrong_type(node, faults, expected, hint="remove the quotes" if quoted else None)
        return None
    if not _DECIMAL.fullmatch(node.text):
        faults.add(Code.OUT_OF_RANGE, f"{node.text[:40]} is no plain decimal; write it out, such as 0.25", node)
        return None
    value = Fraction(node.text)
    if whole and value.denominator != 1:
        wrong_type(node, faults, expected)
        return None
    if (least is not None and value < least) or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"between {least} and {most}"
        bounds = str(least) if least == most else bounds
        faults.add(Code.OUT_OF_RANGE, f"{node.text[:40]} is out of range; it must be {bounds}", node)
        return None
    return value


def read_date(node: Node, faults: Faults) -> date | None:
    """Read an ISO date."""
    if not isinstance(node, Scalar) or kind(node) != "text":
        wrong_type(node, faults, "a date such as 2023-12-31")
        return None
    text = node.text.strip()
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError  # noqa: TRY301 - fromisoformat also takes week dates
        return date.fromisoformat(text)
    except ValueError:
        faults.add(Code.BAD_DATE, f"{text[:40]!r} is no date; write year-month-day, such as 2023-12-31", node)
        return None


def read_choice(node: Node, faults: Faults, allowed: Collection[str]) -> str | None:
    """Read one of a few words."""
    text = read_text(node, faults, expected=f"one of {', '.join(allowed)}")
    if text is None or text in allowed:
        return text
    faults.add(
        Code.NOT_A_CHOICE,
        f"{text[:60]!r} is none of {', '.join(allowed)}",
        node,
        hint=faults.nearest(text, allowed),
    )
    return None


def read_list(node: Node, faults: Faults, *, expected: str = "a list") -> tuple[Node, ...]:
    """Read a list's items."""
    if isinstance(node, ListNode):
        return node.items
    wrong_type(node, faults, expected)
    return ()


def read_texts(node: Node, faults: Faults) -> tuple[str, ...]:
    """Read a list of texts; a single text counts as a list of one."""
    nodes = node.items if isinstance(node, ListNode) else (node,)
    texts = (read_text(item, faults) for item in nodes)
    return tuple(text for text in texts if text is not None)


def read_title(node: Node, faults: Faults) -> Text | None:
    """Read a title: text, or its zh and en."""
    if not isinstance(node, MapNode):
        zh = read_text(node, faults, expected="a title, as text or {zh, en}")
        return None if zh is None else Text(zh)
    fields = Fields(node, faults, "the title", ("zh", "en"))
    zh, en = fields.text("zh", required=True), fields.text("en")
    return None if zh is None else Text(zh, en)


class Fields:
    """The entries of one mapping, read key by key.

    Unknown keys are recorded at once, missing ones when they are asked for.
    """

    def __init__(self, node: MapNode, faults: Faults, what: str, known: Collection[str]) -> None:
        self.node = node
        self.faults = faults
        self.what = what
        self.known = known
        for key, value in node.entries:
            if key.text not in self.known:
                self._report_unknown(key, value)

    def _report_unknown(self, key: Scalar, value: Node) -> None:
        bare = isinstance(value, Scalar) and not value.style and value.text == "" and value.start >= key.end
        if self.node.flow and bare and ":" not in key.document.text[key.end : value.end]:
            message = f"{key.text[:60]!r} stands alone in the braces: a half-width comma before it ended the value"
            self.faults.add(Code.STRAY_COMMA, message, key, hint="put the whole value in quotes, or write ，")
            return
        message = f"unknown key {key.text[:60]!r} in {self.what}"
        hint = self.faults.nearest(key.text, self.known) or f"known keys: {listed(self.known)}"
        self.faults.add(Code.UNKNOWN_KEY, message, key, hint=hint)

    def __contains__(self, key: str) -> bool:
        """Tell whether the mapping has a key."""
        return child(self.node, key) is not None

    def get(self, key: str, *, required: bool = False) -> Node | None:
        """Give a key's value, or null; a required key that is missing is a fault."""
        value = child(self.node, key)
        if value is None and required:
            self.faults.add(Code.MISSING_KEY, f"{self.what} lacks the key {key!r}", self.node)
        return value

    def place(self, key: str) -> Node:
        """Give the place of a key, or of the mapping when it has none."""
        return key_node(self.node, key)

    def text(self, key: str, *, required: bool = False) -> str | None:
        """Read text."""
        node = self.get(key, required=required)
        return None if node is None else read_text(node, self.faults)

    def id(self, key: str = "id", *, required: bool = True) -> str | None:
        """Read an id."""
        node = self.get(key, required=required)
        return None if node is None else read_id(node, self.faults)

    def title(self, key: str = "title") -> Text | None:
        """Read a title."""
        node = self.get(key)
        return None if node is None else read_title(node, self.faults)

    def truth(self, key: str, *, default: bool = False) -> bool:
        """Read true or false."""
        node = self.get(key)
        value = None if node is None else read_truth(node, self.faults)
        return default if value is None else value

    def date(self, key: str) -> date | None:
        """Read a date."""
        node = self.get(key)
        return None if node is None else read_date(node, self.faults)

    def weight(self) -> Fraction:
        """Read a weight, 1 unless given."""
        node = self.get("weight")
        value = None if node is None else read_decimal(node, self.faults, least=0, most=1_000_000)
        return Fraction(1) if value is None else value

    def choice(self, key: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        """Read one of a few words."""
        node = self.get(key, required=required)
        return None if node is None else read_choice(node, self.faults, allowed)

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts."""
        node = self.get(key)
        return () if node is None else read_texts(node, self.faults)

    def items(self, key: str) -> tuple[Node, ...]:
        """Read a list's items."""
        node = self.get(key)
        return () if node is None else read_list(node, self.faults)


def as_fields(node: Node, faults: Faults, what: str, known: Collection[str]) -> Fields | None:
    """Read a mapping."""
    if isinstance(node, MapNode):
        return Fields(node, faults, what, known)
    wrong_type(node, faults, f"{what} as a mapping")
    return None
