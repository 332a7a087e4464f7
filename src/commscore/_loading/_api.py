"""The functions that callers use: load, check and list rulesets, and the catalogue of inputs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from commscore._loading._assembly import assemble
from commscore._loading._codes import Code
from commscore._loading._faults import Faults
from commscore._loading._files import CATALOGUE, bundled_folder, exists, find, is_path, read, unknown_id
from commscore._loading._inputs import check_catalogue, read_catalogue
from commscore._loading._lineage import trace
from commscore._loading._listing import RulesetRecord, records
from commscore._loading._nodes import MapNode
from commscore._loading._relations import relate
from commscore._ruleset import Ruleset
from commscore.errors import RulesetError

if TYPE_CHECKING:
    from commscore._ruleset import Input
    from commscore.errors import Diagnostic


def load_ruleset(
    path_or_id: str | os.PathLike[str] | Ruleset, *, folder: str | os.PathLike[str] | None = None
) -> Ruleset:
    """Load a ruleset.

    Args:
        path_or_id: A path, the id of a ruleset that comes with the library or lies in ``folder``, or a
            ruleset, which is given back as it is.
        folder: Where ids are looked up first.

    Returns:
        The ruleset, with all that it inherits.

    Raises:
        RulesetError: The file cannot be read or has faults; every one of them is listed with its place.
    """
    if isinstance(path_or_id, Ruleset):
        return path_or_id
    faults = Faults()
    ruleset = _load(path_or_id, _folders(folder), faults)
    if ruleset is None or faults.refused:
        raise RulesetError(faults.listed())
    return ruleset


def check_ruleset(
    path_or_id: str | os.PathLike[str],
    *,
    folder: str | os.PathLike[str] | None = None,
    relations: bool = False,
) -> list[Diagnostic]:
    """Find everything wrong or doubtful about a ruleset file.

    What asks less than its parent, or than the year before beside it (``city-2023.yaml`` beside ``city-2024.yaml``), is
    doubtful unless ``because:`` gives the reason.

    Args:
        path_or_id: A path, or the id of a ruleset that comes with the library (or lies in ``folder``).
        folder: Where ids are looked up first.
        relations: Whether to add a note for each rule: stricter, equal, laxer or incomparable, held against the
            parent's, with a value that tells the two apart.

    Returns:
        Errors and warnings, file by file and from top to bottom, then notes; empty when there is nothing to say.
    """
    found = inspect_ruleset(path_or_id, folder=folder)
    return [*found.faults.listed(), *(found.notes if relations else ())]


@attrs.frozen
class Inspection:
    """What the file of a ruleset says, and what is wrong with it.

    Attributes:
        ruleset: The ruleset; null when it has errors.
        faults: Errors and warnings.
        notes: How each rule stands to that of the parent and of the year before.
        roots: The files that say it: its own, then those of its ancestors, nearest first.
    """

    ruleset: Ruleset | None
    faults: Faults
    notes: tuple[Diagnostic, ...] = ()
    roots: tuple[MapNode, ...] = ()


def inspect_ruleset(path_or_id: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None) -> Inspection:
    """Read a ruleset and hold it against its parent and the year before, whatever is wrong with it.

    Args:
        path_or_id: As for ``load_ruleset``.
        folder: Where ids are looked up first.

    Returns:
        The ruleset with its files, and the faults so far.
    """
    faults, folders = Faults(), _folders(folder)
    ruleset = _load(path_or_id, folders, faults)
    if ruleset is None or faults.refused:
        return Inspection(None, faults)
    name = faults.main or os.fspath(path_or_id)
    notes = relate(ruleset, name, folders, faults)
    path = Path(ruleset.path or name)
    root = read(path, name, Faults())
    lineage = trace(root, path, folders, Faults()) if isinstance(root, MapNode) else ()
    return Inspection(ruleset, faults, tuple(notes), tuple(ancestor.node for ancestor in lineage))


def load_lineage(
    path_or_id: str | os.PathLike[str] | Ruleset, *, folder: str | os.PathLike[str] | None = None
) -> tuple[Ruleset, ...]:
    """Load a ruleset and each of its ancestors, nearest first, so that they can be compared.

    Args:
        path_or_id: As for ``load_ruleset``.
        folder: Where ids are looked up first.

    Returns:
        The ruleset and its ancestors.

    Raises:
        RulesetError: One of them cannot be read or has faults.
    """
    ruleset = load_ruleset(path_or_id, folder=folder)
    folders = _folders(folder)
    faults = Faults()
    root = None if ruleset.path is None else read(Path(ruleset.path), ruleset.path, faults)
    if ruleset.path is None or not isinstance(root, MapNode):
        return (ruleset,)
    ancestors = trace(root, Path(ruleset.path), folders, faults)[1:]
    return (ruleset, *(load_ruleset(ancestor.path, folder=folder) for ancestor in ancestors))


def years_of(path_or_id: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None) -> tuple[str, ...]:
    """Find the years of a ruleset's place that lie beside its file, and the plan that they extend.

    Args:
        path_or_id: As for ``load_ruleset``.
        folder: Where ids are looked up first.

    Returns:
        Paths, the plan first and the latest year last; what was given where it cannot be read.
    """
    given = os.fspath(path_or_id)
    path = _located(path_or_id, _folders(folder), Faults())
    listed = () if path is None else records(path.parent)
    own = next((record for record in listed if Path(record.path) == path), None)
    if own is None:
        return (given,)
    beside = [record for record in listed if record.jurisdiction.code == own.jurisdiction.code]
    return tuple(
        record.path for record in sorted(beside, key=lambda record: (record.year is not None, record.year or 0))
    )


def list_rulesets(*, folder: str | os.PathLike[str] | None = None) -> tuple[RulesetRecord, ...]:
    """List the rulesets that come with the library, plans included.

    Args:
        folder: Another folder to list.

    Returns:
        One record for each, sorted by id; files without a readable head are left out.
    """
    return records(bundled_folder() if folder is None else Path(folder))


def load_catalogue(path: str | os.PathLike[str] | None = None) -> dict[str, Input]:
    """Load a catalogue of inputs.

    Args:
        path: The file; the catalogue of the bundled rulesets unless given.

    Returns:
        The inputs by name, in file order.

    Raises:
        RulesetError: The file cannot be read or has faults.
    """
    place = bundled_folder() / CATALOGUE if path is None else Path(path)
    faults = Faults()
    declared = read_catalogue(read(place, str(place), faults), faults)
    check_catalogue(declared, faults)
    if faults.refused:
        raise RulesetError(faults.listed())
    return {name: entry.input for name, entry in declared.items()}


def _folders(folder: str | os.PathLike[str] | None) -> tuple[Path, ...]:
    return (bundled_folder(),) if folder is None else (Path(folder), bundled_folder())


def _load(path_or_id: str | os.PathLike[str], folders: tuple[Path, ...], faults: Faults) -> Ruleset | None:
    path = _located(path_or_id, folders, faults)
    if path is None:
        return None
    name = os.fspath(path_or_id)
    return assemble(path, name if path == Path(name) else str(path), folders, faults)


def _located(path_or_id: str | os.PathLike[str], folders: tuple[Path, ...], faults: Faults) -> Path | None:
    if not isinstance(path_or_id, str) or is_path(path_or_id):
        return Path(path_or_id)
    found = find(path_or_id, folders)
    if found is not None:
        return found
    if exists(Path(path_or_id)):
        return Path(path_or_id)
    message, hint = unknown_id(path_or_id, folders)
    faults.add_file(Code.NOT_FOUND, message, None, hint=hint)
    return None
