"""The words that requirements are made of: comparators, ranges, measure words and what surrounds them."""

from __future__ import annotations

from enum import Enum, auto

import attrs

from commscore._phrases._amounts import Amount, Unreadable
from commscore._requirement import Comparator

AT_LEAST, MORE_THAN, AT_MOST, LESS_THAN = (
    Comparator.AT_LEAST,
    Comparator.MORE_THAN,
    Comparator.AT_MOST,
    Comparator.LESS_THAN,
)
LOWER_BOUNDS = frozenset({AT_LEAST, MORE_THAN})
UPPER_BOUNDS = frozenset({AT_MOST, LESS_THAN})


class Symbol(Enum):
    """What a word without a content of its own does."""

    ALL = auto()  # 全覆盖
    EVERY = auto()  # says all, but only within a sentence: 均, 都, 一律
    RANGE = auto()  # —, 至
    SPREAD = auto()  # ±
    TIMES = auto()  # ×
    EQUAL = auto()  # 执行, 同价: equality with something else
    JOIN = auto()  # 、和
    BREAK = auto()  # ends a clause
    FILLER = auto()  # 应, before a comparator
    NEGATION = auto()  # 未, before a comparator
    UNIT = auto()  # a measure word, after a number
    NAME = auto()  # what may be an input's name
    WORD = auto()  # anything else


@attrs.frozen
class Marker:
    """A comparator, as a word or sign.

    Attributes:
        comparator: What it says.
        word: How it is written.
        leads: Whether it stands before the number.
        weak: Whether it yields to a bound of the same direction: 达到…以上, 控制在…以下.
    """

    comparator: Comparator
    word: str
    leads: bool = True
    weak: bool = False


@attrs.frozen
class Inclusion:
    """（含） or （不含）, which override whether the number itself meets a bound.

    Attributes:
        included: True for（含）.
        amount: The number it repeats, as in（含10个）; null where it does not.
    """

    included: bool
    amount: Amount | None = None


@attrs.frozen
class Per:
    """每百户, 每万名: how many a figure is for.

    Attributes:
        size: 100, 10000.
        certain: False for 百户 without 每, which may also be a plain word.
    """

    size: int
    certain: bool = True


@attrs.frozen
class Flag:
    """``true`` or ``false``."""

    value: bool


Meaning = Amount | Unreadable | Marker | Inclusion | Per | Flag | Symbol

# ---- COMPARATORS ----

NEGATIONS = ("不", "不得", "不应", "不宜", "不能", "不可")
# Each with what it says by itself, and negated.
NEGATABLE = {
    "少于": (LESS_THAN, AT_LEAST),
    "低于": (LESS_THAN, AT_LEAST),
    "小于": (LESS_THAN, AT_LEAST),
    "超过": (MORE_THAN, AT_MOST),
    "超出": (MORE_THAN, AT_MOST),
    "高于": (MORE_THAN, AT_MOST),
    "多于": (MORE_THAN, AT_MOST),
    "大于": (MORE_THAN, AT_MOST),
}
FINER = "优于"  # of a resolution: the smaller number is the better one
LEADING = {
    AT_LEAST: (">=", "≥", "≮", "至少", "最少"),
    MORE_THAN: (">",),
    AT_MOST: ("<=", "≤", "≯", "至多", "最多"),
    LESS_THAN: ("<", "不足", "不满", FINER),
    Comparator.IS: ("==", "=", "等于"),
    Comparator.ABOUT: ("约", "大约", "≈"),
}
LEADING_WEAKLY = {
    AT_LEAST: (
        *("达到", "达", "达至", "总数达", "提高到", "提高至", "提升到", "提升至", "增加到", "增加至", "增至"),
        *("上升到", "上升至", "扩大到", "扩大至"),
    ),
    AT_MOST: ("控制在", "降低到", "降低至", "下降到", "下降至", "降到", "降至", "减少到", "减少至", "减至"),
}
TRAILING = {
    AT_LEAST: ("以上", "及以上", "或以上", "及其以上"),
    AT_MOST: ("以下", "及以下", "或以下", "及其以下", "以内", "之内"),
    MORE_THAN: ("以外", "之外"),
    Comparator.ABOUT: ("左右",),
}


