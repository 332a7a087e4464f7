"""Rules, and the obligations that no rule scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from commscore._loading._codes import Code
from commscore._loading._fields import Fields, as_fields
from commscore._loading._header import read_source
from commscore._loading._nodes import child
from commscore._loading._parts import PART_KEYS, read_part
from commscore._loading._requirements import read_asked
from commscore._phrases import LONGEST_PHRASE
from commscore._ruleset import Force, Part, Rule, Source, Text, Unscored

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from commscore._loading._context import Context
    from commscore._loading._faults import Faults
    from commscore._loading._nodes import Document, MapNode, Node

RULE_KEYS = (
    *("id", "group", "title", "clause"),
    *PART_KEYS,
    *("due", "weight", "force", "veto", "responsible", "note", "because", "source"),
)
UNSCORED_KEYS = ("clause", "phrase", "why", "see", "source")
# What the words and the figure of a rule stand under: they should come from one document.
_WORDS = ("clause", "phrase")


@attrs.frozen
class Sources:
    """Which document each file encodes.

    Attributes:
        own: The ruleset's own.
        by_document: That of each file of the lineage.
    """

    own: Source
    by_document: Mapping[Document, Source]

    def foreign(self, node: Node) -> Source | None:
        """Give the source of a place, or null when it is the ruleset's own."""
        source = self.by_document.get(node.document, self.own)
        return None if source == self.own else source


def read_rule(node: MapNode, context: Context, groups: Collection[str], sources: Sources) -> Rule | None:
    """Read one rule.

    Args:
        node: Its mapping, merged with the entries it inherits from.
        context: What is around it.
        groups: The ids of all groups.
        sources: Which document each file encodes.

    Returns:
        The rule; null when its id or assessment cannot be read.
    """
    fields = Fields(node, context.faults, _called(node), RULE_KEYS)
    id_ = fields.id()
    force = Force(fields.choice("force", tuple(Force)) or Force.BINDING)
    asked = read_asked(fields)
    informational = force is Force.INFORMATIONAL
    note = fields.text("note")
    inner = attrs.evolve(context, informational=informational, noted=note is not None, words=asked)
    part = read_part(fields, inner, asked)
    group = fields.text("group")
    if group is not None and group not in groups:
        hint = context.faults.nearest(group, groups) or "declare it under `groups:`"
        context.faults.add(
            Code.UNKNOWN_GROUP, f"there is no group {group[:60]!r}", fields.get("group") or node, hint=hint
        )
    values: dict[str, Any] = {
        "group": group,
        "title": fields.title() or Text(id_ or ""),
        "clause": _clause(fields),
        "due": fields.date("due"),
        "weight": fields.weight(),
        "force": force,
        "veto": fields.truth("veto"),
        "responsible": fields.texts("responsible"),
        "note": note,
        "because": fields.text("because"),
        "source": _source(fields, sources),
    }
    if id_ is None or part is None:
        return None
    values |= {field.name: getattr(part, field.name) for field in attrs.fields(Part)}
    return Rule(id=id_, **values)


def _called(node: MapNode) -> str:
    name = child(node, "id")
    text = getattr(name, "text", None)
    return f"rule {text[:60]!r}" if text else "a rule"


def _clause(fields: Fields) -> str | None:
    clause = fields.text("clause")
    if clause is None and "clause" not in fields:
        message = f"{fields.what} names no clause"
        fields.faults.warn(Code.NO_CLAUSE, message, fields.node, hint="add `clause:`, where the document says it")
    return clause


def _source(fields: Fields, sources: Sources) -> Source | None:
    """Give the document a rule's clause stands in, where that is not the ruleset's own."""
    if (node := fields.get("source")) is not None:
        return read_source(node, fields.faults)
    places = {key: fields.place(key) for key in _WORDS if key in fields}
    if len(places) == len(_WORDS):
        origins = [sources.by_document.get(place.document) for place in places.values()]
        if origins[0] != origins[1]:
            message = f"{fields.what} takes its phrase and its clause from different documents"
            fields.faults.warn(Code.MIXED_SOURCES, message, places["phrase"], hint="give `clause:` beside `phrase:`")
    return sources.foreign(next(iter(places.values()), fields.node))


def read_unscored(node: Node, faults: Faults, sources: Sources) -> Unscored | None:
    """Read an obligation that no rule scores."""
    fields = as_fields(node, faults, "an unscored entry", UNSCORED_KEYS)
    if fields is None:
        return None
    clause, phrase = fields.text("clause", required=True), fields.text("phrase")
    if phrase is not None and len(phrase) > LONGEST_PHRASE:
        message = f"the phrase has {len(phrase)} characters; at most {LONGEST_PHRASE}"
        faults.add(Code.PHRASE_TOO_LONG, message, fields.get("phrase") or fields.node)
    if not ("why" in fields or "see" in fields):
        message = "an unscored entry says `why`, or names the rule to `see`"
        faults.add(Code.MISSING_KEY, message, fields.node)
    source = read_source(given, faults) if (given := fields.get("source")) is not None else sources.foreign(fields.node)
    why, see = fields.text("why"), fields.text("see")
    return None if clause is None else Unscored(clause=clause, why=why, phrase=phrase, see=see, source=source)
