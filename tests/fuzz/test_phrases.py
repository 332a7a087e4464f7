"""A million phrases, grown from the grammar and then spoilt: each is read, or refused in words, and nothing else."""

from __future__ import annotations

import random

import pytest

from commscore._phrases import LONGEST_PHRASE, agrees, parse_requirement
from commscore._phrases._vocabulary import MEASURES, WORDS
from commscore._requirement import describe
from commscore.errors import RequirementError

MARKS = [*WORDS, *"≥≤<>=~—-–+±×()（）%％‰,，.。;；、:：/ \t\n"]
NUMBERS = ["0", "1", "10", "007", "1,000", "12345678901234567890", "0.5", ".5", "5.", "１０", "3½", "1e5", "-3", "②"]
NUMBERS += ["一", "两", "十二", "一百零五", "三千万亿", "零点五", "百分之三十", "千分之五", "几十", "半", "10余", "廿"]
UNITS = [*MEASURES, "%", "‰", "个百分点", "倍", "成", "折", "m²", ""]
SHAPES = ["{c}{n}{u}", "{n}{u}{c}", "{n}—{n}{u}", "{n}..{n}", "{c} {n} × posts", "{c}{n}{u}{c}{n}{u}", "== {w}", "{w}"]
SHAPES += ["每{n}{u}{c}{n}{u}", "平均{c}{n}{u}", "{c}{n}{u}（含）", "{n}{u}左右±{n}{u}", "{c}{n}% of {w}", "{n}"]
ODD = [
    "\x00",
    "\ufeff",
    "\u200b",
    "\ud800",
    "𝟙",
    "💥",
    "ß",
    "İ",
    "\u0301",
    "\r",
    "٣",
    "९",
    "\u2028",
    "'",
    '"',
    "\\",
    "{",
]


def grown(chance: random.Random) -> str:
    """A phrase as the grammar has it, or nearly."""
    parts = {"c": WORDS, "n": NUMBERS, "u": UNITS, "w": ["true", "false", "posts", "全覆盖", "社区", "all", "units"]}
    text = chance.choice(SHAPES)
    for key, choices in parts.items():
        while f"{{{key}}}" in text:
            text = text.replace(f"{{{key}}}", chance.choice(list(choices)), 1)
    return text


def spoilt(text: str, chance: random.Random) -> str:
    """The same with something put in, taken out, doubled or turned round."""
    for _ in range(chance.choice((0, 0, 1, 1, 2, 5))):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 1, 1, 3)))
        put = chance.choice((chance.choice(MARKS), chance.choice(NUMBERS), chance.choice(ODD), "", text[start:end] * 2))
        text = text[:start] + put + text[end:]
    return text * 40 if chance.random() < 0.001 else text


def answer(text: str) -> str:
    """Read a text; say whether it was read or why it was refused."""
    try:
        read = parse_requirement(text)
    except RequirementError as refusal:
        return str(refusal)
    assert parse_requirement(describe(read)) == read, text
    if len(text) <= LONGEST_PHRASE:
        agrees(text, read)
    return "read"


@pytest.mark.parametrize("count", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_no_phrase_is_answered_but_by_a_requirement_or_a_refusal(count: int) -> None:
    chance = random.Random(count)
    answers = [answer(spoilt(grown(chance), chance)) for _ in range(count)]

    assert all(answers)
    assert count / 20 < answers.count("read") < count * 19 / 20
