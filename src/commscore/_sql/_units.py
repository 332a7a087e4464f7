"""Judge every row by ``each`` and compounds of it: a status column per node, its reason and what it may turn out to be.

The order of branches is that of the evaluator: out of scope, scope unknown, operands, nothing over nothing,
requirement. A comparison that leaves the whole numbers raises; it never falls through to "fail".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from sqlglot import exp

from commscore._engine._plan import Node, scopes_of
from commscore._requirement import InputRef, Requirement, interval
from commscore._ruleset import ALL, SCOPES
from commscore._sql._comparing import within
from commscore._sql._members import Members, membership, of_kind
from commscore._sql._syntax import (
    FALSE,
    NULL,
    TRUE,
    Sql,
    absent,
    among,
    both,
    called,
    case,
    cast,
    counted,
    either,
    negated,
    plus,
    product,
    text,
    texts_of,
    whole,
)
from commscore._status import Reason, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commscore._sql._cells import Cells

Branch = tuple[Sql, Status, Reason | None]
AND_ORDER = (Status.FAIL, Status.UNKNOWN, Status.ERROR, Status.PASS, Status.NOTAPPLICABLE)
OR_ORDER = (Status.PASS, Status.UNKNOWN, Status.ERROR, Status.FAIL, Status.NOTAPPLICABLE)
UNDECIDED = (Status.UNKNOWN, Status.ERROR)
DECIDED = (Status.PASS, Status.FAIL)


@attrs.frozen(eq=False)
class Possible:
    """What a row may turn out to be once everything is known, as conditions."""

    passing: Sql
    failing: Sql
    out: Sql


@attrs.frozen(eq=False)
class Judged:
    """A node's outcome for every row.

    Attributes:
        status: The status, before due date and force are looked at.
        reason: Why; null beside pass and fail.
        possible: What it may turn out to be, where that was asked for.
    """

    status: Sql
    reason: Sql
    possible: Possible | None = None


@attrs.frozen(eq=False)
class Judge:
    """Puts the outcomes of nodes into steps.

    Attributes:
        cells: The table's cells.
        reasons: Whether reasons are wanted.
        possible: Whether it is wanted what rows may turn out to be.
        supposed: The scope that every row is supposed to have; null to go by its kind.
    """

    cells: Cells
    reasons: bool = True
    possible: bool = False
    supposed: str | None = None

    def judge(self, node: Node, label: str) -> Judged:
        """Judge a part row by row.

        Args:
            node: ``each``, or a compound of them.
            label: What its columns are called.
        """
        if node.absent is not None:
            return constant(Status.NOTCHECKED, node.absent, possible=self.possible)
        if node.form == "each":
            return self._each(node, label)
        return self._compound(node, label)

    def _put(self, label: str, branches: Sequence[Branch], possible: Possible | None) -> Judged:
        status = case([(condition, text(status)) for condition, status, _ in branches])
        reason = case([(condition, NULL if why is None else text(why)) for condition, _, why in branches])
        steps = self.cells.steps
        if possible is not None:
            names = (f"{label}__may_pass", f"{label}__may_fail", f"{label}__may_be_out")
            possible = Possible(*(steps.put(*pair) for pair in zip(names, attrs.astuple(possible), strict=True)))
        return Judged(
            steps.put(f"{label}__status", status),
            steps.put(f"{label}__reason", _text_or_null(reason)) if self.reasons else NULL,
            possible,
        )

    # --- one requirement ---

    def _each(self, node: Node, label: str) -> Judged:
        cells = self.cells
        names = [operand.name for operand in node.operands]
        members = self._members(node)
        bad, missing = either(*map(cells.bad, names)), either(*map(cells.missing_at, names))
        for scope, ref in node.refs:
            here = TRUE if scope == ALL else self._of_scope(scope)
            bad = either(bad, both(here, cells.bad(ref.name)))
            missing = either(missing, both(here, cells.missing_at(ref.name)))
        branches: list[Branch] = [*in_scope(members)]
        operands: list[Branch] = [
            (bad, Status.ERROR, Reason.INVALID_VALUE),
            (missing, Status.UNKNOWN, Reason.MISSING_VALUE),
        ]
        inner = [*operands, *self._over_nothing(names), *self._met(node)]
        possible = self._possible_each(node, members, inner) if self.possible else None
        return self._put(label, [*branches, *inner], possible)

    def _members(self, node: Node) -> Members:
        """Say who is in scope; of rows supposed to have a scope, by that."""
        if self.supposed is None or scopes_of(node.part) == (ALL,):
            return membership([node], self.cells)
        if self.supposed not in scopes_of(node.part):
            return Members(out=TRUE)
        bare = attrs.evolve(node, part=attrs.evolve(node.part, requirements={}, parts=()))
        return membership([bare], self.cells)

    def _of_scope(self, scope: str) -> Sql:
        if self.supposed is not None:
            return TRUE if scope == self.supposed else FALSE
        return called("COALESCE", of_kind(self.cells, scope), FALSE)

    def _over_nothing(self, names: Sequence[str]) -> list[Branch]:
        if len(names) == 1:
            return []
        num, den = (exp.EQ(this=self.cells.value(one), expression=whole(0)) for one in names[:2])
        return [
            (both(den, num), Status.NOTAPPLICABLE, Reason.ZERO_DENOMINATOR),
            (den.copy(), Status.UNKNOWN, Reason.ZERO_DENOMINATOR),
        ]

    def _met(self, node: Node) -> list[Branch]:
        """Say where the requirement is met, and where it is not; anything else raises or is null."""
        if not node.part.requirements:
            return [(TRUE, Status.INFORMATIONAL, None)]
        met = []
        for scope, requirement in node.part.requirements.items():
            here = TRUE if scope == ALL else self._of_scope(scope)
            met.append(both(here, self._meets(node, scope, requirement)))
        condition = either(*met)
        return [(condition, Status.PASS, None), (negated(condition), Status.FAIL, None)]

    def _meets(self, node: Node, scope: str, requirement: Requirement) -> Sql:
        values = [self.cells.value(operand.name) for operand in node.operands]
        factor = node.part.per / 10 ** node.operands[0].places
        den = None
        if len(values) > 1:
            den = values[1]
            factor *= 10 ** node.operands[1].places
        if isinstance(requirement.value, InputRef):
            ref = dict(node.refs)[scope]
            reference = self.cells.value(ref.name)
            den = reference if den is None else product(reference, den)
            factor *= 10**ref.places
        return within(values[0], den, interval(requirement), factor=factor)

    def _possible_each(self, node: Node, members: Members, inner: Sequence[Branch]) -> Possible:
        """Tell what a row may turn out to be: an open operand may be anything, an open scope may leave it out."""
        nothing = FALSE
        if len(node.operands) > 1:
            values = [self.cells.value(one.name) for one in node.operands[:2]]
            gaps = [absent(value) for value in values]
            zeros = [exp.EQ(this=value, expression=whole(0)) for value in values]
            nothing = both(either(*gaps), *map(either, gaps, zeros))
        found = {Status.PASS: [], Status.FAIL: [], Status.NOTAPPLICABLE: []}  # type: dict[Status, list[Sql]]
        before: list[Sql] = []
        for condition, status, why in inner:
            at = both(*map(negated, before), condition)
            for outcome in _OUTCOMES[status]:
                found[outcome].append(at)
            if why in {Reason.INVALID_VALUE, Reason.MISSING_VALUE}:
                found[Status.NOTAPPLICABLE].append(both(at, nothing))
            before.append(condition)
        return _within_members(members, *(either(*conditions) for conditions in found.values()))

    # --- compounds ---

    def _compound(self, node: Node, label: str) -> Judged:
        parts = [self._part(child, f"{label}__{number}") for number, child in enumerate(node.children, start=1)]
        members = self._members(node)
        combined = combine(node, parts)
        possible = None
        if self.possible:
            inner = combine_possible(node, [part.possible for part in parts if part.possible is not None])
            possible = _within_members(members, inner.passing, inner.failing, inner.out)
        judged = self._put(label, [*in_scope(members), *combined], possible)
        if not self.reasons:
            return judged
        why = case(
            [(condition, text(str(reason))) for condition, _, reason in in_scope(members)]
            + [(exp.EQ(this=part.status, expression=judged.status), part.reason) for part in parts]
        )
        return attrs.evolve(judged, reason=self.cells.steps.put(f"{label}__why", _text_or_null(why)))

    def _part(self, node: Node, label: str) -> Judged:
        """Judge one part of a compound: what cannot be checked is unknown there, never neutral."""
        if node.absent is not None:
            return constant(Status.UNKNOWN, Reason.MISSING_COLUMN, possible=self.possible)
        return self.judge(node, label)


_OUTCOMES = {
    Status.PASS: (Status.PASS,),
    Status.FAIL: (Status.FAIL,),
    Status.UNKNOWN: DECIDED,
    Status.ERROR: DECIDED,
    Status.INFORMATIONAL: DECIDED,
    Status.NOTAPPLICABLE: (Status.NOTAPPLICABLE,),
    Status.NOTCHECKED: DECIDED,
}


def _text_or_null(value: Sql) -> Sql:
    return cast(NULL, "TEXT") if value == NULL else value


def constant(status: Status, reason: Reason | None, *, possible: bool = False) -> Judged:
    """Return the same outcome for every row."""
    found = None
    if possible:
        found = Possible(*(TRUE if one in _OUTCOMES[status] else FALSE for one in (*DECIDED, Status.NOTAPPLICABLE)))
    return Judged(text(status), NULL if reason is None else text(reason), found)


def in_scope(members: Members) -> list[Branch]:
    """Return the branches of rows that are out of scope, or may be."""
    branches: list[Branch] = [
        (members.out, Status.NOTAPPLICABLE, Reason.OUT_OF_SCOPE),
        (members.invalid, Status.ERROR, Reason.INVALID_VALUE),
        (members.missing, Status.UNKNOWN, Reason.MISSING_SCOPE),
    ]
    return [branch for branch in branches if branch[0] != FALSE]


def _within_members(members: Members, passing: Sql, failing: Sql, out: Sql) -> Possible:
    here = negated(members.out)
    open_ = either(members.invalid, members.missing)
    return Possible(both(here, passing), both(here, failing), either(members.out, open_, out))


def combine(node: Node, parts: Sequence[Judged]) -> list[Branch]:
    """Combine parts by the AND and OR tables, or count them."""
    statuses = [part.status for part in parts]
    if node.form == "atleast":
        return _at_least(node.part.n or 0, statuses)
    order = AND_ORDER if node.form == "all" else OR_ORDER
    return [(among(text(status), statuses), status, None) for status in order]


def _at_least(n: int, statuses: Sequence[Sql]) -> list[Branch]:
    passes = plus([counted(exp.EQ(this=status, expression=text(Status.PASS))) for status in statuses])
    could = plus([counted(among(status, texts_of((Status.PASS, *UNDECIDED)))) for status in statuses])
    nobody = both(*(exp.EQ(this=status, expression=text(Status.NOTAPPLICABLE)) for status in statuses))
    return [
        (nobody, Status.NOTAPPLICABLE, None),
        (exp.GTE(this=passes, expression=whole(n)), Status.PASS, None),
        (exp.LT(this=could, expression=whole(n)), Status.FAIL, None),
        (among(text(Status.UNKNOWN), statuses), Status.UNKNOWN, None),
        (TRUE, Status.ERROR, None),
    ]


def combine_possible(node: Node, parts: Sequence[Possible]) -> Possible:
    """Combine everything that the parts may turn out to be, in every way."""
    passing, failing, out = ([getattr(part, side) for part in parts] for side in ("passing", "failing", "out"))
    if node.form == "all":
        return Possible(_all_but(passing, out), either(*failing), both(*out))
    if node.form == "any":
        return Possible(either(*passing), _all_but(failing, out), both(*out))
    n = node.part.n or 0
    can_pass = plus([counted(one) for one in passing])
    must = plus([counted(both(part.passing, negated(part.failing), negated(part.out))) for part in parts])
    some_fail = both(either(*failing), exp.LT(this=must, expression=whole(n)))
    # Where none can fail, a few pass and the rest are out; at least one has to stay.
    few = both(negated(either(*failing)), either(*passing), exp.LT(this=must.copy(), expression=whole(n)))
    few = both(few, TRUE if n > 1 else FALSE)
    return Possible(exp.GTE(this=can_pass, expression=whole(n)), either(some_fail, few), both(*out))


def _all_but(sides: Sequence[Sql], out: Sequence[Sql]) -> Sql:
    """Say that every part can be on a side or out, and some part on that side."""
    return both(either(*sides), *(either(side, gone) for side, gone in zip(sides, out, strict=True)))


def judge_condition(node: Node, cells: Cells, label: str) -> Judged:
    """Judge a share's condition; rows of an open kind may be what they would be as urban and as rural."""
    found = Judge(cells, reasons=False, possible=True).judge(node, label)
    if node.absent is not None or scopes_of(node.part) == (ALL,) or found.possible is None:
        return found
    open_kind = absent(cells.value("kind"))
    supposed = [
        Judge(cells, reasons=False, possible=True, supposed=scope).judge(node, f"{label}__{scope}") for scope in SCOPES
    ]
    maybes = [one.possible for one in supposed if one.possible is not None]
    known = found.possible

    def side(which: str, extra: Sql) -> Sql:
        wide = either(*(getattr(one, which) for one in maybes), extra)
        return either(both(negated(open_kind), getattr(known, which)), both(open_kind, wide))

    sides = {
        "may_pass": side("passing", FALSE),
        "may_fail": side("failing", FALSE),
        "may_be_out": side("out", TRUE),
    }
    put = [cells.steps.put(f"{label}__either_{which}", value) for which, value in sides.items()]
    return attrs.evolve(found, possible=Possible(*put))
