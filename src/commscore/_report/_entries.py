"""One finding in words: status, value, requirement, gap, source and the data it used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from commscore._engine._area_outcomes import area_outcome
from commscore._engine._plan import COMPOUNDS, RulePlan, rank
from commscore._engine._units import Units
from commscore._report._inputs import Used, area_inputs, quantity, title_of, unit_inputs, why_unchecked
from commscore._report._measures import (
    SHARE,
    attained_text,
    gap_text,
    known,
    measure_of,
    required_text,
    requirement_of,
    span_text,
    value_text,
)
from commscore._report._numbers import ONE, ZERO, ends_of, number
from commscore._report._parts import area_parts, parts_text, unit_parts
from commscore._report._subject import Subject, holds_all_units, row_of_area
from commscore._report._text import clean
from commscore._report._words import Words, counted
from commscore._requirement import Requirement
from commscore._ruleset import ALL, SCOPES, Force, Input, Rule
from commscore._status import F, Reason, Status

if TYPE_CHECKING:
    from commscore._results import Result

INDENT = "    "
_SHOWN = 5  # so many of what fails inside are named
# What was not looked at has no numbers.
_UNSEEN = (Status.NOTCHECKED, Status.NOTSELECTED)

Lines = Iterator[tuple[str, str]]  # labels, by their key, and texts


@attrs.frozen(eq=False)
class Entry:
    """One finding and what is needed to tell of it.

    Attributes:
        result: The evaluation.
        subject: The unit or area.
        plan: The rule.
        finding: The row of `Result.findings`.
        w: The language.
    """

    result: Result
    subject: Subject
    plan: RulePlan
    finding: Mapping[str, Any]
    w: Words

    @property
    def rule(self) -> Rule:
        """Return the rule as the ruleset has it."""
        return self.plan.rule

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Return the catalogue."""
        return self.result.ruleset.inputs

    @property
    def status(self) -> str:
        """Return the status that numbers must agree with: that of the requirement itself, due or not."""
        return self.finding["outlook"] or self.finding["status"]

    @property
    def scope(self) -> str:
        """Return the scope of the finding, ``all`` where it has none."""
        return self.finding["scope"] or ALL

    @property
    def counts_inside(self) -> bool:
        """Say whether the rule is judged below the subject, so that the value is the share of what passes there."""
        return rank(self.plan.judged) < rank(self.subject.level)


def entry_lines(entry: Entry) -> Iterator[str]:
    """Write a finding: a line with its status and title, and indented ones that say what there is to say."""
    w = entry.w
    yield _head(entry)
    for key, text in _labelled(entry):
        if text:
            yield INDENT + w.labelled(key, text)


def _head(entry: Entry) -> str:
    w, rule = entry.w, entry.rule
    marks = [w.scope(entry.scope)]
    marks += [w("veto")] if rule.veto else []
    marks += [w("expected")] if rule.force is Force.EXPECTED else []
    title = clean(w.title(rule.title))
    name = "" if title == rule.id else f"  {rule.id}"
    return f"[{w.status(entry.finding['status'])}] {title}{w.bracketed(w('comma').join(filter(None, marks)))}{name}"


def _labelled(entry: Entry) -> Lines:
    yield from _state(entry)
    if entry.finding["status"] in _UNSEEN:
        yield "basis", _basis(entry)
        return
    yield from _numbers(entry)
    yield "basis", _basis(entry)
    yield from _circumstances(entry)
    yield "inputs", entry.w("semicolon").join(_inputs(entry))


def _state(entry: Entry) -> Lines:
    """Say why it is not plainly a pass or fail, and what it would be."""
    w, finding = entry.w, entry.finding
    if finding["reason"] is None:
        return
    why = w.reason(finding["reason"], finding["status"])
    if finding["status"] == Status.NOTCHECKED:
        detail = why_unchecked(entry.result.plan, entry.plan, finding["reason"], w, level=entry.subject.level)
        why += w("semicolon") + detail
    if finding["reason"] == Reason.CONTRIBUTION:
        why += w.bracketed(w.level(entry.plan.judged))
    yield "why", why
    if finding["status"] == Status.NOTSELECTED and entry.rule.because:
        yield "because", clean(entry.rule.because)
    if finding["outlook"] is not None:
        yield "outlook", w.status(finding["outlook"])


# ---- NUMBERS ----


