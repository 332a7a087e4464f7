"""Whether an assessment makes sense: inputs of the right type and level, requirements of the right kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._loading._codes import Code
from commscore._loading._context import UNITS, coarser, rank
from commscore._loading._nodes import ListNode, MapNode, child
from commscore._loading._requirements import TRUE, Asked, check_agreement, check_kind, with_phrases
from commscore._requirement import Comparator, InputRef
from commscore._ruleset import ALL, BUILT_IN, LEVELS, InputType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from commscore._loading._context import Context
    from commscore._loading._fields import Fields
    from commscore._loading._nodes import Node
    from commscore._requirement import Requirement
    from commscore._ruleset import Input, Part

ADDABLE = frozenset({InputType.COUNT, InputType.QUANTITY, InputType.FLAG})
NUMERIC_OR_FLAG = frozenset({InputType.COUNT, InputType.QUANTITY, InputType.RATE, InputType.FLAG})
UNIT_FORMS = ("each", "all", "any", "atleast")
COMPOUNDS = UNIT_FORMS[1:]
_TAKES = {
    "each": NUMERIC_OR_FLAG,
    "mean": NUMERIC_OR_FLAG,
    "total": ADDABLE,
    "ratio": ADDABLE,
    "change": ADDABLE,
}


def check_part(part: Part, fields: Fields, context: Context, asked: Asked) -> Part | None:
    """Check a part as a whole and settle what it must meet.

    Args:
        part: The part as read, without requirements.
        fields: Its mapping.
        context: What is around it.
        asked: Its own requirement and phrase.

    Returns:
        The part with its requirements; null when an input it names does not exist.
    """
    if not _check_inputs(part, fields, context):
        return None
    _check_levels(part, fields, context)
    if part.assessment in COMPOUNDS:
        _check_mixture(part, fields, context)
        return attrs.evolve(part, over=None) if is_unit_level(part) else part
    settled = _settle(part, asked, context)
    sound = _check_requirements(part, settled, fields, context)
    if sound and not context.noted:
        check_agreement(settled, context.words, part.per, context.faults)
    return attrs.evolve(part, requirements=with_phrases(settled, context.words))


def _node_of(part: Part, index: int, fields: Fields) -> Node:
    """Find where the file names an input of the part."""
    if part.assessment == "change" and index == 1:
        return fields.get("from") or fields.node
    node = fields.get(part.assessment) or fields.node
    return _operand(node, index)


def _operand(node: Node, index: int) -> Node:
    if isinstance(node, MapNode):
        node = child(node, "ratio") or node
    return node.items[index] if isinstance(node, ListNode) and index < len(node.items) else node


def _check_inputs(part: Part, fields: Fields, context: Context) -> bool:
    found = [_check_input(part, name, _node_of(part, index, fields), context) for index, name in enumerate(part.inputs)]
    return all(found)


def _check_input(part: Part, name: str, place: Node, context: Context) -> bool:
    form = "ratio" if len(part.inputs) == 2 and part.assessment == "each" else part.assessment  # noqa: PLR2004
    if name == UNITS and part.assessment in {"ratio", "total"}:
        return True
    if name in BUILT_IN:
        where = "it counts places in ratio and total" if name == UNITS else "it filters in `where`"
        context.faults.add(Code.WRONG_INPUT, f"{name!r} is built in and cannot be assessed by {form!r}; {where}", place)
        return False
    declared = context.input(name, place)
    if declared is None:
        return False
    if declared.type not in _TAKES[form]:
        _report_type(declared, form, place, context)
    elif form == "ratio" and (declared.min is None or declared.min < 0):
        message = f"{name!r} may be negative, and a ratio of such values has no order"
        context.faults.add(Code.NEGATIVE_OPERAND, message, place, hint="give it `min: 0` or assess the parts")
    return True


def _report_type(declared: Input, form: str, place: Node, context: Context) -> None:
    cures = {
        InputType.RATE: "rates do not add up: use each or mean, or a ratio of the counts behind it",
        InputType.CATEGORY: "filter by it in `where`",
    }
    message = f"{form!r} cannot take the {declared.type} {declared.name!r}"
    context.faults.add(Code.WRONG_INPUT, message, place, hint=cures.get(declared.type))


def _settle(part: Part, asked: Asked, context: Context) -> Asked:
    """Give a part its requirements: its own, else the compound's, else true for a flag."""
    declared = context.known(part.inputs[0]) if part.assessment == "each" and len(part.inputs) == 1 else None
    flag = declared is not None and declared.type is InputType.FLAG
    if asked.given:
        return asked
    outer = context.compound
    if outer is not None and not (flag and not _speaks_of_truth(outer.requirements)):
        return attrs.evolve(asked, requirements=outer.requirements, places=outer.places, given=outer.given)
    return attrs.evolve(asked, requirements={ALL: TRUE}, given=True) if flag else asked


