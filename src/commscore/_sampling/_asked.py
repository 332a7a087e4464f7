"""What a ruleset asks for: its inputs by level, the rules that need each, and what the columns are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commscore._engine._plan import inputs_read
from commscore._ruleset import BUILT_IN, LEVELS, Input, InputType, Part, Ruleset
from commscore._tables._matching import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The name of a place, for people; no rule reads it.
NAME = "name"
_TITLES = {"code": "统计用区划代码", "kind": "城乡", "community": "community", NAME: "名称"}


def needed_by(ruleset: Ruleset) -> dict[str, list[str]]:
    """Return the inputs that rules need, each with the ids of those rules, in the order of the rules.

    Counts that may stand in for a flag are left out: they do so only where the flag has no column.
    """
    found: dict[str, list[str]] = {}
    for rule in ruleset.rules:
        if not rule.selected:
            continue
        stand_ins = {name for part in parts_of(rule) for name in part.counts or ()}
        own = {name for part in parts_of(rule) for name in part.inputs}
        for name in sorted(inputs_read(rule) - (stand_ins - own), key=list(ruleset.inputs).index):
            found.setdefault(name, []).append(rule.id)
            whole = ruleset.inputs[name].part_of
            if whole is not None:
                found.setdefault(whole, [])
    return found


def parts_of(part: Part) -> Iterator[Part]:
    """Yield a part and all that lie within it."""
    yield part
    for inner in part.parts:
        yield from parts_of(inner)


def asked_by_level(ruleset: Ruleset) -> dict[str, tuple[Input, ...]]:
    """Return the inputs that a ruleset needs by the level of the places that they describe, fine to coarse."""
    inputs = [ruleset.inputs[name] for name in needed_by(ruleset)]
    found = {level: tuple(entry for entry in inputs if entry.level == level) for level in LEVELS}
    return {level: entries for level, entries in found.items() if entries}


def main_level(asked: Mapping[str, object]) -> str:
    """Return the level of the rows that are scored: communities, or the finest there is."""
    return "community" if "community" in asked or not asked else next(iter(asked))


def place_columns(level: str) -> tuple[str, ...]:
    """Return the columns that say what a row is."""
    if level == "site":
        return (NAME, "community")
    return ("code", NAME, "kind") if level == "community" else ("code", NAME)


def heading(name: str, inputs: Mapping[str, Input]) -> str:
    """Return what a column is called for people, in words that are understood when they are read back."""
    if name in _TITLES:
        return _TITLES[name]
    entry = inputs[name]
    unit = f"（{entry.unit}）" if entry.unit else ""
    known = names_of(inputs)
    return next(
        (words for words in (f"{entry.title.zh}{unit}", entry.title.zh) if known.targets(words)[0] == (name,)), name
    )


def is_built_in(name: str) -> bool:
    """Tell whether a column is no input."""
    return name in BUILT_IN or name in _TITLES


def is_number(entry: Input) -> bool:
    """Tell whether the values of an input are numbers."""
    return entry.type not in (InputType.FLAG, InputType.CATEGORY)
