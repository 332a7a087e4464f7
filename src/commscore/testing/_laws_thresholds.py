"""Law 7, and the second half of law 5: what stands at a threshold, and what a stricter requirement lets pass."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs
import pyarrow as pa
from hypothesis import assume
from hypothesis import strategies as st

from commscore._comparing._rows import rows_for
from commscore._requirement import Comparator, InputRef, Requirement, decimal, describe
from commscore._ruleset import CODE_LENGTHS, NATION, Part, Rule, Ruleset
from commscore.testing._cells import parts_of, step_of
from commscore.testing._comparing import called
from commscore.testing._law import broken
from commscore.testing._places import rank
from commscore.testing._sampling import KEY, Sample, focused, judge, reading, samples
from commscore.testing._tables import Dataset, column_of, subject_of

_LATE = "2100-01-01"
_FINE = 100  # a share is moved by so many parts of a whole
_RANKS = {"fail": 0, "unknown": 1, "error": 1, "pass": 2}


@attrs.frozen
class Threshold:
    """A number at which a part of a rule turns.

    Attributes:
        rule: The rule, or a part of one made a rule of its own.
        scope: ``urban``, ``rural`` or ``all``.
        at: The number, as the value that is judged.
        step: What is one place above and below it.
    """

    rule: Rule
    scope: str
    at: Fraction
    step: Fraction


def thresholds(ruleset: Ruleset, data: st.DataObject) -> None:
    """Law 7: at a threshold the comparator decides, one place below it and above it nothing is open."""
    found = list(_thresholds(ruleset))
    assume(found)
    turning = data.draw(st.sampled_from(found))
    side = data.draw(st.sampled_from((0, -1, 1)))
    asked = turning.rule.requirements[turning.scope]
    value = turning.at + side * turning.step
    sample = _sample_at(turning, value, ruleset)
    assume(sample is not None)
    if sample is None:
        return
    level = "unit" if turning.rule.assessment == "each" else turning.rule.over or ruleset.jurisdiction.level
    wanted = "pass" if _meets(value, asked) else "fail"

    result = judge(sample)

    statuses = [row for row in result.findings(level=level).to_pylist() if row["scope"] == turning.scope]
    for row in statuses:
        status = row["outlook"] if row["status"] == "informational" else row["status"]
        if status != wanted:
            where = {0: "at", -1: "just below", 1: "just above"}[side]
            words = f"{where} the threshold, {decimal(value)} should {wanted} {describe(asked)}: "
            raise broken(sample, f"{words}{called('findings', row)} is {status}", row, f"{value} {asked.comparator}")


def _meets(value: Fraction, asked: Requirement) -> bool:
    """Say what each comparator means, once more and on its own: this is what the evaluators are held against."""
    number = asked.value.factor if isinstance(asked.value, InputRef) else Fraction(asked.value)
    least, most = number - (asked.tolerance or 0), number + (asked.tolerance or 0)
    return {
        Comparator.AT_LEAST: value >= number,
        Comparator.MORE_THAN: value > number,
        Comparator.AT_MOST: value <= number,
        Comparator.LESS_THAN: value < number,
        Comparator.BETWEEN: number <= value <= (number if asked.upper is None else asked.upper),
        Comparator.ABOUT: least <= value <= most,
        Comparator.ALL: value == number,
        Comparator.IS: value == number,
    }[asked.comparator]


def _thresholds(ruleset: Ruleset) -> Iterator[Threshold]:
    """Give the thresholds of all rules and their parts; a part is judged as a rule of its own (law 2)."""
    for rule in ruleset.rules:
        for part in parts_of(rule):
            if part.assessment not in {"all", "any", "atleast"} and rule.selected:
                alone = _as_rule(rule, part)
                for scope, asked in part.requirements.items():
                    for at in _numbers(asked):
                        yield Threshold(alone, scope, at, _step(part, at, asked, ruleset))


def _as_rule(rule: Rule, part: Part) -> Rule:
    return attrs.evolve(rule, **{field.name: getattr(part, field.name) for field in attrs.fields(Part)})


def _numbers(asked: Requirement) -> list[Fraction]:
    number = asked.value.factor if isinstance(asked.value, InputRef) else Fraction(asked.value)
    if asked.comparator is Comparator.ABOUT:
        spread = asked.tolerance or Fraction(0)
        return [number - spread, number + spread] if spread else [number]
    return [number] if asked.upper is None else [number, asked.upper]


def _step(part: Part, at: Fraction, asked: Requirement, ruleset: Ruleset) -> Fraction:
    entry = ruleset.inputs.get(part.inputs[0]) if part.inputs else None
    if part.assessment in {"each", "total", "change"} and len(part.inputs) != 2 and not _is_relative(asked):  # noqa: PLR2004
        return Fraction(1) if entry is None else step_of(entry)
    return Fraction(1, _FINE if part.assessment == "share" else 1000) / max(1, at.denominator // _FINE)


def _is_relative(asked: Requirement) -> bool:
    return isinstance(asked.value, InputRef)


def _sample_at(turning: Threshold, value: Fraction, ruleset: Ruleset) -> Sample | None:
    """Make rows whose value is just this; null where the inputs' bounds or places do not allow it."""
    rule, asked = turning.rule, turning.rule.requirements[turning.scope]
    reference = asked.value.name if isinstance(asked.value, InputRef) else None
    judged = value / rule.per
    alone = focused(ruleset, [rule])
    made, level = rows_for(rule, turning.scope, judged, reference=reference, inputs=ruleset.inputs)
    if not made or rank(level) > rank(ruleset.jurisdiction.level):
        return None
    rows = [{name: _written(cell) for name, cell in row.items()} for row in made]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: column_of([row.get(name) for row in rows]) for name in names}
    if level in CODE_LENGTHS and not {"code", *CODE_LENGTHS} & set(names):
        columns.update(_codes(ruleset, level, len(rows)))
    columns[KEY] = pa.array([f"u{number}" for number in range(len(rows))])
    table = pa.table(columns)
    if any(cell is None for row in reading(table, alone.inputs) for cell in row.values()):
        return None  # a part above its whole
    return Sample(alone, subject_of(alone, main=level), Dataset(table, level, {}), _LATE)


