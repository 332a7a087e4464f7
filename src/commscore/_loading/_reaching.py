"""Which conclusions can be reached at all, and what bars the others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs

from commscore._loading._circles import circles
from commscore._ruleset import Force

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from commscore._ruleset import Conclusion, Group, Rule, Threshold


LONGEST_WAY = 12


@attrs.frozen
class Barrier:
    """Why a conclusion is never reached.

    Attributes:
        key: The key of its ``when`` that never holds.
        why: In words.
        unknown: The name under ``concluded`` that nothing concludes.
        circle: The conclusions that wait for one another, beginning and ending with itself.
    """

    key: str
    why: str = ""
    unknown: str | None = None
    circle: tuple[str, ...] = ()


def fallible(rules: Sequence[Rule]) -> frozenset[str]:
    """Give the rules that may fail or be undecided: neither switched off nor shown only."""
    return frozenset(rule.id for rule in rules if rule.selected and rule.force is not Force.INFORMATIONAL)


def count_groups(groups: Sequence[Group], group_of: Mapping[str, str | None]) -> Counter[str | None]:
    """Count rules by group, each in the groups around its own, too; the whole ruleset is null."""
    parents = {group.id: group.parent for group in groups}
    counts: Counter[str | None] = Counter()
    for group in group_of.values():
        inside: dict[str | None, None] = {}
        at = group
        while at is not None and at not in inside:  # groups in a circle are a fault of their own
            inside[at] = None
            at = parents.get(at)
        counts.update([*inside, None])
    return counts


def barriers(
    conclusions: Sequence[Conclusion], able: Collection[str], counts: Mapping[str | None, int]
) -> dict[str, Barrier]:
    """Find the conclusions that no findings lead to.

    Args:
        conclusions: All of them; those switched off conclude nothing.
        able: The rules that can fail or be undecided.
        counts: How many of these each group has.

    Returns:
        By id, what bars it.
    """
    active = [each for each in conclusions if each.selected]
    barred = {each.id: barrier for each in active if (barrier := _own_barrier(each, able, counts)) is not None}
    names = _concluded([each for each in active if each.id not in barred])
    providers: dict[str, str] = {}
    for each in active:
        if each.conclude is not None:
            providers.setdefault(each.conclude, each.id)
    waits: dict[str, str | None] = {}
    for each in active:
        missing = [name for name in each.when.concluded if name not in names]
        unknown = next((name for name in missing if name not in providers), None)
        if unknown is not None:
            barred[each.id] = Barrier("concluded", unknown=unknown)
        elif missing and each.id not in barred:
            barred[each.id] = Barrier("concluded", f"{missing[0]!r} is never concluded")
            waits[each.id] = providers[missing[0]]
    for id_ in circles(waits):
        barred[id_] = attrs.evolve(barred[id_], circle=_way(id_, waits))
    return barred


def _concluded(conclusions: Sequence[Conclusion]) -> set[str]:
    """Give what can be concluded, if findings are whatever it takes."""
    waiting: dict[str, list[int]] = {}
    left = [len(each.when.concluded) for each in conclusions]
    for number, each in enumerate(conclusions):
        for wanted in each.when.concluded:
            waiting.setdefault(wanted, []).append(number)
    names: set[str] = set()
    ready = [each.conclude for each, count in zip(conclusions, left, strict=True) if not count]
    while ready:
        name = ready.pop()
        if name is None or name in names:
            continue
        names.add(name)
        for number in waiting.get(name, ()):
            left[number] -= 1
            if not left[number]:
                ready.append(conclusions[number].conclude)
    return names


def _way(start: str, waits: Mapping[str, str | None]) -> tuple[str, ...]:
    """Follow a circle from one of its members back to it; of a long one the beginning."""
    way = [start]
    while len(way) < LONGEST_WAY and (at := waits.get(way[-1])) is not None:
        way.append(at)
        if at == start:
            return tuple(way)
    return (*way, "…", start)


def _own_barrier(each: Conclusion, able: Collection[str], counts: Mapping[str | None, int]) -> Barrier | None:
    when = each.when
    for key in ("fail_any", "unknown_any"):
        rules = getattr(when, key)
        if rules and not any(rule in able for rule in rules):
            return Barrier(key, "none of these rules is scored")
    shown_only = [rule for rule in when.fail_all if rule not in able]
    if shown_only:
        return Barrier("fail_all", f"the rule {shown_only[0]!r} is not scored")
    for key in ("failed_in", "unknown_in"):
        asked: Threshold | None = getattr(when, key)
        most = 0 if asked is None else _most(asked, counts)
        if asked is not None and most < asked.at_least:
            return Barrier(key, f"it asks for {asked.at_least} rules, and only {most} there can fail")
    return None


def _most(asked: Threshold, counts: Mapping[str | None, int]) -> int:
    if asked.group == "*":
        return max((count for group, count in counts.items() if group is not None), default=0)
    return counts.get(asked.group, 0)
