"""The inputs of a block: Arrow arrays as they came, each read exactly when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from commscore._tables._buffers import plain
from commscore._tables._exact import Column, cap_part, read_column, taken

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
            self._arrays[name] = plain(self._arrays[name])
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
        """Return the inputs of some rows."""
        return _Some(self, rows)

    def forget(self) -> None:
        """Let go of the exact values; they can be had again."""
        self._read.clear()

    def read(self, name: str) -> Column | None:
        """Return an input's exact values if somebody asked for them before."""
        return self._read.get(name)

    def _raw(self, name: str) -> Array:
        return self._arrays[name]

    def _column(self, name: str) -> Column:
        entry = self._inputs[name]
        column = read_column(self._raw(name), entry, missing=self._missing)
        whole = self.whole_of(name)
        if whole is None:
            return column
        return cap_part(column, self[whole], places=(entry.places, self._inputs[whole].places))


class _Some(Columns):
    """The inputs of some rows of a block, each looked up when it is first asked for."""

    def __init__(self, whole: Columns, rows: Integers) -> None:
        super().__init__(dict.fromkeys(whole), whole._inputs, whole._missing)  # noqa: SLF001 - of the same kind
        self._whole = whole
        self._rows = rows

    def array(self, name: str) -> Array:
        if name not in self._plain:
            self._arrays[name] = self._whole.array(name).take(pa.array(self._rows))
            self._plain.add(name)
        return self._arrays[name]

    def _raw(self, name: str) -> Array:
        return self.array(name)

    def _column(self, name: str) -> Column:
        # Exact values that are there already need not be made again.
        found = self._whole.read(name)
        return super()._column(name) if found is None else taken(found, self._rows)
