"""Tables out of solutions, each put to the reference evaluator before anybody is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from commscore._checking._model import Choices, Obligation, World, in_force
from commscore._checking._pieces import inner_parts, is_unit_level, scopes_of, step_of
from commscore._loading._relations import plain
from commscore._ruleset import (
    ALL,
    AREA_LEVELS,
    BUILT_IN,
    CODE_LENGTHS,
    NATION,
    Input,
    InputType,
    Jurisdiction,
    Rule,
    Ruleset,
)
from commscore._status import Status, all_of
from commscore.errors import CommscoreError, WitnessTable
from commscore.reference import Outcome, evaluate

MOST_ROWS = 300
PLACES = frozenset({"code", *AREA_LEVELS}) & frozenset(BUILT_IN)
_BEFORE_PROVINCES = 10  # 11 is the first code of a province
_PERCENT = {"percent": 100, "permille": 1000}

Row = dict[str, Any]


@attrs.frozen
class Group:
    """Rows that stand alike.

    Attributes:
        count: How many there are.
        sums: The sum of each input over them, in its steps.
        choices: The values that their other columns may have.
    """

    count: int
    sums: Mapping[str, int]
    choices: Choices


@attrs.frozen
class Wanted:
    """What a table is to show.

    Attributes:
        ruleset: The ruleset.
        statuses: For each obligation the statuses that will do.
        level: What the rows are.
        by_row: Whether the rows themselves are judged, rather than the area.
        judged: The level of the area that is judged.
    """

    ruleset: Ruleset
    statuses: tuple[tuple[Obligation, frozenset[Status]], ...]
    level: str
    by_row: bool
    judged: str

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Give the rules, each once."""
        return tuple({obligation.rule.id: obligation.rule for obligation, _ in self.statuses}.values())


# ---- MAKING ----


