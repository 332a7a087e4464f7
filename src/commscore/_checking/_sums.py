"""What can come of an area: sums over its rows, kind of row by kind of row.

Rows that stand alike in every respect asked about make a segment. Of each segment only the number of rows and the sums
of their values matter, and these meet whatever each row meets, times the number of rows. So a rule on an area is an
inequality between sums, whatever the rows are, and if the inequalities clash no area can meet them.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import attrs

from commscore._checking._linear import ONE, Form, form, not_negative
from commscore._checking._model import Obligation, Piece, UnsupportedError
from commscore._checking._pieces import (
    COMPOUNDS,
    Cutter,
    asked_of,
    below,
    bounds_of,
    combined,
    is_unit_level,
    merged,
    value_of,
    within,
)
from commscore._checking._witnesses import Group
from commscore._requirement import InputRef
from commscore._ruleset import ALL, AREA_LEVELS
from commscore._status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from commscore._checking._linear import Constraint
    from commscore._ruleset import Filter, Part

MOST_SEGMENTS = 36
OPEN = Status.UNKNOWN
Way = tuple["Constraint", ...]


@attrs.frozen
class Segment:
    """The rows that stand alike in every leaf.

    Attributes:
        name: Its number, as variables carry it.
        piece: What its rows meet.
        classes: How its rows stand, leaf by leaf.
    """

    name: str
    piece: Piece
    classes: tuple[Status, ...]


@attrs.frozen
class Leaf:
    """One assessment of an area, with the filters around it.

    Attributes:
        part: The assessment.
        scope: The kind of unit that its requirement is for.
        where: The filters, those from outside first.
        areas: The variable that counts the areas it is judged for; null when there is one.
    """

    part: Part
    scope: str
    where: tuple[Filter, ...]
    areas: str | None = None


def leaves_of(obligation: Obligation, areas: str | None) -> tuple[Leaf, ...]:
    """Give the assessments that a rule on areas is made of, in file order."""
    return tuple(_leaves(obligation.rule, obligation.scope, (), areas))


def _leaves(part: Part, scope: str, where: tuple[Filter, ...], areas: str | None) -> list[Leaf]:
    where = (*where, *part.where)
    if part.assessment in COMPOUNDS and not is_unit_level(part):
        if areas is not None:
            raise UnsupportedError("a compound is judged for areas of another level")
        return [leaf for inner in part.parts for leaf in _leaves(inner, scope, where, areas)]
    return [Leaf(part, scope, where, areas)]


@attrs.frozen
class Area:
    """The segments of an area, and how to write what its rules ask.

    Attributes:
        cutter: Cuts rows into pieces.
        names: The inputs that rows have.
        foreign: The inputs that come from tables of another level; only their sums matter.
        leaves: The assessments asked about.
        segments: The segments.
    """

    cutter: Cutter
    names: frozenset[str]
    foreign: frozenset[str]
    leaves: tuple[Leaf, ...]
    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, cutter: Cutter, names: frozenset[str], foreign: frozenset[str], leaves: tuple[Leaf, ...]) -> Area:
        """Cut the rows by every leaf."""
        found: list[tuple[tuple[Status, ...], Piece]] = [((), Piece(Status.PASS))]
        for leaf in leaves:
            pieces = _classified(cutter, leaf)
            found = [
                ((*classes, piece.status), common)
                for classes, so_far in found
                for piece in pieces
                if (common := merged(so_far, piece, piece.status, cutter.base)) is not None
            ]
            if len(found) > MOST_SEGMENTS:
                raise UnsupportedError(f"there are more than {MOST_SEGMENTS} kinds of rows to tell apart")
        segments = tuple(Segment(str(number), piece, classes) for number, (classes, piece) in enumerate(found))
        return cls(cutter, names, foreign, leaves, segments)

    def lying(self, level: str) -> Iterator[Area]:
        """Go through where an area of a level may lie, of the areas that rules name: there its rows lie all alike."""
        around = AREA_LEVELS[AREA_LEVELS.index(level) :]
        picked = {name for segment in self.segments for name in segment.piece.choices if name in around}
        values = self.cutter.world.values
        for places in product(*(sorted(values[name]) for name in sorted(picked))):
            choices = {name: frozenset({place}) for name, place in zip(sorted(picked), places, strict=True)}
            found = [
                (segment, merged(segment.piece, Piece(Status.PASS, choices=choices), segment.piece.status, ()))
                for segment in self.segments
            ]
            segments = tuple(attrs.evolve(one, piece=piece) for one, piece in found if piece is not None)
            yield attrs.evolve(self, segments=segments)

    def rows(self) -> Way:
        """Write what the sums of any rows meet."""
        found: list[Constraint] = []
        for segment in self.segments:
            found.append(not_negative({_count(segment): 1}))
            for row in (*self.cutter.base, *segment.piece.constraints):
                whole = {_sum(name, segment): factor for name, factor in row.terms}
                found.append(not_negative(form(whole, ({_count(segment): 1}, row.constant)), why=row.why))
        for name in sorted(self.foreign):
            least, _ = bounds_of(self.cutter.world.inputs[name])
            if least >= 0:
                found.append(not_negative({_foreign(name): 1}, why=f"{name} is at least 0"))
        return tuple(dict.fromkeys(found))

    def count(self) -> Form:
        """Write the number of all rows."""
        return {_count(segment): Fraction(1) for segment in self.segments}

    def groups(self, values: Mapping[str, int]) -> list[Group]:
        """Read the rows off a solution."""
        return [
            Group(
                count, {name: values.get(_sum(name, segment), 0) for name in sorted(self.names)}, segment.piece.choices
            )
            for segment in self.segments
            if (count := values.get(_count(segment), 0))
        ]

    def without_rows(self, values: Mapping[str, int]) -> tuple[Way, Way] | None:
        """Find a segment whose sums are not 0 though it has no row, and give both ways out: a row, or no sums."""
        for segment in self.segments:
            sums = {_sum(name, segment): values.get(_sum(name, segment), 0) for name in self.names}
            if values.get(_count(segment), 0) or not any(sums.values()):
                continue
            row = not_negative({_count(segment): 1, ONE: -1})
            none = (not_negative({_count(segment): -1}), *_nought(sums))
            return (row,), none
        return None

    def foreign_sums(self, values: Mapping[str, int]) -> dict[str, int]:
        """Read the sums of other tables off a solution."""
        return {name: values.get(_foreign(name), 0) for name in sorted(self.foreign)}

    def ways(self, part: Part, scope: str, status: Status, first: int = 0) -> Iterable[Way]:
        """Write in which ways a rule's part can come out as a status.

        Args:
            part: The rule, or a part of a compound on areas.
            scope: The kind of unit that it is for.
            status: Pass, fail or not applicable.
            first: The number of its first leaf.

        Returns:
            Ways, each a set of inequalities, as they are wanted; together they are all that there are.
        """
        if part.assessment in COMPOUNDS and not is_unit_level(part):
            return self._of_compound(part, scope, status, first)
        leaf, index = self.leaves[first], first
        if part.requirements and asked_of(part, scope) is None:
            return [()] if status is Status.NOTAPPLICABLE else []
        if is_unit_level(part):
            return self._of_units(index, status)
        return self._of_sums(leaf, index, status)

    def _of_compound(self, part: Part, scope: str, status: Status, first: int) -> Iterator[Way]:
        choices = (Status.PASS, Status.FAIL, Status.NOTAPPLICABLE, OPEN)
        starts = [first]
        for inner in part.parts:
            starts.append(starts[-1] + len(_leaves(inner, scope, (), None)))
        for statuses in product(choices, repeat=len(part.parts)):
            if combined(part, statuses) is status:
                inside = [
                    partial(self.ways, inner, scope, each, start)
                    for inner, each, start in zip(part.parts, statuses, starts, strict=False)
                ]
                yield from together(inside)

    def _counted(self, index: int, *statuses: Status) -> Form:
        return {_count(segment): Fraction(1) for segment in self.segments if segment.classes[index] in statuses}

    def _of_units(self, index: int, status: Status) -> list[Way]:
        none_fails = not_negative(form({}, (self._counted(index, Status.FAIL, OPEN), -1)))
        some_pass = not_negative(self._counted(index, Status.PASS), strict=True)
        match status:
            case Status.PASS:
                return [(none_fails, some_pass)]
            case Status.FAIL:
                return [(not_negative(self._counted(index, Status.FAIL), strict=True),)]
            case Status.UNKNOWN:
                return self._some_open(index)
            case _:
                none_passes = not_negative(form({}, (self._counted(index, Status.PASS), -1)))
                return [(none_fails, none_passes)]

    def _of_sums(self, leaf: Leaf, index: int, status: Status) -> list[Way]:
        asked = asked_of(leaf.part, leaf.scope)
        if asked is None:
            raise UnsupportedError("a part has no requirement")
        judged = self._counted(index, Status.PASS, Status.FAIL, OPEN)
        least, most, beneath = self._quotient(leaf, index)
        some = [not_negative(judged, strict=True)]
        if leaf.areas is not None:  # at least one area, and no more of them than rows
            some += [not_negative({leaf.areas: 1, ONE: -1}), not_negative(form(judged, ({leaf.areas: 1}, -1)))]
        if leaf.part.assessment == "ratio":
            some.append(not_negative(beneath, strict=True))
        match status:
            case Status.PASS:
                held = dict.fromkeys((*within(asked, least, beneath), *within(asked, most, beneath)))
                return [(*some, *held)]
            case Status.FAIL:
                # Whatever is open in a share may fall on either side: it fails where neither will do.
                return [(*some, *way) for number in (least, most) for way in below(asked, number, beneath)]
            case Status.UNKNOWN:
                if leaf.part.assessment != "ratio":
                    return self._some_open(index)
                nothing = not_negative(form({}, (beneath, -1)))
                return [(nothing, not_negative(least, strict=True))]
            case _:
                return self._nothing(leaf, judged, least, beneath)

    def _some_open(self, index: int) -> list[Way]:
        undecided = self._counted(index, OPEN)
        return [(not_negative(undecided, strict=True),)] if undecided else []

    def _nothing(self, leaf: Leaf, judged: Form, above_line: Form, beneath: Form) -> list[Way]:
        empty = not_negative(form({}, (judged, -1)))
        if leaf.part.assessment != "ratio":
            return [(empty,)]
        zero = tuple(not_negative(form({}, (each, -1))) for each in (above_line, beneath))
        return [(empty,), zero]

    def _quotient(self, leaf: Leaf, index: int) -> tuple[Form, Form, Form]:
        """Write what is above the line, at least and at most, and what is below it."""
        part, asked = leaf.part, asked_of(leaf.part, leaf.scope)
        if part.assessment == "share":
            sure, maybe = self._counted(index, Status.PASS), self._counted(index, Status.PASS, OPEN)
            return sure, maybe, self._counted(index, Status.PASS, Status.FAIL, OPEN)
        first, last = self._summed(part.inputs[0], index), self._summed(part.inputs[-1], index)
        if part.assessment == "ratio":
            whole = form({}, (first, part.per))
            return whole, whole, last
        number = form(first, (last, -1)) if part.assessment == "change" else first
        if part.assessment == "mean":
            return number, number, self._counted(index, Status.PASS)
        if asked is not None and isinstance(asked.value, InputRef):
            return number, number, self._summed(asked.value.name, index)
        return number, number, {leaf.areas or ONE: Fraction(1)}

    def _summed(self, name: str, index: int) -> Form:
        """Write the sum of an input over the rows that a leaf lets in."""
        if name in self.foreign:
            if self.leaves[index].where or self.leaves[index].scope != ALL:
                raise UnsupportedError(f"{name} comes from a table of another level and is filtered")
            return {_foreign(name): value_of(name, self.cutter.world.inputs)[name]}
        total: Form = {}
        for segment in self.segments:
            if segment.classes[index] is Status.PASS:
                value = value_of(name, self.cutter.world.inputs)
                total |= {_count(segment) if key == ONE else _sum(key, segment): value[key] for key in value}
        return total


def together(inside: Sequence[Callable[[], Iterable[Way]]]) -> Iterator[Way]:
    """Give every way to have several things at once, as they are wanted."""
    if not inside:
        yield ()
        return
    for way in inside[0]():
        for rest in together(inside[1:]):
            yield (*way, *rest)


def _classified(cutter: Cutter, leaf: Leaf) -> list[Piece]:
    """Cut rows by what they are to a leaf: let in (pass) or not; of shares and units how they are judged."""
    if leaf.part.requirements and asked_of(leaf.part, leaf.scope) is None:
        return [Piece(Status.NOTAPPLICABLE)]
    admission = cutter.let_in(leaf.where, () if leaf.scope == ALL else (leaf.scope,))
    if is_unit_level(leaf.part):
        return cutter.admitted(admission, cutter.inside(leaf.part, leaf.scope))
    if leaf.part.assessment != "share":
        return admission
    (condition,) = leaf.part.parts
    if not is_unit_level(condition):
        raise UnsupportedError("a share counts areas that are judged themselves")
    return cutter.admitted(admission, cutter.condition(condition))


def _nought(names: Iterable[str]) -> Way:
    return tuple(not_negative({name: sign}) for name in names for sign in (1, -1))


def _count(segment: Segment) -> str:
    return f"#{segment.name}"


def _sum(name: str, segment: Segment) -> str:
    return f"{name}#{segment.name}"


def _foreign(name: str) -> str:
    return f"{name}#"
