"""Requirements on one and the same quantity, held against each other scope by scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs

from commscore._comparing._comparison import CHILD, PARENT, Aspect, Relation, Witness, joined
from commscore._comparing._domains import Domain, domain_of, is_ratio, never_negative, quotient_domain
from commscore._comparing._ranges import EVERYTHING, clipped, related, witness_value
from commscore._comparing._rows import rows_for
from commscore._requirement import InputRef, Interval, Requirement, describe, interval
from commscore._ruleset import ALL, SCOPES, Input, Part

# Where every unit or area inside meets a convex requirement, so does the whole: a mean of means lies between them.
CONVEX = frozenset({"mean", "ratio", "share"})


@attrs.frozen
class _Pair:
    """Two parts that judge the same quantity, and the inputs that say which values it can have."""

    parent: Part
    child: Part
    inputs: Mapping[str, Input]


def requirement_aspects(parent: Part, child: Part, inputs: Mapping[str, Input]) -> Iterator[Aspect]:
    """Compare what two parts ask of the same quantity.

    Args:
        parent: The first.
        child: The second; it judges the same quantity.
        inputs: The catalogue, for bounds and places.

    Yields:
        One aspect for each scope, equal ones included.
    """
    pair = _Pair(parent, child, inputs)
    asked, asks = parent.requirements, child.requirements
    if (ALL in asked) != (ALL in asks) and asked and asks:
        yield from _across_scopes(pair)
        return
    for scope in dict.fromkeys((*asked, *asks)):
        yield _aspect(pair, scope, asked.get(scope), asks.get(scope))


def _across_scopes(pair: _Pair) -> Iterator[Aspect]:
    """Compare one requirement for all units with one for urban and one for rural units."""
    parent, child = pair.parent.requirements, pair.child.requirements
    each = {scope: (parent.get(scope, parent.get(ALL)), child.get(scope, child.get(ALL))) for scope in SCOPES}
    aspects = [_aspect(pair, scope, *asked) for scope, asked in each.items()]
    everyone = pair.parent if ALL in parent else pair.child
    if pair.child.assessment == "each" or _is_extreme(everyone, pair.inputs):
        yield from aspects
        return
    # Of an area, all units together are another quantity than those of either scope.
    apart = Relation.LAXER if ALL in child else Relation.STRICTER
    convex = pair.child.assessment in CONVEX and all(None not in asked for asked in each.values())
    sound = convex and {aspect.relation for aspect in aspects} <= {apart, Relation.EQUAL}
    relation = apart if sound else Relation.INCOMPARABLE
    yield Aspect("scope", relation, asked_text(pair.parent), asked_text(pair.child))


def _is_extreme(part: Part, inputs: Mapping[str, Input]) -> bool:
    """Tell whether all units together can meet it only if all of either scope do, such as 100% of a share."""
    domain, asked = domain_of(part, inputs), part.requirements[ALL]
    if part.assessment not in CONVEX or isinstance(asked.value, InputRef):
        return False
    values = _values(part, asked, domain)
    if values is None or values.lower is None or values.lower != values.upper:
        return False
    return values.lower in {domain.lower, domain.upper}


def _aspect(pair: _Pair, scope: str, parent: Requirement | None, child: Requirement | None) -> Aspect:
    said = (_said(parent), _said(child))
    about = None if scope == ALL else scope
    if not _on_one_scale(pair, parent, child):
        same = parent == child
        return Aspect("requirement", Relation.EQUAL if same else Relation.INCOMPARABLE, *said, scope=about)
    domain = _domain(pair, parent, child)
    met, meets = (_values(part, asked, domain) for part, asked in ((pair.parent, parent), (pair.child, child)))
    relation = related(met, meets)
    found = [
        _witness(pair, scope, child or parent, passes, witness_value(*sides, domain.step))
        for passes, sides in ((PARENT, (met, meets)), (CHILD, (meets, met)))
    ]
    witnesses = tuple(witness for witness in found if witness is not None)
    return Aspect("requirement", relation, *said, scope=about, witnesses=witnesses)


def _said(asked: Requirement | None) -> str | None:
    return None if asked is None else describe(asked)


def _on_one_scale(pair: _Pair, parent: Requirement | None, child: Requirement | None) -> bool:
    """Tell whether both ask for an amount, or both for a multiple of the same input that is never negative."""
    references = [asked.value for asked in (parent, child) if asked is not None and isinstance(asked.value, InputRef)]
    if not references:
        return True
    names = {reference.name for reference in references}
    asked_of_both = len(references) == sum(asked is not None for asked in (parent, child))
    return asked_of_both and len(names) == 1 and never_negative(names.pop(), pair.inputs)


def _reference(*requirements: Requirement | None) -> str | None:
    values = (asked.value for asked in requirements if asked is not None)
    return next((value.name for value in values if isinstance(value, InputRef)), None)


def _domain(pair: _Pair, *requirements: Requirement | None) -> Domain:
    reference = _reference(*requirements)
    part = pair.child
    return domain_of(part, pair.inputs) if reference is None else quotient_domain(part, reference, pair.inputs)


def _values(part: Part, asked: Requirement | None, domain: Domain) -> Interval | None:
    found = EVERYTHING if asked is None else interval(asked)
    factor = part.per if is_ratio(part) else Fraction(1)
    return clipped(_divided(found, factor), domain)


def _divided(found: Interval, factor: Fraction) -> Interval:
    ends = (None if end is None else end / factor for end in (found.lower, found.upper))
    lower, upper = ends
    return attrs.evolve(found, lower=lower, upper=upper)


def _witness(pair: _Pair, scope: str, asked: Requirement | None, passes: str, value: Fraction | None) -> Witness | None:
    if value is None:
        return None
    part = pair.child
    rows, level = rows_for(part, scope, value, reference=_reference(asked), inputs=pair.inputs)
    return Witness(value * part.per if is_ratio(part) else value, passes, rows, level)


def bounds_of(parts: tuple[Part, ...], inputs: Mapping[str, Input]) -> set[str]:
    """Tell whether the parts' requirements bound their values from below, from above, or both.

    Returns:
        Of ``lower`` and ``upper`` those that some requirement sets within what the values can be.
    """
    found: set[str] = set()
    for part in parts:
        for asked in part.requirements.values():
            if isinstance(asked.value, InputRef):
                found |= {"lower", "upper"}
                continue
            domain = domain_of(part, inputs)
            values = _values(part, asked, domain)
            if values is None:
                return {"lower", "upper"}
            found |= {"lower"} if values.lower != domain.lower or values.lower_open else set()
            found |= {"upper"} if values.upper != domain.upper or values.upper_open else set()
    return found


def asked_text(part: Part) -> str | None:
    """Say what a part asks, by scope where it differs; null when it asks nothing."""
    said = {scope: describe(asked) for scope, asked in part.requirements.items()}
    return ", ".join(text if scope == ALL else f"{scope} {text}" for scope, text in said.items()) or None


def same_requirements(parent: Part, child: Part, inputs: Mapping[str, Input]) -> Relation:
    """Give the relation of what two parts ask of the same quantity, all scopes taken together."""
    return joined(aspect.relation for aspect in requirement_aspects(parent, child, inputs))
