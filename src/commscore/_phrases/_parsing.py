"""The phrase parser: one requirement from the whole of a text, or the reason why not."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from commscore._phrases._amounts import LONGEST_NUMBER, Amount, Unreadable
from commscore._phrases._figures import Cursor, Figure, bounded, comparator_of, read_figure
from commscore._phrases._tokens import HALF_WIDTH, tokenize
from commscore._phrases._vocabulary import Flag, Inclusion, Marker, Symbol
from commscore._requirement import PERCENT, PLAIN, SIGNS, SYMBOLS, Comparator, InputRef, Requirement, decimal
from commscore.errors import RequirementError

if TYPE_CHECKING:
    from commscore._phrases._figures import Bound
    from commscore._phrases._tokens import Token

LONGEST_TEXT = 200
SHOWN = 60
WHOLE = Fraction(1)
OPERATORS = frozenset("<>=≥≤≮≯≈")
EXAMPLES = "write a comparator and a number, such as >= 10, 不少于10个, 46%以上, 10..15, 全覆盖 or == true"


def parse_requirement(text: str) -> Requirement:
    """Read a requirement, written with an operator or in a policy's own phrase.

    The longest phrase goes first (不超过 before 超过). 以上, 以下 and 以内 include the number, 超过, 不满 and
    以外 do not (民法典 article 1259); （含） and （不含） override. Numbers are exact: 46% is 46/100.

    Args:
        text: Such as ``>= 10``, ``不少于10个``, ``46%以上``, ``10—15个``, ``100门左右 ± 10%``, ``全覆盖``,
            ``== true``, ``>= 2 × posts`` or ``>= 100% of counties``.

    Returns:
        The requirement. ``unit`` is the measure word as written, ``phrase`` the text where it is a policy's;
        左右 without a tolerance gives ``about`` with the tolerance null.

    Raises:
        RequirementError: When the text states no requirement, or more than one; the reason says what can be
            written instead.

    Example:
        >>> parse_requirement("不少于10个") == parse_requirement("≥ 10 个")
        True
        >>> parse_requirement("超过180场").comparator
        <Comparator.MORE_THAN: 'more_than'>
    """
    cursor = Cursor(text, _tokens(text))
    leading = _leading(cursor)
    requirement = _all(cursor, leading) or _relative(cursor, leading) or _flag(cursor, leading)
    if requirement is None:
        requirement = _figure(cursor, leading)
    if cursor.peek() is not None:
        raise _stray(cursor)
    return requirement


def requirement_from_scalar(value: object) -> Requirement:
    """Read a requirement that a file gives as something other than text.

    Args:
        value: ``True`` or ``False``; everything else is refused.

    Returns:
        The requirement that the flag is that value.

    Raises:
        RequirementError: For a number, which says neither ``>=`` nor ``==``, and for anything else.
    """
    if isinstance(value, bool):
        return Requirement(Comparator.IS, value)
    if isinstance(value, str):
        return parse_requirement(value)
    if isinstance(value, (int, float)):
        raise RequirementError(_shown(value), "a number alone has no comparator; write '>= 10' or '== 10'")
    raise RequirementError(type(value).__name__, f"a requirement is text; {EXAMPLES}")


def _shown(value: float) -> str:
    # Python refuses to write out an integer of thousands of digits.
    return "a huge number" if isinstance(value, int) and abs(value) >= 10**SHOWN else str(value)


# ---- THE TEXT ----


def _tokens(text: object) -> tuple[Token, ...]:
    if not isinstance(text, str):
        raise RequirementError(type(text).__name__, f"a requirement is text; {EXAMPLES}")
    if len(text) > LONGEST_TEXT:
        reason = f"it has {len(text)} characters; a requirement has at most {LONGEST_TEXT}"
        raise RequirementError(f"{text[:SHOWN]}…", reason)
    tokens = tokenize(text)
    if not tokens:
        raise RequirementError(text, f"it is empty; {EXAMPLES}")
    for token in tokens:
        if isinstance(token.meaning, Unreadable):
            raise RequirementError(text, token.meaning.reason)
    return tokens


def _leading(cursor: Cursor) -> list[Bound]:
    bounds: list[Bound] = []
    while True:
        match cursor.peek():
            case (Marker(leads=True) | Inclusion()) as bound:
                bounds.append(bound)
            case Symbol.FILLER:
                pass
            case _:
                return bounds
        cursor.at += 1


def _stray(cursor: Cursor) -> RequirementError:
    """Say what cannot be read."""
    token = cursor.tokens[cursor.at]
    read, left = cursor.tokens[: cursor.at], cursor.tokens[cursor.at :]
    match token.meaning:
        case _ if _has_amount(read) and _has_amount(left):
            reason = "it holds two figures; write one, or a range such as 10..15"
        case Marker(leads=True):
            reason = f"{token.text!r} belongs before the number"
        case Marker():
            reason = f"{token.text!r} belongs after the number"
        case Symbol.NAME:
            reason = f"{token.text!r} is no known unit; write 2 × {token.text} for a multiple of an input"
        case _:
            reason = f"{token.text!r} cannot be read here; {EXAMPLES}"
    return cursor.refuse(reason)


def _has_amount(tokens: tuple[Token, ...]) -> bool:
    return any(isinstance(token.meaning, Amount) for token in tokens)


# ---- FORMS ----


def _all(cursor: Cursor, leading: list[Bound]) -> Requirement | None:
    """Read 全覆盖, 全部, 达到全覆盖 and, as it is displayed, ``= 100%``."""
    if not cursor.skip(Symbol.ALL):
        return None
    if any(not (isinstance(bound, Marker) and bound.weak) for bound in leading):
        raise cursor.refuse("全覆盖 and 全部 take no comparator; write 全覆盖 alone, or >= 100%")
    return Requirement(Comparator.ALL, WHOLE, phrase=_phrase(cursor), scale=PERCENT)


def _flag(cursor: Cursor, leading: list[Bound]) -> Requirement | None:
    meaning = cursor.peek()
    if not isinstance(meaning, Flag):
        return None
    if any(not (isinstance(bound, Marker) and bound.comparator is Comparator.IS) for bound in leading):
        raise cursor.refuse("true and false have no more and less; write == true or == false")
    cursor.at += 1
    return Requirement(Comparator.IS, meaning.value)


def _relative(cursor: Cursor, leading: list[Bound]) -> Requirement | None:
    """Read ``posts``, ``2 × posts``, ``0.8 * posts``, ``2 x posts`` or ``50% of posts``."""
    amount = cursor.peek()
    factor, scale = Fraction(1), PLAIN
    if isinstance(amount, Amount):
        if cursor.peek(2) is not Symbol.NAME or not _multiplies(cursor, amount):
            return None
        factor, scale = amount.value, amount.scale
        cursor.at += 2
    elif amount is not Symbol.NAME:
        return None
    reference = InputRef(cursor.tokens[cursor.at].text, factor)
    cursor.at += 1
    if factor <= 0:
        raise cursor.refuse("the multiple of an input must be more than nothing")
    _check_lengths(cursor, scale, factor)
    figure = bounded(cursor, Figure(factor), leading)
    comparator = comparator_of(cursor, figure)
    if comparator not in SYMBOLS:
        raise cursor.refuse(f"an input needs a comparator; write >= {reference.name} or == {reference.name}")
    return Requirement(comparator, reference, phrase=_phrase(cursor), scale=scale)


def _multiplies(cursor: Cursor, amount: Amount) -> bool:
    between = cursor.tokens[cursor.at + 1]
    if between.meaning is Symbol.TIMES:
        return True
    return between.text == ("x" if amount.scale == PLAIN else "of")


def _figure(cursor: Cursor, leading: list[Bound]) -> Requirement:
    if not isinstance(cursor.peek(), Amount) and cursor.peek() is not None:
        raise _stray(cursor)
    figure = read_figure(cursor, leading, any_unit=True)
    _check_lengths(cursor, figure.scale, figure.value, figure.upper, figure.tolerance)
    comparator = comparator_of(cursor, figure)
    whole = figure.value == WHOLE and figure.scale == PERCENT
    if whole and (comparator is None or [marker.word for marker in figure.markers] == ["="]):
        comparator = Comparator.ALL
    if comparator is None and cursor.peek() is None:
        raise cursor.refuse("a number alone has no comparator; write >= for at least or == for exactly")
    return Requirement(
        Comparator.IS if comparator is None else comparator,
        figure.value,
        upper=figure.upper,
        unit=figure.unit,
        tolerance=figure.tolerance,
        phrase=_phrase(cursor),
        scale=figure.scale,
    )


def _check_lengths(cursor: Cursor, scale: str, *numbers: Fraction | None) -> None:
    """Refuse numbers that 亿 or a tolerance made so long that they could not be read again as they are written."""
    longest = max(len(decimal(number * SIGNS[scale][0])) for number in numbers if number is not None)
    if longest > LONGEST_NUMBER:
        raise cursor.refuse(f"written out, a number has {longest} digits; at most {LONGEST_NUMBER} are read")


def _phrase(cursor: Cursor) -> str | None:
    """Return the text where it is a policy's words, null where it is written with an operator."""
    plain = cursor.text.translate(HALF_WIDTH)
    words = any("\u4e00" <= char <= "\u9fff" for char in plain)
    signs = ".." in plain or any(char in OPERATORS for char in plain)
    return cursor.text.strip() if words and not signs else None
