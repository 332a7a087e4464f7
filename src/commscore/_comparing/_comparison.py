"""What comes of comparing two rules: a relation, the aspects it rests on, and witnesses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

import attrs

Cell = Fraction | bool | str
PARENT, CHILD = "parent", "child"


class Relation(StrEnum):
    """What the second rule asks, held against the first."""

    STRICTER = "stricter"
    EQUAL = "equal"
    LAXER = "laxer"
    INCOMPARABLE = "incomparable"


_MIRROR = MappingProxyType({Relation.STRICTER: Relation.LAXER, Relation.LAXER: Relation.STRICTER})


@attrs.frozen
class Witness:
    """A value that meets one of two rules and not the other.

    Attributes:
        value: The value judged, in the units of the second rule (so that of a ratio is times its ``per``).
        passes: Which rule it meets: ``parent`` (the first) or ``child`` (the second).
        rows: Rows that come to this value, ready for ``evaluate``; empty where none were made.
        level: What the rows are.
    """

    value: Fraction
    passes: str
    rows: tuple[Mapping[str, Cell], ...] = ()
    level: str = "community"


@attrs.frozen
class Aspect:
    """One respect in which two rules differ.

    Attributes:
        name: ``requirement``, ``assessment``, ``where``, ``over``, ``scope``, ``part``, ``atleast``, ``force``,
            ``due``, ``veto`` or ``selected``.
        relation: What the second rule asks in this respect, held against the first.
        parent: What the first says, in short; null when it says nothing.
        child: What the second says.
        scope: The scope concerned: ``urban``, ``rural``, or null when it is all.
        witnesses: Values that tell the two apart: one, or where they are incomparable one for each side.
    """

    name: str
    relation: Relation
    parent: str | None = None
    child: str | None = None
    scope: str | None = None
    witnesses: tuple[Witness, ...] = ()


@attrs.frozen
class Comparison:
    """What a rule asks, held against another.

    Attributes:
        relation: ``stricter``, ``equal``, ``laxer`` or ``incomparable``, all aspects taken together.
        aspects: The respects in which they differ; empty when they ask the same.
    """

    relation: Relation
    aspects: tuple[Aspect, ...] = ()


def mirrored(relation: Relation) -> Relation:
    """Give the relation of the first rule to the second."""
    return _MIRROR.get(relation, relation)


def joined(relations: Iterable[Relation]) -> Relation:
    """Take several aspects together: what is stricter in one and laxer in another is incomparable."""
    found = set(relations) - {Relation.EQUAL}
    if not found:
        return Relation.EQUAL
    return found.pop() if len(found) == 1 else Relation.INCOMPARABLE


def compared(aspects: Iterable[Aspect]) -> Comparison:
    """Put aspects together, those without a difference left out."""
    kept = tuple(aspect for aspect in aspects if aspect.relation is not Relation.EQUAL)
    return Comparison(joined(aspect.relation for aspect in kept), kept)
