"""Numbers as texts write them: 1,200, 一百二十, 1.5万, 百分之四十六, 2.8‰. All exact."""

from __future__ import annotations

import re
from fractions import Fraction

import attrs

from commscore._requirement import PERCENT, PERMILLE, PLAIN

DIGITS = {**{char: value for value, char in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"亿": 10**8, "万": 10**4}
NUMERALS = frozenset([*DIGITS, *TENS, *MYRIADS])

# What may follow a number in digits, longest first.
MULTIPLIERS = {
    "万亿": 10**12,
    "千亿": 10**11,
    "百亿": 10**10,
    "十亿": 10**9,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    **MYRIADS,
}
# Units that begin with a numeral: 3千克 is not 3000克.
UNITS_OF_THOUSAND = (
    "千克",
    "千米",
    "千瓦",
    "千卡",
    "千伏",
    "千帕",
    "千焦",
    "千赫",
    "千字",
    "百分点",
    "千分点",
)

FRACTIONS = {"百分之": (100, PERCENT), "千分之": (1000, PERMILLE), "万分之": (10_000, PERCENT)}
SIGNS = {"%": (100, PERCENT), "‰": (1000, PERMILLE)}

ARABIC = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?")
LONGEST_NUMBER = 30


@attrs.frozen
class Amount:
    """A number, and how it was written.

    Attributes:
        value: The number, divided already: 46% is 46/100.
        scale: ``plain``, ``percent`` or ``permille``.
        multiplier: The 万 or 亿 at its end: in 3至5万 it may belong to both numbers.
        chinese: Whether it is in Chinese numerals, which also stand in words that mean no number (一站式).
    """

    value: Fraction
    scale: str = PLAIN
    multiplier: int = 1
    chinese: bool = False


@attrs.frozen
class Unreadable:
    """A piece of text that cannot be read as what it seems to be.

    Attributes:
        reason: Why, and what to write instead.
    """

    reason: str


def read_amount(text: str, start: int) -> tuple[Amount | Unreadable, int] | None:
    """Read the number that begins at a place.

    Args:
        text: Text with half-width digits and signs.
        start: Where to read.

    Returns:
        The number (or why it is none) and where it ends; null when no number begins there.
    """
    prefix = text[start : start + 3]
    if prefix in FRACTIONS:
        return _read_fraction(text, start + 3, *FRACTIONS[prefix])
    found = _read_unsigned(text, start)
    if found is None:
        return None
    amount, end = found
    if isinstance(amount, Unreadable):
        return found
    sign = _skip_spaces(text, end)
    if text[sign : sign + 1] not in SIGNS:
        return amount, end
    divisor, scale = SIGNS[text[sign]]
    return attrs.evolve(amount, value=amount.value / divisor, scale=scale), sign + 1


def _read_fraction(text: str, start: int, divisor: int, scale: str) -> tuple[Amount | Unreadable, int] | None:
    if text.startswith("百", start):
        return Amount(Fraction(100, divisor), scale, chinese=True), start + 1
    found = _read_unsigned(text, start)
    if found is None:
        return None
    amount, end = found
    if isinstance(amount, Unreadable):
        return found
    return attrs.evolve(amount, value=amount.value / divisor, scale=scale), end


def _read_unsigned(text: str, start: int) -> tuple[Amount | Unreadable, int] | None:
    if text[start : start + 1] in NUMERALS:
        return _read_chinese(text, start)
    match = ARABIC.match(text, start)
    return None if match is None else _read_arabic(text, match)


def _skip_spaces(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


# ---- DIGITS ----


def _read_arabic(text: str, match: re.Match[str]) -> tuple[Amount | Unreadable, int]:
    digits, end = match.group().replace(",", ""), match.end()
    if len(digits) > LONGEST_NUMBER:
        return Unreadable(f"a number has {len(digits)} digits; at most {LONGEST_NUMBER} are read"), end
    value = Fraction(digits)
    at = _skip_spaces(text, end)
    if text.startswith(UNITS_OF_THOUSAND, at):
        return Amount(value), end
    for word, multiplier in MULTIPLIERS.items():
        if text.startswith(word, at):
            return Amount(value * multiplier, multiplier=multiplier), at + len(word)
    if at == end and text[at : at + 1] in TENS:
        mixed = match.group() + text[at]
        return Unreadable(f"{mixed!r} mixes digits and {text[at]}; write the number in digits"), at + 1
    return Amount(value), end


# ---- CHINESE NUMERALS ----


def _read_chinese(text: str, start: int) -> tuple[Amount | Unreadable, int] | None:
    """Read 一百二十, 二〇二三, 三点五, 一点五万; what begins with 百, 千, 万 or 亿 is a word (百户)."""
    if text[start] not in DIGITS and text[start] != "十":
        return None
    end = _end_of_run(text, start, NUMERALS)
    run = text[start:end]
    if text.startswith("分之", end):
        end = _end_of_run(text, end + 2, NUMERALS)
        reason = "of fractions only 百分之, 千分之 and 万分之 are read; write a percentage"
        return Unreadable(f"{text[start:end]!r}: {reason}"), end
    point = text.startswith("点", end) and text[end + 1 : end + 2] in DIGITS
    value = _whole(run)
    if value is None or len(run) > LONGEST_NUMBER or (point and run[-1] in MYRIADS):
        return Unreadable(f"{run!r} names no single number; write it in digits"), end
    if point:
        return _read_decimals(text, Fraction(value), end + 1)
    return Amount(Fraction(value), multiplier=MYRIADS.get(run[-1], 1), chinese=True), end


def _end_of_run(text: str, start: int, chars: frozenset[str]) -> int:
    end = start
    while text[end : end + 1] in chars:
        end += 1
    return end


def _read_decimals(text: str, whole: Fraction, start: int) -> tuple[Amount | Unreadable, int]:
    end = _end_of_run(text, start, frozenset(DIGITS))
    if end - start > LONGEST_NUMBER:
        return Unreadable(f"a number has {end - start} decimals; at most {LONGEST_NUMBER} are read"), end
    decimals = "".join(str(DIGITS[char]) for char in text[start:end])
    multiplier = MYRIADS.get(text[end : end + 1], 1)
    value = (whole + Fraction(int(decimals), 10 ** len(decimals))) * multiplier
    return Amount(value, multiplier=multiplier, chinese=True), end + (multiplier > 1)


def _whole(run: str) -> int | None:
    """Return the whole number that a run of numerals names, null when it names none."""
    if all(char in DIGITS for char in run):
        return _digit_by_digit(run)
    return _by_myriads(run, tuple(MYRIADS.items()))


def _digit_by_digit(run: str) -> int | None:
    # 三五个 and 两三个 are three to five and two or three: two digits name a number only with a zero.
    if len(run) > 1 and ("两" in run or (len(run) == 2 and "〇" not in run)):  # noqa: PLR2004
        return None
    return int("".join(str(DIGITS[char]) for char in run))


def _by_myriads(run: str, myriads: tuple[tuple[str, int], ...]) -> int | None:
    """Split at 亿, then at 万; what remains is below ten thousand."""
    if not myriads:
        return _below_myriad(run)
    (char, size), smaller = myriads[0], myriads[1:]
    high, found, low = run.rpartition(char)
    if not found:
        return _by_myriads(run, smaller)
    many = _by_myriads(high, smaller) if high else None
    rest = 0 if not low else None if low in DIGITS else _by_myriads(low, smaller)
    # 一万五 is read as 15000 by some and 10005 by others: a lone digit needs its 零.
    return None if many is None or rest is None else many * size + rest


def _below_myriad(run: str) -> int | None:
    """Read 三千二百一十五, 一百零五, 十五, 零五; null for 二百五, 十百, 五三十."""
    total, digit, smallest, zero = 0, None, 10_000, False
    for char in run:
        if char in TENS:
            size = TENS[char]
            if size >= smallest or (digit is None and char != "十") or digit == 0:
                return None
            total += (1 if digit is None else digit) * size
            digit, smallest, zero = None, size, False
        elif char not in DIGITS or digit is not None or (DIGITS[char] == 0 and zero):
            return None
        elif DIGITS[char] == 0:
            zero = True
        else:
            digit = DIGITS[char]
    if digit is None:
        return None if zero else total
    return total + digit if zero or smallest in {10, 10_000} else None