def _numbers(entry: Entry) -> Lines:
    requirement = requirement_of(entry.rule, entry.finding["scope"])
    if entry.counts_inside:
        yield "passing", _passing(entry)
    else:
        yield "value", _value(entry, requirement)
    parts = list(_parts(entry))
    if parts:
        yield "required", entry.w.form(entry.rule.assessment, entry.rule.n)
        yield from (("part", text) for text in parts)
    elif entry.finding["status"] != Status.NOTAPPLICABLE:
        yield "required", _required(entry)
    yield "gap", entry.w("semicolon").join(_gaps(entry, requirement))


def _value(entry: Entry, requirement: Requirement | None) -> str:
    finding, w = entry.finding, entry.w
    value = finding["value"]
    if known(value) and entry.plan.node.form == "share" and entry.subject.part is not None:
        return w("satisfies") if value else w("does_not")
    measure = measure_of(entry.rule, entry.inputs, requirement)
    if known(value):
        return value_text(value, measure, requirement, entry.status, w)
    if known(finding["low"]) or known(finding["high"]):
        return span_text((finding["low"], finding["high"]), measure, ends_of(requirement), w)
    return ""


def _required(entry: Entry) -> str:
    w, rule = entry.w, entry.rule
    if rule.assessment in COMPOUNDS and not rule.requirements:
        parts = parts_text(entry.plan.node, entry.finding["scope"], entry.inputs, w)
        return w.form(rule.assessment, rule.n) + w("colon") + parts
    return required_text(rule, entry.finding["scope"], entry.inputs, w)


def _parts(entry: Entry) -> Iterator[str]:
    if entry.plan.node.form not in COMPOUNDS or entry.finding["status"] == Status.NOTAPPLICABLE:
        return
    row = _row(entry)
    if row is not None and entry.plan.at_units:
        yield from unit_parts(entry.plan.node, row, entry.finding["scope"], entry.w)
    elif not entry.plan.at_units and entry.subject.level == entry.plan.judged and entry.subject.part is None:
        yield from area_parts(entry.result, entry.plan, entry.scope, entry.subject.key, entry.w)


def _row(entry: Entry) -> Units | None:
    """Return the one row that a finding is about; null where it is about what lies inside."""
    subject, plan = entry.subject, entry.plan
    if entry.counts_inside:
        return None
    if subject.part is not None:
        return subject.part.units
    own = plan.at_units and plan.node.table == subject.level
    return row_of_area(entry.result, subject.level, subject.key) if own else None


def _gaps(entry: Entry, requirement: Requirement | None) -> Iterator[str]:
    finding, w, rule = entry.finding, entry.w, entry.rule
    gap = finding["gap"]
    if known(gap) and gap:
        if entry.counts_inside:
            yield w("failing_inside", what=w.places(round(gap), entry.plan.judged))
        elif entry.plan.node.form == "share":
            yield w("short", amount=w.places(round(gap), _counted_level(entry)))
        else:
            yield gap_text((gap, _nearest(finding)), rule, requirement, entry.inputs, w)
    flag = measure_of(rule, entry.inputs, requirement).flag
    if known(finding["attainment"]) and entry.status == Status.FAIL and not entry.counts_inside and not flag:
        yield attained_text(finding["attainment"], w, exactly=finding["low"] == finding["high"])
    if known(finding["gain"]):
        yield w("gains", gain=number(finding["gain"], apart=[ZERO], places=2))


def _nearest(finding: Mapping[str, Any]) -> float | None:
    """Return the value, or an end of its interval: enough to tell too little from too much."""
    ends = (finding["value"], finding["low"], finding["high"])
    return next((end for end in ends if known(end)), None)


def _counted_level(entry: Entry) -> str:
    """Return the level of the places that a share counts."""
    child = entry.plan.node.children[0]
    return child.part.over or child.table or entry.result.plan.level


# ---- WHAT PASSES INSIDE ----


def _passing(entry: Entry) -> str:
    finding, w = entry.finding, entry.w
    low, high = finding["low"], finding["high"]
    if not known(low):
        return ""
    same = low == high
    share = value_text(low, SHARE, None, entry.status, w) if same else span_text((low, high), SHARE, [ZERO, ONE], w)
    text = w("semicolon").join([share, *_counts(entry)])
    keys, count = _failing(entry)
    if not keys:
        return text
    named = w.several(clean(key) for key in keys)
    named += w("comma") + w("and_more", n=counted(count - len(keys))) if count > len(keys) else ""
    return text + w.bracketed(w("failing_units", keys=named))