def _written(cell: Any) -> Any:
    return decimal(cell) if isinstance(cell, Fraction) else cell


def _codes(ruleset: Ruleset, level: str, count: int) -> dict[str, Any]:
    """Return the codes of so many places that lie in one township, county and city; none where they do not fit."""
    length, home = CODE_LENGTHS[level], ruleset.jurisdiction.code
    if ruleset.jurisdiction.level == NATION:
        home = ""  # no code begins with its own
    if level == ruleset.jurisdiction.level:
        return {"code": pa.array([home])} if count == 1 and len(home) == length else {}
    digits = length - max((found for found in CODE_LENGTHS.values() if found < length), default=0)
    stem = home.ljust(length - digits, "1")
    fits = len(home) <= length - digits and count < 10**digits
    return {"code": pa.array([stem + str(number + 1).zfill(digits) for number in range(count)])} if fits else {}


# ---- STRICTER ----


def stricter_requirements(ruleset: Ruleset, data: st.DataObject) -> None:
    """Ask more of a rule: what failed or was open does not pass, what failed is not open."""
    sample = data.draw(samples(ruleset, max_rules=1))
    (rule,) = sample.ruleset.rules
    scopes = [scope for scope, asked in rule.requirements.items() if _stricter(asked, Fraction(1)) is not None]
    assume(scopes)
    scope = data.draw(st.sampled_from(scopes))
    asked = rule.requirements[scope]
    step = _step(rule, Fraction(0), asked, ruleset)
    harder = _stricter(asked, data.draw(st.sampled_from((step, step * 10, Fraction(1)))))
    if harder is None:
        return
    varied = attrs.evolve(rule, requirements={**rule.requirements, scope: harder})
    one, two = judge(sample), judge(sample, ruleset=attrs.evolve(sample.ruleset, rules=(varied,)))
    for before, after in zip(one.findings().to_pylist(), two.findings().to_pylist(), strict=True):
        was, is_ = (row["outlook"] if row["status"] == "informational" else row["status"] for row in (before, after))
        if was in _RANKS and is_ in _RANKS and _RANKS[is_] > _RANKS[was]:
            words = f"{describe(harder)} asks more than {describe(asked)}, but {called('findings', before)}"
            raise broken(sample, f"{words} goes from {was} to {is_}", before, after)


def _stricter(asked: Requirement, by: Fraction) -> Requirement | None:
    """Return a requirement that less meets; null where there is no such order."""
    if isinstance(asked.value, (bool, InputRef)):
        return None
    match asked.comparator:
        case Comparator.AT_LEAST | Comparator.MORE_THAN:
            return attrs.evolve(asked, value=asked.value + by)
        case Comparator.AT_MOST | Comparator.LESS_THAN:
            return attrs.evolve(asked, value=asked.value - by)
        case Comparator.BETWEEN if asked.upper is not None and asked.upper - by >= asked.value:
            return attrs.evolve(asked, upper=asked.upper - by)
        case Comparator.ABOUT if asked.tolerance is not None and asked.tolerance >= by:
            return attrs.evolve(asked, tolerance=asked.tolerance - by)
        case _:
            return None
