"""Gather what the rows of a place add to a mean, ratio, total or change (spec 3, assessments)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._requirement import InputRef
from commscore._ruleset import BUILT_IN, LEVELS
from commscore._status import Reason
from commscore.reference._intervals import NOTHING, ZERO, Contribution, region, weighted_sum
from commscore.reference._places import UNITS, finest_table, own_value, source, span
from commscore.reference._scope import admits, references, requirement_for
from commscore.reference._values import Hole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from commscore._requirement import Requirement
    from commscore._ruleset import Part
    from commscore.reference._places import Place
    from commscore.reference._rows import Data, Row
    from commscore.reference._scope import Lens

ONE = (Fraction(1), Fraction(1))
NONE = (ZERO, ZERO)
Weights = dict[str, Fraction]  # of inputs in a sum


@attrs.frozen
class Tally:
    """All that the rows of one place add to one comparison of Σ NUM × per with t × Σ DEN.

    Attributes:
        rows: What each row may add; rows left out add nothing and are not here.
        fixed: What Σ DEN holds beside the rows: 1 for totals and changes.
        per: The factor of the quotient.
        places: The decimal places of what is counted.
        blank: Whether some operand has no valid value at all.
        absent: Whether some operand has no row at all.
    """

    rows: tuple[Contribution, ...]
    fixed: Fraction = ZERO
    per: Fraction = Fraction(1)
    places: int = 0
    blank: bool = False
    absent: bool = False


def operands(part: Part, scope: str | None) -> list[str]:
    """Return the inputs that an assessment adds up, what its requirement is relative to included."""
    return [*part.inputs, *references(requirement_for(part, scope))]


def table_of(data: Data, part: Part, lens: Lens, name: str) -> str | Reason:
    """Return the level of the table whose rows give an operand, or why none does.

    ``total``, ``ratio`` and ``change`` add up, so they take the finest table that has it. ``each`` and ``mean`` count
    the places of their inputs' level, whatever tables came along.
    """
    if part.assessment in {"each", "mean"}:
        level = counted_level(data, part, lens)
        return found if isinstance(found := source(data, name, level), Reason) else level
    if name == UNITS:
        level = counted_level(data, part, lens, by_where=True)
        return level if level in data.tables else Reason.OTHER_LEVEL
    return finest_table(data, name)


def counted_level(data: Data, part: Part, lens: Lens, *, by_where: bool = False) -> str:
    """Return the level whose places are counted: that of the inputs; of ``units`` first that of the ``where``."""
    own = _declared(data, measured(part, lens.scope))
    filters = _declared(data, [key.input for key in lens.where])
    found = (filters or own) if by_where else (own or filters)
    return min(found, key=LEVELS.index, default=data.main)


def measured(part: Part, scope: str | None) -> list[str]:
    """Return every input that a part and its own parts assess."""
    inner = [name for other in part.parts for name in measured(other, scope)]
    own = operands(part, scope) if part.assessment in {"total", "change"} else list(part.inputs)
    return own + inner


def _declared(data: Data, names: Iterable[str]) -> list[str]:
    return [data.ruleset.inputs[name].level for name in names if name not in BUILT_IN]


def tally(data: Data, part: Part, place: Place, lens: Lens) -> Tally:
    """Gather what is shown as the value: Σ X, Σ X − Σ Y, Σ X / n or Σ NUM / Σ DEN × per.

    Args:
        data: All tables.
        part: A mean, ratio, total or change.
        place: Whose rows are gathered.
        lens: Which of them count.
    """
    first, last = part.inputs[0], part.inputs[-1]
    match part.assessment:
        case "mean":
            terms = _Terms(_weights((first, 1)), count=True)
        case "ratio":
            terms = _Terms(_weights((first, 1)), last)
        case "change":
            terms = _Terms(_weights((first, 1), (last, -1)))
        case _:
            terms = _Terms(_weights((first, 1)))
    return _gather(data, part, place, lens, terms)


def margin(data: Data, part: Part, place: Place, lens: Lens, *, target_only: bool = False) -> Tally:
    """Gather Σ (X − factor × reference), which a relative requirement holds against 0; or the target, Σ factor × it."""
    requirement = requirement_for(part, lens.scope)
    reference = _reference(requirement)
    if target_only:
        return _gather(data, part, place, lens, _Terms(_weights((reference.name, reference.factor))))
    signs = zip(part.inputs, (1, -1), strict=False)
    return _gather(data, part, place, lens, _Terms(_weights(*signs, (reference.name, -reference.factor))))


def _reference(requirement: Requirement | None) -> InputRef:
    if requirement is None or not isinstance(requirement.value, InputRef):  # pragma: no cover - the caller has looked
        raise AssertionError(requirement)
    return requirement.value


@attrs.frozen
class _Terms:
    """What is added up: weighted inputs above the line; below it an input, the count of rows, or nothing."""

    num: Weights
    den: str | None = None
    count: bool = False


def _weights(*terms: tuple[str, Fraction | int]) -> Weights:
    """Add up the weights of inputs that occur more than once: X − 2X is −X, also where X is missing."""
    weights: Weights = {}
    for name, weight in terms:
        weights[name] = weights.get(name, ZERO) + weight
    return weights


def _gather(data: Data, part: Part, place: Place, lens: Lens, terms: _Terms) -> Tally:
    lens = lens.within(part)
    names = [*terms.num, *([terms.den] if terms.den else [])]
    tables = {name: table_of(data, part, lens, name) for name in names}
    rows = []
    valid: set[str] = set()
    present: set[str] = set()
    for level in dict.fromkeys(tables.values()):
        here = [name for name in names if tables[name] == level]
        for row in place.rows.get(level, ()):
            admitted = admits(data, row, lens)
            if admitted is not False:
                rows.append(_contribution(data, row, admitted, _only(terms, here)))
                present.update(here)
                valid.update(name for name in here if not isinstance(own_value(row, name), Hole))
    counted = data.ruleset.inputs.get(part.inputs[0])
    return Tally(
        tuple(rows),
        fixed=ZERO if terms.count or terms.den else Fraction(1),
        per=part.per if terms.den else Fraction(1),
        places=0 if counted is None else counted.places,
        blank=valid != set(names),
        absent=present != set(names),
    )


def _only(terms: _Terms, names: Sequence[str]) -> _Terms:
    """Keep the terms that one table holds."""
    num = {name: weight for name, weight in terms.num.items() if name in names}
    return _Terms(num, terms.den if terms.den in names else None, terms.count)


def _contribution(data: Data, row: Row, admitted: bool | Hole, terms: _Terms) -> Contribution:  # noqa: FBT001
    """Return what one row may add: its values, anything within their bounds where missing, nothing if it may be out."""
    num = weighted_sum((weight, span(data, row, name)) for name, weight in terms.num.items())
    den = ONE if terms.count else span(data, row, terms.den) if terms.den else NONE
    points, rays = region(num, den, is_part=_is_part(data, terms))
    cells = [own_value(row, name) for name in (*terms.num, *([terms.den] if terms.den else []))]
    return Contribution(
        points if admitted is True else points | {NOTHING},
        rays,
        certain=admitted is True,
        missing=Hole.MISSING in (admitted, *cells),
    )


def _is_part(data: Data, terms: _Terms) -> bool:
    """Say whether the numerator was declared a part of the denominator beside it."""
    inputs: Mapping[str, object] = data.ruleset.inputs
    (num, *_) = (*terms.num, "")
    return terms.den is not None and num in inputs and data.ruleset.inputs[num].part_of == terms.den


def relative(part: Part, lens: Lens) -> bool:
    """Say whether a part's requirement is relative to another input."""
    return bool(references(requirement_for(part, lens.scope)))
