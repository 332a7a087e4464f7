"""Assessments held against each other: the same quantity, the same in other hands, or something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import zip_longest

import attrs

from commscore._comparing._comparison import CHILD, PARENT, Aspect, Relation, Witness, joined, mirrored
from commscore._comparing._domains import is_ratio, never_negative, step_of
from commscore._comparing._requirements import (
    CONVEX,
    asked_text,
    bounds_of,
    requirement_aspects,
    same_requirements,
)
from commscore._comparing._where import by_scope, narrowed, where_text
from commscore._requirement import InputRef, interval
from commscore._ruleset import ALL, AREA_LEVELS, SCOPES, Input, Part

COMPOUNDS = ("all", "any", "atleast")


@attrs.frozen
class Setting:
    """What is around the two parts.

    Attributes:
        inputs: The catalogue.
        level: The level of the jurisdiction, at which a part without ``over`` is judged; null when it is not known.
        nested: Whether other units within or other areas are not simply more or fewer obligations: in a share, in
            ``any`` and in ``atleast`` they change what is counted.
    """

    inputs: Mapping[str, Input]
    level: str | None = None
    nested: bool = False


def part_aspects(parent: Part, child: Part, setting: Setting) -> Iterator[Aspect]:
    """Compare two assessments with what they must meet.

    Args:
        parent: The first.
        child: The second.
        setting: What is around them.

    Yields:
        Aspects, equal ones included.
    """
    parent, child = by_scope(parent), by_scope(child)
    if not _same_quantity(parent, child):
        yield from _other_quantity(parent, child, setting)
        return
    yield _where(parent, child, setting)
    yield _over(parent, child, setting)
    if parent.assessment in COMPOUNDS:
        yield from _compound(parent, child, setting)
        return
    if parent.assessment == "share":
        yield _condition(parent, child, setting)
    yield from requirement_aspects(parent, child, setting.inputs)


def signature(part: Part) -> tuple[object, ...]:
    """Give what a part judges, whatever it asks of whom and where."""
    inner = tuple(sorted((signature(each) for each in part.parts), key=repr))
    return (part.assessment, part.inputs, inner)


def _same_quantity(parent: Part, child: Part) -> bool:
    if parent.assessment in COMPOUNDS:
        return parent.assessment == child.assessment
    return signature(parent) == signature(child)


def part_text(part: Part) -> str:
    """Say what a part judges, such as ``mean social_orgs``."""
    inner = [part_text(each).removeprefix("each ") for each in part.parts]
    return f"{part.assessment} {' / '.join(part.inputs) or '; '.join(inner)}"


# --- units and areas --------------------------------------------------------------------------------------


def _where(parent: Part, child: Part, setting: Setting) -> Aspect:
    units = narrowed(parent, child, setting.inputs)
    return Aspect("where", _of_units(units, parent, child, setting), where_text(parent), where_text(child))


def _of_units(units: Relation, parent: Part, child: Part, setting: Setting) -> Relation:
    """Turn fewer or more units into what is asked."""
    if units in {Relation.EQUAL, Relation.INCOMPARABLE} or setting.nested:
        return units if units is Relation.EQUAL else Relation.INCOMPARABLE
    if child.assessment in {"each", "all"}:
        return mirrored(units)  # whoever is filtered out is asked nothing
    bounds = _sum_bounds(parent, child, setting)
    if bounds == {"lower"}:
        return units  # fewer units must come to the same sum
    return mirrored(units) if bounds == {"upper"} else Relation.INCOMPARABLE


def _sum_bounds(parent: Part, child: Part, setting: Setting) -> set[str]:
    """Give how a total of what is never negative is bounded; of anything else, nothing."""
    if child.assessment != "total" or not all(never_negative(name, setting.inputs) for name in child.inputs):
        return set()
    return bounds_of((parent, child), setting.inputs)


def _over(parent: Part, child: Part, setting: Setting) -> Aspect:
    before, after = (part.over or setting.level for part in (parent, child))
    relation = Relation.EQUAL if before == after or child.assessment == "each" else Relation.INCOMPARABLE
    if relation is Relation.INCOMPARABLE and not setting.nested:
        relation = _of_areas(before, after, parent, child, setting)
    return Aspect("over", relation, before or "jurisdiction", after or "jurisdiction")


def _of_areas(before: str | None, after: str | None, parent: Part, child: Part, setting: Setting) -> Relation:
    # Nothing lies above the jurisdiction, so whatever is named lies within it.
    places = [len(AREA_LEVELS) if level is None else AREA_LEVELS.index(level) for level in (before, after)]
    finer = Relation.STRICTER if places[1] < places[0] else Relation.LAXER
    if child.assessment in CONVEX:
        return finer  # where every area meets it, so does the whole
    bounds = _sum_bounds(parent, child, setting)
    if bounds == {"lower"}:
        return finer
    return mirrored(finer) if bounds == {"upper"} else Relation.INCOMPARABLE


# --- compounds and shares ---------------------------------------------------------------------------------


def _compound(parent: Part, child: Part, setting: Setting) -> Iterator[Aspect]:
    if parent.assessment == "atleast" and parent.n != child.n:
        harder = (child.n or 0) > (parent.n or 0)
        relation = Relation.STRICTER if harder else Relation.LAXER
        yield Aspect("atleast", relation, str(parent.n), str(child.n))
    inner = attrs.evolve(setting, nested=setting.nested or parent.assessment != "all")
    # One more condition asks more where all must hold; where some must, it is one more way to meet them.
    more = Relation.STRICTER if parent.assessment == "all" else Relation.LAXER
    for before, after in _matched(parent.parts, child.parts):
        if before is None and after is not None:
            yield Aspect("part", more, None, _with_asked(after))
        elif after is None and before is not None:
            yield Aspect("part", mirrored(more), _with_asked(before), None)
        elif before is not None and after is not None:
            yield from part_aspects(before, after, inner)


def _matched(parent: tuple[Part, ...], child: tuple[Part, ...]) -> Iterator[tuple[Part | None, Part | None]]:
    """Pair the parts that judge the same, in file order where several do."""
    keys = dict.fromkeys(signature(part) for part in (*parent, *child))
    for key in keys:
        sides = ([part for part in parts if signature(part) == key] for parts in (parent, child))
        yield from zip_longest(*sides)


def _with_asked(part: Part) -> str:
    return f"{part_text(part)} {asked_text(part) or ''}".rstrip()


def _condition(parent: Part, child: Part, setting: Setting) -> Aspect:
    before, after = parent.parts[0], child.parts[0]
    inner = joined(
        aspect.relation for aspect in part_aspects(before, after, attrs.evolve(setting, nested=True, level=None))
    )
    relation = inner
    if inner in {Relation.STRICTER, Relation.LAXER}:
        bounds = bounds_of((parent, child), setting.inputs)
        by_bounds = {frozenset({"lower"}): inner, frozenset({"upper"}): mirrored(inner)}
        relation = by_bounds.get(frozenset(bounds), Relation.INCOMPARABLE)
    return Aspect("part", relation, _with_asked(before), _with_asked(after))


# --- other quantities -------------------------------------------------------------------------------------


def _other_quantity(parent: Part, child: Part, setting: Setting) -> Iterator[Aspect]:
    """Compare what is asked of each unit with what is asked of all of them together; nothing else compares."""
    said = part_text(parent), part_text(child)
    if parent.assessment != "each" and child.assessment == "each":
        for aspect in _other_quantity(child, parent, setting):
            yield _turned(aspect)
        return
    if parent.assessment == "each" and not setting.nested and _pools(parent, child, setting):
        witnesses = _unequal_units(parent, child, setting)
        yield Aspect("assessment", _pooled(child), *said, witnesses=witnesses)
        yield from _asked_of_all(parent, child, setting)
    else:
        yield Aspect("assessment", Relation.INCOMPARABLE, *said)


def _turned(aspect: Aspect) -> Aspect:
    other = {PARENT: CHILD, CHILD: PARENT}
    return attrs.evolve(
        aspect,
        relation=mirrored(aspect.relation),
        parent=aspect.child,
        child=aspect.parent,
        witnesses=tuple(attrs.evolve(found, passes=other[found.passes]) for found in aspect.witnesses),
    )


def _pools(parent: Part, child: Part, setting: Setting) -> bool:
    """Tell whether the child judges together the units that the parent judges one by one."""
    if narrowed(parent, child, setting.inputs) is not Relation.EQUAL:
        return False
    if child.assessment == "share":
        return _is_condition(parent, child, setting)
    one_by_one = child.assessment == "mean" or (child.assessment == "ratio" and is_ratio(parent))
    return one_by_one and parent.inputs == child.inputs


def _is_condition(parent: Part, child: Part, setting: Setting) -> bool:
    """Tell whether a share counts the units that meet what the parent asks of each, and all of them will do."""
    condition = child.parts[0]
    if signature(condition) != signature(parent) or set(parent.requirements) != {ALL} or condition.where:
        return False
    same = same_requirements(parent, condition, setting.inputs) is Relation.EQUAL
    return same and all(1 in interval(asked) for asked in child.requirements.values())


def _pooled(child: Part) -> Relation:
    """Say what it means to judge together; that all of the units do is the same as each of them."""
    whole = [interval(asked) for asked in child.requirements.values()]
    of_all = ALL in child.requirements or set(child.requirements) == set(SCOPES)
    everyone = child.assessment == "share" and of_all and all(found.lower == 1 for found in whole)
    return Relation.EQUAL if everyone else Relation.LAXER


def _asked_of_all(parent: Part, child: Part, setting: Setting) -> Iterator[Aspect]:
    if child.assessment != "share":
        yield from requirement_aspects(attrs.evolve(parent, assessment=child.assessment), child, setting.inputs)


def _unequal_units(parent: Part, child: Part, setting: Setting) -> tuple[Witness, ...]:
    """Show two units of which one fails, though their mean is what is asked."""
    asked, declared = child.requirements.get(ALL), setting.inputs.get(child.inputs[0]) if child.inputs else None
    plain = child.assessment == "mean" and parent.requirements == child.requirements and not child.where
    if not plain or asked is None or declared is None or isinstance(asked.value, InputRef):
        return ()
    met, step = interval(asked), step_of(declared)
    bound = met.lower if met.lower is not None else met.upper
    if bound is None:
        return ()
    inward = step if met.lower is not None else -step
    mean = bound if bound in met else bound + inward
    values = (mean - step, mean + step)
    if any(value % step or not _possible(value, declared) for value in values):
        return ()
    return (Witness(mean, CHILD, tuple({declared.name: value} for value in values), declared.level),)


def _possible(value: Fraction, declared: Input) -> bool:
    return (declared.min is None or value >= declared.min) and (declared.max is None or value <= declared.max)
