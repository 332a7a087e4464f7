"""Inheritance: the files a ruleset extends, and their entries merged into one document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._loading._codes import Code
from commscore._loading._fields import as_fields, kind, read_text, wrong_type
from commscore._loading._files import exists, find, is_path, read, unknown_id
from commscore._loading._nodes import ListNode, MapNode, Scalar, child, key_node, position
from commscore._loading._parts import ASSESSMENTS, BELONGING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from commscore._loading._faults import Faults
    from commscore._loading._nodes import Document, Node

LONGEST_LINEAGE = 6
INCLUDED_KEYS = ("commscore", "conclusions")
_REPLACED = frozenset({*ASSESSMENTS, *BELONGING})


@attrs.frozen
class Ancestor:
    """One file of a lineage.

    Attributes:
        node: Its root.
        path: Where it lies.
    """

    node: MapNode
    path: Path


def trace(node: MapNode, path: Path, folders: tuple[Path, ...], faults: Faults) -> tuple[Ancestor, ...]:
    """Follow `extends:` from a file to its last ancestor.

    Args:
        node: The file's root.
        path: Where it lies; relative paths start from its folder.
        folders: Where ids are looked up, after the file's own folder.
        faults: Takes every fault found.

    Returns:
        The file itself and its ancestors, nearest first, as far as they could be read; a fault is recorded where
        the way ends before a file that extends no other.
    """
    lineage = [Ancestor(node, path)]
    while (parent := child(lineage[-1].node, "extends")) is not None:
        found = _parent_path(parent, lineage[-1].path.parent, folders, faults)
        if found is None:
            break
        if any(_same(found, ancestor.path) for ancestor in lineage):
            faults.add(Code.LINEAGE, "the ruleset extends itself, directly or by way of others", parent)
            break
        if len(lineage) >= LONGEST_LINEAGE:
            faults.add(Code.LINEAGE, f"more than {LONGEST_LINEAGE} rulesets extend one another", parent)
            break
        root = read(found, str(found), faults)
        if not isinstance(root, MapNode):
            faults.add(Code.UNKNOWN_PARENT, f"the parent {found} cannot be read", parent)
            break
        lineage.append(Ancestor(root, found))
    return tuple(lineage)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _parent_path(node: Node, beside: Path, folders: tuple[Path, ...], faults: Faults) -> Path | None:
    text = read_text(node, faults, expected="the id or path of the parent")
    if text is None:
        return None
    if is_path(text):
        path = beside / text
        if exists(path):
            return path
        faults.add(Code.UNKNOWN_PARENT, f"there is no file {text[:200]!r} as seen from this file's folder", node)
        return None
    places = tuple(dict.fromkeys((beside, *folders)))
    path_found = find(text, places)
    if path_found is None:
        message, hint = unknown_id(text, places)
        faults.add(Code.UNKNOWN_PARENT, message, node, hint=hint)
    return path_found


def inherited(lineage: tuple[Ancestor, ...], key: str) -> Node | None:
    """Give a key's value from the nearest file that has it."""
    values = (child(ancestor.node, key) for ancestor in lineage)
    return next((value for value in values if value is not None), None)


@attrs.frozen
class Merged:
    """The entries of a lineage as one document.

    Attributes:
        scoring: The scoring, key by key.
        groups: Group entries, the oldest ancestor's first.
        rules: Rule entries likewise.
        rule_ids: The ids of all of them, whether they are without fault or not.
        dropped: By rule id, the `drop` entry that switched it off.
        unscored: Entries of all files, the oldest ancestor's first.
        conclusions: Conclusion entries, those of included files before those of the file that includes them.
        included: The documents that `include` named.
    """

    scoring: Node | None
    groups: tuple[Node, ...]
    rules: tuple[Node, ...]
    rule_ids: frozenset[str]
    dropped: dict[str, Node]
    unscored: tuple[Node, ...]
    conclusions: tuple[Node, ...] = ()
    included: frozenset[Document] = frozenset()

    @property
    def conclusion_ids(self) -> frozenset[str]:
        """Give the ids of all conclusions, whether they are without fault or not."""
        return frozenset(id_ for entry in self.conclusions if (id_ := _id_of(entry)) is not None)


def merge(lineage: tuple[Ancestor, ...], folders: tuple[Path, ...], faults: Faults) -> Merged:
    """Merge a lineage, from the oldest ancestor to the file itself.

    Args:
        lineage: The file and its ancestors, nearest first.
        folders: Where included files are looked up, after the including file's own folder.
        faults: Takes every fault found.
    """
    scoring: Node | None = None
    groups: tuple[Node, ...] = ()
    rules: tuple[Node, ...] = ()
    unscored: tuple[Node, ...] = ()
    dropped: dict[str, Node] = {}
    conclusions: tuple[Node, ...] = ()
    included: set[Document] = set()
    for ancestor in reversed(lineage):
        node = ancestor.node
        if (given := child(node, "scoring")) is not None:
            scoring = _overlay(scoring, given, frozenset())
        own_groups = _entries(node, "groups", faults)
        groups = _merge_by_id(groups, own_groups, frozenset())
        own_rules = _entries(node, "rules", faults)
        for entry in own_rules:  # giving a rule again takes it up again
            dropped.pop(_id_of(entry) or "", None)
        rules = _merge_by_id(rules, own_rules, _REPLACED)
        for file in (*included_files(ancestor, folders, faults), node):
            own_conclusions = _entries(file, "conclusions", faults)
            for entry in own_conclusions:
                dropped.pop(_id_of(entry) or "", None)
            conclusions = _merge_by_id(conclusions, own_conclusions, frozenset())
            included |= {file.document} - {node.document}
        dropped |= _dropped(node, faults)
        unscored = (*unscored, *_items(node, "unscored", faults))
    ids = frozenset(id_ for entry in rules if (id_ := _id_of(entry)) is not None)
    return Merged(scoring, groups, rules, ids, dropped, unscored, conclusions, frozenset(included))


