"""Where rows lie, what kind they are, and what level they are of."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest

from commscore._ruleset import Jurisdiction, Text
from commscore._tables import Block, blocks
from commscore._tables._area_codes import read_codes
from commscore.errors import DataError, DataWarning

PROVINCE = Jurisdiction("21", "province", Text("辽宁省"))


def areas(found: list[Block], level: str) -> list[str | None]:
    """The area of each row."""
    return [
        None if code < 0 else block.areas[level].labels[code]
        for block in found
        for code in block.areas[level].codes.tolist()
    ]


# --- kind -------------------------------------------------------------------------------------------------

WORDS = [
    "urban",
    "rural",
    "城市",
    "农村",
    " urban ",
    "111",
    "123",
    "210",
    "220",
    "",
    None,
    "other",
    "130",
    "Urban",
    "镇",
]
KINDS = ["urban", "rural"] * 2 + ["urban"] * 3 + ["rural"] * 2 + ["missing"] * 2 + ["invalid"] * 4


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
    ids=str,
)
def test_kind_takes_its_words_and_class_codes(kind: Any, read: Any, cells: Any) -> None:
    column = pa.array(WORDS)
    column = column.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else column.cast(kind)

    assert cells(read(pa.table({"kind": column})), "kind") == KINDS


@pytest.mark.parametrize("kind", [pa.int16(), pa.uint32(), pa.float64(), pa.decimal128(30, 2)], ids=str)
def test_class_codes_may_be_numbers(kind: Any, read: Any, cells: Any) -> None:
    column = pa.array([111, 122, 220, 130, None]).cast(kind)

    assert cells(read({"kind": column}), "kind") == ["urban", "urban", "rural", "invalid", "missing"]


def test_kind_is_missing_where_a_text_says_so(read: Any, cells: Any) -> None:
    assert cells(read({"kind": ["-", "urban"]}, missing=("-",)), "kind") == ["missing", "urban"]


def test_without_a_column_there_is_no_kind(read: Any, opened: Any) -> None:
    assert [block.kind for block in read({"area": [1]})] == [None]
    assert not opened({"area": [1]}).has_kind


# --- codes ------------------------------------------------------------------------------------------------

CODE = "210202001001"


@pytest.mark.parametrize(
    "column",
    [
        pa.array([CODE, "210202001002"]),
        pa.array([CODE, "210202001002"], pa.large_string()),
        pa.array([CODE, "210202001002"], pa.string_view()),
        pa.array([CODE, "210202001002"]).dictionary_encode(),
        pa.array([" 210202001001", "210202001002\u3000"]),
        pa.array([210202001001, 210202001002]),
        pa.array([210202001001.0, 210202001002.0]),
        pa.array(["x" * 12, CODE, "210202001002", "x" * 12])[1:3],
    ],
    ids=["string", "large", "view", "dictionary", "blanks", "int64", "double", "slice"],
)
def test_areas_are_prefixes_of_the_code(column: Any, read: Any) -> None:
    found = read({"code": column})

    assert {level: areas(found, level) for level in found[0].areas} == {
        "community": [CODE, "210202001002"],
        "township": ["210202001"] * 2,
        "county": ["210202"] * 2,
        "city": ["2102"] * 2,
        "province": ["21"] * 2,
    }
    assert found[0].keys.to_pylist() == [CODE, "210202001002"]
    assert found[0].codes.to_pylist() == [CODE, "210202001002"]


def test_rows_without_a_code_belong_to_the_jurisdiction(read: Any) -> None:
    found = read({"code": [CODE, None, "", " "], "id": [CODE, "1", "2", "3"]}, key="id")

    assert {level: areas(found, level) for level in found[0].areas} == {
        "community": [CODE, "1", "2", "3"],
        "township": ["210202001", None, None, None],
        "county": ["210202", None, None, None],
        "city": ["2102"] * 4,
        "province": ["21"] * 4,
    }
    assert found[0].keys.to_pylist() == [CODE, "1", "2", "3"]
    assert found[0].codes.to_pylist() == [CODE, None, None, None]


def test_a_row_without_the_code_that_is_its_key_is_refused(read: Any) -> None:
    with pytest.raises(DataError, match=r"column 'code': every row needs a key: .* \(rows 1\)"):
        read({"code": [CODE, None]})


def test_a_table_without_codes_lies_in_the_jurisdiction(read: Any) -> None:
    found = read({"area": [1, 2]})

    assert {level: areas(found, level) for level in found[0].areas} == {
        "community": ["0", "1"],
        "township": [None, None],
        "county": [None, None],
        "city": ["2102", "2102"],
        "province": ["21", "21"],
    }


def test_area_columns_go_before_the_code(read: Any) -> None:
    data = {
        "code": [CODE, CODE[:-1] + "2", CODE[:-1] + "3", None],
        "county": ["210299", None, " ", "中山区"],
        "city": [2103, None, None, None],
        "id": ["a", "b", "c", "d"],
    }

    found = read(data, key="id", jurisdiction=PROVINCE)

    assert areas(found, "county") == ["210299", "210202", "210202", "中山区"]
    assert areas(found, "city") == ["2103", "2102", "2102", None]
    assert areas(found, "province") == ["21", "21", "21", "21"]
    assert found[0].areas["county"].labels == ("210299", "中山区", "210202")


def test_missing_texts_stand_for_no_area(read: Any) -> None:
    found = read({"code": ["-", CODE], "county": ["x", "-"], "id": [1, 2]}, key="id", missing=("-",))

    assert (found[0].codes.to_pylist(), areas(found, "county")) == ([None, CODE], ["x", "210202"])


def test_codes_of_coarser_places_give_what_they_can(read: Any) -> None:
    found = read({"code": [CODE, "210202001", "210202", "2102", "21"]}, jurisdiction=PROVINCE)

    assert areas(found, "township") == ["210202001", "210202001", None, None, None]
    assert areas(found, "county") == ["210202", "210202", "210202", None, None]
    assert areas(found, "city") == ["2102"] * 4 + [None]


def test_longer_codes_are_of_places_within_a_community(read: Any) -> None:
    found = read({"code": [CODE + "01", CODE + "02"]}, level="site")

    assert areas(found, "site") == [CODE + "01", CODE + "02"]
    assert areas(found, "community") == [CODE, CODE]
    assert areas(found, "county") == ["210202", "210202"]


def test_codes_of_another_kind_tell_rows_apart_and_no_more(read: Any) -> None:
    found = read({"code": ["65000010-001", "65000010-002"]})

    assert found[0].keys.to_pylist() == ["65000010-001", "65000010-002"]
    assert (areas(found, "county"), areas(found, "city")) == ([None, None], ["2102", "2102"])


def test_malformed_codes_among_good_ones_are_told(opened: Any) -> None:
    table = opened({"code": [CODE, "21020200100", "2.1E+11", CODE[:-1] + "2", "?"]}, block_rows=2)

    with pytest.warns(DataWarning, match=r"column 'code': no area codes .* \(rows 1, 2, 4\)"):
        found = list(blocks(table, []))

    assert areas(found, "county") == ["210202", None, None, "210202", None]


def test_the_level_follows_from_codes_that_agree(opened: Any) -> None:
    lengths = {"210202001": "township", "210202": "county", "2102": "city", "21": "province", CODE: "community"}

    for code, level in lengths.items():
        assert opened({"code": [code]}).level == level
        assert opened({"code": [int(code)]}).level == level
        assert opened({"code": [code]}, level="site").level == "site"
    assert opened({"code": ["210202", "2102"]}).level == "community"
    assert opened({"code": ["210202", None]}).level == "community"
    assert opened({"code": pa.array([], pa.string())}).level == "community"
    assert opened({"area": [1]}).level == "community"


def test_a_table_of_counties_is_told_by_code_column_or_key(read: Any) -> None:
    counties = {"level": "county"}

    assert areas(read({"code": [CODE]}, **counties), "county") == ["210202"]
    assert areas(read({"county": ["甲区"]}, **counties), "county") == ["甲区"]
    assert areas(read({"id": ["甲区"]}, key="id", **counties), "county") == ["甲区"]
    assert areas(read({"area": [1]}, **counties), "county") == ["0"]
    (block,) = read({"area": [1]}, **counties)
    assert (list(block.areas), len(block.areas)) == (["county", "city", "province"], 3)
    assert block.areas.get("township") is None


def test_the_only_row_of_the_jurisdiction_s_level_is_the_jurisdiction(read: Any) -> None:
    assert areas(read({"area": [1]}, level="city"), "city") == ["2102"]


def test_a_stream_whose_later_codes_belie_its_level_is_refused(opened: Any) -> None:
    batches = [pa.record_batch({"code": codes}) for codes in ([], ["210202", "210203"], ["210204", CODE, None])]
    table = opened(pa.RecordBatchReader.from_batches(batches[1].schema, iter(batches[1:])))
    assert table.level == "county"

    with pytest.raises(DataError, match=r"first codes are those of a county.*level= what the rows are \(rows 3, 4\)"):
        list(blocks(table, []))


def test_areas_do_not_depend_on_block_size(read: Any) -> None:
    codes = [f"2102{row % 7:02d}{row % 11:03d}{row:03d}" for row in range(500)]
    data = {"code": codes, "township": ["甲" if row % 3 else None for row in range(500)]}

    small, large = read(data, block_rows=7), read(data)

    assert len(small) > len(large) == 1
    for level in ("community", "township", "county", "city"):
        assert areas(small, level) == areas(large, level)


def test_nan_codes_are_no_codes(read: Any) -> None:
    found = read({"code": [math.nan, 210202001001.0], "id": [1, 2]}, key="id")

    assert found[0].codes.to_pylist() == [None, CODE]


@pytest.mark.parametrize("words", [["urban", "rural"], ["rural", "urban"], ["rural", "镇", "urban"], ["城市", "农村"]])
@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.int32()], ids=str)
def test_the_order_of_a_dictionary_does_not_matter(words: list[str], kind: Any, read: Any, cells: Any) -> None:
    places = [i % len(words) for i in range(7)]
    meant = {"urban": "urban", "rural": "rural", "城市": "urban", "农村": "rural"}
    column = pa.DictionaryArray.from_arrays(pa.array(places, kind), pa.array(words))

    assert cells(read(pa.table({"kind": column})), "kind") == [meant.get(words[i], "invalid") for i in places]


@pytest.mark.parametrize("texts", [["210202001001", "210202001002"], ["210202", "x", None, " 2102 ", "n/a"]])
def test_what_codes_were_read_as_can_be_forgotten(texts: list[str | None]) -> None:
    codes = read_codes(pa.array(texts), missing=("n/a",))
    before = codes.values.tolist(), codes.length.tolist(), codes.strange().tolist(), codes.unlike(12).tolist()

    codes.forget()

    assert (codes.values.tolist(), codes.length.tolist(), codes.strange().tolist(), codes.unlike(12).tolist()) == before
    assert before[3] == [i for i, length in enumerate(before[1]) if length != 12]
    assert codes.everywhere == all(before[1])
