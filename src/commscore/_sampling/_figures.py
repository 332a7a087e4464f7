"""Plausible figures: what rules ask of each input, and numbers below, at and above it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from commscore._requirement import Comparator, InputRef, Requirement, interval
from commscore._ruleset import Input, InputType, Part, Ruleset
from commscore._sampling._asked import parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

_MOST = 10**9
# What is usual where no rule says a figure, by unit.
_USUAL = {"人": 3000, "户": 1200, "平方米": 800, "㎡": 800, "元": 3000, "万元": 50}
_NULLS = 0.02
_YES = 0.93
# How often a figure just meets what is asked, and how often it does not; the others are better.
_AT, _WORSE = 0.15, 0.12


@attrs.frozen
class Aim:
    """What is asked of an input.

    Attributes:
        figure: The figure; a multiple when it is relative.
        of: The input that it is a multiple of; null when it is the figure itself.
        low: Whether less is better.
        exact: Whether anything else, more or less, is worse.
        spread: Whether it is asked of the sum over all rows.
    """

    figure: Fraction
    of: str | None = None
    low: bool = False
    exact: bool = False
    spread: bool = False


def aims_of(ruleset: Ruleset) -> dict[str, Aim]:
    """Return what rules ask of each input; where several do, the first that says a figure."""
    found: dict[str, Aim] = {}
    for rule in ruleset.rules:
        for part in parts_of(rule):
            for asked in part.requirements.values():
                _add(part, asked, found)
            for key in part.where:
                if key.requirement is not None and not isinstance(key.requirement.value, InputRef):
                    found.setdefault(key.input, _aim(key.requirement, Fraction(1)))
    return found


def _add(part: Part, asked: Requirement, found: dict[str, Aim]) -> None:
    if not part.inputs:
        return
    first, *others = part.inputs
    if isinstance(asked.value, InputRef):
        found.setdefault(first, Aim(asked.value.factor, asked.value.name, *_direction(asked)))
    elif part.assessment == "change":
        found.setdefault(first, Aim(Fraction(21, 20), others[0]))
    elif others:
        found.setdefault(first, attrs.evolve(_aim(asked, 1 / part.per), of=others[0]))
    else:
        found.setdefault(first, attrs.evolve(_aim(asked, Fraction(1)), spread=part.assessment == "total"))


def _aim(asked: Requirement, factor: Fraction) -> Aim:
    met = interval(asked)
    figure = met.lower if met.lower is not None else met.upper
    return Aim(Fraction(1 if figure is None else figure) * factor, None, *_direction(asked))


def _direction(asked: Requirement) -> tuple[bool, bool]:
    return (
        asked.comparator in {Comparator.AT_MOST, Comparator.LESS_THAN},
        asked.comparator in {Comparator.IS, Comparator.ABOUT, Comparator.BETWEEN},
    )


class Row:
    """One place whose figures are drawn, the ones that others depend on first."""

    def __init__(self, inputs: Mapping[str, Input], aims: Mapping[str, Aim], draw: Random, rows: int) -> None:
        self._inputs = inputs
        self._aims = aims
        self._draw = draw
        self._rows = rows
        self._drawn: dict[str, Any] = {}
        self._under_way: set[str] = set()

    def cell(self, name: str) -> Any:
        """Return a cell as tables hold it: a number, a bool or a text; null now and then."""
        value = self._value(name)
        if self._draw.random() < _NULLS:
            return None
        entry = self._inputs[name]
        if not isinstance(value, Fraction):
            return value
        if entry.type is InputType.RATE:
            value *= {"percent": 100, "permille": 1000}.get(entry.stored_as, 1)
        return int(value) if entry.type is InputType.COUNT else float(value)

    def _value(self, name: str) -> Any:
        if name not in self._drawn:
            self._under_way.add(name)
            self._drawn[name] = self._made(self._inputs[name])
            self._under_way.discard(name)
        return self._drawn[name]

    def _made(self, entry: Input) -> Any:
        if entry.type is InputType.FLAG:
            return self._draw.random() < _YES
        if entry.type is InputType.CATEGORY:
            return self._draw.choice(entry.values)
        value = self._near(entry)
        whole = None if entry.part_of is None else self._other(entry.part_of)
        most = [
            bound
            for bound in (entry.max, whole, Fraction(1) if entry.type is InputType.RATE else None)
            if bound is not None
        ]
        value = max(min([value, *most]), Fraction(0) if entry.min is None else entry.min)
        step = 10 ** min(entry.places, 4 if entry.type is InputType.RATE else 2)
        rounded = Fraction(round(value * step), step)
        return Fraction(int(value * step), step) if most and rounded > min(most) else rounded

    def _near(self, entry: Input) -> Fraction:
        """Draw a figure near what is asked."""
        aim = self._aims.get(entry.name)
        if aim is None:
            part = None if entry.part_of is None else self._other(entry.part_of)
            usual = Fraction(_USUAL.get(entry.unit or "", 10)) if part is None else part * Fraction(9, 10)
            return self._scaled(Fraction(9, 10) if entry.type is InputType.RATE else usual, 60, 140)
        of = None if aim.of is None else self._other(aim.of)
        figure = aim.figure * (1 if of is None else of)
        if aim.spread:
            figure /= self._rows
        chance = self._draw.random()
        if chance < _AT or aim.exact:
            return figure
        worse = chance < _AT + _WORSE
        return self._scaled(figure, 50, 99) if worse != aim.low else self._scaled(figure, 100, 160)

    def _scaled(self, figure: Fraction, low: int, high: int) -> Fraction:
        return figure * Fraction(self._draw.randint(low, high), 100)

    def _other(self, name: str) -> Fraction | None:
        """Return another input's figure; null where that one waits for this, or is none."""
        if name in self._under_way or name not in self._inputs:
            return Fraction(1) if name == "units" else None
        value = self._value(name)
        return value if isinstance(value, Fraction) else Fraction(int(value)) if isinstance(value, bool) else None
