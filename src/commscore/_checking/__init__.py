"""The consistency of rulesets, proved or refuted by a table that anyone can evaluate.

``_questions`` asks of every rule, and of rules that share an input, whether they can be met, missed, or met together.
``_search`` answers: rows are cut into pieces in which a rule stands alike (``_pieces``), areas into sums over such
pieces (``_sums``), and what remains are linear inequalities between whole numbers (``_linear``). A solution becomes a
table, which the reference evaluator must confirm (``_witnesses``); where there is none, nothing can be found. What the
method does not reach is left undecided, with the reason.
"""

from commscore._checking._api import check_catalogue, check_ruleset

__all__ = ["check_catalogue", "check_ruleset"]
