"""The few forms of SQL that everything here is made of, as sqlglot expressions, and steps that build on each other.

Only what DuckDB, Spark and PostgreSQL mean alike is used: sums, products and comparisons of whole numbers in
``DECIMAL(38, 0)``, IEEE doubles, ``CASE``, ``CAST`` and ``FLOOR``. Where whole numbers leave 38 digits they raise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import attrs
from sqlglot import exp

Sql: TypeAlias = "exp.Expr"

NULL: Sql = exp.Null()
TRUE: Sql = exp.true()
FALSE: Sql = exp.false()
# What Python takes for blank: what `strip` removes from texts; line and paragraph separators aside.
_SPACES = " \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_CONTROLS = (9, 10, 11, 12, 13, 28, 29, 30, 31, 133)  # by number, so that the query is plain text
_WIDE = exp.DataType.build("DECIMAL(38, 0)")


def name(column: str) -> Sql:
    """Name a column, whatever letters it is written with."""
    return exp.column(exp.to_identifier(column, quoted=True))


def text(value: str) -> Sql:
    """Write a text."""
    return exp.Literal.string(value)


def blanks() -> Sql:
    """Write all blanks as one text."""
    result: Sql = text(_SPACES)
    for number in _CONTROLS:
        result = exp.DPipe(this=result, expression=exp.Chr(expressions=[whole(number)]))
    return result


def whole(value: int) -> Sql:
    """Write a whole number, one beyond 64 bits by way of a text, which every engine reads exactly."""
    if abs(value) < 2**63:
        return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))
    return wide(text(str(value)))


def cast(value: Sql, kind: str | exp.DataType) -> Sql:
    """Turn a value into one of another type."""
    return exp.Cast(this=value, to=kind if isinstance(kind, exp.DataType) else exp.DataType.build(kind))


def named(value: Sql, column: str) -> exp.Alias:
    """Give a value a column's name."""
    return exp.Alias(this=value, alias=exp.to_identifier(column, quoted=True))


def double(value: float) -> Sql:
    """Write a double: from a text, which every engine reads to the nearest one."""
    return cast(text(repr(value)), "DOUBLE")


def as_double(value: Sql) -> Sql:
    """Turn a number into a double."""
    return cast(value, "DOUBLE")


def as_text(value: Sql) -> Sql:
    """Turn a value into a text."""
    return cast(value, "TEXT")


def wide(value: Sql) -> Sql:
    """Turn a whole number into one of up to 38 digits."""
    return cast(value, _WIDE)


def times(value: Sql, factor: int) -> Sql:
    """Multiply a whole number by another without leaving the whole numbers."""
    if factor == 0:
        return whole(0)
    if factor == 1:
        return value
    return exp.Mul(this=wide(value), expression=_operand(whole(factor)))


def _operand(value: Sql) -> Sql:
    return exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Neg | exp.Not | exp.In | exp.Is) else value


def product(*values: Sql) -> Sql:
    """Multiply whole numbers."""
    result = wide(values[0])
    for value in values[1:]:
        result = exp.Mul(this=result, expression=wide(value))
    return result


def minus(one: Sql, other: Sql) -> Sql:
    """Subtract."""
    return exp.Sub(this=_operand(one), expression=_operand(other))


def plus(values: Sequence[Sql]) -> Sql:
    """Add up; nothing is 0."""
    if not values:
        return whole(0)
    result = values[0]
    for value in values[1:]:
        result = exp.Add(this=result, expression=_operand(value))
    return result


def both(*conditions: Sql) -> Sql:
    """Say that all conditions hold."""
    left = [one for one in conditions if one != TRUE]
    if any(one == FALSE for one in left):
        return FALSE
    return exp.and_(*left, copy=False) if left else TRUE


def either(*conditions: Sql) -> Sql:
    """Say that some condition holds."""
    left = [one for one in conditions if one != FALSE]
    if any(one == TRUE for one in left):
        return TRUE
    return exp.or_(*left, copy=False) if left else FALSE


def negated(condition: Sql) -> Sql:
    """Say that a condition does not hold."""
    if condition in (TRUE, FALSE):
        return FALSE if condition == TRUE else TRUE
    return exp.not_(condition, copy=False)