def _comparators() -> dict[str, Meaning]:
    words: dict[str, Meaning] = {}
    for word, (plain, negated) in NEGATABLE.items():
        words[word] = Marker(plain, word)
        words |= {negation + word: Marker(negated, negation + word) for negation in NEGATIONS}
    for comparator, leading in LEADING.items():
        words |= {word: Marker(comparator, word) for word in leading}
    for comparator, leading in LEADING_WEAKLY.items():
        words |= {word: Marker(comparator, word, weak=True) for word in leading}
    for comparator, trailing in TRAILING.items():
        words |= {word: Marker(comparator, word, leads=False) for word in trailing}
    return words


# 十分钟内: after a measure word only, and not where it begins another word.
WITHIN = Marker(AT_MOST, "内", leads=False)
NOT_WITHIN = tuple("容部外")

# ---- OTHER WORDS ----

WHOLE = ("全覆盖", "全面覆盖", "全部覆盖", "全部")
SYMBOLS = {
    Symbol.ALL: WHOLE,
    Symbol.EVERY: ("均", "都", "一律", "所有", "全体", "全员"),
    Symbol.RANGE: ("—", "——", "-", "~", "至", "到", ".."),
    Symbol.SPREAD: ("±", "+/-", "+-", "正负"),
    Symbol.TIMES: ("×", "*"),
    Symbol.EQUAL: ("执行", "同价", "同等", "同标准", "一致", "相同", "相等", "持平"),
    Symbol.JOIN: ("、", "和", "与", "及"),
    Symbol.BREAK: (",", ";", "。", "!", "?", ":", "且", "并"),
    Symbol.FILLER: ("应", "应当", "须", "必须", "确保", "实现"),
    Symbol.NEGATION: ("不", "未", "没有", "并非", "非", "勿", "无需"),
    # Words that hold one of the others by accident.
    Symbol.WORD: (
        *("平均", "人均", "户均", "均等", "均衡", "成都", "首都", "都市", "不满意", "满意"),
        *("签约", "预约", "节约", "制约", "违约", "契约", "公约", "条约", "履约", "约束", "约定", "约谈"),
        *("达标", "发达", "表达", "传达", "下达", "抵达", "通达", "到达", "统一", "唯一", "万一"),
        *("千家万户", "非遗", "并且", "一致性", "至今", "到位", "到期"),
    ),
}
_SHOWN_ONLY = "states nothing that can be tested; give the figure alone and set `force: informational`"
HEDGES = ("力争", "争取", "基本", "一般", "原则上", "接近", "将近", "近", "显著", "大幅", "逐步", "大概")
UNSUPPORTED = {
    "!=": "'not equal' is no requirement; write == and the value wanted",
    "≠": "'not equal' is no requirement; write == and the value wanted",
    "<>": "'not equal' is no requirement; write == and the value wanted",
    "=>": "'=>' is no comparator; write >=",
    "=<": "'=<' is no comparator; write <=",
}
# Right after a number they leave it open (10余个, 十几个), or make another number of it (三成, 三年半).
AFTER_NUMBER = {
    **dict.fromkeys("余多几来", "leaves the number open, and an open number cannot be tested"),
    **dict.fromkeys("成折", "is not read as a fraction; write a percentage"),
    **dict.fromkeys("半", "is not read; write the number with a decimal point"),
}
# 百户, 千人 without 每.
_LOOSE_SIZES = {"百": 100, "千": 1000, "万": 10_000}


