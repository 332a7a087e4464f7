"""Shares whose places may turn out to be nothing to judge, and whose condition has words of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import commscore


def load(folder: Path, rule: str) -> commscore.Ruleset:
    path = folder / "mini-2023.yaml"
    path.write_text(
        f"""
commscore: 1
id: mini-2023
jurisdiction: {{code: "2102", level: city, zh: 大连市}}
year: 2023
inputs: {{staff: {{type: count}}, trained: {{type: count, part_of: staff}}, open: {{type: flag}}}}
rules: [{rule}]
""",
        encoding="utf-8",
    )
    return commscore.load_ruleset(path)


@pytest.mark.parametrize("requirement", ["> 100%", "<= 100%"])
def test_a_share_of_places_that_may_all_be_nothing_over_nothing_is_unknown(tmp_path: Path, requirement: str) -> None:
    condition = '{each: {ratio: [trained, staff]}, require: ">= 50%"}'
    rule = f'{{id: s, clause: 一, share: {condition}, where: {{open: true}}, require: "{requirement}"}}'
    rows: list[dict[str, Any]] = [
        {"trained": 0, "staff": 2, "open": None},
        {"trained": 0, "staff": None, "open": True},
    ]

    result = commscore.evaluate(rows, load(tmp_path, rule))

    assert result.findings(level="city")["status"].to_pylist() == ["unknown"]


def test_the_words_of_a_share_are_not_those_of_its_condition(tmp_path: Path) -> None:
    rule = '{id: s, clause: 一, share: {each: staff, require: ">= 3"}, require: 50%以上}'

    result = commscore.evaluate({"staff": [3, 2]}, load(tmp_path, rule))

    assert result.findings(level="city")["status"].to_pylist() == ["pass"]
