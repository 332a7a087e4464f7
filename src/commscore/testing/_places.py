"""Places for the rows of drawn tables: codes inside the ruleset's jurisdiction, and areas named in columns."""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import strategies as st

from commscore._ruleset import AREA_LEVELS, CODE_LENGTHS, Ruleset
from commscore.testing._cells import parts_of

_KINDS = ("urban", "rural", "城市", "农村", "111", "220")


def rank(level: str) -> int:
    """Order levels from fine (0) to coarse."""
    return AREA_LEVELS.index(level)


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
        below = [name for name in CODE_LENGTHS if rank(name) < rank(ruleset.jurisdiction.level)]
        for inner in sorted(below, key=rank, reverse=True):
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
    """Return the jurisdiction's code at its level's own length; a nation has none that others begin with."""
    length = CODE_LENGTHS.get(ruleset.jurisdiction.level, 0)
    return ruleset.jurisdiction.code[:length].ljust(length, "0")


@attrs.frozen
class Places:
    """How the rows of one table say where they lie.

    Attributes:
        names: The columns, ``code`` the first if rows may have codes.
        cells: What each column's cells are drawn from; those of ``code`` are numbers of codes.
        codes: The codes.
        kept: The columns of those that the table has.
    """

    names: tuple[str, ...]
    cells: tuple[st.SearchStrategy[Any], ...]
    codes: tuple[str, ...]
    kept: frozenset[str]

    def columns(self, found: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """Leave the columns that the table has, each row with a code of its own: by number among those left."""
        kept = {name: cells for name, cells in found.items() if name in self.kept}
        if "code" in kept:
            left = list(self.codes)
            kept["code"] = [left.pop(number % len(left)) for number in kept["code"]]
        return kept


@st.composite
def places(draw: st.DrawFn, ruleset: Ruleset, level: str, min_rows: int) -> Places:
    """Draw how a table says where its rows lie: nothing at all, columns that name areas, mostly a code."""
    if level == "site":
        return Places(("community",), (st.sampled_from(codes(ruleset, "community")),), (), frozenset({"community"}))
    way = draw(st.integers(0, 5))
    known = tuple(codes(ruleset, level))
    above = [name for name in CODE_LENGTHS if rank(level) < rank(name) < rank(ruleset.jurisdiction.level)]
    cells = [st.sampled_from((*codes(ruleset, name), None)) for name in above]
    kept = {"code"} if way > 1 and min_rows <= len(known) else set(above) if way else set()
    return Places(("code", *above), (st.integers(0, len(known) - 1), *cells), known, frozenset(kept))


def _kinds() -> st.SearchStrategy[Any]:
    odd = st.sampled_from((None, "somewhere", ""))
    return st.sampled_from((*(st.sampled_from(_KINDS),) * 9, odd)).flatmap(lambda chosen: chosen)


KINDS = _kinds()  # of units; now and then one is missing or no kind at all
