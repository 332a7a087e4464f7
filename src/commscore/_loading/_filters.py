"""The `where` of a rule or part: which units it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._loading._codes import Code
from commscore._loading._faults import listed
from commscore._loading._fields import kind, read_texts, wrong_type
from commscore._loading._nodes import ListNode, MapNode, Scalar
from commscore._loading._requirements import check_kind, read_requirement
from commscore._requirement import Comparator, InputRef
from commscore._ruleset import CODE_LENGTHS, SCOPES, Filter, InputType

if TYPE_CHECKING:
    from commscore._loading._context import Context
    from commscore._loading._nodes import Node
    from commscore._requirement import Requirement
    from commscore._ruleset import Input

KINDS = {"urban": "urban", "rural": "rural", "城市": "urban", "农村": "rural"}
AREAS = ("code", *(level for level in CODE_LENGTHS if level != "community"))


def read_where(node: Node | None, context: Context) -> tuple[Filter, ...]:
    """Read the filters, all of which must hold."""
    if node is None:
        return ()
    if not isinstance(node, MapNode) or not node.entries:
        wrong_type(node, context.faults, "filters such as {kind: urban}")
        return ()
    filters = (_filter(key, value, context) for key, value in node.entries)
    return tuple(found for found in filters if found is not None)


def _filter(key: Scalar, value: Node, context: Context) -> Filter | None:
    name = key.text
    if name == "kind":
        return _kinds(value, context)
    if name in AREAS:
        return _codes(name, value, context)
    if name in context.declared:
        declared = context.declared[name].input
        return (
            _category(declared, value, context)
            if declared.type is InputType.CATEGORY
            else _amount(declared, value, context)
        )
    hint = context.faults.nearest(name, (*context.declared, "kind", *AREAS))
    message = f"there is no input {name[:60]!r} to filter by"
    context.faults.add(Code.UNKNOWN_INPUT, message, key, hint=hint or "declare it, or use kind, code or an area level")
    return None


def _kinds(value: Node, context: Context) -> Filter | None:
    texts = read_texts(value, context.faults)
    strange = [text for text in texts if text not in KINDS]
    if strange:
        message = f"{strange[0][:40]!r} is no kind; a unit is urban (城市) or rural (农村)"
        context.faults.add(Code.BAD_FILTER, message, value, hint=context.faults.nearest(strange[0], KINDS))
    kinds = {KINDS[text] for text in texts if text in KINDS}
    return Filter("kind", tuple(scope for scope in SCOPES if scope in kinds)) if kinds else None


def _codes(name: str, value: Node, context: Context) -> Filter | None:
    texts = read_texts(value, context.faults)
    if isinstance(value, ListNode) and not value.items:
        wrong_type(value, context.faults, f"at least one {name}")
    return Filter(name, texts) if texts else None


def _category(declared: Input, value: Node, context: Context) -> Filter | None:
    texts = read_texts(value, context.faults)
    known = dict.fromkeys(declared.values)
    for text in texts:
        if text not in known:
            message = f"{text[:40]!r} is no value of {declared.name!r}, which takes {listed(known)}"
            context.faults.add(Code.BAD_FILTER, message, value, hint=context.faults.nearest(text, declared.values))
    if isinstance(value, ListNode) and not value.items:
        wrong_type(value, context.faults, "at least one value")
    return Filter(declared.name, texts) if texts else None


def _amount(declared: Input, value: Node, context: Context) -> Filter | None:
    expected = "true or false" if declared.type is InputType.FLAG else 'a requirement such as ">= 2"'
    if not isinstance(value, Scalar) or kind(value) == "nothing":
        wrong_type(value, context.faults, f"{expected} for the {declared.type} {declared.name!r}")
        return None
    amount = attrs.evolve(value, text=f"== {value.text}") if kind(value) in {"integer", "number"} else value
    requirement = read_requirement(amount, context.faults)
    if requirement is None:
        return None
    check_kind(requirement, measure_of(declared), value, context.faults)
    check_plain(requirement, value, context)
    return Filter(declared.name, requirement=requirement)


def check_plain(requirement: Requirement, place: Node, context: Context) -> None:
    """Check that a filter compares with a stated amount."""
    if isinstance(requirement.value, InputRef):
        message = "a filter compares with an amount, not with another input"
        context.faults.add(Code.RELATIVE, message, place)
    elif requirement.comparator is Comparator.ABOUT and requirement.tolerance is None:
        context.faults.add(Code.NO_TOLERANCE, "左右 needs a tolerance: ± 10% or ± 5", place)


def measure_of(declared: Input) -> str:
    """Give what kind of value an input's own value is."""
    return {InputType.FLAG: "flag", InputType.RATE: "fraction"}.get(declared.type, "number")
