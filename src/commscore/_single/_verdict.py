"""What a ruleset says of one row: statuses at once, numbers and scores when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from commscore._ruleset import ALL
from commscore._single import _scores as scores
from commscore._single._cells import kind_name
from commscore._single._concluding import concluded
from commscore._single._contributing import NOTHING_KNOWN, Quotient, Span
from commscore._single._forms import Compiled, Form, outlook
from commscore._single._judging import KIND
from commscore._single._numbers import held, nearest
from commscore._single._outcomes import REASON_CODES, Outcome
from commscore._single._places import code_of
from commscore._status import NO_REASON, REASONS, STATUSES, E, F, I, K, P, Reason, Status, U

_MISSING_COLUMN = REASON_CODES[Reason.MISSING_COLUMN]
SCORES = ("score", "score_low", "score_high", "coverage", "maximum")
GRADES = ("grade", "grade_low", "grade_high")
FIELDS = (
    "level",
    "key",
    "rule",
    "scope",
    "status",
    "reason",
    "value",
    "low",
    "high",
    "required",
    "gap",
    "attainment",
    "gain",
    "outlook",
    "clause",
    "phrase",
    "document",
)


class Verdict:
    """What a ruleset says of one row; read-only, and computed as far as it is looked at.

    Attributes:
        key: The row's code; null where it has none.
    """

    __slots__ = ("__dict__", "__weakref__", "_cells", "_form", "_outcomes", "_row", "_shown")

    def __init__(self, form: Form, row: Mapping[Any, Any]) -> None:
        self._form = form
        self._row = row[form.code] if form.code is not None else None
        cells = self._cells = form.read(row)
        outcomes = self._outcomes = [judge(cells) for judge in form.judges]
        shown = self._shown = [found[0] for found in outcomes]
        for index, changes in form.deferred:
            changed = changes.get(outcomes[index][:2])
            if changed is not None:
                shown[index] = changed[0]

    @cached_property
    def key(self) -> str | None:
        """Return the row's code; null where it has none."""
        return None if self._form.code is None else code_of(self._row, self._form.missing).text

    @property
    def statuses(self) -> dict[str, Status]:
        """Return the status of every rule by its id, in the ruleset's order: the cheapest answer."""
        return {rule: STATUSES[code] for rule, code in zip(self._form.ids, self._shown, strict=True)}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return one finding per rule, in the ruleset's order."""
        # Not kept: findings hold their verdict, and a circle would leave both to the garbage collector.
        return tuple(Finding(self, index) for index in range(len(self._form.rules)))

    def __getitem__(self, rule: str) -> Finding:
        """Return the finding of a rule."""
        return Finding(self, self._form.ids.index(rule))

    @cached_property
    def counts(self) -> Mapping[Status, int]:
        """Return how many findings have each status."""
        found = Counter(self._shown)
        return {status: found[code] for code, status in enumerate(STATUSES)}

    def as_dict(self) -> dict[str, Any]:
        """Return what ``result.units`` holds for a unit: key, scores, grades, and counts by status."""
        named = {name: getattr(self, name) for name in ("key", *SCORES, *GRADES)}
        named |= {f"n_{status}": count for status, count in self.counts.items()}
        if self._form.concluder is not None:
            named |= {"conclusions": self.conclusions, "actions": self.actions}
        return named

    def __repr__(self) -> str:
        """Give score, grade and failures."""
        return f"<commscore.Verdict: score {self.score}, grade {self.grade}, {self.counts[Status.FAIL]} failing>"

    # ---- SCORES ----

    @property
    def score(self) -> float | None:
        """Return the score; null where nothing was evaluated."""
        return nearest(self._score.shown)

    @property
    def score_low(self) -> float | None:
        """Return the score if everything undecided fails."""
        return nearest(self._low.shown)

    @property
    def score_high(self) -> float | None:
        """Return the score if everything undecided passes."""
        return nearest(self._high.shown)

    @cached_property
    def coverage(self) -> float | None:
        """Return which share of the score tree is decided."""
        return nearest(scores.coverage(self._form.model, self._marks))

    @property
    def maximum(self) -> float | None:
        """Return the greatest score that there is in the ruleset's model."""
        return nearest(self._score.maximum)

    @property
    def grade(self) -> str | None:
        """Return the grade; null where there is no score or no grade is that low."""
        return self._grade("grade")

    @property
    def grade_low(self) -> str | None:
        """Return the grade if everything undecided fails."""
        return self._grade("grade_low")

    @property
    def grade_high(self) -> str | None:
        """Return the grade if everything undecided passes."""
        return self._grade("grade_high")

    @property
    def conclusions(self) -> list[str]:
        """Return what the ruleset concludes from the findings, in file order."""
        return [] if self._form.concluder is None else list(self._concluded["conclusions"])

    @property
    def actions(self) -> list[str]:
        """Return what is to be done, in file order."""
        return [] if self._form.concluder is None else list(self._concluded["actions"])

    def _scored_grade(self, name: str) -> str | None:
        """Return one of the grades before any cap; each costs a score, so only what is asked for is worked out."""
        found = self._score if name == "grade" else self._low if name == "grade_low" else self._high
        vetoing = (F, U, E) if name == "grade_low" else (F,)
        return scores.grade(self._form.model, found.share, self._marks, vetoing)

    def _grade(self, name: str) -> str | None:
        concluder = self._form.concluder
        if concluder is None or not concluder.caps:
            return self._scored_grade(name)
        return self._concluded[name]

    @cached_property
    def _concluded(self) -> dict[str, Any]:
        form = self._form
        if form.concluder is None:
            return {}
        kind, grades = self._cells[KIND], {name: self._scored_grade(name) for name in GRADES}
        return concluded(form.concluder, self._shown, kind, grades, has_kind=form.has_kind)

    @cached_property
    def _marks(self) -> scores.Marks:
        rules = self._form.rules
        unchecked = frozenset(
            i
            for i, found in enumerate(self._outcomes)
            if found[0] == K and found[1] == _MISSING_COLUMN and rules[i].counts_missing
        )
        credits_ = None
        if self._form.model.name == "attainment":
            credits_ = {i: held(self._credit(i)) for i, status in enumerate(self._shown) if status == F}
        return scores.Marks(self._shown, unchecked, credits_)

    def _credit(self, index: int) -> Quotient:
        credit = self._form.rules[index].credit
        return (0, 1) if credit is None else credit(self._cells, self._outcomes[index])

    @cached_property
    def _score(self) -> scores.Scored:
        return scores.score(self._form.model, self._marks)

    @cached_property
    def _low(self) -> scores.Scored:
        return scores.low(self._form.model, self._marks)

    @cached_property
    def _high(self) -> scores.Scored:
        return scores.high(self._form.model, self._marks)


