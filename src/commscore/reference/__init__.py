"""The slow, obvious evaluator in plain Python and fractions: a second opinion that anyone can check by hand.

It shares no code with the bulk evaluator. Read it from the top: ``_evaluate`` takes the tables (``_rows``,
``_values``), makes findings for every unit and area (``_findings``, from ``_units`` and ``_areas``) and grades them
(``_grading``, ``_scores``). Beneath, ``_scope`` says which units count, ``_demands`` what a requirement asks,
``_tallies`` and ``_intervals`` what may be where values are missing, and ``_weighing`` holds one against the other.
``_fixpoint`` draws the conclusions.
"""

from __future__ import annotations

from commscore.reference._evaluate import Outcome, evaluate
from commscore.reference._fixpoint import Verdict, fixpoint
from commscore.reference._scores import Score, score

__all__ = ["Outcome", "Score", "Verdict", "evaluate", "fixpoint", "score"]
