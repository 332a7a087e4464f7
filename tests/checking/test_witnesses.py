"""A witness pasted under `cases:` of its ruleset comes out as it says: in the bulk evaluator, among all other rules."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from tests.equality.drawing import rulesets

import commscore
from commscore import DataWarning, Ruleset
from commscore._casework import run_case
from commscore._checking._questions import decisions
from commscore._ruleset import Case
from commscore.errors import WitnessTable

FEWER = settings(max_examples=settings.default.max_examples * 2 // 5)  # one example asks many questions
YEARS = [record.id for record in commscore.list_rulesets() if record.year is not None]
LIKE_THE_LAST = ("dalian-2023", "dalian-2024", "jimsar-2023", "jimsar-2024")  # the same rules under other days


def differences(ruleset: Ruleset, witness: WitnessTable) -> list[str]:
    """Paste a witness, and say what comes out otherwise."""
    case = Case(witness.rows, witness.statuses, witness.more, witness.level, witness.as_of)
    with warnings.catch_warnings(action="ignore", category=DataWarning):
        return run_case(ruleset, case).differences


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in LIKE_THE_LAST else name for name in YEARS]
)
def test_every_witness_about_a_bundled_ruleset_reproduces(name: str) -> None:
    found = commscore.check_ruleset(name, proofs=True)
    ruleset, witnesses = commscore.load_ruleset(name), [each.witness for each in found if each.witness is not None]

    assert len(witnesses) > len(ruleset.rules)
    assert [differences(ruleset, witness) for witness in witnesses] == [[]] * len(witnesses)


@FEWER
@given(ruleset=rulesets(max_rules=3))
def test_every_witness_about_a_drawn_ruleset_reproduces(ruleset: Ruleset) -> None:
    witnesses = [decision.witness for decision in decisions(ruleset) if decision.witness is not None]

    assert [differences(ruleset, witness) for witness in witnesses] == [[]] * len(witnesses)


def test_a_witness_that_does_not_show_what_it_says_is_told() -> None:
    ruleset = commscore.load_ruleset("taian-2023")
    witness = WitnessTable(rows=({"beautiful_villages": 24},), level="city", statuses={"beautiful-villages": "fail"})

    assert differences(ruleset, witness) == ["beautiful-villages: expected fail, found pass"]
