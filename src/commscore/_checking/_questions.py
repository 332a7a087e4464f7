"""What is asked of every rule, every two rules that share an input, and every few of them; and the answers."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import attrs

from commscore._checking._model import Claim, Decision, Obligation, due_of, is_scored
from commscore._checking._pieces import COMPOUNDS, inner_parts, is_unit_level, names_of, scopes_of, with_wholes
from commscore._checking._search import FAIL, JUDGED, NOT_FAILED, PASS, Aim, Found, Searcher
from commscore._ruleset import ALL
from commscore.errors import Proof

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from commscore._ruleset import Input, Rule, Ruleset

LARGEST_GROUP = 6
_TWO = 2


def decisions(ruleset: Ruleset) -> Iterator[Decision]:
    """Ask everything of a ruleset, and answer it.

    Args:
        ruleset: A ruleset without faults.

    Yields:
        Decisions, those on single rules in file order first, then those on two, then those on more.
    """
    asker = Asker(Searcher.of(ruleset))
    sound: list[Obligation] = []
    for obligation in (obligation for rule in ruleset.rules for obligation in obligations(rule)):
        found = asker.single(obligation)
        yield from found
        if all(decision.proof is not Proof.PROVED for decision in found):
            sound.append(obligation)
    apart: list[frozenset[Obligation]] = []
    for one, other in combinations(sound, 2):
        for decision in asker.pair(one, other):
            if decision.claim is Claim.NEVER_TOGETHER and decision.proof is not Proof.REFUTED:
                apart.append(frozenset(decision.about))
            yield decision
    yield from asker.groups(sound, apart)


def obligations(rule: Rule) -> tuple[Obligation, ...]:
    """Give what a rule asks, by kind where it differs; nothing when it is never scored."""
    asks = rule.assessment in COMPOUNDS or bool(rule.requirements)
    return tuple(Obligation(rule, scope) for scope in scopes_of(rule)) if is_scored(rule) and asks else ()


def touch(one: Obligation, other: Obligation, inputs: dict[str, Input]) -> bool:
    """Tell whether what one judges decides about the other, and no kind keeps them apart."""
    if one.rule is other.rule or (ALL not in {one.scope, other.scope} and one.scope != other.scope):
        return False
    judged, named = zip(*(_names(each.rule, inputs) for each in (one, other)), strict=True)
    return bool(judged[0] & named[1] or judged[1] & named[0])


def _names(rule: Rule, inputs: dict[str, Input]) -> tuple[set[str], set[str]]:
    """Give the inputs that a rule judges, and all that it names; ``units`` where it counts places."""
    filters = {found.input for part in inner_parts(rule) for found in part.where}
    judged = {name for part in inner_parts(rule) for name in part.inputs} | (names_of(rule) - filters)
    units = judged & {"units"}
    return with_wholes(judged, inputs) | units, with_wholes(names_of(rule), inputs) | units


@attrs.frozen
class Asker:
    """Asks questions of obligations.

    Attributes:
        searcher: Searches for tables that show something.
    """

    searcher: Searcher

    def single(self, obligation: Obligation) -> list[Decision]:
        """Ask whether an obligation can be met, and whether it can be missed."""
        about = (obligation,)
        passes, fails = (self._search(((obligation, wanted),)) for wanted in (PASS, FAIL))
        if passes.ruled_out and fails.ruled_out:
            return [self._decision(Claim.NEVER_APPLIES, about, ((obligation, JUDGED),))]
        return [
            self._decision(Claim.NEVER_PASSES, about, ((obligation, PASS),), passes),
            self._decision(Claim.NEVER_FAILS, about, ((obligation, FAIL),), fails),
        ]

    def pair(self, one: Obligation, other: Obligation) -> Iterator[Decision]:
        """Ask whether two obligations can be met together, and whether either adds something to the other."""
        if not touch(one, other, self._inputs):
            return
        if self._apply_together(one, other):
            yield self._decision(Claim.NEVER_TOGETHER, (one, other), ((one, PASS), (other, PASS)))
        for idle, covering in ((other, one), (one, other)):
            if due_of(covering.rule) <= due_of(idle.rule):
                found = self._decision(Claim.IMPLIED, (idle, covering), ((idle, FAIL), (covering, NOT_FAILED)))
                yield found
                if found.proof is Proof.PROVED:
                    return  # of two that ask the same, one is told

    def groups(self, alone: Sequence[Obligation], clashing: Sequence[frozenset[Obligation]]) -> Iterator[Decision]:
        """Ask whether three and more obligations on the same units can be met together, though any two can."""
        units = [obligation for obligation in alone if is_unit_level(obligation.rule)]
        for connected in self._connected(units):
            if any(pair <= set(connected) for pair in clashing) or not _TWO < len(connected) <= LARGEST_GROUP:
                continue
            found = self._search(tuple((obligation, PASS) for obligation in connected))
            if found.ruled_out:
                least = self._shrunk(connected)
                if self._apply_together(*least):
                    yield self._decision(Claim.NEVER_TOGETHER, least, tuple((each, PASS) for each in least))

    def _shrunk(self, group: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
        for obligation in group:
            rest = tuple(other for other in group if other is not obligation)
            found = self._search(tuple((other, PASS) for other in rest))
            if found.ruled_out:
                return self._shrunk(rest)
        return group

    def _connected(self, units: Sequence[Obligation]) -> list[tuple[Obligation, ...]]:
        """Put obligations together that share inputs, directly or by way of others."""
        groups: list[list[Obligation]] = []
        for obligation in units:
            near = [group for group in groups if any(touch(obligation, other, self._inputs) for other in group)]
            groups = [group for group in groups if group not in near]
            groups.append([*(other for group in near for other in group), obligation])
        return [tuple(sorted(group, key=units.index)) for group in groups]

    def _apply_together(self, *group: Obligation) -> bool:
        """Tell whether some unit is in the scope of all; areas may always hold units for each."""
        if not all(is_unit_level(obligation.rule) for obligation in group):
            return True
        found = self._search(tuple((obligation, JUDGED) for obligation in group))
        return not found.ruled_out

    @property
    def _inputs(self) -> dict[str, Input]:
        return dict(self.searcher.world.inputs)

    def _search(self, aim: Aim) -> Found:
        return self.searcher.search(aim)

    def _decision(self, claim: Claim, about: tuple[Obligation, ...], aim: Aim, found: Found | None = None) -> Decision:
        """Turn a search for a table that shows otherwise into an answer."""
        found = self._search(aim) if found is None else found
        if found.witness is not None:
            return Decision(claim, about, Proof.REFUTED, witness=found.witness)
        if found.open is not None:
            return Decision(claim, about, Proof.UNDECIDED, found.open)
        return Decision(claim, about, Proof.PROVED, ", ".join(self.searcher.reasons(aim)))
