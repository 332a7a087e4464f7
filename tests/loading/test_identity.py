"""The hash of what a ruleset means, and the file that says all of it."""

from __future__ import annotations

import json
import re
from textwrap import indent
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commscore._loading import canonical, dump_ruleset, load_ruleset
from commscore._loading._files import bundled_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loading.conftest import Folder

    from commscore._ruleset import Ruleset

BUNDLED = sorted(path for path in bundled_folder().glob("*.yaml") if path.name != "inputs.yaml")
RULES = """\
groups:
  - {id: g, title: 第一章}
rules:
  - id: a
    clause: 一
    group: g
    mean: orgs
    require: {urban: 不少于10个, rural: 不少于3个}
    weight: 2
  - {id: b, clause: 二, share: has_list, require: 全覆盖, where: {grade: [甲, 乙]}}
"""


def reread(ruleset: Ruleset, folder: Path) -> Ruleset:
    path = folder / "dumped.yaml"
    path.write_text(dump_ruleset(ruleset), encoding="utf-8")
    return load_ruleset(path)


def test_comments_key_order_quotes_and_layout_do_not_matter(folder: Folder) -> None:
    plain = folder.load(RULES)
    other = folder.load(
        """\
        # The same, otherwise written.
        rules:
          - {require: {rural: '不少于3个', "urban": 不少于10个}, weight: 2.0, mean: 'orgs',
             group: g, clause: 一, id: a}
          - id: b
            where:
              grade:
                - 甲
                - 乙
            share: {each: has_list, require: true}
            require: 全覆盖
            clause: 二
        groups: [{title: {zh: 第一章}, id: "g"}]
        """
    )

    assert other.hash == plain.hash
    assert other == plain


def test_the_spelling_of_a_requirement_beside_its_phrase_does_not_matter(folder: Folder) -> None:
    rule = "rules: [{{id: a, clause: 一, each: orgs, require: {}, phrase: 不少于10个}}]\n"

    assert folder.load(rule.format("≥ 10 个")).hash == folder.load(rule.format("不得少于１０个")).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("不少于10个", "不少于11个"),
        ("不少于10个", "超过10个"),
        ("weight: 2", "weight: 2.5"),
        ("第一章", "第二章"),
        ("clause: 一", "clause: 三"),
        ("mean: orgs", "each: orgs"),
        ("[甲, 乙]", "[甲]"),
        ("id: b", "id: c"),
    ],
)
def test_whatever_changes_the_meaning_changes_the_hash(folder: Folder, old: str, new: str) -> None:
    assert old in RULES
    assert folder.load(RULES.replace(old, new)).hash != folder.load(RULES).hash


def test_the_order_of_the_keys_of_a_filter_does_not_matter_and_that_of_parts_does(folder: Folder) -> None:
    one = "where: {grade: [甲, 乙], kind: urban}"
    two = "where: {kind: urban, grade: [甲, 乙]}"
    parts = "all: [{each: orgs, require: '>= 1'}, {each: homes, require: '>= 2'}]"
    turned = "all: [{each: homes, require: '>= 2'}, {each: orgs, require: '>= 1'}]"
    filtered = RULES.replace("where: {grade: [甲, 乙]}", one)
    compound = RULES + f"  - {{id: c, clause: 三, {parts}}}\n"

    assert folder.load(filtered.replace(one, two)).hash == folder.load(filtered).hash
    assert folder.load(filtered).hash != folder.load(RULES).hash
    assert folder.load(compound.replace(parts, turned)).hash != folder.load(compound).hash


def test_a_changed_bound_of_an_input_in_use_changes_the_hash_and_one_not_in_use_does_not(folder: Folder) -> None:
    plain = folder.load(RULES).hash
    unused = folder.load("inputs: {homes: {type: count, max: 5}}\n" + RULES).hash
    used = folder.load("inputs: {orgs: {zh: 社会组织, type: count, unit: 个, max: 5}}\n" + RULES).hash

    assert (unused == plain, used == plain) == (True, False)


