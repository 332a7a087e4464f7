"""Requirements as texts write them: what is read, with what meaning, and what is refused with which reason."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import Any, cast

import pytest

from commscore._phrases import parse_requirement, requirement_from_scalar
from commscore._requirement import PERCENT, PERMILLE, Comparator, InputRef, Requirement, interval
from commscore.errors import RequirementError

AT_LEAST, MORE_THAN, AT_MOST, LESS_THAN = (
    Comparator.AT_LEAST,
    Comparator.MORE_THAN,
    Comparator.AT_MOST,
    Comparator.LESS_THAN,
)
ALL = Requirement(Comparator.ALL, Fraction(1), scale=PERCENT)


def listed(text: str) -> list[str]:
    """Texts that are written one beside the other, a bar between them."""
    return [item.strip() for item in text.replace("\n", "|").split("|") if item.strip()]


# Whether 29, 30 and 31 meet each phrase of 30.
BOUNDARIES = {
    "FPP": """不少于30 | 不低于30 | 不小于30 | 30以上 | 30及以上 | 达到30 | 达30 | 至少30 | ≥30 | >= 30 | ≮30
        不得少于30 | 不应低于30 | 不宜小于30 | 不能低于30 | 应不少于30 | 达到30以上 | 提高到30以上 | 30以上（含）
        超过30（含） | 30以上(含30) | 30以外（含本数） | 不少于30以上 | 大于30（含）""",
    "FFP": """超过30 | 高于30 | 多于30 | 大于30 | 30以外 | > 30 | ＞30 | 不少于30（不含） | 30以上（不含）
        30以上（不含本数） | 达到30以上（不含30） | 30（不含）以上""",
    "PPF": """不超过30 | 不高于30 | 不多于30 | 不大于30 | 30以下 | 30以内 | 30及以下 | 控制在30以下 | 控制在30以内
        ≤30 | <= 30 | ≯30 | 至多30 | 最多30 | 不得超过30 | 不应高于30 | 不宜大于30 | 低于30（含） | 降到30以下""",
    "PFF": "低于30 | 少于30 | 小于30 | 不足30 | 不满30 | < 30 | ＜30 | 30以下（不含） | 不超过30（不含本数）",
    "FPF": "== 30 | = 30 | 等于30 | 30..30 | 30左右 ± 0 | 约30±0%",
}


def refused(text: object) -> str:
    """The reason why a text is refused."""
    with pytest.raises(RequirementError) as caught:
        parse_requirement(cast("str", text))
    return caught.value.reason


# ---- COMPARATORS ----


@pytest.mark.parametrize(
    ("met", "phrase"), [(met, phrase) for met, phrases in BOUNDARIES.items() for phrase in listed(phrases)]
)
def test_phrase_decides_at_its_number(met: str, phrase: str) -> None:
    wanted = interval(parse_requirement(phrase))

    assert "".join("P" if Fraction(value) in wanted else "F" for value in (29, 30, 31)) == met


def test_30_or_more_and_more_than_30_differ_exactly_at_30() -> None:
    least, more = interval(parse_requirement("30平方米以上")), interval(parse_requirement("超过30平方米"))

    assert [(Fraction(value) in least, Fraction(value) in more) for value in ("29.9999", "30", "30.0001")] == [
        (False, False),
        (True, False),
        (True, True),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10—15个", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15), unit="个")),
        ("10个—15个", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15), unit="个")),
        ("10-15", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15))),
        ("10–15", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15))),
        ("10～15", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15))),
        ("10至15", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15))),
        ("十到十五", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15))),
        ("达到10..15", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15))),
        ("10..15（含）", Requirement(Comparator.BETWEEN, Fraction(10), upper=Fraction(15))),
        ("-5--3", Requirement(Comparator.BETWEEN, Fraction(-5), upper=Fraction(-3))),
        ("10—15%", Requirement(Comparator.BETWEEN, Fraction(1, 10), upper=Fraction(15, 100), scale=PERCENT)),
        ("10%至15%", Requirement(Comparator.BETWEEN, Fraction(1, 10), upper=Fraction(15, 100), scale=PERCENT)),
        ("5000至1万人", Requirement(Comparator.BETWEEN, Fraction(5000), upper=Fraction(10_000), unit="人")),
    ],
)
def test_range_is_read_in_each_of_its_forms(text: str, expected: Requirement) -> None:
    assert parse_requirement(text) == expected


@pytest.mark.parametrize(
    ("text", "tolerance"),
    [
        ("100门左右 ± 10%", Fraction(10)),
        ("约100门 ± 5", Fraction(5)),
        ("约100门左右±5门", Fraction(5)),
        ("100门 +/- 5", Fraction(5)),
        ("≈ 100门 ± 2.5", Fraction(5, 2)),
        ("100门左右", None),
        ("约100门", None),
        ("达到100门左右", None),
        ("控制在100门左右", None),
    ],
)
def test_about_holds_its_tolerance_in_units_of_the_number(text: str, tolerance: Fraction | None) -> None:
    assert parse_requirement(text) == Requirement(Comparator.ABOUT, Fraction(100), tolerance=tolerance, unit="门")


@pytest.mark.parametrize("text", ["50%左右 ± 10%", "50%左右 ± 5个百分点", "约50%±5百分点"])
def test_tolerance_of_a_percentage_is_part_of_it_or_points(text: str) -> None:
    assert parse_requirement(text).tolerance == Fraction(5, 100)


@pytest.mark.parametrize(
    "text",
    listed("""100% | 100 % | １００％ | 百分之百 | 百分之一百 | 全覆盖 | 全部 | 全部覆盖 | 全面覆盖 | 达到全覆盖
        实现全覆盖 | = 100%"""),
)
def test_the_whole_alone_is_all(text: str) -> None:
    assert parse_requirement(text) == ALL


@pytest.mark.parametrize(
    ("text", "comparator"), [("达到100%", AT_LEAST), (">= 100%", AT_LEAST), ("== 100%", Comparator.IS)]
)
def test_the_whole_with_a_comparator_is_that_comparator(text: str, comparator: Comparator) -> None:
    assert parse_requirement(text) == Requirement(comparator, Fraction(1), scale=PERCENT)


@pytest.mark.parametrize(
    ("text", "value"),
    [("== true", True), ("== false", False), ("true", True), ("= True", True), ("＝＝ FALSE", False)],
)
def test_flag_is_true_or_false(text: str, value: bool) -> None:
    assert parse_requirement(text) == Requirement(Comparator.IS, value)


@pytest.mark.parametrize(
    ("text", "comparator", "factor", "scale"),
    [
        (">= posts", AT_LEAST, "1", "plain"),
        ("不低于 posts", AT_LEAST, "1", "plain"),
        ("== posts", Comparator.IS, "1", "plain"),
        (">= 2 × posts", AT_LEAST, "2", "plain"),
        (">= 2× posts", AT_LEAST, "2", "plain"),
        ("> 0.8 * posts", MORE_THAN, "0.8", "plain"),
        ("<= 1.5 x posts", AT_MOST, "1.5", "plain"),
        ("< 两 × posts", LESS_THAN, "2", "plain"),
        (">= 100% of posts", AT_LEAST, "1", PERCENT),
        ("≥ 50%of posts", AT_LEAST, "0.5", PERCENT),
        (">= 50% × posts", AT_LEAST, "0.5", PERCENT),
        (">= 5‰ of posts", AT_LEAST, "0.005", PERMILLE),
    ],
)
def test_relative_requirement_names_its_input(text: str, comparator: Comparator, factor: str, scale: str) -> None:
    expected = Requirement(comparator, InputRef("posts", Fraction(factor)), scale=scale)

    assert parse_requirement(text) == expected


@pytest.mark.parametrize("name", ["x", "of", "m", "truth", "a_1"])
def test_any_identifier_may_be_an_input(name: str) -> None:
    texts = (f">= {name}", f">= 1 × {name}", f">= 1 x {name}")

    assert {parse_requirement(text) for text in texts} == {Requirement(AT_LEAST, InputRef(name, Fraction(1)))}


def test_finer_is_strictly_less_unless_it_says_otherwise() -> None:
    half_metre = Fraction("0.5")

    assert parse_requirement("优于0.5米") == Requirement(LESS_THAN, half_metre, unit="米")
    assert parse_requirement("优于（含）0.5米") == Requirement(AT_MOST, half_metre, unit="米")


# ---- NUMBERS ----


NUMBERS = """
    1,200 = 1200 | 1，200 = 1200 | 1,234,567.5 = 1234567.5 | １２．５ = 12.5 | 007 = 7
    1.5万 = 15000 | 1.5 万 = 15000 | ２亿 = 200000000 | 3千万 = 30000000 | 2万亿 = 2000000000000
    零 = 0 | 三 = 3 | 两 = 2 | 十 = 10 | 十五 = 15 | 二十 = 20 | 一百零五 = 105 | 一百一十 = 110 | 一百二十 = 120
    一千零一十 = 1010 | 三千 = 3000 | 两千五百 = 2500 | 一万二千 = 12000 | 十万 = 100000 | 一百二十万 = 1200000
    一亿零五 = 100000005 | 二〇二三 = 2023 | 二○二三 = 2023 | 一二三 = 123
    三点五 = 3.5 | 一点五万 = 15000 | 零点二五 = 0.25
    46% = 0.46 | 46 ％ = 0.46 | 2.8‰ = 0.0028 | 百分之四十六 = 0.46 | 百分之46.5 = 0.465 | 四十六% = 0.46
    千分之三 = 0.003 | 万分之三 = 0.0003 | 百分之四点五 = 0.045
