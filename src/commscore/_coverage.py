"""Clause by clause: what a ruleset makes of the document it encodes, and which clauses it says nothing about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum

import attrs

from commscore._ruleset import Force, Rule, Ruleset, Unscored

_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_TENS = {"十": 10, "百": 100}
_LISTED = re.compile(r"\s*[、，,;；]\s*")
# A number in a clause's name; that of a document (56号) is none.
_PIECE = re.compile(
    r"(?P<open>[（(])?第?(?P<number>\d+|[〇零一二两三四五六七八九十百]+)(?!\d|\s*号)(?P<kind>[章节条款项]?)(?P<close>[)）])?"
)
_LARGEST = 999  # no plan has more clauses; a larger number is a year or a document's


class Treatment(StrEnum):
    """What became of an obligation."""

    SCORED = "scored"
    NOT_DUE = "not due"
    INFORMATIONAL = "informational"
    DROPPED = "dropped"
    UNSCORED = "unscored"
    NONE = "none"


@attrs.frozen
class Entry:
    """One obligation of a clause, or a clause without any.

    Attributes:
        clause: The clause as the ruleset writes it; null where a rule names none.
        treatment: ``scored``, ``not due`` (by the end of the ruleset's year), ``informational``, ``dropped``,
            ``unscored``, or ``none``: the clause lies between or before others, and the ruleset does not mention it.
        rule: The rule's id; for what is unscored because a rule says it already, that rule's.
        text: The rule's title, or the policy's words for what is unscored.
        why: Why it is unscored or dropped.
        document: The document, where that is not the ruleset's own.
        due: When it falls due.
    """

    clause: str | None
    treatment: Treatment
    rule: str | None = None
    text: str | None = None
    why: str | None = None
    document: str | None = None
    due: date | None = None


@attrs.frozen
class Coverage:
    """What a ruleset makes of its documents.

    Attributes:
        entries: Every obligation in the order of the document, the ruleset's own document first; clauses without any
            stand at their place with the treatment ``none``.
        counts: How many entries each treatment has.
    """

    entries: tuple[Entry, ...]
    counts: dict[Treatment, int]

    @property
    def gaps(self) -> tuple[str, ...]:
        """Give the clauses that the ruleset does not mention."""
        return tuple(entry.clause or "" for entry in self.entries if entry.treatment is Treatment.NONE)


# A clause's place: for each number in its name, the style of the number and its value.
_Step = tuple[str, int]
_Path = tuple[_Step, ...]


def cover(ruleset: Ruleset) -> Coverage:
    """Say what a ruleset makes of each clause of its document.

    The clauses are those that rules, groups and unscored entries name; where they are numbered (一 to 十七, 三.1 to
    三.49, 第3条), the numbers that are passed over are clauses without an entry.

    Args:
        ruleset: The ruleset.

    Returns:
        The entries in the order of the document, and counts.
    """
    by_document: dict[str | None, list[Entry]] = defaultdict(list)
    by_document[None] = []
    for entry in _entries(ruleset):
        by_document[entry.document].append(entry)
    named = [group.clause for group in ruleset.groups if group.clause is not None]
    ordered = [
        entry
        for document, entries in by_document.items()
        for entry in _in_order(entries, named if document is None else [], document)
    ]
    counts = {treatment: sum(entry.treatment is treatment for entry in ordered) for treatment in Treatment}
    return Coverage(tuple(ordered), counts)


def _entries(ruleset: Ruleset) -> Iterator[Entry]:
    for rule in ruleset.rules:
        yield Entry(
            clause=rule.clause,
            treatment=_treatment(rule, ruleset.year),
            rule=rule.id,
            text=rule.title.zh,
            why=None if rule.selected else rule.because,
            document=None if rule.source is None else rule.source.document,
            due=rule.due,
        )
    for entry in ruleset.unscored:
        yield _of_unscored(entry)


def _of_unscored(entry: Unscored) -> Entry:
    document = None if entry.source is None else entry.source.document
    why = entry.why or (f"see {entry.see}" if entry.see else None)
    return Entry(entry.clause, Treatment.UNSCORED, entry.see, entry.phrase, why, document)


def _treatment(rule: Rule, year: int | None) -> Treatment:
    if not rule.selected:
        return Treatment.DROPPED
    if rule.force is Force.INFORMATIONAL:
        return Treatment.INFORMATIONAL
    late = rule.due is not None and year is not None and rule.due > date(year, 12, 31)
    return Treatment.NOT_DUE if late else Treatment.SCORED


def _in_order(entries: list[Entry], named: list[str], document: str | None) -> list[Entry]:
    """Put entries in the order of their document, with an entry for each clause that is passed over."""
    written = [entry.clause for entry in entries if entry.clause is not None]
    gaps = [Entry(clause, Treatment.NONE, document=document) for clause in missing_clauses([*written, *named])]
    places = {clause: clause_paths(clause) for clause in {*written, *(gap.clause for gap in gaps if gap.clause)}}
    last: _Path = (("", _LARGEST + 1),)
    keys = {clause: paths[0] if paths else last for clause, paths in places.items()}
    return sorted([*entries, *gaps], key=lambda entry: [number for _, number in keys.get(entry.clause or "", last)])


def missing_clauses(clauses: Iterable[str]) -> list[str]:
    """Give the clauses that a numbering passes over.

    Args:
        clauses: The clauses that are named, such as 一, 三 and 三.2.

    Returns:
        Those that come before or between them: here 二 and 三.1.

    Example:
        >>> missing_clauses(["一", "三", "三.2"])
        ['二', '三.1']
    """
    names: dict[_Path, str] = {}
    for clause in clauses:
        for text in _LISTED.split(clause):
            names |= _ancestry(text)
    series: dict[tuple[_Path, str], dict[int, _Path]] = defaultdict(dict)
    for path in names:
        style, number = path[-1]
        series[path[:-1], style][number] = path
    found: list[tuple[_Path, str]] = []
    for (parent, style), numbered in series.items():
        example = numbered[max(numbered)]
        for number in set(range(1, max(numbered))) - set(numbered):
            head = names.get(parent, "")
            tail = names[example][len(head) :]
            found.append(((*parent, (style, number)), head + _renumbered(tail, number)))
    return [name for _, name in sorted(found, key=lambda each: [step[1] for step in each[0]])]


def clause_paths(clause: str) -> list[_Path]:
    """Read the numbers of a clause's name, or of several that it lists.

    Args:
        clause: Such as 三.15, 三(二), 第十四条, or 二、三.

    Returns:
        One path for each that has a number.
    """
    paths = (tuple(step for step, _ in _steps(text)) for text in _LISTED.split(clause))
    return [path for path in paths if path]


def _ancestry(text: str) -> dict[_Path, str]:
    """Give the paths of a clause and of those around it, each with its name."""
    found: dict[_Path, str] = {}
    path: _Path = ()
    for step, end in _steps(text):
        path = (*path, step)
        found[path] = text[:end]
    return found


def _steps(text: str) -> Iterator[tuple[_Step, int]]:
    begin = 0
    for match in _PIECE.finditer(text):
        number = _number(match["number"])
        if 0 < number <= _LARGEST:
            script = "digits" if match["number"].isdecimal() else "characters"
            brackets = "()" if match["open"] and match["close"] else ""
            # Chapters, articles and annexes are numbered apart.
            yield (f"{text[begin : match.start()]}{script}{match['kind']}{brackets}", number), match.end()
            begin = match.end()


def _number(text: str) -> int:
    """Read a number in digits, or in characters up to 999."""
    if text.isdecimal():
        return int(text[:9])
    if not set(text) & set(_TENS):
        return int("".join(str(_DIGITS[char]) for char in text)[:9])
    total, digit = 0, 0
    for char in text:
        if char in _TENS:
            total += (digit or 1) * _TENS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def _renumbered(text: str, number: int) -> str:
    """Put another number into a clause's name."""
    match = next(found for found in _PIECE.finditer(text) if 0 < _number(found["number"]) <= _LARGEST)
    start, end = match.span("number")
    written = str(number) if match["number"].isdecimal() else _in_characters(number)
    return f"{text[:start]}{written}{text[end:]}"


def _in_characters(number: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")