def absent(value: Sql) -> Sql:
    """Say that there is no value."""
    return exp.Is(this=_operand(value), expression=exp.Null())


def among(value: Sql, choices: Iterable[Sql]) -> Sql:
    """Say that a value is one of several."""
    return exp.In(this=value, expressions=list(choices))


def case(branches: Iterable[tuple[Sql, Sql]], default: Sql | None = None) -> Sql:
    """Give the value of the first branch whose condition holds; branches that never do are left out."""
    ifs = []
    for condition, value in branches:
        if condition == FALSE:
            continue
        if condition == TRUE:
            default = value
            break
        ifs.append(exp.If(this=condition, true=value))
    if not ifs:
        return NULL if default is None else default
    return exp.Case(ifs=ifs, default=default)


def chosen(condition: Sql, value: Sql, default: Sql) -> Sql:
    """Give one value where a condition holds, else another."""
    return case([(condition, value)], default)


def counted(condition: Sql) -> Sql:
    """Count 1 where a condition holds, else 0."""
    return chosen(condition, whole(1), whole(0))


def called(function: str, *values: Sql) -> Sql:
    """Call a function that every dialect has under one name."""
    return exp.func(function, *values, copy=False)


@attrs.define(eq=False)
class Steps:
    """A query in steps: every step keeps the columns of the one before and adds those that build on it.

    Attributes:
        source: The columns of the first step, by name: expressions over the table itself.
    """

    source: dict[str, Sql]
    _steps: list[dict[str, Sql]] = attrs.Factory(list)
    _step_of: dict[str, int] = attrs.Factory(dict)
    _plain: dict[str, Sql] = attrs.Factory(dict)

    def put(self, column: str, value: Sql) -> Sql:
        """Add a column as early as what it builds on allows, and return its name.

        Args:
            column: Its name; one already there is kept as it is.
            value: An expression over columns put before. A word, a number or a mere name needs no column.
        """
        if isinstance(value, exp.Boolean | exp.Literal | exp.Column) and column not in self._step_of:
            return self._plain.setdefault(column, value)
        if column not in self._step_of and column not in self.source:
            read = [one.name for one in value.find_all(exp.Column)]
            step = max((self._step_of.get(one, 0) for one in read), default=0) + 1
            while len(self._steps) < step:
                self._steps.append({})
            self._steps[step - 1][column] = value
            self._step_of[column] = step
        return name(column)

    def has(self, column: str) -> bool:
        """Say whether a column was put."""
        return column in self._step_of or column in self.source or column in self._plain

    def get(self, column: str) -> Sql:
        """Return what was put under a name."""
        return self._plain.get(column) or name(column)

    @property
    def size(self) -> int:
        """Return the number of steps after the first."""
        return len(self._steps)

    def ctes(self, first: exp.Select, label: str) -> list[tuple[str, exp.Select]]:
        """Return the steps as named queries, the last of which has every column.

        Args:
            first: The first step.
            label: What their names begin with.
        """
        found = [(f"{label}0", first)]
        for number, columns in enumerate(self._steps, start=1):
            added = [named(value, column) for column, value in columns.items()]
            found.append((f"{label}{number}", exp.select(exp.Star(), *added).from_(f"{label}{number - 1}")))
        return found

    def first(self, table: exp.Table) -> exp.Select:
        """Return the first step: the columns of the table itself."""
        return exp.select(*(named(value, column) for column, value in self.source.items())).from_(table)


def with_ctes(query: exp.Query, ctes: Sequence[tuple[str, exp.Query]], *, kept: str | None = None) -> exp.Query:
    """Put named queries before a query.

    Args:
        query: The query.
        ctes: The named queries.
        kept: The name of one that many others read, to be computed once where the dialect can be told so.
    """
    for alias, cte in ctes:
        query = query.with_(alias, as_=cte, copy=False, materialized=True if alias == kept else None)
    return query


def texts_of(values: Iterable[str]) -> list[Sql]:
    """Write several texts."""
    return [text(value) for value in values]
