"""The search for a table in which rules stand as wanted: found and put to the test, shown not to exist, or given up."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import attrs

from commscore._checking._linear import Constraint, Effort, form, not_negative, solve
from commscore._checking._model import Obligation, Piece, UnsupportedError, World, in_force
from commscore._checking._pieces import (
    COMPOUNDS,
    Cutter,
    bounds,
    inner_parts,
    is_unit_level,
    merged,
    scopes_of,
    with_wholes,
    world_values,
)
from commscore._checking._sums import Area, Leaf, Way, leaves_of, together
from commscore._checking._witnesses import Group, Wanted, table_of, verified
from commscore._requirement import InputRef
from commscore._ruleset import ALL, AREA_LEVELS, BUILT_IN, LEVELS, InputType, Part
from commscore._status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from commscore._ruleset import Ruleset
    from commscore.errors import WitnessTable

PASS, FAIL = frozenset({Status.PASS}), frozenset({Status.FAIL})
JUDGED = PASS | FAIL
NOT_FAILED = frozenset({Status.PASS, Status.NOTAPPLICABLE, Status.UNKNOWN})
MOST_WAYS = 600
MOST_BRANCHES = 40
OTHER_LEVEL = "they are judged for areas of different levels"
GIVEN_UP = "the search for whole numbers was given up"
TOO_MANY = "there are too many ways to meet them"
NOT_SHOWN = "the arithmetic allows it, but no table that shows it was found"
Aim = tuple[tuple[Obligation, frozenset[Status]], ...]
Split = tuple[tuple[Constraint, ...], tuple[Constraint, ...]]


@attrs.frozen
class Trial:
    """A system, and how to read a table off its solution.

    Attributes:
        system: The inequalities.
        shown: Gives the table of a solution, if it turns out as wanted.
        without_rows: Gives the two ways out where a solution has values but no rows to hold them; else null.
    """

    system: tuple[Constraint, ...]
    shown: Callable[[Mapping[str, int]], WitnessTable | None]
    without_rows: Callable[[Mapping[str, int]], Split | None] = lambda _: None


@attrs.frozen
class Found:
    """What came of a search.

    Attributes:
        witness: A table that shows what was wanted.
        open: Why nothing was found though it was not shown that there is nothing; null otherwise.
    """

    witness: WitnessTable | None = None
    open: str | None = None

    @property
    def ruled_out(self) -> bool:
        """Say whether there is no such table."""
        return self.witness is None and self.open is None


@attrs.frozen
class Layout:
    """What rows are like.

    Attributes:
        level: What they are.
        names: The numbers that each of them has.
        foreign: The numbers of which only the sum matters, since they come from tables of another level.
    """

    level: str
    names: frozenset[str]
    foreign: frozenset[str]


@attrs.frozen
class Searcher:
    """Searches for tables.

    Attributes:
        ruleset: The ruleset.
        world: What is around its rules.
    """

    ruleset: Ruleset
    world: World

    @classmethod
    def of(cls, ruleset: Ruleset) -> Searcher:
        """Search for tables of a ruleset."""
        values = world_values(ruleset.rules, ruleset.inputs)
        return cls(ruleset, World(ruleset.inputs, ruleset.jurisdiction, values))

    def search(self, aim: Aim, *, without: frozenset[str] = frozenset()) -> Found:
        """Search for a table in which obligations stand as wanted.

        Args:
            aim: The obligations, each with the statuses that will do.
            without: What is not to be relied on, by the words of its inequality.

        Returns:
            The table, or why there is none.
        """
        try:
            layout = laid_out(aim, self.world)
            base = tuple(row for row in bounds(layout.names, self.world.inputs) if row.why not in without)
            cutter = Cutter(self.world, base)
            if all(is_unit_level(obligation.rule) for obligation, _ in aim):
                return self._row(aim, layout, cutter)
            return self._area(aim, layout, cutter)
        except UnsupportedError as error:
            return self._of_areas(aim) or Found(open=str(error))

    def _of_areas(self, aim: Aim) -> Found | None:
        """Try the tables in which one area meets or misses the condition of a share of areas: all of them, or none."""
        for condition in _conditions(aim):
            for status in (PASS, FAIL):
                found = self.search(((condition, status),))
                if found.witness is None:
                    continue
                wanted = Wanted(self.ruleset, aim, found.witness.level, by_row=False, judged=self._judged_level(aim))
                shown = verified(wanted, attrs.evolve(found.witness, as_of=in_force(self.ruleset, wanted.rules)))
                if shown is not None:
                    return Found(shown)
        return None

    def reasons(self, aim: Aim) -> tuple[str, ...]:
        """Give the bounds without which there would be such a table; what is asked goes without saying."""
        try:
            known = bounds(laid_out(aim, self.world).names, self.world.inputs)
        except UnsupportedError:
            return ()
        idle: frozenset[str] = frozenset()
        said = dict.fromkeys(row.why for row in known if row.why is not None)
        for why in said:
            if self.search(aim, without=idle | {why}).ruled_out:
                idle |= {why}
        return tuple(why for why in said if why not in idle)

    # ---- ONE ROW ----

    def _row(self, aim: Aim, layout: Layout, cutter: Cutter) -> Found:
        found: list[Piece] = [Piece(Status.PASS)]
        for obligation, statuses in aim:
            cut = cutter.obligation(obligation.rule, obligation.scope)
            found = [
                common
                for so_far, piece in product(found, [piece for piece in cut if piece.status in statuses])
                if (common := merged(so_far, piece, piece.status, cutter.base)) is not None
            ]
            if len(found) > MOST_WAYS:
                raise UnsupportedError(f"there are more than {MOST_WAYS} cases to tell apart")
        wanted = Wanted(self.ruleset, aim, layout.level, by_row=True, judged=self._home())
        return _tried(self._row_trial(piece, wanted, cutter) for piece in found)

    def _row_trial(self, piece: Piece, wanted: Wanted, cutter: Cutter) -> Trial:
        def shown(values: Mapping[str, int]) -> WitnessTable | None:
            table = table_of(wanted, [Group(1, values, piece.choices)], {}, self.world)
            return None if table is None else verified(wanted, table)

        return Trial((*cutter.base, *piece.constraints), shown)

    # ---- AN AREA ----

    def _area(self, aim: Aim, layout: Layout, cutter: Cutter) -> Found:
        judged = self._judged_level(aim)
        exact, leaves, starts = True, list[Leaf](), list[int]()
        for number, (obligation, _) in enumerate(aim):
            own = judged if is_unit_level(obligation.rule) else obligation.rule.over or self._home()
            exact = exact and not _coarser(own, judged)
            starts.append(len(leaves))
            leaves += leaves_of(obligation, f"areas{number}" if _coarser(judged, own) else None)
        everywhere = Area.of(cutter, layout.names, layout.foreign, tuple(leaves))
        wanted = Wanted(self.ruleset, aim, layout.level, by_row=False, judged=judged)
        found = _tried(
            self._area_trial((*rows, *way), area, wanted)
            for area in everywhere.lying(judged)
            for rows in [(*area.rows(), *_one_row(area, layout.level, judged))]
            for way in self._ways(aim, area, starts)
        )
        return Found(open=OTHER_LEVEL) if found.ruled_out and not exact else found

    def _ways(self, aim: Aim, area: Area, starts: list[int]) -> Iterable[Way]:
        return together(
            [
                partial(_ways_to, area, obligation, statuses, start)
                for (obligation, statuses), start in zip(aim, starts, strict=True)
            ]
        )

    def _area_trial(self, system: tuple[Constraint, ...], area: Area, wanted: Wanted) -> Trial:
        def shown(values: Mapping[str, int]) -> WitnessTable | None:
            table = table_of(wanted, area.groups(values), area.foreign_sums(values), self.world)
            return None if table is None else verified(wanted, table)

        return Trial(system, shown, area.without_rows)

    def _home(self) -> str:
        return self.ruleset.jurisdiction.level

    def _judged_level(self, aim: Aim) -> str:
        """Give the level of the area looked at: that of the rule that is to fail there, else the coarsest."""
        levels = [
            (statuses == FAIL, AREA_LEVELS.index(obligation.rule.over or self._home()))
            for obligation, statuses in aim
            if not is_unit_level(obligation.rule)
        ]
        failing = [rank for fails, rank in levels if fails]
        return AREA_LEVELS[max(failing or [rank for _, rank in levels])]


def _ways_to(area: Area, obligation: Obligation, statuses: frozenset[Status], start: int) -> Iterator[Way]:
    for status in sorted(statuses):
        yield from area.ways(obligation.rule, obligation.scope, status, start)


def _conditions(aim: Aim) -> Iterator[Obligation]:
    """Give the conditions of shares of areas, each as a rule of its own."""
    for obligation, _ in aim:
        for part in inner_parts(obligation.rule):
            condition = part.parts[0] if part.assessment == "share" else None
            if condition is not None and not is_unit_level(condition) and scopes_of(condition) == (ALL,):
                fields = {field.name: getattr(condition, field.name) for field in attrs.fields(Part)}
                where = (*obligation.rule.where, *(part.where if part is not obligation.rule else ()), *condition.where)
                yield Obligation(attrs.evolve(obligation.rule, **fields | {"where": where}))


def _coarser(level: str, than: str) -> bool:
    return AREA_LEVELS.index(level) > AREA_LEVELS.index(than)


def _one_row(area: Area, level: str, judged: str) -> tuple[Constraint, ...]:
    """An area of the rows' own level is one row."""
    return (not_negative(form({"": 1}, (area.count(), -1))),) if level == judged else ()


