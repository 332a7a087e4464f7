"""Rulesets of every form, over inputs of every type and level."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st

from commscore._loading import fingerprint
from commscore._requirement import Comparator, Requirement, describe
from commscore._ruleset import (
    ALL,
    Filter,
    Force,
    Grade,
    Group,
    Input,
    InputType,
    Jurisdiction,
    Part,
    Rule,
    Ruleset,
    Scoring,
    Source,
    Text,
)
from commscore.testing._cells import names_in, with_wholes
from commscore.testing._requirements import ONE, TRUE, by_scope, fractions_of_one, numbers, relative

PartT = TypeVar("PartT", bound=Part)
ABOUT = Comparator.ABOUT
_PLACES = {InputType.QUANTITY: 4, InputType.RATE: 9}
_NEVER_NEGATIVE = {"min": Fraction(0)}
_UP_TO_ONE = {"min": Fraction(0), "max": ONE}
_BOUNDS: dict[InputType, dict[str, Fraction]] = {
    InputType.COUNT: _NEVER_NEGATIVE,
    InputType.QUANTITY: _NEVER_NEGATIVE,
    InputType.RATE: _UP_TO_ONE,
    InputType.FLAG: _UP_TO_ONE,
    InputType.CATEGORY: {},
}


def _input(name: str, kind: InputType, level: str = "community", **more: Any) -> Input:
    fields = {"places": _PLACES.get(kind, 0)} | _BOUNDS[kind] | more
    return Input(name=name, title=Text(f"题{name}"), type=kind, level=level, **fields)


INPUTS = {
    entry.name: entry
    for entry in (
        _input("staff", InputType.COUNT),
        _input("trained", InputType.COUNT, part_of="staff"),
        _input("homes", InputType.COUNT),
        _input("area", InputType.QUANTITY, places=1),
        _input("pay", InputType.QUANTITY),
        _input("cover", InputType.RATE, stored_as="percent"),
        _input("capped", InputType.COUNT, max=Fraction(3)),
        _input("net", InputType.QUANTITY, places=1, min=Fraction(-2), max=Fraction(2)),
        _input("open", InputType.FLAG),
        _input("listed", InputType.FLAG),
        _input("grade", InputType.CATEGORY, values=("a", "b")),
        _input("site_ok", InputType.FLAG, level="site"),
        _input("wage", InputType.QUANTITY, level="county", places=1),
        _input("list_a", InputType.FLAG, level="county"),
        _input("list_b", InputType.FLAG, level="county"),
        _input("bases", InputType.COUNT, level="county"),
        _input("plan", InputType.FLAG, level="city"),
        _input("beds", InputType.COUNT, level="city"),
        _input("counties", InputType.COUNT, level="city"),
    )
}
_CITY = Jurisdiction("2102", "city", Text("大连市"))
_NATION = Jurisdiction("156", "nation", Text("全国"))
COMMUNITY_NUMBERS = ("staff", "trained", "homes", "area", "pay", "capped", "net")
SUMMABLE = ("staff", "trained", "homes", "area", "pay", "capped", "open")
POSITIVE = ("staff", "trained", "homes", "area", "capped", "units")
FLAGS = ("open", "listed")
_ABOUT_STAFF: tuple[str, ...] = ("staff",)


@st.composite
def filters(draw: st.DrawFn, *, by_kind: bool = False) -> tuple[Filter, ...]:
    """Draw a ``where``, mostly none."""
    choices = (
        *([Filter("kind", values=("urban",))] if by_kind else []),
        Filter("grade", values=("a",)),
        Filter("county", values=("210201",)),
        Filter("open", requirement=TRUE),
        Filter("homes", requirement=Requirement(Comparator.AT_LEAST, Fraction(2))),
        Filter("wage", requirement=Requirement(Comparator.MORE_THAN, Fraction(3, 2))),
    )
    if draw(st.integers(0, 2)) < 2:  # noqa: PLR2004 - none in two of three
        return ()
    return tuple(draw(st.lists(st.sampled_from(choices), min_size=1, max_size=2, unique_by=lambda one: one.input)))


@st.composite
def eaches(draw: st.DrawFn, *, scoped: bool = True) -> Part:
    """Draw something judged unit by unit."""
    form = draw(st.sampled_from(("number", "number", "flag", "rate", "ratio", "relative")))
    per, inputs = ONE, _ABOUT_STAFF
    if form == "number":
        inputs, wanted = (draw(st.sampled_from(COMMUNITY_NUMBERS)),), numbers()
    elif form == "flag":
        inputs, wanted = (draw(st.sampled_from(FLAGS)),), st.just(TRUE)
    elif form == "rate":
        inputs, wanted = ("cover",), fractions_of_one()
    elif form == "ratio":
        per = draw(st.sampled_from((ONE, Fraction(10))))
        inputs = draw(
            st.tuples(st.sampled_from(("staff", "trained", "area")), st.sampled_from(("staff", "homes", "area")))
        )
        wanted = numbers() if per != 1 else numbers() | fractions_of_one()
    else:
        wanted, scoped = relative(("homes", "wage", "capped")), False
    requirements = draw(by_scope(wanted)) if scoped else {"all": draw(wanted)}
    where = draw(filters(by_kind="all" in requirements))
    return Part("each", inputs, per=per, where=where, requirements=requirements)


@st.composite
def compounds(draw: st.DrawFn, parts: st.SearchStrategy[Part]) -> Part:
    """Draw a compound of such parts."""
    found = tuple(draw(st.lists(parts, min_size=1, max_size=3)))
    form = draw(st.sampled_from(("all", "any", "atleast")))
    n = draw(st.integers(1, len(found))) if form == "atleast" else None
    return Part(form, per=ONE, n=n, parts=found, where=draw(filters()))


@st.composite
def sums(  # noqa: PLR0911 - one return per form
    draw: st.DrawFn, over: str | None, *, scoped: bool = True, mixed: bool = True
) -> Part:
    """Draw a form that is judged at areas, shares aside; ``mixed`` ones take inputs of coarser levels."""
    coarser = ("mixed", "city") if mixed else ()
    form = draw(st.sampled_from(("total", "mean", "ratio", "ratio", "change", "relative", *coarser)))
    common: dict[str, Any] = {"over": over, "where": draw(filters(by_kind=True)), "per": ONE}

    def asked(wanted: st.SearchStrategy[Requirement]) -> dict[str, Requirement]:
        return draw(by_scope(wanted)) if scoped else {"all": draw(wanted)}

    match form:
        case "mean":
            name = draw(st.sampled_from(SUMMABLE))
            wanted = fractions_of_one() if name in FLAGS else numbers()
            return Part("mean", (name,), **common, requirements=asked(wanted))
        case "ratio":
            common["per"] = per = draw(st.sampled_from((ONE, Fraction(100))))
            inputs = (draw(st.sampled_from(("staff", "trained", "area", "open"))), draw(st.sampled_from(POSITIVE)))
            wanted = numbers() if per != 1 else numbers() | fractions_of_one()
            return Part("ratio", inputs, **common, requirements=asked(wanted))
        case "change":
            return Part("change", ("staff", "homes"), **common, requirements=asked(numbers()))
        case "relative":
            return draw(_relative_sums(common))
        case "mixed":
            return Part("ratio", ("staff", "bases"), per=ONE, over=over, requirements={"all": draw(numbers())})
        case "city":
            wanted = numbers() | relative(("counties",))
            return Part("total", ("beds",), per=ONE, requirements={"all": draw(wanted)})
        case _:
            inputs_ = (draw(st.sampled_from((*SUMMABLE, "units", "net"))),)
            return Part("total", inputs_, **common, requirements=asked(numbers()))


@st.composite
def _relative_sums(draw: st.DrawFn, common: dict[str, Any]) -> Part:
    """Draw a total or change held against another sum."""
    kind = draw(st.sampled_from(("total", "change")))
    inputs = ("staff", "capped") if kind == "change" else (draw(st.sampled_from(("trained", "area", "staff"))),)
    units = ("units",) if kind == "total" else ()
    wanted = relative(tuple(name for name in ("staff", "homes", *units, "bases") if name not in inputs))
    return Part(kind, inputs, **common, requirements={"all": draw(wanted)})


@st.composite
def shares(draw: st.DrawFn, over: str | None) -> Part:
    """Draw a share: of units, of counties, or of areas that satisfy a form of their own."""
    form = draw(st.sampled_from(("units", "units", "compound", "county", "areas")))
    if form == "county":
        condition = Part("all", per=ONE, parts=tuple(_flag(name) for name in ("list_a", "list_b")))
        return Part("share", per=ONE, requirements={"all": draw(fractions_of_one())}, parts=(condition,))
    if form == "areas":
        condition = draw(sums(draw(st.sampled_from(("township", "county"))), scoped=False))
        if condition.over is None:
            condition = attrs.evolve(condition, over="city")
        return Part("share", per=ONE, requirements={"all": draw(fractions_of_one())}, parts=(condition,))
    condition = draw(eaches() if form == "units" else compounds(eaches()))
    requirements = draw(by_scope(fractions_of_one()))
    return Part("share", per=ONE, over=over, where=draw(filters()), requirements=requirements, parts=(condition,))


def _flag(name: str) -> Part:
    return Part("each", (name,), per=ONE, requirements={"all": TRUE})


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """Draw any assessment that a rule may have."""
    over = draw(st.sampled_from((None, None, "county", "township")))
    area = sums(over)
    area_compounds = compounds(sums(over, scoped=False, mixed=False)).map(
        lambda part: attrs.evolve(part, over=over, where=())
    )
    special = st.sampled_from((_flag("plan"), _flag("list_a"), _flag("site_ok")))
    return draw(
        eaches() | compounds(eaches() | compounds(eaches())) | area | area | shares(over) | area_compounds | special
    )


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule:
    """Draw a rule."""
    part = draw(parts())
    fields = {field.name: getattr(part, field.name) for field in attrs.fields(Part)}
    selected = draw(st.integers(0, 9)) < 9  # noqa: PLR2004 - one in ten is switched off
    return Rule(
        **fields,
        id=f"r{number}",
        group=draw(st.sampled_from((None, "g", "h", "i"))),
        title=Text(f"规则{number}"),
        clause="一",
        due=draw(st.sampled_from((None, None, None, date(2023, 12, 31), date(2025, 12, 31)))),
        weight=draw(st.sampled_from((ONE, ONE, Fraction(2), Fraction(1, 2), Fraction(0)))),
        force=draw(st.sampled_from((Force.BINDING, Force.BINDING, Force.BINDING, Force.EXPECTED, Force.INFORMATIONAL))),
        veto=draw(st.integers(0, 5)) == 5,  # noqa: PLR2004 - one in six
        selected=selected,
        because=None if selected else "抽",
    )


def _worded(part: PartT) -> PartT:
    """Give 左右 its words: it is written in words only, and those are then the policy's phrase."""
    words = {scope: describe(asked) for scope, asked in part.requirements.items() if asked.comparator is ABOUT}
    phrase = words.get(ALL) or words or None
    return attrs.evolve(part, phrase=phrase, parts=tuple(map(_worded, part.parts)))


