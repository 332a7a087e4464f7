"""Many jurisdictions at once: each row of a table goes to the ruleset of its place and year.

``_collection`` says which rulesets there are and which of them a place and year belongs to; ``_placing`` reads where
rows lie, ``_splitting`` cuts a table by ruleset; ``_memory`` and ``_streaming`` evaluate the parts, ``_results`` and
``_outputs`` put what comes out together again; ``_api`` and ``_merging`` are the doors.
"""

from commscore._routing._api import evaluate, evaluate_files
from commscore._routing._folders import merge_files
from commscore._routing._merging import merge
from commscore._routing._outputs import RoutedOutput
from commscore._routing._results import RoutedResult

__all__ = ["RoutedOutput", "RoutedResult", "evaluate", "evaluate_files", "merge", "merge_files"]
