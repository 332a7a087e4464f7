"""The rows that there can be, cut into pieces in which a rule stands alike: pass, fail, or nothing to judge."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import product
from operator import and_, or_
from typing import TYPE_CHECKING, TypeVar

import attrs

from commscore._checking._linear import ONE, Form, form, infeasible, not_negative
from commscore._checking._model import Piece, UnsupportedError, World
from commscore._requirement import InputRef, decimal, interval
from commscore._ruleset import ALL, BUILT_IN, SCOPES, InputType
from commscore._status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from commscore._checking._linear import Constraint
    from commscore._requirement import Requirement
    from commscore._ruleset import Filter, Input, Part, Rule

COMPOUNDS = ("all", "any", "atleast")
MOST_PIECES = 250
Some = TypeVar("Some")
_JUDGED = frozenset({Status.PASS, Status.FAIL, Status.UNKNOWN})


# ---- WHAT A RULE NAMES ----


def inner_parts(part: Part) -> Iterator[Part]:
    """Give a part and all within it."""
    yield part
    for inner in part.parts:
        yield from inner_parts(inner)


def names_of(part: Part) -> set[str]:
    """Give the inputs that a part's value, filters and requirements are made of; counts that stand in are left out."""
    names: set[str] = set()
    for inner in inner_parts(part):
        names.update(inner.inputs, (found.input for found in inner.where))
        names.update(asked.value.name for asked in inner.requirements.values() if isinstance(asked.value, InputRef))
    return names - set(BUILT_IN)


def with_wholes(names: Iterable[str], inputs: Mapping[str, Input]) -> set[str]:
    """Add the inputs that these are parts of."""
    found: set[str] = set()
    waiting = [name for name in names if name in inputs]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            whole = inputs[name].part_of
            waiting += [whole] if whole is not None and whole in inputs else []
    return found


def is_unit_level(part: Part) -> bool:
    """Tell whether a part is judged at its units."""
    if part.assessment in COMPOUNDS:
        return all(is_unit_level(inner) for inner in part.parts)
    return part.assessment == "each"


def scopes_of(part: Part) -> tuple[str, ...]:
    """Give ``urban`` and ``rural`` where a requirement names them, else ``all``; a share's condition has its own."""
    named = _named_scopes(part)
    if ALL in named and len(named) > 1:  # a part for everybody stands beside one that goes by kind
        return SCOPES
    return tuple(scope for scope in SCOPES if scope in named) or (ALL,)


def _named_scopes(part: Part) -> set[str]:
    inner = part.parts if part.assessment in COMPOUNDS else ()
    return set(part.requirements).union(*(_named_scopes(other) for other in inner))


def asked_of(part: Part, scope: str) -> Requirement | None:
    """Give the requirement of a scope; null when the part has none for it."""
    return part.requirements.get(scope, part.requirements.get(ALL))


def world_values(rules: Iterable[Rule], inputs: Mapping[str, Input]) -> dict[str, frozenset[str]]:
    """Give the values by which filters tell rows apart; of codes and areas those named, and ``""`` for any other."""
    values: dict[str, frozenset[str]] = {"kind": frozenset(SCOPES)}
    for rule in rules:
        for found in (found for part in inner_parts(rule) for found in part.where if found.requirement is None):
            declared = inputs.get(found.input)
            if declared is not None:
                values[found.input] = frozenset(declared.values)
            elif found.input != "kind":
                values[found.input] = values.get(found.input, frozenset({""})) | set(found.values)
    return values


# ---- NUMBERS ----


def step_of(declared: Input) -> Fraction:
    """Give the least difference between two values of an input: values are whole numbers of it."""
    return Fraction(1, 10**declared.places)


def value_of(name: str, inputs: Mapping[str, Input]) -> Form:
    """Write an input's value as a form of its steps; ``units`` is 1 for every row."""
    return {ONE: Fraction(1)} if name == "units" else {name: step_of(inputs[name])}


def bounds_of(declared: Input) -> tuple[Fraction, Fraction | None]:
    """Give an input's least and greatest value; 0 is the least, and flags and rates go to 1, where nothing is said."""
    whole = declared.type in {InputType.FLAG, InputType.RATE}
    greatest = Fraction(1) if whole and declared.max is None else declared.max
    return Fraction(0) if declared.min is None else declared.min, greatest


