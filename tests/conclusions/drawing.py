"""Hypothesis strategies: rulesets whose rules are flags, with any conclusions, and tables of these flags."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from commscore._requirement import Comparator, Requirement
from commscore._ruleset import (
    Conclusion,
    Force,
    Grade,
    Group,
    Input,
    InputType,
    Jurisdiction,
    Rule,
    Ruleset,
    Scoring,
    Source,
    Text,
    Threshold,
    When,
)

ONE = Fraction(1)
RULES = tuple(f"r{number}" for number in range(8))
GRADES = ("优秀", "良好", "达标", "不达标")
GROUPS = ("g", "h", "i")
NAMES = ("w", "x", "y", "z")
TRUE = {"all": Requirement(Comparator.IS, value=True)}

some_rules = st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True).map(tuple)
thresholds = st.builds(Threshold, st.integers(1, 4), st.sampled_from((*GROUPS, None, "*")))


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


@st.composite
def whens(draw: st.DrawFn) -> When:
    keys: dict[str, st.SearchStrategy[Any]] = {
        "fail_any": some_rules,
        "fail_all": some_rules,
        "unknown_any": some_rules,
        "failed_in": thresholds,
        "unknown_in": thresholds,
        "grade_in": some(GRADES),
        "kind": some(("urban", "rural")),
        "concluded": some(NAMES),
    }
    chosen = draw(st.lists(st.sampled_from([*keys, "concluded", "fail_any"]), min_size=1, max_size=3, unique=True))
    return When(**{key: draw(keys[key]) for key in chosen})


@st.composite
def conclusions(draw: st.DrawFn, number: int) -> Conclusion:
    return Conclusion(
        id=f"c{number}",
        when=draw(whens()),
        conclude=draw(st.sampled_from((*NAMES, *NAMES, None))),
        action=draw(st.sampled_from((None, Text("甲"), Text("甲", "a"), Text("乙")))),
        cap=draw(st.sampled_from((None, None, *GRADES))),
        selected=draw(st.integers(0, 7)) > 0,
    )


@st.composite
def rulesets(draw: st.DrawFn, most: int = 10) -> Ruleset:
    count = draw(st.integers(1, most))
    groups = (Group("g", Text("甲"), ONE), Group("h", Text("乙"), ONE, parent="g"), Group("i", Text("丙"), ONE))
    return Ruleset(
        id="drawn-2023",
        title=Text("抽"),
        jurisdiction=Jurisdiction("2102", "city", Text("大连市")),
        year=2023,
        source=Source(),
        scoring=Scoring(
            grades=tuple(Grade(name, Fraction(least)) for name, least in zip(GRADES, (80, 60, 40, 0), strict=True)),
            unknown=draw(st.sampled_from(("fail", "exclude"))),
        ),
        groups=groups,
        rules=tuple(_rule(draw, id_) for id_ in RULES),
        inputs={id_: Input(id_, Text(f"题{id_}"), InputType.FLAG) for id_ in RULES},
        conclusions=tuple(draw(conclusions(number)) for number in range(count)),
    )


def _rule(draw: st.DrawFn, id_: str) -> Rule:
    return Rule(
        "each",
        (id_,),
        per=ONE,
        requirements=TRUE,
        id=id_,
        group=draw(st.sampled_from((None, *GROUPS))),
        title=Text(f"规则{id_}"),
        clause="一",
        weight=ONE,
        force=draw(st.sampled_from((Force.BINDING, Force.BINDING, Force.BINDING, Force.INFORMATIONAL))),
        veto=draw(st.integers(0, 9)) == 0,
        selected=draw(st.integers(0, 9)) > 0,
    )


cells = st.sampled_from((True, True, False, False, None, "x"))


@st.composite
def tables(draw: st.DrawFn, most: int = 8) -> list[dict[str, Any]]:
    size = draw(st.integers(1, most))
    kinds = st.sampled_from(("urban", "rural", "rural", None, "x"))
    return [
        {"id": f"u{row}", "kind": draw(kinds), **{name: draw(cells) for name in RULES}, "code": f"2102020010{row:02}"}
        for row in range(size)
    ]