@st.composite
def rulesets(draw: st.DrawFn, *, min_rules: int, max_rules: int) -> Ruleset:
    """Draw a ruleset of a city, or now and then of the nation."""
    count = draw(st.integers(min_rules, max_rules))
    models = ("default", "default", "default", "flat", "flat-unweighted", "absolute", "attainment")
    scoring = Scoring(
        model=draw(st.sampled_from(models)),
        grades=(Grade("优秀", Fraction(90)), Grade("达标", Fraction(50)), Grade("不达标", Fraction(0))),
        unknown=draw(st.sampled_from(("fail", "fail", "exclude"))),
    )
    groups = (Group("g", Text("甲"), Fraction(2)), Group("h", Text("乙"), ONE, parent="g"), Group("i", Text("丙"), ONE))
    drawn = tuple(_worded(draw(rules(number))) for number in range(count))
    used = with_wholes(set().union(*map(names_in, drawn)), INPUTS)
    found = Ruleset(
        id="drawn-2023",
        title=Text("抽"),
        jurisdiction=draw(st.sampled_from((_CITY, _CITY, _CITY, _NATION))),
        year=2023,
        source=Source(),
        scoring=scoring,
        groups=groups,
        rules=drawn,
        inputs={name: entry for name, entry in INPUTS.items() if name in used},
    )
    return attrs.evolve(found, hash=fingerprint(found))