def bounds(names: Iterable[str], inputs: Mapping[str, Input]) -> tuple[Constraint, ...]:
    """Write what every valid row meets: least and greatest values, and parts that are no more than their whole."""
    found: list[Constraint] = []
    for name in sorted(names):
        declared = inputs[name]
        value = value_of(name, inputs)
        least, greatest = bounds_of(declared)
        why = f"{name} is at least {decimal(least)}"
        found.append(not_negative(form(value, ({ONE: 1}, -least)), why=why))
        if greatest is not None:
            why = f"{name} is at most {decimal(greatest)}"
            found.append(not_negative(form({ONE: greatest}, (value, -1)), why=why))
        if declared.part_of is not None and declared.part_of in names:
            why = f"{name} is a part of {declared.part_of}"
            found.append(not_negative(form(value_of(declared.part_of, inputs), (value, -1)), why=why))
    return tuple(found)


def below(asked: Requirement, above_line: Form, below_line: Form) -> list[tuple[Constraint, ...]]:
    """Write that a quotient misses a requirement: too small, or too great; each a way of its own."""
    met = interval(asked)
    ways: list[tuple[Constraint, ...]] = []
    if met.lower is not None:
        short = form({}, (below_line, met.lower), (above_line, -1))
        ways.append((not_negative(short, strict=not met.lower_open),))
    if met.upper is not None:
        over = form(above_line, (below_line, -met.upper))
        ways.append((not_negative(over, strict=not met.upper_open),))
    return ways


def within(asked: Requirement, above_line: Form, below_line: Form) -> tuple[Constraint, ...]:
    """Write that a quotient meets a requirement; what is below the line is 1, positive, or what it refers to."""
    met = interval(asked)
    found: list[Constraint] = []
    if met.lower is not None:
        found.append(not_negative(form(above_line, (below_line, -met.lower)), strict=met.lower_open))
    if met.upper is not None:
        found.append(not_negative(form({}, (below_line, met.upper), (above_line, -1)), strict=met.upper_open))
    return tuple(found)


# ---- PIECES ----


def merged(one: Piece, other: Piece, status: Status, base: tuple[Constraint, ...]) -> Piece | None:
    """Give what two pieces have in common; null when that is nothing."""
    choices = dict(one.choices)
    for name, values in other.choices.items():
        choices[name] = choices.get(name, values) & values
        if not choices[name]:
            return None
    constraints = tuple(dict.fromkeys((*one.constraints, *other.constraints)))
    fresh = len(constraints) > max(len(one.constraints), len(other.constraints))
    if fresh and infeasible((*base, *constraints)) is not None:
        return None
    return Piece(status, constraints, choices)