def _speaks_of_truth(requirements: Mapping[str, Requirement]) -> bool:
    return bool(requirements) and all(isinstance(asked.value, bool) for asked in requirements.values())


def _check_requirements(part: Part, asked: Asked, fields: Fields, context: Context) -> bool:
    if not asked.given and not (context.informational and context.inside == "rule"):
        message = f"{fields.what} lacks `require`"
        cure = "add it, or `force: informational` to show the value only" if context.inside == "rule" else "add it"
        context.faults.add(Code.NO_REQUIREMENT, message, fields.node, hint=cure)
    measure, sound = measure_of(part, context), True
    for scope, requirement in asked.requirements.items():
        place = asked.places.get(scope, fields.node)
        if measure is not None and not check_kind(requirement, measure, place, context.faults):
            sound = False
        if requirement.comparator is Comparator.ABOUT and requirement.tolerance is None and not context.informational:
            cure = "state one (± 10% or ± 5), or `force: informational`"
            context.faults.add(Code.NO_TOLERANCE, "左右 says nothing without a tolerance", place, hint=cure)
        if isinstance(requirement.value, InputRef):
            _check_reference(part, requirement.value.name, place, context)
    return sound


def measure_of(part: Part, context: Context) -> str | None:
    """Give what kind of value a part judges.

    Returns:
        ``flag``, ``fraction``, ``ratio`` (without `per`), ``per`` or ``number``; null for an unknown input.
    """
    if part.assessment == "share":
        return "fraction"
    if len(part.inputs) == 2 and part.assessment != "change":  # noqa: PLR2004 - a ratio
        return "ratio" if part.per == 1 else "per"
    declared = context.known(part.inputs[0])
    if declared is None:
        return "number" if part.inputs[0] == UNITS else None
    by_form = {"each": "flag", "mean": "fraction"}
    by_type = {InputType.RATE: "fraction", InputType.FLAG: by_form.get(part.assessment, "number")}
    return by_type.get(declared.type, "number")


def _check_reference(part: Part, name: str, place: Node, context: Context) -> None:
    """Check the input that a relative requirement compares with."""
    if part.assessment not in {"each", "total", "change"}:
        message = f"{part.assessment!r} cannot be compared with another input"
        context.faults.add(Code.RELATIVE, message, place, hint="write a ratio: [this, that] and compare with a number")
        return
    if name == UNITS and part.assessment == "total":
        return
    declared = context.input(name, place)
    if declared is None:
        return
    takes = ADDABLE - {InputType.FLAG} if part.assessment != "each" else NUMERIC_OR_FLAG - {InputType.FLAG}
    if declared.type not in takes:
        message = f"the {declared.type} {name!r} is nothing to compare {part.assessment!r} with"
        context.faults.add(Code.RELATIVE, message, place)
    own = places_of(part, context)
    if part.assessment == "each" and own and coarser(min(own, key=rank), declared.level):
        message = f"{name!r} is of level {declared.level}, finer than the {min(own, key=rank)} judged"
        context.faults.add(Code.MIXED_LEVELS, message, place)


