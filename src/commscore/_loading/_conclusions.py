"""Conclusions: what follows from findings, read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._loading._codes import Code
from commscore._loading._fields import (
    Fields,
    as_fields,
    read_choice,
    read_decimal,
    read_id,
    read_text,
    wrong_type,
)
from commscore._loading._header import read_source
from commscore._loading._nodes import ListNode, MapNode, Scalar, child
from commscore._loading._reaching import Barrier, barriers, count_groups, fallible
from commscore._phrases import LONGEST_PHRASE
from commscore._ruleset import SCOPES, Basis, Conclusion, Group, Rule, Threshold, When

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from commscore._loading._faults import Faults
    from commscore._loading._lineage import Merged
    from commscore._loading._nodes import Node
    from commscore._loading._rules import Sources

CONCLUSION_KEYS = ("id", "title", "when", "then", "clause", "phrase", "basis", "note", "source")
WHEN_KEYS = (
    *("fail_any", "fail_all", "unknown_any", "failed_in", "unknown_in"),
    *("grade_in", "kind", "concluded"),
)
THEN_KEYS = ("conclude", "action", "cap")
THRESHOLD_KEYS = ("group", "at_least")
SELECTOR_KEYS = ("veto",)
ANY_GROUP = "*"
_RULE_KEYS = ("fail_any", "fail_all", "unknown_any")
MOST_RULES = 100_000  # more than a file can hold


@attrs.frozen
class Around:
    """What conclusions refer to.

    Attributes:
        faults: Takes every fault found.
        rules: The rules.
        rule_ids: The ids of all rules, those included that could not be read.
        groups: The chapters.
        grades: Names of the grades, from the best to the worst.
        sources: Which document each file encodes.
    """

    faults: Faults
    rules: tuple[Rule, ...]
    rule_ids: frozenset[str]
    groups: tuple[Group, ...]
    grades: tuple[str, ...]
    sources: Sources


@attrs.frozen
class _Read:
    """A conclusion as read.

    Attributes:
        conclusion: The conclusion.
        fields: Where it stands.
        included: Whether an included file brought it.
        hollow: The key that chooses among no rules at all; such a conclusion is left out.
    """

    conclusion: Conclusion
    fields: Fields
    included: bool
    hollow: str | None = None


def read_conclusions(merged: Merged, around: Around) -> tuple[Conclusion, ...]:
    """Read the conclusions of a lineage, and check that each can be reached.

    Args:
        merged: The entries of all files.
        around: What they refer to.

    Returns:
        The conclusions in file order. One that an included file brings is left out where the ruleset has not what it
        asks for: vetoes, grades, chapters with so many rules.
    """
    found: dict[str, _Read] = {}
    for node in merged.conclusions:
        read = _read(node, around, included=node.document in merged.included)
        if read is not None:
            found[read.conclusion.id] = _dropped(read, merged, around.faults)
    _check_shared_ids(found, around)
    return tuple(read.conclusion for read in _reachable(list(found.values()), around))


def _dropped(read: _Read, merged: Merged, faults: Faults) -> _Read:
    node = merged.dropped.get(read.conclusion.id)
    if node is None or not isinstance(node, MapNode):
        return read
    because = child(node, "because")
    text = None if because is None else read_text(because, faults)
    return attrs.evolve(read, conclusion=attrs.evolve(read.conclusion, selected=False, because=text))


def _check_shared_ids(found: Mapping[str, _Read], around: Around) -> None:
    for id_ in found.keys() & around.rule_ids:
        message = f"a rule has the id {id_[:60]!r}, too; rules and conclusions share their ids"
        around.faults.add(Code.SHARED_ID, message, found[id_].fields.place("id"))


# ---- ONE CONCLUSION ----


def _read(node: Node, around: Around, *, included: bool) -> _Read | None:
    name = child(node, "id") if isinstance(node, MapNode) else None
    text = getattr(name, "text", None)
    what = f"conclusion {text[:60]!r}" if text else "a conclusion"
    fields = as_fields(node, around.faults, what, CONCLUSION_KEYS)
    id_ = None if fields is None else fields.id()
    if fields is None or id_ is None:
        return None
    when = _when(fields, around)
    then = _then(fields)
    cap = None if then is None else _grade(then.get("cap"), around)
    source = read_source(given, around.faults) if (given := fields.get("source")) is not None else None
    clause = fields.text("clause")
    conclusion = Conclusion(
        id=id_,
        when=when,
        conclude=None if then is None or "conclude" not in then else then.id("conclude"),
        action=None if then is None else then.title("action"),
        cap=cap,
        title=fields.title(),
        basis=_basis(fields, clause),
        clause=clause,
        phrase=_phrase(fields),
        note=fields.text("note"),
        source=source or (None if clause is None else around.sources.foreign(fields.node)),
    )
    return _Read(conclusion, fields, included, _hollow(fields, when))


def _basis(fields: Fields, clause: str | None) -> Basis:
    """Say what a conclusion rests on; without a clause it is advice, and should say so."""
    given = fields.choice("basis", tuple(map(str, Basis)))
    if given == Basis.CLAUSE and clause is None:
        message = f"{fields.what} says that a clause is its basis, and names none"
        fields.faults.add(Code.NO_BASIS, message, fields.place("basis"), hint="add `clause:`")
    if given is None and "clause" not in fields:
        message = f"{fields.what} does not say what it rests on"
        hint = "add `clause:`, where the document says it, or `basis: advice`"
        fields.faults.warn(Code.NO_BASIS, message, fields.node, hint=hint)
    return Basis(given) if given is not None else Basis.ADVICE if clause is None else Basis.CLAUSE


def _phrase(fields: Fields) -> str | None:
    phrase = fields.text("phrase")
    if phrase is not None and len(phrase) > LONGEST_PHRASE:
        message = f"the phrase has {len(phrase)} characters; at most {LONGEST_PHRASE}"
        fields.faults.add(Code.PHRASE_TOO_LONG, message, fields.get("phrase") or fields.node)
    return phrase


def _then(fields: Fields) -> Fields | None:
    node = fields.get("then", required=True)
    then = None if node is None else as_fields(node, fields.faults, f"`then` of {fields.what}", THEN_KEYS)
    if then is not None and not any(key in then for key in THEN_KEYS):
        message = f"nothing follows from {fields.what}"
        fields.faults.add(Code.NOTHING_SAID, message, then.node, hint="give `conclude`, `action` or `cap`")
    return then


def _when(fields: Fields, around: Around) -> When:
    node = fields.get("when", required=True)
    when = None if node is None else as_fields(node, fields.faults, f"`when` of {fields.what}", WHEN_KEYS)
    if when is None:
        return When()
    if not when.node.entries:
        message = f"{fields.what} has no condition, so it would follow from everything"
        fields.faults.add(Code.NOTHING_SAID, message, when.node, hint=f"give one of {', '.join(WHEN_KEYS)}")
    return When(
        fail_any=_rules(when, "fail_any", around),
        fail_all=_rules(when, "fail_all", around),
        unknown_any=_rules(when, "unknown_any", around),
        failed_in=_threshold(when, "failed_in", around),
        unknown_in=_threshold(when, "unknown_in", around),
        grade_in=_grades(when, around),
        kind=_choices(when, "kind", SCOPES),
        concluded=_names(when, "concluded"),
    )


def _items(when: Fields, key: str) -> tuple[Node, ...]:
    """Give what is listed under a key; one value counts as a list of one, an empty list is a fault."""
    node = when.get(key)
    if node is None:
        return ()
    if isinstance(node, ListNode) and not node.items:
        when.faults.add(Code.NOTHING_SAID, f"{key!r} lists nothing, so it can never hold", node)
    return node.items if isinstance(node, ListNode) else (node,)


def _rules(when: Fields, key: str, around: Around) -> tuple[str, ...]:
    node = when.get(key)
    if isinstance(node, MapNode):
        return _vetoes(node, around)
    ids: dict[str, None] = {}
    for item in _items(when, key):
        id_ = read_text(item, around.faults, expected="the id of a rule")
        if id_ is None:
            continue
        ids[id_] = None
        if id_ not in around.rule_ids:
            hint = around.faults.nearest(id_, around.rule_ids)
            around.faults.add(Code.UNKNOWN_RULE, f"there is no rule {id_[:60]!r}", item, hint=hint)
    return tuple(ids)


def _vetoes(node: MapNode, around: Around) -> tuple[str, ...]:
    """Give the rules that are vetoes: ``{veto: true}`` stands for all of them."""
    selector = Fields(node, around.faults, "a choice of rules", SELECTOR_KEYS)
    if not selector.truth("veto"):
        wrong_type(node, around.faults, "a list of rules, or {veto: true}")
    return tuple(rule.id for rule in around.rules if rule.veto and rule.selected)


def _hollow(fields: Fields, when: When) -> str | None:
    node = child(fields.node, "when")
    keys = [key.text for key, value in node.entries if isinstance(value, MapNode)] if isinstance(node, MapNode) else []
    return next((key for key in keys if key in _RULE_KEYS and not getattr(when, key)), None)


def _threshold(when: Fields, key: str, around: Around) -> Threshold | None:
    node = when.get(key)
    fields = None if node is None else as_fields(node, around.faults, f"`{key}`", THRESHOLD_KEYS)
    if fields is None:
        return None
    least = fields.get("at_least")
    count = None if least is None else read_decimal(least, around.faults, least=1, most=MOST_RULES, whole=True)
    group = fields.text("group")
    known = {one.id for one in around.groups}
    if group is not None and group != ANY_GROUP and group not in known:
        hint = around.faults.nearest(group, known) or 'write "*" for any one group, leave it out for the whole ruleset'
        message = f"there is no group {group[:60]!r}"
        around.faults.add(Code.UNKNOWN_GROUP, message, fields.get("group") or fields.node, hint=hint)
    return Threshold(1 if count is None else int(count), group)


def _grades(when: Fields, around: Around) -> tuple[str, ...]:
    grades = (_grade(item, around) for item in _items(when, "grade_in"))
    return tuple(dict.fromkeys(grade for grade in grades if grade is not None))


def _grade(node: Node | None, around: Around) -> str | None:
    name = None if node is None else read_text(node, around.faults, expected="a grade's name")
    if node is None or name is None or name in around.grades:
        return name
    known = f"the grades are {', '.join(around.grades)}" if around.grades else "the ruleset has none; add `grades:`"
    hint = around.faults.nearest(name, around.grades) or known
    around.faults.add(Code.NO_GRADE, f"there is no grade {name[:60]!r}", node, hint=hint)
    return name


def _choices(when: Fields, key: str, allowed: Collection[str]) -> tuple[str, ...]:
    found = (read_choice(item, when.faults, allowed) for item in _items(when, key))
    return tuple(dict.fromkeys(text for text in found if text is not None))


def _names(when: Fields, key: str) -> tuple[str, ...]:
    found = (read_id(item, when.faults) for item in _items(when, key))
    return tuple(dict.fromkeys(text for text in found if text is not None))


# ---- ALL CONCLUSIONS ----


def _reachable(found: list[_Read], around: Around) -> list[_Read]:
    """Leave out what is included and cannot apply here; say of the others what keeps them from being reached."""
    able = fallible(around.rules)
    counts = count_groups(around.groups, {rule.id: rule.group for rule in around.rules if rule.id in able})
    barred = barriers([read.conclusion for read in found if read.hollow is None], able, counts)
    barred |= {read.conclusion.id: Barrier(read.hollow, "no rule is a veto") for read in found if read.hollow}
    names = {read.conclusion.conclude for read in found if read.conclusion.conclude is not None}
    left = []
    for read in found:
        barrier = barred.get(read.conclusion.id)
        if barrier is not None and read.included and barrier.unknown is None:
            continue
        if read.hollow is None:
            left.append(read)
        _check_cap(read, around)
        if barrier is not None and around.rule_ids.issuperset(_mentioned(read.conclusion)):
            _report(barrier, read, names, around.faults)
    return left


def _mentioned(each: Conclusion) -> list[str]:
    return [rule for key in _RULE_KEYS for rule in getattr(each.when, key)]


def _report(barrier: Barrier, read: _Read, names: set[str], faults: Faults) -> None:
    when = child(read.fields.node, "when")
    place = read.fields.node if when is None else when
    if isinstance(when, MapNode):
        place = child(when, barrier.key) or when
    if barrier.unknown is not None:
        message = f"nothing concludes {barrier.unknown[:60]!r}"
        known = faults.nearest(barrier.unknown, names) or "name what some `then` has under `conclude:`"
        faults.add(Code.NO_CONCLUSION, message, _item(place, barrier.unknown), hint=known)
    elif barrier.circle:
        way = " → ".join(barrier.circle)
        message = f"{read.fields.what} waits for itself ({way}), and nothing else begins the circle"
        faults.warn(Code.WAITING_CIRCLE, message, place, hint="conclude one of them from findings, too")
    else:
        faults.warn(Code.NEVER_REACHED, f"{read.fields.what} is never reached: {barrier.why}", place)


def _item(place: Node, text: str) -> Node:
    items = place.items if isinstance(place, ListNode) else ()
    return next((item for item in items if isinstance(item, Scalar) and item.text == text), place)


def _check_cap(read: _Read, around: Around) -> None:
    then = child(read.fields.node, "then")
    if around.grades and read.conclusion.cap == around.grades[0] and isinstance(then, MapNode):
        message = f"the cap {read.conclusion.cap!r} is the best grade, so it lowers nothing"
        around.faults.warn(Code.NO_EFFECT, message, child(then, "cap") or then)
