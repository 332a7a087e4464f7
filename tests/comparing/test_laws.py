"""Laws of comparison, on drawn requirements: it mirrors, and its witnesses hold when they are evaluated."""

from __future__ import annotations

from fractions import Fraction

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from commscore import Comparator, InputRef, Requirement, Rule, Ruleset, evaluate
from commscore._comparing import Relation, Witness, compare, joined, mirrored
from commscore._comparing._domains import Domain
from commscore._comparing._ranges import clipped
from commscore._requirement import interval
from commscore._ruleset import Input, InputType, Jurisdiction, Part, Scoring, Source, Text

INPUTS = {
    "orgs": Input("orgs", Text("组织"), InputType.COUNT, min=Fraction(0)),
    "posts": Input("posts", Text("编制"), InputType.COUNT, min=Fraction(0)),
    "area": Input("area", Text("面积"), InputType.QUANTITY, places=2, min=Fraction(0)),
    "rooms": Input("rooms", Text("用房"), InputType.QUANTITY, places=2, min=Fraction(0), part_of="area"),
    "heat": Input("heat", Text("温度"), InputType.QUANTITY, places=1, min=Fraction(-5), max=Fraction(5)),
    "signed": Input("signed", Text("签约率"), InputType.RATE, places=9, min=Fraction(0), max=Fraction(1)),
    "listed": Input("listed", Text("清单"), InputType.FLAG, min=Fraction(0), max=Fraction(1)),
}
FLAG = Part("each", ("listed",), per=Fraction(1), requirements={"all": Requirement(Comparator.IS, True)})
FORMS = (
    ("each", ("orgs",), 1),
    ("each", ("area",), 1),
    ("each", ("heat",), 1),
    ("each", ("signed",), 1),
    ("each", ("area", "orgs"), 100),
    ("mean", ("orgs",), 1),
    ("mean", ("heat",), 1),
    ("ratio", ("rooms", "area"), 1),
    ("ratio", ("area", "orgs"), 100),
    ("ratio", ("orgs", "posts"), 10_000),
    ("total", ("area",), 1),
    ("change", ("orgs", "posts"), 1),
    ("share", (), 1),
)
BOUNDS = (Comparator.AT_LEAST, Comparator.MORE_THAN, Comparator.AT_MOST, Comparator.LESS_THAN)
NUMBERS = st.integers(-20, 60).map(lambda number: Fraction(number, 4))


@st.composite
def requirements(draw: st.DrawFn) -> Requirement:
    comparator = draw(st.sampled_from((*BOUNDS, Comparator.BETWEEN, Comparator.IS, Comparator.ABOUT)))
    value = draw(NUMBERS)
    upper = value + abs(draw(NUMBERS)) if comparator is Comparator.BETWEEN else None
    tolerance = abs(draw(NUMBERS)) if comparator is Comparator.ABOUT else None
    return Requirement(comparator, value, upper, tolerance=tolerance)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Rule, Rule]:
    """Two rules on one quantity."""
    form, names, per = draw(st.sampled_from(FORMS))
    asked = draw(st.tuples(requirements(), requirements()))
    if form == "each" and names == ("orgs",) and draw(st.booleans()):
        bounds = st.builds(
            Requirement, st.sampled_from(BOUNDS), st.builds(InputRef, st.just("posts"), NUMBERS.map(abs))
        )
        asked = draw(st.tuples(bounds, bounds))
    first, second = (rule(form, names, per, each) for each in asked)
    return first, second


def rule(form: str, names: tuple[str, ...], per: int, asked: Requirement) -> Rule:
    return Rule(
        form,
        names,
        id="a",
        title=Text("a"),
        per=Fraction(per),
        weight=Fraction(1),
        requirements={"all": asked},
        parts=(FLAG,) if form == "share" else (),
    )


@given(pairs())
def test_the_relation_mirrors(pair: tuple[Rule, Rule]) -> None:
    parent, child = pair

    there, back = compare(parent, child, inputs=INPUTS), compare(child, parent, inputs=INPUTS)

    assert back.relation is mirrored(there.relation)


