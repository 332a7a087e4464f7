"""Places for the rows of drawn tables: codes inside the ruleset's jurisdiction, and areas named in columns."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from commscore._ruleset import CODE_LENGTHS, LEVELS, Ruleset
from commscore.testing._cells import parts_of

_KINDS = ("urban", "rural", "城市", "农村", "111", "220")


def rank(level: str) -> int:
    """Order levels from fine (0) to coarse."""
    return LEVELS.index(level)


def named_places(ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """Return the places that rules name in their filters, by level, as ``{"county": ("220582", …)}``."""
    found: dict[str, list[str]] = {}
    for rule in ruleset.rules:
        for part in parts_of(rule):
            for key in part.where:
                if key.input == "code" or key.input in CODE_LENGTHS:
                    found.setdefault(key.input, []).extend(key.values)
    by_length = {length: level for level, length in CODE_LENGTHS.items()}
    for code in found.pop("code", []):
        found.setdefault(by_length.get(len(code), "community"), []).append(code)
    return {level: tuple(dict.fromkeys(codes)) for level, codes in found.items()}


def codes(ruleset: Ruleset, level: str) -> list[str]:
    """Return codes of places of a level in the jurisdiction: few townships and counties, so that areas hold units.

    Args:
        ruleset: Its jurisdiction, and the places that its filters name.
        level: ``community`` or coarser.
    """
    named = named_places(ruleset)
    home = _home(ruleset)
    found = [home] if len(home) >= CODE_LENGTHS[level] else []
    if not found:
        found = [home]
        for inner in sorted((name for name in CODE_LENGTHS if rank(name) < rank("province")), key=rank, reverse=True):
            length = CODE_LENGTHS[inner]
            if len(found[0]) >= length or rank(inner) < rank(level):
                continue
            found = [code for outer in found for code in _inside(outer, inner, length)]
            found += [code for code in named.get(inner, ()) if len(code) == length and code not in found]
    return [code[: CODE_LENGTHS[level]] for code in found]


def _inside(outer: str, level: str, length: int) -> list[str]:
    count = 4 if level == "community" else 2
    return [outer + str(number).zfill(length - len(outer)) for number in range(1, count + 1)]


def _home(ruleset: Ruleset) -> str:
    """Return the jurisdiction's code at its level's own length."""
    length = CODE_LENGTHS.get(ruleset.jurisdiction.level, 2)
    return ruleset.jurisdiction.code[:length].ljust(length, "0")


@st.composite
def place_columns(draw: st.DrawFn, ruleset: Ruleset, level: str, size: int) -> dict[str, list[Any]]:
    """Draw the columns that say where so many rows lie: a code, or columns that name areas, or nothing at all."""
    if level == "site":
        community = st.sampled_from(codes(ruleset, "community"))
        return {"community": draw(st.lists(community, min_size=size, max_size=size))}
    known = codes(ruleset, level)
    way = draw(st.integers(0, 5))
    if way <= 3 and size <= len(known):  # noqa: PLR2004 - most tables have codes
        return {"code": draw(st.permutations(known))[:size]}
    if way == 5:  # noqa: PLR2004 - the last of the ways
        return {}
    above = [name for name in CODE_LENGTHS if rank(level) < rank(name) < rank(ruleset.jurisdiction.level)]
    return {
        name: draw(st.lists(st.sampled_from((*codes(ruleset, name), None)), min_size=size, max_size=size))
        for name in above
    }


def kinds(size: int) -> st.SearchStrategy[list[Any]]:
    """Draw a column of kinds, some of them missing or no kind at all."""
    odd = st.sampled_from((None, "somewhere", ""))
    one = st.integers(0, 9).flatmap(lambda pick: odd if pick == 9 else st.sampled_from(_KINDS))  # noqa: PLR2004
    return st.lists(one, min_size=size, max_size=size)
