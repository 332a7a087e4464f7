"""Each row goes to the ruleset of its place and year, and is judged there as if it were alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import commscore

Rulesets = list[commscore.Ruleset]
Made = Callable[..., pa.Table]
HOMES = ["alpha-2023", "beta-2023", "alpha-2023", "gamma-2023", None, "beta-2023"]


def auto(data: Any, rulesets: Any, **options: Any) -> commscore.RoutedResult:
    return commscore.evaluate(data, "auto", rulesets=rulesets, **options)


def words(column: Any) -> list[Any]:
    return list(column.to_pylist())


def test_each_row_goes_to_the_ruleset_of_its_place_and_year(table: pa.Table, rulesets: Rulesets) -> None:
    result = auto(table, rulesets, year=2023)

    assert words(result.units["ruleset"]) == HOMES
    assert words(result.units["key"]) == words(table["code"])


def test_each_ruleset_judges_its_rows_as_if_they_were_alone(table: pa.Table, rulesets: Rulesets) -> None:
    result = auto(table, rulesets, year=2023)

    for id_, own in result.results.items():
        rows = table.filter(pa.array([home == id_ for home in HOMES]))
        alone = commscore.evaluate(rows, own.ruleset)
        assert own.units.equals(alone.units)
        assert own.areas.equals(alone.areas)
        assert own.rules.equals(alone.rules)
        assert own.findings().equals(alone.findings())


@given(order=st.permutations(range(6)), years=st.lists(st.sampled_from([2023, 2024, None]), min_size=6, max_size=6))
def test_the_order_of_rows_changes_nothing_but_their_order(
    order: list[int], years: list[int | None], rulesets: Rulesets, made: Made
) -> None:
    table = made(year=pa.array(years, pa.int32()))
    straight, turned = auto(table, rulesets), auto(table.take(pa.array(order)), rulesets)

    expected = straight.units.take(pa.array(order)).to_pylist()
    assert turned.units.to_pylist() == expected
    assert turned.areas.to_pylist() == straight.areas.to_pylist()


def test_a_column_of_years_says_the_year_of_each_row(rulesets: Rulesets, made: Made) -> None:
    result = auto(made(年度=[2023, 2023, 2024, 2023, 2023, 2024]), rulesets)

    assert words(result.units["ruleset"])[0] == "alpha-2023"
    assert words(result.units["ruleset"])[2] == "alpha-2024"
    assert words(result.unrouted["reason"]) == ["no_ruleset", "other_year"]


def test_without_any_year_nothing_is_guessed(table: pa.Table, rulesets: Rulesets) -> None:
    with pytest.raises(commscore.UsageError, match="add a column year"):
        auto(table, rulesets)


def test_a_year_is_said_once(rulesets: Rulesets, made: Made) -> None:
    with pytest.raises(commscore.UsageError, match="give one or the other"):
        auto(made(year=[2023] * 6), rulesets, year=2023)


def test_the_day_of_reckoning_says_the_year_where_nothing_else_does(table: pa.Table, rulesets: Rulesets) -> None:
    assert words(auto(table, rulesets, as_of="2023-06-30").units["ruleset"]) == HOMES


def test_a_place_falls_back_only_when_told(table: pa.Table, rulesets: Rulesets) -> None:
    lost = auto(table, rulesets, year=2023).unrouted.to_pylist()
    told = auto(table, rulesets, year=2023, fallback=True)

    assert [(row["row"], row["reason"], row["nearest"]) for row in lost] == [(4, "no_ruleset", "province-2023")]
    assert words(told.units["ruleset"])[4] == "province-2023"
    assert told.unrouted.num_rows == 0


def test_a_county_without_a_ruleset_of_the_year_falls_back_to_its_city(rulesets: Rulesets) -> None:
    table = {"code": ["210202001001"], "orgs": [1]}
    others = [ruleset for ruleset in rulesets if ruleset.id != "beta-2023"]

    lost = auto(table, rulesets, year=2024)
    told = auto(table, others, year=2023, fallback=True)

    assert words(lost.unrouted["reason"]) == ["other_year"]
    assert words(told.units["ruleset"]) == ["gamma-2023"]


def test_a_municipality_is_a_city_of_its_own(folder: Path, tmp_path: Path) -> None:
    text = (folder / "province-2023.yaml").read_text(encoding="utf-8")
    (tmp_path / "beijing-2023.yaml").write_text(text.replace('"21"', '"11"').replace("province-2023", "beijing-2023"))

    result = auto({"code": ["110101001001"], "orgs": [1]}, tmp_path, year=2023)

    assert words(result.units["ruleset"]) == ["beijing-2023"]


@pytest.mark.parametrize(
    ("code", "year", "reason"),
    [
        (None, "2023", "missing_code"),
        ("nowhere", "2023", "invalid_code"),
        ("210101001001", None, "missing_year"),
        ("210101001001", "soon", "invalid_year"),
        ("210101001001", "2022", "other_year"),
        ("990101001001", "2023", "no_ruleset"),
    ],
)
def test_a_row_without_a_ruleset_is_told_with_its_reason(
    code: str | None, year: str | None, reason: str, rulesets: Rulesets
) -> None:
    table = {"id": ["a", "b"], "code": [code, "210101001001"], "year": [year, "2023年"], "orgs": [1, 5]}

    result = auto(table, rulesets, key="id")

    assert [(row["key"], row["code"], row["reason"]) for row in result.unrouted.to_pylist()] == [("a", code, reason)]
    lost = result.units.to_pylist()[0]
    assert (lost["key"], lost["ruleset"], lost["score"], lost["n_pass"]) == ("a", None, None, None)
    assert result.findings(key="a").num_rows == 0


def test_columns_of_areas_say_where_rows_lie_and_win(rulesets: Rulesets) -> None:
    table = {"county": ["210202", None, None], "city": [None, "2102", None], "orgs": [1, 2, 3]}

    result = auto(table, rulesets, year=2023)
    won = auto({"code": ["990101001001"], "city": ["2101"], "orgs": [1]}, rulesets, year=2023)

    assert words(result.units["ruleset"]) == ["gamma-2023", "beta-2023", None]
    assert words(result.units["key"]) == ["0", "1", "2"]
    assert words(won.units["ruleset"]) == ["alpha-2023"]


def test_a_key_is_unique_over_all_rulesets(rulesets: Rulesets) -> None:
    table = {"id": ["a", "b", "a"], "code": ["210101001001", "210101001002", "210203001001"], "orgs": [1, 2, 3]}

    with pytest.raises(commscore.DataError, match=r"'a' \(rows 0, 2\)"):
        auto(table, rulesets, key="id", year=2023)


def test_a_key_stands_once_in_each_year(rulesets: Rulesets) -> None:
    table = {"code": ["210101001001"] * 2, "year": [2023, 2024], "orgs": [6, 6]}

    assert words(auto(table, rulesets).units["ruleset"]) == ["alpha-2023", "alpha-2024"]
    with pytest.raises(commscore.DataError, match="'210101001001' of 2023"):
        auto(table | {"year": [2023, 2023]}, rulesets)


def test_what_is_wrong_is_told_of_all_rulesets_at_once(rulesets: Rulesets) -> None:
    table = {"code": ["210101001001", "210203001001"], "remark": ["a", "b"]}

    with pytest.raises(commscore.DataError, match=r"(?s)alpha-2023.*beta-2023"):
        auto(table, rulesets, year=2023)


def test_further_tables_are_routed_too(table: pa.Table, rulesets: Rulesets) -> None:
    counties = {"code": ["210203", "210101", "210399"], "plan": [True, False, True]}

    result = auto(table, rulesets, year=2023, more={"county": counties})

    alone = commscore.evaluate(
        table.filter(pa.array([home == "beta-2023" for home in HOMES])),
        result.results["beta-2023"].ruleset,
        more={"county": {"code": ["210203"], "plan": [True]}},
    )
    assert result.results["beta-2023"].areas.equals(alone.areas)
    lost = [(row["level"], row["code"]) for row in result.unrouted.to_pylist()]
    assert lost == [("unit", "210301001001"), ("county", "210399")]


def test_two_rulesets_of_one_place_and_year_are_refused_when_rows_go_there(folder: Path, tmp_path: Path) -> None:
    text = (folder / "alpha-2023.yaml").read_text(encoding="utf-8")
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "two.yaml").write_text(text.replace("alpha-2023", "other"), encoding="utf-8")

    with pytest.raises(commscore.UsageError, match="alpha-2023 and other are both of 2101 and 2023"):
        auto({"code": ["210101001001"], "orgs": [1]}, tmp_path, year=2023)


def test_findings_areas_and_rules_say_their_ruleset(table: pa.Table, rulesets: Rulesets) -> None:
    result = auto(table, rulesets, year=2023)

    failing = result.findings(status="fail", level="unit", rule="orgs").to_pylist()

    assert [(row["ruleset"], row["key"]) for row in failing] == [("beta-2023", "210203001001")]
    assert result.findings(ruleset="beta-2023", rule="plan").num_rows == 3
    assert set(words(result.areas["ruleset"])) == {"alpha-2023", "beta-2023", "gamma-2023"}
    assert result.rules.num_rows == 7
    with pytest.raises(commscore.UsageError, match="no row went to"):
        result.findings(ruleset="delta")
    with pytest.raises(commscore.UsageError, match="nothing-such"):
        result.findings(rule="nothing-such")


def test_explain_finds_the_ruleset_or_says_that_there_is_none(table: pa.Table, rulesets: Rulesets) -> None:
    result = auto(table, rulesets, year=2023)

    assert "beta-2023" in result.explain("210203001001", lang="en")
    with pytest.raises(commscore.UsageError, match=r"no_ruleset; fallback=True .* takes province-2023"):
        result.explain("210301001001")


def test_only_what_several_promised_is_compared(table: pa.Table, rulesets: Rulesets) -> None:
    compared = auto(table, rulesets, year=2023).compare_jurisdictions().to_pylist()

    orgs = [row for row in compared if row["rule"] == "orgs"]
    assert [(row["ruleset"], row["required"], row["pass_rate"], row["mean_value"]) for row in orgs] == [
        ("alpha-2023", "≥ 5", None, 5.0),
        ("beta-2023", "≥ 3", 0.5, 2.5),
        ("gamma-2023", "≥ 1", 1.0, 1.0),
    ]
    assert {row["rule"] for row in compared} == {"orgs", "area"}


def test_the_summary_counts_rulesets_and_lost_rows(table: pa.Table, rulesets: Rulesets) -> None:
    result = auto(table, rulesets, year=2023)

    for lang, word in (("en", "no ruleset of its place"), ("zh", "当地没有规则集")):
        told = result.summary(lang=lang)
        assert all(id_ in told for id_ in result.results)
        assert word in told


def test_an_empty_table_gives_an_empty_result(rulesets: Rulesets) -> None:
    tables: list[Any] = [[], {"code": pa.array([], pa.string())}]
    for nothing in tables:
        result = auto(nothing, rulesets, year=2023)
        assert result.units.num_rows == result.unrouted.num_rows == len(result.results) == 0
        assert "score" in result.units.column_names


def test_rows_copied_or_cut_out_are_judged_alike(rulesets: Rulesets) -> None:
    rows = 3000
    code = [f"{(210101, 210203)[row % 2]}001{row:06}"[:12] for row in range(rows)]
    table = pa.table({"id": [str(row) for row in range(rows)], "code": code, "orgs": [row % 9 for row in range(rows)]})
    ordered = table.take(pc.sort_indices(table, [("code", "ascending")]))

    copied, cut = (auto(each, rulesets, key="id", year=2023).units for each in (table, ordered))

    assert copied.sort_by("key").to_pylist() == cut.sort_by("key").to_pylist()
    assert words(copied["key"]) == words(table["id"])


@pytest.mark.parametrize("option", [{"fallback": True}, {"year": 2023}, {"rulesets": []}])
def test_options_of_routing_need_auto(option: dict[str, Any], table: pa.Table, rulesets: Rulesets) -> None:
    with pytest.raises(commscore.UsageError, match="goes with ruleset='auto' only"):
        commscore.evaluate(table, rulesets[0], **option)


@pytest.mark.parametrize("given", ["no/such/folder", [], 5, ["dalian-2023-2025"], ["national-2025"]])
def test_what_is_no_collection_of_rulesets_is_refused(given: Any, table: pa.Table) -> None:
    with pytest.raises(commscore.UsageError, match="rulesets: "):
        auto(table, given, year=2023)


def _national(folder: Path, id_: str, code: str = "156", year: int = 2023) -> commscore.Ruleset:
    path = folder / f"{id_}.yaml"
    text = NATIONAL.format(id=id_, code=code, year=year)
    path.write_text(text, encoding="utf-8")
    return commscore.load_ruleset(path)


NATIONAL = """\
commscore: 1
id: {id}
jurisdiction: {{code: "{code}", level: nation}}
year: {year}
inputs:
  orgs: {{zh: 组织数, type: count}}
