"""Areas that stand in two places: a township that lies in one county here and in another there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commscore.errors import DataFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from commscore._engine._areas import Tally


def torn(level: str, coarser: str, name: str) -> DataFault:
    """Say that an area lies in more than one coarser area."""
    return DataFault(
        f"{level} {name!r} lies in more than one {coarser}; give it one, or a code that tells them apart", column=level
    )


def torn_across(tallies: Iterable[Tally]) -> list[DataFault]:
    """List the areas that lie in one place in the one part and in another in the other, each once."""
    known: dict[tuple[str, str, str], str] = {}
    faults: dict[DataFault, None] = {}
    for tally in tallies:
        for level, coarser, area, parent in _parents(tally):
            if known.setdefault((level, coarser, area), parent) != parent:
                faults[torn(level, coarser, area)] = None
    return list(faults)


def _parents(tally: Tally) -> Iterator[tuple[str, str, str, str]]:
    """Say which coarser area each area lies in, where both are known."""
    for level, index in tally.levels.items():
        for coarser in index.coarser:
            above = (*tally.index(coarser).labels, None)
            for name, parent in zip(index.labels, index.parents(coarser).tolist(), strict=True):
                around = above[parent]  # -1, for none, is the last
                if name is not None and around is not None:
                    yield level, coarser, name, around
