"""What the reading of rules and parts needs to know of everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._loading._codes import Code
from commscore._ruleset import AREA_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._loading._faults import Faults
    from commscore._loading._inputs import Declared
    from commscore._loading._nodes import Node
    from commscore._loading._requirements import Asked
    from commscore._ruleset import Input

UNITS = "units"


@attrs.frozen
class Context:
    """Where in the ruleset a part stands.

    Attributes:
        faults: Takes every fault found.
        declared: The catalogue.
        level: The jurisdiction's level; null where it could not be read.
        informational: Whether the rule is informational.
        noted: Whether the rule's note says how its phrase is read.
        words: What the rule or compound around a part says; its phrase serves where the part has none.
        compound: What the compound around a part asks; its requirement serves parts that have none.
        over: The level at which the compound around a part is judged.
        inside: ``rule``, ``part`` (of a compound) or ``condition`` (of a share).
    """

    faults: Faults
    declared: Mapping[str, Declared]
    level: str | None
    informational: bool = False
    noted: bool = False
    words: Asked | None = None
    compound: Asked | None = None
    over: str | None = None
    inside: str = "rule"

    def input(self, name: str, place: Node) -> Input | None:
        """Give an input by name, or record that there is none."""
        if name in self.declared:
            return self.declared[name].input
        hint = self.faults.nearest(name, self.declared) or "declare it in inputs.yaml or under `inputs:`"
        self.faults.add(Code.UNKNOWN_INPUT, f"there is no input {name[:60]!r}", place, hint=hint)
        return None

    def known(self, name: str) -> Input | None:
        """Give an input by name, or null."""
        return self.declared[name].input if name in self.declared else None


def coarser(level: str, than: str) -> bool:
    """Tell whether places of one level contain places of another."""
    return rank(level) > rank(than)


def rank(level: str) -> int:
    """Order levels from the finest to the coarsest."""
    return AREA_LEVELS.index(level)
