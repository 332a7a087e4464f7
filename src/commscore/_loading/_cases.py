"""The ruleset's own tests: rows, and the statuses expected."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from commscore._loading._codes import Code
from commscore._loading._fields import Fields, as_fields, kind, read_choice, read_list, read_text, wrong_type
from commscore._loading._nodes import ListNode, MapNode, Scalar, position
from commscore._ruleset import LEVELS, SCOPES, Case
from commscore._status import Status

if TYPE_CHECKING:
    from collections.abc import Collection

    from commscore._loading._context import Context
    from commscore._loading._nodes import Node

CASE_KEYS = ("rows", "expect", "more", "level", "as_of", "name", "conclusions")
ROW_KEYS = ("kind", "code", "township", "county", "city", "province")
STATUSES = tuple(str(status) for status in Status if status is not Status.FIXED)
_LONGEST_NUMBER = 40
_HEXADECIMAL = re.compile(r"0[ox][0-9a-f]+")
_MODEST = re.compile(r"[-+.0-9]+(?:e[-+]?[0-9]{1,2})?")


def read_case(node: Node, context: Context, rules: Collection[str], names: Collection[str] = ()) -> Case | None:
    """Read one case.

    Args:
        node: Its mapping.
        context: The catalogue and the faults.
        rules: The ids of all rules.
        names: What can be concluded.

    Returns:
        The case; null when it is no mapping.
    """
    fields = as_fields(node, context.faults, "a case", CASE_KEYS)
    if fields is None:
        return None
    rows = fields.get("rows", required=True)
    return Case(
        rows=() if rows is None else _rows(rows, context),
        expect={} if "conclusions" in fields and "expect" not in fields else _expect(fields, rules),
        more=_more(fields, context),
        level=fields.choice("level", LEVELS),
        as_of=fields.date("as_of"),
        name=fields.text("name"),
        line=position(node.document, node.start)[0],
        conclusions=_conclusions(fields, names),
    )


def _conclusions(fields: Fields, names: Collection[str]) -> tuple[str, ...] | tuple[tuple[str, ...], ...] | None:
    """Read what is concluded of the jurisdiction, or of each row."""
    if "conclusions" not in fields:
        return None
    items = fields.items("conclusions")
    if items and all(isinstance(item, ListNode) for item in items):
        return tuple(_names(read_list(item, fields.faults), fields, names) for item in items)
    return _names(items, fields, names)


def _names(items: tuple[Node, ...], fields: Fields, names: Collection[str]) -> tuple[str, ...]:
    found = [(item, text) for item in items if (text := read_text(item, fields.faults)) is not None]
    for item, text in found:
        if text not in names:
            hint = fields.faults.nearest(text, names)
            fields.faults.add(Code.NO_CONCLUSION, f"nothing concludes {text[:60]!r}", item, hint=hint)
    return tuple(text for _, text in found)


def _more(fields: Fields, context: Context) -> dict[str, tuple[dict[str, Any], ...]]:
    node = fields.get("more")
    tables = None if node is None else as_fields(node, context.faults, "`more`", LEVELS)
    if tables is None:
        return {}
    return {level: _rows(value, context) for level in LEVELS if (value := tables.get(level)) is not None}


def _rows(node: Node, context: Context) -> tuple[dict[str, Any], ...]:
    items = read_list(node, context.faults, expected="a list of rows")
    known = dict.fromkeys((*context.declared, *ROW_KEYS))
    rows = (as_fields(item, context.faults, "a row", known) for item in items)
    return tuple(_row(row) for row in rows if row is not None)


def _row(fields: Fields) -> dict[str, Any]:
    return {key.text: _cell(value, fields) for key, value in fields.node.entries}


def _cell(node: Node, fields: Fields) -> str | int | Decimal | float | bool | None:
    """Read a cell as a table would hold it; numbers stay exact."""
    if not isinstance(node, Scalar):
        wrong_type(node, fields.faults, "one value")
        return None
    match kind(node):
        case "nothing":
            return None
        case "truth":
            return node.text.lower() == "true"
        case "integer" | "number":
            return _number(node, fields)
        case _:
            return node.text


def _number(node: Scalar, fields: Fields) -> int | Decimal | float | None:
    text = node.text.lower()
    if text.lstrip("+-") in {".inf", ".nan"}:
        return float(text.replace(".", ""))  # a case may show what such a value does
    if len(text) > _LONGEST_NUMBER or not (_HEXADECIMAL.fullmatch(text) or _MODEST.fullmatch(text)):
        message = f"{text[:40]} is too long or too large a number for a case"
        fields.faults.add(Code.OUT_OF_RANGE, message, node)
        return None
    if kind(node) == "integer":
        return int(text, 0) if _HEXADECIMAL.fullmatch(text) else int(text)
    return Decimal(text)


def _expect(fields: Fields, rules: Collection[str]) -> dict[str, Any]:
    node = fields.get("expect", required=True)
    if node is None:
        return {}
    if not isinstance(node, MapNode):
        wrong_type(node, fields.faults, "a mapping of rule ids to statuses")
        return {}
    for key, _ in node.entries:
        if key.text not in rules:
            message = f"there is no rule {key.text[:60]!r}"
            fields.faults.add(Code.UNKNOWN_RULE, message, key, hint=fields.faults.nearest(key.text, rules))
    return {key.text: _statuses(value, fields) for key, value in node.entries}


def _statuses(node: Node, fields: Fields) -> str | list[str | None] | dict[str, str | None] | None:
    if isinstance(node, ListNode):
        return [read_choice(item, fields.faults, STATUSES) for item in node.items]
    if isinstance(node, MapNode):
        scopes = Fields(node, fields.faults, "an expected status", SCOPES)
        return {scope: scopes.choice(scope, STATUSES) for scope in SCOPES if scope in scopes}
    return read_choice(node, fields.faults, STATUSES)
