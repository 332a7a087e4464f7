"""A YAML document as a tree that knows where everything stands."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from pathlib import Path


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


def position(document: Document, index: int) -> tuple[int, int]:
    """Give line and column, counted from 1."""
    row = bisect_right(document.starts, index) - 1
    return row + 1, index - document.starts[row] + 1