def _counts(entry: Entry) -> list[str]:
    part, run = entry.subject.part, entry.result.run
    if part is None:
        outcome = area_outcome(run, entry.plan, entry.scope, entry.subject.level)
        at = run.tally.index(entry.subject.level).ids[entry.subject.key]
    else:  # a unit that is the area of a finer table
        found = part.finer.get(entry.plan.index, {}).get(entry.scope)
        if found is None or part.areas is None:
            return []
        outcome, at = found, int(part.areas[0])
    if outcome.counts is None:
        return []
    passed, failed, undecided = (counted(int(count[at])) for count in outcome.counts)
    return [entry.w("counts", passed=passed, failed=failed, undecided=undecided)]


def _failing(entry: Entry) -> tuple[list[str], int]:
    """Return the keys of some units, or judged areas, that fail inside an area, and how many do."""
    if entry.subject.part is not None:
        return [], 0
    if not entry.plan.at_units:
        return _failing_areas(entry)
    return _failing_units(entry) if entry.plan.node.table == entry.result.plan.level else ([], 0)


def _failing_units(entry: Entry) -> tuple[list[str], int]:
    keys: list[str] = []
    count = 0
    for part in entry.result.parts:
        areas, kind = part.units.areas(entry.subject.level), part.units.block.kind
        here = [code for code, label in enumerate(areas.labels) if label == entry.subject.key]
        hit = np.isin(areas.codes, here) & (part.verdicts[entry.plan.index].status == F)
        if entry.scope != ALL and kind is not None:
            hit &= kind.values == SCOPES.index(entry.scope)
        rows = np.flatnonzero(hit)
        count += len(rows)
        keys += part.units.block.keys.take(rows[: _SHOWN - len(keys)]).to_pylist()
    return keys, count


def _failing_areas(entry: Entry) -> tuple[list[str], int]:
    tally, level = entry.result.run.tally, entry.plan.judged
    index, outer = tally.index(level), tally.index(entry.subject.level).ids[entry.subject.key]
    parents = index.parents(entry.subject.level)
    status = area_outcome(entry.result.run, entry.plan, entry.scope, level).verdicts.status
    inside = [i for i in np.flatnonzero(status == F).tolist() if parents[i] == outer]
    labels = sorted(str(index.labels[i]) for i in inside)
    return labels[:_SHOWN], len(labels)


# ---- SOURCE AND DATA ----


def _basis(entry: Entry) -> str:
    clause, document = entry.finding["clause"], entry.finding["document"]
    texts = [entry.w("clause", clause=clean(clause))] if clause else []
    return entry.w("comma").join([*texts, *([clean(document)] if document else [])])


def _circumstances(entry: Entry) -> Lines:
    w, rule = entry.w, entry.rule
    yield "judged", w("at", form=w.form(rule.assessment, rule.n), level=w.level(entry.plan.judged))
    yield "due", str(rule.due) if rule.due else ""
    yield "responsible", w.several(map(clean, rule.responsible))
    yield "reading", clean(rule.note) if rule.note else ""


def _inputs(entry: Entry) -> Iterable[str]:
    row = _row(entry)
    if row is not None:
        return unit_inputs(row, entry.plan, entry.w)
    if not holds_all_units(entry.result):
        return [entry.w("streamed")]
    area = (entry.subject.level, _own_label(entry.subject))
    used = area_inputs(entry.result, entry.plan, entry.scope, area)
    return [_used(entry, name, each) for name, each in used.items()]


def _own_label(subject: Subject) -> str:
    """Return the name of a subject as an area of its own level."""
    if subject.part is None:
        return subject.key
    areas = subject.part.units.areas(subject.level)
    return areas.labels[areas.codes[0]]


def _used(entry: Entry, name: str, used: Used) -> str:
    w, declared = entry.w, entry.inputs[name]
    texts = []
    if declared.type == "flag":
        texts.append(w("yes_rows", n=counted(used.total)))
    elif declared.type != "category" and not entry.plan.at_units:
        texts.append(w("area_sum", value=quantity(used.total_of(declared), declared, w)))
    texts.append(w("area_rows", rows=w.places(used.rows, used.level)))
    if used.missing or used.invalid:
        texts.append(w("area_lacks", missing=counted(used.missing), invalid=counted(used.invalid)))
    if used.maybe:
        texts.append(w("open_units", n=counted(used.maybe)))
    return w("input_of", title=title_of(name, entry.inputs, w), value=w("comma").join(texts))