def _words() -> dict[str, Meaning]:
    words = {word: symbol for symbol, listed in SYMBOLS.items() for word in listed}
    hedges = {word: Unreadable(f"{word!r} {_SHOWN_ONLY}") for word in HEDGES}
    unsupported = {word: Unreadable(reason) for word, reason in UNSUPPORTED.items()}
    sizes = {
        lead + size + who: Per(many, certain=bool(lead))
        for size, many in _LOOSE_SIZES.items()
        for who in ("户", "人", "名")
        for lead in ("", "/")
    }
    return {**words, **hedges, **unsupported, **sizes, **_comparators()}


# ---- MEASURE WORDS ----

GENERIC = "个"
# Words on one line mean the same; those of the lines below each mean something else.
SAME_COUNTED = ("人 名 位", "场 场次")
COUNTED = (
    "户 家 处 支 张 次 套 项 所 座 条 件 间 栋 幢 台 辆 部 门 期 册 本 份 片 块 村 镇 乡 街道 社区 "
    "县 区 类 种 批 届 篇 例 起 宗 组 对 双 只 头 棵 株 枚 人次 户次 床 课时 学时 节 盏 根 面 艘 架 层 档 级"
)
SAME_MEASURED = (
    *("平方米 平米 ㎡ m² m2 平方", "平方公里 平方千米 km² km2", "公里 千米 km", "米 m", "厘米 cm", "毫米 mm"),
    *("立方米 m³ m3", "公斤 千克 kg", "克 g", "吨 t", "升 L", "元 人民币", "千瓦时 kWh", "千瓦 kW"),
    *("小时 个小时 h", "分钟 min", "秒 s", "天 日", "工作日 个工作日", "月 个月", "MB", "GB", "TB", "Mbps"),
)
MEASURED = "公顷 亩 度 周 季度 年 岁 分 倍 百分点 个百分点 千分点 个千分点 千瓦 千卡 千伏 千帕 千焦 千赫 千字"
LENGTHS = frozenset({"公里", "米", "厘米", "毫米"})
TIME_UNITS = frozenset({"小时", "分钟", "秒", "天", "工作日", "周", "月", "季度", "年"})


def _canonical(same: tuple[str, ...], alone: str) -> dict[str, str]:
    return {word: line.split()[0] for line in (*same, *alone.split()) for word in line.split()}


COUNTS = _canonical(SAME_COUNTED, COUNTED) | {GENERIC: GENERIC}
MEASURES = COUNTS | _canonical(SAME_MEASURED, MEASURED)


# ---- LOOKING UP ----


def _by_first_char(words: list[str]) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for word in sorted(words, key=len, reverse=True):
        table[word[0]] = (*table.get(word[0], ()), word)
    return table


WORDS = _words()
_WORDS_BY_CHAR = _by_first_char(list(WORDS))
_MEASURES_BY_CHAR = _by_first_char(list(MEASURES))


def longest_word(text: str, at: int) -> str | None:
    """Return the longest word of the vocabulary that stands at a place: 不少于 before 少于."""
    return next((word for word in _WORDS_BY_CHAR.get(text[at], ()) if text.startswith(word, at)), None)


def longest_measure(text: str, at: int) -> str | None:
    """Return the longest measure word that stands at a place; one in letters must end there (m, not main)."""
    for word in _MEASURES_BY_CHAR.get(text[at : at + 1], ()):
        after = text[at + len(word) : at + len(word) + 1]
        if text.startswith(word, at) and not (_is_letter(word[-1]) and _is_letter(after)):
            return word
    return None


def _is_letter(char: str) -> bool:
    return char == "_" or (char.isascii() and char.isalnum())


def same_measure(one: str | None, other: str | None) -> bool:
    """Say whether two units can mean the same; an absent one can mean any, 个 whatever is counted."""
    first, second = measure_of(one), measure_of(other)
    if first is None or second is None or first == second:
        return True
    return GENERIC in {first, second} and {first, second} <= set(COUNTS.values())


def measure_of(unit: str | None) -> str | None:
    """Return the measure word that stands for a unit and its synonyms (人 for 名); null if not listed."""
    word = None if unit is None else longest_measure(unit, 0)
    return None if word is None else MEASURES[word]
