"""Subjects -> what follows for them: conclusions, actions, and grades that are capped."""

from __future__ import annotations

from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from commscore._conclusions._chaining import DURABLE_RULES, FIXPOINT, Chainer, Choice, refused
from commscore._conclusions._conditions import GRADE, KIND, Fact, conditions_of
from commscore._conclusions._signatures import (
    AS_FAILED,
    AS_PASSED,
    AS_THEY_ARE,
    Signatures,
    Subjects,
    signatures_of,
)
from commscore._rete import EngineError
from commscore._ruleset import SCOPES
from commscore._status import STATUSES, Status
from commscore.reference import fixpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from commscore._conclusions._signatures import Ints
    from commscore._ruleset import Ruleset, Text

LISTS = pa.list_(pa.string())
MOST_NAMED = 6  # rules of a fact in a manifest
MOST_KEPT = 200_000  # signatures remembered at a time
_TAKEN = {"grade": AS_THEY_ARE, "grade_low": AS_FAILED, "grade_high": AS_PASSED}
_DECIDED = {AS_FAILED: Status.FAIL, AS_PASSED: Status.PASS}


@attrs.frozen
class Outcome:
    """What follows from some conclusions.

    Attributes:
        fired: Their numbers, in file order.
        conclusions: What is concluded.
        actions: What is to be done.
        cap: Rank of the grade that is given at best, 0 for the best; -1 for no cap.
    """

    fired: tuple[int, ...]
    conclusions: tuple[str, ...]
    actions: tuple[Text, ...]
    cap: int


