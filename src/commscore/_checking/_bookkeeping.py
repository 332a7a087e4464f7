"""Weights, vetoes, dues, grades and inputs: what a ruleset says to no effect."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from commscore._checking._model import is_scored
from commscore._checking._places import own_inputs
from commscore._loading._codes import Code
from commscore._ruleset import Force
from commscore.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commscore._checking._places import Page
    from commscore._ruleset import Group, Rule

WITH_GROUPS = frozenset({"default", "attainment"})  # the models in which the weights of groups count


def check_books(page: Page) -> None:
    """Record what has no effect, and dues that cannot be meant."""
    for rule in page.ruleset.rules:
        if rule.selected:
            _check_weight(rule, page)
            _check_veto(rule, page)
            _check_due(rule, page)
    _check_groups(page)
    _check_grades(page)
    _check_inputs(page)


# ---- WEIGHTS AND VETOES ----


def _check_weight(rule: Rule, page: Page) -> None:
    model = page.ruleset.scoring.model
    if rule.weight == 0 and is_scored(rule):
        message = f"rule {rule.id!r} has the weight 0, so it never counts in a score"
        hint = "write `force: informational` to show it only, or give it a weight"
        page.faults.warn(Code.NEVER_COUNTS, message, page.files.rule(rule, "weight"), hint=hint)
    elif rule.weight != 1 and model == "flat-unweighted":
        message = f"the weight of rule {rule.id!r} has no effect: in the model {model!r} every weight but 0 is 1"
        page.faults.note(Code.NEVER_COUNTS, message, page.files.rule(rule, "weight"))


def _check_veto(rule: Rule, page: Page) -> None:
    if not rule.veto:
        return
    place = page.files.rule(rule, "veto")
    if rule.force is Force.INFORMATIONAL:
        message = f"rule {rule.id!r} is informational and never fails, so its veto never takes effect"
        page.faults.warn(Code.NEVER_COUNTS, message, place, hint="remove one of the two")
    elif not page.ruleset.scoring.grades:
        message = f"rule {rule.id!r} has a veto on the grade, but there are no grades"
        page.faults.warn(Code.NEVER_COUNTS, message, place, hint="add `grades:` under `scoring:`")


def _check_groups(page: Page) -> None:
    groups = {group.id: group for group in page.ruleset.groups}
    model = page.ruleset.scoring.model
    scored = {above.id for rule in page.ruleset.rules if is_scored(rule) for above in _above(rule.group, groups)}
    for group in groups.values():
        place = page.files.group(group.id, "weight")
        if group.weight != 1 and model not in WITH_GROUPS:
            message = f"the weight of group {group.id!r} has no effect: the model {model!r} knows no groups"
            page.faults.note(Code.NEVER_COUNTS, message, place)
        elif group.weight == 0 and group.id in scored:
            message = f"group {group.id!r} has the weight 0, so none of its rules ever counts in the score"
            hint = "give it a weight, or make its rules informational"
            page.faults.warn(Code.NEVER_COUNTS, message, place, hint=hint)


def _above(id_: str | None, groups: Mapping[str, Group]) -> list[Group]:
    """Give a group and those it lies in."""
    found: list[Group] = []
    while id_ is not None and id_ in groups:
        found.append(groups[id_])
        id_ = groups[id_].parent
    return found


# ---- DUES ----


def _check_due(rule: Rule, page: Page) -> None:
    if rule.due is None:
        return
    source, year = rule.source or page.ruleset.source, page.ruleset.year
    place = page.files.rule(rule, "due")
    if source.issued is not None and rule.due < source.issued:
        message = f"rule {rule.id!r} fell due on {rule.due}, before its document was issued on {source.issued}"
        page.faults.warn(Code.ODD_DUE, message, place, hint="mend one of the two dates")
    elif year is not None and not page.ruleset.extends and rule.due > date(year, 12, 31) and is_scored(rule):
        message = f"rule {rule.id!r} falls due on {rule.due}, so it is shown and never scored in {year}"
        page.faults.note(Code.ODD_DUE, message, place)


# ---- GRADES AND INPUTS ----


def _check_grades(page: Page) -> None:
    """Tell which grades nobody can get: the model ``absolute`` knows 0 and 100 only."""
    scoring = page.ruleset.scoring
    if scoring.model != "absolute" or not scoring.grades:
        return
    given = {next((grade.name for grade in scoring.grades if grade.at_least <= score), None) for score in (0, 100)}
    for grade in scoring.grades:
        if grade.name not in given:
            message = f"nobody can get the grade {grade.name!r}: in the model 'absolute' a score is 0 or 100"
            page.faults.warn(Code.NO_SUCH_GRADE, message, page.files.top("scoring", "grades"), hint="remove the grade")


def _check_inputs(page: Page) -> None:
    root = page.files.roots[0]
    severity = Severity.NOTE if page.ruleset.year is None else Severity.WARNING  # of a plan, a year may use it
    for name in own_inputs(root):
        if name.text not in page.ruleset.inputs:
            message = f"no rule uses the input {name.text!r}"
            page.faults.add(Code.UNUSED_INPUT, message, name, hint="remove it", severity=severity)