def _tried(trials: Iterable[Trial]) -> Found:
    """Solve systems until a solution shows what was wanted."""
    reason: str | None = None
    effort = Effort()
    for number, trial in enumerate(trials):
        if number == MOST_WAYS:
            return Found(open=TOO_MANY)
        found = _shown(trial, effort)
        if found.witness is not None:
            return found
        reason = reason or found.open
    return Found(open=reason)


def _shown(trial: Trial, effort: Effort) -> Found:
    """Solve one system, and again where its solution has values without rows to hold them: more rows, or none."""
    waiting, reason = [trial.system], None
    for _ in range(MOST_BRANCHES):
        if not waiting:
            return Found(open=reason)
        system = waiting.pop()
        answer = solve(system, effort)
        if answer.values is None:
            reason = reason or (GIVEN_UP if answer.open else None)
            continue
        split = trial.without_rows(answer.values)
        if split is not None:
            waiting += [(*system, *split[1]), (*system, *split[0])]
            continue
        witness = trial.shown(answer.values)
        if witness is not None:
            return Found(witness)
        reason = NOT_SHOWN
    return Found(open=GIVEN_UP)


# ---- LEVELS ----


def laid_out(aim: Aim, world: World) -> Layout:
    """Tell what the rows are that obligations judge, and which of their numbers come from elsewhere."""
    counted: set[str] = set()
    summed: set[str] = set()
    named: set[str] = set()
    for obligation, _ in aim:
        for part in inner_parts(obligation.rule):
            operands = {*part.inputs, *_referred(part)}
            if part.assessment in {"each", "mean"}:
                counted |= {world.inputs[name].level for name in part.inputs}
                named |= operands
            elif part.assessment not in {*COMPOUNDS, "share"}:
                summed |= operands
            named |= {found.input for found in part.where}
    numbers = {name for name in named - set(BUILT_IN) if world.inputs[name].type is not InputType.CATEGORY}
    summed -= set(BUILT_IN)
    level = _level(counted, summed, named - set(BUILT_IN), world)
    foreign = frozenset(name for name in summed if world.inputs[name].level != level)
    if foreign & numbers:
        raise UnsupportedError(f"{min(foreign & numbers)} is added up over one level and judged at another")
    names = with_wholes(numbers | (summed - foreign), world.inputs)
    if any(_coarser(level, world.inputs[name].level) for name in names):
        raise UnsupportedError("a filter is finer than the rows")
    return Layout(level, frozenset(names), foreign)


def _level(counted: set[str], summed: set[str], named: set[str], world: World) -> str:
    if len(counted) > 1:
        raise UnsupportedError(f"they judge rows of different levels ({', '.join(sorted(counted, key=LEVELS.index))})")
    if counted:
        return next(iter(counted))
    levels = [world.inputs[name].level for name in summed or named]
    return min(levels, key=LEVELS.index, default="community")


def _referred(part: Part) -> set[str]:
    return {asked.value.name for asked in part.requirements.values() if isinstance(asked.value, InputRef)}