def places_of(part: Part, context: Context) -> set[str]:
    """Give the levels of the places that a part counts; none when only ``units`` or unknown inputs say it."""
    if part.assessment == "share":
        condition = part.parts[0]
        if condition.assessment not in UNIT_FORMS or not is_unit_level(condition):
            return {condition.over} if condition.over is not None else set()
        return places_of(condition, context)
    if part.assessment in COMPOUNDS:
        return {level for inner in part.parts for level in places_of(inner, context)}
    known = (context.known(name) for name in part.inputs)
    return {declared.level for declared in known if declared is not None}


def is_unit_level(part: Part) -> bool:
    """Tell whether a part is judged at units (each, flags and compounds of them) or at areas."""
    if part.assessment in COMPOUNDS:
        return all(is_unit_level(inner) for inner in part.parts)
    return part.assessment == "each"


def _check_levels(part: Part, fields: Fields, context: Context) -> None:
    levels = places_of(part, context)
    adds_up = part.assessment in {"total", "ratio", "change"}
    if len(levels) > 1 and not adds_up and (part.assessment not in COMPOUNDS or is_unit_level(part)):
        message = f"the inputs are of several levels ({', '.join(sorted(levels, key=rank))}); one place is judged"
        context.faults.add(
            Code.MIXED_LEVELS, message, fields.place(part.assessment), hint="coarser inputs go to `where`"
        )
    if levels:
        _check_where_levels(part, min(levels, key=rank), fields, context)
    over = part.over
    if over is None:
        if context.inside == "condition" and not is_unit_level(part):
            message = f"{fields.what} lacks `over`, the level whose areas are counted"
            context.faults.add(Code.MISSING_KEY, message, fields.node)
        return
    if is_unit_level(part):
        return
    place = fields.get("over") or fields.node
    finest = max(levels, key=rank) if levels else LEVELS[0]
    if coarser(finest, over) and not adds_up:  # what adds up may come from a finer table than its input describes
        message = f"a {over} is finer than the {finest} that the inputs describe"
        context.faults.add(Code.WRONG_LEVEL, message, place)
    elif context.level is not None and coarser(over, context.level):
        message = f"a {over} lies above the jurisdiction, which is a {context.level}"
        context.faults.add(Code.WRONG_LEVEL, message, place)


def _check_where_levels(part: Part, own: str, fields: Fields, context: Context) -> None:
    for found in part.where:
        declared = context.known(found.input)
        if declared is not None and coarser(own, declared.level):
            message = f"{found.input!r} is of level {declared.level}, finer than the {own} it should filter"
            context.faults.add(Code.MIXED_LEVELS, message, fields.place("where"))


def _check_mixture(part: Part, fields: Fields, context: Context) -> None:
    unit_level = [is_unit_level(inner) for inner in part.parts]
    if any(unit_level) and not all(unit_level):
        message = f"{part.assessment!r} mixes parts judged at units with parts judged at areas"
        context.faults.add(Code.MIXED_PARTS, message, fields.place(part.assessment))
    elif all(unit_level) and part.over is not None and "over" in fields:
        message = "'over' says nothing about parts that are judged at units"
        context.faults.add(Code.FOREIGN_KEY, message, fields.place("over"))
    for inner in part.parts:
        if inner.over != part.over and not is_unit_level(inner):
            message = f"a part is judged over {inner.over}, the compound over {part.over or 'the jurisdiction'}"
            context.faults.add(Code.WRONG_LEVEL, message, fields.place(part.assessment))


def walk(part: Part) -> Iterator[Part]:
    """Give a part and all within it."""
    yield part
    for inner in part.parts:
        yield from walk(inner)


def names_used(part: Part) -> set[str]:
    """Give the names of all inputs that a part and those within it use."""
    names: set[str] = set()
    for inner in walk(part):
        names.update(inner.inputs, inner.counts or (), (found.input for found in inner.where))
        values = (requirement.value for requirement in inner.requirements.values())
        names.update(value.name for value in values if isinstance(value, InputRef))
    return names - set(BUILT_IN)