def included_files(ancestor: Ancestor, folders: tuple[Path, ...], faults: Faults) -> tuple[MapNode, ...]:
    """Read the files that `include` names; they hold conclusions and nothing else."""
    node = child(ancestor.node, "include")
    items = node.items if isinstance(node, ListNode) else () if node is None else (node,)
    found = (_included(item, (ancestor.path.parent, *folders), faults) for item in items)
    return tuple(root for root in found if root is not None)


def _included(item: Node, folders: tuple[Path, ...], faults: Faults) -> MapNode | None:
    text = read_text(item, faults, expected="the path of a file with conclusions")
    if text is None:
        return None
    path = next((folder / text for folder in folders if exists(folder / text)), None)
    if path is None:
        message = f"there is no file {text[:200]!r}, neither as seen from this file's folder nor among the bundled ones"
        faults.add(Code.INCLUDE, message, item, hint="conclusions/common.yaml comes with the library")
        return None
    root = read(path, str(path), faults)
    fields = None if root is None else as_fields(root, faults, "an included file", INCLUDED_KEYS)
    if fields is None:
        faults.add(Code.INCLUDE, f"the included file {text[:200]!r} cannot be used", item)
        return None
    fields.get("conclusions", required=True)
    return fields.node


def _dropped(node: MapNode, faults: Faults) -> dict[str, Node]:
    entries = {_id_of(entry): entry for entry in _entries(node, "drop", faults)}
    if None in entries:
        wrong_type(entries[None], faults, "a rule to drop as {id, because}")
    return {id_: entry for id_, entry in entries.items() if id_ is not None}


def _items(node: MapNode, key: str, faults: Faults) -> tuple[Node, ...]:
    value = child(node, key)
    if value is None or isinstance(value, ListNode):
        return () if value is None else value.items
    wrong_type(value, faults, f"a list under {key!r}")
    return ()


def _entries(node: MapNode, key: str, faults: Faults) -> tuple[Node, ...]:
    """Give a list's entries, each id once."""
    seen: dict[str, Node] = {}
    kept = []
    for entry in _items(node, key, faults):
        id_ = _id_of(entry)
        if id_ is not None and id_ in seen:
            line = position(seen[id_].document, seen[id_].start)[0]
            place = key_node(entry, "id") if isinstance(entry, MapNode) else entry
            message = f"the id {id_[:60]!r} occurs twice under {key!r}, first at line {line}"
            faults.add(Code.DUPLICATE_ID, message, place)
            continue
        if id_ is not None:
            seen[id_] = entry
        kept.append(entry)
    return tuple(kept)


def _id_of(entry: Node) -> str | None:
    name = child(entry, "id") if isinstance(entry, MapNode) else None
    return name.text if isinstance(name, Scalar) else None


def _merge_by_id(older: Iterable[Node], newer: Iterable[Node], replaced: frozenset[str]) -> tuple[Node, ...]:
    """Lay newer entries over older ones of the same id; new ids follow."""
    changes = {id_: entry for entry in newer if (id_ := _id_of(entry)) is not None}
    merged: list[Node] = []
    for entry in older:
        change = changes.pop(_id_of(entry) or "", None)
        merged.append(entry if change is None else _overlay(entry, change, replaced))
    left = set(map(id, changes.values()))
    return (*merged, *(entry for entry in newer if id(entry) in left or _id_of(entry) is None))


def _overlay(older: Node | None, newer: Node, replaced: frozenset[str]) -> Node:
    """Let a newer mapping change the keys it gives; `null` takes an inherited key away.

    An assessment key takes the place of the whole inherited assessment.
    """
    if not isinstance(older, MapNode) or not isinstance(newer, MapNode):
        return newer
    given = {key.text for key, _ in newer.entries}
    gone = given | replaced if given & set(ASSESSMENTS) & replaced else given
    inherited = {key.text for key, _ in older.entries}
    kept = [(key, value) for key, value in older.entries if key.text not in gone]
    added = [(key, value) for key, value in newer.entries if not (_is_null(value) and key.text in inherited)]
    return attrs.evolve(newer, entries=(*kept, *added))


def _is_null(value: Node) -> bool:
    return isinstance(value, Scalar) and kind(value) == "nothing" and value.text != ""
