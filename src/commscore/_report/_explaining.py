"""One unit or area -> an auditor's note: who it is, its scores, and every finding by chapter of the ruleset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from commscore._engine._plan import RulePlan, rank
from commscore._report._concluding import conclusion_lines
from commscore._report._entries import Entry, entry_lines
from commscore._report._measures import known
from commscore._report._numbers import number
from commscore._report._scores import grade_text, score_text
from commscore._report._subject import Subject, subject_of
from commscore._report._text import clean, width
from commscore._report._words import Words, words
from commscore._ruleset import SCOPES, Group, Ruleset
from commscore._status import STATUSES
from commscore._tables import Column

if TYPE_CHECKING:
    from commscore._results import Result


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
    parts = (_heading(result, subject, w), conclusion_lines(result, subject, w), _body(result, subject, w))
    return "\n".join(line for lines in parts for line in lines)


# ---- HEADING ----


def _heading(result: Result, subject: Subject, w: Words) -> Iterator[str]:
    ruleset, scores = result.ruleset, subject.scores
    title = w("note_on", key=clean(subject.key))
    yield from (title, "=" * width(title))
    yield from _whereabouts(result, subject, w)
    yield w.labelled("ruleset", ruleset.id + w.bracketed(clean(w.title(ruleset.title))))
    if ruleset.source.document:
        yield w.labelled("document", clean(ruleset.source.document))
    yield w.labelled("as_of", str(result.plan.as_of))
    yield w.labelled("score", score_text(scores, ruleset, w))
    if scores["score"] is not None and ruleset.scoring.grades:
        yield w.labelled("grade", grade_text(scores, w))
    if known(scores.get("units_score")):
        yield w.labelled("units_score", number(scores["units_score"], places=2))
    counts = [(status, scores[f"n_{status}"]) for status in STATUSES]
    named = [f"{w.status(status)} {count}" for status, count in counts if count]
    yield w.labelled("findings", w("comma").join(named) or w("none"))


def _whereabouts(result: Result, subject: Subject, w: Words) -> Iterator[str]:
    if subject.part is None:
        yield w.labelled("kind", w.level(subject.level))
        yield w.labelled("holds", w.places(subject.scores["n_units"], result.plan.level))
        return
    units = subject.part.units
    kind = [w.level(subject.level), *_scope(units.block.kind, w)]
    yield w.labelled("kind", w("comma").join(kind))
    inside = []
    for level in result.plan.rollup:
        areas = units.areas(level)
        if rank(level) > rank(subject.level) and areas.codes[0] >= 0:
            inside.append(f"{w.level(level)} {clean(areas.labels[areas.codes[0]])}")
    if inside:
        yield w.labelled("lies_in", w("comma").join(inside))


def _scope(kind: Column | None, w: Words) -> list[str]:
    known_ = kind is not None and (kind.state is None or kind.state[0] == 0)
    return [w.scope(SCOPES[int(kind.values[0])])] if kind is not None and known_ else []


# ---- BODY ----


def _body(result: Result, subject: Subject, w: Words) -> Iterator[str]:
    by_rule: dict[str, list[dict[str, Any]]] = {}
    for finding in subject.findings:
        by_rule.setdefault(finding["rule"], []).append(finding)
    for group, plans in _grouped(result):
        if result.ruleset.groups:
            heading = _group_title(result.ruleset, group, w)
            yield from ("", heading, "-" * width(heading))
        for plan in plans:
            for finding in by_rule.get(plan.rule.id, ()):
                yield ""
                yield from entry_lines(Entry(result, subject, plan, finding, w))


def _grouped(result: Result) -> Iterator[tuple[Group | None, list[RulePlan]]]:
    """Yield the chapters in file order, parents before their children, and last what has none."""
    for group in (*_nested(result.ruleset, None), None):
        wanted = None if group is None else group.id
        plans = [plan for plan in result.plan.rules if plan.rule.group == wanted]
        if plans:
            yield group, plans


def _nested(ruleset: Ruleset, parent: str | None) -> Iterator[Group]:
    for group in ruleset.groups:
        if group.parent == parent:
            yield group
            yield from _nested(ruleset, group.id)


def _group_title(ruleset: Ruleset, group: Group | None, w: Words) -> str:
    if group is None:
        return w("ungrouped")
    by_id = {each.id: each for each in ruleset.groups}
    path = [group]
    while path[0].parent in by_id:
        path.insert(0, by_id[path[0].parent])
    clause = w("clause", clause=clean(group.clause)) if group.clause else ""
    return " › ".join(clean(w.title(each.title)) for each in path) + w.bracketed(clause)
