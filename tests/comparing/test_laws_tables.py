"""On drawn tables, no area passes what is stricter and fails what is laxer, whatever the forms, filters and levels."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from commscore import Comparator, Requirement, Rule, Ruleset, evaluate
from commscore._comparing import Relation, compare
from commscore._ruleset import Filter, Input, InputType, Jurisdiction, Part, Scoring, Source, Text

INPUTS = {
    "orgs": Input("orgs", Text("组织"), InputType.COUNT, min=Fraction(0)),
    "homes": Input("homes", Text("户数"), InputType.COUNT, min=Fraction(0)),
    "listed": Input("listed", Text("清单"), InputType.FLAG, min=Fraction(0), max=Fraction(1)),
    "grade": Input("grade", Text("等级"), InputType.CATEGORY, values=("甲", "乙", "丙")),
}
TRUE = Requirement(Comparator.IS, value=True)
BOUNDS = st.sampled_from([Comparator.AT_LEAST, Comparator.MORE_THAN, Comparator.AT_MOST, Comparator.LESS_THAN])
AMOUNTS = st.builds(Requirement, BOUNDS, st.integers(0, 4).map(Fraction))
SHARES = st.builds(Requirement, BOUNDS, st.integers(0, 4).map(lambda number: Fraction(number, 4)))
WHERE = st.sampled_from(
    [
        (),
        (Filter("grade", ("甲",)),),
        (Filter("grade", ("甲", "乙")),),
        (Filter("kind", ("urban",)),),
        (Filter("homes", requirement=Requirement(Comparator.AT_LEAST, Fraction(2))),),
    ]
)


@st.composite
def asked(draw: st.DrawFn, amounts: st.SearchStrategy[Requirement]) -> dict[str, Requirement]:
    scopes = draw(st.sampled_from([("all",), ("all",), ("urban",), ("urban", "rural")]))
    return {scope: draw(amounts) for scope in scopes}


@st.composite
def parts(draw: st.DrawFn, form: str) -> Part:
    one = Fraction(1)
    where = draw(WHERE)
    over = draw(st.sampled_from([None, "county", "city"]))
    match form:
        case "each" | "mean" | "total":
            over = None if form == "each" else over
            return Part(form, ("orgs",), per=one, over=over, where=where, requirements=draw(asked(AMOUNTS)))
        case "ratio":
            per = draw(st.sampled_from([1, 2]))
            inputs = ("orgs", "homes")
            return Part(form, inputs, per=Fraction(per), over=over, where=where, requirements=draw(asked(AMOUNTS)))
        case "each-ratio":
            return Part("each", ("orgs", "homes"), per=one, where=where, requirements=draw(asked(AMOUNTS)))
        case "share":
            inner = Part("each", ("orgs",), per=one, requirements={"all": draw(AMOUNTS)})
            inner = draw(st.sampled_from([inner, Part("each", ("listed",), per=one, requirements={"all": TRUE})]))
            return Part(form, per=one, over=over, where=where, requirements=draw(asked(SHARES)), parts=(inner,))
        case "flag":
            return Part("each", ("listed",), per=one, where=where, requirements={"all": TRUE})
        case _:
            inner_where = draw(WHERE)
            orgs = Part("each", ("orgs",), per=one, where=inner_where, requirements=draw(asked(AMOUNTS)))
            flag = Part("each", ("listed",), per=one, requirements={"all": TRUE})
            chosen = draw(st.sampled_from([(orgs, flag), (flag, orgs), (orgs,), (flag,)]))
            n = draw(st.integers(1, len(chosen))) if form == "atleast" else None
            return Part(form, per=one, n=n, where=where, parts=chosen)


FAMILIES = (
    ("each", "mean", "share"),
    ("each-ratio", "ratio"),
    ("total",),
    ("flag", "share"),
    ("all",),
    ("any",),
    ("atleast",),
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Rule, Rule]:
    """Two rules that may compare; the second often differs from the first in one respect only."""
    family = draw(st.sampled_from(FAMILIES))
    first, second = (draw(parts(draw(st.sampled_from(family)))) for _ in range(2))
    if first.assessment == second.assessment and draw(st.booleans()):
        kept = draw(st.sets(st.sampled_from(["where", "over", "requirements", "parts", "n", "per"]), min_size=4))
        second = attrs.evolve(second, inputs=first.inputs, **{name: getattr(first, name) for name in kept})
    return as_rule("a", first), as_rule("b", second)


def as_rule(name: str, part: Part) -> Rule:
    values = {field.name: getattr(part, field.name) for field in attrs.fields(Part)}
    return Rule(id=name, title=Text(name), weight=Fraction(1), **values)


ROWS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["urban", "rural"]),
        "county": st.sampled_from(["370901", "370902"]),
        "orgs": st.integers(0, 4),
        "homes": st.integers(0, 4),
        "listed": st.booleans(),
        "grade": st.sampled_from(["甲", "乙", "丙"]),
    }
)


def verdicts(rules: tuple[Rule, Rule], rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The statuses of the city, by rule."""
    ruleset = Ruleset(
        id="r",
        title=Text("r"),
        jurisdiction=Jurisdiction("3709", "city", Text("r")),
        year=2023,
        source=Source(),
        scoring=Scoring(),
        groups=(),
        rules=rules,
        inputs=INPUTS,
    )
    found: dict[str, set[str]] = {rule.id: set() for rule in rules}
    for row in evaluate(rows, ruleset).findings(level="city").to_pylist():
        found[row["rule"]].add(row["status"])
    return found


@given(pairs(), st.lists(ROWS, min_size=1, max_size=6))
def test_nothing_passes_the_stricter_and_fails_the_laxer(pair: tuple[Rule, Rule], rows: list[dict[str, Any]]) -> None:
    relation = compare(*pair, inputs=INPUTS, level="city").relation
    assume(relation is not Relation.INCOMPARABLE)

    found = verdicts(pair, rows)

    assume(all(statuses <= {"pass", "fail"} for statuses in found.values()))
    passed = {name: statuses == {"pass"} for name, statuses in found.items()}
    if relation in {Relation.STRICTER, Relation.EQUAL}:
        assert passed["a"] or not passed["b"]
    if relation in {Relation.LAXER, Relation.EQUAL}:
        assert passed["b"] or not passed["a"]
