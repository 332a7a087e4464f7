"""Cells worth drawing: for each input, the values at which something a ruleset says turns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs
from hypothesis import strategies as st

from commscore._requirement import InputRef, Requirement, decimal, interval
from commscore._ruleset import BUILT_IN, Input, InputType, Part, Ruleset

_ZERO, _ONE = Fraction(0), Fraction(1)
_STORED = {"percent": 100, "permille": 1000}
_MOST = 10**9  # greater turning points are left out: what they turn on is not a community


@attrs.frozen
class Cells:
    """The cells of one input.

    Attributes:
        input: The input.
        values: The values at which something turns, and their neighbours, within its bounds; the plainest first.
        outside: Neighbours beyond its bounds, which are errors.
    """

    input: Input
    values: tuple[Fraction, ...]
    outside: tuple[Fraction, ...]

    @cached_property
    def kinds(self) -> tuple[st.SearchStrategy[Any], ...]:
        """Return strategies for one cell, by the kind of column: numbers or flags, then text.

        Most cells lie at a turning point or next to it; some are missing, out of bounds, of another kind or no number.
        """
        ways = {InputType.FLAG: (_flags, _flag_texts), InputType.CATEGORY: (_categories,)}
        return tuple(way(self) for way in ways.get(self.input.type, (_numbers, _texts)))


def step_of(entry: Input) -> Fraction:
    """Return one place: the least difference between two values of an input."""
    return Fraction(1, 10**entry.places)


def bounds_of(entry: Input) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the greatest value of an input; null where there is none."""
    if entry.type is InputType.FLAG:
        return _ZERO, _ONE
    greatest = _ONE if entry.type is InputType.RATE and entry.max is None else entry.max
    return (_ZERO if entry.min is None else entry.min), greatest


def parts_of(part: Part) -> Iterator[Part]:
    """Give a part and all that lie within it."""
    yield part
    for inner in part.parts:
        yield from parts_of(inner)


def names_in(part: Part) -> set[str]:
    """Return the inputs that a part reads, those within it included; what is built in aside."""
    names: set[str] = set()
    for inner in parts_of(part):
        names.update(inner.inputs, inner.counts or (), (key.input for key in inner.where))
        asked = [*inner.requirements.values(), *(key.requirement for key in inner.where if key.requirement)]
        names.update(each.value.name for each in asked if isinstance(each.value, InputRef))
    return names - set(BUILT_IN)


def with_wholes(names: set[str], inputs: Mapping[str, Input]) -> set[str]:
    """Add the inputs that these are a part of, and so on."""
    found = {name for name in names if name in inputs}
    wholes = {inputs[name].part_of for name in found} - found - {None}
    return found if not wholes else with_wholes(found | {name for name in wholes if name is not None}, inputs)


def cells_of(ruleset: Ruleset) -> dict[str, Cells]:
    """Return the cells of every input that a ruleset's rules use."""
    used = set().union(*(names_in(rule) for rule in ruleset.rules)) if ruleset.rules else set()
    inputs = {name: ruleset.inputs[name] for name in sorted(with_wholes(used, ruleset.inputs))}
    turning: dict[str, set[Fraction]] = {name: {_ZERO, _ONE} for name in inputs}
    for rule in ruleset.rules:
        for part in parts_of(rule):
            _add_turning_points(part, turning, inputs)
    for entry in inputs.values():  # a part may be as great as its whole
        if entry.part_of in turning:
            turning[entry.name] |= turning[entry.part_of]
    return {name: _settled(inputs[name], turning[name]) for name in inputs}


def _settled(entry: Input, turning: set[Fraction]) -> Cells:
    step, (least, greatest) = step_of(entry), bounds_of(entry)
    rounded = {math.floor(value / step) * step for value in turning} | {end for end in (least, greatest) if end}
    near = {value + move for value in rounded for move in (-step, _ZERO, step) if abs(value) <= _MOST}
    inside = {each for each in near if (least is None or each >= least) and (greatest is None or each <= greatest)}
    plain = sorted(inside or {least or greatest or _ZERO}, key=lambda value: (abs(value), value))
    return Cells(entry, tuple(plain), tuple(sorted(near - inside, key=abs)))


# ---- WHERE SOMETHING TURNS ----


