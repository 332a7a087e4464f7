"""Where a ruleset's files say something of a rule, group, grade or input."""

from __future__ import annotations

import attrs

from commscore._loading._faults import Faults
from commscore._loading._nodes import MapNode, Node, Scalar, child, key_node, position
from commscore._loading._parts import ASSESSMENTS
from commscore._loading._relations import entry_of
from commscore._ruleset import Rule, Ruleset
from commscore.errors import Place


@attrs.frozen
class Files:
    """The files of a ruleset.

    Attributes:
        roots: Its own, then those of its ancestors, nearest first.
    """

    roots: tuple[MapNode, ...]

    def entry(self, key: str, id_: str) -> MapNode | None:
        """Find the entry of a list in the nearest file that has it."""
        return next((found for root in self.roots if (found := entry_of(root, key, id_)) is not None), None)

    def rule(self, rule: Rule, *keys: str) -> Node:
        """Find the place of a rule: the first of these keys that its entry has, else its assessment, else its id."""
        entry = self.entry("rules", rule.id)
        if entry is None:
            return self.roots[0]
        found = (key_node(entry, key) for key in (*keys, *ASSESSMENTS, "id") if child(entry, key) is not None)
        return next(found, entry)

    def requirement(self, rule: Rule) -> Node:
        """Find what a rule asks."""
        return self.rule(rule, "require")

    def group(self, id_: str, key: str) -> Node:
        """Find a key of a group."""
        entry = self.entry("groups", id_)
        return self.roots[0] if entry is None else key_node(entry, key)

    def top(self, *keys: str) -> Node:
        """Find a key at the top of the nearest file that has it, and keys within it."""
        for root in self.roots:
            if child(root, keys[0]) is not None:
                return _inner(root, keys)
        return self.roots[0]

    def related(self, rule: Rule) -> Place:
        """Point at another rule."""
        node = self.requirement(rule)
        line, column = position(node.document, node.start)
        return Place(f"rule {rule.id!r}", node.document.name, line, column)


@attrs.frozen
class Page:
    """A ruleset, its files, and what is found about them.

    Attributes:
        ruleset: The ruleset.
        files: Where it says what.
        faults: Takes what is found.
    """

    ruleset: Ruleset
    files: Files
    faults: Faults


def _inner(node: MapNode, keys: tuple[str, ...]) -> Node:
    inner = child(node, keys[0])
    return _inner(inner, keys[1:]) if len(keys) > 1 and isinstance(inner, MapNode) else key_node(node, keys[0])


def own_inputs(root: MapNode) -> tuple[Scalar, ...]:
    """Give the names of the inputs that a file declares."""
    inputs = child(root, "inputs")
    return tuple(name for name, _ in inputs.entries) if isinstance(inputs, MapNode) else ()
