"""Which units two parts concern: whether the second one's filters let in fewer, more, or others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from commscore._comparing._comparison import Relation, joined
from commscore._comparing._domains import Domain, step_of
from commscore._comparing._ranges import clipped, related
from commscore._requirement import describe, interval
from commscore._ruleset import ALL, Filter, Input, Part


def narrowed(parent: Part, child: Part, inputs: Mapping[str, Input]) -> Relation:
    """Tell whether the child concerns fewer units (stricter), more (laxer), the same (equal) or others."""
    return joined(_filters(parent, child, inputs))


def _filters(parent: Part, child: Part, inputs: Mapping[str, Input]) -> Iterator[Relation]:
    before, after = ({found.input: found for found in part.where} for part in (parent, child))
    for name in {**before, **after}:
        yield _filter(before.get(name), after.get(name), inputs)


def _filter(parent: Filter | None, child: Filter | None, inputs: Mapping[str, Input]) -> Relation:
    if parent is None or child is None:
        return Relation.STRICTER if parent is None else Relation.LAXER
    if parent.requirement is not None and child.requirement is not None:
        declared = inputs.get(child.input)
        domain = Domain() if declared is None else Domain(declared.min, declared.max, step_of(declared))
        met, meets = (clipped(interval(asked), domain) for asked in (parent.requirement, child.requirement))
        return related(met, meets)
    let_in, lets_in = set(parent.values), set(child.values)
    if let_in == lets_in and parent.requirement == child.requirement:
        return Relation.EQUAL
    if parent.requirement is None and child.requirement is None:
        return Relation.STRICTER if lets_in < let_in else Relation.LAXER if lets_in > let_in else Relation.INCOMPARABLE
    return Relation.INCOMPARABLE


def where_text(part: Part) -> str | None:
    """Say which units a part concerns; null when all."""
    said = (
        f"{found.input} {'|'.join(found.values) if found.requirement is None else describe(found.requirement)}"
        for found in part.where
    )
    return " and ".join(said) or None


def by_scope(part: Part) -> Part:
    """Write a filter by one kind of unit as the scope of the requirement, which means the same."""
    kinds = [found for found in part.where if found.input == "kind" and len(found.values) == 1]
    if len(kinds) != 1 or set(part.requirements) != {ALL} or part.assessment == "share":
        return part
    rest = tuple(found for found in part.where if found is not kinds[0])
    return attrs.evolve(part, where=rest, requirements={kinds[0].values[0]: part.requirements[ALL]})
