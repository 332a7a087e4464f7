"""Columns find their inputs: by name, title or alias, or as the caller says."""

from __future__ import annotations

import warnings
from typing import Any

import attrs
import pyarrow as pa
import pytest

from commscore._tables import blocks
from commscore.errors import DataError, DataWarning, UsageError


def table(*names: str) -> pa.Table:
    return pa.table([pa.array(["1"]) for _ in names], names=list(names))


@pytest.mark.parametrize(
    "name",
    [
        "social_orgs",
        "社区社会组织数量",
        "Social organisations",
        "SOCIAL_ORGS",
        "social organisations",
        " 社区社会组织 数量",
        "社区社会组织数量（个）",
        "社区社会组织数量(个)",
        "ｓｏｃｉａｌ＿ｏｒｇｓ",
    ],
)
def test_a_column_is_found_by_name_title_or_alias(name: str, opened: Any) -> None:
    assert dict(opened(table(name)).matched) == {"social_orgs": name}


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("城乡", "kind"),
        ("城乡类型", "kind"),
        ("城乡分类代码", "kind"),
        ("Kind", "kind"),
        ("统计用区划代码", "code"),
        ("CODE", "code"),
        ("区县", "county"),
        ("省", "province"),
    ],
)
def test_built_in_columns_have_names_of_their_own(name: str, target: str, opened: Any) -> None:
    assert dict(opened(table(name)).positions) == {target: 0}


def test_a_name_as_written_goes_before_one_that_is_nearly_so(opened: Any) -> None:
    assert dict(opened(table("Households", "households")).matched) == {"households": "households"}


def test_two_columns_of_one_input_are_both_named(opened: Any) -> None:
    with pytest.raises(DataError, match="columns '户数' and '总户数' are both 'households'"):
        opened(table("户数", "总户数"))
    with pytest.raises(DataError, match="columns 'area' and 'area' are both 'area'"):
        opened(table("area", "area"))


def test_all_that_is_ambiguous_comes_in_one_error(opened: Any) -> None:
    with pytest.raises(DataError) as caught:
        opened(table("户数", "总户数", "area", "面积"))

    assert [fault.column for fault in caught.value.faults] == ["户数", "area"]


def test_a_title_of_two_inputs_is_not_guessed(opened: Any, inputs: Any) -> None:
    inputs["rooms"] = attrs.evolve(inputs["area"], name="rooms", aliases=("面积",))

    with pytest.raises(DataError, match="may be 'area' or 'rooms'"):
        opened(table("面积"), inputs=inputs)
    assert dict(opened(table("面积"), inputs=inputs, columns={"面积": "rooms"}).matched) == {"rooms": "面积"}


def test_the_caller_s_own_names_go_first(opened: Any) -> None:
    found = opened(table("theirs", "households", "where"), columns={"theirs": "households", "where": "county"})

    assert dict(found.positions) == {"households": 0, "county": 2}


def test_a_mapping_that_names_what_there_is_not_is_refused_whole(opened: Any) -> None:
    with pytest.raises(UsageError) as caught:
        opened(
            table("theirs", "other"),
            columns={"their": "households", "other": "household", "theirs": "area", "x": "area"},
        )

    assert str(caught.value).split("; ") == [
        "columns: the table has no column 'their' (did you mean 'theirs'?)",
        "columns: there is no input 'household' (did you mean 'households'?)",
        "columns: the table has no column 'x' (there are theirs, other)",
        "columns: input 'area' is given twice",
    ]


def test_a_misspelt_column_is_named_in_one_warning(opened: Any) -> None:
    with pytest.warns(DataWarning) as caught:
        found = opened(table("social_org", "社区社会组织数目", "housholds", "unrelated"))

    assert dict(found.matched) == {}
    (warning,) = caught
    assert str(warning.message) == (
        "data: 'social_org' is no input: did you mean 'social_orgs'?; "
        "'社区社会组织数目' is no input: did you mean 'social_orgs'?; "
        "'housholds' is no input: did you mean 'households'?"
    )


def test_a_column_near_an_input_that_is_there_is_no_slip(opened: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened(table("households", "household"))


def test_very_wide_tables_open_at_once(opened: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert opened(table(*(f"列{number}" for number in range(20_000)))).rows == 1


def test_the_key_may_be_called_by_its_column_or_by_what_it_is(opened: Any) -> None:
    data = pa.table({"统计用区划代码": ["210202001001"], "id": ["a"]})

    assert opened(data, key="id").key_column == "id"
    assert opened(data, key="code").key_column == "统计用区划代码"
    assert opened(data).key_column == "统计用区划代码"
    assert opened(pa.table({"id": ["a"]})).key_column is None


def test_a_key_that_is_not_there_is_refused(opened: Any) -> None:
    with pytest.raises(UsageError, match="key: the table has no column 'idd' \\(did you mean 'id'\\?\\)"):
        opened(table("id"), key="idd")
    with pytest.raises(UsageError, match="key: the table has 2 columns 'id'"):
        opened(table("id", "id"), key="id")


def test_a_level_that_is_not_there_is_refused(opened: Any) -> None:
    with pytest.raises(UsageError, match="there is no level 'village'"):
        opened(table("area"), level="village")


def test_only_wanted_inputs_and_their_wholes_are_read(opened: Any) -> None:
    found = opened(table("social_orgs", "households", "elderly", "area"))

    assert [set(block.columns) for block in blocks(found, ["elderly", "canteen"])] == [{"households", "elderly"}]
    assert [set(block.columns) for block in blocks(found, [])] == [set()]
