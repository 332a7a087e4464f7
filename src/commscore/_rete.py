"""The one door to durable-rules: an engine that stays inside the part of it that is safe.

durable-rules matches facts against rules in C. Much of what it can do is unsound or takes the process down (joins,
timers, hosts, sessions, batches, negation, two fields compared, unusual numbers and texts), so nothing of that can be
asked for here, and nothing a user typed reaches it: field names and texts are replaced by short names and numbers of
our own, numbers are integers a double holds exactly, and every value is checked before the call.

    from commscore._rete import Engine, Rule, Test, available

    rules = {
        "short": Rule([Test("status", "==", "fail"), Test("failed", ">=", 2)], lambda fact: [{"concluded": "short"}]),
        "supervise": Rule([Test("concluded", "==", "short")], lambda fact: seen.append("supervised")),
    }
    with Engine(rules) as engine:
        engine.put({"status": "fail", "failed": 3})

- A rule is a conjunction of tests of one fact's fields against constants. A fact that lacks a tested field does not
  match. There are no joins: what has to be seen together is put into one fact.
- `put(fact)` fires every rule that matches, by priority (lower first) and then in the order given. `post(event)`
  fires the first alone. An action gets the fact as it was put and may return further facts, which are put (or posted)
  after it: that is the forward chaining. Nothing is kept from one call to the next.
- An exception of an action comes out of the call; what had not fired by then does not fire.
- One engine belongs to one thread. `close` gives all its memory back.
- `available()` says whether durable-rules can be imported here; where it cannot, `Engine` raises `EngineError`.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, ModuleType, TracebackType
from typing import Any, Final, Self

from attrs import field, frozen

Value = int | bool | str
Fact = Mapping[str, Value]
Action = Callable[[Fact], Iterable[Fact] | None]

# A message's tests that are true at once are held on a stack of 64; every one of them leads to a rule of its own, so
# a ruleset of fewer rules can never overflow it. Longer ones are cut into several.
_RULES_PER_PART: Final = 60
_TESTS_PER_RULE: Final = 100
_LARGEST: Final = 2**53 - 1
_FIELDS: Final = 200
_FIRINGS: Final = 100_000
_OPERATORS: Final = MappingProxyType({"==": "", "!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"})
_STORED, _UNMATCHED = 0, 1
_names = itertools.count(1)


class EngineError(RuntimeError):
    """The engine was asked for what it cannot do safely, or cannot be had."""


@frozen
class Test:
    """One comparison of a fact's field with a constant; text is only compared for equality."""

    __test__ = False  # nothing for pytest to collect

    name: str
    operator: str
    constant: Value


def _tests(tests: Iterable[Test]) -> tuple[Test, ...]:
    return tuple(tests)


@frozen
class Rule:
    """Tests that must all hold, and what is done then."""

    tests: tuple[Test, ...] = field(converter=_tests)
    run: Action
    priority: int = 0


def available() -> bool:
    """Say whether durable-rules can be imported."""
    try:
        _library()
    except ImportError:
        return False
    return True


def _library() -> ModuleType:
    try:
        import durable_rules_engine  # noqa: PLC0415 - optional, and only loaded where an engine is made
    except ImportError as error:
        # Since CPython 3.13 one symbol is missing, which only the unused storage callbacks need: bind it lazily.
        if "PyEval_CallObject" not in str(error) or not hasattr(sys, "setdlopenflags"):
            raise
        flags = sys.getdlopenflags()
        sys.setdlopenflags(os.RTLD_LAZY)
        try:
            import durable_rules_engine  # noqa: PLC0415 - as above
        finally:
            sys.setdlopenflags(flags)
    return durable_rules_engine


class _Coding:
    """Short names for the fields that rules test, and numbers for their texts."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._names: dict[str, str] = {}
        self._texts: dict[str, dict[str, int]] = {}
        self._is_text: dict[str, bool] = {}
        for test in (test for rule in rules for test in rule.tests):
            self._add(test)
        if len(self._names) > _FIELDS:
            raise EngineError(f"the rules test {len(self._names)} fields, at most {_FIELDS} fit")

    def _add(self, test: Test) -> None:
        if test.operator not in _OPERATORS:
            raise EngineError(f"no operator {test.operator!r}: use one of {' '.join(_OPERATORS)}")
        is_text = isinstance(test.constant, str)
        if is_text and test.operator not in {"==", "!="}:
            raise EngineError(f"{test.name!r} is text, which is only compared for equality, not by {test.operator}")
        if self._is_text.setdefault(test.name, is_text) != is_text:
            raise EngineError(f"{test.name!r} is tested against text and against numbers: give them two names")
        self._names.setdefault(test.name, f"f{len(self._names)}")
        if isinstance(test.constant, str):
            texts = self._texts.setdefault(test.name, {})
            texts.setdefault(test.constant, len(texts) + 1)

    def name(self, name: str) -> str:
        return self._names[name]

    def value(self, name: str, value: object) -> int:
        """Give a field's value as the integer the engine sees; 0 is every text that no rule mentions."""
        if self._is_text[name]:
            if not isinstance(value, str):
                raise EngineError(f"{name!r} is text in the rules, but the fact has {value!r}")
            return self._texts[name].get(value, 0)
        if not isinstance(value, int):
            raise EngineError(f"{name!r} is an integer or a bool in the rules, but the fact has {value!r}")
        if not -_LARGEST <= value <= _LARGEST:
            raise EngineError(f"{name!r} is {value}, beyond what the engine compares exactly ({_LARGEST})")
        return int(value)

    def fact(self, fact: Fact) -> dict[str, int]:
        """Keep the fields that rules test; None stands for a field that is not there."""
        return {
            short: self.value(name, value)
            for name, short in self._names.items()
            if (value := fact.get(name)) is not None
        }