"""


@pytest.mark.parametrize(("number", "value"), [case.split(" = ") for case in listed(NUMBERS)])
def test_number_is_read_exactly(number: str, value: str) -> None:
    assert parse_requirement(f"不少于{number}").value == Fraction(value)


UNITS = """
    不少于10个 : 个 | 10 个 以上 : 个 | 30㎡以上 : ㎡ | >= 30 m2 : m2 | >= 30 m² : m² | 1.5万元以上 : 元
    3千克以上 : 千克 | 三千米以上 : 米 | 30平方米以上 : 平方米 | 不少于10个社区社会组织 : 个社区社会组织
    不少于8小时 : 小时 | 十分钟内 : 分钟 | >= 10GB : GB | 10个—15个 : 个 | 约5人次 : 人次
"""


@pytest.mark.parametrize(("text", "unit"), [case.split(" : ") for case in listed(UNITS)])
def test_unit_is_kept_as_written(text: str, unit: str) -> None:
    assert parse_requirement(text).unit == unit


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("不少于10个", "不少于10个"),
        (" 全覆盖 ", "全覆盖"),
        ("一—一", "一—一"),
        (">= 10", None),
        ("≥ 10 个", None),
        ("10..15 个", None),
        ("10—15㎡", None),
        ("10-15 m", None),
    ],
)
def test_phrase_is_kept_where_it_is_a_policys(text: str, phrase: str | None) -> None:
    assert parse_requirement(text).phrase == phrase


# ---- REFUSALS ----


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty; write a comparator and a number"),
        (" \u3000\n", "it is empty"),
        ("10个", "a number alone has no comparator; write >= for at least or == for exactly"),
        ("46%", "a number alone"),
        (">=", "a number is missing"),
        ("不少于个", "'个' cannot be read here"),
        ("10..", "'..' cannot be read here"),
        ("不少于10个以下", "'不少于' says at least and '以下' says at most; leave one of them"),
        ("超过10个以上", "'超过' says more than and '以上' says at least"),
        ("控制在10个以上", "leave one of them"),
        ("10—15个以上", "a figure that is between takes no other comparator"),
        ("不少于10个左右", "leave one of them"),
        ("不少于10个 ± 5", "a figure that is about takes no other comparator"),
        ("10个 20个", "it holds two figures"),
        ("不少于10个，不超过20个", "it holds two figures; write one, or a range such as 10..15"),
        ("> 10 < 20", "it holds two figures"),
        ("1,20个以上", "it holds two figures"),
        ("1万5000以上", "it holds two figures"),
        ("15..10", "the range runs backwards"),
        ("3至5万人", "万 or 亿 may belong to one end of the range or to both"),
        ("10%—15", "one end of the range is a percentage"),
        ("10个—15%", "one end of the range is a percentage"),
        ("10户—15人", "the range has two units"),
        ("100 ± -5", "the tolerance is negative"),
        ("10—15 ± 1", "a range has no tolerance"),
        ("50%左右 ± 5", "the tolerance does not fit the number"),
        ("100左右 ± 5个百分点", "the tolerance does not fit the number"),
        ("10个以上（含）（不含）", "contradicts it"),
        ("10个以上（含20个）", "contradicts it"),
        ("10—15个（不含）", "need a bound"),
        ("10个（含）", "need a bound"),
        ("以上10个", "'以上' belongs after the number"),
        ("10个超过", "'超过' belongs before the number"),
        ("平均拥有不少于12个", "'平均拥有' cannot be read here"),
        ("力争不少于10个", "'力争' states nothing that can be tested"),
        ("基本全覆盖", "force: informational"),
        ("十余个以上", "'余' after a number leaves the number open"),
        ("10多个以上", "leaves the number open"),
        ("十几个以上", "leaves the number open"),
        ("三年半以上", "leaves the number open"),
        ("三成以上", "write a percentage"),
        ("三分之二以上", "of fractions only 百分之, 千分之 and 万分之 are read"),
        ("两三个以上", "'两三' names no single number"),
        ("一万五以上", "'一万五' names no single number"),
        ("一万一万以上", "names no single number"),
        ("二百五以上", "names no single number"),
        ("十百千以上", "names no single number"),
        ("6亿万以上", "'万' after a number makes a second one"),
        ("百分之两三以上", "'两三' names no single number"),
        ("不少于百分之", "'百分之' cannot be read here"),
        ("10个以上（含社区）", "'（含社区）' cannot be read here"),
        ("3千人以上", "mixes digits and 千"),
        (f">= {'9' * 31}", "31 digits"),
        (f">= 零点{'九' * 31}", "31 decimals"),
        (f"{'十' * 150}以上", "names no single number"),
        (">= 10 posts", "'posts' is no known unit; write 2 × posts"),
        (">= 10 PCS", "'PCS' is no known unit"),
        (">= 1e3", "'e3' is no known unit"),
        (f"不少于10{'组织' * 7}", "too long for a unit"),
        ("posts", "an input needs a comparator; write >= posts or == posts"),
        ("约 posts", "an input needs a comparator"),
        (">= 2 of posts", "'of' is no known unit"),
        (">= 0 × posts", "must be more than nothing"),
        (">= 2 × posts 个", "cannot be read here"),
        (">= Posts", "'Posts' cannot be read here"),
        (">= true", "true and false have no more and less"),
        ("不少于全部", "take no comparator"),
        ("!= 5", "'not equal' is no requirement"),
        ("=> 5", "write >="),
        ("优于90分", "write 高于 or 低于"),
        ("46%的家庭以上", "'的家庭' cannot be read here"),
        ("不少于\u202e10个", "cannot be read here"),
        ("不少于10\ud800", "is no known unit"),
        ("不少于10个\0", "is no known unit"),
        (f">= 1{' ' * 200}", "it has 204 characters; a requirement has at most 200"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, reason: str) -> None:
    assert reason in refused(text)


@pytest.mark.parametrize("value", [None, b">= 10", 10, 1.5, True, ["不少于10个"], object()])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert "a requirement is text" in refused(value)


def test_error_names_the_text_and_survives_pickling() -> None:
    with pytest.raises(RequirementError, match="cannot read '10个': a number alone") as caught:
        parse_requirement("10个")

    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301


@pytest.mark.parametrize(
    "char", ["9", "九", "千", "(", "(含", "每一", ",1", "不", "以上", "\0", "\ud800", "应补尽", "x "]
)
def test_a_million_characters_are_refused_and_quoted_in_part(char: str) -> None:
    with pytest.raises(RequirementError) as caught:
        parse_requirement(char * 1_000_000)

    assert len(str(caught.value)) < 600


def test_the_longest_text_is_read_and_one_character_more_is_refused() -> None:
    longest = ">= 10".ljust(200)

    assert parse_requirement(longest) == parse_requirement(">= 10")
    with pytest.raises(RequirementError, match=r"cannot read '>= 10 {55}…': it has 201 characters; .* at most 200$"):
        parse_requirement(longest + " ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (5, "cannot read 'int': a requirement is text; "),
        ("", "cannot read '': it is empty; "),
        (" ", "cannot read ' ': it is empty; "),
        ("一百百个", "cannot read '一百百个': '一百百' names no single number"),
    ],
)
def test_a_refusal_quotes_what_was_given(text: Any, shown: str) -> None:
    with pytest.raises(RequirementError) as refusal:
        parse_requirement(text)

    assert str(refusal.value).startswith(shown)


@pytest.mark.parametrize("value", [True, False])
def test_scalar_flag_is_that_flag(value: bool) -> None:
    assert requirement_from_scalar(value) == Requirement(Comparator.IS, value)


@pytest.mark.parametrize("value", [10, 0, -1.5, float("nan"), 10**59, pytest.param(10**5000, id="huge")])
def test_scalar_number_has_no_comparator(value: float) -> None:
    with pytest.raises(RequirementError, match="write '>= 10' or '== 10'"):
        requirement_from_scalar(value)


def test_scalar_of_another_type_is_refused() -> None:
    with pytest.raises(RequirementError, match="cannot read 'NoneType': a requirement is text"):
        requirement_from_scalar(None)


def test_scalar_text_is_read_as_text() -> None:
    assert requirement_from_scalar("全覆盖") == ALL


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (5, "'5': a number alone has no comparator; write '>= 10' or '== 10'"),
        (2.5, "'2.5': a number alone"),
        (10**59, f"'{10**59}': a number alone"),
        (10**60, "'a huge number': a number alone"),
        ([1], "'list': a requirement is text"),
    ],
    ids=["whole", "decimal", "long", "huge", "list"],
)
def test_a_refused_value_is_shown_unless_it_is_huge(value: object, shown: str) -> None:
    with pytest.raises(RequirementError) as refusal:
        requirement_from_scalar(value)

    assert str(refusal.value).startswith(f"cannot read {shown}")


def test_what_follows_true_is_not_swallowed() -> None:
    with pytest.raises(RequirementError, match="'10' cannot be read here"):
        parse_requirement("== true 10")


@pytest.mark.parametrize(("text", "phrase"), [("不少于 2 × posts", "不少于 2 × posts"), ("≥ 2 × posts", None)])
def test_a_relative_requirement_in_words_keeps_them(text: str, phrase: str | None) -> None:
    assert parse_requirement(text).phrase == phrase


def test_words_of_a_relative_requirement_may_not_contradict_each_other() -> None:
    with pytest.raises(RequirementError, match="2 × posts"):
        parse_requirement("不少于 2 × posts 以下")
