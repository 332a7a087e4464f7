"""A ruleset as one self-contained YAML file, which reads back as the same ruleset."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from commscore._loading._parts import AREA_FORMS, is_bare_flag
from commscore._requirement import decimal, describe
from commscore._ruleset import ALL, Basis, Input, InputType, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._requirement import Requirement
    from commscore._ruleset import Case, Conclusion, Filter, Part, Rule, Ruleset

_WIDEST_FLOW = 100
# Text that needs no quotes anywhere; the words that YAML takes for something else do.
_BARE = re.compile(r"(?!(?:true|false|null)$)[A-Za-z\u4e00-\u9fff][\w\u4e00-\u9fff-]*", re.IGNORECASE)
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")


def dump_ruleset(ruleset: Ruleset) -> str:
    """Write a ruleset, with all that it inherits and the inputs it uses, as one YAML file.

    Args:
        ruleset: The ruleset.

    Returns:
        The file's text. Loaded, it is an equal ruleset with the same hash; only where it was read from and
        what it extends are not in it.
    """
    return dump_document(document_of(ruleset))


def dump_document(document: dict[str, Any]) -> str:
    """Write what a ruleset file says as YAML."""
    return "\n".join(_block(document, "")) + "\n"


def document_of(ruleset: Ruleset) -> dict[str, Any]:
    """Return what a self-contained file of a ruleset says, as plain data."""
    place = ruleset.jurisdiction
    entries: tuple[Rule | Conclusion, ...] = (*ruleset.rules, *ruleset.conclusions)
    dropped = [{"id": entry.id, "because": entry.because} for entry in entries if not entry.selected]
    scoring = ruleset.scoring
    grades = [[grade.name, grade.at_least] for grade in scoring.grades]
    return _filled(
        commscore=1,
        id=ruleset.id,
        title=_title(ruleset.title),
        jurisdiction=_filled(code=place.code, level=place.level, zh=place.title.zh, en=place.title.en),
        year=ruleset.year,
        source=_record(ruleset.source),
        scoring=_filled(model=scoring.model, grades=grades, unknown=scoring.unknown),
        inputs={name: _input(declared) for name, declared in ruleset.inputs.items()},
        groups=[_record(group) for group in ruleset.groups],
        rules=[_rule(rule) for rule in ruleset.rules],
        drop=dropped,
        conclusions=[_conclusion(each) for each in ruleset.conclusions],
        unscored=[_record(entry) for entry in ruleset.unscored],
        cases=[_case(case) for case in ruleset.cases],
    )


def _filled(**values: object) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in values.items() if value is not None and value not in ((), [], {})}


def _title(title: Text) -> dict[str, Any]:
    return _filled(zh=title.zh, en=title.en)


def _record(record: Any) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in attrs.fields(type(record))}
    return _filled(**{name: _value(value) for name, value in values.items()})


def _value(value: object) -> object:
    if isinstance(value, Text):
        return _title(value)
    return _record(value) if attrs.has(type(value)) else value


def _input(declared: Input) -> dict[str, Any]:
    rest = _record(declared)
    title = rest.pop("title")
    rest.pop("name")
    if declared.type is not InputType.RATE:
        rest.pop("stored_as")
    if declared.type in {InputType.FLAG, InputType.CATEGORY}:
        for key in ("min", "max", "places"):
            rest.pop(key, None)
    return {**title, **rest}


def _rule(rule: Rule) -> dict[str, Any]:
    head = _filled(id=rule.id, group=rule.group, title=_title(rule.title), clause=rule.clause)
    tail = _filled(
        due=rule.due,
        weight=rule.weight,
        force=rule.force,
        veto=rule.veto or None,
        responsible=list(rule.responsible),
        note=rule.note,
        because=rule.because if rule.selected else None,
        source=None if rule.source is None else _record(rule.source),
    )
    return {**head, **_part(rule), **tail}


def _conclusion(each: Conclusion) -> dict[str, Any]:
    title = None if each.title is None else _title(each.title)
    action = None if each.action is None else _title(each.action)
    return _filled(
        id=each.id,
        title=title,
        when=_record(each.when),
        then=_filled(conclude=each.conclude, action=action, cap=each.cap),
        clause=each.clause,
        phrase=each.phrase,
        basis="advice" if each.basis is Basis.ADVICE else None,
        note=each.note,
        source=None if each.source is None else _record(each.source),
    )


def _part(part: Part, *, over: bool = True) -> dict[str, Any]:
    return _filled(
        **_shape(part),
        over=part.over if over else None,
        where=dict(map(_filter, part.where)),
        require=_by_scope({scope: _requirement(asked) for scope, asked in part.requirements.items()}),
        phrase=part.phrase,
    )


def _shape(part: Part) -> dict[str, Any]:
    form = part.assessment
    ratio = _filled(ratio=list(part.inputs), per=part.per if part.per != 1 else None)
    inner = [_inner(inner) for inner in part.parts]
    match form:
        case "all" | "any":
            return {form: inner}
        case "atleast":
            return {form: {"n": part.n, "of": inner}}
        case "share":
            condition = part.parts[0]
            return {form: condition.inputs[0] if is_bare_flag(condition) else _part(condition)}
        case "change":
            return dict(zip((form, "from"), part.inputs, strict=True))
        case "ratio":
            return ratio
        case _:
            return {form: part.inputs[0] if len(part.inputs) == 1 else ratio}


def _inner(part: Part) -> str | dict[str, Any]:
    # The level at which parts are judged is their compound's.
    return part.inputs[0] if is_bare_flag(part) else _part(part, over=part.assessment not in AREA_FORMS)


def _filter(found: Filter) -> tuple[str, object]:
    return found.input, list(found.values) if found.requirement is None else _requirement(found.requirement)


def _requirement(requirement: Requirement) -> str | bool:
    return requirement.value if isinstance(requirement.value, bool) else describe(requirement)


def _by_scope(values: Mapping[str, object]) -> object:
    return values.get(ALL, dict(values))


def _case(case: Case) -> dict[str, Any]:
    more = {level: list(rows) for level, rows in case.more.items()}
    given = _filled(name=case.name, level=case.level, as_of=case.as_of)
    concluded = {} if case.conclusions is None else {"conclusions": list(case.conclusions)}
    expected = {"expect": case.expect} if case.expect or not concluded else {}
    return {**given, "rows": list(case.rows), **_filled(more=more), **expected, **concluded}


def _block(value: Mapping[str, Any] | list[Any], indent: str) -> list[str]:
    """Write a collection, an entry a line where it fits, else indented below its key."""
    lines: list[str] = []
    entries = [(f"{_scalar(key)}:", item) for key, item in value.items()] if not isinstance(value, list) else []
    for head, item in entries or [("-", item) for item in value]:
        flow = _flow(item)
        if len(flow) <= _WIDEST_FLOW or not isinstance(item, (dict, list)):
            lines.append(f"{indent}{head} {flow}")
        elif head == "-":
            below = _block(item, f"{indent}  ")
            lines.extend([f"{indent}- {below[0].lstrip()}", *below[1:]])
        else:
            lines.extend([f"{indent}{head}", *_block(item, f"{indent}  ")])
    return lines


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Fraction):
        return decimal(value)
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf"}.get(str(value), ".nan")
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    if _BARE.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _LINE_ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
