"""Signatures -> which conclusions hold: by durable-rules, or by the plain fixpoint where that cannot be."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import attrs

from commscore._rete import Engine, Rule, Test, available

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from commscore._conclusions._conditions import Conditions
    from commscore._rete import Action, Fact

DURABLE_RULES, FIXPOINT = "durable-rules", "fixpoint"
_FIRST = "first"  # a subject's facts before anything is concluded
# A firing costs the engine some 20 µs; ever longer chains are left to the fixpoint.
MOST_CONCLUSIONS = 2000


@attrs.frozen
class Choice:
    """What draws the conclusions.

    Attributes:
        engine: ``durable-rules`` or ``fixpoint``.
        why: Why it is the fixpoint; null for durable-rules.
    """

    engine: str
    why: str | None = None

    @property
    def name(self) -> str:
        """Return the engine with its version."""
        if self.engine == FIXPOINT:
            return FIXPOINT
        try:
            return f"{DURABLE_RULES} {version(DURABLE_RULES)}"
        except PackageNotFoundError:
            return DURABLE_RULES


def refused(conditions: Conditions) -> str | None:
    """Say why durable-rules cannot draw these conclusions; null where nothing is known against it."""
    count = sum(each is not None for each in conditions.conditions)
    if count > MOST_CONCLUSIONS:
        return f"{count} conclusions are more than the {MOST_CONCLUSIONS} that durable-rules is given"
    return None if available() else "durable-rules cannot be imported"


class Chainer:
    """Conclusions as rules of durable-rules, ready for signatures.

    A subject's facts are one message; what is concluded from it goes into a further message with all facts and
    everything concluded so far, so that no rule ever joins two.

    Args:
        conditions: The conclusions' conditions.
        names: What each of them concludes; null for nothing.

    Raises:
        EngineError: The engine cannot take them.
    """

    def __init__(self, conditions: Conditions, names: Sequence[str | None]) -> None:
        self._fired: set[int] = set()
        self._concluded: dict[str, bool] = {}
        self._names = names
        mentioned = {name for each in conditions.conditions if each is not None for name in each.concluded}
        self._fields = {name: f"concluded {number}" for number, name in enumerate(sorted(mentioned))}
        rules = {}
        for number, each in enumerate(conditions.conditions):
            if each is not None:
                tests = [Test(_field(fact), ">=", least) for fact, least in each.tests]
                tests += [Test(self._fields[name], "==", constant=True) for name in each.concluded]
                # What needs nothing concluded is settled by the first message.
                tests += [] if each.concluded else [Test(_FIRST, "==", constant=True)]
                rules[str(number)] = Rule(tuple(tests), self._action(number))
        self._engine = Engine(rules)

    def _action(self, number: int) -> Action:
        name = self._names[number]
        field = None if name is None else self._fields.get(name)

        def conclude(fact: Fact) -> Iterable[Fact]:
            self._fired.add(number)
            if field is None or field in self._concluded:
                return ()
            self._concluded[field] = True
            return ({**fact, _FIRST: False, **self._concluded},)

        return conclude

    def fire(self, facts: Sequence[int]) -> tuple[int, ...]:
        """Return which conclusions hold, in file order.

        Raises:
            EngineError: The engine cannot take the facts.
        """
        self._fired.clear()
        self._concluded.clear()
        self._engine.put({_FIRST: True, **{_field(number): value for number, value in enumerate(facts)}})
        return tuple(sorted(self._fired))

    def close(self) -> None:
        """Give the engine's memory back."""
        self._engine.close()


def _field(fact: int) -> str:
    return f"fact {fact}"
