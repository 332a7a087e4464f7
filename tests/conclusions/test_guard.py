"""Nothing takes the process down: what durable-rules cannot take goes to the fixpoint, and the manifest says so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.conclusions.conftest import Written

import commscore
from commscore import reference
from commscore._conclusions import _chaining as chaining
from commscore._rete import EngineError

ROWS = [{"a": 0, "b": 0, "c": None, "d": 1, "kind": "urban"}, {"a": 1, "b": 1, "c": 1, "d": 1, "kind": "rural"}]

# Run in a process of its own, which must end by itself; before each ruleset it says which it is.
SCRIPT = """
import json, sys, faulthandler
faulthandler.enable()
import commscore
from commscore import reference
NAMES = ("grade", "conclusions", "actions")
rows = json.loads(sys.argv[1])
for path in sys.argv[2:]:
    print(path, file=sys.stderr, flush=True)
    ruleset = commscore.load_ruleset(path)
    result = commscore.evaluate(rows, ruleset)
    slow = reference.evaluate(rows, ruleset)
    for fast, plain in ((result.units, slow.units), (result.areas, slow.areas)):
        for one, other in zip(fast.to_pylist(), plain, strict=True):
            assert {n: one[n] for n in NAMES} == {n: other[n] for n in NAMES}, (one, other)
    described = result.context.concluder.described()
    counts = [len(one) for one in result.units["conclusions"].to_pylist()]
    print(json.dumps([described["engine"], described["why"], counts]))