def test_cases_test_the_meaning_and_are_no_part_of_it(folder: Folder) -> None:
    case = "cases: [{rows: [{orgs: 1}], expect: {a: fail}}]\n"

    assert folder.load(RULES + case).hash == folder.load(RULES).hash


def test_it_does_not_matter_over_how_many_files_a_ruleset_is_spread(folder: Folder) -> None:
    whole = folder.load(RULES)
    folder.write("plan.yaml", 'commscore: 1\nid: plan\njurisdiction: {code: "3709", level: city, zh: 泰安市}\n' + RULES)
    split = folder.write("split.yaml", "commscore: 1\nid: r\ntitle: 测试\nyear: 2023\nextends: plan\n")

    assert load_ruleset(split).hash == whole.hash
    assert load_ruleset(split) == whole


def test_the_hash_is_a_sha_256_of_plain_json(folder: Folder) -> None:
    ruleset = folder.load(RULES)

    assert re.fullmatch(r"[0-9a-f]{64}", ruleset.hash)
    assert json.loads(json.dumps(canonical(ruleset))) == canonical(ruleset)


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_every_bundled_ruleset_reads_back_as_itself(path: Path, tmp_path: Path) -> None:
    ruleset = load_ruleset(path)
    again = reread(ruleset, tmp_path)

    assert again == ruleset
    assert again.hash == ruleset.hash


def test_a_dump_keeps_the_order_of_inputs_that_the_catalogue_has_too(folder: Folder, tmp_path: Path) -> None:
    own = "{zh: 甲数, type: count, level: city}, counties: {zh: 乙数, type: count, level: city}"
    rule = 'rules: [{id: a, clause: 一, total: beds, require: "≥ counties"}]\n'
    ruleset = folder.load(f"inputs: {{beds: {own}}}\n{rule}")

    assert list(ruleset.inputs) == list(reread(ruleset, tmp_path).inputs) == ["beds", "counties"]


def test_a_dump_stands_alone_and_is_meant_to_be_read(folder: Folder) -> None:
    text = dump_ruleset(folder.load(RULES))

    assert '    require: {urban: "≥ 10 个", rural: "≥ 3 个"}\n' in text
    assert "    share: has_list\n    where: {grade: [甲, 乙]}\n" in text
    assert "streets_with:" in text


def test_what_was_switched_off_stays_off(folder: Folder) -> None:
    ruleset = folder.load(RULES + "drop: [{id: b, because: 暂缓}]\n")

    assert reread(ruleset, folder.path) == ruleset


def test_numbers_that_are_none_survive_in_cases(folder: Folder) -> None:
    case = "cases: [{rows: [{area: .inf, orgs: -.inf, homes: .nan, rooms: 0.10}], expect: {a: fail}}]\n"

    assert "[{area: .inf, orgs: -.inf, homes: .nan, rooms: 0.10}]" in dump_ruleset(folder.load(RULES + case))


AWKWARD = [
    *("yes", "no", "true", "null", "~", "1_000", "0o17", ".5", "1e3", "+1", "2023-06-05", "=", "<<", "- a", "a: b"),
    *("# a", "a #b", "'", '"', "\\", "{a}", "[a]", "a, b", "*a", "&a", "!a", "%a", "@a", "`a", "?", "|", ">", ":"),
    *("a\nb", "a\tb", "a\u2028b", "\u3000a", "é", "💥", "一、二", "0123", "0x1f"),
]


def test_awkward_texts_survive(folder: Folder) -> None:
    rules = [
        {"id": f"r{number}", "clause": text, "note": f"注{text}", "each": "has_plan"}
        for number, text in enumerate(AWKWARD)
    ]
    ruleset = folder.load(f"rules: {json.dumps(rules)}\n")

    again = reread(ruleset, folder.path)

    assert [rule.clause for rule in again.rules] == [text.strip() for text in AWKWARD]
    assert again == ruleset


