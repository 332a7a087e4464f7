"""The rulesets that rows may go to, by place and year."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from commscore import _arguments as arguments
from commscore._loading import list_rulesets, load_ruleset
from commscore._ruleset import CODE_LENGTHS, LEVELS, NATION, Jurisdiction, Ruleset
from commscore.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# A folder, or rulesets one by one; null for those that come with the library.
Given: TypeAlias = "str | os.PathLike[str] | Sequence[str | os.PathLike[str] | Ruleset] | None"

# Places whose rulesets rows go to, the nearest first; around them all lies the nation.
PLACES = LEVELS[LEVELS.index("township") :]
# Provinces that are cities: Beijing, Tianjin, Shanghai, Chongqing. The ruleset of such a city is that of its province.
_MUNICIPALITIES = ("11", "12", "31", "50")
_EVERYWHERE = ""  # what every code begins with


class Why(StrEnum):
    """Why a row went to no ruleset."""

    MISSING_CODE = "missing_code"
    INVALID_CODE = "invalid_code"
    MISSING_YEAR = "missing_year"
    INVALID_YEAR = "invalid_year"
    OTHER_YEAR = "other_year"
    NO_RULESET = "no_ruleset"


@attrs.frozen
class Candidate:
    """A ruleset that rows may go to.

    Attributes:
        id: Its id.
        code: The code of its place, as long as the level asks; empty for a nation, whose code no other begins with.
        level: The level of its place.
        year: Its year.
        source: The ruleset, or its file.
    """

    id: str
    code: str
    level: str
    year: int
    source: str | Ruleset = attrs.field(eq=False)


@attrs.frozen
class Found:
    """Where a place and year leads.

    Attributes:
        candidate: The ruleset; null where there is none.
        why: Why there is none.
        nearest: Where there is none: that of the next place around it, which it may fall back to.
    """

    candidate: Candidate | None
    why: Why | None = None
    nearest: Candidate | None = None


@attrs.frozen(eq=False)
class Collection:
    """Rulesets by place and year.

    Attributes:
        candidates: By code of the place, then by year; a nation's by an empty one.
        fallback: Whether a place without a ruleset of its own falls back to that of the place around it.
        digits: Digits of the longest code: further ones decide nothing.
    """

    candidates: Mapping[str, Mapping[int, tuple[Candidate, ...]]]
    fallback: bool
    digits: int
    _loaded: dict[Candidate, Ruleset] = attrs.Factory(dict)

    def find(self, codes: Mapping[str, str], year: int) -> Found:
        """Find the ruleset of a place.

        Args:
            codes: The codes of the areas that it lies in, by level.
            year: The year.

        Raises:
            UsageError: There are two, and nothing says which.
        """
        around = [*(codes[level] for level in PLACES if level in codes), _EVERYWHERE]
        own = next((code for code in around if _is_own(code) and code in self.candidates), None)
        if own is not None and year in self.candidates[own]:
            return Found(_only(self.candidates[own][year]))
        there = [self.candidates[code][year] for code in around if year in self.candidates.get(code, ())]
        nearest = _only(there[0]) if there else None
        if self.fallback and nearest is not None:
            return Found(nearest)
        return Found(None, Why.NO_RULESET if own is None else Why.OTHER_YEAR, nearest)

    def load(self, candidate: Candidate) -> Ruleset:
        """Load a ruleset, once."""
        if candidate not in self._loaded:
            self._loaded[candidate] = load_ruleset(candidate.source)
        return self._loaded[candidate]

    def all(self) -> Iterator[Candidate]:
        """Give all of them, by place and year."""
        for years in self.candidates.values():
            for found in years.values():
                yield from found


def _is_own(code: str) -> bool:
    """Say whether a place is what a row lies in and not what lies around its city."""
    return len(code) > CODE_LENGTHS["province"] or code in _MUNICIPALITIES


def _only(found: tuple[Candidate, ...]) -> Candidate:
    if len(found) == 1:
        return found[0]
    ids = " and ".join(candidate.id for candidate in found)
    where = found[0].code or "the nation"
    raise UsageError(f"rulesets: {ids} are both of {where} and {found[0].year}; say which: rulesets=[…] (--rulesets)")


def collect(given: Given, *, fallback: bool) -> Collection:
    """Find out which rulesets there are.

    Args:
        given: A folder, or ids, paths and loaded rulesets; null for those that come with the library. Of a folder,
            plans of several years are passed over, since they are not evaluated themselves.
        fallback: Whether places may fall back to the ruleset of the place around them.

    Returns:
        The rulesets; those of a folder are not loaded yet.

    Raises:
        UsageError: No ruleset of a place and year, or one that is evaluated by nobody.
        RulesetError: One that is named cannot be used.
    """
    if given is None or (isinstance(given, str | os.PathLike) and Path(given).is_dir()):
        listed = list_rulesets(folder=given)
        found = [_candidate(each.id, each.jurisdiction, each.year, each.path) for each in listed]
    else:
        found = [_candidate_of(load_ruleset(arguments.ruleset_name(each))) for each in _listed(given)]
    candidates = list(dict.fromkeys(each for each in found if each is not None))
    if not candidates:
        where = "" if given is None else f" in {given}"
        raise UsageError(f"rulesets: there is no ruleset of a place and year{where}")
    by_place: dict[str, dict[int, tuple[Candidate, ...]]] = {}
    for each in _apart(candidates):
        years = by_place.setdefault(each.code, {})
        years[each.year] = (*years.get(each.year, ()), each)
    return Collection(by_place, fallback, max(CODE_LENGTHS["province"], *map(len, by_place)))


def _listed(given: Any) -> Iterable[Any]:
    if isinstance(given, str | os.PathLike):
        raise UsageError(f"rulesets: there is no folder {os.fspath(given)}; for single rulesets give a list")
    if not isinstance(given, list | tuple | set | frozenset) or not given:
        raise UsageError(f"rulesets: give a folder, or a list of ids, paths and rulesets, not {given!r}")
    return given


def _apart(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Refuse rulesets that have one id but are not one: nothing could tell their results apart."""
    seen: dict[str, Candidate] = {}
    for each in candidates:
        other = seen.setdefault(each.id, each)
        if other is not each:
            raise UsageError(f"rulesets: there are two with the id {each.id!r}; give one of them another id")
    return candidates


def _candidate(id_: str, place: Jurisdiction, year: int | None, source: str | Ruleset) -> Candidate | None:
    if year is None or place.level not in (*PLACES, NATION):
        return None
    code = _EVERYWHERE if place.level == NATION else place.code[: CODE_LENGTHS[place.level]]
    return Candidate(id_, code, place.level, year, source)


def _candidate_of(ruleset: Ruleset) -> Candidate:
    found = _candidate(ruleset.id, ruleset.jurisdiction, ruleset.year, ruleset)
    if found is None:
        what = "a plan of several years" if ruleset.year is None else f"of level {ruleset.jurisdiction.level!r}"
        raise UsageError(f"rulesets: {ruleset.id} is {what}; rows go to rulesets of one year and of a place")
    return found
