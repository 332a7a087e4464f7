"""The ruleset that a module of tests is about, which it names by ``ID``."""

from __future__ import annotations

import pytest

import commscore
from commscore import Rule, Ruleset


@pytest.fixture(scope="module")
def ruleset(request: pytest.FixtureRequest) -> Ruleset:
    return commscore.load_ruleset(request.module.ID)


@pytest.fixture(scope="module")
def rules(ruleset: Ruleset) -> dict[str, Rule]:
    return {rule.id: rule for rule in ruleset.rules}


@pytest.fixture(scope="module")
def own(ruleset: Ruleset) -> list[Rule]:
    """The rules of the document itself; inherited ones name their own source."""
    return [rule for rule in ruleset.rules if rule.source is None]
