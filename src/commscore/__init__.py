"""Score communities against what government promised them: exactly, in bulk, every number traceable to its clause."""

from __future__ import annotations

from commscore._evaluation import evaluate
from commscore._loading import check_ruleset, list_rulesets, load_ruleset
from commscore._merging import merge
from commscore._phrases import parse_requirement
from commscore._requirement import Comparator, InputRef, Requirement
from commscore._results import FailuresError, Result
from commscore._ruleset import Input, Rule, Ruleset
from commscore._status import Reason, Status
from commscore.errors import (
    CommscoreError,
    DataError,
    DataWarning,
    Diagnostic,
    RequirementError,
    RulesetError,
    UsageError,
)

__version__ = "0.1.0"

__all__ = [
    "CommscoreError",
    "Comparator",
    "DataError",
    "DataWarning",
    "Diagnostic",
    "FailuresError",
    "Input",
    "InputRef",
    "Reason",
    "Requirement",
    "RequirementError",
    "Result",
    "Rule",
    "Ruleset",
    "RulesetError",
    "Status",
    "UsageError",
    "__version__",
    "check_ruleset",
    "evaluate",
    "list_rulesets",
    "load_ruleset",
    "merge",
    "parse_requirement",
]
