"""What a contender is given: the units in memory, the rules, and where areas are wanted."""

from __future__ import annotations

import atexit
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import attrs

import province
from province import Province


@attrs.frozen(slots=False, eq=False)
class Work:
    """Units and rules of one measurement.

    Attributes:
        province: The rules, and what the units are like.
        units: The rows, as an Arrow table.
        closed: Whether every unit is urban or rural. Real units may be neither, which leaves their rules undecided.
    """

    province: Province
    units: Any
    closed: bool = True

    @cached_property
    def ruleset(self) -> Path:
        """Return the path of the ruleset, written when first asked for and removed when the process ends."""
        folder = Path(mkdtemp(prefix="benchmark-"))
        atexit.register(rmtree, folder, ignore_errors=True)
        return province.write_ruleset(self.province, folder / "ruleset.yaml")


def head(work: Work, rows: int) -> Work:
    """Return the same work on the first rows only."""
    return attrs.evolve(work, units=work.units.slice(0, rows).combine_chunks())
