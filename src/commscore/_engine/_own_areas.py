"""Units as areas: of the very level at which an area form is judged, or with places of finer tables inside them."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._area_outcomes import area_outcome
from commscore._engine._area_prices import quotients_of
from commscore._engine._areas import Sums, Tally
from commscore._engine._codes import ANY, Verdicts, reason_code
from commscore._engine._outcomes import Outcome, conjunction, filled
from commscore._engine._plan import RulePlan, floor, rank, reads_finer
from commscore._engine._run import Run, area_leaves, chain_membership
from commscore._engine._scoring import Quotients
from commscore._engine._settle import AreaFindings, conjunction_numbers, finding_of
from commscore._engine._terms import Loose, terms
from commscore._engine._units import Units
from commscore._ruleset import ALL, SCOPES
from commscore._status import E, I, K, N, Reason, S, U
from commscore._tables._area_codes import Numbered
from commscore._tables._exact import INVALID, OK

_NUMBERS = ("value", "low", "high", "gap", "attainment")


@attrs.frozen(eq=False)
class OwnFindings:
    """What a rule says of units that it looks at as areas, a unit each.

    Attributes:
        verdicts: Statuses, before dues and force.
        value, low, high, gap, attainment: Numbers, NaN where there is none.
        credit: What counts in the attainment model before it is held to 0..1.
    """

    verdicts: Verdicts
    value: ints.Floats
    low: ints.Floats
    high: ints.Floats
    gap: ints.Floats
    attainment: ints.Floats
    credit: Quotients

    def at(self, rows: ints.Ints) -> OwnFindings:
        """Return those of some units."""
        numbers = {name: getattr(self, name)[rows] for name in _NUMBERS}
        verdicts = Verdicts(self.verdicts.status[rows], self.verdicts.reason[rows])
        return OwnFindings(verdicts, **numbers, credit=Quotients(self.credit.num[rows], self.credit.den[rows]))


def judges_own(run: Run, plan: RulePlan, level: str) -> bool:
    """Say whether a rule looks at units of a level as areas: it is judged there, or counts places inside them."""
    if plan.index in run.finer:
        return True
    there = plan.rule.selected and not plan.at_units and plan.node.absent is None
    return there and (plan.judged == level or reads_finer(plan.node, level))


def own_findings(run: Run, plan: RulePlan, units: Units) -> OwnFindings:
    """Look at each unit of a block as an area of its own, with the rows of finer tables that lie in it."""
    if plan.index in run.finer:
        positions = run.positions(units)
        found = {scope: _of_places(outcome, positions) for scope, outcome in run.finer[plan.index].items()}
    else:
        alone = attrs.evolve(run, tally=_tally(run, plan, units), own=[], waiting=[])
        found = {scope: _in_scope(alone, plan, scope, units.level) for scope in plan.scopes}
    if plan.scopes == (ALL,):
        return found[ALL]
    below = rank(units.level) < rank(plan.judged)
    if units.block.kind is not None:
        return _by_kind(found, units, below=below)
    several = list(found.values())
    return _contributing(several) if below else _of_all_kinds(several)


def _in_scope(run: Run, plan: RulePlan, scope: str, level: str) -> OwnFindings:
    outcome = area_outcome(run, plan, scope, level)
    finding: AreaFindings = finding_of(run, plan, (scope, level), outcome)
    verdicts = outcome.verdicts
    if floor(plan.node) == level:  # nothing but the unit itself could be in scope
        empty = (verdicts.status == N) & (verdicts.reason == reason_code(Reason.EMPTY_SCOPE))
        verdicts.reason[empty] = reason_code(Reason.OUT_OF_SCOPE)
    numbers = {name: getattr(finding.numbers, name) for name in _NUMBERS}
    return OwnFindings(attrs.evolve(verdicts, may=ANY), **numbers, credit=finding.numbers.credit)


def _of_places(outcome: Outcome, positions: ints.Ints) -> OwnFindings:
    """Return what the places inside each unit came to; a unit without any has nothing to judge."""
    result = _nothing(_constant(len(positions), N, Reason.EMPTY_SCOPE))
    there = positions < len(outcome.verdicts.status)
    _put(result, _conjunction(outcome).at(positions[there]), there)
    return result


def _conjunction(outcome: Outcome) -> OwnFindings:
    """Return an AND with its numbers: what passes of what is judged."""
    num, den = quotients_of(outcome)
    return OwnFindings(outcome.verdicts, **conjunction_numbers(outcome), credit=Quotients(num, den))


# ---- SCOPES ----


def _by_kind(found: dict[str, OwnFindings], units: Units, *, below: bool) -> OwnFindings:
    """Give each unit what its own kind comes to; of one whose kind is open nothing can be said, unless it is out."""
    kind = units.block.kind
    assert kind is not None  # noqa: S101 - asked before
    state = np.zeros(units.rows, dtype=np.uint8) if kind.state is None else kind.state
    result = _nothing(_constant(units.rows, N, Reason.OUT_OF_SCOPE))
    for scope, one in found.items():
        of_scope = np.flatnonzero((state == OK) & np.asarray(kind.values == SCOPES.index(scope), dtype=bool))
        _put(result, one.at(of_scope), of_scope)
    several = list(found.values())
    settled = _settled(several)
    first = np.flatnonzero((state != OK) & settled)
    _put(result, several[0].at(first), first)
    for status, reason, hole in (
        (E, Reason.INVALID_VALUE, state == INVALID),
        (U, Reason.MISSING_SCOPE, (state != OK) & (state != INVALID)),
    ):
        shown = (I, Reason.CONTRIBUTION) if below else (status, reason)
        open_ = hole & ~settled
        result.verdicts.status[open_], result.verdicts.reason[open_] = shown[0], reason_code(shown[1])
    return result


def _settled(found: list[OwnFindings]) -> ints.Bools:
    """Say of which units the kind does not matter: they are out of every scope, or nothing could be checked."""
    out = np.logical_and.reduce([one.verdicts.status == N for one in found])
    return np.asarray(out | np.isin(found[0].verdicts.status, (K, S)), dtype=bool)


def _contributing(found: list[OwnFindings]) -> OwnFindings:
    """Say that units whose table has no kinds contribute; to which requirement each part of it goes is not told."""
    result = _nothing(_constant(len(found[0].value), I, Reason.CONTRIBUTION))
    settled = np.flatnonzero(_settled(found))
    _put(result, found[0].at(settled), settled)
    return result


def _of_all_kinds(found: list[OwnFindings]) -> OwnFindings:
    """Hold units whose table has no kinds, while that of the places inside them has, to what is asked of every kind."""
    statuses = np.array([one.verdicts.status for one in found])

    def count(letter: str) -> ints.Ints:
        return np.asarray((statuses == "PFUENKSI".index(letter)).sum(axis=0), dtype=np.int64)

    result = _conjunction(conjunction(count))
    settled = np.flatnonzero(_settled(found))
    _put(result, found[0].at(settled), settled)
    return result


def _constant(rows: int, status: int, reason: Reason) -> Verdicts:
    return attrs.evolve(filled(rows, status, reason), may=ANY)


def _nothing(verdicts: Verdicts) -> OwnFindings:
    size = len(verdicts.status)
    numbers = {name: np.full(size, np.nan) for name in _NUMBERS}
    credit = Quotients(np.zeros(size, dtype=object), np.ones(size, dtype=object))
    return OwnFindings(verdicts, **numbers, credit=credit)


def _put(target: OwnFindings, source: OwnFindings, rows: ints.Ints | ints.Bools) -> None:
    """Put findings in the place of those of some units, in their order."""
    target.verdicts.status[rows], target.verdicts.reason[rows] = source.verdicts.status, source.verdicts.reason
    for name in _NUMBERS:
        getattr(target, name)[rows] = getattr(source, name)
    target.credit.num[rows], target.credit.den[rows] = source.credit.num, source.credit.den


# ---- SUMS ----


def _tally(run: Run, plan: RulePlan, units: Units) -> Tally:
    """Add up every unit by itself: what it has, and what finer tables have inside it."""
    level, rows, tally = units.level, np.arange(units.rows), Tally()
    tally.index(level).ids_of(_numbered(units.rows))
    for leaf in area_leaves(plan, (level,)):
        if level not in leaf.levels or level not in leaf.tables:
            continue
        for scope in leaf.scopes:
            found = terms(leaf.node, units, table=level, members=chain_membership(leaf.chain, units, scope))
            name = (leaf.rule, leaf.path, scope)
            tally.add(name, level, rows, {field: ints.integers(values) for field, values in found.fields.items()})
            if found.loose is not None:
                _add_loose(tally.at(name, level), found.loose)
    positions = run.positions(units)
    for (name, at), sums in run.further.sums.items():
        if name[0] == plan.index:
            areas, inside = _inside(run, tally, (at, level), positions)
            _take_over(tally.at(name, at), sums, areas, inside)
    return tally


def _numbered(count: int) -> Numbered:
    """Return names for so many areas; nobody sees them."""
    return Numbered(np.arange(count), width=12)


def _add_loose(target: Sums, loose: Loose) -> None:
    columns = [loose.rows, *loose.low, *loose.high]
    for row, *entry in zip(*(column.tolist() for column in columns), strict=True):
        target.add_loose(row, tuple(entry), 1)


def _inside(run: Run, tally: Tally, levels: tuple[str, str], positions: ints.Ints) -> tuple[ints.Ints, ints.Ints]:
    """Lay out the areas of a level inside each unit; return which areas these are, and where they stand now."""
    level, own = levels
    source = run.further.index(level)
    if level == own:
        known = np.flatnonzero(positions < source.size)
        return positions[known], known
    nowhere = -1 if source.nowhere is None else source.nowhere
    areas, parents = source.pairs(own)
    order = np.argsort(positions, kind="stable")
    starts, ends = (np.searchsorted(positions[order], parents, side) for side in ("left", "right"))
    found = [(area, order[start:end]) for area, start, end in zip(areas.tolist(), starts, ends, strict=True)]
    named = [(area, row) for area, rows in found if area != nowhere for row in rows.tolist()]
    index = tally.index(level)
    if not index.size:
        index.ids_of(_numbered(len(named)))
        index.parents(own)[:] = [row for _, row in named]
        homeless = {row for area, rows in found if area == nowhere for row in rows.tolist()}
        if homeless:
            index.id_of(None)
            index.homeless(own).update(homeless)
    kept = [area for area, _ in named] + ([] if index.nowhere is None else [nowhere])
    return np.array(kept, dtype=np.int64), np.arange(len(kept))


def _take_over(target: Sums, sums: Sums, areas: ints.Ints, places: ints.Ints) -> None:
    """Add what further tables have of some areas to the places where these stand now."""
    size = int(places.max(initial=-1)) + 1
    for name, values in sums.fields.items():
        there = areas < len(values)
        target.add(name, places[there], values[areas[there]], size)
    for area, place in _pairs(areas, places):
        for entry, count in sums.loose.get(area, {}).items():
            target.add_loose(place, entry, count)


def _pairs(one: ints.Ints, two: ints.Ints) -> Iterator[tuple[int, int]]:
    yield from zip(one.tolist(), two.tolist(), strict=True)