@attrs.frozen
class Cutter:
    """What the cutting of rows into pieces needs to know.

    Attributes:
        world: What is around the rules.
        base: What every valid row meets.
    """

    world: World
    base: tuple[Constraint, ...]

    def obligation(self, rule: Rule, scope: str) -> list[Piece]:
        """Cut by how a rule that is judged at its units stands, for the units of one kind."""
        found = self.judged(rule, scope)
        return found if scope == ALL else self.admitted(self._kinds((scope,)), found)

    def judged(self, part: Part, scope: str) -> list[Piece]:
        """Cut by how an ``each``, or a compound of them, stands; filters come first."""
        if part.requirements and asked_of(part, scope) is None:
            return [Piece(Status.NOTAPPLICABLE)]
        return self.admitted(self.admission(part.where), self.inside(part, scope))

    def condition(self, part: Part) -> list[Piece]:
        """Cut by how the condition of a share stands, whose requirement the row's own kind picks."""
        scopes = scopes_of(part)
        if scopes == (ALL,):
            return self.judged(part, ALL)
        return [
            piece
            for scope in SCOPES
            for piece in self.admitted(self._kinds((scope,)), self.judged(part, scope))
            if piece.choices.get("kind") == frozenset((scope,))
        ]

    def let_in(self, where: Iterable[Filter], kinds: tuple[str, ...]) -> list[Piece]:
        """Cut by whether filters, and the kind where it matters, let a row in."""
        found = self.admission(where)
        return self.admitted(self._kinds(kinds), found) if kinds else found

    def admission(self, where: Iterable[Filter]) -> list[Piece]:
        """Cut by whether filters let a row in (pass) or keep it out (not applicable)."""
        found = [Piece(Status.PASS)]
        for filter_ in where:
            found = self.admitted(found, self._filtered(filter_))
        return found

    def _kinds(self, kinds: tuple[str, ...]) -> list[Piece]:
        others = self.world.values["kind"] - set(kinds)
        out = [Piece(Status.NOTAPPLICABLE, choices={"kind": others})] if others else []
        return [Piece(Status.PASS, choices={"kind": frozenset(kinds)}), *out]

    def _filtered(self, found: Filter) -> list[Piece]:
        if found.requirement is None:
            every, wanted = self.world.values[found.input], frozenset(found.values)
            sides = ((Status.PASS, every & wanted), (Status.NOTAPPLICABLE, every - wanted))
            return [Piece(status, choices={found.input: values}) for status, values in sides if values]
        number = value_of(found.input, self.world.inputs)
        return self._compared(found.requirement, number, {ONE: Fraction(1)}, missed=Status.NOTAPPLICABLE)

    def _compared(self, asked: Requirement, number: Form, against: Form, *, missed: Status) -> list[Piece]:
        pieces = [Piece(Status.PASS, within(asked, number, against))]
        pieces += [Piece(missed, way) for way in below(asked, number, against)]
        return [piece for piece in pieces if infeasible((*self.base, *piece.constraints)) is None]

    def admitted(self, admission: list[Piece], inside: list[Piece]) -> list[Piece]:
        """Let what is let in be judged, and leave the rest out."""
        kept = [attrs.evolve(piece, status=Status.NOTAPPLICABLE) for piece in admission if piece.status not in _JUDGED]
        for let_in, piece in product([piece for piece in admission if piece.status in _JUDGED], inside):
            common = merged(let_in, piece, piece.status, self.base)
            kept += [] if common is None else [common]
        return _few(kept)

    def inside(self, part: Part, scope: str) -> list[Piece]:
        """Cut by how an assessment stands for rows that are let in."""
        if part.assessment in COMPOUNDS:
            return self._compound(part, scope)
        asked = asked_of(part, scope)
        if asked is None:
            raise UnsupportedError("a part has no requirement")
        inputs = self.world.inputs
        number = value_of(part.inputs[0], inputs)
        if isinstance(asked.value, InputRef):
            return self._compared(asked, number, value_of(asked.value.name, inputs), missed=Status.FAIL)
        if len(part.inputs) == 1:
            return self._compared(asked, number, {ONE: Fraction(1)}, missed=Status.FAIL)
        return self._ratio(part, asked)

    def _ratio(self, part: Part, asked: Requirement) -> list[Piece]:
        if isinstance(asked.value, InputRef):
            raise UnsupportedError("a ratio is held against another input")
        above_line, below_line = (value_of(name, self.world.inputs) for name in part.inputs)
        some = not_negative(below_line, strict=True)
        none = not_negative(form({}, (below_line, -1)))
        nothing = Piece(Status.NOTAPPLICABLE, (none, not_negative(form({}, (above_line, -1)))))
        endless = Piece(Status.UNKNOWN, (none, not_negative(above_line, strict=True)))
        pieces = self._compared(asked, form({}, (above_line, part.per)), below_line, missed=Status.FAIL)
        pieces = [attrs.evolve(piece, constraints=(some, *piece.constraints)) for piece in pieces]
        return [piece for piece in (*pieces, nothing, endless) if infeasible((*self.base, *piece.constraints)) is None]

    def _compound(self, part: Part, scope: str) -> list[Piece]:
        found: list[tuple[tuple[Status, ...], Piece]] = [((), Piece(Status.PASS))]
        for inner in part.parts:
            pieces = self.judged(inner, scope)
            found = [
                ((*statuses, piece.status), common)
                for statuses, so_far in found
                for piece in pieces
                if (common := merged(so_far, piece, piece.status, self.base)) is not None
            ]
            _few(found)
        return [attrs.evolve(piece, status=combined(part, statuses)) for statuses, piece in found]


def _few(pieces: list[Some]) -> list[Some]:
    if len(pieces) > MOST_PIECES:
        raise UnsupportedError(f"there are more than {MOST_PIECES} cases to tell apart")
    return pieces


def combined(part: Part, statuses: tuple[Status, ...]) -> Status:
    """Combine the parts of a compound; nothing is invalid or unchecked here."""
    if part.assessment != "atleast":
        return reduce(and_ if part.assessment == "all" else or_, statuses)
    judged = [status for status in statuses if status in _JUDGED]
    passes, wanted = judged.count(Status.PASS), part.n or 0
    if not judged:
        return Status.NOTAPPLICABLE
    if passes >= wanted:
        return Status.PASS
    return Status.FAIL if passes + judged.count(Status.UNKNOWN) < wanted else Status.UNKNOWN
