"""What a part must meet (`require:`) and the policy's words for it (`phrase:`)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._loading._codes import Code
from commscore._loading._fields import Fields, kind, read_text, wrong_type
from commscore._loading._nodes import MapNode, Scalar
from commscore._phrases import LONGEST_PHRASE, agrees, parse_requirement
from commscore._requirement import Comparator, InputRef, Requirement, describe
from commscore._ruleset import ALL, SCOPES
from commscore.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._loading._nodes import Faults, Node

TRUE = Requirement(Comparator.IS, True)  # noqa: FBT003 - the value itself, not an option


@attrs.frozen
class Asked:
    """What one mapping of the file says under `require` and `phrase`.

    Attributes:
        requirements: By scope.
        places: Where each requirement stands, by scope.
        phrases: The policy's words by scope, ``all`` where one phrase serves every scope.
        phrase_places: Where each phrase stands.
        given: Whether there is a `require` at all, readable or not.
        node: The mapping.
    """

    requirements: Mapping[str, Requirement]
    places: Mapping[str, Node]
    phrases: Mapping[str, str]
    phrase_places: Mapping[str, Node]
    given: bool
    node: Node

    def phrase(self, scope: str) -> str | None:
        """Give the words for a scope."""
        return self.phrases.get(scope, self.phrases.get(ALL))

    def phrase_place(self, scope: str) -> Node:
        """Give the place of the words for a scope."""
        return self.phrase_places.get(scope, self.phrase_places.get(ALL, self.node))


def read_asked(fields: Fields) -> Asked:
    """Read `require` and `phrase` of a rule or part."""
    faults = fields.faults
    nodes = _by_scope(fields.get("require"), faults, "the requirement")
    read = {scope: read_requirement(node, faults) for scope, node in nodes.items()}
    phrase_nodes = _by_scope(fields.get("phrase"), faults, "the phrase")
    phrases = {scope: read_text(node, faults, expected="a phrase") for scope, node in phrase_nodes.items()}
    asked = Asked(
        requirements={scope: requirement for scope, requirement in read.items() if requirement is not None},
        places=nodes,
        phrases={scope: phrase for scope, phrase in phrases.items() if phrase is not None},
        phrase_places=phrase_nodes,
        given="require" in fields,
        node=fields.node,
    )
    _check_scopes(asked, faults)
    return _with_own_words(asked, faults)


def _by_scope(node: Node | None, faults: Faults, what: str) -> dict[str, Node]:
    if node is None:
        return {}
    if not isinstance(node, MapNode):
        return {ALL: node}
    fields = Fields(node, faults, what, SCOPES)
    found = {scope: value for scope in SCOPES if (value := fields.get(scope)) is not None}
    if not node.entries:
        wrong_type(node, faults, f"{what} for urban, rural or both")
    return found


def read_requirement(node: Node, faults: Faults) -> Requirement | None:
    """Read one requirement from the text of a scalar."""
    if not isinstance(node, Scalar) or kind(node) == "nothing" or not node.text.strip():
        wrong_type(node, faults, 'a requirement such as 不少于10个 or ">= 10"')
        return None
    try:
        return parse_requirement(node.text.lower() if kind(node) == "truth" else node.text)
    except RequirementError as error:
        if node.style == ">":
            wrong_type(node, faults, "a requirement")
        else:
            faults.add(Code.UNREADABLE, f"cannot read {node.text[:60]!r}: {error.reason}", node)
        return None


def _check_scopes(asked: Asked, faults: Faults) -> None:
    for scope, place in asked.phrase_places.items():
        if asked.given and scope != ALL and scope not in asked.places:
            message = f"the phrase is for {scope} units, but no requirement is"
            faults.add(Code.SCOPES, message, place, hint="write both as {urban: …, rural: …}, or neither")
    for scope, phrase in asked.phrases.items():
        _check_length(phrase, asked.phrase_places[scope], faults)


def _check_length(phrase: str, place: Node, faults: Faults) -> None:
    if len(phrase) > LONGEST_PHRASE:
        message = f"the phrase has {len(phrase)} characters; at most {LONGEST_PHRASE}: the figure as it is written"
        faults.add(Code.PHRASE_TOO_LONG, message, place)


def _with_own_words(asked: Asked, faults: Faults) -> Asked:
    """Let a requirement that is written in the policy's own words be its phrase as well."""
    if asked.phrases or asked.phrase_places:
        return asked
    words = {
        scope: place.text.strip()
        for scope, place in asked.places.items()
        if isinstance(place, Scalar) and scope in asked.requirements
        if asked.requirements[scope].phrase is not None
    }
    for scope, phrase in words.items():
        _check_length(phrase, asked.places[scope], faults)
    return attrs.evolve(asked, phrases=words, phrase_places={scope: asked.places[scope] for scope in words})


