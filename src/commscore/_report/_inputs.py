"""What a rule reads: by name, with the values of one unit, or added up over an area; and which columns are absent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import numpy as np

from commscore._engine import _integers as ints
from commscore._engine._plan import UNITS, Node, Plan, RulePlan, rank, tables_of
from commscore._engine._run import area_leaves, chain_membership
from commscore._engine._units import IN, OUT, Units
from commscore._report._numbers import grouped
from commscore._report._text import clean
from commscore._report._words import Words
from commscore._requirement import SIGNS, InputRef
from commscore._ruleset import ALL, CODE_LENGTHS, SCOPES, Input, Part
from commscore._status import Reason
from commscore._tables._exact import INVALID, MISSING, OK, Column

if TYPE_CHECKING:
    from commscore._results import Result

KIND = "kind"


def names_read(part: Part) -> list[str]:
    """Return the names that a part reads: what it assesses, what it is held against, and its filters."""
    return list(dict.fromkeys(_names(part)))


def _names(part: Part) -> Iterator[str]:
    yield from part.inputs
    for requirement in part.requirements.values():
        if isinstance(requirement.value, InputRef):
            yield requirement.value.name
    for child in part.parts:
        yield from _names(child)
    for key in part.where:
        yield key.input
    if set(part.requirements) & set(SCOPES):
        yield KIND


def names_used(node: Node) -> list[str]:
    """Return the names that a part of a plan reads: as `names_read`, but counts where they stand in for a flag."""
    if node.form == node.part.assessment or not node.operands:
        own = [name for child in node.children for name in names_used(child)]
        return list(dict.fromkeys([*own, *names_read(node.part)])) if own else names_read(node.part)
    filters = [key.input for key in node.part.where]
    kinds = [KIND] if set(node.part.requirements) & set(SCOPES) else []
    return list(dict.fromkeys([*(operand.name for operand in node.operands), *filters, *kinds]))


def title_of(name: str, inputs: Mapping[str, Input], w: Words) -> str:
    """Return the title of an input or built-in."""
    if name in inputs:
        return w.title(inputs[name].title)
    return w("kind_input") if name == KIND else w.level(name) if name in CODE_LENGTHS else name


# ---- WHAT IS ABSENT ----


def absent_inputs(plan: Plan, rule: RulePlan) -> list[str]:
    """Return the names that a rule reads and no table has a column for."""
    shapes = plan.shapes.values()
    has_kind = any(shape.has_kind for shape in shapes)
    read = names_read(rule.rule)
    kinds = [KIND] if KIND in read and not has_kind else []
    names = [name for name in read if name in plan.ruleset.inputs]
    return [name for name in names if not any(name in shape.inputs for shape in shapes)] + kinds


def why_unchecked(plan: Plan, rule: RulePlan, reason: str, w: Words, *, level: str | None = None) -> str:
    """Say which columns are missing, or of which level the tables would have to be.

    Args:
        plan: The plan.
        rule: A rule that is not checked.
        reason: Why.
        w: The language.
        level: The level of the unit or area that it is not checked for; null for the rule as a whole.
    """
    inputs = plan.ruleset.inputs
    absent = absent_inputs(plan, rule)
    if rule.node.absent is None and level is not None:
        coarser = sorted({table for table in _tables(rule.node) if rank(table) > rank(level)}, key=rank)
        return w("coarser", wanted=w.several(map(w.level, coarser)), level=w.level(level))
    if reason == Reason.MISSING_COLUMN or absent:
        named = [f"{title_of(name, inputs, w)}{w.bracketed(name)}" for name in absent] or [w("not_known")]
        return w("lacking", inputs=w.several(named)) + _substitutes(absent, inputs, w)
    wanted = dict.fromkeys(inputs[name].level for name in names_read(rule.rule) if name in inputs)
    given = sorted(plan.shapes, key=rank)
    return w("given", wanted=w.several(map(w.level, wanted)), given=w.several(map(w.level, given)))


def _tables(node: Node) -> set[str]:
    own = tables_of(node)
    return own.union(*(_tables(child) for child in node.children))


def _substitutes(absent: list[str], inputs: Mapping[str, Input], w: Words) -> str:
    counts = [inputs[name].counts for name in absent if name in inputs and inputs[name].counts]
    return "".join(w.bracketed(w("also", counts=w.several(pair))) for pair in counts if pair)


# ---- ONE UNIT ----


def unit_inputs(units: Units, rule: RulePlan, w: Words) -> list[str]:
    """Write the inputs of a rule with a unit's values; missing and invalid ones are said to be so.

    Args:
        units: The unit, as a block of one row.
        rule: The rule.
        w: The language.
    """
    names = [name for name in names_used(rule.node) if name != UNITS]
    return [w("input_of", title=title_of(name, units.inputs, w), value=_cell(units, name, w)) for name in names]


def _cell(units: Units, name: str, w: Words) -> str:
    if name in CODE_LENGTHS:
        areas = units.areas(name)
        return clean(areas.labels[areas.codes[0]]) if areas.codes[0] >= 0 else w("missing")
    if name == "code":
        codes = units.block.codes
        return clean(codes[0].as_py() or w("missing")) if codes is not None else w("no_column")
    if name == KIND:
        kind = units.block.kind
        return w("no_column") if kind is None else _stated(kind, lambda value: w.scope(SCOPES[value]), w)
    column = column_of(units, name)
    if column is None:
        return _not_here(units, name, w)
    entry = units.inputs[name]
    return _stated(column, lambda value: value_of(value, column, entry, w), w)


def column_of(units: Units, name: str) -> Column | None:
    """Return an input's column, the units' own or that of the areas they lie in; null where there is none."""
    level = units.inputs[name].level
    above = units.coarser.get(level)
    joined = rank(level) > rank(units.level) and above is not None and name in above.columns
    return units.column(name) if joined or name in units.block.columns else None


def _not_here(units: Units, name: str, w: Words) -> str:
    tables = [level for level, block in units.coarser.items() if name in block.columns]
    return w("elsewhere", level=w.level(min(tables, key=rank))) if tables else w("no_column")


def _stated(column: Column, write: Callable[[int], str], w: Words) -> str:
    state = OK if column.state is None else column.state[0]
    if state == OK:
        return write(int(column.values[0]))
    return w("missing") if state == MISSING else w("invalid")


def value_of(value: int, column: Column, entry: Input, w: Words) -> str:
    """Write an input's value exactly, with its unit."""
    if entry.type == "category":
        return clean(column.labels[value])
    if entry.type == "flag":
        return w("yes") if value else w("no")
    return quantity(Fraction(value, 10**entry.places), entry, w)


