"""One area form -> sums over rows, and the branches that judge an area by them.

Every form is one comparison of Σ NUM with t × Σ DEN, so an area's worst case is the sum of its rows' worst cases of
NUM − t × DEN, whatever the others are: what is missing, and who may or may not be in scope, needs no search.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs
from sqlglot import exp

from commscore._engine._plan import Node
from commscore._requirement import InputRef, Interval, Requirement, interval
from commscore._ruleset import ALL
from commscore._sql._cells import Cells
from commscore._sql._members import Members, membership
from commscore._sql._spans import (
    Joint,
    Span,
    at_least_num,
    difference,
    greatest_of,
    joint_corners,
    least_of,
    places_of,
    span,
    weighted,
)
from commscore._sql._syntax import (
    FALSE,
    Sql,
    both,
    case,
    chosen,
    counted,
    either,
    negated,
    product,
    whole,
    wide,
)
from commscore._sql._units import Branch
from commscore._sql._verdicts import (
    LOWER,
    UPPER,
    Fields,
    Get,
    Row,
    Tally,
    bounds_of,
    decided_by,
    margin_names,
    requirement_for,
    settled,
    some,
)
from commscore.errors import UsageError


def tally_of(node: Node, chain: Sequence[Node], cells: Cells, scope: str) -> Tally:
    """Return the tally of a mean, ratio, total or change."""
    requirement = requirement_for(node, scope)
    members = membership(chain, cells, None if scope == ALL else scope)
    names = [operand.name for operand in node.operands]
    if node.form in {"total", "change"}:
        return _sum_tally(node, cells, members, requirement)
    row = Row(members, tuple(map(cells.bad, names)), tuple(map(cells.missing_at, names)))
    if requirement is None and not members.all_in():
        raise UsageError(
            f"the {node.form} of {', '.join(names)} has no requirement and counts only some units: whether its value is"
            " known where a unit's scope is not, this SQL cannot say"
        )
    return _quotient_tally(node, cells, row, requirement)


# ---- TOTAL AND CHANGE ----


def _sum_tally(node: Node, cells: Cells, members: Members, requirement: Requirement | None) -> Tally:
    weights: dict[str, Fraction] = {}
    signs = (1, -1) if node.form == "change" else (1,)
    for operand, sign in zip(node.operands, signs, strict=True):
        weights[operand.name] = weights.get(operand.name, Fraction(0)) + sign
    shown, _ = weighted(cells, weights)
    wanted = None if requirement is None else interval(requirement)
    if requirement is not None and isinstance(requirement.value, InputRef):
        ref = requirement.value
        weights[ref.name] = weights.get(ref.name, Fraction(0)) - ref.factor
        wanted = _about_zero(interval(requirement))
    row = Row(members, tuple(map(cells.bad, weights)), tuple(map(cells.missing_at, weights)))
    found, scale = weighted(cells, weights)
    open_rows = either(found.varies(), both(members.maybe(), negated(found.is_zero())))
    here, inside = row.counted(), members.inside()
    maybe = members.maybe()
    fields = row.fields(open_rows, cells) | {
        "low": _end(negated(found.bottomless), found.low, least_of(found.low, 0), (inside, maybe)),
        "high": _end(negated(found.endless), found.high, greatest_of(found.high, 0), (inside, maybe)),
        "bottomless": counted(both(here, found.bottomless)),
        "endless": counted(both(here, found.endless)),
    }

    def branches(get: Get) -> list[Branch]:
        low_sum, high_sum = get("low"), get("high")
        ends = dict.fromkeys((LOWER, UPPER), (low_sum, high_sum))
        bounds = {} if wanted is None else {side: bound * scale for side, bound in bounds_of(wanted).items()}
        endless = {side: (some(get("bottomless")), some(get("endless"))) for side in (LOWER, UPPER)}
        known = both(
            exp.EQ(this=low_sum, expression=high_sum), negated(some(get("bottomless"))), negated(some(get("endless")))
        )
        decided = decided_by(wanted, ends, bounds, endless) if wanted else (known, FALSE)
        return settled(get, len(weights), decided, met=wanted is not None)

    exact = both(inside, negated(shown.varies()))
    return Tally(fields, branches, case([(exact, shown.low)], whole(0)))


def _end(there: Sql, value: Sql, at_maybe: Sql, who: tuple[Sql, Sql]) -> Sql:
    """Return a row's end, where it has one: in full if it is in scope, never beyond nothing if it may be out."""
    inside, maybe = who
    return wide(case([(both(inside, there), value), (both(maybe, there), at_maybe)], whole(0)))


def _about_zero(wanted: Interval) -> Interval:
    zero = Fraction(0)
    lower, upper = (None if one is None else zero for one in (wanted.lower, wanted.upper))
    return attrs.evolve(wanted, lower=lower, upper=upper)


# ---- MEAN AND RATIO ----


