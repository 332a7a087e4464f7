"""Columns -> cells: every input as a whole number at its places, and whether what stands there cannot be right.

The cell of an input ``x`` is two columns: ``x``, null where there is no usable value, and ``x__bad``, true where what
is given cannot be right. Doubles are read as the exact binary value: with ``S = 2 × 10^places``, the nearest decimal,
halves up, is ``floor((floor(x·S) + 1) / 2)``, and the one rounded product that may mislead (a whole number that the
exact product does not quite reach) is told by its error, found in halves of 26 bits as Dekker does.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from commscore._engine._plan import rank
from commscore._ruleset import CODE_LENGTHS, SCOPES, InputType
from commscore._sql._columns import Column, Kind, Source
from commscore._sql._syntax import (
    FALSE,
    NULL,
    Sql,
    Steps,
    absent,
    among,
    as_double,
    as_text,
    blanks,
    both,
    called,
    case,
    cast,
    chosen,
    double,
    either,
    minus,
    name,
    negated,
    plus,
    text,
    texts_of,
    times,
    whole,
    wide,
)
from commscore._tables._places import KINDS
from commscore.errors import UsageError

if TYPE_CHECKING:
    from commscore._ruleset import Input, Ruleset

STORED = {"fraction": 0, "percent": 2, "permille": 3}
MOST_PLACES = 11  # 5**11 has 26 bits, so that its product with half a double is exact
_GREATEST = 1.7976931348623157e308
_WHOLE_FROM = 2.0**53  # every double from here on is whole
_SPLITTER = 134217729.0  # 2**27 + 1
_TRUE, _FALSE = ("true", "1", "yes", "是", "有"), ("false", "0", "no", "否", "无")


@attrs.frozen(eq=False)
class Cells:
    """The cells of a table, put into steps when first asked for.

    Attributes:
        ruleset: Whose inputs they are.
        source: The table's columns.
        steps: Where they are put.
        missing: Texts that mean "no value".
    """

    ruleset: Ruleset
    source: Source
    steps: Steps
    missing: tuple[str, ...]
    _numbers: dict[Hashable, int] = attrs.field(factory=dict, init=False)

    def value(self, input_name: str) -> Sql:
        """Return an input's value: a whole number at its places, the text of a category or kind; null where none is."""
        if input_name == "units":
            return whole(1)
        self._put(input_name)
        return self.steps.get(input_name)

    def bad(self, input_name: str) -> Sql:
        """Say where an input's value cannot be right."""
        if input_name == "units":
            return FALSE
        self._put(input_name)
        return self.steps.get(f"{input_name}__bad")

    def missing_at(self, input_name: str) -> Sql:
        """Say where an input has no value, and nothing that cannot be right either."""
        if input_name == "units":
            return FALSE
        gap = both(absent(self.value(input_name)), negated(self.bad(input_name)))
        return self.steps.put(f"{input_name}__missing", gap)

    def numbered(self, prefix: str, what: Hashable) -> str:
        """Return a name of its own for anything that needs columns, the same each time."""
        return f"{prefix}{self._numbers.setdefault((prefix, what), len(self._numbers) + 1)}"

    def has(self, input_name: str) -> bool:
        """Say whether the table has a column for an input."""
        return input_name in self.source.found

    def keep(self, prefix: str, value: Sql) -> Sql:
        """Put what is used several times into a column of its own, once."""
        return self.steps.put(self.numbered(prefix, value.sql()), value)

    def area(self, level: str) -> Sql:
        """Return the code of the area of a level that a row lies in, or is; null where that is not known."""
        column = f"{level}__area"
        if not self.steps.has(column):
            self.steps.put(column, self._area(level))
        return self.steps.get(column)

    def code(self, built_in: str) -> Sql:
        """Return a code or the name of an area as text; null where there is none."""
        return self.steps.put(f"{built_in}__code", self._code(self.source.found[built_in], f"{built_in}__in"))

    def _area(self, level: str) -> Sql:
        own_level = level == self.source.level
        by_column = [self.code(level)] if self.has(level) else []
        by_prefix = [self._prefix(level)] if self.has("code") and level in CODE_LENGTHS else []
        home = self.ruleset.jurisdiction
        ways = by_prefix + by_column if own_level else by_column + by_prefix
        if own_level:
            ways.append(as_text(self.steps_key()))
        if rank(level) >= rank(home.level):
            ways.append(text(home.code if level == home.level else home.code[: CODE_LENGTHS[level]]))
        if not ways:
            return cast(NULL, "TEXT")
        return called("COALESCE", *ways) if len(ways) > 1 else ways[0]

    def steps_key(self) -> Sql:
        """Return the key of a row, as the table has it."""
        return name("key")

    def _prefix(self, level: str) -> Sql:
        """Cut the code of a level out of an area code; other codes have no areas."""
        width = CODE_LENGTHS[level]
        lengths = [f"[0-9]{{{length}}}" for length in sorted(CODE_LENGTHS.values()) if width <= length < _LONGEST]
        pattern = f"^({'|'.join([*lengths, f'[0-9]{{{_LONGEST},}}'])})$"
        code = self.code("code")
        return case(
            [(exp.RegexpLike(this=code, expression=text(pattern)), called("SUBSTRING", code, whole(1), whole(width)))]
        )

    # --- reading ---

    def _in(self, input_name: str) -> Sql:
        """Return the column of an input, as it stands in the table."""
        column = self.source.found[input_name]
        read = f"{input_name}__in"
        self.steps.source.setdefault(read, name(column.name))
        return name(read)

    def _put(self, input_name: str) -> None:
        if self.steps.has(f"{input_name}__bad"):
            return
        value, bad = self._read(input_name)
        declared = self.ruleset.inputs.get(input_name)
        cap = declared.part_of if declared else None
        if declared is not None and cap is not None and self.has(cap):
            value = self.steps.put(f"{input_name}__alone", value)
            bad = self.steps.put(f"{input_name}__alone_bad", bad)
            places = max(declared.places, self.ruleset.inputs[cap].places)
            greater = exp.GT(
                this=self.scaled(value, input_name, places), expression=self.scaled(self.value(cap), cap, places)
            )
            value, bad = case([(greater, NULL)], value), either(bad, called("COALESCE", greater, FALSE))
        self.steps.put(input_name, value)
        self.steps.put(f"{input_name}__bad", bad)

    def scaled(self, value: Sql, input_name: str, places: int) -> Sql:
        """Express a value at more places than its input has."""
        own = 0 if input_name == "units" else self.ruleset.inputs[input_name].places
        return times(value, 10 ** (places - own))

    def _read(self, input_name: str) -> tuple[Sql, Sql]:
        """Return what a cell holds, and whether that cannot be right; parts of wholes aside."""
        column, raw = self.source.found[input_name], self._in(input_name)
        if input_name == "kind":
            return self._kind(column, raw)
        declared = self.ruleset.inputs[input_name]
        if declared.type is InputType.CATEGORY:
            return self._category(declared, column, raw)
        if declared.type is InputType.FLAG:
            return self._flag(declared.name, column, raw)
        if column.kind is Kind.BOOLEAN:
            return cast(NULL, "BIGINT"), negated(absent(raw))
        number, impossible = self._number(declared, column, raw)
        least, most = limits(declared)
        number = self.steps.put(f"{input_name}__read", number)
        outside: list[Sql] = [exp.LT(this=number, expression=whole(least))] if least is not None else []
        outside += [exp.GT(this=number, expression=whole(most))] if most is not None else []
        outside_at = called("COALESCE", either(*outside), FALSE) if outside else FALSE
        return case([(either(*outside), NULL)], number), either(impossible, outside_at)

    def _number(self, declared: Input, column: Column, raw: Sql) -> tuple[Sql, Sql]:
        """Return a number at its places, before bounds are looked at, and whether there is something else instead."""
        exponent = declared.places - (STORED[declared.stored_as] if declared.type is InputType.RATE else 0)
        if not 0 <= exponent <= MOST_PLACES:
            most = MOST_PLACES + declared.places - exponent
            raise UsageError(
                f"SQL reads numbers at {declared.places - exponent} to {most} places exactly, and {declared.name!r} "
                f"is read at {declared.places}"
            )
        is_count = declared.type is InputType.COUNT
        match column.kind:
            case Kind.INTEGER:
                return times(raw, 10**exponent), FALSE
            case Kind.DECIMAL:
                return self._decimal(column, raw, exponent, is_count=is_count)
            case _:
                finite = self._finite(declared.name, raw)
                odd = both(negated(absent(raw)), absent(finite))
                if is_count:
                    return self._whole_double(declared.name, finite, odd)
                return self._rounded(declared.name, finite, exponent), odd

    def _decimal(self, column: Column, raw: Sql, exponent: int, *, is_count: bool) -> tuple[Sql, Sql]:
        if is_count:
            fraction = exp.NEQ(this=raw, expression=exp.Floor(this=raw))
            return case([(negated(fraction), wide(raw))]), called("COALESCE", fraction, FALSE)
        if column.scale is None:
            half = cast(text("0.5"), "DECIMAL(2, 1)")
            return wide(exp.Floor(this=plus([exp.Mul(this=raw, expression=whole(10**exponent)), half]))), FALSE
        if column.scale <= exponent:
            return wide(exp.Mul(this=raw, expression=whole(10**exponent))), FALSE
        # Decimals are rounded away from zero at halves, so a negative one moves up by its last digit before.
        step = cast(text(f"0.{'1'.rjust(column.scale, '0')}"), f"DECIMAL({column.scale + 1}, {column.scale})")
        moved = chosen(exp.LT(this=raw, expression=whole(0)), plus([raw, step]), raw)
        rounded = exp.Round(this=moved, decimals=whole(exponent))
        return wide(exp.Mul(this=rounded, expression=whole(10**exponent))), FALSE

    def _finite(self, input_name: str, raw: Sql) -> Sql:
        """Return a double without NaN and infinities; NaN is greater than every number in all dialects."""
        sensible = exp.LTE(this=exp.Abs(this=raw), expression=double(_GREATEST))
        return self.steps.put(f"{input_name}__finite", case([(sensible, raw)]))

    def _whole_part(self, input_name: str, finite: Sql) -> Sql:
        """Return the whole number at or below a double; 0 within one of it, where a difference would be rounded."""
        size = exp.Abs(this=finite)
        below = [(exp.LT(this=size, expression=double(1.0)), double(0.0))]
        below += [(exp.LT(this=size.copy(), expression=double(_WHOLE_FROM)), as_double(exp.Floor(this=finite)))]
        return self.steps.put(f"{input_name}__whole", case(below, finite))

    def _whole_double(self, input_name: str, finite: Sql, odd: Sql) -> tuple[Sql, Sql]:
        part = self._whole_part(input_name, finite)
        same = exp.EQ(this=part, expression=finite)
        fraction = called("COALESCE", exp.NEQ(this=part, expression=finite), FALSE)
        return case([(same, cast(part, "BIGINT"))]), either(odd, fraction)

    def _rounded(self, input_name: str, finite: Sql, exponent: int) -> Sql:
        """Round a double to so many places, halves up, by its exact binary value."""
        steps = self.steps
        part = self._whole_part(input_name, finite)
        rest = steps.put(f"{input_name}__rest", minus(finite, part))
        scale = double(2.0 * 10.0**exponent)
        scaled = steps.put(f"{input_name}__scaled", exp.Mul(this=rest, expression=scale))
        if exponent:
            moved = steps.put(f"{input_name}__moved", exp.Mul(this=rest, expression=double(_SPLITTER)))
            high = steps.put(f"{input_name}__high", minus(moved, exp.Paren(this=minus(moved, rest))))
            low = exp.Mul(this=exp.Paren(this=minus(rest, high)), expression=scale)
            error = plus([minus(exp.Mul(this=high, expression=scale), scaled), low])
            misled = both(
                exp.EQ(this=scaled, expression=exp.Floor(this=scaled)), exp.LT(this=error, expression=double(0.0))
            )
            floor = minus(as_double(exp.Floor(this=scaled)), chosen(misled, double(1.0), double(0.0)))
        else:  # doubling is exact
            floor = as_double(exp.Floor(this=scaled))
        half = exp.Mul(this=exp.Paren(this=plus([floor, double(1.0)])), expression=double(0.5))
        nearest = cast(exp.Floor(this=half), "BIGINT")
        return plus([times(cast(part, "BIGINT"), 10**exponent), nearest])

    # --- words ---

    def _trimmed(self, raw: Sql, read: str) -> Sql:
        """Return a text without blanks around it; null where it is blank or stands for no value."""
        stripped = self.steps.put(f"{read}__stripped", exp.Trim(this=raw, position="BOTH", expression=blanks()))
        nothing = ["", *dict.fromkeys(word.strip() for word in self.missing if word.strip())]
        return case([(negated(among(stripped, texts_of(nothing))), stripped)])

    def _words(self, column: Column, raw: Sql, read: str) -> Sql:
        """Return a column as words: texts trimmed, whole numbers as their digits."""
        if column.kind is Kind.TEXT:
            return self.steps.put(f"{read}__word", self._trimmed(raw, read))
        if column.kind is Kind.INTEGER:
            return as_text(raw)
        if column.kind is Kind.BOOLEAN:
            return case([(negated(absent(raw)), text("true or false"))])
        if column.kind is Kind.DECIMAL:
            is_whole = exp.EQ(this=raw, expression=exp.Floor(this=raw))
            return case([(is_whole, as_text(wide(raw))), (negated(absent(raw)), text("a fraction"))])
        part = self._whole_part(read, self._finite(read, raw))
        is_whole = exp.EQ(this=part, expression=raw)
        return case([(is_whole, as_text(cast(part, "BIGINT"))), (negated(absent(raw)), text("a fraction"))])

    def _code(self, column: Column, read: str) -> Sql:
        self.steps.source.setdefault(read, name(column.name))
        words = self._words(column, name(read), read.removesuffix("__in"))
        if column.kind in {Kind.TEXT, Kind.INTEGER}:
            return words
        word = self.steps.put(f"{read}__number", words)
        return case([(negated(among(word, texts_of(["a fraction", "true or false"]))), word)])

    def _kind(self, column: Column, raw: Sql) -> tuple[Sql, Sql]:
        word = self.steps.put("kind__words", self._words(column, raw, "kind"))
        wanted = [[text for text, code in KINDS.items() if code == number] for number in range(len(SCOPES))]
        known = case([(among(word, texts_of(texts)), text(scope)) for scope, texts in zip(SCOPES, wanted, strict=True)])
        return known, both(negated(absent(word)), negated(among(word, texts_of(KINDS))))

    def _category(self, declared: Input, column: Column, raw: Sql) -> tuple[Sql, Sql]:
        if column.kind is not Kind.TEXT:
            return cast(NULL, "TEXT"), negated(absent(raw))
        word = self.steps.put(f"{declared.name}__words", self._words(column, raw, declared.name))
        among_values = among(word, texts_of(declared.values))
        return case([(among_values, word)]), both(negated(absent(word)), negated(among_values))

    def _flag(self, read: str, column: Column, raw: Sql) -> tuple[Sql, Sql]:
        match column.kind:
            case Kind.BOOLEAN:
                return case([(raw, whole(1)), (negated(raw), whole(0))]), FALSE
            case Kind.TEXT:
                word = self.steps.put(f"{read}__word", exp.Lower(this=self._trimmed(raw, read)))
                ways = [(among(word, texts_of(_TRUE)), whole(1)), (among(word, texts_of(_FALSE)), whole(0))]
                return case(ways), called("COALESCE", negated(among(word, texts_of((*_TRUE, *_FALSE)))), FALSE)
            case _:
                ways = [(exp.EQ(this=raw, expression=whole(one)), whole(one)) for one in (1, 0)]
                return case(ways), called("COALESCE", negated(among(raw, [whole(0), whole(1)])), FALSE)


_LONGEST = max(CODE_LENGTHS.values())


def limits(declared: Input) -> tuple[int | None, int | None]:
    """Return the least and the greatest whole number that an input's value may be at its places."""
    least = Fraction(0) if declared.min is None else declared.min
    most = declared.max
    if most is None and declared.type in {InputType.RATE, InputType.FLAG}:
        most = Fraction(1)
    scale = 10**declared.places
    return math.ceil(least * scale), None if most is None else math.floor(most * scale)
