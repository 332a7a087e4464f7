"""A file and its ancestors into a `Ruleset`, with every fault of all of them recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from commscore._loading._cases import read_case
from commscore._loading._codes import Code
from commscore._loading._conclusions import Around, read_conclusions
from commscore._loading._context import Context
from commscore._loading._fields import Fields, as_fields, read_decimal, read_title, wrong_type
from commscore._loading._files import CATALOGUE, bundled_folder, read
from commscore._loading._header import read_groups, read_jurisdiction, read_scoring, read_source
from commscore._loading._identity import fingerprint
from commscore._loading._inputs import check_catalogue, needed, read_catalogue
from commscore._loading._lineage import inherited, merge, trace
from commscore._loading._nodes import MapNode, child
from commscore._loading._rules import Sources, read_rule, read_unscored
from commscore._loading._semantics import names_used
from commscore._ruleset import Jurisdiction, Rule, Ruleset, Source, Text

if TYPE_CHECKING:
    from commscore._loading._faults import Faults
    from commscore._loading._inputs import Declared
    from commscore._loading._lineage import Ancestor, Merged
    from commscore._loading._nodes import Document, Node
    from commscore._ruleset import Case, Unscored

FORMAT = 1
TOP_KEYS = (
    *("commscore", "id", "title", "jurisdiction", "year", "source", "scoring", "extends"),
    *("inputs", "groups", "rules", "drop", "include", "conclusions", "unscored", "cases"),
)
FIRST_YEAR, LAST_YEAR = 1949, 2199


def assemble(path: Path, name: str, folders: tuple[Path, ...], faults: Faults) -> Ruleset | None:
    """Load one ruleset file.

    Args:
        path: The file.
        name: How diagnostics call it.
        folders: Where the ids under `extends:` are looked up, after the file's own folder.
        faults: Takes every fault found.

    Returns:
        The ruleset; null where an error was recorded.
    """
    faults.main = name
    root = read(path, name, faults)
    if root is None:
        if not faults.refused:
            faults.add_file(Code.EMPTY, "the file is empty; a ruleset begins with `commscore: 1`", name)
        return None
    if not isinstance(root, MapNode):
        wrong_type(root, faults, "a ruleset, a mapping that begins with `commscore: 1`")
        return None
    lineage = trace(root, path, folders, faults)
    files = [Fields(ancestor.node, faults, "the ruleset", TOP_KEYS) for ancestor in lineage]
    for fields in files:
        _check_format(fields)
    if "extends" in files[-1]:
        return None  # without its parent, whatever a file leaves out would seem missing
    merged = merge(lineage, folders, faults)
    declared = _declared(lineage, faults)
    return _ruleset(files, merged, declared, lineage)


def _check_format(fields: Fields) -> None:
    node = fields.get("commscore", required=True)
    value = None if node is None else read_decimal(node, fields.faults)
    if node is not None and value is not None and value != FORMAT:
        message = f"format {value} is not known; this version reads format {FORMAT}"
        fields.faults.add(Code.FORMAT_VERSION, message, node)


def _declared(lineage: tuple[Ancestor, ...], faults: Faults) -> dict[str, Declared]:
    """Gather the inputs: of every file's catalogue, then each file's own, the nearest file winning."""
    catalogues = dict.fromkeys(_catalogue_path(ancestor.path) for ancestor in reversed(lineage))
    declared: dict[str, Declared] = {}
    for path in catalogues:
        if path.is_file():
            declared |= read_catalogue(read(path, str(path), faults), faults)
    for ancestor in reversed(lineage):
        own = read_catalogue(child(ancestor.node, "inputs"), faults)
        # What a file declares again stands where that file has it, so that a dump, which has all, keeps its order.
        declared = {name: entry for name, entry in declared.items() if name not in own} | own
    check_catalogue(declared, faults)
    return declared


def _catalogue_path(ruleset: Path) -> Path:
    beside = ruleset.parent / CATALOGUE
    return beside if beside.is_file() else bundled_folder() / CATALOGUE


def _ruleset(
    files: list[Fields], merged: Merged, declared: dict[str, Declared], lineage: tuple[Ancestor, ...]
) -> Ruleset | None:
    own, faults = files[0], files[0].faults
    id_ = own.id()
    place = inherited(lineage, "jurisdiction")
    jurisdiction = read_jurisdiction(place or own.get("jurisdiction", required=True), faults)
    sources = _sources(files)
    groups = read_groups(merged.groups, faults)
    level = None if jurisdiction is None else jurisdiction.level
    context = Context(faults, declared, level)
    rules = _rules(merged, context, {group.id for group in groups}, sources)
    scoring = read_scoring(merged.scoring, faults)
    around = Around(faults, rules, merged.rule_ids, groups, tuple(grade.name for grade in scoring.grades), sources)
    conclusions = read_conclusions(merged, around)
    if "rules" not in own and len(lineage) == 1 and "extends" not in own:
        own.get("rules", required=True)
    title = inherited(lineage, "title")
    ruleset = Ruleset(
        id=id_ or "",
        title=(None if title is None else read_title(title, faults)) or Text(id_ or ""),
        jurisdiction=jurisdiction or Jurisdiction("", "city", Text("")),
        year=read_year(inherited(lineage, "year"), faults),
        source=sources.own,
        scoring=scoring,
        groups=groups,
        rules=rules,
        inputs=needed({name for rule in rules for name in names_used(rule)}, declared),
        unscored=_unscored(merged, sources, faults),
        cases=_cases(own, context, merged.rule_ids, {each.conclude for each in conclusions}),
        extends=tuple(text for fields in files[1:] if (text := fields.id()) is not None),
        path=str(lineage[0].path),
        conclusions=conclusions,
    )
    return None if faults.refused else attrs.evolve(ruleset, hash=fingerprint(ruleset))


def read_year(node: Node | None, faults: Faults) -> int | None:
    """Read the year scored, a file's own or inherited; null for a plan."""
    value = None if node is None else read_decimal(node, faults, least=FIRST_YEAR, most=LAST_YEAR, whole=True)
    return None if value is None else int(value)