rules:
  - {{id: all, title: 总数, total: orgs, require: ">= 10"}}
  - {{id: provinces, title: 各省, total: orgs, over: province, require: ">= 3"}}
"""
ELSEWHERE = pa.table(
    {"id": [*"abcd"], "code": ["440101001001", "450101001001", "440101001002", ""], "orgs": [7, 2, 3, 9]}
)


def test_what_nobody_nearer_takes_goes_to_the_nation_where_that_is_said(tmp_path: Path) -> None:
    nation = _national(tmp_path, "nation-2023")
    options: dict[str, Any] = {"key": "id", "rulesets": [nation], "year": 2023}

    lost = commscore.evaluate(ELSEWHERE, "auto", **options)
    found = commscore.evaluate(ELSEWHERE, "auto", **options, fallback=True)

    assert lost.unrouted["nearest"].to_pylist() == ["nation-2023"] * 3 + [None]
    assert words(found.units["ruleset"]) == ["nation-2023"] * 3 + [None]
    assert found.unrouted["reason"].to_pylist() == ["missing_code"]
    alone = commscore.evaluate(ELSEWHERE.slice(0, 3), nation, key="id")
    assert found.results["nation-2023"].findings().to_pylist() == alone.findings().to_pylist()
    judged = {
        (row["level"], row["key"], row["rule"]): row["status"] for row in alone.findings(level="area").to_pylist()
    }
    assert judged["nation", "156", "all"] == "pass"
    assert judged["nation", "156", "provinces"] == "fail"
    assert [judged["province", code, "provinces"] for code in ("44", "45")] == ["pass", "fail"]


def test_the_nation_is_taken_for_its_own_year_and_is_one(tmp_path: Path) -> None:
    one, other = (_national(tmp_path, name, code) for name, code in (("a", "156"), ("b", "0")))

    late = commscore.evaluate(ELSEWHERE, "auto", key="id", rulesets=[one], year=2024, fallback=True)

    assert late.unrouted["nearest"].to_pylist() == [None] * 4
    with pytest.raises(commscore.UsageError, match="a and b are both of the nation and 2023"):
        commscore.evaluate(ELSEWHERE, "auto", key="id", rulesets=[one, other], year=2023, fallback=True)


def test_other_rulesets_know_no_nation(rulesets: Rulesets, tmp_path: Path) -> None:
    with pytest.raises(commscore.UsageError, match="only rulesets of a nation judge a nation"):
        commscore.evaluate(ELSEWHERE, rulesets[0], rollup=["nation"])
    merged = [commscore.evaluate(ELSEWHERE.slice(at, 1), _national(tmp_path, "n")) for at in range(3)]
    whole = commscore.evaluate(ELSEWHERE.slice(0, 3), _national(tmp_path, "n"))
    assert commscore.merge(*merged).areas.to_pylist() == whole.areas.to_pylist()
    folders = [tmp_path / str(at) for at in range(3)]
    for at, folder in enumerate(folders):
        commscore.evaluate_files(ELSEWHERE.slice(at, 1).to_reader(), whole.ruleset, folder, key="code")
    assert commscore.merge_files(folders, tmp_path / "out").areas.to_pylist() == whole.areas.to_pylist()