def quantity(value: Fraction, entry: Input, w: Words) -> str:
    """Write an exact number with an input's unit."""
    if entry.type == "rate":
        times, sign = SIGNS["permille" if entry.stored_as == "permille" else "percent"]
        return grouped(value * times) + sign
    unit = "" if entry.type == "flag" else w.unit(entry.unit, one=abs(value) == 1)
    return f"{grouped(value)} {unit}".rstrip()


# ---- AN AREA ----


@attrs.define
class Used:
    """What an input comes to in an area, over the rows that a rule concerns.

    Attributes:
        level: Of the table that it is read from.
        total: Sum of the values known.
        rows: Rows in scope.
        maybe: Rows of which it is open whether they are.
        missing: Rows, in scope or perhaps so, that lack the value.
        invalid: Rows whose value cannot be right.
    """

    level: str
    total: int = 0
    rows: int = 0
    maybe: int = 0
    missing: int = 0
    invalid: int = 0

    def total_of(self, entry: Input) -> Fraction:
        """Return the sum as a number."""
        return Fraction(self.total, 10**entry.places)


def area_inputs(result: Result, rule: RulePlan, scope: str, area: tuple[str, str]) -> dict[str, Used]:
    """Add up the inputs of a rule over an area.

    Args:
        result: The evaluation.
        rule: The rule.
        scope: Of the finding.
        area: Its level and key.

    Returns:
        By input, in the order of the rule; nothing for what cannot be checked, or where rows were streamed.
    """
    found: dict[str, Used] = {}
    for chain in _chains(rule, scope):
        own: dict[str, Used] = {}
        for units in all_units(result):
            _add(own, chain, units, scope, area)
        found |= {name: used for name, used in own.items() if name not in found}
    order = names_used(rule.node)
    return {name: found[name] for name in order if name in found}


