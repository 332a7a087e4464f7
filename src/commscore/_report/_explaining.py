"""One unit or area -> an auditor's note: every finding with its value, requirement, gap, source and the data it used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from commscore._kernel import judge
from commscore._plan import COMPOUNDS, Node, RulePlan, rank
from commscore._prices import unit_numbers
from commscore._report._inputs import Used, area_inputs, quantity, title_of, unit_inputs, why_unchecked
from commscore._report._measures import (
    SHARE,
    attained_text,
    gap_text,
    known,
    measure_of,
    requirement_of,
    requirement_text,
    span_text,
    value_text,
)
from commscore._report._numbers import ONE, ZERO, ends_of, number
from commscore._report._scores import grade_text, score_text, source_text
from commscore._report._subject import Subject, subject_of
from commscore._report._text import clean, width
from commscore._report._words import Words, words
from commscore._requirement import Requirement
from commscore._results import Result
from commscore._ruleset import ALL, LEVELS, SCOPES, Force, Group, Part
from commscore._settle import area_outcome
from commscore._status import REASONS, STATUSES, F, Reason, Status
from commscore._units import Units

INDENT = "    "
_SHOWN = 5  # so many failing units are named


def explain(result: Result, key: str, *, lang: str = "zh") -> str:
    """Return an auditor's note on one unit or area.

    Args:
        result: The evaluation.
        key: A unit's key, an area's code, or ``level:key`` for an area whose key a unit or a finer area has too.
        lang: ``zh`` or ``en``.

    Raises:
        UsageError: No unit or area has that key, or there is no such language.
    """
    w = words(lang)
    subject = subject_of(result, str(key))
    note = _Note(result, subject, w)
    return "\n".join([*note.heading(), *note.body()])


class _Note:
    """A note being written."""

    def __init__(self, result: Result, subject: Subject, w: Words) -> None:
        self._result = result
        self._ruleset = result.ruleset
        self._inputs = result.ruleset.inputs
        self._subject = subject
        self._w = w

    # ---- HEADING ----

    def heading(self) -> Iterator[str]:
        w, ruleset, scores = self._w, self._ruleset, self._subject.scores
        title = w("note_on", key=clean(self._subject.key))
        yield title
        yield "=" * width(title)
        yield from self._whereabouts()
        yield w.labelled("ruleset", f"{ruleset.id}{w.bracketed(clean(w.title(ruleset.title)))}")
        if ruleset.source.document:
            yield w.labelled("document", clean(ruleset.source.document))
        yield w.labelled("as_of", str(self._result.plan.as_of))
        yield w.labelled("score", score_text(scores, ruleset, w))
        if scores["score"] is not None and ruleset.scoring.grades:
            yield w.labelled("grade", grade_text(scores, w))
        if known(scores.get("units_score")):
            yield w.labelled("units_score", number(scores["units_score"], places=2))
        counts = [(status, scores[f"n_{status}"]) for status in STATUSES]
        named = [f"{w.status(status)} {count}" for status, count in counts if count]
        yield w.labelled("findings", w("comma").join(named) or w("none"))

    def _whereabouts(self) -> Iterator[str]:
        w, part = self._w, self._subject.part
        if part is None:
            yield w.labelled("kind", w.level(self._subject.level))
            yield w.labelled("holds", w.places(self._subject.scores["n_units"], self._result.plan.level))
            return
        kind = part.units.block.kind
        scope = SCOPES[int(kind.values[0])] if kind is not None and _is_ok(kind.state) else ALL
        yield w.labelled("kind", w("comma").join(filter(None, [w.level(self._subject.level), w.scope(scope)])))
        inside = []
        for level in self._result.plan.rollup:
            areas = part.units.areas(level)
            if rank(level) > rank(self._subject.level) and areas.codes[0] >= 0:
                inside.append(f"{w.level(level)} {clean(str(areas.labels[areas.codes[0]]))}")
        if inside:
            yield w.labelled("lies_in", w("comma").join(inside))

    # ---- BODY ----

    def body(self) -> Iterator[str]:
        by_rule: dict[str, list[dict[str, Any]]] = {}
        for finding in self._subject.findings:
            by_rule.setdefault(finding["rule"], []).append(finding)
        for group, plans in self._grouped():
            if group is not None or self._ruleset.groups:
                heading = self._group_title(group)
                yield from ("", heading, "-" * width(heading))
            for plan in plans:
                for finding in by_rule.get(plan.rule.id, ()):
                    yield ""
                    yield from _Entry(self._result, self._subject, plan, finding, self._w).lines()

    def _grouped(self) -> Iterator[tuple[Group | None, list[RulePlan]]]:
        for group in (*self._ruleset.groups, None):
            wanted = None if group is None else group.id
            plans = [plan for plan in self._result.plan.rules if plan.rule.group == wanted]
            if plans:
                yield group, plans

    def _group_title(self, group: Group | None) -> str:
        w = self._w
        if group is None:
            return w("ungrouped")
        by_id = {each.id: each for each in self._ruleset.groups}
        path = [group]
        while path[0].parent in by_id:
            path.insert(0, by_id[path[0].parent])
        clause = w("clause", clause=clean(group.clause)) if group.clause else ""
        return " › ".join(clean(w.title(each.title)) for each in path) + w.bracketed(clause)


class _Entry:
    """One finding being written."""

    def __init__(self, result: Result, subject: Subject, plan: RulePlan, finding: dict[str, Any], w: Words) -> None:
        self._result = result
        self._subject = subject
        self._plan = plan
        self._finding = finding
        self._inputs = result.ruleset.inputs
        self._w = w

    def lines(self) -> Iterator[str]:
        yield self._head()
        for key, text in self._labelled():
            if text:
                yield INDENT + self._w.labelled(key, text)

    def _labelled(self) -> Iterator[tuple[str, str]]:
        yield from self._state()
        if self._finding["status"] not in (Status.NOTCHECKED, Status.NOTSELECTED):
            yield from self._numbers()
        yield from self._basis()
        if self._finding["status"] not in (Status.NOTCHECKED, Status.NOTSELECTED):
            inputs = self._unit_inputs() if self._subject.part is not None else self._area_inputs()
            yield "inputs", self._w("semicolon").join(inputs)

    def _head(self) -> str:
        w, rule = self._w, self._plan.rule
        marks = [w.scope(self._finding["scope"] or ALL)]
        marks += [w("veto")] if rule.veto else []
        marks += [w("expected")] if rule.force is Force.EXPECTED else []
        marked = w.bracketed(w("comma").join(mark for mark in marks if mark))
        title = clean(w.title(rule.title))
        named = title + marked + ("" if title == rule.id else f"  {rule.id}")
        return f"[{w.status(self._finding['status'])}] {named}"

    def _state(self) -> Iterator[tuple[str, str]]:
        """Say why it is not plainly a pass or fail."""
        w, rule, finding = self._w, self._plan.rule, self._finding
        if finding["reason"] is None:
            return
        why = w.reason(finding["reason"], finding["status"])
        if finding["status"] == Status.NOTCHECKED:
            why += w("semicolon") + why_unchecked(self._result.plan, self._plan, finding["reason"], w)
        if finding["reason"] == Reason.CONTRIBUTION:
            why += w.bracketed(w.level(self._plan.judged))
        yield "why", why
        if finding["status"] == Status.NOTSELECTED and rule.because:
            yield "because", clean(rule.because)
        if finding["outlook"] is not None:
            yield "outlook", w.status(finding["outlook"])

    # ---- NUMBERS ----

    @property
    def _status(self) -> str:
        """Return the status that numbers must agree with: that of the requirement itself."""
        return self._finding["outlook"] or self._finding["status"]

    @property
    def _is_passing_share(self) -> bool:
        """Say whether the value is what passes of what was judged below."""
        area = self._subject.part is None
        finer = rank(self._plan.judged) < rank(self._subject.level)
        return (area and self._plan.at_units) or finer

    def _numbers(self) -> Iterator[tuple[str, str]]:
        requirement = requirement_of(self._plan.rule, self._finding["scope"])
        if self._is_passing_share:
            yield "passing", self._passing()
        else:
            yield "value", self._value(self._plan.rule, requirement)
        yield "required", self._required(self._plan.rule, self._finding["phrase"])
        if self._plan.node.form in COMPOUNDS and self._subject.part is not None:
            yield from self._parts(self._plan.node, self._subject.part.units)
        yield "gap", self._w("semicolon").join(self._gaps(requirement))

    def _value(self, part: Part, requirement: Requirement | None) -> str:
        finding, w = self._finding, self._w
        measure = measure_of(part, self._inputs, requirement)
        if known(finding["value"]) and part.assessment == "share" and self._subject.part is not None:
            return w("satisfies") if finding["value"] else w("does_not")
        if known(finding["value"]):
            return value_text(finding["value"], measure, requirement, self._status, w)
        if known(finding["low"]) or known(finding["high"]):
            return span_text((finding["low"], finding["high"]), measure, ends_of(requirement), w)
        return ""

    def _passing(self) -> str:
        finding, w = self._finding, self._w
        if not known(finding["low"]):
            return ""
        low, high = finding["low"], finding["high"]
        share = value_text(low, SHARE, None, self._status, w) if low == high else ""
        share = share or span_text((low, high), SHARE, [ZERO, ONE], w)
        text = w("semicolon").join([share, *self._counts()])
        failing = self._failing()
        return text + w.bracketed(w("failing_units", keys=failing)) if failing else text

    def _counts(self) -> list[str]:
        scope = self._finding["scope"] or ALL
        outcome = area_outcome(self._result.run, self._plan, scope, self._subject.level)
        if outcome.counts is None or self._subject.part is not None:
            return []
        at = self._result.run.tally.index(self._subject.level).ids[self._subject.key]
        passed, failed, undecided = (int(count[at]) for count in outcome.counts)
        return [self._w("counts", passed=passed, failed=failed, undecided=undecided)]

    def _failing(self) -> str:
        """Name some of what fails inside."""
        keys, count = failing_inside(self._result, self._plan, self._finding["scope"], self._subject)
        shown = self._w.several(clean(key) for key in keys)
        return shown + self._w("comma") + self._w("and_more", n=count - len(keys)) if count > len(keys) else shown

    def _required(self, part: Part, phrase: str | None) -> str:
        w, scope = self._w, self._finding["scope"]
        requirement = requirement_of(part, scope)
        if requirement is None and scope is None:
            each = [
                w.scope(name) + " " + requirement_text(one, measure_of(part, self._inputs, one), self._inputs, w)
                for name, one in part.requirements.items()
            ]
            return w("semicolon").join(each)
        if requirement is None:
            return w.form(part.assessment, part.n) if part.assessment in COMPOUNDS else clean(phrase or "")
        canonical = requirement_text(requirement, measure_of(part, self._inputs, requirement), self._inputs, w)
        return clean(phrase) + w.bracketed(canonical) if phrase else canonical

    def _gaps(self, requirement: Requirement | None) -> Iterator[str]:
        finding, w = self._finding, self._w
        rule = self._plan.rule
        if known(finding["gap"]) and finding["gap"]:
            if self._is_passing_share:
                yield w("failing_inside", what=self._inside(finding["gap"]))
            elif rule.assessment == "share" and self._plan.node.form == "share":
                yield w("short", amount=self._inside(finding["gap"]))
            else:
                yield gap_text(finding["gap"], _middle(finding), rule, requirement, self._inputs, w)
        plain = not self._is_passing_share and not measure_of(rule, self._inputs, requirement).flag
        if known(finding["attainment"]) and self._status == Status.FAIL and plain:
            sure = finding["low"] == finding["high"]
            yield attained_text(finding["attainment"], w, known=sure)
        if known(finding["gain"]):
            yield w("gains", gain=number(finding["gain"], apart=[ZERO], places=2))

    def _inside(self, count: float) -> str:
        level = self._plan.judged
        if self._plan.node.form == "share" and not self._is_passing_share:
            child = self._plan.node.children[0]
            level = child.part.over or child.table or self._result.plan.level
        return self._w.places(round(count), level)

    # ---- PARTS ----

    def _parts(self, node: Node, units: Units, depth: str = "") -> Iterator[tuple[str, str]]:
        """Write what each part of a compound came to for a unit."""
        w = self._w
        for number_, child in enumerate(node.children, start=1):
            place = f"{depth}{number_}"
            verdicts = judge(child, units)
            status = STATUSES[verdicts.status[0]]
            code = int(verdicts.reason[0])
            reason = w.reason(REASONS[code], status) if code < len(REASONS) else ""
            if child.absent is not None:
                reason = w.reason(Reason.MISSING_COLUMN, Status.UNKNOWN)
                status = Status.UNKNOWN
            text = w.status(status) + w.bracketed(reason)
            numbers = "" if child.absent is not None else self._part_numbers(child, units)
            yield "part", f"{place}) {w('semicolon').join(filter(None, [text, numbers]))}"
            yield from self._parts(child, units, f"{place}.")

    def _part_numbers(self, node: Node, units: Units) -> str:
        w, part = self._w, node.part
        if node.form in COMPOUNDS:
            return w.form(node.form, part.n)
        verdicts = judge(node, units)
        numbers = unit_numbers(node, units, verdicts)
        requirement = requirement_of(part, self._finding["scope"])
        measure = measure_of(part, self._inputs, requirement)
        status = STATUSES[verdicts.status[0]]
        found = []
        if known(float(numbers.value[0])):
            found.append(value_text(float(numbers.value[0]), measure, requirement, status, w))
        phrase = part.phrase if isinstance(part.phrase, str) else (part.phrase or {}).get(self._finding["scope"] or ALL)
        found.append(f"{w('required')} {self._required(part, phrase)}")
        if known(float(numbers.gap[0])) and numbers.gap[0]:
            value = float(numbers.value[0])
            found.append(gap_text(float(numbers.gap[0]), value, part, requirement, self._inputs, w))
        named = w.several(title_of(name, self._inputs, w) for name in part.inputs)
        return named + w("colon") + w("comma").join(found)

    # ---- SOURCE ----

    def _basis(self) -> Iterator[tuple[str, str]]:
        w, rule, finding = self._w, self._plan.rule, self._finding
        clause = w("clause", clause=clean(finding["clause"])) if finding["clause"] else ""
        yield "basis", w("comma").join(filter(None, [clause, source_text(finding["document"])]))
        judged = w("at", form=w.form(rule.assessment, rule.n), level=w.level(self._plan.judged))
        yield "judged", judged
        yield "due", str(rule.due) if rule.due else ""
        yield "responsible", w.several(map(clean, rule.responsible))
        yield "reading", clean(rule.note) if rule.note else ""

    def _unit_inputs(self) -> list[str]:
        assert self._subject.part is not None  # noqa: S101  # areas have none
        return unit_inputs(self._subject.part.units, self._plan, self._w)

    def _area_inputs(self) -> Iterable[str]:
        w = self._w
        if not self._plan.rule.selected:
            return []
        area = (self._subject.level, self._subject.key)
        used = area_inputs(self._result, self._plan, self._finding["scope"] or ALL, area)
        if not used and not self._result.parts:
            return [w("streamed")]
        return [self._used(name, each) for name, each in used.items()]

    def _used(self, name: str, used: Used) -> str:
        w, entry = self._w, self._inputs[name]
        texts = []
        if entry.type == "flag":
            texts.append(w("yes_rows", n=used.total))
        elif entry.type != "category" and not self._plan.at_units:
            texts.append(w("area_sum", value=quantity(used.total_of(entry), entry, w)))
        texts.append(w("area_rows", rows=w.places(used.rows, used.level)))
        if used.missing or used.invalid:
            texts.append(w("area_lacks", missing=used.missing, invalid=used.invalid))
        if used.maybe:
            texts.append(w("open_units", n=used.maybe))
        return w("input_of", title=title_of(name, self._inputs, w), value=w("comma").join(texts))


def _is_ok(state: Any) -> bool:
    return state is None or state[0] == 0


def _middle(finding: dict[str, Any]) -> float | None:
    """Return the value, or an end of its interval: enough to tell too little from too much."""
    ends = (finding["value"], finding["low"], finding["high"])
    return next((end for end in ends if known(end)), None)


def failing_inside(result: Result, plan: RulePlan, scope: str | None, subject: Subject) -> tuple[list[str], int]:
    """Return the keys of some units, or judged areas, that fail a rule inside an area, and how many there are."""
    if plan.at_units and plan.node.table == result.plan.level:
        return _failing_units(result, plan, scope, subject)
    return _failing_areas(result, plan, scope, subject)


def _failing_units(result: Result, plan: RulePlan, scope: str | None, subject: Subject) -> tuple[list[str], int]:
    keys: list[str] = []
    count = 0
    for part in result.parts:
        areas = part.units.areas(subject.level)
        here = [code for code, label in enumerate(areas.labels) if label == subject.key]
        hit = np.isin(areas.codes, here) & (part.verdicts[plan.index].status == F)
        if scope not in (None, ALL) and part.units.block.kind is not None:
            hit &= part.units.block.kind.values == SCOPES.index(str(scope))
        rows = np.flatnonzero(hit)
        count += len(rows)
        keys += part.units.block.keys.take(rows[: _SHOWN - len(keys)]).to_pylist()
    return keys, count


def _failing_areas(result: Result, plan: RulePlan, scope: str | None, subject: Subject) -> tuple[list[str], int]:
    if plan.judged not in LEVELS or plan.at_units:
        return [], 0
    index = result.run.tally.index(plan.judged)
    outer = result.run.tally.index(subject.level)
    parents = index.parents.get(subject.level, {})
    status = area_outcome(result.run, plan, scope or ALL, plan.judged).verdicts.status
    inside = [i for i in np.flatnonzero(status == F).tolist() if parents.get(i) == outer.ids[subject.key]]
    labels = sorted(str(index.labels[i]) for i in inside)
    return labels[:_SHOWN], len(labels)
