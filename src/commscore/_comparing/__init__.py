"""Semantic comparison: whether a rule asks more or less than another, proved by a value that tells them apart."""

from commscore._comparing._comparison import Aspect, Comparison, Relation, Witness, joined, mirrored
from commscore._comparing._diff import Change, Diff, diff_rulesets
from commscore._comparing._parts import part_text
from commscore._comparing._requirements import asked_text
from commscore._comparing._rules import compare

__all__ = [
    "Aspect",
    "Change",
    "Comparison",
    "Diff",
    "Relation",
    "Witness",
    "asked_text",
    "compare",
    "diff_rulesets",
    "joined",
    "mirrored",
    "part_text",
]