class Finding:
    """What one rule says of a row, with the columns of ``result.findings(level="unit")`` as attributes."""

    __slots__ = ("_index", "_verdict")

    level = "unit"

    def __init__(self, verdict: Verdict, index: int) -> None:
        self._verdict = verdict
        self._index = index

    @property
    def _rule(self) -> Compiled:
        return self._verdict._form.rules[self._index]  # noqa: SLF001 - a finding is a view of its verdict

    @property
    def _outcome(self) -> Outcome:
        return self._verdict._outcomes[self._index]  # noqa: SLF001 - as above

    @property
    def key(self) -> str | None:
        """Return the row's code."""
        return self._verdict.key

    @property
    def rule(self) -> str:
        """Return the rule's id."""
        return self._rule.plan.rule.id

    @property
    def status(self) -> Status:
        """Return the status."""
        return STATUSES[self._verdict._shown[self._index]]  # noqa: SLF001 - as above

    @property
    def reason(self) -> Reason | None:
        """Return why the status is what it is; null beside a plain pass or fail."""
        code = self._outcome[1]
        for index, changes in self._verdict._form.deferred:  # noqa: SLF001 - as above
            if index == self._index:
                code = changes.get(self._outcome[:2], self._outcome)[1]
        return None if code == NO_REASON else REASONS[code]

    @property
    def outlook(self) -> Status | None:
        """Return the status that a rule which is not scored would have."""
        return outlook(self._outcome[0], self._verdict._shown[self._index])  # noqa: SLF001 - as above

    @property
    def scope(self) -> str | None:
        """Return ``all``, or the row's kind where the rule goes by it; null where that is not known."""
        return kind_name(self._verdict._cells[KIND]) if self._rule.scoped else ALL  # noqa: SLF001 - as above

    @property
    def required(self) -> str | None:
        """Return what the row's scope must meet."""
        return self._rule.words[self.scope or ALL][0]

    @property
    def phrase(self) -> str | None:
        """Return the policy's words for it."""
        return self._rule.words[self.scope or ALL][1]

    @property
    def clause(self) -> str | None:
        """Return where the document says it."""
        return self._rule.plan.rule.clause

    @property
    def document(self) -> str | None:
        """Return the document."""
        return self._rule.document

    @property
    def value(self) -> float | None:
        """Return what is judged; null where it is not known."""
        return nearest(self._span[0])

    @property
    def low(self) -> float | None:
        """Return the least that the value may be."""
        return nearest(self._span[1])

    @property
    def high(self) -> float | None:
        """Return the greatest that the value may be."""
        return nearest(self._span[2])

    @property
    def gap(self) -> float | None:
        """Return the least change of what is counted that would meet the requirement; null unless it fails."""
        gap = self._rule.gap
        return None if gap is None else nearest(gap(self._verdict._cells, self._outcome))  # noqa: SLF001 - as above

    @property
    def attainment(self) -> float | None:
        """Return how much of the target is reached, not held to 1; null where it neither passes nor fails."""
        if self._rule.credit is None or self._outcome[0] not in (P, F):
            return None
        return nearest(self._verdict._credit(self._index))  # noqa: SLF001 - as above

    @property
    def gain(self) -> float | None:
        """Return by how much the score rises if this alone is fixed; null unless it fails."""
        verdict = self._verdict
        if verdict._shown[self._index] != F:  # noqa: SLF001 - as above
            return None
        before = verdict._score.shown  # noqa: SLF001 - as above
        return nearest(scores.gain(verdict._form.model, verdict._marks, self._index, before))  # noqa: SLF001 - as above

    @property
    def _span(self) -> Span:
        rule, cells = self._rule, self._verdict._cells  # noqa: SLF001 - as above
        if rule.value is not None:
            value = rule.value(cells, self._outcome)
            return value, value, value
        if rule.span is None or (rule.gap is None and self._outcome[0] != I):
            return NOTHING_KNOWN
        return rule.span(cells)

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as a row of ``result.findings(level="unit")``."""
        return {name: getattr(self, name) for name in FIELDS}

    def __repr__(self) -> str:
        """Give rule, status and value."""
        return f"<commscore.Finding: {self.rule} {self.status}, {self.value} against {self.required}>"
