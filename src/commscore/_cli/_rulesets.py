"""``commscore ruleset list`` and ``show``: what rulesets there are and what they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import attrs
from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Json, Lang
from commscore._cli._streams import say, say_json, tabled
from commscore._cli._wording import as_data, assessment_text, requirement_text

if TYPE_CHECKING:
    from commscore._ruleset import Conclusion, Rule, Ruleset, Text

EXAMPLES = """Examples:

  commscore ruleset list
  commscore ruleset show dalian-2023
  commscore ruleset check my-city.yaml"""
LIST_EXAMPLES = """Examples:

  commscore ruleset list
  commscore ruleset list --folder my-rulesets/ --json"""
SHOW_EXAMPLES = """Examples:

  commscore ruleset show dalian-2023
  commscore ruleset show my-city.yaml --lang en
  commscore ruleset show dalian-2023 --rule social-orgs --json"""


def list_all(
    *,
    folder: Annotated[str | None, Parameter(help="List the rulesets of this folder.")] = None,
    lang: Lang = "zh",
    json: Json = False,
) -> int:
    """List the rulesets that come with commscore."""
    from commscore._loading import list_rulesets

    records = list_rulesets(folder=folder)
    if json:
        say_json([attrs.asdict(record) for record in records])
        return Exit.DONE
    rows = [
        {
            "id": record.id,
            "year": record.year or "plan",
            "place": _in(record.jurisdiction.title, lang),
            "level": record.jurisdiction.level,
            "title": _in(record.title, lang),
        }
        for record in records
    ]
    say(tabled(rows))
    return Exit.DONE


def show(
    ruleset: Annotated[str, Parameter(name="ID", help="Id of a ruleset, or the path of a YAML file.")],
    /,
    *,
    rule: Annotated[list[str] | None, Parameter(negative="", help="Show only this rule; may be repeated.")] = None,
    lang: Lang = "zh",
    json: Json = False,
) -> int:
    """Show the rules of a ruleset (clause, assessment, requirement, due date) and its conclusions."""
    from commscore._loading import load_ruleset

    loaded = load_ruleset(ruleset)
    rules = _picked(loaded, rule)
    if json:
        conclusions = [attrs.asdict(each) for each in loaded.conclusions]
        say_json({**_head(loaded), "rules": [as_data(each) for each in rules], "conclusions": conclusions})
        return Exit.DONE
    for name, value in _head_lines(loaded, lang):
        say(f"{name:<14}{value}")
    say("")
    say(tabled([_row(each, lang) for each in rules]))
    if loaded.conclusions and not rule:
        say("")
        say(tabled([_conclusion_row(each, lang) for each in loaded.conclusions]))
    return Exit.DONE


def _in(text: Text, lang: str) -> str:
    return (text.en or text.zh) if lang == "en" else text.zh


def _picked(ruleset: Ruleset, ids: list[str] | None) -> list[Rule]:
    from difflib import get_close_matches

    from commscore.errors import UsageError

    known = {rule.id: rule for rule in ruleset.rules}
    unknown = [name for name in ids or () if name not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"{ruleset.id} has no rule {', '.join(map(repr, unknown))}{hint}")
    return [known[name] for name in ids] if ids else list(ruleset.rules)


def _head(ruleset: Ruleset) -> dict[str, Any]:
    source = ruleset.source
    return {
        "id": ruleset.id,
        "title": attrs.asdict(ruleset.title),
        "year": ruleset.year,
        "jurisdiction": attrs.asdict(ruleset.jurisdiction),
        "source": attrs.asdict(source),
        "extends": list(ruleset.extends),
        "hash": ruleset.hash,
        "model": ruleset.scoring.model,
        "grades": [{"name": grade.name, "at_least": str(grade.at_least)} for grade in ruleset.scoring.grades],
        "groups": [{"id": group.id, "title": attrs.asdict(group.title)} for group in ruleset.groups],
    }


def _head_lines(ruleset: Ruleset, lang: str) -> list[tuple[str, str]]:
    place = ruleset.jurisdiction
    grades = ", ".join(f"{grade.name} ≥ {grade.at_least}" for grade in ruleset.scoring.grades)
    selected = sum(rule.selected for rule in ruleset.rules)
    lines = [
        ("ruleset", f"{ruleset.id}  {_in(ruleset.title, lang)}"),
        ("place", f"{_in(place.title, lang)} ({place.level} {place.code})"),
        ("year", str(ruleset.year or "a plan of several years; not evaluated itself")),
        ("document", ruleset.source.document or ""),
        ("extends", ", ".join(ruleset.extends)),
        ("scores", f"{ruleset.scoring.model}; {grades or 'no grades'}"),
        (
            "rules",
            f"{selected}"
            + (f", {len(ruleset.rules) - selected} switched off" if selected < len(ruleset.rules) else ""),
        ),
        ("hash", ruleset.hash),
    ]
    return [line for line in lines if line[1]]


def _row(rule: Rule, lang: str) -> dict[str, Any]:
    marks = [rule.force.value] if rule.force != "binding" else []
    marks += ["veto"] if rule.veto else []
    marks += ["switched off"] if not rule.selected else []
    return {
        "rule": rule.id,
        "title": _in(rule.title, lang),
        "clause": rule.clause,
        "assessment": assessment_text(rule),
        "requirement": requirement_text(rule),
        "due": rule.due,
        "": ", ".join(marks),
    }


def _conclusion_row(each: Conclusion, lang: str) -> dict[str, Any]:
    when = {key: value for key, value in attrs.asdict(each.when).items() if value}
    return {
        "conclusion": each.id,
        "when": "; ".join(f"{key} {_condition(value)}" for key, value in when.items()),
        "concludes": each.conclude,
        "action": None if each.action is None else _in(each.action, lang),
        "cap": each.cap,
        "basis": each.clause or str(each.basis),
        "": "" if each.selected else "switched off",
    }


def _condition(value: Any) -> str:
    if isinstance(value, dict):
        return f"≥ {value['at_least']} in {value['group'] or 'all'}"
    return ", ".join(value)
