"""Systems of linear inequalities over whole numbers, decided exactly: a solution, or the inequalities that clash.

Values are read at their input's places, so every quantity of a table is a whole number of steps and every inequality
one between whole numbers: `more than 10` is `at least 10 and one step`, and nothing is strict. The simplex method on
fractions finds a solution or proves that there is none; branching makes it whole.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ONE = ""  # the name under which a linear form holds its constant
MOST_BRANCHES = 120
MOST_EFFORT = 12_000
Form = dict[str, Fraction]


class _GivenUpError(Exception):
    """More steps than any real ruleset needs."""


@attrs.frozen
class Constraint:
    """What must not be negative: a sum of whole multiples of variables, and a constant.

    Attributes:
        terms: Variable and factor, by name, without zeros.
        constant: What is added.
        why: What it says, for people; null for what was asked, which goes without saying.
    """

    terms: tuple[tuple[str, int], ...]
    constant: int
    why: str | None = None


@attrs.frozen
class Answer:
    """What came of a system.

    Attributes:
        values: A whole number for each variable; null when there is no solution, or none was found.
        clash: The inequalities that cannot hold together, where there is none.
        open: Whether the search was given up.
    """

    values: Mapping[str, int] | None = None
    clash: frozenset[Constraint] = frozenset()
    open: bool = False


def form(terms: Mapping[str, Fraction | int], *more: tuple[Mapping[str, Fraction | int], Fraction | int]) -> Form:
    """Add up linear forms: the first, and multiples of others."""
    total: Form = {name: Fraction(factor) for name, factor in terms.items()}
    for other, times in more:
        for name, factor in other.items():
            total[name] = total.get(name, Fraction(0)) + Fraction(factor) * times
    return total


def not_negative(terms: Mapping[str, Fraction | int], *, strict: bool = False, why: str | None = None) -> Constraint:
    """Write that a form is at least 0, or more than 0, as an inequality between whole numbers, as tight as can be."""
    scale = lcm(*(Fraction(factor).denominator for factor in terms.values())) if terms else 1
    whole = {name: int(Fraction(factor) * scale) for name, factor in terms.items() if factor}
    constant = whole.pop(ONE, 0) - (1 if strict else 0)
    divisor = gcd(*whole.values()) if whole else 1
    kept = tuple(sorted((name, factor // divisor) for name, factor in whole.items()))
    return Constraint(kept, floor(Fraction(constant, divisor)), why)


@attrs.define
class Effort:
    """What may still be spent on one question, counted in sums rewritten, so that it ends alike on every machine.

    Attributes:
        left: How many.
    """

    left: int = MOST_EFFORT

    def spend(self, amount: int) -> None:
        """Spend some of it, or give up."""
        self.left -= amount
        if self.left < 0:
            raise _GivenUpError


def solve(constraints: Iterable[Constraint], effort: Effort | None = None) -> Answer:
    """Find whole numbers that meet every inequality, small ones where there is a choice.

    Args:
        constraints: The inequalities.
        effort: What may be spent; shared by the systems of one question.

    Returns:
        A solution, or the inequalities that clash, or neither when the search is given up.
    """
    system = tuple(dict.fromkeys(constraints))
    effort = effort or Effort()
    clash: set[Constraint] = set()
    waiting: list[tuple[Constraint, ...]] = [()]
    for _ in range(MOST_BRANCHES):
        if not waiting:
            return Answer(clash=frozenset(clash & set(system)))
        branch = waiting.pop()
        try:
            values, found = _Simplex((*system, *branch), effort).solve()
        except _GivenUpError:
            return Answer(open=True)
        if values is None:
            clash |= found
            continue
        split = next((name for name in sorted(values) if values[name].denominator != 1), None)
        if split is None:
            return Answer({name: int(value) for name, value in values.items()})
        below = not_negative({split: -1, ONE: floor(values[split])})
        above = not_negative({split: 1, ONE: -ceil(values[split])})
        waiting += [(*branch, above), (*branch, below)]
    return Answer(open=True)


def infeasible(constraints: Iterable[Constraint]) -> frozenset[Constraint] | None:
    """Give inequalities that clash even where parts of steps are allowed; null when there are none, or none found."""
    try:
        values, clash = _Simplex(tuple(dict.fromkeys(constraints)), Effort()).solve()
    except _GivenUpError:
        return None
    return clash if values is None else None


class _Simplex:
    """The simplex method with a least value for each sum: mend one that falls short by what can move, until none does.

    Variables start at 0 and are free; every inequality has a sum of its own. The smallest number always goes first, so
    that it ends.
    """

    def __init__(self, system: tuple[Constraint, ...], effort: Effort) -> None:
        self.system = system
        self.effort = effort
        self.names = sorted({name for constraint in system for name, _ in constraint.terms})
        number = {name: place for place, name in enumerate(self.names)}
        self.free = len(self.names)
        self.value = [Fraction(0)] * (self.free + len(system))
        self.least = [0] * self.free + [-constraint.constant for constraint in system]
        self.rows = {
            self.free + place: {number[name]: Fraction(factor) for name, factor in constraint.terms}
            for place, constraint in enumerate(system)
        }

    def solve(self) -> tuple[dict[str, Fraction] | None, frozenset[Constraint]]:
        """Return the variables' values, or null and the inequalities that clash."""
        while True:
            short = min((row for row in self.rows if self._falls_short(row)), default=None)
            if short is None:
                return {name: self.value[place] for place, name in enumerate(self.names)}, frozenset()
            factors = self.rows[short]
            # What is no variable is at its least already and can only grow.
            moving = min((place for place, factor in factors.items() if factor > 0 or place < self.free), default=None)
            if moving is None:
                held = (short, *factors)
                return None, frozenset(self.system[place - self.free] for place in held)
            self.effort.spend(len(self.rows))
            self._pivot(short, moving)

    def _falls_short(self, row: int) -> bool:
        return row >= self.free and self.value[row] < self.least[row]

    def _pivot(self, row: int, moving: int) -> None:
        """Set a sum to its least value by way of a variable, and let the two change places."""
        factors = self.rows.pop(row)
        factor = factors.pop(moving)
        step = (self.least[row] - self.value[row]) / factor
        turned = {place: -other / factor for place, other in factors.items()}
        turned[row] = 1 / factor
        self.value[moving] += step
        self.value[row] = Fraction(self.least[row])
        for other, terms in self.rows.items():
            times = terms.pop(moving, None)
            if times is None:
                continue
            self.value[other] += times * step
            for place, inner in turned.items():
                total = terms.get(place, Fraction(0)) + times * inner
                if total:
                    terms[place] = total
                else:
                    terms.pop(place, None)
        self.rows[moving] = turned
