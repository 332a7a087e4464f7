"""A ruleset -> what a monitor reads of its units and which rules each input concerns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from commscore import _arguments as arguments
from commscore._engine._plan import Node, RulePlan, inputs_read, rank
from commscore._evaluation import open_session
from commscore._loading import load_ruleset
from commscore._ruleset import ALL, CODE_LENGTHS, LEVELS, Ruleset
from commscore._single._forms import Compiled, Form, compile_form
from commscore._tables._matching import Names, names_of
from commscore.errors import UsageError

# What places a unit, beside its inputs; a code is told by the key unless it is reported.
PLACES = ("code", *(level for level in LEVELS if level in CODE_LENGTHS))
_MOST_NAMES = 10_000


@attrs.frozen(eq=False)
class Layout:
    """How a monitor reads its units.

    Attributes:
        ruleset: The ruleset.
        form: Readers and compiled rules for a unit that may have every input.
        slots: The cell of each input, the kind among them.
        area_slot: The first of the cells that hold areas.
        watched: The rules that are judged at units, scored and due: those whose findings open.
        concerned: By input or place, the positions among ``watched`` of the rules that look at it.
        names: Every name by which events may call inputs.
        given: The caller's own names.
        resolved: Names that events used, and what each stands for.
    """

    ruleset: Ruleset
    form: Form
    slots: Mapping[str, int]
    area_slot: int
    watched: tuple[Compiled, ...]
    concerned: Mapping[str, tuple[int, ...]]
    names: Names
    given: Mapping[str, str]
    resolved: dict[str, str] = attrs.Factory(dict)

    def resolve(self, name: str) -> str:
        """Return the input that a name stands for.

        Raises:
            KeyError: It is none, or may be several; the error says which.
        """
        target = self.resolved.get(name) or self.given.get(name)
        if target is not None:
            return target
        targets, _ = self.names.targets(name)
        if len(targets) == 1 and targets[0] in self.known:
            if len(self.resolved) < _MOST_NAMES:  # blanks and letter case make any number of names
                self.resolved[name] = targets[0]
            return targets[0]
        if len(targets) > 1:
            raise KeyError(f"{name!r} may be {' or '.join(map(repr, targets))}: use one of these names")
        raise KeyError(f"{name[:80]!r} is no input of {self.ruleset.id}")

    @property
    def known(self) -> Collection[str]:
        """Return what may be reported."""
        return self.concerned.keys()


def layout_of(
    ruleset: Any, *, as_of: date | str | None, columns: Mapping[str, str] | None, missing: Collection[str], level: str
) -> Layout:
    """Lay out a ruleset for units that may report every input of it."""
    loaded = load_ruleset(arguments.ruleset_name(ruleset))
    keys = ("kind", *PLACES, *loaded.inputs)
    row = dict.fromkeys(keys)
    session = open_session(
        [row], loaded, key=None, rollup=None, as_of=as_of, columns=None, level=level, more=None, missing=missing
    )
    form = compile_form(keys, session)
    watched = tuple(rule for rule in form.rules if _is_watched(rule.plan, level))
    if not watched:
        raise UsageError(f"{loaded.id} has no rule that a {level} fails by itself on that day: nothing can be watched")
    slots = {name: slot for slot, (name, _) in enumerate(form.readers) if name in loaded.inputs} | {"kind": 0}
    concerned = {name: tuple(_concerned(name, watched, loaded)) for name in keys}
    given = _given(columns, concerned)
    return Layout(loaded, form, slots, len(form.readers), watched, concerned, names_of(loaded.inputs), given)


def _given(columns: Mapping[str, str] | None, known: Collection[str]) -> Mapping[str, str]:
    columns = arguments.mapping_or_none("columns", columns, "{'theirs': 'input'}") or {}
    unknown = [target for target in columns.values() if target not in known]
    if unknown:
        raise UsageError(f"columns: there is no input {', '.join(map(repr, unknown))}")
    return columns


def _is_watched(plan: RulePlan, level: str) -> bool:
    judged_here = plan.at_units and plan.node.table == level and plan.node.absent is None
    return judged_here and plan.rule.selected and plan.deferred is None and rank(plan.judged) == rank(level)


def _concerned(name: str, watched: tuple[Compiled, ...], ruleset: Ruleset) -> Iterator[int]:
    for position, rule in enumerate(watched):
        if name in _looked_at(rule.plan, ruleset):
            yield position


def _looked_at(plan: RulePlan, ruleset: Ruleset) -> set[str]:
    """Return what a rule looks at: its inputs and the wholes they are parts of, its scope, and places it filters by."""
    names = inputs_read(plan.rule) | set(_built_in(plan.node))
    if plan.scopes != (ALL,):
        names.add("kind")
    for name in list(names):
        entry = ruleset.inputs.get(name)
        while entry is not None and entry.part_of is not None and entry.part_of not in names:
            names.add(entry.part_of)
            entry = ruleset.inputs.get(entry.part_of)
    # Which area a unit lies in may follow from its code.
    return names | (set(PLACES) if names & set(PLACES) else set())


def _built_in(node: Node) -> Iterator[str]:
    yield from (key.input for key in node.part.where if key.input == "kind" or key.input in PLACES)
    if set(node.part.requirements) - {ALL}:
        yield "kind"
    for child in node.children:
        yield from _built_in(child)