@given(requirements())
def test_a_rule_equals_itself(asked: Requirement) -> None:
    one = rule("mean", ("orgs",), 1, asked)

    assert compare(one, one, inputs=INPUTS).relation is Relation.EQUAL


@given(pairs())
def test_each_relation_has_the_witnesses_that_prove_it(pair: tuple[Rule, Rule]) -> None:
    found = compare(*pair, inputs=INPUTS)

    sides = {witness.passes for aspect in found.aspects for witness in aspect.witnesses}
    assert (
        sides
        == {
            Relation.STRICTER: {"parent"},
            Relation.LAXER: {"child"},
            Relation.INCOMPARABLE: {"parent", "child"},
            Relation.EQUAL: set(),
        }[found.relation]
    )


@given(pairs())
def test_a_witness_passes_one_and_fails_the_other_when_it_is_evaluated(pair: tuple[Rule, Rule]) -> None:
    found = compare(*pair, inputs=INPUTS)
    witnesses = [witness for aspect in found.aspects for witness in aspect.witnesses if witness.rows]
    assume(witnesses)

    for witness in witnesses:
        expected = ("pass", "fail") if witness.passes == "parent" else ("fail", "pass")
        assert tuple(status(each, witness) for each in pair) == expected


def status(one: Rule, witness: Witness) -> str:
    """What a rule makes of a witness's rows, at its judged level."""
    inputs = {name: INPUTS[name] for name in ("orgs", "posts", "area", "rooms", "heat", "signed", "listed")}
    ruleset = Ruleset(
        id="r",
        title=Text("r"),
        jurisdiction=Jurisdiction("3709", "city", Text("r")),
        year=2023,
        source=Source(),
        scoring=Scoring(),
        groups=(),
        rules=(one,),
        inputs=inputs,
    )
    rows = [{name: text(cell) for name, cell in row.items()} for row in witness.rows]
    found = evaluate(rows, ruleset).findings(level="city").to_pylist()
    (finding,) = found
    return str(finding["status"])


def text(cell: object) -> object:
    """A fraction as an exact decimal, in text."""
    if not isinstance(cell, Fraction):
        return cell
    return str(cell.numerator) if cell.denominator == 1 else f"{float(cell):.12f}"


@given(requirements(), requirements(), st.integers(0, 2), st.integers(-500, 1200))
def test_stricter_never_passes_more(first: Requirement, second: Requirement, places: int, number: int) -> None:
    declared = Input("x", Text("x"), InputType.QUANTITY, places=places, min=Fraction(-5), max=Fraction(12))
    one, other = (rule("each", ("x",), 1, asked) for asked in (first, second))

    relation = compare(one, other, inputs={"x": declared}).relation

    value = Fraction(number // 10 ** (2 - places), 10**places)
    met, meets = (value in interval(asked) for asked in (first, second))
    assert relation is not Relation.STRICTER or met or not meets
    assert relation is not Relation.EQUAL or met == meets


@given(requirements(), st.sampled_from([None, Fraction(1), Fraction(1, 4)]), NUMBERS)
def test_clipping_keeps_every_value_that_can_come_up(
    asked: Requirement, step: Fraction | None, value: Fraction
) -> None:
    domain = Domain(Fraction(-2), Fraction(9), step)
    kept = clipped(interval(asked), domain)

    possible = -2 <= value <= 9 and (step is None or value % step == 0)
    assert not possible or (value in interval(asked)) == (kept is not None and value in kept)


@given(st.lists(st.sampled_from(Relation)))
def test_joining_does_not_depend_on_order(relations: list[Relation]) -> None:
    assert joined(relations) is joined(reversed(relations))
    assert joined(map(mirrored, relations)) is mirrored(joined(relations))


@given(pairs(), st.booleans(), st.booleans())
def test_switching_off_is_laxer_and_taking_up_is_stricter(pair: tuple[Rule, Rule], before: bool, after: bool) -> None:
    assume(not (before and after))
    parent, child = (attrs.evolve(each, selected=on) for each, on in zip(pair, (before, after), strict=True))

    expected = Relation.EQUAL if before == after else Relation.LAXER if before else Relation.STRICTER
    assert compare(parent, child, inputs=INPUTS).relation is expected
