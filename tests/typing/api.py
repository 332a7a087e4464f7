"""The public interface as a typed program uses it; it must type-check, it is not run."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import commscore
from commscore import reference
from commscore.monitor import Monitor


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


def conclude(ruleset: commscore.Ruleset) -> tuple[str, ...]:
    clauses: list[str | None] = [each.clause for each in ruleset.conclusions if each.cap is not None]
    del clauses
    verdict: reference.Verdict = reference.fixpoint(ruleset, {"a": "fail"}, grade=None, kind="urban")
    return verdict.conclusions


def compare(rows: list[dict[str, object]]) -> Fraction | None:
    both: commscore.Status = commscore.Status.PASS & commscore.Status.UNKNOWN
    total: commscore.Score = commscore.score([{"id": "a", "weight": 1, "status": both}])
    outcome: reference.Outcome = reference.evaluate(rows, "dalian-2023")
    del outcome
    return total.score


def serve(row: dict[str, object]) -> float | None:
    judge: commscore.Evaluator = commscore.evaluator("dalian-2023", missing=["-"], level="community")
    verdict: commscore.Verdict = judge(row)
    finding: commscore.Finding = verdict["social-orgs"]
    status: commscore.Status = verdict.statuses["social-orgs"]
    assert finding.status is status
    return verdict.score


def watch_units(path: Path) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    with Monitor("dalian-2023", told.append, escalate_after=2, state=path) as monitor:
        told += monitor.report({"key": "a", "time": "2023-05-01", "inputs": {"social_orgs": 9}})
        monitor.commit()
        return list(monitor.findings())


def query(ruleset: commscore.Ruleset) -> str:
    return commscore.ruleset_sql(ruleset, dialect="postgres", schema={"code": "TEXT", "social_orgs": "BIGINT"})


def supply(folder: Path) -> str:
    files: tuple[Path, ...] = commscore.template("taian-2023", folder / "empty.xlsx")
    made: commscore.Sample = commscore.sample("taian-2023", 100, seed=1)
    result = commscore.evaluate(made.table, made.ruleset, level=made.level, more=made.more)
    del files
    again: commscore.Result = commscore.evaluate(folder / "d.xlsx", "taian-2023", sheet=2, header_row=3, skip_rows=1)
    return result.under(again.ruleset).ruleset.hash


def route(path: Path) -> str:
    result: commscore.RoutedResult = commscore.evaluate(path, "auto", rulesets=["dalian-2023"], year=2023)
    whole: commscore.RoutedResult = commscore.merge(result, result)
    output: commscore.RoutedOutput = commscore.evaluate_files(path, "auto", path / "out", year=2023)
    merged: commscore.Output | commscore.RoutedOutput = commscore.merge_files([path / "out"], path / "whole")
    del whole, merged
    return output.summary(lang="zh")
