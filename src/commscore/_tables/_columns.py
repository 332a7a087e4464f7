"""The inputs of a block: Arrow arrays as they came, each read exactly when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from commscore._tables._buffers import plain
from commscore._tables._exact import Column, cap_part, read_column

if TYPE_CHECKING:
    from collections.abc import Collection

    from commscore._ruleset import Input
    from commscore._tables._rounding import Integers

Array = Any  # pyarrow ships no types


class Columns(Mapping[str, Column]):
    """The inputs of a block by name, wholes before their parts.

    Exact values cost eight bytes and a state each, so they are made when somebody asks, and can be forgotten again;
    the Arrow data stays.
    """

    def __init__(self, arrays: Mapping[str, Array], inputs: Mapping[str, Input], missing: Collection[str]) -> None:
        """Hold arrays by input, in the order in which they are to be read: wholes before their parts."""
        self._arrays = dict(arrays)
        self._inputs = inputs
        self._missing = missing
        self._of: tuple[Columns, Array] | None = None
        self._plain: set[str] = set()
        self._read: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        """Return an input's exact values."""
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = self._column(name)
        return found

    def __iter__(self) -> Iterator[str]:
        """Give the inputs."""
        return iter(self._arrays)

    def __len__(self) -> int:
        """Count the inputs."""
        return len(self._arrays)

    def array(self, name: str) -> Array:
        """Return an input's Arrow array as one chunk of a plain type."""
        if name not in self._plain:
            found = plain(self._arrays[name]) if self._of is None else self._of[0].array(name).take(self._of[1])
            self._arrays[name] = found
            self._plain.add(name)
        return self._arrays[name]

    def whole_of(self, name: str) -> str | None:
        """Return the input here that another one is a part of, and that its values are held to."""
        whole = self._inputs[name].part_of
        if whole is None:
            return None
        names = list(self._arrays)
        # Where inputs are parts of each other, only what was to be read first can be held against.
        return whole if whole in self._arrays and names.index(whole) < names.index(name) else None

    def at(self, rows: Integers) -> Columns:
        """Return the inputs of some rows, each picked out when it is first asked for: few of many may be."""
        found = Columns(self._arrays, self._inputs, self._missing)
        found._of = self, pa.array(rows)
        return found

    def forget(self) -> None:
        """Let go of the exact values; they can be had again."""
        self._read.clear()

    def _column(self, name: str) -> Column:
        entry = self._inputs[name]
        column = read_column(self._arrays[name] if self._of is None else self.array(name), entry, missing=self._missing)
        whole = self.whole_of(name)
        if whole is None:
            return column
        return cap_part(column, self[whole], places=(entry.places, self._inputs[whole].places))
