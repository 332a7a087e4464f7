"""Assessments and what they must meet: a rule's own, the parts of compounds, the condition of a share."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._loading._codes import Code
from commscore._loading._fields import (
    Fields,
    as_fields,
    kind,
    read_decimal,
    read_list,
    read_text,
    wrong_type,
)
from commscore._loading._filters import read_where
from commscore._loading._nodes import ListNode, MapNode, Scalar
from commscore._loading._requirements import TRUE, Asked, read_asked
from commscore._loading._semantics import check_part
from commscore._ruleset import ALL, CODE_LENGTHS, InputType, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commscore._loading._context import Context
    from commscore._loading._nodes import Node

COMPOUNDS = ("all", "any", "atleast")
AREA_FORMS = ("mean", "ratio", "share", "total", "change")
ASSESSMENTS = ("each", *AREA_FORMS, *COMPOUNDS)
# What an assessment key of a child's entry replaces along with the parent's assessment.
BELONGING = ("per", "from", "over", "where")
PART_KEYS = (*ASSESSMENTS, *BELONGING, "require", "phrase")
OVER_LEVELS = tuple(CODE_LENGTHS)


def read_part(fields: Fields, context: Context, asked: Asked) -> Part | None:
    """Read the assessment of a rule, part or condition.

    Args:
        fields: The mapping that holds the assessment key.
        context: What is around it.
        asked: Its requirement and phrase.

    Returns:
        The part; null when there is no single assessment or its inputs cannot be read.
    """
    found = _form(fields)
    if found is None:
        return None
    form, node = found
    _check_belonging(fields, form)
    over = fields.choice("over", OVER_LEVELS) or (context.over if form != "each" else None)
    shape = _shape(form, node, fields, attrs.evolve(context, over=over), asked)
    if shape is None:
        return None
    where = read_where(fields.get("where"), context)
    phrase = asked.phrases.get(ALL) or (dict(asked.phrases) or None)
    part = attrs.evolve(shape, over=over, where=where, phrase=phrase)
    return check_part(part, fields, context, asked)


def _form(fields: Fields) -> tuple[str, Node] | None:
    found = [(key.text, value) for key, value in fields.node.entries if key.text in ASSESSMENTS]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{fields.what} has several assessments: {', '.join(form for form, _ in found)}; keep one"
        fields.faults.add(Code.ONE_ASSESSMENT, message, fields.place(found[1][0]))
    else:
        message = f"{fields.what} lacks an assessment: one of {', '.join(ASSESSMENTS)}"
        fields.faults.add(Code.ONE_ASSESSMENT, message, fields.node, hint=_misspelt(fields))
    return None


def _misspelt(fields: Fields) -> str | None:
    unknown = (key.text for key, _ in fields.node.entries if key.text not in fields.known)
    return next((hint for key in unknown if (hint := fields.faults.nearest(key, ASSESSMENTS))), None)


def _check_belonging(fields: Fields, form: str) -> None:
    """Refuse keys that say nothing about this assessment."""
    owners = {"per": ("ratio",), "from": ("change",), "over": (*AREA_FORMS, *COMPOUNDS)}
    cures = {
        "per": "write it inside the braces: each: {ratio: [A, B], per: 100}" if form == "each" else None,
        "over": "each is judged at its units; use mean, ratio, share or total to judge an area"
        if form == "each"
        else None,
    }
    for key, forms in owners.items():
        if key in fields and form not in forms:
            message = f"{key!r} says nothing about {form!r}; it belongs to {', '.join(forms)}"
            fields.faults.add(Code.FOREIGN_KEY, message, fields.place(key), hint=cures.get(key))


def _shape(form: str, node: Node, fields: Fields, context: Context, asked: Asked) -> Part | None:
    """Read what stands under the assessment key."""
    match form:
        case "each" if isinstance(node, MapNode):
            return _unit_ratio(node, context)
        case "each" | "mean" | "total":
            return _of_inputs(form, (node,), context)
        case "ratio":
            return _ratio(form, node, fields, context)
        case "change":
            start = fields.get("from", required=True)
            return None if start is None else _of_inputs(form, (node, start), context)
        case "share":
            return _share(node, context)
        case _:
            return _compound(form, node, context, asked)


def _of_inputs(form: str, nodes: tuple[Node, ...], context: Context, per: Fraction = Fraction(1)) -> Part | None:
    names = [_name(node, form, context) for node in nodes]
    known = tuple(name for name in names if name is not None)
    return Part(form, known, per=per) if len(known) == len(names) else None


def _name(node: Node, form: str, context: Context) -> str | None:
    if isinstance(node, MapNode) and form in {"mean", "total"}:
        hint = "a mean of ratios is no ratio: write ratio: [A, B]" if form == "mean" else None
        wrong_type(node, context.faults, f"the name of an input for {form!r}", hint=hint)
        return None
    return read_text(node, context.faults, expected="the name of an input")


def _ratio(form: str, node: Node, fields: Fields, context: Context) -> Part | None:
    pair = "a ratio as [numerator, denominator]"
    items = read_list(node, context.faults, expected=pair)
    if len(items) != 2:  # noqa: PLR2004 - a numerator and a denominator
        if isinstance(node, ListNode):
            message = f"expected {pair}, found a list of {len(items)}"
            context.faults.add(Code.WRONG_TYPE, message, node)
        return None
    per = _per(fields)
    return _of_inputs(form, items, context, per)


def _per(fields: Fields) -> Fraction:
    node = fields.get("per")
    value = None if node is None else read_decimal(node, fields.faults)
    if node is not None and value is not None and value <= 0:
        fields.faults.add(Code.OUT_OF_RANGE, "`per` must be greater than 0, such as 100 (每百户)", node)
        return Fraction(1)
    return Fraction(1) if value is None else value


def _unit_ratio(node: MapNode, context: Context) -> Part | None:
    fields = Fields(node, context.faults, "the ratio within a unit", ("ratio", "per"))
    ratio = fields.get("ratio", required=True)
    return None if ratio is None else _ratio("each", ratio, fields, context)


def _share(node: Node, context: Context) -> Part | None:
    # The share's own words are about its figure; they need not say the condition's.
    inner = attrs.evolve(context, inside="condition", compound=None, over=None, words=None)
    if isinstance(node, MapNode):
        condition = _nested(node, inner, "the condition of the share")
    else:
        flag = read_text(node, context.faults, expected="a flag or a condition")
        condition = None if flag is None else _flag(flag, node, inner)
    if condition is None:
        return None
    return Part("share", per=Fraction(1), parts=(condition,), counts=_counts(condition, context))


def _counts(condition: Part, context: Context) -> tuple[str, str] | None:
    """Give the two counts that say the same as a share of a bare flag."""
    if not is_bare_flag(condition):
        return None
    declared = context.known(condition.inputs[0])
    return None if declared is None else declared.counts


def is_bare_flag(part: Part) -> bool:
    """Tell whether a part says no more than that a flag is true."""
    plain = part.assessment == "each" and len(part.inputs) == 1 and not part.where and part.phrase is None
    return plain and part.requirements == {ALL: TRUE}


def _flag(name: str, node: Node, context: Context) -> Part | None:
    """Read the name of a flag, which means that it is true."""
    declared = context.input(name, node)
    if declared is None:
        return None
    if declared.type is not InputType.FLAG:
        cure = f"write share: {{each: {name}, require: …}}"
        message = f"a share of {name!r} needs a condition, because it is a {declared.type} and no flag"
        context.faults.add(Code.WRONG_INPUT, message, node, hint=cure)
        return None
    return Part("each", (name,), per=Fraction(1), requirements={ALL: TRUE})


def _nested(node: MapNode, context: Context, what: str) -> Part | None:
    fields = Fields(node, context.faults, what, PART_KEYS)
    return read_part(fields, context, read_asked(fields))


def _compound(form: str, node: Node, context: Context, asked: Asked) -> Part | None:
    n, parts_node = _at_least(node, context) if form == "atleast" else (None, node)
    if parts_node is None:
        return None
    compound, words = asked if asked.given else context.compound, asked if asked.phrases else context.words
    inner = attrs.evolve(context, inside="part", compound=compound, words=words)
    items = read_list(parts_node, context.faults, expected=f"a list of parts for {form!r}")
    parts = [_compound_part(item, inner) for item in items]
    known = tuple(part for part in parts if part is not None)
    if isinstance(parts_node, ListNode) and not items:
        wrong_type(parts_node, context.faults, "at least one part")
    if n is not None and items and n > len(items):
        context.faults.add(Code.OUT_OF_RANGE, f"{n} of {len(items)} parts can never pass", node)
    if not known or len(known) < len(items):
        return None
    if asked.requirements and not any(part.requirements == asked.requirements for part in _leaves(known)):
        message = "no part takes this requirement: each has its own, or is a flag"
        context.faults.add(Code.FOREIGN_KEY, message, next(iter(asked.places.values()), node))
    return Part(form, per=Fraction(1), n=n, parts=known)


def _leaves(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        if part.assessment in COMPOUNDS:
            yield from _leaves(part.parts)
        else:
            yield part


def _at_least(node: Node, context: Context) -> tuple[int | None, Node | None]:
    fields = as_fields(node, context.faults, "atleast", ("n", "of"))
    if fields is None:
        return None, None
    number, of = fields.get("n", required=True), fields.get("of", required=True)
    value = None if number is None else read_decimal(number, context.faults, least=1, whole=True)
    return (None, None) if value is None else (int(value), of)


def _compound_part(node: Node, context: Context) -> Part | None:
    if isinstance(node, MapNode):
        return _nested(node, context, "a part")
    if not isinstance(node, Scalar) or kind(node) != "text":
        wrong_type(node, context.faults, "a flag or an assessment")
        return None
    name = read_text(node, context.faults)
    if name is None or context.input(name, node) is None:
        return None
    bare = Asked(requirements={}, places={}, phrases={}, phrase_places={}, given=False, node=node)
    fields = Fields(MapNode(node.document, node.start, node.end, node.path, ()), context.faults, "a part", PART_KEYS)
    return check_part(Part("each", (name,), per=Fraction(1)), fields, context, bare)
