"""Decide which units a rule concerns, and which of its requirements (spec 3, where and scopes)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._requirement import InputRef
from commscore._ruleset import ALL, SCOPES
from commscore.reference._demands import demand_of, meets
from commscore.reference._places import value
from commscore.reference._values import Hole, read_kind

if TYPE_CHECKING:
    from commscore._requirement import Requirement
    from commscore._ruleset import Filter, Part
    from commscore.reference._rows import Data, Row

COMPOUNDS = ("all", "any", "atleast")


@attrs.frozen
class Lens:
    """Which units are looked at, and what they are held to.

    Attributes:
        scope: Whose requirement applies: ``urban``, ``rural`` or ``all``; null where the unit's kind is not known.
        kinds: The kinds that are let in; empty when the kind does not matter.
        where: What else must hold.
    """

    scope: str | None = ALL
    kinds: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()

    def within(self, part: Part) -> Lens:
        """Look at the units of a part only."""
        return attrs.evolve(self, where=self.where + part.where)

    def names(self) -> list[str]:
        """Return the inputs and built-ins that decide whether a unit is let in."""
        names = ["kind"] if self.kinds else []
        for key in self.where:
            names += [key.input, *references(key.requirement)]
        return names


def references(requirement: Requirement | None) -> list[str]:
    """Return the input that a requirement is relative to, if it is."""
    return [requirement.value.name] if requirement and isinstance(requirement.value, InputRef) else []


def scopes_of(part: Part) -> tuple[str, ...]:
    """Return ``urban`` and ``rural`` where a requirement names them, else ``all``; a share's condition has its own."""
    named = _named_scopes(part)
    if ALL in named and len(named) > 1:  # a part for everybody stands beside one that goes by kind
        return SCOPES
    return tuple(scope for scope in SCOPES if scope in named) or (ALL,)


def _named_scopes(part: Part) -> set[str]:
    inner = part.parts if part.assessment in COMPOUNDS else ()
    return set(part.requirements).union(*(_named_scopes(other) for other in inner))


def requirement_for(part: Part, scope: str | None) -> Requirement | None:
    """Return the requirement of a scope; null when the part has none for it."""
    return part.requirements.get(scope or "", part.requirements.get(ALL))


def passes_by(part: Part, scope: str | None) -> bool:
    """Say whether a part has requirements, but none for this scope: it does not concern the unit."""
    return scope is not None and bool(part.requirements) and requirement_for(part, scope) is None


def admits(data: Data, row: Row, lens: Lens) -> bool | Hole:
    """Say whether a row is looked at: all keys must hold.

    A key that does not hold keeps the row out, whatever the others are. Else a key that cannot be read leaves it open,
    an invalid value before a missing one.

    Args:
        data: All tables.
        row: The row.
        lens: Kinds and filters.

    Returns:
        True, false, or the hole that leaves it open.
    """
    answers = [_holds(data, row, key) for key in lens.where]
    if lens.kinds:
        kind = value(data, row, "kind")
        answers.append(kind if isinstance(kind, Hole) else kind in lens.kinds)
    for answer in (False, Hole.INVALID, Hole.MISSING):
        if answer in answers:
            return answer
    return True


def _holds(data: Data, row: Row, key: Filter) -> bool | Hole:
    """Ask one key of a ``where``."""
    cell = value(data, row, key.input)
    if isinstance(cell, Hole):
        return cell
    if key.requirement is None:
        wanted = [read_kind(text) for text in key.values] if key.input == "kind" else key.values
        return cell in wanted
    if not isinstance(cell, Fraction):
        return Hole.INVALID
    targets = [value(data, row, name) for name in references(key.requirement)]
    holes = [target for target in targets if isinstance(target, Hole)]
    if holes:
        return holes[0]
    return meets(cell, demand_of(key.requirement, *(target for target in targets if isinstance(target, Fraction))))