def _term(test: Test, coding: _Coding) -> dict[str, Any]:
    pair = {coding.name(test.name): coding.value(test.name, test.constant)}
    operator = _OPERATORS[test.operator]
    return {operator: pair} if operator else pair


def _checked(name: str, rule: Rule) -> Rule:
    if not rule.tests:
        raise EngineError(f"rule {name!r} has no tests")
    if len(rule.tests) > _TESTS_PER_RULE:
        raise EngineError(f"rule {name!r} has {len(rule.tests)} tests, at most {_TESTS_PER_RULE} fit")
    return rule


class _Part:
    """One ruleset on the C side, with at most `_RULES_PER_PART` rules."""

    def __init__(self, library: ModuleType, rules: list[Rule], coding: _Coding) -> None:
        self._library = library
        self._actions = {f"r{index}": rule.run for index, rule in enumerate(rules)}
        definition = {
            f"r{index}": {"all": [{"m": {"$and": [_term(test, coding) for test in rule.tests]}}], "pri": index}
            for index, rule in enumerate(rules)
        }
        definition["start"] = {"all": [{"m": {"$and": [{"start": 1}]}}]}
        self._actions["start"] = lambda _: None
        self._handle = library.create_ruleset(f"commscore{next(_names)}", json.dumps(definition))
        # The library frees garbage when it deletes a session in which nothing ever fired: so something does.
        self.fire({"start": 1}, {}, once=True)

    def fire(self, message: dict[str, int], fact: Fact, *, once: bool) -> tuple[int, list[Fact]]:
        """Run the actions of the rules that match; return how many did and the facts they gave."""
        library, handle = self._library, self._handle
        send = library.assert_event if once else library.assert_fact
        code, state = send(handle, json.dumps({**message, "id": "m"}))
        if code == _UNMATCHED:
            return 0, []
        if code != _STORED:
            raise EngineError(f"the engine answered {code} to a message")
        try:
            return self._run_actions(state, fact)
        finally:
            if not once:
                library.retract_fact(handle, '{"id":"m"}')

    def _run_actions(self, offset: int, fact: Fact) -> tuple[int, list[Fact]]:
        library, handle = self._library, self._handle
        started = library.start_action_for_state(handle, offset)
        if not started:
            return 0, []
        state, firing = started
        fired, given, failure = 0, list[Fact](), None
        while firing:
            (name,) = json.loads(firing)
            if failure is None:  # after a failure the rest is taken off the agenda without being run
                fired += 1
                try:
                    given.extend(self._actions[name](fact) or ())
                except BaseException as error:  # noqa: BLE001 - raised again below, once the agenda is empty
                    failure = error
            library.update_state(handle, state)
            firing = library.complete_and_start_action(handle, offset)
        if failure is not None:
            raise failure
        return fired, given

    def close(self) -> None:
        self._library.delete_state(self._handle, "0")  # deleting the ruleset alone would leak it
        self._library.delete_ruleset(self._handle)


class Engine:
    """Fire rules on facts through durable-rules; see the module for what a rule and a fact may be.

    Args:
        rules: Name to rule, at least one.

    Raises:
        EngineError: If a rule cannot be expressed safely, or durable-rules cannot be imported.
    """

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        if not rules:
            raise EngineError("an engine needs at least one rule")
        ordered = sorted((_checked(name, rule) for name, rule in rules.items()), key=lambda rule: rule.priority)
        self._coding = _Coding(ordered)
        try:
            library = _library()
        except ImportError as error:
            raise EngineError(f"durable-rules cannot be imported: {error}") from error
        chunks = (ordered[at : at + _RULES_PER_PART] for at in range(0, len(ordered), _RULES_PER_PART))
        self._parts = [_Part(library, chunk, self._coding) for chunk in chunks]
        self._thread = threading.get_ident()
        self._busy = False

    def put(self, fact: Fact) -> int:
        """Fire every rule that matches the fact, then those that match what the actions returned.

        Args:
            fact: Field to value; fields that no rule tests are for the actions. None counts as absent.

        Returns:
            How many rules fired.

        Raises:
            EngineError: If a value is of another kind than the rules compare it with, or rules chain without end.
        """
        return self._chain(fact, once=False)

    def post(self, event: Fact) -> int:
        """Fire the first rule that matches the event, as `put` does otherwise."""
        return self._chain(event, once=True)

    def close(self) -> None:
        """Free what the engine holds; closing twice is no fault."""
        self._check()
        parts, self._parts = self._parts, []
        for part in parts:
            part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check(self) -> None:
        if threading.get_ident() != self._thread:
            raise EngineError("an engine belongs to the thread that made it")
        if self._busy:
            raise EngineError("an action may not call its engine: let it return further facts")

    def _chain(self, fact: Fact, *, once: bool) -> int:
        self._check()
        if not self._parts:
            raise EngineError("the engine is closed")
        self._busy = True
        try:
            total, waiting = 0, deque([fact])
            while waiting:
                fired, given = self._fire(waiting.popleft(), once=once)
                total += fired
                waiting.extend(given)
                if total > _FIRINGS:
                    raise EngineError(f"more than {_FIRINGS} firings from one fact: the rules go round in a circle")
            return total
        finally:
            self._busy = False

    def _fire(self, fact: Fact, *, once: bool) -> tuple[int, list[Fact]]:
        message = self._coding.fact(fact)
        total, given = 0, list[Fact]()
        if not message:
            return total, given
        for part in self._parts:
            fired, further = part.fire(message, fact, once=once)
            total += fired
            given += further
            if once and fired:
                break
        return total, given