class Concluder:
    """A ruleset's conclusions, and what is known of the signatures seen so far.

    Each distinct combination of the facts that conditions mention is given to the engine once, and what comes of it
    joined back to all subjects that have it.

    Attributes:
        ruleset: The ruleset.
        runs: How many signatures were run.
        seconds: How long that took, with finding the signatures and joining back.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.runs = 0
        self.seconds = 0.0
        self._conditions = conditions_of(ruleset)
        self._choice: Choice | None = None
        self._ranks = _ranks(ruleset)
        self._known: dict[tuple[int, ...], int] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        self._outcomes: list[Outcome] = []
        self._lock = Lock()  # blocks may be scored side by side

    def __reduce__(self) -> tuple[type[Concluder], tuple[Ruleset]]:
        return Concluder, (self.ruleset,)

    @property
    def choice(self) -> Choice:
        """Return what draws the conclusions here."""
        if self._choice is None:
            why = refused(self._conditions)
            self._choice = Choice(DURABLE_RULES) if why is None else Choice(FIXPOINT, why)
        return self._choice

    @property
    def caps(self) -> bool:
        """Say whether any conclusion caps the grade."""
        return any(each.selected and each.cap is not None for each in self.ruleset.conclusions)

    def described(self) -> dict[str, Any]:
        """Return what a manifest says of how conclusions were drawn."""
        return {
            "engine": self.choice.name,
            "why": self.choice.why,
            "facts": [_named(fact, self.ruleset) for fact in self._conditions.facts],
            "signatures": self.runs,
            "seconds": round(self.seconds, 3),
        }

    def columns(self, subjects: Subjects, graded: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of units or areas that conclusions decide.

        Args:
            subjects: The units or areas.
            graded: Their columns ``grade``, ``grade_low`` and ``grade_high``, as scored.

        Returns:
            ``grade`` capped by what follows from the findings as they are, ``grade_low`` and ``grade_high`` by what
            would follow if everything undecided failed or passed, and never above or below ``grade``;
            ``conclusions`` and ``actions``, lists in file order, empty where nothing follows.
        """
        with self._lock:
            return self._columns(subjects, graded)

    def _columns(self, subjects: Subjects, graded: Mapping[str, Any]) -> dict[str, Any]:
        began = perf_counter()
        numbers = self._draw(subjects)
        columns: dict[str, Any] = self._capped(subjects, graded, numbers) if self.caps else {}
        columns["conclusions"] = self._joined(numbers, [outcome.conclusions for outcome in self._outcomes])
        actions = [tuple(dict.fromkeys(action.zh for action in outcome.actions)) for outcome in self._outcomes]
        columns["actions"] = self._joined(numbers, actions)
        self.seconds += perf_counter() - began
        return columns

    def _joined(self, numbers: Ints, values: list[tuple[str, ...]]) -> Any:
        return pa.array(values, LISTS).take(pa.array(numbers, pa.int64()))

    def _capped(self, subjects: Subjects, graded: Mapping[str, Any], numbers: Ints) -> dict[str, Any]:
        ranks = {"grade": self._lowered(_codes(graded["grade"]), numbers)}
        for name in ("grade_low", "grade_high"):
            codes = _codes(graded[name])
            imagined = attrs.evolve(subjects, grades=codes, taken=_TAKEN[name])
            ranks[name] = self._lowered(codes, self._draw(imagined))
        shown = ranks["grade"]
        for name, nearer in (("grade_low", np.maximum), ("grade_high", np.minimum)):
            both = (shown >= 0) & (ranks[name] >= 0)
            ranks[name] = np.where(both, nearer(ranks[name], shown), ranks[name])
        return {name: self._words(rank) for name, rank in ranks.items()}

    def _lowered(self, codes: Ints, numbers: Ints) -> Ints:
        """Return the ranks of grades, none above its cap; -1 where there is no grade."""
        ranks = np.append(self._ranks, -1)[codes]
        caps = np.array([outcome.cap for outcome in self._outcomes], dtype=np.int64)[numbers]
        return np.where(ranks >= 0, np.maximum(ranks, caps), -1)

    def _words(self, ranks: Ints) -> Any:
        codes = np.append(np.argsort(self._ranks), -1)[ranks]
        names = pa.array([grade.name for grade in self.ruleset.scoring.grades], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=codes < 0), names)

    def _draw(self, subjects: Subjects) -> Ints:
        """Return by subject the number of its outcome."""
        signatures = signatures_of(self._conditions, subjects)
        rows = [tuple(row) for row in signatures.facts.tolist()]
        known = {row: self._known[row] for row in rows if row in self._known}
        fresh = [number for number, row in enumerate(rows) if row not in known]
        for number, fired in zip(fresh, self._fired(subjects, signatures, fresh), strict=True):
            known[rows[number]] = self._number(fired)
        self.runs += len(fresh)
        if len(self._known) + len(fresh) > MOST_KEPT:
            self._known.clear()
        self._known.update(known)
        return np.array([known[row] for row in rows], dtype=np.int64)[signatures.of]

    def _fired(self, subjects: Subjects, signatures: Signatures, fresh: list[int]) -> Iterable[tuple[int, ...]]:
        if fresh and self.choice.engine == DURABLE_RULES:
            try:
                return self._by_engine([tuple(signatures.facts[number].tolist()) for number in fresh])
            except EngineError as error:
                self._choice = Choice(FIXPOINT, f"durable-rules cannot take these conclusions: {error}")
        return self._by_fixpoint(subjects, signatures, fresh)

    def _by_engine(self, facts: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
        chainer = Chainer(self._conditions, [each.conclude for each in self.ruleset.conclusions])
        try:
            return [chainer.fire(each) for each in facts]
        finally:
            chainer.close()

    def _by_fixpoint(self, subjects: Subjects, signatures: Signatures, fresh: list[int]) -> Iterator[tuple[int, ...]]:
        index = {each.id: number for number, each in enumerate(self.ruleset.conclusions)}
        grades = [grade.name for grade in self.ruleset.scoring.grades]
        for row in signatures.first[fresh].tolist():
            grade = int(subjects.grades[row])
            kind = -1 if subjects.kinds is None else int(subjects.kinds[row])
            verdict = fixpoint(
                self.ruleset,
                self._statuses(subjects, row),
                grade=grades[grade] if grade >= 0 else None,
                kind=SCOPES[kind] if kind >= 0 else None,
            )
            yield tuple(index[id_] for id_ in verdict.fired)

    def _statuses(self, subjects: Subjects, row: int) -> dict[str, set[str]]:
        found = {}
        for rule, codes in zip(self.ruleset.rules, subjects.statuses, strict=True):
            statuses = {STATUSES[code[row]] for code in codes}
            if subjects.taken in _DECIDED:
                decided = _DECIDED[subjects.taken]
                statuses = {decided if each in (Status.UNKNOWN, Status.ERROR) else each for each in statuses}
            found[rule.id] = {str(each) for each in statuses}
        return found

    def _number(self, fired: tuple[int, ...]) -> int:
        if fired not in self._numbers:
            self._numbers[fired] = len(self._outcomes)
            self._outcomes.append(self._outcome(fired))
        return self._numbers[fired]

    def _outcome(self, fired: tuple[int, ...]) -> Outcome:
        drawn = [self.ruleset.conclusions[number] for number in fired]
        ranks = {grade.name: int(rank) for grade, rank in zip(self.ruleset.scoring.grades, self._ranks, strict=True)}
        return Outcome(
            fired,
            tuple(dict.fromkeys(each.conclude for each in drawn if each.conclude is not None)),
            tuple(dict.fromkeys(each.action for each in drawn if each.action is not None)),
            max((ranks[each.cap] for each in drawn if each.cap is not None), default=-1),
        )


def concluder_of(ruleset: Ruleset) -> Concluder | None:
    """Return a ruleset's conclusions ready to be drawn; null where it has none."""
    return Concluder(ruleset) if any(each.selected for each in ruleset.conclusions) else None


def _named(fact: Fact, ruleset: Ruleset) -> str:
    """Name a fact: what is counted, of how many rules; or the grades or kinds asked about."""
    if fact.what == GRADE:
        return f"{fact.what}: {', '.join(ruleset.scoring.grades[number].name for number in fact.among)}"
    if fact.what == KIND:
        return f"{fact.what}: {', '.join(SCOPES[number] for number in fact.among)}"
    if len(fact.sets) > 1:
        return f"{fact.what}: the most in one of {len(fact.sets)} groups"
    rules = [ruleset.rules[number].id for number in fact.sets[0]] if fact.sets else []
    return f"{fact.what}: {', '.join(rules) if len(rules) <= MOST_NAMED else f'{len(rules)} rules'}"


def _ranks(ruleset: Ruleset) -> Ints:
    """Return the rank of each grade, 0 for the best."""
    order = np.argsort([-float(grade.at_least) for grade in ruleset.scoring.grades], kind="stable")
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _codes(column: Any) -> Ints:
    """Return the codes of a dictionary column; -1 for null."""
    return np.asarray(column.indices.fill_null(-1), dtype=np.int64)
