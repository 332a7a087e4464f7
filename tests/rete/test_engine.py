"""The door to durable-rules: what it lets through, what it refuses, and that nothing of it leaks."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore import _rete
from commscore._rete import Engine, EngineError, Fact, Rule, Test, available

pytestmark = pytest.mark.skipif(not available(), reason="durable-rules cannot be imported here")

_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda one, two: one == two,
    "!=": lambda one, two: one != two,
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
}
_NUMBERS = st.integers(-3, 3) | st.sampled_from((2**53 - 1, -(2**53) + 1, 2**52)) | st.booleans()
_TEXTS = st.sampled_from(("", "a", "b", "社区", "a.b", 'q"', "$s", "\x00", "\ud800")) | st.text(max_size=3)
_NUMERIC, _TEXTUAL = ("n", "id", "sid", "a.b", "$and"), ("t", "kind", "", "社区")


@st.composite
def _tests(draw: st.DrawFn) -> Test:
    if draw(st.booleans()):
        return Test(draw(st.sampled_from(_NUMERIC)), draw(st.sampled_from(tuple(_HOLDS))), draw(_NUMBERS))
    return Test(draw(st.sampled_from(_TEXTUAL)), draw(st.sampled_from(("==", "!="))), draw(_TEXTS))


_FACTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(_NUMERIC, _NUMBERS) | dict.fromkeys(_TEXTUAL, _TEXTS | st.none())
)


def _matches(tests: list[Test], fact: dict[str, Any]) -> bool:
    return all(
        fact.get(test.name) is not None and _HOLDS[test.operator](fact[test.name], test.constant) for test in tests
    )


@given(
    rules=st.lists(st.tuples(st.lists(_tests(), min_size=1, max_size=4), st.integers(0, 3)), min_size=1, max_size=90),
    facts=st.lists(_FACTS, max_size=4),
)
def test_the_engine_fires_what_plain_python_would(
    rules: list[tuple[list[Test], int]], facts: list[dict[str, Any]]
) -> None:
    fired: list[int] = []

    def note(number: int) -> Callable[[Fact], None]:
        return lambda _: fired.append(number)

    named = {str(i): Rule(tests, note(i), priority) for i, (tests, priority) in enumerate(rules)}
    order = sorted(range(len(rules)), key=lambda i: rules[i][1])
    with Engine(named) as engine:
        for fact in facts:
            expected = [i for i in order if _matches(rules[i][0], fact)]
            fired.clear()
            assert engine.put(fact) == len(expected)
            assert fired == expected
            fired.clear()
            assert engine.post(fact) == len(expected[:1])
            assert fired == expected[:1]


def test_facts_that_actions_return_are_put_in_turn() -> None:
    seen: list[str] = []

    def two(fact: Fact) -> list[Fact]:
        return [{**fact, "stage": 2}, {**fact, "stage": 3}]

    rules = {
        "one": Rule([Test("stage", "==", 1)], two),
        "two": Rule([Test("stage", ">=", 2)], lambda fact: seen.append(f"{fact['name']}{fact['stage']}")),
    }
    with Engine(rules) as engine:
        assert engine.put({"stage": 1, "name": "甲"}) == 3
    assert seen == ["甲2", "甲3"]


def test_an_exception_of_an_action_comes_out_and_the_engine_goes_on() -> None:
    fired: list[str] = []

    def fail(_: Fact) -> None:
        raise LookupError("no")

    rules = {
        "fails": Rule([Test("n", ">=", 1)], fail),
        "after": Rule([Test("n", ">=", 0)], lambda _: fired.append("after"), 1),
    }
    with Engine(rules) as engine:
        with pytest.raises(LookupError, match="no"):
            engine.put({"n": 1})
        assert fired == []
        assert engine.put({"n": 0}) == 1
        assert fired == ["after"]


def test_rules_that_go_round_in_a_circle_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rete, "_FIRINGS", 500)
    with Engine({"again": Rule([Test("n", ">=", 0)], lambda fact: [fact])}) as engine:
        with pytest.raises(EngineError, match="circle"):
            engine.put({"n": 1})
        with pytest.raises(EngineError, match="circle"):
            engine.put({"n": 1})


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ([], "no tests"),
        ([Test("n", "=~", 1)], "no operator"),
        ([Test("t", ">", "a")], "only compared for equality"),
        ([Test("n", "==", 1), Test("n", "==", "a")], "two names"),
        ([Test("n", "==", 2**53)], "beyond"),
        ([Test("n", "==", 1.5)], "integer or a bool"),  # type: ignore[arg-type]
        ([Test("n", "==", 1)] * 101, "at most 100"),
    ],
)
def test_what_cannot_be_expressed_safely_is_refused(tests: list[Test], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        Engine({"r": Rule(tests, lambda _: None)})


@pytest.mark.parametrize("value", [1.5, float("nan"), "1", 2**53, [1], {"a": 1}])
def test_a_value_of_another_kind_is_refused_before_it_reaches_the_engine(value: object) -> None:
    with Engine({"r": Rule([Test("n", ">=", 1)], lambda _: None)}) as engine:
        with pytest.raises(EngineError):
            engine.put({"n": value})  # type: ignore[dict-item]
        assert engine.put({"n": 1}) == 1


def test_an_action_may_not_call_its_engine() -> None:
    engine = Engine({"r": Rule([Test("n", ">=", 1)], lambda _: [] if engine.put({"n": 0}) else None)})
    with pytest.raises(EngineError, match="may not call"):
        engine.put({"n": 1})
    engine.close()


def test_an_engine_belongs_to_its_thread_and_closes_once() -> None:
    engine = Engine({"r": Rule([Test("n", ">=", 1)], lambda _: None)})
    found: list[BaseException] = []

    def use() -> None:
        try:
            engine.put({"n": 1})
        except EngineError as error:
            found.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "thread" in str(found[0])
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.put({"n": 1})


def test_engines_and_facts_leave_no_memory_behind() -> None:
    rules = {str(i): Rule([Test("n", ">=", i), Test("m", "!=", i)], lambda _: None) for i in range(150)}

    def once(rounds: int) -> int:
        for _ in range(rounds):
            with Engine(rules) as engine:
                for n in range(5):
                    engine.put({"n": n, "m": 1})
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = once(10)
    assert once(60) - before < 20_000  # KB; a session that is not freed costs 600 KB, and there are three to an engine


def test_without_the_library_it_says_so() -> None:
    code = (
        "import sys, json; sys.modules['durable_rules_engine'] = None\n"
        "from commscore._rete import *\n"
        "try:\n    Engine({'r': Rule([Test('n', '==', 1)], print)})\n"
        "except EngineError as error:\n    print(json.dumps([available(), str(error)]))\n"
    )
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)[0] is False
    assert "cannot be imported" in json.loads(done.stdout)[1]