def check_agreement(asked: Asked, enclosing: Asked | None, per: Fraction, faults: Faults) -> None:
    """Check that each requirement is what the policy's words say.

    Args:
        asked: The requirements, with the phrases of the same mapping.
        enclosing: What the rule around a part says; its phrase serves where the part has none.
        per: The factor of a ratio.
        faults: Takes every fault found.
    """
    for scope, requirement in asked.requirements.items():
        if isinstance(requirement.value, bool):
            continue
        place = asked.places.get(scope, asked.node)
        own = asked.phrase(scope)
        phrase = own or (enclosing.phrase(scope) if enclosing is not None else None)
        if phrase is None:
            message = f"no phrase says where {describe(requirement)} comes from"
            faults.warn(Code.NO_PHRASE, message, place, hint="add `phrase:` with the figure as the policy writes it")
        elif (reason := agrees(phrase, requirement, per=per)) is not None:
            message = f"the phrase {phrase!r} does not say {describe(requirement)}: {reason}"
            hint = "mend one of them, or say in `note:` how the phrase is read"
            faults.add(Code.DISAGREES, message, asked.phrase_place(scope) if own else place, hint=hint)


def with_phrases(asked: Asked, enclosing: Asked | None) -> dict[str, Requirement]:
    """Give the requirements, each carrying the policy's words for it."""
    return {
        scope: attrs.evolve(
            requirement,
            phrase=asked.phrase(scope) or (enclosing.phrase(scope) if enclosing is not None else None),
        )
        for scope, requirement in asked.requirements.items()
    }


def check_kind(requirement: Requirement, measure: str, place: Node, faults: Faults) -> None:
    """Check that a requirement is of the kind of the value it judges.

    Args:
        requirement: The requirement.
        measure: What the value is: ``flag``, ``fraction``, ``ratio`` (without `per`), ``per`` or ``number``.
        place: Where it stands.
        faults: Takes the fault found.
    """
    percent = requirement.scale != "plain"
    shown = describe(requirement)
    if isinstance(requirement.value, InputRef):
        return
    if isinstance(requirement.value, bool) or measure == "flag":
        whole = requirement.comparator is Comparator.ALL
        if measure != "flag":
            faults.add(Code.TRUTH, f"a number is judged here; {shown} is for flags", place)
        elif not (isinstance(requirement.value, bool) or whole):
            faults.add(Code.TRUTH, f"a flag is true or false; {shown} is for numbers", place)
    elif requirement.comparator is Comparator.ALL:
        if measure not in {"fraction", "ratio"}:
            cure = "write the number that is the whole, or assess a share, a rate or a ratio without `per`"
            faults.add(
                Code.ALL_ON_NUMBER,
                "全覆盖 (all) needs a share; a plain number has no whole",
                place,
                hint=cure,
            )
    elif measure == "fraction" and not percent:
        cure = 'write a percentage, such as ">= 46%"'
        faults.add(
            Code.PLAIN_ON_FRACTION,
            f"{shown} is a plain number, a share or rate is judged here",
            place,
            hint=cure,
        )
    elif measure == "per" and percent:
        cure = "drop `per` (the value is a fraction then) or the sign"
        faults.add(
            Code.PERCENT_BESIDE_PER,
            f"{shown} is a part of a whole, `per` counts natural units",
            place,
            hint=cure,
        )
    elif measure == "number" and percent:
        cure = "use share or ratio, or write the number without the sign"
        faults.add(
            Code.PERCENT_ON_NUMBER,
            f"{shown} is a part of a whole, a plain number is judged here",
            place,
            hint=cure,
        )
