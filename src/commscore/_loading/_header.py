"""What stands above the rules: jurisdiction, source, scoring and groups."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from commscore._loading._circles import DEEPEST_CHAIN, circles, too_deep
from commscore._loading._codes import Code
from commscore._loading._fields import as_fields, read_decimal, read_text, wrong_type
from commscore._loading._nodes import ListNode
from commscore._ruleset import AREA_LEVELS, CODE_LENGTHS, Grade, Group, Jurisdiction, Scoring, Source, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commscore._loading._faults import Faults
    from commscore._loading._fields import Fields
    from commscore._loading._nodes import Node

MODELS = ("default", "flat", "flat-unweighted", "absolute", "attainment")
UNKNOWN = ("fail", "exclude")
JURISDICTION_KEYS = ("code", "level", "zh", "en")
SOURCE_KEYS = ("document", "issuer", "issued", "title", "url")
SCORING_KEYS = ("model", "grades", "unknown")
GROUP_KEYS = ("id", "title", "parent", "weight", "clause")
JURISDICTION_LEVELS = AREA_LEVELS[1:]


def read_jurisdiction(node: Node | None, faults: Faults) -> Jurisdiction | None:
    """Read the place that made the promise."""
    fields = None if node is None else as_fields(node, faults, "the jurisdiction", JURISDICTION_KEYS)
    if fields is None:
        return None
    code, level = _code(fields), fields.choice("level", JURISDICTION_LEVELS, required=True)
    zh, en = fields.text("zh"), fields.text("en")
    if code is None or level is None:
        return None
    if level in CODE_LENGTHS and len(code) != CODE_LENGTHS[level]:
        message = f"the code of a {level} has {CODE_LENGTHS[level]} digits, {code!r} has {len(code)}"
        short = code[: CODE_LENGTHS[level]]
        hint = f'write "{short}"' if code == short.ljust(len(code), "0") else None
        faults.warn(Code.OUT_OF_RANGE, message, fields.get("code") or fields.node, hint=hint)
    return Jurisdiction(code, level, Text(zh or en or code, en))


def _code(fields: Fields) -> str | None:
    node = fields.get("code", required=True)
    text = None if node is None else read_text(node, fields.faults, expected="a code of digits in quotes")
    if node is None or text is None or (text.isascii() and text.isdigit()):
        return text
    fields.faults.add(Code.BAD_ID, f'{text[:40]!r} is no code; a code has digits only, such as "3709"', node)
    return None


def read_source(node: Node | None, faults: Faults) -> Source:
    """Read which document a ruleset or rule comes from."""
    fields = None if node is None else as_fields(node, faults, "the source", SOURCE_KEYS)
    if fields is None:
        return Source()
    return Source(
        document=fields.text("document"),
        issuer=fields.text("issuer"),
        issued=fields.date("issued"),
        title=fields.text("title"),
        url=fields.text("url"),
    )


def read_scoring(node: Node | None, faults: Faults) -> Scoring:
    """Read model, grades, and what unknown does."""
    fields = None if node is None else as_fields(node, faults, "the scoring", SCORING_KEYS)
    if fields is None:
        return Scoring()
    return Scoring(
        model=fields.choice("model", MODELS) or "default",
        grades=_grades(fields),
        unknown=fields.choice("unknown", UNKNOWN) or "fail",
    )


def _grades(fields: Fields) -> tuple[Grade, ...]:
    grades: dict[str, Grade] = {}
    thresholds: set[Fraction] = set()
    for item in fields.items("grades"):
        grade = _grade(item, fields.faults)
        if grade is None:
            continue
        if grade.name in grades or grade.at_least in thresholds:
            same = f"name {grade.name!r}" if grade.name in grades else f"least score {grade.at_least}"
            fields.faults.add(Code.DUPLICATE_ID, f"two grades have the {same}", item)
        grades[grade.name] = grade
        thresholds.add(grade.at_least)
    ordered = sorted(grades.values(), key=lambda grade: grade.at_least, reverse=True)
    if ordered and ordered[-1].at_least != 0:
        message = f"no grade begins at 0, so scores below {ordered[-1].at_least} have none"
        fields.faults.warn(Code.OUT_OF_RANGE, message, fields.place("grades"), hint="add the lowest grade with 0")
    return tuple(ordered)


def _grade(item: Node, faults: Faults) -> Grade | None:
    expected = "a grade as [name, least score]"
    if not isinstance(item, ListNode) or len(item.items) != 2:  # noqa: PLR2004 - a name and a number
        wrong_type(item, faults, expected)
        return None
    name = read_text(item.items[0], faults, expected="a grade's name")
    least = read_decimal(item.items[1], faults, least=0, most=100)
    return None if name is None or least is None else Grade(name, least)


def read_groups(nodes: Iterable[Node], faults: Faults) -> tuple[Group, ...]:
    """Read the chapters, and check that parents exist and do not run in a circle."""
    groups: dict[str, Group] = {}
    places: dict[str, Fields] = {}
    for node in nodes:
        fields = as_fields(node, faults, "a group", GROUP_KEYS)
        id_ = None if fields is None else fields.id()
        if fields is None or id_ is None:
            continue
        places[id_] = fields
        groups[id_] = Group(
            id=id_,
            title=fields.title() or Text(id_),
            weight=fields.weight(),
            parent=fields.text("parent"),
            clause=fields.text("clause"),
        )
    for id_, group in groups.items():
        if group.parent is not None and group.parent not in groups:
            hint = faults.nearest(group.parent, groups)
            place = places[id_].get("parent") or places[id_].node
            faults.add(Code.UNKNOWN_GROUP, f"there is no group {group.parent[:60]!r}", place, hint=hint)
    parents = {id_: group.parent for id_, group in groups.items()}
    for id_ in circles(parents):
        place = places[id_].get("parent") or places[id_].node
        faults.add(Code.CIRCLE, f"the group {id_!r} lies within itself", place)
    for id_ in too_deep(parents):
        message = f"the group {id_!r} lies within more than {DEEPEST_CHAIN} others"
        faults.add(Code.TOO_COMPLEX, message, places[id_].node)
    return tuple(groups.values())