COUNTS = st.sampled_from(["不少于10个", "超过10个", "≤ 3", "10..15", "== 7", "100左右 ± 10%", "< 2.50", "不足3万个"])
PARTS = st.sampled_from(["46%以上", "全覆盖", "≤ 2.8‰", "10%..15%", "达到100%", "> 0.125%"])
WHERES = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["urban", "农村", ["urban", "rural"]]),
        "has_plan": st.booleans(),
        "grade": st.sampled_from(["甲", ["甲", "丙"]]),
        "homes": st.sampled_from([">= 2", 0, 120, "300..500"]),
        "county": st.sampled_from(["220582", ["220582", "220524"]]),
    },
).filter(bool)


def asking(requirements: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    by_scope = st.fixed_dictionaries({"urban": requirements}, optional={"rural": requirements})
    return st.fixed_dictionaries({"require": requirements | by_scope}, optional={"where": WHERES})


def assessed(form: dict[str, Any], requirements: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    return asking(requirements).map(lambda asked: {**form, **asked})


EACH = st.one_of(
    assessed({"each": "orgs"}, COUNTS),
    assessed({"each": "signed"}, PARTS),
    assessed({"each": {"ratio": ["area", "homes"], "per": 100}}, COUNTS),
    st.sampled_from([{"each": "has_plan"}, {"each": "has_list", "require": False}]),
)
UNIT_LEVEL = st.recursive(
    EACH,
    lambda inner: st.one_of(
        st.lists(inner | st.just("has_plan"), min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        st.lists(inner | st.just("has_list"), min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"atleast": {"n": len(parts), "of": parts}}),
    ),
    max_leaves=4,
)
AREA_FORMS = st.one_of(
    assessed({"mean": "orgs"}, COUNTS),
    assessed({"total": "units"}, COUNTS),
    assessed({"change": "orgs", "from": "homes"}, COUNTS),
    assessed({"ratio": ["rooms", "area"]}, PARTS),
    assessed({"ratio": ["area", "homes"], "per": 0.5}, COUNTS),
    assessed({"share": "has_list"}, PARTS),
    st.tuples(UNIT_LEVEL, asking(PARTS)).map(lambda pair: {"share": pair[0], **pair[1]}),
    st.tuples(assessed({"mean": "orgs", "over": "county"}, COUNTS), PARTS).map(
        lambda pair: {"share": pair[0], "require": pair[1]}
    ),
)
OVER = st.sampled_from(["township", "county", "city"])
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1).map(lambda text: f"注{text}")
AROUND = st.fixed_dictionaries(
    {"note": WORDS},
    optional={
        "title": WORDS | st.fixed_dictionaries({"zh": WORDS}, optional={"en": WORDS}),
        "clause": WORDS,
        "weight": st.integers(0, 9) | st.sampled_from([0.5, 1.25]),
        "due": st.dates().map(str),
        "force": st.sampled_from(["binding", "expected", "informational"]),
        "veto": st.booleans(),
        "responsible": st.lists(WORDS, max_size=2),
        "group": st.just("g"),
    },
)
DRAWN_RULES = st.one_of(
    UNIT_LEVEL,
    AREA_FORMS,
    st.tuples(AREA_FORMS.filter(lambda form: "over" not in str(form)), OVER).map(
        lambda pair: {**pair[0], "over": pair[1]}
    ),
)


@given(rules=st.lists(st.tuples(DRAWN_RULES, AROUND), min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_drawn_rulesets_read_back_as_themselves(
    folder: Folder, rules: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    entries = [{"id": f"r{number}", **rule, **around} for number, (rule, around) in enumerate(rules)]
    ruleset = folder.load("groups: [{id: g}]\nrules:\n" + indent(json.dumps(entries, ensure_ascii=False), "  ") + "\n")

    again = reread(ruleset, folder.path)

    assert again == ruleset
    assert again.hash == ruleset.hash
