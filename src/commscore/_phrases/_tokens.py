"""From text to tokens: half-width signs, then the longest word of the vocabulary at each place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._phrases._amounts import NUMERALS, Amount, Unreadable, read_amount
from commscore._phrases._vocabulary import (
    AFTER_NUMBER,
    MEASURES,
    NOT_WITHIN,
    TIME_UNITS,
    WITHIN,
    WORDS,
    Flag,
    Inclusion,
    Marker,
    Meaning,
    Per,
    Symbol,
    longest_measure,
    longest_word,
)
from commscore._requirement import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

# One character to one, so that places in the plain text are places in the text.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_VARIANTS = {
    "≥": "⩾≧",
    "≤": "⩽≦",
    "-": "−﹣",
    "—": "–―‒‐‑─",
    "~": "〜∼",
    "×": "✕✖╳",
    "%": "﹪",
    "〇": "○",
    "<": "﹤",
    ">": "﹥",
    "=": "﹦",
    "(": "﹙",
    ")": "﹚",
    ",": "﹐",
}
HALF_WIDTH = _HALF_WIDTH | {ord(char): sign for sign, chars in _VARIANTS.items() for char in chars}

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST_INCLUSION = 16
INCLUSIONS = {"不包括": False, "不包含": False, "不含": False, "包括": True, "包含": True, "含": True}


@attrs.frozen
class Token:
    """A piece of text and what it means.

    Attributes:
        meaning: A number, comparator, symbol and so on.
        text: As written.
        start: Where it begins in the text.
        end: Where it ends.
    """

    meaning: Meaning
    text: str
    start: int
    end: int


def tokenize(text: str) -> tuple[Token, ...]:
    """Cut a text into tokens; every character but white space lies in one of them.

    Args:
        text: Any text.

    Returns:
        The tokens in order; what belongs to no word of the vocabulary is gathered in ``Symbol.WORD``.
    """
    return tuple(_merged(text, _scan(text.translate(HALF_WIDTH))))


def _scan(plain: str) -> Iterator[tuple[Meaning, int, int]]:
    at, before = 0, None
    while at < len(plain):
        if plain[at].isspace():
            at += 1
            continue
        meaning, end = _next(plain, at, before)
        yield meaning, at, end
        at, before = end, meaning


def _merged(text: str, scanned: Iterator[tuple[Meaning, int, int]]) -> Iterator[Token]:
    """Join words that stand side by side."""
    first, last = -1, -1
    for meaning, start, end in scanned:
        if meaning is Symbol.WORD and start == last:
            last = end
            continue
        if first >= 0:
            yield Token(Symbol.WORD, text[first:last], first, last)
        if meaning is Symbol.WORD:
            first, last = start, end
        else:
            first = last = -1
            yield Token(meaning, text[start:end], start, end)
    if first >= 0:
        yield Token(Symbol.WORD, text[first:last], first, last)


def _next(plain: str, at: int, before: Meaning | None) -> tuple[Meaning, int]:
    """Read the token that begins at a place, knowing the one before it."""
    found = _after_number(plain, at, before) or _special(plain, at)
    if found is not None:
        return found
    word = longest_word(plain, at)
    number = _number(plain, at, before)
    if number is not None and number[1] > at + len(word or ""):
        return number
    if word is not None:
        return WORDS[word], at + len(word)
    return _identifier(plain, at)


# ---- WORDS OF THEIR OWN KIND ----


def _after_number(plain: str, at: int, before: Meaning | None) -> tuple[Meaning, int] | None:
    if before is Symbol.UNIT and plain[at] == WITHIN.word and not plain.startswith(NOT_WITHIN, at + 1):
        return WITHIN, at + 1
    if not isinstance(before, Amount) or before.scale != PLAIN:
        return None
    measure = longest_measure(plain, at)
    if measure is not None:
        return Symbol.UNIT, at + len(measure)
    char = plain[at]
    touches = not plain[at - 1].isspace()
    if touches and char in AFTER_NUMBER and longest_word(plain, at) is None:
        return Unreadable(f"{char!r} after a number {AFTER_NUMBER[char]}"), at + 1
    return None


def _special(plain: str, at: int) -> tuple[Meaning, int] | None:
    match plain[at]:
        case "(":
            return _inclusion(plain, at)
        case "每":
            return _per(plain, at)
        case "应" if plain[at + 2 : at + 3] == "尽" and plain[at + 1] == plain[at + 3 : at + 4]:
            return Symbol.EVERY, at + 4  # 应补尽补
        case _:
            return None


def _inclusion(plain: str, at: int) -> tuple[Meaning, int] | None:
    """Read （含）, （不含本数） or （含10个）; other remarks in brackets are none."""
    close = plain.find(")", at, at + LONGEST_INCLUSION)
    inner = plain[at + 1 : close].strip() if close > 0 else ""
    verb = next((verb for verb in INCLUSIONS if inner.startswith(verb)), None)
    if verb is None:
        return None
    rest = inner.removeprefix(verb).strip()
    if rest in {"", "本数"}:
        return Inclusion(INCLUSIONS[verb]), close + 1
    number = read_amount(rest, 0)
    if number is None or not isinstance(number[0], Amount):
        return None
    unit = rest[number[1] :].strip()
    return (Inclusion(INCLUSIONS[verb], number[0]), close + 1) if not unit or unit in MEASURES else None


def _per(plain: str, at: int) -> tuple[Meaning, int] | None:
    """Read 每百户, 每万名, 每1000人; 每个, 每年 and 每两年 are none."""
    lead = "一" if plain[at + 1 : at + 2] in tuple("百千万") else ""
    number = read_amount(lead + plain[at + 1 : at + 1 + LONGEST_INCLUSION], 0)
    if number is None or not isinstance(number[0], Amount) or number[0].scale != PLAIN:
        return None
    amount, end = number[0], at + 1 + number[1] - len(lead)
    unit = longest_measure(plain, end)
    kilo = longest_measure(plain, at + 1)  # 每千米
    if kilo is not None or amount.value.denominator != 1 or amount.value <= 1:
        return None
    if unit is not None and MEASURES[unit] in TIME_UNITS:
        return None
    return Per(int(amount.value)), end + len(unit or "")


# ---- NUMBERS AND NAMES ----


def _number(plain: str, at: int, before: Meaning | None) -> tuple[Meaning, int] | None:
    negative = plain[at] == "-" and _may_be_signed(before)
    found = read_amount(plain, at + negative)
    if found is None:
        return None
    amount, end = found
    if isinstance(amount, Unreadable):
        return found
    if _is_no_quantity(plain, at, end, amount):
        return Symbol.WORD, end
    return (attrs.evolve(amount, value=-amount.value) if negative else amount), end


def _may_be_signed(before: Meaning | None) -> bool:
    leads = isinstance(before, Marker) and before.leads
    return before is None or leads or before in {Symbol.RANGE, Symbol.SPREAD}


def _is_no_quantity(plain: str, at: int, end: int, amount: Amount) -> bool:
    """Tell ordinals (第一), vague numbers (几十) and years from figures."""
    if at > 0 and (plain[at - 1] == "第" or (plain[at - 1] in "几数" and plain[at] in NUMERALS)):
        return True
    is_year = amount.value.denominator == 1 and FIRST_YEAR <= amount.value <= LAST_YEAR
    return is_year and amount.multiplier == 1 and plain[end : end + 1] == "年"


def _identifier(plain: str, at: int) -> tuple[Meaning, int]:
    """Read a run of letters: true, false or a name; one character of anything else."""
    end = at
    while end < len(plain) and plain[end].isascii() and (plain[end].isalnum() or plain[end] == "_"):
        end += 1
    name = plain[at:end]
    if name.lower() in {"true", "false"}:
        return Flag(name.lower() == "true"), end
    if name and name[0].isalpha() and name == name.lower():
        return Symbol.NAME, end
    return Symbol.WORD, max(end, at + 1)
