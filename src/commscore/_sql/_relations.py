"""Named queries that sum over areas, and the steps that judge the sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import attrs
from sqlglot import exp

from commscore._engine._plan import COMPOUNDS, Node, RulePlan, scopes_of
from commscore._engine._run import is_nested_share
from commscore._ruleset import ALL
from commscore._sql._cells import Cells
from commscore._sql._members import Members, membership
from commscore._sql._rules import condition_label
from commscore._sql._shares import share_tally
from commscore._sql._syntax import (
    FALSE,
    NULL,
    Sql,
    Steps,
    absent,
    among,
    both,
    case,
    cast,
    either,
    name,
    named,
    negated,
    plus,
    text,
    texts_of,
    whole,
)
from commscore._sql._tallies import tally_of
from commscore._sql._units import DECIDED, UNDECIDED, Branch, Judged, Possible, combine, judge_condition
from commscore._sql._verdicts import Row, Tally, requirement_for
from commscore._status import Reason, Status
from commscore.errors import UsageError

_JUDGED = (*DECIDED, *UNDECIDED)
_WHO = ("inside", "maybe", "open_missing", "open_invalid")  # what areas below the judged level are told


def _key_name(number: int, levels: Sequence[str]) -> str:
    return "area" if number == len(levels) - 1 else f"{levels[number]}_area"


@attrs.frozen(eq=False)
class Relation:
    """A named query that sums over areas, and the steps that judge the sums.

    Attributes:
        label: What its names begin with.
        keys: What it groups by.
        sums: What it sums, by name.
        levels: The levels that it groups by, the one judged last.
        scope_fields: Per form, the fields that count who is, and who may be, in scope.
        source: The relation that it sums over; null for the table's rows.
        steps: What builds on the sums.
    """

    label: str
    keys: dict[str, Sql]
    sums: dict[str, Sql]
    levels: tuple[str, ...]
    scope_fields: tuple[tuple[str, str], ...] = ()
    source: Relation | None = None
    steps: Steps = attrs.field(factory=lambda: Steps({}))

    def key_of(self, level: str) -> str:
        """Return the column that holds the area of a level."""
        return _key_name(self.levels.index(level), self.levels)

    @property
    def last(self) -> str:
        """Return the name of the query that has every column."""
        return f"{self.label}{self.steps.size}"

    def ctes(self, last: str) -> list[tuple[str, exp.Query]]:
        """Return its named queries, over the last step of the table or over its source."""
        columns = [named(value, one) for one, value in self.keys.items()]
        columns += [named(exp.Sum(this=value), one) for one, value in self.sums.items()]
        first = exp.select(*columns).from_(last if self.source is None else self.source.last)
        # By position, since a column of the rows may be called like a key.
        first = first.group_by(*(exp.Literal.number(i) for i in range(1, len(self.keys) + 1)))
        return list(self.steps.ctes(first, self.label))


@attrs.define(eq=False)
class Relations:
    """The relations of a query, each made once.

    Attributes:
        cells: The cells of the table whose rows they sum over.
    """

    cells: Cells
    _made: dict[str, Relation] = attrs.Factory(dict)

    def sums(
        self,
        label: str,
        sums: dict[str, Sql],
        levels: tuple[str, ...],
        *,
        scope_fields: Sequence[tuple[str, str]] = (),
        source: Relation | None = None,
    ) -> Relation:
        """Make a relation over the areas of the last of some levels, which they are told apart by."""
        if label not in self._made:
            keys = {
                _key_name(number, levels): self.cells.area(level) if source is None else name(source.key_of(level))
                for number, level in enumerate(levels)
            }
            self._made[label] = Relation(f"sums{len(self._made)}_", keys, sums, levels, tuple(scope_fields), source)
        return self._made[label]

    def ctes(self, last: str) -> list[tuple[str, exp.Query]]:
        """Return the named queries made so far, over the last step of the table."""
        return [one for relation in self._made.values() for one in relation.ctes(last)]


@attrs.frozen(eq=False)
class Builder:
    """Builds the relation that judges one rule for one scope."""

    relations: Relations
    rule: RulePlan
    scope: str

    def relation(self, node: Node, levels: tuple[str, ...], *, verdicts: bool = True) -> Relation:
        """Sum and judge a node in every area of the last of some levels."""
        label = f"{self.rule.rule.id} {self.scope} {' '.join(levels)} {'judged' if verdicts else 'summed'}"
        if is_nested_share(node):
            return self._nested(node, levels, label, verdicts=verdicts)
        tallies = dict(self._tallies(node, (), (), self.scope))
        return self._from(node, tallies, levels, label, verdicts=verdicts)

    def _from(
        self,
        node: Node,
        tallies: dict[tuple[int, ...], Tally],
        levels: tuple[str, ...],
        label: str,
        *,
        verdicts: bool,
        source: Relation | None = None,
    ) -> Relation:
        sums = {
            _field(path, one): value
            for path, tally in tallies.items()
            for one, value in tally.fields.items()
            if verdicts or one in _WHO
        }
        if len(tallies) == 1 and () in tallies:
            sums["num"] = tallies[()].num
            if tallies[()].den is not None:
                sums["den"] = tallies[()].den
        scope_fields = [(_field(path, "inside"), _field(path, "maybe")) for path in tallies]
        found = self.relations.sums(label, sums, levels, scope_fields=scope_fields, source=source)
        opens = [name(_field(path, one)) for path in tallies for one in ("open_missing", "open_invalid")]
        found.steps.put("n_open", plus(opens) if len(tallies) == 1 else cast(NULL, "BIGINT"))
        for one in ("num", "den"):
            if one not in sums:
                found.steps.put(one, cast(NULL, "DECIMAL(38, 0)"))
        if verdicts:
            judged = self._verdict(node, tallies, found, ())
            unplaced = both(absent(name("area")), among(judged.status, texts_of(_JUDGED)))
            found.steps.put("status", case([(unplaced, text(Status.UNKNOWN))], judged.status))
            found.steps.put("reason", case([(unplaced, text(Reason.MISSING_SCOPE))], judged.reason))
        return found

    def _tallies(
        self, node: Node, path: tuple[int, ...], chain: tuple[Node, ...], scope: str
    ) -> Iterator[tuple[tuple[int, ...], Tally]]:
        """Yield the tallies of a node's forms, by their place below it."""
        chain = (*chain, node)
        if node.absent is not None or self._passed_by(node, scope):
            return
        if node.form in COMPOUNDS:
            for number, child in enumerate(node.children):
                yield from self._tallies(child, (*path, number), chain, scope)
        elif is_nested_share(node):
            raise UsageError(
                f"rule {self.rule.rule.id!r}: a share of areas within a compound is more than this SQL can say"
            )
        elif node.form == "share":
            yield path, self._share(node, path, chain, scope)
        else:
            try:
                yield path, tally_of(node, chain, self.relations.cells, scope)
            except UsageError as error:
                raise UsageError(f"rule {self.rule.rule.id!r}: {error}") from None

    def _passed_by(self, node: Node, scope: str) -> bool:
        """Say whether a part has requirements, but none for the scope."""
        return scope != ALL and bool(node.part.requirements) and requirement_for(node, scope) is None

    def _share(self, node: Node, path: tuple[int, ...], chain: tuple[Node, ...], scope: str) -> Tally:
        cells = self.relations.cells
        label = condition_label(self.rule.rule.id, path)
        found = judge_condition(node.children[0], cells, label)
        members = membership(chain, cells, None if scope == ALL else scope)
        unknown = exp.EQ(this=found.status, expression=text(Status.UNKNOWN))
        assert found.possible is not None  # noqa: S101 - conditions are judged with what they may be
        return share_tally(node, found.possible, Row(members, (FALSE,), (unknown,)), scope)

    def _nested(self, node: Node, levels: tuple[str, ...], label: str, *, verdicts: bool) -> Relation:
        """Count the areas that satisfy a share's own form; one whose requirement differs by kind must hold for both."""
        child = node.children[0]
        inner_level = str(child.part.over)
        wanted = (*levels, inner_level)
        scopes = (self.scope,) if self.scope != ALL else scopes_of(child.part)
        found = [self._tallies(child, (number,), (node,), scope) for number, scope in enumerate(scopes)]
        tallies = {path: tally for one in found for path, tally in one}
        sums = {_field(path, one): value for path, tally in tallies.items() for one, value in tally.fields.items()}
        inner = self.relations.sums(f"{label} inside", sums, wanted)
        parts = [self._verdict(child, tallies, inner, (number,)) for number in range(len(scopes))]
        status = parts[0].status
        if len(parts) > 1:
            every = attrs.evolve(node, form="all", children=())
            status = inner.steps.put("inside_status", case([(at, text(one)) for at, one, _ in combine(every, parts)]))
        possible = _possible_area(status, [(_field(path, "inside")) for path in tallies])
        unknown = either(exp.EQ(this=status, expression=text(Status.UNKNOWN)), absent(name("area")))
        row = Row(Members(), (FALSE,), (unknown,))
        counts = share_tally(node, possible, row, self.scope)
        return self._from(attrs.evolve(node, children=()), {(): counts}, levels, label, verdicts=verdicts, source=inner)

    def _verdict(
        self, node: Node, tallies: dict[tuple[int, ...], Tally], found: Relation, path: tuple[int, ...]
    ) -> Judged:
        """Put the verdict of a node into the steps of its sums."""
        if node.absent is not None:
            return Judged(text(Status.NOTCHECKED), text(node.absent))
        if node.form in COMPOUNDS:
            parts = [
                Judged(text(Status.UNKNOWN), text(Reason.MISSING_COLUMN))
                if child.absent is not None
                else self._verdict(child, tallies, found, (*path, number))
                for number, child in enumerate(node.children)
            ]
            return _put(found, path, combine(node, parts), parts)
        if path not in tallies:
            return Judged(text(Status.NOTAPPLICABLE), text(Reason.OUT_OF_SCOPE))
        return _put(found, path, tallies[path].branches(partial(_get, path)), ())


