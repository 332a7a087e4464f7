"""One row in, findings out: a ruleset compiled to closures over integers, for services that judge row by row."""

from __future__ import annotations

from commscore._single._api import Evaluator, evaluator
from commscore._single._verdict import Finding, Verdict

__all__ = ["Evaluator", "Finding", "Verdict", "evaluator"]
