"""What rulesets a folder holds, without reading their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from commscore._loading._assembly import read_year
from commscore._loading._faults import Faults
from commscore._loading._fields import Fields, read_title
from commscore._loading._files import CATALOGUE, read
from commscore._loading._header import read_jurisdiction
from commscore._loading._lineage import inherited, trace
from commscore._loading._nodes import MapNode
from commscore._ruleset import Text

if TYPE_CHECKING:
    from pathlib import Path

    from commscore._ruleset import Jurisdiction


@attrs.frozen
class RulesetRecord:
    """What a list of rulesets says about one of them.

    Attributes:
        id: Its id.
        title: Titles in zh and en.
        jurisdiction: The place that made the promises.
        year: The year scored; null for a plan of several years, which is extended and not evaluated itself.
        path: The file.
    """

    id: str
    title: Text
    jurisdiction: Jurisdiction
    year: int | None
    path: str


def records(folder: Path) -> tuple[RulesetRecord, ...]:
    """Give one record for each ruleset of a folder with a readable head, sorted by id."""
    paths = (path for path in sorted(folder.glob("*.yaml")) if path.name != CATALOGUE)
    found = (_record(path, folder) for path in paths)
    return tuple(sorted((record for record in found if record is not None), key=lambda record: record.id))


def _record(path: Path, folder: Path) -> RulesetRecord | None:
    faults = Faults()
    root = read(path, str(path), faults)
    if not isinstance(root, MapNode):
        return None
    lineage = trace(root, path, (folder,), faults)
    own = Fields(root, faults, "the ruleset", ())
    id_ = own.id()
    title, place = inherited(lineage, "title"), inherited(lineage, "jurisdiction")
    jurisdiction = read_jurisdiction(place, faults)
    if id_ is None or jurisdiction is None:
        return None
    shown = None if title is None else read_title(title, faults)
    return RulesetRecord(
        id_, shown or Text(id_), jurisdiction, read_year(inherited(lineage, "year"), faults), str(path)
    )
