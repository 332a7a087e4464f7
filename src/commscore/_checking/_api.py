"""The check of a ruleset: its file, its parent, its years, and whether what it asks can be asked together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from commscore._checking._bookkeeping import check_books
from commscore._checking._diagnostics import report
from commscore._checking._places import Files, Page
from commscore._checking._questions import decisions
from commscore._checking._wording import check_words
from commscore._loading import inspect_ruleset, list_rulesets, load_catalogue, load_ruleset
from commscore._loading._codes import Code
from commscore._loading._faults import Faults
from commscore._loading._files import read
from commscore._loading._nodes import MapNode
from commscore.errors import RulesetError, Severity

if TYPE_CHECKING:
    import os

    from commscore.errors import Diagnostic


def check_ruleset(
    path_or_id: str | os.PathLike[str],
    *,
    folder: str | os.PathLike[str] | None = None,
    relations: bool = False,
    proofs: bool = False,
) -> list[Diagnostic]:
    """Find everything wrong or doubtful about a ruleset.

    First the file itself. Where it has no error, what asks less than its parent, or than the year before beside it
    (``city-2023.yaml`` beside ``city-2024.yaml``), is doubtful unless ``because:`` gives the reason. Then its
    consistency, by proof: rules that nothing can meet together, that never apply, are never met or never fail, that
    others imply, and words, units, weights, dues and inputs that do not go together.

    Args:
        path_or_id: A path, or the id of a ruleset that comes with the library (or lies in ``folder``).
        folder: Where ids are looked up first.
        relations: Whether to add a note for each rule: stricter, equal, laxer or incomparable, held against the
            parent's, with a value that tells the two apart.
        proofs: Whether to add a note for each question of consistency that was asked and came to no fault, with the
            table that shows it.

    Returns:
        Errors and warnings, file by file and from top to bottom, then notes; empty when there is nothing to say. What
        rests on a proof has ``proof`` and, where a table shows it, ``witness``. Claims are about tables whose values
        are all there and valid; what cannot be decided is a note that says why.

    Example:
        >>> [found.code for found in check_ruleset("jimsar-2025")]
        ['CS505']
    """
    found = inspect_ruleset(path_or_id, folder=folder)
    if found.ruleset is None or not found.roots:
        return list(found.faults.listed())
    page = Page(found.ruleset, Files(found.roots), found.faults)
    check_words(page)
    check_books(page)
    report(decisions(found.ruleset), page, proofs=proofs)
    listed = sorted(found.faults.listed(), key=lambda each: each.severity is Severity.NOTE)
    return [*listed, *(found.notes if relations else ())]


def check_catalogue(path: str | os.PathLike[str]) -> list[Diagnostic]:
    """Find what is wrong with a catalogue of inputs, and which of them no ruleset beside it uses.

    Args:
        path: The file.

    Returns:
        Errors; without any, a note for each input that is not used, unless no ruleset lies beside the file.
    """
    try:
        load_catalogue(path)
    except RulesetError as error:
        return list(error.diagnostics)
    records = list_rulesets(folder=Path(path).parent)
    try:
        used = {name for record in records for name in load_ruleset(record.path).inputs}
    except RulesetError:
        return []  # what a broken ruleset uses is not known; it has its own faults
    faults = Faults()
    root = read(Path(path), str(path), faults)
    for name in (name for name, _ in root.entries) if isinstance(root, MapNode) and records else ():
        if name.text not in used:
            faults.note(Code.UNUSED_INPUT, f"no ruleset here uses the input {name.text!r}", name, hint="remove it")
    return list(faults.listed())
