"""Assessments and requirements in short words, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from commscore._requirement import Requirement
    from commscore._ruleset import Filter, Part, Rule, Text, When

_JOINED = {"all": "all of", "any": "any of"}


def assessment_text(part: Part) -> str:
    """Say what is judged, such as ``ratio facility_area / households × 100``."""
    text = _form(part)
    if part.where:
        text += f" where {' and '.join(_filter(found) for found in part.where)}"
    return f"{text}, over {part.over}" if part.over else text


def _form(part: Part) -> str:
    from commscore._requirement import decimal

    ratio = " / ".join(part.inputs) + (f" × {decimal(part.per)}" if part.per != 1 else "")
    match part.assessment:
        case "all" | "any" as form:
            return f"{_JOINED[form]} ({_listed(part)})"
        case "atleast":
            return f"at least {part.n} of ({_listed(part)})"
        case "share" if part.parts:
            return f"share with {_inner(part.parts[0])}"
        case "change":
            return f"change {' − '.join(part.inputs)}"
        case form:
            return f"{form} {ratio}"


def _listed(part: Part) -> str:
    return "; ".join(_inner(inner) for inner in part.parts)


def _inner(part: Part) -> str:
    asked = requirement_text(part)
    text = assessment_text(part).removeprefix("each ")
    return text if asked in {"", "true"} else f"{text} {asked}"


def _filter(found: Filter) -> str:
    from commscore._requirement import describe

    asked = "|".join(found.values) if found.requirement is None else describe(found.requirement)
    return f"{found.input} {asked}"


def requirement_text(part: Part) -> str:
    """Say what is asked, by scope where it differs, such as ``urban ≥ 12 个, rural ≥ 6 个``."""
    from commscore._requirement import describe

    asked = {scope: describe(requirement) for scope, requirement in part.requirements.items()}
    return ", ".join(text if scope == "all" else f"{scope} {text}" for scope, text in asked.items())


def condition_text(when: When) -> str:
    """Say what a conclusion depends on, such as ``fail_any staff; failed_in ≥ 2 in people``."""
    given = {key: value for key, value in attrs.asdict(when).items() if value}
    return "; ".join(f"{key} {_condition(value)}" for key, value in given.items())


def _condition(value: Any) -> str:
    if isinstance(value, dict):
        return f"≥ {value['at_least']} in {value['group'] or 'all'}"
    return ", ".join(value)


def text_in(text: Text, lang: str) -> str:
    """Return a title in a language; in Chinese where there is no English."""
    return (text.en or text.zh) if lang == "en" else text.zh


def as_data(part: Part) -> dict[str, Any]:
    """Return a rule, or a part of one, as plain data."""
    from commscore._ruleset import Rule

    own = _of_rule(part) if isinstance(part, Rule) else {}
    return {
        **own,
        "assessment": part.assessment,
        "inputs": list(part.inputs),
        "per": str(part.per),
        "n": part.n,
        "over": part.over,
        "where": [_filter_data(found) for found in part.where],
        "requirements": {scope: _requirement_data(asked) for scope, asked in part.requirements.items()},
        "phrase": part.phrase if part.phrase is None or isinstance(part.phrase, str) else dict(part.phrase),
        "parts": [as_data(inner) for inner in part.parts],
        "text": f"{assessment_text(part)}: {requirement_text(part)}".removesuffix(": "),
    }


def _of_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "group": rule.group,
        "title": attrs.asdict(rule.title),
        "clause": rule.clause,
        "due": None if rule.due is None else rule.due.isoformat(),
        "weight": str(rule.weight),
        "force": str(rule.force),
        "veto": rule.veto,
        "responsible": list(rule.responsible),
        "note": rule.note,
        "selected": rule.selected,
        "because": rule.because,
    }


def _filter_data(found: Filter) -> dict[str, Any]:
    asked = None if found.requirement is None else _requirement_data(found.requirement)
    return {"input": found.input, "values": list(found.values), "requirement": asked}


def _requirement_data(asked: Requirement) -> dict[str, Any]:
    from commscore._requirement import InputRef, describe

    value: Any = asked.value
    if isinstance(value, InputRef):
        value = {"input": value.name, "factor": str(value.factor)}
    elif not isinstance(value, bool):
        value = str(value)
    return {
        "text": describe(asked),
        "comparator": str(asked.comparator),
        "value": value,
        "upper": None if asked.upper is None else str(asked.upper),
        "tolerance": None if asked.tolerance is None else str(asked.tolerance),
        "unit": asked.unit,
    }