def _chains(rule: RulePlan, scope: str) -> Iterator[tuple[Node, ...]]:
    """Yield the simple parts of a rule, each with the nodes above it, whose filters apply to it too."""
    if rule.at_units:
        yield from _below(rule.node, ())
        return
    for leaf in area_leaves(rule, ()):
        if scope == ALL or scope in leaf.scopes:
            yield from _below(leaf.node, leaf.chain[:-1])


def _below(node: Node, above: tuple[Node, ...]) -> Iterator[tuple[Node, ...]]:
    if node.absent is not None:
        return
    if not node.children:
        yield (*above, node)
    for child in node.children:
        yield from _below(child, (*above, node))


def all_units(result: Result) -> Iterator[Units]:
    """Yield the rows of all tables, block by block."""
    for part in result.parts:
        yield part.units
    run = result.run
    for level, block in run.coarser.items():
        yield Units(block, level, run.inputs, run.coarser)


def _add(found: dict[str, Used], chain: tuple[Node, ...], units: Units, scope: str, area: tuple[str, str]) -> None:
    node, (level, key) = chain[-1], area
    names = _read_from(node, units.level)
    if not names or rank(level) < rank(units.level):
        return
    inside = _rows_of(units, level, key)
    members = chain_membership(chain, units, scope)
    scoped = np.zeros(units.rows, dtype=np.uint8) if members is None else members
    firm, open_ = inside & (scoped == IN), inside & (scoped != IN) & (scoped != OUT)
    for name in names:
        column = column_of(units, name)
        if column is None:
            continue
        state = np.zeros(units.rows, dtype=np.uint8) if column.state is None else column.state
        used = found.setdefault(name, Used(units.level))
        used.total += int(ints.wide(column.values[firm & (state == OK)]).sum() or 0)
        used.rows += int(firm.sum())
        used.maybe += int(open_.sum())
        used.missing += int(((firm | open_) & (state == MISSING)).sum())
        used.invalid += int(((firm | open_) & (state == INVALID)).sum())


def _read_from(node: Node, level: str) -> list[str]:
    """Return the inputs that a part takes from the table of a level."""
    operands = [*node.operands, *(ref for _, ref in node.refs)]
    return list(dict.fromkeys(one.name for one in operands if one.table == level and one.name != UNITS))


def rows_concerned(units: Units, plans: Sequence[RulePlan]) -> dict[str, ints.Bools | None]:
    """Say for each input which rows of a table some rule reads it of: the others may well leave it blank.

    Null stands for all rows.
    """
    found: dict[str, ints.Bools | None] = {}
    for plan in plans:
        for chain in _chains(plan, ALL) if plan.rule.selected else ():
            names = _read_from(chain[-1], units.level)
            if not names:
                continue
            filters = [key.input for node in chain for key in node.part.where]
            members = chain_membership(chain, units, ALL)
            mask = None if members is None else np.asarray(members != OUT, dtype=bool)
            for name in (*names, *filters):
                found[name] = _either(found[name], mask) if name in found else mask
    return found


def _either(one: ints.Bools | None, other: ints.Bools | None) -> ints.Bools | None:
    return None if one is None or other is None else one | other


def _rows_of(units: Units, level: str, key: str) -> ints.Bools:
    areas = units.areas(level)
    places = [code for code, label in enumerate(areas.labels) if label == key]
    return np.isin(areas.codes, places)
