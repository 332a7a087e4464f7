"""Two rulesets held against each other, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import attrs

from commscore._comparing._comparison import Comparison
from commscore._comparing._parts import signature
from commscore._comparing._rules import compare
from commscore._ruleset import Part, Rule, Ruleset

# What is said differently without asking for anything else.
_WORDS = ("title", "clause", "phrase")
_REST = ("group", "force", "responsible", "note")


@attrs.frozen
class Change:
    """A rule of one ruleset and its like in the other.

    Attributes:
        before: The first ruleset's rule; null when it has none.
        after: The second's; null when it has none.
        comparison: What the second asks, held against the first; null when either is missing.
        matched: What brought them together: ``id``, ``assessment`` (they judge the same), or null.
        reworded: Which of ``title``, ``clause`` and ``phrase`` differ.
        others: Which of ``group``, ``force`` (binding or expected), ``responsible`` and ``note`` differ.
        falls_due: Whether it is not yet due in the first ruleset's year and is due in the second's.
    """

    before: Rule | None
    after: Rule | None
    comparison: Comparison | None = None
    matched: str | None = None
    reworded: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    falls_due: bool = False

    @property
    def reweighted(self) -> bool:
        """Say whether the weight differs."""
        return self.before is not None and self.after is not None and self.before.weight != self.after.weight


@attrs.frozen
class Diff:
    """What differs between two rulesets.

    Attributes:
        before: The first.
        after: The second.
        changes: Every rule of either: pairs and dropped ones in the first's order, then added ones in the second's.
    """

    before: Ruleset
    after: Ruleset
    changes: tuple[Change, ...]


def diff_rulesets(before: Ruleset, after: Ruleset) -> Diff:
    """Hold two rulesets against each other.

    Rules are paired by id and by what they assess. Within one jurisdiction the id alone will do; between two places
    the rules must judge the same inputs, whatever they are called.

    Args:
        before: The first, such as last year's, or another city's.
        after: The second.

    Returns:
        Every rule of either, with what the second asks held against the first.
    """
    pairs = _paired(before, after)
    taken = {id(rule) for _, rule, _ in pairs}
    partners = {id(rule): (other, matched) for rule, other, matched in pairs}
    changes = [
        _change(rule, *partners[id(rule)], before, after) if id(rule) in partners else Change(rule, None)
        for rule in before.rules
        if rule.selected or id(rule) in partners
    ]
    changes += [Change(None, rule) for rule in after.rules if id(rule) not in taken and rule.selected]
    return Diff(before, after, tuple(changes))


def _paired(before: Ruleset, after: Ruleset) -> list[tuple[Rule, Rule, str]]:
    """Pair rules, the surest ways first; each rule is in one pair at most."""
    one_place = before.jurisdiction.code == after.jurisdiction.code
    ways: list[tuple[str, Callable[[Rule], object], bool]] = [
        ("id", lambda rule: (rule.id, signature(rule)), True),
        ("id", lambda rule: rule.id, one_place),
        ("assessment", _exactly, True),
        ("assessment", signature, True),
        ("assessment", lambda rule: _inputs_of(rule) - {"units"} or id(rule), True),
    ]
    left, right = list(before.rules), list(after.rules)
    pairs: list[tuple[Rule, Rule, str]] = []
    for matched, key, sound in ways:
        for rule, other in _same_key(left, right, key) if sound else ():
            pairs.append((rule, other, matched))
            left.remove(rule)
            right.remove(other)
    return pairs


def _same_key(left: list[Rule], right: list[Rule], key: Callable[[Rule], object]) -> Iterator[tuple[Rule, Rule]]:
    waiting: dict[object, list[Rule]] = {}
    for rule in right:
        waiting.setdefault(key(rule), []).append(rule)
    for rule in tuple(left):
        if found := waiting.get(key(rule)):
            yield rule, found.pop(0)


def _exactly(rule: Rule) -> object:
    """Give what a rule judges, of whom and for which areas."""
    scopes = frozenset(rule.requirements)
    return signature(rule), tuple(sorted(map(repr, rule.where))), rule.over, scopes


def _inputs_of(part: Part) -> frozenset[str]:
    names = set(part.inputs)
    for inner in part.parts:
        names |= _inputs_of(inner)
    return frozenset(names)


def _change(rule: Rule, other: Rule, matched: str, before: Ruleset, after: Ruleset) -> Change:
    inputs = {**before.inputs, **after.inputs}
    levels = {ruleset.jurisdiction.level for ruleset in (before, after)}
    comparison = compare(rule, other, inputs=inputs, level=levels.pop() if len(levels) == 1 else None)
    return Change(
        before=rule,
        after=other,
        comparison=comparison,
        matched=matched,
        reworded=_differing(rule, other, _WORDS),
        others=_differing(rule, other, _REST),
        falls_due=_falls_due(rule, other, before, after),
    )


def _differing(rule: Rule, other: Rule, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if getattr(rule, name) != getattr(other, name))


def _falls_due(rule: Rule, other: Rule, before: Ruleset, after: Ruleset) -> bool:
    return not _is_due(rule, before.year) and _is_due(other, after.year) if before.year and after.year else False


def _is_due(rule: Rule, year: int | None) -> bool:
    return rule.due is None or year is None or rule.due <= date(year, 12, 31)
