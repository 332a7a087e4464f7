"""Results of parts merge into that of the whole, where each row went to its own ruleset, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import commscore

TABLE = pa.table(
    {
        "code": [f"210{2 + i % 3}010010{i:02}" for i in range(8)],
        "kind": ["urban", "rural", None, "urban"] * 2,
        "orgs": pa.array([1, 5, None, 7, 9, -1, 3, 2], pa.int64()),
        "homes": pa.array(range(8), pa.int32()),
    }
)


@pytest.fixture(scope="session")
def rulesets(ruleset: commscore.Ruleset, tmp_path_factory: pytest.TempPathFactory) -> list[commscore.Ruleset]:
    text = Path(str(ruleset.path)).read_text(encoding="utf-8")
    other = tmp_path_factory.mktemp("rulesets") / "other-2023.yaml"
    other.write_text(text.replace("mini-2023", "other-2023").replace('"2102"', '"2103"'), encoding="utf-8")
    return [ruleset, commscore.load_ruleset(other)]


def auto(table: Any, rulesets: list[commscore.Ruleset], **options: Any) -> commscore.RoutedResult:
    return commscore.evaluate(table, "auto", rulesets=rulesets, **({"year": 2023} | options))


def content(result: commscore.RoutedResult) -> list[Any]:
    tables = (result.units, result.areas, result.rules, result.findings(), result.unrouted)
    return [table.to_pylist() for table in tables]


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(order=st.permutations(range(8)), cut=st.integers(0, 8))
def test_merged_parts_are_the_whole(order: list[int], cut: int, rulesets: list[commscore.Ruleset]) -> None:
    table = TABLE.take(pa.array(order))

    merged = commscore.merge(auto(table.slice(0, cut), rulesets), auto(table.slice(cut), rulesets))

    assert content(merged) == content(auto(table, rulesets))


def test_a_unit_in_two_parts_is_found(rulesets: list[commscore.Ruleset]) -> None:
    with pytest.raises(commscore.DataError, match=r"210401001002.*\(rows 2, 8\)"):
        commscore.merge(auto(TABLE, rulesets), auto(TABLE.slice(2, 1), rulesets))


def test_a_key_in_two_places_is_found(rulesets: list[commscore.Ruleset]) -> None:
    tables = [{"id": ["a"], "code": [code], "orgs": [1]} for code in ("210201001001", "210301001001")]

    with pytest.raises(commscore.DataError, match="'a'"):
        commscore.merge(*(auto(table, rulesets, key="id") for table in tables))


def test_results_that_do_not_belong_together_are_refused(rulesets: list[commscore.Ruleset]) -> None:
    whole = auto(TABLE.slice(0, 2), rulesets)
    years = TABLE.slice(2, 2).append_column("year", pa.array([2023, 2023]))
    numbered = {"county": ["210201"], "orgs": [1]}
    changed = [commscore.with_changes(each, {"total": {"require": ">= 101"}}) for each in rulesets]
    one = commscore.evaluate(TABLE.slice(0, 1), rulesets[0])
    cases: list[tuple[Any, str]] = [
        (one, "some of the results are of one ruleset"),
        (auto(years, rulesets, year=None), "column of years"),
        (auto(numbered, rulesets), "told apart by their number"),
        (auto(TABLE.slice(6), changed), "another ruleset"),
        (auto(TABLE.slice(6), rulesets, as_of="2023-06-30"), "another as_of"),
    ]
    for other, said in cases:
        with pytest.raises(commscore.UsageError, match=said):
            commscore.merge(whole, other)


def test_folders_of_each_rows_own_ruleset_merge(rulesets: list[commscore.Ruleset], tmp_path: Path) -> None:
    def score(table: pa.Table, name: str) -> Path:
        options: dict[str, Any] = {"rulesets": rulesets, "year": 2023, "findings": "all"}
        return commscore.evaluate_files(table.to_reader(), "auto", tmp_path / name, **options).path

    parts = [score(TABLE.slice(0, 3), "one"), score(TABLE.slice(3), "two")]
    whole = auto(TABLE, rulesets)

    output = commscore.merge_files(parts, tmp_path / "merged")

    assert isinstance(output, commscore.RoutedOutput)
    assert output.unrouted.to_pylist() == whole.unrouted.to_pylist()
    assert output.summary() == whole.summary()
    for id_, result in whole.results.items():
        assert output.outputs[id_].areas.to_pylist() == result.areas.to_pylist()
    with pytest.raises(commscore.DataError, match="210401001002"):
        commscore.merge_files([*parts, score(TABLE.slice(2, 1), "twin")], tmp_path / "more")


def test_an_area_that_lies_elsewhere_in_another_part_is_refused(ruleset: commscore.Ruleset, tmp_path: Path) -> None:
    tables = [
        pa.table({"id": [name], "kind": ["urban"], "orgs": [3], "township": ["t"], "county": [county]})
        for name, county in (("a", "one"), ("b", "other"))
    ]
    options: dict[str, Any] = {"key": "id", "rollup": ["township", "county"]}
    with pytest.raises(commscore.DataError) as whole:
        commscore.evaluate(pa.concat_tables(tables), ruleset, **options)

    parts = [commscore.evaluate(table, ruleset, **options) for table in tables]
    with pytest.raises(commscore.DataError) as merged:
        commscore.merge(*parts)
    folders = [tmp_path / "one", tmp_path / "two"]
    for table, folder in zip(tables, folders, strict=True):
        commscore.evaluate_files(table.to_reader(), ruleset, folder, **options)
    with pytest.raises(commscore.DataError) as of_folders:
        commscore.merge_files(folders, tmp_path / "merged")

    assert "township 't' lies in more than one county" in str(whole.value)
    assert str(merged.value) == str(of_folders.value) == str(whole.value)
    assert not (tmp_path / "merged").exists()
