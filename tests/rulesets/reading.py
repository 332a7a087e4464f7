"""How the tests of the rulesets read a requirement."""

from __future__ import annotations

from fractions import Fraction

from commscore._requirement import InputRef
from commscore._ruleset import Part


def requirement(rule: Part, scope: str = "all") -> tuple[str, Fraction | bool | InputRef]:
    """Give the comparator and the value that a scope must meet."""
    asked = rule.requirements[scope]
    return str(asked.comparator), asked.value
