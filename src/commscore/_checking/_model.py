"""What is asked of a ruleset, and what came of it: data only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import attrs

from commscore._checking._linear import Constraint
from commscore._ruleset import ALL, Force, Input, Jurisdiction, Rule, Ruleset
from commscore._status import Status
from commscore.errors import Proof, WitnessTable

Choices = Mapping[str, frozenset[str]]  # the values that are left of kinds, categories, codes and areas


class UnsupportedError(Exception):
    """The question is beyond the method; the text says why."""


class Claim(StrEnum):
    """What is claimed of rules, for every table whose values are all present and valid."""

    NEVER_APPLIES = "never applies"
    NEVER_PASSES = "never passes"
    NEVER_FAILS = "never fails"
    NEVER_TOGETHER = "never together"
    IMPLIED = "implied"


@attrs.frozen(eq=False)
class Obligation:
    """A rule, for the units of one kind where its requirement differs by kind.

    Attributes:
        rule: The rule.
        scope: ``urban``, ``rural`` or ``all``.
    """

    rule: Rule
    scope: str = ALL

    @property
    def named(self) -> str:
        """Write the rule's id, with the kind where it matters."""
        return f"{self.rule.id!r}" if self.scope == ALL else f"{self.rule.id!r} ({self.scope})"


@attrs.frozen
class Piece:
    """Some of the rows that there can be: all of them stand alike.

    Attributes:
        status: How what is judged stands for such a row.
        constraints: What its numbers meet.
        choices: The values that its other columns may have, where not every value is allowed.
    """

    status: Status
    constraints: tuple[Constraint, ...] = ()
    choices: Choices = attrs.field(factory=dict)


@attrs.frozen
class World:
    """What is known around the rules.

    Attributes:
        inputs: The catalogue.
        jurisdiction: Whose rules they are.
        values: The values that tell rows apart, by kind, category, code or area; ``""`` stands for any other code.
    """

    inputs: Mapping[str, Input]
    jurisdiction: Jurisdiction
    values: Mapping[str, frozenset[str]]


@attrs.frozen
class Decision:
    """A claim, decided.

    Attributes:
        claim: What was asked.
        about: The obligations it is about; of ``implied`` first the one that adds nothing, then the one that covers it.
        proof: ``proved`` (it holds for every table), ``refuted`` (the witness shows otherwise) or ``undecided``.
        reason: What the proof rests on, or why it is open; empty where there is nothing to say.
        witness: A table that shows otherwise.
    """

    claim: Claim
    about: tuple[Obligation, ...]
    proof: Proof
    reason: str = ""
    witness: WitnessTable | None = None


def is_scored(rule: Rule) -> bool:
    """Tell whether a rule can pass or fail at all."""
    return rule.selected and rule.force is not Force.INFORMATIONAL


def due_of(rule: Rule) -> date:
    """Give the day from which a rule is in force."""
    return rule.due or date.min


def in_force(ruleset: Ruleset, rules: tuple[Rule, ...]) -> date:
    """Give a day of the ruleset's year, or after it, on which all of these rules are in force."""
    year = ruleset.year
    days = [rule.due for rule in rules if rule.due is not None]
    if year is not None:
        days.append(date(year, 12, 31))
    return max(days, default=date(2025, 12, 31))
