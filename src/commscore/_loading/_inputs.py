"""The catalogue: every input declared once, with its bounds."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._loading._circles import DEEPEST_CHAIN, circles, too_deep
from commscore._loading._codes import Code
from commscore._loading._fields import Fields, as_fields, read_decimal, read_id, read_list, wrong_type
from commscore._loading._nodes import MapNode
from commscore._ruleset import BUILT_IN, LEVELS, Input, InputType, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._loading._faults import Faults
    from commscore._loading._nodes import Node, Scalar

STORED_AS = ("fraction", "percent", "permille")
INPUT_KEYS = (
    *("zh", "en", "type", "unit", "level", "part_of", "places"),
    *("min", "max", "stored_as", "values", "aliases", "counts"),
)
NUMERIC = frozenset({InputType.COUNT, InputType.QUANTITY, InputType.RATE})
PLACES = {InputType.QUANTITY: 4, InputType.RATE: 9}
MOST_PLACES = 12
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
# Keys that say something about some types only.
_KEYS_OF = {
    "values": {InputType.CATEGORY},
    "stored_as": {InputType.RATE},
    "counts": {InputType.FLAG},
    "min": NUMERIC,
    "max": NUMERIC,
    "places": NUMERIC,
    "part_of": {InputType.COUNT, InputType.QUANTITY},
    "unit": {InputType.COUNT, InputType.QUANTITY},
}


@attrs.frozen
class Declared:
    """An input and where it is declared."""

    input: Input
    fields: Fields


def read_catalogue(node: Node | None, faults: Faults) -> dict[str, Declared]:
    """Read a mapping of name to entry.

    Args:
        node: The mapping; null when there is none.
        faults: Takes every fault found.

    Returns:
        The inputs by name, in file order; an entry with a fault keeps what could be read of it, so that rules
        which use it are not faulted as well.
    """
    if node is None:
        return {}
    if not isinstance(node, MapNode):
        wrong_type(node, faults, "a mapping of input names to entries")
        return {}
    declared: dict[str, Declared] = {}
    for key, value in node.entries:
        fields = as_fields(value, faults, f"input {key.text[:60]!r}", INPUT_KEYS)
        if _named(key, faults) and fields is not None:
            declared[key.text] = Declared(_read_input(key.text, fields), fields)
    return declared


def _named(key: Scalar, faults: Faults) -> bool:
    name = key.text
    if name in BUILT_IN:
        faults.add(Code.BAD_ID, f"{name!r} is built in and cannot be declared", key)
    elif not _NAME.fullmatch(name):
        allowed = "ASCII letters, digits and _, not beginning with a digit, at most 64"
        faults.add(Code.BAD_ID, f"{name[:80]!r} is no input name; a name has {allowed}", key)
    else:
        return True
    return False


def _read_input(name: str, fields: Fields) -> Input:
    chosen = fields.choice("type", tuple(InputType), required=True)
    type_ = InputType(chosen or InputType.QUANTITY)
    if chosen is not None:
        _check_keys(fields, type_)
    low, high = _bounds(fields, type_)
    values = fields.texts("values")
    if chosen == InputType.CATEGORY and not values:
        fields.get("values", required=True)
    return Input(
        name=name,
        title=Text(fields.text("zh") or name, fields.text("en")),
        type=type_,
        level=fields.choice("level", LEVELS) or "community",
        unit=fields.text("unit"),
        places=_places(fields, type_),
        part_of=fields.text("part_of"),
        min=low,
        max=high,
        stored_as=fields.choice("stored_as", STORED_AS) or "fraction",
        values=values,
        aliases=fields.texts("aliases"),
        counts=_counts(fields),
    )


def _check_keys(fields: Fields, type_: InputType) -> None:
    for key, types in _KEYS_OF.items():
        if key in fields and type_ not in types:
            wanted = " or ".join(sorted(types))
            message = f"{key!r} says nothing about a {type_}; it belongs to {wanted} inputs"
            fields.faults.add(Code.FOREIGN_KEY, message, fields.place(key))


def _places(fields: Fields, type_: InputType) -> int:
    node = fields.get("places")
    if node is None:
        return PLACES.get(type_, 0)
    most = 0 if type_ is InputType.COUNT else MOST_PLACES
    value = read_decimal(node, fields.faults, least=0, most=most, whole=True)
    return PLACES.get(type_, 0) if value is None else int(value)


def _bounds(fields: Fields, type_: InputType) -> tuple[Fraction | None, Fraction | None]:
    if type_ is InputType.CATEGORY:
        return None, None
    low: Fraction | None = Fraction(0)
    high = Fraction(1) if type_ in {InputType.RATE, InputType.FLAG} else None
    if (node := fields.get("min")) is not None:
        low = read_decimal(node, fields.faults)
    if (node := fields.get("max")) is not None:
        high = read_decimal(node, fields.faults)
    if low is not None and high is not None and low > high:
        fields.faults.add(Code.OUT_OF_RANGE, "the least value is above the greatest", fields.place("max"))
    return low, high


def _counts(fields: Fields) -> tuple[str, str] | None:
    node = fields.get("counts")
    if node is None:
        return None
    pair = "two inputs: [how many have it, how many there are]"
    items = read_list(node, fields.faults, expected=pair)
    names = [read_id(item, fields.faults) for item in items]
    if len(names) != 2:  # noqa: PLR2004 - a numerator and a denominator
        if items:
            wrong_type(node, fields.faults, pair)
        return None
    having, all_ = names
    return None if having is None or all_ is None else (having, all_)


def check_catalogue(declared: Mapping[str, Declared], faults: Faults) -> None:
    """Check what entries say of one another: parts, counts, names that could be confused."""
    for entry in declared.values():
        if entry.input.part_of is not None:
            _check_part(entry, declared)
        for name in entry.input.counts or ():
            _check_count(entry, name, declared)
    _check_circles(declared)
    _check_names(declared, faults)


def _find(entry: Declared, key: str, name: str, declared: Mapping[str, Declared]) -> Declared | None:
    if name not in declared:
        message = f"input {entry.input.name!r} names {name!r} in {key!r}, which is not declared"
        hint = entry.fields.faults.nearest(name, declared)
        entry.fields.faults.add(Code.UNKNOWN_INPUT, message, _value(entry, key), hint=hint)
    return declared.get(name)


def _value(entry: Declared, key: str) -> Node:
    return entry.fields.get(key) or entry.fields.node


def _check_part(entry: Declared, declared: Mapping[str, Declared]) -> None:
    whole = _find(entry, "part_of", entry.input.part_of or "", declared)
    if whole is None:
        return
    part = entry.input
    if whole.input.level != part.level:
        message = f"{part.name!r} is of level {part.level}, the whole {whole.input.name!r} of {whole.input.level}"
        entry.fields.faults.add(
            Code.MIXED_LEVELS, f"{message}; part and whole stand in one row", _value(entry, "part_of")
        )
    if whole.input.type not in {InputType.COUNT, InputType.QUANTITY}:
        message = f"a part is of a count or quantity; {whole.input.name!r} is a {whole.input.type}"
        entry.fields.faults.add(Code.WRONG_INPUT, message, _value(entry, "part_of"))


def _check_count(entry: Declared, name: str, declared: Mapping[str, Declared]) -> None:
    counted = _find(entry, "counts", name, declared)
    if counted is not None and counted.input.type is not InputType.COUNT:
        message = f"'counts' names two counts; {name!r} is a {counted.input.type}"
        entry.fields.faults.add(Code.WRONG_INPUT, message, _value(entry, "counts"))


def _check_circles(declared: Mapping[str, Declared]) -> None:
    wholes = {name: entry.input.part_of for name, entry in declared.items()}
    for name in too_deep(wholes):
        message = f"{name!r} is a part of a part, more than {DEEPEST_CHAIN} times over"
        declared[name].fields.faults.add(Code.TOO_COMPLEX, message, _value(declared[name], "part_of"))
    for name in circles(wholes):
        entry = declared[name]
        entry.fields.faults.add(Code.CIRCLE, f"{name!r} is a part of itself", _value(entry, "part_of"))


def _check_names(declared: Mapping[str, Declared], faults: Faults) -> None:
    owners = {name: name for name in (*BUILT_IN, *declared)}
    for name, entry in declared.items():
        title = entry.input.title
        spoken = [("zh", title.zh), ("en", title.en), *(("aliases", alias) for alias in entry.input.aliases)]
        for key, text in spoken:
            if text is None or owners.setdefault(text, name) == name:
                continue
            message = f"{text!r} names both {owners[text]!r} and {name!r}; a column of that name fits neither"
            faults.warn(Code.AMBIGUOUS_NAME, message, _value(entry, key))


def needed(names: set[str], declared: Mapping[str, Declared]) -> dict[str, Input]:
    """Give the inputs of these names and those they are parts of or counted by, in catalogue order."""
    waiting = [name for name in names if name in declared]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        entry = declared[name].input
        others = (entry.part_of, *(entry.counts or ()))
        waiting.extend(other for other in others if other is not None and other in declared)
    return {name: declared[name].input for name in declared if name in found}