def _sources(files: list[Fields]) -> Sources:
    """Find which document each file encodes: the one it names, else its parent's."""
    by_document: dict[Document, Source] = {}
    source = Source()
    for fields in reversed(files):
        node = fields.get("source")
        source = source if node is None else read_source(node, fields.faults)
        by_document[fields.node.document] = source
    return Sources(source, by_document)


def _rules(merged: Merged, context: Context, groups: set[str], sources: Sources) -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for node in merged.rules:
        if not isinstance(node, MapNode):
            wrong_type(node, context.faults, "a rule as a mapping")
            continue
        rule = read_rule(node, context, groups, sources)
        if rule is not None:
            rules[rule.id] = rule
    known = merged.rule_ids | merged.conclusion_ids
    for id_, node in merged.dropped.items():
        fields = as_fields(node, context.faults, "an entry of `drop`", ("id", "because"))
        because = None if fields is None else fields.text("because")
        if fields is not None and "because" not in fields:
            fields.get("because", required=True)
        if id_ not in known:
            hint = context.faults.nearest(id_, known)
            context.faults.add(
                Code.UNKNOWN_RULE, f"there is no rule or conclusion {id_[:60]!r} to drop", node, hint=hint
            )
        elif id_ in rules:
            rules[id_] = attrs.evolve(rules[id_], selected=False, because=because)
    return tuple(rules.values())


def _unscored(merged: Merged, sources: Sources, faults: Faults) -> tuple[Unscored, ...]:
    entries: dict[tuple[str, str | None], Unscored] = {}
    ids = merged.rule_ids
    for node in merged.unscored:
        entry = read_unscored(node, faults, sources)
        if entry is None:
            continue
        entries[entry.clause, entry.phrase] = entry
        if entry.see is not None and entry.see not in ids:
            place = child(node, "see") if isinstance(node, MapNode) else None
            hint = faults.nearest(entry.see, ids)
            faults.add(Code.UNKNOWN_RULE, f"there is no rule {entry.see[:60]!r} to see", place or node, hint=hint)
    return tuple(entries.values())


def _cases(own: Fields, context: Context, ids: frozenset[str], names: set[str | None]) -> tuple[Case, ...]:
    known = frozenset(name for name in names if name is not None)
    cases = (read_case(node, context, ids, known) for node in own.items("cases"))
    return tuple(case for case in cases if case is not None)
