"""Two runs held against each other: what changed, and why."""

from __future__ import annotations

from commscore._diffing._changes import Cause, Change
from commscore._diffing._comparison import Comparison, compare, compare_sides, summary
from commscore._diffing._effects import Effect, Effects
from commscore._diffing._folders import inputs_of, read_the_same, side_of_folder
from commscore._diffing._sides import Side, codes_of, side_of

__all__ = [
    "Cause",
    "Change",
    "Comparison",
    "Effect",
    "Effects",
    "Side",
    "codes_of",
    "compare",
    "compare_sides",
    "inputs_of",
    "read_the_same",
    "side_of",
    "side_of_folder",
    "summary",
]