def table_of(wanted: Wanted, groups: Sequence[Group], foreign: Mapping[str, int], world: World) -> WitnessTable | None:
    """Write rows for groups, with codes where areas matter, and tables of other levels where inputs belong there.

    Args:
        wanted: What they are to show.
        groups: The rows, group by group.
        foreign: The sums that come from tables of another level.
        world: What is around the rules.

    Returns:
        The table; null when it would have too many rows.
    """
    if sum(group.count for group in groups) > MOST_ROWS:
        return None
    coarse = sorted({name for group in groups for name in group.sums if _level(name, world) != wanted.level})
    place, named = world.jurisdiction, _told_apart_by(wanted.rules)
    looked_at = bool(coarse or foreign or named & PLACES) or _by_areas(wanted, place)
    coded = wanted.level in CODE_LENGTHS and looked_at
    coder = Coder(place, wanted.level, _values_of(PLACES, world)) if coded else None
    rows: list[Row] = []
    more: dict[str, dict[str | None, Row]] = {}
    for group in groups:
        columns = _columns(group.choices, named, world)
        within = max((columns[name] for name in PLACES & columns.keys()), key=len, default="")
        held = tuple(group.sums.get(name) for name in coarse)
        for number in range(group.count):
            code = None if coder is None else coder.next(within, held)
            row: Row = {} if code is None else {"code": code}
            row |= {name: text for name, text in columns.items() if text and (code is None or name not in PLACES)}
            own = {name: _share_of(total, number, group.count) for name, total in group.sums.items()}
            row |= {name: cell(value, world.inputs[name]) for name, value in own.items() if name not in coarse}
            rows.append(row)
        for name in coarse if group.count else ():
            level = _level(name, world)
            value = cell(group.sums[name] // group.count, world.inputs[name])
            _hold(more, level, _code_around(place, level, rows[-1].get("code")), name, value)
    for name, total in foreign.items():
        level = _level(name, world)
        first = _code_around(place, level, rows[0].get("code") if rows else None)
        _hold(more, level, first, name, cell(total, world.inputs[name]))
    return WitnessTable(
        rows=tuple(rows),
        level=wanted.level,
        more={level: tuple(found.values()) for level, found in more.items()},
        as_of=in_force(wanted.ruleset, wanted.rules),
    )


def _hold(more: dict[str, dict[str | None, Row]], level: str, code: str | None, name: str, value: Any) -> None:
    row = more.setdefault(level, {}).setdefault(code, {} if code is None else {"code": code})
    row[name] = value


def _by_areas(wanted: Wanted, place: Jurisdiction) -> bool:
    """Tell whether some rule looks at areas within the jurisdiction."""
    return any(obligation.rule.over not in {None, place.level} for obligation, _ in wanted.statuses)


def _level(name: str, world: World) -> str:
    return world.inputs[name].level


def _told_apart_by(rules: Sequence[Rule]) -> frozenset[str]:
    """Give what the rules tell rows apart by: the columns of their filters, and the kind where they go by it."""
    parts = [part for rule in rules for part in inner_parts(rule)]
    by_kind = any(set(part.requirements) - {ALL} for part in parts)
    return frozenset({found.input for part in parts for found in part.where} | ({"kind"} if by_kind else set()))


def _columns(choices: Choices, named: frozenset[str], world: World) -> dict[str, str]:
    """Choose what is in the columns that tell rows apart, even where it decides nothing: without them, none is judged.

    Of codes and areas ``""`` is one that no rule names.
    """
    columns = {name: choices.get(name, world.values[name]) for name in sorted(named & world.values.keys())}
    return {name: min(values) for name, values in columns.items() if values}


def _values_of(names: Iterable[str], world: World) -> frozenset[str]:
    return frozenset(value for name in names for value in world.values.get(name, ()) if value)


@attrs.frozen
class Coder:
    """Gives rows their codes.

    Attributes:
        place: The jurisdiction.
        level: What the rows are.
        named: The codes that rules name; rows that are to lie elsewhere keep out of them.
        chains: The areas in which rows lie, by the code they are to lie in and what else is to be alike there.
        used: The codes given.
    """

    place: Jurisdiction
    level: str
    named: frozenset[str]
    chains: dict[tuple[Any, ...], int] = attrs.field(factory=dict)
    used: set[str] = attrs.field(factory=set)

    def next(self, within: str, alike: tuple[Any, ...]) -> str | None:
        """Give the next row's code.

        Args:
            within: The code of the area or place that it is to be in, of those that rules name; empty for none.
            alike: What rows of one area have in common.

        Returns:
            The code, a new one unless the place named is a single one; null where places of the level have none.
        """
        known = self.chains.get((within, *alike))
        taken = {chain for (inside, *_), chain in self.chains.items() if inside == within}
        chains = [known] if known is not None else [chain for chain in range(1, MOST_ROWS) if chain not in taken]
        for chain in chains:
            for number in range(len(self.used) + 1, len(self.used) + len(self.named) + 2):
                code = code_of(self.place, self.level, chain, number, within=within)
                if code is not None and code not in self.used and not self._elsewhere(code, within):
                    self.chains[within, *alike] = chain
                    self.used.add(code)
                    return code
        return code_of(self.place, self.level, 1, 1, within=within)

    def _elsewhere(self, code: str, within: str) -> bool:
        return any(code.startswith(other) and not within.startswith(other) for other in self.named)


def code_of(place: Jurisdiction, level: str, chain: int, number: int, *, within: str = "") -> str | None:
    """Give the code of a place within the jurisdiction, or within an area or around a place inside it.

    The chain tells areas apart, the number the places.
    """
    if level not in CODE_LENGTHS or place.level not in (*CODE_LENGTHS, NATION):
        return None
    wanted, code = CODE_LENGTHS[level], place.code[: CODE_LENGTHS.get(place.level, 0)]
    code = within if within.startswith(code) else code
    if wanted <= len(code):
        return code[:wanted]
    inside = sorted(length for length in CODE_LENGTHS.values() if len(code) < length <= wanted)
    for length in inside:
        part = number if length == wanted else chain if length == inside[0] else 1
        code += str(part if code else part + _BEFORE_PROVINCES).zfill(length - len(code))
    return code


def _code_around(place: Jurisdiction, level: str, code: str | None) -> str | None:
    """Give the code of the area of a level in which a place lies, or of one in it."""
    return code_of(place, level, 1, 1, within=code or "")


def _share_of(total: int, number: int, count: int) -> int:
    """Spread a sum over rows as evenly as can be, the greater ones first, so that parts stay within their wholes."""
    least, more = divmod(total, count)
    return least + (number < more)


def cell(steps: int, declared: Input) -> Any:
    """Write a value as a table holds it."""
    value = steps * step_of(declared)
    if declared.type is InputType.FLAG:
        return bool(value)
    return plain(value * _PERCENT.get(declared.stored_as, 1)) if declared.type is InputType.RATE else plain(value)


# ---- PUTTING TO THE TEST ----


def verified(wanted: Wanted, table: WitnessTable) -> WitnessTable | None:
    """Evaluate a table, and give it with what came of it; null when it does not show what it should."""
    outcome = _evaluated(wanted, table)
    if outcome is None:
        return None
    shown: dict[str, Any] = {}
    for rule in wanted.rules:
        shown[rule.id] = _rows_of(outcome, rule) if wanted.by_row else _area_of(outcome, rule, wanted)
    for obligation, statuses in wanted.statuses:
        found = shown[obligation.rule.id]
        own = found[0] if isinstance(found, list) else found.get(obligation.scope) if isinstance(found, dict) else found
        if own not in statuses:
            return None
    return attrs.evolve(table, statuses=shown) if wanted.by_row or _in_one_area(wanted, outcome) else None


def _in_one_area(wanted: Wanted, outcome: Outcome) -> bool:
    """Tell whether some single area shows it all, rather than one area this and another that."""
    areas = {found["key"] for found in outcome.findings if found["level"] == wanted.judged}
    return len(areas) == 1 or any(
        all(
            all_of(_at(outcome, obligation.rule, obligation.scope, wanted, area)) in statuses
            for obligation, statuses in wanted.statuses
        )
        for area in areas
    )


def _evaluated(wanted: Wanted, table: WitnessTable) -> Outcome | None:
    ruleset, as_of = wanted.ruleset, table.as_of or date.max
    rules = wanted.rules
    alone = attrs.evolve(
        ruleset,
        rules=rules,
        cases=(),
        conclusions=(),
        year=as_of.year if ruleset.year is None else ruleset.year,
    )
    levels = {wanted.judged, *(_judged(rule, wanted) for rule in rules)}
    try:
        rollup = sorted(levels, key=AREA_LEVELS.index)
        return evaluate(table.rows, alone, as_of=as_of, level=table.level, more=table.more, rollup=rollup)
    except CommscoreError:
        return None


def _judged(rule: Rule, wanted: Wanted) -> str:
    if is_unit_level(rule):
        return wanted.judged
    return rule.over or wanted.ruleset.jurisdiction.level


def _rows_of(outcome: Outcome, rule: Rule) -> list[str]:
    return [str(found["status"]) for found in outcome.findings if found["level"] == "unit" and found["rule"] == rule.id]


def _area_of(outcome: Outcome, rule: Rule, wanted: Wanted) -> str | dict[str, str]:
    found = {scope: str(all_of(_at(outcome, rule, scope, wanted))) for scope in scopes_of(rule)}
    return found if len(found) > 1 or "all" not in found else found["all"]


def _at(outcome: Outcome, rule: Rule, scope: str, wanted: Wanted, area: str | None = None) -> Iterator[Status]:
    """Give a rule's statuses in a scope: everywhere, or in one area, the areas in it and those around it."""
    level = _judged(rule, wanted)
    for found in outcome.findings:
        if (found["level"], found["rule"], found["scope"]) == (level, rule.id, scope):
            key = found["key"] or ""
            if area is None or level == NATION or key.startswith(area) or area.startswith(key):
                yield Status(found["status"])
