"""Inputs, and the bounds that their type gives them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from commscore._loading import load_catalogue, load_ruleset
from commscore._ruleset import Input, InputType, Text
from commscore.errors import RulesetError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loading.conftest import Folder


def entry(tmp_path: Path, text: str) -> Input:
    path = tmp_path / "inputs.yaml"
    path.write_text(f"x: {text}\nwhole: {{type: quantity}}\n", encoding="utf-8")
    return load_catalogue(path)["x"]


@pytest.mark.parametrize(
    ("type_", "places", "least", "greatest"),
    [("count", 0, 0, None), ("quantity", 4, 0, None), ("rate", 9, 0, 1), ("flag", 0, 0, 1)],
)
def test_a_type_gives_places_and_bounds(
    tmp_path: Path, type_: str, places: int, least: int | None, greatest: int | None
) -> None:
    found = entry(tmp_path, f"{{type: {type_}}}")

    assert (found.places, found.min, found.max) == (places, least, greatest)
    assert (found.level, found.title, found.stored_as) == ("community", Text("x"), "fraction")


def test_a_category_has_values_and_no_bounds(tmp_path: Path) -> None:
    found = entry(tmp_path, "{type: category, values: [甲, 乙]}")

    assert (found.values, found.min, found.max) == (("甲", "乙"), None, None)


def test_an_entry_with_everything(tmp_path: Path) -> None:
    found = entry(
        tmp_path,
        "{zh: 面积, en: Area, type: quantity, unit: ㎡, level: county, places: 2, "
        "min: -0.5, max: 1000.25, aliases: [总面积]}",
    )

    assert found == Input(
        "x",
        Text("面积", "Area"),
        InputType.QUANTITY,
        level="county",
        unit="㎡",
        places=2,
        min=Fraction(-1, 2),
        max=Fraction(100025, 100),
        aliases=("总面积",),
    )


def test_a_rate_says_how_it_is_stored(tmp_path: Path) -> None:
    found = entry(tmp_path, "{type: rate, stored_as: permille, max: 2}")

    assert (found.stored_as, found.max) == ("permille", Fraction(2))


def test_parts_of_parts_are_parts(tmp_path: Path) -> None:
    assert entry(tmp_path, "{type: count, part_of: whole}").part_of == "whole"


def test_an_empty_catalogue_is_no_fault(folder: Folder) -> None:
    folder.write("inputs.yaml", "# none yet\n")
    path = folder.ruleset("inputs: {x: {type: flag}}\nrules: [{id: a, clause: 一, each: x}]\n")

    assert load_ruleset(path).inputs["x"].type is InputType.FLAG


def test_faults_of_the_catalogue_are_those_of_every_ruleset_that_uses_it(folder: Folder) -> None:
    folder.write("inputs.yaml", "orgs: {type: cuont}\n")

    (fault,) = folder.check("rules: []\n")
    assert (fault.code, fault.file, fault.line) == ("CS017", str(folder.path / "inputs.yaml"), 1)


def test_a_catalogue_that_is_absent_is_a_fault_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(RulesetError, match="no such file"):
        load_catalogue(tmp_path / "inputs.yaml")


def test_the_bundled_catalogue_loads() -> None:
    assert {found.level for found in load_catalogue().values()} >= {"community", "county"}
