"""The sums of an area -> the branches of its verdict, from what overrules to what is overruled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

import attrs
from sqlglot import exp

from commscore._engine._plan import Node
from commscore._requirement import Interval, Requirement
from commscore._ruleset import ALL
from commscore._sql._cells import Cells
from commscore._sql._members import Members
from commscore._sql._syntax import FALSE, Sql, absent, both, counted, either, negated, times, whole
from commscore._sql._units import Branch
from commscore._status import Reason, Status

Fields = dict[str, Sql]
Get = Callable[[str], Sql]
Sign: TypeAlias = type[exp.GT] | type[exp.GTE] | type[exp.LT] | type[exp.LTE]
LOWER, UPPER = "lower", "upper"


@attrs.frozen(eq=False)
class Tally:
    """What to sum over the rows of an area, and how the sums judge it.

    Attributes:
        fields: By name, what each row adds.
        branches: From the sums, by name, to the branches of the verdict.
        num: The field with the numerator of the rows that are certain and known, for show.
        den: The same of the denominator; null for totals.
    """

    fields: Fields
    branches: Callable[[Get], list[Branch]]
    num: Sql
    den: Sql | None = None


@attrs.frozen(eq=False)
class Row:
    """Who is in scope, and which operands a row has.

    Attributes:
        members: Who is in scope.
        bad: Where an operand cannot be right, by operand.
        missing: Where an operand has no value, by operand.
    """

    members: Members
    bad: tuple[Sql, ...]
    missing: tuple[Sql, ...]

    def counted(self) -> Sql:
        """Say where a row is or may be in scope."""
        return negated(self.members.out)

    def lacks(self) -> Sql:
        """Say where something missing, and not only an invalid value, leaves a row open."""
        return either(both(negated(self.members.invalid), self.members.missing), *self.missing)

    def fields(self, open_rows: Sql, cells: Cells) -> Fields:
        """Count who is in, who may be, whose operands are there, and why rows are open."""
        here, lacks = self.counted(), cells.keep("lacks", self.lacks())
        open_rows = cells.keep("open", open_rows)
        present = {
            f"present{i}": counted(both(here, negated(bad), negated(missing)))
            for i, (bad, missing) in enumerate(zip(self.bad, self.missing, strict=True))
        }
        return present | {
            "inside": counted(self.members.inside()),
            "maybe": counted(self.members.maybe()),
            "missing": counted(both(here, lacks)),
            "open_missing": counted(both(here, open_rows, lacks)),
            "open_invalid": counted(both(here, open_rows, negated(lacks))),
        }


def requirement_for(node: Node, scope: str) -> Requirement | None:
    """Return what a part must meet in a scope; null where there is nothing to meet."""
    return node.part.requirements.get(scope, node.part.requirements.get(ALL))


def margin_names(side: str) -> tuple[str, str]:
    """Return the fields that hold the least and the greatest margin to a bound."""
    return f"{side}_least", f"{side}_most"


def bounds_of(wanted: Interval) -> dict[str, Fraction]:
    """Return the bounds that a requirement has, by side."""
    found = {LOWER: wanted.lower, UPPER: wanted.upper}
    return {side: bound for side, bound in found.items() if bound is not None}


def some(count: Sql) -> Sql:
    """Say that a count is not 0."""
    return exp.GT(this=count, expression=whole(0))


def _beside(value: Sql, bound: Fraction, sign: Sign) -> Sql:
    return sign(this=times(value, bound.denominator), expression=whole(bound.numerator))


# Whether a bound is excluded -> what meets it, and what misses it.
_ABOVE: dict[bool, tuple[Sign, Sign]] = {False: (exp.GTE, exp.LT), True: (exp.GT, exp.LTE)}
_BELOW: dict[bool, tuple[Sign, Sign]] = {False: (exp.LTE, exp.GT), True: (exp.LT, exp.GTE)}


def decided_by(
    wanted: Interval,
    ends: Mapping[str, tuple[Sql, Sql]],
    bounds: Mapping[str, Fraction],
    endless: Mapping[str, tuple[Sql, Sql]],
) -> tuple[Sql, Sql]:
    """Say where a requirement holds over everything possible, and where over nothing."""
    holds, fails = [], []
    for side in bounds:
        (low, high), (bottomless, without_end) = ends[side], endless[side]
        if side == LOWER:
            sign, miss = _ABOVE[wanted.lower_open]
            holds.append(both(negated(bottomless), _beside(low, bounds[side], sign)))
            fails.append(both(negated(without_end), _beside(high, bounds[side], miss)))
        else:
            sign, miss = _BELOW[wanted.upper_open]
            holds.append(both(negated(without_end), _beside(high, bounds[side], sign)))
            fails.append(both(negated(bottomless), _beside(low, bounds[side], miss)))
    return both(*holds), either(*fails)


def settled(
    get: Get, operands: int, decided: tuple[Sql, Sql], *, met: bool, over: bool = False, is_ratio: bool = False
) -> list[Branch]:
    """Return the branches of an area's verdict, from what overrules to what is overruled."""
    zero = whole(0)
    nobody = both(*(exp.EQ(this=get(one), expression=zero) for one in ("inside", "maybe")))
    valueless = either(*(exp.EQ(this=get(f"present{i}"), expression=zero) for i in range(operands)))
    nothing_missing = exp.EQ(this=get("missing"), expression=zero)
    branches: list[Branch] = [
        (nobody, Status.NOTAPPLICABLE, Reason.EMPTY_SCOPE),
        (both(valueless, nothing_missing), Status.ERROR, Reason.INVALID_VALUE),
        (valueless, Status.UNKNOWN, Reason.MISSING_VALUE),
    ]
    if is_ratio:
        no_den = exp.EQ(this=get("may_have_den"), expression=zero)
        no_num = exp.EQ(this=get("may_have_num"), expression=zero)
        branches += [
            (both(no_den, no_num), Status.NOTAPPLICABLE, Reason.ZERO_DENOMINATOR),
            (both(no_den, some(get("has_num"))), Status.UNKNOWN, Reason.ZERO_DENOMINATOR),
        ]
    sure = both(some(get("inside")), *([some(get("least_den"))] if over else []))
    holds, fails = decided
    by_error = either(
        both(some(get("inside")), exp.EQ(this=get("open_missing"), expression=zero), some(get("open_invalid"))),
        both(exp.EQ(this=get("inside"), expression=zero), nothing_missing),
    )
    branches += [
        (both(sure, holds), Status.PASS if met else Status.INFORMATIONAL, None),
        (both(sure, fails), Status.FAIL, None),
        (by_error, Status.ERROR, Reason.INVALID_VALUE),
    ]
    # Sums that left the whole numbers are null and give no status, rather than a wrong one.
    complete = [negated(absent(one)) for one in (*decided,) if one != FALSE]
    return [*branches, (both(*complete), Status.UNKNOWN, Reason.INCOMPLETE_AREA)]
