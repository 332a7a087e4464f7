"""Hypothesis strategies for whole evaluations: rulesets of every form, and tables that sit on their boundaries."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import strategies as st

from commscore._requirement import Comparator, InputRef, Requirement
from commscore._ruleset import (
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

ONE = Fraction(1)


def _input(name: str, kind: InputType, level: str = "community", **more: Any) -> Input:
    places = {InputType.QUANTITY: 4, InputType.RATE: 9}.get(kind, 0)
    return Input(name=name, title=Text(f"题{name}"), type=kind, level=level, **({"places": places} | more))


INPUTS = {
    entry.name: entry
    for entry in (
        _input("staff", InputType.COUNT),
        _input("trained", InputType.COUNT, part_of="staff"),
        _input("homes", InputType.COUNT),
        _input("area", InputType.QUANTITY, places=1),
        _input("pay", InputType.QUANTITY),
        _input("cover", InputType.RATE, stored_as="percent"),
        _input("capped", InputType.COUNT, min=Fraction(0), max=Fraction(3)),
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
COMMUNITY_NUMBERS = ("staff", "trained", "homes", "area", "pay", "capped", "net")
SUMMABLE = ("staff", "trained", "homes", "area", "pay", "capped", "open")
POSITIVE = ("staff", "trained", "homes", "area", "capped", "units")
FLAGS = ("open", "listed")

_COMPARATORS = (
    Comparator.AT_LEAST,
    Comparator.MORE_THAN,
    Comparator.AT_MOST,
    Comparator.LESS_THAN,
    Comparator.IS,
)


@st.composite
def numbers(draw: st.DrawFn, scale: str = "plain") -> Requirement:
    """Draw a requirement on a number: small decimals, so that values meet their thresholds."""
    top = 8 if scale == "plain" else 1
    values = st.integers(0, top * 10).map(lambda tenths: Fraction(tenths, 10))
    values |= st.integers(0, top).map(Fraction)
    value = draw(values)
    kind = draw(st.sampled_from((*_COMPARATORS, Comparator.BETWEEN, Comparator.ABOUT)))
    if kind is Comparator.BETWEEN:
        return Requirement(kind, value, upper=value + draw(values), scale=scale)
    if kind is Comparator.ABOUT:
        return Requirement(kind, value, tolerance=draw(values) / 2, scale=scale)
    return Requirement(kind, value, scale=scale)


@st.composite
def fractions_of_one(draw: st.DrawFn) -> Requirement:
    """Draw a requirement on a share or rate."""
    if draw(st.booleans()):
        return Requirement(Comparator.ALL, ONE, scale="percent")
    return draw(numbers(scale="percent"))


TRUE = Requirement(Comparator.IS, value=True)


@st.composite
def relative(draw: st.DrawFn, names: tuple[str, ...]) -> Requirement:
    """Draw a requirement that refers to another input."""
    factor = draw(st.sampled_from((ONE, Fraction(2), Fraction(1, 2), Fraction(3, 4))))
    return Requirement(draw(st.sampled_from(_COMPARATORS)), InputRef(draw(st.sampled_from(names)), factor))


@st.composite
def by_scope(draw: st.DrawFn, requirements: st.SearchStrategy[Requirement]) -> dict[str, Requirement]:
    """Draw what is asked of all, or of urban and rural apart."""
    scopes = draw(st.sampled_from((("all",), ("all",), ("urban", "rural"), ("urban",), ("rural",))))
    return {scope: draw(requirements) for scope in scopes}


@st.composite
def filters(draw: st.DrawFn, *, by_kind: bool = False) -> tuple[Filter, ...]:
    """Draw a ``where``, mostly none."""
    choices = (
        *([Filter("kind", values=("urban",))] if by_kind else []),
        Filter("grade", values=("a",)),
        Filter("county", values=("210202",)),
        Filter("open", requirement=TRUE),
        Filter("homes", requirement=Requirement(Comparator.AT_LEAST, Fraction(2))),
        Filter("wage", requirement=Requirement(Comparator.MORE_THAN, Fraction(3, 2))),
    )
    if draw(st.integers(0, 2)):
        return ()
    return tuple(draw(st.lists(st.sampled_from(choices), min_size=1, max_size=2, unique_by=lambda one: one.input)))


@st.composite
def eaches(draw: st.DrawFn, *, scoped: bool = True) -> Part:
    """Draw something judged unit by unit."""
    form = draw(st.sampled_from(("number", "number", "flag", "rate", "ratio", "relative")))
    per, inputs = ONE, ("staff",)
    if form == "number":
        inputs, wanted = (draw(st.sampled_from(COMMUNITY_NUMBERS)),), numbers()
    elif form == "flag":
        inputs, wanted = (draw(st.sampled_from(FLAGS)),), st.just(TRUE)
    elif form == "rate":
        inputs, wanted = ("cover",), fractions_of_one()
    elif form == "ratio":
        per = draw(st.sampled_from((ONE, Fraction(10))))
        inputs = (
            draw(st.sampled_from(("staff", "trained", "area"))),
            draw(st.sampled_from(("staff", "homes", "area"))),
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
def sums(draw: st.DrawFn, over: str | None, *, scoped: bool = True) -> Part:  # noqa: PLR0911 - one return per form
    """Draw a form that is judged at areas, shares aside."""
    form = draw(st.sampled_from(("mean", "ratio", "ratio", "total", "change", "relative", "mixed", "city")))
    where, per = draw(filters(by_kind=True)), ONE

    def asked(wanted: st.SearchStrategy[Requirement]) -> dict[str, Requirement]:
        return draw(by_scope(wanted)) if scoped else {"all": draw(wanted)}

    if form == "mean":
        inputs: tuple[str, ...] = (draw(st.sampled_from(SUMMABLE)),)
        return Part("mean", inputs, per=per, over=over, where=where, requirements=asked(numbers()))
    if form == "ratio":
        per = draw(st.sampled_from((ONE, Fraction(100))))
        inputs = (draw(st.sampled_from(("staff", "trained", "area", "open"))), draw(st.sampled_from(POSITIVE)))
        wanted = numbers() if per != 1 else numbers() | fractions_of_one()
        return Part("ratio", inputs, per=per, over=over, where=where, requirements=asked(wanted))
    if form == "change":
        return Part("change", ("staff", "homes"), per=per, over=over, where=where, requirements=asked(numbers()))
    if form == "relative":
        kind = draw(st.sampled_from(("total", "change")))
        inputs = ("staff", "capped") if kind == "change" else (draw(st.sampled_from(("trained", "area", "staff"))),)
        wanted = relative(tuple(name for name in ("staff", "homes", "units", "bases") if name not in inputs))
        return Part(kind, inputs, per=per, over=over, where=where, requirements={"all": draw(wanted)})
    if form == "mixed":
        return Part("ratio", ("staff", "bases"), per=per, over=over, requirements={"all": draw(numbers())})
    if form == "city":
        wanted = numbers() | relative(("counties",))
        return Part("total", ("beds",), per=per, over=None, requirements={"all": draw(wanted)})
    inputs = (draw(st.sampled_from((*SUMMABLE, "units", "net"))),)
    return Part("total", inputs, per=per, over=over, where=where, requirements=asked(numbers()))


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
    area_compounds = compounds(sums(over, scoped=False)).map(lambda part: attrs.evolve(part, over=over, where=()))
    special = st.sampled_from((_flag("plan"), _flag("list_a"), _flag("site_ok")))
    return draw(
        eaches() | compounds(eaches() | compounds(eaches())) | area | area | shares(over) | area_compounds | special
    )


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule:
    """Draw a rule."""
    part = draw(parts())
    fields = {field.name: getattr(part, field.name) for field in attrs.fields(Part)}
    return Rule(
        **fields,
        id=f"r{number}",
        group=draw(st.sampled_from((None, "g", "h", "i"))),
        title=Text(f"规则{number}"),
        clause="一",
        due=draw(st.sampled_from((None, None, None, date(2023, 12, 31), date(2025, 12, 31)))),
        weight=draw(st.sampled_from((ONE, ONE, Fraction(2), Fraction(1, 2), Fraction(0)))),
        force=draw(st.sampled_from((Force.BINDING, Force.BINDING, Force.BINDING, Force.EXPECTED, Force.INFORMATIONAL))),
        veto=draw(st.integers(0, 5)) == 0,
        selected=draw(st.integers(0, 9)) > 0,
    )


@st.composite
def rulesets(draw: st.DrawFn, max_rules: int = 3) -> Ruleset:
    """Draw a ruleset of a city."""
    count = draw(st.integers(1, max_rules))
    models = ("default", "default", "default", "flat", "flat-unweighted", "absolute", "attainment")
    scoring = Scoring(
        model=draw(st.sampled_from(models)),
        grades=(Grade("优秀", Fraction(90)), Grade("达标", Fraction(50)), Grade("不达标", Fraction(0))),
        unknown=draw(st.sampled_from(("fail", "fail", "exclude"))),
    )
    groups = (Group("g", Text("甲"), Fraction(2)), Group("h", Text("乙"), ONE, parent="g"), Group("i", Text("丙"), ONE))
    drawn = tuple(draw(rules(number)) for number in range(count))
    used = {name for rule in drawn for name in _names(rule)}
    used |= {INPUTS[name].part_of or name for name in used}
    return Ruleset(
        id="drawn-2023",
        title=Text("抽"),
        jurisdiction=Jurisdiction("2102", "city", Text("大连市")),
        year=2023,
        source=Source(),
        scoring=scoring,
        groups=groups,
        rules=drawn,
        inputs={name: entry for name, entry in INPUTS.items() if name in used},
    )


def _names(part: Part) -> set[str]:
    """Return the inputs that a part reads."""
    names = {*part.inputs, *(key.input for key in part.where)}
    names |= {one.value.name for one in part.requirements.values() if isinstance(one.value, InputRef)}
    return (names & set(INPUTS)).union(*(_names(child) for child in part.parts))


# ---- TABLES ----


def _cells(entry: Input) -> st.SearchStrategy[Any]:
    """Draw a cell: mostly near thresholds, sometimes missing or wrong."""
    if entry.type is InputType.FLAG:
        good: st.SearchStrategy[Any] = st.booleans()
    elif entry.type is InputType.CATEGORY:
        good = st.sampled_from(entry.values)
    elif entry.type is InputType.RATE:
        good = st.sampled_from((0, 10, 50, 99.96, 100, 46.0000001))
    elif entry.type is InputType.COUNT:
        good = st.integers(0, 9)
    else:
        good = st.integers(-20 if entry.min else 0, 60).map(lambda tenths: tenths / 10)
    bad = st.sampled_from((None, None, None, -1, 2.5, "x", float("nan"), float("inf"), 101, ""))
    return st.integers(0, 5).flatmap(lambda pick: bad if pick == 0 else good)


_CODES = tuple(f"2102{county:02}{town:03}{number:03}" for county in (2, 3) for town in (1, 2) for number in range(1, 6))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Draw the units and the further tables."""
    codes = draw(st.lists(st.sampled_from(_CODES), min_size=1, max_size=6, unique=True))
    names = [entry.name for entry in INPUTS.values() if entry.level == "community" and draw(st.integers(0, 9))]
    if draw(st.integers(0, 4)) == 0:
        names += ["wage", "plan", "beds"][: draw(st.integers(1, 3))]
    kinds = st.sampled_from(("urban", "urban", "rural", "rural", None, "x", "111"))
    with_kind, with_codes = draw(st.integers(0, 9)) > 0, draw(st.integers(0, 9)) > 0
    rows = []
    for number, code in enumerate(codes):
        row: dict[str, Any] = {"id": f"u{number}"} | {name: draw(_cells(INPUTS[name])) for name in names}
        row["name"] = "x"
        if with_kind:
            row["kind"] = draw(kinds)
        if with_codes:
            row["code"] = code if draw(st.integers(0, 9)) else None
        rows.append(row)
    return rows, draw(_further())


@st.composite
def _further(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    more: dict[str, list[dict[str, Any]]] = {}
    if draw(st.booleans()):
        codes = draw(st.lists(st.sampled_from(("210202", "210203", "210204")), min_size=1, unique=True))
        more["county"] = [{"code": code} | _row(draw, "county") for code in codes]
    if draw(st.booleans()):
        more["city"] = [{"code": "2102"} | _row(draw, "city")]
    if draw(st.integers(0, 3)) == 0:
        found = draw(st.lists(st.sampled_from(_CODES), min_size=1, max_size=3))
        more["site"] = [{"id": str(i), "community": code} | _row(draw, "site") for i, code in enumerate(found)]
    return more


def _row(draw: st.DrawFn, level: str) -> dict[str, Any]:
    return {entry.name: draw(_cells(entry)) for entry in INPUTS.values() if entry.level == level}
