"""The public interface as a typed program uses it; it must type-check, it is not run."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import commscore
from commscore import reference


def score(path: Path) -> str:
    ruleset: commscore.Ruleset = commscore.load_ruleset("dalian-2023")
    result: commscore.Result = commscore.evaluate(path, ruleset, rollup=["county"], as_of="2023-06-30")
    failing = result.findings(status="fail", level="unit")
    whole: commscore.Result = commscore.merge(result, result)
    output: commscore.Output = commscore.evaluate_files(path, ruleset, path / "out")
    del failing, whole, output
    return result.summary(lang="zh") + result.explain("210202001001")


def check(path: Path) -> list[commscore.Diagnostic]:
    requirement: commscore.Requirement = commscore.parse_requirement("不少于10个")
    assert requirement.comparator is commscore.Comparator.AT_LEAST
    return commscore.check_ruleset(path)


def compare(rows: list[dict[str, object]]) -> Fraction | None:
    both: commscore.Status = commscore.Status.PASS & commscore.Status.UNKNOWN
    total: commscore.Score = commscore.score([{"id": "a", "weight": 1, "status": both}])
    outcome: reference.Outcome = reference.evaluate(rows, "dalian-2023")
    del outcome
    return total.score
