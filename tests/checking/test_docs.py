"""Every code of consistency is documented by an example that says what it shows."""

from __future__ import annotations

import re

import pytest
from tests.checking.conftest import CONSISTENCY, City

from commscore._loading._codes import Code

SECTION = re.compile(r"### (CS5\d\d): .*?```yaml\n(.*?)```\n\n```text\n(.*?)\n```\n\n\*\*Cure\.\*\*", re.DOTALL)
SECTIONS = SECTION.findall(CONSISTENCY)


def test_every_code_has_its_example() -> None:
    assert [code for code, _, _ in SECTIONS] == [str(code) for code in Code if code.startswith("CS5")]


@pytest.mark.parametrize(("code", "ruleset", "said"), SECTIONS, ids=[code for code, _, _ in SECTIONS])
def test_an_example_says_what_it_shows_and_nothing_else(code: str, ruleset: str, said: str, city: City) -> None:
    found = city.check(ruleset, proofs=code == Code.ANSWER)

    assert {each.code for each in found} == {code}
    assert str(found[0]) == said