def _put(found: Relation, path: tuple[int, ...], branches: Sequence[Branch], parts: Sequence[Judged]) -> Judged:
    status = found.steps.put(_field(path, "verdict"), case([(at, text(one)) for at, one, _ in branches]))
    if parts:
        why = case([(exp.EQ(this=part.status, expression=status), part.reason) for part in parts])
    else:
        why = case([(at, NULL if one is None else text(one)) for at, _, one in branches])
    return Judged(status, found.steps.put(_field(path, "why"), why))


def _get(path: tuple[int, ...], field: str) -> Sql:
    return name(_field(path, field))


def _field(path: tuple[int, ...], field: str) -> str:
    return "_".join((field, *(str(number + 1) for number in path)))


def _possible_area(status: Sql, inside: Sequence[str]) -> Possible:
    """Tell what an area may turn out to be; one that is not known may be anything, and one nobody is surely in, out."""
    nowhere, undecided = absent(name("area")), among(status, texts_of(UNDECIDED))
    nobody = both(*(exp.EQ(this=name(one), expression=whole(0)) for one in inside)) if inside else FALSE
    out = exp.EQ(this=status, expression=text(Status.NOTAPPLICABLE))
    unplaced = both(nowhere, negated(out))
    return Possible(
        either(exp.EQ(this=status, expression=text(Status.PASS)), undecided, unplaced),
        either(exp.EQ(this=status, expression=text(Status.FAIL)), undecided, unplaced),
        either(out, unplaced, both(undecided, nobody)),
    )
