"""Statuses, grades and kinds of many subjects -> their signatures: the distinct combinations of facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from commscore._conclusions._conditions import FAILED, GRADE, UNDECIDED, Conditions, Fact
from commscore._status import E, F, U

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
_ROOM = 2**62  # codes of signatures stay below

# How undecided findings are taken: as they are, as failing, as passing.
AS_THEY_ARE, AS_FAILED, AS_PASSED = "as they are", "as failed", "as passed"


@attrs.frozen(eq=False)
class Subjects:
    """Units or areas, as conditions see them.

    Attributes:
        size: How many.
        statuses: By rule index, the codes of the rule's findings: one array for units, one per scope for areas.
        grades: Position of each one's grade as scored, in the ruleset's order; -1 for none.
        kinds: 0 for urban, 1 for rural, -1 for neither; null when none has one.
        taken: How undecided findings are taken.
    """

    size: int
    statuses: Sequence[Sequence[Codes]]
    grades: Ints
    kinds: Ints | None
    taken: str = AS_THEY_ARE


@attrs.frozen(eq=False)
class Signatures:
    """The distinct combinations of facts among subjects.

    Attributes:
        facts: One row for each combination, one column for each fact.
        first: A subject that has it.
        of: By subject, the number of its combination.
    """

    facts: Ints
    first: Ints
    of: Ints


def signatures_of(conditions: Conditions, subjects: Subjects) -> Signatures:
    """Find the distinct combinations of the facts that conditions mention."""
    rules = _RuleStates(subjects)
    columns = [
        np.minimum(_fact(fact, subjects, rules), most)
        for fact, most in zip(conditions.facts, conditions.most, strict=True)
    ]
    codes, room = np.zeros(subjects.size, dtype=np.int64), 1
    for column, most in zip(columns, conditions.most, strict=True):
        if room * (most + 1) > _ROOM:
            _, codes = np.unique(codes, return_inverse=True)
            room = subjects.size + 1
        codes = codes * (most + 1) + column
        room *= most + 1
    _, first, of = np.unique(codes, return_index=True, return_inverse=True)
    facts = np.stack([column[first] for column in columns], axis=1) if columns else np.zeros((len(first), 0), np.int64)
    return Signatures(facts, first, of)


class _RuleStates:
    """Which subjects fail a rule, or leave it undecided; each worked out once."""

    def __init__(self, subjects: Subjects) -> None:
        self._subjects = subjects
        self._found: dict[int, tuple[Codes | None, Codes | None]] = {}

    def of(self, rule: int, what: str) -> Codes | None:
        """Return 1 where a rule fails, or is undecided, and 0 elsewhere; null where that is everywhere."""
        if rule not in self._found:
            self._found[rule] = self._states(rule)
        return self._found[rule][what == UNDECIDED]

    def _states(self, rule: int) -> tuple[Codes | None, Codes | None]:
        failed, undecided = np.zeros((2, self._subjects.size), dtype=bool)
        for codes in self._subjects.statuses[rule]:
            failed |= codes == F
            undecided |= (codes == U) | (codes == E)
        if self._subjects.taken == AS_FAILED:
            failed |= undecided
        if self._subjects.taken != AS_THEY_ARE:
            return _ones(failed), None
        return _ones(failed), _ones(undecided & ~failed)  # a scope that fails decides the rule


def _ones(found: npt.NDArray[np.bool_]) -> Codes | None:
    return found.view(np.uint8) if found.any() else None


def _fact(fact: Fact, subjects: Subjects, rules: _RuleStates) -> Ints:
    if fact.what in (FAILED, UNDECIDED):
        counts = [_count(inside, fact.what, subjects, rules) for inside in fact.sets]
        return np.max(counts, axis=0).astype(np.int64) if counts else np.zeros(subjects.size, dtype=np.int64)
    of = subjects.grades if fact.what == GRADE else subjects.kinds
    if of is None:
        return np.zeros(subjects.size, dtype=np.int64)
    return np.isin(of, fact.among).astype(np.int64)


def _count(inside: tuple[int, ...], what: str, subjects: Subjects, rules: _RuleStates) -> npt.NDArray[Any]:
    count = np.zeros(subjects.size, dtype=np.min_scalar_type(len(inside)))
    for rule in inside:
        found = rules.of(rule, what)
        if found is not None:
            count += found
    return count
