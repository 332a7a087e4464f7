"""Say at which levels a rule can be checked at all, and at which it is judged (spec 3, levels and verdicts)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs

from commscore._ruleset import ALL, AREA_LEVELS
from commscore._status import Reason
from commscore.reference._places import source
from commscore.reference._rows import finer
from commscore.reference._scope import COMPOUNDS, Lens, scopes_of
from commscore.reference._tallies import counted_level, operands, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commscore._ruleset import Part
    from commscore.reference._rows import Data

AnyPart = TypeVar("AnyPart", bound="Part")


def is_unit_level(part: Part) -> bool:
    """Say whether a part is judged at its units: ``each``, and compounds of nothing else."""
    if part.assessment in COMPOUNDS:
        return all(is_unit_level(inner) for inner in part.parts)
    return part.assessment == "each"


def judged_level(data: Data, part: Part, lens: Lens) -> str:
    """Return the level of the verdict: that of the units for ``each``, else ``over``, else the jurisdiction's."""
    if is_unit_level(part):
        return counted_level(data, part, lens.within(part))
    return part.over or data.ruleset.jurisdiction.level


def reach(data: Data, part: Part, lens: Lens) -> str | Reason:
    """Return the finest level that can see a part, or why it cannot be checked anywhere.

    Args:
        data: All tables.
        part: A rule, a part of a compound, or the condition of a share.
        lens: The kinds and filters that come from outside the part.

    Returns:
        The level of the coarsest table it needs, or ``missing_column`` or ``other_level``.
    """
    lens = lens.within(part)
    if part.assessment in COMPOUNDS:
        return _reach_of_compound(data, part, lens)
    if part.assessment == "share":
        return _reach_of_share(data, part, lens)
    levels = []
    for name in operands(part, lens.scope):
        level = table_of(data, part, lens, name)
        levels.append(level if isinstance(level, Reason) else _readable(data, lens.names(), level))
    return _worst(levels)


def reads_finer(data: Data, part: Part) -> bool:
    """Say whether a part takes something from a table finer than that of the units."""
    if part.parts:
        return any(reads_finer(data, inner) for inner in part.parts)
    found = [table_of(data, part, Lens(scope), name) for scope in scopes_of(part) for name in operands(part, scope)]
    return any(not isinstance(level, Reason) and finer(level, data.main) for level in found)


def _readable(data: Data, names: Iterable[str], level: str) -> str | Reason:
    """Return a level where its rows can read all the inputs, else why not."""
    found = [source(data, name, level) for name in names]
    return _worst([level, *(reason for reason in found if isinstance(reason, Reason))])


def _worst(levels: Iterable[str | Reason]) -> str | Reason:
    """Return the coarsest level, or the reason why one is lacking; a column that no table has weighs more."""
    levels = list(levels)
    for reason in (Reason.MISSING_COLUMN, Reason.OTHER_LEVEL):
        if reason in levels:
            return reason
    return max(levels, key=AREA_LEVELS.index)


def _reach_of_compound(data: Data, part: Part, lens: Lens) -> str | Reason:
    """A compound can be checked when any part can, and its own units can be told."""
    unit_level = is_unit_level(part)
    # The compound's filters let units in before their parts are looked at; in an area they let in the rows.
    found = [reach(data, inner, Lens(lens.scope) if unit_level else lens) for inner in part.parts]
    levels = [level for level in found if not isinstance(level, Reason)]
    if not levels:
        return found[0]
    return _readable(data, lens.names(), levels[0]) if unit_level else min(levels, key=AREA_LEVELS.index)


def _reach_of_share(data: Data, part: Part, lens: Lens) -> str | Reason:
    """A share can be checked where its places can be told and its condition can be checked in each."""
    (condition,) = part.parts
    scopes = scopes_of(condition)
    if is_unit_level(condition):
        needed = [*lens.names(), *([] if scopes == (ALL,) else ["kind"])]
        level = _readable(data, needed, counted_level(data, part, lens))
        return _worst([level, *(reach(data, condition, Lens(scope)) for scope in scopes)])
    level = judged_level(data, condition, lens)
    inner = _worst(reach(data, condition, lens_of_condition(lens, scope)) for scope in scopes)
    if isinstance(inner, Reason):
        return inner
    return Reason.OTHER_LEVEL if finer(level, inner) else level


def lens_of_condition(lens: Lens, scope: str) -> Lens:
    """Look at a share's areas: its own filters let in the rows they are made of, before anything is computed."""
    return attrs.evolve(lens, scope=scope, kinds=lens.kinds if scope == ALL else (scope,))


def with_counts(data: Data, part: AnyPart) -> AnyPart:
    """Let the two counts of a flag stand in for it in every share whose flag has no column (spec 5, counts)."""
    part = attrs.evolve(part, parts=tuple(with_counts(data, inner) for inner in part.parts))
    if part.counts is None:
        return part
    flag = data.ruleset.inputs[part.parts[0].inputs[0]]
    if source(data, flag.name, flag.level) == flag.level:
        return part
    ratio = attrs.evolve(part, assessment="ratio", inputs=part.counts, parts=(), counts=None)
    return part if isinstance(reach(data, ratio, Lens()), Reason) else ratio
