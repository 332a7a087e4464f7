"""How rulesets, rules and results show in a notebook: small tables in HTML, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from commscore._requirement import describe

if TYPE_CHECKING:
    from commscore._ruleset import Part, Rule, Ruleset

MOST = 100  # rows shown; the rest are counted


def table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in HTML; texts of either direction stay within their cells."""
    whole = list(rows)
    shown = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in whole[:MOST])
    head = "".join(f'<th scope="col" style="text-align:left">{escape(name)}</th>' for name in headers)
    more = f"<p>… and {len(whole) - MOST:,} more</p>" if len(whole) > MOST else ""
    start = f'<table><caption style="text-align:left"><bdi>{escape(caption)}</bdi></caption>'
    return f"{start}<thead><tr>{head}</tr></thead><tbody>{shown}</tbody></table>{more}"


def _cell(value: object) -> str:
    return f'<td style="text-align:left"><bdi>{"" if value is None else escape(str(value))}</bdi></td>'


def ruleset_html(ruleset: Ruleset) -> str:
    """Return a ruleset as a table of its rules."""
    rows = [(each.id, each.title, each.clause, each.assessment, _required(each), each.due) for each in ruleset.rules]
    document = f" · {ruleset.source.document}" if ruleset.source.document else ""
    caption = f"{ruleset.id} · {ruleset.title}{document} · {len(rows)} rules"
    return table(caption, ("rule", "title", "clause", "assessment", "required", "due"), rows)


def rule_html(rule: Rule) -> str:
    """Return a rule as a table of what it asks for."""
    facts = {
        "title": rule.title,
        "clause": rule.clause,
        "assessment": rule.assessment,
        "inputs": ", ".join(dict.fromkeys(_inputs(rule))),
        "over": rule.over,
        "required": _required(rule),
        "due": rule.due,
        "weight": rule.weight,
        "force": rule.force,
        "veto": rule.veto or None,
        "selected": None if rule.selected else "no",
        "note": rule.note,
    }
    return table(rule.id, ("", ""), [(name, value) for name, value in facts.items() if value not in (None, "")])


def _inputs(part: Part) -> Iterator[str]:
    yield from part.inputs
    for child in part.parts:
        yield from _inputs(child)


def _required(part: Part) -> str:
    own = [f"{'' if scope == 'all' else scope + ' '}{describe(one)}" for scope, one in part.requirements.items()]
    own += [text for child in part.parts if (text := _required(child))]
    return "; ".join(own)
