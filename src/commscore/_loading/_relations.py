"""What a ruleset asks held against its parent and against the year before: what became laxer needs a reason."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs

from commscore._comparing import Aspect, Comparison, Relation, Witness, compare, diff_rulesets
from commscore._loading._assembly import assemble
from commscore._loading._codes import Code
from commscore._loading._faults import Faults
from commscore._loading._files import read
from commscore._loading._lineage import trace
from commscore._loading._nodes import ListNode, MapNode, Node, Scalar, child, key_node
from commscore._loading._parts import ASSESSMENTS
from commscore._requirement import decimal
from commscore._ruleset import Rule, Ruleset
from commscore.errors import Diagnostic, Proof, WitnessTable

_OF_A_YEAR = re.compile(r"(?P<place>.+)-(?P<year>[0-9]{4})")
_KEYS = {"requirement": "require", "due": "due", "force": "force", "veto": "veto", "over": "over", "where": "where"}
_ASKS = {Relation.STRICTER: "more than", Relation.EQUAL: "the same as", Relation.LAXER: "less than"}


@attrs.frozen
class _File:
    """A ruleset and the file it was read from."""

    ruleset: Ruleset
    root: MapNode


def relate(ruleset: Ruleset, name: str, folders: tuple[Path, ...], faults: Faults) -> list[Diagnostic]:
    """Hold a ruleset against its parent, its parent against the next, and a year against the year before.

    Args:
        ruleset: A ruleset without faults, read from a file.
        name: How diagnostics call the file.
        folders: Where ids are looked up.
        faults: Takes a warning for each rule that became laxer without a reason.

    Returns:
        A note for each rule, in the order of the ruleset.
    """
    path = Path(ruleset.path or name)
    root = read(path, name, Faults())
    if not isinstance(root, MapNode):
        return []
    notes = Faults()
    lineage = trace(root, path, folders, Faults())
    files = [_File(ruleset, root)]
    for ancestor in lineage[1:]:
        loaded = assemble(ancestor.path, str(ancestor.path), folders, Faults())
        if loaded is None:
            break
        files.append(_File(loaded, ancestor.node))
    for index, (file, parent) in enumerate(pairwise(files)):
        _against_parent(file, parent.ruleset, faults, notes if index == 0 else Faults())
    earlier = _year_before(ruleset, path, folders)
    if earlier is not None:
        _against_year(files[0], earlier, faults, notes)
    return notes.every()


def _against_parent(file: _File, parent: Ruleset, faults: Faults, notes: Faults) -> None:
    ruleset, known = file.ruleset, {rule.id: rule for rule in parent.rules}
    level = ruleset.jurisdiction.level if ruleset.jurisdiction.level == parent.jurisdiction.level else None
    for rule in ruleset.rules:
        entry = entry_of(file.root, "rules", rule.id)
        place = entry or entry_of(file.root, "drop", rule.id) or key_node(file.root, "extends")
        if rule.id not in known:
            notes.note(Code.RELATION, f"rule {rule.id!r} is added; {parent.id!r} has none of this id", place)
            continue
        inputs = {**parent.inputs, **ruleset.inputs}
        comparison = compare(known[rule.id], rule, inputs=inputs, level=level)
        notes.note(Code.RELATION, _relation(rule, comparison, parent), place)
        laxer = _laxer(comparison)
        if laxer and rule.selected and entry is not None and child(entry, "because") is None:
            message = f"rule {rule.id!r} asks less than in {parent.id!r}: {_aspects(laxer)}"
            _doubt(faults, Code.LAXER, message, _place(entry, laxer), laxer)


def _against_year(file: _File, earlier: Ruleset, faults: Faults, notes: Faults) -> None:
    head = key_node(file.root, "year")
    for change in diff_rulesets(earlier, file.ruleset).changes:
        if change.after is None and change.before is not None:
            message = f"rule {change.before.id!r} of {earlier.id!r} has no like here"
            notes.note(Code.RELATION, message, head)
        elif change.after is not None and change.comparison is not None:
            rule, laxer = change.after, _laxer(change.comparison)
            entry = entry_of(file.root, "rules", rule.id)
            if laxer and rule.because is None:
                message = f"rule {rule.id!r} asks less than the year before in {earlier.id!r}: {_aspects(laxer)}"
                place = head if entry is None else _place(entry, laxer)
                _doubt(faults, Code.LAXER_YEAR, message, place, laxer)


def _doubt(faults: Faults, code: Code, message: str, at: Node, laxer: tuple[Aspect, ...]) -> None:
    """Record that less is asked, with rows that pass here and fail there where there are some."""
    rows = (witness for aspect in laxer for witness in aspect.witnesses if witness.passes == "child" and witness.rows)
    shown = next((table_of(witness) for witness in rows), None)
    hint = "say why in `because:`, or mend the rule"
    faults.warn(code, message, at, hint=hint, proof=Proof.REFUTED, witness=shown)


def table_of(witness: Witness) -> WitnessTable:
    """Write a witness as a table that can be evaluated."""
    rows = tuple({name: plain(cell) for name, cell in row.items()} for row in witness.rows)
    return WitnessTable(rows, witness.level)


def plain(cell: object) -> Any:
    """Write a number as a table holds it, never losing a digit."""
    if not isinstance(cell, Fraction):
        return cell
    if cell.denominator == 1:
        return int(cell)
    return float(cell) if Fraction(repr(float(cell))) == cell else decimal(cell)


def _year_before(ruleset: Ruleset, path: Path, folders: tuple[Path, ...]) -> Ruleset | None:
    """Load the nearest earlier year that lies beside a file, by the names of the files."""
    own = _OF_A_YEAR.fullmatch(path.stem)
    if own is None or ruleset.year is None:
        return None
    named = ((_OF_A_YEAR.fullmatch(other.stem), other) for other in path.parent.glob(f"*{path.suffix}"))
    years = [
        (found["year"], other) for found, other in named if found and found["place"] == own["place"] and other != path
    ]
    for _, other in sorted(((year, other) for year, other in years if year < own["year"]), reverse=True):
        loaded = assemble(other, str(other), folders, Faults())
        if loaded is not None and loaded.year is not None and loaded.jurisdiction.code == ruleset.jurisdiction.code:
            return loaded
    return None


def entry_of(root: MapNode, key: str, id_: str) -> MapNode | None:
    """Find what a file itself says of a rule."""
    entries = child(root, key)
    for item in entries.items if isinstance(entries, ListNode) else ():
        name = child(item, "id") if isinstance(item, MapNode) else None
        if isinstance(item, MapNode) and isinstance(name, Scalar) and name.text == id_:
            return item
    return None


def _place(entry: MapNode, aspects: tuple[Aspect, ...]) -> Node:
    """Find the key in which a rule became laxer."""
    wanted = (*(_KEYS[aspect.name] for aspect in aspects if aspect.name in _KEYS), *ASSESSMENTS, "id")
    found = (key_node(entry, key) for key in wanted if child(entry, key) is not None)
    return next(found, entry)


def _laxer(comparison: Comparison) -> tuple[Aspect, ...]:
    """Give the aspects in which less is asked; that it is switched off has its own reason."""
    return tuple(
        aspect for aspect in comparison.aspects if aspect.relation is Relation.LAXER and aspect.name != "selected"
    )


def _relation(rule: Rule, comparison: Comparison, parent: Ruleset) -> str:
    asks = _ASKS.get(comparison.relation)
    head = f"{comparison.relation}: rule {rule.id!r} asks "
    head += f"{asks} in {parent.id!r}" if asks else f"neither more nor less than in {parent.id!r}"
    return f"{head}: {_aspects(comparison.aspects)}" if comparison.aspects else head


def _aspects(aspects: tuple[Aspect, ...]) -> str:
    return "; ".join(_aspect(aspect) for aspect in aspects)


def _aspect(aspect: Aspect) -> str:
    scope = f" ({aspect.scope})" if aspect.scope else ""
    text = f"{aspect.name}{scope} {aspect.child or 'none'}, there {aspect.parent or 'none'}"
    return "; ".join([text, *map(_witness, aspect.witnesses)])


def _witness(witness: Witness) -> str:
    here, there = ("passes", "fails") if witness.passes == "child" else ("fails", "passes")
    return f"{decimal(witness.value)} {here} here and {there} there"
