"""Laws of reading requirements: one meaning for each rendering, refusal or a round trip for everything else."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commscore._phrases import agrees, parse_requirement
from commscore._phrases._tokens import tokenize
from commscore._phrases._vocabulary import MEASURES, WORDS
from commscore._requirement import Comparator, Requirement, describe, interval
from commscore.errors import RequirementError

AT_LEAST, MORE_THAN, AT_MOST, LESS_THAN = (
    Comparator.AT_LEAST,
    Comparator.MORE_THAN,
    Comparator.AT_MOST,
    Comparator.LESS_THAN,
)

WORDINGS = {
    AT_LEAST: ["≥{}", ">= {}", "不少于{}", "不得低于{}", "{}以上", "{} 及以上", "达到{}", "达到{}以上", "至少{}"],
    MORE_THAN: ["> {}", "＞{}", "超过{}", "高于{}", "{}以外", "{}以上（不含）"],
    AT_MOST: ["≤{}", "<= {}", "不超过{}", "不应高于{}", "{}以下", "{}以内", "控制在{}以下", "低于{}（含）"],
    LESS_THAN: ["< {}", "＜{}", "低于{}", "少于{}", "不足{}", "{}以下（不含本数）"],
    Comparator.IS: ["== {}", "＝＝{}", "等于{}"],
}
FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in "0123456789.,"}


def chinese(number: int) -> str:
    """Write a number in Chinese numerals, four digits at a time."""
    groups = []
    for size, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group, number = divmod(number, size)
        digits = f"{group:04}"
        text = "".join(
            "零" if digit == "0" else "零一二三四五六七八九"[int(digit)] + unit
            for digit, unit in zip(digits, ("千", "百", "十", ""), strict=True)
        )
        groups.append(text + name if group else "零")
    joined = "".join(groups)
    while "零零" in joined:
        joined = joined.replace("零零", "零")
    joined = joined.replace("零万", "万零").replace("零亿", "亿零")
    while "零零" in joined:
        joined = joined.replace("零零", "零")
    return joined.strip("零") or "零"


def renderings(number: int) -> list[str]:
    """The same number as texts may write it."""
    digits = str(number)
    return [digits, f"{number:,}", digits.translate(FULL_WIDTH), f"{number:,}".replace(",", "，"), chinese(number)]


def numbers() -> st.SearchStrategy[int]:
    return st.integers(0, 30) | st.integers(0, 10**4) | st.integers(0, 10**12 - 1)


@given(st.data(), st.sampled_from(list(WORDINGS)), numbers(), st.sampled_from(["", "个", " 个", "人", "平方米"]))
def test_every_rendering_of_a_number_means_the_same(
    data: st.DataObject, comparator: Comparator, number: int, unit: str
) -> None:
    wording = data.draw(st.sampled_from(WORDINGS[comparator]))
    rendering = data.draw(st.sampled_from(renderings(number)))

    parsed = parse_requirement(wording.format(rendering + unit))

    assert parsed == Requirement(comparator, Fraction(number), unit=unit.strip() or None)


@given(st.sampled_from(list(WORDINGS)), st.integers(0, 10**6), st.integers(0, 4), st.sampled_from(["", "%", "‰"]))
def test_decimals_are_exact_at_every_place(comparator: Comparator, digits: int, places: int, sign: str) -> None:
    value = Fraction(digits, 10**places)
    text = f"{digits // 10**places}.{digits % 10**places:0{places}}" if places else str(digits)

    parsed = parse_requirement(WORDINGS[comparator][0].format(text + sign))

    assert parsed.value == value / {"": 1, "%": 100, "‰": 1000}[sign]


@given(st.sampled_from([AT_LEAST, MORE_THAN, AT_MOST, LESS_THAN]), st.integers(1, 10**6), st.data())
def test_comparator_is_strict_at_the_number_or_not(comparator: Comparator, number: int, data: st.DataObject) -> None:
    wording = data.draw(st.sampled_from(WORDINGS[comparator]))
    met = interval(parse_requirement(wording.format(number)))
    step = Fraction(1, 10**9)

    assert [number + move in met for move in (-step, 0, step)] == [
        comparator in {AT_MOST, LESS_THAN},
        comparator in {AT_LEAST, AT_MOST},
        comparator in {AT_LEAST, MORE_THAN},
    ]


PIECES = [*WORDS, *MEASURES, *"0123456789一二三十百千万亿点零〇两.,%‰ -（）()余多几半成每第年"]
PIECES += ["（含）", "（不含", "posts", "of", "x", "true"]


def outcome(text: str) -> Requirement | None:
    """What a text is read as; null when it is refused as it should be."""
    try:
        return parse_requirement(text)
    except RequirementError:
        return None


@given(st.text() | st.text(alphabet=st.characters(), max_size=250) | st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_text_fails_in_another_way_than_by_refusal(text: str) -> None:
    requirement = outcome(text)

    assert requirement is None or parse_requirement(describe(requirement)) == requirement


@given(st.sampled_from(list(WORDINGS)), st.data(), numbers(), st.sampled_from(["", "个", "人", "平方米"]))
def test_phrase_agrees_with_what_it_is_read_as(
    comparator: Comparator, data: st.DataObject, number: int, unit: str
) -> None:
    wording = data.draw(st.sampled_from(WORDINGS[comparator]))
    rendering = data.draw(st.sampled_from(renderings(number)))
    phrase = wording.format(rendering + unit)
    other = data.draw(st.sampled_from([kind for kind in WORDINGS if kind is not comparator]))

    if len(phrase) <= 25:
        assert agrees(phrase, Requirement(comparator, Fraction(number))) is None
        assert agrees(phrase, Requirement(comparator, Fraction(number + 1))) is not None
        assert agrees(phrase, Requirement(other, Fraction(number))) is not None


@given(
    st.text(max_size=30) | st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.sampled_from(["≥ 10 个", "> 3%", "10..15", "约 100", "100%", "true", "≥ 2 × posts", "== posts"]),
    st.none() | st.integers(1, 10**5),
)
def test_agreement_is_null_or_a_reason(phrase: str, text: str, per: int | None) -> None:
    reason = agrees(phrase, parse_requirement(text), per=per)

    assert reason is None or reason.startswith(("the phrase ", "no figure ", "no comparator "))


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_tokens_leave_nothing_out_but_white_space(text: str) -> None:
    tokens = tokenize(text)
    between = [text[one.end : two.start] for one, two in itertools.pairwise(tokens)]
    outside = [text[: tokens[0].start], text[tokens[-1].end :]] if tokens else [text]

    assert all(token.text == text[token.start : token.end] != "" for token in tokens)
    assert "".join([*between, *outside]).strip() == ""


@pytest.mark.slow
def test_a_hundred_thousand_random_phrases_are_read_or_refused() -> None:
    draw = random.Random(20230705)
    read = 0
    for _ in range(100_000):
        requirement = outcome("".join(draw.choices(PIECES, k=draw.randint(1, 7))))
        if requirement is not None:
            read += 1
            assert parse_requirement(describe(requirement)) == requirement

    assert read > 500
