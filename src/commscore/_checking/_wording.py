"""Words and units of a requirement held against what the rule judges."""

from __future__ import annotations

import re
from math import ceil, floor
from typing import TYPE_CHECKING

import attrs

from commscore._checking._pieces import COMPOUNDS, step_of
from commscore._loading._codes import Code
from commscore._phrases._vocabulary import same_measure
from commscore._requirement import InputRef, decimal, describe, interval
from commscore._ruleset import InputType
from commscore.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commscore._checking._places import Page
    from commscore._requirement import Requirement
    from commscore._ruleset import Input, Part, Rule, Ruleset

# 月平均 and 平均每天 are means over time, not over units.
_MEAN = re.compile(r"(?<![年月周日天季])(?:平均|均值)(?!每[年月周日天季]|每个[月季])")
_EVERY = re.compile(r"每[个一](?!月|季|年|工作日)|逐[个一]|各(?:个)?(?:城市|农村|行政)?(?:社区|村|街道|乡镇)")
_ON_GRID = frozenset({"each", "total", "change"})


def check_words(page: Page) -> None:
    """Record where a phrase, a unit or a figure does not go with what a rule judges."""
    for figure in (figure for rule in page.ruleset.rules for figure in _figures(rule)):
        _check_assessment(figure, page)
        _check_unit(figure, page)
        _check_grid(figure, page)


def _leaves(part: Part) -> Iterator[Part]:
    """Give the assessments that a requirement stands beside; the condition of a share is no figure of the policy."""
    if part.assessment in COMPOUNDS:
        for inner in part.parts:
            yield from _leaves(inner)
    else:
        yield part


@attrs.frozen
class _Figure:
    """One requirement of a part, and the rule it belongs to."""

    rule: Rule
    part: Part
    asked: Requirement


def _figures(rule: Rule) -> Iterator[_Figure]:
    for part in _leaves(rule):
        for asked in part.requirements.values():
            yield _Figure(rule, part, asked)


# ---- WORDS ----


def _check_assessment(figure: _Figure, page: Page) -> None:
    """Hold 平均 against ``each``, and 每个 against what is judged for all together."""
    rule, part, phrase = figure.rule, figure.part, figure.asked.phrase or ""
    mean, every = _MEAN.search(phrase), _EVERY.search(phrase)
    together = part.assessment in {"mean", "total"} and part.over in {None, page.ruleset.jurisdiction.level}
    if part.assessment == "each" and mean and not _is_named_a_mean(part, figure.asked, page.ruleset):
        word, said, cure = mean[0], "speaks of a mean, but each unit is judged by itself", "use `mean`"
    elif together and every and not mean:
        judged = "their mean" if part.assessment == "mean" else "their sum"
        word, said, cure = every[0], f"speaks of every one, but {judged} is judged", "use `each`, or `over:`"
    else:
        return
    message = f"the phrase {phrase!r} ({word}) of rule {rule.id!r} {said}"
    severity = Severity.WARNING if rule.note is None else Severity.NOTE
    hint = f"{cure}, or say in `note:` how the phrase is read" if rule.note is None else "its `note:` says why"
    page.faults.add(Code.OTHER_WORDS, message, page.files.rule(rule, "phrase"), hint=hint, severity=severity)


def _is_named_a_mean(part: Part, asked: Requirement, ruleset: Ruleset) -> bool:
    """Tell whether an input is a mean by its own name, such as 平均工资."""
    names = (*part.inputs, *((asked.value.name,) if isinstance(asked.value, InputRef) else ()))
    titles = (ruleset.inputs[name].title.zh for name in names if name in ruleset.inputs)
    return any("均" in title for title in titles)


# ---- UNITS AND PLACES ----


def _counted(figure: _Figure, page: Page) -> Input | None:
    """Give the input whose unit and places the figure should have."""
    plain = figure.part.assessment != "share" and not isinstance(figure.asked.value, bool | InputRef)
    return page.ruleset.inputs.get(figure.part.inputs[0]) if plain and figure.part.inputs else None


def _check_unit(figure: _Figure, page: Page) -> None:
    declared, unit = _counted(figure, page), figure.asked.unit
    if declared is None or unit is None or declared.unit is None or same_measure(unit, declared.unit):
        return
    asks = f"rule {figure.rule.id!r} asks for {describe(figure.asked)}"
    message = f"{asks}, but {declared.name!r} is measured in {declared.unit}"
    hint = f"write the figure in {declared.unit}, or mend the unit of the input"
    page.faults.warn(Code.OTHER_UNIT, message, page.files.requirement(figure.rule), hint=hint)


def _check_grid(figure: _Figure, page: Page) -> None:
    """Tell where no value can be the figure itself, because values are read at fewer places."""
    part = figure.part
    declared = _counted(figure, page)
    if declared is None or part.assessment not in _ON_GRID or declared.type is InputType.FLAG:
        return
    if part.assessment == "each" and len(part.inputs) > 1:
        return
    step, met = step_of(declared), interval(figure.asked)
    for end, nearest in ((met.lower, ceil), (met.upper, floor)):
        if end is not None and end % step:
            asks = decimal(nearest(end / step) * step)
            message = (
                f"rule {figure.rule.id!r} asks for {describe(figure.asked)}, but {declared.name!r} is read at "
                f"{declared.places} decimal places: no value is exactly {decimal(end)}, "
                f"the nearest that will do is {asks}"
            )
            hint = f"write {asks}, or give the input more `places`"
            page.faults.warn(Code.OFF_GRID, message, page.files.requirement(figure.rule), hint=hint)
            return
