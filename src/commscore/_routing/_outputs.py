"""What an evaluation of files in many jurisdictions leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pyarrow.parquet as pq

from commscore._routing._summary import Lost, routed_summary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from commscore._files import Output


@attrs.frozen(eq=False)
class RoutedOutput:
    """What `evaluate_files` with ``"auto"`` has left in its output folder.

    Attributes:
        path: The folder.
        rows: Units read.
        totals: How many went to a ruleset, and how many to none, by reason: the manifest's ``totals``.
        manifest: Everything that ``manifest.json`` holds.
        outputs: By ruleset, what is in its folder.
    """

    path: Path
    rows: int
    totals: Mapping[str, Any]
    manifest: Mapping[str, Any]
    outputs: Mapping[str, Output]
    _lost: Lost = attrs.field(repr=False)

    @property
    def unrouted(self) -> Any:
        """Return what `RoutedResult.unrouted` is, read from the folder."""
        return pq.read_table(self.path / "unrouted.parquet")

    def summary(self, *, lang: str = "en") -> str:
        """Return what `RoutedResult.summary` says; the scores of units are read from the folder."""
        return routed_summary([output.result for output in self.outputs.values()], self._lost, lang=lang)
