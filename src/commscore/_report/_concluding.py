"""What follows from findings, in words: for one unit or area with the reasons, for all of them counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow.compute as pc

from commscore._conclusions import Because, Step, trace
from commscore._engine._parts import scored
from commscore._report._subject import Subject
from commscore._report._text import clean, clipped, headed, table
from commscore._report._words import Words, counted
from commscore._result_tables import area_scores, unit_table
from commscore._ruleset import SCOPES, Basis, Conclusion, Ruleset

if TYPE_CHECKING:
    from commscore._results import Result

ACTION_WIDTH = 60


def conclusion_lines(result: Result, subject: Subject, w: Words) -> Iterator[str]:
    """Yield what follows for one unit or area, each with what it rests on and why it holds."""
    if result.context.concluder is None:
        return
    grade = _scored_grade(result, subject)
    statuses: dict[str, list[str]] = {}
    for finding in subject.findings:
        statuses.setdefault(finding["rule"], []).append(finding["status"])
    steps = trace(result.ruleset, statuses, grade=grade, kind=_kind(subject))
    yield from headed(w("conclusions"), () if steps else [w("none")])
    for step in steps:
        yield from _step_lines(result, step, w)
    shown = subject.scores["grade"]
    if grade is not None and shown != grade:
        yield w("capped", grade=clean(str(shown)), scored=clean(grade))


def _scored_grade(result: Result, subject: Subject) -> str | None:
    """Return the grade before any cap."""
    plain = attrs.evolve(result.context, concluder=None)
    if subject.part is not None:
        part = subject.part
        scores, counts = scored(part.units, part.plans, part.verdicts, plain.scorer, own=part.own)
        rows = unit_table(plain, attrs.evolve(part, scores=scores, counts=counts))
    else:
        rows = area_scores(plain, result.run, subject.level)
        rows = rows.filter(pc.equal(rows["key"], subject.key))
    grade: str | None = rows["grade"][0].as_py()
    return grade


def _kind(subject: Subject) -> str | None:
    kind = None if subject.part is None else subject.part.units.block.kind
    if kind is None or (kind.state is not None and kind.state[0] != 0):
        return None
    return SCOPES[int(kind.values[0])]


def _step_lines(result: Result, step: Step, w: Words) -> Iterator[str]:
    each = step.conclusion
    name = each.conclude or each.id
    title = "" if each.title is None else w.bracketed(clean(w.title(each.title)))
    yield f"- {clean(name)}{title}"
    if each.action is not None:
        yield f"    {w.labelled('action', clean(w.title(each.action)))}"
    if each.cap is not None:
        yield f"    {w.labelled('cap', clean(each.cap))}"
    yield f"    {w.labelled('basis', _basis(each, w))}"
    reasons = w("semicolon").join(_reason(result, reason, w) for reason in step.reasons)
    yield f"    {w.labelled('because', reasons)}"


def _basis(each: Conclusion, w: Words) -> str:
    """Say whether the document says so or somebody advises it."""
    texts = [w("advice")] if each.basis is Basis.ADVICE else []
    if each.clause is not None:
        texts.append(w("clause", clause=clean(each.clause)))
    if each.phrase is not None:
        texts.append(w("quoted", text=clean(each.phrase)))
    if each.source is not None and each.source.document:
        texts.append(clean(each.source.document))
    return w("comma").join(texts)


def _reason(result: Result, because: Because, w: Words) -> str:
    if because.key == "grade_in":
        return w("because_grade", grade=clean(because.items[0]))
    if because.key == "kind":
        return w("because_kind", kind=w.scope(because.items[0]))
    if because.key == "concluded":
        return w("because_concluded", names=w.several(map(clean, because.items)))
    rules = w.several(_rule(result, rule, w) for rule in because.items)
    fails = because.key in ("fail_any", "fail_all", "failed_in")
    if because.at_least is None:
        return w("because_failed" if fails else "because_undecided", rules=rules)
    groups = {group.id: group.title for group in result.ruleset.groups}
    place = w("whole_ruleset") if because.group is None else clean(w.title(groups[because.group]))
    words = "because_failed_in" if fails else "because_undecided_in"
    return w(words, place=place, count=len(because.items), least=because.at_least, rules=rules)


def _rule(result: Result, id_: str, w: Words) -> str:
    rule = next(each for each in result.ruleset.rules if each.id == id_)
    return clipped(w.title(rule.title)) + w.bracketed(id_)


# ---- ALL SUBJECTS ----


def conclusion_table(result: Result, w: Words) -> Iterator[str]:
    """Yield how many units and areas each conclusion and action holds for."""
    if result.context.concluder is None:
        return
    counts = {name: (result.following(name), counted_in(result.areas, name)) for name in ("conclusions", "actions")}
    rows = [
        [word.lower(), clipped(text, ACTION_WIDTH), basis, *map(counted, found)]
        for word, text, basis, found in conclusion_rows(result.ruleset, counts, w)
    ]
    headers = ["", "", w("basis"), w("of_units"), w("of_areas")]
    yield from headed(w("conclusions"), [table(headers, rows, "lllrr")] if rows else [w("none")])


def conclusion_rows(
    ruleset: Ruleset, counts: Mapping[str, Sequence[Mapping[str, int]]], w: Words
) -> Iterator[tuple[str, str, str, list[int]]]:
    """Yield each conclusion and action that holds for somebody: its kind, its text, what it rests on, for how many.

    Args:
        ruleset: The ruleset.
        counts: Of ``conclusions`` and ``actions``, how many units, and how many areas, have each.
        w: The language.
    """
    selected = [each for each in ruleset.conclusions if each.selected]
    for column, word, meant in (
        ("conclusions", "conclusion", _grouped((each.conclude, each) for each in selected)),
        ("actions", "action", _grouped((_action(each), each) for each in selected)),
    ):
        for name, alike in meant.items():
            found = [count.get(name, 0) for count in counts[column]]
            if any(found):
                yield w(word), _shown(name, alike, w), _bases(alike, w), found


def meanings(ruleset: Ruleset, w: Words) -> dict[str, str]:
    """Return what conclusions and actions are called in the reader's language, by what results hold of them."""
    selected = [each for each in ruleset.conclusions if each.selected]
    titles = {each.conclude: w.title(each.title) for each in selected if each.conclude and each.title is not None}
    return titles | {each.action.zh: w.title(each.action) for each in selected if each.action is not None}


def _grouped(named: Iterable[tuple[str | None, Conclusion]]) -> dict[str, list[Conclusion]]:
    groups: dict[str, list[Conclusion]] = {}
    for name, each in named:
        if name is not None:
            groups.setdefault(name, []).append(each)
    return groups


def _action(each: Conclusion) -> str | None:
    return None if each.action is None else each.action.zh


def _shown(name: str, meant: list[Conclusion], w: Words) -> str:
    """Return an action in the reader's language, a conclusion with its title."""
    first = meant[0]
    if first.action is not None and first.action.zh == name:
        return w.title(first.action)
    titled = next((each.title for each in meant if each.title is not None), None)
    return name if titled is None else f"{name}{w.bracketed(w.title(titled))}"


def _bases(meant: list[Conclusion], w: Words) -> str:
    bases = [w("advice_short") if each.basis is Basis.ADVICE else w("clause", clause=each.clause) for each in meant]
    return w.several(dict.fromkeys(bases))


def counted_in(rows: Any, column: str) -> Mapping[str, int]:
    """Count how many units or areas have each conclusion or action."""
    if column not in rows.column_names:
        return {}
    return {each["values"]: each["counts"] for each in pc.value_counts(pc.list_flatten(rows[column])).to_pylist()}
