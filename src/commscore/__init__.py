"""Score communities against what government promised them: exactly, in bulk, every number traceable to its clause."""

from __future__ import annotations

import typing as _typing
from importlib import import_module as _import_module

from commscore._version import __version__

if _typing.TYPE_CHECKING:
    from commscore._checking import check_ruleset
    from commscore._files import Output, Progress
    from commscore._loading import list_rulesets, load_ruleset, with_changes
    from commscore._phrases import parse_requirement
    from commscore._requirement import Comparator, InputRef, Requirement
    from commscore._results import FailuresError, Result
    from commscore._routing import RoutedOutput, RoutedResult, evaluate, evaluate_files, merge, merge_files
    from commscore._ruleset import Conclusion, Input, Rule, Ruleset
    from commscore._sampling import Sample, sample, template
    from commscore._single import Evaluator, Finding, Verdict, evaluator
    from commscore._sql import ruleset_sql
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
    from commscore.reference import Score, score

__all__ = [
    "CommscoreError",
    "Comparator",
    "Conclusion",
    "DataError",
    "DataWarning",
    "Diagnostic",
    "Evaluator",
    "FailuresError",
    "Finding",
    "Input",
    "InputRef",
    "Output",
    "Progress",
    "Reason",
    "Requirement",
    "RequirementError",
    "Result",
    "RoutedOutput",
    "RoutedResult",
    "Rule",
    "Ruleset",
    "RulesetError",
    "Sample",
    "Score",
    "Status",
    "UsageError",
    "Verdict",
    "__version__",
    "check_ruleset",
    "evaluate",
    "evaluate_files",
    "evaluator",
    "list_rulesets",
    "load_ruleset",
    "merge",
    "merge_files",
    "parse_requirement",
    "ruleset_sql",
    "sample",
    "score",
    "template",
    "with_changes",
]

# The module of each name above. It is imported when the name is first used, since the command line must not wait for
# numpy and pyarrow before it can print its help.
_HOMES = {
    "_checking": ("check_ruleset",),
    "_files": ("Output", "Progress"),
    "_loading": ("list_rulesets", "load_ruleset", "with_changes"),
    "_phrases": ("parse_requirement",),
    "_requirement": ("Comparator", "InputRef", "Requirement"),
    "_results": ("FailuresError", "Result"),
    "_routing": ("RoutedOutput", "RoutedResult", "evaluate", "evaluate_files", "merge", "merge_files"),
    "_ruleset": ("Conclusion", "Input", "Rule", "Ruleset"),
    "_sampling": ("Sample", "sample", "template"),
    "_single": ("Evaluator", "Finding", "Verdict", "evaluator"),
    "_sql": ("ruleset_sql",),
    "_status": ("Reason", "Status"),
    "errors": (
        "CommscoreError",
        "DataError",
        "DataWarning",
        "Diagnostic",
        "RequirementError",
        "RulesetError",
        "UsageError",
    ),
    "reference": ("Score", "score"),
}
_PUBLIC_MODULES = ("errors", "monitor", "reference", "spark")

if not _typing.TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from its module, once."""
        if name in _PUBLIC_MODULES:
            return _import_module(f"{__name__}.{name}")
        home = next((module for module, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(_import_module(f"{__name__}.{home}"), name)
        return value


def __dir__() -> list[str]:
    return __all__
