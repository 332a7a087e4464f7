"""Which way an input is better, rule by rule: more of it, less of it, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from commscore._requirement import Comparator, InputRef, Requirement
from commscore._ruleset import Input, InputType, Part
from commscore.testing._cells import parts_of

MORE, LESS, NOTHING = 1, -1, 0
Direction = int | None  # null: now one, now the other

_BY_COMPARATOR: Mapping[Comparator, Direction] = {
    Comparator.AT_LEAST: MORE,
    Comparator.MORE_THAN: MORE,
    Comparator.AT_MOST: LESS,
    Comparator.LESS_THAN: LESS,
    Comparator.BETWEEN: None,
    Comparator.ABOUT: None,
}


def direction(part: Part, name: str, inputs: Mapping[str, Input]) -> Direction:
    """Say which way an input is better for a rule.

    At least and more than want more, at most and less than want less, of a numerator, and the opposite of a
    denominator. A range, 左右 and an exact amount have no direction, nor has an input that filters what is counted.

    Args:
        part: A rule or a part of one.
        name: The input.
        inputs: The catalogue.

    Returns:
        1 where more is never worse, -1 where less is never worse, 0 where it does not matter; null where it depends.
    """
    if any(key.input == name or _refers(key.requirement, name) for key in part.where):
        return None
    inner = _joined(direction(each, name, inputs) for each in part.parts)
    if part.assessment != "share":
        return inner if part.parts else _of_values(part, name, inputs)
    counted = _signed(part.counts or (), name, ratio=True)
    asked = _joined(_of_requirement(each, whole=True) for each in part.requirements.values())
    return _times(_joined((inner, counted)), asked)


def undirected(part: Part, inputs: Mapping[str, Input]) -> bool:
    """Say whether some input that a rule reads has no direction, so that law 5 leaves it out."""
    names = {name for each in parts_of(part) for name in each.inputs} | {key.input for key in part.where}
    return any(direction(part, name, inputs) is None for name in names)


def _refers(asked: Requirement | None, name: str) -> bool:
    return asked is not None and isinstance(asked.value, InputRef) and asked.value.name == name


def _joined(found: Iterable[Direction]) -> Direction:
    """Take several together: what wants more here and less there has no direction."""
    wanted = set(found) - {NOTHING}
    return NOTHING if not wanted else wanted.pop() if len(wanted) == 1 else None


def _times(one: Direction, two: Direction) -> Direction:
    if one == NOTHING or two == NOTHING:
        return NOTHING
    return None if one is None or two is None else one * two


def _of_values(part: Part, name: str, inputs: Mapping[str, Input]) -> Direction:
    is_ratio = part.assessment == "ratio" or (part.assessment == "each" and len(part.inputs) > 1)
    own = _signed(part.inputs, name, ratio=is_ratio or part.assessment == "change")
    found = []
    for asked in part.requirements.values():
        reference = MORE if _refers(asked, name) else NOTHING
        if reference and own:
            return None
        whole = _has_whole(part, inputs, is_ratio=is_ratio)
        found.append(_times(own if own != NOTHING else -reference, _of_requirement(asked, whole=whole)))
    return _joined(found)


def _signed(names: tuple[str, ...], name: str, *, ratio: bool) -> Direction:
    """Say whether an input stands above, below, in both places or in none."""
    places = [index for index, each in enumerate(names) if each == name]
    if not places:
        return NOTHING
    if len(places) > 1:
        return None
    return LESS if ratio and places[0] == 1 else MORE


def _has_whole(part: Part, inputs: Mapping[str, Input], *, is_ratio: bool) -> bool:
    """Say whether a value can reach the whole and not exceed it, so that "all" wants more."""
    first = inputs.get(part.inputs[0]) if part.inputs else None
    if is_ratio:
        return first is not None and first.part_of == part.inputs[1]
    return first is not None and first.type in {InputType.RATE, InputType.FLAG} and part.assessment in {"each", "mean"}


def _of_requirement(asked: Requirement, *, whole: bool) -> Direction:
    if isinstance(asked.value, bool):
        return MORE if asked.value else LESS
    if isinstance(asked.value, InputRef) and asked.value.factor < 0:
        return None
    if asked.comparator is Comparator.ALL:
        return MORE if whole else None
    return _BY_COMPARATOR.get(asked.comparator)
