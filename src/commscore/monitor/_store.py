"""Units on disk: one SQLite file that is always at the end of some report, never between two."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from commscore._single._cells import INVALID
from commscore.errors import UsageError

_INVALID = "!"  # how a cell that cannot be right is written
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS units (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
"""


@attrs.define(eq=False)
class Unit:
    """One unit as last reported.

    Attributes:
        key: Its key.
        cells: Its inputs' values as read, each by itself; areas and the constant 1 at the end.
        places: What it reported of where it lies.
        findings: By watched rule, phase, doubt and count of failing reports in one number.
        since: When each open finding opened, by position.
        time: The time of its last report, as written.
        moment: The same as a number; null before the first.
        last: What its reports at that time said, to tell duplicates.
    """

    key: str
    cells: list[Any]
    places: dict[str, str | None]
    findings: list[int]
    since: dict[int, str] = attrs.Factory(dict)
    time: str = ""
    moment: int | None = None
    last: dict[str, Any] = attrs.Factory(dict)


def written(unit: Unit, areas_from: int) -> str:
    """Write a unit as JSON; areas follow from places and are left out."""
    cells = [_INVALID if cell is INVALID else cell for cell in unit.cells[:areas_from]]
    last = {name: _INVALID if cell is INVALID else cell for name, cell in unit.last.items()}
    body = [unit.time, unit.moment, cells, unit.findings, list(unit.since.items()), unit.places, last]
    return _encode(body)


def unit_of(key: str, body: str) -> Unit:
    """Read a unit; its areas are to be found again."""
    time, moment, cells, findings, since, places, last = json.loads(body)
    return Unit(
        key=key,
        cells=[INVALID if cell == _INVALID else cell for cell in cells],
        places=places,
        findings=findings,
        since=dict(since),
        time=time,
        moment=moment,
        last={name: INVALID if cell == _INVALID else cell for name, cell in last.items()},
    )


class Store:
    """The state file. Nothing is kept before :meth:`commit`, which keeps all or nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=1)
            self._connection.execute("PRAGMA journal_mode=WAL")
            # A commit survives the loss of power, and two monitors cannot share a file.
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.executescript(_SCHEMA)
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise UsageError(self._fault(error)) from error

    def _fault(self, error: sqlite3.Error) -> str:
        if "locked" in str(error):
            return f"state {str(self._path)!r} is in use by another monitor: stop it, or use another file"
        return f"state {str(self._path)!r} cannot be used ({error}): give the state file of a monitor, or a new name"

    def meta(self) -> dict[str, Any]:
        """Return what is known beside the units."""
        try:
            found = self._connection.execute("SELECT name, value FROM meta").fetchall()
        except sqlite3.Error as error:
            raise UsageError(self._fault(error)) from error
        return {name: json.loads(value) for name, value in found}

    def load(self, key: str) -> Unit | None:
        """Return a unit; null where it never reported."""
        found = self._connection.execute("SELECT body FROM units WHERE key = ?", (key,)).fetchone()
        return None if found is None else unit_of(key, found[0])

    def units(self) -> Iterable[Unit]:
        """Return all units, by key."""
        for key, body in self._connection.execute("SELECT key, body FROM units ORDER BY key"):
            yield unit_of(key, body)

    def commit(self, bodies: Iterable[tuple[str, str]], meta: Mapping[str, Any]) -> None:
        """Keep units and what goes with them, all in one transaction."""
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO units VALUES (?, ?)", bodies)
            values = [(name, json.dumps(value)) for name, value in meta.items()]
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise UsageError(self._fault(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
