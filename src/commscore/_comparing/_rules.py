"""One rule held against another: what it asks, of whom, by when and with what force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from commscore._comparing._comparison import Aspect, Comparison, Relation, compared, mirrored
from commscore._comparing._parts import Setting, part_aspects
from commscore._ruleset import Force, Input, Rule


def compare(parent: Rule, child: Rule, *, inputs: Mapping[str, Input], level: str | None = None) -> Comparison:
    """Hold a rule against another.

    Values are compared as sets: what meets the one and not the other decides, on the grid of the inputs' places and
    within their bounds. ``> 24`` and ``>= 25`` of something counted are therefore equal. Weight, wording, group and the
    difference between binding and expected change nothing that is asked and play no part.

    Args:
        parent: The rule to compare with.
        child: The rule that is compared.
        inputs: The inputs of both, for places and bounds.
        level: The level of the jurisdiction, at which rules without ``over`` are judged.

    Returns:
        ``stricter`` when whatever meets the child meets the parent, but not the other way round, and so on; the
        aspects say wherein, each with a value that tells the two apart where there is one.
    """
    return compared(_aspects(parent, child, Setting(inputs, level)))


def _aspects(parent: Rule, child: Rule, setting: Setting) -> Iterator[Aspect]:
    if not (parent.selected and child.selected):
        yield _selected(parent, child)
        return
    yield from part_aspects(parent, child, setting)
    yield _due(parent.due, child.due)
    yield _ordered("force", _force(parent), _force(child), ("informational", "scored"))
    yield _ordered("veto", str(parent.veto).lower(), str(child.veto).lower(), ("false", "true"))


def _selected(parent: Rule, child: Rule) -> Aspect:
    said = ["in force" if rule.selected else "switched off" for rule in (parent, child)]
    return _ordered("selected", said[0], said[1], ("switched off", "in force"))


def _force(rule: Rule) -> str:
    return "informational" if rule.force is Force.INFORMATIONAL else "scored"


def _ordered(name: str, parent: str, child: str, order: tuple[str, str]) -> Aspect:
    """Compare what can only be one of two, the laxer named first."""
    relation = Relation.EQUAL if parent == child else Relation.STRICTER if child == order[1] else Relation.LAXER
    return Aspect(name, relation, parent, child)


def _day(due: date | None) -> str:
    return "from the start" if due is None else due.isoformat()


def _due(parent: date | None, child: date | None) -> Aspect:
    """Compare when two rules fall due; without a date a rule is in force from the start."""
    said = (_day(parent), _day(child))
    if parent == child:
        return Aspect("due", Relation.EQUAL, *said)
    later = parent is None or (child is not None and child > parent)
    return Aspect("due", Relation.LAXER if later else mirrored(Relation.LAXER), *said)
