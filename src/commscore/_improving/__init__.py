"""From a score to a better one: the cheapest set of findings to mend, and where in an area to begin."""

from __future__ import annotations

from commscore._improving._communities import fix_first
from commscore._improving._plan import By, Improvement, Step, improve

__all__ = ["By", "Improvement", "Step", "fix_first", "improve"]
