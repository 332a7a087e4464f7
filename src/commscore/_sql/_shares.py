"""A share -> sums over what each unit, or area, may turn out to be."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from commscore._engine._plan import Node
from commscore._requirement import interval
from commscore._sql._syntax import FALSE, Sql, both, case, counted, either, negated, product, whole, wide
from commscore._sql._units import Branch, Possible
from commscore._sql._verdicts import (
    Fields,
    Get,
    Row,
    Tally,
    bounds_of,
    decided_by,
    margin_names,
    requirement_for,
    settled,
)


def share_tally(node: Node, found: Possible, row: Row, scope: str) -> Tally:
    """Return the tally of a share, from what its condition may turn out to be for each unit.

    Args:
        node: The share.
        found: What each unit may turn out to be.
        row: Who is in scope; as its one operand, where the condition is in error or unknown.
        scope: Whose requirement applies.
    """
    members = row.members
    passing, failing = both(row.counted(), found.passing), both(row.counted(), found.failing)
    out = either(found.out, members.maybe())
    here = either(passing, failing)
    several = either(both(passing, failing), both(here, out))
    lacks = either(both(negated(members.invalid), members.missing), *row.missing)
    fields: Fields = {
        "inside": counted(both(here, members.inside())),
        "maybe": counted(both(here, members.maybe())),
        "missing": counted(both(here, lacks)),
        "present0": counted(both(here, negated(both(passing, failing)))),
        "open_missing": counted(both(several, lacks)),
        "open_invalid": counted(both(several, negated(lacks))),
        "least_den": counted(both(here, negated(out))),
    }
    requirement = requirement_for(node, scope)
    wanted = None if requirement is None else interval(requirement)
    quotients = {} if wanted is None else bounds_of(wanted)
    for side, quotient in quotients.items():
        up, down = quotient.denominator, quotient.numerator
        points = sorted(((up - down, passing), (-down, failing), (0, out)), key=lambda point: point[0])
        for name, ordered in zip(margin_names(side), (points, points[::-1]), strict=True):
            value = case([(at, whole(number)) for number, at in ordered], whole(0))
            fields[name] = wide(case([(here, value)], whole(0)))
    fields |= {
        "low_num": counted(both(passing, negated(failing), negated(out))),
        "low_den": counted(both(here, either(failing, negated(out)))),
        "high_num": counted(passing),
        "high_den": counted(both(here, either(passing, negated(out)))),
    }

    def branches(get: Get) -> list[Branch]:
        if wanted is None:
            same = exp.EQ(
                this=product(get("low_num"), get("high_den")), expression=product(get("high_num"), get("low_den"))
            )
            decided: tuple[Sql, Sql] = (same, FALSE)
        else:
            ends = {side: (get(f"{side}_least"), get(f"{side}_most")) for side in quotients}
            none = dict.fromkeys(quotients, (FALSE, FALSE))
            decided = decided_by(wanted, ends, dict.fromkeys(quotients, Fraction(0)), none)
        return settled(get, 1, decided, met=wanted is not None, over=True)

    sure = both(members.inside(), negated(several))
    return Tally(fields, branches, counted(both(sure, passing)), counted(both(sure, here)))
