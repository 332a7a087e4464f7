"""Places that do not exist, with codes that could: communities spread over the areas of a jurisdiction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commscore._ruleset import CODE_LENGTHS, LEVELS, NATION
from commscore._sampling._asked import parts_of
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._ruleset import Ruleset

# How many places lie in one of the next level, where there is room.
_USUAL = {"community": 20, "township": 8, "county": 10, "city": 12, "province": 34}
_COARSE_TO_FINE = ("province", "city", "county", "township", "community")


def codes(ruleset: Ruleset, rows: int) -> dict[str, list[str]]:
    """Return codes by level, from communities up.

    Args:
        ruleset: Its jurisdiction, and the counties that its rules name, which come first.
        rows: How many communities.

    Raises:
        UsageError: More than there are codes for.
    """
    level = ruleset.jurisdiction.level
    length = CODE_LENGTHS.get(level, 0)
    home = ruleset.jurisdiction.code[:length].ljust(length, "0")
    coarser, finer = _around(level)
    wanted = _sizes(finer, rows)
    found = {level: [home]}
    outer = [home]
    for inner in finer:
        outer = found[inner] = _spread(outer, inner, wanted[inner], _named(ruleset, inner))
    for above in coarser:
        found[above] = [home[: CODE_LENGTHS[above]]]
    return {at: found[at] for at in LEVELS if at in found}


def _around(level: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the levels above a level and those below it, the coarsest first; all lie below a nation."""
    if level == NATION:
        return (), _COARSE_TO_FINE
    place = _COARSE_TO_FINE.index(level)
    return _COARSE_TO_FINE[:place], _COARSE_TO_FINE[place + 1 :]


def _sizes(levels: tuple[str, ...], rows: int) -> dict[str, int]:
    """Choose how many places each level has."""
    sizes, room = {}, rows
    for level in reversed(levels):
        sizes[level] = room
        room = -(-room // _USUAL[level])
    return sizes


def _spread(outer: list[str], level: str, size: int, named: list[str]) -> list[str]:
    """Spread so many places evenly over those of the next coarser level."""
    width = CODE_LENGTHS[level] - len(outer[0])
    each = -(-size // len(outer))
    if each >= 10**width:
        raise UsageError(f"rows: there are no more than {(10**width - 1) * len(outer):,} codes for {level}")
    found = [code for code in named if code[: len(outer[0])] in outer][:size]
    known = set(found)
    for number in range(1, 10**width):
        for code in outer:
            if len(found) == size:
                return sorted(found)
            made = code + str(number).zfill(width)
            if made not in known:
                known.add(made)
                found.append(made)
    return sorted(found)


def _named(ruleset: Ruleset, level: str) -> list[str]:
    """Return the places of a level that rules name in their filters."""
    filters = [key for rule in ruleset.rules for part in parts_of(rule) for key in part.where]
    length = CODE_LENGTHS[level]
    values = [value for key in filters if key.input in {level, "code"} for value in key.values]
    return [value for value in dict.fromkeys(values) if len(value) == length]
