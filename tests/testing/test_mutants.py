"""Faults planted in the evaluator: each is caught by the law that speaks of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pyarrow.compute as pc
import pytest

import commscore
from commscore import Comparator, Ruleset
from commscore._engine import _compounds, _integers, _kernel
from commscore._loading import _dump
from commscore._ruleset import Force, Part
from commscore.testing import LawError, check_laws

Patch = pytest.MonkeyPatch
EXAMPLES = 300


# ---- IN THE KERNEL ----


def excludes_the_threshold(patch: Patch) -> None:
    """At least reads as more than."""
    plain = _integers.at_or_above
    patch.setattr(_integers, "at_or_above", lambda *numbers, **rest: plain(*numbers, **(rest | {"strict": True})))


def includes_an_excluded_bound_below(patch: Patch) -> None:
    """Everything is one place better than it is."""
    plain = _integers.at_or_above
    patch.setattr(_integers, "at_or_above", lambda num, *rest, **options: plain(num + 1, *rest, **options))


def forgets_unknown_in_and(patch: Patch) -> None:
    """Pass and unknown is pass."""
    codes = _compounds._AND_CODES.copy()
    codes[0 * 8 + 2] = codes[2 * 8 + 0] = 0
    patch.setattr(_compounds, "_AND_CODES", codes)


def divides_by_zero(patch: Patch) -> None:
    """A ratio over nothing is decided like any other."""
    patch.setattr(_kernel, "_mark_zero_denominators", lambda *_: None)


def merges_the_first_part_only(patch: Patch) -> None:
    """The sums of later parts are lost."""
    patch.setattr("commscore._merging.merged", lambda states: states[0])


def forgets_weights(patch: Patch) -> None:
    """A written ruleset has no weights."""
    plain = _dump._rule
    patch.setattr(_dump, "_rule", lambda rule: {k: v for k, v in plain(rule).items() if k != "weight"})


# ---- AROUND IT: WHAT A WRONG EVALUATOR WOULD DO, WHATEVER ITS INSIDE ----


def around(patch: Patch, change: Callable[[Any, Ruleset, dict[str, Any]], tuple[Any, Ruleset]]) -> None:
    plain = commscore.evaluate

    def mutant(data: Any, ruleset: Ruleset, **options: Any) -> commscore.Result:
        data, ruleset = change(data, ruleset, options)
        return plain(data, ruleset, **options)

    patch.setattr("commscore.testing._sampling.evaluate", mutant)


def takes_missing_for_zero(patch: Patch) -> None:
    """Blank cells are filled with 0."""

    def change(table: Any, ruleset: Ruleset, _: Any) -> tuple[Any, Ruleset]:
        for index, name in enumerate(table.column_names):
            if name in ruleset.inputs and ruleset.inputs[name].type != "flag":
                zero = "0" if str(table[name].type) == "string" else 0
                table = table.set_column(index, name, pc.fill_null(table[name], zero))
        return table, ruleset

    around(patch, change)


def every_part(part: Any, change: Callable[[Any], Any]) -> Any:
    return change(attrs.evolve(part, parts=tuple(every_part(inner, change) for inner in part.parts)))


def wants_less(patch: Patch) -> None:
    """At least reads as at most."""

    def mirrored(part: Part) -> Part:
        asked = {
            scope: attrs.evolve(one, comparator=Comparator.AT_MOST) if one.comparator == "at_least" else one
            for scope, one in part.requirements.items()
        }
        return attrs.evolve(part, requirements=asked)

    around(
        patch,
        lambda data, rules, _: (
            data,
            attrs.evolve(rules, rules=tuple(every_part(rule, mirrored) for rule in rules.rules)),
        ),
    )


def averages_ratios(patch: Patch) -> None:
    """The ratio of an area is decided by its units, one by one."""

    def each(part: Part) -> Part:
        return attrs.evolve(part, assessment="each", over=None) if part.assessment == "ratio" else part

    around(
        patch,
        lambda data, rules, _: (data, attrs.evolve(rules, rules=tuple(every_part(rule, each) for rule in rules.rules))),
    )


def scores_what_is_only_shown(patch: Patch) -> None:
    """Informational rules count."""

    def binding(ruleset: Ruleset) -> Ruleset:
        return attrs.evolve(ruleset, rules=tuple(attrs.evolve(rule, force=Force.BINDING) for rule in ruleset.rules))

    around(patch, lambda data, ruleset, _: (data, binding(ruleset)))


def lets_rules_see_each_other(patch: Patch) -> None:
    """Among others, the first rule is not judged."""

    def change(data: Any, ruleset: Ruleset, _: Any) -> tuple[Any, Ruleset]:
        first, *rest = ruleset.rules
        if rest:
            first = attrs.evolve(first, selected=False)
        return data, attrs.evolve(ruleset, rules=(first, *rest))

    around(patch, change)


def forgets_renamed_columns(patch: Patch) -> None:
    """The first entry of the mapping of columns has no effect."""

    def change(data: Any, ruleset: Ruleset, options: dict[str, Any]) -> tuple[Any, Ruleset]:
        columns = options.pop("columns", None) or {}
        options["columns"] = dict(list(columns.items())[1:]) or None
        return data, ruleset

    around(patch, change)


def slow(mutant: Callable[[Patch], None], law: str) -> Any:
    """One whose shrinking takes more than a few seconds."""
    return pytest.param(mutant, law, marks=pytest.mark.slow)


MUTANTS = [
    slow(merges_the_first_part_only, "parts-and-whole"),
    (lets_rules_see_each_other, "rules-alone"),
    slow(forgets_renamed_columns, "table-as-written"),
    slow(takes_missing_for_zero, "blanked-cells"),
    slow(wants_less, "better-values"),
    slow(scores_what_is_only_shown, "rules-that-do-not-apply"),
    (excludes_the_threshold, "thresholds"),
    (includes_an_excluded_bound_below, "thresholds"),
    slow(divides_by_zero, "nothing-is-judged"),
    slow(forgets_unknown_in_and, "evaluators-agree"),
    slow(averages_ratios, "evaluators-agree"),
    (forgets_weights, "written-and-read"),
]


@pytest.mark.parametrize(("mutant", "law"), MUTANTS)
def test_a_planted_fault_is_caught(
    mutant: Callable[[Patch], None], law: str, small: Ruleset, monkeypatch: Patch
) -> None:
    mutant(monkeypatch)

    with pytest.raises(LawError) as caught:
        check_laws(small, laws=[law], max_examples=EXAMPLES, derandomize=True)

    error = caught.value
    assert error.law is not None
    assert error.law.name == law
    assert f"small-2023 breaks law {error.law.number} ({law})" in str(error)
    if law != "written-and-read":
        assert error.data
        assert "evaluate: commscore.evaluate({" in str(error)


def test_without_a_fault_every_law_holds(small: Ruleset) -> None:
    report = check_laws(small, max_examples=15, derandomize=True)

    assert all(run.examples for run in report.runs)