"""


def run(*paths: Path, before: str = "") -> list[list[Any]]:
    command = [sys.executable, "-c", before + SCRIPT, json.dumps(ROWS), *map(str, paths)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def entry(id_: str, when: str, then: str) -> str:
    return f"{{id: {id_}, when: {{{when}}}, then: {{{then}}}, basis: advice}}"


HOSTILE: dict[str, tuple[list[str], str]] = {
    "800 that all hold at once": (
        [entry(f"c{n}", "fail_any: [ra]", f"conclude: n{n}") for n in range(800)],
        chaining.DURABLE_RULES,
    ),
    "600 of which each waits for another": (
        [entry("c0", "fail_any: [ra]", "conclude: n0")]
        + [entry(f"c{n}", f"concluded: [n{n - 1}]", f"conclude: n{n}") for n in range(1, 600)],
        chaining.FIXPOINT,
    ),
    "a chain of 100 in the wrong order": (
        [entry(f"c{n}", f"concluded: [n{n + 1}]", f"conclude: n{n}") for n in range(100)]
        + [entry("c100", "fail_any: [ra]", "conclude: n100")],
        chaining.DURABLE_RULES,
    ),
    "90 conditions in one": (
        [entry(f"c{n}", "fail_any: [ra]", f"conclude: n{n}") for n in range(90)]
        + [entry("all", f"concluded: [{', '.join(f'n{n}' for n in range(90))}]", "conclude: all")],
        chaining.DURABLE_RULES,
    ),
    "150 conditions in one": (
        [entry(f"c{n}", "fail_any: [ra]", f"conclude: n{n}") for n in range(150)]
        + [entry("all", f"concluded: [{', '.join(f'n{n}' for n in range(150))}]", "conclude: all")],
        chaining.FIXPOINT,
    ),
    "a circle that something begins": (
        [
            entry("x", "concluded: [b]", "conclude: a"),
            entry("y", "concluded: [a]", "conclude: b"),
            entry("z", "fail_any: [ra]", "conclude: b"),
        ],
        chaining.DURABLE_RULES,
    ),
    "names that the engine gives a meaning": (
        [
            entry("sid", "fail_any: [ra]", "conclude: id"),
            entry("run", "concluded: [id]", "conclude: sid, action: $s"),
            entry("all", "concluded: [sid]", 'conclude: first, action: "$and"'),
            entry("m", "concluded: [first]", 'conclude: "1", action: "fact 0"'),
        ],
        chaining.DURABLE_RULES,
    ),
    "long texts of every kind": (
        [
            entry("x", "fail_any: [ra]", f'conclude: {"字" * 64}, action: "{"😀" * 9_000}"'),
            entry("y", f"concluded: [{'字' * 64}]", 'conclude: y, action: "{}[]\\"\\\\ $s \\u2028"'),
        ],
        chaining.DURABLE_RULES,
    ),
    "more rules than there are, and none": (
        [
            entry("x", "failed_in: {at_least: 100000}", "conclude: x"),
            entry("y", "concluded: [x]", "conclude: y"),
            entry("z", "grade_in: [优秀, 良好, 达标, 不达标]", "cap: 不达标"),
        ],
        chaining.DURABLE_RULES,
    ),
}


def test_no_ruleset_takes_the_process_down(write: Callable[..., Path]) -> None:
    paths = [write(*lines, name=f"small-{number}") for number, (lines, _) in enumerate(HOSTILE.values())]

    ran = run(*paths)

    engines = {name: engine.split()[0] for name, (engine, _, _) in zip(HOSTILE, ran, strict=True)}
    assert engines == {name: engine for name, (_, engine) in HOSTILE.items()}
    assert [why is None for _, why, _ in ran] == [engine == chaining.DURABLE_RULES for _, engine in HOSTILE.values()]


def test_where_durable_rules_cannot_be_imported_the_fixpoint_runs_and_says_so(write: Callable[..., Path]) -> None:
    path = write(entry("x", "fail_any: [ra]", "conclude: x"), entry("y", "concluded: [x]", "conclude: y"))

    hidden = run(path, before="import sys; sys.modules['durable_rules_engine'] = None\n")

    assert hidden == [["fixpoint", "durable-rules cannot be imported", [2, 0]]]


def test_durable_rules_is_not_imported_where_nothing_is_concluded(write: Callable[..., Path]) -> None:
    script = (
        "import sys, commscore\n"
        f"result = commscore.evaluate({ROWS!r}, {str(write())!r})\n"
        "result.units, result.areas, result.summary(), result.explain('0')\n"
        "assert not {'durable', 'durable_rules_engine'} & set(sys.modules)\n"
    )

    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)  # noqa: S603 - our own


def test_names_with_nul_and_surrogates_are_concluded_like_any_other(load: Written) -> None:
    ruleset = load(entry("x", "fail_any: [ra]", "conclude: x"), entry("y", "concluded: [x]", "conclude: y"))
    strange = "\x00\ud800 " * 50_000
    first, second = ruleset.conclusions
    ruleset = attrs.evolve(
        ruleset,
        conclusions=(
            attrs.evolve(first, id=strange, conclude=strange),
            attrs.evolve(second, when=attrs.evolve(second.when, concluded=(strange,))),
        ),
    )

    concluder = commscore.evaluate(ROWS, ruleset).context.concluder
    verdict = reference.fixpoint(ruleset, {"ra": "fail"})

    assert concluder is not None
    chainer = chaining.Chainer(concluder._conditions, [each.conclude for each in ruleset.conclusions])
    assert chainer.fire([1]) == (0, 1)
    assert len(verdict.fired) == 2
    chainer.close()


def test_an_engine_that_fails_halfway_hands_over_to_the_fixpoint(
    load: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise EngineError("no more")

    monkeypatch.setattr(chaining.Chainer, "fire", refuse)
    ruleset = load(
        entry("x", "fail_any: [ra]", "conclude: x"), entry("y", "kind: urban, concluded: [x]", "conclude: y")
    )

    result = commscore.evaluate(ROWS, ruleset)

    assert result.units["conclusions"].to_pylist() == [["x", "y"], []]
    assert result.context.concluder is not None
    described = result.context.concluder.described()
    assert (described["engine"], described["why"]) == (
        "fixpoint",
        "durable-rules cannot take these conclusions: no more",
    )


def test_the_fixpoint_refuses_a_grade_that_does_not_exist(load: Written) -> None:
    with pytest.raises(commscore.UsageError, match="small-2024 has no '优'; it has 优秀, 良好, 达标, 不达标"):
        reference.fixpoint(load(), {}, grade="优")
