"""What rulesets require is what their phrases say; a note exempts a rule from that, so here are all that need one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import commscore
from commscore import Rule
from commscore._phrases import agrees
from commscore._ruleset import Part

SAID = {"百": 100, "千": 1000, "万": 10_000}
# Rules whose phrase alone does not say what they require; their notes say how it is read.
READ_BY_NOTE = {
    "dalian": {"two-cancers-aid", "dropout-files", "imagery-annual", "imagery-quarterly", "reserve-candidates"},
    "qingdao": {"new-police-offices-colocated"},
    "taian": {"community-policing"},
}


def parts(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts:
        yield from parts(inner)


def says_otherwise(rule: Rule) -> bool:
    """Say whether a phrase of a rule is neither its requirement nor that without what `per` adds."""
    return any(
        agrees(asked.phrase, asked, per=part.per) is not None and agrees(asked.phrase, asked) is not None
        for part in parts(rule)
        for asked in part.requirements.values()
        if asked.phrase and not isinstance(asked.value, bool)
    )


@pytest.mark.parametrize("name", [record.id for record in commscore.list_rulesets()])
def test_requirements_are_what_phrases_say_but_where_a_note_says_how_they_are_read(name: str) -> None:
    rules = [rule for rule in commscore.load_ruleset(name).rules if says_otherwise(rule)]

    assert {rule.id for rule in rules} == READ_BY_NOTE.get(name.partition("-")[0], set())
    assert all(rule.note for rule in rules)


@pytest.mark.parametrize("name", [record.id for record in commscore.list_rulesets()])
def test_a_ratio_is_per_what_its_title_or_phrase_says(name: str) -> None:
    for rule in commscore.load_ruleset(name).rules:
        said = {SAID[number] for number in re.findall("每([百千万])", f"{rule.title.zh}{rule.phrase}")}
        assert said == ({rule.per} - {1}), rule.id
