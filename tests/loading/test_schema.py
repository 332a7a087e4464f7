"""The JSON Schema for editors takes what loads and refuses what is malformed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from commscore._loading import catalogue_schema, json_schema
from commscore._loading._assembly import TOP_KEYS
from commscore._loading._cases import CASE_KEYS
from commscore._loading._files import bundled_folder
from commscore._loading._header import GROUP_KEYS, JURISDICTION_KEYS, SCORING_KEYS, SOURCE_KEYS
from commscore._loading._inputs import INPUT_KEYS
from commscore._loading._parts import PART_KEYS
from commscore._loading._rules import RULE_KEYS, UNSCORED_KEYS

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
BUNDLED = sorted(path for path in bundled_folder().glob("*.yaml") if path.name != "inputs.yaml")
FAULTS = Path(__file__).parent / "faults"
# Faults of structure, which a schema can know; references, levels and phrases it cannot.
MALFORMED = [
    *("assessment_missing", "assessment_misspelt", "assessments_two", "bad_id", "blank_value"),
    *("code_without_quotes", "counts_one", "drop_without_because", "force_misspelt", "from_missing", "format_version"),
    *("grade_shape", "input_name", "mean_of_ratio", "missing_id", "missing_jurisdiction", "missing_rules"),
    *("missing_type", "not_a_choice", "parts_empty", "phrase_too_long", "ratio_of_three", "requirement_number"),
    *("stray_comma", "title_without_quotes", "unknown_key", "unknown_status_expected", "unknown_top_key"),
    *("unscored_without_why", "weight_negative", "wrong_type_root", "wrong_type_rule", "wrong_type_rules"),
    *("wrong_type_title", "wrong_type_weight", "year_out_of_range", "filter_empty", "old_truth"),
    "conclusion_says_nothing",
]
# What a schema may know of: the file, its structure, the length of phrases, the keys of assessments.
STRUCTURAL = {*(f"CS0{number:02}" for number in range(26)), "CS203", "CS301", "CS302", "CS308", "CS603"}


def plain(path: Path) -> Any:
    """Read a file as editors do: YAML 1.2, in which dates are text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    return yaml.load(path)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator.check_schema(catalogue_schema())


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_bundled_rulesets_are_valid(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(plain(path))] == []


def test_the_bundled_catalogue_is_valid() -> None:
    validator = Draft202012Validator(catalogue_schema())

    assert [error.message for error in validator.iter_errors(plain(bundled_folder() / "inputs.yaml"))] == []


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_rulesets_are_not(name: str) -> None:
    assert not VALIDATOR.is_valid(plain(FAULTS / f"{name}.yaml"))


def test_no_fault_of_meaning_alone_is_refused() -> None:
    refused = set()
    for path in FAULTS.glob("*.yaml"):
        codes = set(re.findall(r"# expect: (CS\d{3})", path.read_text(encoding="utf-8")))
        if codes and not codes & STRUCTURAL and not VALIDATOR.is_valid(plain(path)):
            refused.add(path.stem)

    assert refused == {"requirement_number"}


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        (SCHEMA, TOP_KEYS),
        (SCHEMA["$defs"]["rule"], RULE_KEYS),
        (SCHEMA["$defs"]["part"], PART_KEYS),
        (SCHEMA["$defs"]["input"], INPUT_KEYS),
        (SCHEMA["$defs"]["group"], GROUP_KEYS),
        (SCHEMA["$defs"]["source"], SOURCE_KEYS),
        (SCHEMA["$defs"]["unscored"], UNSCORED_KEYS),
        (SCHEMA["$defs"]["case"], CASE_KEYS),
        (SCHEMA["properties"]["jurisdiction"], JURISDICTION_KEYS),
        (SCHEMA["properties"]["scoring"], SCORING_KEYS),
    ],
)
def test_it_knows_the_keys_that_the_loader_knows(place: dict[str, Any], keys: tuple[str, ...]) -> None:
    assert set(place["properties"]) == set(keys)


def test_children_may_leave_out_what_their_parent_has() -> None:
    child = {"commscore": 1, "id": "c", "extends": "p", "rules": [{"id": "a", "weight": 2}]}

    assert VALIDATOR.is_valid(child)
    assert not VALIDATOR.is_valid({**child, "rules": [{"id": "a", "each": "x", "mean": "x"}]})
