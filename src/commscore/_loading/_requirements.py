"""What a part must meet (`require:`) and the policy's words for it (`phrase:`)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from commscore._loading._codes import Code
from commscore._loading._fields import Fields, kind, read_text, wrong_type
from commscore._loading._nodes import MapNode, Scalar
from commscore._phrases import LONGEST_PHRASE, agrees, parse_requirement
from commscore._requirement import PLAIN, Comparator, InputRef, Requirement, describe
from commscore._ruleset import ALL, SCOPES
from commscore.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._loading._faults import Faults
    from commscore._loading._nodes import Node

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
        if phrase is None and asked.phrases and scope == ALL:
            continue  # that the phrases are by scope and the requirement is not has been said
        if phrase is None:
            message = f"no phrase says where {describe(requirement)} comes from"
            faults.warn(Code.NO_PHRASE, message, place, hint="add `phrase:` with the figure as the policy writes it")
        elif len(phrase) <= LONGEST_PHRASE and (reason := _disagreement(phrase, requirement, per)) is not None:
            message = f"the phrase {phrase!r} does not say {describe(requirement)}: {reason}"
            hint = "mend one of them, or say in `note:` how the phrase is read"
            words = asked.phrase_place(scope) if own else place
            faults.add(Code.DISAGREES, message, _nearest_file(asked.node, words, place), hint=hint)


def _nearest_file(node: Node, *places: Node) -> Node:
    """Choose the first place that stands in the file which had the last word on a rule."""
    return next((place for place in places if place.document is node.document), node)


def _disagreement(phrase: str, requirement: Requirement, per: Fraction) -> str | None:
    """Say why a phrase is not the requirement; one that names no 每百户 at all may leave that to `per`."""
    reason = agrees(phrase, requirement, per=per)
    return None if reason is None or agrees(phrase, requirement) is None else reason


def with_phrases(asked: Asked, enclosing: Asked | None) -> dict[str, Requirement]:
    """Give the requirements, each carrying the policy's words for it."""
    return {
        scope: attrs.evolve(
            requirement,
            phrase=asked.phrase(scope) or (enclosing.phrase(scope) if enclosing is not None else None),
        )
        for scope, requirement in asked.requirements.items()
    }


def check_kind(requirement: Requirement, measure: str, place: Node, faults: Faults) -> bool:
    """Check that a requirement is of the kind of the value it judges.

    Args:
        requirement: The requirement.
        measure: What the value is: ``flag``, ``fraction``, ``ratio`` (without `per`), ``per`` or ``number``.
        place: Where it stands.
        faults: Takes the fault found.

    Returns:
        Whether it is.
    """
    if isinstance(requirement.value, InputRef):
        return True
    wrong = _wrong_kind(requirement, measure)
    if wrong is not None:
        code, message, cure = wrong
        faults.add(code, message, place, hint=cure)
    return wrong is None


def _wrong_kind(requirement: Requirement, measure: str) -> tuple[Code, str, str] | None:
    shown = describe(requirement)
    whole, truth = requirement.comparator is Comparator.ALL, isinstance(requirement.value, bool)
    if truth or measure == "flag":
        if measure != "flag":
            return Code.TRUTH, f"a number is judged here; {shown} is for flags", 'write a number, such as ">= 10"'
        return (
            None if truth or whole else (Code.TRUTH, f"a flag is true or false; {shown} is for numbers", "write true")
        )
    if whole:
        cure = "write the number that is the whole, or assess a share, a rate or a ratio without `per`"
        message = "all (全覆盖, 100%) needs a share of something; a plain number has no whole"
        return None if measure in {"fraction", "ratio"} else (Code.ALL_ON_NUMBER, message, cure)
    kind_of = (measure, requirement.scale == PLAIN)
    return {
        ("fraction", True): (
            Code.PLAIN_ON_FRACTION,
            f"{shown} is a plain number, a share or rate is judged here",
            'write a percentage, such as ">= 46%"',
        ),
        ("per", False): (
            Code.PERCENT_BESIDE_PER,
            f"{shown} is a part of a whole, `per` counts natural units",
            "drop `per`, so that the value is a fraction, or the sign",
        ),
        ("number", False): (
            Code.PERCENT_ON_NUMBER,
            f"{shown} is a part of a whole, a plain number is judged here",
            "use share or ratio, or write the number without the sign",
        ),
    }.get(kind_of)