def _add_turning_points(part: Part, turning: dict[str, set[Fraction]], inputs: Mapping[str, Input]) -> None:
    for key in part.where:
        if key.requirement is not None and key.input in turning:
            turning[key.input].update(_ends(key.requirement))
    for asked in part.requirements.values():
        if isinstance(asked.value, InputRef):
            _add_multiples(part.inputs[:1], asked.value, turning, inputs)
        elif part.assessment == "ratio" or (part.assessment == "each" and len(part.inputs) > 1):
            _add_quotients(part, asked, turning, inputs)
        else:
            for name in part.inputs:
                turning.get(name, set()).update(_ends(asked))


def _ends(asked: Requirement) -> list[Fraction]:
    """Return the numbers at which a requirement turns; none for a relative one."""
    if isinstance(asked.value, InputRef):
        return []
    met = interval(asked)
    return [end for end in (met.lower, met.upper) if end is not None]


def _add_multiples(
    names: tuple[str, ...], asked: InputRef, turning: dict[str, set[Fraction]], inputs: Mapping[str, Input]
) -> None:
    """Let a value be just that multiple of what it is compared with."""
    for name in names:
        if name in turning and asked.name in turning:
            whole = (asked.factor / step_of(inputs[name])).denominator
            turning[asked.name].add(Fraction(whole))
            turning[name].add(asked.factor * whole)


def _add_quotients(
    part: Part, asked: Requirement, turning: dict[str, set[Fraction]], inputs: Mapping[str, Input]
) -> None:
    """Let a ratio be just what is asked: the least whole denominator that allows it, and its numerator."""
    above, below = part.inputs
    step = step_of(inputs[above]) if above in inputs else _ONE
    for end in _ends(asked):
        whole = (end / part.per / step).denominator
        for times in (1, 2):
            turning.get(below, set()).add(Fraction(whole * times))
            turning.get(above, set()).add(end / part.per * whole * times)


# ---- CELLS ----


def kinds_of_column(cells: Cells) -> st.SearchStrategy[st.SearchStrategy[Any]]:
    """Draw what one column's cells are drawn from: plain numbers or flags mostly, else text."""
    plain, *texts = cells.kinds
    return st.sampled_from((plain, plain, plain, *texts))


def _mostly(good: st.SearchStrategy[Any], odd: tuple[Any, ...], *, between: Any = None) -> st.SearchStrategy[Any]:
    """Draw what is good, and one time in eight what is not; null is the plainest of those."""
    strange = st.sampled_from((None, None, *odd))
    usual = (good,) * 7 if between is None else (*(good,) * 5, *(between,) * 2)
    return st.sampled_from((*usual, strange)).flatmap(lambda chosen: chosen)


def _numbers(cells: Cells) -> st.SearchStrategy[Any]:
    odd = tuple(_as_number(value, cells) for value in cells.outside)
    fraction = (0.5,) if cells.input.type is InputType.COUNT else ()
    return _written(cells, _as_number, (*odd, *fraction, float("nan"), float("inf")))


def _texts(cells: Cells) -> st.SearchStrategy[Any]:
    odd = tuple(_as_text(value, cells) for value in cells.outside)
    return _written(cells, _as_text, ("", "many", *odd, "NaN"))


def _written(cells: Cells, write: Any, odd: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """Draw values within an input's bounds, mostly where something turns, as a column holds them."""
    step, low, top = step_of(cells.input), min(cells.values), max(cells.values)
    turning = st.sampled_from([write(value, cells) for value in cells.values])
    between = st.integers(0, math.floor((top - low) / step)).map(lambda steps: write(low + steps * step, cells))
    return _mostly(turning, odd, between=between)


def _as_number(value: Fraction, cells: Cells) -> int | float:
    shown = stored(value, cells.input)
    return int(shown) if shown.denominator == 1 else float(shown)


def _as_text(value: Fraction, cells: Cells) -> str:
    return decimal(stored(value, cells.input))


def stored(value: Fraction, entry: Input) -> Fraction:
    """Return a value as tables hold it: a rate in percent times a hundred."""
    return value * _STORED.get(entry.stored_as, 1) if entry.type is InputType.RATE else value


def _flags(_: Cells) -> st.SearchStrategy[Any]:
    return _mostly(st.booleans(), ())


def _flag_texts(_: Cells) -> st.SearchStrategy[Any]:
    return _mostly(st.sampled_from(("false", "true", "否", "是", "0", "1")), ("", "maybe", "2"))


def _categories(cells: Cells) -> st.SearchStrategy[Any]:
    return _mostly(st.sampled_from(cells.input.values or ("",)), ("", "none of these"))
