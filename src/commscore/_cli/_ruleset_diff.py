"""``commscore ruleset diff``: what one ruleset asks, held against another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from commscore._cli._exits import Exit
from commscore._cli._options import Json, Lang
from commscore._cli._streams import say, say_json, tabled, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from commscore._comparing import Aspect, Change, Diff, Witness
    from commscore._ruleset import Rule, Text

EXAMPLES = """Examples:

  commscore ruleset diff dalian-2023 dalian-2025
  commscore ruleset diff tonghua-2023 taian-2023 --lang en
  commscore ruleset diff old.yaml new.yaml --json"""

_TITLES = {
    "stricter": "Stricter: B asks more than A",
    "laxer": "Laxer: B asks less than A",
    "incomparable": "Incomparable: more in one respect and less in another, or of something else",
    "falls due": "Falls due: in force in B's year, not yet in A's",
    "due": "Due dates moved",
    "reweighted": "Re-weighted",
    "reworded": "Reworded only: asks the same",
    "added": "Added: only in B",
    "dropped": "Dropped: only in A",
}


def diff(
    before: Annotated[str, Parameter(name="A", help="Id of a ruleset, or the path of a YAML file.")],
    after: Annotated[str, Parameter(name="B", help="The ruleset to hold against it.")],
    /,
    *,
    lang: Lang = "zh",
    json: Json = False,
) -> int:
    """Compare what two rulesets ask: two years, a city and its baseline, two cities.

    Rules are paired by id and by what they judge. A value tells stricter and laxer
    rules apart:
    `10 passes A` meets A's rule and fails B's.
    """
    from commscore._comparing import diff_rulesets
    from commscore._loading import load_ruleset

    found = diff_rulesets(load_ruleset(before), load_ruleset(after))
    sections = _sections(found)
    if json:
        say_json(_data(found, sections))
        return Exit.DONE
    for side, ruleset in (("A", found.before), ("B", found.after)):
        say(f"{side}  {ruleset.id}  {_titled(ruleset.title, lang)}")
    for name, changes in sections.items():
        if name in _TITLES and changes:
            say(f"\n{_TITLES[name]} ({len(changes)})\n")
            say(tabled([row for change in changes for row in _rows(name, change, lang)]))
    counts = ", ".join(f"{len(changes)} {name}" for name, changes in sections.items() if changes)
    tell(counts or "no rules")
    return Exit.DONE


def _titled(title: Text, lang: str) -> str:
    return (title.en or title.zh) if lang == "en" else title.zh


def _sections(found: Diff) -> dict[str, list[Change]]:
    """Sort changes; one may stand in several sections, such as stricter and reweighted."""
    tests: dict[str, Callable[[Change], bool]] = {
        **{name: _is(name) for name in ("stricter", "laxer", "incomparable")},
        "falls due": lambda change: change.falls_due,
        "due": lambda change: _due(change) is not None,
        "reweighted": lambda change: change.reweighted,
        "reworded": lambda change: _is("equal")(change) and bool(change.reworded),
        "added": lambda change: change.before is None,
        "dropped": lambda change: change.after is None,
        "unchanged": lambda change: _is("equal")(change) and not (change.reworded or change.reweighted),
    }
    return {name: [change for change in found.changes if test(change)] for name, test in tests.items()}


def _is(relation: str) -> Callable[[Change], bool]:
    return lambda change: change.comparison is not None and change.comparison.relation == relation


def _due(change: Change) -> Aspect | None:
    aspects = () if change.comparison is None else change.comparison.aspects
    return next((aspect for aspect in aspects if aspect.name == "due"), None)


def _rows(section: str, change: Change, lang: str) -> list[dict[str, Any]]:
    """Give a line for each change, or for each aspect of one that is stricter or laxer."""
    rule = change.after or change.before
    assert rule is not None  # noqa: S101 - a change has at least one side
    head = {"rule": _named(change), "title": _titled(rule.title, lang)}
    match section:
        case "added" | "dropped":
            return [{**head, "clause": rule.clause, "asks": _asks(rule)}]
        case "falls due":
            return [{**head, "due": rule.due, "asks": _asks(rule)}]
        case "reweighted":
            return [{**head, "A": _weight(change.before), "B": _weight(change.after)}]
        case "reworded":
            return [{**head, **_words(change)}]
        case "due":
            aspect = _due(change)
            return [{**head, "A": aspect and aspect.parent, "B": aspect and aspect.child}]
        case _:
            blank = dict.fromkeys(head, "")
            aspects = () if change.comparison is None else change.comparison.aspects
            return [{**(blank if index else head), **_compared(aspect)} for index, aspect in enumerate(aspects)]


def _named(change: Change) -> str:
    names = [rule.id for rule in (change.before, change.after) if rule is not None]
    return " → ".join(dict.fromkeys(names))


def _asks(rule: Rule) -> str:
    from commscore._cli._wording import assessment_text, requirement_text

    return f"{assessment_text(rule)}: {requirement_text(rule)}".removesuffix(": ")


def _weight(rule: Rule | None) -> str:
    from commscore._requirement import decimal

    return "" if rule is None else decimal(rule.weight)


def _words(change: Change) -> dict[str, str]:
    sides = {"A": change.before, "B": change.after}
    return {
        side: "\n".join(f"{name}: {_shown(getattr(rule, name))}" for name in change.reworded)
        for side, rule in sides.items()
    }


def _shown(words: Any) -> str:
    if words is None or isinstance(words, str):
        return words or "none"
    return "; ".join(map(str, words.values())) if hasattr(words, "values") else str(words)


def _compared(aspect: Aspect) -> dict[str, str]:
    return {
        "in": aspect.name + (f" ({aspect.scope})" if aspect.scope else ""),
        "A": aspect.parent or "none",
        "B": aspect.child or "none",
        "": str(aspect.relation),
        "value": ", ".join(map(_witness, aspect.witnesses)),
    }


def _witness(witness: Witness) -> str:
    from commscore._requirement import decimal

    return f"{decimal(witness.value)} passes {'A' if witness.passes == 'parent' else 'B'}"


def _data(found: Diff, sections: dict[str, list[Change]]) -> dict[str, Any]:
    return {
        "a": found.before.id,
        "b": found.after.id,
        "counts": {name: len(changes) for name, changes in sections.items()},
        "changes": [_change(change, sections) for change in found.changes],
    }


def _change(change: Change, sections: dict[str, list[Change]]) -> dict[str, Any]:
    from commscore._cli._wording import as_data

    comparison = change.comparison
    return {
        "sections": [name for name, changes in sections.items() if any(each is change for each in changes)],
        "relation": None if comparison is None else str(comparison.relation),
        "matched": change.matched,
        "aspects": [] if comparison is None else [_aspect(aspect) for aspect in comparison.aspects],
        "reworded": list(change.reworded),
        "others": list(change.others),
        "falls_due": change.falls_due,
        "a": None if change.before is None else as_data(change.before),
        "b": None if change.after is None else as_data(change.after),
    }


def _aspect(aspect: Aspect) -> dict[str, Any]:
    return {
        "aspect": aspect.name,
        "scope": aspect.scope,
        "relation": str(aspect.relation),
        "a": aspect.parent,
        "b": aspect.child,
        "witnesses": [_witness_data(witness) for witness in aspect.witnesses],
    }


def _witness_data(witness: Witness) -> dict[str, Any]:
    from commscore._requirement import decimal

    rows = [
        {
            name: cell if isinstance(cell, bool | str) or cell.denominator > 1 else int(cell)
            for name, cell in row.items()
        }
        for row in witness.rows
    ]
    passes = "a" if witness.passes == "parent" else "b"
    return {"value": decimal(witness.value), "passes": passes, "level": witness.level, "rows": rows}
