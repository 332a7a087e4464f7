"""Names within names (groups, parts of wholes): those that lead back to themselves or too far."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEEPEST_CHAIN = 20


def circles(parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """Find the names that are their own ancestors.

    Args:
        parents: The parent of each name, null where it has none; a parent that is no name itself ends the way.

    Returns:
        The names in circles, each circle from where it is entered first.

    Example:
        >>> circles({"a": "b", "b": "c", "c": "b", "d": None})
        ('b', 'c')
    """
    found: list[str] = []
    settled: set[str] = set()
    for start in parents:
        way: dict[str, int] = {}
        name: str | None = start
        while name is not None and name in parents and name not in settled and name not in way:
            way[name] = len(way)
            name = parents[name]
        if name is not None and name in way:
            found.extend(list(way)[way[name] :])
        settled |= way.keys()
    return tuple(found)


def too_deep(parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """Find the names that have more ancestors than anything real has; circles aside.

    Args:
        parents: The parent of each name, null where it has none.

    Returns:
        The names just beyond the limit.
    """
    found = []
    for start in parents:
        name: str | None = start
        steps = 0  # one more than its ancestors, for the last of them has no parent
        while name is not None and name in parents and steps <= DEEPEST_CHAIN + 2:
            name = parents[name]
            steps += 1
        if steps == DEEPEST_CHAIN + 2:
            found.append(start)
    return tuple(found)