def _quotient_tally(node: Node, cells: Cells, row: Row, requirement: Requirement | None) -> Tally:
    """Return the tally of Σ NUM / Σ DEN; the denominator of a mean is 1 for every unit."""
    names = [operand.name for operand in node.operands]
    joint_at, joint = FALSE, None
    if node.form == "mean":
        num_places, den_places = places_of(cells, names[0]), 0
        num, den = span(cells, names[0], num_places), Span(whole(1), whole(1))
    elif names[0] in cells.ruleset.inputs and cells.ruleset.inputs[names[0]].part_of == names[1]:
        num_places = den_places = max(places_of(cells, one) for one in names)
        pair = (names[0], names[1])
        num, den, joint_at = at_least_num(cells, pair, num_places)
        joint = joint_corners(cells, pair, num_places)
    else:
        num_places, den_places = (places_of(cells, one) for one in names)
        num, den = span(cells, names[0], num_places), span(cells, names[1], den_places)
    factor = node.part.per * Fraction(10**den_places, 10**num_places)
    members, is_ratio = row.members, node.form == "ratio"
    varies = either(num.varies(), den.varies())
    open_rows = either(varies, both(members.maybe(), negated(both(num.is_zero(), den.is_zero()))))
    inside, here = members.inside(), row.counted()
    fields = row.fields(open_rows, cells) | {
        "least_den": wide(chosen(inside, den.low, whole(0))),
        "may_have_den": counted(both(here, either(den.endless, exp.GT(this=den.high, expression=whole(0))))),
        "may_have_num": counted(both(here, either(num.endless, exp.GT(this=num.high, expression=whole(0))))),
        "has_num": counted(both(inside, exp.GT(this=num.low, expression=whole(0)))),
    }
    wanted = None if requirement is None else interval(requirement)
    quotients = {} if wanted is None else {side: bound / factor for side, bound in bounds_of(wanted).items()}
    for side, quotient in quotients.items():
        fields |= _margins(_Region(num, den, joint_at, joint), quotient, members, margin_names(side))
        fields |= _endless(_Region(num, den, joint_at, joint), _Bound(side, quotient, wanted), here)
    if wanted is None:
        fields |= _plain_ends(num, den, members, joint_at)

    def branches(get: Get) -> list[Branch]:
        if wanted is None:
            same = exp.EQ(
                this=product(get("low_num"), get("high_den")), expression=product(get("high_num"), get("low_den"))
            )
            decided = both(same, negated(some(get("no_end")))), FALSE
        else:
            ends = {side: (get(f"{side}_least"), get(f"{side}_most")) for side in quotients}
            endless = {side: (some(get(f"{side}_bottomless")), some(get(f"{side}_endless"))) for side in quotients}
            decided = decided_by(wanted, ends, dict.fromkeys(quotients, Fraction(0)), endless)
        return settled(get, len(names), decided, met=wanted is not None, over=True, is_ratio=is_ratio)

    exact = both(inside, negated(varies))
    return Tally(fields, branches, *(case([(exact, one.low)], whole(0)) for one in (num, den)))


@attrs.frozen(eq=False)
class _Region:
    """Everything that a row's numerator and denominator may be."""

    num: Span
    den: Span
    joint_at: Sql
    joint: Joint | None


@attrs.frozen
class _Bound:
    """One bound of a requirement: its side, the quotient that stands for it, and the requirement."""

    side: str
    quotient: Fraction
    wanted: Interval | None

    def is_open(self) -> bool:
        """Say whether the bound itself does not meet the requirement."""
        if self.wanted is None:
            return False
        return self.wanted.lower_open if self.side == LOWER else self.wanted.upper_open


def _margins(region: _Region, quotient: Fraction, members: Members, names: tuple[str, str]) -> Fields:
    """Return the least and the greatest NUM − quotient × DEN of a row; of one that may be out, 0 is possible too."""
    up, down = quotient.denominator, quotient.numerator
    num, den = region.num, region.den
    low_den, high_den = (den.high, den.low) if down >= 0 else (den.low, den.high)
    least = difference(num.low, up, low_den, down)
    most = difference(num.high, up, high_den, down)
    if region.joint is not None:
        corners = [up * one - down * other for one, other in region.joint.corners]
        least = case([(region.joint_at, whole(min(corners)))], least)
        most = case([(region.joint_at, whole(max(corners)))], most)
    inside, maybe = members.inside(), members.maybe()
    return {
        names[0]: wide(case([(inside, least), (maybe, least_of(least, 0))], whole(0))),
        names[1]: wide(case([(inside, most), (maybe, greatest_of(most, 0))], whole(0))),
    }


def _endless(region: _Region, bound: _Bound, here: Sql) -> Fields:
    """Count the rows whose margin has no end on either side, limits included.

    A denominator without end brings the quotient to 0, a part and its whole growing together bring it to 1. Both are
    reached in the limit only, which counts as reached: so the bound itself, 0 or 1, needs a look at whether it meets
    the requirement.
    """
    at_bound = bound.is_open() if bound.side == LOWER else not bound.is_open()
    falls = bound.quotient > 0 or (bound.quotient == 0 and at_bound)
    apart = negated(region.joint_at)
    endless = both(region.num.endless, apart)
    if region.joint is not None and region.joint.num_endless and region.joint.den_endless:
        reaches = not bound.is_open() if bound.side == LOWER else bound.is_open()
        if bound.quotient < 1 or (bound.quotient == 1 and reaches):
            endless = either(endless, region.joint_at)
    return {
        f"{bound.side}_bottomless": counted(both(here, region.den.endless)) if falls else whole(0),
        f"{bound.side}_endless": counted(both(here, endless)),
    }


def _plain_ends(num: Span, den: Span, members: Members, joint_at: Sql) -> Fields:
    """Return the sums that say whether a quotient without a requirement is known."""
    inside = members.inside()
    ends = {"low_num": num.low, "low_den": den.high, "high_num": num.high, "high_den": den.low}
    sums = {name: wide(chosen(inside, value, whole(0))) for name, value in ends.items()}
    return sums | {"no_end": counted(both(inside, either(num.endless, den.endless, joint_at)))}
