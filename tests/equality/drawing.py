"""Tables as lists of rows for any of the rulesets that ``commscore.testing`` draws: every input has its column."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from commscore import Comparator, Requirement, Rule, Ruleset
from commscore._ruleset import Filter, InputType, Jurisdiction, Part, Scoring, Source, Text
from commscore.testing import rulesets
from commscore.testing._rulesets import INPUTS
from commscore.testing._tables import datasets as _datasets
from commscore.testing._tables import subject_of

__all__ = ["rulesets", "tables"]

Tables = tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]


def _rule(name: str) -> Rule:
    """A rule that reads an input and turns where drawn rulesets turn."""
    inputs, where = ((), (Filter(name, values=("a",)),)) if INPUTS[name].type is InputType.CATEGORY else ((name,), ())
    turns = {"all": Requirement(Comparator.BETWEEN, Fraction(2), upper=Fraction(8))}
    part = Part("total", inputs or ("units",), per=Fraction(1), where=where, requirements=turns)
    one = {"per": part.per, "where": part.where, "requirements": part.requirements}
    return Rule("total", part.inputs, **one, id=name, title=Text(name), weight=Fraction(1))


EVERY_INPUT = Ruleset(
    id="every-input",
    title=Text("every input"),
    jurisdiction=Jurisdiction("2102", "city", Text("大连市")),
    year=2023,
    source=Source(),
    scoring=Scoring(),
    groups=(),
    rules=tuple(map(_rule, INPUTS)),
    inputs=INPUTS,
)


@st.composite
def tables(draw: st.DrawFn, *, level: str = "community") -> Tables:
    """Draw the units, each with an ``id``, and the further tables; some codes are missing."""
    found = draw(_datasets(subject_of(EVERY_INPUT, main=level), min_rows=1, max_rows=8))
    rows = [{"id": f"u{number}"} | row | {"name": "x"} for number, row in enumerate(found.table.to_pylist())]
    for row in rows:
        if "code" in row and draw(st.integers(0, 9)) == 9:
            row["code"] = None
    more = {at: _with_ids(at, table.to_pylist()) for at, table in found.more.items()}
    return rows, more


def _with_ids(level: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give sites ids; other places are told by their codes."""
    if level != "site":
        return [row for row in rows if row.get("code")]
    return [{"id": str(number)} | row for number, row in enumerate(rows)]
